//! A neuron's output: equation 1, chapter 1
//!
//! A sigmoid neuron adds up its inputs, each times its weight, adds its bias, and puts the sum through the sigmoid.
//!
//! Judge it: `cargo test --bin neuron_output`

use backprop::sigmoid;
use backprop_exercises::{Grade, grade, tell};

/// The output of a sigmoid neuron. `weights` and `inputs` are equally long.
pub fn output(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    // TODO
    0.0
}

pub fn graded() -> Grade {
    grade::neuron_output(output)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
