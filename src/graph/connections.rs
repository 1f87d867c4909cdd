//! All connections of a network. Ports `Connections` of bp.py.

use std::ops::{Deref, DerefMut};

use super::{AnyNode, Connection, ConnectionId};

/// The list that owns every connection, in the order they were made: by upstream node, then by downstream node.
///
/// It is used as a slice of [`Connection`]s, and only [`Connections::add_connection`] makes it longer. A
/// [`ConnectionId`] is a place in it.
///
/// ```
/// use backprop::graph::Network;
///
/// let network = Network::new(&[2, 1], 0);
/// let lines = network.connections.dump(&network.nodes);
/// let ends: Vec<&str> = lines.lines().map(|line| line.split(" = ").next().unwrap()).collect();
/// assert_eq!(ends, ["(0-0) -> (1-0)", "(0-1) -> (1-0)", "(0-2) -> (1-0)"]); // the bias last
/// assert_eq!(network.connections.len(), 3);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Connections {
    pub(super) connections: Vec<Connection>,
}

impl Connections {
    /// Adds a connection and returns its id. Its two nodes do not know of it yet:
    /// [`append_upstream_connection`](super::Node::append_upstream_connection) and
    /// [`append_downstream_connection`](super::Node::append_downstream_connection) tell them, and
    /// [`Network::connect`](super::Network::connect) does all three.
    ///
    /// # Panics
    /// If there are more connections than a [`ConnectionId`] can count, 2³².
    /// [`Network::try_new`](super::Network::try_new) refuses such networks before it makes any.
    pub fn add_connection(&mut self, connection: Connection) -> ConnectionId {
        let place = u32::try_from(self.connections.len()).expect("a ConnectionId counts to 2^32");
        self.connections.push(connection);
        ConnectionId(place)
    }

    /// Returns every connection as bp.py prints it, one per line.
    ///
    /// # Panics
    /// If `nodes` belongs to another network and is too short for the ids in this list.
    pub fn dump(&self, nodes: &[AnyNode]) -> String {
        self.connections.iter().map(|connection| connection.dump(nodes) + "\n").collect()
    }
}

impl Deref for Connections {
    type Target = [Connection];

    fn deref(&self) -> &[Connection] {
        &self.connections
    }
}

impl DerefMut for Connections {
    fn deref_mut(&mut self) -> &mut [Connection] {
        &mut self.connections
    }
}
