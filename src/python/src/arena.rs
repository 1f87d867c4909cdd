//! The nodes and connections behind Python's objects, by their places in two lists. A program can wire more of them by
//! hand.

use backprop::graph::{AnyNode, Connection, ConnectionId, ConstNode, Network, Node, NodeId};
use backprop::{Activation, Label};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;

/// The lists, and the ids of their entries.
#[derive(Clone)]
pub struct Arena {
    pub network: Network,
    node_ids: Vec<NodeId>,
    connection_ids: Vec<ConnectionId>,
    /// `true` once something was wired by hand: the network is no longer made of whole matrices.
    is_wired_by_hand: bool,
    /// What the nodes send, while a layer reads it.
    sent: Vec<f64>,
}

/// A node in a pickle: layer, place, whether it is constant, upstream and downstream connections.
pub type NodeState = (u32, u32, bool, Vec<usize>, Vec<usize>);
/// The part wired by hand, in a pickle: nodes, and the two ends of each connection.
pub type Wired = Option<(Vec<NodeState>, Vec<(usize, usize)>)>;

impl Arena {
    pub fn of(network: Network) -> Self {
        let mut connection_ids: Vec<ConnectionId> =
            network.nodes.iter().flat_map(AnyNode::downstream).copied().collect();
        connection_ids.sort_unstable();
        let node_ids = network.layers.iter().flat_map(|layer| layer.nodes.iter().copied()).collect();
        Self { network, node_ids, connection_ids, is_wired_by_hand: false, sent: Vec::new() }
    }

    pub fn node(&self, node: usize) -> PyResult<&AnyNode> {
        self.network.nodes.get(node).ok_or_else(|| no_such("node"))
    }

    pub fn node_mut(&mut self, node: usize) -> PyResult<&mut AnyNode> {
        self.network.nodes.get_mut(node).ok_or_else(|| no_such("node"))
    }

    pub fn connection(&self, connection: usize) -> PyResult<&Connection> {
        self.network.connections.get(connection).ok_or_else(|| no_such("connection"))
    }

    pub fn connection_mut(&mut self, connection: usize) -> PyResult<&mut Connection> {
        self.network.connections.get_mut(connection).ok_or_else(|| no_such("connection"))
    }

    pub fn connection_id(&self, connection: usize) -> PyResult<ConnectionId> {
        self.connection_ids.get(connection).copied().ok_or_else(|| no_such("connection"))
    }

    pub fn add_node(&mut self, layer_index: u32, node_index: u32, is_constant: bool) -> usize {
        let id = if is_constant {
            self.network.add_node(ConstNode::new(layer_index, node_index))
        } else {
            self.network.add_node(Node::new(layer_index, node_index, Activation::Sigmoid))
        };
        self.node_ids.push(id);
        self.is_wired_by_hand = true;
        id.index()
    }

    pub fn add_connection(&mut self, upstream: usize, downstream: usize, weight: f64) -> PyResult<usize> {
        let id = |node: usize| self.node_ids.get(node).copied().ok_or_else(|| no_such("node"));
        let id =
            self.network.connections.add_connection(Connection::new(id(upstream)?, id(downstream)?, weight));
        self.connection_ids.push(id);
        self.is_wired_by_hand = true;
        Ok(id.index())
    }

    pub fn append_upstream(&mut self, node: usize, connection: usize) -> PyResult<()> {
        let id = self.connection_id(connection)?;
        self.is_wired_by_hand = true;
        match self.node_mut(node)? {
            AnyNode::Node(node) => node.append_upstream_connection(id),
            AnyNode::Const(_) => return Err(PyValueError::new_err("nothing leads into a constant node")),
        }
        Ok(())
    }

    pub fn append_downstream(&mut self, node: usize, connection: usize) -> PyResult<()> {
        let id = self.connection_id(connection)?;
        self.is_wired_by_hand = true;
        self.node_mut(node)?.append_downstream_connection(id);
        Ok(())
    }

    /// Copies another arena's nodes and connections behind its own.
    pub fn absorb(&mut self, other: &Self) -> PyResult<(usize, usize)> {
        let (nodes, connections) = (self.network.nodes.len(), self.network.connections.len());
        for node in &other.network.nodes {
            let place = self.add_node(node.layer_index(), node.node_index(), node.as_node().is_none());
            let copy = self.node_mut(place)?;
            copy.set_output(node.output());
            copy.set_delta(node.delta());
        }
        for connection in other.network.connections.iter() {
            let (upstream, downstream) = (connection.upstream().index(), connection.downstream().index());
            let place = self.add_connection(nodes + upstream, nodes + downstream, connection.weight)?;
            self.connection_mut(place)?.gradient = connection.gradient;
        }
        for (place, node) in other.network.nodes.iter().enumerate() {
            for id in node.upstream() {
                self.append_upstream(nodes + place, connections + id.index())?;
            }
            for id in node.downstream() {
                self.append_downstream(nodes + place, connections + id.index())?;
            }
        }
        Ok((nodes, connections))
    }

