//! The two lists of the arena, and the matrix of a layer.

use backprop::Engine;
use backprop::graph::{AnyNode, ConnectionId};

use crate::nine_nodes;
use crate::sketch::{BLUE, GREEN, GREY, INK, PALE, Point, RED, Sketch, between, number};

/// Draws the network's two lists, with what node 4 and one of its connections point at.
pub fn arena() -> String {
    let network = nine_nodes();
    let (nodes, connections) = (&network.nodes, &network.connections);
    let mut sketch = Sketch::new(640.0, 500.0);
    let node_place = |index: usize| (120.0, 60.0 + 37.0 * index as f64);
    let connection_place = |index: usize| (480.0, 52.0 + 17.0 * index as f64);
    let chosen = network.layers[1].nodes[0];
    let own = |ids: &[ConnectionId]| ids.iter().map(|id| id.index()).collect::<Vec<_>>();
    let (upstream, downstream) = (own(network[chosen].upstream()), own(network[chosen].downstream()));
    let right_of = |place: Point| (place.0 + 60.0, place.1);
    let left_of = |place: Point| (place.0 - 70.0, place.1);
    for (ids, colour) in [(&upstream, BLUE), (&downstream, GREEN)] {
        for &id in ids {
            sketch.arrow(right_of(node_place(chosen.index())), left_of(connection_place(id)), colour, 1.2);
        }
    }
    // The last downstream connection knows the two nodes at its ends.
    let last = downstream[downstream.len() - 1];
    let end = connections[last].downstream().index();
    sketch.arrow(left_of(connection_place(last)), right_of(node_place(end)), RED, 1.2);
    for (index, node) in nodes.iter().enumerate() {
        let (fill, corner) = match node {
            AnyNode::Node(_) if index == chosen.index() => ("#EEF5FA", 12.0),
            AnyNode::Node(_) => ("white", 12.0),
            AnyNode::Const(_) => ("#EEEEEE", 3.0),
        };
        let stroke = if index == chosen.index() { BLUE } else { GREY };
        sketch.rectangle(node_place(index), (120.0, 26.0), corner, fill, stroke);
        let number_of_node = match node {
            AnyNode::Node(_) => format!("node {}", index + 1 - index / 4),
            AnyNode::Const(_) => "1".to_owned(),
        };
        sketch.text(node_place(index), INK, 13.0, &number_of_node);
        sketch.text((40.0, node_place(index).1), GREY, 12.0, &index.to_string());
    }
    for (index, connection) in connections.iter().enumerate() {
        let stroke = match index {
            _ if upstream.contains(&index) => BLUE,
            _ if downstream.contains(&index) => GREEN,
            _ => PALE,
        };
        sketch.rectangle(connection_place(index), (140.0, 15.0), 2.0, "white", stroke);
        let text = format!("{} → {}", connection.upstream().index(), connection.downstream().index());
        sketch.text(connection_place(index), INK, 11.0, &text);
        sketch.text((572.0, connection_place(index).1), GREY, 11.0, &index.to_string());
    }
    sketch.text((120.0, 20.0), INK, 14.0, "nodes: NodeId is a place here");
    sketch.text((480.0, 20.0), INK, 14.0, "connections: ConnectionId is a place here");
    sketch.to_svg()
}

/// Draws the matrix W[2]: its row is what comes into node 8, its column what leaves node 4.
pub fn rows_and_columns() -> String {
    let network = nine_nodes();
    let mut sketch = Sketch::new(760.0, 270.0);
    let hidden = |row: usize| (60.0, 60.0 + 56.0 * row as f64);
    let output = |row: usize| (260.0, 110.0 + 70.0 * row as f64);
    let cell = |row: usize, column: usize| (420.0 + 90.0 * column as f64, 110.0 + 50.0 * row as f64);
    let parameters = network.parameters();
    for (row, weights) in parameters.layers[1].weights.iter().enumerate() {
        for (column, weight) in weights.iter().enumerate() {
            let (from, to) = (hidden(column), output(row));
            let (from, to) = ((from.0 + 26.0, from.1), (to.0 - 26.0, to.1));
            let (colour, thickness) = match (row, column) {
                (0, 0) => (INK, 2.5),
                (0, _) => (BLUE, 2.0),
                (_, 0) => (RED, 2.0),
                _ => (PALE, 1.2),
            };
            sketch.line(from, to, colour, thickness);
            let text = if colour == PALE { GREY } else { colour };
            sketch.text(cell(row, column), text, 14.0, &number(*weight, 4));
        }
    }
    for row in 0..4 {
        let colour = if row == 0 { RED } else { GREY };
        sketch.rectangle(hidden(row), (52.0, 30.0), 15.0, "white", colour);
        sketch.text(hidden(row), INK, 14.0, &(row + 4).to_string());
        sketch.text((cell(0, row).0, 68.0), GREY, 12.0, &format!("from {}", row + 4));
    }
    for row in 0..2 {
        let colour = if row == 0 { BLUE } else { GREY };
        sketch.rectangle(output(row), (52.0, 30.0), 15.0, "white", colour);
        sketch.text(output(row), INK, 14.0, &(row + 8).to_string());
        sketch.text((346.0, cell(row, 0).1), GREY, 12.0, &format!("to {}", row + 8));
    }
    let middle = |from, to| between(from, to, 0.5);
    sketch.rectangle(middle(cell(0, 0), cell(0, 3)), (356.0, 36.0), 8.0, "none", BLUE);
    sketch.rectangle(middle(cell(0, 0), cell(1, 0)), (78.0, 92.0), 8.0, "none", RED);
    sketch.text((540.0, 34.0), INK, 14.0, "W[2]");
    sketch.text_from((376.0, 220.0), BLUE, 13.0, "row 0: what comes into node 8 (forwards, W·a)");
    sketch.text_from((376.0, 244.0), RED, 13.0, "column 0: what leaves node 4 (backwards, Wᵀ·δ)");
    sketch.to_svg()
}
