//! One session with an editor: what it asks, what it is told, and what runs in between.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::breakpoints::{self, Breakpoints};
use super::launch;
use super::protocol::{self, Message, arguments, event, response};
use super::walk::Walk;

/// Steps between two looks at what the editor asks meanwhile.
const STEPS_AT_ONCE: usize = 256;

/// The only thread.
pub const THREAD: i64 = 1;

/// A debugging session. It has no stream: bytes go in, messages come out.
#[derive(Debug, Default)]
pub struct Session {
    outbox: Vec<Value>,
    /// The token that launch arguments must have.
    token: Option<String>,
    pub(super) walk: Option<Walk>,
    /// The configuration it was launched with.
    launched_with: Map<String, Value>,
    pub(super) classes: Vec<String>,
    pub(super) breakpoints: Breakpoints,
    ignores_divergence: bool,
    running: Option<Run>,
    stop_on_entry: bool,
    /// True once the editor has set its breakpoints, so that the first step may be done.
    has_begun: bool,
    is_over: bool,
    /// True if the editor counts lines from 0.
    pub(super) counts_from_0: bool,
    refreshes: bool,
    last_id: i64,
    exception: Option<String>,
}

/// A run of steps.
#[derive(Debug, Clone, Copy)]
enum Run {
    /// Forwards, at most to this position.
    Forward(Option<usize>),
    Back,
}

/// The reason of a stop.
#[derive(Debug)]
pub(super) enum Stop {
    Entry,
    Step,
    Goto,
    Pause,
    Breakpoints(Vec<i64>),
    Changed(Vec<i64>, String),
    Diverged(String),
    /// At the end of the epochs asked for, or back at the start.
    End,
    Start,
}

impl Session {
    /// Returns a session that trains nothing unless the launch arguments have this token.
    pub fn asking_for(token: Option<String>) -> Self {
        Self { token, ..Self::default() }
    }

    /// Takes one message in.
    pub fn handle(&mut self, bytes: &[u8]) {
        let request = match Message::parse(bytes) {
            Ok(request) => request,
            Err(sentence) => {
                self.outbox.push(response(&Message::default(), Err(sentence)));
                return;
            }
        };
        // Nothing was asked, so answers answer nothing; and events are ours to send.
        if request.kind != "request" {
            return;
        }
        let after = self.answer(&request);
        let (result, after) = match after {
            Ok((body, after)) => (Ok(body), after),
            Err(sentence) => (Err(sentence), After::Nothing),
        };
        self.outbox.push(response(&request, result));
        self.go_on(after);
    }

