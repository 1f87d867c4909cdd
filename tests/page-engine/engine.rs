//! The engine of the page (src/page-engine), run natively: the same requests that the page makes, against what the program
//! prints; and whether `src/program/show/page/engine.wasm` is made from these sources.

use backprop::data_set::nine_nodes;
use backprop::gradient_check::faults::{Fault, GALLERY};
use backprop::graph::Network;
use backprop::step::{Edit, Stepper};
use backprop::{Label, Sample};
use serde_json::{Value, json};

use page_engine::Session;

use crate::{ask, model, refused, started};
use testkit::cli::{backprop, json_lines, success};
use testkit::page::settings;
use testkit::root;

#[test]
fn every_step_of_twenty_random_networks_is_that_of_step_json() {
    // In debug builds a few of them; the browser meets all twenty.
    for (options, situation) in settings().into_iter().step_by(if cfg!(debug_assertions) { 14 } else { 1 }) {
        let steps = json_lines(&success(&mut backprop(&format!("step --json {options}"))));
        let mut session = started(&situation);
        for step in &steps {
            let moment = ask(&mut session, &json!({"do": "next"}));
            assert_eq!(moment["step"].to_string(), step.to_string(), "{options}");
        }
        for step in steps.iter().rev().skip(1) {
            let moment = ask(&mut session, &json!({"do": "back"}));
            assert_eq!(moment["step"].to_string(), step.to_string(), "{options}, back");
        }
        assert_eq!(ask(&mut session, &json!({"do": "back"}))["step"], Value::Null);
    }
}

#[test]
fn parts_of_a_formula_make_the_line_that_the_program_prints() {
    let join = |parts: &Value| -> String {
        parts.as_array().into_iter().flatten().filter_map(|part| part[0].as_str()).collect()
    };
    for (options, situation) in settings().into_iter().step_by(9) {
        let mut session = started(&situation);
        for line in json_lines(&success(&mut backprop(&format!("step --json {options}")))) {
            let formula = ask(&mut session, &json!({"do": "next"}))["formula"].take();
            let text = |key: &str| formula[key].as_str().map(str::to_owned);
            let [place, name, sign] = ["where", "name", "sign"].map(|key| text(key).expect("text"));
            let mut whole = format!("{place}: {name} {sign} {}", join(&formula["symbols"]));
            if !formula["numbers"].is_null() {
                whole = format!("{whole} = {}", join(&formula["numbers"]));
            }
            for part in [text("partial"), text("value")].into_iter().flatten() {
                whole = format!("{whole} = {part}");
            }
            assert_eq!(line["text"], whole);
        }
    }
}

#[test]
fn an_edit_does_what_it_does_to_the_stepper_and_undone_it_was_never_there() {
    let labels = nine_nodes::LABELS.each_ref().map(|label| Label(label));
    let samples = nine_nodes::SAMPLES.each_ref().map(|sample| Sample(sample));
    let network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let w84 = network[network.layers[2].neurons()[0]].upstream()[0];
    let mut stepper = Stepper::new(network, &labels, &samples, 0.3);
    let mut session = started(&json!({}));
    let edits = [
        (10, "w84", -1.25, Edit::Weight(w84, -1.25)),
        (60, "x2", 0.5, Edit::Input(1, 0.5)),
        (60, "t9", 0.75, Edit::Label(1, 0.75)),
        (100, "rate", 1.5, Edit::Rate(1.5)),
    ];
    for (position, name, value, edit) in edits {
        stepper.goto(position);
        stepper.edit(edit);
        ask(&mut session, &json!({"do": "goto", "position": position}));
        let answer = ask(&mut session, &json!({"do": "edit", "name": name, "value": value}));
        assert!(answer["message"].as_str().is_some_and(|words| words.starts_with(name)), "{answer}");
        assert_eq!(answer["edits"].as_array().expect("a list").last().expect("one")["name"], name);
    }
    for position in [100, 60, 10, 0, 300] {
        stepper.goto(position);
        let moment = ask(&mut session, &json!({"do": "goto", "position": position}));
        assert_eq!(moment["step"], json!(stepper.latest()));
    }
    while stepper.undo_edit().is_some() {
        ask(&mut session, &json!({"do": "undo"}));
    }
    let moment = ask(&mut session, &json!({"do": "look"}));
    assert_eq!((&moment["step"], &moment["can_undo"]), (&json!(stepper.latest()), &json!(false)));
}

