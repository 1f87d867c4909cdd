//! The backward pass: each input's delta is a column of the weights times the deltas.

use multiversion::multiversion;

use crate::vectorized::column_matrix::{LANES, Lanes};

/// Wᵀ·δ for every sample (the sum in equation 8): `sums` has one column a sample and one row an input.
///
/// Each column of the weights is finished with all samples before the next is touched.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn backward(sums: &mut [Lanes], weights: &[Lanes], deltas: &[Lanes], inputs: usize, height: usize) {
    let sums = sums.as_flattened_mut();
    let sums_stride = inputs.next_multiple_of(LANES);
    for (input, column) in weights.chunks_exact(height).enumerate() {
        for (sample, deltas) in deltas.chunks_exact(height).enumerate() {
            sums[sample * sums_stride + input] = dot(column, deltas);
        }
    }
}

/// Σ wᵢ·δᵢ over one column.
///
/// In sixteen partial sums, two of them in each lane, so that no addition waits for the one just before it.
#[inline(always)]
fn dot(column: &[Lanes], deltas: &[Lanes]) -> f64 {
    let (weight_pairs, last_weights) = column.as_chunks::<2>();
    let (delta_pairs, last_deltas) = deltas.as_chunks::<2>();
    let mut first = [0.0; LANES];
    let mut second = [0.0; LANES];
    for (weights, deltas) in weight_pairs.iter().zip(delta_pairs) {
        for lane in 0..LANES {
            first[lane] += weights[0][lane] * deltas[0][lane];
            second[lane] += weights[1][lane] * deltas[1][lane];
        }
    }
    for (weights, deltas) in last_weights.iter().zip(last_deltas) {
        for lane in 0..LANES {
            first[lane] += weights[lane] * deltas[lane];
        }
    }
    for lane in 0..LANES {
        first[lane] += second[lane];
    }
    let [a, b, c, d, e, f, g, h] = first;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
