//! Mini-batches, L2 regularisation and dropout on the object graph: against reference numbers, against the vectorized
//! network, and against bp.py's own steps.

use backprop::data_set::{Part, Pixels, digits};
use backprop::gradient_check::{Check, CheckedNetwork, Example, Task};
use backprop::training::{Options, Trainer};
use backprop::{
    Activation, Architecture, Cost, Dropout, Engine, Label, MiniBatchStep, Parameters, Sample, graph,
    vectorized,
};

use testkit::golden::{Batch, read_json};
use testkit::networks::{OF_NEURONS, architectures, parameters, rows};

fn twins(architecture: &Architecture, start: &Parameters) -> (graph::Network, vectorized::Network) {
    let objects = graph::Network::from_parameters(architecture, start);
    (objects, vectorized::Network::from_parameters(architecture, start))
}

/// A mini-batch of network.py or network2.py. The file has the usual sign, +∂C/∂w.
fn matches_the_reference(name: &str, activation: Activation, cost: Cost) {
    let golden: Batch = read_json(name);
    let architecture = Architecture::new(&golden.sizes).with_activation(activation).with_cost(cost);
    let start = golden.model_before.parameters();
    let mut network = graph::Network::from_parameters(&architecture, &start);
    network.get_gradient(Label(&golden.labels[0]), Sample(&golden.inputs[0]));
    let mut first = network.gradient();
    first.iter_mut().for_each(|gradient| *gradient = -*gradient);
    let difference = first.max_difference(&golden.first_sample.gradient());
    assert!(difference <= 1e-12, "{name}: the first sample's gradient differs by {difference}");

    let weight_decay = 1.0 - golden.eta * golden.lambda / golden.training_set_size;
    let step = MiniBatchStep { rate: golden.eta, weight_decay, dropout: None };
    let labels: Vec<Label> = golden.labels.iter().map(|label| Label(label)).collect();
    let samples: Vec<Sample> = golden.inputs.iter().map(|sample| Sample(sample)).collect();
    network.train_mini_batch(&labels, &samples, &step);
    let difference = network.parameters().max_difference(&golden.model_after.parameters());
    assert!(difference <= 1e-12, "{name}: weights differ by {difference}");
}

#[test]
fn mini_batches_of_network_py_and_network2_py_match_the_reference() {
    matches_the_reference("batch_quadratic.json", Activation::Sigmoid, Cost::Quadratic);
    matches_the_reference("batch_cross_entropy_l2.json", Activation::Sigmoid, Cost::CrossEntropy);
    matches_the_reference("batch_tanh.json", Activation::Tanh, Cost::Quadratic);
    matches_the_reference("batch_relu.json", Activation::Relu, Cost::Quadratic);
}

/// An epoch of 100 samples in batches of ten, as the program trains it.
#[test]
fn both_engines_end_an_epoch_alike_in_every_activation_and_cost() {
    let data = digits::load(Part::Train, Pixels::Scaled).expect("embedded").first(100);
    for activation in OF_NEURONS {
        for cost in Cost::ALL {
            if !cost.accepts(activation) {
                continue;
            }
            let architecture = Architecture::new(&[784, 12, 10]).with_activation(activation).with_cost(cost);
            let (mut objects, mut matrices) = twins(&architecture, &parameters(&architecture, 3));
            let rate =
                if activation == Activation::Relu || activation == Activation::Identity { 0.01 } else { 0.3 };
            let options = Options {
                batch: 10,
                l2: 5.0,
                dropout: 0.2,
                rate,
                shuffle: false,
                epochs: Some(1),
                ..Options::default()
            };
            let mut costs = Vec::new();
            for engine in [&mut objects as &mut dyn Engine, &mut matrices] {
                let mut trainer = Trainer::new(options.clone(), &data, None, &data).expect("options");
                let watch = &mut |_| std::ops::ControlFlow::Continue(());
                let report =
                    trainer.run_epoch(engine, watch).expect("no divergence").expect("not broken off");
                costs.push(report.train_cost);
            }
            let difference = objects.parameters().max_difference(&matrices.parameters());
            assert!(difference <= 1e-12, "{activation}, {cost}: weights differ by {difference}");
            assert!((costs[0] - costs[1]).abs() <= 1e-12, "{activation}, {cost}: {costs:?}");
        }
    }
}

