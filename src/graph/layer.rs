//! A layer of nodes. Ports `Layer` of bp.py.

use super::{AnyNode, Connection, ConstNode, Node, NodeId, outputs};
use crate::{Activation, Cost};

/// One layer: the ids of its nodes. The last one is its constant node.
///
/// The nodes themselves stay in the network's list, which every method takes; all of them panic if the list belongs
/// to another network and is too short for the layer's ids.
///
/// ```
/// use backprop::Sample;
/// use backprop::graph::Network;
///
/// // What `Network::predict` does: the sample into layer 0, then layer after layer.
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let expected = network.clone().predict(Sample(&[1.0, 0.5, 0.0]));
/// let Network { layers, nodes, connections, .. } = &mut network;
/// layers[0].set_output(nodes, &[1.0, 0.5, 0.0]);
/// for layer in &layers[1..] {
///     layer.calc_output(nodes, connections);
/// }
/// assert_eq!(network.output(), expected);
/// ```
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its place in the network; the input layer is 0.
    pub layer_index: u32,
    /// Its nodes in order, the constant node last.
    pub nodes: Vec<NodeId>,
}

impl Layer {
    /// Appends this many neurons and a constant node, none of them connected, to the network's list, and returns them
    /// as a layer.
    ///
    /// ```
    /// use backprop::Activation;
    /// use backprop::graph::Layer;
    ///
    /// let mut nodes = Vec::new();
    /// let layer = Layer::new(0, 3, Activation::Sigmoid, &mut nodes);
    /// assert_eq!((layer.neurons().len(), layer.const_node().index(), nodes.len()), (3, 3, 4));
    /// ```
    ///
    /// # Panics
    /// If there are more nodes than a [`NodeId`] can count, 2³².
    #[must_use]
    pub fn new(layer_index: u32, node_count: u32, activation: Activation, nodes: &mut Vec<AnyNode>) -> Self {
        let mut own_nodes = Vec::with_capacity(node_count as usize + 1);
        for node_index in 0..node_count {
            own_nodes.push(NodeId::next(nodes));
            nodes.push(AnyNode::Node(Node::new(layer_index, node_index, activation)));
        }
        own_nodes.push(NodeId::next(nodes));
        nodes.push(AnyNode::Const(ConstNode::new(layer_index, node_count)));
        Self { layer_index, nodes: own_nodes }
    }

    /// Returns its neurons: all nodes but the constant one.
    ///
    /// # Panics
    /// If the layer has no nodes.
    pub fn neurons(&self) -> &[NodeId] {
        let nodes: &[NodeId] = &self.nodes;
        &nodes[..nodes.len() - 1]
    }

    /// Returns its constant node.
    ///
    /// # Panics
    /// If the layer has no nodes.
    pub fn const_node(&self) -> NodeId {
        self.nodes[self.nodes.len() - 1]
    }

    /// Sets the outputs of its neurons, which the input layer has in place of a formula. `data` holds one number for
    /// each neuron; the constant node is not counted.
    ///
    /// # Panics
    /// If the number of values is not that of neurons. (`DIFFERENCE:` bp.py then sets only the first ones.)
    #[track_caller]
    pub fn set_output(&self, nodes: &mut [AnyNode], data: &[f64]) {
        let neurons = self.neurons();
        assert_eq!(data.len(), neurons.len(), "the sample must be as long as the input layer");
        let mut i = 0;
        while i < neurons.len() {
            nodes[neurons[i].index()].set_output(data[i]); // step: loop set-input
            i += 1;
        }
    }

    /// Computes the output of each neuron in turn (equation 2, one row at a time), from the outputs of the layer
    /// before, and stores it. Not for the input layer: without upstream connections, every output becomes σ(0).
    ///
    /// `DIFFERENCE:` in bp.py a neuron reads its inputs from the nodes. Here all [`outputs`] are collected first, side by
    /// side, as every neuron of the layer reads them: 784-300-10 trains in a fifth less time.
    pub fn calc_output(&self, nodes: &mut [AnyNode], connections: &[Connection]) {
        let neurons = self.neurons();
        let outputs: &[f64] = &outputs(nodes);
        let mut i = 0;
        while i < neurons.len() {
            if let AnyNode::Node(node) = &mut nodes[neurons[i].index()] {
                let output = node.calc_output(outputs, connections); // step: loop output
                node.set_output(output);
            }
            i += 1;
        }
    }

    /// Computes the delta of each neuron of the output layer (equation 3), from its output, and stores it. `label` is
    /// one number for each neuron.
    ///
    /// `DIFFERENCE:` bp.py's `Layer` has no such method, nor the one below: its `Network` goes over the nodes itself.
    ///
    /// # Panics
    /// If the label does not have one number for each neuron.
    #[track_caller]
    pub fn calc_output_layer_delta(&self, nodes: &mut [AnyNode], label: &[f64], cost: Cost) {
        let neurons = self.neurons();
        assert_eq!(label.len(), neurons.len(), "the label must be as long as the output layer");
        let mut i = 0;
        while i < neurons.len() {
            if let AnyNode::Node(node) = &mut nodes[neurons[i].index()] {
                node.delta = node.calc_output_layer_delta(label[i], cost); // step: loop output-delta
            }
            i += 1;
        }
    }

    /// Computes the delta of each node from those of the layer after (equation 4), including the constant node's, as
    /// bp.py does, and stores it. Not for the output layer: without downstream connections, every delta becomes 0.
    pub fn calc_hidden_layer_delta(&self, nodes: &mut [AnyNode], connections: &[Connection]) {
        let own_nodes: &[NodeId] = &self.nodes;
        let mut i = 0;
        while i < own_nodes.len() {
            let place = own_nodes[i].index();
            let delta = nodes[place].calc_hidden_layer_delta(nodes, connections); // step: loop hidden-delta const-delta
            nodes[place].set_delta(delta);
            i += 1;
        }
    }

    /// Returns its nodes as bp.py prints them.
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        self.nodes.iter().map(|id| nodes[id.index()].dump(nodes, connections)).collect()
    }
}
