//! The numbers that a step read: every term of its formula.
//!
//! The partial results (z before the activation, Σ w·δ before the slope, the slope) are not worked out here. They
//! come from the functions that train: [`Node::weighted_input`](crate::graph::Node::weighted_input),
//! [`AnyNode::downstream_delta`](crate::graph::AnyNode::downstream_delta),
//! [`Activation::derivative_from_output`].

use super::{Action, Before, Given, Numbering, Wire};
use crate::graph::{ConnectionId, Network, outputs};
use crate::{Activation, Cost};

/// The numbers a step read, by phase.
///
/// ```
/// use backprop::graph::Network;
/// use backprop::step::{Reading, Stepper, Term};
/// use backprop::{Label, Sample};
///
/// let network = Network::new(&[2, 1], 0);
/// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
/// let step = stepper.nth(2).unwrap(); // the output of the one neuron
/// let Reading::Output { terms, weighted_input, activation } = step.reading else { panic!() };
/// let sum: f64 = terms.iter().map(Term::product).sum();
/// assert_eq!(sum, weighted_input);
/// assert_eq!(step.after, activation.value(weighted_input));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub enum Reading {
    /// A number of the sample: the new output itself.
    SetInput {},
    /// k = 0 or 1 / (1 − p)
    DropOut {
        /// p, with which the node is silenced.
        probability: f64,
    },
    /// a = σ(Σ w·x)
    Output {
        /// The function σ.
        activation: Activation,
        /// One product for each upstream connection, the bias last.
        terms: Vec<Term>,
        /// z, the sum of the products.
        weighted_input: f64,
    },
    /// δ = slope·(label − a), or label − a with the cross-entropy.
    OutputDelta {
        /// The function whose slope it is.
        activation: Activation,
        /// The cost that is being made smaller.
        cost: Cost,
        /// The node's output a.
        output: f64,
        /// The target of that output.
        label: f64,
        /// da/dz. Not a factor of this delta with the cross-entropy.
        slope: f64,
    },
    /// δ = slope·Σ w·δ
    HiddenDelta {
        /// The function whose slope it is. (That of a constant node is the sigmoid, whose slope at an output of 1 is 0.)
        activation: Activation,
        /// The node's output a.
        output: f64,
        /// One product for each downstream connection.
        terms: Vec<Term>,
        /// The sum of the products.
        downstream_delta: f64,
        /// da/dz.
        slope: f64,
        /// k, by which the node's output was multiplied before others read it: 1 without dropout.
        kept: f64,
    },
    /// w ← w + η·δ·x
    UpdateWeight {
        /// The learning rate η.
        rate: f64,
        /// δ of the downstream node.
        delta: f64,
        /// The output of the upstream node.
        input: f64,
        /// δ·x = −∂E/∂w, as the connection keeps it.
        gradient: f64,
    },
    /// g ← g + δ·x, or g ← δ·x for the mini-batch's first sample
    AddGradient {
        /// `true` for the mini-batch's first sample.
        first: bool,
        /// δ of the downstream node.
        delta: f64,
        /// The upstream node's own output.
        input: f64,
        /// k of the upstream node: 1 without dropout.
        kept: f64,
        /// δ·x, of this sample alone.
        gradient: f64,
    },
    /// w ← decay·w + η·g/m
    UpdateByMean {
        /// The learning rate η.
        rate: f64,
        /// 1 − ηλ/n, or 1 for a bias.
        weight_decay: f64,
        /// g, the sum of the samples' gradients.
        gradient_sum: f64,
        /// m, the number of samples.
        samples: usize,
        /// g/m = −∂E/∂w, as the connection keeps it.
        gradient: f64,
    },
}

/// One product of a sum: a weight times the number at its other end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// The connection.
    pub connection: ConnectionId,
    /// Its two ends.
    pub wire: Wire,
    /// Its weight.
    pub weight: f64,
    /// The upstream node's own output on the way forwards, the downstream node's delta on the way back.
    pub value: f64,
    /// k, by which an upstream node's output is multiplied under dropout; else 1.
    pub kept: f64,
    /// Says which of the two `value` is.
    pub direction: Direction,
}

/// The direction in which a sum reads the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Outputs of the layer before.
    Upstream,
    /// Deltas of the layer after.
    Downstream,
}

impl Term {
    /// Returns the name of its number: x1, a4, 1 or δ8.
    pub fn value_name(&self) -> String {
        match self.direction {
            Direction::Upstream => self.wire.upstream.output_name(),
            Direction::Downstream => self.wire.downstream.delta_name(),
        }
    }

    /// Returns `true` for a bias, which is a term without a factor: its node's output is 1.
    pub fn is_bias(&self) -> bool {
        self.direction == Direction::Upstream && self.wire.upstream.number.is_none()
    }