#[test]
fn an_edit_that_is_dragged_on_counts_once() {
    let mut session = started(&json!({"position": 12}));
    for value in [0.1, 0.2, 0.3] {
        ask(&mut session, &json!({"do": "edit", "name": "w41", "value": value, "replace": true}));
    }
    let answer = ask(&mut session, &json!({"do": "undo"}));
    assert_eq!((&answer["undone"], &answer["edits"]), (&json!("w41"), &json!([])));
}

#[test]
fn the_report_of_every_fifth_fault_is_that_of_check() {
    assert_reports(GALLERY.iter().step_by(5));
}

#[test]
#[ignore = "a second in a debug build; run in release"]
fn the_report_of_every_fault_is_that_of_check() {
    assert_eq!(GALLERY.len(), 19);
    assert_reports(GALLERY.iter());
}

fn assert_reports<'a>(faults: impl Iterator<Item = &'a Fault>) {
    let mut session = started(&json!({}));
    for fault in faults {
        let answer = ask(&mut session, &json!({"do": "check", "fault": fault.name}));
        let output =
            backprop(&format!("check --engine object --fault {}", fault.name)).output().expect("it starts");
        assert_eq!(answer["report"].as_str(), std::str::from_utf8(&output.stdout).ok(), "{}", fault.name);
        let has_disagreement = answer["entries"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|entry| entry["verdict"] == "disagree" && entry["connection"].is_u64());
        assert!(has_disagreement && answer["passed"] == false, "{}", fault.name);
    }
    let own = ask(&mut session, &json!({"do": "check"}));
    assert_eq!((&own["passed"], own["entries"].as_array().map(Vec::len)), (&json!(true), Some(26)));
    let planted = ask(&mut session, &json!({"do": "check", "fault": "sign-flipped", "mine": true}));
    assert_eq!(planted["passed"], false);
}

