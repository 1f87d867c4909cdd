//! Requests that set something: breakpoints, and numbers.

use backprop::step::view::{Anchor, Quantity, typed};
use serde_json::{Value, json};

use super::breakpoints::{Breakpoint, DataBreakpoint, Spot};
use super::expressions::Expression;
use super::protocol::{self, arguments};
use super::session::Session;
use super::source;
use super::variables::{self, Reference, exact};

/// More breakpoints than anyone sets.
const MOST_BREAKPOINTS: usize = 1000;

/// Where a breakpoint is, or why it is nowhere.
fn answer(id: i64, problem: Option<&String>) -> Value {
    match problem {
        None => json!({ "id": id, "verified": true }),
        Some(sentence) => json!({ "id": id, "verified": false, "message": backprop::spelled_out(sentence) }),
    }
}

fn condition(text: Option<&String>) -> Result<Option<Expression>, String> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let expression = Expression::parse(text)?;
    if expression.is_condition() {
        Ok(Some(expression))
    } else {
        Err("a condition compares: delta > 0.01, |gradient| < 1e-6".to_owned())
    }
}

fn check_count(count: usize) -> Result<(), String> {
    if count > MOST_BREAKPOINTS {
        return Err(format!("{count} breakpoints; at most {MOST_BREAKPOINTS} are set"));
    }
    Ok(())
}

impl Session {
    pub(super) fn set_breakpoints(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::SetBreakpoints = arguments(given)?;
        check_count(given.breakpoints.len())?;
        let file =
            source::named(given.source.path.as_deref(), given.source.source_reference.filter(|&n| n > 0));
        let mut answers = Vec::new();
        if let Some(file) = file {
            self.breakpoints.lines.retain(|&(other, _)| other != file);
        }
        for wanted in &given.breakpoints {
            let id = self.new_id();
            let line = self.line_from_1(wanted.line);
            let found = file.and_then(|file| Anchor::nearest(file, line));
            let condition = condition(wanted.condition.as_ref());
            match (found, condition) {
                (Some(anchor), Ok(condition)) => {
                    let mut answer = answer(id, None);
                    answer["line"] = json!(self.line(anchor.line));
                    answer["source"] = source::describe(anchor.file);
                    answers.push(answer);
                    let (name, spot) = (String::new(), Some(Spot::Line(anchor)));
                    self.breakpoints.lines.push((anchor.file, Breakpoint { id, name, spot, condition }));
                }
                (_, Err(sentence)) => answers.push(answer(id, Some(&sentence))),
                (None, _) => {
                    let sentence =
                        "no formula of the training step stands here; they are in src/graph: node.rs, \
                                    const_node.rs, links.rs, connection.rs, layer.rs, network.rs, mini_batch.rs"
                            .to_owned();
                    answers.push(answer(id, Some(&sentence)));
                }
            }
        }
        Ok(json!({ "breakpoints": answers }))
    }

    /// The editor's line, from 1; 0 for none.
    pub(super) fn line_from_1(&self, line: i64) -> usize {
        usize::try_from(line.saturating_add(i64::from(self.counts_from_0))).unwrap_or(0)
    }

    /// A line as the editor counts.
    pub(super) fn line(&self, line: usize) -> usize {
        line - usize::from(self.counts_from_0)
    }

    pub(super) fn set_function_breakpoints(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::SetFunctionBreakpoints = arguments(given)?;
        check_count(given.breakpoints.len())?;
        let mut answers = Vec::new();
        self.breakpoints.functions.clear();
        for wanted in given.breakpoints {
            let id = self.new_id();
            let spot = match &self.walk {
                Some(walk) => Spot::parse(walk.stepper(), &wanted.name),
                None => Err("nothing has been launched yet".to_owned()),
            };
            let condition = condition(wanted.condition.as_ref());
            answers.push(answer(id, spot.as_ref().err().or(condition.as_ref().err())));
            if let Ok(condition) = condition {
                let spot = spot.ok();
                self.breakpoints.functions.push(Breakpoint { id, name: wanted.name, spot, condition });
            }
        }
        Ok(json!({ "breakpoints": answers }))
    }

