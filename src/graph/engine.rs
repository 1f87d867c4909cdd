//! The graph as training and the gradient check see it: an [`Engine`], with weights and gradients as matrices.

use super::{Connection, ConnectionId, Network};
use crate::{Architecture, Engine, Label, MiniBatchStep, Parameters, Sample};

impl Engine for Network {
    fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    fn parameters(&self) -> Parameters {
        self.collect(|connection| connection.weight)
    }

    #[track_caller]
    fn set_parameters(&mut self, parameters: &Parameters) {
        assert!(parameters.fit(&self.architecture), "the parameters must fit the network's layers");
        for (matrices, layer) in parameters.layers.iter().zip(&self.layers[1..]) {
            for (j, neuron) in layer.neurons().iter().enumerate() {
                let (bias, weights) = split_bias(self.nodes[neuron.index()].upstream());
                let connections = &mut self.connections;
                connections[bias.index()].weight = matrices.biases[j];
                for (weight, id) in matrices.weights[j].iter().zip(weights) {
                    connections[id.index()].weight = *weight;
                }
            }
        }
    }

    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        Self::predict(self, sample)
    }

    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
        Self::train_one_sample(self, label, sample, rate)
    }

    #[track_caller]
    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64 {
        let (inputs, outputs) = (self.architecture.input_size(), self.architecture.output_size());
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        assert!(labels.len().is_multiple_of(outputs), "labels must be whole rows");
        let labels: Vec<Label> = labels.chunks_exact(outputs).map(Label).collect();
        let samples: Vec<Sample> = samples.chunks_exact(inputs).map(Sample).collect();
        Self::train_mini_batch(self, &labels, &samples, step)
    }
}

impl Network {
    /// Returns the gradients −∂E/∂w of all connections as last computed, in the shape of the parameters. Zeros before
    /// the first [`Network::calc_gradient`] or [`Network::update_weight`].
    pub fn gradient(&self) -> Parameters {
        self.collect(Connection::get_gradient)
    }

    /// Returns one number of every connection, arranged as matrices and vectors.
    fn collect(&self, number: impl Fn(&Connection) -> f64) -> Parameters {
        let mut parameters = Parameters::zeros(&self.architecture);
        for (matrices, layer) in parameters.layers.iter_mut().zip(&self.layers[1..]) {
            for (j, neuron) in layer.neurons().iter().enumerate() {
                let (bias, weights) = split_bias(self[*neuron].upstream());
                matrices.biases[j] = number(&self[bias]);
                for (entry, id) in matrices.weights[j].iter_mut().zip(weights) {
                    *entry = number(&self[*id]);
                }
            }
        }
        parameters
    }
}

/// Returns the bias connection, the last one upstream, and the others.
fn split_bias(upstream: &[ConnectionId]) -> (ConnectionId, &[ConnectionId]) {
    let last = upstream.len() - 1;
    (upstream[last], &upstream[..last])
}
