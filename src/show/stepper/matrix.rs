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

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use backprop::graph::{ConnectionId, Network, NodeId};
use backprop::step::text::slope;
use backprop::step::{Action, Phase, Reading, Step};
use backprop::{Activation, Cost};

use super::app::App;
use super::palette::Palette;
use super::palette::short;

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
    Number(f64),
    Name(&'static str),
}

/// One moment as a table. What is not in the window is never asked for.
struct Table<'t> {
    heading: String,
    corner: &'static str,
    rows: usize,
    columns: usize,
    /// The row and column to keep in the window.
    focus: (usize, usize),
    left: Box<dyn Fn(usize) -> (f64, Mark) + 't>,
    top: Box<dyn Fn(usize) -> (Cell, Mark) + 't>,
    body: Box<dyn Fn(usize, usize) -> (f64, Mark) + 't>,
}

/// Draws the table of the step last done.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let table = match app.latest() {
        None => start(app),
        Some(step) => match step.phase {
            Phase::SetInput | Phase::DropOut => vector(app, step),
            Phase::OutputDelta => output_deltas(app, step),
            Phase::Output
            | Phase::HiddenDelta
            | Phase::UpdateWeight
            | Phase::AddGradient
            | Phase::UpdateByMean => weights(app, step),
        },
    };
    draw_table(&table, app, area, buffer);
}

/// Neurons of a layer by place; of the layer before, its constant node stands last.
fn node(network: &Network, layer: usize, place: usize) -> NodeId {
    network.layers[layer].nodes[place]
}

/// The weight from place `column` in the layer before to neuron `row` of `layer`.
fn connection(network: &Network, layer: usize, row: usize, column: usize) -> ConnectionId {
    network[node(network, layer, row)].upstream()[column]
}

fn start(app: &App) -> Table<'_> {
    let network = app.stepper().network();
    Table {
        heading: "W[1] and b[1], before the first step".to_owned(),
        corner: "",
        rows: network.layers[1].neurons().len(),
        columns: network.layers[0].nodes.len(),
        focus: (0, 0),
        left: Box::new(|_| (0.0, Mark::None)),
        top: Box::new(|_| (Cell::Number(0.0), Mark::None)),
        body: Box::new(|row, column| (network[connection(network, 1, row, column)].weight, Mark::None)),
    }
}

/// The sample, or what dropout keeps of a hidden layer.
fn vector<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    let (layer, current) = place_of(app, step);
    let is_input = step.phase == Phase::SetInput;
    Table {
        heading: if is_input {
            "x, the sample as a vector".to_owned()
        } else {
            format!("k[{layer}], what dropout keeps of a[{layer}]")
        },
        corner: if is_input { "x" } else { "k" },
        rows: network.layers[layer].neurons().len(),
        columns: 0,
        focus: (current, 0),
        left: Box::new(move |row| {
            let mark = if row == current { Mark::Result } else { Mark::None };
            let id = node(network, layer, row);
            let action = if is_input { Action::SetInput(id) } else { Action::DropOut(id) };
            (action.value(network), mark)
        }),
        top: Box::new(|_| (Cell::Name(""), Mark::None)),
        body: Box::new(|_, _| (0.0, Mark::None)),
    }
}

fn output_deltas<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    let (layer, current) = place_of(app, step);
    let label = app.stepper().label();
    let heading = match (network.architecture.cost, network.architecture.output_activation()) {
        (Cost::CrossEntropy, _) => "δ = t - a".to_owned(),
        (Cost::Quadratic, activation) => format!("δ = {}·(t - a)", slope(activation, "a")),
    };
    Table {
        heading,
        corner: "δ",
        rows: network.layers[layer].neurons().len(),
        columns: 2,
        focus: (current, 0),
        left: Box::new(move |row| {
            let mark = if row == current { Mark::Result } else { Mark::None };
            (network[node(network, layer, row)].delta(), mark)
        }),
        top: Box::new(|column| (Cell::Name(["t", "a"][column]), Mark::None)),
        body: Box::new(move |row, column| {
            let mark = if row == current { Mark::Read } else { Mark::None };
            (if column == 0 { label[row] } else { network[node(network, layer, row)].output() }, mark)
        }),
    }
}

