//! The cross-entropy: equation 57, chapter 11
//!
//! A cost whose delta has no slope in it, so that a neuron that is badly wrong learns fast.
//!
//! Judge it: `cargo test --bin cross_entropy`

use backprop_exercises::{Grade, grade, tell};

/// The cross-entropy of one output `a`, between 0 and 1, for the label `t`, from 0 to 1.
pub fn cost(a: f64, t: f64) -> f64 {
    // TODO
    0.0
}

/// The delta of a sigmoid output node under this cost.
pub fn delta(a: f64, t: f64) -> f64 {
    // TODO
    0.0
}

pub fn graded() -> Grade {
    grade::cross_entropy(cost, delta)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
