//! Processes several samples at once, layer by layer.
//!
//! The forward and the backward pass go layer by layer, with all samples; then every layer is updated. Within a
//! layer, *panels* are divided among the threads, neighbours on the same one: panels of the weights in the forward
//! pass and the update, so that no weight is ever written by two cores; panels of the inputs in the backward pass.

use super::exponential::finish;
use super::kernels::backward::{add_dots, backward_product, multiply_by_slopes, sum_up};
use super::kernels::forward::{activate, forward_product, forward_walk};
use super::kernels::tile::{COLUMNS, Numbers};
use super::kernels::update::{
    pack, shrink, update_biases, update_by_column, update_by_sample, update_product,
};
use super::non_zeros::ByPlace;
use super::number::{Lanes as _, Number};
use super::panel_matrix::{PANEL, PanelMatrix};
use super::threads::Threads;
use super::{FullConnectedLayer, NonZeros};
use crate::gradient_check::Real;
use crate::sparse_samples::MOST_NON_ZEROS;
use crate::{Cost, Dropout, SparseSamples};

/// The fewest samples for a product; with fewer, tiles would be mostly padding.
const ENOUGH_SAMPLES: usize = 4;

/// The state of a layer for the samples of a mini-batch, until the next one.
#[derive(Debug, Clone)]
pub(super) struct Memory<T: Number> {
    /// The way the samples go through the weights.
    way: Way<T>,
    /// Outputs, n_out × samples; with dropout, before it.
    outputs: PanelMatrix<T>,
    /// The same as one row per sample; with dropout, after it.
    output_rows: Vec<T>,
    /// −∂E/∂z, n_out × samples.
    deltas: PanelMatrix<T>,
    /// The same as one row per sample.
    delta_rows: Vec<T>,
    /// With dropout only: the slope of each output times its dropout factor; n_out × samples.
    slopes: Option<PanelMatrix<T>>,
}

/// The way in which samples go through the weights of a layer. Both ways give the same bits.
#[derive(Debug, Clone, Default)]
struct Way<T> {
    /// `true` for a matrix product, false for a walk along the inputs that are not 0.
    is_product: bool,
    /// For a product: the inputs packed for the update.
    packed: Vec<Numbers<T>>,
    /// For a walk: the inputs that are not 0.
    non_zeros: NonZeros<T>,
    /// For the update of a walk: the same, sorted by column, if there is more than one panel to gain from it.
    by_column: Option<ByPlace<T>>,
}

impl<T: Number> Memory<T> {
    pub(super) fn new(output_size: usize) -> Self {
        Self {
            way: Way::default(),
            outputs: PanelMatrix::zeros(output_size, 1),
            output_rows: Vec::new(),
            deltas: PanelMatrix::zeros(output_size, 1),
            slopes: None,
            delta_rows: Vec::new(),
        }
    }

    /// Performs [`FullConnectedLayer::forward`] for all samples, one panel of outputs after the other. A product takes its
    /// inputs from `rows`.
    fn forward(&mut self, layer: &FullConnectedLayer<T>, rows: &[T], samples: usize, threads: &Threads) {
        let Self { way, outputs, output_rows, deltas, .. } = self;
        outputs.set_columns(samples);
        deltas.set_columns(samples);
        let multiplications = way.multiplications(samples, layer);
        let panels = outputs.panels_mut().zip(layer.weights.panels()).zip(layer.biases.panels());
        threads.share_panels(multiplications, panels, |((outputs, weights), biases)| {
            if way.is_product {
                forward_product::<T>(outputs, weights, biases, rows);
            } else {
                forward_walk::<T>(outputs, weights, biases, &way.non_zeros);
            }
            activate::<T>(outputs, layer.activation());
        });
        outputs.copy_to_rows(samples, output_rows);
        for row in output_rows.chunks_exact_mut(layer.output_size()) {
            finish(layer.activation(), row);
        }
        self.slopes = None;
    }

