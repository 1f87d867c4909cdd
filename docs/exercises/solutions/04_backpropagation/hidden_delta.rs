//! The delta of a hidden node: equation 4, chapter 4
//!
//! A hidden node has no label. Its effect on the cost comes back from the nodes it feeds, through the weights of its
//! downstream connections.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The delta of a hidden sigmoid node with output `a`. `weights[i]` is the weight of its downstream connection i, and
/// `deltas[i]` the delta of the node that it leads to.
pub fn delta(a: f64, weights: &[f64], deltas: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (weight, delta) in weights.iter().zip(deltas) {
        sum += weight * delta;
    }
    a * (1.0 - a) * sum
}

pub fn graded() -> Grade {
    grade::hidden_delta(delta)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
