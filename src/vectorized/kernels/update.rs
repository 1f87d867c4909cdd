//! The update, in place: each weight takes its samples' terms one after the other, and no gradient matrix is made.

use multiversion::multiversion;

use super::{add_scaled, block, block_mut};
use crate::vectorized::column_matrix::Lanes;
use crate::vectorized::non_zeros::{ByPlace, NonZeroRow, NonZeros};

/// How many columns a thread updates at a time.
pub const TILE: usize = 32;

/// Some samples of a mini-batch: what came in, and the deltas of what came out.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The inputs of each sample.
    pub inputs: &'a NonZeros,
    /// The same, sorted by column; only [`update_columns`] reads it.
    pub by_column: &'a ByPlace,
    /// The deltas of each sample, one column each.
    pub deltas: &'a [Lanes],
}

/// W ← decay·W.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn shrink(weights: &mut [Lanes], decay: f64) {
    for weight in weights.as_flattened_mut() {
        *weight *= decay;
    }
}

/// b ← b + factor·Σ δ.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update_biases(biases: &mut [Lanes], terms: &Terms<'_>, factor: f64) {
    for deltas in terms.deltas.chunks_exact(biases.len()).take(terms.inputs.len()) {
        add_scaled(biases, factor, deltas);
    }
}

/// W ← W + factor·Σ δ·xᵀ, one sample after the other. For one sample, or columns so short that going from one to the
/// next costs nothing.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update_samples(weights: &mut [Lanes], height: usize, terms: &Terms<'_>, factor: f64) {
    for (sample, deltas) in terms.deltas.chunks_exact(height).take(terms.inputs.len()).enumerate() {
        let inputs = terms.inputs.row(sample);
        match height {
            1 => add_to_columns::<1>(weights, inputs, block(deltas, 0), factor),
            2 => add_to_columns::<2>(weights, inputs, block(deltas, 0), factor),
            3 => add_to_columns::<3>(weights, inputs, block(deltas, 0), factor),
            4 => add_to_columns::<4>(weights, inputs, block(deltas, 0), factor),
            _ => add_to_long_columns(weights, inputs, deltas, factor),
        }
    }
}

/// The same, one column after the other: each is loaded and stored once for all the samples that use it.
///
/// `weights` are the columns from `first_column`. A block of rows is finished before the next begins, so that this
/// block of all samples' deltas stays in the cache.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update_columns(
    weights: &mut [Lanes],
    first_column: usize,
    height: usize,
    terms: &Terms<'_>,
    factor: f64,
) {
    let mut first = 0;
    while first < height {
        first += match height - first {
            4.. => rows::<4>(weights, first_column, height, terms, factor, first),
            2.. => rows::<2>(weights, first_column, height, terms, factor, first),
            _ => rows::<1>(weights, first_column, height, terms, factor, first),
        };
    }
}

/// Adds factor·x·δ to the column of each input x; δ stays in registers.
#[inline(always)]
fn add_to_columns<const HEIGHT: usize>(
    weights: &mut [Lanes],
    inputs: NonZeroRow<'_>,
    deltas: &[Lanes; HEIGHT],
    factor: f64,
) {
    let deltas = *deltas;
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = block_mut::<HEIGHT>(weights, place as usize * HEIGHT);
        add_scaled(column, factor * input, &deltas);
    }
}

/// Adds factor·x·δ to the column of each input x.
#[inline(always)]
fn add_to_long_columns(weights: &mut [Lanes], inputs: NonZeroRow<'_>, deltas: &[Lanes], factor: f64) {
    let height = deltas.len();
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = &mut weights[place as usize * height..][..height];
        add_scaled(column, factor * input, deltas);
    }
}

/// One block of rows of the columns; returns the size of the block.
#[inline(always)]
fn rows<const BLOCK: usize>(
    weights: &mut [Lanes],
    first_column: usize,
    height: usize,
    terms: &Terms<'_>,
    factor: f64,
    first: usize,
) -> usize {
    let deltas = &terms.deltas[first..];
    for (index, column) in weights.chunks_exact_mut(height).enumerate() {
        let entries = terms.by_column.of_place(first_column + index);
        if entries.is_empty() {
            continue;
        }
        let weights = block_mut::<BLOCK>(column, first);
        let mut sums = *weights;
        for entry in entries {
            let deltas = block::<BLOCK>(deltas, entry.sample as usize * height);
            add_scaled(&mut sums, factor * entry.value, deltas);
        }
        *weights = sums;
    }
    BLOCK
}
