//! The backward pass: each input's delta is a column of the weights times the deltas (the sum in equation 8).
//!
//! A single sample walks through the weights panel by panel. In the product of several samples, a panel of *inputs* is
//! one piece of work. It needs the columns of these inputs from every panel of the weights, transposed.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::fused::has_instruction;
use super::tile::add_rows;
use super::transpose::transpose;
use crate::Activation;
use crate::vectorized::number::{Lanes as _, Number};
use crate::vectorized::panel_matrix::{PANEL, PanelMatrix};

/// The number of rows of weights that are transposed together: at most 32 KiB, which the nearest cache holds.
const DEPTH: usize = 128;

/// Computes Wᵀ·δ for one sample by dot products: adds one panel's part to each column's partial sums, one per lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn add_dots<T: Number>(partial_sums: &mut [T::Lanes], weights: &[T::Lanes], deltas: &[T::Lanes]) {
    const FMA: bool = has_instruction!();
    // The height is not a constant here: if a loop over columns had only straight-line code inside, it would be
    // vectorized across columns, gathering its numbers one by one.
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
    // Common activations get loops without branches.
    match activation {
        Activation::Sigmoid => {
            slopes::<T>(deltas, outputs, |a| Activation::Sigmoid.derivative_from_output(a));
        }
        Activation::Tanh => slopes::<T>(deltas, outputs, |a| Activation::Tanh.derivative_from_output(a)),
        _ => slopes::<T>(deltas, outputs, |a| activation.derivative_from_output(a)),
    }
}

#[inline(always)]
fn slopes<T: Number>(deltas: &mut [T::Lanes], outputs: &[T::Lanes], slope: impl Fn(f64) -> f64) {
    for (delta, output) in T::Lanes::flat_mut(deltas).iter_mut().zip(T::Lanes::flat(outputs)) {
        let slope = T::round_delta(slope(output.to_f64()));
        *delta = T::round_delta(delta.to_f64() * slope.to_f64());
    }
}

/// Computes Wᵀ·δ as a matrix product, each sum in ascending order of the rows, for the inputs of some neighbouring
/// panels, of which `first` is the first.
///
/// `sums` is these panels, a column for each sample, and `deltas` has a row for each sample. The weights of some rows go
/// through all panels before the next rows, so that memory is read from one end to the other.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn backward_product<T: Number>(
    sums: &mut [T::Lanes],
    first: usize,
    weights: &PanelMatrix<T>,
    deltas: &[T],
) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let length = weights.rows();
    let samples = deltas.len() / length;
    let panels: Vec<_> = weights.panels().collect();
    let mut transposed = PanelMatrix::<T>::zeros(PANEL * T::LANES, DEPTH);
    sums.fill(T::Lanes::ZEROS);
    for (depth, panels) in panels.chunks(DEPTH / (PANEL * T::LANES)).enumerate() {
        for (place, sums) in sums.chunks_mut(PANEL * samples).enumerate() {
            let height = sums.len() / samples;
            let transposed = &mut transposed.lanes_mut()[..DEPTH * height];
            for (panel, part) in panels.iter().zip(transposed.chunks_exact_mut(PANEL * T::LANES * height)) {
                transpose::<T>(panel, weights.columns(), (first + place, height), part);
            }
            add_rows::<T, FMA, WIDE>(sums, transposed, deltas, (depth * DEPTH, length), height);
        }
    }
}
