//! The name of a step, its place in the walk, and the meaning of the outputs.

use backprop::graph::{ConstNode, Layer, Network, Node};
use backprop::step::text::number;
use backprop::step::{Order, Pass, Phase, Step, Stepper};
use backprop::{Activation, Architecture, Label, MiniBatches, Parameters, Sample};

/// Samples of 2-2-2 with all weights and biases 1/2, and a label for each class.
fn two_classes() -> Stepper {
    let architecture = Architecture::new(&[2, 2, 2]);
    let mut parameters = Parameters::zeros(&architecture);
    parameters.iter_mut().for_each(|weight| *weight = 0.5);
    // The second output is the larger one, whatever comes in.
    parameters.layers[1].biases[1] = 0.75;
    let network = Network::from_parameters(&architecture, &parameters);
    Stepper::new(
        network,
        &[Label(&[0.9, 0.1]), Label(&[0.1, 0.9])],
        &[Sample(&[1.0, 0.0]), Sample(&[0.0, 1.0])],
        0.3,
    )
}

/// Returns the next step whose result has this name.
fn until(stepper: &mut Stepper, name: &str) -> Step {
    stepper.find(|step| step.name() == name).expect("a stepper has no end")
}

#[test]
fn an_answer_follows_the_last_output_and_is_judged_by_the_label() {
    let classes = ["cat".to_owned(), "dog".to_owned()];
    let mut stepper = two_classes();
    assert_eq!((stepper.class(), stepper.answer()), (0, None), "before any step");
    assert_eq!(stepper.verdict(&classes).as_deref(), Some("label cat, no answer yet"));
    for name in ["x1", "x2", "a3", "a4", "a5"] {
        until(&mut stepper, name);
        assert_eq!(stepper.answer(), None, "after {name}");
    }
    for name in ["a6", "δ5", "δ3", "w31", "w6b"] {
        until(&mut stepper, name);
        assert_eq!((stepper.class(), stepper.answer()), (0, Some(1)), "after {name}");
        assert_eq!(stepper.verdict(&classes).as_deref(), Some("label cat, it says dog: wrong"));
    }
    until(&mut stepper, "x1");
    assert_eq!(stepper.verdict(&classes).as_deref(), Some("label dog, no answer yet"));
    until(&mut stepper, "a6");
    assert_eq!(stepper.verdict(&classes).as_deref(), Some("label dog, it says dog: right"));
    assert_eq!(stepper.verdict(&[]), None, "classes without names");
}

#[test]
fn only_an_output_neurons_step_names_its_class_and_target() {
    let classes = ["cat".to_owned(), "dog".to_owned()];
    let mut stepper = two_classes();
    for (name, words) in [
        ("x2", None),
        ("a4", None),
        ("a5", Some("class cat ◀ target 0.9")),
        ("a6", Some("class dog, target 0.1")),
        ("δ6", Some("class dog, target 0.1")),
        ("δ3", None),
        ("w53", None),
        ("a5", Some("class cat, target 0.1")),
        ("a6", Some("class dog ◀ target 0.9")),
    ] {
        let step = until(&mut stepper, name);
        assert_eq!(stepper.class_in_words(&step, &classes).as_deref(), words, "{name}");
    }
    // One output for two classes means neither.
    let network = Network::new(&[1, 1], 0);
    let mut single = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0])], 0.3);
    let step = until(&mut single, "a2");
    assert_eq!(single.class_in_words(&step, &classes), None);
    assert_eq!((single.class(), single.answer()), (1, Some(usize::from(single.network().output()[0] > 0.5))));
}

#[test]
fn steps_about_an_input_that_is_0_are_told_from_the_others() {
    for mini_batches in [MiniBatches::default(), MiniBatches { size: 2, ..MiniBatches::default() }] {
        let mut stepper = two_classes().in_mini_batches(mini_batches);
        let mut about_zeros = Vec::new();
        while stepper.sample_index() == 0 {
            let step = stepper.next().expect("a stepper has no end");
            if stepper.is_about_a_zero(&step) {
                about_zeros.push(step.name());
            }
        }
        let expected = if mini_batches.are_plain() { ["x2", "w32", "w42"] } else { ["x2", "g32", "g42"] };
        assert_eq!(about_zeros, expected);
    }
    let network = Network::new(&[1, 1, 1], 0);
    let architecture =
        network.architecture.clone().with_activations(&[Activation::Relu, Activation::Identity]);
    let silent = Network::from_parameters(&architecture, &Parameters::zeros(&architecture));
    let mut stepper = Stepper::new(silent, &[Label(&[0.9])], &[Sample(&[1.0])], 0.3);
    let step = until(&mut stepper, "w32");
    assert!(!stepper.is_about_a_zero(&step), "the hidden node's output is 0, and it is not an input: {step}");
}

