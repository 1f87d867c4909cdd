//! The perceptron's rule: chapter 1
//!
//! A perceptron says 1 if its weighted input is above 0, and 0 if not. When its answer is wrong, the rule moves each weight
//! by the rate times (right answer − given answer) times its input. The bias is the weight of an input that is always 1.
//!
//! This is one solution of several.

use backprop_exercises::{Grade, grade, tell};

/// Applies the rule once. `label` is the right answer, 0 or 1.
pub fn learn(weights: &mut [f64], bias: &mut f64, inputs: &[f64], label: f64, rate: f64) {
    let mut weighted_input = *bias;
    for (weight, input) in weights.iter().zip(inputs) {
        weighted_input += weight * input;
    }
    let answer = if weighted_input > 0.0 { 1.0 } else { 0.0 };
    let error = label - answer;
    for (weight, input) in weights.iter_mut().zip(inputs) {
        *weight += rate * error * input;
    }
    *bias += rate * error;
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
