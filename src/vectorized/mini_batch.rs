//! The forward and the backward pass of several samples at once, on one thread or shared among several.
//!
//! A mini-batch is cut into shares: one for each thread, or more where it is long, so that a share's outputs stay in the
//! cache. Up to the deltas no sample knows of another, so how they are cut changes nothing; then each weight takes the
//! terms of all samples in their order.

use super::full_connected_layer::Memory;
use super::{ColumnMatrix, FullConnectedLayer};
use crate::{Cost, Dropout};

/// What one share of a mini-batch needs: a memory for each layer.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    pub(super) memories: Vec<Memory>,
    /// The cost of each sample.
    pub(super) costs: Vec<f64>,
}

impl Worker {
    pub(super) fn new(layers: &[FullConnectedLayer]) -> Self {
        let memories = layers.iter().map(|layer| Memory::new(layer.output_size(), 1)).collect();
        Self { memories, costs: Vec::new() }
    }

    /// How many outputs the network has.
    fn output_size(&self) -> usize {
        self.memories[self.memories.len() - 1].outputs.rows()
    }

    /// The output vectors of some samples, into rows.
    pub(super) fn predict(&mut self, layers: &[FullConnectedLayer], samples: &[f64], outputs: &mut [f64]) {
        self.begin(samples, layers[0].input_size());
        self.forward(layers, None, 0);
        let output_size = self.output_size();
        let last = &self.memories[layers.len() - 1];
        for (sample, row) in outputs.chunks_exact_mut(output_size).enumerate() {
            row.copy_from_slice(last.outputs.column(sample));
        }
    }

    /// Costs and deltas of some samples, of which the first is number `first_sample` in the mini-batch.
    pub(super) fn calc_deltas(
        &mut self,
        layers: &[FullConnectedLayer],
        cost: Cost,
        (labels, samples): (&[f64], &[f64]),
        dropout: Option<&Dropout>,
        first_sample: usize,
    ) {
        self.begin(samples, layers[0].input_size());
        self.forward(layers, dropout, first_sample);
        let output_size = self.output_size();
        let last = layers.len() - 1;
        let memory = &mut self.memories[last];
        self.costs.clear();
        for (sample, label) in labels.chunks_exact(output_size).enumerate() {
            self.costs.push(cost.value(memory.outputs.column(sample), label));
            memory.calc_output_layer_delta(sample, label, cost, layers[last].activation());
        }
        for index in (1..layers.len()).rev() {
            let (before, this) = self.memories.split_at_mut(index);
            let activation = layers[index - 1].activation();
            layers[index].backward_samples(&this[0], &mut before[index - 1], activation);
        }
    }

    /// Takes the samples in, and makes room for their outputs and deltas.
    fn begin(&mut self, samples: &[f64], input_size: usize) {
        for memory in &mut self.memories {
            memory.inputs.clear();
        }
        for sample in samples.chunks_exact(input_size) {
            self.memories[0].inputs.push(sample);
        }
        let count = self.memories[0].inputs.len();
        for memory in &mut self.memories {
            if memory.outputs.columns() < count {
                memory.make_room(count);
            }
        }
    }

    fn forward(&mut self, layers: &[FullConnectedLayer], dropout: Option<&Dropout>, first_sample: usize) {
        for (index, layer) in layers.iter().enumerate() {
            let (done, next) = self.memories.split_at_mut(index + 1);
            let memory = &mut done[index];
            layer.forward_samples(memory);
            memory.slopes = None;
            let Some(next) = next.first_mut() else { break };
            if let Some(dropout) = dropout {
                drop_out(memory, layer, dropout, index, first_sample);
            }
            for sample in 0..memory.inputs.len() {
                next.inputs.push(memory.outputs.column(sample));
            }
        }
    }
}

/// Silences hidden neurons at random, and scales the others so that the expected sum stays what it was.
fn drop_out(
    memory: &mut Memory,
    layer: &FullConnectedLayer,
    dropout: &Dropout,
    index: usize,
    first_sample: usize,
) {
    let kept = dropout.kept_factor();
    let count = memory.inputs.len();
    let mut slopes = ColumnMatrix::zeros(layer.output_size(), count);
    for sample in 0..count {
        let silenced = dropout.silenced(index, first_sample + sample, layer.output_size());
        let outputs = memory.outputs.column_mut(sample);
        let slopes = slopes.column_mut(sample);
        for ((output, slope), silenced) in outputs.iter_mut().zip(slopes).zip(silenced) {
            let factor = if silenced { 0.0 } else { kept };
            *slope = factor * layer.activation().derivative_from_output(*output);
            // Not a product with 0: a neuron that is switched off must not pass on a NaN.
            *output = if silenced { 0.0 } else { factor * *output };
        }
    }
    memory.slopes = Some(slopes);
}
