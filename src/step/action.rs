//! Doing one step, and taking it back.

use super::Phase;
use crate::MiniBatchStep;
use crate::graph::{AnyNode, Connection, ConnectionId, Network, NodeId, outputs};

/// An action of one step on one node or connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Set the output of an input node.
    SetInput(NodeId),
    /// Silence a hidden node, or keep it.
    DropOut(NodeId),
    /// Compute the output of a neuron.
    Output(NodeId),
    /// Compute the delta of an output neuron.
    OutputDelta(NodeId),
    /// Compute the delta of a node before the output layer.
    HiddenDelta(NodeId),
    /// Move a weight by the gradient of one sample.
    UpdateWeight(ConnectionId),
    /// Add the gradient of one sample to the sum.
    AddGradient(ConnectionId),
    /// Move a weight by the mean gradient of a mini-batch.
    UpdateByMean(ConnectionId),
}

/// The data that a step is given, apart from the network.
#[derive(Debug, Clone, Copy)]
pub struct Given<'g> {
    /// The sample, n_in numbers.
    pub sample: &'g [f64],
    /// Its label, n_out numbers.
    pub label: &'g [f64],
    /// The sample's place in its mini-batch, from 0.
    pub place: usize,
    /// The number of samples in the mini-batch.
    pub samples: usize,
    /// The change that the mini-batch makes to the weights; in bp.py's own steps only the rate.
    pub step: &'g MiniBatchStep,
    /// For each hidden layer, the factor on each neuron's output; empty without dropout.
    pub kept: &'g [Vec<f64>],
}

/// The values that a step overwrote: enough to take it back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    /// The output, factor, delta, weight or sum of gradients.
    pub value: f64,
    /// The connection's gradient; 0 where the step changes a node.
    pub gradient: f64,
}

impl Action {
    /// Returns the phase it belongs to.
    pub fn phase(self) -> Phase {
        match self {
            Self::SetInput(_) => Phase::SetInput,
            Self::DropOut(_) => Phase::DropOut,
            Self::Output(_) => Phase::Output,
            Self::OutputDelta(_) => Phase::OutputDelta,
            Self::HiddenDelta(_) => Phase::HiddenDelta,
            Self::UpdateWeight(_) => Phase::UpdateWeight,
            Self::AddGradient(_) => Phase::AddGradient,
            Self::UpdateByMean(_) => Phase::UpdateByMean,
        }
    }

    /// Returns the node it changes, if it changes one.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Self::SetInput(id)
            | Self::DropOut(id)
            | Self::Output(id)
            | Self::OutputDelta(id)
            | Self::HiddenDelta(id) => Some(id),
            Self::UpdateWeight(_) | Self::AddGradient(_) | Self::UpdateByMean(_) => None,
        }
    }

    /// Returns the connection it changes, if it changes one.
    pub fn connection(self) -> Option<ConnectionId> {
        match self {
            Self::UpdateWeight(id) | Self::AddGradient(id) | Self::UpdateByMean(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the value it changes, as it is now: an output, a factor, a delta, a weight or a sum of gradients.
    ///
    /// # Panics
    /// If the id belongs to a larger network.
    pub fn value(self, network: &Network) -> f64 {
        match self {
            Self::SetInput(id) | Self::Output(id) => network[id].output(),
            Self::DropOut(id) => network[id].kept(),
            Self::OutputDelta(id) | Self::HiddenDelta(id) => network[id].delta(),
            Self::UpdateWeight(id) | Self::UpdateByMean(id) => network[id].weight,
            Self::AddGradient(id) => network[id].gradient,
        }
    }

    /// Takes the step, by the function that trains, and returns what it overwrote.
    ///
    /// It does not check that this action is the next one; that is up to [`Order`](super::Order).
    ///
    /// ```
    /// use backprop::MiniBatchStep;
    /// use backprop::graph::Network;
    /// use backprop::step::{Action, Given};
    ///
    /// let mut network = Network::new(&[2, 1], 0);
    /// let action = Action::SetInput(network.layers[0].neurons()[1]);
    /// let step = MiniBatchStep::plain(0.3);
    /// let given = Given { sample: &[1.0, 0.5], label: &[0.9], place: 0, samples: 1, step: &step, kept: &[] };
    /// let before = action.perform(&mut network, &given);
    /// assert_eq!(action.value(&network), 0.5);
    /// action.undo(&mut network, before);
    /// assert_eq!(action.value(&network), 0.0);
    /// ```
    ///
    /// # Panics
    /// If the sample, the label or the list of factors is too short for the node; if a constant node is to be set,
    /// silenced, computed or given a label; or if the id belongs to a larger network.
    #[track_caller]
    pub fn perform(self, network: &mut Network, given: &Given<'_>) -> Before {
        let gradient = self.connection().map_or(0.0, |id| network[id].gradient);
        let before = Before { value: self.value(network), gradient };
        let cost = network.architecture.cost;
        let nodes: &mut [AnyNode] = &mut network.nodes;
        let connections: &mut [Connection] = &mut network.connections;
        match self {
            Self::SetInput(id) => {
                let node = &mut nodes[id.index()];
                assert!(node.as_node().is_some(), "a constant node's output cannot be set");
                node.set_output(given.sample[node.node_index() as usize]);
            }
            Self::DropOut(id) => {
                let node = &mut nodes[id.index()];
                assert!(node.as_node().is_some(), "a constant node is never silenced");
                node.set_kept(given.kept[node.layer_index() as usize - 1][node.node_index() as usize]);
            }
            Self::Output(id) => {
                let AnyNode::Node(node) = &nodes[id.index()] else {
                    panic!("a constant node's output is not computed")
                };
                let output = node.calc_output(&outputs(nodes), connections);
                nodes[id.index()].set_output(output);
            }
            Self::OutputDelta(id) => {
                let AnyNode::Node(node) = &nodes[id.index()] else { panic!("a constant node has no label") };
                let label = given.label[nodes[id.index()].node_index() as usize];
                let delta = node.calc_output_layer_delta(label, cost);
                nodes[id.index()].set_delta(delta);
            }
            Self::HiddenDelta(id) => {
                let delta = nodes[id.index()].calc_hidden_layer_delta(nodes, connections);
                nodes[id.index()].set_delta(delta);
            }
            Self::UpdateWeight(id) => connections[id.index()].update_weight(nodes, given.step.rate),
            Self::AddGradient(id) if given.place == 0 => connections[id.index()].calc_gradient(nodes),
            Self::AddGradient(id) => connections[id.index()].add_gradient(nodes),
            Self::UpdateByMean(id) => {
                connections[id.index()].update_by_mean(nodes, given.samples, given.step);
            }
        }
        before
    }

    /// Takes the step back. `before` is what [`Action::perform`] returned.
    ///
    /// # Panics
    /// If the id belongs to a larger network.
    #[track_caller]
    pub fn undo(self, network: &mut Network, before: Before) {
        match self {
            Self::SetInput(id) | Self::Output(id) => network[id].set_output(before.value),
            Self::DropOut(id) => network[id].set_kept(before.value),
            Self::OutputDelta(id) | Self::HiddenDelta(id) => network[id].set_delta(before.value),
            Self::UpdateWeight(id) | Self::UpdateByMean(id) => {
                network[id].weight = before.value;
                network[id].gradient = before.gradient;
            }
            Self::AddGradient(id) => network[id].gradient = before.gradient,
        }
    }
}