    /// Silences hidden neurons at random, and scales the others so that the expected sum is unchanged.
    fn drop_out(&mut self, layer: &FullConnectedLayer<T>, dropout: &Dropout, index: usize) {
        let kept = T::from_f64(dropout.kept_factor());
        let neurons = layer.output_size();
        let mut slopes = vec![T::ZERO; self.output_rows.len()];
        let rows = self.output_rows.chunks_exact_mut(neurons).zip(slopes.chunks_exact_mut(neurons));
        for (sample, (outputs, slopes)) in rows.enumerate() {
            let silenced = dropout.silenced(index, sample, neurons);
            for ((output, slope), silenced) in outputs.iter_mut().zip(slopes).zip(silenced) {
                let factor = if silenced { T::ZERO } else { kept };
                *slope = factor * T::from_f64(layer.activation().derivative_from_output(output.to_f64()));
                // Not multiplied by 0: a neuron that is switched off must not pass on a NaN.
                *output = if silenced { T::ZERO } else { factor * *output };
            }
        }
        let mut panels = PanelMatrix::zeros(neurons, self.deltas.columns());
        panels.copy_from_rows(&slopes);
        self.slopes = Some(panels);
    }

    /// Computes Wᵀ·δ of a few samples, as rows, bit for bit as [`FullConnectedLayer::backward`] does.
    fn sums_one_by_one(&self, layer: &FullConnectedLayer<T>) -> Vec<T> {
        let deltas = &self.deltas;
        let mut rows = vec![T::ZERO; deltas.columns() * layer.input_size()];
        for (sample, row) in rows.chunks_exact_mut(layer.input_size()).enumerate() {
            let mut partial_sums = vec![T::Lanes::ZEROS; layer.input_size()];
            for (weights, deltas_panel) in layer.weights.panels().zip(deltas.panels()) {
                let height = deltas_panel.len() / deltas.columns();
                add_dots::<T>(&mut partial_sums, weights, &deltas_panel[sample * height..][..height]);
            }
            sum_up::<T>(&partial_sums, row);
        }
        rows
    }
}

impl<T: Number> Way<T> {
    /// Chooses a way by the inputs, rows of `input_size` numbers.
    fn choose<S: Real>(&mut self, inputs: &[S], input_size: usize) {
        let samples = inputs.len() / input_size;
        let few = if samples < ENOUGH_SAMPLES { inputs.len() } else { inputs.len() * MOST_NON_ZEROS / 100 };
        let mut non_zeros = 0;
        self.is_product = inputs.chunks_exact(input_size).any(|sample| {
            non_zeros += sample.iter().filter(|input| input.to_f64() != 0.0).count();
            non_zeros > few
        });
        self.non_zeros.clear();
        for sample in inputs.chunks_exact(input_size).filter(|_| !self.is_product) {
            self.non_zeros.push(sample);
        }
    }

    /// Chooses the walk for samples whose zeros are known.
    fn walk(&mut self, samples: &SparseSamples, chosen: &[usize]) {
        self.is_product = false;
        self.non_zeros.clear();
        for &index in chosen {
            self.non_zeros.push_sparse(samples.non_zeros(index));
        }
    }

    /// Sorts the inputs, times `factor`, for the update of a walk.
    fn sort(&mut self, input_size: usize, panels: usize, factor: T) {
        self.by_column = (self.non_zeros.len() > 1 && panels > 1).then(|| {
            let mut by_column = self.by_column.take().unwrap_or_default();
            by_column.fill(&self.non_zeros, input_size, factor);
            by_column
        });
    }

    /// Returns the number of multiplications by a layer's weights for all samples together.
    fn multiplications(&self, samples: usize, layer: &FullConnectedLayer<T>) -> usize {
        let inputs = if self.is_product { samples * layer.input_size() } else { self.non_zeros.total() };
        inputs * layer.output_size()
    }
}

/// The state of mini-batches: their samples, and a memory for each layer.
#[derive(Debug, Clone)]
pub(super) struct MiniBatch<T: Number> {
    memories: Vec<Memory<T>>,
    /// The number of samples.
    samples: usize,
    /// The samples as rows of this type, if the first layer takes them as a product.
    rows: Vec<T>,
    /// The cost of each sample.
    pub(super) costs: Vec<f64>,
}

impl<T: Number> MiniBatch<T> {
    pub(super) fn new(layers: &[FullConnectedLayer<T>]) -> Self {
        let memories = layers.iter().map(|layer| Memory::new(layer.output_size())).collect();
        Self { memories, samples: 0, rows: Vec::new(), costs: Vec::new() }
    }