#[test]
fn a_situation_goes_through_an_address_and_comes_back() {
    let situation = json!({"sizes": [2, 3, 1], "activation": "tanh", "seed": 4, "batch": 2, "rate": 0.1});
    let mut session = started(&situation);
    ask(&mut session, &json!({"do": "goto", "position": 50}));
    ask(&mut session, &json!({"do": "edit", "name": "x1", "value": 0.123456789012345}));
    let there = ask(&mut session, &json!({"do": "goto", "position": 77}));
    let fragment = ask(&mut session, &json!({"do": "address"}))["fragment"].take();
    assert!(
        fragment
            .as_str()
            .is_some_and(|text| text.chars().all(|c| c.is_ascii_alphanumeric() || "=-_".contains(c)))
    );

    let mut another = started(&json!({}));
    let restored = ask(&mut another, &json!({"do": "restore", "fragment": fragment}));
    for key in ["step", "outputs", "connections", "edits"] {
        assert_eq!(restored[key], there[key], "{key}");
    }
    let reset = ask(&mut another, &json!({"do": "reset"}));
    assert_eq!((&reset["position"], &reset["edits"]), (&json!(0), &json!([])));
    assert_eq!(ask(&mut another, &json!({"do": "restore", "fragment": "#step=12"}))["position"], 12);
    assert!(refused(&mut another, r#"{"do": "restore", "fragment": "situation=!"}"#).contains("damaged"));
}

#[test]
fn what_is_not_computed_yet_is_a_dash() {
    let mut session = started(&json!({}));
    let dashes = |moment: &Value, key: &str| {
        moment[key].as_array().expect("a list").iter().filter(|number| number["text"] == "–").count()
    };
    let start = ask(&mut session, &json!({"do": "look"}));
    // All nine neurons, not the two constant nodes that are drawn, nor the one that is not.
    assert_eq!((dashes(&start, "outputs"), dashes(&start, "deltas")), (9, 12));
    let later = ask(&mut session, &json!({"do": "goto", "position": 4}));
    assert_eq!((dashes(&later, "outputs"), &later["outputs"][4]["state"]), (5, &json!("fresh")));
    assert_eq!(later["formula"]["before"], "–");
    let next_sample = ask(&mut session, &json!({"do": "goto", "position": 47}));
    assert_eq!(
        (&next_sample["outputs"][0]["state"], &next_sample["outputs"][1]["state"]),
        (&json!("fresh"), &json!("stale"))
    );
    assert_eq!(next_sample["formula"]["before"], "0.658875"); // the first input of the sample before
    assert_eq!(dashes(&next_sample, "deltas"), 1); // the output layer's constant node never has one
}

#[test]
fn outputs_have_their_class_and_the_last_has_the_verdict() {
    // The weight 5 makes a class 1 of x = 1 and the bias -1 a class 0 of x = 0; the second sample is mislabelled.
    let model = json!({"sizes": [2, 2], "weights": [[[-5.0, 0.0], [5.0, 0.0]]], "biases": [[[1.0], [-1.0]]],
        "cost": "QuadraticCost"});
    let rows = json!({"samples": [[0.0, 0.5], [1.0, 0.0]], "labels": [[0.9, 0.1], [0.9, 0.1]], "classes": ["no", "yes"]});
    let mut session = started(&json!({"sizes": [2, 2], "data": rows, "model": model, "rate": 1e-9}));
    let start = ask(&mut session, &json!({"do": "look"}));
    assert_eq!(start["verdict"], "label no, no answer yet");
    let first_output = ask(&mut session, &json!({"do": "goto", "position": 3}));
    assert_eq!(first_output["verdict"], "label no, no answer yet");
    assert_eq!(first_output["formula"]["where"], "node 1-0, class no ◀ target 0.9");
    let second_output = ask(&mut session, &json!({"do": "next"}));
    assert_eq!(second_output["verdict"], "label no, it says no: right");
    assert_eq!(second_output["formula"]["where"], "node 1-1, class yes, target 0.1");
    // The last step of the sample still speaks of this sample.
    let length = start["epoch_length"].as_u64().expect("a number") / 2;
    let last = ask(&mut session, &json!({"do": "goto", "position": length}));
    assert_eq!(last["verdict"], "label no, it says no: right");
    let wrong = ask(&mut session, &json!({"do": "goto", "position": 2 * length}));
    assert_eq!(wrong["verdict"], "label no, it says yes: wrong");
}

#[test]
fn steps_about_inputs_that_are_0_can_be_passed_over() {
    let rows = json!({"samples": [[0.0, 0.0, 0.5, 0.0]], "labels": [[1.0]]});
    let mut session = started(&json!({"sizes": [4, 1], "data": rows}));
    let walk = |session: &mut Session, way: &str, count: usize| -> Vec<String> {
        let request = json!({"do": way, "past_zeros": true});
        (0..count)
            .map(|_| ask(session, &request)["step"]["name"].as_str().unwrap_or("start").to_owned())
            .collect()
    };
    let forwards = walk(&mut session, "next", 10);
    assert_eq!(forwards, ["x3", "a5", "δ5", "δ1", "δ2", "δ3", "δ4", "δ(0-4)", "w53", "w5b"]);
    let backwards = walk(&mut session, "back", 10);
    assert_eq!(backwards, ["w53", "δ(0-4)", "δ4", "δ3", "δ2", "δ1", "δ5", "a5", "x3", "start"]);
    assert_eq!(ask(&mut session, &json!({"do": "next"}))["step"]["name"], "x1");
}

/// The numbers of the nine nodes' first hidden delta, put together wrongly by hand.
#[test]
fn a_wrong_guess_is_told_which_slip_it_is() {
    let mut session = started(&json!({"position": 11}));
    let step = {
        let mut stepper = started(&json!({"position": 12}));
        ask(&mut stepper, &json!({"do": "look"}))["step"].take()
    };
    assert_eq!(step["name"], "δ4");
    let number = |value: &Value| value.as_f64().expect("a number");
    let reading = &step["reading"];
    let [slope, sum] = ["slope", "downstream_delta"].map(|key| number(&reading[key]));
    assert_eq!(number(&step["after"]), slope * sum);
    let outputs = ask(&mut session, &json!({"do": "look"}))["step"].take();
    assert_eq!(outputs["name"], "δ9");
    let weights = &reading["terms"];
    let mut network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let predicted = network.predict(Sample(&nine_nodes::SAMPLES[0]));
    let from_outputs = slope * (0..2).map(|i| number(&weights[i]["weight"]) * predicted[i]).sum::<f64>();
    let mut guess = |value: f64| ask(&mut session, &json!({"do": "guess", "value": format!("{value:.6}")}));
    assert_eq!(guess(slope * sum)["right"], true);
    for (value, name) in
        [(sum, "slope-forgotten"), (-slope * sum, "wrong-sign"), (from_outputs, "output-for-delta")]
    {
        let answer = guess(value);
        assert_eq!((&answer["right"], &answer["slip"]["name"]), (&json!(false), &json!(name)), "{answer}");
    }
    assert_eq!(guess(123.0)["slip"], Value::Null);
    assert_eq!(ask(&mut session, &json!({"do": "look"}))["position"], 11);
}

#[test]
fn regions_points_and_images_are_those_of_the_weights() {
    // h1 = x or y, h2 = x and y, XOR = h1 and not h2.
    let model = json!({
        "sizes": [2, 2, 1], "weights": [[[20.0, 20.0], [20.0, 20.0]], [[20.0, -20.0]]],
        "biases": [[[-10.0], [-30.0]], [[-10.0]]], "cost": "QuadraticCost",
    });
    let data = json!({"samples": [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]], "labels": [[0.1], [0.1], [0.9]]});
    let mut session = started(&json!({"data": data, "model": model}));
    let regions = ask(&mut session, &json!({"do": "regions", "columns": 2, "rows": 2}));
    assert_eq!(regions["classes"], json!([1, 0, 0, 1])); // from the top left: (low, high), (high, high), …
    let points = ask(&mut session, &json!({"do": "points"}));
    assert_eq!(points["points"][2]["class"], 1);
    let images = ask(&mut session, &json!({"do": "images"}));
    assert_eq!(images["letters"], "~~~~", "as large as a weight of each neuron can be");
    ask(&mut session, &json!({"do": "add-point", "x": 0.5, "y": 0.5, "class": 1}));
    let points = ask(&mut session, &json!({"do": "points"}))["points"].take();
    let added = ["x", "y"].map(|axis| points[3][axis].as_f64().unwrap_or(9.0));
    assert!(added.iter().all(|number| (number - 0.5).abs() < 1e-12), "{added:?}");
    assert_eq!(points[3]["class"], 1);
}

#[test]
fn sets_of_points_are_the_program_s() {
    for (name, count) in [("xor", 4), ("circles", 200), ("moons", 200), ("spiral", 200)] {
        let mut session = started(&json!({"data": name, "sizes": [2, 3, 2], "limit": 2}));
        let steps = json_lines(&success(&mut backprop(&format!(
            "step --json --data {name} --sizes 2,3,2 --train-limit 2"
        ))));
        for step in &steps {
            assert_eq!(ask(&mut session, &json!({"do": "next"}))["step"].to_string(), step.to_string());
        }
        let points = ask(&mut session, &json!({"do": "points"}))["points"].take();
        assert_eq!(points.as_array().map(Vec::len), Some(count), "{name}");
        assert_eq!(ask(&mut session, &json!({"do": "train", "samples": 500}))["done"], count);
    }
}

#[test]
fn what_cannot_be_asked_is_answered_with_a_sentence_and_nothing_changes() {
    let mut session = Session::default();
    assert!(refused(&mut session, r#"{"do": "next"}"#).contains("nothing has been started"));
    let mut session = started(&json!({"position": 12}));
    let before = ask(&mut session, &json!({"do": "look"}));
    for request in [
        "",
        "{",
        "[]",
        r#"{"do": "dance"}"#,
        r#"{"do": "goto", "position": -1}"#,
        r#"{"do": "goto"}"#,
        r#"{"do": "edit", "name": "w99", "value": 1}"#,
        r#"{"do": "edit", "name": "a4", "value": 1}"#,
        r#"{"do": "edit", "name": "rate", "value": 0}"#,
        r#"{"do": "edit", "name": "w41", "value": 1e999}"#,
        r#"{"do": "edit", "name": "<b>", "value": 1}"#,
        r#"{"do": "tell", "name": "q1"}"#,
        r#"{"do": "check", "fault": "none-such"}"#,
        r#"{"do": "guess", "value": "seven"}"#,
        r#"{"do": "start", "sizes": [3]}"#,
        r#"{"do": "start", "sizes": [0, 1]}"#,
        r#"{"do": "start", "sizes": [100000, 100000]}"#,
        r#"{"do": "start", "rate": -1}"#,
        r#"{"do": "start", "batch": 0}"#,
        r#"{"do": "start", "dropout": 1}"#,
        r#"{"do": "start", "data": "digits"}"#,
        r#"{"do": "start", "data": "none-such"}"#,
        r#"{"do": "start", "cost": "none-such"}"#,
        r#"{"do": "start", "data": {"samples": [], "labels": []}}"#,
        r#"{"do": "start", "data": {"samples": [[1, 2]], "labels": [[1], [2]]}}"#,
        r#"{"do": "start", "sizes": [2, 1], "data": {"samples": [[1, 2, 3]], "labels": [[1]]}}"#,
        r#"{"do": "start", "model": {"sizes": [2, 1]}}"#,
        r#"{"do": "start", "edits": [{"name": "w1", "value": 1, "at": 0}]}"#,
        r#"{"do": "start", "activation": ["tanh", "tanh", "tanh"]}"#,
        r#"{"do": "regions", "columns": 2, "rows": 2}"#,
        r#"{"do": "points"}"#,
        r#"{"do": "sample-image"}"#,
        r#"{"do": "add-point", "x": 0, "y": 0, "class": 0}"#,
        r#"{"do": "draw", "columns": 2, "rows": 2, "pixels": [1]}"#,
        r#"{"do": "read"}"#,
        r#"{"do": "take-drawing", "label": 0}"#,
        r#"{"do": "check-one", "name": "x1"}"#,
        r#"{"do": "begin", "situation": "null?"}"#,
        r#"{"do": "set", "key": "l2", "value": "x"}"#,
        r#"{"do": "set", "key": "l2", "value": "1e400"}"#,
        r#"{"do": "set", "key": "dropout", "value": "150%"}"#,
        r#"{"do": "set", "key": "batch", "value": "0"}"#,
        r#"{"do": "set", "key": "batch", "value": "2.5"}"#,
        r#"{"do": "set", "key": "seed", "value": "-1"}"#,
        r#"{"do": "set", "key": "sizes", "value": "2;3;2"}"#,
        r#"{"do": "set", "key": "sizes", "value": "1000000,1"}"#,
        r#"{"do": "set", "key": "activation", "value": "softmax"}"#,
        r#"{"do": "set", "key": "data", "value": "/etc/passwd"}"#,
        r#"{"do": "set", "key": "colour", "value": "red"}"#,
        r#"{"do": "open", "file": "a.json", "text": "null"}"#,
        r#"{"do": "open", "file": "a.json", "text": "{\"sizes\":5}"}"#,
        r#"{"do": "edit", "name": "w41", "value": "1,000"}"#,
        r#"{"do": "edit", "name": "w41", "value": null}"#,
        r#"{"do": "guess", "value": "1 2"}"#,
        r#"{"do": "explain", "runs": [], "fused": true}"#,
        r#"{"do": "family", "sizes": "3,x"}"#,
        r#"{"do": "compare", "sizes": [1]}"#,
        r#"{"do": "compare", "sizes": [9999, 9999]}"#,
        r#"{"do": "goto", "position": 4000000000}"#,
        r#"{"do": "restore", "fragment": "step=4000000000"}"#,
        r#"{"do": "start", "position": 4000000000}"#,
        r#"{"do": "start", "edits": [{"name": "w41", "value": 1, "at": 4000000000}]}"#,
        r#"{"do": "start", "data": "moons", "sizes": [2, 18446744073709551615]}"#,
        r#"{"do": "compare", "sizes": [18446744073709551615, 2]}"#,
        r#"{"do": "digits", "train_images": "?", "train_labels": "", "test_images": "", "test_labels": ""}"#,
    ] {
        let sentence = refused(&mut session, request);
        assert!(sentence.len() > 10 && !sentence.contains('\n'), "{request}: {sentence}");
        for word in ["f64", "usize", "u64", "expected", "column", "invalid type", "EOF"] {
            assert!(!sentence.contains(word), "{request}: {sentence}");
        }
        assert_eq!(ask(&mut session, &json!({"do": "look"}))["step"], before["step"], "{request}");
    }
}

#[test]
fn phases_and_samples_are_walked_from_first_step_to_first_step() {
    let mut session = started(&json!({}));
    let mut positions = |request: &str, direction: i32, count: usize| -> Vec<u64> {
        let step = json!({"do": "unit", "unit": request, "direction": direction});
        (0..count).map(|_| ask(&mut session, &step)["position"].as_u64().expect("a position")).collect()
    };
    // 3 inputs, 6 outputs, 2 output deltas, 9 other deltas, 26 weights.
    assert_eq!(positions("phase", 1, 7), [1, 4, 10, 12, 21, 47, 50]);
    assert_eq!(positions("phase", -1, 7), [47, 21, 12, 10, 4, 1, 0]);
    assert_eq!(positions("sample", 1, 3), [1, 47, 93]);
    assert_eq!(positions("sample", -1, 3), [47, 1, 0]);
}

#[test]
fn numbers_are_typed_in_many_ways_and_cross_exactly() {
    let mut session = started(&json!({}));
    let weight = |session: &mut Session| model(session).parameters.layers[0].weights[0][0];
    for (typed, value) in
        [("1,5", 1.5), ("50 %", 0.5), ("-2e-3", -2e-3), ("0.123456789012345678", 0.123_456_789_012_345_68)]
    {
        ask(&mut session, &json!({"do": "edit", "name": "w41", "value": typed, "replace": true}));
        assert_eq!(weight(&mut session), value, "{typed}");
    }
    let by = ask(&mut session, &json!({"do": "edit", "name": "w41", "value": "0,7", "by": 0.1}));
    assert_eq!(by["value"], "0.8");
    let told = ask(&mut session, &json!({"do": "tell", "name": "w41"}));
    assert_eq!(told["edit"], json!({"name": "w41", "value": "0.8"}));
    assert!(told["lines"][1].as_str().is_some_and(|line| line.contains("set by hand")), "{told}");
    for (key, typed, shown) in [
        ("l2", "0,1", "0.1"),
        ("dropout", "50%", "0.5"),
        ("batch", "4294967296", "4294967296"),
        ("seed", "9007199254740993", "9007199254740993"),
        ("seed", "18446744073709551615", "18446744073709551615"),
        ("sizes", "3;5-2", "3, 5, 2"),
    ] {
        let answer = ask(&mut session, &json!({"do": "set", "key": key, "value": typed}));
        assert_eq!(answer["settings"][key], shown, "{typed}");
        assert!(answer["message"].as_str().is_some_and(|words| words.contains(key)), "{answer}");
    }
    // With two outputs XOR has one for each class; the samples stay.
    ask(&mut session, &json!({"do": "set", "key": "data", "value": "xor"}));
    let answer = ask(&mut session, &json!({"do": "set", "key": "sizes", "value": "2,3,2"}));
    assert_eq!(
        (&answer["settings"]["data"], &answer["settings"]["sizes"]),
        (&json!("xor"), &json!("2, 3, 2"))
    );
}

#[test]
fn what_would_take_too_long_is_refused_at_once() {
    let began = std::time::Instant::now();
    let mut session = Session::default();
    let far = |at: u64| json!({"name": "w41", "value": 1, "at": at});
    for situation in [
        json!({"sizes": [1_000_000, 1]}),
        json!({"sizes": vec![1; 30_000]}),
        json!({"edits": [far(9_000_000), far(0), far(9_000_000), far(0)]}),
        json!({"edits": vec![far(1); 1000]}),
        json!({"legs": vec![json!({"position": 1}); 1000]}),
        json!({"position": 4_294_967_295u64}),
        json!({"sizes": [3, 2], "limit": 4_294_967_295u64}),
    ] {
        let request = json!({"do": "begin", "situation": situation.to_string()});
        let sentence = refused(&mut session, &request.to_string());
        assert!(sentence.len() > 20, "{sentence}");
    }
    // Epochs are only how far a slider reaches.
    let long = json!({"epochs": u64::MAX, "batch": u64::MAX}).to_string();
    ask(&mut session, &json!({"do": "begin", "situation": long}));
    for _ in 0..20 {
        ask(&mut session, &json!({"do": "next"}));
        ask(&mut session, &json!({"do": "curve"}));
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

/// Returns what `src/page-engine/build.sh` writes: a checksum and a path per line.
#[test]
fn the_wasm_in_the_page_is_made_from_these_sources() {
    let list =
        std::fs::read_to_string(root().join("src/program/show/page/engine.sources")).expect("it is there");
    if !root().join("src/page-engine").exists() {
        eprintln!("not looked at: this is the package, which has no src/page-engine");
        return;
    }
    assert!(list.lines().count() > 50, "all sources of the library are among them");
    for line in list.lines() {
        let (checksum, path) = line.split_once(' ').expect("a checksum and a path");
        let bytes = std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let remedy = "run src/page-engine/build.sh, and commit what it changes";
        assert_eq!(checksum, format!("{:08x}", checksum_of(path, bytes)), "{path} has changed: {remedy}");
    }
}

/// CRC-32 of a file; of Rust code without comments and tests, which change nothing.
fn checksum_of(path: &str, bytes: Vec<u8>) -> u32 {
    let mut crc = flate2::Crc::new();
    if std::path::Path::new(path).extension().is_none_or(|extension| extension != "rs") {
        crc.update(&bytes);
        return crc.sum();
    }
    let text = String::from_utf8(bytes).expect("code is text");
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    for line in code.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
        crc.update(line.as_bytes());
        crc.update(b"\n");
    }
    crc.sum()
}
