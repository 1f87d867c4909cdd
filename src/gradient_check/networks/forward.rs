//! A forward pass over plain matrices, as formulas: the check's own second opinion.
//!
//! `incremental` starts from it, and the gallery of [`faults`](crate::gradient_check::faults) works on it. It adds in the
//! order of the object graph, so its outputs are the object graph's bit for bit (a test compares them).

use crate::{Activation, Architecture, Dropout, Parameters};

/// Everything a forward pass computes for one sample. Index 0 is the input layer.
///
/// ```
/// use backprop::gradient_check::Forward;
/// use backprop::graph::Network;
/// use backprop::{Engine, Sample};
///
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let sample = [1.0, 0.5, 0.0];
/// let pass = Forward::pass(&network.architecture, &network.parameters(), &sample);
/// assert_eq!(pass.output(), network.predict(Sample(&sample)));
/// ```
#[derive(Debug, Clone)]
pub struct Forward {
    /// z = W·x + b of each layer; empty for the input layer.
    pub weighted_inputs: Vec<Vec<f64>>,
    /// a = σ(z) of each layer, times the factor of dropout; for the input layer the sample itself.
    pub outputs: Vec<Vec<f64>>,
    /// The factor that dropout gives each neuron's output: 0 or 1 / (1 − p). All 1 without dropout.
    pub factors: Vec<Vec<f64>>,
}

impl Forward {
    /// Computes all layers (equation 1) for a sample of n_in numbers.
    ///
    /// Lengths and shapes are checked by [`CheckedNetwork`](super::CheckedNetwork), not here.
    pub fn pass(architecture: &Architecture, parameters: &Parameters, sample: &[f64]) -> Self {
        Self::pass_in_batch(architecture, parameters, sample, None, 0)
    }

    /// Computes all layers for sample number `place`, counted from 0, of a mini-batch with dropout, if there is any.
    ///
    /// # Panics
    /// If the architecture has no layers, or the probability of dropout is 1 or more.
    pub fn pass_in_batch(
        architecture: &Architecture,
        parameters: &Parameters,
        sample: &[f64],
        dropout: Option<&Dropout>,
        place: usize,
    ) -> Self {
        let last = architecture.sizes.len() - 1;
        let mut pass = Self {
            weighted_inputs: vec![Vec::new()],
            outputs: vec![sample.to_vec()],
            factors: vec![vec![1.0; sample.len()]],
        };
        for (l, (layer, activation)) in parameters.layers.iter().zip(&architecture.activations).enumerate() {
            let neurons = layer.biases.len();
            let factors = match dropout {
                Some(dropout) if l + 1 < last => dropout.kept(l, place, neurons),
                _ => vec![1.0; neurons],
            };
            let weighted_input = |(row, bias): (&Vec<f64>, &f64)| {
                let products = row.iter().zip(&pass.outputs[l]).map(|(weight, input)| input * weight);
                products.fold(0.0, |sum, product| sum + product) + bias
            };
            let weighted_inputs: Vec<f64> =
                layer.weights.iter().zip(&layer.biases).map(weighted_input).collect();
            let mut outputs = weighted_inputs.clone();
            activation.apply(&mut outputs);
            outputs.iter_mut().zip(&factors).for_each(|(output, factor)| *output *= factor);
            pass.outputs.push(outputs);
            pass.weighted_inputs.push(weighted_inputs);
            pass.factors.push(factors);
        }
        pass
    }

    /// Returns the slope da/dz of one neuron's output in its weighted input, dropout included. `layer` is 1 for the
    /// first after the input.
    ///
    /// # Panics
    /// If there is no such neuron, or it is in the input layer.
    pub fn slope(&self, architecture: &Architecture, layer: usize, neuron: usize) -> f64 {
        let activation = architecture.activations[layer - 1];
        let output = match activation {
            Activation::Softmax => self.outputs[layer][neuron],
            _ => activation.value(self.weighted_inputs[layer][neuron]),
        };
        self.factors[layer][neuron] * activation.derivative_from_output(output)
    }

    /// Returns the output layer's outputs, n_out numbers.
    pub fn output(&self) -> &[f64] {
        &self.outputs[self.outputs.len() - 1]
    }
}
