//! The variables pane of an editor: the next step and the last one, its node, its layer, the network, the sample.

use backprop::graph::{ConnectionId, Network, NodeId};
use backprop::step::text::number;
use backprop::step::view::Quantity;
use backprop::step::{Reading, Step, Stepper, Target, Term};
use serde_json::{Value, json};

use super::walk::Walk;

/// Decimals in a line of text.
const DECIMALS: usize = 6;

/// A list that an editor can unfold. Its number says everything, so that nothing has to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// The next step, and the last one.
    Next,
    Last,
    /// Their products; and one of them.
    NextTerms,
    LastTerms,
    NextTerm(u32),
    LastTerm(u32),
    Network,
    Layer(u32),
    Node(u32),
    Upstream(u32),
    Downstream(u32),
    Connection(u32),
    Training,
    Sample,
    Label,
}

/// Every kind of reference, by its place in a number.
const KINDS: [fn(u32) -> Reference; 15] = [
    |_| Reference::Next,
    |_| Reference::Last,
    |_| Reference::NextTerms,
    |_| Reference::LastTerms,
    Reference::NextTerm,
    Reference::LastTerm,
    |_| Reference::Network,
    Reference::Layer,
    Reference::Node,
    Reference::Upstream,
    Reference::Downstream,
    Reference::Connection,
    |_| Reference::Training,
    |_| Reference::Sample,
    |_| Reference::Label,
];

/// Numbers between two references of the same kind.
const STRIDE: i64 = 16;

impl Reference {
    /// Returns that of a node.
    pub fn node(id: NodeId) -> Self {
        Self::Node(id.index() as u32)
    }

    /// Returns that of a connection.
    pub fn connection(id: ConnectionId) -> Self {
        Self::Connection(id.index() as u32)
    }

    fn index(self) -> u32 {
        match self {
            Self::NextTerm(index)
            | Self::LastTerm(index)
            | Self::Layer(index)
            | Self::Node(index)
            | Self::Upstream(index)
            | Self::Downstream(index)
            | Self::Connection(index) => index,
            _ => 0,
        }
    }

    /// Returns it as a number, never 0; 0 if it is too large for one.
    pub fn number(self) -> i64 {
        let index = self.index();
        let kind = (0..).zip(KINDS).find(|(_, kind)| kind(index) == self).map_or(0, |(place, _)| place);
        let number = i64::from(index) * STRIDE + kind + 1;
        if number <= i64::from(i32::MAX) { number } else { 0 }
    }

    /// Returns the reference with this number.
    pub fn of(number: i64) -> Option<Self> {
        let number = number.checked_sub(1).filter(|&number| number >= 0)?;
        let kind = KINDS.get(usize::try_from(number % STRIDE).ok()?)?;
        Some(kind(u32::try_from(number / STRIDE).ok()?))
    }
}

/// One line of the pane.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name there.
    pub name: String,
    /// Its value, as it is shown.
    pub value: String,
    /// The quantity, if it is one.
    pub thing: Option<Quantity>,
    /// The list it unfolds into, and its length.
    children: Option<(Reference, usize)>,
}

impl Variable {
    fn text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), thing: None, children: None }
    }

    fn number(name: &str, value: f64) -> Self {
        Self::text(name, exact(value))
    }

    fn thing(stepper: &Stepper, thing: Quantity) -> Self {
        let value = thing.value(stepper).map_or_else(|| "not computed yet".to_owned(), exact);
        Self { thing: Some(thing), ..Self::text(&thing.name(stepper), value) }
    }

    fn with(self, reference: Reference, count: usize) -> Self {
        Self { children: Some((reference, count)), ..self }
    }

    /// As the protocol writes it.
    pub fn json(&self, stepper: &Stepper) -> Value {
        let (reference, count) =
            self.children.map_or((0, 0), |(reference, count)| (reference.number(), count));
        let mut variable = json!({ "name": self.name, "value": self.value, "variablesReference": reference });
        // Fewer need no pages.
        if count > 100 {
            variable["indexedVariables"] = json!(count);
        }
        if let Some(thing) = self.thing {
            variable["evaluateName"] = json!(thing.name(stepper));
            variable["type"] = json!("f64");
            // If it can be set, it can be set to 1.
            if thing.edit(stepper, 1.0).is_err() {
                variable["presentationHint"] = json!({ "attributes": ["readOnly"] });
            }
        }
        variable
    }
}

