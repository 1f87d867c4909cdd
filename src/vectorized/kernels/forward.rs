//! The forward pass: weighted inputs as sums of columns.

use multiversion::multiversion;

use super::{add_scaled, block, block_mut};
use crate::Activation;
use crate::vectorized::column_matrix::Lanes;
use crate::vectorized::exponential::activate;
use crate::vectorized::non_zeros::{NonZeroRow, NonZeros};

/// a = σ(W·x + b) for every sample (equation 2): one column of `outputs` a sample.
///
/// A block of rows is finished before the next begins: its sums stay in registers while the inputs go by, and its part
/// of the weights stays in the cache while the samples go by.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn forward(
    outputs: &mut [Lanes],
    weights: &[Lanes],
    biases: &[Lanes],
    inputs: &NonZeros,
    activation: Activation,
) {
    let height = biases.len();
    let mut first = 0;
    while first < height {
        first += match height - first {
            4.. => rows::<4>(outputs, weights, biases, inputs, first),
            2.. => rows::<2>(outputs, weights, biases, inputs, first),
            _ => rows::<1>(outputs, weights, biases, inputs, first),
        };
    }
    activate(activation, &mut outputs[..height * inputs.len()]);
}

/// The weighted inputs of a block of rows for every sample; returns the size of the block.
#[inline(always)]
fn rows<const BLOCK: usize>(
    outputs: &mut [Lanes],
    weights: &[Lanes],
    biases: &[Lanes],
    inputs: &NonZeros,
    first: usize,
) -> usize {
    let height = biases.len();
    for sample in 0..inputs.len() {
        let mut weighted_inputs = *block::<BLOCK>(biases, first);
        add_columns(&mut weighted_inputs, weights, height, first, inputs.row(sample));
        *block_mut(outputs, sample * height + first) = weighted_inputs;
    }
    BLOCK
}

/// Adds x·(column of W) for each input that is not zero.
#[inline(always)]
fn add_columns<const BLOCK: usize>(
    weighted_inputs: &mut [Lanes; BLOCK],
    weights: &[Lanes],
    height: usize,
    first: usize,
    inputs: NonZeroRow<'_>,
) {
    let mut sums = *weighted_inputs;
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = block::<BLOCK>(weights, place as usize * height + first);
        for (sum, weight) in sums.iter_mut().zip(column) {
            add_scaled(sum, input, weight);
        }
    }
    *weighted_inputs = sums;
}
