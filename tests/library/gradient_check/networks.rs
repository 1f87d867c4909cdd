//! The gradient check on correct networks, and its answers for models that break its rules.

use backprop::gradient_check::Forward;
use backprop::gradient_check::faults::draw_examples;
use backprop::gradient_check::{
    Check, Checkable, CheckedEngine, CheckedNetwork, ParameterId, Recompute, Report, Selection, Task,
    TaylorOutcome, Verdict,
};
use backprop::{
    Activation, Architecture, Cost, Dropout, Engine, Label, Parameters, Sample, WeightInit, graph, vectorized,
};
use testkit::networks::OF_NEURONS;

const LABEL: Label<'static> = Label(&[0.9, 0.1]);
const SAMPLE: Sample<'static> = Sample(&[0.3, -0.8, 0.5]);

fn architecture(activation: Activation, cost: Cost) -> Architecture {
    let last = if cost == Cost::CrossEntropy { Activation::Sigmoid } else { activation };
    Architecture::new(&[3, 4, 2]).with_activations(&[activation, last]).with_cost(cost)
}

fn drawn(architecture: &Architecture) -> Parameters {
    WeightInit::Scaled.draw(architecture, 3)
}

fn object_graph(activation: Activation) -> graph::Network {
    let architecture = architecture(activation, Cost::Quadratic);
    graph::Network::from_parameters(&architecture, &drawn(&architecture))
}

/// A model whose parts can be replaced by wrong ones, one at a time: E(w) = Σ (w_i − i)², or what a test puts in its
/// place.
struct Model {
    parameters: Vec<f64>,
    error: fn(&[f64]) -> f64,
    gradient: fn(&[f64]) -> Vec<f64>,
}

fn bowl() -> Model {
    Model {
        parameters: vec![0.5, -2.0, 7.0],
        error: |w| w.iter().enumerate().map(|(i, w)| (w - i as f64) * (w - i as f64)).sum(),
        gradient: |w| w.iter().enumerate().map(|(i, w)| -2.0 * (w - i as f64)).collect(),
    }
}

impl Checkable for Model {
    fn parameter_count(&self) -> usize {
        self.parameters.len()
    }
    fn parameter(&self, index: usize) -> f64 {
        self.parameters[index]
    }
    fn set_parameter(&mut self, index: usize, value: f64) {
        self.parameters[index] = value;
    }
    fn error(&mut self) -> f64 {
        (self.error)(&self.parameters)
    }
    fn gradient(&mut self) -> Vec<f64> {
        (self.gradient)(&self.parameters)
    }
}

fn report(model: &mut Model) -> Report {
    Check::new().run(model)
}

#[test]
fn every_activation_and_cost_agrees_on_both_networks() {
    for activation in OF_NEURONS {
        for cost in [Cost::Quadratic, Cost::CrossEntropy] {
            let architecture = architecture(activation, cost);
            let mut objects = graph::Network::from_parameters(&architecture, &drawn(&architecture));
            let mut matrices = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
            let objects = Check::new().run(&mut CheckedNetwork::new(&mut objects, LABEL, SAMPLE));
            let matrices = Check::new().run(&mut CheckedNetwork::new(&mut matrices, LABEL, SAMPLE));
            for report in [objects, matrices] {
                assert_eq!(report.verdict, Verdict::Agree, "{report}");
                assert_eq!(report.checked, 26);
                let taylor = report.taylor.as_ref().expect("it is run by default");
                assert_eq!(taylor.outcome, TaylorOutcome::SecondOrder, "{report}");
            }
        }
    }
}

