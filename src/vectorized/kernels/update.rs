//! The update of a panel in place: each weight takes its samples' terms one after the other, without a gradient
//! matrix.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::fused::has_instruction;
use super::tile::{COLUMNS, Numbers, add_product};
use super::{add_scaled, block, block_mut};
use crate::vectorized::non_zeros::{ByPlace, NonZeroRow, NonZeros};
use crate::vectorized::number::{Lanes as _, Number};

/// The number of samples whose deltas go through all columns before the next ones: at most 32 KiB.
const DEPTH: usize = 128;

/// Computes W ← decay·W.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn shrink<T: Number>(weights: &mut [T::Lanes], decay: T) {
    for weight in T::Lanes::flat_mut(weights) {
        *weight *= decay;
    }
}

/// Computes b ← b + factor·Σ δ.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn update_biases<T: Number>(biases: &mut [T::Lanes], deltas: &[T::Lanes], factor: T) {
    const FMA: bool = has_instruction!();
    for deltas in deltas.chunks_exact(biases.len()) {
        for (biases, deltas) in biases.as_chunks_mut::<1>().0.iter_mut().zip(deltas.as_chunks::<1>().0) {
            add_scaled::<T, FMA, _>(biases, factor, deltas);
        }
    }
}

/// Computes W ← W + factor·Σ δ·xᵀ as a walk, sample by sample: for one sample, or where a layer has only one panel.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn update_by_sample<T: Number>(
    weights: &mut [T::Lanes],
    deltas: &[T::Lanes],
    height: usize,
    inputs: &NonZeros<T>,
    factor: T,
) {
    const FMA: bool = has_instruction!();
    for (sample, deltas) in deltas.chunks_exact(height).enumerate() {
        let inputs = inputs.row(sample);
        match height {
            1 => add_to_columns::<T, FMA, 1>(weights, inputs, block(deltas, 0), factor),
            2 => add_to_columns::<T, FMA, 2>(weights, inputs, block(deltas, 0), factor),
            3 => add_to_columns::<T, FMA, 3>(weights, inputs, block(deltas, 0), factor),
            _ => add_to_columns::<T, FMA, 4>(weights, inputs, block(deltas, 0), factor),
        }
    }
}

/// Computes the same column by column: each is loaded and stored once for all the samples that use it.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn update_by_column<T: Number>(
    weights: &mut [T::Lanes],
    deltas: &[T::Lanes],
    height: usize,
    inputs: &ByPlace<T>,
) {
    const FMA: bool = has_instruction!();
    match height {
        1 => add_terms::<T, FMA, 1>(weights, deltas, inputs),
        2 => add_terms::<T, FMA, 2>(weights, deltas, inputs),
        3 => add_terms::<T, FMA, 3>(weights, deltas, inputs),
        _ => add_terms::<T, FMA, 4>(weights, deltas, inputs),
    }
}

/// Packs [`COLUMNS`] inputs of all samples, from input `first` on, times `factor`. Missing inputs become zeros.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn pack<T: Number>(rows: &[T], input_size: usize, first: usize, factor: T, packed: &mut [Numbers<T>]) {
    for (numbers, row) in packed.iter_mut().zip(rows.chunks_exact(input_size)) {
        let mut inputs = row[first..].iter().take(COLUMNS);
        *numbers = std::array::from_fn(|_| inputs.next().map_or(T::ZERO, |input| factor * *input));
    }
}

/// Computes the same as a matrix product: `inputs` has [`COLUMNS`] columns at a time, all samples of each, times
/// factor.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn update_product<T: Number>(
    weights: &mut [T::Lanes],
    deltas: &[T::Lanes],
    height: usize,
    inputs: &[Numbers<T>],
) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let samples = deltas.len() / height;
    for (depth, deltas) in deltas.chunks(DEPTH * height).enumerate() {
        let tiles = weights.chunks_mut(COLUMNS * height).zip(inputs.chunks_exact(samples));
        for (weights, inputs) in tiles {
            let inputs = inputs[depth * DEPTH..].iter();
            if weights.len() == COLUMNS * height {
                add_product::<T, FMA, WIDE, _>(weights, deltas, &inputs.copied(), height);
                continue;
            }
            for (n, column) in weights.chunks_exact_mut(height).enumerate() {
                add_product::<T, FMA, WIDE, _>(column, deltas, &inputs.clone().map(|x| [x[n]]), height);
            }
        }
    }
}

/// Adds factor·x·δ to the column of each input x; δ stays in registers.
#[inline(always)]
pub(super) fn add_to_columns<T: Number, const FMA: bool, const HEIGHT: usize>(
    weights: &mut [T::Lanes],
    inputs: NonZeroRow<'_, T>,
    deltas: &[T::Lanes; HEIGHT],
    factor: T,
) {
    let deltas = *deltas;
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = block_mut::<_, HEIGHT>(weights, place as usize * HEIGHT);
        add_scaled::<T, FMA, _>(column, factor * input, &deltas);
    }
}

/// Adds factor·x·δ of all its samples to each column, which stays in registers; the entries are factor·x.
#[inline(always)]
fn add_terms<T: Number, const FMA: bool, const HEIGHT: usize>(
    weights: &mut [T::Lanes],
    deltas: &[T::Lanes],
    inputs: &ByPlace<T>,
) {
    for (place, column) in weights.as_chunks_mut::<HEIGHT>().0.iter_mut().enumerate() {
        let mut sums = *column;
        for entry in inputs.of_place(place) {
            let deltas = block::<_, HEIGHT>(deltas, entry.sample as usize * HEIGHT);
            add_scaled::<T, FMA, _>(&mut sums, entry.value, deltas);
        }
        *column = sums;
    }
}
