//! The network: it owns the nodes, the connections and the layers. Ports `Network` of bp.py.

use std::ops::{Index, IndexMut};

use super::{AnyNode, Connection, ConnectionId, Connections, Layer, NodeId};
use crate::{Architecture, Engine, Error, ErrorKind, Label, Parameters, Sample, WeightInit};

/// A fully connected network of objects.
///
/// ```
/// use backprop::graph::Network;
/// use backprop::{Label, Sample};
///
/// // Three inputs, four hidden neurons, two outputs; small random weights from seed 0.
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let (sample, label) = (Sample(&[1.0, 0.5, 0.0]), Label(&[0.9, 0.1]));
/// let before = network.error(label, sample);
/// network.train_one_sample(label, sample, 0.3);
/// assert!(network.error(label, sample) < before);
/// ```
///
/// A training step walks over all connections three times: it takes time in proportion to
/// [`Architecture::parameter_count`]. A connection takes 32 bytes with the two lists that hold it
/// ([`Network::memory_bytes`]).
///
/// Weights and biases are read and set as matrices by [`Engine::parameters`] and [`Engine::set_parameters`]; a single
/// one is `network[id].weight`. A network can also be wired by hand: see [`Network::empty`].
#[derive(Debug, Clone)]
pub struct Network {
    /// Layer sizes, activations and cost.
    pub architecture: Architecture,
    /// Every node: layer by layer, the constant node last in each. A [`NodeId`] is a place in this list.
    pub nodes: Vec<AnyNode>,
    /// Every connection. A [`ConnectionId`] is a place in this list.
    pub connections: Connections,
    /// The layers, input first.
    pub layers: Vec<Layer>,
}

impl Network {
    /// Returns a network of sigmoid neurons with the quadratic cost and small random weights and biases, uniform in
    /// ±0.1.
    ///
    /// `sizes` are neurons in each layer, input first. ([`WeightInit::Small`] draws the same weights.)
    ///
    /// # Panics
    /// If [`Network::try_new`] returns an error.
    #[track_caller]
    pub fn new(sizes: &[usize], seed: u64) -> Self {
        let mut network = Self::with_zeros(&Architecture::new(sizes));
        network.set_parameters(&WeightInit::Small.draw(&network.architecture, seed));
        network
    }

    /// Returns a network with these weights and biases.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Activation, Architecture, LayerParameters, Parameters, Sample};
    ///
    /// // One linear neuron: 2·x1 − x2 + 0.5.
    /// let layer = LayerParameters { weights: vec![vec![2.0, -1.0]], biases: vec![0.5] };
    /// let architecture = Architecture::new(&[2, 1]).with_activation(Activation::Identity);
    /// let parameters = Parameters { layers: vec![layer] };
    /// let mut network = Network::from_parameters(&architecture, &parameters);
    /// assert_eq!(network.predict(Sample(&[3.0, 1.0])), [5.5]);
    /// ```
    ///
    /// # Panics
    /// If the parameters do not fit the architecture, or if [`Network::try_new`] returns an error.
    #[track_caller]
    pub fn from_parameters(architecture: &Architecture, parameters: &Parameters) -> Self {
        let mut network = Self::with_zeros(architecture);
        network.set_parameters(parameters);
        network
    }

    #[track_caller]
    fn with_zeros(architecture: &Architecture) -> Self {
        match Self::try_new(architecture) {
            Ok(network) => network,
            Err(error) => panic!("{error}"),
        }
    }

