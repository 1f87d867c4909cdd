//! A matrix in panels: the memory layout of weights, and of vectors of several samples.
//!
//! The rows are cut into panels of [`PANEL`] lanes, which are 32 f64 or 64 f32. A panel lies in memory column by column,
//! and panel follows panel; in f64:
//!
//! ```text
//!   panel 0   column 0, rows 0 to 31   column 1, rows 0 to 31   …   the last column, rows 0 to 31
//!   panel 1   column 0, rows 32 to 63  column 1, rows 32 to 63  …
//! ```
//!
//! So the weights of *one input* are side by side, a panel is read and written from one end to the other, the sums of
//! its rows fit in registers, and panels can be handed to threads. The rows of the last panel are padded with zeros to
//! whole lanes. A panel begins at an address divisible by 64: lanes are one cache line and one AVX-512 register, and a
//! load that straddles two lines costs twice.

use super::number::{Lanes as _, Number};

/// The most lanes in a column of a panel.
pub(super) const PANEL: usize = 4;

/// The address of a panel is divisible by this.
const CACHE_LINE: usize = 64;

/// A matrix of `rows` × `columns` numbers. With one column it is a vector, whose rows are side by side.
#[derive(Debug, Default)]
pub(super) struct PanelMatrix<T> {
    rows: usize,
    columns: usize,
    /// The panels, after enough unused numbers to reach an address divisible by [`CACHE_LINE`].
    storage: Vec<T>,
    offset: usize,
}

impl<T: Number> PanelMatrix<T> {
    /// Creates a matrix of zeros.
    pub(super) fn zeros(rows: usize, columns: usize) -> Self {
        let storage = vec![T::ZERO; rows.next_multiple_of(T::LANES) * columns + T::LANES];
        let offset = storage.as_ptr().align_offset(CACHE_LINE).min(T::LANES);
        Self { rows, columns, storage, offset }
    }

    /// Returns the number of rows, without padding.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// Returns the number of lanes in a column of all panels together.
    pub(super) fn height(&self) -> usize {
        self.rows.div_ceil(T::LANES)
    }

    /// Sets every number to 0, including the padding.
    pub(super) fn clear(&mut self) {
        self.storage.fill(T::ZERO);
    }

    /// Changes the number of columns; all numbers are 0 afterwards, unless the number stays the same.
    pub(super) fn set_columns(&mut self, columns: usize) {
        if self.columns != columns {
            *self = Self::zeros(self.rows, columns);
        }
    }

    /// Returns all panels, one after the other.
    pub(super) fn lanes(&self) -> &[T::Lanes] {
        T::Lanes::of(&self.storage[self.offset..]).get(..self.height() * self.columns).unwrap_or_default()
    }

    /// Returns the same, mutably. Padding of weights and deltas must stay 0.
    pub(super) fn lanes_mut(&mut self) -> &mut [T::Lanes] {
        let count = self.height() * self.columns;
        &mut T::Lanes::of_mut(&mut self.storage[self.offset..])[..count]
    }

    /// Returns the panels. The last may have fewer than [`PANEL`] lanes in a column.
    pub(super) fn panels(&self) -> impl ExactSizeIterator<Item = &[T::Lanes]> + Clone {
        self.lanes().chunks(PANEL * self.columns)
    }

    /// Returns the panels, mutably.
    pub(super) fn panels_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [T::Lanes]> {
        let size = PANEL * self.columns;
        self.lanes_mut().chunks_mut(size)
    }

    /// Returns the numbers of a matrix of one column, without padding.
    pub(super) fn vector(&self) -> &[T] {
        assert_eq!(self.columns, 1, "only one column lies in one piece");
        &T::Lanes::flat(self.lanes())[..self.rows]
    }

    /// Returns the same, mutably.
    pub(super) fn vector_mut(&mut self) -> &mut [T] {
        assert_eq!(self.columns, 1, "only one column lies in one piece");
        let rows = self.rows;
        &mut T::Lanes::flat_mut(self.lanes_mut())[..rows]
    }

    /// Returns one number.
    #[track_caller]
    pub(super) fn get(&self, row: usize, column: usize) -> T {
        T::Lanes::flat(self.lanes())[self.place(row, column)]
    }

