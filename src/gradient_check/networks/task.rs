//! The task that a network is checked on: samples with their labels, and what training adds to their cost.

use super::forward::Forward;
use crate::{Architecture, Dropout, Engine, Label, MiniBatchStep, Parameters, Sample};

/// The samples and the terms that make the error a function of the parameters alone:
/// E = mean cost of the samples + ½·(λ/n)·Σw² over weights, not biases.
///
/// ```
/// use backprop::gradient_check::{Example, Task};
/// use backprop::{Label, LayerParameters, Parameters, Sample};
///
/// let example = Example::new(Label(&[0.9]), Sample(&[1.0, 0.5]));
/// let task = Task { l2: 0.1, ..Task::new(vec![example]) };
/// let layer = LayerParameters { weights: vec![vec![3.0, 4.0]], biases: vec![100.0] };
/// let penalty = task.weight_penalty(&Parameters { layers: vec![layer] });
/// assert!((penalty - 0.5 * 0.1 * 25.0).abs() < 1e-12); // 3² + 4²; biases do not count
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// The samples with their labels: one, or a mini-batch.
    pub examples: Vec<Example>,
    /// λ/n of L2 regularisation; 0 for none.
    pub l2: f64,
    /// Dropout with a mask that its seed fixes; `None` for none.
    pub dropout: Option<Dropout>,
}

/// One sample and the answer that the network should give.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// One number for each node of the input layer.
    pub sample: Vec<f64>,
    /// One number for each node of the output layer.
    pub label: Vec<f64>,
}

impl Example {
    /// Creates an example with copies of both.
    pub fn new(label: Label<'_>, sample: Sample<'_>) -> Self {
        Self { sample: sample.0.to_vec(), label: label.0.to_vec() }
    }

    /// Returns the sample, as the networks take it.
    pub fn sample(&self) -> Sample<'_> {
        Sample(&self.sample)
    }

    /// Returns the label, as the networks take it.
    pub fn label(&self) -> Label<'_> {
        Label(&self.label)
    }
}

impl Task {
    /// Creates a task of these samples alone, without L2 or dropout.
    pub fn new(examples: Vec<Example>) -> Self {
        Self { examples, l2: 0.0, dropout: None }
    }

    /// Trains a network by one step, and returns the sum of the costs. Uses [`Engine::train_one_sample`] for one sample
    /// with nothing added, otherwise [`Engine::train_mini_batch`].
    pub(super) fn train(&self, network: &mut (impl Engine + ?Sized), rate: f64) -> f64 {
        if let [example] = &self.examples[..]
            && self.l2 == 0.0
            && self.dropout.is_none()
        {
            return network.train_one_sample(example.label(), example.sample(), rate);
        }
        let rows = |numbers: fn(&Example) -> &Vec<f64>| -> Vec<f64> {
            self.examples.iter().flat_map(|example| numbers(example).iter().copied()).collect()
        };
        let step = MiniBatchStep { rate, weight_decay: 1.0 - rate * self.l2, dropout: self.dropout.clone() };
        network.train_mini_batch(&rows(|example| &example.label), &rows(|example| &example.sample), &step)
    }

    /// Returns the error with a network's current parameters, by its own forward pass: that of a prediction or, with
    /// dropout, of a training step, since only that has the mask.
    pub(super) fn error(&self, network: &mut (impl Engine + ?Sized)) -> f64 {
        let mut cost_sum = 0.0;
        if self.dropout.is_some() {
            let before = network.parameters();
            cost_sum = self.train(network, 0.0);
            network.set_parameters(&before);
        } else {
            for example in &self.examples {
                let output = network.predict(example.sample());
                cost_sum += network.architecture().cost.value(&output, &example.label);
            }
        }
        let penalty = if self.l2 == 0.0 { 0.0 } else { self.weight_penalty(&network.parameters()) };
        cost_sum / self.examples.len() as f64 + penalty
    }

    /// Returns ½·(λ/n)·Σw² over the weights.
    pub fn weight_penalty(&self, parameters: &Parameters) -> f64 {
        if self.l2 == 0.0 {
            return 0.0;
        }
        let weights = parameters.layers.iter().flat_map(|layer| layer.weights.iter().flatten());
        0.5 * self.l2 * weights.map(|w| w * w).sum::<f64>()
    }

    /// Returns the forward pass of each sample, each with its own dropout mask.
    pub fn forward_passes(&self, architecture: &Architecture, parameters: &Parameters) -> Vec<Forward> {
        let examples = self.examples.iter().enumerate();
        let pass = |(place, example): (usize, &Example)| {
            Forward::pass_in_batch(architecture, parameters, &example.sample, self.dropout.as_ref(), place)
        };
        examples.map(pass).collect()
    }
}
