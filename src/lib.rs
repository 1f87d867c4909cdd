//! Backpropagation you can step through.
#![forbid(unsafe_code)]

pub mod activation;
pub mod architecture;
pub mod atomic_file;
#[cfg(feature = "cli")]
pub mod cli;
pub mod cost;
pub mod data_set;
pub mod engine;
pub mod error;
pub mod graph;
pub mod model_file;
pub mod parameters;
pub mod sample;
#[cfg(feature = "cli")]
pub mod show;
pub mod training;
pub mod weight_init;

pub use activation::Activation;
pub use architecture::Architecture;
pub use cost::Cost;
pub use engine::{Dropout, Engine, MiniBatchStep, Trained};
pub use error::Error;
pub use parameters::{LayerParameters, Parameters};
pub use sample::{Label, Sample};
pub use weight_init::WeightInit;
