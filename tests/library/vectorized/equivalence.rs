//! The object graph, the textbook matrices and the vectorized network do the same mathematics.

use backprop::{Architecture, Engine, Label, Sample, graph, vectorized};
use vectorized::{rungs, textbook};

use testkit::networks::{Rows, architectures, parameters, rows};

/// One network three times, with the same weights.
struct Three {
    objects: graph::Network,
    textbook: textbook::Network,
    vectorized: vectorized::Network,
}

impl Three {
    fn new(architecture: &Architecture, seed: u64) -> Self {
        let parameters = parameters(architecture, seed);
        Self {
            objects: graph::Network::from_parameters(architecture, &parameters),
            textbook: textbook::Network::from_parameters(architecture, &parameters),
            vectorized: vectorized::Network::from_parameters(architecture, &parameters),
        }
    }

    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) {
        self.objects.train_one_sample(label, sample, rate);
        self.textbook.train_one_sample(label, sample, rate);
        self.vectorized.train_one_sample(label, sample, rate);
    }
}

fn assert_close(ours: f64, theirs: f64, tolerance: f64, place: &str) {
    assert!((ours - theirs).abs() <= tolerance, "{place}: {ours:e} and {theirs:e}");
}

#[test]
fn outputs_deltas_gradients_and_weights_agree_after_one_sample() {
    for (seed, architecture) in architectures().iter().enumerate() {
        let place = format!("{architecture:?}");
        let mut three = Three::new(architecture, seed as u64);
        let Rows { labels, samples } = rows(architecture, 1, seed as u64);
        three.train_one_sample(Label(&labels), Sample(&samples), 0.3);
        let Three { objects, textbook, vectorized } = &three;
        for (index, layer) in vectorized.layers().iter().enumerate() {
            for (j, id) in objects.layers[index + 1].neurons().iter().enumerate() {
                let node = &objects[*id];
                assert_close(layer.output()[j], node.output(), 1e-12, &place);
                assert_close(layer.delta()[j], node.delta(), 1e-12, &place);
                assert_close(textbook.layers[index].output[j], node.output(), 1e-12, &place);
                assert_close(textbook.layers[index].b_grad[j], node.delta(), 1e-12, &place);
            }
        }
        for (what, ours, theirs) in [
            ("gradient", vectorized.gradient(), objects.gradient()),
            ("textbook gradient", textbook.gradient(), objects.gradient()),
            ("weights", vectorized.parameters(), objects.parameters()),
            ("textbook weights", textbook.parameters(), objects.parameters()),
        ] {
            let difference = ours.max_difference(&theirs);
            assert!(difference <= 1e-12, "{place}: {what} differ by {difference:e}");
        }
    }
}

#[test]
fn weights_agree_after_a_hundred_samples() {
    for (seed, architecture) in architectures().iter().enumerate() {
        if architecture.sizes.contains(&300) {
            continue; // Slow unoptimised; the next test has it.
        }
        agree_after_fifties(2, architecture, seed as u64);
    }
}

#[test]
#[ignore = "takes long unoptimised; run with --release"]
fn weights_agree_after_a_thousand_samples() {
    for (seed, architecture) in architectures().iter().enumerate() {
        agree_after_fifties(20, architecture, seed as u64);
    }
    agree_after_fifties(20, &Architecture::new(&[784, 300, 10]), 1);
}

/// Asserts that weights agree after this many times fifty samples.
fn agree_after_fifties(times: usize, architecture: &Architecture, seed: u64) {
    let mut three = Three::new(architecture, seed);
    let Rows { labels, samples } = rows(architecture, 50, seed);
    for _ in 0..times {
        let labels = labels.chunks_exact(architecture.output_size());
        for (label, sample) in labels.zip(samples.chunks_exact(architecture.input_size())) {
            three.train_one_sample(Label(label), Sample(sample), 0.002);
        }
    }
    let expected = three.objects.parameters();
    for (what, ours) in
        [("vectorized", three.vectorized.parameters()), ("textbook", three.textbook.parameters())]
    {
        let difference = ours.max_difference(&expected);
        assert!(difference <= 1e-9, "{architecture:?}: {what} differs by {difference:e}");
    }
}

