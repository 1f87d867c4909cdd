//! Numbers that have been computed so far, and the names of outputs.

use backprop::graph::NodeId;
use backprop::step::view::Quantity;

use super::App;

/// Layers of fewer inputs than this are seen from the first one on.
const FEW_INPUTS: usize = 24;

impl App {
    /// A node's output, as others read it; none before it has been set or computed for the first time.
    pub fn output(&self, id: NodeId) -> Option<f64> {
        Quantity::Output(id).is_known(&self.stepper).then(|| self.stepper.network()[id].sent())
    }

    /// A node's delta; none before it has been computed for the first time.
    pub fn delta(&self, id: NodeId) -> Option<f64> {
        Quantity::Delta(id).value(&self.stepper)
    }

    /// The input in the middle of those that are not 0; the first, where inputs are few or all 0.
    pub(super) fn ink(&self) -> usize {
        let sample = self.stepper.sample();
        let inked: Vec<usize> = (0..sample.len()).filter(|&index| sample[index] != 0.0).collect();
        if sample.len() < FEW_INPUTS || inked.is_empty() { 0 } else { inked[inked.len() / 2] }
    }

    /// Returns the class of an output, if it has one.
    pub fn class(&self, output: usize) -> Option<&str> {
        let outputs = self.stepper.network().architecture.output_size();
        self.classes.get(output).filter(|_| outputs > 1).map(String::as_str)
    }
}
