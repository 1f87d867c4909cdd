//! The vectorized network: against reference numbers, against the object graph, and in its laws.
#![cfg(feature = "vectorized")]

mod equivalence;
mod golden;
mod properties;
#[path = "../support/mod.rs"]
mod support;
