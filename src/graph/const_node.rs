//! A node whose output is always 1: it carries the biases of the layer after it. Ports `ConstNode` of bp.py.

use super::{AnyNode, Connection, ConnectionId, node::dump_list};

/// The last node of a layer. The weight of its connection to a neuron is that neuron's bias.
#[derive(Debug, Clone)]
#[repr(C)]
pub struct ConstNode {
    /// Always 1.
    pub output: f64,
    /// Always 0 once computed, because the slope a(1 − a) is 0 at 1. Nothing reads it.
    pub delta: f64,
    /// The layer it stands in.
    pub layer_index: u32,
    /// Its place in that layer: the last.
    pub node_index: u32,
    /// Connections to the layer after, in the order of that layer's nodes.
    pub downstream: Vec<ConnectionId>,
}

impl ConstNode {
    /// A constant node without connections.
    #[must_use]
    pub fn new(layer_index: u32, node_index: u32) -> Self {
        Self { layer_index, node_index, downstream: Vec::new(), output: 1.0, delta: 0.0 }
    }

    /// Adds a connection to a node of the layer after.
    pub fn append_downstream_connection(&mut self, connection: ConnectionId) {
        self.downstream.push(connection);
    }

    /// The delta as bp.py computes it, by the formula of a sigmoid node: 1·(1 − 1)·Σ wᵢ·δᵢ = 0.
    #[must_use]
    pub fn calc_hidden_layer_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        let downstream: &[ConnectionId] = &self.downstream;
        let mut downstream_delta = 0.0;
        let mut i = 0;
        while i < downstream.len() {
            let connection = &connections[downstream[i].index()];
            let delta = nodes[connection.downstream_node.index()].delta();
            downstream_delta += delta * connection.weight;
            i += 1;
        }
        let slope = self.output * (1.0 - self.output);
        slope * downstream_delta
    }

    /// This node and its connections as bp.py prints them, several lines.
    #[must_use]
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        let mut text = format!("{}-{}: output: 1\n\tdownstream:\n", self.layer_index, self.node_index);
        dump_list(&mut text, &self.downstream, nodes, connections);
        text
    }
}
