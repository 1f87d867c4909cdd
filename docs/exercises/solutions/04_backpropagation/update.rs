//! The change of a weight: equation 5, chapter 4
//!
//! The last formula moves the weight. The gradient here is −∂E/∂w, the direction in which the error falls.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// The weight after one step.
pub fn update(weight: f64, gradient: f64, rate: f64) -> f64 {
    weight + rate * gradient
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