    /// Returns a network with all weights and biases at 0.
    ///
    /// # Errors
    /// If the architecture is invalid ([`Architecture::check`]), or its output layer is a softmax; [`ErrorKind::TooLarge`] for 2³² nodes or connections or
    /// more, or for more than memory can hold.
    pub fn try_new(architecture: &Architecture) -> Result<Self, Error> {
        architecture.check()?;
        if architecture.output_activation() == crate::Activation::Softmax {
            let found = "the object graph has no softmax: there a node's output follows from its own upstream connections, \
                         and softmax divides it by the sum over its layer";
            return Err(Error::new(ErrorKind::Architecture, found).remedy(
                "the vectorized network has it; in the graph, sigmoid outputs with the cross-entropy learn from the \
                 same delta",
            ));
        }
        let (node_count, connection_count) = count_objects(architecture)?;
        let mut network = Self::empty(architecture);
        network.nodes = reserve(node_count, architecture)?;
        network.connections = Connections { connections: reserve(connection_count, architecture)? };
        for (layer_index, &node_count) in architecture.sizes.iter().enumerate() {
            // The input layer borrows the activation of the first layer after it; see `Node::activation`.
            let activation = architecture.activations[layer_index.saturating_sub(1)];
            let layer = Layer::new(layer_index as u32, node_count as u32, activation, &mut network.nodes);
            network.layers.push(layer);
        }
        network.reserve_lists();
        for layer_index in 1..network.layers.len() {
            network.connect_layers(layer_index - 1, layer_index);
        }
        Ok(network)
    }

    /// Returns a network without nodes, to be wired by hand: [`Network::add_node`], [`Network::connect`], and a
    /// [`Layer`] for each layer.
    ///
    /// The formulas follow whatever connections there are. Code that treats a layer as a matrix ([`Engine`]'s
    /// parameters, a model file, the gradient check) needs it wired as [`Network::try_new`] does: every node, the
    /// constant one last, with every neuron of the next layer.
    ///
    /// ```
    /// use backprop::graph::{ConstNode, Layer, Network, Node};
    /// use backprop::{Activation::Identity, Architecture, Sample};
    ///
    /// // One linear neuron: 2·x + 0.5.
    /// let mut network = Network::empty(&Architecture::new(&[1, 1]).with_activation(Identity));
    /// let x = network.add_node(Node::new(0, 0, Identity));
    /// let one = network.add_node(ConstNode::new(0, 1));
    /// let neuron = network.add_node(Node::new(1, 0, Identity));
    /// let last = network.add_node(ConstNode::new(1, 1));
    /// network.layers.push(Layer { layer_index: 0, nodes: vec![x, one] });
    /// network.layers.push(Layer { layer_index: 1, nodes: vec![neuron, last] });
    /// network.connect(x, neuron, 2.0);
    /// let bias = network.connect(one, neuron, 0.5);
    /// assert_eq!(network.predict(Sample(&[3.0])), [6.5]);
    /// network[bias].weight = 1.0;
    /// assert_eq!(network.predict(Sample(&[3.0])), [7.0]);
    /// ```
    pub fn empty(architecture: &Architecture) -> Self {
        Self {
            architecture: architecture.clone(),
            nodes: Vec::new(),
            connections: Connections::default(),
            layers: Vec::new(),
        }
    }

    /// Appends a [`Node`](super::Node) or a [`ConstNode`](super::ConstNode), not yet connected and in no layer's list,
    /// and returns its id.
    ///
    /// # Panics
    /// If there are more nodes than a [`NodeId`] can count, 2³².
    pub fn add_node(&mut self, node: impl Into<AnyNode>) -> NodeId {
        let id = NodeId::next(&self.nodes);
        self.nodes.push(node.into());
        id
    }

    /// Connects two nodes: appends a connection with this weight, tells both nodes, and returns its id. A neuron's bias
    /// is the connection from a constant node, and comes after its others.
    ///
    /// # Panics
    /// If `downstream_node` is a constant node, if an id belongs to a larger network, or if there are more
    /// connections than a [`ConnectionId`] can count, 2³².
    #[track_caller]
    pub fn connect(&mut self, upstream_node: NodeId, downstream_node: NodeId, weight: f64) -> ConnectionId {
        let connection = Connection::new(upstream_node, downstream_node, weight);
        let id = self.connections.add_connection(connection);
        match &mut self[downstream_node] {
            AnyNode::Node(node) => node.append_upstream_connection(id),
            AnyNode::Const(_) => panic!("nothing leads into a constant node"),
        }
        self[upstream_node].append_downstream_connection(id);
        id
    }

