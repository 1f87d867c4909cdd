//! The place of a node or connection, by layer and index and by the article's number.
//!
//! The article numbers its nine nodes from input to output: inputs 1 to 3, hidden neurons 4 to 7, outputs 8 and 9. A
//! weight is named by the node it leads to, then the node it comes from: w41. Constant nodes have no number; the
//! weight from one is the neuron's bias, w4b.

use std::fmt;
use std::num::NonZeroU32;

use crate::graph::{AnyNode, ConnectionId, Network, NodeId};

/// A node's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Place {
    /// The layer, from 0, the input layer.
    pub layer: u32,
    /// The place in the layer, from 0.
    pub index: u32,
    /// The article's number, counted from 1 through all neurons; a constant node has none.
    pub number: Option<NonZeroU32>,
}

/// A connection's two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Wire {
    /// The node it comes from.
    pub upstream: Place,
    /// The node it leads to.
    pub downstream: Place,
}

/// The numbering of a network's neurons.
///
/// ```
/// use backprop::{graph::Network, step::Numbering};
///
/// let network = Network::new(&[3, 4, 2], 0);
/// let numbering = Numbering::new(&network);
/// let last = network.layers[2].neurons()[1];
/// assert_eq!(numbering.place(&network, last).output_name(), "a9"); // the last of nine
/// let upstream = network[last].upstream();
/// let names = upstream.iter().map(|&id| numbering.wire(&network, id).name());
/// assert_eq!(names.collect::<Vec<_>>(), ["w94", "w95", "w96", "w97", "w9b"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    /// The number of neurons before each layer.
    neurons_before: Vec<u32>,
}

impl Numbering {
    /// Numbers the neurons of this network.
    pub fn new(network: &Network) -> Self {
        let mut count = 0;
        let mut neurons_before = Vec::with_capacity(network.layers.len());
        for layer in &network.layers {
            neurons_before.push(count);
            count += layer.neurons().len() as u32;
        }
        Self { neurons_before }
    }

    /// Returns the place of a node.
    ///
    /// # Panics
    /// If the id belongs to a larger network.
    #[track_caller]
    pub fn place(&self, network: &Network, id: NodeId) -> Place {
        let node = &network[id];
        let (layer, index) = (node.layer_index(), node.node_index());
        let number = match node {
            AnyNode::Node(_) => NonZeroU32::new(self.neurons_before[layer as usize] + index + 1),
            AnyNode::Const(_) => None,
        };
        Place { layer, index, number }
    }

    /// Returns the two ends of a connection.
    ///
    /// # Panics
    /// If the id belongs to a larger network.
    #[track_caller]
    pub fn wire(&self, network: &Network, id: ConnectionId) -> Wire {
        let connection = &network[id];
        Wire {
            upstream: self.place(network, connection.upstream()),
            downstream: self.place(network, connection.downstream()),
        }
    }
}

impl Place {
    /// Returns a letter and the article's number; for a constant node, the letter alone.
    pub(super) fn named(self, letter: &str) -> String {
        self.number.map_or_else(|| letter.to_owned(), |number| format!("{letter}{number}"))
    }

    /// Returns the name of its output in a formula: x1 in the input layer, a4 after it, 1 for a constant node.
    pub fn output_name(self) -> String {
        match self.number {
            None => "1".to_owned(),
            Some(_) if self.layer == 0 => self.named("x"),
            Some(_) => self.named("a"),
        }
    }

    /// Returns the name of its factor under dropout: k4.
    pub fn kept_name(self) -> String {
        self.named("k")
    }

    /// Returns the name of an output's target: t8.
    pub fn label_name(self) -> String {
        self.named("t")
    }

    /// Returns the name of its delta in a formula: δ4, or δ(0-3) for a constant node.
    pub fn delta_name(self) -> String {
        if self.number.is_none() { format!("δ({self})") } else { self.named("δ") }
    }
}

impl Wire {
    /// Returns the name of its weight in a formula: w41, or w12,3 where that needs a comma; w4b for a bias.
    pub fn name(self) -> String {
        // The downstream end is always a neuron, so it always has a number, and a larger one.
        let to = self.downstream.number.map_or(0, NonZeroU32::get);
        let comma = if to < 10 { "" } else { "," };
        let from = self.upstream.number.map_or_else(|| "b".to_owned(), |from| from.to_string());
        format!("w{to}{comma}{from}")
    }

    /// Returns the name of the sum of its gradients over a mini-batch: g41.
    pub fn gradient_name(self) -> String {
        self.name().replacen('w', "g", 1)
    }
}

/// Layer and index, as bp.py prints a node: `1-0`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.layer, self.index)
    }
}

/// Both ends, as bp.py prints a connection: `(0-2) -> (1-1)`.
impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}) -> ({})", self.upstream, self.downstream)
    }
}