    /// `break 2-0`, `break backward if delta > 0.01`, typed in the console. Returns what is to be said.
    pub(super) fn type_breakpoint(&mut self, text: &str) -> Result<String, String> {
        let (name, wanted) = text.split_once(" if ").map_or((text, None), |(name, rest)| (name, Some(rest)));
        let condition = condition(wanted.map(str::to_owned).as_ref())?;
        let name = name.trim().to_owned();
        let spot = Some(Spot::parse(self.standing()?.stepper(), &name)?);
        check_count(self.breakpoints.typed.len() + 1)?;
        let id = self.new_id();
        let sentence = format!("stops at {}; delete takes it away", backprop::spelled_out(text));
        self.breakpoints.typed.push(Breakpoint { id, name, spot, condition });
        Ok(sentence)
    }

    /// Takes those away that were typed. Returns what is to be said.
    pub(super) fn delete_typed(&mut self) -> String {
        let count = std::mem::take(&mut self.breakpoints.typed).len();
        format!(
            "{count} breakpoint{} that {} typed taken away",
            if count == 1 { "" } else { "s" },
            if count == 1 { "was" } else { "were" }
        )
    }

    pub(super) fn data_breakpoint_info(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::DataBreakpointInfo = arguments(given)?;
        let reference = given.reference.filter(|&reference| reference != 0);
        let walk = self.standing()?;
        let name = match reference.and_then(Reference::of) {
            Some(reference) => {
                let variables = variables::children(walk, reference, 0, usize::MAX);
                let variable = variables.into_iter().find(|variable| variable.name == given.name);
                variable.and_then(|variable| variable.thing).map(|thing| thing.name(walk.stepper()))
            }
            None => Some(given.name.clone()),
        };
        let thing = name.and_then(|name| Quantity::parse(walk.stepper(), name.trim()));
        Ok(match thing {
            Some(thing) => {
                let name = thing.name(walk.stepper());
                json!({ "dataId": name, "description": name, "accessTypes": ["write"], "canPersist": true })
            }
            None => {
                json!({ "dataId": null, "description": "only a single number can be watched, such as w84 or a8" })
            }
        })
    }

    pub(super) fn set_data_breakpoints(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::SetDataBreakpoints = arguments(given)?;
        check_count(given.breakpoints.len())?;
        let mut answers = Vec::new();
        self.breakpoints.data.clear();
        for wanted in given.breakpoints {
            let id = self.new_id();
            let name = wanted.data_id.trim().to_owned();
            let quantity = self.walk.as_ref().and_then(|walk| Quantity::parse(walk.stepper(), &name));
            let missing = || format!("there is no '{}' here", backprop::spelled_out(&name));
            let condition = condition(wanted.condition.as_ref());
            let problem = quantity.is_none().then(missing);
            answers.push(answer(id, problem.as_ref().or(condition.as_ref().err())));
            if let Ok(condition) = condition {
                self.breakpoints.data.push(DataBreakpoint { id, name, quantity, condition });
            }
        }
        Ok(json!({ "breakpoints": answers }))
    }

    pub(super) fn set_variable(&mut self, given: &Value) -> Result<(Value, String), String> {
        let given: protocol::SetVariable = arguments(given)?;
        let walk = self.standing()?;
        let reference = Reference::of(given.reference).ok_or("there is nothing of this number")?;
        let variables = variables::children(walk, reference, 0, usize::MAX);
        let variable = variables.into_iter().find(|variable| variable.name == given.name);
        let variable =
            variable.ok_or_else(|| format!("there is no '{}'", backprop::spelled_out(&given.name)))?;
        let Some(thing) = variable.thing else {
            return Err(format!(
                "{} cannot be set; set a weight, an input, a target or the rate",
                variable.name
            ));
        };
        let name = thing.name(walk.stepper());
        self.set(&name, &given.value)
    }

    pub(super) fn set_expression(&mut self, given: &Value) -> Result<(Value, String), String> {
        let given: protocol::SetExpression = arguments(given)?;
        self.standing()?;
        self.set(given.expression.trim(), &given.value)
    }

    /// Sets a number by name. Returns the answer, and what is to be said.
    fn set(&mut self, name: &str, value: &str) -> Result<(Value, String), String> {
        let walk = self.standing()?;
        let shown = backprop::spelled_out(name);
        let thing = Quantity::parse(walk.stepper(), name).ok_or_else(|| {
            format!("there is no '{shown}' here; names are such as w84, w8b, x1, t8 and rate")
        })?;
        let number = typed::number(value)?;
        let edit = thing.edit(walk.stepper(), number)?;
        let sentence = walk.edit(edit);
        Ok((json!({ "value": exact(number), "variablesReference": 0, "type": "f64" }), sentence))
    }
}