#[test]
fn mini_batches_with_l2_and_a_fixed_dropout_mask_agree() {
    for activation in OF_NEURONS {
        for (l2, dropout) in [(0.0, 0.0), (0.2, 0.0), (0.0, 0.4), (0.2, 0.4)] {
            let sizes = [3, 6, 5, 2];
            let architecture = Architecture::new(&sizes).with_activation(activation);
            let mut network = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
            let dropout = (dropout > 0.0).then_some(Dropout { probability: dropout, seed: 11 });
            let task = Task { examples: draw_examples(&architecture, 4, 2), l2, dropout };
            let before = network.parameters();
            for evaluation in [Recompute::Whole, Recompute::Incremental] {
                let check = Check::new().evaluation(evaluation);
                let report = check.run(&mut CheckedNetwork::on_task(&mut network, task.clone()));
                assert_eq!(report.verdict, Verdict::Agree, "{report}");
                assert_eq!(report.agree, 6 * 4 + 5 * 7 + 2 * 6, "{report}");
            }
            assert_eq!(network.parameters(), before, "restored bit for bit");
        }
    }
}

#[test]
fn a_wrong_weight_decay_is_seen() {
    // The network decays by λ/n = 0.2 and the error is told 0.1: every weight is off, no bias.
    struct Half<'a>(CheckedNetwork<'a, vectorized::Network>, Vec<f64>);
    impl Checkable for Half<'_> {
        fn parameter_count(&self) -> usize {
            self.0.parameter_count()
        }
        fn parameter(&self, index: usize) -> f64 {
            self.0.parameter(index)
        }
        fn set_parameter(&mut self, index: usize, value: f64) {
            self.0.set_parameter(index, value);
        }
        fn error(&mut self) -> f64 {
            self.0.error()
        }
        fn gradient(&mut self) -> Vec<f64> {
            self.1.clone()
        }
        fn parameter_id(&self, index: usize) -> backprop::gradient_check::ParameterId {
            self.0.parameter_id(index)
        }
    }
    let architecture = Architecture::new(&[3, 4, 2]);
    let mut network = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
    let examples = draw_examples(&architecture, 2, 2);
    let strong = Task { examples: examples.clone(), l2: 0.2, dropout: None };
    let gradient = CheckedNetwork::on_task(&mut network, strong).gradient();
    let weak = Task { examples, l2: 0.1, dropout: None };
    let report = Check::new().run(&mut Half(CheckedNetwork::on_task(&mut network, weak), gradient));
    assert_eq!(report.disagree, 4 * 3 + 2 * 4, "{report}");
    let text = report.diagnosis.expect("weights alone disagree").to_string();
    assert!(text.contains("0.100000 times the weight") && text.contains("too strong"), "{text}");
}

#[test]
fn the_gradient_comes_from_a_real_step() {
    // One step of each network at a rate of its own moves the weights along what the check was told.
    let architecture = Architecture::new(&[3, 4, 2]);
    let task = Task::new(draw_examples(&architecture, 1, 4));
    let example = &task.examples[0];
    let mut objects = graph::Network::from_parameters(&architecture, &drawn(&architecture));
    let mut matrices = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
    let (told, read) = (objects.task_gradient(&task), matrices.task_gradient(&task));
    objects.train_one_sample(example.label(), example.sample(), 0.25);
    matrices.train_one_sample(example.label(), example.sample(), 0.25);
    for (gradient, after) in [(told, objects.parameters()), (read, matrices.parameters())] {
        for ((w, g), moved) in drawn(&architecture).iter().zip(gradient.iter()).zip(after.iter()) {
            assert!((w + 0.25 * g - moved).abs() <= 1e-15, "{w} {g} {moved}");
        }
    }
}

#[test]
fn every_parameter_is_restored_bit_for_bit_even_a_negative_zero() {
    let architecture = Architecture::new(&[3, 4, 2]);
    let mut parameters = drawn(&architecture);
    parameters.layers[0].weights[1][2] = -0.0;
    parameters.layers[1].biases[0] = 5e-324;
    let mut network = graph::Network::from_parameters(&architecture, &parameters);
    assert!(Check::new().run(&mut CheckedNetwork::new(&mut network, LABEL, SAMPLE)).passed());
    for (before, after) in parameters.iter().zip(network.parameters().iter()) {
        assert_eq!(before.to_bits(), after.to_bits());
    }
}

