//! Drives Chromium through the DevTools protocol, for what a script inside a page cannot do: print, touch, imitate a
//! phone.
//!
//! With `--remote-debugging-pipe` no socket is needed: Chromium reads commands from file descriptor 3 and answers on 4,
//! each message being JSON followed by a 0 byte.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one page in it.
pub struct Browser {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    session: Option<String>,
    last_id: u64,
    /// The page's network requests and its errors.
    pub problems: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Opens a page after the commands in `prepare`, which set its size for example, and waits until it is ready.
    pub fn open(page: &Path, fragment: &str, prepare: &[(&str, Value)]) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let script = r#"exec chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
            --disable-component-update --disable-sync --remote-debugging-pipe "$1" about:blank 3<&0 4>&1 </dev/null >/dev/null"#;
        let mut process = Command::new("sh")
            .args(["-c", script, "sh", &format!("--user-data-dir={}", profile.path().display())])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a shell");
        let commands = process.stdin.take().expect("piped");
        let answers = BufReader::new(process.stdout.take().expect("piped"));
        let mut browser = Self {
            process,
            commands,
            answers,
            session: None,
            last_id: 0,
            problems: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].take();
        let attached = browser.call("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Runtime.enable", "Network.enable"] {
            browser.call(domain, &json!({}));
        }
        for (method, parameters) in prepare {
            browser.call(method, parameters);
        }
        browser.call("Page.navigate", &json!({ "url": format!("file://{}{fragment}", page.display()) }));
        while browser.evaluate("document.documentElement?.dataset.ready ?? null") != "true" {}
        browser
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        write!(self.commands, "{command}\0").expect("the browser listens");
        loop {
            let mut bytes = Vec::new();
            self.answers.read_until(0, &mut bytes).expect("the browser speaks");
            assert!(bytes.pop().is_some(), "the browser is gone: is chromium installed?");
            let mut message: Value = serde_json::from_slice(&bytes).expect("JSON");
            if message["id"] == self.last_id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.notice(&message["method"], &message["params"]);
        }
    }

    fn notice(&mut self, event: &Value, parameters: &Value) {
        match event.as_str() {
            Some("Runtime.exceptionThrown") => self.problems.push(parameters.to_string()),
            Some("Network.requestWillBeSent") => {
                let address = parameters["request"]["url"].as_str().unwrap_or_default();
                if !["file:", "blob:", "data:"].iter().any(|own| address.starts_with(own)) {
                    self.problems.push(address.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Evaluates an expression in the page and returns its value, waiting for it if it is a promise.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", &parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // After an error the browser may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
