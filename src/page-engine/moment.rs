//! One moment of the walk: the latest step, its formula, and every number at that moment.

use backprop::step::text::number;
use backprop::step::view::{Age, Quantity, explanation};
use backprop::step::{self, Phase, Reading, Step, Stepper, Target};
use serde::Serialize;

use crate::formula::Formula;
use crate::map::{DrawnConnection, Map};
use crate::matrices::{self, Equation};
use crate::texts::{DECIMALS, Shown};

/// Everything the page shows at a position.
#[derive(Debug, Serialize)]
pub struct Moment {
    position: usize,
    /// The epoch of the step, from 1.
    epoch: usize,
    /// The sample of the step, an index from 0.
    sample: usize,
    epoch_length: usize,
    /// The position before the first step of the sample.
    sample_start: usize,
    place: String,
    /// The step as in one line of `step --json`.
    step: Option<Step>,
    phase: Option<Phase>,
    phases: Vec<PhaseShown>,
    /// A title for the step, and what happens in it.
    explanation: (&'static str, String),
    formula: Option<Formula>,
    changed: Option<Changed>,
    reads: Vec<String>,
    /// The weight whose product contributes most to the step's sum, biases aside.
    strongest: Option<String>,
    outputs: Vec<NodeNumber>,
    deltas: Vec<NodeNumber>,
    /// `true` for each node that dropout has silenced.
    silenced: Vec<bool>,
    /// The label and the network's answer, by the names of the classes.
    verdict: Option<String>,
    /// The class of the sample, an output's index, if classes have names.
    class: Option<usize>,
    labels: Vec<Shown>,
    connections: Vec<ConnectionNumbers>,
    edits: Vec<EditShown>,
    rate: String,
    can_undo: bool,
    matrices: Option<Equation>,
}

/// A phase of the present sample.
#[derive(Debug, Serialize)]
struct PhaseShown {
    title: String,
    /// The position before its first step.
    first: usize,
    count: usize,
    done: usize,
    present: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Changed {
    Node(usize),
    Connection(usize),
}

#[derive(Debug, Serialize)]
struct NodeNumber {
    #[serde(flatten)]
    shown: Shown,
    state: Age,
}

#[derive(Debug, Serialize)]
struct ConnectionNumbers {
    id: usize,
    weight: f64,
    #[serde(flatten)]
    shown: Shown,
    gradient_short: String,
    /// |w| as a share of the largest.
    share: f64,
    negative: bool,
    /// Set if the page did not receive it at the start.
    #[serde(flatten)]
    drawn: Option<DrawnConnection>,
}

#[derive(Debug, Serialize)]
struct EditShown {
    name: String,
    text: String,
}

/// Returns the name of a phase as on its button.
fn title(phase: Phase) -> String {
    let (first, rest) = phase.name().split_at(1);
    first.to_uppercase() + rest
}

impl Moment {
    /// Returns the moment after the latest step or, if a reason is given for having no steps, that of all outputs at
    /// once.
    pub fn new(
        stepper: &Stepper,
        map: &Map,
        classes: &[String],
        no_steps: Option<&(&str, Vec<Vec<f64>>)>,
    ) -> Self {
        let step = stepper.latest().filter(|_| no_steps.is_none());
        let network = stepper.network();
        let position = stepper.position();
        // Uses the epoch and sample of the last step or, at the very start, of the first.
        let done = stepper.moment(position.saturating_sub(1));
        let label = stepper.label_and_sample(position.saturating_sub(1)).0;
        let outputs = map.nodes.iter().zip(&map.places).map(|(&id, place)| {
            let pass = no_steps.map(|(_, pass)| &pass[place.layer as usize]);
            let output = pass.and_then(|outputs| outputs.get(place.index as usize));
            let sent = output.copied().unwrap_or_else(|| network[id].sent());
            NodeNumber::new(stepper, Quantity::Output(id), sent)
        });
        let delta = |&id| NodeNumber::new(stepper, Quantity::Delta(id), network[id].delta());
        let place = match step {
            Some(_) => format!("Step {position} · epoch {}, sample {}", done.epoch + 1, done.sample + 1),
            None => "Before the first step".to_owned(),
        };
        Self {
            position,
            epoch: done.epoch + 1,
            sample: done.sample,
            epoch_length: stepper.epoch_len(),
            sample_start: done.start + first_of_sample(&done),
            place,
            phase: step.as_ref().map(|step| step.phase),
            phases: phases(&done, position),
            explanation: match no_steps {
                Some((why, _)) => ("All outputs at once", (*why).to_owned()),
                None => explanation(step.as_ref()),
            },
            formula: step.as_ref().map(|step| Formula::new(step, stepper.class_in_words(step, classes))),
            changed: step.as_ref().and_then(|step| changed(step.action)),
            reads: step.as_ref().map(reads).unwrap_or_default(),
            strongest: step.as_ref().and_then(strongest),
            outputs: outputs.collect(),
            deltas: map.nodes.iter().map(delta).collect(),
            silenced: map.nodes.iter().map(|&id| network[id].kept() == 0.0).collect(),
            verdict: stepper.verdict(classes),
            class: (!classes.is_empty()).then(|| stepper.class()),
            labels: label.iter().map(|&value| Shown::new(value)).collect(),
            connections: connections(stepper, map, step.as_ref()),
            edits: edits_shown(stepper),
            rate: stepper.rate().to_string(),
            can_undo: stepper.edits().next().is_some(),
            matrices: matrices::equation(stepper, map, step.as_ref()),
            step,
        }
    }
}

/// Returns the position of the first step for the last step's sample.
fn first_of_sample(done: &step::Moment<'_>) -> usize {
    let place = done.order.segment(done.step).sample;
    let first = done.order.segments().iter().find(|segment| segment.sample == place);
    first.map_or(0, |segment| segment.start)
}

fn phases(done: &step::Moment<'_>, position: usize) -> Vec<PhaseShown> {
    let mut phases: Vec<PhaseShown> = Vec::new();
    let mut latest = None;
    let reached = position - done.start;
    let present = done.order.segment(done.step);
    for segment in done.order.segments().iter().filter(|segment| segment.sample == present.sample) {
        let count = segment.count;
        let so_far = reached.saturating_sub(segment.start).min(count);
        match phases.last_mut() {
            Some(last) if latest == Some(segment.phase) => {
                last.count += count;
                last.done += so_far;
            }
            _ => phases.push(PhaseShown {
                title: title(segment.phase),
                first: done.start + segment.start,
                count,
                done: so_far,
                present: position > 0 && present.phase == segment.phase,
            }),
        }
        latest = Some(segment.phase);
    }
    phases
}

fn changed(action: backprop::step::Action) -> Option<Changed> {
    let node = action.node().map(|id| Changed::Node(id.index()));
    node.or(action.connection().map(|id| Changed::Connection(id.index())))
}

/// Returns the names that a step reads.
fn reads(step: &Step) -> Vec<String> {
    let mut names = Vec::new();
    for term in step.reading.terms() {
        names.push(term.wire.name());
        names.push(term.value_name());
    }
    match (&step.reading, step.target) {
        (Reading::OutputDelta { .. }, Target::Node(place)) => {
            names.extend([place.output_name(), place.label_name()]);
        }
        (Reading::HiddenDelta { .. }, Target::Node(place)) => names.push(place.output_name()),
        (Reading::UpdateWeight { .. } | Reading::AddGradient { .. }, Target::Connection(wire)) => {
            names.push(wire.downstream.delta_name());
            names.push(wire.upstream.output_name());
        }
        (Reading::UpdateByMean { .. }, Target::Connection(wire)) => names.push(wire.gradient_name()),
        _ => {}
    }
    names
}

/// Returns the weight of the largest product, biases aside.
fn strongest(step: &Step) -> Option<String> {
    let terms = step.reading.terms().iter().filter(|term| term.wire.upstream.number.is_some());
    let largest = terms.max_by(|one, other| one.product().abs().total_cmp(&other.product().abs()));
    largest.map(|term| term.wire.name())
}

impl NodeNumber {
    fn new(stepper: &Stepper, quantity: Quantity, value: f64) -> Self {
        let state = quantity.age(stepper);
        let shown = match quantity {
            Quantity::Output(id) if stepper.network()[id].as_node().is_none() => {
                Shown { text: "1".to_owned(), short: "1".to_owned() }
            }
            _ => Shown::of((state != Age::None).then_some(value)),
        };
        Self { shown, state }
    }
}

fn connections(stepper: &Stepper, map: &Map, step: Option<&Step>) -> Vec<ConnectionNumbers> {
    let network = stepper.network();
    let largest = network.connections.iter().map(|c| c.weight.abs()).fold(0.0, f64::max);
    let ids: Vec<usize> = if map.lists_connections() {
        (0..map.connections.len()).collect()
    } else {
        let used = step.into_iter().flat_map(|step| {
            let of_terms = step.reading.terms().iter().map(|term| term.connection);
            step.action.connection().into_iter().chain(of_terms)
        });
        used.map(backprop::graph::ConnectionId::index).collect()
    };
    let one = |id: usize| {
        let connection = &network[map.connections[id]];
        ConnectionNumbers {
            id,
            weight: connection.weight,
            shown: Shown::new(connection.weight),
            gradient_short: Shown::of(Quantity::Gradient(map.connections[id]).value(stepper)).short,
            share: if largest > 0.0 { connection.weight.abs() / largest } else { 0.0 },
            negative: connection.weight < 0.0,
            drawn: (!map.lists_connections()).then(|| map.drawn_connection(network, id)),
        }
    };
    ids.into_iter().map(one).collect()
}

fn edits_shown(stepper: &Stepper) -> Vec<EditShown> {
    let one = |edit: step::Edit| EditShown {
        name: Quantity::edited(stepper, edit).name(stepper),
        text: number(edit.value(), DECIMALS),
    };
    stepper.edits().map(|(_, edit)| one(edit)).collect()
}
