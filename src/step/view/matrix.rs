//! A step in matrix form: what a vectorized network would do at this moment, with the row, the column and the entry of
//! this step marked.
//!
//! W has one row for each neuron of a layer and one column for each neuron of the layer before; the biases are one more
//! column, that of the constant node. Numbers are read on request, so that a large matrix costs nothing.

use super::Quantity;
use crate::Cost;
use crate::graph::{ConnectionId, NodeId};
use crate::step::text::slope;
use crate::step::{Phase, Reading, Step, Stepper};

/// A step in matrix form.
#[derive(Debug, Clone, Default)]
pub struct MatrixForm {
    /// The equation, piece by piece. A piece such as `W(1)` or `W(1)ᵀ` is a matrix or a vector of a layer.
    pub heading: Vec<String>,
    /// One or two sentences of explanation.
    pub words: String,
    /// The equation's matrices and vectors with their numbers, and the signs between them.
    pub parts: Vec<Part>,
    /// The matrices for showing the same as one table, side by side.
    pub body: Vec<Matrix>,
    /// The vector on the left, with an entry for each row.
    pub left: Option<Matrix>,
    /// The vector on top, with an entry for each column.
    pub top: Option<Matrix>,
}

/// A piece of an equation.
#[derive(Debug, Clone)]
pub enum Part {
    /// A sign, or a word, between two matrices.
    Sign(&'static str),
    /// A matrix or vector.
    Matrix(Matrix),
}

/// The part that an entry plays in the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    None,
    /// It is in the row or the column of the result.
    Along,
    /// It is read.
    Read,
    /// It is computed.
    Result,
}

/// The numbers that a matrix or vector is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Output,
    /// The outputs that others read, after dropout.
    Sent,
    Delta,
    Kept,
    Label,
    Weight,
    Gradient,
}

/// The entries that are marked.
#[derive(Debug, Clone, Copy)]
enum Marks {
    Nothing,
    All,
    Row(usize, Mark),
    Column(usize),
    Entry(usize, usize),
    Cross(usize, usize),
}

/// A matrix or vector of a layer: a row for each of its neurons.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// Its name, piece by piece.
    pub caption: Vec<String>,
    /// The layer.
    pub layer: usize,
    /// `true` for a vector written as a row.
    pub is_row: bool,
    block: Block,
    /// For weights and gradients, the nodes of the layer before that have a column; empty for a vector.
    columns: std::ops::Range<usize>,
    marks: Marks,
}

impl Matrix {
    fn new(caption: &str, block: Block, layer: usize, marks: Marks) -> Self {
        Self { caption: pieces(caption), layer, is_row: false, block, columns: 0..0, marks }
    }

    /// Returns `true` if it has one number for each neuron of its layer.
    pub fn is_vector(&self) -> bool {
        self.columns.is_empty() || self.columns.start > 0
    }

    /// Returns the number of columns; 1 for a vector.
    pub fn columns(&self) -> usize {
        self.columns.len().max(1)
    }

    /// Returns a number, `None` if it has not been computed, and its mark. The constant node is the row after the last
    /// neuron.
    pub fn entry(&self, stepper: &Stepper, row: usize, column: usize) -> (Option<f64>, Mark) {
        let column = self.columns.start + column;
        let id = stepper.network().layers[self.layer].nodes[row];
        let connection = || stepper.network()[id].upstream()[column];
        let value = match self.block {
            Block::Output => Quantity::Output(id).value(stepper),
            Block::Sent => Quantity::Output(id).value(stepper).map(|_| stepper.network()[id].sent()),
            Block::Delta => Quantity::Delta(id).value(stepper),
            Block::Kept => Quantity::Kept(id).value(stepper),
            Block::Label => {
                stepper.label_and_sample(stepper.position().saturating_sub(1)).0.get(row).copied()
            }
            Block::Weight => Quantity::Weight(connection()).value(stepper),
            Block::Gradient => Quantity::Gradient(connection()).value(stepper),
        };
        let mark = match self.marks {
            Marks::All => Mark::Read,
            Marks::Row(at, mark) if at == row => mark,
            Marks::Column(at) if at == column => Mark::Read,
            Marks::Entry(r, c) | Marks::Cross(r, c) if (r, c) == (row, column) => Mark::Result,
            Marks::Cross(r, c) if r == row || c == column => Mark::Along,
            _ => Mark::None,
        };
        (value, mark)
    }

