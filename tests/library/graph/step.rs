//! Node-sized steps: together they are `train_one_sample`, each can be undone, and each says what it did.

use std::collections::BTreeSet;

use backprop::graph::{ConnectionId, Network};
use backprop::step::{Edit, Phase, Reading, Step, Stepper, Target, Term};
use backprop::{
    Activation, Architecture, Cost, Engine as _, Label, MiniBatches, Parameters, Sample, WeightInit,
};
use proptest::prelude::*;

use testkit::golden::{Online, read_json};
use testkit::networks::OF_NEURONS;

/// Returns everything a training step can change, as bits.
fn state(network: &Network) -> Vec<u64> {
    let nodes = network.nodes.iter().flat_map(|node| [node.output(), node.kept(), node.delta()]);
    let connections = network.connections.iter().flat_map(|c| [c.weight, c.gradient]);
    bits(&nodes.chain(connections).collect::<Vec<f64>>())
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

#[derive(Debug, Clone)]
struct Error {
    architecture: Architecture,
    parameters: Parameters,
    samples: Vec<Vec<f64>>,
    labels: Vec<Vec<f64>>,
    rate: f64,
}

impl Error {
    fn network(&self) -> Network {
        Network::from_parameters(&self.architecture, &self.parameters)
    }

    fn labels(&self) -> Vec<Label<'_>> {
        self.labels.iter().map(|label| Label(label)).collect()
    }

    fn samples(&self) -> Vec<Sample<'_>> {
        self.samples.iter().map(|sample| Sample(sample)).collect()
    }

    fn stepper(&self) -> Stepper {
        Stepper::new(self.network(), &self.labels(), &self.samples(), self.rate)
    }
}

/// Random layers, activations, cost, weights and samples.
fn problems() -> impl Strategy<Value = Error> {
    let layers = prop::collection::vec((1..=5usize, 0..4usize), 2..=4);
    (layers, any::<bool>(), any::<u64>(), 1..=5usize, 0.01..1.0).prop_flat_map(
        |(layers, entropy, seed, count, rate)| {
            let sizes: Vec<usize> = layers.iter().map(|(size, _)| *size).collect();
            let mut activations: Vec<Activation> =
                layers[1..].iter().map(|(_, kind)| OF_NEURONS[*kind]).collect();
            let mut cost = Cost::Quadratic;
            if entropy {
                cost = Cost::CrossEntropy;
                activations[sizes.len() - 2] = Activation::Sigmoid;
            }
            let architecture = Architecture::new(&sizes).with_activations(&activations).with_cost(cost);
            let parameters = WeightInit::Normal.draw(&architecture, seed);
            let samples = prop::collection::vec(prop::collection::vec(-1.0..1.0, sizes[0]), count);
            let labels =
                prop::collection::vec(prop::collection::vec(0.0..1.0, sizes[sizes.len() - 1]), count);
            (samples, labels).prop_map(move |(samples, labels)| {
                let (architecture, parameters) = (architecture.clone(), parameters.clone());
                Error { architecture, parameters, samples, labels, rate }
            })
        },
    )
}

/// Plain steps too.
fn mini_batches() -> impl Strategy<Value = MiniBatches> {
    let l2 = prop_oneof![Just(0.0), 0.01..1.0];
    let dropout = prop_oneof![Just(0.0), 0.1..0.9];
    (1..=4usize, l2, dropout, any::<u64>()).prop_map(|(size, l2, dropout, seed)| MiniBatches {
        size,
        l2,
        dropout,
        seed,
    })
}

