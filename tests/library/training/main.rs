//! Training as a program that uses the library meets it: the loop, checkpoints, numbers that run away.

#[cfg(feature = "vectorized")]
mod checkpoint;
#[cfg(feature = "vectorized")]
mod divergence;
mod training;
