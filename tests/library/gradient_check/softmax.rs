//! The gradient check on softmax with the log-likelihood.

use std::ops::Range;

use backprop::gradient_check::faults::{BackwardPass, CORRECT, Context, draw_examples};
use backprop::gradient_check::{Check, CheckedEngine, CheckedNetwork, Recompute, Task, Verdict};
use backprop::{Activation, Architecture, Dropout, Engine as _, Parameters, WeightInit, vectorized};
use testkit::networks::OF_NEURONS;

fn classifier(sizes: &[usize], hidden: Activation) -> (Architecture, Parameters) {
    let mut activations = vec![hidden; sizes.len() - 1];
    activations[sizes.len() - 2] = Activation::Softmax;
    let architecture = Architecture::new(sizes).with_activations(&activations);
    let parameters = WeightInit::Scaled.draw(&architecture, 3);
    (architecture, parameters)
}

#[test]
fn it_agrees_with_every_hidden_activation_in_both_evaluations_with_l2_and_dropout() {
    for hidden in OF_NEURONS {
        for (sizes, l2, dropout) in
            [(&[4, 3][..], 0.0, 0.0), (&[3, 6, 5], 0.2, 0.0), (&[3, 6, 5, 4], 0.0, 0.4)]
        {
            let (architecture, parameters) = classifier(sizes, hidden);
            let dropout = (dropout > 0.0).then_some(Dropout { probability: dropout, seed: 11 });
            let task = Task { l2, dropout, ..Task::new(draw_examples(&architecture, 3, 2)) };
            let mut double = vectorized::Network::from_parameters(&architecture, &parameters);
            for evaluation in [Recompute::Whole, Recompute::Incremental] {
                let check = Check::new().evaluation(evaluation);
                let report = check.run(&mut CheckedNetwork::on_task(&mut double, task.clone()));
                assert_eq!(report.verdict, Verdict::Agree, "{hidden}, {evaluation:?}\n{report}");
                assert_eq!(report.agree, architecture.parameter_count().expect("small"), "{report}");
            }
            let mut single = vectorized::Network::<f32>::zeros(&architecture).expect("small");
            single.set_parameters(&parameters);
            let report = Check::new().run(&mut CheckedNetwork::on_task(&mut single, task));
            assert!(report.passed(), "{hidden} in f32\n{report}");
        }
    }
}

#[test]
fn no_random_classifier_is_accused() {
    check_classifiers(0..48);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn no_random_classifier_of_200_is_accused() {
    check_classifiers(0..200);
}

fn check_classifiers(seeds: Range<u64>) {
    for seed in seeds {
        let sizes = [&[2, 2][..], &[3, 4, 2], &[5, 3, 7], &[2, 6, 5, 3]][seed as usize % 4];
        let (architecture, _) = classifier(sizes, OF_NEURONS[seed as usize / 4 % 4]);
        let mut parameters = WeightInit::Normal.draw(&architecture, seed);
        let scale = [0.3, 1.0, 3.0, 10.0][seed as usize / 16 % 4];
        parameters.iter_mut().for_each(|parameter| *parameter *= scale);
        let mut examples = draw_examples(&architecture, 1 + seed as usize % 3, seed);
        if seed % 2 == 0 {
            // The class, and nothing else.
            for example in &mut examples {
                example.label.fill(0.0);
                example.label[seed as usize % sizes[sizes.len() - 1]] = 1.0;
            }
        }
        let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
        let task = Task::new(examples);
        for evaluation in [Recompute::Whole, Recompute::Incremental] {
            let check = Check::new().evaluation(evaluation);
            let report = check.run(&mut CheckedNetwork::on_task(&mut network, task.clone()));
            assert_eq!(report.disagree, 0, "seed {seed}, {evaluation:?}\n{report}");
        }
    }
}

#[test]
fn both_evaluations_have_one_error() {
    use backprop::gradient_check::Checkable as _;
    let (architecture, parameters) = classifier(&[4, 6, 5, 3], Activation::Tanh);
    let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
    let task = Task::new(draw_examples(&architecture, 3, 6));
    let mut checked = CheckedNetwork::on_task(&mut network, task);
    let incremental = checked.incremental().expect("a network has it");
    assert!((incremental.unchanged_error() - checked.error()).abs() <= 1e-14);
    for index in 0..checked.parameter_count() {
        let before = checked.parameter(index);
        checked.set_parameter(index, before + 0.3);
        let (whole, part) = (checked.error(), incremental.evaluate(index, before + 0.3));
        checked.set_parameter(index, before);
        assert!((whole - part).abs() <= 1e-14, "{index}: {whole} {part}");
    }
}

#[test]
fn the_correct_backward_pass_gives_the_network_s_gradient() {
    let (architecture, parameters) = classifier(&[5, 7, 6, 4], Activation::Tanh);
    let dropout = Some(Dropout { probability: 0.4, seed: 9 });
    let task = Task { l2: 0.1, dropout, ..Task::new(draw_examples(&architecture, 3, 5)) };
    let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
    let difference =
        CORRECT.gradient(&architecture, &parameters, &task).max_difference(&network.task_gradient(&task));
    assert!(difference <= 1e-13, "{difference:e}");
}

#[test]
fn what_is_often_forgotten_is_detected() {
    let (architecture, parameters) = classifier(&[3, 4, 3], Activation::Sigmoid);
    let task = Task::new(draw_examples(&architecture, 2, 1));
    let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
    let mut verdict = |output_delta: &(dyn Fn(&Context, usize) -> f64 + Sync)| {
        let pass = BackwardPass { output_delta, ..CORRECT };
        let checked = CheckedNetwork::on_task(&mut network, task.clone());
        Check::new().run(&mut checked.with_backward_pass(&pass, "another delta")).verdict
    };
    let output = |context: &Context, neuron: usize| context.forward.output()[neuron];
    let z = |context: &Context, neuron: usize| context.forward.weighted_inputs[2][neuron];
    assert_eq!(verdict(&|context, neuron| context.label[neuron] - output(context, neuron)), Verdict::Agree);
    // The exponential without the sum over the layer.
    let without_sum = verdict(&|context, neuron| context.label[neuron] - z(context, neuron).exp());
    // a without − y.
    let without_label = verdict(&|context, neuron| -output(context, neuron));
    // The slope of each output in its own z alone, as if it were a sigmoid's.
    let alone = verdict(&|context, neuron| {
        let a = output(context, neuron);
        context.label[neuron] / a * (a * (1.0 - a))
    });
    assert_eq!([without_sum, without_label, alone], [Verdict::Disagree; 3]);
}
