//! The steps that are about a whole W: outputs, deltas before the output layer, gradients and updates.

use backprop::Activation;
use backprop::graph::Network;
use backprop::step::text::slope;
use backprop::step::view::Quantity;
use backprop::step::{Action, Phase, Reading, Step};

use super::super::app::App;
use super::vectors::{connection, node, place_of};
use super::{Cell, Mark, Table};

/// W as a step sees it: whose W it is, and the row, the column or the one entry that the step is about.
#[derive(Clone, Copy)]
struct Weights<'t> {
    app: &'t App,
    network: &'t Network,
    phase: Phase,
    /// The layer that W leads into.
    layer: usize,
    row: Option<usize>,
    column: Option<usize>,
}

/// The table of such a step.
pub(super) fn weights<'t>(app: &'t App, step: &Step) -> Table<'t> {
    let network = app.stepper().network();
    // The column under the cursor, where the step has a whole row of them; the row, where it has a column.
    let cursor = app.connection_under_cursor().map(|(_, wire)| (wire.downstream, wire.upstream));
    let (cursor_row, cursor_column) =
        cursor.map_or((0, 0), |(down, up)| (down.index as usize, up.index as usize));
    let (layer, row, column) = match step.phase {
        Phase::Output => {
            let (layer, row) = place_of(app, step);
            (layer, Some(row), None)
        }
        Phase::HiddenDelta => {
            let (layer, column) = place_of(app, step);
            (layer + 1, None, Some(column))
        }
        _ => (cursor.map_or(1, |(down, _)| down.layer as usize), Some(cursor_row), Some(cursor_column)),
    };
    let weights = Weights { app, network, phase: step.phase, layer, row, column };
    Table {
        heading: weights.heading(&step.reading),
        corner: weights.corner(),
        rows: network.layers[layer].neurons().len(),
        columns: network.layers[layer - 1].nodes.len(),
        focus: (row.unwrap_or(cursor_row), column.unwrap_or(cursor_column)),
        left: Box::new(move |row| weights.left(row)),
        top: Box::new(move |column| weights.top(column)),
        body: Box::new(move |row, column| weights.body(row, column)),
    }
}

impl Weights<'_> {
    /// What fc.py or network2.py would compute now.
    fn heading(&self, reading: &Reading) -> String {
        let (layer, before) = (self.layer, self.layer - 1);
        let activation = match reading {
            Reading::Output { activation, .. } | Reading::HiddenDelta { activation, .. } => *activation,
            _ => Activation::Identity,
        };
        let x = if before == 0 { "x".to_owned() } else { format!("a[{before}]") };
        match self.phase {
            Phase::Output => format!("a[{layer}] = {activation}(W[{layer}]·{x} + b[{layer}])"),
            Phase::HiddenDelta => {
                format!("δ[{before}] = {}·(W[{layer}]ᵀ·δ[{layer}])", slope(activation, "a"))
            }
            Phase::AddGradient => format!("G[{layer}], the sum of δ[{layer}]·{x}ᵀ over the samples"),
            Phase::UpdateByMean => {
                format!("W[{layer}] ← decay·W[{layer}] + η·G[{layer}]/m, b[{layer}] likewise")
            }
            _ if self.is_bias() => format!("b[{layer}] ← b[{layer}] + η·δ[{layer}]"),
            _ => format!("W[{layer}] ← W[{layer}] + η·δ[{layer}]·{x}ᵀ"),
        }
    }

    /// Whether the column is the last one, which the biases stand in.
    fn is_bias(&self) -> bool {
        self.column == self.network.layers[self.layer - 1].nodes.len().checked_sub(1)
    }

    fn corner(&self) -> &'static str {
        match self.phase {
            Phase::Output => "a╲x",
            Phase::HiddenDelta => "δ╲δ",
            Phase::UpdateByMean => "",
            _ => "δ╲x",
        }
    }

    /// The neuron of a row: its output while outputs are computed, else its delta.
    fn left(&self, row: usize) -> (Option<f64>, Mark) {
        let id = node(self.network, self.layer, row);
        let delta = self.app.delta(id);
        match self.phase {
            Phase::Output => {
                let output = self.app.output(id).map(|_| Action::Output(id).value(self.network));
                (output, if self.is_in_row(row) { Mark::Result } else { Mark::None })
            }
            Phase::HiddenDelta => (delta, Mark::Read),
            _ => (delta, if self.reads_nodes() && self.is_in_row(row) { Mark::Read } else { Mark::None }),
        }
    }

    /// The node of a column: its delta while deltas are computed, else its output.
    fn top(&self, column: usize) -> (Cell, Mark) {
        let id = node(self.network, self.layer - 1, column);
        let is_in_column = self.is_in_column(column);
        let (number, mark) = match self.phase {
            Phase::Output => (self.app.output(id), Mark::Read),
            Phase::HiddenDelta => (self.app.delta(id), if is_in_column { Mark::Result } else { Mark::None }),
            _ => (
                self.app.output(id),
                if self.reads_nodes() && is_in_column { Mark::Read } else { Mark::None },
            ),
        };
        (Cell::Number(number), mark)
    }

    /// An entry of W, or of the gradients while they are added up.
    fn body(&self, row: usize, column: usize) -> (Option<f64>, Mark) {
        let (is_in_row, is_in_column) = (self.is_in_row(row), self.is_in_column(column));
        let mark = match self.phase {
            Phase::Output if is_in_row => Mark::Read,
            Phase::HiddenDelta if is_in_column => Mark::Read,
            Phase::Output | Phase::HiddenDelta => Mark::None,
            _ if is_in_row && is_in_column => Mark::Result,
            _ => Mark::None,
        };
        let id = connection(self.network, self.layer, row, column);
        let is_sum = self.phase == Phase::AddGradient;
        (
            if is_sum {
                Quantity::Gradient(id).value(self.app.stepper())
            } else {
                Some(self.network[id].weight)
            },
            mark,
        )
    }

    /// Whether the step reads a delta and an output. (The last step of a mini-batch reads the sum of the gradients.)
    fn reads_nodes(&self) -> bool {
        self.phase != Phase::UpdateByMean
    }

    fn is_in_row(&self, row: usize) -> bool {
        self.row == Some(row)
    }

    fn is_in_column(&self, column: usize) -> bool {
        self.column == Some(column)
    }
}
