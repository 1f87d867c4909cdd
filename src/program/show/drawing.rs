//! The network as a drawing: an SVG for notebooks.

use std::fmt::Write as _;

use backprop::Error;
use backprop::graph::{AnyNode, Connection, ConnectionId, Network, NodeId};
use backprop::step::text::number;
use backprop::step::{Numbering, Place};

use super::dot;

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

const POSITIVE: &str = "royalblue";
const NEGATIVE: &str = "firebrick";
const MARKED: &str = "darkorange";

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
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         style=\"background: white\" font-family=\"system-ui, sans-serif\" font-size=\"12\" text-anchor=\"middle\">\n"
    );
    let mut labels = String::new();
    let largest = network.connections.iter().map(|connection| connection.weight.abs()).fold(0.0, f64::max);
    for id in network.nodes.iter().flat_map(AnyNode::downstream) {
        let (&Connection { weight, gradient, .. }, wire) = (&network[*id], numbering.wire(network, *id));
        let ((x1, y1), (x2, y2)) = (middle(wire.upstream), middle(wire.downstream));
        let (x1, x2) = (x1 + HALF.0, x2 - HALF.0);
        let is_marked = mark == Some(Mark::Connection(*id));
        let (colour, dashes) =
            if weight < 0.0 { (NEGATIVE, " stroke-dasharray=\"5 3\"") } else { (POSITIVE, "") };
        let colour = if is_marked { MARKED } else { colour };
        let share = if largest > 0.0 { weight.abs() / largest } else { 0.0 };
        let thickness = 0.5 + 2.5 * share + 2.0 * f64::from(u8::from(is_marked));
        let name = wire.name();
        let _ = writeln!(
            text,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\" \
             stroke-width=\"{thickness:.2}\"{dashes}><title>{name} = {weight}, gradient {gradient}</title></line>"
        );
        if has_labels || is_marked {
            // Those that lead to one neuron are below each other, so that no two are in the same place.
            let neurons = network.layers[wire.downstream.layer as usize].neurons().len() as f64;
            let place = 0.12 + 0.76 * (f64::from(wire.downstream.index) + 0.5) / neurons;
            let (x, y) = (x1 + place * (x2 - x1), y1 + place * (y2 - y1) + 4.0);
            let weight = number(weight, 4);
            let _ = writeln!(
                labels,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\" font-size=\"11\" paint-order=\"stroke\" \
                 stroke=\"white\" stroke-width=\"4\">{weight}</text>"
            );
        }
    }
    text.push_str(&labels);
    for id in network.layers.iter().flat_map(|layer| layer.nodes.iter().copied()) {
        let (node, place) = (&network[id], numbering.place(network, id));
        let is_constant = place.number.is_none();
        if is_constant && place.layer as usize == last {
            continue;
        }
        let (x, y) = middle(place);
        let (stroke, thickness) = if mark == Some(Mark::Node(id)) { (MARKED, 3) } else { ("#555555", 1) };
        let (fill, corner) = if is_constant { ("#EEEEEE", 6) } else { ("white", 22) };
        let (left, top, wide, high) = (x - HALF.0, y - HALF.1, 2.0 * HALF.0, 2.0 * HALF.1);
        let _ = writeln!(
            text,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" rx=\"{corner}\" fill=\"{fill}\" \
             stroke=\"{stroke}\" stroke-width=\"{thickness}\"/>"
        );
        let output = if is_constant {
            "1".to_owned()
        } else {
            format!("{} = {}", place.output_name(), number(node.output(), 4))
        };
        let _ = writeln!(text, "<text x=\"{x}\" y=\"{}\" fill=\"#222222\">{output}</text>", y - 3.0);
        let delta = format!("{} = {}", place.delta_name(), number(node.delta(), 4));
        let below = y + 14.0;
        let _ =
            writeln!(text, "<text x=\"{x}\" y=\"{below}\" fill=\"#555555\" font-size=\"11\">{delta}</text>");
    }
    text.push_str("</svg>\n");
    Ok(text)
}
