//! One visit to a panel for two samples: the update for the last one, then the forward pass of the next.
//!
//! Both use mostly the same columns. A group of columns is updated, then used while it is in the nearest cache. While
//! the update waits for its next columns, the forward pass, whose sums wait for each other, continues.

use multiversion::multiversion;

use super::forward::add_columns;
use super::fused::has_instruction;
use super::update::add_to_columns;
use super::{block, block_mut};
use crate::vectorized::non_zeros::NonZeroRow;
use crate::vectorized::number::Number;

/// Computes W ← W + factor·δ·xᵀ for the first row's x, then W·x + b for the second's, with the same bits as
/// [`update_by_sample`](super::update::update_by_sample), then [`forward_walk`](super::forward::forward_walk).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn update_and_forward<T: Number>(
    sums: &mut [T::Lanes],
    weights: &mut [T::Lanes],
    biases: &[T::Lanes],
    deltas: &[T::Lanes],
    factor: T,
    rows: (NonZeroRow<'_, T>, NonZeroRow<'_, T>),
) {
    const FMA: bool = has_instruction!();
    match biases.len() {
        1 => visit::<T, FMA, 1>(sums, weights, biases, deltas, factor, rows),
        2 => visit::<T, FMA, 2>(sums, weights, biases, deltas, factor, rows),
        3 => visit::<T, FMA, 3>(sums, weights, biases, deltas, factor, rows),
        _ => visit::<T, FMA, 4>(sums, weights, biases, deltas, factor, rows),
    }
}

#[inline(always)]
fn visit<T: Number, const FMA: bool, const HEIGHT: usize>(
    sums: &mut [T::Lanes],
    weights: &mut [T::Lanes],
    biases: &[T::Lanes],
    deltas: &[T::Lanes],
    factor: T,
    (last, next): (NonZeroRow<'_, T>, NonZeroRow<'_, T>),
) {
    let (sums, deltas) = (block_mut::<_, HEIGHT>(sums, 0), block::<_, HEIGHT>(deltas, 0));
    *sums = *block(biases, 0);
    for (last, next) in last.groups().zip(next.groups()) {
        add_to_columns::<T, FMA, _>(weights, last, deltas, factor);
        *sums = add_columns::<T, FMA, _>(sums, weights, next);
    }
}
