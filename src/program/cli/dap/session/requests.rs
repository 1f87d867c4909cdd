//! The requests of an editor, one method each.

use backprop::spelled_out;
use backprop::step::Stepper;
use backprop::step::view::{Anchor, FILES, Quantity, typed};
use serde_json::{Map, Value, json};

use super::{Run, Session, THREAD};
use crate::cli::dap::breakpoints::{self, SetBy};
use crate::cli::dap::frames;
use crate::cli::dap::protocol::{self, Arguments, Message, event};
use crate::cli::dap::variables::{self, Reference, Variable, exact};

/// The features that an editor can offer.
const CAPABILITIES: &str = include_str!("../capabilities.json");

/// The most targets that are offered for one line.
const MOST_TARGETS: usize = 100;

impl Session {
    /// Does what a request asks for. Returns the body of the answer.
    pub(super) fn answer(&mut self, request: &Message) -> Result<Value, String> {
        let given = request.arguments()?;
        match request.command.as_str() {
            "initialize" => {
                if given.lines_start_at_1 == Some(false) {
                    return Err("lines are counted from 1 here".to_owned());
                }
                self.refreshes = given.supports_invalidated_event;
                return serde_json::from_str(CAPABILITIES).map_err(|error| error.to_string());
            }
            "launch" => self.launch(&request.arguments)?,
            "attach" => return Err("there is nothing to attach to; use the request \"launch\"".to_owned()),
            "restart" => self.restart(&request.arguments)?,
            "configurationDone" => self.begin(),
            "disconnect" => (self.running, self.is_over) = (None, true),
            "terminate" => self.end(),
            "threads" => return Ok(json!({ "threads": [{ "id": THREAD, "name": "training" }] })),
            "pause" if self.running.is_some() => self.stop("pause", "Paused", &Value::Null),
            "pause" => {}
            "continue" => return self.run(Run::Forward(None)),
            "reverseContinue" => return self.run(Run::Back),
            "next" => self.step(false)?,
            "stepIn" => self.step(true)?,
            "stepOut" => return self.step_out(),
            "stepBack" => self.step_back()?,
            "goto" => self.goto(given.target_id)?,
            "gotoTargets" => return self.goto_targets(&given),
            "setVariable" => return self.set_variable(&given),
            "setExpression" => return self.set(given.expression.trim(), &given.value),
            "setExceptionBreakpoints" => return Ok(self.set_exception_breakpoints(&given.filters)),
            "setBreakpoints" => {
                let file = frames::named(&given.source);
                return self.set_all(SetBy::Lines(file), given.breakpoints);
            }
            "setFunctionBreakpoints" => return self.set_all(SetBy::Functions, given.breakpoints),
            "setDataBreakpoints" => return self.set_all(SetBy::Data, given.breakpoints),
            "dataBreakpointInfo" => return self.data_breakpoint_info(&given),
            "exceptionInfo" => return self.exception_info(),
            "stackTrace" => return self.stack_trace(&given),
            "scopes" => return Ok(json!({ "scopes": variables::scopes(self.paused()?) })),
            "variables" => return self.variables(&given),
            "evaluate" => {
                let (result, reference) = self.evaluate(&given.expression)?;
                let reference = reference.map_or(0, Reference::number);
                return Ok(json!({ "result": result, "variablesReference": reference }));
            }
            "source" => return source(&given),
            "loadedSources" => {
                let sources: Vec<Value> =
                    (0..FILES.len()).map(|file| frames::describe(file, &self.folder)).collect();
                return Ok(json!({ "sources": sources }));
            }
            other => return Err(format!("there is no request '{}' here", spelled_out(other))),
        }
        Ok(Value::Null)
    }

    fn launch(&mut self, given: &Value) -> Result<(), String> {
        if self.walk.is_some() {
            return Err("it has already been launched; restart it".to_owned());
        }
        self.prepare(given.as_object().cloned().unwrap_or_default())?;
        self.outbox.push(event("initialized", &json!({})));
        Ok(())
    }