/// Returns a number with all its digits.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// The scopes of a frame, as the protocol writes them.
pub fn scopes(walk: &mut Walk) -> Vec<Value> {
    let mut scopes = Vec::new();
    let mut push = |name: &str, reference: Reference, count: usize, expensive: bool| {
        scopes.push(json!({
            "name": name, "variablesReference": reference.number(), "indexedVariables": count, "expensive": expensive,
        }));
    };
    let target = walk.upcoming().filter(|_| !walk.is_at_end()).map(|step| (step.action, step.target));
    if target.is_some() {
        push("Next step", Reference::Next, 0, false);
    }
    if walk.position() > 0 {
        push("Last step", Reference::Last, 0, false);
    }
    let network = walk.stepper().network();
    if let Some((action, target)) = target {
        match (action.node(), action.connection(), target) {
            (Some(id), _, Target::Node(place)) => {
                let count = network.layers[place.layer as usize].nodes.len();
                push(&format!("Node {place}"), Reference::node(id), 0, false);
                push(&format!("Layer {}", place.layer), Reference::Layer(place.layer), count, true);
            }
            (_, Some(id), Target::Connection(wire)) => {
                push(&format!("Connection {wire}"), Reference::connection(id), 0, false);
            }
            _ => {}
        }
    }
    push("Network", Reference::Network, 0, true);
    push("Sample", Reference::Training, 0, false);
    for scope in &mut scopes {
        if scope["indexedVariables"].as_u64().is_some_and(|count| count <= 100) {
            scope.as_object_mut().map(|object| object.remove("indexedVariables"));
        }
    }
    scopes
}

/// Returns the variables of a reference: `count` of them from `start` on.
pub fn children(walk: &mut Walk, reference: Reference, start: usize, count: usize) -> Vec<Variable> {
    match reference {
        Reference::Next => next_step(walk),
        Reference::Last => last_step(walk),
        Reference::NextTerms | Reference::LastTerms => {
            let is_next = reference == Reference::NextTerms;
            let step = if is_next { walk.upcoming() } else { walk.latest() };
            let Some(step) = step else { return Vec::new() };
            let terms = step.reading.terms().iter().enumerate().skip(start).take(count);
            terms.map(|(index, term)| of_term(index, term, is_next)).collect()
        }
        Reference::NextTerm(index) | Reference::LastTerm(index) => {
            let is_next = matches!(reference, Reference::NextTerm(_));
            let step = if is_next { walk.upcoming() } else { walk.latest() };
            let term = step.as_ref().and_then(|step| step.reading.terms().get(index as usize));
            term.map_or_else(Vec::new, |term| term_parts(walk.stepper(), term))
        }
        Reference::Training => sample_in_hand(walk.stepper()),
        _ => of_network(walk.stepper(), reference, start, count),
    }
}

/// The step that comes next: its formula, and what it will read.
fn next_step(walk: &mut Walk) -> Vec<Variable> {
    let (Some(step), sum) = (walk.upcoming(), walk.sum()) else { return Vec::new() };
    let stepper = walk.stepper();
    let mut variables = vec![Variable::text("formula", format!("{} = {}", step.name(), step.symbols()))];
    if step.has_numbers() {
        variables.push(Variable::text("in numbers", step.numbers(DECIMALS)));
    }
    variables.extend(terms(&step, Reference::NextTerms));
    if let Some(sum) = sum {
        let name = if matches!(step.reading, Reading::Output { .. }) {
            "weighted_input"
        } else {
            "downstream_delta"
        };
        variables.push(Variable::number(name, sum));
    }
    let numbers = step.reading.numbers();
    let is_given = |part: &&(&str, f64)| !RESULTS.contains(&part.0);
    variables.extend(numbers.iter().filter(is_given).map(|&(name, value)| Variable::number(name, value)));
    variables.push(Variable::thing(stepper, Quantity::of(step.action)));
    variables
}

