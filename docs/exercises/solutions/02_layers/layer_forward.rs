//! A layer's outputs: equation 2, chapter 2
//!
//! Every neuron of a layer sees the same inputs, with weights and a bias of its own.
//!
//! This is one solution of several.

use backprop::sigmoid;
use backprop_exercises::{Grade, grade, tell};

/// The outputs of a layer of sigmoid neurons, one for each row of `weights`.
pub fn forward(weights: &[Vec<f64>], biases: &[f64], inputs: &[f64]) -> Vec<f64> {
    let mut outputs = Vec::new();
    for (row, bias) in weights.iter().zip(biases) {
        let mut weighted_input = *bias;
        for (weight, input) in row.iter().zip(inputs) {
            weighted_input += weight * input;
        }
        outputs.push(sigmoid(weighted_input));
    }
    outputs
}

pub fn graded() -> Grade {
    grade::layer_forward(forward)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