    /// Connects every node of a layer, the constant one too, with every neuron of the next: upstream-major.
    fn connect_layers(&mut self, upstream: usize, downstream: usize) {
        for i in 0..self.layers[upstream].nodes.len() {
            for j in 0..self.layers[downstream].neurons().len() {
                self.connect(self.layers[upstream].nodes[i], self.layers[downstream].nodes[j], 0.0);
            }
        }
    }

    /// Reserves room for exactly the connections that [`Network::connect_layers`] makes.
    fn reserve_lists(&mut self) {
        let sizes = &self.architecture.sizes;
        for node in &mut self.nodes {
            let layer = node.layer_index() as usize;
            let downstream_count = sizes.get(layer + 1).copied().unwrap_or(0);
            match node {
                AnyNode::Node(node) => {
                    node.upstream.ids.reserve_exact(if layer == 0 { 0 } else { sizes[layer - 1] + 1 });
                    node.downstream.ids.reserve_exact(downstream_count);
                }
                AnyNode::Const(node) => node.downstream.ids.reserve_exact(downstream_count),
            }
        }
    }

    /// Trains on every sample in turn, `iteration` times over. ([`training`](crate::training) shuffles, evaluates and
    /// knows when to stop.)
    ///
    /// # Panics
    /// If the numbers of labels and samples differ, or one is not as long as its layer.
    #[track_caller]
    pub fn train(&mut self, labels: &[Label<'_>], data_set: &[Sample<'_>], rate: f64, iteration: usize) {
        assert_eq!(labels.len(), data_set.len(), "each sample needs one label");
        for _ in 0..iteration {
            // step: training all
            for (&label, &sample) in labels.iter().zip(data_set) {
                self.train_one_sample(label, sample, rate); // step: epoch all
            }
        }
    }

