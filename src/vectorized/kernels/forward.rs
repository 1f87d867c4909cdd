//! The forward pass of a panel (equation 2): weighted inputs, as a walk or as a product, then outputs.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::fused::has_instruction;
use super::tile::add_rows;
use super::{add_scaled, block, block_mut};
use crate::Activation;
use crate::vectorized::exponential;
use crate::vectorized::non_zeros::{NonZeroRow, NonZeros};
use crate::vectorized::number::Number;

/// The number of columns of weights that all samples use before the next ones: 24 KiB, which fits the nearest cache.
const DEPTH: usize = 96;

/// Computes W·x + b as a walk: for each sample, over the columns of the inputs that are not 0.
///
/// `sums` and `weights` are one panel; a sample's sums stay in registers during the walk over its inputs.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn forward_walk<T: Number>(
    sums: &mut [T::Lanes],
    weights: &[T::Lanes],
    biases: &[T::Lanes],
    inputs: &NonZeros<T>,
) {
    const FMA: bool = has_instruction!();
    let height = biases.len();
    let sums = &mut sums[..height * inputs.len()];
    for (sample, sums) in sums.chunks_exact_mut(height).enumerate() {
        let inputs = inputs.row(sample);
        match height {
            1 => *block_mut::<_, 1>(sums, 0) = add_columns::<T, FMA, _>(block(biases, 0), weights, inputs),
            2 => *block_mut::<_, 2>(sums, 0) = add_columns::<T, FMA, _>(block(biases, 0), weights, inputs),
            3 => *block_mut::<_, 3>(sums, 0) = add_columns::<T, FMA, _>(block(biases, 0), weights, inputs),
            _ => *block_mut::<_, 4>(sums, 0) = add_columns::<T, FMA, _>(block(biases, 0), weights, inputs),
        }
    }
}

/// Computes `sums` + x·(the column of x) for each input x; the sums stay in registers.
#[inline(always)]
pub(super) fn add_columns<T: Number, const FMA: bool, const HEIGHT: usize>(
    sums: &[T::Lanes; HEIGHT],
    weights: &[T::Lanes],
    inputs: NonZeroRow<'_, T>,
) -> [T::Lanes; HEIGHT] {
    let mut sums = *sums;
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        add_scaled::<T, FMA, _>(&mut sums, input, block::<_, HEIGHT>(weights, place as usize * HEIGHT));
    }
    sums
}

/// Computes the same as a matrix product, tile by tile: `inputs` has a row for each sample.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn forward_product<T: Number>(
    sums: &mut [T::Lanes],
    weights: &[T::Lanes],
    biases: &[T::Lanes],
    inputs: &[T],
) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let height = biases.len();
    let input_size = weights.len() / height;
    for sums in sums.chunks_exact_mut(height) {
        sums.copy_from_slice(biases);
    }
    for (depth, weights) in weights.chunks(DEPTH * height).enumerate() {
        add_rows::<T, FMA, WIDE>(sums, weights, inputs, (depth * DEPTH, input_size), height);
    }
}

/// Computes a = σ(z) in place.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn activate<T: Number>(weighted_inputs: &mut [T::Lanes], activation: Activation) {
    exponential::activate::<T>(activation, weighted_inputs);
}
