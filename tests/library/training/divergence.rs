//! Training that diverges stops at once and names the layer, the epoch and the sample.
//!
//! The expected names come from a chain of single neurons worked out here, number by number.

use std::ops::ControlFlow;

use backprop::Activation::{Identity, Tanh};
use backprop::data_set::{DataSet, Pixels};
use backprop::training::sample_order;
use backprop::training::{Options, Trainer};
use backprop::{Activation, Architecture, Engine, Parameters, WeightInit, graph, vectorized};

/// Images of one pixel, none of them blank, all of one class.
fn one_pixel_images(count: usize, pixels: Pixels) -> DataSet {
    DataSet::images(1, 1, (0..count).map(|i| 1 + (i * 83 % 255) as u8).collect(), vec![1; count], pixels)
}

/// What happened first to the chain, in which epoch, after which sample.
#[derive(Debug, PartialEq)]
struct Trouble {
    what: String,
    epoch: usize,
    samples: (usize, usize),
}

/// A chain of one neuron per layer, trained with plain arithmetic.
fn expected_trouble(
    data: &DataSet,
    start: &Parameters,
    activations: &[Activation],
    options: &Options,
) -> Option<Trouble> {
    let layers = start.layers.len();
    let mut chain: Vec<_> = start.layers.iter().map(|layer| (layer.weights[0][0], layer.biases[0])).collect();
    for epoch in 0..options.epochs.expect("given") {
        let order = sample_order(data.len(), options.shuffle, options.seed, epoch);
        let mut done = 0;
        for batch in order.chunks(options.batch) {
            let mut cost = 0.0;
            let mut gradients = vec![(0.0, 0.0); layers];
            for &index in batch {
                let mut outputs = vec![data.sample(index)[0]];
                for (&(weight, bias), activation) in chain.iter().zip(activations) {
                    let z: f64 = weight * outputs[outputs.len() - 1] + bias;
                    outputs.push(match activation {
                        Activation::Sigmoid => 1.0 / (1.0 + (-z).exp()),
                        Activation::Tanh => z.tanh(),
                        Activation::Relu => {
                            if z > 0.0 {
                                z
                            } else {
                                z * 0.0
                            }
                        }
                        Activation::Identity => z,
                        Activation::Softmax => unreachable!("not of one neuron"),
                    });
                }
                let error = 0.9 - outputs[layers];
                cost += 0.5 * (error * error);
                let mut downstream = error;
                for layer in (0..layers).rev() {
                    let a = outputs[layer + 1];
                    let slope = match activations[layer] {
                        Activation::Sigmoid => a * (1.0 - a),
                        Activation::Tanh => 1.0 - a * a,
                        Activation::Relu => {
                            if a > 0.0 {
                                1.0
                            } else {
                                0.0
                            }
                        }
                        Activation::Identity => 1.0,
                        Activation::Softmax => unreachable!("not of one neuron"),
                    };
                    let delta = slope * downstream;
                    gradients[layer].0 += delta * outputs[layer];
                    gradients[layer].1 += delta;
                    downstream = chain[layer].0 * delta;
                }
            }
            for (neuron, gradient) in chain.iter_mut().zip(&gradients) {
                neuron.0 += options.rate / batch.len() as f64 * gradient.0;
                neuron.1 += options.rate / batch.len() as f64 * gradient.1;
            }
            let samples = (done + 1, done + batch.len());
            done += batch.len();
            if !f64::is_finite(cost) {
                return Some(Trouble {
                    what: format!("the cost of the output, layer {layers}"),
                    epoch: epoch + 1,
                    samples,
                });
            }
            if let Some(layer) = chain.iter().position(|(w, b)| !(f64::is_finite(*w) && f64::is_finite(*b))) {
                let what = format!("a weight into layer {}", layer + 1);
                return Some(Trouble { what, epoch: epoch + 1, samples });
            }
        }
    }
    None
}

fn sentence(engine: &mut dyn Engine, start: &Parameters, data: &DataSet, options: &Options) -> String {
    engine.set_parameters(start);
    let mut trainer = Trainer::new(options.clone(), data, None, data).expect("options");
    while !trainer.is_finished() {
        if let Err(error) = trainer.run_epoch(engine, &mut |_| ControlFlow::Continue(())) {
            return error.to_string();
        }
    }
    "did not diverge".to_owned()
}

/// Trains chains from twelve different starts; returns what happened first to each that diverged, in words.
fn check_chains(activations: &[Activation], pixels: Pixels, rate: f64, batch: usize) -> Vec<String> {
    let data = one_pixel_images(1100, pixels);
    let options = Options { epochs: Some(1), rate, batch, seed: 4, ..Options::default() };
    let architecture = Architecture::new(&vec![1; activations.len() + 1]).with_activations(activations);
    let mut engines: Vec<Box<dyn Engine>> =
        vec![Box::new(vectorized::Network::try_new(&architecture).expect("a network"))];
    if batch == 1 {
        engines.push(Box::new(graph::Network::try_new(&architecture).expect("a network")));
    }
    let mut seen = Vec::new();
    for seed in 0..12 {
        let start = WeightInit::Normal.draw(&architecture, seed);
        let trouble = expected_trouble(&data, &start, activations, &options);
        for engine in &mut engines {
            let sentence = sentence(engine.as_mut(), &start, &data, &options);
            let Some(Trouble { what, epoch, samples: (first, last) }) = &trouble else {
                assert_eq!(sentence, "did not diverge", "{activations:?}, seed {seed}");
                continue;
            };
            let place =
                if first == last { format!("sample {last}") } else { format!("samples {first} to {last}") };
            assert!(sentence.starts_with(&format!("training diverged: {what}")), "{what}: {sentence}");
            assert!(
                sentence.contains(&format!("in epoch {epoch} at {place} of 1100;")),
                "{place}: {sentence}"
            );
            assert!(sentence.contains(&format!("a smaller rate than {rate:?}")), "{sentence}");
        }
        seen.extend(trouble.map(|trouble| format!("{} in epoch {}", trouble.what, trouble.epoch)));
    }
    seen
}

#[test]
fn a_cost_that_explodes_is_named_with_its_sample() {
    for batch in [1, 4] {
        for (activations, rate) in [(&[Identity][..], 1e-3), (&[Identity, Identity], 1e-3)] {
            let seen = check_chains(activations, Pixels::Raw, rate, batch);
            let expected = format!("the cost of the output, layer {}", activations.len());
            assert!(seen.iter().any(|what| what.starts_with(&expected)), "{activations:?}: {seen:?}");
        }
    }
}

#[test]
fn an_infinite_weight_that_the_cost_does_not_show_is_named() {
    for batch in [1, 4] {
        for activations in [&[Tanh][..], &[Tanh, Tanh]] {
            let seen = check_chains(activations, Pixels::Scaled, f64::MAX, batch);
            assert!(seen.iter().any(|what| what.starts_with("a weight into layer")), "{seen:?}");
        }
    }
}
