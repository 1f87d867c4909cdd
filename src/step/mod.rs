//! One training step as a sequence of node-sized steps, forwards and backwards.
//!
//! ```
//! use backprop::{graph::Network, step::Stepper};
//! use backprop::{Label, Sample};
//!
//! let network = Network::new(&[2, 1], 0);
//! let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
//! let names: Vec<String> = stepper.by_ref().take(10).map(|step| step.name()).collect();
//! let in_order = ["x1", "x2", "a3", "δ3", "δ1", "δ2", "δ(0-2)", "w31", "w32", "w3b"];
//! assert_eq!(names, in_order);
//! ```
//!
//! bp.py trains on a sample by five loops. Here the same work is a list, in the same order:
//!
//! | phase | one step | calls |
//! |---|---|---|
//! | [`Phase::SetInput`] | one number of the sample into one input node | [`Node::set_output`](crate::graph::Node::set_output) |
//! | [`Phase::Output`] | the output of one neuron | [`Node::calc_output`](crate::graph::Node::calc_output) |
//! | [`Phase::OutputDelta`] | the delta of one output neuron | [`Node::calc_output_layer_delta`](crate::graph::Node::calc_output_layer_delta) |
//! | [`Phase::HiddenDelta`] | the delta of one node before the output layer | [`Node::calc_hidden_layer_delta`](crate::graph::Node::calc_hidden_layer_delta), [`ConstNode::calc_hidden_layer_delta`](crate::graph::ConstNode::calc_hidden_layer_delta) |
//! | [`Phase::UpdateWeight`] | one weight or bias | [`Connection::update_weight`](crate::graph::Connection::update_weight) |
//!
//! Mini-batches, L2 regularisation and dropout ([`Stepper::in_mini_batches`]) add these, as in network2.py:
//!
//! | phase | one step | calls |
//! |---|---|---|
//! | [`Phase::DropOut`] | one hidden neuron silenced or kept, before the outputs | what [`Network::drop_out`](crate::graph::Network::drop_out) does |
//! | [`Phase::AddGradient`] | one connection's gradient, added to those of the samples before; in place of a new weight | [`Connection::add_gradient`](crate::graph::Connection::add_gradient) |
//! | [`Phase::UpdateByMean`] | one weight or bias, after the mini-batch's last sample | [`Connection::update_by_mean`](crate::graph::Connection::update_by_mean) |
//!
//! This is not a second implementation: a step calls the function that trains, and keeps what it overwrote, so that it
//! can be taken back. A [`Stepper`] walks along the sequence, from sample to sample and from epoch to epoch; a [`Step`]
//! says what happened, and prints as the formula with its numbers:
//!
//! ```text
//! node 2-0: δ8 = a8·(1 - a8)·(t8 - a8) = 0.356585·(1 - 0.356585)·(0.378675 - 0.356585) = 0.005068
//! ```
//!
//! Read `order` (the order of the steps), `sequence` (a step's place in all epochs), `action` (taking a step, and taking
//! it back), `stepper` (the walk), `edits` (changes by hand), `reading` (what a step read), `classes` (outputs that are
//! classes), [`text`] (how it prints) and [`view`] (what terminal, page and editor show of it).

mod action;
mod classes;
mod edits;
mod order;
mod place;
mod reading;
mod sequence;
mod stepper;
pub mod text;
pub mod view;

#[doc(inline)]
pub use self::{
    action::{Action, Before, Given},
    edits::Edit,
    order::{Order, Segment},
    place::{Numbering, Place, Wire},
    reading::{Reading, Term},
    sequence::Moment,
    stepper::Stepper,
};

/// The kinds of step, in order. A training step of bp.py has five of them.
///
/// In JSON they are `set-input`, `output`, `output-delta`, `hidden-delta` and `update-weight`; in mini-batches also
/// `drop-out`, and `add-gradient` and `update-by-mean` in place of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Phase {
    /// A number of the sample becomes the output of an input node.
    SetInput,
    /// A hidden neuron is silenced for this sample, or kept (dropout).
    DropOut,
    /// A neuron computes its output (equation 1).
    Output,
    /// An output neuron computes its delta (equation 3).
    OutputDelta,
    /// A node before the output layer computes its delta (equation 4); constant and input nodes too, as in bp.py.
    HiddenDelta,
    /// A connection moves its weight (equation 5).
    UpdateWeight,
    /// A connection adds its gradient to those of the mini-batch's samples before.
    AddGradient,
    /// A connection moves its weight by the mean of the mini-batch (Nielsen's equations 20 and 21, with L2 93).
    UpdateByMean,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 8] = [
        Self::SetInput,
        Self::DropOut,
        Self::Output,
        Self::OutputDelta,
        Self::HiddenDelta,
        Self::UpdateWeight,
        Self::AddGradient,
        Self::UpdateByMean,
    ];

    /// Returns its name in a bar, on a button and in a list: `inputs`, `dropout`, otherwise the name of its pass.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetInput => "inputs",
            Self::DropOut => "dropout",
            _ => Pass::of(self).name(),
        }
    }
}

