//! The gallery: every fault is caught on every shape it names, with the right diagnosis.

use std::collections::HashSet;

use backprop::Engine;
use backprop::gradient_check::faults::{CORRECT, Fault, GALLERY, draw_examples};
use backprop::gradient_check::{Check, CheckedNetwork, Report, Task, Verdict};
use backprop::graph::Network;
use backprop::{Architecture, Cost, WeightInit};
use testkit::networks::OF_NEURONS;

fn report(fault: &'static Fault, sizes: &[usize], seed: u64) -> Report {
    let (architecture, parameters, task) = fault.set_up.draw(sizes, seed);
    let mut network = Network::from_parameters(&architecture, &parameters);
    Check::new().run(&mut fault.plant(&mut network, task))
}

#[test]
fn every_fault_is_caught_with_the_diagnosis_it_deserves() {
    assert_caught(1, 0..1);
}

#[test]
#[ignore = "many seconds in a debug build; run in release"]
fn every_fault_is_caught_on_three_shapes_whatever_the_weights() {
    assert_caught(usize::MAX, 0..20);
}

/// Asserts that every fault is caught on this many of its shapes, with weights and samples drawn from these seeds.
fn assert_caught(shapes: usize, seeds: std::ops::Range<u64>) {
    for fault in GALLERY {
        assert!(fault.set_up.shapes.len() >= 3, "{}", fault.name);
        for sizes in fault.set_up.shapes.iter().take(shapes) {
            for seed in seeds.clone() {
                let report = report(fault, sizes, seed);
                assert_eq!(report.verdict, Verdict::Disagree, "{}\n{report}", fault.name);
                let diagnosis = report.diagnosis.as_ref().expect("a disagreement has a diagnosis");
                assert_eq!(diagnosis.pattern.name(), fault.pattern, "{} {sizes:?}\n{report}", fault.name);
                assert!(report.to_string().contains("worst"), "{report}");
            }
        }
    }
}

#[test]
fn without_its_fault_every_set_up_agrees() {
    for fault in GALLERY {
        for sizes in fault.set_up.shapes {
            let (architecture, parameters, mut task) = fault.set_up.draw(sizes, 1);
            task.l2 = 0.0; // the object graph does not train with it
            let mut network = Network::from_parameters(&architecture, &parameters);
            let report = Check::new().run(&mut CheckedNetwork::on_task(&mut network, task));
            assert_eq!(report.verdict, Verdict::Agree, "{}\n{report}", fault.name);
        }
    }
}

#[test]
fn the_correct_backward_pass_gives_the_object_graph_s_gradient() {
    for activation in OF_NEURONS {
        for sizes in [&[3, 4, 2][..], &[2, 1], &[5, 7, 6, 4]] {
            let architecture = Architecture::new(sizes).with_activation(activation);
            let parameters = WeightInit::Scaled.draw(&architecture, 5);
            let task = Task::new(draw_examples(&architecture, 1, 5));
            let mut network = Network::from_parameters(&architecture, &parameters);
            network.get_gradient(task.examples[0].label(), task.examples[0].sample());
            let ours = CORRECT.gradient(&architecture, &network.parameters(), &task);
            let difference = ours.max_difference(&network.gradient());
            assert!(difference <= 1e-15, "{activation} {sizes:?}: {difference:e}");
        }
    }
}

#[cfg(feature = "vectorized")]
#[test]
fn the_correct_backward_pass_gives_the_vectorized_network_s_gradient_of_a_mini_batch() {
    use backprop::{Dropout, gradient_check::CheckedEngine as _, vectorized};

    for activation in OF_NEURONS {
        let architecture = Architecture::new(&[5, 7, 6, 4]).with_activation(activation);
        let parameters = WeightInit::Scaled.draw(&architecture, 5);
        let dropout = Some(Dropout { probability: 0.4, seed: 9 });
        let task = Task { examples: draw_examples(&architecture, 3, 5), l2: 0.1, dropout };
        let ours = CORRECT.gradient(&architecture, &parameters, &task);
        let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
        let difference = ours.max_difference(&network.task_gradient(&task));
        assert!(difference <= 1e-13, "{activation}: {difference:e}");
    }
}

#[test]
fn names_are_unique_and_found() {
    let names: HashSet<&str> = GALLERY.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), GALLERY.len());
    assert!(GALLERY.len() >= 12);
    assert!(GALLERY.iter().all(|fault| Fault::named(fault.name).is_some()));
    assert!(Fault::named("no-such-fault").is_none());
}

#[test]
fn a_fault_says_what_it_needs_where_it_cannot_occur() {
    let transposed = Fault::named("transposed").unwrap();
    let sentence = transposed.check(&Architecture::new(&[3, 4, 2])).unwrap_err().to_string();
    assert!(sentence.contains("equally large") && sentence.contains("3,4,2"), "{sentence}");
    assert!(sentence.ends_with("; take sizes 3,4,4, for example"), "{sentence}");
    let slope = Fault::named("cross-entropy-with-slope").unwrap();
    let sentence = slope.check(&Architecture::new(&[3, 4, 2])).unwrap_err().to_string();
    assert!(sentence.contains("cross-entropy"), "{sentence}");
    assert!(slope.check(&Architecture::new(&[3, 4, 2]).with_cost(Cost::CrossEntropy)).is_ok());
}
