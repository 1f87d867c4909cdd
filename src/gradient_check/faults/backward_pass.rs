//! Backpropagation in plain loops over matrices, split into steps, any one of which can be replaced by a wrong one.
//!
//! [`CORRECT`] has every step right (a test compares it with both networks). A fault replaces one step. To see what a
//! bug is, compare its step with the one here.
//!
//! Signs as everywhere in this crate: delta = −∂E/∂z, gradient = −∂E/∂w.

use std::fmt;

use crate::gradient_check::{Example, Forward, Task};
use crate::{Architecture, LayerParameters, Parameters};

/// Everything that the backward pass of one sample can see. Its methods panic on a layer that does not exist.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Sizes, activations, cost.
    pub architecture: &'a Architecture,
    /// The weights and biases. `W[l]` and `b[l]`, which lead into layer l, are `layers[l - 1]`.
    pub parameters: &'a Parameters,
    /// The forward pass: `outputs[l]` is the output of layer l, where layer 0 is the input.
    pub forward: &'a Forward,
    /// The label: the output that it should have given.
    pub label: &'a [f64],
}

impl Context<'_> {
    /// Returns the number of the output layer.
    pub fn last_layer(&self) -> usize {
        self.architecture.sizes.len() - 1
    }

    /// Returns W\[layer\]: n_out rows of n_in.
    pub fn weights(&self, layer: usize) -> &[Vec<f64>] {
        &self.parameters.layers[layer - 1].weights
    }

    /// Returns a of a layer; for layer 0, the sample.
    pub fn output(&self, layer: usize) -> &[f64] {
        &self.forward.outputs[layer]
    }

    /// Returns label − output of one neuron of the output layer.
    pub fn difference(&self, neuron: usize) -> f64 {
        self.label[neuron] - self.forward.output()[neuron]
    }

    /// Returns σ′ of one neuron, times the factor that dropout puts on its output.
    pub fn slope(&self, layer: usize, neuron: usize) -> f64 {
        self.forward.slope(self.architecture, layer, neuron)
    }
}

/// A backward pass, step by step.
///
/// A bug of your own:
///
/// ```
/// use backprop::gradient_check::Task;
/// use backprop::gradient_check::faults::{BackwardPass, CORRECT, draw_examples};
/// use backprop::{Architecture, WeightInit};
///
/// let doubled_biases = BackwardPass { bias_gradient: &|delta| 2.0 * delta, ..CORRECT };
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let parameters = WeightInit::Scaled.draw(&architecture, 0);
/// let task = Task::new(draw_examples(&architecture, 1, 0));
/// let right = CORRECT.gradient(&architecture, &parameters, &task);
/// let wrong = doubled_biases.gradient(&architecture, &parameters, &task);
/// assert_eq!(wrong.layers[0].weights, right.layers[0].weights);
/// assert_eq!(wrong.layers[0].biases[3], 2.0 * right.layers[0].biases[3]);
/// ```
#[derive(Clone, Copy)]
#[expect(clippy::type_complexity, reason = "a step is a function, written out once here")]
pub struct BackwardPass<'a> {
    /// Picks the sample and the label from an example.
    pub sample_and_label: fn(&Example) -> (&[f64], &[f64]),
    /// The delta of one neuron of the output layer (equation 3; BP1).
    pub output_delta: &'a (dyn Fn(&Context, usize) -> f64 + Sync),
    /// The lowest layer whose deltas are computed.
    pub lowest_layer: usize,
    /// The delta of one neuron of a hidden layer (equation 4; BP2). Takes the layer, the neuron, and the deltas of
    /// the layer after.
    pub hidden_delta: &'a (dyn Fn(&Context, usize, usize, &[f64]) -> f64 + Sync),
    /// The layer whose outputs the deltas of a layer are multiplied by.
    pub input_layer: fn(usize) -> usize,
    /// The gradient of a weight (BP4), from the delta of the neuron it leads to and the output of the neuron it comes from.
    pub weight_gradient: &'a (dyn Fn(f64, f64) -> f64 + Sync),
    /// The gradient of a bias (BP3), from the delta of its neuron.
    pub bias_gradient: &'a (dyn Fn(f64) -> f64 + Sync),
    /// Adds an entry of one sample's gradient to that of the mini-batch.
    pub accumulate: fn(&mut f64, f64),
    /// The divisor of the sum over a mini-batch, by its number of samples.
    pub divisor: fn(usize) -> f64,
    /// `true` if λ/n·w is subtracted from the gradients of the weights.
    pub weights_decay: bool,
    /// `true` if λ/n·b is subtracted from the gradients of the biases.
    pub biases_decay: bool,
}

