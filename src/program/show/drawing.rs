//! The network as a drawing: an SVG for notebooks.

use backprop::Error;
use backprop::graph::{AnyNode, Connection, ConnectionId, Network, NodeId};
use backprop::step::{Numbering, Place};
use minijinja::context;

use super::dot;
use crate::template;

const TEMPLATE: &str = include_str!("network.svg.template");

/// The part of a drawing that is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A node.
    Node(NodeId),
    /// A connection.
    Connection(ConnectionId),
}

/// Pixels from node to node in a layer.
const ROW: f64 = 62.0;
/// Pixels between two layers without the weights, and what the weights of each neuron need.
const GAP: f64 = 160.0;
const LABEL: f64 = 58.0;
/// Half the width and half the height of a node, and the space around the drawing.
const HALF: (f64, f64) = (54.0, 24.0);
const MARGIN: f64 = 6.0;
/// The most connections whose weights are written next to them.
const MOST_LABELS: usize = 60;

/// Returns the network as SVG: every node with its output and delta, every connection with its weight, as they were last
/// computed.
///
/// A positive weight is a solid blue line, a negative one dashed and red; larger weights are thicker. What is marked is
/// orange.
///
/// ```
/// use backprop::graph::Network;
/// use backprop_cli::show::drawing;
///
/// let svg = drawing::svg(&Network::new(&[3, 4, 2], 0), None)?;
/// assert_eq!(svg.matches("<rect").count(), 3 + 4 + 2 + 2); // and two constant nodes
/// assert_eq!(svg.matches("<line").count(), 26);
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Errors
/// More than [`dot::MOST_CONNECTIONS`] connections.
pub fn svg(network: &Network, mark: Option<Mark>) -> Result<String, Error> {
    dot::check(network)?;
    let numbering = Numbering::new(network);
    let last = network.layers.len().saturating_sub(1);
    let rows = |layer: usize| network.layers[layer].neurons().len() + usize::from(layer < last);
    let most = (0..=last).map(rows).max().unwrap_or(0) as f64;
    let has_labels = network.connections.len() <= MOST_LABELS;
    let gap = |layer: usize| {
        let neurons = network.layers[layer].neurons().len() as f64;
        if has_labels { GAP.max(LABEL * neurons) } else { GAP }
    };
    let left = |layer: usize| MARGIN + (1..=layer).map(|layer| gap(layer) + 2.0 * HALF.0).sum::<f64>();
    let width = left(last) + 2.0 * HALF.0 + MARGIN;
    let height = ROW * (most - 1.0) + 2.0 * (HALF.1 + MARGIN);
    let middle = |place: Place| {
        let layer = place.layer as usize;
        let row = f64::from(place.index) - (rows(layer) as f64 - 1.0) / 2.0;
        (left(layer) + HALF.0, height / 2.0 + ROW * row)
    };
    let largest = dot::largest_weight(network);
    let edges = network.nodes.iter().flat_map(AnyNode::downstream).map(|&id| {
        let (&Connection { weight, gradient, .. }, wire) = (&network[id], numbering.wire(network, id));
        let ((left, y1), (right, y2)) = (middle(wire.upstream), middle(wire.downstream));
        let is_marked = mark == Some(Mark::Connection(id));
        let neurons = network.layers[wire.downstream.layer as usize].neurons().len() as f64;
        context! {
            x1 => left + HALF.0, y1, x2 => right - HALF.0, y2, weight, gradient, is_negative => weight < 0.0,
            is_marked, name => wire.name(),
            thickness => 0.5 + 2.5 * dot::share(weight, largest) + if is_marked { 2.0 } else { 0.0 },
            place => 0.12 + 0.76 * (f64::from(wire.downstream.index) + 0.5) / neurons,
        }
    });
    let ids = network.layers.iter().flat_map(|layer| &layer.nodes);
    let places = ids.map(|&id| (id, numbering.place(network, id)));
    // The output layer's constant node feeds nothing and is left out.
    let drawn = places.filter(|(_, place)| place.number.is_some() || (place.layer as usize) < last);
    let nodes = drawn.map(|(id, place)| {
        let (node, (x, y)) = (&network[id], middle(place));
        context! {
            x, y, is_constant => place.number.is_none(), is_marked => mark == Some(Mark::Node(id)),
            output_name => place.output_name(), output => node.output(),
            delta_name => place.delta_name(), delta => node.delta(),
        }
    });
    let values = context! {
        width, height, half_width => HALF.0, half_height => HALF.1, has_labels,
        edges => edges.collect::<Vec<_>>(), nodes => nodes.collect::<Vec<_>>(),
    };
    Ok(template::fill(TEMPLATE, &values))
}
