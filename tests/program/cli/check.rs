//! `backprop check` as a user runs it.

use serde_json::Value;

use testkit::cli::{backprop, json_lines, refusal, started, success};

/// Runs a check that must fail: exit status 1, the report on stdout, nothing on stderr.
pub(crate) fn failure(arguments: &str) -> String {
    let output = started(|| backprop(arguments).output());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{arguments}: {stderr}");
    assert!(stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_default_check_agrees_on_both_engines_and_says_how_well() {
    let text = success(&mut backprop("check --sizes 3,4,2"));
    assert!(
        text.contains("the object graph, sizes 3,4,2") && text.contains("the vectorized network"),
        "{text}"
    );
    assert_eq!(text.matches("AGREE: 26 checked, largest relative error").count(), 2, "{text}");
}

#[test]
fn json_is_one_object_that_counts_each_parameter_once() {
    for (engine, reports) in [("object", 1), ("vectorized", 1), ("both", 2)] {
        let text = success(&mut backprop(&format!("check --engine {engine} --json")));
        let [report] = &json_lines(&text)[..] else { panic!("{text}") };
        assert_eq!(report["verdict"], "agree");
        assert_eq!(report["checked"], 26);
        assert_eq!(report["agree"], 26);
        for none in ["disagree", "inconclusive", "kink"] {
            assert_eq!(report[none], 0);
        }
        let largest = report["max_relative_error"].as_f64().expect("a number");
        assert!(largest > 0.0 && largest < 1e-6, "{largest}");
        assert_eq!(report["worst"]["relative_error"], largest);
        assert_eq!(report["engines"].as_array().expect("a list").len(), reports);
    }
}

#[test]
#[ignore = "two seconds in a debug build; run in release"]
fn every_listed_fault_fails_and_is_located() {
    let list = json_lines(&success(&mut backprop("check --list-faults --json")));
    assert!(list.len() >= 12);
    for fault in list {
        let name = fault["name"].as_str().expect("a name");
        assert!(!fault["description"].as_str().expect("a description").is_empty());
        let text = failure(&format!("check --fault {name} --json"));
        let [report] = &json_lines(&text)[..] else { panic!("{text}") };
        assert_eq!(report["verdict"], "disagree", "{name}");
        assert!(report["disagree"].as_u64().expect("a count") > 0);
        assert!(!report["worst"]["name"].as_str().expect("a name").is_empty());
        for engine in report["engines"].as_array().expect("a list") {
            assert_eq!(engine["diagnosis"]["pattern"], fault["pattern"], "{name}");
        }
    }
}

#[test]
fn a_fault_is_named_as_each_engine_names_its_parameters() {
    let text = failure("check --fault bias-gradient-dropped");
    assert!(text.contains("(1-4) -> (2-"), "{text}");
    assert!(text.contains("b[2] row"), "{text}");
    assert!(text.contains("Diagnosis: only biases disagree"), "{text}");
    // The analytic column is not the engine's: the head says whose it is.
    assert!(text.contains("Gradient check of the fault bias-gradient-dropped on the object graph"), "{text}");
    assert!(text.contains("analytic as the faulty backward pass computes it"), "{text}");
    assert!(!text.contains("training code"), "{text}");
}

#[test]
fn a_fault_takes_other_sizes_if_it_can_occur_there() {
    let text = failure("check --fault transposed --sizes 2,5,5,5");
    assert!(text.contains("sizes 2,5,5,5"), "{text}");
    let sentence = refusal(&mut backprop("check --fault transposed --sizes 3,4,2"));
    assert!(sentence.contains("equally large"), "{sentence}");
    let sentence = refusal(&mut backprop("check --fault summed-batch --samples 1"));
    assert!(sentence.contains("several samples"), "{sentence}");
    let sentence = refusal(&mut backprop("check --fault no-such-fault"));
    assert!(sentence.contains("missing-slope"), "{sentence}");
    refusal(&mut backprop("check --fault sign-flipped --cost cross-entropy"));
}

#[test]
fn every_option_of_the_network_reaches_the_check() {
    let cases = [
        ("--activation tanh,identity", "tanh then identity"),
        ("--cost cross-entropy", "cross-entropy cost"),
        ("--samples 3", "3 samples (mean)"),
        ("--data bits --sizes 8,3,8", "sizes 8,3,8"),
        (
            "--data digits --sizes 784,5,10 --targets one-hot --pixels raw --init small --directions 1",
            "sizes 784,5,10",
        ),
        ("--engine vectorized --l2 0.5 --samples 5", "L2 with lambda/n = 0.1"),
        ("--engine vectorized --dropout 0.5 --sizes 3,9,2", "dropout 0.5 with a fixed mask"),
        ("--engine object --l2 0.5 --samples 5", "L2 with lambda/n = 0.1"),
        ("--dropout 0.5 --sizes 3,9,2", "dropout 0.5 with a fixed mask"),
    ];
    for (arguments, expected) in cases {
        let text = success(&mut backprop(&format!("check {arguments}")));
        assert!(text.contains(expected), "{arguments}: {text}");
    }
    let seeds = ["0", "1"].map(|seed| success(&mut backprop(&format!("check --seed {seed}"))));
    assert_ne!(seeds[0], seeds[1]);
    let inits = ["small", "normal"].map(|init| success(&mut backprop(&format!("check --init {init}"))));
    assert_ne!(inits[0], inits[1]);
}

#[test]
fn what_is_checked_can_be_chosen() {
    let sampled = success(&mut backprop("check --sizes 60,80,9 --engine vectorized"));
    assert!(sampled.contains("489 checked (of 5609)"), "{sampled}");
    let all = success(&mut backprop("check --sizes 60,80,9 --engine vectorized --all"));
    assert!(all.contains("5609 checked,"), "{all}");
    let directions = success(&mut backprop("check --directions 2"));
    assert!(directions.contains("8 directions checked"), "{directions}");
    let [whole, incremental] = ["whole", "incremental"].map(|how| {
        let text = success(&mut backprop(&format!("check --engine object --json --evaluation {how}")));
        json_lines(&text)[0]["engines"][0]["groups"].clone()
    });
    assert_ne!(whole, incremental, "two evaluations round differently");
}

#[test]
fn the_article_s_style_prints_its_two_columns() {
    let text = success(&mut backprop("check --style article --engine object"));
    assert!(text.contains("expected gradient") && text.contains("actual gradient"), "{text}");
    assert_eq!(text.lines().filter(|line| line.contains(") -> (")).count(), 26, "{text}");
    let text = failure("check --style article --fault factor-1.03 --engine object");
    assert_eq!(text.matches("<-- different").count(), 26, "{text}");
}

#[test]
fn a_model_file_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.json");
    let path = model.to_str().expect("text");
    success(&mut backprop(&format!(
        "train --data bits --sizes 8,3,8 --epochs 1 --engine vectorized --out {path}"
    )));
    let text = success(&mut backprop(&format!("check --model {path} --data bits --json")));
    let report: &Value = &json_lines(&text)[0];
    assert_eq!(report["checked"], 8 * 3 + 3 + 3 * 8 + 8);
    let sentence = refusal(&mut backprop(&format!("check --model {path} --sizes 3,4,2")));
    assert!(sentence.contains("--sizes"), "{sentence}");
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    for arguments in [
        "check --engine vectorized --dropout 1",
        "check --engine vectorized --l2 -1",
        "check --sizes 3",
        "check --sizes 3,0,2",
        "check --sizes 9999999999,9999999999",
        "check --activation relu --cost cross-entropy",
        "check --pixels raw",
        "check --data bits --sizes 3,4,2",
        "check --data bits --samples 1000",
        "check --samples 0",
        "check --directions 0",
        "check --json --style article",
        "check --model no-such-file.json",
    ] {
        refusal(&mut backprop(arguments));
    }
}

#[test]
fn an_unknown_answer_and_a_mystery_with_other_settings_are_refused() {
    let refused = refusal(&mut backprop("check --mystery 1 --answer nonsense"));
    assert!(refused.contains("no fault 'nonsense'") && refused.contains("transposed"), "{refused}");
    for with in ["--sizes 3,4,2", "--fault transposed", "--seed 3"] {
        refusal(&mut backprop(&format!("check --mystery 1 {with}")));
    }
    refusal(&mut backprop("check --answer transposed"));
}
