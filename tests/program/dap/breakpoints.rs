//! How often each kind of breakpoint stops, and where.

use backprop::step::Pass;
use serde_json::{Value, json};

use crate::{line_of, one_sample};
use testkit::cli::{backprop, json_lines, success};
use testkit::editor::Editor;
use testkit::root;

#[test]
fn breakpoints_stop_as_often_as_those_of_gdb() {
    // HITS in tests/program/debugger.
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

/// Returns where it stops, from the beginning to the end.
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
    let delta = "node 2-0: δ8 < layer 2 < cost < sample 0 < epoch 1 < training";
    assert_eq!(stops_at(&one_sample(), &["2-0"]), [output, delta]);
    assert_eq!(stops_at(&one_sample(), &["a8"]), [output]);
    assert_eq!(stops_at(&one_sample(), &["backward"]), [delta]);
    assert_eq!(stops_at(&one_sample(), &["layer 2", "d8"]), [output, delta]);
    let learn = "(0-0) -> (1-0): w41 < learn < sample 0 < epoch 1 < training";
    assert_eq!(stops_at(&one_sample(), &["update"]), [learn]);
    assert_eq!(stops_at(&one_sample(), &["learn"]), [learn]);
    assert_eq!(stops_at(&one_sample(), &["w41"]), [learn]);
    let two_epochs = json!({ "trainLimit": 3, "epochs": 2, "sizes": [3, 4, 2] });
    let start = |sample: usize, epoch: usize| {
        format!("node 0-0: x1 < layer 0 < forward < sample {sample} < epoch {epoch} < training")
    };
    assert_eq!(stops_at(&two_epochs, &["sample 2"]), [start(2, 1), start(2, 2)]);
    // It is already at the first one.
    assert_eq!(stops_at(&two_epochs, &["epoch"]), [start(0, 2)]);
    let in_batches = json!({ "trainLimit": 3, "epochs": 1, "batch": 2, "dropout": 0.5 });
    let batch = "node 0-0: x1 < layer 0 < forward < sample 2 < mini-batch 2 < epoch 1 < training";
    assert_eq!(stops_at(&in_batches, &["mini-batch 2"]), [batch]);
    assert_eq!(stops_at(&in_batches, &["forward"]).len(), 2);
    assert_eq!(stops_at(&in_batches, &["gradients"]).len(), 3);
    assert_eq!(stops_at(&in_batches, &["update"]).len(), 2);
}

/// Sets breakpoints in a file; they must be found. Returns their lines.
fn break_on_lines(editor: &mut Editor, file: &str, lines: &[(usize, &str)]) -> Vec<u64> {
    let breakpoint = |&(line, condition): &(usize, &str)| json!({ "line": line, "condition": condition });
    let breakpoints: Vec<Value> = lines.iter().map(breakpoint).collect();
    let source = json!({ "path": root().join(file) });
    let answer = editor.ok("setBreakpoints", &json!({ "source": source, "breakpoints": breakpoints }));
    let found = answer["breakpoints"].as_array().expect("a list").iter();
    found
        .map(|breakpoint| {
            assert_eq!(breakpoint["verified"], true, "{breakpoint}");
            breakpoint["line"].as_u64().expect("a line")
        })
        .collect()
}

#[test]
fn breakpoints_on_lines_of_the_formulas_stop_once_for_each_time_they_run() {
    for (file, text, hits) in [
        ("src/graph/node.rs", "pub fn calc_output(", 6),
        ("src/graph/node.rs", "cost.output_layer_delta(", 2),
        ("src/graph/const_node.rs", "slope * downstream_delta", 2),
        ("src/graph/connection.rs", "self.weight += rate * self.gradient;", 26),
        // 4 neurons of 4 products, 2 of 5.
        ("src/graph/node.rs", "weighted_input += input * connection.weight;", 26),
        ("src/graph/layer.rs", "let output = node.calc_output(", 6),
        ("src/graph/network.rs", "layers[layer].calc_output(nodes, connections);", 2),
        ("src/graph/network.rs", "self.update_weight(rate);", 1),
    ] {
        let mut editor = Editor::open(&one_sample());
        let line = line_of(file, text);
        let found = break_on_lines(&mut editor, file, &[(line, "")])[0];
        let mut forwards = 0;
        while editor.go("continue")["reason"] == "breakpoint" {
            let frames = editor.frames();
            assert!(frames.iter().any(|frame| frame["line"] == found), "{file}:{found} is not in {frames:?}");
            forwards += 1;
        }
        assert_eq!(forwards, hits, "{file}: {text}");
        // And as often backwards.
        let mut back = 0;
        while editor.go("reverseContinue")["reason"] == "breakpoint" {
            back += 1;
        }
        assert_eq!(back, hits, "{file}: {text}");
    }
}

