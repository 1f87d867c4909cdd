//! Laws of the object graph, on random networks.

mod support;

use backprop::graph::Network;
use backprop::{Architecture, Engine, Error, Label, Sample, WeightInit};
use proptest::prelude::*;
use support::wiring::assert_wiring;

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
        assert!(matches!(error, Error::TooLarge(_)), "{error}");
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
