//! The vectorized network against reference numbers: sample by sample, and in mini-batches.

use backprop::vectorized::Network;
use backprop::{
    Activation, Architecture, Cost, Engine, Label, LayerParameters, MiniBatchStep, Parameters, Sample,
};

use testkit::golden::{Batch, Online, Single, read_json};

fn assert_all_close(ours: &[f64], theirs: &[f64], tolerance: f64, place: &str) {
    assert_eq!(ours.len(), theirs.len(), "{place}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= tolerance, "{place}: {ours} {theirs}");
    }
}

/// Trains one sample at a time and compares everything the reference recorded.
fn matches_after_every_sample(name: &str) {
    let golden: Online = read_json(name);
    let architecture = Architecture::new(&golden.sizes);
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    let samples = golden.samples.as_ref().expect("an online_* file records every sample");
    for (d, expected) in samples.iter().enumerate() {
        let (sample, label) = (Sample(&golden.inputs[d]), Label(&golden.labels[d]));
        let error = Engine::train_one_sample(&mut network, label, sample, golden.rate);
        assert_all_close(&[error], &[expected.error], 1e-12, "error");
        for (l, layer) in network.layers().iter().enumerate() {
            let place = format!("{name}, sample {d}, layer {}", l + 1);
            assert_all_close(layer.output(), &expected.outputs[l + 1], 1e-12, &place);
            assert_all_close(layer.delta(), &expected.deltas[l], 1e-12, &place);
        }
        let gradient = network.gradient().max_difference(&expected.gradient());
        assert!(gradient <= 1e-12, "{name}, sample {d}: gradients differ by {gradient}");
        let weights = network.parameters().max_difference(&expected.model_after.parameters());
        assert!(weights <= 1e-12, "{name}, sample {d}: weights differ by {weights}");
    }
    for (input, expected) in golden.inputs.iter().zip(&golden.final_outputs) {
        assert_all_close(&network.predict(Sample(input)), expected, 1e-12, name);
    }
}

#[test]
fn small_networks_match_the_reference_after_every_sample() {
    matches_after_every_sample("online_2_2_2.json");
    matches_after_every_sample("online_3_4_2.json");
    matches_after_every_sample("online_5_7_6_4.json");
}

#[test]
fn three_epochs_of_the_8_bit_identity_match_the_reference() {
    let golden: Online = read_json("bits_8_3_8.json");
    let architecture = Architecture::new(&golden.sizes);
    let (labels, samples) = (golden.labels.concat(), golden.inputs.concat());
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    for _ in 0..golden.epochs {
        network.train_each(&labels, &samples, golden.rate);
    }
    let difference = network.parameters().max_difference(&golden.model_after.parameters());
    assert!(difference <= 1e-10, "weights differ by {difference}");
    let expected = golden.final_outputs.concat();
    let outputs = network.predict_rows(&samples);
    assert_all_close(&outputs[..expected.len()], &expected, 1e-10, "outputs");
}

/// One mini-batch; its files have the usual signs, +∂C/∂z and +∂C/∂w, so ours are turned.
fn matches_mini_batch(name: &str, activations: &[Activation], cost: Cost) {
    let golden: Batch = read_json(name);
    let architecture = Architecture::new(&golden.sizes).with_activations(activations).with_cost(cost);
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());

    let first = &golden.first_sample;
    let output = network.predict(Sample(&golden.inputs[0]));
    assert_all_close(&output, first.outputs.last().expect("layers"), 1e-12, name);
    assert_all_close(&[network.loss(&output, Label(&golden.labels[0]))], &[first.cost], 1e-12, name);
    network.calc_gradient(Label(&golden.labels[0]));
    for (l, layer) in network.layers().iter().enumerate() {
        assert_all_close(layer.output(), &first.outputs[l + 1], 1e-12, name);
        let delta: Vec<f64> = layer.delta().iter().map(|d| -d).collect();
        assert_all_close(&delta, &first.deltas[l], 1e-12, name);
    }
    let mut gradient = network.gradient();
    gradient.iter_mut().for_each(|g| *g = -*g);
    let difference = gradient.max_difference(&first.gradient());
    assert!(difference <= 1e-12, "{name}: gradients differ by {difference}");

    let step = MiniBatchStep {
        rate: golden.eta,
        weight_decay: 1.0 - golden.eta * golden.lambda / golden.training_set_size,
        dropout: None,
    };
    let cost = network.train_mini_batch(&golden.labels.concat(), &golden.inputs.concat(), &step);
    assert!(cost > 0.0);
    let difference = network.parameters().max_difference(&golden.model_after.parameters());
    assert!(difference <= 1e-12, "{name}: weights differ by {difference}");
}

