//! The network as the page draws it: every node and connection, with their names in formulas.

use std::collections::HashMap;

use backprop::Activation;
use backprop::graph::{ConnectionId, Network, NodeId};
use backprop::step::{Place, Stepper, Wire};
use serde::Serialize;

/// The most neurons in a layer that can still be drawn and read.
pub const MOST_NEURONS: usize = 16;

/// The most layers that can still be drawn and read.
pub const MOST_LAYERS: usize = 6;

/// The most connections that are listed in full; larger networks list only those that a step uses.
pub const MOST_CONNECTIONS: usize = 1000;

/// All ids of a network, with their names.
#[derive(Debug, Clone, Default)]
pub struct Map {
    pub nodes: Vec<NodeId>,
    pub places: Vec<Place>,
    pub connections: Vec<ConnectionId>,
    pub wires: Vec<Wire>,
    /// The nodes of each layer, by id; the constant node is last.
    pub layers: Vec<Vec<usize>>,
}

impl Map {
    pub fn new(stepper: &Stepper) -> Self {
        let (network, numbering) = (stepper.network(), stepper.numbering());
        let mut nodes: Vec<NodeId> = network.layers.iter().flat_map(|layer| layer.nodes.clone()).collect();
        nodes.sort();
        let mut connections: Vec<ConnectionId> =
            network.nodes.iter().flat_map(|node| node.upstream().iter().copied()).collect();
        connections.sort();
        let layers = network.layers.iter().map(|layer| layer.nodes.iter().map(|id| id.index()).collect());
        Self {
            places: nodes.iter().map(|&id| numbering.place(network, id)).collect(),
            wires: connections.iter().map(|&id| numbering.wire(network, id)).collect(),
            layers: layers.collect(),
            nodes,
            connections,
        }
    }

    /// Returns every name in formulas with its node or connection.
    fn names(&self) -> HashMap<String, Meaning> {
        let of = |kind, node, connection| Meaning { kind, node, connection };
        let words = [("η", "rate"), ("rate", "rate"), ("decay", "decay"), ("p", "dropout")];
        let mut names: HashMap<String, Meaning> =
            words.map(|(name, kind)| (name.to_owned(), of(kind, None, None))).into();
        for (node, place) in self.places.iter().enumerate() {
            names.insert(place.delta_name(), of("delta", Some(node), None));
            if place.number.is_some() {
                names.insert(place.output_name(), of("output", Some(node), None));
                names.insert(place.kept_name(), of("kept", Some(node), None));
            }
            if place.number.is_some() && place.layer as usize == self.last_layer() {
                names.insert(place.label_name(), of("label", Some(node), None));
            }
        }
        let listed = if self.lists_connections() { self.wires.len() } else { 0 };
        for (connection, wire) in self.wires[..listed].iter().enumerate() {
            names.insert(wire.name(), of("weight", None, Some(connection)));
            names.insert(wire.gradient_name(), of("gradient", None, Some(connection)));
        }
        names
    }

    pub fn last_layer(&self) -> usize {
        self.layers.len() - 1
    }

    /// Returns the neurons of a layer, by id, without the constant node.
    pub fn neurons(&self, layer: usize) -> &[usize] {
        let nodes = &self.layers[layer];
        &nodes[..nodes.len() - 1]
    }

    /// Returns the constant node of a layer.
    pub fn constant(&self, layer: usize) -> usize {
        self.layers[layer][self.layers[layer].len() - 1]
    }

    /// Returns the connection between two nodes. Connections are wired by upstream node, then by downstream node.
    pub fn between(&self, from: usize, to: usize) -> usize {
        let (layer, index) = (self.places[from].layer as usize, self.places[from].index as usize);
        let before: usize =
            (0..layer).map(|layer| self.layers[layer].len() * self.neurons(layer + 1).len()).sum();
        before + index * self.neurons(layer + 1).len() + self.places[to].index as usize
    }

    /// Returns `true` if the page lists every connection.
    pub fn lists_connections(&self) -> bool {
        self.connections.len() <= MOST_CONNECTIONS
    }

    /// Returns the number of a node in the article.
    pub fn number(&self, node: usize) -> String {
        self.places[node].number.map_or_else(String::new, |number| number.to_string())
    }

    /// Returns everything that the page receives only once.
    pub fn drawing(&self, network: &Network, image_shape: Option<(usize, usize)>) -> Drawing {
        let architecture = &network.architecture;
        let last = self.last_layer();
        let node = |id: usize| {
            let place = self.places[id];
            let label = (place.number.is_some() && place.layer as usize == last).then(|| place.label_name());
            DrawnNode {
                id,
                layer: place.layer,
                index: place.index,
                place: place.to_string(),
                constant: place.number.is_none(),
                number: place.number.map(Into::into),
                output: place.output_name(),
                delta: place.delta_name(),
                kept: place.kept_name(),
                label,
            }
        };
        let listed = if self.lists_connections() { self.connections.len() } else { 0 };
        Drawing {
            sizes: architecture.sizes.clone(),
            activations: architecture.activations.clone(),
            drawable: architecture.sizes.len() <= MOST_LAYERS
                && architecture.sizes.iter().all(|&size| size <= MOST_NEURONS),
            image_shape,
            nodes: (0..self.nodes.len()).map(node).collect(),
            connections: (0..listed).map(|id| self.drawn_connection(network, id)).collect(),
            names: self.names(),
        }
    }

    pub fn drawn_connection(&self, network: &Network, id: usize) -> DrawnConnection {
        let connection = &network[self.connections[id]];
        DrawnConnection {
            id,
            from: connection.upstream().index(),
            to: connection.downstream().index(),
            name: self.wires[id].name(),
            gradient: self.wires[id].gradient_name(),
        }
    }
}

/// The network in the form that the page receives once.
#[derive(Debug, Serialize)]
pub struct Drawing {
    sizes: Vec<usize>,
    activations: Vec<Activation>,
    drawable: bool,
    /// Rows and columns of a sample, if it is an image.
    image_shape: Option<(usize, usize)>,
    nodes: Vec<DrawnNode>,
    connections: Vec<DrawnConnection>,
    names: HashMap<String, Meaning>,
}

/// The meaning of a name, for the page.
#[derive(Debug, Clone, Copy, Serialize)]
struct Meaning {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<usize>,
}

#[derive(Debug, Serialize)]
struct DrawnNode {
    id: usize,
    layer: u32,
    index: u32,
    place: String,
    constant: bool,
    number: Option<u32>,
    output: String,
    delta: String,
    kept: String,
    label: Option<String>,
}

/// A connection: its two nodes, and the name of its weight in formulas.
#[derive(Debug, Serialize)]
pub struct DrawnConnection {
    id: usize,
    from: usize,
    to: usize,
    name: String,
    gradient: String,
}
