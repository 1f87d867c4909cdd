//! Backpropagation in plain loops over matrices, cut into steps that can be got wrong one at a time.
//!
//! The default methods of [`BackwardPass`] are the correct steps ([`Correct`] uses them all, and a test holds it to
//! both networks). A fault overrides one step. To see what a bug is, compare its step with the one here.
//!
//! Signs as everywhere in this crate: delta = −∂E/∂z, gradient = −∂E/∂w.

#![expect(
    clippy::needless_range_loop,
    reason = "the indices are the formula's own: W[i][j] is row i, column j"
)]

use crate::gradient_check::{Example, Forward, Task};
use crate::{Architecture, LayerParameters, Parameters};

/// Everything that the backward pass of one sample can see. Its methods panic on a layer that does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Sizes, activations, cost.
    pub architecture: &'a Architecture,
    /// The weights and biases. `W[l]` and `b[l]`, which lead into layer l, are `layers[l - 1]`.
    pub parameters: &'a Parameters,
    /// The forward pass: `outputs[l]` is what layer l put out, 0 being the input.
    pub forward: &'a Forward,
    /// The label: the output that it should have given.
    pub label: &'a [f64],
}

impl Context<'_> {
    /// W\[layer\]: n_out rows of n_in.
    pub fn weights(&self, layer: usize) -> &[Vec<f64>] {
        &self.parameters.layers[layer - 1].weights
    }

    /// a of a layer; of layer 0, the sample.
    pub fn output(&self, layer: usize) -> &[f64] {
        &self.forward.outputs[layer]
    }

    /// σ′ of one neuron, times what dropout multiplies its output with.
    pub fn slope(&self, layer: usize, neuron: usize) -> f64 {
        self.forward.slope(self.architecture, layer, neuron)
    }
}

/// A backward pass. Every method is one step, and correct until it is overridden.
///
/// A bug of your own:
///
/// ```
/// use backprop::gradient_check::Task;
/// use backprop::gradient_check::faults::{BackwardPass, Correct, gradient};
/// use backprop::gradient_check::faults::draw_examples;
/// use backprop::{Architecture, WeightInit};
///
/// struct DoubledBiases;
///
/// impl BackwardPass for DoubledBiases {
///     fn bias_gradient(&self, delta: &[f64]) -> Vec<f64> {
///         delta.iter().map(|delta| 2.0 * delta).collect()
///     }
/// }
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let parameters = WeightInit::Scaled.draw(&architecture, 0);
/// let task = Task::new(draw_examples(&architecture, 1, 0));
/// let right = gradient(&Correct, &architecture, &parameters, &task);
/// let wrong = gradient(&DoubledBiases, &architecture, &parameters, &task);
/// assert_eq!(wrong.layers[0].weights, right.layers[0].weights);
/// assert_eq!(wrong.layers[0].biases[3], 2.0 * right.layers[0].biases[3]);
/// ```
pub trait BackwardPass: Sync {
    /// Which numbers are the sample and which the label.
    fn sample_and_label<'e>(&self, example: &'e Example) -> (&'e [f64], &'e [f64]) {
        (&example.sample, &example.label)
    }

    /// The delta of the output layer, n_out numbers (equation 3; BP1).
    fn output_delta(&self, context: &Context) -> Vec<f64> {
        let last = context.architecture.sizes.len() - 1;
        let mut delta = Vec::new();
        for (j, &output) in context.output(last).iter().enumerate() {
            let activation = context.architecture.output_activation();
            delta.push(context.architecture.cost.output_layer_delta(activation, output, context.label[j]));
        }
        delta
    }

    /// The lowest layer whose delta is computed.
    fn lowest_layer(&self) -> usize {
        1
    }

    /// The delta of a hidden layer from that of the layer after: σ′ ∘ Wᵀ·δ (equation 4; BP2). One number a neuron each.
    fn hidden_delta(&self, context: &Context, layer: usize, downstream_delta: &[f64]) -> Vec<f64> {
        let weights = context.weights(layer + 1);
        let mut delta = Vec::new();
        for j in 0..context.architecture.sizes[layer] {
            let mut sum = 0.0;
            for (i, downstream) in downstream_delta.iter().enumerate() {
                sum += downstream * weights[i][j];
            }
            delta.push(context.slope(layer, j) * sum);
        }
        delta
    }

    /// The gradient of W\[layer\], n_out rows of n_in: δ of the neuron it leads to times the output of the neuron it
    /// comes from (BP4).
    fn weight_gradient(&self, context: &Context, layer: usize, delta: &[f64]) -> Vec<Vec<f64>> {
        let inputs = context.output(layer - 1);
        let mut gradient = Vec::new();
        for neuron_delta in delta {
            let mut row = Vec::new();
            for input in inputs {
                row.push(neuron_delta * input);
            }
            gradient.push(row);
        }
        gradient
    }

    /// The gradient of b\[layer\]: δ itself (BP3).
    fn bias_gradient(&self, delta: &[f64]) -> Vec<f64> {
        delta.to_vec()
    }

    /// Adds one sample's gradient to the mini-batch's.
    fn accumulate(&self, total: &mut Parameters, gradient: &Parameters) {
        for (sum, term) in total.iter_mut().zip(gradient.iter()) {
            *sum += term;
        }
    }

    /// From the sum over a mini-batch to the mean.
    fn average(&self, total: &mut Parameters, samples: usize) {
        for sum in total.iter_mut() {
            *sum /= samples as f64;
        }
    }

    /// Returns the part of the gradient that L2 regularisation adds: −(λ/n)·w, for weights and not for biases.
    fn weight_decay(&self, total: &mut Parameters, parameters: &Parameters, l2: f64) {
        for (gradient, layer) in total.layers.iter_mut().zip(&parameters.layers) {
            for (row, weights) in gradient.weights.iter_mut().zip(&layer.weights) {
                for (entry, weight) in row.iter_mut().zip(weights) {
                    *entry -= l2 * weight;
                }
            }
        }
    }
}

