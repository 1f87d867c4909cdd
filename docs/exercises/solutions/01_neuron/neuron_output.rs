//! A neuron's output: equation 1, chapter 1
//!
//! A sigmoid neuron adds up its inputs, each times its weight, adds its bias, and puts the sum through the sigmoid.
//!
//! This is one solution of several.

use backprop::sigmoid;
use backprop_exercises::{Grade, grade, tell};

/// The output of a sigmoid neuron. `weights` and `inputs` are equally long.
pub fn output(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    let mut weighted_input = bias;
    for (weight, input) in weights.iter().zip(inputs) {
        weighted_input += weight * input;
    }
    sigmoid(weighted_input)
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
