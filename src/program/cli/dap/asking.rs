//! Requests that ask for the stack, for variables and for the value of an expression.

use std::fmt::Write as _;

use backprop::step::Stepper;
use backprop::step::text::number;
use backprop::step::view::{self, Anchor, FILES, Quantity};
use serde_json::{Value, json};

use super::breakpoints::index;
use super::expressions::{self, Expression};
use super::frames;
use super::protocol::{self, arguments};
use super::session::Session;
use super::source;
use super::variables::{self, Reference, Variable, exact};
use super::walk::Walk;

/// Rows and columns of a matrix that are shown.
const SHOWN: usize = 8;

/// Targets of one line that are offered.
const MOST_TARGETS: usize = 100;

const HELP: &str = "a4, d8, w84, g84, x1, t8, rate, cost    a number by its name (d8 is δ8)
sum(w84·d8, w94·d9)                     products and sums of them; also |w84| and a4 > 0.5
output, delta, weight, label, input     numbers of the next step
step, node 1-0, layer 1, network        as text
matrix 2                                the weights that lead into layer 2
break 2-0, break learn if w84 > 1      stop there; delete takes away what was typed
check w84                               the gradient check of that weight
verdict                                 label and answer, where outputs stand for classes";

impl Session {
    pub(super) fn stack_trace(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::StackTrace = arguments(given)?;
        let counts_from_0 = self.counts_from_0;
        let mut frames = frames::frames(self.standing()?);
        let total = frames.len();
        if counts_from_0 {
            for frame in &mut frames {
                for place in ["line", "column"] {
                    frame[place] = json!(frame[place].as_u64().unwrap_or(0).saturating_sub(1));
                }
            }
        }
        let levels = if given.levels == 0 { total } else { given.levels };
        let frames: Vec<Value> = frames.into_iter().skip(given.start_frame).take(levels).collect();
        Ok(json!({ "stackFrames": frames, "totalFrames": total }))
    }

    pub(super) fn scopes(&mut self) -> Result<Value, String> {
        Ok(json!({ "scopes": variables::scopes(self.standing()?) }))
    }

    pub(super) fn variables(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::Variables = arguments(given)?;
        let walk = self.standing()?;
        let reference = Reference::of(given.reference).ok_or("there is nothing of this number")?;
        let count = if given.count == 0 { usize::MAX } else { given.count };
        let variables = variables::children(walk, reference, given.start, count);
        let variables: Vec<Value> = variables.iter().map(|variable| variable.json(walk.stepper())).collect();
        Ok(json!({ "variables": variables }))
    }

    pub(super) fn source(given: &Value) -> Result<Value, String> {
        let given: protocol::SourceText = arguments(given)?;
        let reference = given.reference.or(given.source.source_reference).filter(|&reference| reference > 0);
        let file = source::named(given.source.path.as_deref(), reference).ok_or("there is no such source")?;
        Ok(json!({ "content": FILES[file].text, "mimeType": "text/x-rust" }))
    }

    pub(super) fn loaded_sources() -> Value {
        json!({ "sources": (0..FILES.len()).map(source::describe).collect::<Vec<Value>>() })
    }

    pub(super) fn goto_targets(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::GotoTargets = arguments(given)?;
        let line = self.line_from_1(given.line);
        let file =
            source::named(given.source.path.as_deref(), given.source.source_reference.filter(|&n| n > 0));
        let shown_line = self.line(line.max(1));
        let walk = self.standing()?;
        let Some(anchor) = file.and_then(|file| Anchor::nearest(file, line)) else {
            return Ok(json!({ "targets": [] }));
        };
        let stepper = walk.stepper();
        let moment = stepper.moment(stepper.position());
        let (start, end) = (moment.start, moment.start + moment.order.len());
        // Those ahead first.
        let positions = (walk.position()..end).chain(start..walk.position());
        let targets = positions.filter(|&position| anchor.is_entered(stepper, position)).take(MOST_TARGETS);
        let target = |position: usize| {
            let label = label(stepper, position);
            json!({ "id": position, "label": label, "line": shown_line })
        };
        Ok(json!({ "targets": targets.map(target).collect::<Vec<Value>>() }))
    }

