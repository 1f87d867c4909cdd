//! The network as a Graphviz graph: `dot -Tsvg` makes a picture of it.

use backprop::graph::{AnyNode, Connection, Network, NodeId};
use backprop::step::Numbering;
use backprop::{Error, ErrorKind};
use minijinja::context;
use minijinja::value::Value;

use crate::template;

const TEMPLATE: &str = include_str!("network.dot.template");

/// The most connections that a readable picture has.
pub const MOST_CONNECTIONS: usize = 1000;

/// Returns the network as a graph: every node with its output and delta, every connection with its weight and, below it,
/// its gradient, as they were last computed.
///
/// A positive weight is a solid blue line, a negative one dashed and red; larger weights are thicker.
pub fn text(network: &Network) -> String {
    let numbering = Numbering::new(network);
    let node = |id: &NodeId| {
        let (node, place) = (&network[*id], numbering.place(network, *id));
        let (output, kept, delta) = (node.output(), node.kept(), node.delta());
        context! { place => place.to_string(), number => place.number.map(u32::from), output, kept, delta }
    };
    // The output layer's constant node feeds nothing and is left out of the picture.
    let leads_somewhere =
        |id: &&NodeId| matches!(&network[**id], AnyNode::Node(_)) || !network[**id].downstream().is_empty();
    let layers = network.layers.iter().map(|layer| layer.nodes.iter().filter(leads_somewhere).map(node));
    let largest = largest_weight(network);
    let edge = |connection: &Connection| {
        let from = numbering.place(network, connection.upstream());
        let to = numbering.place(network, connection.downstream());
        let &Connection { weight, gradient, .. } = connection;
        context! {
            from => from.to_string(), to => to.to_string(), index_from => from.index, index_to => to.index,
            weight, gradient, is_negative => weight < 0.0, share => share(weight, largest),
        }
    };
    let values = context! {
        sizes => network.architecture.sizes_text().replace(',', "-"),
        layers => layers.map(Iterator::collect).collect::<Vec<Vec<Value>>>(),
        edges => network.connections.iter().map(edge).collect::<Vec<_>>(),
    };
    template::fill(TEMPLATE, &values)
}

/// Returns the size of the largest weight.
pub(super) fn largest_weight(network: &Network) -> f64 {
    network.connections.iter().map(|connection| connection.weight.abs()).fold(0.0, f64::max)
}

/// Returns the size of a weight as a share of the largest.
pub(super) fn share(weight: f64, largest: f64) -> f64 {
    if largest > 0.0 { weight.abs() / largest } else { 0.0 }
}

/// Checks that the network is small enough for a picture.
///
/// # Errors
/// More than [`MOST_CONNECTIONS`] connections.
pub fn check(network: &Network) -> Result<(), Error> {
    let count = network.connections.len();
    if count <= MOST_CONNECTIONS {
        return Ok(());
    }
    let sizes = network.architecture.sizes_text();
    let found = format!(
        "sizes {sizes} have {count} connections; a picture of more than {MOST_CONNECTIONS} cannot be read"
    );
    Err(Error::new(ErrorKind::TooLarge, found).remedy("use a smaller network, or `backprop dump` for text"))
}
