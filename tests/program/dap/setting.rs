//! Values set by hand, what that changes, and how it is undone.

use serde_json::json;

use crate::{STEPS, all_variables};
use testkit::editor::Editor;

#[test]
fn setting_a_weight_has_its_effect_and_stepping_back_undoes_it() {
    let mut editor = Editor::open(&json!({}));
    for _ in 0..10 {
        editor.go("next");
    }
    assert_eq!(editor.place(), "node 2-1: δ9");
    let before = all_variables(&mut editor);
    let set = json!({ "expression": "w84", "value": "-0.25" });
    assert_eq!(editor.ok("setExpression", &set)["value"], "-0.25");
    let after = all_variables(&mut editor);
    let differ = before.iter().zip(&after).filter(|(old, new)| old != new);
    let mut names: Vec<&str> = differ.map(|(old, _)| old.0.rsplit(" / ").next().expect("a name")).collect();
    names.sort_unstable();
    names.dedup();
    // The weight, what node 8 made of it, and what that costs; nothing of node 9.
    assert!(names.contains(&"w84") && names.contains(&"cost") && names.contains(&"node 2-0"), "{names:?}");
    assert!(!names.contains(&"node 2-1") && !names.iter().any(|name| name.starts_with("w9")), "{names:?}");
    let weights: Vec<f64> = ["w84", "w85", "w86", "w87", "w8b"]
        .map(|name| editor.evaluate(name).parse().expect("a number"))
        .into();
    let outputs =
        ["a4", "a5", "a6", "a7"].map(|name| editor.evaluate(name).parse::<f64>().expect("a number"));
    let z = outputs.iter().zip(&weights).map(|(a, w)| a * w).sum::<f64>() + weights[4];
    let a8: f64 = editor.evaluate("a8").parse().expect("a number");
    assert!((a8 - 1.0 / (1.0 + (-z).exp())).abs() < 1e-15, "{a8}");
    editor.go("next");
    let said = editor.go("stepBack");
    assert_eq!(said["said"], "", "not yet behind it");
    assert_eq!(all_variables(&mut editor), after);
    let stop = editor.go("stepBack");
    assert_eq!(stop["said"], "w84 is 0.618540 again.\n");
    editor.go("next");
    assert_eq!(all_variables(&mut editor), before);
    editor.leave();
}

#[test]
fn inputs_targets_and_the_rate_can_be_set_and_what_is_computed_cannot() {
    let mut editor = Editor::open(&json!({}));
    let sample = editor.scope("Sample");
    let inputs = editor.variables(&sample).into_iter().find(|variable| variable["name"] == "inputs");
    let inputs = inputs.expect("it is there")["variablesReference"].clone();
    assert_eq!(editor.variables(&inputs)[1]["value"], "0.2137319711128709");
    editor.ok("setVariable", &json!({ "variablesReference": inputs, "name": "x2", "value": "0.5" }));
    editor.ok("setVariable", &json!({ "variablesReference": sample, "name": "rate", "value": "0.1" }));
    editor.ok("setExpression", &json!({ "expression": "t8", "value": "0.75" }));
    for _ in 0..STEPS {
        editor.go("next");
    }
    // As if it had been so from the beginning.
    let steps = [editor.evaluate("w41"), editor.evaluate("w8b")];
    editor.ok("restart", &json!({}));
    editor.stopped();
    assert_eq!(editor.variables(&inputs)[1]["value"], "0.2137319711128709", "restart forgets what was set");
    for _ in 0..STEPS {
        editor.go("next");
    }
    assert_ne!(steps, [editor.evaluate("w41"), editor.evaluate("w8b")]);
    for (name, value, words) in [
        ("a4", "1", "a4 is computed"),
        ("cost", "1", "cost is computed"),
        ("rate", "0", "above 0"),
        ("w84", "NaN", "'NaN' is not a number"),
        ("w84", "a lot", "'a lot' is not a number"),
        ("w99", "1", "there is no 'w99'"),
    ] {
        let sentence = editor.refused("setExpression", &json!({ "expression": name, "value": value }));
        assert!(sentence.contains(words), "{sentence}");
        let typed = format!("set {name} = {value}");
        assert_eq!(editor.refused("evaluate", &json!({ "expression": typed })), sentence);
    }
    editor.leave();
}
