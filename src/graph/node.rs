//! A neuron. Ports `Node` of bp.py.

use super::{Connection, ConnectionId, ConstNode, links::Links};
use crate::{Activation, Cost};

/// One neuron: what it computed last, and the ids of its connections on both sides. See it [by hand](#impl-Node-1).
#[derive(Debug, Clone)]
#[repr(C)]
pub struct Node {
    /// kept·output, what others read: multiplied once, where one of the two is set, and not at every connection.
    sent: f64,
    /// The error term −∂E/∂z, as last computed.
    pub delta: f64,
    /// The output a = σ(z), as last computed or set.
    output: f64,
    /// The factor on the output before others read it: 1, or for a hidden node under dropout 0 (silenced) or
    /// 1 / (1 − p).
    kept: f64,
    /// Its layer; the input layer is 0.
    layer_index: u32,
    /// Its place in that layer, from 0.
    node_index: u32,
    /// The function between its weighted input and its output.
    activation: Activation,
    /// Connections to the layer after, in the order of that layer's nodes.
    pub(super) downstream: Links,
    /// Connections from the layer before, in the order of that layer's nodes, the bias last.
    pub(super) upstream: Links,
}

impl Node {
    /// Returns a node without connections: number `node_index` of layer `layer_index`, both from 0.
    ///
    /// `activation` is the function between its weighted input and its output. (A node of the input layer has that of
    /// the layer after it, as in fc.py's `backward`; its delta is computed and never used.)
    pub fn new(layer_index: u32, node_index: u32, activation: Activation) -> Self {
        Self {
            layer_index,
            node_index,
            activation,
            downstream: Links::default(),
            upstream: Links::default(),
            sent: 0.0,
            output: 0.0,
            delta: 0.0,
            kept: 1.0,
        }
    }

    /// Sets the output, which a node of the input layer has in place of a formula. (The layer is not checked.)
    pub fn set_output(&mut self, output: f64) {
        self.output = output; // step: set-input
        self.sent = self.kept * output;
    }

    /// Sets the factor on the output before others read it; see [`AnyNode::kept`].
    pub fn set_kept(&mut self, kept: f64) {
        self.kept = kept; // step: drop-out
        self.sent = kept * self.output;
    }

    /// Adds a connection to a node of the layer after.
    pub fn append_downstream_connection(&mut self, connection: ConnectionId) {
        self.downstream.append(connection);
    }

    /// Adds a connection from a node of the layer before.
    pub fn append_upstream_connection(&mut self, connection: ConnectionId) {
        self.upstream.append(connection);
    }

    /// Returns the output of this node: a = σ(z) (equation 1).
    ///
    /// It reads what it is given and changes nothing; [`Layer::calc_output`](super::Layer::calc_output) stores it.
    #[must_use]
    pub fn calc_output(&self, outputs: &[f64], connections: &[Connection]) -> f64 {
        let weighted_input = self.weighted_input(outputs, connections); // step: output
        self.activation.value(weighted_input) // step: result output
    }

    /// Returns the weighted input z = Σ wᵢ·xᵢ, the bias being the weight of the last connection.
    pub fn weighted_input(&self, outputs: &[f64], connections: &[Connection]) -> f64 {
        let upstream: &[ConnectionId] = &self.upstream.ids;
        let mut weighted_input = 0.0;
        let mut i = 0;
        while i < upstream.len() {
            let connection = &connections[upstream[i].index()];
            let input = outputs[connection.upstream_node.index()];
            weighted_input += input * connection.weight; // step: term output
            i += 1;
        }
        weighted_input
    }

    /// Returns the delta of a hidden node: a(1 − a)·Σ wᵢ·δᵢ over the nodes it feeds (equation 4; Nielsen's BP2). Under
    /// dropout it is multiplied by [`AnyNode::kept`], as the output that they read is.
    #[must_use]
    pub fn calc_hidden_layer_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        let downstream_delta = self.downstream.downstream_delta(nodes, connections); // step: hidden-delta
        let slope = self.activation.derivative_from_output(self.output);
        self.kept * slope * downstream_delta // step: result hidden-delta
    }

    /// Returns the delta of an output node: a(1 − a)(label − a) for the quadratic cost (equation 3; Nielsen's BP1).
    ///
    /// −∂E/∂z, from the output as last computed. [`Cost::output_layer_delta`] has the formula.
    #[must_use]
    pub fn calc_output_layer_delta(&self, label: f64, cost: Cost) -> f64 {
        cost.output_layer_delta(self.activation, self.output, label) // step: output-delta
    }
}