    /// Changes one number.
    #[track_caller]
    pub(super) fn set(&mut self, row: usize, column: usize, number: T) {
        let place = self.place(row, column);
        T::Lanes::flat_mut(self.lanes_mut())[place] = number;
    }

    /// Copies the first `columns` columns, each as a row of numbers side by side.
    pub(super) fn copy_to_rows(&self, columns: usize, rows: &mut Vec<T>) {
        rows.resize(columns * self.rows, T::ZERO);
        for (column, row) in rows.chunks_exact_mut(self.rows).enumerate() {
            for (part, panel) in row.chunks_mut(PANEL * T::LANES).zip(self.panels()) {
                let height = panel.len() / self.columns;
                let numbers = T::Lanes::flat(&panel[column * height..][..height]);
                part.copy_from_slice(&numbers[..part.len()]);
            }
        }
    }

    /// Writes rows of numbers into the columns: the inverse of [`PanelMatrix::copy_to_rows`].
    pub(super) fn copy_from_rows(&mut self, rows: &[T]) {
        let (count, columns) = (self.rows, self.columns);
        for (place, panel) in self.panels_mut().enumerate() {
            let height = panel.len() / columns * T::LANES;
            let first = place * PANEL * T::LANES;
            let used = height.min(count - first);
            let columns = T::Lanes::flat_mut(panel).chunks_exact_mut(height);
            for (row, column) in rows.chunks_exact(count).zip(columns) {
                column[..used].copy_from_slice(&row[first..first + used]);
            }
        }
    }

    #[track_caller]
    fn place(&self, row: usize, column: usize) -> usize {
        assert!(row < self.rows && column < self.columns, "no such row or column");
        let panel = row / (PANEL * T::LANES);
        let height = (self.height() - panel * PANEL).min(PANEL) * T::LANES;
        panel * PANEL * T::LANES * self.columns + column * height + row % (PANEL * T::LANES)
    }
}

impl<T: Number> Clone for PanelMatrix<T> {
    /// Makes a copy that begins at a cache line, which a copied `Vec` might not.
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.rows, self.columns);
        copy.lanes_mut().copy_from_slice(self.lanes());
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_begin_at_cache_lines_in_copies_too() {
        for rows in [1, 7, 8, 9, 32, 33, 300] {
            let matrix = PanelMatrix::<f64>::zeros(rows, 5);
            for matrix in [&matrix, &matrix.clone()] {
                assert_eq!(matrix.panels().len(), rows.div_ceil(32));
                for panel in matrix.panels() {
                    assert!(panel.as_ptr().addr().is_multiple_of(CACHE_LINE), "{rows} rows");
                }
                assert_eq!(matrix.lanes().len(), 5 * rows.div_ceil(8));
            }
        }
    }

    #[test]
    fn numbers_lie_where_the_drawing_says() {
        let mut matrix = PanelMatrix::<f64>::zeros(42, 3);
        for (row, column) in (0..42).flat_map(|row| (0..3).map(move |column| (row, column))) {
            matrix.set(row, column, (100 * row + column) as f64);
        }
        let panels: Vec<_> = matrix.panels().map(<[[f64; 8]]>::as_flattened).collect();
        assert_eq!([panels[0].len(), panels[1].len()], [32 * 3, 16 * 3]);
        assert_eq!(panels[0][..2], [0.0, 100.0]); // down column 0 …
        assert_eq!(panels[0][32..34], [1.0, 101.0]); // … then down column 1
        assert_eq!(panels[1][..2], [3200.0, 3300.0]); // rows from 32 on are in the next panel
        assert_eq!(panels[1][10..16], [0.0; 6]); // padding
        assert_eq!(matrix.get(41, 2), 4102.0);
        let mut rows = Vec::new();
        matrix.copy_to_rows(2, &mut rows);
        assert_eq!((rows.len(), rows[0], rows[41], rows[42]), (84, 0.0, 4100.0, 1.0));
        let mut copy = PanelMatrix::<f64>::zeros(42, 2);
        copy.copy_from_rows(&rows);
        assert_eq!((copy.get(41, 1), copy.get(0, 1)), (4101.0, 1.0));
    }
}
