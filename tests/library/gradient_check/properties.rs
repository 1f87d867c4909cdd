//! Laws of the gradient check, over random networks: no correct one is accused, and both evaluations say the same.

use backprop::gradient_check::faults::draw_examples;
use backprop::gradient_check::{
    Check, Checkable, CheckedEngine, CheckedNetwork, Recompute, Report, Selection, Task, Verdict,
};
use backprop::{Activation, Architecture, Cost, Parameters, WeightInit, graph, vectorized};
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use testkit::networks::OF_NEURONS;

/// A random network: one to four layers of weights, any mixture of activations, weights small or large.
fn random_network(seed: u64) -> (Architecture, Parameters, Task) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let layers = rng.random_range(2..=5);
    let sizes: Vec<usize> = (0..layers).map(|_| rng.random_range(1..=6)).collect();
    let mut activations: Vec<Activation> =
        (1..layers).map(|_| *OF_NEURONS.choose(&mut rng).expect("four of them")).collect();
    let cost = *[Cost::Quadratic, Cost::CrossEntropy].choose(&mut rng).expect("two of them");
    if cost == Cost::CrossEntropy {
        activations[layers - 2] = Activation::Sigmoid;
    }
    let architecture = Architecture::new(&sizes).with_activations(&activations).with_cost(cost);
    let inits = [WeightInit::Small, WeightInit::Normal, WeightInit::Scaled];
    let mut parameters = inits.choose(&mut rng).expect("three of them").draw(&architecture, seed);
    let scale = *[1.0, 1.0, 3.0].choose(&mut rng).expect("three of them");
    parameters.iter_mut().for_each(|parameter| *parameter *= scale);
    let samples = rng.random_range(1..=3);
    let mut examples = draw_examples(&architecture, samples, seed);
    if rng.random_bool(0.3) {
        // Black pixels, and labels at the ends of the sigmoid's range.
        for example in &mut examples {
            example.sample[0] = 0.0;
            example.label.iter_mut().for_each(|label| *label = label.round());
        }
    }
    (architecture, parameters, Task::new(examples))
}

fn check_one<N: CheckedEngine>(network: &mut N, task: Task) -> Report {
    Check::new().run(&mut CheckedNetwork::on_task(network, task))
}

/// Checks networks number `seeds`; returns how many agreed, and panics with the report of the first that is accused.
fn count_agreements(seeds: std::ops::Range<u64>) -> usize {
    let mut agreed = 0;
    for seed in seeds {
        let (architecture, parameters, task) = random_network(seed);
        let mut objects = graph::Network::from_parameters(&architecture, &parameters);
        let mut matrices = vectorized::Network::from_parameters(&architecture, &parameters);
        let reports = [check_one(&mut objects, task.clone()), check_one(&mut matrices, task)];
        for report in &reports {
            assert_ne!(report.verdict, Verdict::Disagree, "network {seed}\n{report}");
        }
        agreed += usize::from(reports.iter().all(Report::passed));
    }
    agreed
}

#[test]
fn no_correct_network_is_accused() {
    let agreed = count_agreements(0..60);
    // The others are dead: ReLUs that are all off, or sigmoids saturated to the last bit.
    assert!(agreed > 50, "only {agreed} of 60 were certified");
}

#[test]
#[ignore = "10,000 networks: run in release by CI"]
fn none_of_ten_thousand_correct_networks_is_accused() {
    let agreed = count_agreements(0..10_000);
    assert!(agreed > 8_500, "only {agreed} of 10,000 were certified");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn incremental_and_whole_evaluation_give_the_same_differences(seed in 0u64..1_000_000) {
        let (architecture, parameters, task) = random_network(seed);
        let mut network = graph::Network::from_parameters(&architecture, &parameters);
        let mut checked = CheckedNetwork::on_task(&mut network, task);
        let incremental = checked.incremental().expect("no dropout");
        // Rounding, of weights three times as large as usual and of logarithms.
        let noise = 1e-11 * checked.error().abs().max(1.0);
        for index in 0..checked.parameter_count() {
            let before = checked.parameter(index);
            let mut errors = Vec::new();
            for value in [before - 1e-3, before + 1e-3] {
                let ours = incremental.evaluate(index, value);
                checked.set_parameter(index, value);
                let whole = checked.error();
                prop_assert!(
                    (ours - whole).abs() <= noise,
                    "{} at {value}: {ours:e} {whole:e}", checked.name(index)
                );
                errors.push((ours, whole));
            }
            checked.set_parameter(index, before);
            let differences = (errors[0].0 - errors[1].0, errors[0].1 - errors[1].1);
            prop_assert!((differences.0 - differences.1).abs() <= noise);
        }
    }

    #[test]
    fn random_directions_accuse_no_correct_network(seed in 0u64..1_000_000) {
        let (architecture, parameters, task) = random_network(seed);
        let mut network = graph::Network::from_parameters(&architecture, &parameters);
        let check = Check::new().selection(Selection::Directions(3)).seed(seed);
        let report = check.run(&mut CheckedNetwork::on_task(&mut network, task));
        prop_assert_ne!(report.verdict, Verdict::Disagree, "{}", report);
    }

    #[test]
    fn the_incremental_check_accuses_no_correct_network(seed in 0u64..1_000_000) {
        let (architecture, parameters, task) = random_network(seed);
        let mut network = graph::Network::from_parameters(&architecture, &parameters);
        let check = Check::new().evaluation(Recompute::Incremental);
        let report = check.run(&mut CheckedNetwork::on_task(&mut network, task));
        prop_assert_ne!(report.verdict, Verdict::Disagree, "{}", report);
    }
}
