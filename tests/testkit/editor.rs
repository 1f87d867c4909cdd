//! Plays the editor's side of the Debug Adapter Protocol against `backprop dap`.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

/// The longest that an answer may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// An editor and the adapter it has started.
pub struct Editor {
    pub adapter: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    sequence: u64,
    events: VecDeque<Value>,
}

impl Editor {
    /// Starts the adapter.
    pub fn start() -> Self {
        let mut adapter = Command::new(crate::program())
            .arg("dap")
            .current_dir(crate::root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let requests = adapter.stdin.take().expect("it is piped");
        let messages = receive(adapter.stdout.take().expect("it is piped"));
        Self { adapter, requests, messages, sequence: 0, events: VecDeque::new() }
    }

    /// Starts the adapter and launches a training run; the editor may now set breakpoints.
    pub fn launch(arguments: &Value) -> Self {
        let mut editor = Self::start();
        editor.ok("initialize", &json!({ "adapterID": "backprop", "linesStartAt1": true }));
        editor.ok("launch", arguments);
        editor.event("initialized");
        editor
    }

    /// Starts the adapter, launches a training run and stops before the first step.
    pub fn open(arguments: &Value) -> Self {
        let mut editor = Self::launch(arguments);
        editor.ok("configurationDone", &Value::Null);
        editor.stopped();
        editor
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.requests.write_all(bytes).and_then(|()| self.requests.flush()).expect("it listens");
    }

    /// Sends a request and does not wait. Returns its number.
    pub fn send(&mut self, command: &str, arguments: &Value) -> u64 {
        self.sequence += 1;
        let request =
            json!({ "seq": self.sequence, "type": "request", "command": command, "arguments": arguments });
        let text = request.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
        self.sequence
    }

    /// Returns the adapter's answer, successful or not.
    pub fn request(&mut self, command: &str, arguments: &Value) -> Value {
        let number = self.send(command, arguments);
        self.response(number)
    }

    /// Returns the answer to a request.
    pub fn response(&mut self, number: u64) -> Value {
        loop {
            let message = self.message();
            if message["type"] == "response" && message["request_seq"] == number {
                return message;
            }
            self.events.push_back(message);
        }
    }

    /// Returns the body of a successful answer.
    pub fn ok(&mut self, command: &str, arguments: &Value) -> Value {
        let mut answer = self.request(command, arguments);
        assert_eq!(answer["success"], true, "{command} {arguments}: {answer}");
        answer["body"].take()
    }

    /// Returns the sentence of a refusal.
    pub fn refused(&mut self, command: &str, arguments: &Value) -> String {
        let answer = self.request(command, arguments);
        assert_eq!(answer["success"], false, "{command} {arguments}: {answer}");
        answer["message"].as_str().expect("a sentence").to_owned()
    }

    /// Returns the next message, whatever it is.
    pub fn message(&mut self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("it answers")
    }

    /// Returns the body of the next event of this name.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(place) = self.events.iter().position(|event| event["event"] == name) {
                return self.events.remove(place).expect("it is there")["body"].take();
            }
            let message = self.message();
            self.events.push_back(message);
        }
    }

    /// Waits until it stops. Returns the event, with all output before it as `said`.
    pub fn stopped(&mut self) -> Value {
        let mut event = self.event("stopped");
        let said = self.events.iter().filter(|event| event["event"] == "output");
        let said: Vec<&str> = said.filter_map(|event| event["body"]["output"].as_str()).collect();
        event["said"] = json!(said.concat());
        self.events.retain(|event| event["event"] != "output");
        event
    }

    /// Sends a command that lets it continue, and waits until it stops.
    pub fn go(&mut self, command: &str) -> Value {
        self.ok(command, &json!({ "threadId": 1 }));
        self.stopped()
    }

    /// Continues until the training has ended. Returns every stop before that.
    pub fn go_to_end(&mut self) -> Vec<Value> {
        let mut stops = Vec::new();
        loop {
            let stop = self.go("continue");
            if stop["description"] == "The training has ended" {
                return stops;
            }
            stops.push(stop);
        }
    }

    /// Returns the frames, the innermost first.
    pub fn frames(&mut self) -> Vec<Value> {
        let answer = self.ok("stackTrace", &json!({ "threadId": 1 }));
        answer["stackFrames"].as_array().expect("a list").clone()
    }

    /// Returns the innermost frame's name.
    pub fn place(&mut self) -> String {
        self.frames()[0]["name"].as_str().expect("a name").to_owned()
    }

    /// Returns what a reference unfolds into.
    pub fn variables(&mut self, reference: &Value) -> Vec<Value> {
        let answer = self.ok("variables", &json!({ "variablesReference": reference }));
        answer["variables"].as_array().expect("a list").clone()
    }

    /// Returns the value of an expression.
    pub fn evaluate(&mut self, expression: &str) -> String {
        let answer = self.ok("evaluate", &json!({ "expression": expression, "context": "repl" }));
        answer["result"].as_str().expect("a text").to_owned()
    }

    /// Returns the reference of a scope.
    pub fn scope(&mut self, name: &str) -> Value {
        let answer = self.ok("scopes", &json!({ "frameId": 1 }));
        let scopes = answer["scopes"].as_array().expect("a list");
        let found = scopes.iter().find(|scope| scope["name"].as_str().is_some_and(|n| n.starts_with(name)));
        found.unwrap_or_else(|| panic!("no {name} in {answer}"))["variablesReference"].clone()
    }

    /// Sets function breakpoints, which must all be found.
    pub fn break_at(&mut self, names: &[&str]) {
        let breakpoints: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        let answer = self.ok("setFunctionBreakpoints", &json!({ "breakpoints": breakpoints }));
        for breakpoint in answer["breakpoints"].as_array().expect("a list") {
            assert_eq!(breakpoint["verified"], true, "{breakpoint}");
        }
    }

    /// Disconnects; the adapter must exit successfully.
    pub fn leave(mut self) {
        self.ok("disconnect", &Value::Null);
        assert!(self.adapter.wait().expect("it ends").success());
    }

    /// Closes its end and waits. Returns the exit status.
    pub fn close(self) -> Option<i32> {
        let Self { mut adapter, requests, .. } = self;
        drop(requests);
        adapter.wait().expect("it ends").code()
    }
}

/// Receives the messages of a stream, one by one.
pub fn receive(stream: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        loop {
            let mut length = 0;
            loop {
                let mut header = String::new();
                if !stream.read_line(&mut header).is_ok_and(|read| read > 0) {
                    return;
                }
                match header.trim().split_once(": ") {
                    Some((_, value)) => length = value.parse().expect("a length"),
                    None => break,
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("a whole message");
            if sender.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
                return;
            }
        }
    });
    receiver
}
