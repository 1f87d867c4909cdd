//! The object graph: against reference numbers, its laws, mini-batches, and single steps.
//!
//! | file | what it shows |
//! |---|---|
//! | golden.rs | every output, delta, gradient and weight is the reference's |
//! | properties.rs | how a network is wired, and the laws of all networks |
//! | mini_batch.rs | mini-batches, L2 and dropout, against references and the vectorized network |
//! | step.rs, step_edits.rs, step_telling.rs | a training step in node-sized steps, their changes by hand, and their descriptions |

mod golden;
#[cfg(all(feature = "data", feature = "vectorized"))]
mod mini_batch;
mod properties;
mod step;
mod step_edits;
mod step_telling;
