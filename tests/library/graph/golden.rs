//! The object graph against reference numbers: every output, delta, gradient and weight after every sample.

use approx::assert_abs_diff_eq;
use backprop::graph::Network;
use backprop::{Architecture, Engine, Label, Sample};

use testkit::golden::{Online, Snapshot, golden_text, read_json};

/// Trains one sample at a time and compares everything the reference recorded.
fn matches_after_every_sample(name: &str) {
    let golden: Online = read_json(name);
    let architecture = Architecture::new(&golden.sizes);
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    let samples = golden.samples.as_ref().expect("an online_* file records every sample");
    for (d, expected) in samples.iter().enumerate() {
        let (sample, label) = (Sample(&golden.inputs[d]), Label(&golden.labels[d]));
        let error = network.error(label, sample);
        network.train_one_sample(label, sample, golden.rate);
        assert_abs_diff_eq!(error, expected.error, epsilon = 1e-12);
        compare_snapshot(&network, expected, &format!("{name}, sample {d}"));
    }
    for (input, expected) in golden.inputs.iter().zip(&golden.final_outputs) {
        let output = network.predict(Sample(input));
        assert_abs_diff_eq!(output[..], expected[..], epsilon = 1e-12);
    }
}

fn compare_snapshot(network: &Network, expected: &Snapshot, place: &str) {
    for (l, layer) in network.layers.iter().enumerate() {
        for (j, id) in layer.neurons().iter().enumerate() {
            let node = &network[*id];
            let close = |ours: f64, theirs: f64, what: &str| {
                assert!((ours - theirs).abs() <= 1e-12, "{place}: {what} of node {l}-{j}: {ours} {theirs}");
            };
            close(node.output(), expected.outputs[l][j], "output");
            if l > 0 {
                close(node.delta(), expected.deltas[l - 1][j], "delta");
            }
        }
    }
    let gradient = network.gradient().max_difference(&expected.gradient());
    assert!(gradient <= 1e-12, "{place}: gradients differ by {gradient}");
    let weights = network.parameters().max_difference(&expected.model_after.parameters());
    assert!(weights <= 1e-12, "{place}: weights differ by {weights}");
}

#[test]
fn the_2_2_2_network_matches_the_reference_after_every_sample() {
    matches_after_every_sample("online_2_2_2.json");
}

#[test]
fn the_3_4_2_network_matches_the_reference_after_every_sample() {
    matches_after_every_sample("online_3_4_2.json");
}

#[test]
fn the_5_7_6_4_network_matches_the_reference_after_every_sample() {
    matches_after_every_sample("online_5_7_6_4.json");
}

#[test]
fn three_epochs_of_the_8_bit_identity_match_the_reference() {
    let golden: Online = read_json("bits_8_3_8.json");
    let architecture = Architecture::new(&golden.sizes);
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    let labels: Vec<Label> = golden.labels.iter().map(|label| Label(label)).collect();
    let samples: Vec<Sample> = golden.inputs.iter().map(|input| Sample(input)).collect();
    network.train(&labels, &samples, golden.rate, golden.epochs);
    let difference = network.parameters().max_difference(&golden.model_after.parameters());
    assert!(difference <= 1e-10, "weights differ by {difference}");
    for (input, expected) in golden.inputs.iter().zip(&golden.final_outputs) {
        assert_abs_diff_eq!(network.predict(Sample(input))[..], expected[..], epsilon = 1e-10);
    }
}

#[test]
fn dump_is_the_original_s_byte_for_byte() {
    let golden: Online = read_json("online_3_4_2.json");
    let architecture = Architecture::new(&golden.sizes);
    let mut network = Network::from_parameters(&architecture, &golden.model_before.parameters());
    network.train_one_sample(Label(&golden.labels[0]), Sample(&golden.inputs[0]), golden.rate);
    assert_eq!(network.dump(), golden_text("dump_3_4_2_after_first_sample.txt"));
}
