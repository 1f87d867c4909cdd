//! Steps, sums, jumps and runs, forwards and back.

use serde_json::{Value, json};

use crate::{STEPS, all_variables, by_name, line_of, one_sample};
use testkit::cli::{backprop, json_lines, success};
use testkit::editor::Editor;
use testkit::root;

#[test]
#[ignore = "a second in a debug build; run in release"]
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

#[test]
fn its_values_are_those_of_step_json() {
    for flags in [
        "",
        "--batch 2 --l2 0.5 --dropout 0.5",
        "--sizes 3,3,2 --activation tanh,sigmoid --cost cross-entropy",
    ] {
        let mut arguments = json!({ "trainLimit": 2, "epochs": 1 });
        for pair in flags.split_whitespace().collect::<Vec<&str>>().chunks(2) {
            let value = serde_json::from_str(pair[1]).unwrap_or_else(|_| json!(pair[1]));
            arguments[pair[0].trim_start_matches('-')] = value;
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

#[test]
fn a_sum_is_entered_product_by_product_and_left() {
    let mut editor = Editor::open(&json!({}));
    editor.break_at(&["a8"]);
    editor.go("continue");
    editor.go("stepIn");
    let mut products = Vec::new();
    while editor.place().starts_with("product") {
        products.push(editor.evaluate("weighted_input").parse::<f64>().expect("a number"));
        editor.go("next");
    }
    assert_eq!((products.len(), products[0]), (5, 0.0));
    let z = editor.evaluate("weighted_input");
    editor.go("stepBack");
    assert_eq!(editor.place(), "product 5 of 5: w8b·1");
    editor.go("stepOut");
    assert_eq!(editor.place(), "node 2-1: a9");
    let last = editor.scope("Last step");
    assert_eq!(by_name(&editor.variables(&last))["weighted_input"], z, "to the bit");
    editor.go("stepOut");
    assert_eq!(editor.place(), "node 2-0: δ8", "the end of the layer");
    editor.go("stepIn");
    assert_eq!(editor.place(), "node 2-1: δ9", "there is no sum");
    editor.leave();
}

#[test]
fn the_cursor_s_line_can_be_gone_to_if_a_node_s_formula_is_there() {
    let mut editor = Editor::open(&json!({}));
    let file = "src/graph/node.rs";
    let line = line_of(file, "let weighted_input = self.weighted_input(");
    let arguments = json!({ "source": { "path": root().join(file) }, "line": line });
    let answer = editor.ok("gotoTargets", &arguments);
    let targets = answer["targets"].as_array().expect("a list");
    let labels: Vec<&str> = targets.iter().map(|target| target["label"].as_str().expect("a text")).collect();
    assert_eq!(labels.len(), 6);
    assert!(labels[5].starts_with("node 2-1, "), "{labels:?}");
    editor.ok("goto", &json!({ "threadId": 1, "targetId": targets[5]["id"] }));
    assert_eq!(editor.stopped()["reason"], "goto");
    assert_eq!(editor.place(), "node 2-1: a9");
    // Back again: those ahead come first, and there are none behind.
    let answer = editor.ok("gotoTargets", &arguments);
    assert_eq!(answer["targets"][1]["label"], labels[0]);
    editor.ok("goto", &json!({ "threadId": 1, "targetId": answer["targets"][1]["id"] }));
    editor.stopped();
    assert_eq!(editor.place(), "node 1-0: a4");
    editor.refused("goto", &json!({ "threadId": 1, "targetId": 46 }));
    editor.leave();
}

#[test]
fn training_that_runs_can_be_paused_and_restarted_with_another_network() {
    let mut editor = Editor::open(&json!({}));
    editor.ok("continue", &json!({ "threadId": 1 }));
    for (command, arguments) in [
        ("next", json!({ "threadId": 1 })),
        ("stackTrace", json!({ "threadId": 1 })),
        ("variables", json!({ "variablesReference": 1 })),
        ("evaluate", json!({ "expression": "w84" })),
        ("setExpression", json!({ "expression": "w84", "value": "1" })),
    ] {
        let sentence = editor.refused(command, &arguments);
        assert!(sentence.contains("pause it first"), "{command}: {sentence}");
    }
    editor.ok("threads", &Value::Null);
    let mut pause = || {
        editor.ok("pause", &json!({ "threadId": 1 }));
        assert_eq!(editor.stopped()["reason"], "pause");
        let scope = editor.scope("Sample");
        let sample = by_name(&editor.variables(&scope));
        let has_run = sample["epoch"] != "1" || sample["sample"] != "0 (of 6)";
        if !has_run {
            editor.ok("continue", &json!({ "threadId": 1 }));
        }
        has_run
    };
    // On a busy machine the pause can come before the first sample is done.
    assert!((0..1000).any(|_| pause()), "it runs");
    // A breakpoint that is set while it runs stops it.
    editor.ok("continue", &json!({ "threadId": 1 }));
    editor.break_at(&["1-3"]);
    assert_eq!(editor.stopped()["reason"], "breakpoint");
    editor.ok("restart", &json!({ "arguments": { "sizes": [2, 1] } }));
    assert_eq!(editor.stopped()["reason"], "entry");
    assert_eq!(editor.evaluate("network"), "2,1");
    editor.ok("continue", &json!({ "threadId": 1 }));
    editor.ok("pause", &json!({ "threadId": 1 }));
    assert_eq!(editor.stopped()["reason"], "pause", "there is no node 1-3 any more");
    editor.leave();
}

#[test]
fn divergence_stops_at_the_first_number_that_is_not_finite_and_names_it() {
    let diverging = json!({ "sizes": "2,3,1", "activation": "identity", "rate": 1e150, "init": "normal" });
    let mut editor = Editor::open(&diverging);
    let stop = editor.go("continue");
    assert_eq!(stop["reason"], "exception");
    let text = stop["text"].as_str().expect("a text");
    assert!(text.ends_with("inf"), "{text}");
    let info = editor.ok("exceptionInfo", &json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "divergence");
    assert!(info["description"].as_str().is_some_and(|description| description.contains(text)));
    let last = editor.scope("Last step");
    let last = by_name(&editor.variables(&last));
    assert!(last["before"].as_str().is_some_and(|before| before.parse::<f64>().is_ok_and(f64::is_finite)));
    // Said once; and not at all if it was not asked for.
    editor.break_at(&["epoch 9"]);
    assert_eq!(editor.go("continue")["reason"], "breakpoint");
    editor.ok("setExceptionBreakpoints", &json!({ "filters": [] }));
    editor.ok("restart", &json!({}));
    editor.stopped();
    assert_eq!(editor.go("continue")["reason"], "breakpoint");
    editor.leave();
}
