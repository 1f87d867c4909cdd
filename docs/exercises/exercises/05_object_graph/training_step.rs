//! A whole training step on a graph you wire: chapters 4 and 5
//!
//! Everything together, on objects: first a network wired node by node, then one step of training on it. Outputs go into
//! the nodes with `set_output`, deltas with `set_delta`, weights into `network[id].weight`. Write the formulas yourself:
//! the methods of `Network` and `Layer` that do all this (`predict`, `calc_delta`, `update_weight` ...) stay closed.
//!
//! Judge it: `cargo test --bin training_step`

use backprop::graph::{ConnectionId, ConstNode, Layer, Network, Node, NodeId};
use backprop::{Activation::Sigmoid, Architecture, Label, Sample, sigmoid};
use backprop_exercises::{Grade, grade, tell};

/// Nodes for every layer, a `ConstNode` last in each; a connection from every node, the constant one too, to every neuron
/// of the next layer. Weights are yours to choose.
pub fn wire(sizes: &[usize]) -> Network {
    let mut network = Network::empty(&Architecture::new(sizes));
    for (layer, &size) in (0..).zip(sizes) {
        let nodes: Vec<NodeId> =
            (0..size as u32).map(|i| network.add_node(Node::new(layer, i, Sigmoid))).collect();
        network.layers.push(Layer { layer_index: layer, nodes });
    }
    // TODO: the constant nodes, and `network.connect(from, to, weight)`.
    network
}

/// One step: outputs forwards, deltas backwards, then every weight.
pub fn train_one_sample(network: &mut Network, label: Label<'_>, sample: Sample<'_>, rate: f64) {
    // TODO
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