/// Parts of a formula that a step computes on the way.
const RESULTS: [&str; 3] = ["weighted_input", "downstream_delta", "gradient"];

/// The step that was done last, with all that it read and computed.
fn last_step(walk: &mut Walk) -> Vec<Variable> {
    let Some(step) = walk.latest() else { return Vec::new() };
    let mut variables = vec![
        Variable::text("text", step.to_string()),
        Variable::number("before", step.before),
        Variable::number("after", step.after),
    ];
    variables.extend(terms(&step, Reference::LastTerms));
    variables.extend(step.reading.numbers().iter().map(|&(name, value)| Variable::number(name, value)));
    variables
}

fn terms(step: &Step, reference: Reference) -> Option<Variable> {
    let count = step.reading.terms().len();
    (count > 0).then(|| Variable::text("products", format!("{count} of them")).with(reference, count))
}

fn of_term(index: usize, term: &Term, is_next: bool) -> Variable {
    let name = format!("{}·{}", term.wire.name(), term.value_name());
    let index = index as u32;
    let reference = if is_next { Reference::NextTerm(index) } else { Reference::LastTerm(index) };
    Variable::number(&name, term.product()).with(reference, 3)
}

fn term_parts(stepper: &Stepper, term: &Term) -> Vec<Variable> {
    let weight = Variable {
        thing: Some(Quantity::Weight(term.connection)),
        ..Variable::number(&Quantity::Weight(term.connection).name(stepper), term.weight)
    };
    let mut variables = vec![weight, Variable::number(&term.value_name(), term.value)];
    if term.kept != 1.0 {
        variables.push(Variable::number("kept", term.kept));
    }
    variables
}

/// Sample, label, cost and rate.
fn sample_in_hand(stepper: &Stepper) -> Vec<Variable> {
    let moment = stepper.moment(stepper.position());
    let mut variables = vec![
        Variable::text("epoch", (moment.epoch + 1).to_string()),
        Variable::text("sample", format!("{} (of {})", moment.sample, stepper.sample_count())),
    ];
    if !stepper.mini_batches().are_plain() {
        variables.push(Variable::text("mini-batch", (moment.mini_batch + 1).to_string()));
    }
    let (inputs, outputs) = (stepper.sample().len(), stepper.label().len());
    let count = |count: usize| format!("{count} number{}", if count == 1 { "" } else { "s" });
    variables.extend([
        Variable::text("inputs", count(inputs)).with(Reference::Sample, inputs),
        Variable::text("targets", count(outputs)).with(Reference::Label, outputs),
        Variable::thing(stepper, Quantity::Cost),
        Variable::thing(stepper, Quantity::Rate),
    ]);
    variables
}

/// Nodes, layers, connections and the numbers of the sample.
fn of_network(stepper: &Stepper, reference: Reference, start: usize, count: usize) -> Vec<Variable> {
    let network = stepper.network();
    let connections = |list: &[ConnectionId]| -> Vec<Variable> {
        list.iter().skip(start).take(count).map(|&id| of_connection(stepper, id)).collect()
    };
    let node = |id: u32| network.nodes.get(id as usize);
    match reference {
        Reference::Network => {
            let layers = network.layers.iter().enumerate().skip(start).take(count);
            layers
                .map(|(layer, nodes)| {
                    let value = format!("{} neurons and a constant node", nodes.neurons().len());
                    let name = format!("layer {layer}");
                    Variable::text(&name, value).with(Reference::Layer(layer as u32), nodes.nodes.len())
                })
                .collect()
        }
        Reference::Layer(layer) => {
            let nodes = network.layers.get(layer as usize).map_or(&[][..], |layer| &layer.nodes);
            nodes.iter().skip(start).take(count).map(|&id| of_node(stepper, id)).collect()
        }
        Reference::Node(index) => {
            node_id(network, index).map_or_else(Vec::new, |id| of_node_parts(stepper, id))
        }
        Reference::Upstream(id) => node(id).map_or_else(Vec::new, |node| connections(node.upstream())),
        Reference::Downstream(id) => node(id).map_or_else(Vec::new, |node| connections(node.downstream())),
        Reference::Connection(index) => {
            connection_id(network, index).map_or_else(Vec::new, |id| of_connection_parts(stepper, id))
        }
        Reference::Sample => {
            let nodes = network.layers[0].neurons().iter().zip(stepper.sample());
            let input = |(&id, &value): (&NodeId, &f64)| Variable {
                thing: Some(Quantity::Output(id)),
                ..Variable::number(&Quantity::Output(id).name(stepper), value)
            };
            nodes.skip(start).take(count).map(input).collect()
        }
        Reference::Label => {
            let outputs = (0..stepper.label().len()).skip(start).take(count);
            outputs.map(|output| Variable::thing(stepper, Quantity::Label(output))).collect()
        }
        _ => Vec::new(),
    }
}

