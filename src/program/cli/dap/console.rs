//! Answers what is typed in an editor's console, or pointed at: expressions, and commands such as `check w84` and
//! `matrix 2`.

use backprop::graph::NodeId;
use backprop::spelled_out;
use backprop::step::Stepper;
use backprop::step::text::number;
use backprop::step::view::{self, Quantity};

use super::breakpoints::layer;
use super::expressions::{self, evaluate};
use super::session::Session;
use super::variables::{List, Reference, Words, exact};
use super::walk::Walk;

/// The most rows and columns of a matrix that are shown.
const SHOWN: usize = 8;

const HELP: &str = "a4, d8, w84, g84, x1, t8, rate, cost    a number by its name (d8 is δ8)
sum(w84·d8, w94·d9)                     products and sums of them; also |w84| and a4 > 0.5
output, delta, weight, label, input     numbers of the next step
step, node 1-0, layer 1, network        as text
matrix 2                                the weights that lead into layer 2
break 2-0, break learn if w84 > 1       stop there; delete 2-0 removes it, delete all that was typed
set w84 = 2                             another value
check w84                               the gradient check of that weight
verdict                                 label and answer, if outputs mean classes";

impl Session {
    /// Returns the answer to what was typed, and what it unfolds into.
    pub(super) fn evaluate(&mut self, text: &str) -> Result<(String, Option<Reference>), String> {
        let text = text.trim();
        let (word, rest) = text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim()));
        match word {
            "break" => return Ok((self.type_breakpoint(rest)?, None)),
            "delete" => return Ok((self.delete_typed(rest)?, None)),
            "set" => {
                let (name, value) =
                    rest.split_once('=').ok_or("write the name and the value: set w84 = 2")?;
                return Ok((self.edit(name.trim(), value)?.1, None));
            }
            "help" | "?" => return Ok((HELP.to_owned(), None)),
            _ => {}
        }
        let classes = self.classes.clone();
        let walk = self.paused()?;
        let stepper = walk.stepper();
        Ok(match word {
            "step" => {
                let step = walk.latest().ok_or("no step has been done yet")?;
                (step.to_string(), Some(Reference(List::Last, 0)))
            }
            "check" => (check(stepper, rest)?, None),
            "matrix" => {
                let layer = layer(stepper, rest, 1)?;
                (matrix(stepper, layer), Some(Reference(List::Layer, layer)))
            }
            "network" => (stepper.network().architecture.sizes_text(), Some(Reference(List::Network, 0))),
            "layer" => {
                let layer = layer(stepper, rest, 0)?;
                (format!("layer {layer}"), Some(Reference(List::Layer, layer)))
            }
            "verdict" => {
                let verdict = stepper.verdict(&classes).ok_or("the outputs do not mean classes here")?;
                (spelled_out(&verdict), None)
            }
            _ => {
                if let Some(id) = view::node_at(stepper, if word == "node" { rest } else { text }) {
                    let network = stepper.network();
                    let dump = network[id].dump(&network.nodes, &network.connections);
                    return Ok((dump.trim_end().to_owned(), Some(Reference(List::Node, id.index()))));
                }
                let unfolds_into = match Quantity::parse(stepper, text) {
                    Some(Quantity::Output(id) | Quantity::Delta(id)) => {
                        Some(Reference(List::Node, id.index()))
                    }
                    Some(Quantity::Weight(id) | Quantity::Gradient(id)) => {
                        Some(Reference(List::Connection, id.index()))
                    }
                    _ => None,
                };
                (value(walk, text)?, unfolds_into)
            }
        })
    }
}

/// Returns the value of an expression before the next step.
fn value(walk: &mut Walk, text: &str) -> Result<String, String> {
    let (Some(step), sum) = (walk.upcoming(), walk.sum()) else {
        return Err("there is no next step".to_owned());
    };
    let words = Words::before(walk.stepper(), &step, sum);
    Ok(match evaluate(text, &mut |name| words.value(name))? {
        expressions::Value::Number(number) => exact(number),
        expressions::Value::Truth(truth) => truth.to_string(),
    })
}

/// Returns the gradient check of one weight.
fn check(stepper: &Stepper, name: &str) -> Result<String, String> {
    let Some(Quantity::Weight(id)) = Quantity::parse(stepper, name) else {
        return Err("check needs the name of a weight, such as check w84".to_owned());
    };
    view::check(stepper, id, stepper.position()).ok_or_else(|| format!("{name} cannot be checked"))
}

/// Returns the weights into a layer as text: a row for each of its nodes, with the bias at the end.
fn matrix(stepper: &Stepper, layer: usize) -> String {
    let network = stepper.network();
    let (to, from) = (network.layers[layer].neurons(), network.layers[layer - 1].neurons());
    let name = |&id: &NodeId| Quantity::Output(id).name(stepper);
    let heading = [String::new()].into_iter().chain(from.iter().take(SHOWN).map(name));
    let mut rows: Vec<Vec<String>> = vec![heading.chain(["b".to_owned()]).collect()];
    for id in to.iter().take(SHOWN) {
        let upstream = network[*id].upstream();
        let weights = upstream.iter().take(from.len().min(SHOWN)).chain(upstream.last());
        let weights = weights.map(|&weight| number(network[weight].weight, 6));
        rows.push([name(id)].into_iter().chain(weights).collect());
    }
    let width = rows.iter().flatten().map(|cell| cell.chars().count()).max().unwrap_or_default();
    let line = |row: &Vec<String>| {
        row.iter().map(|cell| format!("{cell:>width$}")).collect::<Vec<String>>().join(" ")
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    let more = |count: usize, what: &str| match count.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more {what}"),
    };
    let (columns, rows) = (more(from.len(), "columns"), more(to.len(), "rows"));
    format!("W[{layer}] and, last, the biases{columns}{rows}:\n{}", lines.join("\n"))
}