#[test]
#[should_panic(expected = "computing the gradient changed parameter 0")]
fn a_model_that_changes_its_parameters_is_stopped() {
    struct ChangesItself(Model);
    impl Checkable for ChangesItself {
        fn parameter_count(&self) -> usize {
            self.0.parameter_count()
        }
        fn parameter(&self, index: usize) -> f64 {
            self.0.parameter(index)
        }
        fn set_parameter(&mut self, index: usize, value: f64) {
            self.0.set_parameter(index, value);
        }
        fn error(&mut self) -> f64 {
            self.0.error()
        }
        fn gradient(&mut self) -> Vec<f64> {
            let gradient = self.0.gradient();
            self.0.parameters[0] -= 0.0001; // bp.py's check leaves every weight ε lower
            gradient
        }
    }
    let _ = Check::new().run(&mut ChangesItself(bowl()));
}

#[test]
#[should_panic(expected = "one gradient for each parameter")]
fn a_gradient_of_another_length_is_a_misuse() {
    let mut model = Model { gradient: |_| vec![1.0], ..bowl() };
    let _ = report(&mut model);
}

#[test]
fn not_a_number_never_agrees() {
    for gradient in [f64::NAN, f64::INFINITY] {
        let mut model = Model { parameters: vec![1.0], gradient: |_| vec![f64::NAN], ..bowl() };
        if gradient.is_infinite() {
            model.gradient = |_| vec![f64::INFINITY];
        }
        let report = report(&mut model);
        assert_eq!((report.verdict, report.disagree), (Verdict::Disagree, 1), "{report}");
        assert!(report.to_string().contains("not a number"), "{report}");
    }
    let mut model = Model { error: |_| f64::NAN, ..bowl() };
    let report = report(&mut model);
    assert_eq!((report.verdict, report.domain), (Verdict::Domain, 3), "{report}");
    assert!(!report.passed());
}

#[test]
fn a_network_that_has_diverged_is_not_certified() {
    let mut network = object_graph(Activation::Identity);
    network.connections[0].weight = f64::NAN;
    let report = Check::new().run(&mut CheckedNetwork::new(&mut network, LABEL, SAMPLE));
    assert_eq!(report.verdict, Verdict::Domain, "{report}");
    assert!(!report.passed());
}

#[test]
fn zeros_alone_certify_nothing() {
    let mut model = Model { error: |_| 3.0, gradient: |w| vec![0.0; w.len()], ..bowl() };
    let report = report(&mut model);
    assert_eq!(
        (report.verdict, report.agree, report.agree_nonzero),
        (Verdict::Inconclusive, 3, 0),
        "{report}"
    );
    assert!(!report.passed());
}

#[test]
fn noise_alone_certifies_nothing() {
    // A slope of 1e-12 and an error of 1000: far below what two evaluations can tell apart.
    let mut model = Model { error: |_| 1000.0, gradient: |w| vec![1e-12; w.len()], ..bowl() };
    let report = report(&mut model);
    assert_eq!((report.verdict, report.inconclusive), (Verdict::Inconclusive, 3), "{report}");
}

#[test]
fn a_kink_shows_its_two_slopes() {
    // max(0, w) at w = 0: flat on the left, slope 1 on the right; −∂E/∂w is 0 and −1.
    let mut model = Model {
        parameters: vec![0.0, 2.0],
        error: |w| w.iter().map(|w| w.max(0.0)).sum(),
        gradient: |w| w.iter().map(|w| if *w > 0.0 { -1.0 } else { 0.0 }).collect(),
    };
    let report = report(&mut model);
    assert_eq!((report.verdict, report.agree, report.kink), (Verdict::Agree, 1, 1), "{report}");
    let [left, right] = report.kinks[0].entry.slopes.expect("a kink has slopes");
    assert_eq!(left, 0.0);
    assert!((right + 1.0).abs() < 1e-9, "{right}");
    assert!(report.to_string().contains("kink  parameter 0: left 0.0"), "{report}");
}

