//! The variables pane of an editor: the next step and the last one, its node, its layer, the network, the sample.

use backprop::graph::{ConnectionId, NodeId};
use backprop::step::text::number;
use backprop::step::view::Quantity;
use backprop::step::{Step, Stepper, Target, Term};
use backprop::{counted, spelled_out};
use serde_json::{Value, json};

use super::walk::Walk;

/// Decimals in a line of text.
const DECIMALS: usize = 6;

/// The length from which on an editor shows a list in pages.
const PAGED: usize = 100;

/// A kind of list that an editor can unfold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// The next step and the last one.
    Next,
    Last,
    /// The products that each adds up.
    NextTerms,
    LastTerms,
    Network,
    Layer,
    Node,
    Upstream,
    Downstream,
    Connection,
    /// The current sample and how it is trained on; then its inputs and its targets.
    Training,
    Sample,
    Label,
}

/// Every kind of list, by its place in a reference's number.
const LISTS: [List; 13] = [
    List::Next,
    List::Last,
    List::NextTerms,
    List::LastTerms,
    List::Network,
    List::Layer,
    List::Node,
    List::Upstream,
    List::Downstream,
    List::Connection,
    List::Training,
    List::Sample,
    List::Label,
];

/// A list, and the index of its layer, node or connection. Its number says everything, so a session remembers no
/// references.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference(pub List, pub usize);

impl Reference {
    /// Returns its number, which is above 0; 0 if that would be too large for an editor.
    pub fn number(self) -> i64 {
        let number = self.1.saturating_mul(LISTS.len()).saturating_add(self.0 as usize + 1);
        i32::try_from(number).map_or(0, i64::from)
    }

    /// Returns the reference with this number.
    pub fn of(number: i64) -> Option<Self> {
        let number = usize::try_from(number).ok()?.checked_sub(1)?;
        Some(Self(LISTS[number % LISTS.len()], number / LISTS.len()))
    }
}

/// One line of the pane.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    /// Its value as it is shown.
    pub value: String,
    /// The quantity it shows, if it is one.
    pub quantity: Option<Quantity>,
    /// The list it unfolds into, and its length.
    children: Option<(Reference, usize)>,
}

impl Variable {
    fn text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), quantity: None, children: None }
    }

    fn number(name: &str, value: f64) -> Self {
        Self::text(name, exact(value))
    }

    fn quantity(stepper: &Stepper, quantity: Quantity) -> Self {
        let value = quantity.value(stepper).map_or_else(|| "not computed yet".to_owned(), exact);
        Self { quantity: Some(quantity), ..Self::text(&quantity.name(stepper), value) }
    }

    fn unfolding(self, list: List, index: usize, length: usize) -> Self {
        Self { children: Some((Reference(list, index), length)), ..self }
    }

    /// Returns it as the protocol spells it.
    pub fn json(&self, stepper: &Stepper) -> Value {
        let (reference, length) = self.children.map_or((0, 0), |(list, length)| (list.number(), length));
        let mut variable = unfolding(&self.name, reference, length);
        variable["value"] = json!(self.value);
        if let Some(quantity) = self.quantity {
            variable["evaluateName"] = json!(quantity.name(stepper));
            variable["type"] = json!("f64");
            // Anything that can be set can be set to 1.
            if quantity.edit(stepper, 1.0).is_err() {
                variable["presentationHint"] = json!({ "attributes": ["readOnly"] });
            }
        }
        variable
    }
}

/// Returns a name that unfolds into a list of this length, as the protocol spells it.
fn unfolding(name: &str, reference: i64, length: usize) -> Value {
    let mut object = json!({ "name": name, "variablesReference": reference });
    if length > PAGED {
        object["indexedVariables"] = json!(length);
    }
    object
}

