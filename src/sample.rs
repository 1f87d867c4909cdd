//! Samples and labels, a network's inputs and desired outputs: two types, so that they cannot be swapped.
//!
//! `DIFFERENCE:` bp.py's own gradient check calls `get_gradient(sample_feature, sample_label)` on a method declared
//! `get_gradient(self, label, sample)`. If there are as many inputs as outputs, nothing complains, and the check
//! compares the gradient of another problem. Here that call does not compile.
//!
//! ```
//! use backprop::graph::Network;
//! use backprop::{Label, Sample};
//!
//! let mut network = Network::new(&[2, 2], 0);
//! network.get_gradient(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5]));
//! ```
//!
//! ```compile_fail,E0308
//! # use backprop::graph::Network;
//! # use backprop::{Label, Sample};
//! # let mut network = Network::new(&[2, 2], 0);
//! network.get_gradient(Sample(&[1.0, 0.5]), Label(&[0.9, 0.1])); // mismatched types
//! ```

/// The input vector of one sample: one number for each node of the input layer, in order.
///
/// ```
/// let image = vec![0.0; 784];
/// let sample = backprop::Sample(&image); // borrows; the numbers are `sample.0`
/// assert_eq!(sample.0.len(), 784);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a>(pub &'a [f64]);

/// The desired output vector of one sample: one number for each node of the output layer, in order.
///
/// ```
/// // The digit 3 of ten, as mnist.py encodes it: 0.9 in its place and 0.1 elsewhere.
/// let mut numbers = [0.1; 10];
/// numbers[3] = 0.9;
/// let label = backprop::Label(&numbers);
/// assert_eq!(label.0[3], 0.9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label<'a>(pub &'a [f64]);

/// Returns the class that the numbers of an output or a label represent: the index of the largest; for a single
/// number, 1 if it is above one half and 0 otherwise.
pub(crate) fn class_of(numbers: &[f64]) -> usize {
    match numbers {
        [single] => usize::from(*single > 0.5),
        _ => strongest(numbers),
    }
}

/// Returns the index of the largest number, or of the first among equals (`get_result` of mnist.py); 0 if there are
/// no numbers.
///
/// ```
/// assert_eq!(backprop::data_set::strongest(&[0.1, 0.8, 0.3, 0.8]), 1);
/// ```
pub fn strongest(output: &[f64]) -> usize {
    (0..output.len()).fold(0, |best, index| if output[index] > output[best] { index } else { best })
}
