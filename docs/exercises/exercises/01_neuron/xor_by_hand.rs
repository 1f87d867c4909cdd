//! XOR by hand: chapters 1 and 5
//!
//! One perceptron cannot say 1 just when one of its two inputs is 1. Two in a hidden layer and one behind them can. Choose
//! their weights and biases.
//!
//! Judge it: `cargo test --bin xor_by_hand`

use backprop_exercises::grade::{self, Perceptron};
use backprop_exercises::{Grade, tell};

/// The two hidden perceptrons, and the output perceptron, which sees what they say.
pub fn network() -> ([Perceptron; 2], Perceptron) {
    // TODO
    let undecided = Perceptron { weights: [0.0, 0.0], bias: 0.0 };
    ([undecided, undecided], undecided)
}

pub fn graded() -> Grade {
    grade::xor_by_hand(network)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
