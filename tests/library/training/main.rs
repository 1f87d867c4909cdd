//! Training as a program that uses the library runs it: the loop, checkpoints, divergence.

#[cfg(feature = "vectorized")]
mod checkpoint;
#[cfg(feature = "vectorized")]
mod divergence;
#[cfg(feature = "vectorized")]
mod sparse;
mod training;
