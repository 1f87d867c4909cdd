//! A layer as a matrix: chapter 8
//!
//! The same three formulas for a whole layer at once. `w[j][i]` is the weight from input i to neuron j.
//!
//! This is one solution of several.

use backprop::sigmoid;
use backprop_exercises::{Grade, grade, tell};

/// The outputs of the layer: σ(W·x + b).
pub fn forward(w: &[Vec<f64>], b: &[f64], inputs: &[f64]) -> Vec<f64> {
    let z = |(row, b): (&Vec<f64>, &f64)| b + row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>();
    w.iter().zip(b).map(|row| sigmoid(z(row))).collect()
}

/// The delta of the layer before, whose sigmoid neurons output `inputs`, from this layer's delta: equation 8.
pub fn backward(w: &[Vec<f64>], inputs: &[f64], delta: &[f64]) -> Vec<f64> {
    let mut before = vec![0.0; inputs.len()];
    for (row, delta) in w.iter().zip(delta) {
        for (sum, weight) in before.iter_mut().zip(row) {
            *sum += weight * delta;
        }
    }
    for (sum, x) in before.iter_mut().zip(inputs) {
        *sum *= x * (1.0 - x);
    }
    before
}

/// Moves weights and biases along their gradient.
pub fn update(w: &mut [Vec<f64>], b: &mut [f64], delta: &[f64], inputs: &[f64], rate: f64) {
    for ((row, bias), delta) in w.iter_mut().zip(b).zip(delta) {
        for (weight, input) in row.iter_mut().zip(inputs) {
            *weight += rate * delta * input;
        }
        *bias += rate * delta;
    }
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
