//! A node whose output is always 1: it carries the biases of the layer after it. Ports `ConstNode` of bp.py.

use super::{AnyNode, Connection, ConnectionId, links::Links};

/// The last node of a layer. The weight of its connection to a neuron is that neuron's bias.
///
/// ```
/// use backprop::graph::Network;
/// use backprop::{Label, Sample};
///
/// let mut network = Network::new(&[2, 1], 0);
/// network.get_gradient(Label(&[0.9]), Sample(&[0.3, 0.6]));
/// let bias = network[network.layers[0].const_node()].downstream()[0];
/// let neuron = network.layers[1].neurons()[0];
/// // The gradient of a bias is the delta itself: δ · 1.
/// assert_eq!(network[bias].gradient, network[neuron].delta());
/// ```
#[derive(Debug, Clone)]
#[repr(C)]
pub struct ConstNode {
    /// Always 1.
    pub(super) output: f64,
    /// 0 once computed, because the slope a(1 − a) is 0 at 1 (NaN, if a delta downstream is infinite). Nothing reads
    /// it.
    pub delta: f64,
    /// Its layer.
    pub(super) layer_index: u32,
    /// Its place in that layer: the last, which is the number of neurons.
    pub(super) node_index: u32,
    /// Connections to the layer after, in the order of that layer's nodes.
    pub(super) downstream: Links,
}

impl ConstNode {
    /// Returns a constant node without connections: the last node of its layer.
    pub fn new(layer_index: u32, node_index: u32) -> Self {
        Self { layer_index, node_index, downstream: Links::default(), output: 1.0, delta: 0.0 }
    }

    /// Adds a connection to a node of the layer after.
    pub fn append_downstream_connection(&mut self, connection: ConnectionId) {
        self.downstream.append(connection);
    }

    /// Returns the delta as bp.py computes it, by the formula of a sigmoid node: 1·(1 − 1)·Σ wᵢ·δᵢ = 0.
    ///
    /// # Panics
    /// If the lists belong to another network and are too short for the ids of this node's connections.
    #[must_use]
    pub fn calc_hidden_layer_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        let downstream_delta = self.downstream.downstream_delta(nodes, connections); // step: const-delta
        let slope = self.output * (1.0 - self.output);
        slope * downstream_delta // step: result const-delta
    }

    /// Returns this node and its connections as bp.py prints them, several lines.
    ///
    /// # Panics
    /// If the lists belong to another network and are too short for the ids of this node's connections.
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        let downstream = self.downstream.dump(nodes, connections);
        format!("{}-{}: output: 1\n\tdownstream:\n{downstream}", self.layer_index, self.node_index)
    }
}
