//! The same settings make the same network and the same samples in every command, on the page, in an editor and in a
//! program.

use std::path::Path;

use backprop::data_set::Part;
use backprop::graph::Network;
use backprop::model_file::Model;
use backprop::setup::Setup;
use backprop::{Engine as _, MiniBatches, made_up};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use page_engine::Session;
use testkit::cli::{backprop, json_lines, success};
use testkit::editor::Editor;

/// Settings as JSON, without those that are left out.
fn settings() -> impl Strategy<Value = Map<String, Value>> {
    let data = prop::option::of(select(vec!["xor", "circles", "moons", "spiral"]));
    let hidden = prop::option::of(prop::collection::vec(1..5usize, 0..3));
    let last = prop::option::of(select(vec!["sigmoid", "tanh", "identity"]));
    let init = prop::option::of(select(vec!["small", "normal", "scaled", "he"]));
    let targets = prop::option::of(select(vec!["soft", "one-hot"]));
    let (seed, cost, ends) = (prop::option::of(0..1000u64), any::<bool>(), (1..4usize, 1..4usize));
    (data, hidden, last, init, targets, seed, cost, ends).prop_map(
        |(data, hidden, last, init, targets, seed, cost, (inputs, outputs))| {
            let sizes = hidden.map(|hidden| {
                let inputs = if data.is_some() { 2 } else { inputs };
                [vec![inputs], hidden, vec![outputs]].concat()
            });
            let mut activation = last.map(|last| json!(last));
            if let (Some(sizes), Some(last)) = (&sizes, last) {
                let mut layers = vec!["tanh"; sizes.len() - 1];
                *layers.last_mut().expect("an output layer") = last;
                activation = Some(json!(layers));
            }
            let goes_with_it = last.is_none_or(|last| last == "sigmoid");
            let entries = [
                ("data", data.map(|data| json!(data))),
                ("sizes", sizes.map(|sizes| json!(sizes))),
                ("activation", activation),
                ("cost", (cost && goes_with_it).then(|| json!("cross-entropy"))),
                ("init", init.map(|init| json!(init))),
                ("targets", targets.filter(|_| data.is_some()).map(|targets| json!(targets))),
                ("seed", seed.map(|seed| json!(seed))),
            ];
            entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
        },
    )
}

/// Returns the same as options.
fn options(settings: &Map<String, Value>) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let option = |(name, value): (&String, &Value)| match value {
        Value::Array(list) => format!("--{name} {}", list.iter().map(word).collect::<Vec<_>>().join(",")),
        value => format!("--{name} {}", word(value)),
    };
    settings.iter().map(option).collect::<Vec<_>>().join(" ")
}

/// Returns the steps that a page goes through, from the first.
fn steps_of_page(situation: &Value, count: usize) -> Vec<String> {
    let mut session = Session::default();
    let mut ask = |request: Value| -> Value {
        let answer = session.answer(&request.to_string());
        let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
        assert!(answer.get("error").is_none(), "{situation}: {answer}");
        answer
    };
    let mut start = situation.clone();
    start["do"] = json!("start");
    ask(start);
    (0..count).map(|_| ask(json!({"do": "next"}))["step"].to_string()).collect()
}

