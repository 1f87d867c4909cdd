//! The mean over a mini-batch: equations 20 and 21, chapter 10
//!
//! Several samples, one step: along the mean of their gradients.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// One step. `gradients[k][i]` is −∂E/∂w of weight i for sample k alone.
pub fn update(weights: &mut [f64], gradients: &[Vec<f64>], rate: f64) {
    for (i, weight) in weights.iter_mut().enumerate() {
        let sum: f64 = gradients.iter().map(|gradient| gradient[i]).sum();
        *weight += rate * sum / gradients.len() as f64;
    }
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