/// Returns a number with all its digits.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// Returns the scopes of a frame as the protocol spells them.
pub fn scopes(walk: &mut Walk) -> Vec<Value> {
    let scope = |name: &str, list: List, index: usize, length: usize, is_expensive: bool| {
        let mut scope = unfolding(name, Reference(list, index).number(), length);
        scope["expensive"] = json!(is_expensive);
        scope
    };
    let next = walk.upcoming().filter(|_| !walk.is_at_end());
    let mut scopes = Vec::new();
    if next.is_some() {
        scopes.push(scope("Next step", List::Next, 0, 0, false));
    }
    if walk.position() > 0 {
        scopes.push(scope("Last step", List::Last, 0, 0, false));
    }
    match next.map(|step| (step.action.node(), step.action.connection(), step.target)) {
        Some((Some(id), _, Target::Node(place))) => {
            let layer = place.layer as usize;
            let length = walk.stepper().network().layers[layer].nodes.len();
            scopes.push(scope(&format!("Node {place}"), List::Node, id.index(), 0, false));
            scopes.push(scope(&format!("Layer {layer}"), List::Layer, layer, length, true));
        }
        Some((_, Some(id), Target::Connection(wire))) => {
            scopes.push(scope(&format!("Connection {wire}"), List::Connection, id.index(), 0, false));
        }
        _ => {}
    }
    scopes.push(scope("Network", List::Network, 0, 0, true));
    scopes.push(scope("Sample", List::Training, 0, 0, false));
    scopes
}

/// Returns `count` of the variables of a reference, from `start` on.
pub fn children(walk: &mut Walk, reference: Reference, start: usize, count: usize) -> Vec<Variable> {
    let Reference(list, index) = reference;
    match list {
        List::Next => next_step(walk),
        List::Last => walk.latest().map_or_else(Vec::new, |step| last_step(walk.stepper(), &step)),
        List::NextTerms | List::LastTerms => {
            let step = if list == List::NextTerms { walk.upcoming() } else { walk.latest() };
            let Some(step) = step else { return Vec::new() };
            step.reading.terms().iter().skip(start).take(count).map(of_term).collect()
        }
        List::Training => training(walk.stepper()),
        _ => of_network(walk.stepper(), list, index, start, count).unwrap_or_default(),
    }
}

/// Returns the next step: its formula, and the numbers it is going to read.
fn next_step(walk: &mut Walk) -> Vec<Variable> {
    let (Some(step), sum) = (walk.upcoming(), walk.sum()) else { return Vec::new() };
    let stepper = walk.stepper();
    let mut variables = vec![Variable::text("formula", format!("{} = {}", step.name(), step.symbols()))];
    if step.has_numbers() {
        variables.push(Variable::text("in numbers", step.numbers(DECIMALS)));
    }
    variables.extend(products(&step, List::NextTerms));
    variables.extend(Words::before(stepper, &step, sum).numbers());
    variables.push(Variable::quantity(stepper, Quantity::of(step.action)));
    variables
}

/// Returns the step that was done last, with all that it read and computed.
fn last_step(stepper: &Stepper, step: &Step) -> Vec<Variable> {
    let mut variables = vec![
        Variable::text("text", step.to_string()),
        Variable::number("before", step.before),
        Variable::number("after", step.after),
    ];
    variables.extend(products(step, List::LastTerms));
    variables.extend(Words::after(stepper, step).numbers());
    variables
}

fn products(step: &Step, list: List) -> Option<Variable> {
    let count = step.reading.terms().len();
    (count > 0).then(|| Variable::text("products", format!("{count} of them")).unfolding(list, 0, count))
}

/// Returns a product, which unfolds into its connection.
fn of_term(term: &Term) -> Variable {
    let name = format!("{}·{}", term.wire.name(), term.value_name());
    Variable::number(&name, term.product()).unfolding(List::Connection, term.connection.index(), 4)
}

/// The words of a step: names of quantities, and of the numbers in its formula.
pub struct Words<'a> {
    stepper: &'a Stepper,
    step: &'a Step,
    /// `true` if the step has been done.
    is_done: bool,
    /// The sum so far of a step that has not been done.
    sum: Option<f64>,
}

impl<'a> Words<'a> {
    /// Returns the words before a step, with its sum so far.
    pub fn before(stepper: &'a Stepper, step: &'a Step, sum: Option<f64>) -> Self {
        Self { stepper, step, is_done: false, sum }
    }