/// The backward pass with every step as it should be.
#[derive(Debug)]
pub struct Correct;

impl BackwardPass for Correct {}

/// −∂E/∂w of every parameter, by this backward pass.
///
/// Samples must be n_in numbers long. That is not checked here: [`Planted`](super::Planted) does.
///
/// # Panics
/// If a label is shorter than the output layer.
pub fn gradient(
    pass: &dyn BackwardPass,
    architecture: &Architecture,
    parameters: &Parameters,
    task: &Task,
) -> Parameters {
    let mut total = Parameters::zeros(architecture);
    for (place, example) in task.examples.iter().enumerate() {
        let (sample, label) = pass.sample_and_label(example);
        let forward = Forward::pass_in_batch(architecture, parameters, sample, task.dropout.as_ref(), place);
        let context = Context { architecture, parameters, forward: &forward, label };
        pass.accumulate(&mut total, &one_sample(pass, &context));
    }
    pass.average(&mut total, task.examples.len());
    pass.weight_decay(&mut total, parameters, task.l2);
    total
}

fn one_sample(pass: &dyn BackwardPass, context: &Context) -> Parameters {
    let sizes = &context.architecture.sizes;
    let last = sizes.len() - 1;
    let mut deltas: Vec<Vec<f64>> = sizes.iter().map(|&size| vec![0.0; size]).collect();
    deltas[last] = pass.output_delta(context);
    for layer in (pass.lowest_layer()..last).rev() {
        deltas[layer] = pass.hidden_delta(context, layer, &deltas[layer + 1]);
    }
    let layers = (1..=last).map(|layer| LayerParameters {
        weights: pass.weight_gradient(context, layer, &deltas[layer]),
        biases: pass.bias_gradient(&deltas[layer]),
    });
    Parameters { layers: layers.collect() }
}