#[test]
fn a_network_exactly_at_a_kink_is_not_accused() {
    // All hidden weighted inputs are exactly 0: every ReLU is exactly at its bend.
    let architecture = architecture(Activation::Relu, Cost::Quadratic);
    let mut parameters = drawn(&architecture);
    parameters.layers[0].weights.iter_mut().flatten().for_each(|w| *w = 0.0);
    parameters.layers[0].biases.fill(0.0);
    parameters.layers[1].biases.fill(0.25); // the outputs are switched on
    let mut network = graph::Network::from_parameters(&architecture, &parameters);
    for evaluation in [Recompute::Whole, Recompute::Incremental] {
        let check = Check::new().evaluation(evaluation);
        let report = check.run(&mut CheckedNetwork::new(&mut network, LABEL, SAMPLE));
        assert_eq!((report.verdict, report.disagree, report.kink), (Verdict::Kink, 0, 16), "{report}");
    }
}

#[test]
fn an_error_that_is_drawn_at_random_is_found_out() {
    struct Random(Model, u32);
    impl Checkable for Random {
        fn parameter_count(&self) -> usize {
            self.0.parameter_count()
        }
        fn parameter(&self, index: usize) -> f64 {
            self.0.parameter(index)
        }
        fn set_parameter(&mut self, index: usize, value: f64) {
            self.0.set_parameter(index, value);
        }
        fn error(&mut self) -> f64 {
            self.1 += 1;
            self.0.error() * f64::from(self.1)
        }
        fn gradient(&mut self) -> Vec<f64> {
            self.0.gradient()
        }
    }
    let report = Check::new().run(&mut Random(bowl(), 0));
    assert_eq!(report.verdict, Verdict::Disagree);
    assert!(report.to_string().contains("evaluated twice"), "{report}");
}

#[test]
fn the_taylor_remainder_is_of_order_two_for_a_right_gradient_and_of_order_one_for_a_wrong_one() {
    let right = report(&mut bowl()).taylor.expect("it is run by default");
    assert_eq!(right.outcome, TaylorOutcome::SecondOrder);
    assert!((right.order.expect("there are remainders") - 2.0).abs() < 0.05, "{right:?}");
    let mut wrong = Model {
        error: |w| w.iter().map(|w| w.exp()).sum(),
        gradient: |w| w.iter().map(|w| -1.03 * w.exp()).collect(),
        ..bowl()
    };
    wrong.parameters = vec![0.1, 0.2, -0.3];
    let wrong = report(&mut wrong).taylor.expect("it is run by default");
    assert_eq!(wrong.outcome, TaylorOutcome::FirstOrder, "{wrong:?}");
}

#[test]
fn the_taylor_remainder_sees_a_wrong_gradient_that_the_sample_of_parameters_missed() {
    // Parameter 2 has no gradient; only parameters drawn at random are compared, and with some seed it is not drawn.
    let mut missed = 0;
    for seed in 0..20 {
        let mut model = Model { gradient: |w| vec![-2.0 * w[0], -2.0 * (w[1] - 1.0), 0.0], ..bowl() };
        let report = Check::new().selection(Selection::PerGroup(1)).seed(seed).run(&mut model);
        assert_eq!(report.verdict, Verdict::Disagree, "{report}");
        missed += usize::from(report.disagree == 0);
    }
    assert!(missed > 0, "every seed drew parameter 2");
}

#[test]
fn directions_see_a_wrong_group() {
    let mut network = object_graph(Activation::Tanh);
    let fault = backprop::gradient_check::faults::Fault::named("bias-gradient-dropped").expect("it exists");
    let (architecture, parameters, task) = fault.set_up.draw(&[3, 4, 2], 0);
    let mut faulty = graph::Network::from_parameters(&architecture, &parameters);
    let check = Check::new().selection(Selection::Directions(4));
    let right = check.run(&mut CheckedNetwork::new(&mut network, LABEL, SAMPLE));
    assert_eq!((right.verdict, right.checked), (Verdict::Agree, 16), "{right}");
    let wrong = check.run(&mut fault.plant(&mut faulty, task));
    assert_eq!((wrong.verdict, wrong.agree, wrong.disagree), (Verdict::Disagree, 8, 8), "{wrong}");
    assert!(wrong.groups.iter().all(|group| group.group.is_biases() == (group.disagree > 0)), "{wrong}");
}

