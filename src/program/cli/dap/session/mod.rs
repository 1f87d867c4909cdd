//! One session with an editor: messages, the steps between them, and why they stop. Its answers are in `requests`.

mod requests;

use std::path::PathBuf;

use backprop::spelled_out;
use serde_json::{Map, Value, json};

use super::breakpoints::{self, Breakpoint};
use super::protocol::{Message, event, response};
use super::walk::Walk;

/// Steps between two checks for messages that have arrived.
const STEPS_AT_ONCE: usize = 256;

/// The only thread.
const THREAD: i64 = 1;

/// A debugging session, without a stream: messages are put in and taken out.
#[derive(Debug, Default)]
pub struct Session {
    outbox: Vec<Value>,
    /// The token that launch arguments must have.
    pub(super) token: Option<String>,
    pub(super) walk: Option<Walk>,
    /// The configuration it was launched with.
    pub(super) launched_with: Map<String, Value>,
    /// The folder that paths start from.
    pub(super) folder: PathBuf,
    pub(super) classes: Vec<String>,
    pub(super) breakpoints: Vec<Breakpoint>,
    ignores_divergence: bool,
    running: Option<Run>,
    pub(super) stop_on_entry: bool,
    /// `true` once the editor has set its breakpoints.
    pub(super) has_begun: bool,
    is_over: bool,
    /// `true` if the editor reads variables again when it is told to.
    refreshes: bool,
    last_id: i64,
    /// The step that has diverged, while the walk is there.
    exception: Option<String>,
}

/// A run of steps, until something stops it.
#[derive(Debug, Clone, Copy)]
enum Run {
    /// Forwards, at most to this position.
    Forward(Option<usize>),
    Back,
}

impl Session {
    /// Returns a session that launches nothing unless the launch arguments have this token.
    pub fn asking_for(token: Option<String>) -> Self {
        Self { token, ..Self::default() }
    }

    /// Handles one message.
    pub fn handle(&mut self, bytes: &[u8]) {
        let request = match Message::parse(bytes) {
            Ok(request) => request,
            Err(sentence) => {
                self.outbox.push(response(&Message::default(), Err(sentence)));
                return;
            }
        };
        // Nothing is asked of the editor, so it has nothing to answer; and only this side sends events.
        if request.kind == "request" {
            let place = self.outbox.len();
            let result = self.answer(&request);
            // The answer comes before the events that it causes.
            self.outbox.insert(place, response(&request, result));
        }
    }

    /// Takes the messages to send.
    pub fn take_messages(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.outbox)
    }

    /// Returns `true` while steps are being done.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Returns `true` once the editor has left.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Does some steps of a run.
    pub fn work(&mut self) {
        for _ in 0..STEPS_AT_ONCE {
            let Some(run) = self.running else { return };
            let Some(mut walk) = self.walk.take() else { return };
            self.run_on(run, &mut walk);
            self.walk = Some(walk);
        }
    }

    /// Does one step of a run, and stops if it was the last one.
    fn run_on(&mut self, run: Run, walk: &mut Walk) {
        let inside = breakpoints::look_inside(&self.breakpoints);
        let watched = breakpoints::watched(&self.breakpoints);
        let before: Vec<f64> = watched.map(|(_, quantity)| quantity.raw(walk.stepper())).collect();
        let is_forward = matches!(run, Run::Forward(_));
        if is_forward {
            walk.forward(inside);
        } else if walk.back(inside) {
            self.say_all(&walk.undo_edits());
        } else {
            return self.stop_at_start();
        }
        if is_forward && walk.has_just_diverged() && !self.ignores_divergence {
            return self.stop_at_divergence(walk);
        }
        let (ids, text) = breakpoints::changes(&self.breakpoints, &before, walk, is_forward);
        if !ids.is_empty() {
            self.say(&text);
            let more = json!({ "hitBreakpointIds": ids, "text": text });
            return self.stop("data breakpoint", "Paused after a change", &more);
        }
        let (ids, sentences) = breakpoints::hits(&self.breakpoints, walk);
        self.say_all(&sentences);
        match run {
            _ if !ids.is_empty() => self.stop_on_breakpoints(&ids),
            Run::Forward(_) if walk.is_at_end() => self.stop_at_end(),
            Run::Forward(Some(until)) if walk.position() >= until => self.stop_after_step(),
            Run::Back if walk.position() == 0 && walk.is_before_the_step() => self.stop_at_start(),
            _ => {}
        }
    }

    /// Stops, and tells the editor why.
    fn stop(&mut self, reason: &str, description: &str, more: &Value) {
        self.running = None;
        self.exception = None;
        let mut body = json!({
            "reason": reason, "description": description, "threadId": THREAD, "allThreadsStopped": true,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.outbox.push(event("stopped", &body));
    }

    fn stop_after_step(&mut self) {
        self.stop("step", "Paused after a step", &Value::Null);
    }

    fn stop_at_end(&mut self) {
        self.say("The training has ended.");
        self.stop("step", "The training has ended", &Value::Null);
    }

    fn stop_at_start(&mut self) {
        self.say("Back at the start.");
        self.stop("entry", "Back at the start", &Value::Null);
    }

    fn stop_on_breakpoints(&mut self, ids: &[i64]) {
        self.stop("breakpoint", "Paused on a breakpoint", &json!({ "hitBreakpointIds": ids }));
    }

    fn stop_at_divergence(&mut self, walk: &Walk) {
        let text = walk.latest().map(|step| step.to_string()).unwrap_or_default();
        self.say(&text);
        self.stop("exception", "Paused on divergence", &json!({ "text": text }));
        self.exception = Some(text);
    }

    /// Ends the training.
    fn end(&mut self) {
        self.running = None;
        self.outbox.push(event("exited", &json!({ "exitCode": 0 })));
        self.outbox.push(event("terminated", &json!({})));
    }

    /// Prints a line in the editor's console.
    pub(super) fn say(&mut self, line: &str) {
        let line = format!("{}\n", spelled_out(line));
        self.outbox.push(event("output", &json!({ "category": "console", "output": line })));
    }

    fn say_all(&mut self, sentences: &[String]) {
        for sentence in sentences {
            self.say(sentence);
        }
    }

    /// Returns the training while it is paused.
    ///
    /// # Errors
    /// It has not been launched, or it is running.
    pub(super) fn paused(&mut self) -> Result<&mut Walk, String> {
        if self.running.is_some() {
            return Err("the training is running; pause it first".to_owned());
        }
        self.walk.as_mut().ok_or_else(|| "nothing has been launched".to_owned())
    }

    /// Returns the next breakpoint's number.
    pub(super) fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        self.last_id
    }
}
