//! The quadratic cost: chapter 3
//!
//! How wrong is an output? Half the sum of the squared differences between label and output.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The quadratic cost of one sample. `output` and `label` are equally long.
pub fn cost(output: &[f64], label: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (a, t) in output.iter().zip(label) {
        sum += (t - a) * (t - a);
    }
    0.5 * sum
}

pub fn graded() -> Grade {
    grade::cost(cost)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
