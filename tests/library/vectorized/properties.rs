//! Laws of the vectorized network, for all shapes, mini-batches, threads and CPUs.

use backprop::vectorized::{Network, Number, textbook};
use backprop::{Activation, Architecture, Cost, Dropout, Engine, Label, MiniBatchStep, Parameters, Sample};
use proptest::prelude::*;

use testkit::networks::{OF_NEURONS, Rows, parameters, rows};

/// Sizes on both sides of the eight lanes, of the four that a register block holds, and of whole blocks.
const SIZES: [usize; 7] = [1, 7, 8, 9, 33, 41, 72];

fn architecture() -> impl Strategy<Value = Architecture> {
    let sizes = prop::collection::vec(prop::sample::select(&SIZES[..]), 2..=4);
    (sizes, prop::sample::select(&OF_NEURONS[..]), prop::sample::select(&Cost::ALL[..])).prop_map(
        |(sizes, activation, cost)| {
            let mut activations = vec![activation; sizes.len() - 1];
            match (cost, activations.last_mut(), sizes.last()) {
                (Cost::CrossEntropy, Some(output), _) => *output = Activation::Sigmoid,
                (Cost::LogLikelihood, Some(output), Some(2..)) => *output = Activation::Softmax,
                _ => {}
            }
            let cost = if cost.accepts(activations[sizes.len() - 2]) { cost } else { Cost::Quadratic };
            Architecture::new(&sizes).with_activations(&activations).with_cost(cost)
        },
    )
}

fn network(architecture: &Architecture, seed: u64) -> Network {
    Network::from_parameters(architecture, &parameters(architecture, seed))
}

fn network_of<T: Number>(architecture: &Architecture, seed: u64) -> Network<T>
where
    Network<T>: Engine,
{
    let mut network = Network::zeros(architecture).expect("a small network");
    network.set_parameters(&parameters(architecture, seed));
    network
}

fn bits(parameters: &Parameters) -> Vec<u64> {
    parameters.iter().map(f64::to_bits).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mini_batch_of_one_is_one_online_step_to_the_bit(architecture in architecture(), seed: u64) {
        is_one_online_step(&mut [(); 2].map(|()| network_of::<f64>(&architecture, seed)), seed);
        is_one_online_step(&mut [(); 2].map(|()| network_of::<f32>(&architecture, seed)), seed);
    }

    #[test]
    fn training_on_rows_is_training_sample_by_sample_to_the_bit(
        architecture in architecture(), count in 0usize..6, fill_zeros: bool, seed: u64
    ) {
        // Few zeros and many: whether two samples share columns decides how they are walked over.
        let Rows { labels, mut samples } = rows(&architecture, count, seed);
        if fill_zeros {
            samples.iter_mut().enumerate().for_each(|(i, x)| *x += (i % 5) as f64 * 0.2);
        }
        is_sample_by_sample(&mut [(); 2].map(|()| network_of::<f64>(&architecture, seed)), &labels, &samples);
        is_sample_by_sample(&mut [(); 2].map(|()| network_of::<f32>(&architecture, seed)), &labels, &samples);
    }

    #[test]
    fn a_mini_batch_is_the_mean_of_the_textbook_s_gradients(
        architecture in architecture(), count in 1usize..12, seed: u64
    ) {
        let Rows { labels, samples } = rows(&architecture, count, seed);
        let before = parameters(&architecture, seed);
        let (rate, decay) = (0.1, 0.99);
        let mut textbook = textbook::Network::from_parameters(&architecture, &before);
        let mut expected = before.clone();
        for layer in &mut expected.layers {
            layer.weights.iter_mut().flatten().for_each(|w| *w *= decay);
        }
        for sample in 0..count {
            let row = |rows: &[f64], size: usize| rows[sample * size..][..size].to_vec();
            textbook.predict(Sample(&row(&samples, architecture.input_size())));
            textbook.calc_gradient(Label(&row(&labels, architecture.output_size())));
            for (number, gradient) in expected.iter_mut().zip(textbook.gradient().iter()) {
                *number += rate / count as f64 * gradient;
            }
        }
        let mut batch = network(&architecture, seed);
        batch.train_mini_batch(&labels, &samples, &MiniBatchStep { weight_decay: decay, ..MiniBatchStep::plain(rate) });
        let difference = batch.parameters().max_difference(&expected);
        prop_assert!(difference <= 1e-12, "{}", difference);
    }

    #[test]
    fn the_order_of_a_mini_batch_matters_only_to_rounding(
        architecture in architecture(), count in 2usize..9, seed: u64
    ) {
        let Rows { labels, samples } = rows(&architecture, count, seed);
        let reversed = |rows: &[f64], size: usize| rows.chunks_exact(size).rev().collect::<Vec<_>>().concat();
        let (mut forwards, mut backwards) = (network(&architecture, seed), network(&architecture, seed));
        forwards.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.1));
        let labels = reversed(&labels, architecture.output_size());
        backwards.train_mini_batch(&labels, &reversed(&samples, architecture.input_size()), &MiniBatchStep::plain(0.1));
        prop_assert!(forwards.parameters().max_difference(&backwards.parameters()) <= 1e-12);
    }

    #[test]
    fn predicting_rows_is_predicting_each_to_the_bit(
        architecture in architecture(), count in 0usize..6, seed: u64
    ) {
        let samples = rows(&architecture, count, seed).samples;
        let (mut double, mut single) = (network(&architecture, seed), network_of::<f32>(&architecture, seed));
        for network in [&mut double as &mut dyn Engine, &mut single] {
            let together = network.predict_rows(&samples);
            let rows = samples.chunks_exact(architecture.input_size());
            let each: Vec<_> = rows.flat_map(|row| network.predict(Sample(row))).collect();
            prop_assert_eq!(together, each);
        }
    }

    #[test]
    fn weight_decay_shrinks_weights_and_leaves_biases(architecture in architecture(), seed: u64) {
        let Rows { labels, samples } = rows(&architecture, 2, seed);
        let mut network = network(&architecture, seed);
        let before = network.parameters();
        network.train_mini_batch(&labels, &samples, &MiniBatchStep { weight_decay: 0.75, ..MiniBatchStep::plain(0.0) });
        for (after, before) in network.parameters().layers.iter().zip(&before.layers) {
            let shrunk = before.weights.iter().map(|row| row.iter().map(|w| 0.75 * w).collect::<Vec<_>>());
            prop_assert_eq!(&after.weights, &shrunk.collect::<Vec<_>>());
            prop_assert_eq!(&after.biases, &before.biases);
        }
    }
}