    /// Returns the row and the column that are marked.
    pub fn focus(&self) -> (Option<usize>, Option<usize>) {
        match self.marks {
            Marks::Nothing | Marks::All => (None, None),
            Marks::Row(row, _) => (Some(row), None),
            Marks::Column(column) => (None, Some(column)),
            Marks::Entry(row, column) | Marks::Cross(row, column) => (Some(row), Some(column)),
        }
    }
}

/// Splits a text at its bars.
fn pieces(text: &str) -> Vec<String> {
    text.split('|').filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

/// Returns the name of the vector that a layer passes on.
fn outputs_of(layer: usize) -> String {
    if layer == 0 { "x".to_owned() } else { format!("a({layer})") }
}

/// Returns the slope, entry by entry, in pieces.
fn slope_of(stepper: &Stepper, id: NodeId, a: &str) -> String {
    slope(stepper.network()[id].activation(), &format!("|{a}|")).replace('·', " ∘ ")
}

impl From<&'static str> for Part {
    fn from(sign: &'static str) -> Self {
        Self::Sign(sign)
    }
}

impl From<&Matrix> for Part {
    fn from(matrix: &Matrix) -> Self {
        Self::Matrix(matrix.clone())
    }
}

/// An equation of matrices and signs.
macro_rules! parts {
    ($($part:expr),* $(,)?) => { vec![$(Part::from($part)),*] };
}

impl MatrixForm {
    /// Returns the matrix form of the step done last, or of the weights before the first one.
    pub fn of(stepper: &Stepper, step: Option<&Step>) -> Self {
        let Some(step) = step else { return Self::start(stepper) };
        match (step.action.node(), step.action.connection()) {
            (Some(id), _) => Self::of_node(stepper, step.phase, id),
            (_, Some(id)) => Self::of_connection(stepper, step, id),
            _ => Self::default(),
        }
    }

    fn new(heading: &str, words: String, parts: Vec<Part>) -> Self {
        Self { heading: pieces(heading), words, parts, ..Self::default() }
    }

    fn start(stepper: &Stepper) -> Self {
        let words = "The weights that lead into a layer are the rows of one matrix W, its biases one vector b: a row for \
                     each node, a column for each node it reads.";
        let layers = 1..stepper.network().layers.len();
        let parts = layers.flat_map(|layer| {
            let weights = Weights { stepper, block: Block::Weight, layer, marks: Marks::Nothing };
            parts![&weights.matrix(&format!("W({layer})")), &weights.biases(&format!("b({layer})"))]
        });
        let form = Self::new("W(1)| and |b(1)|, before the first step", words.to_owned(), parts.collect());
        let weights = Weights { stepper, block: Block::Weight, layer: 1, marks: Marks::Nothing };
        Self { body: vec![weights.whole()], ..form }
    }