#[test]
fn breakpoints_on_lines_of_mini_batches_stop_once_for_each_time_they_run() {
    let two_samples = json!({ "trainLimit": 2, "epochs": 1, "batch": 2, "dropout": 0.5 });
    for (text, hits) in [
        ("self.drop_out(step.dropout.as_ref(), i);", 2),
        ("layer.set_kept(&mut self.nodes, &kept);", 2),
        ("nodes[neurons[i].index()].set_kept(kept[i]);", 8),
        ("let output = self.predict(samples[i]);", 2),
        ("self.calc_delta(labels[i]);", 2),
        ("self.calc_gradient();", 1),
        ("self.add_gradient();", 1),
        ("connections[i].add_gradient(nodes);", 26),
        ("self.update_by_mean(samples.len(), step);", 1),
        ("connections[i].update_by_mean(nodes, samples, step);", 26),
    ] {
        let file = "src/graph/mini_batch.rs";
        // It does not stop at the very first step, where it already is.
        let first = usize::from(text.contains("predict"));
        let mut editor = Editor::open(&two_samples);
        break_on_lines(&mut editor, file, &[(line_of(file, text), "")]);
        assert_eq!(editor.go_to_end().len(), hits - first, "{text}");
    }
}

#[test]
fn a_breakpoint_without_a_formula_near_it_says_so() {
    let mut editor = Editor::open(&one_sample());
    for (path, line) in [("/elsewhere/src/graph/node.rs", 1), ("src/lib.rs", 3), ("src/graph/node.rs", -5)] {
        let arguments = json!({ "source": { "path": path }, "breakpoints": [{ "line": line }] });
        let answer = editor.ok("setBreakpoints", &arguments);
        assert_eq!(answer["breakpoints"][0]["verified"], false, "{path}");
        assert!(answer["breakpoints"][0]["message"].as_str().is_some_and(|m| m.contains("no formula")));
    }
    let names =
        ["9-9", "layer 3", "sample 1", "mini-batch 1", "t8", "w11", "a1", "nonsense\u{1b}[2J", "epoch 0"];
    let breakpoints: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    let answer = editor.ok("setFunctionBreakpoints", &json!({ "breakpoints": breakpoints }));
    for (breakpoint, name) in answer["breakpoints"].as_array().expect("a list").iter().zip(names) {
        assert_eq!(breakpoint["verified"], false, "{name}");
        let message = breakpoint["message"].as_str().expect("a sentence");
        assert!(!message.contains('\u{1b}'), "{message}");
    }
    assert!(editor.go_to_end().is_empty());
    editor.leave();
}

#[test]
fn every_pass_is_among_the_names_that_an_error_lists() {
    let mut editor = Editor::open(&one_sample());
    let sentence = editor.refused("evaluate", &json!({ "expression": "break nonsense" }));
    for pass in Pass::ALL {
        assert!(sentence.contains(&format!("{}, ", pass.name())), "{sentence}");
    }
    editor.leave();
}

#[test]
fn the_console_deletes_what_is_named_or_all_that_was_typed() {
    let mut editor = Editor::open(&one_sample());
    for breakpoint in ["break 2-0", "break d8 if delta > 9", "break d8", "break layer 1"] {
        editor.evaluate(breakpoint);
    }
    for name in ["5", "2-1", "8"] {
        let sentence = editor.refused("evaluate", &json!({ "expression": format!("delete {name}") }));
        assert!(sentence.contains(&format!("no breakpoint was typed at '{name}'")), "{sentence}");
    }
    for (typed, removed) in [("delete d8 if delta > 9", 2), ("delete 2-0", 1), ("delete", 1), ("delete", 0)] {
        assert_eq!(editor.evaluate(typed), format!("removed {}", backprop::counted(removed, "breakpoint")));
    }
    editor.leave();
}

