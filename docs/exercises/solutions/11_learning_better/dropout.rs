//! Dropout: chapter 11
//!
//! For one sample a hidden node is silenced with probability p. The outputs of the others are scaled up, so that the
//! next layer receives as much on average. The backward pass uses the same factor.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The output that other nodes read from a node with output `a`; `kept` is true if it is not silenced.
pub fn output(a: f64, kept: bool, p: f64) -> f64 {
    if kept { a / (1.0 - p) } else { 0.0 }
}

/// The delta of that node; `sum` is Σ weight·delta over its downstream connections.
pub fn delta(a: f64, kept: bool, p: f64, sum: f64) -> f64 {
    let factor = if kept { 1.0 / (1.0 - p) } else { 0.0 };
    factor * a * (1.0 - a) * sum
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