    /// Takes samples, rows of `input_size` numbers.
    pub(super) fn take_rows(&mut self, samples: &[f64], input_size: usize) {
        self.samples = samples.len() / input_size;
        let way = &mut self.memories[0].way;
        way.choose(samples, input_size);
        if way.is_product {
            self.rows.clear();
            self.rows.extend(samples.iter().map(|input| T::from_f64(*input)));
        }
    }

    /// Takes samples whose zeros are known.
    pub(super) fn take_sparse(&mut self, samples: &SparseSamples, chosen: &[usize]) {
        self.samples = chosen.len();
        self.memories[0].way.walk(samples, chosen);
    }

    /// Computes the samples' output vectors, as rows.
    pub(super) fn predict(&mut self, layers: &[FullConnectedLayer<T>], threads: &Threads) -> &[T] {
        self.forward(layers, None, threads);
        &self.memories[layers.len() - 1].output_rows
    }

    /// Computes costs and deltas of the samples.
    pub(super) fn calc_deltas(
        &mut self,
        layers: &[FullConnectedLayer<T>],
        cost: Cost,
        labels: &[f64],
        dropout: Option<&Dropout>,
        threads: &Threads,
    ) {
        self.forward(layers, dropout, threads);
        let last = layers.len() - 1;
        let output_size = layers[last].output_size();
        let Memory { output_rows, deltas, .. } = &mut self.memories[last];
        let activation = layers[last].activation();
        let pairs = output_rows.chunks_exact(output_size).zip(labels.chunks_exact(output_size));
        self.costs.clear();
        self.costs.extend(pairs.map(|(output, label)| cost.value(&T::in_double(output), label)));
        let pairs = output_rows.iter().zip(labels);
        let delta = |(a, y): (&T, &f64)| T::round_delta(cost.output_layer_delta(activation, a.to_f64(), *y));
        deltas.copy_from_rows(&pairs.map(delta).collect::<Vec<T>>());
        for index in (1..layers.len()).rev() {
            let (before, this) = self.memories.split_at_mut(index);
            backward(&layers[index], &mut this[0], &layers[index - 1], &mut before[index - 1], threads);
        }
    }

    /// Computes W ← decay·W + factor·Σ δ·xᵀ and b ← b + factor·Σ δ in every layer, over the samples in their order.
    pub(super) fn update(
        &mut self,
        layers: &mut [FullConnectedLayer<T>],
        factor: f64,
        decay: f64,
        threads: &Threads,
    ) {
        for (index, layer) in layers.iter_mut().enumerate() {
            let (before, this) = self.memories.split_at_mut(index);
            let rows = before.last().map_or(&self.rows, |before| &before.output_rows);
            update(layer, &mut this[0], rows, (T::from_f64(factor), T::from_f64(decay)), threads);
        }
    }

    fn forward(&mut self, layers: &[FullConnectedLayer<T>], dropout: Option<&Dropout>, threads: &Threads) {
        for (index, layer) in layers.iter().enumerate() {
            let (before, this) = self.memories.split_at_mut(index);
            let memory = &mut this[0];
            if let Some(before) = before.last() {
                memory.way.choose(&before.output_rows, layer.input_size());
            }
            let rows = before.last().map_or(&self.rows, |before| &before.output_rows);
            memory.forward(layer, rows, self.samples, threads);
            if let Some(dropout) = dropout.filter(|_| index + 1 < layers.len()) {
                memory.drop_out(layer, dropout, index);
            }
        }
    }
}

