//! The change of a weight: equation 5, chapter 4
//!
//! The last formula moves the weight. The gradient here is −∂E/∂w, the direction in which the error falls.
//!
//! Judge it: `cargo test --bin update`

use backprop_exercises::{Grade, grade, tell};

/// The weight after one step.
pub fn update(weight: f64, gradient: f64, rate: f64) -> f64 {
    // TODO
    0.0
}

pub fn graded() -> Grade {
    grade::update(update)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
