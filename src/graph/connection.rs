//! A weight between two nodes. Ports `Connection` of bp.py.

use super::{AnyNode, NodeId};
use crate::MiniBatchStep;

/// One connection: its weight, its gradient, and the nodes at its two ends. 24 bytes.
///
/// ```
/// use backprop::graph::Network;
/// use backprop::{Label, Sample};
///
/// let mut network = Network::new(&[2, 1], 0);
/// network.get_gradient(Label(&[0.9]), Sample(&[0.5, -1.0]));
/// let neuron = &network[network.layers[1].neurons()[0]];
/// let second = &network[neuron.upstream()[1]];
/// assert_eq!(second.gradient, -neuron.delta()); // δ·x, and x is −1
/// assert!(second.dump(&network.nodes).starts_with("(0-1) -> (1-0) = "));
/// ```
#[derive(Debug, Clone)]
pub struct Connection {
    /// The node it comes from.
    pub(super) upstream_node: NodeId,
    /// The node it leads to.
    pub(super) downstream_node: NodeId,
    /// The weight w; a bias, where the upstream node is a constant node.
    pub weight: f64,
    /// −∂E/∂w, as last computed; within a mini-batch, the sum over its samples so far.
    pub gradient: f64,
}

impl Connection {
    /// Returns a connection with this weight.
    ///
    /// `DIFFERENCE:` bp.py draws the weight here; ours come from [`WeightInit`](crate::WeightInit) or a file.
    pub fn new(upstream_node: NodeId, downstream_node: NodeId, weight: f64) -> Self {
        Self { upstream_node, downstream_node, weight, gradient: 0.0 }
    }

    /// Returns the node it comes from.
    pub fn upstream(&self) -> NodeId {
        self.upstream_node
    }

    /// Returns the node it leads to.
    pub fn downstream(&self) -> NodeId {
        self.downstream_node
    }

    /// Computes the gradient: δ of the downstream node times the output that the upstream node sends (Nielsen's BP4;
    /// for a bias, whose upstream output is 1, BP3).
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the two ids.
    pub fn calc_gradient(&mut self, nodes: &[AnyNode]) {
        let delta = nodes[self.downstream_node.index()].delta();
        let input = nodes[self.upstream_node.index()].sent();
        self.gradient = delta * input; // step: first-gradient add-gradient update-weight
    }

    /// Returns the gradient as last computed, −∂E/∂w.
    pub fn get_gradient(&self) -> f64 {
        self.gradient
    }

    /// Moves the weight along its gradient: w ← w + η·δ·x (equation 5). The gradient is computed here, and kept.
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the two ids.
    pub fn update_weight(&mut self, nodes: &[AnyNode], rate: f64) {
        self.calc_gradient(nodes);
        self.weight += rate * self.gradient; // step: update-weight
    }

    /// Adds this sample's gradient δ·x to those of the mini-batch's samples before it (`nabla_w` of network.py).
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the two ids.
    pub fn add_gradient(&mut self, nodes: &[AnyNode]) {
        let sum = self.gradient;
        self.calc_gradient(nodes);
        self.gradient += sum; // step: add-gradient
    }

    /// Moves the weight along the mean gradient of `samples` samples: w ← decay·w + η·(Σ δ·x)/m (Nielsen's equations
    /// 20 and 93; for a bias 21 and 94, since biases do not decay). The mean is kept as the gradient.
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the two ids.
    pub fn update_by_mean(&mut self, nodes: &[AnyNode], samples: usize, step: &MiniBatchStep) {
        self.gradient /= samples as f64;
        self.weight = self.decay(nodes, step) * self.weight + step.rate * self.gradient; // step: update-by-mean
    }

    /// Returns the factor on the weight in that step: 1 − ηλ/n, or 1 if it is a bias.
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the ids.
    pub fn decay(&self, nodes: &[AnyNode], step: &MiniBatchStep) -> f64 {
        match nodes[self.upstream_node.index()] {
            AnyNode::Node(_) => step.weight_decay,
            AnyNode::Const(_) => 1.0,
        }
    }

    /// Returns this connection as bp.py prints it: `(0-2) -> (1-1) = 0.274213`.
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the two ids.
    pub fn dump(&self, nodes: &[AnyNode]) -> String {
        let upstream = &nodes[self.upstream_node.index()];
        let downstream = &nodes[self.downstream_node.index()];
        format!(
            "({}-{}) -> ({}-{}) = {:.6}",
            upstream.layer_index(),
            upstream.node_index(),
            downstream.layer_index(),
            downstream.node_index(),
            self.weight
        )
    }
}