    /// Takes one step of gradient descent on one sample: [`Network::predict`], [`Network::calc_delta`],
    /// [`Network::update_weight`]. Returns the cost before the step.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Engine, Label, Parameters, Sample};
    ///
    /// let mut network = Network::new(&[2, 1], 0);
    /// network.set_parameters(&Parameters::zeros(&network.architecture));
    /// let cost = network.train_one_sample(Label(&[0.9]), Sample(&[1.0, 0.0]), 0.5);
    /// // All weights 0: a = σ(0) = ½, δ = ½·(1 − ½)·(0.9 − ½) = 0.1, and w moves by 0.5·0.1·x.
    /// assert!((cost - 0.5 * 0.4 * 0.4).abs() < 1e-15);
    /// let after = network.parameters();
    /// assert!((after.layers[0].weights[0][0] - 0.05).abs() < 1e-15);
    /// assert_eq!(after.layers[0].weights[0][1], 0.0); // an input of 0 moves nothing
    /// ```
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer.
    #[track_caller]
    pub fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
        let output = self.predict(sample); // step: sample set-input output
        self.calc_delta(label); // step: sample output-delta hidden-delta const-delta
        self.update_weight(rate); // step: sample update-weight
        self.architecture.cost.value(&output, label.0)
    }

    /// Computes every node's delta, −∂E/∂z, from the output layer back to the input layer.
    ///
    /// It uses the outputs that the last [`Network::predict`] left in the nodes. The input layer's deltas are
    /// computed as bp.py does, though no weight needs them.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Label, Sample};
    ///
    /// let mut network = Network::new(&[3, 4, 2], 0);
    /// let output = network.predict(Sample(&[1.0, 0.5, 0.0]));
    /// network.calc_delta(Label(&output)); // nothing to correct:
    /// assert!(network.nodes.iter().all(|node| node.delta() == 0.0));
    /// ```
    ///
    /// # Panics
    /// If the label is not as long as the output layer.
    #[track_caller]
    pub fn calc_delta(&mut self, label: Label<'_>) {
        let layers: &[Layer] = &self.layers;
        let nodes: &mut [AnyNode] = &mut self.nodes;
        let connections: &[Connection] = &self.connections;
        let mut layer = layers.len() - 1;
        layers[layer].calc_output_layer_delta(nodes, label.0, self.architecture.cost); // step: pass output-delta
        while layer > 0 {
            layer -= 1;
            layers[layer].calc_hidden_layer_delta(nodes, connections); // step: pass hidden-delta const-delta
        }
    }

    /// Moves every weight along its gradient, w ← w + rate·δ·x, and keeps the gradient (equation 5).
    ///
    /// It uses the outputs and deltas that are in the nodes; once they are there, the order does not matter.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Engine, Label, Sample};
    ///
    /// let mut network = Network::new(&[3, 4, 2], 0);
    /// network.get_gradient(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
    /// let (before, gradient) = (network.parameters(), network.gradient());
    /// network.update_weight(0.3);
    /// for ((old, g), new) in before.iter().zip(gradient.iter()).zip(network.parameters().iter()) {
    ///     assert_eq!(new, old + 0.3 * g);
    /// }
    /// ```
    ///
    /// bp.py goes from layer to layer, from node to node and along each node's downstream list. Connections were made
    /// in just that order, so walking the list of connections is the same walk.
    pub fn update_weight(&mut self, rate: f64) {
        let nodes: &[AnyNode] = &self.nodes;
        let connections: &mut [Connection] = &mut self.connections;
        let mut i = 0;
        while i < connections.len() {
            connections[i].update_weight(nodes, rate); // step: loop update-weight
            i += 1;
        }
    }

    /// Computes the gradient of every connection from the outputs and deltas that are in the nodes, in the order of
    /// [`Network::update_weight`].
    pub fn calc_gradient(&mut self) {
        let nodes: &[AnyNode] = &self.nodes;
        let connections: &mut [Connection] = &mut self.connections;
        let mut i = 0;
        while i < connections.len() {
            connections[i].calc_gradient(nodes); // step: loop first-gradient
            i += 1;
        }
    }

    /// Computes the gradient on every connection for one sample, without changing a weight. [`Network::gradient`]
    /// collects what it left there.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Label, Sample};
    ///
    /// let mut network = Network::new(&[2, 1], 0);
    /// network.get_gradient(Label(&[0.9]), Sample(&[1.0, 0.5]));
    /// let layer = &network.gradient().layers[0];
    /// // −∂E/∂w = δ·x and −∂E/∂b = δ. It is positive: an output near ½ that should be 0.9 must grow.
    /// assert!(layer.biases[0] > 0.0);
    /// assert_eq!(layer.weights[0], [layer.biases[0], layer.biases[0] * 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer.
    #[track_caller]
    pub fn get_gradient(&mut self, label: Label<'_>, sample: Sample<'_>) {
        self.predict(sample);
        self.calc_delta(label);
        self.calc_gradient();
    }

    /// Returns the output vector, n_out numbers, for one sample of n_in (equation 2, layer by layer). Every node keeps
    /// its output.
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    #[track_caller]
    pub fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        let layers: &[Layer] = &self.layers;
        let nodes: &mut [AnyNode] = &mut self.nodes;
        let connections: &[Connection] = &self.connections;
        layers[0].set_output(nodes, sample.0); // step: pass set-input
        let mut layer = 1;
        while layer < layers.len() {
            layers[layer].calc_output(nodes, connections); // step: pass output
            layer += 1;
        }
        self.output()
    }

    /// Returns the output vector as last computed, n_out numbers; zeros if the network has predicted nothing yet.
    pub fn output(&self) -> Vec<f64> {
        let layers: &[Layer] = &self.layers;
        let nodes: &[AnyNode] = &self.nodes;
        let neurons = layers[layers.len() - 1].neurons();
        let mut output = vec![0.0; neurons.len()];
        let numbers: &mut [f64] = &mut output;
        let mut i = 0;
        while i < neurons.len() {
            numbers[i] = nodes[neurons[i].index()].output();
            i += 1;
        }
        output
    }

    /// Returns the cost E of one sample with the present weights; computes all outputs on the way.
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer.
    #[track_caller]
    pub fn error(&mut self, label: Label<'_>, sample: Sample<'_>) -> f64 {
        let output = self.predict(sample);
        self.architecture.cost.value(&output, label.0)
    }

    /// Returns the whole network as bp.py prints it: node by node, with its output, its delta and the weights on both
    /// sides.
    ///
    /// ```
    /// use backprop::graph::Network;
    /// use backprop::{Architecture, LayerParameters, Parameters};
    ///
    /// let layer = LayerParameters { weights: vec![vec![0.5]], biases: vec![-0.25] };
    /// let parameters = Parameters { layers: vec![layer] };
    /// let text = Network::from_parameters(&Architecture::new(&[1, 1]), &parameters).dump();
    /// assert!(text.contains("1-0: output: 0.000000 delta: 0.000000\n"));
    /// assert!(text.contains("(0-0) -> (1-0) = 0.500000"));
    /// assert!(text.contains("(0-1) -> (1-0) = -0.250000")); // the bias
    /// ```
    pub fn dump(&self) -> String {
        self.layers.iter().map(|layer| layer.dump(&self.nodes, &self.connections)).collect()
    }

    /// Returns the memory its objects take, in bytes: nodes, connections, layers, and the lists of ids they hold.
    pub fn memory_bytes(&self) -> usize {
        let ids = |node: &AnyNode| match node {
            AnyNode::Node(node) => node.upstream.ids.capacity() + node.downstream.ids.capacity(),
            AnyNode::Const(node) => node.downstream.ids.capacity(),
        };
        let in_layers: usize = self.layers.iter().map(|layer| layer.nodes.capacity()).sum();
        self.connections.connections.capacity() * size_of::<Connection>()
            + self.nodes.capacity() * size_of::<AnyNode>()
            + self.nodes.iter().map(ids).sum::<usize>() * size_of::<ConnectionId>()
            + self.layers.capacity() * size_of::<Layer>()
            + in_layers * size_of::<NodeId>()
    }
}

