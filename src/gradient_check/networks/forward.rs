//! A forward pass over plain matrices, as formulas: the check's own second opinion.
//!
//! `incremental` starts from it, the gallery of [`faults`](crate::gradient_check::faults) works on it, and
//! [`Forward::error_noise`] says how exact its numbers can be. It adds in the order of the object graph, so its outputs
//! are the object graph's bit for bit (a test holds it to that).

use crate::{Activation, Architecture, Cost, Dropout, Parameters};

/// The smallest number above 0: the rounding error of numbers that are smaller still.
const SMALLEST: f64 = 5e-324;

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
    /// a = σ(z) of each layer, times what dropout makes of it; for the input layer the sample itself.
    pub outputs: Vec<Vec<f64>>,
    /// The factor that dropout gives each neuron's output: 0 or 1 / (1 − p). All 1 without dropout.
    pub factors: Vec<Vec<f64>>,
}

/// How a weighted input was computed, which decides how far rounding may have moved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Summation {
    /// The whole sum over all inputs.
    Whole,
    /// A known sum plus the change in it: one addition.
    Change,
}

impl Forward {
    /// Computes all layers (equation 1) for a sample of n_in numbers.
    ///
    /// Lengths and shapes are not checked here, but by [`CheckedNetwork`](super::CheckedNetwork).
    pub fn pass(architecture: &Architecture, parameters: &Parameters, sample: &[f64]) -> Self {
        Self::pass_with(architecture, parameters, sample, |_, neurons| vec![1.0; neurons])
    }

    /// The same for sample number `place`, from 0, of a mini-batch with dropout, if there is any.
    ///
    /// # Panics
    /// If the architecture has fewer than two layers.
    pub fn pass_in_batch(
        architecture: &Architecture,
        parameters: &Parameters,
        sample: &[f64],
        dropout: Option<&Dropout>,
        place: usize,
    ) -> Self {
        let hidden_layers = architecture.sizes.len() - 2;
        Self::pass_with(architecture, parameters, sample, |layer, neurons| match dropout {
            Some(dropout) if layer < hidden_layers => {
                let silenced = dropout.silenced(layer, place, neurons).into_iter();
                silenced.map(|silenced| if silenced { 0.0 } else { dropout.kept_factor() }).collect()
            }
            _ => vec![1.0; neurons],
        })
    }

    fn pass_with(
        architecture: &Architecture,
        parameters: &Parameters,
        sample: &[f64],
        factors_of: impl Fn(usize, usize) -> Vec<f64>,
    ) -> Self {
        let mut pass = Self {
            weighted_inputs: vec![Vec::new()],
            outputs: vec![sample.to_vec()],
            factors: vec![vec![1.0; sample.len()]],
        };
        for (l, (layer, activation)) in parameters.layers.iter().zip(&architecture.activations).enumerate() {
            let factors = factors_of(l, layer.biases.len());
            let mut weighted_inputs = Vec::with_capacity(layer.biases.len());
            for (row, bias) in layer.weights.iter().zip(&layer.biases) {
                let mut weighted_input = 0.0;
                for (weight, input) in row.iter().zip(&pass.outputs[l]) {
                    weighted_input += input * weight;
                }
                weighted_input += bias;
                weighted_inputs.push(weighted_input);
            }
            let outputs = weighted_inputs.iter().zip(&factors);
            pass.outputs.push(outputs.map(|(&z, factor)| factor * activation.value(z)).collect());
            pass.weighted_inputs.push(weighted_inputs);
            pass.factors.push(factors);
        }
        pass
    }

    /// The slope da/dz of one neuron's output in its weighted input, dropout included. `layer` is 1 for the first after
    /// the input.
    ///
    /// # Panics
    /// If there is no such neuron, or it is in the input layer.
    pub fn slope(&self, architecture: &Architecture, layer: usize, neuron: usize) -> f64 {
        let activation = architecture.activations[layer - 1];
        let output = activation.value(self.weighted_inputs[layer][neuron]);
        self.factors[layer][neuron] * activation.derivative_from_output(output)
    }

