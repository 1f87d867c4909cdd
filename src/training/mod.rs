//! Training: epochs over shuffled data, evaluation, and stopping. Ports `train_and_evaluate` of mnist.py and `SGD` of
//! network.py and network2.py.
//!
//! ```
//! use std::ops::ControlFlow;
//! use backprop::data_set::{Pixels, Source};
//! use backprop::training::{Options, Trainer};
//! use backprop::vectorized::Network;
//!
//! let data = Source::Digits.load(Pixels::Scaled)?;
//! let (train, test) = (data.train.first(400), data.test.first(100));
//! let mut network = Network::new(&[784, 20, 10], 0);
//! let options = Options { epochs: Some(3), rate: 0.5, ..Options::default() };
//! let mut trainer = Trainer::new(options, &train, None, &test)?;
//! while !trainer.is_finished() {
//!     trainer.run_epoch(&mut network, &mut |_| ControlFlow::Continue(()))?;
//! }
//! let right = trainer.state().history[2].test.as_ref().unwrap().accuracy();
//! assert!(right > 0.3); // guessing would get a tenth right
//! # Ok::<(), backprop::Error>(())
//! ```
//!
//! Read [`Options`] for what can be chosen, [`Trainer`] for the loop, [`Schedule`] for stopping early and halving the
//! rate, [`evaluate`] for counting right answers, [`RunConfig`] for a whole run, and [`Checkpoint`] for continuing
//! another day. Training sees only an [`Engine`](crate::Engine), whether the network is made of objects or of
//! matrices.

mod checkpoint;
mod evaluation;
mod options;
mod order;
mod run_config;
mod schedule;
mod trainer;

#[doc(inline)]
pub use self::{
    checkpoint::Checkpoint,
    evaluation::{Closeness, Closer, Evaluation, evaluate, for_each_output},
    options::{Options, Preset, PresetChoices},
    order::sample_order,
    run_config::{Beginning, DataRecord, Difference, Fingerprint, Outputs, RunConfig},
    schedule::{Decision, Schedule},
    trainer::{EpochReport, Progress, Trainer, TrainingState, steady_rate},
};
