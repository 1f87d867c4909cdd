//! Files and training, as a program that uses the library meets them: IDX and model files, the training loop,
//! checkpoints, numbers that run away.
#![cfg(feature = "data")]

#[cfg(feature = "vectorized")]
mod checkpoint;
#[cfg(feature = "vectorized")]
mod divergence;
mod idx;
mod model_file;
#[path = "../support/mod.rs"]
mod support;
mod training;