fn is_one_online_step([online, batch]: &mut [impl Engine; 2], seed: u64) {
    let Rows { labels, samples } = rows(online.architecture(), 1, seed);
    let cost = online.train_one_sample(Label(&labels), Sample(&samples), 0.1);
    let batch_cost = batch.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.1));
    assert_eq!(cost.to_bits(), batch_cost.to_bits());
    assert_eq!(bits(&online.parameters()), bits(&batch.parameters()));
}

fn is_sample_by_sample([each, one]: &mut [impl Engine; 2], labels: &[f64], samples: &[f64]) {
    let trained = each.train_each(labels, samples, 0.01);
    let (inputs, outputs) = (one.architecture().input_size(), one.architecture().output_size());
    let mut expected = 0.0;
    for (label, sample) in labels.chunks_exact(outputs).zip(samples.chunks_exact(inputs)) {
        expected += one.train_one_sample(Label(label), Sample(sample), 0.01);
    }
    assert_eq!(trained.samples, samples.len() / inputs);
    assert_eq!(trained.cost.to_bits(), expected.to_bits());
    assert_eq!(bits(&each.parameters()), bits(&one.parameters()));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    do_not_depend_on_threads::<f64>(&[Activation::Sigmoid], 109);
    do_not_depend_on_threads::<f32>(&[Activation::Sigmoid], 109);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn results_of_many_samples_do_not_depend_on_the_number_of_threads() {
    do_not_depend_on_threads::<f64>(&[Activation::Sigmoid, Activation::Relu], 333);
    do_not_depend_on_threads::<f32>(&[Activation::Sigmoid, Activation::Relu], 333);
}

/// Asserts that one, two and three threads compute the same bits of this many samples: several shares of uneven size on one
/// thread, and enough work for two or three, forwards and backwards.
fn do_not_depend_on_threads<T: Number>(activations: &[Activation], count: usize)
where
    Network<T>: Engine,
{
    for &activation in activations {
        let architecture = Architecture::new(&[150, 136, 72, 10]).with_activation(activation);
        let Rows { labels, samples } = rows(&architecture, count, 5);
        let dropout = Some(Dropout { probability: 0.3, seed: 9 });
        let step = MiniBatchStep { rate: 0.5, weight_decay: 0.999, dropout };
        let run = |threads: usize| {
            let mut network = network_of::<T>(&architecture, 3);
            network.set_threads(threads).expect("a few threads");
            let cost = network.train_mini_batch(&labels, &samples, &step);
            let cost = cost + network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.1));
            let outputs = network.predict_rows(&samples);
            let outputs = outputs.iter().map(|a| a.to_bits()).collect::<Vec<_>>();
            (cost.to_bits(), bits(&network.parameters()), outputs)
        };
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    }
}

