//! The backward pass: each input's delta is a column of the weights times the deltas.

use multiversion::multiversion;

use super::block;
use crate::vectorized::column_matrix::{LANES, Lanes};

/// Wᵀ·δ for every sample (the sum in equation 8): `sums` has one column a sample and one row an input.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn backward(sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes], inputs: usize, height: usize) {
    match height {
        1 => in_registers::<1>(sums, weights, deltas, inputs),
        2 => in_registers::<2>(sums, weights, deltas, inputs),
        4 => in_registers::<4>(sums, weights, deltas, inputs),
        _ => any_height(sums, weights, deltas, inputs, height),
    }
}

/// Short columns: a sample's deltas stay in registers while the columns go by.
#[inline(always)]
fn in_registers<const HEIGHT: usize>(sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes], inputs: usize) {
    let stride = inputs.next_multiple_of(LANES);
    let sums = sums.as_flattened_mut().chunks_exact_mut(stride);
    for (sums, deltas) in sums.zip(deltas.chunks_exact(HEIGHT)) {
        let deltas = *block::<HEIGHT>(deltas, 0);
        for (sum, column) in sums.iter_mut().zip(weights.chunks_exact(HEIGHT)) {
            *sum = dot(block::<HEIGHT>(column, 0), &deltas);
        }
    }
}

/// Long columns: a column stays in the cache while the samples go by.
#[inline(always)]
fn any_height(sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes], inputs: usize, height: usize) {
    let stride = inputs.next_multiple_of(LANES);
    let sums = sums.as_flattened_mut();
    for (input, column) in weights.chunks_exact(height).enumerate() {
        for (sample, deltas) in deltas.chunks_exact(height).enumerate() {
            sums[sample * stride + input] = dot(column, deltas);
        }
    }
}

/// Σ wᵢ·δᵢ over one column, in eight partial sums.
#[inline(always)]
fn dot(column: &[Lanes], deltas: &[Lanes]) -> f64 {
    let mut partial = [0.0; LANES];
    for (weights, deltas) in column.iter().zip(deltas) {
        for lane in 0..LANES {
            partial[lane] += weights[lane] * deltas[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = partial;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
