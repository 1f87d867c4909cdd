//! The same moment as matrices: what the vectorized network would be doing now, with the row, the column and the entry of
//! this step marked.

use backprop::step::view::Quantity;
use backprop::step::{Phase, Reading, Step, Stepper};
use backprop::{Activation, Cost};
use serde::Serialize;

use crate::map::{MOST_NEURONS, Map};
use crate::texts::Shown;

/// An equation between matrices, and the matrices.
#[derive(Debug, Default, Serialize)]
pub struct Equation {
    /// Its parts one after the other; letters with a layer, `W(1)`, `δ(2)`, `W(2)ᵀ`, are vectors and matrices.
    heading: Vec<String>,
    words: String,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Part {
    Sign { sign: &'static str },
    Matrix(Matrix),
}

#[derive(Debug, Serialize)]
struct Matrix {
    caption: Vec<String>,
    rows: Vec<String>,
    columns: Vec<String>,
    vector: bool,
    cells: Vec<Vec<Cell>>,
}

#[derive(Debug, Serialize)]
struct Cell {
    #[serde(flatten)]
    shown: Shown,
    mark: Mark,
}

impl Cell {
    fn new(value: Option<f64>, mark: Mark) -> Self {
        Self { shown: Shown::of(value), mark }
    }
}

/// What an entry is to the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Mark {
    #[serde(rename = "")]
    None,
    #[serde(rename = "present")]
    Present,
    #[serde(rename = "read")]
    Read,
    /// In the row or the column that is read.
    #[serde(rename = "along")]
    Along,
}

/// The equation of the step done last; none where a layer is too large to be read.
pub fn equation(stepper: &Stepper, map: &Map, label: &[f64], step: Option<&Step>) -> Option<Equation> {
    if map.layers.iter().any(|layer| layer.len() > MOST_NEURONS + 1) {
        return None;
    }
    let board = Board { stepper, map, label };
    let Some(step) = step else { return Some(board.start()) };
    let equation = match (step.phase, step.action.node(), step.action.connection()) {
        (Phase::SetInput, Some(id), _) => board.inputs(id.index()),
        (Phase::DropOut, Some(id), _) => board.drop_out(id.index()),
        (Phase::Output, Some(id), _) => board.output(id.index()),
        (Phase::OutputDelta, Some(id), _) => board.output_delta(id.index()),
        (Phase::HiddenDelta, Some(id), _) => board.hidden_delta(id.index()),
        (Phase::UpdateByMean, _, Some(id)) => {
            let decays =
                matches!(step.reading, Reading::UpdateByMean { weight_decay, .. } if weight_decay != 1.0);
            board.update_by_mean(id.index(), decays)
        }
        (Phase::AddGradient, _, Some(id)) => board.add_gradient(id.index()),
        (Phase::UpdateWeight, _, Some(id)) => board.update_weight(id.index()),
        _ => Equation::default(),
    };
    Some(equation)
}

/// Where the numbers come from.
struct Board<'s> {
    stepper: &'s Stepper,
    map: &'s Map,
    label: &'s [f64],
}

/// Which numbers of connections are shown.
#[derive(Clone, Copy)]
enum Of {
    Weights,
    Gradients,
}

fn heading(parts: &[&str]) -> Vec<String> {
    parts.iter().filter(|part| !part.is_empty()).map(|&part| part.to_owned()).collect()
}

fn outputs_of(layer: usize) -> String {
    if layer == 0 { "x".to_owned() } else { format!("a({layer})") }
}

/// The slope in terms of the outputs, as parts of a heading.
fn slope(activation: Activation, a: &str) -> Vec<String> {
    match activation {
        Activation::Sigmoid => heading(&[a, " ∘ (1 - ", a, ")"]),
        Activation::Tanh => heading(&["(1 - ", a, " ∘ ", a, ")"]),
        Activation::Relu => heading(&["[", a, " > 0]"]),
        Activation::Identity => heading(&["1"]),
    }
}

fn only(which: usize, mark: Mark) -> impl Fn(usize) -> Mark {
    move |id| if id == which { mark } else { Mark::None }
}