/// Outputs, deltas before the output layer, gradients and updates: all of them are about W, or as large.
fn weights<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    // The column under the cursor, where the step has a whole row of them; the row, where it has a column.
    let cursor = app.connection_under_cursor().map(|(_, wire)| (wire.downstream.index, wire.upstream.index));
    let (cursor_row, cursor_column) = cursor.map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let phase = step.phase;
    let (layer, row, column) = match phase {
        Phase::Output => {
            let (layer, row) = place_of(app, step);
            (layer, Some(row), None)
        }
        Phase::HiddenDelta => {
            let (layer, column) = place_of(app, step);
            (layer + 1, None, Some(column))
        }
        _ => {
            let layer = app.connection_under_cursor().map_or(1, |(_, wire)| wire.downstream.layer as usize);
            (layer, Some(cursor_row), Some(cursor_column))
        }
    };
    let activation = match &step.reading {
        Reading::Output { activation, .. } | Reading::HiddenDelta { activation, .. } => *activation,
        _ => Activation::Identity,
    };
    let before = layer - 1;
    let x = if before == 0 { "x".to_owned() } else { format!("a[{before}]") };
    let (heading, corner) = match phase {
        Phase::Output => (format!("a[{layer}] = {activation}(W[{layer}]·{x} + b[{layer}])"), "a╲x"),
        Phase::HiddenDelta => {
            (format!("δ[{before}] = {}·(W[{layer}]ᵀ·δ[{layer}])", slope(activation, "a")), "δ╲δ")
        }
        Phase::AddGradient => (format!("G[{layer}], the sum of δ[{layer}]·{x}ᵀ over the samples"), "δ╲x"),
        Phase::UpdateByMean => {
            (format!("W[{layer}] ← decay·W[{layer}] + η·G[{layer}]/m, b[{layer}] likewise"), "")
        }
        _ if Some(cursor_column) == network.layers[before].nodes.len().checked_sub(1) => {
            (format!("b[{layer}] ← b[{layer}] + η·δ[{layer}]"), "δ╲x")
        }
        _ => (format!("W[{layer}] ← W[{layer}] + η·δ[{layer}]·{x}ᵀ"), "δ╲x"),
    };
    let reads_nodes = phase != Phase::UpdateByMean;
    let in_row = move |r: usize| row == Some(r);
    let in_column = move |c: usize| column == Some(c);
    Table {
        heading,
        corner,
        rows: network.layers[layer].neurons().len(),
        columns: network.layers[before].nodes.len(),
        focus: (row.unwrap_or(cursor_row), column.unwrap_or(cursor_column)),
        left: Box::new(move |r| {
            let id = node(network, layer, r);
            let delta = network[id].delta();
            match phase {
                Phase::Output => {
                    let output = Action::Output(id).value(network);
                    (output, if in_row(r) { Mark::Result } else { Mark::None })
                }
                Phase::HiddenDelta => (delta, Mark::Read),
                _ => (delta, if reads_nodes && in_row(r) { Mark::Read } else { Mark::None }),
            }
        }),
        top: Box::new(move |c| {
            let node = &network[node(network, before, c)];
            let (number, mark) = match phase {
                Phase::Output => (node.output(), Mark::Read),
                Phase::HiddenDelta => (node.delta(), if in_column(c) { Mark::Result } else { Mark::None }),
                _ => {
                    let is_read = reads_nodes && in_column(c);
                    (node.output(), if is_read { Mark::Read } else { Mark::None })
                }
            };
            (Cell::Number(number), mark)
        }),
        body: Box::new(move |r, c| {
            let mark = match phase {
                Phase::Output if in_row(r) => Mark::Read,
                Phase::HiddenDelta if in_column(c) => Mark::Read,
                Phase::Output | Phase::HiddenDelta => Mark::None,
                _ if in_row(r) && in_column(c) => Mark::Result,
                _ => Mark::None,
            };
            let connection = &network[connection(network, layer, r, c)];
            let is_sum = phase == Phase::AddGradient;
            (if is_sum { connection.gradient } else { connection.weight }, mark)
        }),
    }
}

/// Layer and index of the node a step changed.
fn place_of(app: &App, step: &Step) -> (usize, usize) {
    step.action.node().map_or((0, 0), |id| {
        let place = app.place(id);
        (place.layer as usize, place.index as usize)
    })
}

/// `shown` of `count` places around `focus`: the first of them.
pub(super) fn window(count: usize, shown: usize, focus: usize) -> usize {
    focus.saturating_sub(shown / 2).min(count.saturating_sub(shown))
}

fn draw_table(table: &Table<'_>, app: &App, area: Rect, buffer: &mut Buffer) {
    let (width, height) = (area.width as usize, area.height as usize);
    if width < 2 * NARROWEST || height < 4 {
        return;
    }
    buffer.set_stringn(area.x, area.y, &table.heading, width, Palette::strong());
    let cell = (width / (table.columns + 1)).clamp(NARROWEST, WIDEST);
    let columns = (width / cell - 1).min(table.columns);
    let room = height - 2;
    let all_rows_fit = table.rows <= room;
    let windowed = !all_rows_fit || columns < table.columns;
    let rows = table.rows.min(if windowed { room - 1 } else { room });
    let first_row = window(table.rows, rows, table.focus.0);
    let first_column = window(table.columns, columns, table.focus.1);

    let style = |mark: Mark| match mark {
        Mark::None => Style::new(),
        Mark::Read => app.palette.read(),
        Mark::Result => app.palette.result(),
    };
    let mut put = |column: usize, row: usize, text: &str, style: Style| {
        let text = format!("{text:>width$}", width = cell - 1);
        let x = area.x + (column * cell) as u16;
        buffer.set_stringn(x, area.y + 1 + row as u16, text, cell - 1, style);
    };
    put(0, 0, table.corner, app.palette.quiet());
    let has_vectors = app.latest().is_some();
    for column in 0..columns {
        let (top, mark) = (table.top)(first_column + column);
        let text = match top {
            Cell::Number(number) => short(number, cell - 1),
            Cell::Name(name) => name.to_owned(),
        };
        if has_vectors {
            put(column + 1, 0, &text, style(mark));
        }
    }
    for row in 0..rows {
        let (left, mark) = (table.left)(first_row + row);
        if has_vectors {
            put(0, row + 1, &short(left, cell - 1), style(mark));
        }
        for column in 0..columns {
            let (number, mark) = (table.body)(first_row + row, first_column + column);
            put(column + 1, row + 1, &short(number, cell - 1), style(mark));
        }
    }
    if windowed {
        let (first, last) = (first_column + 1, first_column + columns);
        let seen_columns = if columns < table.columns {
            format!(", columns {first}-{last} of {}", table.columns)
        } else {
            String::new()
        };
        let text = format!("rows {}-{} of {}{seen_columns}", first_row + 1, first_row + rows, table.rows);
        buffer.set_stringn(area.x, area.y + area.height - 1, text, width, app.palette.quiet());
    }
}
