//! `backprop dap`: the training step in an editor, by the Debug Adapter Protocol.
//!
//! | file | what it shows |
//! |---|---|
//! | walking.rs | steps, sums, jumps and runs, forwards and back; values are those of `step --json` |
//! | breakpoints.rs | how often each kind of breakpoint stops, and where |
//! | setting.rs | values set by hand, what that changes, and how it is undone |
//! | session.rs | the session in the book |
//! | strange.rs | messages that no editor should send |
//! | port.rs | a port: who is served, and what is not |
//! | web_page.rs | a page in a browser, which a port does not serve |
//! | microsoft.rs | whole sessions, driven by Microsoft's test client |
//! | large.rs | 784-300-10: pages, and how long it takes |

mod breakpoints;
mod large;
mod microsoft;
mod port;
mod session;
mod setting;
mod strange;
mod walking;
#[cfg(unix)]
mod web_page;

use serde_json::{Value, json};

use testkit::editor::Editor;
use testkit::root;

/// Steps of a training step of the nine nodes.
const STEPS: usize = 46;

/// Returns one epoch of one sample, which ends.
fn one_sample() -> Value {
    json!({ "type": "backprop", "request": "launch", "trainLimit": 1, "epochs": 1 })
}

/// Returns every variable of every scope, unfolded as deep as it goes; connections lead round in circles and are not.
fn all_variables(editor: &mut Editor) -> Vec<(String, String)> {
    let answer = editor.ok("scopes", &json!({ "frameId": 1 }));
    let mut found = Vec::new();
    for scope in answer["scopes"].as_array().expect("a list") {
        let name = scope["name"].as_str().expect("a name").to_owned();
        unfold(editor, &scope["variablesReference"], &name, 5, &mut found);
    }
    found
}

fn unfold(
    editor: &mut Editor,
    reference: &Value,
    path: &str,
    depth: usize,
    found: &mut Vec<(String, String)>,
) {
    for variable in editor.variables(reference) {
        let path = format!("{path} / {}", variable["name"].as_str().expect("a name"));
        found.push((path.clone(), variable["value"].as_str().expect("a value").to_owned()));
        let leads_round = path.ends_with("/ from") || path.ends_with("/ to");
        if variable["variablesReference"] != 0 && depth > 0 && !leads_round {
            unfold(editor, &variable["variablesReference"], &path, depth - 1, found);
        }
    }
}

/// Returns values by name.
fn by_name(variables: &[Value]) -> Value {
    variables.iter().map(|v| (v["name"].as_str().expect("a name").to_owned(), v["value"].clone())).collect()
}

/// Returns the line of a source file, from 1, that says this.
fn line_of(file: &str, text: &str) -> usize {
    let source = std::fs::read_to_string(root().join(file)).expect("the source is there");
    source.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{file}: no {text}")) + 1
}