    /// Returns the messages to send, and forgets them.
    pub fn take_messages(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.outbox)
    }

    /// Returns true while steps are being done.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Returns true once the editor has left.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Does some steps of what runs.
    pub fn work(&mut self) {
        for _ in 0..STEPS_AT_ONCE {
            let (Some(run), Some(mut walk)) = (self.running, self.walk.take()) else { return };
            let stop = self.run_on(run, &mut walk);
            self.walk = Some(walk);
            if let Some(stop) = stop {
                self.stop(stop);
                return;
            }
        }
    }

    /// One step of what runs, and why it is the last one.
    fn run_on(&mut self, run: Run, walk: &mut Walk) -> Option<Stop> {
        let inside = self.breakpoints.look_inside();
        let before = self.breakpoints.watched(walk.stepper());
        let is_forward = matches!(run, Run::Forward(_));
        if is_forward {
            walk.forward(inside);
        } else if !walk.back(inside) {
            return Some(Stop::Start);
        } else {
            for sentence in walk.undo_edits() {
                self.say(&sentence);
            }
        }
        if is_forward && walk.has_just_diverged() && !self.ignores_divergence {
            return walk.latest().map(|step| Stop::Diverged(step.to_string()));
        }
        if let Some(stop) = self.changed(&before, walk, is_forward) {
            return Some(stop);
        }
        let (hits, sentences) = self.breakpoints.hits(walk);
        for sentence in sentences {
            self.say(&sentence);
        }
        match run {
            _ if !hits.is_empty() => Some(Stop::Breakpoints(hits)),
            Run::Forward(_) if walk.is_at_end() => Some(Stop::End),
            Run::Forward(Some(until)) if walk.position() >= until => Some(Stop::Step),
            Run::Back if walk.position() == 0 && walk.is_before_the_step() => Some(Stop::Start),
            _ => None,
        }
    }

    /// Says how watched numbers have changed, if one has.
    fn changed(&self, before: &[f64], walk: &mut Walk, is_forward: bool) -> Option<Stop> {
        let (mut ids, mut sentences) = (Vec::new(), Vec::new());
        for (breakpoint, before) in self.breakpoints.data.iter().zip(before) {
            let Some(thing) = breakpoint.quantity else { continue };
            let after = thing.raw(walk.stepper());
            if after.to_bits() == before.to_bits() {
                continue;
            }
            if let (Some(condition), true) = (&breakpoint.condition, is_forward) {
                let step = walk.latest()?;
                if breakpoints::holds(condition, walk.stepper(), &step) == Ok(false) {
                    continue;
                }
            }
            ids.push(breakpoint.id);
            sentences.push(format!("{}: {before:?} → {after:?}", breakpoint.name));
        }
        (!ids.is_empty()).then(|| Stop::Changed(ids, sentences.join(", ")))
    }

    /// Stops, and says so.
    fn stop(&mut self, stop: Stop) {
        self.running = None;
        self.exception = None;
        let (reason, description, text, ids) = match stop {
            Stop::Entry => ("entry", "Before the first step", None, Vec::new()),
            Stop::Step => ("step", "Paused after a step", None, Vec::new()),
            Stop::Goto => ("goto", "Gone there", None, Vec::new()),
            Stop::Pause => ("pause", "Paused", None, Vec::new()),
            Stop::Breakpoints(ids) => ("breakpoint", "Paused on a breakpoint", None, ids),
            Stop::Changed(ids, text) => ("data breakpoint", "Paused after a change", Some(text), ids),
            Stop::Diverged(text) => ("exception", "Paused on divergence", Some(text), Vec::new()),
            Stop::End => ("step", "The training has ended", None, Vec::new()),
            Stop::Start => ("entry", "Back at the start", None, Vec::new()),
        };
        let mut body = json!({
            "reason": reason, "description": description, "threadId": THREAD, "allThreadsStopped": true,
        });
        if !ids.is_empty() {
            body["hitBreakpointIds"] = json!(ids);
        }
        if let Some(text) = text {
            if reason == "exception" {
                self.exception = Some(text.clone());
            }
            self.say(&text);
            body["text"] = json!(text);
        } else if matches!(description, "The training has ended" | "Back at the start") {
            self.say(&format!("{description}."));
        }
        self.outbox.push(event("stopped", &body));
    }

    /// A line in the editor's console.
    pub(super) fn say(&mut self, line: &str) {
        let line = format!("{}\n", backprop::spelled_out(line));
        self.outbox.push(event("output", &json!({ "category": "console", "output": line })));
    }

    /// The training, which must stand.
    ///
    /// # Errors
    /// It has not been launched, or it runs.
    pub(super) fn standing(&mut self) -> Result<&mut Walk, String> {
        if self.running.is_some() {
            return Err("the training runs; pause it first".to_owned());
        }
        self.walk.as_mut().ok_or_else(|| "nothing has been launched".to_owned())
    }

    /// The next breakpoint's number.
    pub(super) fn new_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }
}

/// An action that follows an answer.
enum After {
    Nothing,
    /// The editor may set breakpoints now.
    Initialized(Vec<String>),
    Begin,
    Stop(Stop),
    Run(Run),
    /// Lines for the console, and a stop.
    SayAndStop(Vec<String>, Stop),
    Refresh(Vec<String>),
    End,
    Leave,
}

type Answer = Result<(Value, After), String>;