#[test]
fn numbers_that_run_away_are_seen() {
    let architecture = Architecture::new(&[3, 40, 2]).with_activation(Activation::Identity);
    let mut broken = parameters(&architecture, 1);
    broken.layers[0].weights[5][1] = f64::INFINITY;
    let mut network = Network::from_parameters(&architecture, &broken);
    let is_finite = |numbers: &[f64]| numbers.iter().all(|x| x.is_finite());
    // Documented in `non_zeros`: an infinite weight has no part in the answer while its input is 0 …
    assert!(is_finite(&network.predict(Sample(&[1.0, 0.0, 1.0]))));
    // … and shows as soon as it is not.
    assert!(!is_finite(&network.predict(Sample(&[1.0, 1e-300, 1.0]))));
    // A hidden output of 0 times an infinite weight is the same.
    broken.layers[0].weights[5][1] = f64::NAN;
    let mut network = Network::from_parameters(&architecture, &broken);
    assert!(network.predict(Sample(&[1.0, 1.0, 1.0])).iter().all(|x| x.is_nan()));
    for activation in OF_NEURONS {
        let mut network = self::network(&architecture.clone().with_activation(activation), 1);
        assert!(network.predict(Sample(&[f64::NAN, 0.0, 0.0])).iter().all(|x| x.is_nan()), "{activation}");
        let trained = network.train_each(&[0.5; 4], &[f64::NAN, 0.0, 0.0, 1.0, 1.0, 1.0], 0.1);
        assert!(trained.cost.is_nan() && trained.samples == 1, "{activation}: {trained:?}");
        let cost = network.train_mini_batch(&[0.5, 0.5], &[1.0, 1.0, 1.0], &MiniBatchStep::plain(0.1));
        assert!(cost.is_nan(), "{activation}: NaN weights stay");
    }
}

fn with_dropout(probability: f64, seed: u64, rate: f64) -> MiniBatchStep {
    MiniBatchStep { dropout: Some(Dropout { probability, seed }), ..MiniBatchStep::plain(rate) }
}

#[test]
fn dropout_of_probability_0_is_none() {
    let architecture = Architecture::new(&[6, 20, 3]);
    let Rows { labels, samples } = rows(&architecture, 4, 2);
    let (mut with, mut without) = (network(&architecture, 2), network(&architecture, 2));
    with.train_mini_batch(&labels, &samples, &with_dropout(0.0, 1, 0.5));
    without.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.5));
    assert_eq!(bits(&with.parameters()), bits(&without.parameters()));
}

#[test]
fn dropout_silences_its_share_of_neurons_and_keeps_the_expected_sum() {
    // Every hidden output is 1, and the one output adds them up: its mean over many samples must stay their number.
    let (hidden, count) = (50, 400);
    let architecture = Architecture::new(&[1, hidden, 1]).with_activation(Activation::Identity);
    let mut ones = Parameters::zeros(&architecture);
    ones.layers[0].biases.fill(1.0);
    ones.layers[1].weights[0].fill(1.0);
    let mut network = Network::from_parameters(&architecture, &ones);
    let mut costs = Vec::new();
    for seed in 0..count {
        // E = ½ a² with the label 0, so a = √(2E).
        costs.push((2.0 * network.train_mini_batch(&[0.0], &[1.0], &with_dropout(0.25, seed, 0.0))).sqrt());
    }
    let mean = costs.iter().sum::<f64>() / count as f64;
    let variance = costs.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>() / count as f64;
    // A sum of 50 Bernoulli variables over 1 − p: mean 50, variance 50·p/(1 − p) = 16.7.
    assert!((mean - 50.0).abs() < 5.0 * (16.7f64 / 400.0).sqrt(), "{mean}");
    assert!((variance - 16.7).abs() < 6.0, "{variance}");
}

