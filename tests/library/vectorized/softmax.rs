//! Softmax with the log-likelihood: probabilities for any weights, the same on every way through the network, and
//! refused where it makes no sense.

use backprop::vectorized::{Network, Number};
use backprop::{Activation, Architecture, Cost, Engine, Label, MiniBatchStep, Parameters, Sample, graph};
use proptest::prelude::*;

use testkit::networks::{OF_NEURONS, Rows, parameters, rows};

/// Returns a classifier with this activation in its hidden layers.
fn classifier(sizes: &[usize], hidden: Activation) -> Architecture {
    let mut activations = vec![hidden; sizes.len() - 1];
    activations[sizes.len() - 2] = Activation::Softmax;
    Architecture::new(sizes).with_activations(&activations)
}

fn architecture() -> impl Strategy<Value = Architecture> {
    let hidden = prop::collection::vec(1usize..20, 1..=3);
    (hidden, 2usize..70, prop::sample::select(&OF_NEURONS[..])).prop_map(
        |(mut sizes, outputs, activation)| {
            sizes.push(outputs);
            classifier(&sizes, activation)
        },
    )
}

fn network_of<T: Number>(architecture: &Architecture, parameters: &Parameters) -> Network<T>
where
    Network<T>: Engine,
{
    let mut network = Network::zeros(architecture).expect("a small network");
    network.set_parameters(parameters);
    network
}

/// Asserts that each row is a probability for each class.
fn are_probabilities(rows: &[f64], classes: usize, epsilon: f64) {
    for row in rows.chunks_exact(classes) {
        assert!(row.iter().all(|a| (0.0..=1.0).contains(a)), "{row:?}");
        let sum: f64 = row.iter().sum();
        assert!((sum - 1.0).abs() <= epsilon * classes as f64, "{sum} of {row:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outputs_are_probabilities(
        architecture in architecture(), count in 1usize..9, scale in prop::sample::select(&[0.0, 1.0, 30.0, 1e4][..]), seed: u64
    ) {
        let samples = rows(&architecture, count, seed).samples;
        let mut parameters = parameters(&architecture, seed);
        parameters.iter_mut().for_each(|parameter| *parameter *= scale);
        let mut double = network_of::<f64>(&architecture, &parameters);
        let mut single = network_of::<f32>(&architecture, &parameters);
        are_probabilities(&double.predict_rows(&samples), architecture.output_size(), f64::EPSILON);
        are_probabilities(&single.predict_rows(&samples), architecture.output_size(), f32::EPSILON.into());
    }

    #[test]
    fn a_number_added_to_all_output_biases_changes_nothing(
        architecture in architecture(), added in -50.0..50.0, seed: u64
    ) {
        let samples = rows(&architecture, 3, seed).samples;
        let mut parameters = parameters(&architecture, seed);
        let before = network_of::<f64>(&architecture, &parameters).predict_rows(&samples);
        parameters.layers.last_mut().expect("layers").biases.iter_mut().for_each(|bias| *bias += added);
        let after = network_of::<f64>(&architecture, &parameters).predict_rows(&samples);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!((before - after).abs() <= 1e-13 * before.max(1e-3), "{} {}", before, after);
        }
    }

    #[test]
    fn extreme_weights_give_no_nan(
        architecture in architecture(),
        extremes in prop::collection::vec(prop::sample::select(&[0.0, 1.0, 700.0, -700.0, 1e300, -1e300][..]), 70),
        seed: u64
    ) {
        // One hidden layer or none, whose outputs are at most 1: weighted inputs stay below the largest f64.
        let sizes = [architecture.input_size(), architecture.output_size()];
        let architecture = classifier(&sizes, Activation::Sigmoid);
        let Rows { labels, samples } = rows(&architecture, 2, seed);
        let mut parameters = parameters(&architecture, seed);
        parameters.iter_mut().zip(extremes.iter().cycle()).for_each(|(parameter, extreme)| *parameter = *extreme);
        let mut network = network_of::<f64>(&architecture, &parameters);
        are_probabilities(&network.predict_rows(&samples), sizes[1], f64::EPSILON);
        let cost = network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.1));
        prop_assert!(cost.is_finite(), "{}", cost);
        // Infinite in f32; an input of a class is then 0 or infinite, and not both.
        parameters.iter_mut().for_each(|parameter| *parameter = parameter.abs());
        let mut network = network_of::<f32>(&architecture, &parameters);
        are_probabilities(&network.predict_rows(&samples), sizes[1], f32::EPSILON.into());
    }
}

