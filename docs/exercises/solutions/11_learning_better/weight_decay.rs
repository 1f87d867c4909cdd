//! L2 regularisation: equation 93, chapter 11
//!
//! Large weights must be worth it: with each step every weight shrinks a little, before it moves along its gradient.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// One step with L2 regularisation of strength `lambda`, with `n` samples in the training set. Gradients are −∂E/∂w of the
/// cost without regularisation.
pub fn update(
    weights: &mut [f64],
    biases: &mut [f64],
    weight_gradients: &[f64],
    bias_gradients: &[f64],
    rate: f64,
    lambda: f64,
    n: usize,
) {
    let decay = 1.0 - rate * lambda / n as f64;
    for (weight, gradient) in weights.iter_mut().zip(weight_gradients) {
        *weight = decay * *weight + rate * gradient;
    }
    for (bias, gradient) in biases.iter_mut().zip(bias_gradients) {
        *bias += rate * gradient;
    }
}

pub fn graded() -> Grade {
    grade::weight_decay(update)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