fn nine_nodes() -> Error {
    let golden: Online = read_json("online_3_4_2.json");
    Error {
        architecture: Architecture::new(&golden.sizes),
        parameters: golden.model_before.parameters(),
        samples: golden.inputs,
        labels: golden.labels,
        rate: golden.rate,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_steps_together_are_train_one_sample_bit_for_bit(problem in problems()) {
        let mut trained = problem.network();
        let mut stepper = problem.stepper();
        for epoch in 0..2 {
            for (index, (label, sample)) in problem.labels().into_iter().zip(problem.samples()).enumerate() {
                prop_assert_eq!((stepper.epoch(), stepper.sample_index()), (epoch, index));
                for _ in 0..stepper.order().len() {
                    stepper.next();
                }
                trained.train_one_sample(label, sample, problem.rate);
                prop_assert_eq!(state(stepper.network()), state(&trained));
            }
        }
    }

    #[test]
    fn all_steps_of_a_mini_batch_together_are_train_mini_batch_bit_for_bit(
        problem in problems(),
        mini_batches in mini_batches(),
    ) {
        let mut trained = problem.network();
        let mut stepper = problem.stepper().in_mini_batches(mini_batches);
        let count = problem.samples.len();
        let size = mini_batches.size.min(count);
        for epoch in 0..2 {
            for (batch, samples) in problem.samples().chunks(size).enumerate() {
                let labels = &problem.labels()[batch * size..][..samples.len()];
                let moment = stepper.moment(stepper.position());
                prop_assert_eq!((moment.epoch, moment.mini_batch, moment.step), (epoch, batch, 0));
                let met = stepper.costs().len();
                let order = stepper.order().clone();
                prop_assert_eq!(order.samples(), if mini_batches.are_plain() { 1 } else { samples.len() });
                for _ in 0..order.len() {
                    stepper.next();
                }
                let step = mini_batches.step(problem.rate, count, epoch * count + batch * size);
                let cost = trained.train_mini_batch(labels, samples, &step);
                prop_assert_eq!(state(stepper.network()), state(&trained));
                let costs: f64 = stepper.costs()[met..].iter().sum();
                // A linear network may diverge, and its cost with it.
                let alike = (costs - cost).abs() <= 1e-9 * cost.abs().max(1.0);
                prop_assert!(alike || !(costs.is_finite() || cost.is_finite()), "{costs:e}, {cost:e}");
            }
        }
        prop_assert_eq!(stepper.position(), 2 * stepper.epoch_len());
    }

    #[test]
    fn every_step_can_be_taken_back_bit_for_bit(problem in problems(), mini_batches in mini_batches()) {
        let mut stepper = problem.stepper().in_mini_batches(mini_batches);
        let end = 2 * stepper.epoch_len();
        let mut passed = Vec::new();
        for _ in 0..end {
            passed.push((state(stepper.network()), bits(stepper.costs())));
            stepper.next();
        }
        while let Some((before, costs)) = passed.pop() {
            prop_assert!(stepper.back());
            prop_assert_eq!(stepper.position(), passed.len());
            prop_assert_eq!(state(stepper.network()), before);
            prop_assert_eq!(bits(stepper.costs()), costs);
        }
        prop_assert!(!stepper.back());
    }

    #[test]
    fn going_to_a_step_is_the_same_from_everywhere(
        problem in problems(),
        stops in prop::collection::vec(0.0..1.0f64, 6),
        memory in 1..40usize,
        mini_batches in mini_batches(),
    ) {
        let mut stepper = problem.stepper().in_mini_batches(mini_batches).with_memory(memory);
        let end = 3 * stepper.epoch_len();
        for stop in stops {
            let position = (stop * end as f64) as usize;
            stepper.goto(position);
            let mut fresh = problem.stepper().in_mini_batches(mini_batches);
            fresh.goto(position);
            prop_assert_eq!(state(stepper.network()), state(fresh.network()));
            prop_assert_eq!(bits(stepper.costs()), bits(fresh.costs()));
            // As text, because linear neurons may diverge, and a NaN is not equal to itself.
            prop_assert_eq!(format!("{:?}", stepper.latest()), format!("{:?}", fresh.latest()));
            prop_assert_eq!(stepper.position(), position);
            prop_assert_eq!(state(stepper.network()), state(fresh.network()));
        }
    }

    /// Computes the formula from the numbers that a step says it read.
    #[test]
    fn the_terms_of_a_step_give_its_value_bit_for_bit(problem in problems(), mini_batches in mini_batches()) {
        let stepper = problem.stepper().in_mini_batches(mini_batches);
        let steps = 2 * stepper.epoch_len();
        for step in stepper.take(steps) {
            let sum = step.reading.terms().iter().map(Term::product).fold(0.0, |sum, product| sum + product);
            let value = match &step.reading {
                Reading::SetInput {} => {
                    let Target::Node(place) = step.target else { panic!("an input is a node") };
                    problem.samples[step.sample][place.index as usize]
                }
                Reading::Output { activation, weighted_input, .. } => {
                    prop_assert_eq!(weighted_input.to_bits(), sum.to_bits());
                    activation.value(sum)
                }
                Reading::OutputDelta { cost: Cost::Quadratic, output, label, slope, .. } => slope * (label - output),
                Reading::OutputDelta { cost: Cost::CrossEntropy | Cost::LogLikelihood, output, label, .. } => {
                    label - output
                }
                // Kept with this probability or silenced: the mask decides which, as the test of the whole step
                // checks.
                Reading::DropOut { probability } if step.after != 0.0 => 1.0 / (1.0 - probability),
                Reading::DropOut { .. } => 0.0,
                Reading::HiddenDelta { activation, output, downstream_delta, slope, kept, .. } => {
                    prop_assert_eq!(downstream_delta.to_bits(), sum.to_bits());
                    prop_assert_eq!(slope.to_bits(), activation.derivative_from_output(*output).to_bits());
                    kept * slope * sum
                }
                Reading::UpdateWeight { rate, delta, input, gradient } => {
                    prop_assert_eq!(gradient.to_bits(), (delta * input).to_bits());
                    step.before + rate * gradient
                }
                Reading::AddGradient { first, delta, input, kept, gradient } => {
                    prop_assert_eq!(gradient.to_bits(), (delta * (kept * input)).to_bits());
                    if *first { *gradient } else { gradient + step.before }
                }
                Reading::UpdateByMean { rate, weight_decay, gradient_sum, samples, gradient } => {
                    let Target::Connection(wire) = step.target else { panic!("a weight is a connection's") };
                    let decay = 1.0 - rate * mini_batches.l2 / problem.samples.len() as f64;
                    let decay = if wire.upstream.number.is_some() { decay } else { 1.0 };
                    prop_assert_eq!(weight_decay.to_bits(), decay.to_bits());
                    prop_assert_eq!(gradient.to_bits(), (gradient_sum / *samples as f64).to_bits());
                    decay * step.before + rate * gradient
                }
            };
            prop_assert_eq!(value.to_bits(), step.after.to_bits(), "{}", step);
        }
    }

    #[test]
    fn an_edited_weight_or_input_is_what_the_training_step_begins_with(
        problem in problems(),
        (place, choice, value) in (0.0..1.0f64, 0.0..1.0f64, -2.0..2.0f64),
    ) {
        let mut stepper = problem.stepper();
        let steps = stepper.order().len();
        let position = (place * 2.5 * steps as f64) as usize;
        let connections = stepper.network().connections.len();
        let edited = (choice * connections as f64) as usize;
        let id = connection_id(stepper.network(), edited);
        stepper.goto(position);
        stepper.edit(Edit::Weight(id, value));
        stepper.edit(Edit::Input(0, value));

        // The same by hand: train up to this step, change the two numbers, train on.
        let mut trained = problem.network();
        let count = problem.samples.len();
        for done in 0..4 {
            let mut sample = problem.samples[done % count].clone();
            if done == position / steps {
                trained.connections[edited].weight = value;
            }
            if done >= position / steps && done % count == (position / steps) % count {
                sample[0] = value;
            }
            trained.train_one_sample(Label(&problem.labels[done % count]), Sample(&sample), problem.rate);
        }
        prop_assert_eq!(stepper.position(), position);
        stepper.goto(4 * steps);
        prop_assert_eq!(state(stepper.network()), state(&trained));

        // Back before the edit and forward again; and without it after a reset.
        stepper.goto(0);
        stepper.goto(4 * steps);
        prop_assert_eq!(state(stepper.network()), state(&trained));
        stepper.reset();
        prop_assert_eq!(state(stepper.network()), state(&problem.network()));
        stepper.goto(position);
        let mut fresh = problem.stepper();
        fresh.goto(position);
        prop_assert_eq!(state(stepper.network()), state(fresh.network()));
    }
}

/// A label and a rate changed by hand apply to every step from then on; undone, they leave no trace.
#[test]
fn an_edited_label_or_rate_trains_and_an_undone_edit_leaves_no_trace() {
    let mut problem = nine_nodes();
    let steps = problem.stepper().order().len();
    let mut stepper = problem.stepper();
    stepper.goto(steps + 20); // among the second sample's steps
    let untouched = state(stepper.network());
    stepper.edit(Edit::Rate(0.7));
    stepper.edit(Edit::Label(1, 0.25));
    assert_eq!(stepper.position(), steps + 20);
    assert_eq!((stepper.rate(), stepper.label()[1]), (0.7, 0.25));

    let update = stepper.clone().nth(steps - 21).expect("a stepper has no end");
    assert!(matches!(update.reading, Reading::UpdateWeight { rate: 0.7, .. }), "{update}");
    let first_update = { problem.stepper() }.nth(steps - 1).expect("a stepper has no end");
    stepper.goto(steps - 1);
    assert_eq!(stepper.next(), Some(first_update), "the step before the edits read the rate before them");

    let mut trained = problem.network();
    trained.train_one_sample(problem.labels()[0], problem.samples()[0], problem.rate);
    problem.labels[1][1] = 0.25;
    for (label, sample) in problem.labels().into_iter().zip(problem.samples()).skip(1) {
        trained.train_one_sample(label, sample, 0.7);
    }
    stepper.goto(stepper.epoch_len());
    assert_eq!(state(stepper.network()), state(&trained));

    assert_eq!(stepper.edits().collect::<Vec<_>>(), [(1, Edit::Rate(0.7)), (1, Edit::Label(1, 0.25))]);
    assert_eq!(stepper.undo_edit(), Some(Edit::Label(1, 0.25)));
    assert_eq!(stepper.undo_edit(), Some(Edit::Rate(0.7)));
    assert_eq!(stepper.undo_edit(), None);
    stepper.goto(steps + 20);
    assert_eq!(state(stepper.network()), untouched);
}

/// Returns the id of the connection at this place in the list.
fn connection_id(network: &Network, place: usize) -> ConnectionId {
    let ids = network.nodes.iter().flat_map(|node| node.downstream().iter().copied());
    ids.into_iter().find(|id| id.index() == place).expect("every connection is downstream of a node")
}

#[test]
fn one_step_of_the_nine_node_network_is_46_steps_in_the_original_s_order() {
    let problem = nine_nodes();
    let names: Vec<String> = problem.stepper().take(46).map(|step| step.name()).collect();
    let expected = "x1 x2 x3 a4 a5 a6 a7 a8 a9 δ8 δ9 δ4 δ5 δ6 δ7 δ(1-4) δ1 δ2 δ3 δ(0-3) \
                    w41 w51 w61 w71 w42 w52 w62 w72 w43 w53 w63 w73 w4b w5b w6b w7b \
                    w84 w94 w85 w95 w86 w96 w87 w97 w8b w9b";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn every_value_of_every_step_is_the_reference_s() {
    let golden: Online = read_json("online_3_4_2.json");
    let problem = nine_nodes();
    let mut stepper = problem.stepper();
    for (index, expected) in golden.samples.as_ref().expect("recorded sample by sample").iter().enumerate() {
        let weights = expected.model_after.parameters();
        let gradients = expected.gradient();
        let mut met = BTreeSet::new();
        for _ in 0..stepper.order().len() {
            let step = stepper.next().expect("a stepper has no end");
            let reference = match (step.target, step.phase) {
                (Target::Node(at), Phase::SetInput | Phase::Output) => {
                    expected.outputs[at.layer as usize][at.index as usize]
                }
                // The reference has no deltas of input and constant nodes; a constant node's is 0.
                (Target::Node(at), _) if at.number.is_none() => 0.0,
                (Target::Node(at), _) if at.layer == 0 => continue,
                (Target::Node(at), _) => expected.deltas[at.layer as usize - 1][at.index as usize],
                (Target::Connection(wire), _) => {
                    let (j, k) = (wire.downstream.index as usize, wire.upstream.index as usize);
                    let layer = wire.upstream.layer as usize;
                    let of = |p: &Parameters| match wire.upstream.number {
                        Some(_) => p.layers[layer].weights[j][k],
                        None => p.layers[layer].biases[j],
                    };
                    let Reading::UpdateWeight { gradient, .. } = step.reading else { panic!("{step}") };
                    assert!((gradient - of(&gradients)).abs() < 1e-12, "{step}");
                    of(&weights)
                }
            };
            assert!((step.after - reference).abs() < 1e-12, "sample {index}: {step}, expected {reference}");
            assert!(met.insert(step.name() + &format!("{:?}", step.phase)), "{} came twice", step.name());
        }
        assert_eq!(met.len(), 43, "46 steps, less the deltas of three inputs");
        assert!((stepper.costs()[index] - expected.error).abs() < 1e-12);
    }
}

/// Products and sums by hand from tests/golden/online_3_4_2.json.
#[test]
fn steps_print_as_the_formula_filled_in() {
    let problem = nine_nodes();
    let steps: Vec<String> = problem.stepper().take(46).map(|step| step.to_string()).collect();
    let expected = [
        (0, "node 0-0: x1 = sample[0] = 0.658875"),
        (
            3,
            "node 1-0: a4 = sigmoid(w41·x1 + w42·x2 + w43·x3 + w4b) = sigmoid(0.274137·0.658875 + \
             0.931745·0.213732 + 0.555145·0.856233 + (-0.238582)) = sigmoid(0.616518) = 0.649426",
        ),
        (
            9,
            "node 2-0: δ8 = a8·(1 - a8)·(t8 - a8) = 0.356585·(1 - 0.356585)·(0.378675 - 0.356585) = 0.005068",
        ),
        (
            11,
            "node 1-0: δ4 = a4·(1 - a4)·(w84·δ8 + w94·δ9) = 0.649426·(1 - 0.649426)·(0.618540·0.005068 + \
             (-0.141065)·0.010314) = 0.227672·0.001680 = 0.000382",
        ),
        (20, "(0-0) -> (1-0): w41 ← w41 + η·δ4·x1 = 0.274137 + 0.3·0.000382·0.658875 = 0.274213"),
        (32, "(0-3) -> (1-0): w4b ← w4b + η·δ4·1 = (-0.238582) + 0.3·0.000382·1 = -0.238467"),
    ];
    for (place, text) in expected {
        assert_eq!(steps[place], text);
    }
    let nine_decimals = format!("{:.9}", problem.stepper().nth(3).expect("a stepper has no end"));
    assert!(nine_decimals.ends_with(" = 0.649426136"), "{nine_decimals}");
}

#[cfg(feature = "serde")]
#[test]
fn a_long_sum_is_shortened_on_the_line_and_whole_in_the_data() {
    let network = Network::new(&[784, 12, 10], 1);
    let (label, sample) = ([0.1; 10], vec![0.5; 784]);
    let mut stepper = Stepper::new(network, &[Label(&label)], &[Sample(&sample)], 0.3);
    let step = stepper.nth(784).expect("a stepper has no end");
    assert_eq!(step.reading.terms().len(), 785);
    let symbols = step.symbols();
    let strongest = step.reading.strongest().expect("it is a sum");
    assert!(symbols.contains(&format!("w785,{0}·x{0} + ", strongest + 1)), "{symbols}");
    assert!(symbols.ends_with(" + … 781 more … + w785,b)"), "{symbols}");
    assert!(step.numbers(6).contains(" + … 781 more … + "));
    let json = serde_json::to_value(&step).expect("a step is JSON");
    assert_eq!(json["reading"]["terms"].as_array().map(Vec::len), Some(785));
}

#[cfg(feature = "serde")]
#[test]
fn a_step_in_json_keeps_every_bit() {
    let problem = nine_nodes();
    for step in problem.stepper().take(46) {
        let text = serde_json::to_string(&step).expect("a step is JSON");
        assert!(!text.contains('\n'));
        let json: serde_json::Value = serde_json::from_str(&text).expect("it is valid");
        assert_eq!(json["after"].as_f64().map(f64::to_bits), Some(step.after.to_bits()));
        assert_eq!(json["name"], step.name());
        assert_eq!(json["text"], step.to_string());
        assert_eq!(json["step"], step.position + 1);
    }
}

#[test]
fn each_activation_and_cost_prints_its_own_slope() {
    let line = |activation, cost, at: usize| {
        let architecture = Architecture::new(&[1, 1, 1])
            .with_activations(&[
                activation,
                if cost == Cost::CrossEntropy { Activation::Sigmoid } else { activation },
            ])
            .with_cost(cost);
        let mut parameters = Parameters::zeros(&architecture);
        parameters.iter_mut().for_each(|w| *w = 0.5);
        let network = Network::from_parameters(&architecture, &parameters);
        let mut stepper = Stepper::new(network, &[Label(&[0.25])], &[Sample(&[1.0])], 0.3);
        let step: Step = stepper.nth(at).expect("a stepper has no end");
        step.to_string()
    };
    // A chain 1 -> 2 -> 3 with all weights and biases 1/2: z = 1 at node 2.
    assert_eq!(
        line(Activation::Identity, Cost::Quadratic, 2),
        "node 2-0: a3 = identity(w32·a2 + w3b) = identity(0.500000·1.000000 + 0.500000) = identity(1.000000) = 1.000000"
    );
    assert_eq!(
        line(Activation::Identity, Cost::Quadratic, 3),
        "node 2-0: δ3 = 1·(t3 - a3) = 1·(0.250000 - 1.000000) = -0.750000"
    );
    assert_eq!(
        line(Activation::Relu, Cost::Quadratic, 4),
        "node 1-0: δ2 = [a2 > 0]·(w32·δ3) = [1.000000 > 0]·(0.500000·(-0.750000)) = 1.000000·(-0.375000) = -0.375000"
    );
    assert!(
        line(Activation::Tanh, Cost::Quadratic, 4)
            .contains("δ2 = (1 - a2·a2)·(w32·δ3) = (1 - 0.761594·0.761594)·")
    );
    assert!(line(Activation::Sigmoid, Cost::CrossEntropy, 3).contains("δ3 = t3 - a3 = 0.250000 - 0.7"));
}

#[test]
fn a_weight_edited_by_hand_shows_in_the_network_and_in_the_formula() {
    let problem = nine_nodes();
    let mut stepper = problem.stepper();
    stepper.goto(4);
    let w41 = stepper.network().nodes[4].upstream()[0];
    stepper.edit(Edit::Weight(w41, 0.5));
    let line = stepper.latest().expect("four steps are done").to_string();
    assert!(line.contains("sigmoid(0.500000·0.658875 + "), "{line}");
    assert_eq!(stepper.network().parameters().layers[0].weights[0][0], 0.5);
}

#[test]
#[should_panic(expected = "a sample must be as long as the input layer")]
fn a_sample_of_another_length_is_refused() {
    let _ = Stepper::new(Network::new(&[3, 2], 0), &[Label(&[0.1, 0.9])], &[Sample(&[1.0])], 0.3);
}