    /// The output layer's outputs, n_out numbers.
    pub fn output(&self) -> &[f64] {
        &self.outputs[self.outputs.len() - 1]
    }

    /// How far rounding may put the error E computed from such a pass from the true value: a bound, not a guess.
    ///
    /// Each addition and multiplication is off by at most ε/2 of its result, an exponential by a few ε. Layer by layer
    /// this adds up to a bound on z, the slope of the activation carries it over to a, the weights carry it to the next
    /// layer, and the slope of the cost to E. (For small errors of large terms this is much more than ε|E|.)
    ///
    /// # Panics
    /// If the label is not as long as the output.
    pub fn error_noise(
        &self,
        architecture: &Architecture,
        parameters: &Parameters,
        label: &[f64],
        summation: Summation,
    ) -> f64 {
        let mut input_noise = vec![0.0; self.outputs[0].len()];
        for (l, layer) in parameters.layers.iter().enumerate() {
            let activation = architecture.activations[l];
            let mut output_noise = Vec::with_capacity(layer.biases.len());
            for (j, (row, bias)) in layer.weights.iter().zip(&layer.biases).enumerate() {
                let weighted_input = self.weighted_inputs[l + 1][j];
                let factor = self.factors[l + 1][j];
                let mut magnitude = bias.abs();
                let mut inherited = 0.0;
                for ((weight, input), noise) in row.iter().zip(&self.outputs[l]).zip(&input_noise) {
                    magnitude += (weight * input).abs();
                    inherited += weight.abs() * noise;
                }
                let own = match summation {
                    // Every partial sum is at most `magnitude`, and there are as many additions as inputs.
                    Summation::Whole => 0.5 * (row.len() + 1) as f64 * f64::EPSILON * magnitude,
                    Summation::Change => f64::EPSILON * weighted_input.abs(),
                };
                let output = activation.value(weighted_input);
                output_noise.push(factor * activation_noise(activation, output, own + inherited));
            }
            input_noise = output_noise;
        }
        let terms = self.output().iter().zip(label).zip(&input_noise);
        let noise: f64 = terms.map(|((&a, &y), &noise)| cost_noise(architecture.cost, a, y, noise)).sum();
        let error = architecture.cost.value(self.output(), label);
        noise + 0.5 * label.len() as f64 * f64::EPSILON * error.abs()
    }
}

/// The noise of a = σ(z), given that of z.
fn activation_noise(activation: Activation, output: f64, weighted_input_noise: f64) -> f64 {
    // Over a noise of z the slope itself changes; where that matters (a noise near 1) nothing is certain anyway.
    let slope = activation.derivative_from_output(output);
    let own = match activation {
        // The exponential, the addition and the division; and where a sigmoid is 0, it is so by rounding.
        Activation::Sigmoid | Activation::Tanh => 2.0 * f64::EPSILON * output.abs() + SMALLEST,
        // Exact.
        Activation::Relu | Activation::Identity => 0.0,
    };
    slope * weighted_input_noise + own
}

/// The noise of one output's term of the cost, given that of the output.
fn cost_noise(cost: Cost, output: f64, label: f64, output_noise: f64) -> f64 {
    match cost {
        Cost::Quadratic => {
            let distance = (label - output).abs();
            let distance_noise = output_noise + 0.5 * f64::EPSILON * distance;
            distance * distance_noise + 0.5 * distance_noise * distance_noise
        }
        Cost::CrossEntropy => {
            // −y·ln a − (1 − y)·ln(1 − a): the logarithms have the slopes 1/a and 1/(1 − a), and 1 − a a noise of its own.
            let complement = 1.0 - output;
            let complement_noise = output_noise + 0.5 * f64::EPSILON * complement;
            // Divided first: the product of a label and the smallest number would be 0.
            let first = if label == 0.0 { 0.0 } else { label.abs() * (output_noise / output) };
            let second =
                if label == 1.0 { 0.0 } else { (1.0 - label).abs() * (complement_noise / complement) };
            let own = Cost::CrossEntropy.value(&[output], &[label]).abs() * f64::EPSILON;
            first + second + own
        }
    }
}
