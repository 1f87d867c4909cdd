//! What a network is shown, and what it should answer: two types, so that they cannot be swapped.
//!
//! bp.py's own gradient check calls `get_gradient(sample_feature, sample_label)` on a method declared
//! `get_gradient(self, label, sample)`. With as many inputs as outputs nothing complains, and the check compares the
//! gradient of another problem. Here that call does not compile.

/// The input vector of one sample: one number for each node of the input layer, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a>(pub &'a [f64]);

/// The desired output vector of one sample: one number for each node of the output layer, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label<'a>(pub &'a [f64]);