impl Board<'_> {
    fn layer(&self, node: usize) -> usize {
        self.map.places[node].layer as usize
    }

    fn ends(&self, connection: usize) -> (usize, usize) {
        let connection = &self.stepper.network()[self.map.connections[connection]];
        (connection.upstream().index(), connection.downstream().index())
    }

    fn own_output(&self, node: usize) -> Option<f64> {
        Quantity::Output(self.map.nodes[node]).value(self.stepper)
    }

    /// What others read of it.
    fn output_read(&self, node: usize) -> Option<f64> {
        self.own_output(node).map(|_| self.stepper.network()[self.map.nodes[node]].sent())
    }

    fn delta(&self, node: usize) -> Option<f64> {
        Quantity::Delta(self.map.nodes[node]).value(self.stepper)
    }

    fn kept(&self, node: usize) -> Option<f64> {
        Quantity::Kept(self.map.nodes[node]).value(self.stepper)
    }

    fn activation(&self, node: usize) -> Activation {
        self.stepper.network()[self.map.nodes[node]].activation()
    }

    fn vector(
        &self,
        caption: &str,
        layer: usize,
        value: impl Fn(&Self, usize) -> Option<f64>,
        mark: impl Fn(usize) -> Mark,
    ) -> Part {
        let ids = self.map.neurons(layer);
        let cell = |&id: &usize| vec![Cell::new(value(self, id), mark(id))];
        Part::Matrix(Matrix {
            caption: vec![caption.to_owned()],
            rows: ids.iter().map(|&id| self.map.number(id)).collect(),
            columns: vec![String::new()],
            vector: true,
            cells: ids.iter().map(cell).collect(),
        })
    }

    /// A vector lying down.
    fn row(&self, caption: &str, layer: usize, mark: impl Fn(usize) -> Mark) -> Part {
        let ids = self.map.neurons(layer);
        let cell = |&id: &usize| Cell::new(self.output_read(id), mark(id));
        Part::Matrix(Matrix {
            caption: vec![caption.to_owned()],
            rows: vec![String::new()],
            columns: ids.iter().map(|&id| self.map.number(id)).collect(),
            vector: false,
            cells: vec![ids.iter().map(cell).collect()],
        })
    }

    fn number(&self, of: Of, from: usize, to: usize) -> Option<f64> {
        let id = self.map.connections[self.map.between(from, to)];
        match of {
            Of::Weights => Quantity::Weight(id).value(self.stepper),
            Of::Gradients => Quantity::Gradient(id).value(self.stepper),
        }
    }

    /// The matrix that leads into a layer; marks by downstream and upstream node.
    fn matrix(&self, of: Of, layer: usize, caption: &[&str], mark: impl Fn(usize, usize) -> Mark) -> Part {
        let (to, from) = (self.map.neurons(layer), self.map.neurons(layer - 1));
        let cell = |to: usize, from: usize| Cell::new(self.number(of, from, to), mark(to, from));
        Part::Matrix(Matrix {
            caption: heading(caption),
            rows: to.iter().map(|&id| self.map.number(id)).collect(),
            columns: from.iter().map(|&id| self.map.number(id)).collect(),
            vector: false,
            cells: to.iter().map(|&to| from.iter().map(|&from| cell(to, from)).collect()).collect(),
        })
    }

    fn biases(&self, of: Of, layer: usize, caption: &str, mark: impl Fn(usize) -> Mark) -> Part {
        let constant = self.map.constant(layer - 1);
        self.vector(caption, layer, |board, id| board.number(of, constant, id), mark)
    }

    fn start(&self) -> Equation {
        let layers = 1..=self.map.last_layer();
        let parts = layers.flat_map(|layer| {
            [
                self.matrix(Of::Weights, layer, &[&format!("W({layer})")], |_, _| Mark::None),
                self.biases(Of::Weights, layer, &format!("b({layer})"), |_| Mark::None),
            ]
        });
        Equation {
            heading: Vec::new(),
            words: "The weights that lead into a layer are the rows of one matrix W, its biases one vector b: a row \
                    for each node, a column for each node it reads."
                .to_owned(),
            parts: parts.collect(),
        }
    }

    fn inputs(&self, id: usize) -> Equation {
        Equation {
            heading: Vec::new(),
            words: format!("The sample is the vector x: entry {} is set.", self.map.number(id)),
            parts: vec![self.vector("x", 0, Self::own_output, only(id, Mark::Present))],
        }
    }

    fn drop_out(&self, id: usize) -> Equation {
        let layer = self.layer(id);
        let k = format!("k({layer})");
        Equation {
            heading: Vec::new(),
            words: format!(
                "What is kept of a({layer}): entry {} is drawn. Where it is 0, the node is silent for this sample.",
                self.map.number(id)
            ),
            parts: vec![self.vector(&k, layer, Self::kept, only(id, Mark::Present))],
        }
    }

    fn output(&self, id: usize) -> Equation {
        let layer = self.layer(id);
        let (w, b, a, read) =
            (format!("W({layer})"), format!("b({layer})"), format!("a({layer})"), outputs_of(layer - 1));
        let row = |to: usize, _: usize| if to == id { Mark::Read } else { Mark::None };
        Equation {
            heading: heading(&[
                &a,
                &format!(" = {}(", self.activation(id).name()),
                &w,
                " · ",
                &read,
                " + ",
                &b,
                ")",
            ]),
            words: format!(
                "Row {} of the matrix times the whole vector, plus an entry of b, gives an entry of the result. The \
                 vectorized network does all rows at once.",
                self.map.number(id)
            ),
            parts: vec![
                self.vector(&a, layer, Self::own_output, only(id, Mark::Present)),
                Part::Sign { sign: "from" },
                self.matrix(Of::Weights, layer, &[&w], row),
                Part::Sign { sign: "·" },
                self.vector(&read, layer - 1, Self::output_read, |_| Mark::Read),
                Part::Sign { sign: "+" },
                self.biases(Of::Weights, layer, &b, only(id, Mark::Read)),
            ],
        }
    }

    fn output_delta(&self, id: usize) -> Equation {
        let layer = self.layer(id);
        let (a, d) = (format!("a({layer})"), format!("δ({layer})"));
        let mut parts = heading(&[&d, " = "]);
        if self.stepper.network().architecture.cost == Cost::Quadratic {
            parts.extend(slope(self.activation(id), &a));
            parts.push(" ∘ ".to_owned());
        }
        parts.extend(heading(&["(", "t", " - ", &a, ")"]));
        let label = |board: &Self, id: usize| Some(board.label[board.map.places[id].index as usize]);
        Equation {
            heading: parts,
            words: "Entry by entry: each output neuron looks at its own output and its own label (∘ multiplies entry by \
                    entry)."
                .to_owned(),
            parts: vec![
                self.vector(&d, layer, Self::delta, only(id, Mark::Present)),
                Part::Sign { sign: "from" },
                self.vector(&a, layer, Self::output_read, only(id, Mark::Read)),
                Part::Sign { sign: "and" },
                self.vector("t", layer, label, only(id, Mark::Read)),
            ],
        }
    }

    fn hidden_delta(&self, id: usize) -> Equation {
        let layer = self.layer(id);
        let next = layer + 1;
        let (w, d, after) = (format!("W({next})"), format!("δ({layer})"), format!("δ({next})"));
        if self.map.is_constant(id) {
            let b = format!("b({next})");
            return Equation {
                heading: heading(&[&b]),
                words: "The vectorized network has no constant node: b is a vector of its own, and this delta is never \
                        computed."
                    .to_owned(),
                parts: vec![
                    self.biases(Of::Weights, next, &b, |_| Mark::Read),
                    Part::Sign { sign: "and" },
                    self.vector(&after, next, Self::delta, |_| Mark::Read),
                ],
            };
        }
        let a = outputs_of(layer);
        let mut parts = heading(&[&d, " = "]);
        parts.extend(slope(self.activation(id), &a));
        parts.extend(heading(&[" ∘ (", &format!("{w}ᵀ"), " · ", &after, ")"]));
        let column = |_: usize, from: usize| if from == id { Mark::Read } else { Mark::None };
        Equation {
            heading: parts,
            words: format!(
                "Column {} of the same matrix, read downwards (a row of its transpose), times the deltas of the layer \
                 after. Forwards a node reads its row, backwards its column.",
                self.map.number(id)
            ),
            parts: vec![
                self.vector(&d, layer, Self::delta, only(id, Mark::Present)),
                Part::Sign { sign: "from" },
                self.vector(&a, layer, Self::own_output, only(id, Mark::Read)),
                Part::Sign { sign: "∘" },
                self.matrix(Of::Weights, next, &[&w, ", by columns"], column),
                Part::Sign { sign: "·" },
                self.vector(&after, next, Self::delta, |_| Mark::Read),
            ],
        }
    }

    fn update_by_mean(&self, id: usize, decays: bool) -> Equation {
        let (from, to) = self.ends(id);
        let layer = self.layer(to);
        let is_bias = self.map.is_constant(from);
        let (name, sum) = if is_bias {
            (format!("b({layer})"), format!("g({layer})"))
        } else {
            (format!("W({layer})"), format!("G({layer})"))
        };
        let decay = if decays { "decay · " } else { "" };
        let here = |t: usize, f: usize| if (t, f) == (to, from) { Mark::Present } else { Mark::None };
        let parts = if is_bias {
            vec![
                self.biases(Of::Weights, layer, &name, only(to, Mark::Present)),
                Part::Sign { sign: "by" },
                self.biases(Of::Gradients, layer, &format!("mean of {sum}"), |_| Mark::None),
            ]
        } else {
            vec![
                self.matrix(Of::Weights, layer, &[&name], here),
                Part::Sign { sign: "by" },
                self.matrix(Of::Gradients, layer, &[&sum, ", over m where W has moved"], |_, _| Mark::None),
            ]
        };
        Equation {
            heading: heading(&[&name, &format!(" ← {decay}"), &name, " + η · ", &sum, " / m"]),
            words: "The sum of the samples' gradients is as large as W itself; divided by their number m it is the mean \
                    gradient, by which the whole matrix moves at once."
                .to_owned(),
            parts,
        }
    }

    fn add_gradient(&self, id: usize) -> Equation {
        let (from, to) = self.ends(id);
        let layer = self.layer(to);
        let words =
            "Every sample adds a column times a row, δ · xᵀ, to a sum as large as W, and δ itself to one as \
                     large as b."
                .to_owned();
        let d = format!("δ({layer})");
        let delta = self.vector(&d, layer, Self::delta, only(to, Mark::Read));
        if self.map.is_constant(from) {
            let g = format!("g({layer})");
            return Equation {
                heading: heading(&[&g, " ← ", &g, " + ", &d]),
                words,
                parts: vec![
                    self.biases(Of::Gradients, layer, &g, only(to, Mark::Present)),
                    Part::Sign { sign: "+" },
                    delta,
                ],
            };
        }
        let (g, x) = (format!("G({layer})"), format!("{}ᵀ", outputs_of(layer - 1)));
        let here = |t: usize, f: usize| if (t, f) == (to, from) { Mark::Present } else { Mark::None };
        Equation {
            heading: heading(&[&g, " ← ", &g, " + ", &d, " · ", &x]),
            words,
            parts: vec![
                self.matrix(Of::Gradients, layer, &[&g], here),
                Part::Sign { sign: "+" },
                delta,
                Part::Sign { sign: "·" },
                self.row(&x, layer - 1, only(from, Mark::Read)),
            ],
        }
    }

    fn update_weight(&self, id: usize) -> Equation {
        let (from, to) = self.ends(id);
        let layer = self.layer(to);
        let d = format!("δ({layer})");
        let delta = self.vector(&d, layer, Self::delta, only(to, Mark::Read));
        let (row, column) = (self.map.number(to), self.map.number(from));
        if self.map.is_constant(from) {
            let b = format!("b({layer})");
            return Equation {
                heading: heading(&[&b, " ← ", &b, " + η · ", &d]),
                words: format!("Entry {row} of b moves by the rate times entry {row} of δ."),
                parts: vec![
                    self.biases(Of::Weights, layer, &b, only(to, Mark::Present)),
                    Part::Sign { sign: "+ η ·" },
                    delta,
                ],
            };
        }
        let (w, x) = (format!("W({layer})"), format!("{}ᵀ", outputs_of(layer - 1)));
        let mark = |t: usize, f: usize| match (t == to, f == from) {
            (true, true) => Mark::Present,
            (false, false) => Mark::None,
            _ => Mark::Along,
        };
        Equation {
            heading: heading(&[&w, " ← ", &w, " + η · ", &d, " · ", &x]),
            words: format!(
                "Row {row}, column {column}: entry {row} of δ times entry {column} of the vector that was read. All \
                 these products together are a column times a row: a matrix as large as W."
            ),
            parts: vec![
                self.matrix(Of::Weights, layer, &[&w], mark),
                Part::Sign { sign: "+ η ·" },
                delta,
                Part::Sign { sign: "·" },
                self.row(&x, layer - 1, only(from, Mark::Read)),
            ],
        }
    }
}
