//! What has been computed so far, and which inputs and outputs there is something to say of.

use backprop::graph::{ConnectionId, NodeId};
use backprop::step::Phase;

use super::App;

/// Layers of fewer inputs than this are seen from the first one on.
const FEW_INPUTS: usize = 24;

impl App {
    /// A node's output, as others read it; none before it has been set or computed for the first time.
    pub fn output(&self, id: NodeId) -> Option<f64> {
        let (node, place) = (&self.stepper.network()[id], self.place(id));
        let phase = if place.layer == 0 { Phase::SetInput } else { Phase::Output };
        let is_known = place.number.is_none() || self.is_done(phase, place.layer, place.index as usize);
        is_known.then(|| node.sent())
    }

    /// A node's delta; none before it has been computed for the first time.
    pub fn delta(&self, id: NodeId) -> Option<f64> {
        let (node, place) = (&self.stepper.network()[id], self.place(id));
        let is_last = place.layer as usize + 1 == self.stepper.network().layers.len();
        let phase = if is_last { Phase::OutputDelta } else { Phase::HiddenDelta };
        self.is_done(phase, place.layer, place.index as usize).then(|| node.delta())
    }

    /// A connection's gradient; none before it has been computed for the first time.
    pub fn gradient(&self, id: ConnectionId) -> Option<f64> {
        let network = self.stepper.network();
        let wire = self.stepper.numbering().wire(network, id);
        let neurons = network.layers[wire.downstream.layer as usize].neurons().len();
        let place = wire.upstream.index as usize * neurons + wire.downstream.index as usize;
        let phase =
            if self.stepper.mini_batches().are_plain() { Phase::UpdateWeight } else { Phase::AddGradient };
        self.is_done(phase, wire.upstream.layer, place).then(|| network[id].gradient)
    }

    /// Whether such a step has been done on this place of a layer.
    fn is_done(&self, phase: Phase, layer: u32, place: usize) -> bool {
        self.first(phase, layer, place).is_some_and(|first| first < self.stepper.position())
    }

    /// The position at which such a step is done for the first time on this place of a layer.
    fn first(&self, phase: Phase, layer: u32, place: usize) -> Option<usize> {
        let segments = self.stepper.moment(0).order.segments();
        let segment =
            segments.iter().find(|segment| segment.phase == phase && segment.layer == layer as usize);
        segment.map(|segment| segment.start + place)
    }

    /// The input in the middle of those that are not 0; the first, where inputs are few or all 0.
    pub(super) fn ink(&self) -> usize {
        let sample = self.stepper.sample();
        let inked: Vec<usize> = (0..sample.len()).filter(|&index| sample[index] != 0.0).collect();
        if sample.len() < FEW_INPUTS || inked.is_empty() { 0 } else { inked[inked.len() / 2] }
    }

    /// What an output is called: by its class, where it stands for one.
    pub fn class(&self, output: usize) -> Option<&str> {
        let outputs = self.stepper.network().architecture.output_size();
        self.classes.get(output).filter(|_| outputs > 1).map(String::as_str)
    }
}