    /// Returns the words after a step.
    pub fn after(stepper: &'a Stepper, step: &'a Step) -> Self {
        Self { stepper, step, is_done: true, sum: None }
    }

    /// Returns the numbers of the formula that are known.
    fn known(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let (is_done, sum) = (self.is_done, self.sum);
        self.step.reading.numbers().into_iter().filter_map(move |(name, value)| match name {
            _ if is_done => Some((name, value)),
            "weighted_input" | "downstream_delta" => Some((name, sum?)),
            "gradient" => None,
            _ => Some((name, value)),
        })
    }

    fn numbers(&self) -> impl Iterator<Item = Variable> {
        self.known().map(|(name, value)| Variable::number(name, value))
    }

    /// Returns the value of a word.
    ///
    /// # Errors
    /// A sentence: the word means nothing at this step, or is not computed yet.
    pub fn value(&self, name: &str) -> Result<f64, String> {
        let Self { stepper, step, is_done, .. } = *self;
        let word = name.strip_prefix("self.").unwrap_or(name);
        let quantity = Quantity::parse(stepper, word);
        let quantity = quantity.or_else(|| Quantity::of_word(word, step.action));
        if let Some(quantity) = quantity {
            let value = if is_done { Some(quantity.raw(stepper)) } else { quantity.value(stepper) };
            return value.ok_or_else(|| format!("{} is not computed yet", quantity.name(stepper)));
        }
        let found = match word {
            "value" | "after" if is_done => Some(step.after),
            "before" => Some(step.before),
            "epoch" => Some((step.epoch + 1) as f64),
            "sample" => Some(step.sample as f64),
            "step" => Some((step.position + 1) as f64),
            _ => self.known().find(|known| known.0 == word).map(|known| known.1),
        };
        found.ok_or_else(|| {
            let place = if step.action.connection().is_some() { "a connection" } else { "a node" };
            let (name, here) = (spelled_out(name), step.name());
            format!("'{name}' means nothing where {here} is computed, at {place}; help lists the names")
        })
    }
}

/// Returns the current sample, its cost and the rate.
fn training(stepper: &Stepper) -> Vec<Variable> {
    let moment = stepper.moment(stepper.position());
    let mut variables = vec![
        Variable::text("epoch", (moment.epoch + 1).to_string()),
        Variable::text("sample", format!("{} (of {})", moment.sample, stepper.sample_count())),
    ];
    if !stepper.mini_batches().are_plain() {
        variables.push(Variable::text("mini-batch", (moment.mini_batch + 1).to_string()));
    }
    let list = |name: &str, list: List, length: usize| {
        Variable::text(name, counted(length, "number")).unfolding(list, 0, length)
    };
    variables.extend([
        list("inputs", List::Sample, stepper.sample().len()),
        list("targets", List::Label, stepper.label().len()),
        Variable::quantity(stepper, Quantity::Cost),
        Variable::quantity(stepper, Quantity::Rate),
    ]);
    variables
}