/// A walk over the whole network: one phase of a training step, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Inputs, dropout, and outputs.
    Forward,
    /// The cost, and the deltas of the output layer.
    Cost,
    /// All other deltas.
    Backward,
    /// In mini-batches: what each sample adds to the sums of gradients.
    Gradients,
    /// New weights.
    Learn,
}

impl Pass {
    /// Every pass, in order.
    pub const ALL: [Self; 5] = [Self::Forward, Self::Cost, Self::Backward, Self::Gradients, Self::Learn];

    /// Returns the pass a phase belongs to.
    pub fn of(phase: Phase) -> Self {
        match phase {
            Phase::SetInput | Phase::DropOut | Phase::Output => Self::Forward,
            Phase::OutputDelta => Self::Cost,
            Phase::HiddenDelta => Self::Backward,
            Phase::AddGradient => Self::Gradients,
            Phase::UpdateWeight | Phase::UpdateByMean => Self::Learn,
        }
    }

    /// Returns its name, one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Cost => "cost",
            Self::Backward => "backward",
            Self::Gradients => "gradients",
            Self::Learn => "learn",
        }
    }

    /// Returns the pass with this name. `update`, bp.py's word, means learn.
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "update" { "learn" } else { name };
        Self::ALL.into_iter().find(|pass| pass.name() == name)
    }
}

/// One step that was done: where, what it read, and the value before and after.
///
/// Its `Display` is the formula with the numbers in it, on one line; `{:.9}` prints nine decimals instead of six.
/// In JSON it is one object, with every term.
///
/// ```
/// use backprop::{graph::Network, step::Stepper};
/// use backprop::{Label, Sample};
///
/// let network = Network::new(&[2, 1], 0);
/// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
/// let step = stepper.nth(2).unwrap(); // the third one
/// assert_eq!((step.position, step.before), (2, 0.0));
/// let text = format!("{step:.3}");
/// assert!(text.starts_with("node 1-0: a3 = sigmoid(w31·x1 + w32·x2 + w3b) = sigmoid("));
/// assert!(text.ends_with(&format!(" = {:.3}", step.after)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its place in the whole sequence, from 0.
    pub position: usize,
    /// The number of times all samples had been seen before.
    pub epoch: usize,
    /// The mini-batch's place in the epoch, from 0; `None` if steps are those of bp.py, one per sample.
    pub mini_batch: Option<usize>,
    /// The sample's place in its list, from 0; for an update by the mean, that of the last sample of its mini-batch.
    pub sample: usize,
    /// The kind of step.
    pub phase: Phase,
    /// Its action, with the node or connection by id.
    pub action: Action,
    /// The node or connection it changed, by layer and index and by the article's number.
    pub target: Target,
    /// The numbers it read, and the parts of the formula.
    pub reading: Reading,
    /// The value it replaced: an output, factor, delta, weight or sum of gradients.
    pub before: f64,
    /// The value it computed.
    pub after: f64,
}

impl Step {
    /// Returns `true` if there was no such value before, so that [`Step::before`] is meaningless: for an output or a
    /// delta of the very first sample.
    pub fn is_first_value(&self) -> bool {
        let is_computed = self.action.node().is_some() && self.phase != Phase::DropOut;
        is_computed && self.epoch == 0 && self.sample == 0
    }
}

/// The node or connection that a step changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A node's output, delta or factor under dropout.
    Node(Place),
    /// A connection's weight or gradient.
    Connection(Wire),
}

/// `step`, `epoch` and `mini_batch` count from 1, as they are shown; `sample` is an index from 0, as on the command line.
#[cfg(feature = "serde")]
impl serde::Serialize for Step {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let fields = if self.mini_batch.is_some() { 11 } else { 10 };
        let mut object = serializer.serialize_struct("Step", fields)?;
        object.serialize_field("step", &(self.position + 1))?;
        object.serialize_field("epoch", &(self.epoch + 1))?;
        if let Some(mini_batch) = self.mini_batch {
            object.serialize_field("mini_batch", &(mini_batch + 1))?;
        }
        object.serialize_field("sample", &self.sample)?;
        object.serialize_field("phase", &self.phase)?;
        object.serialize_field("name", &self.name())?;
        match &self.target {
            Target::Node(place) => object.serialize_field("node", place)?,
            Target::Connection(wire) => object.serialize_field("connection", wire)?,
        }
        object.serialize_field("reading", &self.reading)?;
        object.serialize_field("before", &self.before)?;
        object.serialize_field("after", &self.after)?;
        object.serialize_field("text", &self.to_string())?;
        object.end()
    }
}
