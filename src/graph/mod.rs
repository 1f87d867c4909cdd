//! The network as objects: one [`Node`] per neuron, one [`Connection`] per weight. Ports bp.py.
//!
//! ```
//! use backprop::graph::Network;
//! use backprop::{Label, Sample};
//!
//! let mut network = Network::new(&[3, 4, 2], 0);
//! network.predict(Sample(&[1.0, 0.5, 0.0])); // now every node has its output,
//! network.calc_delta(Label(&[0.9, 0.1])); // and its delta,
//! network.update_weight(0.3); // and every connection its gradient and a new weight
//!
//! let node = network.layers[1].neurons()[2];
//! println!("{}", network[node].dump(&network.nodes, &network.connections));
//! ```
//!
//! # How does it work?
//!
//! A network 2-2-2. Every node of a layer is connected with every neuron of the next:
//!
//! ```text
//! layer 0         layer 1         layer 2
//!
//! Node 0-0  ───▶  Node 1-0  ───▶  Node 2-0
//! Node 0-1  ───▶  Node 1-1  ───▶  Node 2-1
//! Const 0-2 ───▶  Const 1-2 ───▶  Const 2-2
//! ```
//!
//! A layer's last node is a [`ConstNode`]: its output is always 1, and the weights of its connections are the biases of
//! the layer after. Every node knows its *upstream* connections (towards the input) and its *downstream* connections
//! (towards the output).
//!
//! One training step is [`Network::train_one_sample`]:
//!
//! 1. [`Network::predict`]: [`Node::calc_output`] for each node, layer by layer (equation 1);
//! 2. [`Network::calc_delta`]: [`Node::calc_output_layer_delta`] for the output nodes (equation 3), then
//!    [`Node::calc_hidden_layer_delta`] layer by layer backwards (equation 4);
//! 3. [`Network::update_weight`]: [`Connection::update_weight`] for each connection (equation 5).
//!
//! Read the files in the order `id`, `node`, `links`, `const_node`, `connection`, `connections`, `layer`, `network`;
//! then mini_batch.rs, which adds what network.py and network2.py do: [`Network::train_mini_batch`], with L2
//! regularisation and dropout. To see it move, run the `nine_nodes` example in a debugger with a breakpoint on one of
//! the functions above (docs/debugging.md is a guided session; debugger.gdb.py and debugger_lldb.py teach gdb and LLDB
//! to show these objects), or walk through a training step with [`step`](crate::step).
//!
//! # The arena
//!
//! In bp.py a node holds its connections and a connection holds its nodes: a web of references. Here the [`Network`]
//! owns all nodes in one list and all connections in another, and everything else holds a [`NodeId`] or a
//! [`ConnectionId`], a place in those lists.
//!
//! `DIFFERENCE:` a node cannot change itself while it reads its neighbours, because they live in the same list. So a
//! node-sized function takes the lists, reads them and *returns* its value, and its layer stores it:
//! `node.set_output(node.calc_output(outputs, connections))`.
//!
//! # Why the loops look old-fashioned
//!
//! The formulas walk a slice with `while i < list.len()`. An iterator would be shorter, but in a debugger each `step`
//! would land in the standard library. These loops stay in the function that you are reading.
//!
//! # Sign
//!
//! As in bp.py, a node's `delta` is −∂E/∂z and a connection's `gradient` is −∂E/∂w: the direction to move in.

// Both scripts are embedded in the program, so that a debugger shows its objects wherever it is copied.
#![debugger_visualizer(gdb_script_file = "debugger_common.py")]
#![debugger_visualizer(gdb_script_file = "debugger.gdb.py")]

mod connection;
mod connections;
mod const_node;
mod engine;
mod id;
mod layer;
mod links;
mod mini_batch;
mod network;
mod node;

#[doc(inline)]
pub use self::{
    connection::Connection,
    connections::Connections,
    const_node::ConstNode,
    id::{ConnectionId, NodeId},
    layer::Layer,
    network::Network,
    node::{AnyNode, Node, outputs},
};
