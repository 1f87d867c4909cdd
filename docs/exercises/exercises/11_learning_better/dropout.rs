//! Dropout: chapter 11
//!
//! For one sample a hidden node is silenced with probability p. The outputs of the others are scaled up, so that the
//! next layer receives as much on average. On the way back, the same factor comes in again.
//!
//! Judge it: `cargo test --bin dropout`

use backprop_exercises::{Grade, grade, tell};

/// What others read of a node with output `a`. `kept` says that it is not silenced.
pub fn output(a: f64, kept: bool, p: f64) -> f64 {
    // TODO
    0.0
}

/// The delta of that node; `sum` is Σ weight·delta over its downstream connections.
pub fn delta(a: f64, kept: bool, p: f64, sum: f64) -> f64 {
    // TODO
    0.0
}

pub fn graded() -> Grade {
    grade::dropout(output, delta)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
