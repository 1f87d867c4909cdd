//! Copies of inputs, deltas and weights in the order in which a matrix product reads them.

use super::tile::{COLUMNS, HEIGHT, Numbers};
use crate::vectorized::panel_matrix::{LANES, Lanes, PANEL, PanelMatrix};

/// The number of a layer's inputs that the backward pass takes together: a panel of the layer before.
pub const INPUTS: usize = PANEL * LANES;

/// Packs [`COLUMNS`] samples at a time, all inputs of each; `samples` are rows of `input_size` numbers. The last group
/// is filled up with zeros.
pub fn inputs_by_sample(samples: &[f64], input_size: usize, packed: &mut Vec<Numbers>) {
    packed.clear();
    for group in samples.chunks(COLUMNS * input_size) {
        let start = packed.len();
        packed.resize(start + input_size, [0.0; COLUMNS]);
        for (n, sample) in group.chunks_exact(input_size).enumerate() {
            for (numbers, input) in packed[start..].iter_mut().zip(sample) {
                numbers[n] = *input;
            }
        }
    }
}

/// Packs [`COLUMNS`] inputs at a time, all samples of each, times `factor`; the last group is filled up with zeros.
pub fn inputs_by_column(samples: &[f64], input_size: usize, factor: f64, packed: &mut Vec<Numbers>) {
    let count = samples.len() / input_size;
    packed.resize(input_size.div_ceil(COLUMNS) * count, [0.0; COLUMNS]);
    for (place, sample) in samples.chunks_exact(input_size).enumerate() {
        let groups = packed.iter_mut().skip(place).step_by(count);
        for (numbers, inputs) in groups.zip(sample.chunks(COLUMNS)) {
            *numbers = [0.0; COLUMNS];
            for (number, input) in numbers.iter_mut().zip(inputs) {
                *number = factor * input;
            }
        }
    }
}

/// Packs the transpose: eight samples in a [`Lanes`], in blocks of [`HEIGHT`] lanes (fewer in the last), each with all
/// rows. Rows are padded like those of `deltas`.
pub fn deltas_by_row(deltas: &PanelMatrix, packed: &mut Vec<Lanes>) {
    let (samples, rows) = (deltas.columns(), deltas.height() * LANES);
    let width = samples.div_ceil(LANES);
    packed.clear();
    packed.resize(rows * width, [0.0; LANES]);
    for (block, packed) in packed.chunks_mut(rows * HEIGHT).enumerate() {
        let lanes = packed.len() / rows;
        let first = block * HEIGHT * LANES;
        let mut rest = packed;
        for panel in deltas.panels() {
            let height = panel.len() / samples * LANES;
            let (this, next) = rest.split_at_mut(height * lanes);
            let columns = panel.as_flattened().chunks_exact(height);
            for (sample, column) in columns.skip(first).take(lanes * LANES).enumerate() {
                for (lanes, delta) in this.chunks_exact_mut(lanes).zip(column) {
                    lanes[sample / LANES][sample % LANES] = *delta;
                }
            }
            rest = next;
        }
    }
}

/// Packs the weights of the inputs of panel `place` in some panels of rows: [`COLUMNS`] inputs at a time, all rows of
/// each. Inputs missing from [`INPUTS`] are filled up with zeros.
pub fn weights_by_row(panels: &[&[Lanes]], inputs: usize, place: usize, packed: &mut Vec<Numbers>) {
    let rows: usize = panels.iter().map(|panel| panel.len() / inputs * LANES).sum();
    packed.resize(INPUTS / COLUMNS * rows, [0.0; COLUMNS]);
    let mut first = 0;
    for panel in panels {
        let height = panel.len() / inputs * LANES;
        let mut columns = panel.as_flattened().chunks_exact(height).skip(place * INPUTS);
        for packed in packed.chunks_exact_mut(rows) {
            let columns: [_; COLUMNS] =
                std::array::from_fn(|_| columns.next().unwrap_or(&[0.0; INPUTS][..height]));
            for (row, numbers) in packed[first..][..height].iter_mut().enumerate() {
                *numbers = columns.map(|column| column[row]);
            }
        }
        first += height;
    }
}

/// Unpacks one panel of inputs: from `sums` in such blocks to a column per sample.
pub fn sums_by_sample(sums: &[Lanes], samples: usize, panel: &mut [Lanes]) {
    let rows = panel.len() / samples * LANES;
    let blocks = panel.as_flattened_mut().chunks_mut(rows * HEIGHT * LANES);
    for (sums, columns) in sums.chunks(INPUTS * HEIGHT).zip(blocks) {
        let lanes = sums.len() / INPUTS;
        for (sample, column) in columns.chunks_exact_mut(rows).enumerate() {
            for (number, lanes) in column.iter_mut().zip(sums.chunks_exact(lanes)) {
                *number = lanes[sample / LANES][sample % LANES];
            }
        }
    }
}
