//! A whole training step on a graph you wire: chapters 4 and 5
//!
//! Everything together, on objects: first a network wired node by node, then one step of training on it. Outputs go into
//! the nodes with `set_output`, deltas with `set_delta`, weights into `network[id].weight`. Write the formulas yourself:
//! the methods of `Network` and `Layer` that do all this (`predict`, `calc_delta`, `update_weight` ...) stay closed.
//!
//! This is one solution of several.

use backprop::graph::{ConnectionId, ConstNode, Layer, Network, Node, NodeId};
use backprop::{Activation::Sigmoid, Architecture, Label, Sample, sigmoid};
use backprop_exercises::{Grade, grade, tell};

/// Nodes for every layer, a `ConstNode` last in each; a connection from every node, the constant one too, to every neuron
/// of the next layer. Weights are yours to choose.
pub fn wire(sizes: &[usize]) -> Network {
    let mut network = Network::empty(&Architecture::new(sizes));
    for (layer, &size) in (0..).zip(sizes) {
        let mut nodes: Vec<NodeId> =
            (0..size as u32).map(|i| network.add_node(Node::new(layer, i, Sigmoid))).collect();
        nodes.push(network.add_node(ConstNode::new(layer, size as u32)));
        network.layers.push(Layer { layer_index: layer, nodes });
    }
    for layer in 1..sizes.len() {
        for from in network.layers[layer - 1].nodes.clone() {
            for to in network.layers[layer].neurons().to_vec() {
                network.connect(from, to, 0.1);
            }
        }
    }
    network
}

/// One step: outputs forwards, deltas backwards, then every weight.
pub fn train_one_sample(network: &mut Network, label: Label<'_>, sample: Sample<'_>, rate: f64) {
    let layers: Vec<Vec<NodeId>> = network.layers.iter().map(|layer| layer.neurons().to_vec()).collect();
    let last = layers.len() - 1;
    for (&id, &x) in layers[0].iter().zip(sample.0) {
        network[id].set_output(x);
    }
    for &id in layers[1..].iter().flatten() {
        let term = |&c: &ConnectionId| network[c].weight * network[network[c].upstream()].output();
        let z: f64 = network[id].upstream().iter().map(term).sum();
        network[id].set_output(sigmoid(z));
    }
    for (&id, &t) in layers[last].iter().zip(label.0) {
        let a = network[id].output();
        network[id].set_delta(a * (1.0 - a) * (t - a));
    }
    for &id in layers[1..last].iter().rev().flatten() {
        let term = |&c: &ConnectionId| network[c].weight * network[network[c].downstream()].delta();
        let sum: f64 = network[id].downstream().iter().map(term).sum();
        let a = network[id].output();
        network[id].set_delta(a * (1.0 - a) * sum);
    }
    for &id in layers[1..].iter().flatten() {
        for c in network[id].upstream().to_vec() {
            let gradient = network[id].delta() * network[network[c].upstream()].output();
            network[c].weight += rate * gradient;
        }
    }
}

pub fn graded() -> Grade {
    grade::training_step(wire, train_one_sample)
}

fn main() {
    tell(&graded());
}

#[test]
fn it_is_right() -> Grade {
    graded()
}
