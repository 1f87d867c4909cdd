//! Steps in scalars: no lanes, no panels, no tiles, no skipping of zeros; only the documented order of summation.
//!
//! On whichever instruction set the kernels run, their bits must be these, in f64 and in f32.

use backprop::vectorized::{FullConnectedLayer, Network, Number};
use backprop::{Activation, Architecture, Engine, MiniBatchStep, Parameters, SparseSamples};

use testkit::networks::{Rows, parameters, rows};

/// A type of numbers, and its product added with one rounding, by `libm`.
trait Scalar: Number {
    const WIDTH: usize;

    fn fused(self, factor: Self, sum: Self) -> Self;
}

impl Scalar for f64 {
    const WIDTH: usize = 8;

    fn fused(self, factor: Self, sum: Self) -> Self {
        libm::fma(self, factor, sum)
    }
}

impl Scalar for f32 {
    const WIDTH: usize = 16;

    fn fused(self, factor: Self, sum: Self) -> Self {
        libm::fmaf(self, factor, sum)
    }
}

#[test]
fn every_cpu_computes_the_bits_of_these_scalar_steps() {
    steps_are_scalar_steps::<f64>();
    steps_are_scalar_steps::<f32>();
}

#[test]
fn every_cpu_computes_the_bits_of_these_scalar_mini_batches() {
    mini_batches_are_scalar_mini_batches::<f64>(&SIZES[..SMALL]);
    mini_batches_are_scalar_mini_batches::<f32>(&SIZES[..SMALL]);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn every_cpu_computes_the_bits_of_these_larger_scalar_mini_batches() {
    mini_batches_are_scalar_mini_batches::<f64>(&SIZES[SMALL..]);
    mini_batches_are_scalar_mini_batches::<f32>(&SIZES[SMALL..]);
}

fn network<T: Number>(architecture: &Architecture, seed: u64) -> Network<T>
where
    Network<T>: Engine,
{
    let mut network = Network::zeros(architecture).expect("a small network");
    network.set_parameters(&parameters(architecture, seed));
    network
}

fn steps_are_scalar_steps<T: Scalar>()
where
    Network<T>: Engine,
{
    for sizes in [&[5, 3, 2][..], &[40, 17, 9, 8], &[30, 72, 33, 1]] {
        let architecture = Architecture::new(sizes);
        let Rows { labels, samples } = rows(&architecture, 3, 11);
        let mut network = network::<T>(&architecture, 11);
        let mut scalars = network.parameters();
        network.train_each(&labels, &samples, 0.7);
        let labels = labels.chunks_exact(architecture.output_size());
        for (label, sample) in labels.zip(samples.chunks_exact(architecture.input_size())) {
            scalar_mini_batch::<T>(&mut scalars, label, sample, 0.7);
        }
        assert!(network.parameters() == scalars, "{sizes:?}");
    }
}

/// The sizes of networks for mini-batches, the small ones first.
const SIZES: [&[usize]; 7] = [
    &[5, 3, 2],
    &[9, 52, 3],
    &[40, 17, 9, 8],
    &[30, 72, 33, 1],
    &[100, 35, 4],
    &[6, 37, 150, 3],
    &[6, 70, 150, 3],
];
const SMALL: usize = 2;

/// Mini-batches on both sides of every border: of walk and product (40 of 100 inputs are not 0; four samples), of tiles
/// of four columns, of lanes of 8 or 16 samples, of blocks of 32 or 64, of panels of 32 or 64 rows, and of two panels.
fn mini_batches_are_scalar_mini_batches<T: Scalar>(all_sizes: &[&[usize]])
where
    Network<T>: Engine,
{
    for sizes in all_sizes {
        let architecture = Architecture::new(sizes);
        for (samples, percent) in [(2, 50), (3, 100), (4, 35), (4, 45), (5, 100), (9, 0), (33, 60), (130, 70)]
        {
            let Rows { labels, samples: mut inputs } = rows(&architecture, samples, 12);
            for (place, input) in inputs.iter_mut().enumerate() {
                *input = if place * 37 % 100 < percent { 0.01 + (place % 13) as f64 / 13.0 } else { 0.0 };
            }
            let mut set = SparseSamples::new(sizes[0]); // the samples from the last to the first
            inputs.chunks_exact(sizes[0]).rev().for_each(|sample| set.push(sample));
            let chosen: Vec<usize> = (0..samples).rev().collect();
            let mut networks = [(); 2].map(|()| network::<T>(&architecture, 12));
            let mut scalars = networks[0].parameters();
            let step = MiniBatchStep::plain(0.7);
            for _ in 0..2 {
                networks[0].train_mini_batch(&labels, &inputs, &step);
                networks[1].train_sparse(&labels, &set, &chosen, &step);
                scalar_mini_batch::<T>(&mut scalars, &labels, &inputs, 0.7);
            }
            let same = networks.iter().all(|network| network.parameters() == scalars);
            assert!(same, "{sizes:?}, {samples} samples, {percent} of 100 inputs not 0");
        }
    }
}

/// Returns the network's own σ, as a network of one neuron with weight 1 and bias 0 gives it.
fn sigmoid<T: Number>(weighted_input: T) -> T {
    let mut neuron = FullConnectedLayer::<T>::zeros(1, 1, Activation::Sigmoid);
    neuron.set_weight(0, 0, T::from_f64(1.0));
    neuron.forward(&[weighted_input]);
    neuron.output()[0]
}

fn scalar_mini_batch<T: Scalar>(parameters: &mut Parameters, labels: &[f64], samples: &[f64], rate: f64) {
    let (inputs, outputs) =
        (parameters.layers[0].weights[0].len(), parameters.layers.last().unwrap().biases.len());
    let before = parameters.clone();
    let count = samples.len() / inputs;
    let number = |number: &f64| T::from_f64(*number);
    let factor = number(&(rate / count as f64));
    let slope = |a: f64| a * (1.0 - a);
    for (label, sample) in labels.chunks_exact(outputs).zip(samples.chunks_exact(inputs)) {
        let mut outputs: Vec<Vec<T>> = vec![sample.iter().map(number).collect()];
        for layer in &before.layers {
            let inputs = &outputs[outputs.len() - 1];
            let sums = layer.weights.iter().zip(&layer.biases).map(|(row, bias)| {
                row.iter().zip(inputs).fold(number(bias), |sum, (w, x)| number(w).fused(*x, sum))
            });
            outputs.push(sums.map(sigmoid).collect());
        }
        let last = outputs.len() - 1;
        let pairs = outputs[last].iter().map(|a| a.to_f64()).zip(label);
        let mut deltas: Vec<T> = pairs.map(|(a, y)| T::from_f64(slope(a) * (y - a))).collect();
        for (index, layer) in parameters.layers.iter_mut().enumerate().rev() {
            let mut deltas_before = Vec::new();
            for (k, x) in outputs[index].iter().enumerate() {
                let column: Vec<T> = before.layers[index].weights.iter().map(|row| number(&row[k])).collect();
                deltas_before
                    .push(sum_as_documented(&column, &deltas, count) * T::from_f64(slope(x.to_f64())));
                for (row, delta) in layer.weights.iter_mut().zip(&deltas) {
                    row[k] = delta.fused(factor * *x, number(&row[k])).to_f64();
                }
            }
            for (bias, delta) in layer.biases.iter_mut().zip(&deltas) {
                *bias = delta.fused(factor, number(bias)).to_f64();
            }
            deltas = deltas_before;
        }
    }
}

/// Fewer than four samples: partial sums by place modulo 8 (f32: 16), then pairs of them. More: one sum.
fn sum_as_documented<T: Scalar>(column: &[T], deltas: &[T], samples: usize) -> T {
    let mut sums = vec![T::default(); if samples < 4 { T::WIDTH } else { 1 }];
    for (row, (w, d)) in column.iter().zip(deltas).enumerate() {
        let place = row % sums.len();
        sums[place] = w.fused(*d, sums[place]);
    }
    while sums.len() > 1 {
        let upper = sums.split_off(sums.len() / 2);
        sums.iter_mut().zip(upper).for_each(|(sum, other)| *sum += other);
    }
    sums[0]
}
