//! The forward pass: weighted inputs as sums of columns.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::{add_scaled, block, block_mut};
use crate::Activation;
use crate::vectorized::column_matrix::Lanes;
use crate::vectorized::exponential::activate;
use crate::vectorized::non_zeros::{ByPlace, NonZeroRow, NonZeros};

/// a = σ(W·x + b) for every sample (equation 2): one column of `outputs` a sample.
///
/// One sample after the other; its sums stay in registers while its inputs go by.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn forward_samples(
    outputs: &mut [Lanes],
    weights: &[Lanes],
    biases: &[Lanes],
    inputs: &NonZeros,
    activation: Activation,
) {
    // 32 AVX-512 registers hold a larger block than the 16 of AVX2.
    const WIDE: bool = target_cfg_f!(target_feature = "avx512f");
    let height = biases.len();
    for (sample, outputs) in outputs.chunks_exact_mut(height).take(inputs.len()).enumerate() {
        let inputs = inputs.row(sample);
        let mut first = 0;
        while first < height {
            first += match height - first {
                8.. if WIDE => rows_of_sample::<8>(outputs, weights, biases, inputs, first),
                4.. => rows_of_sample::<4>(outputs, weights, biases, inputs, first),
                2.. => rows_of_sample::<2>(outputs, weights, biases, inputs, first),
                _ => rows_of_sample::<1>(outputs, weights, biases, inputs, first),
            };
        }
    }
    activate(activation, &mut outputs[..height * inputs.len()]);
}

/// The same, one column after the other: each is loaded once for all the samples that use it.
///
/// A block of rows is finished before the next begins, so that this block of all samples' sums stays in the cache.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn forward_columns(
    outputs: &mut [Lanes],
    weights: &[Lanes],
    biases: &[Lanes],
    inputs: &ByPlace,
    samples: usize,
    activation: Activation,
) {
    let height = biases.len();
    let outputs = &mut outputs[..height * samples];
    for outputs in outputs.chunks_exact_mut(height) {
        outputs.copy_from_slice(biases);
    }
    let mut first = 0;
    while first < height {
        first += match height - first {
            4.. => rows_of_columns::<4>(outputs, weights, height, inputs, first),
            2.. => rows_of_columns::<2>(outputs, weights, height, inputs, first),
            _ => rows_of_columns::<1>(outputs, weights, height, inputs, first),
        };
    }
    activate(activation, outputs);
}

/// The weighted inputs of a block of rows for one sample; returns the size of the block.
#[inline(always)]
fn rows_of_sample<const BLOCK: usize>(
    outputs: &mut [Lanes],
    weights: &[Lanes],
    biases: &[Lanes],
    inputs: NonZeroRow<'_>,
    first: usize,
) -> usize {
    let height = biases.len();
    let mut sums = *block::<BLOCK>(biases, first);
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = block::<BLOCK>(weights, place as usize * height + first);
        add_scaled(&mut sums, input, column);
    }
    *block_mut(outputs, first) = sums;
    BLOCK
}

/// Adds to a block of rows for every sample; returns the size of the block.
#[inline(always)]
fn rows_of_columns<const BLOCK: usize>(
    sums: &mut [Lanes],
    weights: &[Lanes],
    height: usize,
    inputs: &ByPlace,
    first: usize,
) -> usize {
    let sums = &mut sums[first..];
    for (place, column) in weights.chunks_exact(height).enumerate() {
        let weights = *block::<BLOCK>(column, first);
        for entry in inputs.of_place(place) {
            let sums = block_mut::<BLOCK>(sums, entry.sample as usize * height);
            add_scaled(sums, entry.value, &weights);
        }
    }
    BLOCK
}
