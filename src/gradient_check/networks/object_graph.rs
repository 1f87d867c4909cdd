//! The object graph under the check: every connection has a stored gradient, and a real step proves that it is used.

use super::{CheckedEngine, Task};
use crate::gradient_check::ParameterId;
use crate::graph::{ConnectionId, Network};
use crate::{Engine, Parameters};

/// The rate of the steps that gradients are checked against: 1, so that step and gradient are equal up to rounding.
const RATE: f64 = 1.0;

impl CheckedEngine for Network {
    fn engine_name(&self) -> &'static str {
        "the object graph"
    }

    fn parameter_at(&self, id: ParameterId) -> f64 {
        self[connection_id(self, id)].weight
    }

    fn set_parameter_at(&mut self, id: ParameterId, value: f64) {
        let connection = connection_id(self, id);
        self[connection].weight = value;
    }

    fn parameter_name(&self, id: ParameterId) -> String {
        id.connection_name(&self.architecture.sizes)
    }

    /// Takes one real training step, and returns the gradients that it left in the connections, with −(λ/n)·w where weights
    /// decay. If a weight did not move by exactly that, returns how it moved, because the step is what trains.
    fn task_gradient(&mut self, task: &Task) -> Parameters {
        let before = self.parameters();
        task.train(self, RATE);
        let (mut gradient, after) = (self.gradient(), self.parameters());
        let moved = before.iter().zip(after.iter());
        for (index, (gradient, (old, new))) in gradient.iter_mut().zip(moved).enumerate() {
            let id = ParameterId::in_network(&self.architecture, index);
            let decay = if id.group().is_biases() { 0.0 } else { task.l2 };
            let expected = (1.0 - RATE * decay) * old + RATE * *gradient;
            let as_stored = new.to_bits() == expected.to_bits();
            *gradient = if as_stored { *gradient - decay * old } else { (new - old) / RATE };
        }
        self.set_parameters(&before);
        gradient
    }
}

/// Returns the connection behind W[layer] row, column or b[layer] row: a neuron's upstream list has the bias last.
fn connection_id(network: &Network, id: ParameterId) -> ConnectionId {
    let inputs = |layer: usize| network.architecture.sizes[layer - 1];
    let (layer, row, column) = match id {
        ParameterId::Weight { layer, row, column } if column < inputs(layer) => (layer, row, column),
        ParameterId::Bias { layer, row } => (layer, row, inputs(layer)),
        _ => panic!("{id} is not a connection of this network"),
    };
    network[network.layers[layer].neurons()[row]].upstream()[column]
}
