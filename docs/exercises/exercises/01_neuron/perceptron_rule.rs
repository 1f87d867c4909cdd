//! The perceptron's rule: chapter 1
//!
//! A perceptron says 1 if its weighted input is above 0, and 0 if not. When its answer is wrong, the rule moves each weight
//! by the rate times (right answer − given answer) times its input. The bias is the weight of an input that is always 1.
//!
//! Judge it: `cargo test --bin perceptron_rule`

use backprop_exercises::{Grade, grade, tell};

/// Applies the rule once. `label` is the right answer, 0 or 1.
pub fn learn(weights: &mut [f64], bias: &mut f64, inputs: &[f64], label: f64, rate: f64) {
    // TODO
}

pub fn graded() -> Grade {
    grade::perceptron_rule(learn)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