/// The backward pass with every step as it should be.
pub const CORRECT: BackwardPass<'static> = BackwardPass {
    sample_and_label: |example| (&example.sample, &example.label),
    output_delta: &output_delta,
    lowest_layer: 1,
    hidden_delta: &hidden_delta,
    input_layer: |layer| layer - 1,
    weight_gradient: &|delta, input| delta * input,
    bias_gradient: &|delta| delta,
    accumulate: |sum, entry| *sum += entry,
    divisor: |samples| samples as f64,
    weights_decay: true,
    biases_decay: false,
};

fn output_delta(context: &Context, neuron: usize) -> f64 {
    let activation = context.architecture.output_activation();
    let output = context.forward.output()[neuron];
    context.architecture.cost.output_layer_delta(activation, output, context.label[neuron])
}

/// Returns σ′(z) times the sum of weight times delta over all neurons downstream.
fn hidden_delta(context: &Context, layer: usize, neuron: usize, downstream: &[f64]) -> f64 {
    let weights = context.weights(layer + 1);
    context.slope(layer, neuron) * weighted_sum(downstream, |i| weights[i][neuron])
}

/// Returns Σ weight(i)·delta(i).
pub(super) fn weighted_sum(deltas: &[f64], weight: impl Fn(usize) -> f64) -> f64 {
    deltas.iter().enumerate().fold(0.0, |sum, (i, delta)| sum + delta * weight(i))
}

impl BackwardPass<'_> {
    /// Returns −∂E/∂w of every parameter, by this backward pass.
    ///
    /// Samples must be n_in numbers long. That is not checked here: [`Fault::plant`](super::Fault::plant) does.
    ///
    /// # Panics
    /// If a label is shorter than the output layer.
    pub fn gradient(&self, architecture: &Architecture, parameters: &Parameters, task: &Task) -> Parameters {
        let mut total = Parameters::zeros(architecture);
        for (place, example) in task.examples.iter().enumerate() {
            let (sample, label) = (self.sample_and_label)(example);
            let forward =
                Forward::pass_in_batch(architecture, parameters, sample, task.dropout.as_ref(), place);
            let context = Context { architecture, parameters, forward: &forward, label };
            for (sum, entry) in total.iter_mut().zip(self.one_sample(&context).iter()) {
                (self.accumulate)(sum, entry);
            }
        }
        total.iter_mut().for_each(|sum| *sum /= (self.divisor)(task.examples.len()));
        for (sums, layer) in total.layers.iter_mut().zip(&parameters.layers) {
            let weights = sums.weights.iter_mut().flatten().zip(layer.weights.iter().flatten());
            let biases = sums.biases.iter_mut().zip(&layer.biases);
            let decaying = weights.filter(|_| self.weights_decay).chain(biases.filter(|_| self.biases_decay));
            decaying.for_each(|(sum, parameter)| *sum -= task.l2 * parameter);
        }
        total
    }

    /// Returns the deltas of all layers: 0 where this pass computes none, and for the input layer.
    ///
    /// # Panics
    /// If the label is shorter than the output layer.
    pub fn deltas(&self, context: &Context) -> Vec<Vec<f64>> {
        let (sizes, last) = (&context.architecture.sizes, context.last_layer());
        let mut deltas: Vec<Vec<f64>> = sizes.iter().map(|&size| vec![0.0; size]).collect();
        deltas[last] = (0..sizes[last]).map(|neuron| (self.output_delta)(context, neuron)).collect();
        for layer in (self.lowest_layer..last).rev() {
            let delta = |neuron| (self.hidden_delta)(context, layer, neuron, &deltas[layer + 1]);
            deltas[layer] = (0..sizes[layer]).map(delta).collect();
        }
        deltas
    }

    fn one_sample(&self, context: &Context) -> Parameters {
        let (deltas, last) = (self.deltas(context), context.last_layer());
        let layers = (1..=last).map(|layer| {
            let inputs = context.output((self.input_layer)(layer));
            let row =
                |&delta: &f64| inputs.iter().map(|&input| (self.weight_gradient)(delta, input)).collect();
            LayerParameters {
                weights: deltas[layer].iter().map(row).collect(),
                biases: deltas[layer].iter().map(|&delta| (self.bias_gradient)(delta)).collect(),
            }
        });
        Parameters { layers: layers.collect() }
    }
}

impl fmt::Debug for BackwardPass<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackwardPass")
    }
}
