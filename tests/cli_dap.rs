//! `backprop dap`: the training step in an editor, by the Debug Adapter Protocol.
#![cfg(feature = "cli")]

mod support;

use serde_json::{Value, json};
use support::book::{Document, root};
use support::cli::{backprop, json_lines, success};
use support::editor::Editor;

/// Steps of a training step of the nine nodes.
const STEPS: usize = 46;

/// One epoch of one sample, which ends.
fn one_sample() -> Value {
    json!({ "type": "backprop", "request": "launch", "trainLimit": 1, "epochs": 1 })
}

/// Every variable of every scope, unfolded as deep as it goes; connections lead round in circles and are not.
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

#[test]
fn stepping_forwards_and_back_restores_every_variable_bit_for_bit() {
    let mut editor = Editor::open(&one_sample());
    let mut seen = Vec::new();
    for _ in 0..STEPS {
        seen.push((editor.place(), all_variables(&mut editor)));
        editor.go("next");
    }
    assert_eq!(editor.place(), "the training has ended");
    assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "every step changes something");
    for (place, variables) in seen.iter().rev() {
        editor.go("stepBack");
        assert_eq!(editor.place(), *place);
        assert_eq!(all_variables(&mut editor), *variables, "{place}");
    }
    assert_eq!(editor.go("stepBack")["description"], "Back at the start");
    editor.leave();
}

/// Values by name.
fn by_name(variables: &[Value]) -> Value {
    variables.iter().map(|v| (v["name"].as_str().expect("a name").to_owned(), v["value"].clone())).collect()
}

#[test]
fn its_values_are_those_of_step_json() {
    for flags in [
        "",
        "--batch 2 --l2 0.5 --dropout 0.5",
        "--sizes 3,3,2 --activation tanh,sigmoid --cost cross-entropy",
    ] {
        let mut arguments = json!({ "trainLimit": 2, "epochs": 1 });
        for pair in flags.split_whitespace().collect::<Vec<&str>>().chunks(2) {
            arguments[pair[0].trim_start_matches('-')] = json!(pair[1]);
        }
        let steps = json_lines(&success(&mut backprop(&format!("step --json --train-limit 2 {flags}"))));
        let mut editor = Editor::open(&arguments);
        for step in &steps {
            let next = editor.scope("Next step");
            let next = by_name(&editor.variables(&next));
            let formula = next["formula"].as_str().expect("a text");
            let text = step["text"].as_str().expect("a text");
            assert!(text.replacen('←', "=", 1).contains(formula), "{formula} is not in {text}");
            let said = editor.go("next")["said"].clone();
            assert!(said.as_str().is_some_and(|said| said.starts_with(&format!("{text}\n"))), "{said}");
            let last = editor.scope("Last step");
            let variables = editor.variables(&last);
            let last = by_name(&variables);
            assert_eq!(last["text"], *text);
            let number = |value: &Value| value.as_str().expect("a value").parse::<f64>().expect("a number");
            for part in ["before", "after"] {
                assert_eq!(number(&last[part]), step[part].as_f64().expect("a number"), "{part}: {text}");
            }
            let reading = step["reading"].as_object().expect("an object");
            for (name, value) in reading.iter().filter(|(_, value)| value.is_number()) {
                assert_eq!(number(&last[name]), value.as_f64().expect("a number"), "{name}: {text}");
            }
            let terms = reading.get("terms").and_then(Value::as_array);
            let products = variables.iter().find(|variable| variable["name"] == "products");
            assert_eq!(terms.is_some(), products.is_some());
            let products = products.map_or_else(Vec::new, |p| editor.variables(&p["variablesReference"]));
            for (term, product) in terms.into_iter().flatten().zip(&products) {
                let of = |key: &str| term[key].as_f64().unwrap_or(1.0);
                assert_eq!(number(&product["value"]), of("kept") * of("value") * of("weight"), "{text}");
            }
        }
        assert_eq!(editor.place(), "the training has ended");
        editor.leave();
    }
}

#[test]
fn breakpoints_stop_as_often_as_those_of_gdb() {
    // HITS in tests/debugger.
    for (function, hits) in [
        ("backprop::graph::node::Node::calc_output", 6),
        ("Node::calc_output_layer_delta", 2),
        ("Node::calc_hidden_layer_delta", 7),
        ("ConstNode::calc_hidden_layer_delta", 2),
        ("update_weight", 26),
    ] {
        let mut editor = Editor::launch(&one_sample());
        editor.break_at(&[function]);
        editor.ok("configurationDone", &Value::Null);
        editor.stopped();
        assert_eq!(editor.go_to_end().len(), hits, "{function}");
        editor.ok("continue", &json!({ "threadId": 1 }));
        editor.event("terminated");
        editor.leave();
    }
}

