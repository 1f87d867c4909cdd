//! Ids: places in the network's list of nodes and in its list of connections.
//!
//! Four bytes each, so that a connection with the two lists that hold it takes 32 bytes. Only a network makes ids: they
//! are returned by [`Network::add_node`](crate::graph::Network::add_node) and
//! [`Network::connect`](crate::graph::Network::connect), and found in
//! [`Layer::nodes`](crate::graph::Layer::nodes), in a node's lists of connections, and at the two ends of a
//! [`Connection`](crate::graph::Connection). `network[id]` is the node or the connection itself. An id means nothing to
//! another network.

use super::AnyNode;

/// The place of a node in [`Network::nodes`](crate::graph::Network::nodes).
///
/// ```
/// use backprop::graph::Network;
///
/// let network = Network::new(&[3, 4, 2], 0);
/// let first_hidden = network.layers[1].neurons()[0];
/// assert_eq!(first_hidden.index(), 4); // after three inputs and their constant node
/// assert_eq!(network[first_hidden].layer_index(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Returns the id of the node that is appended to this list next.
    pub(super) fn next(nodes: &[AnyNode]) -> Self {
        Self(u32::try_from(nodes.len()).expect("a NodeId counts to 2^32"))
    }

    /// Returns the place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The place of a connection in [`Network::connections`](crate::graph::Network::connections).
///
/// ```
/// use backprop::graph::Network;
///
/// let network = Network::new(&[3, 4, 2], 0);
/// let output = network.layers[2].neurons()[1];
/// let &bias = network[output].upstream().last().unwrap();
/// assert_eq!(network[bias].downstream(), output);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u32);

impl ConnectionId {
    /// Returns the place as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
