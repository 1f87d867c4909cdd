//! A layer as a matrix: chapter 8
//!
//! The same three formulas for a whole layer at once. `w[j][i]` is the weight from input i to neuron j.
//!
//! Judge it: `cargo test --bin matrix_layer`

use backprop::sigmoid;
use backprop_exercises::{Grade, grade, tell};

/// The outputs of the layer: σ(W·x + b).
pub fn forward(w: &[Vec<f64>], b: &[f64], inputs: &[f64]) -> Vec<f64> {
    // TODO
    vec![0.0; b.len()]
}

/// The delta of the layer before, whose sigmoid neurons output `inputs`, from this layer's delta: equation 8.
pub fn backward(w: &[Vec<f64>], inputs: &[f64], delta: &[f64]) -> Vec<f64> {
    // TODO
    vec![0.0; inputs.len()]
}

/// Moves weights and biases along their gradient.
pub fn update(w: &mut [Vec<f64>], b: &mut [f64], delta: &[f64], inputs: &[f64], rate: f64) {
    // TODO
}

pub fn graded() -> Grade {
    grade::matrix_layer(forward, backward, update)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
