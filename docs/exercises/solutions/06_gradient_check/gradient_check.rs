//! A gradient check of your own: equation 6, chapter 6
//!
//! Is a gradient the gradient of the error? Move each parameter a little up and a little down, evaluate the error both times,
//! and compare. Your check is tested: it must let right gradients pass and catch every fault of the gallery.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// Whether `gradient` is −∂E/∂w, the direction to move in, at these parameters. They must be afterwards as they were.
pub fn is_right(parameters: &mut [f64], error: &dyn Fn(&[f64]) -> f64, gradient: &[f64]) -> bool {
    let h = 1e-4;
    for i in 0..parameters.len() {
        let before = parameters[i];
        parameters[i] = before + h;
        let above = error(parameters);
        parameters[i] = before - h;
        let below = error(parameters);
        parameters[i] = before;
        let numerical = (below - above) / (2.0 * h);
        if (numerical - gradient[i]).abs() > 1e-9 + 1e-4 * numerical.abs() {
            return false;
        }
    }
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
