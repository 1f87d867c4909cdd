//! `bp-json`: the network in the format of Debug Visualizer, an extension of VS Code.
//!
//! Its sources define what it accepts (hediet/visualization, `sGraph.ts`): `kind`, `nodes` with `id`, `label`,
//! `color`, `borderColor` and `shape`, `edges` with `id`, `from`, `to`, `label`, `color` and `style`, all of them
//! texts.

use std::collections::HashSet;

use serde_json::Value;

use crate::{CALC_OUTPUT, UPDATE_WEIGHT, dap, example, gdb, lldb, mi, nine_nodes, vscode};

/// Returns what each installed debugger prints, at the first stop at `function` and after these commands.
fn pictures(function: &str, then: &[&str]) -> Vec<Value> {
    let at = format!("b {function}");
    let commands: Vec<&str> = [&*at, "run"].iter().chain(then).chain(&["bp-json"]).copied().collect();
    let mut texts = Vec::new();
    if !gdb::is_missing() {
        texts.extend(gdb::answers(&commands).pop());
    }
    if !lldb::is_missing() {
        texts.extend(lldb::answers(&commands).pop());
        texts.extend(dap::answers(&commands).pop().map(|lines| lines.concat()));
    }
    texts.iter().map(|text| serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))).collect()
}

/// Fails where the extension would not draw this.
fn assert_drawable(graph: &Value) {
    assert_eq!(graph["kind"], serde_json::json!({ "graph": true }));
    let texts = |item: &Value, allowed: &[&str], needed: &[&str]| {
        let fields = item.as_object().expect("an object");
        assert!(
            fields.iter().all(|(name, value)| allowed.contains(&name.as_str()) && value.is_string()),
            "{item}"
        );
        assert!(needed.iter().all(|name| fields.contains_key(*name)), "{item}");
    };
    let mut ids = HashSet::new();
    for node in graph["nodes"].as_array().expect("a list") {
        texts(node, &["id", "label", "color", "borderColor", "shape"], &["id"]);
        assert!(node["shape"].as_str().is_none_or(|shape| matches!(shape, "ellipse" | "box")));
        assert!(ids.insert(node["id"].as_str()), "two nodes {}", node["id"]);
    }
    let mut edge_ids = HashSet::new();
    for edge in graph["edges"].as_array().expect("a list") {
        texts(edge, &["id", "from", "to", "label", "color", "style"], &["from", "to"]);
        assert!(edge["style"].as_str().is_none_or(|style| matches!(style, "solid" | "dashed" | "dotted")));
        assert!(ids.contains(&edge["from"].as_str()) && ids.contains(&edge["to"].as_str()), "{edge}");
        assert!(edge_ids.insert(edge["id"].as_str()), "two edges {}", edge["id"]);
        let negative = edge["label"].as_str().is_some_and(|weight| weight.starts_with('-'));
        assert_eq!(edge["style"] == "dashed", negative, "{edge}");
    }
}

/// Returns the ids of what is marked.
fn marked(graph: &Value) -> Vec<&str> {
    let all = ["nodes", "edges"].iter().flat_map(|list| graph[*list].as_array().expect("a list"));
    all.filter(|item| item["color"] == "gold").filter_map(|item| item["id"].as_str()).collect()
}

#[test]
#[ignore = "seconds in gdb and LLDB: run by CI"]
fn the_picture_is_what_the_extension_draws_with_the_node_in_hand_marked() {
    let graphs = pictures(CALC_OUTPUT, &["finish", "next"]);
    for graph in &graphs {
        assert_eq!(*graph, graphs[0], "gdb and LLDB draw the same");
        assert_drawable(graph);
        // The last constant node feeds nothing.
        assert_eq!(graph["nodes"].as_array().map(Vec::len), Some(11));
        assert_eq!(graph["edges"].as_array().map(Vec::len), Some(26));
        assert_eq!(marked(graph), ["1-0"]);
        let first = &graph["edges"][0];
        assert_eq!((&first["id"], &first["label"]), (&"(0-0) -> (1-0)".into(), &"0.274137".into()));
    }
    // The weight that moves is marked in its turn.
    for graph in pictures(UPDATE_WEIGHT, &["continue"]) {
        assert_drawable(&graph);
        assert_eq!(marked(&graph), ["(0-0) -> (1-1)"]);
        assert_eq!(graph["nodes"][4]["label"], "1-0\noutput 0.649426\ndelta 0.000382");
    }
}