#[test]
fn only_what_the_first_sample_computes_has_no_value_before() {
    let dropout = MiniBatches { size: 1, dropout: 0.5, ..MiniBatches::default() };
    for mini_batches in [MiniBatches::default(), dropout] {
        let mut stepper = two_classes().in_mini_batches(mini_batches);
        let steps = 2 * stepper.epoch_len();
        for step in stepper.by_ref().take(steps) {
            let is_output_or_delta = matches!(
                step.phase,
                Phase::SetInput | Phase::Output | Phase::OutputDelta | Phase::HiddenDelta
            );
            let is_first = is_output_or_delta && step.epoch == 0 && step.sample == 0;
            assert_eq!(step.is_first_value(), is_first, "{step}");
        }
    }
}

#[test]
fn names_need_a_comma_from_the_tenth_neuron_on() {
    let network = Network::new(&[9, 1, 1], 0);
    let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0; 9])], 0.3)
        .in_mini_batches(MiniBatches { size: 1, l2: 0.1, dropout: 0.5, seed: 0 });
    let steps = stepper.epoch_len();
    let names: Vec<String> = stepper.by_ref().take(steps).map(|step| step.name()).collect();
    let expected = "x1 x2 x3 x4 x5 x6 x7 x8 x9 k10 a10 a11 δ11 δ10 δ(1-1) δ1 δ2 δ3 δ4 δ5 δ6 δ7 δ8 δ9 δ(0-9) \
                    g10,1 g10,2 g10,3 g10,4 g10,5 g10,6 g10,7 g10,8 g10,9 g10,b g11,10 g11,b \
                    w10,1 w10,2 w10,3 w10,4 w10,5 w10,6 w10,7 w10,8 w10,9 w10,b w11,10 w11,b";
    assert_eq!(names.join(" "), expected);
    let network = Network::new(&[8, 1, 1], 0);
    let stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0; 8])], 0.3);
    let steps = stepper.epoch_len();
    let names: Vec<String> = stepper.take(steps).map(|step| step.name()).collect();
    assert!(names.join(" ").ends_with("w91 w92 w93 w94 w95 w96 w97 w98 w9b w10,9 w10,b"), "{names:?}");
}

#[test]
fn every_phase_has_the_name_of_its_pass_or_its_own() {
    let names = Phase::ALL.map(Phase::name);
    assert_eq!(names, ["inputs", "dropout", "forward", "cost", "backward", "learn", "gradients", "learn"]);
    assert!(Pass::ALL.into_iter().all(|pass| Pass::named(pass.name()) == Some(pass)));
    assert_eq!((Pass::named("update"), Pass::named("inputs")), (Some(Pass::Learn), None));
}

#[test]
fn a_walk_says_how_long_an_epoch_is_and_what_is_in_hand() {
    let samples: Vec<[f64; 2]> = (0..5).map(|index| [f64::from(index), 0.5]).collect();
    let samples: Vec<Sample> = samples.iter().map(|sample| Sample(sample)).collect();
    let labels = [Label(&[0.9]); 5];
    let stepper = || Stepper::new(Network::new(&[2, 1], 0), &labels, &samples, 0.3);
    let mut plain = stepper();
    assert_eq!((plain.sample_count(), plain.training_steps_in_epoch(), plain.epoch_len()), (5, 5, 50));
    plain.goto(23);
    assert_eq!((plain.sample(), plain.label()), ([2.0, 0.5].as_slice(), [0.9].as_slice()));
    assert_eq!(plain.label_and_sample(47), (vec![0.9], vec![4.0, 0.5]));

    // 7 steps per sample, 3 gradients per sample, 3 weights per mini-batch: 3 samples, then 2.
    let mut batches = stepper().in_mini_batches(MiniBatches { size: 3, ..MiniBatches::default() });
    assert_eq!((batches.mini_batches().size, batches.training_steps_in_epoch()), (3, 2));
    assert_eq!(batches.epoch_len(), 5 * 10 + 2 * 3);
    batches.goto(10);
    assert_eq!((batches.sample_index(), batches.sample()), (1, [1.0, 0.5].as_slice()));
    assert!(batches.back());
    assert_eq!((batches.sample_index(), batches.sample()), (0, [0.0, 0.5].as_slice()));
    batches.goto(33);
    assert_eq!((batches.training_step(), batches.order().samples(), batches.sample_index()), (1, 2, 3));
    let in_hand: Vec<f64> = batches.mini_batch().iter().map(|(_, sample)| sample[0]).collect();
    assert_eq!(in_hand, [3.0, 4.0]);
    batches.goto(batches.epoch_len());
    assert_eq!((batches.epoch(), batches.training_step(), batches.sample_index()), (1, 2, 0));

    let larger = stepper().in_mini_batches(MiniBatches { size: 9, ..MiniBatches::default() });
    assert_eq!((larger.mini_batches().size, larger.training_steps_in_epoch()), (5, 1));
}

