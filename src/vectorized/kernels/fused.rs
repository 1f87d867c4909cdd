//! One sample's update and the next sample's forward pass in one walk over the weights.
//!
//! Sample by sample, a layer whose weights do not fit the cache is read for the forward pass, and read and written for
//! the update. But the update of one sample and the forward pass of the next meet the same columns, most of them:
//! joined, a column that both need is loaded once.

use multiversion::multiversion;

use super::add_scaled;
use crate::Activation;
use crate::vectorized::column_matrix::Lanes;
use crate::vectorized::exponential::activate;
use crate::vectorized::non_zeros::NonZeroRow;

/// The last sample's part: what went in, and the deltas of what came out.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    pub inputs: NonZeroRow<'a>,
    pub deltas: &'a [Lanes],
    pub rate: f64,
}

/// W ← W + η·δ·xᵀ and b ← b + η·δ for the last sample, then a = σ(W·x + b) for the next one.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update_and_forward(
    weights: &mut [Lanes],
    biases: &mut [Lanes],
    last: &Step<'_>,
    next: NonZeroRow<'_>,
    outputs: &mut [Lanes],
    activation: Activation,
) {
    let height = biases.len();
    add_scaled(biases, last.rate, last.deltas);
    outputs.copy_from_slice(biases);

    // Both lists ascend. Merged, every column is met once, and the sums still take their inputs in ascending order.
    let (mut l, mut n) = (0, 0);
    loop {
        let last_place = last.inputs.places.get(l).copied().unwrap_or(u32::MAX);
        let next_place = next.places.get(n).copied().unwrap_or(u32::MAX);
        let place = last_place.min(next_place);
        if place == u32::MAX {
            break;
        }
        let column = &mut weights[place as usize * height..][..height];
        if last_place == next_place {
            change_and_add(column, last.rate * last.inputs.values[l], last.deltas, next.values[n], outputs);
        } else if place == last_place {
            add_scaled(column, last.rate * last.inputs.values[l], last.deltas);
        } else {
            add_scaled(outputs, next.values[n], column);
        }
        l += usize::from(place == last_place);
        n += usize::from(place == next_place);
    }
    activate(activation, outputs);
}

/// column += factor·δ, then sums += x·column.
#[inline(always)]
fn change_and_add(column: &mut [Lanes], factor: f64, deltas: &[Lanes], input: f64, sums: &mut [Lanes]) {
    let column = column.as_flattened_mut().iter_mut();
    let numbers = column.zip(deltas.as_flattened()).zip(sums.as_flattened_mut());
    for ((weight, delta), sum) in numbers {
        let changed = *weight + factor * delta;
        *weight = changed;
        *sum += input * changed;
    }
}
