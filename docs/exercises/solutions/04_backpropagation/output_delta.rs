//! The delta of an output node: equation 3, chapter 4
//!
//! δ = −∂E/∂z says which way the weighted input should move, and how much the cost cares. For a sigmoid output node and the
//! quadratic cost it can be computed from the node's output a and its label t alone.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The delta of an output node with output `a` and label `t`.
pub fn delta(a: f64, t: f64) -> f64 {
    a * (1.0 - a) * (t - a)
}

pub fn graded() -> Grade {
    grade::output_delta(delta)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