    /// Returns the product.
    pub fn product(&self) -> f64 {
        self.kept * self.value * self.weight
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Term {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let is_kept_whole = self.kept == 1.0;
        let mut object = serializer.serialize_struct("Term", if is_kept_whole { 4 } else { 5 })?;
        object.serialize_field("weight_name", &self.wire.name())?;
        object.serialize_field("weight", &self.weight)?;
        object.serialize_field("value_name", &self.value_name())?;
        object.serialize_field("value", &self.value)?;
        if !is_kept_whole {
            object.serialize_field("kept", &self.kept)?;
        }
        object.end()
    }
}

impl Reading {
    /// Returns the numbers read by the step just done. (Of what it reads, a step changes only a weight or a
    /// gradient, whose old value is in `before`.)
    ///
    /// # Panics
    /// If the label is too short for the node's place, or the id belongs to a larger network.
    pub fn of(
        action: Action,
        network: &Network,
        given: &Given<'_>,
        before: Before,
        numbering: &Numbering,
    ) -> Self {
        let (nodes, connections) = (&network.nodes, &network.connections);
        match action {
            Action::SetInput(_) => Self::SetInput {},
            Action::DropOut(_) => {
                Self::DropOut { probability: given.step.dropout.as_ref().map_or(0.0, |d| d.probability) }
            }
            Action::Output(id) => {
                let node = &network[id];
                let terms = terms(node.upstream(), Direction::Upstream, network, numbering);
                let weighted_input =
                    node.as_node().map_or(0.0, |node| node.weighted_input(&outputs(nodes), connections));
                Self::Output { activation: node.activation(), terms, weighted_input }
            }
            Action::OutputDelta(id) => {
                let (activation, output) = (network[id].activation(), network[id].output());
                Self::OutputDelta {
                    activation,
                    cost: network.architecture.cost,
                    output,
                    label: given.label[network[id].node_index() as usize],
                    slope: activation.derivative_from_output(output),
                }
            }
            Action::HiddenDelta(id) => {
                let (activation, output) = (network[id].activation(), network[id].output());
                Self::HiddenDelta {
                    activation,
                    output,
                    terms: terms(network[id].downstream(), Direction::Downstream, network, numbering),
                    downstream_delta: network[id].downstream_delta(nodes, connections),
                    slope: activation.derivative_from_output(output),
                    kept: network[id].kept(),
                }
            }
            Action::UpdateWeight(id) => {
                let connection = &network[id];
                Self::UpdateWeight {
                    rate: given.step.rate,
                    delta: network[connection.downstream()].delta(),
                    input: network[connection.upstream()].sent(),
                    gradient: connection.gradient,
                }
            }
            Action::AddGradient(id) => {
                let mut connection = network[id].clone();
                connection.calc_gradient(nodes);
                let upstream = &network[connection.upstream()];
                Self::AddGradient {
                    first: given.place == 0,
                    delta: network[connection.downstream()].delta(),
                    input: upstream.output(),
                    kept: upstream.kept(),
                    gradient: connection.gradient,
                }
            }
            Action::UpdateByMean(id) => Self::UpdateByMean {
                rate: given.step.rate,
                weight_decay: network[id].decay(nodes, given.step),
                gradient_sum: before.gradient,
                samples: given.samples,
                gradient: network[id].gradient,
            },
        }
    }

    /// Returns the products of its sum, if it has one.
    pub fn terms(&self) -> &[Term] {
        match self {
            Self::Output { terms, .. } | Self::HiddenDelta { terms, .. } => terms,
            _ => &[],
        }
    }

    /// Returns the sum of its first products, this many of them.
    pub fn sum_of(&self, terms: usize) -> f64 {
        self.terms().iter().take(terms).fold(0.0, |sum, term| sum + term.product())
    }

    /// Returns the place of the product farthest from 0, not counting the bias.
    pub fn strongest(&self) -> Option<usize> {
        let terms = self.terms().iter().enumerate().filter(|(_, term)| !term.is_bias());
        let size = |term: &Term| term.product().abs();
        terms.max_by(|one, other| size(one.1).total_cmp(&size(other.1))).map(|(place, _)| place)
    }

    /// Returns the single numbers of the formula, by the names that they have in JSON.
    pub fn numbers(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::SetInput {} => Vec::new(),
            Self::DropOut { probability } => vec![("probability", probability)],
            Self::Output { weighted_input, .. } => vec![("weighted_input", weighted_input)],
            Self::OutputDelta { output, label, slope, .. } => {
                vec![("output", output), ("label", label), ("slope", slope)]
            }
            Self::HiddenDelta { output, downstream_delta, slope, kept, .. } => vec![
                ("output", output),
                ("downstream_delta", downstream_delta),
                ("slope", slope),
                ("kept", kept),
            ],
            Self::UpdateWeight { rate, delta, input, gradient } => {
                vec![("rate", rate), ("delta", delta), ("input", input), ("gradient", gradient)]
            }
            Self::AddGradient { delta, input, kept, gradient, .. } => {
                vec![("delta", delta), ("input", input), ("kept", kept), ("gradient", gradient)]
            }
            Self::UpdateByMean { rate, weight_decay, gradient_sum, samples, gradient } => vec![
                ("rate", rate),
                ("weight_decay", weight_decay),
                ("gradient_sum", gradient_sum),
                ("samples", samples as f64),
                ("gradient", gradient),
            ],
        }
    }
}

fn terms(list: &[ConnectionId], direction: Direction, network: &Network, numbering: &Numbering) -> Vec<Term> {
    let term = |&id: &ConnectionId| {
        let connection = &network[id];
        let (value, kept) = match direction {
            Direction::Upstream => {
                let upstream = &network[connection.upstream()];
                (upstream.output(), upstream.kept())
            }
            Direction::Downstream => (network[connection.downstream()].delta(), 1.0),
        };
        let wire = numbering.wire(network, id);
        Term { connection: id, wire, weight: connection.weight, value, kept, direction }
    };
    list.iter().map(term).collect()
}
