//! Copies of inputs, deltas and weights in the order in which a matrix product reads them.

use super::tile::{COLUMNS, HEIGHT, Numbers};
use crate::gradient_check::Real;
use crate::vectorized::number::{Lanes as _, Number};
use crate::vectorized::panel_matrix::{PANEL, PanelMatrix};

/// Returns the number of a layer's inputs that the backward pass takes together: a panel of the layer before.
pub const fn inputs_of_panel<T: Number>() -> usize {
    PANEL * T::LANES
}

/// Packs [`COLUMNS`] samples at a time, all inputs of each; `samples` are rows of `input_size` numbers. The last group
/// is filled up with zeros.
pub fn inputs_by_sample<S: Real, T: Number>(samples: &[S], input_size: usize, packed: &mut Vec<Numbers<T>>) {
    packed.clear();
    for group in samples.chunks(COLUMNS * input_size) {
        let start = packed.len();
        packed.resize(start + input_size, [T::ZERO; COLUMNS]);
        for (n, sample) in group.chunks_exact(input_size).enumerate() {
            for (numbers, input) in packed[start..].iter_mut().zip(sample) {
                numbers[n] = T::from_f64(input.to_f64());
            }
        }
    }
}

/// Packs [`COLUMNS`] inputs at a time, all samples of each, times `factor`; the last group is filled up with zeros.
pub fn inputs_by_column<S: Real, T: Number>(
    samples: &[S],
    input_size: usize,
    factor: T,
    packed: &mut Vec<Numbers<T>>,
) {
    let count = samples.len() / input_size;
    packed.resize(input_size.div_ceil(COLUMNS) * count, [T::ZERO; COLUMNS]);
    for (place, sample) in samples.chunks_exact(input_size).enumerate() {
        let groups = packed.iter_mut().skip(place).step_by(count);
        for (numbers, inputs) in groups.zip(sample.chunks(COLUMNS)) {
            *numbers = [T::ZERO; COLUMNS];
            for (number, input) in numbers.iter_mut().zip(inputs) {
                *number = factor * T::from_f64(input.to_f64());
            }
        }
    }
}

/// Packs the transpose: samples side by side in lanes, in blocks of [`HEIGHT`] lanes (fewer in the last), each with all
/// rows. Rows are padded like those of `deltas`.
pub fn deltas_by_row<T: Number>(deltas: &PanelMatrix<T>, packed: &mut Vec<T::Lanes>) {
    let (samples, rows) = (deltas.columns(), deltas.height() * T::LANES);
    let width = samples.div_ceil(T::LANES);
    packed.clear();
    packed.resize(rows * width, T::Lanes::ZEROS);
    for (block, packed) in packed.chunks_mut(rows * HEIGHT).enumerate() {
        let lanes = packed.len() / rows;
        let first = block * HEIGHT * T::LANES;
        let mut rest = packed;
        for panel in deltas.panels() {
            let height = panel.len() / samples * T::LANES;
            let (this, next) = rest.split_at_mut(height * lanes);
            let columns = T::Lanes::flat(panel).chunks_exact(height);
            for (sample, column) in columns.skip(first).take(lanes * T::LANES).enumerate() {
                for (lanes, delta) in this.chunks_exact_mut(lanes).zip(column) {
                    T::Lanes::flat_mut(lanes)[sample] = *delta;
                }
            }
            rest = next;
        }
    }
}

/// Packs the weights of the inputs of panel `place` in some panels of rows: [`COLUMNS`] inputs at a time, all rows of
/// each. Inputs missing from [`inputs_of_panel`] are filled up with zeros.
pub fn weights_by_row<T: Number>(
    panels: &[&[T::Lanes]],
    inputs: usize,
    place: usize,
    packed: &mut Vec<Numbers<T>>,
) {
    let zeros = [T::Lanes::ZEROS; PANEL];
    let rows: usize = panels.iter().map(|panel| panel.len() / inputs * T::LANES).sum();
    packed.resize(inputs_of_panel::<T>() / COLUMNS * rows, [T::ZERO; COLUMNS]);
    let mut first = 0;
    for panel in panels {
        let height = panel.len() / inputs * T::LANES;
        let mut columns = T::Lanes::flat(panel).chunks_exact(height).skip(place * inputs_of_panel::<T>());
        for packed in packed.chunks_exact_mut(rows) {
            let columns: [_; COLUMNS] =
                std::array::from_fn(|_| columns.next().unwrap_or(&T::Lanes::flat(&zeros)[..height]));
            for (row, numbers) in packed[first..][..height].iter_mut().enumerate() {
                *numbers = columns.map(|column| column[row]);
            }
        }
        first += height;
    }
}

/// Unpacks one panel of inputs: from `sums` in such blocks to a column per sample.
pub fn sums_by_sample<T: Number>(sums: &[T::Lanes], samples: usize, panel: &mut [T::Lanes]) {
    let rows = panel.len() / samples * T::LANES;
    let blocks = T::Lanes::flat_mut(panel).chunks_mut(rows * HEIGHT * T::LANES);
    for (sums, columns) in sums.chunks(inputs_of_panel::<T>() * HEIGHT).zip(blocks) {
        let lanes = sums.len() / inputs_of_panel::<T>();
        for (sample, column) in columns.chunks_exact_mut(rows).enumerate() {
            for (number, lanes) in column.iter_mut().zip(sums.chunks_exact(lanes)) {
                *number = T::Lanes::flat(lanes)[sample];
            }
        }
    }
}
