//! The error with one parameter changed, at the price of what lies downstream of it.
//!
//! A changed weight `W[l][j][k]` moves the weighted input of neuron j by Δw·x_k and nothing else in its layer or
//! before. So one neuron's output is computed again; in the layer after, each weighted input moves by w·Δa for this one
//! Δa; in the layers after that, by Σ w·Δa. In a network of 784-300-10 that is 11 neurons in place of 310, and 10
//! products in place of 238,200.
//!
//! **Rounding.** A weighted input is z + Δz, one addition to a sum that both sides of the central difference share. Its
//! rounding error is at most ε/2·|z|, where summing all over again would add up hundreds of them. So the incremental
//! difference is the quieter of the two. Where the input x_k is 0, nothing changes and the difference is exactly 0.

use super::forward::{Forward, Summation};
use super::{Layout, Task};
use crate::gradient_check::{Incremental, ParameterId, Probe};
use crate::{Activation, Architecture, Parameters};

/// A network's parameters, its samples, and the forward pass of each sample.
///
/// ```
/// use backprop::gradient_check::{Downstream, Example, Incremental, Task};
/// use backprop::graph::Network;
/// use backprop::{Engine, Label, Sample};
///
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]));
/// let task = Task::new(vec![Example::new(label, sample)]);
/// let downstream = Downstream::new(&network.architecture, &network.parameters(), &task);
/// let evaluation = downstream.evaluate(0, 0.7); // the first weight set to 0.7
/// network.connections[0].weight = 0.7;
/// assert!((evaluation.error - network.error(label, sample)).abs() < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct Downstream {
    architecture: Architecture,
    parameters: Parameters,
    /// `columns[l][k]`: the weights that leave neuron k of layer l, for the layers that can lie downstream.
    columns: Vec<Vec<Vec<f64>>>,
    layout: Layout,
    task: Task,
    passes: Vec<Forward>,
    /// The L2 term with nothing changed.
    weight_penalty: f64,
}

impl Downstream {
    /// Computes and keeps the forward pass of each sample. Parameters and samples must fit the architecture.
    ///
    /// # Panics
    /// If the parameters have no layers.
    pub fn new(architecture: &Architecture, parameters: &Parameters, task: &Task) -> Self {
        let passes = task.forward_passes(architecture, parameters);
        // No weight lies upstream of W[1], so its columns are never walked.
        let mut columns = vec![Vec::new()];
        columns.extend(parameters.layers[1..].iter().map(|layer| transpose(&layer.weights)));
        Self {
            architecture: architecture.clone(),
            parameters: parameters.clone(),
            columns,
            layout: Layout::new(architecture),
            task: task.clone(),
            passes,
            weight_penalty: task.weight_penalty(parameters),
        }
    }

    /// The cost of one sample with the weighted input of one neuron changed.
    fn changed_cost(&self, pass: &Forward, label: &[f64], layer: usize, row: usize, change: f64) -> Probe {
        let last = self.architecture.sizes.len() - 1;
        let mut switched = false;
        let after = self.output(pass, layer, row, change, &mut switched);
        let mut error = 0.0;
        // Output by output, as the cost itself adds them up; so most networks need no memory here.
        let mut add = |i: usize, output: f64| error += self.architecture.cost.value(&[output], &label[i..=i]);
        if layer == last {
            pass.output().iter().enumerate().for_each(|(i, &a)| add(i, if i == row { after } else { a }));
            return Probe { error, switched };
        }
        // Into the next layer leads one changed input; into those after it, all of them.
        let output_change = after - pass.outputs[layer][row];
        let column = &self.columns[layer][row];
        let mut changes: Vec<f64> = Vec::new();
        for next in layer + 1..=last {
            let first = next == layer + 1;
            let neurons = 0..pass.outputs[next].len();
            let outputs = neurons.map(|i| {
                let change = if first { column[i] * output_change } else { changes[i] };
                self.output(pass, next, i, change, &mut switched)
            });
            if next == last {
                outputs.enumerate().for_each(|(i, output)| add(i, output));
            } else {
                let before = &pass.outputs[next];
                let output_changes: Vec<f64> =
                    outputs.zip(before).map(|(after, before)| after - before).collect();
                changes = product(&self.parameters.layers[next].weights, &output_changes);
            }
        }
        Probe { error, switched }
    }

    /// a = σ(z + change), noting whether a ReLU went to its other side.
    fn output(&self, pass: &Forward, layer: usize, neuron: usize, change: f64, switched: &mut bool) -> f64 {
        let activation = self.architecture.activations[layer - 1];
        let (before, factor) = (pass.weighted_inputs[layer][neuron], pass.factors[layer][neuron]);
        let after = before + change;
        *switched |= activation == Activation::Relu && factor != 0.0 && (after > 0.0) != (before > 0.0);
        factor * activation.value(after)
    }
}

impl Incremental for Downstream {
    fn unchanged_error(&self) -> f64 {
        let mut sum = 0.0;
        for (pass, example) in self.passes.iter().zip(&self.task.examples) {
            sum += self.architecture.cost.value(pass.output(), &example.label);
        }
        sum / self.passes.len() as f64 + self.weight_penalty
    }

    fn evaluate(&self, index: usize, value: f64) -> Probe {
        let (layer, row, column) = match self.layout.id(index) {
            ParameterId::Weight { layer, row, column } => (layer, row, Some(column)),
            ParameterId::Bias { layer, row } => (layer, row, None),
            _ => {
                unreachable!("a network's layout has neither")
            }
        };
        let matrices = &self.parameters.layers[layer - 1];
        let present = column.map_or(matrices.biases[row], |column| matrices.weights[row][column]);
        let change = value - present;
        let mut sum = 0.0;
        let mut switched = false;
        for (pass, example) in self.passes.iter().zip(&self.task.examples) {
            let input = column.map_or(1.0, |column| pass.outputs[layer - 1][column]);
            let evaluation = self.changed_cost(pass, &example.label, layer, row, change * input);
            sum += evaluation.error;
            switched |= evaluation.switched;
        }
        // ½(λ/n)(w'² − w²), without summing all squares again.
        let penalty_change = match column {
            Some(_) => 0.5 * self.task.l2 * change * (value + present),
            None => 0.0,
        };
        let error = sum / self.passes.len() as f64 + (self.weight_penalty + penalty_change);
        Probe { error, switched }
    }

    fn noise(&self) -> f64 {
        let mut sum = 0.0;
        for (pass, example) in self.passes.iter().zip(&self.task.examples) {
            let (architecture, parameters) = (&self.architecture, &self.parameters);
            sum += pass.error_noise(architecture, parameters, &example.label, Summation::Change);
        }
        let count = self.passes.len() as f64;
        // The mean's own additions, and the penalty's.
        sum / count + f64::EPSILON * count * self.unchanged_error().abs()
    }
}

fn transpose(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..rows[0].len()).map(|k| rows.iter().map(|row| row[k]).collect()).collect()
}

/// W·x.
fn product(rows: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    rows.iter().map(|row| row.iter().zip(vector).map(|(w, x)| w * x).sum()).collect()
}
