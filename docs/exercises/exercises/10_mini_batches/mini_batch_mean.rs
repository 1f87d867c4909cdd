//! The mean over a mini-batch: equations 20 and 21, chapter 10
//!
//! Several samples, one step: along the mean of their gradients.
//!
//! Judge it: `cargo test --bin mini_batch_mean`

use backprop_exercises::{Grade, grade, tell};

/// One step. `gradients[k][i]` is −∂E/∂w of weight i for sample k alone.
pub fn update(weights: &mut [f64], gradients: &[Vec<f64>], rate: f64) {
    // TODO
}

pub fn graded() -> Grade {
    grade::mini_batch_mean(update)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