#[test]
#[ignore = "seconds in gdb and LLDB: run by CI"]
fn a_network_wired_by_hand_is_drawn_as_it_is_wired() {
    if gdb::is_missing() || lldb::is_missing() {
        return;
    }
    let xor = example("xor");
    let commands = format!("b {CALC_OUTPUT}\nrun\nbp-json\n");
    let texts = [gdb::gdb_on(&xor, &commands), lldb::lldb(&xor, &[], &commands)];
    for text in texts {
        let line = text.lines().find(|line| line.starts_with('{')).expect("bp-json prints");
        let graph: Value = serde_json::from_str(line).expect("JSON");
        assert_drawable(&graph);
        let names = graph["edges"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|edge| edge["id"].as_str().expect("a text"));
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let inputs = [
            "(0-0) -> (1-0)",
            "(0-0) -> (1-1)",
            "(0-1) -> (1-0)",
            "(0-1) -> (1-1)",
            "(0-2) -> (1-0)",
            "(0-2) -> (1-1)",
        ];
        assert_eq!(names[..6], inputs);
        assert_eq!(names[6..], ["(1-0) -> (2-0)", "(1-1) -> (2-0)", "(1-2) -> (2-0)"]);
    }
}

/// Returns what Debug Visualizer asks of a debugger, and in which context: .vscode/settings.json.
fn asked_by_the_extension(debugger: &str) -> (String, String) {
    let setting =
        vscode::read("settings.json")["debugVisualizer.debugAdapterConfigurations"][debugger].take();
    let text = |name: &str| setting[name].as_str().expect("a text").to_owned();
    (text("expressionTemplate"), text("context"))
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn the_picture_survives_the_way_through_codelldb() {
    if lldb::is_missing() {
        return;
    }
    let (expression, context) = asked_by_the_extension("lldb");
    assert_eq!(context, "watch", "in the context `repl` CodeLLDB prints, and answers nothing");
    // A text that Python gives becomes an array of characters there, and the answer is its summary (interface.py).
    let as_codelldb = format!(
        "script t = {}; d = lldb.SBData.CreateDataFromCString(lldb.target.GetByteOrder(), 8, t); \
         k = lldb.target.GetBasicType(lldb.eBasicTypeChar).GetArrayType(d.GetByteSize()); \
         print(lldb.target.CreateValueFromData('result', d, k).GetSummary())",
        expression.strip_prefix("/py ").expect("an expression in Python")
    );
    let before = vscode::commands(&vscode::read("settings.json")["lldb.launch.preRunCommands"]);
    let at = format!("b {CALC_OUTPUT}");
    let then = [&*at, "run", "bp-json", &*as_codelldb];
    let asked: Vec<&str> = before.iter().map(String::as_str).chain(then).collect();
    let answers = lldb::answers(&asked);
    let [.., printed, handed_over] = answers.as_slice() else { panic!("two answers") };
    // The extension reads it as a JSON text that holds JSON.
    let text: String = serde_json::from_str(handed_over).expect("a text in quotation marks, not cut short");
    assert_eq!(text, printed.trim_end());
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn the_picture_survives_the_way_through_the_c_and_c_plus_plus_extension() {
    if gdb::is_missing() {
        return;
    }
    let (expression, context) = asked_by_the_extension("cppdbg");
    assert_eq!(context, "repl", "`-exec` is a word of the console");
    let command = expression.strip_prefix("-exec ").expect("a command of gdb");
    let folder = nine_nodes().parent().expect("it is in a folder").display();
    let trust = format!("-interpreter-exec console \"add-auto-load-safe-path {folder}\"");
    let answers = mi::mi(&[trust], &[&format!("-interpreter-exec console \"{command}\"")]);
    let printed = answers[0].lines().filter_map(|line| line.strip_prefix('~'));
    let text: String = printed.map(|text| serde_json::from_str::<String>(text).expect("a text")).collect();
    let graph: Value = serde_json::from_str(&text).expect("JSON");
    assert_drawable(&graph);
    assert_eq!(marked(&graph), ["1-0"]);
}
