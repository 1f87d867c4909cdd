//! Draws the book's pictures of nodes, lists and matrices, with numbers from the real network, and the curves that
//! belong to no lesson:
//!
//! ```text
//! cargo run --example pictures -- neuron docs/images/neuron.svg
//! ```

mod curves;
mod matrices;
mod nodes;
mod sketch;

use std::error::Error;

use backprop::data_set::nine_nodes;
use backprop::graph::{AnyNode, Network};
use backprop::{Label, Sample};

/// Draws a picture as SVG.
type Draw = fn() -> String;

/// The pictures: their names, and the functions that draw them.
const PICTURES: [(&str, Draw); 8] = [
    ("neuron", nodes::neuron),
    ("forward-pass", nodes::forward_pass),
    ("deltas", nodes::deltas),
    ("arena", matrices::arena),
    ("rows-and-columns", matrices::rows_and_columns),
    ("step-size", curves::step_size),
    ("kink", curves::kink),
    ("batches", curves::batches),
];

fn main() -> Result<(), Box<dyn Error>> {
    let [name, file] = std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| usage())?;
    let (_, draw) = PICTURES.into_iter().find(|(known, _)| *known == name).ok_or_else(usage)?;
    std::fs::write(file, draw())?;
    Ok(())
}

fn usage() -> String {
    format!("name a picture and the file to write: {}", PICTURES.map(|(name, _)| name).join(", "))
}

/// Returns the network of nine nodes with the outputs and deltas of its first sample.
fn nine_nodes() -> Network {
    let mut network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    network.get_gradient(Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
    network
}

/// Returns the nodes of a layer without its constant node.
fn neurons(network: &Network, layer: usize) -> impl Iterator<Item = &AnyNode> {
    network.layers[layer].neurons().iter().map(|id| &network[*id])
}
