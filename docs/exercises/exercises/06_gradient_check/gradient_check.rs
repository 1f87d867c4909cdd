//! A gradient check of your own: equation 6, chapter 6
//!
//! Is a gradient the gradient of the error? Move each parameter a little up and a little down, evaluate the error both times,
//! and compare. Your check is tested: it must let right gradients pass and catch every fault of the gallery.
//!
//! Judge it: `cargo test --bin gradient_check`

use backprop_exercises::{Grade, grade, tell};

/// Whether `gradient` is −∂E/∂w, the direction to move in, at these parameters. They must be afterwards as they were.
pub fn is_right(parameters: &mut [f64], error: &dyn Fn(&[f64]) -> f64, gradient: &[f64]) -> bool {
    // TODO
    true
}

pub fn graded() -> Grade {
    grade::gradient_check(is_right)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