#[test]
fn a_network_py_mini_batch_matches_the_reference() {
    matches_mini_batch("batch_quadratic.json", &[Activation::Sigmoid], Cost::Quadratic);
}

#[test]
fn a_network2_mini_batch_with_cross_entropy_and_l2_is_the_references() {
    matches_mini_batch("batch_cross_entropy_l2.json", &[Activation::Sigmoid], Cost::CrossEntropy);
}

#[test]
fn a_tanh_mini_batch_matches_the_reference() {
    matches_mini_batch("batch_tanh.json", &[Activation::Tanh], Cost::Quadratic);
}

#[test]
fn a_relu_mini_batch_matches_the_reference() {
    matches_mini_batch("batch_relu.json", &[Activation::Relu], Cost::Quadratic);
}

#[test]
fn a_softmax_mini_batch_with_the_log_likelihood_and_l2_is_numpy_s() {
    let activations = [Activation::Tanh, Activation::Softmax];
    matches_mini_batch("batch_softmax.json", &activations, Cost::LogLikelihood);
}

/// Numbers from 0 to 1 in an order that looks random, as make_single.py has them.
fn table(rows: usize, columns: usize, factor: usize, modulus: usize) -> Vec<f64> {
    (0..rows * columns).map(|place| (place * factor % modulus) as f64 / modulus as f64).collect()
}

#[test]
fn an_epoch_in_f32_is_numpy_s_in_f32() {
    let golden: Single = read_json("single.json");
    let architecture = Architecture::new(&golden.sizes);
    let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
    let samples: Vec<f64> =
        table(golden.count, inputs, 6151, 9973).into_iter().map(|x| if x < 0.6 { 0.0 } else { x }).collect();
    let labels: Vec<f64> =
        table(golden.count, outputs, 4409, 8999).into_iter().map(|y| 0.1 + 0.8 * y).collect();
    let layers = golden.sizes.windows(2).map(|pair| {
        let weights = table(pair[1], pair[0], 7919, 10007);
        LayerParameters {
            weights: weights.chunks(pair[0]).map(|row| row.iter().map(|w| w - 0.5).collect()).collect(),
            biases: table(1, pair[1], 31, 101).into_iter().map(|b| b - 0.5).collect(),
        }
    });
    let start = Parameters { layers: layers.collect() };
    for run in &golden.by {
        let mut network = Network::<f32>::zeros(&architecture).expect("a small network");
        network.set_parameters(&start);
        if run.batch == 1 {
            network.train_each(&labels, &samples, golden.rate);
        } else {
            let batches = labels.chunks(outputs * run.batch).zip(samples.chunks(inputs * run.batch));
            for (labels, samples) in batches {
                network.train_mini_batch(labels, samples, &MiniBatchStep::plain(golden.rate));
            }
        }
        let (ours, theirs) = (network.parameters(), run.model_after.parameters());
        let moved = theirs.max_difference(&start);
        assert!(moved > 0.05, "{moved}");
        // Relative to each weight, and to a hundredth where it is smaller.
        let relative = ours.iter().zip(theirs.iter()).map(|(a, b)| (a - b).abs() / b.abs().max(0.01));
        let worst = relative.fold(0.0, f64::max);
        assert!(0.0 < worst && worst < 1e-4, "by {}: {worst:e}", run.batch);
    }
}
