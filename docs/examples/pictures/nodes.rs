//! Pictures of nodes and arrows.

use backprop::graph::Network;

use crate::sketch::{BLUE, GREY, INK, PALE, Point, RED, Sketch, between, number};
use crate::{neurons, nine_nodes};

/// Draws a single neuron, node 4 of the nine: inputs, weights, sum, sigmoid, output.
pub fn neuron() -> String {
    let network = nine_nodes();
    let node = &network[network.layers[1].nodes[0]];
    let mut sketch = Sketch::new(720.0, 250.0);
    let (sum, squeeze) = ((360.0, 125.0), (540.0, 125.0));
    let mut z = 0.0;
    let mut labels = Vec::new();
    for (row, id) in node.upstream().iter().enumerate() {
        let (input, weight) = (network[network[*id].upstream()].output(), network[*id].weight);
        z += input * weight;
        let at = (110.0, 35.0 + 60.0 * row as f64);
        let colour = if weight < 0.0 { RED } else { BLUE };
        sketch.arrow((at.0 + 48.0, at.1), edge_of(sum, at, 30.0), colour, 1.0 + 2.5 * weight.abs());
        let (name, weight_name, corner) = match row {
            3 => ("1".to_owned(), "b".to_owned(), 4.0),
            row => {
                let digit = ["₁", "₂", "₃"][row];
                (format!("x{digit} = {}", number(input, 4)), format!("w{digit}"), 17.0)
            }
        };
        sketch.rectangle(at, (96.0, 34.0), corner, "white", INK);
        sketch.text(at, INK, 14.0, &name);
        let label = format!("{weight_name} = {}", number(weight, 4));
        labels.push((between((at.0 + 48.0, at.1), sum, 0.4), colour, label));
    }
    for (place, colour, label) in labels {
        sketch.text((place.0, place.1 - 11.0), colour, 13.0, &label);
    }
    sketch.arrow((sum.0 + 30.0, sum.1), (squeeze.0 - 30.0, squeeze.1), INK, 1.5);
    sketch.arrow((squeeze.0 + 30.0, squeeze.1), (610.0, squeeze.1), INK, 1.5);
    sketch.rectangle(sum, (60.0, 60.0), 30.0, "#EEF5FA", INK);
    sketch.rectangle(squeeze, (60.0, 60.0), 30.0, "#EEF5FA", INK);
    sketch.text(sum, INK, 24.0, "Σ");
    sketch.text(squeeze, INK, 24.0, "σ");
    sketch.text((450.0, 105.0), INK, 13.0, &format!("z = {}", number(z, 4)));
    sketch.text((660.0, 125.0), INK, 14.0, &format!("a = {}", number(node.output(), 4)));
    sketch.text((sum.0, 178.0), GREY, 13.0, "adds up");
    sketch.text((squeeze.0, 178.0), GREY, 13.0, "squeezes");
    sketch.to_svg()
}

/// Draws the forward pass: the sample is set, then layer after layer computes.
pub fn forward_pass() -> String {
    let network = nine_nodes();
    let titles = ["1. The sample is set", "2. The hidden layer computes", "3. The output layer computes"];
    panels(&network, titles, |panel, sketch, places| {
        for (layer, places) in places.iter().enumerate() {
            let known = layer <= panel;
            for (place, node) in places.iter().zip(neurons(&network, layer)) {
                let text = if known { number(node.output(), 3) } else { "?".to_owned() };
                pill(sketch, *place, &text, if layer == panel { Some(BLUE) } else { None }, known);
            }
        }
        (panel > 0).then_some((panel, false))
    })
}

/// Draws the path of the deltas: each output node has its own, then they go back along the weights.
pub fn deltas() -> String {
    let network = nine_nodes();
    let titles = ["1. Forwards: the outputs", "2. The output layer's deltas", "3. Back along the weights"];
    panels(&network, titles, |panel, sketch, places| {
        for (layer, places) in places.iter().enumerate() {
            let has_delta = layer > 0 && layer + panel >= 3;
            for (place, node) in places.iter().zip(neurons(&network, layer)) {
                let text = if has_delta { number(node.delta(), 5) } else { number(node.output(), 3) };
                let colour = (has_delta && layer + panel == 3).then_some(RED);
                pill(sketch, *place, &text, colour, has_delta || panel == 0);
            }
        }
        (panel == 2).then_some((2, true))
    })
}

/// Draws three pictures of the network side by side. `nodes` draws the nodes of one; it returns the layer whose
/// connections are lit, and true if they are walked backwards.
fn panels(
    network: &Network,
    titles: [&str; 3],
    nodes: impl Fn(usize, &mut Sketch, &[Vec<Point>]) -> Option<(usize, bool)>,
) -> String {
    const WIDTH: f64 = 310.0;
    let mut sketch = Sketch::new(3.0 * WIDTH, 262.0);
    for (panel, title) in titles.into_iter().enumerate() {
        let left = WIDTH * panel as f64;
        sketch.text((left + WIDTH / 2.0, 18.0), INK, 14.0, title);
        let places: Vec<Vec<Point>> = (0..3)
            .map(|layer| {
                let count = network.layers[layer].neurons().len();
                let y = |row: usize| 146.0 + 54.0 * (row as f64 - (count as f64 - 1.0) / 2.0);
                (0..count).map(|row| (left + 45.0 + 110.0 * layer as f64, y(row))).collect()
            })
            .collect();
        // Nodes are drawn over connections, and drawn twice: the first time only to learn which connections are lit.
        let lit = nodes(panel, &mut Sketch::new(0.0, 0.0), &places);
        for layer in 1..3 {
            for (to, node) in places[layer].iter().zip(neurons(network, layer)) {
                for (from, id) in places[layer - 1].iter().zip(node.upstream()) {
                    let (from, to) = ((from.0 + 39.0, from.1), (to.0 - 39.0, to.1));
                    let weight = network[*id].weight;
                    let colour = if weight < 0.0 { RED } else { BLUE };
                    match lit {
                        Some((lit, true)) if lit == layer => {
                            let sent = (weight * node.delta()).abs();
                            sketch.arrow(to, from, colour, 0.6 + 300.0 * sent);
                        }
                        Some((lit, false)) if lit == layer => {
                            sketch.arrow(from, to, colour, 0.6 + 2.0 * weight.abs());
                        }
                        _ => sketch.line(from, to, PALE, 1.0),
                    }
                }
            }
        }
        nodes(panel, &mut sketch, &places);
        for (node, place) in places.iter().flatten().enumerate() {
            sketch.text((place.0, place.1 - 23.0), GREY, 11.0, &format!("node {}", node + 1));
        }
    }
    sketch.to_svg()
}

fn pill(sketch: &mut Sketch, at: Point, text: &str, colour: Option<&str>, known: bool) {
    sketch.rectangle(at, (76.0, 28.0), 14.0, "white", colour.unwrap_or(GREY));
    sketch.text(at, colour.unwrap_or(if known { INK } else { GREY }), 13.0, text);
}

/// Returns where a line from `from` meets a circle.
fn edge_of(middle: Point, from: Point, radius: f64) -> Point {
    let from = (from.0 + 48.0, from.1);
    let length = (middle.0 - from.0).hypot(middle.1 - from.1);
    between(from, middle, 1.0 - radius / length)
}
