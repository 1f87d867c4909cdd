//! Checks the consistency that every object graph must have.

use backprop::graph::Network;

/// Asserts that every connection is in the lists of both its nodes, that lists are in the order of the other layer's
/// nodes, and that layers are fully connected.
pub fn assert_wiring(network: &Network) {
    let mut connections_seen = 0;
    for (l, layer) in network.layers.iter().enumerate() {
        assert_eq!(layer.nodes.len(), network.architecture.sizes[l] + 1);
        for (n, &id) in layer.nodes.iter().enumerate() {
            let node = &network[id];
            assert_eq!((node.layer_index() as usize, node.node_index() as usize), (l, n));
            let downstream = network.layers.get(l + 1).map_or(&[][..], |next| next.neurons());
            assert_eq!(node.downstream().len(), downstream.len());
            for (&connection, &end) in node.downstream().iter().zip(downstream) {
                assert_eq!(network[connection].upstream(), id);
                assert_eq!(network[connection].downstream(), end);
                connections_seen += 1;
            }
            let is_const = id == layer.const_node();
            let upstream = if l == 0 || is_const { &[][..] } else { &network.layers[l - 1].nodes };
            assert_eq!(node.upstream().len(), upstream.len());
            for (&connection, &end) in node.upstream().iter().zip(upstream) {
                assert_eq!(network[connection].downstream(), id);
                assert_eq!(network[connection].upstream(), end);
            }
            if is_const {
                assert_eq!(node.output(), 1.0);
            }
        }
    }
    assert_eq!(connections_seen, network.connections.len());
}