#[test]
fn steps_older_than_the_memory_are_taken_back_too() {
    let mut stepper = two_classes().with_memory(3);
    let mut passed = Vec::new();
    for _ in 0..40 {
        passed.push(stepper.network().dump());
        stepper.next();
    }
    while let Some(before) = passed.pop() {
        assert!(stepper.back(), "to step {}", passed.len());
        assert_eq!((stepper.position(), stepper.network().dump()), (passed.len(), before));
    }
    assert!(!stepper.back());
}

#[test]
fn a_sum_of_more_than_eight_terms_shows_its_three_largest_products_and_how_many_more() {
    let symbols = |sizes: &[usize], sample: &[f64], name: &str| {
        let architecture = Architecture::new(sizes);
        let mut parameters = Parameters::zeros(&architecture);
        parameters.iter_mut().for_each(|number| *number = 0.5);
        let network = Network::from_parameters(&architecture, &parameters);
        let label: Vec<f64> = (0..sizes[sizes.len() - 1]).map(|output| 0.9 - 0.1 * output as f64).collect();
        let mut stepper = Stepper::new(network, &[Label(&label)], &[Sample(sample)], 0.3);
        until(&mut stepper, name).symbols()
    };
    let whole = "sigmoid(w81·x1 + w82·x2 + w83·x3 + w84·x4 + w85·x5 + w86·x6 + w87·x7 + w8b)";
    assert_eq!(symbols(&[7, 1], &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "a8"), whole);
    let (sample, shortened) =
        ([0.0, 0.0, 0.0, 0.2, -0.9, 0.1, 0.3, 0.0], "sigmoid(w94·x4 + w95·x5 + w97·x7 + … 5 more … + w9b)");
    assert_eq!(symbols(&[8, 1], &sample, "a9"), shortened);
    // On the way back there is no bias; the last outputs are farthest from their labels.
    let shortened = "a2·(1 - a2)·(w92·δ9 + w10,2·δ10 + w11,2·δ11 + … 6 more …)";
    assert_eq!(symbols(&[1, 1, 9], &[0.5], "δ2"), shortened);
}

#[test]
fn numbers_show_three_digits_at_least_and_no_rows_of_zeros() {
    for (value, decimals, text) in [
        (0.0, 6, "0.000000"),
        (-0.0, 6, "0.000000"), // what comes out of 0·(−w)
        (0.0, 0, "0.00"),
        (1.0, 0, "1.00"),
        (12.0, 3, "12.000"),
        (-0.25, 1, "-0.250"),
        (0.1, 0, "0.100"),
        (0.0123456, 2, "0.0123"),
        (0.00123456, 6, "0.001235"),
        (0.000123456, 6, "0.000123"),
        (0.0000123456, 6, "0.0000123"),
        (1.23456e-11, 6, "0.000000000012"),
        (1e-12, 6, "0.000000000001"),
        (0.99e-12, 6, "9.900e-13"),
        (-1e-300, 9, "-1.000000e-300"),
        (999_999_999_999_999.0, 2, "999999999999999.00"),
        (1e15, 6, "1.000e15"),
        (-1e15, 2, "-1e15"),
        (f64::INFINITY, 6, "inf"),
        (f64::NAN, 6, "NaN"),
    ] {
        assert_eq!(number(value, decimals), text, "{value:e} with {decimals} decimals");
    }
}