/// Performs [`FullConnectedLayer::backward`] for all samples. Each thread takes some neighbouring panels of inputs.
fn backward<T: Number>(
    layer: &FullConnectedLayer<T>,
    memory: &mut Memory<T>,
    layer_before: &FullConnectedLayer<T>,
    before: &mut Memory<T>,
    threads: &Threads,
) {
    let samples = memory.deltas.columns();
    let is_product = samples >= ENOUGH_SAMPLES;
    if is_product {
        memory.deltas.copy_to_rows(samples, &mut memory.delta_rows);
    } else {
        before.deltas.copy_from_rows(&memory.sums_one_by_one(layer));
    }
    let activation = layer_before.activation();
    let used = threads.worth(samples * layer.input_size() * layer.output_size());
    let panels = before.deltas.panels().len().div_ceil(used);
    let size = panels * PANEL * samples;
    let shares = before.deltas.lanes_mut().chunks_mut(size).zip(before.outputs.lanes().chunks(size));
    let slopes = &before.slopes;
    threads.share_out(used, shares.enumerate(), |(share, (sums, outputs))| {
        if is_product {
            backward_product(sums, share * panels, &layer.weights, &memory.delta_rows);
        }
        if let Some(slopes) = slopes {
            let slopes = T::Lanes::flat(slopes.lanes().chunks(size).nth(share).unwrap_or_default());
            T::Lanes::flat_mut(sums)
                .iter_mut()
                .zip(slopes)
                .for_each(|(delta, slope)| *delta = T::round_delta(delta.to_f64() * slope.to_f64()));
        } else {
            multiply_by_slopes::<T>(sums, outputs, activation);
        }
    });
}

/// Performs [`FullConnectedLayer::update`] for all samples, one panel after the other.
fn update<T: Number>(
    layer: &mut FullConnectedLayer<T>,
    memory: &mut Memory<T>,
    rows: &[T],
    (factor, decay): (T, T),
    threads: &Threads,
) {
    let Memory { way, deltas, .. } = memory;
    let samples = deltas.columns();
    let multiplications = way.multiplications(samples, layer);
    let input_size = layer.input_size();
    if way.is_product {
        way.packed.resize(input_size.div_ceil(COLUMNS) * samples, [T::ZERO; COLUMNS]);
        let groups = way.packed.chunks_exact_mut(samples).enumerate();
        threads.share_panels(multiplications, groups, |(group, packed)| {
            pack(rows, input_size, group * COLUMNS, factor, packed);
        });
    } else {
        way.sort(input_size, layer.weights.panels().len(), factor);
    }
    let panels = layer.weights.panels_mut().zip(layer.biases.panels_mut()).zip(deltas.panels());
    threads.share_panels(multiplications, panels, |((weights, biases), deltas)| {
        if decay != T::ONE {
            shrink::<T>(weights, decay);
        }
        match &way.by_column {
            _ if way.is_product => update_product::<T>(weights, deltas, biases.len(), &way.packed),
            Some(by_column) => update_by_column::<T>(weights, deltas, biases.len(), by_column),
            None => update_by_sample::<T>(weights, deltas, biases.len(), &way.non_zeros, factor),
        }
        update_biases::<T>(biases, deltas, factor);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_chosen_by_what_the_layer_sees_and_by_sizes() {
        let is_product = |samples: usize, non_zeros: usize| {
            let inputs: Vec<f64> = (0..samples * 50).map(|i| f64::from(u8::from(i < non_zeros))).collect();
            let mut way = Way::<f64>::default();
            way.choose(&inputs, 50);
            way.is_product
        };
        assert_eq!([is_product(3, 150), is_product(4, 200)], [false, true]);
        assert_eq!([is_product(4, 80), is_product(4, 81)], [false, true]); // 40 of 100
        assert!(!is_product(100, 1000), "MNIST's share of zeros");
    }

    #[test]
    fn a_product_counts_its_zeros_as_work_and_a_walk_does_not() {
        let layer = FullConnectedLayer::new(10, 7, crate::Activation::Sigmoid);
        let work = |samples: usize, non_zeros: usize| {
            let inputs: Vec<f64> = (0..samples * 10).map(|i| f64::from(u8::from(i < non_zeros))).collect();
            let mut way = Way::<f64>::default();
            way.choose(&inputs, 10);
            way.multiplications(samples, &layer)
        };
        assert_eq!([work(3, 20), work(5, 40)], [20 * 7, 5 * 10 * 7]);
    }

    #[test]
    fn inputs_are_sorted_by_column_only_where_panels_share_the_sorting() {
        let mut way = Way::<f64>::default();
        let sorted = [(1, 2), (2, 1), (2, 2)].map(|(samples, panels)| {
            way.choose(&vec![0.0; samples * 10], 10);
            way.sort(10, panels, 1.0);
            way.by_column.is_some()
        });
        assert_eq!(sorted, [false, false, true]);
    }
}
