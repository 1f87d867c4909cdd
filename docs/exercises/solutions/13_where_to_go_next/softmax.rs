//! Softmax with the log-likelihood: equations 78 and 80, chapter 13
//!
//! A last layer whose outputs are probabilities: each e^z, divided by the sum of all. Its cost looks at the output of the
//! right class only. Nothing in `backprop` computes this: it is a model of your own, checked through a closure.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The outputs for the weighted inputs `z`.
pub fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

/// The log-likelihood cost of softmax outputs when `class` is right.
pub fn cost(outputs: &[f64], class: usize) -> f64 {
    -outputs[class].ln()
}

/// −∂E/∂z of every output node.
pub fn delta(outputs: &[f64], class: usize) -> Vec<f64> {
    let target = |j| if j == class { 1.0 } else { 0.0 };
    outputs.iter().enumerate().map(|(j, a)| target(j) - a).collect()
}

pub fn graded() -> Grade {
    grade::softmax(softmax, cost, delta)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