#[test]
fn conditions_look_at_what_the_step_computes_and_stop_before_it() {
    let steps = json_lines(&success(&mut backprop("step --json")));
    let expected = |phases: &[&str], holds: &dyn Fn(f64) -> bool| -> Vec<String> {
        let of_phase = steps.iter().filter(|step| phases.iter().any(|&phase| step["phase"] == phase));
        let met = of_phase.filter(|step| holds(step["after"].as_f64().expect("a number")));
        met.map(|step| step["name"].as_str().expect("a name").to_owned()).collect()
    };
    let stops = |name: &str, condition: &str| -> Vec<String> {
        let mut editor = Editor::open(&one_sample());
        let breakpoints = json!({ "breakpoints": [{ "name": name, "condition": condition }] });
        editor.ok("setFunctionBreakpoints", &breakpoints);
        let mut found = Vec::new();
        while editor.go("continue")["reason"] == "breakpoint" {
            let place = editor.place();
            found.push(place.split_once(": ").expect("node and name").1.to_owned());
        }
        found
    };
    let deltas = ["output-delta", "hidden-delta"];
    assert_eq!(stops("backward", "delta > 0.0003"), expected(&deltas, &|delta| delta > 0.0003));
    assert_eq!(stops("backward", "|delta| < 1e-3"), expected(&deltas, &|delta| delta.abs() < 1e-3));
    assert_eq!(stops("calc_output", "output >= 0.6"), expected(&["output"], &|output| output >= 0.6));
    let small = |weight: f64| weight < -0.5;
    assert_eq!(stops("update", "weight < -0.5"), expected(&["update-weight"], &small));
    assert!(!expected(&["update-weight"], &small).is_empty());
    assert_eq!(stops("2-1", "step = 11"), ["δ9"]);
}

#[test]
fn a_condition_that_means_nothing_there_stops_and_says_so() {
    let mut editor = Editor::open(&one_sample());
    let set =
        |name: &str, condition: &str| json!({ "breakpoints": [{ "name": name, "condition": condition }] });
    let answer = editor.ok("setFunctionBreakpoints", &set("2-0", "delta > > 1"));
    assert_eq!(answer["breakpoints"][0]["verified"], false);
    let answer = editor.ok("setFunctionBreakpoints", &set("2-0", "delta"));
    assert!(answer["breakpoints"][0]["message"].as_str().is_some_and(|m| m.contains("a condition compares")));
    editor.ok("setFunctionBreakpoints", &set("2-0", "|gradient| < 1e-6"));
    let stop = editor.go("continue");
    let said = stop["said"].as_str().expect("a text");
    assert!(said.contains("'gradient' means nothing where a8 is computed, at a node"), "{said}");
    editor.leave();
}

#[test]
fn a_number_that_is_watched_stops_where_it_changes_forwards_and_back() {
    let mut editor = Editor::open(&one_sample());
    let scope = editor.scope("Network");
    let layers = editor.variables(&scope);
    let nodes = editor.variables(&layers[2]["variablesReference"]);
    let info = json!({ "variablesReference": nodes[0]["variablesReference"], "name": "a8" });
    let info = editor.ok("dataBreakpointInfo", &info);
    assert_eq!(info["dataId"], "a8");
    assert_eq!(editor.ok("dataBreakpointInfo", &json!({ "name": "layer 2" }))["dataId"], Value::Null);
    let breakpoints =
        json!({ "breakpoints": [{ "dataId": "a8" }, { "dataId": "w84", "condition": "w84 < 0" }] });
    editor.ok("setDataBreakpoints", &breakpoints);
    let stop = editor.go("continue");
    assert_eq!(
        (&stop["reason"], stop["hitBreakpointIds"].as_array().map(Vec::len)),
        (&json!("data breakpoint"), Some(1))
    );
    let steps = json_lines(&success(&mut backprop("step --json")));
    let a8 = &steps.iter().find(|step| step["name"] == "a8").expect("it is there")["after"];
    assert_eq!(stop["text"], format!("a8: 0.0 → {:?}", a8.as_f64().expect("a number")));
    assert_eq!(editor.place(), "node 2-1: a9");
    assert!(editor.go_to_end().is_empty(), "w84 does not fall below 0");
    editor.ok("setDataBreakpoints", &json!({ "breakpoints": [{ "dataId": "w84" }] }));
    assert_eq!(editor.go("reverseContinue")["reason"], "data breakpoint");
    assert_eq!(editor.place(), "(1-0) -> (2-0): w84");
    editor.leave();
}
