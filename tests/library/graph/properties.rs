//! Laws of the object graph, on random networks.

use backprop::graph::{AnyNode, Layer, Network};
use backprop::{Architecture, Engine, ErrorKind, Label, MiniBatchStep, Sample, WeightInit};
use proptest::prelude::*;

use testkit::wiring::assert_wiring;

/// Sizes, a sample, a label.
fn problem() -> impl Strategy<Value = (Vec<usize>, Vec<f64>, Vec<f64>)> {
    prop::collection::vec(1usize..6, 2..5).prop_flat_map(|sizes| {
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let numbers = |count| prop::collection::vec(-2.0..2.0, count);
        (Just(sizes), numbers(inputs), numbers(outputs))
    })
}

proptest! {
    #[test]
    fn nodes_and_connections_agree_about_who_is_connected_to_whom((sizes, ..) in problem()) {
        assert_wiring(&Network::new(&sizes, 1));
    }

    #[test]
    fn parameters_come_back_as_they_were_set((sizes, ..) in problem(), seed in any::<u64>()) {
        let parameters = WeightInit::Normal.draw(&Architecture::new(&sizes), seed);
        let network = Network::from_parameters(&Architecture::new(&sizes), &parameters);
        prop_assert_eq!(network.parameters(), parameters);
    }

    #[test]
    fn a_step_is_rate_times_the_gradient((sizes, sample, label) in problem(), seed in any::<u64>()) {
        let mut network = Network::new(&sizes, seed);
        network.get_gradient(Label(&label), Sample(&sample));
        let (before, gradient) = (network.parameters(), network.gradient());
        network.train_one_sample(Label(&label), Sample(&sample), 0.5);
        for ((after, before), gradient) in network.parameters().iter().zip(before.iter()).zip(gradient.iter()) {
            prop_assert_eq!(after, before + 0.5 * gradient);
        }
    }

    #[test]
    fn exchanging_two_hidden_neurons_leaves_the_output(seed in any::<u64>(), sample in prop::collection::vec(-2.0..2.0, 3)) {
        let architecture = Architecture::new(&[3, 4, 2]);
        let mut parameters = WeightInit::Normal.draw(&architecture, seed);
        let expected = Network::from_parameters(&architecture, &parameters).predict(Sample(&sample));
        parameters.layers[0].weights.swap(0, 2);
        parameters.layers[0].biases.swap(0, 2);
        parameters.layers[1].weights.iter_mut().for_each(|row| row.swap(0, 2));
        let output = Network::from_parameters(&architecture, &parameters).predict(Sample(&sample));
        for (ours, theirs) in output.iter().zip(&expected) {
            prop_assert!((ours - theirs).abs() < 1e-14);
        }
    }
}

#[test]
fn a_network_beyond_the_ids_is_refused_and_not_wrapped() {
    for sizes in [vec![65_536, 65_536], vec![usize::MAX, 2], vec![1 << 32, 1], vec![1 << 40, 1 << 40]] {
        let error = Network::try_new(&Architecture::new(&sizes)).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(error.to_string().contains("vectorized"), "{error}");
    }
}

#[test]
fn architectures_that_no_network_can_have_are_refused() {
    for (sizes, sentence) in
        [(vec![], "at least two layers"), (vec![3], "at least two layers"), (vec![3, 0, 2], "a zero")]
    {
        let error = Network::try_new(&Architecture::new(&sizes)).expect_err("refused").to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
#[should_panic(expected = "the label must be as long as the output layer")]
fn a_label_of_another_length_panics() {
    Network::new(&[3, 4, 2], 0).train_one_sample(Label(&[0.1, 0.2, 0.3]), Sample(&[0.1, 0.2, 0.3]), 0.3);
}

#[test]
#[should_panic(expected = "the sample must be as long as the input layer")]
fn a_sample_of_another_length_panics() {
    Network::new(&[3, 4, 2], 0).predict(Sample(&[0.1, 0.2]));
}

#[test]
fn training_through_the_trait_is_the_network_s_own() {
    let (label, sample) = (Label(&[0.9, 0.1]), Sample(&[0.5, -1.0, 0.2]));
    let mut own = Network::new(&[3, 4, 2], 0);
    let mut seen = own.clone();
    assert_eq!(Engine::predict(&mut seen, sample), own.predict(sample));
    // The cost before the step: half the squared distance of output and label.
    let output = own.output();
    let cost = 0.5 * ((0.9 - output[0]).powi(2) + (0.1 - output[1]).powi(2));
    for returned in
        [Engine::train_one_sample(&mut seen, label, sample, 0.3), own.train_one_sample(label, sample, 0.3)]
    {
        assert!((returned - cost).abs() < 1e-15, "{returned} {cost}");
    }
    let step = MiniBatchStep::plain(0.3);
    let cost = seen.error(label, sample);
    let returned =
        Engine::train_mini_batch(&mut seen, &[0.9, 0.1, 0.9, 0.1], &[0.5, -1.0, 0.2, 0.5, -1.0, 0.2], &step);
    assert_eq!(returned, cost + cost);
    own.train_mini_batch(&[label; 2], &[sample; 2], &step);
    assert_eq!(seen.parameters(), own.parameters());
}

#[test]
fn its_memory_is_that_of_its_objects_and_lists_without_spare_room() {
    // 26 weights and biases, 9 neurons and 3 constant nodes; then 70, 16 and 4.
    for (sizes, connections, nodes) in [(&[3, 4, 2][..], 26, 12), (&[3, 5, 6, 2], 70, 20)] {
        let network = Network::new(sizes, 0);
        // A connection is in the lists of two nodes, a node in that of its layer; ids take 4 bytes.
        let connections = connections * 24 + 2 * connections * 4;
        let nodes = nodes * size_of::<AnyNode>() + nodes * 4;
        let layers = network.layers.capacity() * size_of::<Layer>();
        assert_eq!(network.memory_bytes(), connections + nodes + layers);
    }
}

#[test]
fn the_list_of_connections_prints_a_line_each_in_the_order_of_bp_py() {
    let network = Network::new(&[2, 2, 1], 0);
    let text = network.connections.dump(&network.nodes);
    let ends: Vec<&str> = text.lines().filter_map(|line| line.split(" = ").next()).collect();
    let upstream =
        ["0-0", "0-1", "0-2"].map(|from| ["1-0", "1-1"].map(|to| format!("({from}) -> ({to})"))).concat();
    let downstream = ["1-0", "1-1", "1-2"].map(|from| format!("({from}) -> (2-0)"));
    assert_eq!(ends, [&upstream[..], &downstream].concat());
}

#[test]
fn what_dropout_keeps_is_in_what_others_read_whichever_is_set_first() {
    let mut network = Network::new(&[1, 1, 1], 0);
    let [hidden, constant] = [network.layers[1].neurons()[0], network.layers[1].const_node()];
    network[hidden].set_output(0.5);
    network[hidden].set_kept(2.0);
    assert_eq!(network[hidden].sent(), 1.0);
    network[hidden].set_output(0.25);
    assert_eq!(network[hidden].sent(), 0.5);
    assert_eq!(network[hidden].output(), 0.25, "its own is whole");
    network[constant].set_output(0.25);
    network[constant].set_kept(0.0);
    assert_eq!(network[constant].sent(), 1.0, "a constant node is never set or silenced");
}