/// # The formulas by hand
///
/// `nodes` and `connections` are always the whole lists of the node's network, and `outputs` are [`outputs`] of all its
/// nodes. All of these functions panic if the lists belong to another network and are too short for the node's ids.
///
/// ```
/// use backprop::graph::{Network, outputs};
/// use backprop::{Activation, Architecture, Cost, Label, LayerParameters, Parameters, Sample};
///
/// // One input x = 1, one hidden neuron 2x, one output neuron 3a + 0.5; all of them linear.
/// let layer = |w, b| LayerParameters { weights: vec![vec![w]], biases: vec![b] };
/// let parameters = Parameters { layers: vec![layer(2.0, 0.0), layer(3.0, 0.5)] };
/// let architecture = Architecture::new(&[1, 1, 1]).with_activation(Activation::Identity);
/// let mut network = Network::from_parameters(&architecture, &parameters);
/// network.predict(Sample(&[1.0]));
/// network.calc_delta(Label(&[7.0]));
///
/// let [hidden, output] = [1, 2].map(|layer| network[network.layers[layer].nodes[0]].as_node().unwrap());
/// let (nodes, connections) = (&network.nodes, &network.connections);
/// assert_eq!(output.calc_output(&outputs(nodes), connections), 6.5);
/// assert_eq!(output.calc_output_layer_delta(7.0, Cost::Quadratic), 0.5); // slope 1, 0.5 too low
/// assert_eq!(hidden.calc_hidden_layer_delta(nodes, connections), 1.5); // slope 1, 3·0.5
/// ```
impl Node {
    /// Returns this node and its connections as bp.py prints them, several lines; with the factor kept, unless it is
    /// 1.
    ///
    /// ```
    /// use backprop::graph::Network;
    ///
    /// let network = Network::new(&[1, 1], 0);
    /// let text = network.nodes[0].dump(&network.nodes, &network.connections);
    /// assert!(text.starts_with("0-0: output: 0.000000 delta: 0.000000\n\tdownstream:\n"));
    /// ```
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        let kept = if self.kept == 1.0 { String::new() } else { format!(" kept: {:.6}", self.kept) };
        format!(
            "{}-{}: output: {:.6} delta: {:.6}{kept}\n\tdownstream:\n{}\tupstream:\n{}",
            self.layer_index,
            self.node_index,
            self.output,
            self.delta,
            self.downstream.dump(nodes, connections),
            self.upstream.dump(nodes, connections)
        )
    }
}

/// A node of either kind: a neuron, or the constant node behind the biases.
///
/// ```
/// use backprop::graph::{AnyNode, Network};
///
/// let network = Network::new(&[3, 4, 2], 0);
/// let is_neuron = |node: &&AnyNode| matches!(node, AnyNode::Node(_));
/// assert_eq!(network.nodes.iter().filter(is_neuron).count(), 3 + 4 + 2);
/// assert_eq!(network.nodes.len(), 3 + 4 + 2 + 3); // a constant node in each layer
/// ```
///
/// With `repr(u8)` the kind comes first, and the node follows at the same offset. Both kinds (`repr(C)`) begin with
/// the numbers that others read, the output and the delta, so these have the same offset in either kind.
#[derive(Debug, Clone)]
#[repr(u8)]
pub enum AnyNode {
    /// A neuron.
    Node(Node),
    /// The layer's last node, whose output is 1.
    Const(ConstNode),
}

impl AnyNode {
    /// Returns the output that other nodes read: kept·a. Without dropout it is the output itself, and a constant node
    /// always sends 1.
    #[inline]
    pub fn sent(&self) -> f64 {
        match self {
            Self::Node(node) => node.sent,
            Self::Const(node) => node.output,
        }
    }

    /// Returns the output a, as last computed or set; a constant node's is always 1. Under dropout others read
    /// [`AnyNode::sent`].
    pub fn output(&self) -> f64 {
        match self {
            Self::Node(node) => node.output,
            Self::Const(node) => node.output,
        }
    }

    /// Returns the factor on the output before others read it: 1, or for a hidden neuron under dropout 0 (silenced)
    /// or 1 / (1 − p). See [`Network::drop_out`](super::Network::drop_out).
    pub fn kept(&self) -> f64 {
        match self {
            Self::Node(node) => node.kept,
            Self::Const(_) => 1.0,
        }
    }

    /// Returns the function between a neuron's weighted input and its output; for a constant node the sigmoid, whose
    /// slope is in its delta.
    pub fn activation(&self) -> Activation {
        match self {
            Self::Node(node) => node.activation,
            Self::Const(_) => Activation::Sigmoid,
        }
    }

