//! Drives Firefox through its own protocol, Marionette: JSON over TCP, each message preceded by its length.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The longest that Firefox may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// A headless Firefox with an empty profile.
pub struct Firefox {
    process: Child,
    connection: BufReader<TcpStream>,
    last_id: u64,
    _profile: TempDir,
}

impl Firefox {
    /// Starts it; `None` if it is not installed.
    pub fn start() -> Option<Self> {
        let profile = tempfile::tempdir().expect("a temporary folder");
        // Port 0: Firefox picks a free one and writes it into the profile.
        std::fs::write(profile.path().join("user.js"), "user_pref('marionette.port', 0);\n")
            .expect("writable");
        let mut command = Command::new("firefox-esr");
        command.args(["--headless", "--marionette", "--no-remote", "--profile"]).arg(profile.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let port = profile.path().join("MarionetteActivePort");
        let began = Instant::now();
        let connection = loop {
            let port = std::fs::read_to_string(&port).ok().and_then(|port| port.trim().parse::<u16>().ok());
            if let Some(connection) = port.and_then(|port| TcpStream::connect(("127.0.0.1", port)).ok()) {
                break connection;
            }
            assert!(began.elapsed() < PATIENCE, "Firefox does not answer");
            std::thread::sleep(Duration::from_millis(100));
        };
        let mut firefox =
            Self { process, connection: BufReader::new(connection), last_id: 0, _profile: profile };
        firefox.receive();
        firefox.call("WebDriver:NewSession", &json!({}));
        Some(firefox)
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, command: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let message = json!([0, self.last_id, command, parameters]).to_string();
        write!(self.connection.get_mut(), "{}:{message}", message.len()).expect("Firefox listens");
        let mut answer = self.receive();
        assert_eq!((&answer[0], &answer[1]), (&json!(1), &json!(self.last_id)), "{answer}");
        assert!(answer[2].is_null(), "{command}: {}", answer[2]);
        answer[3].take()
    }

    fn receive(&mut self) -> Value {
        let mut length = Vec::new();
        self.connection.read_until(b':', &mut length).expect("Firefox speaks");
        length.pop();
        let length = String::from_utf8(length).ok().and_then(|length| length.parse().ok());
        let mut message = vec![0; length.expect("a length")];
        self.connection.read_exact(&mut message).expect("a whole message");
        serde_json::from_slice(&message).expect("JSON")
    }

    /// Opens a page and returns the text of an element once it exists.
    pub fn text_of(&mut self, page: &Path, fragment: &str, selector: &str) -> String {
        self.call("WebDriver:Navigate", &json!({ "url": format!("file://{}{fragment}", page.display()) }));
        let script = "return document.querySelector(arguments[0])?.textContent ?? null";
        loop {
            let found =
                self.call("WebDriver:ExecuteScript", &json!({ "script": script, "args": [selector] }));
            if let Some(text) = found["value"].as_str() {
                return text.to_owned();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        // After an error Firefox may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
