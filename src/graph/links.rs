//! A node's connections on one side, upstream or downstream. In bp.py, a plain list.

use super::{AnyNode, Connection, ConnectionId};

/// The ids of a node's connections on one side, in the order of the nodes at their other ends.
#[derive(Debug, Clone, Default)]
pub struct Links {
    pub(super) ids: Vec<ConnectionId>,
}

impl Links {
    /// Adds a connection.
    pub fn append(&mut self, connection: ConnectionId) {
        self.ids.push(connection);
    }

    /// Returns Σ wᵢ·δᵢ over the nodes that these connections lead to: the part of a node's delta that comes from them.
    pub fn downstream_delta(&self, nodes: &[AnyNode], connections: &[Connection]) -> f64 {
        let downstream: &[ConnectionId] = &self.ids;
        let mut downstream_delta = 0.0;
        let mut i = 0;
        while i < downstream.len() {
            let connection = &connections[downstream[i].index()];
            let delta = nodes[connection.downstream_node.index()].delta();
            downstream_delta += delta * connection.weight; // step: term hidden-delta const-delta
            i += 1;
        }
        downstream_delta
    }

    /// Returns these connections as bp.py prints them, one per indented line.
    pub fn dump(&self, nodes: &[AnyNode], connections: &[Connection]) -> String {
        self.ids.iter().map(|id| ["\t", &connections[id.index()].dump(nodes), "\n"].concat()).collect()
    }
}