    /// Starts again, with the configuration in the request, if there is one.
    fn restart(&mut self, given: &Value) -> Result<(), String> {
        let settings = |given: &Map<String, Value>| -> Map<String, Value> {
            let own = given.iter().filter(|(key, _)| !key.starts_with("__"));
            own.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        self.running = None;
        match given["arguments"].as_object().filter(|new| !new.is_empty()) {
            Some(new) if settings(new) != settings(&self.launched_with) => self.prepare(new.clone())?,
            _ => {
                self.paused()?.restart();
                self.has_begun = false;
            }
        }
        self.begin();
        Ok(())
    }

    /// Stops before the first step, or runs.
    fn begin(&mut self) {
        if self.has_begun {
            return;
        }
        let Some(mut walk) = self.walk.take() else { return };
        self.has_begun = true;
        let (ids, sentences) = breakpoints::hits(&self.breakpoints, &mut walk);
        self.walk = Some(walk);
        self.say_all(&sentences);
        if self.stop_on_entry {
            self.stop("entry", "Before the first step", &Value::Null);
        } else if ids.is_empty() {
            self.running = Some(Run::Forward(None));
        } else {
            self.stop_on_breakpoints(&ids);
        }
    }

    fn run(&mut self, run: Run) -> Result<Value, String> {
        if self.paused()?.is_at_end() && matches!(run, Run::Forward(_)) {
            self.end();
        } else {
            self.exception = None;
            self.running = Some(run);
        }
        Ok(json!({ "allThreadsContinued": true }))
    }

    /// Does one step, or adds one product of a sum.
    fn step(&mut self, inside: bool) -> Result<(), String> {
        self.paused()?;
        let Some(mut walk) = self.walk.take() else { return Ok(()) };
        let position = walk.position();
        if !walk.forward(inside) {
            self.end();
        } else if walk.has_just_diverged() && !self.ignores_divergence {
            self.stop_at_divergence(&walk);
        } else {
            if let Some(step) = walk.latest().filter(|_| walk.position() > position) {
                self.say(&step.to_string());
            }
            if walk.is_at_end() { self.stop_at_end() } else { self.stop_after_step() }
        }
        self.walk = Some(walk);
        Ok(())
    }

    /// Goes to the end of the step if that is within a sum, else to the end of the layer.
    fn step_out(&mut self) -> Result<Value, String> {
        let walk = self.paused()?;
        if !walk.is_before_the_step() {
            walk.out_of_sum();
            self.step(false)?;
            return Ok(Value::Null);
        }
        let moment = walk.stepper().moment(walk.position());
        let end = moment.start + moment.order.segment(moment.step).end();
        self.run(Run::Forward(Some(end)))
    }

    fn step_back(&mut self) -> Result<(), String> {
        let walk = self.paused()?;
        let (has_moved, sentences) = (walk.back(false), walk.undo_edits());
        self.say_all(&sentences);
        if has_moved {
            self.stop_after_step();
        } else {
            self.stop_at_start();
        }
        Ok(())
    }

    fn goto(&mut self, target: Option<usize>) -> Result<(), String> {
        let walk = self.paused()?;
        let moment = walk.stepper().moment(walk.position());
        let is_here = |target: &usize| (moment.start..moment.start + moment.order.len()).contains(target);
        let target = target.filter(is_here).ok_or("there is no such target in this training step")?;
        walk.goto(target);
        let sentences = walk.undo_edits();
        self.say_all(&sentences);
        self.stop("goto", "Moved there", &Value::Null);
        Ok(())
    }

    fn goto_targets(&mut self, given: &Arguments) -> Result<Value, String> {
        let walk = self.paused()?;
        let file = frames::named(&given.source);
        let Some(anchor) = file.and_then(|file| Anchor::nearest(file, given.line)) else {
            return Ok(json!({ "targets": [] }));
        };
        let stepper = walk.stepper();
        let moment = stepper.moment(stepper.position());
        let (start, end) = (moment.start, moment.start + moment.order.len());
        // Those ahead first.
        let positions = (walk.position()..end).chain(start..walk.position());
        let targets = positions.filter(|&position| anchor.is_entered(stepper, position)).take(MOST_TARGETS);
        let target =
            |position| json!({ "id": position, "label": label(stepper, position), "line": given.line });
        Ok(json!({ "targets": targets.map(target).collect::<Vec<Value>>() }))
    }

    fn set_exception_breakpoints(&mut self, filters: &[String]) -> Value {
        let verified: Vec<Value> =
            filters.iter().map(|filter| json!({ "verified": filter == "divergence" })).collect();
        self.ignores_divergence = !filters.iter().any(|filter| filter == "divergence");
        json!({ "breakpoints": verified })
    }

    fn exception_info(&self) -> Result<Value, String> {
        let text = self.exception.as_ref().ok_or("there is no exception")?;
        let description =
            format!("The first number that is infinite or not a number. A smaller rate may help.\n{text}");
        Ok(json!({ "exceptionId": "divergence", "description": description, "breakMode": "always" }))
    }

    fn stack_trace(&mut self, given: &Arguments) -> Result<Value, String> {
        let folder = self.folder.clone();
        let frames = frames::frames(self.paused()?, &folder);
        let total = frames.len();
        let levels = if given.levels == 0 { total } else { given.levels };
        let frames: Vec<Value> = frames.into_iter().skip(given.start_frame).take(levels).collect();
        Ok(json!({ "stackFrames": frames, "totalFrames": total }))
    }

    fn variables(&mut self, given: &Arguments) -> Result<Value, String> {
        let count = if given.count == 0 { usize::MAX } else { given.count };
        let variables = self.children(given.variables_reference, given.start, count)?;
        let walk = self.paused()?;
        let variables: Vec<Value> = variables.iter().map(|variable| variable.json(walk.stepper())).collect();
        Ok(json!({ "variables": variables }))
    }

    /// Returns variables of the list with this number.
    fn children(&mut self, number: Option<i64>, start: usize, count: usize) -> Result<Vec<Variable>, String> {
        let walk = self.paused()?;
        let reference = number.and_then(Reference::of).ok_or("there is no list with this number")?;
        Ok(variables::children(walk, reference, start, count))
    }

    fn set_variable(&mut self, given: &Arguments) -> Result<Value, String> {
        let variables = self.children(given.variables_reference, 0, usize::MAX)?;
        let variable = variables.into_iter().find(|variable| variable.name == given.name);
        let variable = variable.ok_or_else(|| format!("there is no '{}'", spelled_out(&given.name)))?;
        let Some(quantity) = variable.quantity else {
            let name = variable.name;
            return Err(format!("{name} cannot be set; set a weight, an input, a target or the rate"));
        };
        let name = quantity.name(self.paused()?.stepper());
        self.set(&name, &given.value)
    }

    /// Gives a number another value, and says what that does.
    fn set(&mut self, name: &str, value: &str) -> Result<Value, String> {
        let (number, sentence) = self.edit(name, value)?;
        self.say(&sentence);
        Ok(json!({ "value": exact(number), "variablesReference": 0, "type": "f64" }))
    }

    /// Gives a number another value. Returns it, and a sentence about it.
    pub(in crate::cli::dap) fn edit(&mut self, name: &str, value: &str) -> Result<(f64, String), String> {
        let walk = self.paused()?;
        let quantity = breakpoints::quantity(walk.stepper(), name)?;
        let number = typed::number(value)?;
        let edit = quantity.edit(walk.stepper(), number)?;
        let sentence = walk.edit(edit);
        if self.refreshes {
            self.outbox.push(event("invalidated", &json!({ "areas": ["variables", "stacks"] })));
        }
        Ok((number, sentence))
    }

    fn data_breakpoint_info(&mut self, given: &Arguments) -> Result<Value, String> {
        let quantity = match given.variables_reference.filter(|&number| number != 0) {
            Some(number) => {
                let variables = self.children(Some(number), 0, usize::MAX)?;
                variables.into_iter().find(|variable| variable.name == given.name).and_then(|it| it.quantity)
            }
            None => Quantity::parse(self.paused()?.stepper(), given.name.trim()),
        };
        let Some(quantity) = quantity else {
            let description = "only a single number can be watched, such as w84 or a8";
            return Ok(json!({ "dataId": null, "description": description }));
        };
        let name = quantity.name(self.paused()?.stepper());
        Ok(json!({ "dataId": name, "description": name, "accessTypes": ["write"], "canPersist": true }))
    }
}

/// Returns the text of a source file.
fn source(given: &Arguments) -> Result<Value, String> {
    let reference = given.source_reference.or(given.source.source_reference);
    let source = protocol::Source { path: given.source.path.clone(), source_reference: reference };
    let file = frames::named(&source).ok_or("there is no such source")?;
    Ok(json!({ "content": FILES[file].text, "mimeType": "text/x-rust" }))
}

/// Returns the name of the step at a position: its place and its phase.
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