#[test]
fn a_large_network_is_sampled_unless_every_parameter_is_asked_for() {
    let architecture = Architecture::new(&[100, 50, 10]);
    let mut network = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
    let task = Task::new(draw_examples(&architecture, 1, 0));
    let sampled = Check::new().run(&mut CheckedNetwork::on_task(&mut network, task.clone()));
    let counts: Vec<usize> = sampled.groups.iter().map(|group| group.checked).collect();
    assert_eq!(counts, [200, 50, 200, 10], "{sampled}");
    let every =
        Check::new().selection(Selection::Every).run(&mut CheckedNetwork::on_task(&mut network, task));
    assert_eq!((every.verdict, every.checked), (Verdict::Agree, 5560), "{every}");
}

#[test]
fn the_incremental_evaluation_starts_from_the_network_s_own_error() {
    for activation in OF_NEURONS {
        let architecture = Architecture::new(&[4, 6, 5, 3]).with_activation(activation);
        let mut objects = graph::Network::from_parameters(&architecture, &drawn(&architecture));
        let task = Task::new(draw_examples(&architecture, 3, 6));
        let mut checked = CheckedNetwork::on_task(&mut objects, task.clone());
        let incremental = checked.incremental().expect("no dropout");
        assert_eq!(incremental.unchanged_error().to_bits(), checked.error().to_bits());
        let mut matrices = vectorized::Network::from_parameters(&architecture, &drawn(&architecture));
        let mut checked = CheckedNetwork::on_task(&mut matrices, task);
        let difference = incremental.unchanged_error() - checked.error();
        assert!(difference.abs() <= 1e-14, "{difference:e}");
    }
}

#[test]
fn the_forward_pass_of_the_check_is_the_object_graph_s_bit_for_bit() {
    for activation in OF_NEURONS {
        let mut network = object_graph(activation);
        let output = network.predict(SAMPLE);
        let pass = Forward::pass(&network.architecture, &network.parameters(), SAMPLE.0);
        assert_eq!(pass.output(), output);
    }
}

#[test]
fn an_input_of_zero_gives_exactly_zero_on_both_sides() {
    let architecture = Architecture::new(&[3, 4, 2]);
    let mut network = graph::Network::from_parameters(&architecture, &drawn(&architecture));
    let check = Check::new().evaluation(Recompute::Incremental);
    let report = check.run(&mut CheckedNetwork::new(&mut network, LABEL, Sample(&[0.7, 0.0, 0.2])));
    let dark = report.entries.iter().filter(|c| report.names[c.index].starts_with("(0-1)"));
    let dark: Vec<_> = dark.collect();
    assert_eq!(dark.len(), 4);
    assert!(dark.iter().all(|c| c.analytic == 0.0 && c.numerical == 0.0 && c.verdict == Verdict::Agree));
    assert_eq!(report.agree_nonzero, 22);
}

#[test]
fn the_numbering_is_the_same_for_both_networks() {
    let architecture = Architecture::new(&[3, 4, 2]);
    let parameters = drawn(&architecture);
    let objects = graph::Network::from_parameters(&architecture, &parameters);
    let matrices = vectorized::Network::from_parameters(&architecture, &parameters);
    for (index, parameter) in parameters.iter().enumerate() {
        let id = ParameterId::in_network(&architecture, index);
        assert_eq!(objects.parameter_at(id), parameter);
        assert_eq!(matrices.parameter_at(id), parameter);
    }
}

#[test]
fn the_article_s_columns_are_four_digits_alike_and_show_a_difference() {
    let mut network = object_graph(Activation::Sigmoid);
    let report = Check::article().run(&mut CheckedNetwork::new(&mut network, LABEL, SAMPLE));
    assert!(report.passed(), "{}", report.columns());
    assert!(report.columns().to_string().contains("(0-3) -> (1-2)"));
    let mut model = Model {
        gradient: |w| vec![-2.0 * w[0] * 1.0002, -2.0 * (w[1] - 1.0), -2.0 * (w[2] - 2.0)],
        ..bowl()
    };
    let report = Check::article().run(&mut model);
    assert_eq!((report.verdict, report.disagree), (Verdict::Disagree, 1));
    assert!(report.columns().to_string().contains("<-- different"), "{}", report.columns());
}