    /// Calls a function on every connection that bp.py's `Network` visits: all of them or, of those wired by hand, only
    /// the ones that a layer's nodes know as downstream.
    pub fn visit(&mut self, mut change: impl FnMut(&mut Connection, &[AnyNode])) {
        let Network { layers, nodes, connections, .. } = &mut self.network;
        let before_output = &layers[..layers.len() - 1];
        for id in before_output.iter().flat_map(|layer| &layer.nodes) {
            for connection in nodes[id.index()].downstream() {
                change(&mut connections[connection.index()], nodes);
            }
        }
    }

    pub fn update_weight(&mut self, rate: f64) {
        if self.is_wired_by_hand {
            self.visit(|connection, nodes| connection.update_weight(nodes, rate));
        } else {
            self.network.update_weight(rate);
        }
    }

    pub fn calc_gradient(&mut self) {
        if self.is_wired_by_hand {
            self.visit(Connection::calc_gradient);
        } else {
            self.network.calc_gradient();
        }
    }

    pub fn train_one_sample(&mut self, label: &[f64], sample: &[f64], rate: f64) {
        // As `Network::predict`, but without a new list for each layer, which in a small network takes a fifth of the time.
        let Network { layers, nodes, connections, .. } = &mut self.network;
        layers[0].set_output(nodes, sample);
        for layer in &layers[1..] {
            self.sent.clear();
            self.sent.extend(nodes.iter().map(AnyNode::sent));
            for id in layer.neurons() {
                if let AnyNode::Node(node) = &mut nodes[id.index()] {
                    let output = node.calc_output(&self.sent, connections);
                    node.set_output(output);
                }
            }
        }
        self.network.calc_delta(Label(label));
        self.update_weight(rate);
    }

    /// Returns the network, if it is made of whole matrices.
    pub fn whole(&self) -> PyResult<&Network> {
        if self.is_wired_by_hand {
            let sentence =
                "this needs a network as Network(layers) makes it, and something was wired by hand here";
            return Err(PyValueError::new_err(sentence));
        }
        Ok(&self.network)
    }

    /// Returns the part wired by hand, as a pickle holds it.
    pub fn wired(&self) -> Wired {
        let places = |ids: &[ConnectionId]| ids.iter().map(|id| id.index()).collect();
        let node = |node: &AnyNode| {
            let (upstream, downstream) = (places(node.upstream()), places(node.downstream()));
            (node.layer_index(), node.node_index(), node.as_node().is_none(), upstream, downstream)
        };
        let ends = |connection: &Connection| (connection.upstream().index(), connection.downstream().index());
        let Network { nodes, connections, .. } = &self.network;
        self.is_wired_by_hand
            .then(|| (nodes.iter().map(node).collect(), connections.iter().map(ends).collect()))
    }

    /// Restores the part wired by hand.
    pub fn wire(&mut self, wired: Wired) -> PyResult<()> {
        let Some((nodes, ends)) = wired else { return Ok(()) };
        // The network's own nodes come first, and then its own connections.
        let (own_nodes, own_connections) = (self.network.nodes.len(), self.network.connections.len());
        for &(layer_index, node_index, is_constant, ..) in nodes.iter().skip(own_nodes) {
            self.add_node(layer_index, node_index, is_constant);
        }
        for &(upstream, downstream) in ends.iter().skip(own_connections) {
            self.add_connection(upstream, downstream, 0.0)?;
        }
        for (place, (.., upstream, downstream)) in nodes.into_iter().enumerate() {
            let node = self.node(place)?;
            let (has_upstream, has_downstream) = (node.upstream().len(), node.downstream().len());
            for connection in upstream.into_iter().skip(has_upstream) {
                self.append_upstream(place, connection)?;
            }
            for connection in downstream.into_iter().skip(has_downstream) {
                self.append_downstream(place, connection)?;
            }
        }
        Ok(())
    }
}

pub fn no_such(what: &str) -> PyErr {
    PyIndexError::new_err(format!("there is no such {what}"))
}
