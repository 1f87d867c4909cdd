//! The gradient check: of the page's own network, and of one with a fault planted in its backward pass.

use backprop::gradient_check::faults::{Fault, GALLERY, Mystery};
use backprop::gradient_check::{Check, CheckedNetwork, Example, ParameterId, Report};
use backprop::graph::Network;
use backprop::step::text::short;
use backprop::step::{Stepper, view};
use backprop::{Engine as _, vectorized};
use serde::Serialize;
use serde_json::{Value, json};

use crate::map::Map;
use crate::play::{Play, no_such};
use crate::session::text;
use crate::texts::{NONE, Shown};

/// The verdict on one parameter.
#[derive(Serialize)]
struct Judged {
    name: String,
    connection: Option<usize>,
    verdict: &'static str,
    analytic: String,
    numerical: String,
    /// The computed value divided by the measured one.
    ratio: String,
}

/// Returns the faults that can be planted, and whether each can be planted in the page's own network.
pub fn faults(play: Option<&Play>) -> Result<String, String> {
    let one = |fault: &Fault| -> Result<Value, String> {
        let mut object = serde_json::to_value(fault).map_err(|error| error.to_string())?;
        let why_not = match play {
            Some(play) => {
                fault.check(&play.scene.network.architecture).err().map(|problem| problem.to_string())
            }
            None => Some("nothing has been started".to_owned()),
        };
        object["fits_mine"] = json!(why_not.is_none());
        object["why_not"] = json!(why_not);
        Ok(object)
    };
    let faults: Vec<Value> = GALLERY.iter().map(one).collect::<Result<_, _>>()?;
    text(&json!({ "faults": faults }))
}

fn named(name: &str) -> Result<&'static Fault, String> {
    Fault::named(name).ok_or_else(|| {
        let names: Vec<&str> = GALLERY.iter().map(|fault| fault.name).collect();
        format!("there is no fault '{name}'; there are {}", names.join(", "))
    })
}

/// Checks the page's own network as it is at the beginning of the current training step, or a fault's own setup.
pub fn check(play: &Play, fault: Option<&str>, mine: bool) -> Result<String, String> {
    let fault = fault.map(named).transpose()?;
    let last = play.stepper.position().saturating_sub(1);
    match fault {
        Some(fault) if !mine => check_planted(fault),
        fault => {
            let (mut network, task) = view::task(&play.stepper, last);
            let check = Check::new();
            let report = match fault {
                Some(fault) => {
                    fault.check(&network.architecture).map_err(|problem| problem.to_string())?;
                    check.run(&mut fault.plant(&mut network, task))
                }
                None if play.scene.no_steps().is_some() => {
                    let (architecture, parameters) = (&network.architecture, network.parameters());
                    let mut network = vectorized::Network::from_parameters(architecture, &parameters);
                    check.run(&mut CheckedNetwork::on_task(&mut network, task))
                }
                None => check.run(&mut CheckedNetwork::on_task(&mut network, task)),
            };
            answer(&report, &play.map, &json!({}))
        }
    }
}

/// Checks the gradient of one weight, as the terminal's `g` does.
pub fn check_one(play: &Play, name: &str) -> Result<String, String> {
    let quantity = view::Quantity::parse(&play.stepper, name).ok_or_else(|| no_such(name))?;
    let (view::Quantity::Weight(id) | view::Quantity::Gradient(id)) = quantity else {
        return Err(format!("{name} is not a weight; only weights have a gradient to check"));
    };
    let last = play.stepper.position().saturating_sub(1);
    let words = view::check(&play.stepper, id, last).ok_or_else(|| no_such(name))?;
    text(&json!({ "words": words }))
}

/// Checks a fault like `backprop check --engine object --fault NAME`.
fn check_planted(fault: &'static Fault) -> Result<String, String> {
    let (architecture, parameters, task) = fault.set_up.draw(fault.set_up.shapes[0], 0);
    let mut network = Network::from_parameters(&architecture, &parameters);
    let (map, drawing) = drawn(&network, &task.examples[0])?;
    let report = Check::new().run(&mut fault.plant(&mut network, task));
    answer(&report, &map, &json!({ "network": drawing }))
}

/// Checks the mystery of a name like `backprop check --engine object --mystery NAME`, with its numbers.
pub fn mystery(name: &str) -> Result<String, String> {
    let mystery = Mystery::new(name);
    let mut network = Network::from_parameters(&mystery.architecture, &mystery.parameters);
    let (map, drawing) = drawn(&network, &mystery.task.examples[0])?;
    let report = mystery.check(&mut network, &Check::new());
    let more = json!({ "network": drawing, "sheet": mystery.sheet().to_string(), "pass": mystery.pass() });
    answer(&report, &map, &more)
}

/// Judges an answer: the fault that the mystery of a name hides and, if given, its line in the backward pass.
pub fn solve(name: &str, answered: &str, line: Option<u8>) -> Result<String, String> {
    let (right, words) = Mystery::new(name).judge(named(answered)?, line);
    text(&json!({ "right": right, "words": words }))
}

/// Returns a network's picture for the page.
fn drawn(network: &Network, example: &Example) -> Result<(Map, Value), String> {
    let Example { sample, label } = example;
    let stepper = Stepper::new(network.clone(), &[backprop::Label(label)], &[backprop::Sample(sample)], 0.3);
    let map = Map::new(&stepper);
    let drawing = serde_json::to_value(map.drawing(stepper.network(), None));
    Ok((map, drawing.map_err(|error| error.to_string())?))
}

fn answer(report: &Report, map: &Map, more: &Value) -> Result<String, String> {
    let entries = report.entries.iter().map(|entry| {
        let connection = connection(map, entry.id);
        Judged {
            name: connection.map_or_else(|| entry.id.to_string(), |id| map.wires[id].name()),
            connection,
            verdict: match entry.verdict {
                backprop::gradient_check::Verdict::Agree => "agree",
                backprop::gradient_check::Verdict::Inconclusive => "inconclusive",
                backprop::gradient_check::Verdict::Domain => "domain",
                backprop::gradient_check::Verdict::Kink => "kink",
                backprop::gradient_check::Verdict::Disagree => "disagree",
            },
            analytic: Shown::new(entry.analytic).text,
            numerical: Shown::new(entry.numerical).text,
            ratio: if entry.numerical == 0.0 {
                NONE.to_owned()
            } else {
                short(entry.analytic / entry.numerical)
            },
        }
    });
    let entries: Vec<Judged> = entries.collect();
    let mut answer = json!({
        "report": report.to_string(),
        "passed": report.passed(),
        "diagnosis": report.diagnosis.as_ref().map(|diagnosis| format!("{diagnosis}")),
        "entries": entries,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        answer[name] = value.clone();
    }
    text(&answer)
}

/// Returns the connection that has this parameter as its weight.
fn connection(map: &Map, id: ParameterId) -> Option<usize> {
    match id {
        ParameterId::Weight { layer, row, column } => {
            Some(map.between(map.neurons(layer - 1)[column], map.neurons(layer)[row]))
        }
        ParameterId::Bias { layer, row } => {
            Some(map.between(map.constant(layer - 1), map.neurons(layer)[row]))
        }
        _ => None,
    }
}
