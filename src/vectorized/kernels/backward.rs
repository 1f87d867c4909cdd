//! The backward pass: each input's delta is a column of the weights times the deltas (the sum in equation 8).
//!
//! A single sample walks through the weights panel by panel. In the product of several samples, a panel of *inputs* is
//! one piece of work, which needs 32 columns of every panel of the weights.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::fused::has_instruction;
use super::pack::{inputs_of_panel, weights_by_row};
use super::tile::{COLUMNS, HEIGHT, add_product};
use crate::Activation;
use crate::vectorized::number::{Lanes as _, Number};
use crate::vectorized::panel_matrix::PanelMatrix;

/// The number of panels of weights that a tile goes through at a time: two have 64 rows, whose weights and whose block
/// of deltas are 16 KiB each.
const DEPTH: usize = 2;

/// Computes Wᵀ·δ for one sample by dot products: adds one panel's part to each column's partial sums, one per lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn add_dots<T: Number>(partial_sums: &mut [T::Lanes], weights: &[T::Lanes], deltas: &[T::Lanes]) {
    const FMA: bool = has_instruction!();
    // Not a constant height here: a loop over columns with only straight-line code inside would be vectorized across
    // columns, which gathers its numbers one by one.
    for (partial_sums, column) in partial_sums.iter_mut().zip(weights.chunks_exact(deltas.len())) {
        let mut sums = *partial_sums;
        for (weights, deltas) in column.iter().zip(deltas) {
            if FMA {
                sums.add_products(weights, deltas);
            } else {
                T::add_products_without(&mut sums, weights, deltas);
            }
        }
        *partial_sums = sums;
    }
}

/// Adds up partial sums in pairs.
pub fn sum_up<T: Number>(partial_sums: &[T::Lanes], sums: &mut [T]) {
    for (sum, partial_sums) in sums.iter_mut().zip(partial_sums) {
        *sum = partial_sums.sum();
    }
}

/// Computes δ ← σ'(z) ∘ δ, the slopes from the outputs (the factor before the sum in equation 8).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn multiply_by_slopes<T: Number>(deltas: &mut [T::Lanes], outputs: &[T::Lanes], activation: Activation) {
    for (delta, output) in T::Lanes::flat_mut(deltas).iter_mut().zip(T::Lanes::flat(outputs)) {
        *delta *= T::from_f64(activation.derivative_from_output(output.to_f64()));
    }
}

/// Computes Wᵀ·δ for the inputs of panel `place` as a matrix product, samples side by side in lanes, each sum in ascending order of the rows.
///
/// `deltas` are in the blocks of [`deltas_by_row`](super::pack::deltas_by_row), and so are the `sums` of
/// [`inputs_of_panel`].
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn backward_product<T: Number>(
    sums: &mut [T::Lanes],
    place: usize,
    weights: &PanelMatrix<T>,
    deltas: &[T::Lanes],
) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let inputs = inputs_of_panel::<T>();
    let mut packed = Vec::new();
    let panels: Vec<_> = weights.panels().collect();
    for (depth, panels) in panels.chunks(DEPTH).enumerate() {
        weights_by_row(panels, weights.columns(), place, &mut packed);
        let rows = packed.len() * COLUMNS / inputs;
        let blocks =
            sums.chunks_mut(inputs * HEIGHT).zip(deltas.chunks(weights.height() * T::LANES * HEIGHT));
        for (sums, deltas) in blocks {
            let width = sums.len() / inputs;
            let deltas = &deltas[depth * DEPTH * inputs * width..][..rows * width];
            for (sums, weights) in sums.chunks_exact_mut(COLUMNS * width).zip(packed.chunks_exact(rows)) {
                add_product::<T, FMA, WIDE, _>(sums, deltas, &weights.iter().copied(), width);
            }
        }
    }
}
