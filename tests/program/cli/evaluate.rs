//! `backprop evaluate`: precision, recall and the worst mistakes, worked out here sample by sample.

use backprop::data_set::strongest;
use serde_json::Value;
use tempfile::TempDir;

use testkit::cli::{IdxTraining, backprop, json_lines, refusal, success};
use testkit::golden::read_json;

/// Returns a folder with data and an untrained model `start.json`, which makes enough mistakes.
fn folder() -> (IdxTraining, TempDir) {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    (golden, folder)
}

fn run_json(arguments: &str, folder: &TempDir) -> Value {
    json_lines(&success(backprop(arguments).current_dir(folder))).pop().expect("a line")
}

#[test]
fn precision_and_recall_are_shares_of_a_column_and_of_a_row() {
    let (golden, folder) = folder();
    let evaluated = run_json("evaluate --model start.json --data . --json", &folder);
    let answers: Vec<u64> = (0..golden.test_labels.len())
        .map(|i| run_json(&format!("predict --model start.json --data . --index {i} --json"), &folder))
        .map(|predicted| predicted["digit"].as_u64().expect("a digit"))
        .collect();
    let pairs = || answers.iter().copied().zip(golden.test_labels.iter().copied().map(u64::from));
    for class in 0..3 {
        let right = pairs().filter(|&pair| pair == (class, class)).count() as f64;
        let said = pairs().filter(|&(answer, _)| answer == class).count() as f64;
        let meant = pairs().filter(|&(_, label)| label == class).count() as f64;
        let of = |key: &str| evaluated[key][class as usize].as_f64();
        assert_eq!(of("precision"), (said > 0.0).then(|| right / said), "{class}");
        assert_eq!(of("recall"), (meant > 0.0).then(|| right / meant), "{class}");
    }
}

#[test]
fn the_test_set_alone_is_enough_to_evaluate_and_to_predict() {
    let (_, folder) = folder();
    let of_test =
        ["evaluate --model start.json --data . --json", "predict --model start.json --data . --json"];
    let before = of_test.map(|arguments| run_json(arguments, &folder));
    for name in ["train-images-idx3-ubyte", "train-labels.idx1-ubyte"] {
        std::fs::remove_file(folder.path().join(name)).expect("it was there");
    }
    assert_eq!(of_test.map(|arguments| run_json(arguments, &folder)), before);
    let line = refusal(backprop("predict --model start.json --data . --set train").current_dir(&folder));
    assert!(line.contains("train-images-idx3-ubyte"), "{line}");
}

#[test]
fn the_worst_mistakes_are_those_with_the_largest_margin() {
    let (golden, folder) = folder();
    let evaluated = run_json("evaluate --model start.json --data . --json --mistakes 100", &folder);
    let mut expected = Vec::new();
    for (index, &label) in golden.test_labels.iter().enumerate() {
        let predicted =
            run_json(&format!("predict --model start.json --data . --index {index} --json"), &folder);
        let outputs: Vec<f64> = serde_json::from_value(predicted["outputs"].clone()).expect("numbers");
        let best = strongest(&outputs);
        if best != usize::from(label) {
            expected.push((outputs[best] - outputs[usize::from(label)], index));
        }
    }
    expected.sort_by(|one, other| other.0.total_cmp(&one.0));
    assert!(!expected.is_empty(), "an untrained network makes mistakes");
    let mistakes = evaluated["mistakes"].as_array().expect("a list");
    assert_eq!(mistakes.len(), expected.len());
    for (mistake, (margin, index)) in mistakes.iter().zip(&expected) {
        assert_eq!(mistake["index"], *index);
        assert!((mistake["margin"].as_f64().expect("a number") - margin).abs() < 1e-12);
    }
}

#[test]
fn the_screen_shows_the_mistakes_as_pictures_and_quiet_only_the_count() {
    let (_, folder) = folder();
    let text = success(backprop("evaluate --model start.json --data .").current_dir(&folder));
    assert!(text.contains("\nprecision %"), "{text}");
    assert!(text.contains("Its most confident mistakes"), "{text}");
    let quiet = success(backprop("evaluate --model start.json --data . --quiet").current_dir(&folder));
    assert_eq!(quiet.lines().count(), 1);
    assert!(text.starts_with(&quiet), "{quiet}");
    let none = success(backprop("evaluate --model start.json --data . --mistakes 0").current_dir(&folder));
    assert!(!none.contains("confident"), "{none}");
}

#[test]
fn a_sample_of_the_only_class_is_counted_by_a_network_with_one_output() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("one.csv"), "size,kind\n0.5,red\n").expect("writable");
    success(backprop("train --data one.csv --sizes 1,1 --epochs 0 --out one.json").current_dir(&folder));
    let arguments = "evaluate --model one.json --data one.csv --json";
    let found = &json_lines(&success(backprop(arguments).current_dir(&folder)))[0];
    let counts: Vec<u64> =
        found["confusion"][0].as_array().expect("a row").iter().filter_map(Value::as_u64).collect();
    assert_eq!((counts.len(), counts.iter().sum()), (2, 1), "{found}");
}
