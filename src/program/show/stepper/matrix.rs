//! Draws the step in matrix form: what fc.py would do at this moment, with the row, the column and the entry of this
//! step lit.
//!
//! Every phase fits one table. Its body is W, with one row for each neuron of a layer and one column for each of the
//! layer before, the bias last. On top is a vector of the layer before, on the left one of the layer itself:
//!
//! ```text
//! a = sigmoid(W·x + b)          δ = a·(1 - a)·(Wᵀ·δ)          W = W + η·δ·xᵀ
//!
//! a╲x  0.66 0.21    1           δ╲δ  4e-4 -1e-3               δ╲x  0.66 0.21    1
//! 0.65 0.27 0.93 -0.24          5e-3 0.62 -0.12               4e-4 0.27 0.93 -0.24
//! ```

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use backprop::step::Stepper;
use backprop::step::view::{Mark, Matrix, MatrixForm};

use super::app::App;
use super::palette::{Palette, short, shown};

/// Characters of the narrowest column, a blank between two included.
const NARROWEST: usize = 4;

/// Characters of the widest: a number with three significant digits fits.
const WIDEST: usize = 9;

/// A step in matrix form, as one table.
struct Table<'t> {
    form: MatrixForm,
    stepper: &'t Stepper,
    rows: usize,
    columns: usize,
    /// The row and column to keep in the window.
    focus: (usize, usize),
}

impl<'t> Table<'t> {
    fn new(app: &'t App) -> Self {
        let stepper = &app.stepper;
        let form = MatrixForm::of(stepper, app.latest.as_ref());
        let layer = form.body.first().or(form.left.as_ref()).map_or(0, |matrix| matrix.layer);
        let marked = form.body.first().or(form.left.as_ref()).map_or((None, None), Matrix::focus);
        // Where the step marks a whole row, the column under the cursor; where it marks a column, the row.
        let cursor =
            app.connection_under_cursor().map(|(_, wire)| (wire.downstream.index, wire.upstream.index));
        let (row, column) = cursor.map_or((0, app.ink()), |(row, column)| (row as usize, column as usize));
        Self {
            rows: stepper.network().layers[layer].neurons().len(),
            columns: form.body.iter().map(Matrix::columns).sum(),
            focus: (marked.0.unwrap_or(row), marked.1.unwrap_or(column)),
            form,
            stepper,
        }
    }

    /// Returns the equation in a compact form: `a[1] = sigmoid(W[1]·x + b[1])`.
    fn heading(&self) -> String {
        let dense = |piece: &String| match piece.chars().next() {
            Some(letter) if letter.is_alphabetic() => piece.replace('(', "[").replace(')', "]"),
            _ => piece.replace(" · ", "·").replace(" ∘ ", "·").replace(" / ", "/"),
        };
        self.form.heading.iter().map(dense).collect()
    }

    fn corner(&self) -> String {
        let letter = |matrix: &Option<Matrix>| {
            matrix.as_ref().and_then(|matrix| matrix.caption[0].chars().next()).map(String::from)
        };
        letter(&self.form.left).into_iter().chain(letter(&self.form.top)).collect::<Vec<String>>().join("╲")
    }

    /// Returns the matrix of a column, and the column's place in it.
    fn at(&self, mut column: usize) -> Option<(&Matrix, usize)> {
        self.form.body.iter().find_map(|matrix| {
            let here = column;
            column = column.wrapping_sub(matrix.columns());
            (here < matrix.columns()).then_some((matrix, here))
        })
    }

    /// Returns the number of characters that a column needs, so that every number in these rows has three significant
    /// digits; the vector on the left is column 0.
    fn width(&self, column: usize, rows: &Range<usize>) -> usize {
        let top = self.form.top.as_ref().filter(|_| column > 0);
        let top = top.and_then(|top| top.entry(self.stepper, column - 1, 0).0);
        let left = |row| self.form.left.as_ref().and_then(|left| left.entry(self.stepper, row, 0).0);
        let entry = |row| if column == 0 { left(row) } else { self.entry(row, column - 1).0 };
        let longest = rows.clone().filter_map(entry).chain(top).map(three_digits).max();
        (longest.unwrap_or_default() + 1).clamp(NARROWEST, WIDEST)
    }

    fn entry(&self, row: usize, column: usize) -> (Option<f64>, Mark) {
        self.at(column).map_or((None, Mark::None), |(matrix, column)| matrix.entry(self.stepper, row, column))
    }
}