    fn of_node(stepper: &Stepper, phase: Phase, id: NodeId) -> Self {
        let place = stepper.numbering().place(stepper.network(), id);
        let number = place.named("");
        let (layer, row) = (place.layer as usize, place.index as usize);
        let (a, d) = (outputs_of(layer), format!("δ({layer})"));
        let result = Marks::Row(row, Mark::Result);
        match phase {
            Phase::SetInput => {
                let x = Matrix::new("x", Block::Output, 0, result);
                let words = format!("The sample is the vector x: entry {number} is set.");
                let form = Self::new("x|, the sample as a vector", words, parts![&x]);
                Self { left: Some(x), ..form }
            }
            Phase::DropOut => {
                let k = Matrix::new(&format!("k({layer})"), Block::Kept, layer, result);
                let words = format!(
                    "The factors on a({layer}): entry {number} is drawn. If it is 0, the node is silent for this sample."
                );
                let heading = format!("k({layer})|, what dropout keeps of |a({layer})");
                let form = Self::new(&heading, words, parts![&k]);
                Self { left: Some(k), ..form }
            }
            Phase::Output => {
                let (w, b, read) = (format!("W({layer})"), format!("b({layer})"), outputs_of(layer - 1));
                let weights =
                    Weights { stepper, block: Block::Weight, layer, marks: Marks::Row(row, Mark::Read) };
                let left = Matrix::new(&a, Block::Output, layer, result);
                let top = Matrix::new(&read, Block::Sent, layer - 1, Marks::All);
                let activation = stepper.network()[id].activation();
                let words = format!(
                    "Row {number} of the matrix times the whole vector, plus an entry of b, gives an entry of the result. The \
                     vectorized network does all rows at once."
                );
                let parts = parts![&left, "from", &weights.matrix(&w), "·", &top, "+", &weights.biases(&b)];
                let form = Self::new(&format!("{a}| = {activation}(|{w}| · |{read}| + |{b}|)"), words, parts);
                Self { body: vec![weights.whole()], left: Some(left), top: Some(top), ..form }
            }
            Phase::OutputDelta => {
                let factor = match stepper.network().architecture.cost {
                    Cost::Quadratic => slope_of(stepper, id, &a) + " ∘ ",
                    Cost::CrossEntropy | Cost::LogLikelihood => String::new(),
                };
                let read = Marks::Row(row, Mark::Read);
                let left = Matrix::new(&d, Block::Delta, layer, result);
                let (outputs, label) =
                    (Matrix::new(&a, Block::Sent, layer, read), Matrix::new("t", Block::Label, layer, read));
                let words = "Entry by entry: each output neuron looks at its own output and its own label (∘ multiplies \
                             entry by entry).";
                let parts = parts![&left, "from", &outputs, "and", &label];
                let form = Self::new(&format!("{d}| = |{factor}|(|t| - |{a}|)"), words.to_owned(), parts);
                Self { body: vec![label, outputs], left: Some(left), ..form }
            }
            _ => {
                let next = layer + 1;
                let (w, b, after) = (format!("W({next})"), format!("b({next})"), format!("δ({next})"));
                let weights =
                    Weights { stepper, block: Block::Weight, layer: next, marks: Marks::Column(row) };
                let left = Matrix::new(&after, Block::Delta, next, Marks::All);
                let top = Matrix::new(&d, Block::Delta, layer, result);
                let form = if place.number.is_none() {
                    let words = "The vectorized network has no constant node: b is a vector of its own, and this delta is \
                                 never computed.";
                    let parts = parts![&weights.biases(&b), "and", &left];
                    Self::new(&b, words.to_owned(), parts)
                } else {
                    let words = format!(
                        "Column {number} of the same matrix, read downwards (a row of its transpose), times the deltas of \
                         the layer after. Forwards a node reads its row, backwards its column."
                    );
                    let own = Matrix::new(&a, Block::Output, layer, Marks::Row(row, Mark::Read));
                    let columns = weights.matrix(&format!("{w}|, by columns"));
                    let parts = parts![&top, "from", &own, "∘", &columns, "·", &left];
                    let slope = slope_of(stepper, id, &a);
                    Self::new(&format!("{d}| = |{slope}| ∘ (|{w}ᵀ| · |{after}|)"), words, parts)
                };
                Self { body: vec![weights.whole()], left: Some(left), top: Some(top), ..form }
            }
        }
    }