impl Session {
    fn answer(&mut self, request: &Message) -> Answer {
        let given = &request.arguments;
        let body = match request.command.as_str() {
            "initialize" => return self.initialize(given),
            "launch" => return self.launch(given),
            "attach" => return Err("there is nothing to attach to; use the request \"launch\"".to_owned()),
            "restart" => return self.restart(given),
            "configurationDone" => return Ok((Value::Null, After::Begin)),
            "disconnect" => return Ok((Value::Null, After::Leave)),
            "terminate" => return Ok((Value::Null, After::End)),
            "threads" => Ok(json!({ "threads": [{ "id": THREAD, "name": "training" }] })),
            "pause" => {
                let is_running = self.running.is_some();
                return Ok((Value::Null, if is_running { After::Stop(Stop::Pause) } else { After::Nothing }));
            }
            "continue" => return self.run(Run::Forward(None)),
            "reverseContinue" => return self.run(Run::Back),
            "next" => return self.step(false),
            "stepIn" => return self.step(true),
            "stepOut" => return self.step_out(),
            "stepBack" => return self.step_back(),
            "goto" => return self.goto(given),
            "setVariable" => {
                return self.set_variable(given).map(|(body, line)| (body, After::Refresh(vec![line])));
            }
            "setExpression" => {
                return self.set_expression(given).map(|(body, line)| (body, After::Refresh(vec![line])));
            }
            "setExceptionBreakpoints" => self.set_exception_breakpoints(given),
            "setBreakpoints" => self.set_breakpoints(given),
            "setFunctionBreakpoints" => self.set_function_breakpoints(given),
            "dataBreakpointInfo" => self.data_breakpoint_info(given),
            "setDataBreakpoints" => self.set_data_breakpoints(given),
            "exceptionInfo" => self.exception_info(),
            "stackTrace" => self.stack_trace(given),
            "scopes" => self.scopes(),
            "variables" => self.variables(given),
            "evaluate" => self.evaluate(given),
            "gotoTargets" => self.goto_targets(given),
            "source" => Self::source(given),
            "loadedSources" => Ok(Self::loaded_sources()),
            other => Err(format!("there is no request '{}' here", backprop::spelled_out(other))),
        };
        body.map(|body| (body, After::Nothing))
    }

    fn go_on(&mut self, after: After) {
        match after {
            After::Nothing => {}
            After::Initialized(sentences) => {
                for sentence in sentences {
                    self.say(&sentence);
                }
                self.outbox.push(event("initialized", &json!({})));
            }
            After::Begin => self.begin(),
            After::Stop(stop) => self.stop(stop),
            After::Run(run) => {
                self.exception = None;
                self.running = Some(run);
            }
            After::SayAndStop(sentences, stop) => {
                for sentence in sentences {
                    self.say(&sentence);
                }
                self.stop(stop);
            }
            After::Refresh(sentences) => {
                for sentence in sentences {
                    self.say(&sentence);
                }
                if self.refreshes {
                    self.outbox.push(event("invalidated", &json!({ "areas": ["variables", "stacks"] })));
                }
            }
            After::End => self.end(),
            After::Leave => {
                self.running = None;
                self.is_over = true;
            }
        }
    }

    fn end(&mut self) {
        self.running = None;
        self.outbox.push(event("exited", &json!({ "exitCode": 0 })));
        self.outbox.push(event("terminated", &json!({})));
    }

    /// The first step, or a stop before it.
    fn begin(&mut self) {
        let Some(mut walk) = self.walk.take().filter(|_| !self.has_begun) else { return };
        self.has_begun = true;
        let (hits, sentences) = self.breakpoints.hits(&mut walk);
        self.walk = Some(walk);
        for sentence in sentences {
            self.say(&sentence);
        }
        if self.stop_on_entry {
            self.stop(Stop::Entry);
        } else if hits.is_empty() {
            self.running = Some(Run::Forward(None));
        } else {
            self.stop(Stop::Breakpoints(hits));
        }
    }

    fn initialize(&mut self, given: &Value) -> Answer {
        let given: protocol::Initialize = arguments(given)?;
        self.counts_from_0 = given.lines_start_at_1 == Some(false);
        self.refreshes = given.supports_invalidated_event;
        Ok((protocol::capabilities(), After::Nothing))
    }

    fn launch(&mut self, given: &Value) -> Answer {
        if self.walk.is_some() {
            return Err("it has been launched already; restart it".to_owned());
        }
        let sentences = self.prepare(given)?;
        Ok((Value::Null, After::Initialized(sentences)))
    }

    /// Makes the training ready. Returns what is to be said of it.
    fn prepare(&mut self, given: &Value) -> Result<Vec<String>, String> {
        let given: Map<String, Value> = arguments(given)?;
        if self.token.is_some() && self.token.as_deref() != given.get("token").and_then(Value::as_str) {
            return Err(
                "the launch arguments need the \"token\" that `backprop dap` was started with".to_owned()
            );
        }
        let launched = launch::launch(&given)?;
        self.breakpoints.resolve(launched.walk.stepper());
        self.walk = Some(launched.walk);
        self.classes = launched.classes;
        self.stop_on_entry = launched.stop_on_entry;
        self.launched_with = given;
        self.has_begun = false;
        Ok(launched.sentences)
    }

