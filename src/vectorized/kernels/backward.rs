//! The backward pass: each input's delta is a column of the weights times the deltas (the sum in equation 8).
//!
//! One sample walks through the weights panel by panel. In the product of several, a panel of *inputs* is one piece of
//! work: it needs 32 columns of every panel of the weights.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::block;
use super::fused::{add_lanes, has_instruction};
use super::tile::{COLUMNS, add_products, load, store};
use crate::Activation;
use crate::vectorized::panel_matrix::{LANES, Lanes, PANEL, PanelMatrix};

/// How many inputs are in a panel of them.
const INPUTS: usize = PANEL * LANES;

/// How many panels of weights a tile goes through at a time.
const DEPTH: usize = 4;

/// Wᵀ·δ for one sample, as dot products: adds one panel's part to each column's eight partial sums, one a lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn add_dots(partial_sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes]) {
    const FMA: bool = has_instruction!();
    // No constant height here: a loop over columns with nothing but lines inside is vectorized across columns, which
    // gathers its numbers one by one.
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

/// The sums of eight partial sums, in pairs.
pub fn sum_up(partial_sums: &[Lanes], sums: &mut [f64]) {
    for (sum, [a, b, c, d, e, f, g, h]) in sums.iter_mut().zip(partial_sums) {
        *sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    }
}

/// δ ← σ'(z) ∘ δ, the slopes from the outputs (the factor before the sum in equation 8).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn multiply_by_slopes(deltas: &mut [Lanes], outputs: &[Lanes], activation: Activation) {
    for (delta, output) in deltas.as_flattened_mut().iter_mut().zip(outputs.as_flattened()) {
        *delta *= activation.derivative_from_output(*output);
    }
}

/// Wᵀ·δ for the inputs of panel `place` as a matrix product, eight samples side by side in a [`Lanes`], each sum in ascending order of the rows.
///
/// `deltas` has for each row of the weights (padded to whole lanes) as many lanes as `sums` has for each input.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
pub fn backward_product(sums: &mut [Lanes], place: usize, weights: &PanelMatrix, deltas: &[Lanes]) {
    const FMA: bool = has_instruction!();
    const WIDE: bool = !FMA || target_cfg_f!(target_feature = "avx512f");
    let inputs = (weights.columns() - place * INPUTS).min(INPUTS);
    let width = sums.len() / INPUTS;
    let panels = weights.lanes().chunks(PANEL * weights.columns());
    let panels: Vec<_> = panels
        .map(|panel| {
            let height = panel.len() / weights.columns();
            &panel[place * INPUTS * height..][..inputs * height]
        })
        .collect();
    let deltas = deltas.chunks(DEPTH * INPUTS * width);
    for (panels, deltas) in panels.chunks(DEPTH).zip(deltas) {
        let mut first = 0;
        while first < width {
            first += match width - first {
                4.. if WIDE => tiles_of_inputs::<FMA, 4>(sums, panels, deltas, inputs, width, first),
                2.. if WIDE => tiles_of_inputs::<FMA, 2>(sums, panels, deltas, inputs, width, first),
                _ => tiles_of_inputs::<FMA, 1>(sums, panels, deltas, inputs, width, first),
            }
        }
    }
}

/// [`COLUMNS`] inputs × `M` lanes of samples at a time, then the inputs that are left one by one; returns `M`.
#[inline(always)]
fn tiles_of_inputs<const FMA: bool, const M: usize>(
    sums: &mut [Lanes],
    panels: &[&[Lanes]],
    deltas: &[Lanes],
    inputs: usize,
    width: usize,
    first: usize,
) -> usize {
    let whole = inputs / COLUMNS * COLUMNS;
    for input in (0..whole).step_by(COLUMNS) {
        tile_of_inputs::<FMA, M, COLUMNS>(
            &mut sums[input * width..],
            panels,
            deltas,
            inputs,
            input,
            width,
            first,
        );
    }
    for input in whole..inputs {
        tile_of_inputs::<FMA, M, 1>(&mut sums[input * width..], panels, deltas, inputs, input, width, first);
    }
    M
}

#[inline(always)]
fn tile_of_inputs<const FMA: bool, const M: usize, const N: usize>(
    sums: &mut [Lanes],
    panels: &[&[Lanes]],
    deltas: &[Lanes],
    inputs: usize,
    input: usize,
    width: usize,
    first: usize,
) {
    let mut tile = load::<M, N>(sums, width, first);
    for (panel, deltas) in panels.iter().zip(deltas.chunks(INPUTS * width)) {
        let panel = panel.as_flattened();
        let rows = panel.len() / inputs;
        let columns: [&[f64]; N] = std::array::from_fn(|n| &panel[(input + n) * rows..][..rows]);
        let deltas = deltas.chunks_exact(width).take(rows).enumerate();
        add_products::<FMA, _, _>(
            &mut tile,
            deltas.map(|(row, deltas)| (*block::<M>(deltas, first), columns.map(|column| column[row]))),
        );
    }
    store(&tile, sums, width, first);
}
