//! Backpropagation you can step through.
#![forbid(unsafe_code)]

pub mod activation;
pub mod architecture;
pub mod cost;
pub mod engine;
pub mod error;
pub mod graph;
pub mod parameters;
pub mod sample;
pub mod weight_init;

pub use activation::Activation;
pub use architecture::Architecture;
pub use cost::Cost;
pub use engine::{Dropout, Engine, MiniBatchStep};
pub use error::Error;
pub use parameters::{LayerParameters, Parameters};
pub use sample::{Label, Sample};
pub use weight_init::WeightInit;