/// By hand: 1-1-1, linear, all weights and biases 1/2, both samples 1 with label 1/4, η = 1/2, λ = 1, so that decay is
/// 1 - 1/2 · 1/2.
#[test]
fn steps_of_a_mini_batch_print_what_is_kept_the_sum_and_the_mean() {
    let architecture = Architecture::new(&[1, 1, 1]).with_activations(&[Activation::Identity; 2]);
    let mut parameters = Parameters::zeros(&architecture);
    parameters.iter_mut().for_each(|weight| *weight = 0.5);
    let lines = |size: usize, dropout: f64, seed: u64| -> Vec<String> {
        let network = Network::from_parameters(&architecture, &parameters);
        let stepper = Stepper::new(network, &[Label(&[0.25]); 2], &[Sample(&[1.0]); 2], 0.5)
            .in_mini_batches(MiniBatches { size, l2: 1.0, dropout, seed });
        let steps = stepper.epoch_len();
        stepper.take(steps).map(|step| step.to_string()).collect()
    };
    let is_silenced = |line: &String| line.contains("k2 = silenced");
    let seed = |dropout| {
        let keeps_only_the_first = |seed: &u64| {
            let lines = lines(2, dropout, *seed);
            !is_silenced(&lines[1]) && lines.iter().any(is_silenced)
        };
        (0..100).find(keeps_only_the_first).expect("one in four does")
    };
    let expected = [
        "node 1-0: k2 = 1/(1 - p) = 1/(1 - 0.5) = 2.000000",
        "node 1-0: k2 = silenced = 0.000000",
        "node 2-0: a3 = identity(w32·k2·a2 + w3b) = identity(0.500000·2·1.000000 + 0.500000) = \
         identity(1.500000) = 1.500000",
        "node 1-0: δ2 = k2·1·(w32·δ3) = 2·1·(0.500000·(-1.250000)) = 2·1.000000·(-0.625000) = -1.250000",
        "(1-0) -> (2-0): g32 ← δ3·k2·a2 = (-1.250000)·2·1.000000 = -2.500000",
        "(1-0) -> (2-0): g32 ← g32 + δ3·k2·a2 = (-2.500000) + (-0.250000)·0·1.000000 = -2.500000",
        "(1-0) -> (2-0): w32 ← decay·w32 + η·g32/2 = 0.750000·0.500000 + 0.5·(-2.500000)/2 = -0.250000",
        "(1-1) -> (2-0): w3b ← w3b + η·g3b/2 = 0.500000 + 0.5·(-1.500000)/2 = 0.125000",
    ];
    let whole = lines(2, 0.5, seed(0.5));
    for line in expected {
        assert!(whole.iter().any(|printed| printed == line), "{line} is not in\n{}", whole.join("\n"));
    }
    // 1 / (1 - 0.2) is not a whole number.
    let kept = lines(2, 0.2, seed(0.2));
    assert!(kept[3].contains("identity(0.500000·1.250000·1.000000 + 0.500000)"), "{}", kept[3]);
    // The mean of one is the sum: δ3 = 1/4 - 1.
    let alone = lines(1, 0.0, 0);
    let line = "(1-0) -> (2-0): w32 ← decay·w32 + η·g32 = 0.750000·0.500000 + 0.5·(-0.750000) = 0.000000";
    assert!(alone.iter().any(|printed| printed == line), "{line} is not in\n{}", alone.join("\n"));
}

#[cfg(feature = "serde")]
#[test]
fn steps_in_json_count_from_1_and_show_kept_only_where_it_is_not_1() {
    let mini_batches = MiniBatches { size: 1, l2: 0.0, dropout: 0.5, seed: 3 };
    let mut stepper = two_classes().in_mini_batches(mini_batches);
    let steps = 2 * stepper.epoch_len();
    for step in stepper.by_ref().take(steps) {
        let json = serde_json::to_value(&step).expect("a step is JSON");
        assert_eq!(json["step"], step.position + 1);
        assert_eq!(json["epoch"], step.epoch + 1);
        assert_eq!(json["mini_batch"], step.mini_batch.expect("not plain") + 1);
        for (term, shown) in
            step.reading.terms().iter().zip(json["reading"]["terms"].as_array().into_iter().flatten())
        {
            assert_eq!(
                shown.get("kept").and_then(serde_json::Value::as_f64),
                Some(term.kept).filter(|k| *k != 1.0)
            );
        }
    }
    let plain = two_classes().next().expect("a stepper has no end");
    assert!(serde_json::to_value(&plain).expect("a step is JSON").get("mini_batch").is_none());
}

#[test]
#[should_panic(expected = "a network must be wired layer by layer")]
fn a_network_wired_in_another_order_is_refused() {
    let mut network = Network::empty(&Architecture::new(&[2, 1]));
    let inputs = [0, 1].map(|index| network.add_node(Node::new(0, index, Activation::Sigmoid)));
    let bias = network.add_node(ConstNode::new(0, 2));
    let output = network.add_node(Node::new(1, 0, Activation::Sigmoid));
    let last = network.add_node(ConstNode::new(1, 1));
    network.layers.push(Layer { layer_index: 0, nodes: vec![inputs[0], inputs[1], bias] });
    network.layers.push(Layer { layer_index: 1, nodes: vec![output, last] });
    for upstream in [inputs[1], inputs[0], bias] {
        network.connect(upstream, output, 0.5);
    }
    let _ = Order::new(&network);
}
