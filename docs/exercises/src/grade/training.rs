//! A network wired by hand, and a whole training step on it.

use backprop::gradient_check::ParameterId;
use backprop::graph::{AnyNode, Network, NodeId};
use backprop::{Architecture, Engine, Label, LayerParameters, Parameters, Sample, WeightInit};

use crate::lesson::run;
use crate::trial::close;
use crate::whole::{SHAPES, check, formula_of, lesson, verdict_on};
use crate::{Formula, Grade, Lesson};

/// The learning rate of the graded steps.
const RATE: f64 = 0.3;

/// `wire(sizes)`: a network whose nodes are all connected; `step(network, label, sample, rate)`: one training step on it.
pub fn training_step(
    wire: fn(&[usize]) -> Network,
    step: fn(&mut Network, Label<'_>, Sample<'_>, f64),
) -> Grade {
    for sizes in [&[2, 2, 1][..], SHAPES[0]] {
        let network = run(Formula::Wiring, &format!("wiring {sizes:?}"), || wire(sizes))?;
        wiring(&network, sizes)?;
    }
    for sizes in SHAPES {
        let architecture = Architecture::new(sizes);
        let report = run(Formula::Output, &format!("a step on {sizes:?}"), || {
            check(&architecture, 0, &|architecture, parameters, task| {
                let mut network = Network::from_parameters(architecture, parameters);
                let example = &task.examples[0];
                leave_traces(&mut network);
                step(&mut network, example.label(), example.sample(), RATE);
                let after = network.parameters();
                after.iter().zip(parameters.iter()).map(|(after, before)| (after - before) / RATE).collect()
            })
        })?;
        let pattern = report.diagnosis.as_ref().map(|diagnosis| &diagnosis.pattern);
        let formula = pattern.map_or(Formula::Update, |pattern| formula_of(pattern, RATE));
        if let Some(found) = lesson(&report, formula) {
            let by_nodes = in_the_nodes(&architecture, step).map(|by_nodes| Lesson {
                diagnosis: verdict_on(&report, by_nodes.formula).unwrap_or(by_nodes.diagnosis.clone()),
                ..by_nodes
            });
            return Err(by_nodes.unwrap_or(found));
        }
    }
    Ok(())
}

/// Whether every node is there and connected with every neuron of the next layer, the constant node last.
fn wiring(network: &Network, sizes: &[usize]) -> Grade {
    let wrong = |found: String| Err(Lesson::new(Formula::Wiring, format!("sizes {sizes:?}\n{found}"), ""));
    if network.layers.len() != sizes.len() {
        return wrong(format!("there are {} layers; {} are wanted", network.layers.len(), sizes.len()));
    }
    for (number, (layer, &size)) in network.layers.iter().zip(sizes).enumerate() {
        if layer.nodes.len() != size + 1 {
            return wrong(format!(
                "layer {number} has {} nodes; {size} neurons and a constant node are wanted",
                layer.nodes.len()
            ));
        }
        let kinds: Vec<bool> = layer.nodes.iter().map(|&id| network[id].as_node().is_some()).collect();
        if kinds[size] || kinds[..size].contains(&false) {
            return wrong(format!("layer {number}: the constant node must be the last, and the only one"));
        }
    }
    for number in 1..sizes.len() {
        for (j, &id) in network.layers[number].neurons().iter().enumerate() {
            let sources: Vec<NodeId> =
                network[id].upstream().iter().map(|&id| network[id].upstream()).collect();
            if sources != network.layers[number - 1].nodes {
                return wrong(format!(
                    "node {number}-{j} has {} upstream connections; it wants one from each of the {} nodes before it, \
                     in their order, the constant one last",
                    sources.len(),
                    sizes[number - 1] + 1
                ));
            }
        }
    }
    Ok(())
}

/// Outputs, deltas and gradients of another sample, as every step but the first finds them.
fn leave_traces(network: &mut Network) {
    let (inputs, outputs) = (network.architecture.input_size(), network.architecture.output_size());
    network.get_gradient(Label(&vec![0.75; outputs]), Sample(&vec![-0.5; inputs]));
}