    /// Again from the start, by the configuration that comes along, or the old one.
    fn restart(&mut self, given: &Value) -> Answer {
        let new = given.get("arguments").and_then(Value::as_object).filter(|new| !new.is_empty());
        let known: BTreeSet<&String> = self.launched_with.keys().collect();
        let is_new = new.is_some_and(|new| {
            let differs =
                |key: &&String| !key.starts_with("__") && new.get(*key) != self.launched_with.get(*key);
            new.keys().chain(known).any(|key| differs(&key))
        });
        self.running = None;
        let mut sentences = Vec::new();
        if let (true, Some(new)) = (is_new, new) {
            sentences = self.prepare(&Value::Object(new.clone()))?;
        } else {
            self.walk.as_mut().ok_or("nothing has been launched")?.restart();
            self.has_begun = false;
        }
        for sentence in sentences {
            self.say(&sentence);
        }
        Ok((Value::Null, After::Begin))
    }

    fn set_exception_breakpoints(&mut self, given: &Value) -> Result<Value, String> {
        let given: protocol::SetExceptionBreakpoints = arguments(given)?;
        self.ignores_divergence = !given.filters.iter().any(|filter| filter == "divergence");
        let verified = given.filters.iter().map(|filter| json!({ "verified": filter == "divergence" }));
        Ok(json!({ "breakpoints": verified.collect::<Vec<Value>>() }))
    }

    fn exception_info(&mut self) -> Result<Value, String> {
        let text = self.exception.clone().ok_or("there is no exception")?;
        Ok(json!({
            "exceptionId": "divergence",
            "description": format!("The first number that is infinite or not a number. A smaller rate may help.\n{text}"),
            "breakMode": "always",
        }))
    }

    fn run(&mut self, run: Run) -> Answer {
        let walk = self.standing()?;
        let body = json!({ "allThreadsContinued": true });
        if matches!(run, Run::Forward(_)) && walk.is_at_end() {
            return Ok((body, After::End));
        }
        Ok((body, After::Run(run)))
    }

    /// One step, or one product of a sum.
    fn step(&mut self, inside: bool) -> Answer {
        let walk = self.standing()?;
        let position = walk.position();
        if !walk.forward(inside) {
            return Ok((Value::Null, After::End));
        }
        let done = walk.latest().filter(|_| walk.position() > position);
        let stop = match &done {
            Some(step) if walk.has_just_diverged() => Stop::Diverged(step.to_string()),
            _ if walk.is_at_end() => Stop::End,
            _ => Stop::Step,
        };
        let is_said = matches!(stop, Stop::Diverged(_));
        if is_said && self.ignores_divergence {
            return Ok((
                Value::Null,
                After::SayAndStop(done.iter().map(ToString::to_string).collect(), Stop::Step),
            ));
        }
        let lines = done.iter().filter(|_| !is_said).map(ToString::to_string).collect();
        Ok((Value::Null, After::SayAndStop(lines, stop)))
    }

    /// Out of a sum, or to the end of the layer.
    fn step_out(&mut self) -> Answer {
        let walk = self.standing()?;
        if !walk.is_before_the_step() {
            walk.out_of_sum();
            return self.step(false);
        }
        if walk.is_at_end() {
            return Ok((Value::Null, After::End));
        }
        let moment = walk.stepper().moment(walk.position());
        let end = moment.start + moment.order.segment(moment.step).end();
        Ok((Value::Null, After::Run(Run::Forward(Some(end)))))
    }

    fn step_back(&mut self) -> Answer {
        let walk = self.standing()?;
        let moved = walk.back(false);
        let sentences = walk.undo_edits();
        Ok((Value::Null, After::SayAndStop(sentences, if moved { Stop::Step } else { Stop::Start })))
    }

    fn goto(&mut self, given: &Value) -> Answer {
        let target: protocol::Goto = arguments(given)?;
        let walk = self.standing()?;
        let moment = walk.stepper().moment(walk.position());
        if !(moment.start..moment.start + moment.order.len()).contains(&target.target) {
            return Err("there is no such target in this training step".to_owned());
        }
        walk.goto(target.target);
        let sentences = walk.undo_edits();
        Ok((Value::Null, After::SayAndStop(sentences, Stop::Goto)))
    }
}
