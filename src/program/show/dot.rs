//! The network as a Graphviz graph: `dot -Tsvg` makes a picture of it.

use std::io::{self, Write};

use backprop::graph::{AnyNode, Connection, Network, NodeId};
use backprop::step::text::number;
use backprop::step::{Numbering, Place};
use backprop::{Error, ErrorKind};

/// The most connections that a readable picture has.
pub const MOST_CONNECTIONS: usize = 1000;

/// Writes the network: every node with its output and delta, every connection with its weight and gradient, as they
/// were last computed.
///
/// A positive weight is a solid blue line, a negative one dashed and red; larger weights are thicker.
///
/// # Errors
/// Any error of the stream.
pub fn write(network: &Network, stream: &mut impl Write) -> io::Result<()> {
    let numbering = Numbering::new(network);
    let sizes = network.architecture.sizes_text().replace(',', "-");
    writeln!(stream, "// As in bp.py, delta = -dE/dz and gradient = -dE/dw: the direction to move in.")?;
    writeln!(stream, "digraph \"backprop {sizes}\" {{")?;
    writeln!(stream, "  rankdir=LR; ranksep=5.8; nodesep=1.5; splines=line; outputorder=edgesfirst;")?;
    writeln!(
        stream,
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", fontsize=14];"
    )?;
    writeln!(stream, "  edge [fontname=\"Helvetica\", fontsize=13, arrowsize=0.7, labelangle=0];")?;
    for (index, layer) in network.layers.iter().enumerate() {
        writeln!(stream, "\n  subgraph layer_{index} {{")?;
        writeln!(stream, "    rank=same;")?;
        for &id in &layer.nodes {
            let place = numbering.place(network, id);
            if leads_somewhere(network, id) {
                writeln!(stream, "    \"{place}\" [{}];", node_attributes(&network[id], place))?;
            }
        }
        // Invisible edges from node to node keep the layer in order.
        let shown = layer.nodes.iter().filter(|id| leads_somewhere(network, **id));
        let chain: Vec<String> = shown.map(|&id| format!("\"{}\"", numbering.place(network, id))).collect();
        writeln!(stream, "    {} [style=invis];", chain.join(" -> "))?;
        writeln!(stream, "  }}")?;
    }
    let largest = network.connections.iter().map(|c| c.weight.abs()).fold(0.0, f64::max);
    writeln!(stream)?;
    for connection in network.connections.iter() {
        let from = numbering.place(network, connection.upstream());
        let to = numbering.place(network, connection.downstream());
        let attributes = edge_attributes(connection, largest, from.index + 2 * to.index);
        writeln!(stream, "  \"{from}\" -> \"{to}\" [{attributes}];")?;
    }
    writeln!(stream, "}}")
}

/// Checks that the network is small enough for a picture, which [`write()`] does not.
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

/// Returns `true` except for the output layer's constant node, which feeds nothing and is left out of the picture.
fn leads_somewhere(network: &Network, id: NodeId) -> bool {
    matches!(&network[id], AnyNode::Node(_)) || !network[id].downstream().is_empty()
}

fn node_attributes(node: &AnyNode, place: Place) -> String {
    match place.number {
        Some(name) => {
            let kept = match node.kept() {
                1.0 => String::new(),
                0.0 => "\\nsilenced".to_owned(),
                kept => format!(" · {}", number(kept, 0)),
            };
            let (output, delta) = (number(node.output(), 6), number(node.delta(), 6));
            format!("label=\"{name}\\noutput {output}{kept}\\ndelta {delta}\"")
        }
        None => "label=\"1\", shape=square, fillcolor=gray90".to_owned(),
    }
}

/// Writes the weight and, below it, the gradient, near the tail, the middle or the head of the edge. Choosing by
/// `from + 2 * to`, modulo three, keeps the labels of crossing edges apart.
fn edge_attributes(connection: &Connection, largest: f64, place_in_fan: u32) -> String {
    let &Connection { weight, gradient, .. } = connection;
    let (colour, style) = if weight < 0.0 { ("firebrick", "dashed") } else { ("royalblue", "solid") };
    let share = if largest > 0.0 { weight.abs() / largest } else { 0.0 };
    let (distance, width) = (7 + 16 * (place_in_fan % 3), 0.5 + 2.5 * share);
    let (short, below) = (number(weight, 6), number(gradient, 6));
    format!(
        "taillabel=<<table border=\"0\" cellspacing=\"0\" cellpadding=\"0\" bgcolor=\"white\"><tr><td>{short}<br/>{below}</td></tr>\
         </table>>, labeldistance={distance}, fontcolor={colour}, color={colour}, style={style}, penwidth={width:.2}, \
         tooltip=\"weight {weight}, gradient {gradient}\""
    )
}