#[test]
fn the_rungs_between_textbook_and_kernels_agree_after_one_sample() {
    for (seed, architecture) in architectures().iter().enumerate() {
        let parameters = parameters(architecture, seed as u64);
        let Rows { labels, samples } = rows(architecture, 1, seed as u64);
        let mut textbook = textbook::Network::from_parameters(architecture, &parameters);
        textbook.train_one_sample(Label(&labels), Sample(&samples), 0.3);
        for skip_zeros in [false, true] {
            let mut rung = rungs::Network::from_parameters(architecture, &parameters, skip_zeros);
            rung.train_one_sample(Label(&labels), Sample(&samples), 0.3);
            let difference = rung.parameters().max_difference(&textbook.parameters());
            assert!(difference <= 1e-12, "{architecture:?}: weights differ by {difference:e}");
        }
    }
}

#[test]
fn a_connection_of_the_object_graph_takes_at_most_40_bytes() {
    let network = graph::Network::new(&[784, 30, 10], 0);
    let connections = network.connections.len();
    assert_eq!(connections, 785 * 30 + 31 * 10);
    // A connection, 24 bytes, and its id in the lists of two nodes; nodes and layers are few in comparison.
    let bytes = network.memory_bytes() as f64 / connections as f64;
    assert!((32.0..40.0).contains(&bytes), "{bytes} bytes per connection");
}

#[test]
fn the_gradient_is_what_one_real_step_adds() {
    for (seed, architecture) in architectures().iter().enumerate() {
        let before = parameters(architecture, seed as u64);
        let mut network = vectorized::Network::from_parameters(architecture, &before);
        let Rows { labels, samples } = rows(architecture, 1, seed as u64);
        network.train_one_sample(Label(&labels), Sample(&samples), 1.0);
        let (after, gradient) = (network.parameters(), network.gradient());
        for ((after, before), gradient) in after.iter().zip(before.iter()).zip(gradient.iter()) {
            let added = after - before;
            assert_close(added, gradient, 1e-14, "step and gradient");
        }
    }
}

#[test]
fn both_engines_return_the_same_cost_and_the_same_rows() {
    for (seed, architecture) in architectures().iter().enumerate() {
        let mut three = Three::new(architecture, seed as u64);
        let Rows { labels, samples } = rows(architecture, 9, seed as u64);
        let ours = three.vectorized.train_each(&labels, &samples, 0.01);
        let theirs = three.objects.train_each(&labels, &samples, 0.01);
        assert_close(ours.cost, theirs.cost, 1e-11, "sum of costs");
        let (ours, theirs) = (three.vectorized.predict_rows(&samples), three.objects.predict_rows(&samples));
        assert_eq!(ours.len(), 9 * architecture.output_size());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_close(*ours, *theirs, 1e-11, "output");
        }
    }
}

#[test]
fn every_network_refuses_samples_and_labels_of_the_wrong_length() {
    let architecture = Architecture::new(&[3, 4, 2]);
    let parameters = parameters(&architecture, 0);
    let rungs = |skip_zeros| rungs::Network::from_parameters(&architecture, &parameters, skip_zeros);
    let new = || (Three::new(&architecture, 0), [rungs(false), rungs(true)]);
    // A vector of one number is what ndarray would stretch to any length.
    for (samples, labels) in [(1, 2), (2, 2), (4, 2), (3, 1), (3, 3)] {
        let (sample, label) = (vec![0.5; samples], vec![0.5; labels]);
        let refuses = |train: &mut dyn FnMut(Label<'_>, Sample<'_>)| {
            let attempt = || train(Label(&label), Sample(&sample));
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt)).is_err()
        };
        let (mut three, [mut ordered, mut skipping]) = new();
        let refused = [
            refuses(&mut |label, sample| three.objects.train(&[label], &[sample], 0.3, 1)),
            refuses(&mut |label, sample| three.textbook.train_one_sample(label, sample, 0.3)),
            refuses(&mut |label, sample| three.vectorized.train(&[label], &[sample], 0.3, 1)),
            refuses(&mut |label, sample| ordered.train_one_sample(label, sample, 0.3)),
            refuses(&mut |label, sample| skipping.train_one_sample(label, sample, 0.3)),
        ];
        assert_eq!(refused, [true; 5], "{samples} numbers in the sample, {labels} in the label");
    }
}