/// Returns the node with this id. Panics if the id belongs to a larger network.
impl Index<NodeId> for Network {
    type Output = AnyNode;

    fn index(&self, id: NodeId) -> &AnyNode {
        &self.nodes[id.index()]
    }
}

impl IndexMut<NodeId> for Network {
    fn index_mut(&mut self, id: NodeId) -> &mut AnyNode {
        &mut self.nodes[id.index()]
    }
}

/// Returns the connection with this id. Panics if the id belongs to a larger network.
impl Index<ConnectionId> for Network {
    type Output = Connection;

    fn index(&self, id: ConnectionId) -> &Connection {
        &self.connections[id.index()]
    }
}

impl IndexMut<ConnectionId> for Network {
    fn index_mut(&mut self, id: ConnectionId) -> &mut Connection {
        &mut self.connections[id.index()]
    }
}

/// Returns the numbers of nodes and connections that the network will have, if ids can count them.
fn count_objects(architecture: &Architecture) -> Result<(usize, usize), Error> {
    let ids = u32::MAX as usize;
    let nodes = architecture.sizes.iter().try_fold(0usize, |sum, size| sum.checked_add(size.checked_add(1)?));
    let connections = architecture.parameter_count();
    match (nodes, connections) {
        (Some(nodes), Some(connections)) if nodes <= ids && connections <= ids => Ok((nodes, connections)),
        _ => Err(Error::new(ErrorKind::TooLarge, format!("sizes {} need more than {ids} nodes or connections, which is all the object graph can number", architecture.sizes_text())).remedy("make a layer smaller, or use the vectorized network")),
    }
}

/// Returns an empty list with room for `count` objects.
fn reserve<T>(count: usize, architecture: &Architecture) -> Result<Vec<T>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| {
        Error::new(
            ErrorKind::TooLarge,
            format!(
                "sizes {} need more memory than there is: {count} objects of {} bytes",
                architecture.sizes_text(),
                size_of::<T>()
            ),
        )
        .remedy("make a layer smaller")
    })?;
    Ok(list)
}