/// The formulas as they are written, in loops: a = eᶻ / Σ eᶻ and C = −ln a of the right class.
#[test]
fn outputs_and_costs_are_those_of_plain_loops() {
    for (sizes, hidden) in [(&[3, 2][..], Activation::Tanh), (&[9, 33, 17, 41], Activation::Relu)] {
        let architecture = classifier(sizes, hidden);
        let parameters = parameters(&architecture, 5);
        let Rows { samples, .. } = rows(&architecture, 6, 5);
        let mut network = network_of::<f64>(&architecture, &parameters);
        for (right, sample) in samples.chunks_exact(sizes[0]).enumerate() {
            let right = right % architecture.output_size();
            let mut outputs = sample.to_vec();
            for (layer, activation) in parameters.layers.iter().zip(&architecture.activations) {
                let z: Vec<f64> = layer
                    .weights
                    .iter()
                    .zip(&layer.biases)
                    .map(|(row, bias)| bias + row.iter().zip(&outputs).map(|(w, x)| w * x).sum::<f64>())
                    .collect();
                let sum: f64 = z.iter().map(|z| z.exp()).sum();
                outputs = match activation {
                    Activation::Softmax => z.iter().map(|z| z.exp() / sum).collect(),
                    other => z.iter().map(|&z| other.value(z)).collect(),
                };
            }
            let mut label = vec![0.0; outputs.len()];
            label[right] = 1.0;
            let ours = network.predict(Sample(sample));
            for (ours, expected) in ours.iter().zip(&outputs) {
                assert!((ours - expected).abs() <= 1e-14, "{ours} {expected}");
            }
            let cost = network.train_one_sample(Label(&label), Sample(sample), 0.0);
            assert!((cost + outputs[right].ln()).abs() <= 1e-12, "{cost}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let architecture = classifier(&[300, 120, 70], Activation::Relu);
    let Rows { labels, samples } = rows(&architecture, 64, 4);
    let trained = |threads: usize| {
        let mut network = network_of::<f64>(&architecture, &parameters(&architecture, 4));
        network.set_threads(threads).expect("the threads start");
        let cost = network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.2));
        let outputs = network.predict_rows(&samples);
        (cost.to_bits(), network.parameters(), outputs.into_iter().map(f64::to_bits).collect::<Vec<_>>())
    };
    let one = trained(1);
    assert_eq!(one, trained(2));
    assert_eq!(one, trained(3));
}

#[test]
fn training_finds_three_classes() {
    // The class is the largest of three inputs.
    let architecture = classifier(&[3, 8, 3], Activation::Tanh);
    let samples = rows(&Architecture::new(&[300, 1]), 1, 8).samples;
    let labels: Vec<f64> = samples
        .chunks_exact(3)
        .flat_map(|row| {
            let largest = (0..3).fold(0, |best, place| if row[place] > row[best] { place } else { best });
            (0..3).map(move |place| f64::from(u8::from(place == largest)))
        })
        .collect();
    let mut network = network_of::<f64>(&architecture, &parameters(&architecture, 8));
    let first = network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(2.0));
    for _ in 0..2000 {
        network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(2.0));
    }
    let last = network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.0));
    assert!(last < 0.1 * first, "{first} {last}");
}

#[test]
fn a_place_or_a_cost_that_makes_no_sense_is_refused_with_a_remedy() {
    use Activation::{Sigmoid, Softmax};
    let says = |architecture: Architecture| architecture.check().expect_err("refused").to_string();
    let softmax = |sizes: &[usize]| Architecture::new(sizes).with_activation(Softmax);
    assert!(softmax(&[3, 2]).check().is_ok());
    assert_eq!(
        says(softmax(&[3, 4, 2])),
        "softmax makes probabilities of outputs, and cannot be in a hidden layer; say sigmoid,softmax: softmax last, another \
         activation before it"
    );
    assert_eq!(
        says(softmax(&[3, 1])),
        "sizes 3,1 have one output, and softmax over one is always 1; give each class an output"
    );
    for cost in [Cost::Quadratic, Cost::CrossEntropy] {
        assert_eq!(
            says(softmax(&[3, 2]).with_cost(cost)),
            format!(
                "a softmax output layer needs the log-likelihood cost, not {cost}; use the log-likelihood, or another \
                 activation last"
            )
        );
    }
    assert_eq!(
        says(Architecture::new(&[3, 2]).with_activation(Sigmoid).with_cost(Cost::LogLikelihood)),
        "the log-likelihood cost needs a softmax output layer, not sigmoid; say sigmoid,softmax, or use the cross-entropy \
         with a sigmoid last"
    );
    let graph = graph::Network::try_new(&softmax(&[3, 2])).expect_err("refused").to_string();
    assert!(
        graph.starts_with("the object graph has no softmax: there a node's output follows from its own"),
        "{graph}"
    );
}