    pub(super) fn evaluate(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::Evaluate = arguments(given)?;
        let classes = self.classes.clone();
        let text = given.expression.trim();
        if let Some(name) = text.strip_prefix("break ") {
            return Ok(json!({ "result": self.type_breakpoint(name.trim())?, "variablesReference": 0 }));
        }
        if text == "delete" {
            return Ok(json!({ "result": self.delete_typed(), "variablesReference": 0 }));
        }
        let walk = self.standing()?;
        let (word, rest) = text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim()));
        let plain = |result: String, reference: Option<Reference>| json!({ "result": result, "variablesReference": reference.map_or(0, Reference::number) });
        Ok(match word {
            "help" | "?" => plain(HELP.to_owned(), None),
            "step" => {
                let step = walk.latest().ok_or("no step has been done yet")?;
                plain(step.to_string(), Some(Reference::Last))
            }
            "check" => plain(check(walk, rest)?, None),
            "matrix" => {
                let layers = walk.stepper().network().layers.len();
                let layer = index(rest).filter(|layer| (1..layers).contains(layer));
                let layer = layer.ok_or_else(|| format!("matrices are numbered 1 to {}", layers - 1))?;
                plain(matrix(walk.stepper(), layer), Some(Reference::Layer(layer as u32)))
            }
            "network" if rest.is_empty() => {
                plain(walk.stepper().network().architecture.sizes_text(), Some(Reference::Network))
            }
            "layer" => {
                let layers = walk.stepper().network().layers.len();
                let layer = index(rest).filter(|&layer| layer < layers);
                let layer = layer.ok_or_else(|| format!("layers are numbered 0 to {}", layers - 1))?;
                plain(format!("layer {layer}"), Some(Reference::Layer(layer as u32)))
            }
            "verdict" => {
                let verdict =
                    walk.stepper().verdict(&classes).ok_or("outputs do not stand for classes here")?;
                plain(backprop::spelled_out(&verdict), None)
            }
            _ => {
                let place = if word == "node" { rest } else { text };
                if let Some(id) = view::node_at(walk.stepper(), place) {
                    let network = walk.stepper().network();
                    let dump = network[id].dump(&network.nodes, &network.connections);
                    return Ok(plain(dump.trim_end().to_owned(), Some(Reference::node(id))));
                }
                let result = match Expression::parse(text)?.value(&mut |name| word_of_next(walk, name))? {
                    expressions::Value::Number(number) => exact(number),
                    expressions::Value::Truth(truth) => truth.to_string(),
                };
                let reference = match Quantity::parse(walk.stepper(), text) {
                    Some(Quantity::Output(id) | Quantity::Delta(id)) => Some(Reference::node(id)),
                    Some(Quantity::Weight(id) | Quantity::Gradient(id)) => Some(Reference::connection(id)),
                    _ => None,
                };
                plain(result, reference)
            }
        })
    }
}

/// Names the step at a position: its place and its phase.
fn label(stepper: &Stepper, position: usize) -> String {
    let (moment, network) = (stepper.moment(position), stepper.network());
    let action = moment.order.action(moment.step);
    match (action.node(), action.connection()) {
        (Some(id), _) => {
            let place = stepper.numbering().place(network, id);
            format!("node {place}, {}", moment.order.segment(moment.step).phase.name())
        }
        (_, Some(id)) => stepper.numbering().wire(network, id).to_string(),
        _ => String::new(),
    }
}

/// Returns the value of a word before the next step: a name of the article's, or one of the formula.
fn word_of_next(walk: &mut Walk, name: &str) -> Result<f64, String> {
    let name = name.strip_prefix("self.").unwrap_or(name);
    if let Some(thing) = Quantity::parse(walk.stepper(), name) {
        let value = thing.value(walk.stepper());
        return value.ok_or_else(|| format!("{} is not computed yet", thing.name(walk.stepper())));
    }
    let variables = variables::children(walk, Reference::Next, 0, usize::MAX);
    let found = variables.iter().find(|variable| variable.name == name);
    if let Some(value) = found.and_then(|variable: &Variable| variable.value.parse().ok()) {
        return Ok(value);
    }
    let quantity = Quantity::of_word(name, walk.stepper().upcoming());
    match quantity.map(|quantity| (quantity, quantity.value(walk.stepper()))) {
        Some((_, Some(value))) => Ok(value),
        Some((quantity, None)) => Err(format!("{} is not computed yet", quantity.name(walk.stepper()))),
        None => Err(format!("there is no '{}' here; help tells what there is", backprop::spelled_out(name))),
    }
}

/// The gradient check of one weight.
fn check(walk: &Walk, name: &str) -> Result<String, String> {
    let stepper = walk.stepper();
    let Some(Quantity::Weight(id)) = Quantity::parse(stepper, name) else {
        return Err("check needs the name of a weight, such as check w84".to_owned());
    };
    view::check(stepper, id, stepper.position()).ok_or_else(|| format!("{name} cannot be checked"))
}

/// The weights into a layer as text: a row for each of its nodes, the bias last.
fn matrix(stepper: &Stepper, layer: usize) -> String {
    let network = stepper.network();
    let (to, from) = (network.layers[layer].neurons(), network.layers[layer - 1].neurons());
    let name = |id| Quantity::Output(id).name(stepper);
    let more = |count: usize, what: &str| {
        if count > SHOWN { format!(", and {} more {what}", count - SHOWN) } else { String::new() }
    };
    let mut heading = vec![String::new()];
    heading.extend(from.iter().take(SHOWN).map(|&id| name(id)));
    heading.push("b".to_owned());
    let mut rows = vec![heading];
    for &id in to.iter().take(SHOWN) {
        let upstream = network[id].upstream();
        let weights = upstream.iter().take(from.len().min(SHOWN)).chain(upstream.last());
        let mut row = vec![name(id)];
        row.extend(weights.map(|&weight| number(network[weight].weight, 6)));
        rows.push(row);
    }
    let width = rows.iter().flatten().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let (rows_more, columns_more) = (more(to.len(), "rows"), more(from.len(), "columns"));
    let mut text = format!("W[{layer}] and, last, the biases{columns_more}{rows_more}:");
    for row in rows {
        text.push('\n');
        for cell in row {
            // Writing to a String cannot fail.
            let _ = write!(text, "{cell:>width$} ");
        }
        text.truncate(text.trim_end().len());
    }
    text
}
