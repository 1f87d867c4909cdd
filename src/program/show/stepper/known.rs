//! Numbers that have been computed so far, and the names of outputs.

use backprop::graph::NodeId;
use backprop::step::view::Quantity;

use super::App;

/// Smaller input layers are shown from the first input on.
const FEW_INPUTS: usize = 24;

impl App {
    /// Returns a node's output, as others read it, once it has been set or computed.
    pub fn output(&self, id: NodeId) -> Option<f64> {
        Quantity::Output(id).is_known(&self.stepper).then(|| self.stepper.network()[id].sent())
    }

    /// Returns a node's delta, once it has been computed.
    pub fn delta(&self, id: NodeId) -> Option<f64> {
        Quantity::Delta(id).value(&self.stepper)
    }

    /// Returns the input in the middle of those that are not 0; the first if there are few inputs, or all are 0.
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