    /// Returns the neuron, if it is one.
    pub fn as_node(&self) -> Option<&Node> {
        match self {
            Self::Node(node) => Some(node),
            Self::Const(_) => None,
        }
    }

    /// Returns the error term −∂E/∂z, as last computed.
    #[inline]
    pub fn delta(&self) -> f64 {
        match self {
            Self::Node(node) => node.delta,
            Self::Const(node) => node.delta,
        }
    }

    /// Stores a neuron's output; a constant node's stays 1.
    pub fn set_output(&mut self, output: f64) {
        if let Self::Node(node) = self {
            node.set_output(output);
        }
    }

    /// Sets the factor on a neuron's output before others read it; a constant node's output stays 1.
    pub fn set_kept(&mut self, kept: f64) {
        if let Self::Node(node) = self {
            node.set_kept(kept);
        }
    }

    /// Stores the error term.
    pub fn set_delta(&mut self, delta: f64) {
        match self {
            Self::Node(node) => node.delta = delta,
            Self::Const(node) => node.delta = delta,
        }
    }

    /// Returns the delta of a node before the output layer; see [`Node::calc_hidden_layer_delta`] and
    /// [`ConstNode::calc_hidden_layer_delta`].
    ///
    /// # Panics
    /// If the lists belong to another network and are too short for the ids of this node's connections.
    #[must_use]
    #[inline]
    pub fn calc_hidden_layer_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        match self {
            Self::Node(node) => node.calc_hidden_layer_delta(nodes, connections),
            Self::Const(node) => node.calc_hidden_layer_delta(nodes, connections),
        }
    }

    /// Returns Σ wᵢ·δᵢ over the nodes it feeds.
    ///
    /// # Panics
    /// If the lists belong to another network and are too short for the ids of this node's connections.
    pub fn downstream_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        self.links().downstream_delta(nodes, connections)
    }

    fn links(&self) -> &Links {
        match self {
            Self::Node(node) => &node.downstream,
            Self::Const(node) => &node.downstream,
        }
    }

    /// Returns its layer; the input layer is 0.
    pub fn layer_index(&self) -> u32 {
        match self {
            Self::Node(node) => node.layer_index,
            Self::Const(node) => node.layer_index,
        }
    }

    /// Returns its place in that layer, from 0; the constant node is the last.
    pub fn node_index(&self) -> u32 {
        match self {
            Self::Node(node) => node.node_index,
            Self::Const(node) => node.node_index,
        }
    }

    /// Returns the connections to the layer after, in the order of that layer's nodes; none in the output layer.
    pub fn downstream(&self) -> &[ConnectionId] {
        &self.links().ids
    }

    /// Returns the connections from the layer before, in the order of that layer's nodes, the bias last; none in the
    /// input layer, and none of a constant node.
    pub fn upstream(&self) -> &[ConnectionId] {
        match self {
            Self::Node(node) => &node.upstream.ids,
            Self::Const(_) => &[],
        }
    }

    /// Adds a connection to a node of the layer after.
    pub fn append_downstream_connection(&mut self, connection: ConnectionId) {
        match self {
            Self::Node(node) => node.append_downstream_connection(connection),
            Self::Const(node) => node.append_downstream_connection(connection),
        }
    }

    /// Returns this node and its connections as bp.py prints them, several lines; see [`Node::dump`] and
    /// [`ConstNode::dump`].
    ///
    /// # Panics
    /// If the lists belong to another network and are too short for the ids of this node's connections.
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        match self {
            Self::Node(node) => node.dump(nodes, connections),
            Self::Const(node) => node.dump(nodes, connections),
        }
    }
}

/// Returns the outputs that these nodes send, [`AnyNode::sent`], side by side.
///
/// Every neuron of a layer reads all of them, and they fit in the nearest cache; the nodes themselves do not.
pub fn outputs(nodes: &[AnyNode]) -> Vec<f64> {
    let mut outputs = vec![0.0; nodes.len()];
    let numbers: &mut [f64] = &mut outputs;
    let mut i = 0;
    while i < nodes.len() {
        numbers[i] = nodes[i].sent();
        i += 1;
    }
    outputs
}

impl From<Node> for AnyNode {
    fn from(node: Node) -> Self {
        Self::Node(node)
    }
}

impl From<ConstNode> for AnyNode {
    fn from(node: ConstNode) -> Self {
        Self::Const(node)
    }
}