#[test]
fn three_steps_with_and_without_dropout_agree_in_every_shape() {
    steps_agree(3);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn twenty_steps_with_and_without_dropout_agree_in_every_shape() {
    steps_agree(20);
}

/// Asserts that both engines have the same weights after this many steps.
fn steps_agree(count: usize) {
    for architecture in architectures() {
        for dropout in [None, Some(Dropout { probability: 0.5, seed: 9 })] {
            let (mut objects, mut matrices) = twins(&architecture, &parameters(&architecture, 1));
            let rows = rows(&architecture, 7, 2);
            for _ in 0..count {
                let step = MiniBatchStep { rate: 0.01, weight_decay: 0.99, dropout: dropout.clone() };
                let cost = Engine::train_mini_batch(&mut objects, &rows.labels, &rows.samples, &step);
                let expected = matrices.train_mini_batch(&rows.labels, &rows.samples, &step);
                assert!((cost - expected).abs() <= 1e-10 * expected.max(1.0), "{cost} {expected}");
            }
            let (left, right) = (objects.parameters(), matrices.parameters());
            let largest = left.iter().map(f64::abs).fold(1.0, f64::max);
            let difference = left.max_difference(&right);
            assert!(difference <= 1e-12 * largest, "{architecture:?}, {dropout:?}: {difference}");
        }
    }
}

#[test]
fn a_mini_batch_of_one_plain_sample_is_the_step_of_bp_py_bit_for_bit() {
    for architecture in architectures() {
        let mut single = graph::Network::from_parameters(&architecture, &parameters(&architecture, 4));
        let mut batch = single.clone();
        for seed in 0..3 {
            let rows = rows(&architecture, 1, seed);
            let (label, sample) = (Label(&rows.labels), Sample(&rows.samples));
            let cost = single.train_one_sample(label, sample, 0.3);
            assert_eq!(cost, batch.train_mini_batch(&[label], &[sample], &MiniBatchStep::plain(0.3)));
            assert_eq!(single.parameters(), batch.parameters());
            assert_eq!(single.gradient(), batch.gradient());
        }
    }
}

#[test]
fn after_a_step_with_dropout_no_node_is_silenced() {
    let architecture = Architecture::new(&[4, 6, 5, 3]);
    let mut network = graph::Network::from_parameters(&architecture, &parameters(&architecture, 0));
    let rows = rows(&architecture, 2, 0);
    let dropout = Some(Dropout { probability: 0.5, seed: 3 });
    network.drop_out(dropout.as_ref(), 1);
    let kept: Vec<f64> =
        network.nodes.iter().filter(|node| node.as_node().is_some()).map(graph::AnyNode::kept).collect();
    assert!(
        kept[..4].iter().chain(&kept[15..]).all(|&kept| kept == 1.0),
        "inputs and outputs are never silenced"
    );
    assert!(kept[4..15].contains(&0.0) && kept[4..15].contains(&2.0), "{kept:?}");
    let step = MiniBatchStep { rate: 0.3, weight_decay: 1.0, dropout };
    Engine::train_mini_batch(&mut network, &rows.labels, &rows.samples, &step);
    let mut fresh = graph::Network::from_parameters(&architecture, &network.parameters());
    let sample = Sample(&rows.samples[..4]);
    assert_eq!(network.predict(sample), fresh.predict(sample));
}

/// A wrong step must show: the check takes its gradient from the step itself.
#[test]
fn the_gradient_that_is_checked_is_the_one_the_step_leaves() {
    let architecture = Architecture::new(&[3, 6, 2]).with_cost(Cost::CrossEntropy);
    let mut network = graph::Network::from_parameters(&architecture, &parameters(&architecture, 5));
    let rows = rows(&architecture, 4, 6);
    let examples = rows.labels.chunks(2).zip(rows.samples.chunks(3));
    let examples = examples.map(|(label, sample)| Example::new(Label(label), Sample(sample))).collect();
    let dropout = Some(Dropout { probability: 0.4, seed: 8 });
    let task = Task { l2: 0.25, dropout, ..Task::new(examples) };
    let report = Check::new().run(&mut CheckedNetwork::on_task(&mut network, task.clone()));
    assert!(report.passed(), "{report}");
    assert_eq!(report.agree, architecture.parameter_count().expect("small"));
    // What the step left in the connections is the mean without the decay, which the check adds.
    let weights = network.parameters();
    let labels: Vec<Label> = task.examples.iter().map(Example::label).collect();
    let samples: Vec<Sample> = task.examples.iter().map(Example::sample).collect();
    let step = MiniBatchStep { rate: 1.0, weight_decay: 0.75, dropout: task.dropout.clone() };
    network.train_mini_batch(&labels, &samples, &step);
    let entry = report.entries.iter().find(|entry| entry.index == 0).expect("every weight");
    let left = network.gradient().layers[0].weights[0][0] - 0.25 * weights.layers[0].weights[0][0];
    assert_eq!(entry.analytic, left);
}

#[test]
fn a_network_wired_by_hand_is_the_one_made_at_once() {
    use backprop::graph::{ConstNode, Layer, Network, Node};
    let architecture = Architecture::new(&[2, 2, 1]);
    let weights = parameters(&architecture, 7);
    let whole = Network::from_parameters(&architecture, &weights);
    let mut by_hand = Network::empty(&architecture);
    for (layer, &size) in architecture.sizes.iter().enumerate() {
        let mut nodes = Vec::new();
        for index in 0..size {
            nodes.push(by_hand.add_node(Node::new(layer as u32, index as u32, Activation::Sigmoid)));
        }
        nodes.push(by_hand.add_node(ConstNode::new(layer as u32, size as u32)));
        by_hand.layers.push(Layer { layer_index: layer as u32, nodes });
    }
    for (layer, matrices) in weights.layers.iter().enumerate() {
        let (from, to) = (by_hand.layers[layer].nodes.clone(), by_hand.layers[layer + 1].neurons().to_vec());
        for (column, &upstream) in from.iter().enumerate() {
            for (row, &downstream) in to.iter().enumerate() {
                let weight = matrices.weights[row].get(column).copied().unwrap_or(matrices.biases[row]);
                by_hand.connect(upstream, downstream, weight);
            }
        }
    }
    assert_eq!(by_hand.dump(), whole.dump());
    assert_eq!(by_hand.parameters(), weights);
}
