//! The vectorized network: against reference numbers, against the object graph, and its laws.

mod equivalence;
mod golden;
mod properties;
mod scalars;
mod softmax;