/// Returns the beginning of a page written by `trace`.
fn situation_in(page: &Path) -> Value {
    let page = std::fs::read_to_string(page).expect("it was written");
    let begin = page.find(r#"id="situation""#).expect("the page begins with a situation");
    let json = &page[begin + page[begin..].find('>').expect("the end of the tag") + 1..];
    serde_json::from_str(json[..json.find("</script>").expect("its end")].trim()).expect("it is JSON")
}

/// Checks that an editor goes through the same steps.
fn assert_editor_steps(settings: &Map<String, Value>, samples: usize, steps: &[String]) {
    let mut launch = json!(settings);
    launch["trainLimit"] = json!(samples);
    let mut editor = Editor::open(&launch);
    for step in steps {
        let step: Value = serde_json::from_str(step).expect("it is JSON");
        editor.go("next");
        let last = editor.scope("Last step");
        let variables = editor.variables(&last);
        let value = |name: &str| {
            let variable = variables.iter().find(|variable| variable["name"] == name).expect(name);
            variable["value"].as_str().expect("a text").to_owned()
        };
        assert_eq!(json!(value("text")), step["text"], "{launch}");
        assert_eq!(value("after").parse::<f64>().ok(), step["after"].as_f64(), "{launch}");
    }
    editor.leave();
}

fn assert_same_numbers(settings: &Map<String, Value>, samples: usize, folder: &Path) {
    let options = options(settings);
    let lines = |arguments: String| -> Vec<String> {
        json_lines(&success(&mut backprop(&arguments))).iter().map(Value::to_string).collect()
    };
    let steps = lines(format!("step --json {options} --samples {samples}"));
    assert_eq!(lines(format!("step --json {options} --samples 1"))[..], steps[..steps.len() / samples]);

    let setup: Setup = serde_json::from_value(json!(settings)).expect("settings fill a setup");
    let all = setup.samples(|source, pixels| source.load_part(Part::Train, pixels)).expect("built in");
    let architecture = setup.architecture(&all).expect("it fits");
    let mut network = Network::try_new(&architecture).expect("it is small");
    network.set_parameters(&setup.parameters(&architecture));
    let rows = setup.rows(&all, &architecture, samples);
    let stepper = rows.stepper(network, 0.3, MiniBatches::default());
    let ours: Vec<String> = stepper.take(steps.len()).map(|step| json!(step).to_string()).collect();
    assert_eq!(ours, steps, "{options}: a program");

    let mut situation = json!(settings);
    situation["limit"] = json!(samples);
    assert_eq!(steps_of_page(&situation, steps.len()), steps, "{options}: the page");
    let page = folder.join("page.html");
    success(&mut backprop(&format!("trace {options} --samples {samples} --force --out {}", page.display())));
    assert_eq!(steps_of_page(&situation_in(&page), steps.len()), steps, "{options}: trace");

    assert_editor_steps(settings, samples, &steps);

    if settings.contains_key("data") {
        let model = folder.join("model.json");
        let train =
            format!("train {options} --engine object --epochs 0 --quiet --force --out {}", model.display());
        success(&mut backprop(&train));
        let model = Model::read(&model).expect("it was written");
        assert_eq!(model.architecture, architecture, "{options}");
        assert!(model.parameters == setup.parameters(&architecture), "{options}: train");
    } else if let Some(Value::Array(_)) = settings.get("sizes") {
        let (labels, inputs) = made_up(&architecture, samples, setup.seed());
        assert_eq!((rows.labels, rows.samples), (labels, inputs), "{options}");
        // `check` prints the error, the mean over the samples of the cost that a step meets.
        let check = |samples: usize| {
            let init = settings.get("init").map_or("--init small", |_| "");
            let text = success(&mut backprop(&format!(
                "check --engine object {options} {init} --samples {samples}"
            )));
            text.lines().find(|line| line.starts_with("Error E = ")).expect("it is told").to_owned()
        };
        let mut network = Network::from_parameters(&architecture, &setup.parameters(&architecture));
        let (labels, inputs) = made_up(&architecture, samples, setup.seed());
        let errors = labels.iter().zip(&inputs);
        let sum: f64 = errors
            .map(|(label, sample)| network.error(backprop::Label(label), backprop::Sample(sample)))
            .sum();
        let told: f64 =
            check(samples)["Error E = ".len()..].split(". ").next().expect("a number").parse().expect("E");
        let mean = sum / samples as f64;
        assert!((told / mean - 1.0).abs() < 1e-5, "{options}: check says {told}, not {mean}");
    }
}

#[test]
fn the_same_settings_give_the_same_numbers_everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = if cfg!(debug_assertions) { 12 } else { 100 };
    let mut runner =
        TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let run = |(settings, samples): (Map<String, Value>, usize)| {
        assert_same_numbers(&settings, samples, folder.path());
        Ok(())
    };
    runner.run(&(settings(), 1..4usize), run).unwrap_or_else(|error| panic!("{error}"));
}

/// Asserts that whatever is refused here is refused in a few words.
fn assert_short(session: &mut Session, request: &Value) {
    let answer: Value = serde_json::from_str(&session.answer(&request.to_string())).expect("JSON");
    let words = answer["error"].as_str().unwrap_or_default();
    assert!(words.chars().count() <= 300, "{}: {words}", words.len());
}

#[test]
fn thirty_thousand_layers_are_refused_by_the_first_few_and_the_last() {
    let mut session = crate::started(&json!({}));
    let sizes = format!("{}2", "3,".repeat(29_999));
    let refusal =
        crate::refused(&mut session, &json!({"do": "set", "key": "sizes", "value": sizes}).to_string());
    assert!(refusal.starts_with("sizes 3,3,3,3,…,2 (30000 layers) are too large for a page"), "{refusal}");
    assert!(refusal.ends_with("make a layer smaller"), "{refusal}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_refused_is_not_repeated_at_length(
        sizes in prop::collection::vec(prop_oneof![8 => 1..4u64, 1 => any::<u64>()], 1..2000),
        typed in "[-+0-9.,;e%x a−]{0,400}|[0-9]{300,3000}|[1-9],[0-9]{3}e[0-9]{300}",
    ) {
        let mut session = crate::started(&json!({}));
        let list = sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let model = json!({"sizes": sizes, "weights": [[[0.5]]], "biases": [[[0.5]]], "cost": "QuadraticCost"});
        assert_short(&mut session, &json!({"do": "start", "sizes": sizes}));
        assert_short(&mut session, &json!({"do": "open", "file": "model.json", "text": model.to_string()}));
        for text in [&list, &typed] {
            assert_short(&mut session, &json!({"do": "family", "sizes": text}));
            assert_short(&mut session, &json!({"do": "set", "key": "sizes", "value": text}));
        }
        for key in ["rate", "batch", "l2", "dropout", "seed"] {
            assert_short(&mut session, &json!({"do": "set", "key": key, "value": typed}));
        }
        for name in ["w41", "x1", "t8", "rate"] {
            assert_short(&mut session, &json!({"do": "edit", "name": name, "value": typed}));
        }
        assert_short(&mut session, &json!({"do": "guess", "value": typed}));
        let architecture = backprop::Architecture::new(&sizes.iter().map(|&size| size as usize).collect::<Vec<_>>());
        for refused in [architecture.check(), architecture.check_size()].into_iter().filter_map(Result::err) {
            prop_assert!(refused.to_string().chars().count() <= 300, "{refused}");
        }
    }
}