/// Returns part of a list of nodes, layers, connections or numbers of the sample; `None` if nothing has this index.
fn of_network(
    stepper: &Stepper,
    list: List,
    index: usize,
    start: usize,
    count: usize,
) -> Option<Vec<Variable>> {
    let network = stepper.network();
    let connections = |ids: &[ConnectionId]| {
        let of_connection = |&id: &ConnectionId| {
            let weight = Variable::quantity(stepper, Quantity::Weight(id));
            weight.unfolding(List::Connection, id.index(), 4)
        };
        ids.iter().skip(start).take(count).map(of_connection).collect()
    };
    Some(match list {
        List::Network => {
            let of_layer = |(layer, nodes): (usize, &backprop::graph::Layer)| {
                let value = format!("{} and a constant node", counted(nodes.neurons().len(), "neuron"));
                let name = format!("layer {layer}");
                Variable::text(&name, value).unfolding(List::Layer, layer, nodes.nodes.len())
            };
            network.layers.iter().enumerate().skip(start).take(count).map(of_layer).collect()
        }
        List::Layer => {
            let nodes = &network.layers.get(index)?.nodes;
            nodes.iter().skip(start).take(count).map(|&id| of_node(stepper, id)).collect()
        }
        List::Node => {
            let mut ids = network.layers.iter().flat_map(|layer| &layer.nodes);
            parts_of_node(stepper, *ids.nth(index)?)
        }
        List::Upstream => connections(network.nodes.get(index)?.upstream()),
        List::Downstream => connections(network.nodes.get(index)?.downstream()),
        List::Connection => {
            let mut siblings = network[network.connections.get(index)?.downstream()].upstream().iter();
            parts_of_connection(stepper, *siblings.find(|id| id.index() == index)?)
        }
        List::Sample => {
            let input = |(&id, &value): (&NodeId, &f64)| Variable {
                quantity: Some(Quantity::Output(id)),
                ..Variable::number(&Quantity::Output(id).name(stepper), value)
            };
            let inputs = network.layers[0].neurons().iter().zip(stepper.sample());
            inputs.skip(start).take(count).map(input).collect()
        }
        List::Label => {
            let outputs = (0..stepper.label().len()).skip(start).take(count);
            outputs.map(|output| Variable::quantity(stepper, Quantity::Label(output))).collect()
        }
        _ => return None,
    })
}

/// Returns a node as one line that unfolds.
fn of_node(stepper: &Stepper, id: NodeId) -> Variable {
    let place = stepper.numbering().place(stepper.network(), id);
    let shown = |quantity: Quantity| {
        let value = quantity.value(stepper).map_or_else(|| "–".to_owned(), |value| number(value, DECIMALS));
        format!("{} {value}", quantity.name(stepper))
    };
    let output = match place.number {
        Some(_) => shown(Quantity::Output(id)),
        None => "constant 1".to_owned(),
    };
    let value = format!("{output}, {}", shown(Quantity::Delta(id)));
    Variable::text(&format!("node {place}"), value).unfolding(List::Node, id.index(), 4)
}

fn parts_of_node(stepper: &Stepper, id: NodeId) -> Vec<Variable> {
    let node = &stepper.network()[id];
    let is_neuron = node.as_node().is_some();
    let mut variables = vec![
        if is_neuron {
            Variable::quantity(stepper, Quantity::Output(id))
        } else {
            Variable::text("output", "1.0")
        },
        Variable::quantity(stepper, Quantity::Delta(id)),
    ];
    if is_neuron && stepper.mini_batches().dropout > 0.0 {
        variables.push(Variable::quantity(stepper, Quantity::Kept(id)));
    }
    if is_neuron {
        variables.push(Variable::text("activation", node.activation().name()));
    }
    let lists =
        [("upstream", node.upstream(), List::Upstream), ("downstream", node.downstream(), List::Downstream)];
    for (name, ids, list) in lists.into_iter().filter(|(_, ids, _)| !ids.is_empty()) {
        let value = counted(ids.len(), "connection");
        variables.push(Variable::text(name, value).unfolding(list, id.index(), ids.len()));
    }
    variables
}

fn parts_of_connection(stepper: &Stepper, id: ConnectionId) -> Vec<Variable> {
    let connection = &stepper.network()[id];
    let end = |name: &str, id: NodeId| Variable { name: name.to_owned(), ..of_node(stepper, id) };
    vec![
        Variable::quantity(stepper, Quantity::Weight(id)),
        Variable::quantity(stepper, Quantity::Gradient(id)),
        end("from", connection.upstream()),
        end("to", connection.downstream()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_comes_back_from_its_number() {
        for (place, list) in LISTS.into_iter().enumerate() {
            assert_eq!(list as usize, place);
        }
        for number in 1..1000 {
            assert_eq!(Reference::of(number).map(Reference::number), Some(number));
        }
        assert_eq!((Reference::of(0), Reference::of(i64::MIN)), (None, None));
        assert_eq!(Reference(List::Connection, usize::MAX).number(), 0);
    }
}
