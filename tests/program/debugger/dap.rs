//! lldb-dap as an editor talks to it, by the Debug Adapter Protocol.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use backprop::Activation;
use serde_json::{Value, json};

use crate::answers::{Reader, without_address};
use crate::{CALC_OUTPUT, first_of, lldb_script, nine_nodes, root};
use testkit::golden::{Online, read_json};

const PROGRAM: &str = "lldb-dap-19";

/// Returns `true` if lldb-dap is missing, and says so.
pub fn is_missing() -> bool {
    crate::is_missing(first_of(&[PROGRAM]), "lldb-19")
}

/// An editor at its end of the protocol.
struct Editor {
    adapter: Child,
    requests: ChildStdin,
    messages: BufReader<ChildStdout>,
    sequence: u64,
    events: VecDeque<Value>,
    breakpoints: Vec<String>,
    thread: Value,
    level: usize,
}

impl Editor {
    /// Opens the nine-node network, and stops before it runs.
    fn open() -> Self {
        let mut adapter = Command::new(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .current_dir(root())
            .spawn()
            .expect("lldb-dap starts");
        let requests = adapter.stdin.take().expect("it is piped");
        let messages = BufReader::new(adapter.stdout.take().expect("it is piped"));
        let mut editor = Self {
            adapter,
            requests,
            messages,
            sequence: 0,
            events: VecDeque::new(),
            breakpoints: Vec::new(),
            thread: Value::Null,
            level: 0,
        };
        editor.request("initialize", &json!({ "adapterID": "lldb", "linesStartAt1": true }));
        let import = format!("command script import \"{}\"", lldb_script().display());
        let launch = json!({ "program": nine_nodes(), "cwd": root(), "preRunCommands": [import] });
        editor.send("launch", &launch);
        editor.event("initialized");
        editor
    }

    fn send(&mut self, command: &str, arguments: &Value) -> u64 {
        self.sequence += 1;
        let request =
            json!({ "seq": self.sequence, "type": "request", "command": command, "arguments": arguments });
        let text = request.to_string();
        write!(self.requests, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        self.requests.flush().expect("it listens");
        self.sequence
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut header = String::new();
            assert!(self.messages.read_line(&mut header).expect("it answers") > 0, "lldb-dap has ended");
            match header.trim().split_once(": ") {
                Some((_, value)) => length = value.parse().expect("a length"),
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.messages.read_exact(&mut body).expect("it answers");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Returns the adapter's answer, successful or not.
    fn try_request(&mut self, command: &str, arguments: &Value) -> Value {
        let number = self.send(command, arguments);
        loop {
            let message = self.receive();
            if message["type"] == "response" && message["request_seq"] == number {
                return message;
            }
            self.events.push_back(message);
        }
    }

    fn request(&mut self, command: &str, arguments: &Value) -> Value {
        let mut answer = self.try_request(command, arguments);
        assert_eq!(answer["success"], true, "{command} {arguments}: {answer}");
        answer["body"].take()
    }

    fn event(&mut self, name: &str) -> Value {
        loop {
            if let Some(place) = self.events.iter().position(|event| event["event"] == name) {
                return self.events.remove(place).expect("it is there")["body"].take();
            }
            let message = self.receive();
            self.events.push_back(message);
        }
    }

    /// Lets the program go on, and waits until it has stopped.
    fn go(&mut self, command: &str) {
        let thread = json!({ "threadId": self.thread });
        self.request(command, &thread);
        self.wait();
    }

    fn wait(&mut self) {
        self.thread = self.event("stopped")["threadId"].clone();
        self.level = 0;
    }

    fn stack(&mut self) -> Vec<Value> {
        let arguments = json!({ "threadId": self.thread, "startFrame": 0, "levels": 20 });
        self.request("stackTrace", &arguments)["stackFrames"].as_array().expect("frames").clone()
    }

    fn frame(&mut self) -> Value {
        self.stack()[self.level].clone()
    }

    fn children(&mut self, value: &Value) -> Vec<Value> {
        let reference = json!({ "variablesReference": value["variablesReference"] });
        self.request("variables", &reference)["variables"].as_array().expect("variables").clone()
    }

    /// Returns the variables pane.
    fn locals(&mut self) -> Vec<Value> {
        let frame = json!({ "frameId": self.frame()["id"] });
        let scopes = self.request("scopes", &frame)["scopes"].take();
        self.children(&scopes[0])
    }

    fn evaluate(&mut self, expression: &str, context: &str) -> Value {
        let frame = self.frame()["id"].clone();
        self.try_request(
            "evaluate",
            &json!({ "expression": expression, "context": context, "frameId": frame }),
        )
    }

    /// Returns the place of the program.
    fn place(&mut self, reader: &mut Reader) -> String {
        let frame = self.frame();
        let locals = self.locals();
        let object = locals.iter().find(|variable| variable["name"] == "self").map(shown);
        let path = frame["source"]["path"].as_str().expect("the source is known");
        let source = std::fs::read_to_string(path).expect("the source is there");
        let line = frame["line"].as_u64().expect("a line") as usize;
        let code = source.lines().nth(line - 1).expect("the line is there");
        reader.editor(frame["name"].as_str().expect("a name"), object.as_deref(), line, code)
    }

    fn set_breakpoints(&mut self) -> Vec<String> {
        let functions: Vec<Value> = self.breakpoints.iter().map(|name| json!({ "name": name })).collect();
        let answer = self.request("setFunctionBreakpoints", &json!({ "breakpoints": functions }));
        let known = answer["breakpoints"].as_array().expect("a list").last();
        known.map(breakpoint_line).into_iter().collect()
    }

    fn set_line_breakpoint(&mut self, place: &str) -> Vec<String> {
        let (file, line) = place.split_once(':').expect("a file and a line");
        let path = root().join("src/graph").join(file);
        let line: usize = line.parse().expect("a number");
        let arguments = json!({ "source": { "path": path }, "breakpoints": [{ "line": line }] });
        let answer = self.request("setBreakpoints", &arguments);
        vec![breakpoint_line(&answer["breakpoints"][0])]
    }

    /// Returns what the pane shows of a value: a line, and what is below it when it is unfolded.
    fn unfold(&mut self, value: &Value, kind: &str) -> Vec<String> {
        let mut lines = vec![shown(value)];
        let is_node =
            ["::Node", "::ConstNode"].iter().any(|name| kind.trim_end_matches(" *").ends_with(name));
        if is_node || kind.starts_with('&') || kind.starts_with("alloc::vec::Vec") {
            for child in self.children(value) {
                let name = child["name"].as_str().expect("a name");
                let name = if name.starts_with('[') { String::new() } else { format!("{name} = ") };
                lines.push(format!("  {name}{}", shown(&child)));
            }
        }
        lines
    }

    /// Does what a command of LLDB's does, by the requests that an editor makes.
    fn answer(&mut self, command: &str, reader: &mut Reader) -> Vec<String> {
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        match word {
            "b" if rest.contains(".rs:") => return self.set_line_breakpoint(rest),
            "b" => {
                self.breakpoints.push(rest.to_owned());
                return self.set_breakpoints();
            }
            "breakpoint" => {
                self.breakpoints.clear();
                return self.set_breakpoints();
            }
            "v" | "p" => {
                let answer = self.evaluate(rest, "watch");
                let value = &answer["body"];
                let kind = value["type"].as_str().unwrap_or_else(|| panic!("{command}: {answer}"));
                return self.unfold(value, kind);
            }
            "bp-node" | "bp-layer" | "bp-network" | "bp-json" => {
                let answer = self.evaluate(&format!("`{command}"), "repl");
                let text = answer["body"]["result"].as_str().unwrap_or_else(|| panic!("{command}: {answer}"));
                return text.lines().skip(1).map(str::to_owned).collect();
            }
            "bp-next-node" | "bp-step" => {
                self.evaluate(&format!("`{command}"), "repl");
                self.wait();
            }
            "run" => {
                self.request("configurationDone", &json!({}));
                self.wait();
            }
            "continue" | "next" => self.go(word),
            "step" => self.go("stepIn"),
            "finish" => self.go("stepOut"),
            "up" => self.level += 1,
            _ => panic!("an editor has no {command}"),
        }
        let mut lines = vec![self.place(reader)];
        if word == "finish" {
            // The variables pane does not have it; LLDB says it in the console.
            let answer = self.evaluate("`thread info", "repl")["body"]["result"].take();
            let returned =
                answer.as_str().unwrap_or_default().lines().find(|line| line.starts_with("Return value: "));
            lines.extend(returned.map(|line| reader.lldb("finish", line)).into_iter().flatten());
        }
        lines
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.send("disconnect", &json!({ "terminateDebuggee": true }));
        let _ = self.adapter.wait();
    }
}

/// Returns a value as the pane shows it, without the address in front.
fn shown(value: &Value) -> String {
    let text = value["value"].as_str().or(value["result"].as_str()).expect("a value has a text");
    without_address(text).to_owned()
}

fn breakpoint_line(breakpoint: &Value) -> String {
    assert_eq!(breakpoint["verified"], true, "{breakpoint}");
    format!("Breakpoint at {}:{}", breakpoint["source"]["name"].as_str().expect("a file"), breakpoint["line"])
}

/// Returns what an editor shows for commands that would be typed in a terminal.
pub fn answers(commands: &[&str]) -> Vec<Vec<String>> {
    let (mut editor, mut reader) = (Editor::open(), Reader::default());
    commands.iter().map(|command| editor.answer(command, &mut reader)).collect()
}

#[test]
#[ignore = "seconds in lldb-dap: run by CI"]
fn an_editor_stops_shows_and_changes_the_network() {
    if is_missing() {
        return;
    }
    let mut editor = Editor::open();
    editor.breakpoints.push(CALC_OUTPUT.to_owned());
    editor.set_breakpoints();
    editor.request("configurationDone", &json!({}));
    editor.wait();

    let stack = editor.stack();
    let functions = stack[..3].iter().map(|frame| {
        let name = frame["name"].as_str().expect("a name");
        name.rsplit_once("::h").map_or(name, |(path, _)| path).trim_start_matches("backprop::graph::")
    });
    let expected = ["node::Node::calc_output", "layer::Layer::calc_output", "network::Network::predict"];
    assert_eq!(functions.collect::<Vec<_>>(), expected);

    // The pane shows what the printers print.
    let locals = editor.locals();
    let named =
        |name: &str| locals.iter().find(|variable| variable["name"] == name).expect("it is there").clone();
    assert_eq!(shown(&named("self")), "Node 1-0 output=0.000000 delta=0.000000");
    assert_eq!(shown(&named("connections")), "26 connections");
    let outputs = editor.children(&named("outputs"));
    assert_eq!((outputs.len(), shown(&outputs[8])), (12, "1".to_owned())); // node 1-4 is constant

    // A weight is changed in the pane, and the neuron computes with the new one.
    let upstream = editor.children(&named("self")).into_iter().find(|child| child["name"] == "upstream[0]");
    let connection = upstream.expect("node 4 has an input");
    assert_eq!(shown(&connection), "(0-0) -> (1-0) weight=0.274137 gradient=0.000000");
    let container = connection["variablesReference"].clone();
    let change = json!({ "variablesReference": container, "name": "weight", "value": "0.5" });
    editor.request("setVariable", &change);
    let changed = editor.children(&connection);
    assert!(changed.iter().any(|field| field["name"] == "weight" && shown(field) == "0.5"), "{changed:?}");
    editor.go("stepOut");
    editor.go("next");
    let output = editor.locals().into_iter().find(|variable| variable["name"] == "output");
    let output: f64 = shown(&output.expect("its layer has it")).parse().expect("a number");

    let golden: Online = read_json("online_3_4_2.json");
    let layer = &golden.model_before.parameters().layers[0];
    let inputs = &golden.samples.as_ref().expect("recorded sample by sample")[0].outputs[0];
    let mut weights = layer.weights[0].clone();
    weights[0] = 0.5;
    let sum: f64 = weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>() + layer.biases[0];
    let expected = Activation::Sigmoid.value(sum);
    assert!((output - expected).abs() < 1e-12, "{output} instead of {expected}");
    assert!((expected - 0.649426).abs() > 0.01, "another weight, another output");
}
