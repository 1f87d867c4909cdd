//! The vectorized network against reference numbers: sample by sample, and in mini-batches.

use backprop::vectorized::Network;
use backprop::{Activation, Architecture, Cost, Engine, Label, MiniBatchStep, Sample};

use testkit::golden::{Batch, Online, read_json};

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
fn matches_mini_batch(name: &str, activation: Activation, cost: Cost) {
    let golden: Batch = read_json(name);
    let architecture = Architecture::new(&golden.sizes).with_activation(activation).with_cost(cost);
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
    matches_mini_batch("batch_quadratic.json", Activation::Sigmoid, Cost::Quadratic);
}

#[test]
fn a_network2_mini_batch_with_cross_entropy_and_l2_is_the_references() {
    matches_mini_batch("batch_cross_entropy_l2.json", Activation::Sigmoid, Cost::CrossEntropy);
}

#[test]
fn a_tanh_mini_batch_matches_the_reference() {
    matches_mini_batch("batch_tanh.json", Activation::Tanh, Cost::Quadratic);
}

#[test]
fn a_relu_mini_batch_matches_the_reference() {
    matches_mini_batch("batch_relu.json", Activation::Relu, Cost::Quadratic);
}