/// The first formula whose result, as the step leaves it in the nodes, is not what it should be.
fn in_the_nodes(
    architecture: &Architecture,
    step: fn(&mut Network, Label<'_>, Sample<'_>, f64),
) -> Option<Lesson> {
    let parameters: Parameters = WeightInit::Scaled.draw(architecture, 1);
    let mut right = Network::from_parameters(architecture, &parameters);
    let mut yours = right.clone();
    leave_traces(&mut yours);
    let sample: Vec<f64> = (0..architecture.input_size()).map(|i| 0.8 - 0.3 * i as f64).collect();
    let label: Vec<f64> = (0..architecture.output_size()).map(|i| 0.9 - 0.4 * i as f64).collect();
    step(&mut yours, Label(&label), Sample(&sample), RATE);
    right.predict(Sample(&sample));
    right.calc_delta(Label(&label));
    let last = architecture.sizes.len() - 1;
    for (number, layer) in right.layers.iter().enumerate() {
        for &id in layer.neurons() {
            let formula = Formula::Output;
            let (expected, got) = (right[id].output(), yours[id].output());
            if !close(expected, got) {
                return Some(stored(formula, &right[id], "output", expected, got, number == 0));
            }
        }
    }
    for number in (1..=last).rev() {
        for &id in right.layers[number].neurons() {
            let formula = if number == last { Formula::OutputDelta } else { Formula::HiddenDelta };
            let (expected, got) = (right[id].delta(), yours[id].delta());
            if !close(expected * 1e3, got * 1e3) {
                return Some(stored(formula, &right[id], "delta", expected, got, false));
            }
        }
    }
    let moved = yours.parameters();
    right.update_weight(RATE);
    in_the_weights(&parameters, &right, &yours, &moved)
}

/// The weight that is furthest off, if one is.
fn in_the_weights(
    before: &Parameters,
    right: &Network,
    yours: &Network,
    moved: &Parameters,
) -> Option<Lesson> {
    let after = right.parameters();
    let differences = after.iter().zip(moved.iter()).map(|(after, moved)| (after - moved).abs());
    let (worst, _) = differences.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let at = |parameters: &Parameters| parameters.iter().nth(worst).unwrap_or(f64::NAN);
    if close(at(&after), at(moved)) {
        return None;
    }
    let kept = right.connections.iter().zip(yours.connections.iter());
    let gradients_right = kept.into_iter().all(|(right, yours)| close(right.gradient, yours.gradient));
    let formula = if gradients_right { Formula::Update } else { update_or_gradient(before, &after, moved) };
    let found = format!(
        "outputs and deltas are right. The weight of {}, {:+.6} before the step\n    expected {:+.9}\n    got      {:+.9}",
        ParameterId::in_network(&right.architecture, worst).connection_name(&right.architecture.sizes),
        at(before),
        at(&after),
        at(moved)
    );
    Some(Lesson::new(formula, found, ""))
}

/// Weights that did not move at all (but for the biases alone), that became the step itself, or that moved by one
/// multiple of the right step, are the update's fault; anything else is the gradient's.
fn update_or_gradient(before: &Parameters, right: &Parameters, moved: &Parameters) -> Formula {
    let is_bias = |layer: &LayerParameters| {
        let weights = layer.weights.iter().map(Vec::len).sum();
        std::iter::repeat_n(false, weights).chain(std::iter::repeat_n(true, layer.biases.len()))
    };
    let (mut ratios, mut unmoved_weights, mut others) = (Vec::new(), false, false);
    let numbers = before.iter().zip(right.iter()).zip(moved.iter());
    for (((before, right), moved), bias) in numbers.zip(before.layers.iter().flat_map(is_bias)) {
        let (step, moved_by) = (right - before, moved - before);
        if step.abs() > 1e-9 {
            ratios.push(moved_by / step);
        }
        let is_unmoved = moved_by == 0.0;
        unmoved_weights |= is_unmoved && !bias;
        others |= !(close(moved, right) || close(moved, step) || is_unmoved);
    }
    let one_multiple = ratios.iter().all(|ratio| (ratio - ratios[0]).abs() < 1e-4 * (1.0 + ratio.abs()));
    let biases_alone = !unmoved_weights && ratios.contains(&0.0);
    if one_multiple || !(others || biases_alone) { Formula::Update } else { Formula::Gradient }
}

fn stored(formula: Formula, node: &AnyNode, what: &str, expected: f64, got: f64, input: bool) -> Lesson {
    let (layer, place) = (node.layer_index(), node.node_index());
    let found = format!(
        "after a step, the {what} of node {layer}-{place}\n    expected {expected:+.9}\n    got      {got:+.9}"
    );
    let diagnosis = if input { "A node of the input layer: its output is the sample's number." } else { "" };
    Lesson::new(formula, found, diagnosis)
}
