//! The backward pass: each input's delta is a column of the weights times the deltas (the sum in equation 8).
//!
//! A single sample walks through the weights panel by panel. In the product of several samples, a panel of *inputs* is
//! one piece of work, which needs 32 columns of every panel of the weights.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::fused::{add_lanes, has_instruction};
use super::pack::{INPUTS, weights_by_row};
use super::tile::{COLUMNS, HEIGHT, add_product};
use crate::Activation;
use crate::vectorized::panel_matrix::{LANES, Lanes, PanelMatrix};

/// The number of panels of weights that a tile goes through at a time: two have 64 rows, whose weights and whose block
/// of deltas are 16 KiB each.
const DEPTH: usize = 2;

/// Computes Wᵀ·δ for one sample by dot products: adds one panel's part to each column's eight partial sums, one per
/// lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn add_dots(partial_sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes]) {
    const FMA: bool = has_instruction!();
    // Not a constant height here: a loop over columns with only straight-line code inside would be vectorized across
    // columns, which gathers its numbers one by one.
    for (partial_sums, column) in partial_sums.iter_mut().zip(weights.chunks_exact(deltas.len())) {
        let mut sums = *partial_sums;
        for (weights, deltas) in column.iter().zip(deltas) {
            if !FMA {
                add_lanes(&mut sums, weights, deltas);
                continue;
            }
            for lane in 0..LANES {
                sums[lane] = weights[lane].mul_add(deltas[lane], sums[lane]);
            }
        }
        *partial_sums = sums;
    }
}

/// Adds up eight partial sums in pairs.
pub fn sum_up(partial_sums: &[Lanes], sums: &mut [f64]) {
    for (sum, [a, b, c, d, e, f, g, h]) in sums.iter_mut().zip(partial_sums) {
        *sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    }
}

/// Computes δ ← σ'(z) ∘ δ, the slopes from the outputs (the factor before the sum in equation 8).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn multiply_by_slopes(deltas: &mut [Lanes], outputs: &[Lanes], activation: Activation) {
    for (delta, output) in deltas.as_flattened_mut().iter_mut().zip(outputs.as_flattened()) {
        *delta *= activation.derivative_from_output(*output);
    }
}

/// Computes Wᵀ·δ for the inputs of panel `place` as a matrix product, eight samples side by side in a [`Lanes`], each
/// sum in ascending order of the rows.
///
/// `deltas` are in the blocks of [`deltas_by_row`](super::pack::deltas_by_row), and so are the `sums` of [`INPUTS`]
/// inputs.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn backward_product(sums: &mut [Lanes], place: usize, weights: &PanelMatrix, deltas: &[Lanes]) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let mut packed = Vec::new();
    let panels: Vec<_> = weights.panels().collect();
    for (depth, panels) in panels.chunks(DEPTH).enumerate() {
        weights_by_row(panels, weights.columns(), place, &mut packed);
        let rows = packed.len() * COLUMNS / INPUTS;
        let blocks = sums.chunks_mut(INPUTS * HEIGHT).zip(deltas.chunks(weights.height() * LANES * HEIGHT));
        for (sums, deltas) in blocks {
            let width = sums.len() / INPUTS;
            let deltas = &deltas[depth * DEPTH * INPUTS * width..][..rows * width];
            for (sums, weights) in sums.chunks_exact_mut(COLUMNS * width).zip(packed.chunks_exact(rows)) {
                add_product::<FMA, WIDE, _>(sums, deltas, &weights.iter().copied(), width);
            }
        }
    }
}
