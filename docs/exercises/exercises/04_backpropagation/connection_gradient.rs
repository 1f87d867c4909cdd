//! The gradient of a connection: BP3 and BP4, chapter 4
//!
//! The gradient of a connection is −∂E/∂w. The node it leads to knows −∂E/∂z; what is left is ∂z/∂w.
//!
//! Judge it: `cargo test --bin connection_gradient`

use backprop_exercises::{Grade, grade, tell};

/// The gradient of a connection that leads to a node with this delta, and comes from a node with this output.
pub fn gradient(delta: f64, output: f64) -> f64 {
    // TODO
    0.0
}

pub fn graded() -> Grade {
    grade::connection_gradient(gradient)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
