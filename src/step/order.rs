//! The order of the steps: that of bp.py's loops, by arithmetic instead of a list.
//!
//! A 784-300-10 network takes 240,690 steps per sample. Within a phase and a layer their ids are consecutive, so a
//! handful of segments describes them all.

use super::{Action, Phase};
use crate::graph::{ConnectionId, Network, NodeId};

/// The order of the steps of one training step, for one network's layers.
///
/// ```
/// use backprop::graph::Network;
/// use backprop::step::{Order, Phase};
///
/// let order = Order::new(&Network::new(&[3, 4, 2], 0));
/// // 3 inputs, 4 + 2 outputs, 2 output deltas, 5 + 4 others (constant nodes too), 26 weights.
/// assert_eq!(order.len(), 3 + 6 + 2 + 9 + 26);
/// assert_eq!(order.segment(9).phase, Phase::OutputDelta);
/// let backwards: Vec<usize> = order.segments()[4..6].iter().map(|s| s.layer).collect();
/// assert_eq!(backwards, [1, 0]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    segments: Vec<Segment>,
}

/// Consecutive steps of one phase on one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The kind of the steps.
    pub phase: Phase,
    /// The layer whose nodes change; for weights, the layer they lead from.
    pub layer: usize,
    /// The sample's place in its mini-batch, from 0; for the update by the mean, that of the last sample.
    pub sample: usize,
    /// The first step, counted from the training step's first.
    pub start: usize,
    /// The number of steps.
    pub count: usize,
    /// The first node or connection.
    first_id: u32,
}

impl Segment {
    /// Returns the step after its last one, counted from the training step's first.
    pub fn end(&self) -> usize {
        self.start + self.count
    }
}

impl Order {
    /// Returns the order of a step of bp.py, on one sample: inputs; outputs layer by layer; output deltas; the other deltas
    /// layer by layer backwards, constant nodes included; all weights, by upstream node.
    ///
    /// # Panics
    /// If the network was wired by hand in another order than [`Network::try_new`] wires it.
    #[track_caller]
    pub fn new(network: &Network) -> Self {
        check_wiring(network);
        let mut order = Self { segments: Vec::new() };
        order.push_sample(network, 0, false);
        order.push_connections(network, 0, Phase::UpdateWeight);
        order
    }

    /// Returns the order of a step of network.py, on a mini-batch of this many samples: each sample's inputs, outputs and
    /// deltas, and its share of the gradients; then all weights. With dropout, hidden nodes are silenced before each
    /// sample's outputs.
    ///
    /// # Panics
    /// If the network was wired by hand in another order than [`Network::try_new`] wires it.
    #[track_caller]
    pub fn of_mini_batch(network: &Network, samples: usize, dropout: bool) -> Self {
        check_wiring(network);
        let mut order = Self { segments: Vec::new() };
        for sample in 0..samples {
            order.push_sample(network, sample, dropout);
            order.push_connections(network, sample, Phase::AddGradient);
        }
        order.push_connections(network, samples.saturating_sub(1), Phase::UpdateByMean);
        order
    }

    /// Appends the forward and the backward pass of one sample.
    fn push_sample(&mut self, network: &Network, sample: usize, dropout: bool) {
        let layers = &network.layers;
        let last = layers.len() - 1;
        self.push_nodes(Phase::SetInput, 0, sample, layers[0].neurons());
        if dropout {
            for (layer, objects) in layers.iter().enumerate().take(last).skip(1) {
                self.push_nodes(Phase::DropOut, layer, sample, objects.neurons());
            }
        }
        for (layer, objects) in layers.iter().enumerate().skip(1) {
            self.push_nodes(Phase::Output, layer, sample, objects.neurons());
        }
        self.push_nodes(Phase::OutputDelta, last, sample, layers[last].neurons());
        for layer in (0..last).rev() {
            self.push_nodes(Phase::HiddenDelta, layer, sample, &layers[layer].nodes);
        }
    }

    fn push_nodes(&mut self, phase: Phase, layer: usize, sample: usize, nodes: &[NodeId]) {
        self.push(phase, layer, sample, nodes[0].0, nodes.len());
    }

    /// Appends all connections, by the layer they lead from.
    fn push_connections(&mut self, network: &Network, sample: usize, phase: Phase) {
        let mut first_id = 0;
        for (layer, pair) in network.layers.windows(2).enumerate() {
            let count = pair[0].nodes.len() * pair[1].neurons().len();
            self.push(phase, layer, sample, first_id, count);
            first_id += count as u32;
        }
    }

    fn push(&mut self, phase: Phase, layer: usize, sample: usize, first_id: u32, count: usize) {
        let start = self.len();
        self.segments.push(Segment { phase, layer, sample, start, count, first_id });
    }

    /// Returns the number of steps.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a network has at least one input, so there is always a step"
    )]
    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, Segment::end)
    }

    /// Returns the number of samples.
    pub fn samples(&self) -> usize {
        self.segments.last().map_or(0, |segment| segment.sample + 1)
    }

    /// Returns the segments, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the segment a step belongs to.
    ///
    /// # Panics
    /// If there is no such step.
    #[track_caller]
    pub fn segment(&self, step: usize) -> &Segment {
        assert!(
            step < self.len(),
            "a training step takes {} steps here; there is no step {step}",
            self.len()
        );
        &self.segments[self.segments.partition_point(|segment| segment.end() <= step)]
    }

    /// Returns the action of a step.
    ///
    /// # Panics
    /// If there is no such step.
    #[track_caller]
    pub fn action(&self, step: usize) -> Action {
        let segment = self.segment(step);
        let id = segment.first_id + (step - segment.start) as u32;
        match segment.phase {
            Phase::SetInput => Action::SetInput(NodeId(id)),
            Phase::DropOut => Action::DropOut(NodeId(id)),
            Phase::Output => Action::Output(NodeId(id)),
            Phase::OutputDelta => Action::OutputDelta(NodeId(id)),
            Phase::HiddenDelta => Action::HiddenDelta(NodeId(id)),
            Phase::UpdateWeight => Action::UpdateWeight(ConnectionId(id)),
            Phase::AddGradient => Action::AddGradient(ConnectionId(id)),
            Phase::UpdateByMean => Action::UpdateByMean(ConnectionId(id)),
        }
    }
}

/// Checks that ids are as consecutive as segments assume.
#[track_caller]
fn check_wiring(network: &Network) {
    let mut nodes = network.layers.iter().flat_map(|layer| &layer.nodes).zip(0..);
    let mut ends = network.connections.iter();
    let in_order = nodes.all(|(id, place)| id.0 == place)
        && network.layers.windows(2).all(|pair| {
            let wires =
                pair[0].nodes.iter().flat_map(|from| pair[1].neurons().iter().map(move |to| (*from, *to)));
            wires.into_iter().all(|wire| ends.next().is_some_and(|c| (c.upstream(), c.downstream()) == wire))
        });
    assert!(
        in_order && ends.next().is_none(),
        "to be stepped through, a network must be wired layer by layer: each node, the constant one last, with every \
         neuron of the next layer"
    );
}
