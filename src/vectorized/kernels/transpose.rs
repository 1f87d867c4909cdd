//! The transpose of the weights, for the backward pass: the inputs of one row side by side in lanes.

use super::tile::COLUMNS;
use crate::vectorized::number::{Lanes as _, Number};
use crate::vectorized::panel_matrix::PANEL;

/// Transposes one panel of weights, for the inputs of panel `place` of the layer before: `height` lanes of inputs for
/// each row. Inputs that are missing from the last lanes become zeros.
#[inline(always)]
pub fn transpose<T: Number>(
    weights: &[T::Lanes],
    inputs: usize,
    (place, height): (usize, usize),
    transposed: &mut [T::Lanes],
) {
    let (rows, width) = (weights.len() / inputs * T::LANES, height * T::LANES);
    let zeros = [T::Lanes::ZEROS; PANEL];
    let mut columns = T::Lanes::flat(weights).chunks_exact(rows).skip(place * PANEL * T::LANES);
    for first in (0..width).step_by(COLUMNS) {
        let [a, b, c, d]: [_; COLUMNS] =
            std::array::from_fn(|_| columns.next().unwrap_or(&T::Lanes::flat(&zeros)[..rows]));
        let lines = T::Lanes::flat_mut(transposed).chunks_exact_mut(width);
        for (line, (((a, b), c), d)) in lines.zip(a.iter().zip(b).zip(c).zip(d)) {
            line[first..][..COLUMNS].copy_from_slice(&[*a, *b, *c, *d]);
        }
    }
}
