//! L2 regularisation: equation 93, chapter 11
//!
//! Large weights must be worth it: with each step every weight shrinks a little, before it moves along its gradient.
//!
//! Judge it: `cargo test --bin weight_decay`

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
    // TODO
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
