//! The moment in matrix form: what fc.py would be doing now, with the row, the column and the entry of this step lit.
//!
//! Every phase fits one table. Its body is W, one row for each neuron of a layer and one column for each of the layer
//! before, the bias last. On top stands a vector of the layer before, on the left one of the layer itself:
//!
//! ```text
//! a = sigmoid(W·x + b)          δ = a·(1 - a)·(Wᵀ·δ)          W = W + η·δ·xᵀ
//!
//! a╲x  0.66 0.21    1           δ╲δ  4e-4 -1e-3               δ╲x  0.66 0.21    1
//! 0.65 0.27 0.93 -0.24          5e-3 0.62 -0.12               4e-4 0.27 0.93 -0.24
//! ```

mod vectors;
mod weights;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use backprop::step::Phase;

use super::app::App;
use super::palette::{Palette, shown};

/// Characters of the narrowest column, a blank between two included.
const NARROWEST: usize = 6;

/// Characters of the widest.
const WIDEST: usize = 9;

/// How a number stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Read,
    Result,
}

/// A number, or the name of a column.
enum Cell {
    Number(Option<f64>),
    Name(&'static str),
}

/// One moment as a table. What is not in the window is never asked for; a number not computed yet is none.
struct Table<'t> {
    heading: String,
    corner: &'static str,
    rows: usize,
    columns: usize,
    /// The row and column to keep in the window.
    focus: (usize, usize),
    left: Box<dyn Fn(usize) -> (Option<f64>, Mark) + 't>,
    top: Box<dyn Fn(usize) -> (Cell, Mark) + 't>,
    body: Box<dyn Fn(usize, usize) -> (Option<f64>, Mark) + 't>,
}

/// Draws the table of the step last done.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let table = match app.latest() {
        None => vectors::start(app),
        Some(step) => match step.phase {
            Phase::SetInput | Phase::DropOut => vectors::vector(app, step),
            Phase::OutputDelta => vectors::output_deltas(app, step),
            Phase::Output
            | Phase::HiddenDelta
            | Phase::UpdateWeight
            | Phase::AddGradient
            | Phase::UpdateByMean => weights::weights(app, step),
        },
    };
    draw_table(&table, app, area, buffer);
}

/// `shown` of `count` places around `focus`: the first of them.
pub(super) fn window(count: usize, shown: usize, focus: usize) -> usize {
    focus.saturating_sub(shown / 2).min(count.saturating_sub(shown))
}

/// Draws what of the table has room.
fn draw_table(table: &Table<'_>, app: &App, area: Rect, buffer: &mut Buffer) {
    if (area.width as usize) < 2 * NARROWEST || area.height < 4 {
        return;
    }
    buffer.set_stringn(area.x, area.y, &table.heading, area.width as usize, Palette::strong());
    let window = Window::of(table, area);
    let style = |mark: Mark| match mark {
        Mark::None => Style::new(),
        Mark::Read => app.palette.read(),
        Mark::Result => app.palette.result(),
    };
    let width = window.cell - 1;
    let mut put = |column: usize, row: usize, text: &str, style: Style| {
        let text = format!("{text:>width$}");
        let x = area.x + (column * window.cell) as u16;
        buffer.set_stringn(x, area.y + 1 + row as u16, text, width, style);
    };
    put(0, 0, table.corner, app.palette.quiet());
    let has_vectors = app.latest().is_some();
    if has_vectors {
        for column in 0..window.columns {
            let (top, mark) = (table.top)(window.first_column + column);
            let text = match top {
                Cell::Number(number) => shown(number, width),
                Cell::Name(name) => name.to_owned(),
            };
            put(column + 1, 0, &text, style(mark));
        }
    }
    for row in 0..window.rows {
        if has_vectors {
            let (left, mark) = (table.left)(window.first_row + row);
            put(0, row + 1, &shown(left, width), style(mark));
        }
        for column in 0..window.columns {
            let (number, mark) = (table.body)(window.first_row + row, window.first_column + column);
            put(column + 1, row + 1, &shown(number, width), style(mark));
        }
    }
    if let Some(text) = window.text(table) {
        let y = area.y + area.height - 1;
        buffer.set_stringn(area.x, y, text, area.width as usize, app.palette.quiet());
    }
}

/// The part of a table that is seen: how wide a column is, how many rows and columns, and the first of them.
struct Window {
    cell: usize,
    rows: usize,
    columns: usize,
    first_row: usize,
    first_column: usize,
}

impl Window {
    fn of(table: &Table<'_>, area: Rect) -> Self {
        let cell = (area.width as usize / (table.columns + 1)).clamp(NARROWEST, WIDEST);
        let columns = (area.width as usize / cell - 1).min(table.columns);
        // Below the heading and the vector on top; a line at the bottom says which part is seen.
        let room = area.height as usize - 2;
        let is_whole = table.rows <= room && columns == table.columns;
        let rows = table.rows.min(if is_whole { room } else { room - 1 });
        let first_row = window(table.rows, rows, table.focus.0);
        let first_column = window(table.columns, columns, table.focus.1);
        Self { cell, rows, columns, first_row, first_column }
    }

    /// Which part it is, unless it is the whole.
    fn text(&self, table: &Table<'_>) -> Option<String> {
        let range = |what, first: usize, seen: usize, count: usize| {
            format!("{what} {}-{} of {count}", first + 1, first + seen)
        };
        let rows = range("rows", self.first_row, self.rows, table.rows);
        if self.columns < table.columns {
            let columns = range("columns", self.first_column, self.columns, table.columns);
            return Some(format!("{rows}, {columns}"));
        }
        (self.rows < table.rows).then_some(rows)
    }
}