/// Where it stops, from the beginning to the end.
fn stops_at(arguments: &Value, names: &[&str]) -> Vec<String> {
    let mut editor = Editor::open(arguments);
    editor.break_at(names);
    let mut places = Vec::new();
    loop {
        let stop = editor.go("continue");
        if stop["reason"] != "breakpoint" {
            return places;
        }
        let frames = editor.frames();
        let names = frames.iter().map(|frame| frame["name"].as_str().expect("a name"));
        places.push(names.collect::<Vec<&str>>().join(" < "));
    }
}

#[test]
fn a_node_a_layer_a_pass_a_sample_and_an_epoch_can_be_stopped_at() {
    let output = "node 2-0: a8 < layer 2 < forward < sample 0 < epoch 1 < training";
    let delta = "node 2-0: δ8 < layer 2 < backward < sample 0 < epoch 1 < training";
    assert_eq!(stops_at(&one_sample(), &["2-0"]), [output, delta]);
    assert_eq!(stops_at(&one_sample(), &["a8"]), [output]);
    assert_eq!(stops_at(&one_sample(), &["backward"]), [delta]);
    assert_eq!(stops_at(&one_sample(), &["layer 2", "d8"]), [output, delta]);
    let update = "(0-0) -> (1-0): w41 < update < sample 0 < epoch 1 < training";
    assert_eq!(stops_at(&one_sample(), &["update"]), [update]);
    assert_eq!(stops_at(&one_sample(), &["w41"]), [update]);
    let two_epochs = json!({ "trainLimit": 3, "epochs": 2, "sizes": [3, 4, 2] });
    let start = |sample: usize, epoch: usize| {
        format!("node 0-0: x1 < layer 0 < forward < sample {sample} < epoch {epoch} < training")
    };
    assert_eq!(stops_at(&two_epochs, &["sample 2"]), [start(2, 1), start(2, 2)]);
    // The first one is where it stands already.
    assert_eq!(stops_at(&two_epochs, &["epoch"]), [start(0, 2)]);
    let in_batches = json!({ "trainLimit": 3, "epochs": 1, "batch": 2, "dropout": 0.5 });
    let batch = "node 0-0: x1 < layer 0 < forward < sample 2 < mini-batch 2 < epoch 1 < training";
    assert_eq!(stops_at(&in_batches, &["mini-batch 2"]), [batch]);
    assert_eq!(stops_at(&in_batches, &["forward"]).len(), 2);
    assert_eq!(stops_at(&in_batches, &["gradients"]).len(), 3);
    assert_eq!(stops_at(&in_batches, &["update"]).len(), 2);
}

#[test]
fn going_back_stops_at_breakpoints_and_at_the_start() {
    let mut editor = Editor::open(&one_sample());
    editor.break_at(&["1-1"]);
    editor.go_to_end();
    editor.go("reverseContinue");
    assert_eq!(editor.place(), "node 1-1: δ5");
    editor.go("reverseContinue");
    assert_eq!(editor.place(), "node 1-1: a5");
    assert_eq!(editor.go("reverseContinue")["description"], "Back at the start");
    assert_eq!(editor.place(), "node 0-0: x1");
    editor.leave();
}

/// One line of a session in the book: what is done, and what comes of it.
fn in_session(editor: &mut Editor, command: &str) -> String {
    if ["next", "stepIn", "stepOut", "stepBack", "continue"].contains(&command) {
        let said = editor.go(command)["said"].as_str().expect("a text").to_owned();
        let frame = editor.frames()[0].clone();
        let (path, line) = (frame["source"]["path"].as_str().expect("a path"), frame["line"].as_u64());
        let text = std::fs::read_to_string(path).expect("it is there");
        let line = text.lines().nth(line.expect("a line") as usize - 1).expect("it is there");
        return format!("{said}{}, {}", frame["name"].as_str().expect("a name"), line.trim());
    }
    if let Some((name, value)) = command.strip_prefix("set ").and_then(|rest| rest.split_once(" = ")) {
        editor.ok("setExpression", &json!({ "expression": name, "value": value }));
        return editor.event("output")["output"].as_str().expect("a text").trim_end().to_owned();
    }
    editor.evaluate(command)
}

#[test]
fn the_session_in_the_book_is_what_an_editor_sees() {
    let document = Document::read("docs/debug-the-training-step.md".into());
    let mut lines = document.lines.clone();
    let mut editor = Editor::open(&json!({}));
    let blocks = document.blocks().into_iter().filter(|block| block.language == "session");
    let mut bodies = Vec::new();
    for block in blocks {
        let mut body = Vec::new();
        for command in block.body.iter().filter_map(|line| line.strip_prefix("> ")) {
            body.push(format!("> {command}"));
            body.extend(in_session(&mut editor, command).lines().map(str::to_owned));
        }
        bodies.push((block, body));
    }
    assert_eq!(bodies.len(), 5);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        for (block, body) in bodies.into_iter().rev() {
            lines.splice(block.start + 1..block.end, body);
        }
        std::fs::write(root().join(&document.path), lines.join("\n") + "\n").expect("it can be written");
        return;
    }
    for (block, body) in bodies {
        assert_eq!(body, block.body, "{}", document.place(block.start));
    }
}