#[test]
fn the_gradient_under_dropout_is_that_of_the_dropped_out_cost() {
    for activation in [Activation::Sigmoid, Activation::Tanh] {
        let architecture = Architecture::new(&[4, 9, 7, 2]).with_activation(activation);
        let Rows { labels, samples } = rows(&architecture, 3, 4);
        let before = parameters(&architecture, 4);
        let cost = |parameters: &Parameters| {
            let mut network = Network::from_parameters(&architecture, parameters);
            network.train_mini_batch(&labels, &samples, &with_dropout(0.4, 7, 0.0))
        };
        let mut network = Network::from_parameters(&architecture, &before);
        network.train_mini_batch(&labels, &samples, &with_dropout(0.4, 7, 3.0)); // 3 samples: rate / 3 = 1
        let after: Vec<f64> = network.parameters().iter().collect();
        for (place, after) in after.into_iter().enumerate() {
            let moved = |by: f64| {
                let mut moved = before.clone();
                *moved.iter_mut().nth(place).expect("a parameter") += by;
                moved
            };
            let numerical = (cost(&moved(-1e-6)) - cost(&moved(1e-6))) / 2e-6;
            let analytic = after - before.iter().nth(place).expect("a parameter");
            assert!((numerical - analytic).abs() < 1e-8, "{activation} {place}: {numerical} {analytic}");
        }
    }
}

#[test]
fn masks_depend_on_the_seed_alone() {
    let architecture = Architecture::new(&[3, 30, 2]);
    let Rows { labels, samples } = rows(&architecture, 1, 6);
    let mut network = network(&architecture, 6);
    let mut cost = |seed: u64| network.train_mini_batch(&labels, &samples, &with_dropout(0.5, seed, 0.0));
    assert_eq!(cost(1), cost(1));
    assert_ne!(cost(1), cost(2));
}

#[test]
#[should_panic(expected = "each sample needs one label")]
fn a_label_too_few_is_refused() {
    let architecture = Architecture::new(&[3, 4, 2]);
    network(&architecture, 0).train_each(&[0.5, 0.5], &[1.0; 6], 0.1);
}

#[test]
#[should_panic(expected = "as long as the input layer")]
fn a_sample_too_short_is_refused() {
    let architecture = Architecture::new(&[3, 4, 2]);
    let _ = network(&architecture, 0).predict(Sample(&[1.0, 1.0]));
}

#[test]
fn a_network_larger_than_memory_is_an_error_that_names_the_sizes() {
    let architecture = Architecture::new(&[usize::MAX / 16, 2_000_000]);
    let error = Network::try_new(&architecture).expect_err("that much memory does not exist");
    assert!(error.to_string().contains("2000000"), "{error}");
}

#[test]
fn weights_are_read_set_and_printed_one_by_one() {
    let architecture = Architecture::new(&[2, 2, 1]).with_activation(Activation::Identity);
    let mut network = Network::from_parameters(&architecture, &Parameters::zeros(&architecture));
    network.layers_mut()[0].set_weight(1, 0, 7.5);
    network.layers_mut()[0].set_bias(1, -2.5);
    network.layers_mut()[1].set_weight(0, 1, 2.0);
    let [first, second] = network.layers() else { panic!("two layers after the input") };
    assert_eq!((first.weight(1, 0), first.weight(0, 1), first.biases()), (7.5, 0.0, &[0.0, -2.5][..]));
    assert_eq!((second.weight(0, 0), second.weight(0, 1), second.biases()), (0.0, 2.0, &[0.0][..]));
    assert_eq!(network.dump(), "W: [[0, 0],\n [7.5, 0]]\nb: [[0],\n [-2.5]]\nW: [[0, 2]]\nb: [[0]]\n");
    // 2·(7.5·0.5 − 2.5) = 2.5
    assert_eq!(Engine::predict(&mut network, Sample(&[0.5, 9.0])), [2.5]);
}

#[test]
fn new_parameters_leave_nothing_of_a_network_that_diverged() {
    let architecture = Architecture::new(&[3, 5, 2]).with_activation(Activation::Identity);
    let (mut fresh, mut used) = (network(&architecture, 1), network(&architecture, 2));
    let (label, sample) = (Label(&[1.0, -1.0]), Sample(&[0.5, -0.25, 2.0]));
    for _ in 0..20 {
        used.train_one_sample(label, sample, 1e200);
    }
    assert!(used.parameters().iter().all(|number| !number.is_finite()));
    used.set_parameters(&fresh.parameters());
    for network in [&mut fresh, &mut used] {
        network.train_one_sample(label, sample, 0.1);
        network.train_mini_batch(&label.0.repeat(5), &sample.0.repeat(5), &MiniBatchStep::plain(0.1));
    }
    assert_eq!(bits(&fresh.parameters()), bits(&used.parameters()));
}