    fn of_connection(stepper: &Stepper, step: &Step, id: ConnectionId) -> Self {
        let wire = stepper.numbering().wire(stepper.network(), id);
        let (layer, row) = (wire.downstream.layer as usize, wire.downstream.index as usize);
        let column = wire.upstream.index as usize;
        let [to, from] = [wire.downstream, wire.upstream].map(|place| place.named(""));
        let is_bias = from.is_empty();
        let [w, g] = if is_bias { ["b", "g"] } else { ["W", "G"] }.map(|letter| format!("{letter}({layer})"));
        let (d, x) = (format!("δ({layer})"), outputs_of(layer - 1));
        let entry = Marks::Entry(row, column);
        let reads = step.phase != Phase::UpdateByMean;
        let read = |at| if reads { Marks::Row(at, Mark::Read) } else { Marks::Nothing };
        let left = Matrix::new(&d, Block::Delta, layer, read(row));
        let top = Matrix::new(&x, Block::Sent, layer - 1, read(column));
        let lying =
            Matrix { is_row: true, ..Matrix::new(&format!("{x}ᵀ"), Block::Sent, layer - 1, read(column)) };
        let product = if is_bias { format!("|{d}") } else { format!("|{d}| · |{x}ᵀ") };
        let weights = |block, marks| Weights { stepper, block, layer, marks };
        let part = |weights: &Weights<'_>, caption: &str| {
            if is_bias { weights.biases(caption) } else { weights.matrix(caption) }
        };
        let with_product = |weights: &Weights<'_>, name: &str, sign| {
            let mut parts = parts![&part(weights, name), sign, &left];
            if !is_bias {
                parts.extend(parts!["·", &lying]);
            }
            parts
        };
        let (shown, form) = match &step.reading {
            Reading::UpdateByMean { weight_decay, .. } => {
                let decay = if *weight_decay == 1.0 { "" } else { "decay · " };
                let words = "The sum of the samples' gradients is as large as W itself; divided by their number m it is the \
                             mean gradient, by which the whole matrix moves at once.";
                let (moved, sum) = (weights(Block::Weight, entry), weights(Block::Gradient, Marks::Nothing));
                let caption =
                    if is_bias { format!("mean of {g}") } else { format!("{g}|, over m where W has moved") };
                let parts = parts![&part(&moved, &w), "by", &part(&sum, &caption)];
                (moved, Self::new(&format!("{w}| ← {decay}|{w}| + η · |{g}| / m"), words.to_owned(), parts))
            }
            Reading::AddGradient { .. } => {
                let words = "Every sample adds a column times a row, δ · xᵀ, to a sum as large as W, and δ itself to one as \
                             large as b.";
                let sum = weights(Block::Gradient, entry);
                let parts = with_product(&sum, &g, "+");
                (sum, Self::new(&format!("{g}| ← |{g}| + {product}"), words.to_owned(), parts))
            }
            _ => {
                let words = if is_bias {
                    format!("Entry {to} of b moves by the rate times entry {to} of δ.")
                } else {
                    format!(
                        "Row {to}, column {from}: entry {to} of δ times entry {from} of the vector that was read. All these \
                         products together are a column times a row: a matrix as large as W."
                    )
                };
                let moved = weights(Block::Weight, if is_bias { entry } else { Marks::Cross(row, column) });
                let parts = with_product(&moved, &w, "+ η ·");
                (moved, Self::new(&format!("{w}| ← |{w}| + η · {product}"), words, parts))
            }
        };
        Self { body: vec![shown.whole()], left: Some(left), top: Some(top), ..form }
    }
}

/// The weights or the gradients that lead into a layer.
struct Weights<'s> {
    stepper: &'s Stepper,
    block: Block,
    layer: usize,
    marks: Marks,
}

impl Weights<'_> {
    fn with(&self, caption: &str, columns: std::ops::Range<usize>) -> Matrix {
        Matrix { columns, ..Matrix::new(caption, self.block, self.layer, self.marks) }
    }

    /// Returns the number of columns without the biases.
    fn neurons_before(&self) -> usize {
        self.stepper.network().layers[self.layer - 1].neurons().len()
    }

    fn matrix(&self, caption: &str) -> Matrix {
        self.with(caption, 0..self.neurons_before())
    }

    fn biases(&self, caption: &str) -> Matrix {
        self.with(caption, self.neurons_before()..self.neurons_before() + 1)
    }

    /// Returns the matrix with the biases as its last column.
    fn whole(&self) -> Matrix {
        self.with("", 0..self.neurons_before() + 1)
    }
}
