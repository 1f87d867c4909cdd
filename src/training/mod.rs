//! Training: epochs over shuffled data, evaluation, when to stop. Ports `train_and_evaluate` of mnist.py and `SGD` of
//! network.py and network2.py.
//!
//! Read [`options`] for what can be chosen, [`trainer`] for the loop, [`schedule`] for stopping early and halving the
//! rate, [`evaluation`] for counting right answers, [`checkpoint`] for going on another day. Whether the network is made of objects or of matrices, training
//! sees only an [`Engine`](crate::Engine).

pub mod checkpoint;
pub mod evaluation;
pub mod options;
pub mod order;
pub mod schedule;
pub mod trainer;

pub use checkpoint::Checkpoint;
pub use evaluation::{Evaluation, evaluate};
pub use options::{Options, Preset};
pub use trainer::{EpochReport, Progress, Trainer, TrainingState};