/// Returns the number of characters of a number with three significant digits.
fn three_digits(value: f64) -> usize {
    let most = if (0.1..1000.0).contains(&value.abs()) { "-0.873".len() } else { WIDEST - 1 };
    short(value, WIDEST - 1).len().min(most)
}

/// Returns the first of `shown` places, out of `count`, around `focus`.
pub fn window(count: usize, shown: usize, focus: usize) -> usize {
    focus.saturating_sub(shown / 2).min(count.saturating_sub(shown))
}

/// Draws as much of the table of the step last done as there is room for. Returns how many rows it takes.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) -> u16 {
    if (area.width as usize) < 2 * WIDEST || area.height < 4 {
        return 0;
    }
    let table = &Table::new(app);
    buffer.set_stringn(area.x, area.y, table.heading(), area.width as usize, Palette::strong());
    let window = Window::of(table, area);
    let style = |mark: Mark| match mark {
        Mark::None | Mark::Along => Style::new(),
        Mark::Read => app.palette.read(),
        Mark::Result => app.palette.result(),
    };
    let width = |column: usize| window.widths[column] - 1;
    let mut put = |column: usize, row: usize, text: &str, style: Style| {
        let width = width(column);
        let text = format!("{text:>width$}");
        let x = area.x + window.widths[..column].iter().sum::<usize>() as u16;
        buffer.set_stringn(x, area.y + 1 + row as u16, text, width, style);
    };
    put(0, 0, &table.corner(), app.palette.quiet());
    for column in 0..window.widths.len() - 1 {
        let place = window.first_column + column;
        if let Some(top) = &table.form.top {
            let (number, mark) = top.entry(table.stepper, place, 0);
            put(column + 1, 0, &shown(number, width(column + 1)), style(mark));
        } else if let Some((matrix, 0)) = table.at(place) {
            let name = matrix.caption.first().map_or("", String::as_str);
            put(column + 1, 0, name.trim_end_matches(|c| "()0123456789".contains(c)), Style::new());
        }
    }
    for row in 0..window.rows {
        let place = window.first_row + row;
        if let Some(left) = &table.form.left {
            let (number, mark) = left.entry(table.stepper, place, 0);
            put(0, row + 1, &shown(number, width(0)), style(mark));
        }
        for column in 0..window.widths.len() - 1 {
            let (number, mark) = table.entry(place, window.first_column + column);
            put(column + 1, row + 1, &shown(number, width(column + 1)), style(mark));
        }
    }
    if let Some(text) = window.text(table) {
        let y = area.y + area.height - 1;
        buffer.set_stringn(area.x, y, text, area.width as usize, app.palette.quiet());
        return area.height;
    }
    2 + window.rows as u16
}

/// The visible part of a table: the widths of the vector on the left and of each column, the number of rows, and the
/// first row and column.
struct Window {
    widths: Vec<usize>,
    rows: usize,
    first_row: usize,
    first_column: usize,
}

impl Window {
    fn of(table: &Table<'_>, area: Rect) -> Self {
        let (width, room) = (area.width as usize, area.height as usize - 2);
        // Below the heading and the vector on top; a line at the bottom says which part is visible.
        let of = |columns: usize, rows: usize| {
            let rows = rows.min(table.rows);
            let first_row = window(table.rows, rows, table.focus.0);
            let first_column = window(table.columns, columns, table.focus.1);
            let seen = [0].into_iter().chain(first_column + 1..=first_column + columns);
            let widths = seen.map(|column| table.width(column, &(first_row..first_row + rows))).collect();
            Self { widths, rows, first_row, first_column }
        };
        let fits = |window: &Self| window.widths.iter().sum::<usize>() <= width + 1;
        if table.rows <= room && table.columns <= width / NARROWEST {
            let whole = of(table.columns, room);
            if fits(&whole) {
                return whole;
            }
        }
        let most = table.columns.min(width / NARROWEST);
        (1..most).rev().map(|columns| of(columns, room - 1)).find(fits).unwrap_or_else(|| of(1, room - 1))
    }

    /// Returns the part that is visible, in words; `None` if it is the whole table.
    fn text(&self, table: &Table<'_>) -> Option<String> {
        let range = |what, first: usize, seen: usize, count: usize| {
            format!("{what} {}-{} of {count}", first + 1, first + seen)
        };
        let rows = range("rows", self.first_row, self.rows, table.rows);
        let seen = self.widths.len() - 1;
        if seen < table.columns {
            let columns = range("columns", self.first_column, seen, table.columns);
            return Some(format!("{rows}, {columns}"));
        }
        (self.rows < table.rows).then_some(rows)
    }
}