fn node_id(network: &Network, index: u32) -> Option<NodeId> {
    network.layers.iter().flat_map(|layer| &layer.nodes).copied().nth(index as usize)
}

fn connection_id(network: &Network, index: u32) -> Option<ConnectionId> {
    let connection = network.connections.get(index as usize)?;
    let upstream = network[connection.downstream()].upstream();
    upstream.iter().copied().find(|id| id.index() == index as usize)
}

/// A node as one line that unfolds.
fn of_node(stepper: &Stepper, id: NodeId) -> Variable {
    let place = stepper.numbering().place(stepper.network(), id);
    let shown = |thing: Quantity| {
        let value = thing.value(stepper).map_or_else(|| "–".to_owned(), |value| number(value, DECIMALS));
        (thing.name(stepper), value)
    };
    let ((a, output), (d, delta)) = (shown(Quantity::Output(id)), shown(Quantity::Delta(id)));
    let value = if place.number.is_some() {
        format!("{a} {output}, {d} {delta}")
    } else {
        format!("constant 1, {d} {delta}")
    };
    Variable::text(&format!("node {place}"), value).with(Reference::node(id), 4)
}

fn of_node_parts(stepper: &Stepper, id: NodeId) -> Vec<Variable> {
    let node = &stepper.network()[id];
    let mut variables =
        vec![Variable::thing(stepper, Quantity::Output(id)), Variable::thing(stepper, Quantity::Delta(id))];
    if node.as_node().is_some() {
        if stepper.mini_batches().dropout > 0.0 {
            variables.push(Variable::thing(stepper, Quantity::Kept(id)));
        }
        variables.push(Variable::text("activation", node.activation().name()));
    } else {
        variables[0] = Variable::text("output", "1.0");
    }
    let lists = [
        ("upstream", node.upstream(), Reference::Upstream(id.index() as u32)),
        ("downstream", node.downstream(), Reference::Downstream(id.index() as u32)),
    ];
    for (name, list, reference) in lists.into_iter().filter(|(_, list, _)| !list.is_empty()) {
        let value = format!("{} connection{}", list.len(), if list.len() == 1 { "" } else { "s" });
        variables.push(Variable::text(name, value).with(reference, list.len()));
    }
    variables
}

/// A connection as its weight, which unfolds.
fn of_connection(stepper: &Stepper, id: ConnectionId) -> Variable {
    Variable::thing(stepper, Quantity::Weight(id)).with(Reference::connection(id), 4)
}

fn of_connection_parts(stepper: &Stepper, id: ConnectionId) -> Vec<Variable> {
    let connection = &stepper.network()[id];
    let end = |name: &str, id: NodeId| Variable { name: name.to_owned(), ..of_node(stepper, id) };
    vec![
        Variable::thing(stepper, Quantity::Weight(id)),
        Variable::thing(stepper, Quantity::Gradient(id)),
        end("from", connection.upstream()),
        end("to", connection.downstream()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_comes_back_from_its_number() {
        for number in 1..1000 {
            if let Some(reference) = Reference::of(number) {
                assert!(Reference::of(reference.number()) == Some(reference));
            }
        }
        assert_eq!(Reference::of(0), None);
        assert_eq!(Reference::of(i64::MIN), None);
        assert_eq!(Reference::Connection(u32::MAX).number(), 0);
    }
}
