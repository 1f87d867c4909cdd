//! A port of this machine: one editor is served after the other, and nothing else is.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use testkit::editor::receive;

/// A connection that stays open for longer was not closed at its first line.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The adapter on a free port.
pub struct Adapter {
    process: Child,
    stderr: BufReader<ChildStderr>,
    pub address: String,
}

impl Adapter {
    pub fn start(token: Option<&str>) -> Self {
        let mut command = Command::new(testkit::program());
        command.args(["dap", "--port", "0"]).current_dir(testkit::root()).stderr(Stdio::piped());
        if let Some(token) = token {
            command.env("BACKPROP_TOKEN", token);
        }
        let mut process = command.spawn().expect("the program starts");
        let stderr = BufReader::new(process.stderr.take().expect("it is piped"));
        let mut adapter = Self { process, stderr, address: String::new() };
        let line = adapter.line();
        let address = line.strip_prefix("backprop: listening on ").expect(&line);
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        address.clone_into(&mut adapter.address);
        adapter
    }

    /// The next line on stderr.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).expect("it listens")
    }

    /// Sends bytes and returns all that comes back until the connection is closed.
    fn answer_to(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        // It may be closed before everything is sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// A whole session of an editor.
    pub fn serves(&self, launch: &Value) {
        let mut stream = self.connect();
        let messages = receive(stream.try_clone().expect("it can be"));
        for (command, arguments) in
            [("initialize", &json!({})), ("launch", launch), ("disconnect", &json!({}))]
        {
            stream.write_all(&message(command, arguments)).expect("it listens");
        }
        let responses = messages.iter().filter(|message| message["type"] == "response");
        let names: Vec<Value> = responses
            .map(|response| {
                assert_eq!(response["success"], true, "{response}");
                response["command"].clone()
            })
            .collect();
        assert_eq!(names, ["initialize", "launch", "disconnect"]);
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // After an error the adapter may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn body(command: &str, arguments: &Value) -> String {
    json!({ "seq": 1, "type": "request", "command": command, "arguments": arguments }).to_string()
}

fn message(command: &str, arguments: &Value) -> Vec<u8> {
    let text = body(command, arguments);
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

#[test]
fn a_port_serves_one_session_after_the_other() {
    let adapter = Adapter::start(None);
    // A connection without a word is not an editor.
    adapter.connect().shutdown(Shutdown::Write).expect("it listens");
    for _ in 0..2 {
        adapter.serves(&json!({}));
    }
}

#[test]
fn a_folder_is_the_session_s_own() {
    let adapter = Adapter::start(None);
    for _ in 0..2 {
        adapter.serves(&json!({ "cwd": "data", "data": "iris.csv" }));
    }
}

#[test]
fn what_is_not_an_editor_executes_nothing() {
    let mut adapter = Adapter::start(None);
    let launch = body("launch", &json!({ "data": "xor" }));
    let length = launch.len();
    let lines =
        ["POST / HTTP/1.1", "GET /x HTTP/1.1", "PRI * HTTP/2.0", "OPTIONS /Content-Length:1 HTTP/1.1", "{}"];
    for line in lines {
        let request = format!("{line}\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{launch}");
        // The second message is one that an editor could have sent.
        let answer = adapter.answer_to(&[request.as_bytes(), &message("launch", &json!({}))].concat());
        assert_eq!(String::from_utf8_lossy(&answer), "", "{line}");
        let said = adapter.line();
        assert!(
            said.contains("closed a connection") && said.contains("not the Debug Adapter Protocol"),
            "{said}"
        );
    }
    adapter.serves(&json!({}));
}

#[test]
fn one_editor_is_served_at_a_time_and_a_silent_one_keeps_none_waiting() {
    let mut adapter = Adapter::start(None);
    let _silent = adapter.connect();
    let mut first = adapter.connect();
    let messages = receive(first.try_clone().expect("it can be"));
    first.write_all(&message("launch", &json!({}))).expect("it listens");
    assert_eq!(messages.recv().expect("an answer")["success"], true);
    // The second one is told why it is not served, and the first continues.
    let answer = adapter.answer_to(&message("initialize", &json!({})));
    let text = String::from_utf8_lossy(&answer);
    assert!(text.contains("\"success\":false") && text.contains("another editor is connected"), "{text}");
    assert!(adapter.line().contains("another editor is connected"));
    first.write_all(&message("disconnect", &json!({}))).expect("it listens");
    assert!(messages.iter().any(|message| message["command"] == "disconnect"));
    adapter.serves(&json!({}));
}

#[test]
#[ignore = "waits for ten seconds: run by CI"]
fn an_editor_that_sends_nothing_is_left_after_ten_seconds() {
    let mut adapter = Adapter::start(None);
    let mut silent = adapter.connect();
    assert_eq!(silent.read_to_end(&mut Vec::new()).expect("it is closed"), 0);
    assert!(adapter.line().ends_with("it sent nothing for 10 seconds"));
}

#[test]
fn a_token_is_asked_for_before_anything_is_launched() {
    let adapter = Adapter::start(Some("s3cret"));
    let mut stream = adapter.connect();
    let messages = receive(stream.try_clone().expect("it can be"));
    let mut ask = |command: &str, arguments: &Value| {
        stream.write_all(&message(command, arguments)).expect("it listens");
        let answer = messages.recv().expect("an answer");
        assert_eq!((&answer["type"], &answer["success"]), (&json!("response"), &json!(false)), "{answer}");
        answer["message"].as_str().expect("a sentence").to_owned()
    };
    for token in [json!(null), json!(""), json!("s3cre"), json!(3)] {
        let given = json!({ "token": token, "data": "/no/such/file" });
        for (command, arguments) in [("launch", given.clone()), ("restart", json!({ "arguments": given }))] {
            let sentence = ask(command, &arguments);
            assert!(sentence.contains("\"token\""), "{command} {arguments}: {sentence}");
        }
    }
    assert!(ask("next", &json!({})).contains("nothing has been launched"));
    stream.shutdown(Shutdown::Both).expect("it listens");
    adapter.serves(&json!({ "token": "s3cret" }));
}
