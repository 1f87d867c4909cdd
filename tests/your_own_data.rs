//! `--data` with what is built in, and with tables of one's own: as a user runs them.
#![cfg(feature = "cli")]

mod support;

use std::path::Path;

use support::cli::{backprop, json_lines, refusal, success, write};
use tempfile::TempDir;

const XOR: &str = "0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
const TRAIN_XOR: &str = "--sizes 2,3,1 --init normal --rate 2 --epochs 3000 --evaluate-every 3000";

/// A folder with this one file.
fn folder_with(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join(name), text.as_bytes());
    folder
}

/// The last line of `train --json`.
fn last_epoch(arguments: &str, folder: &Path) -> serde_json::Value {
    let text = success(backprop(&format!("train {arguments} --json")).current_dir(folder));
    json_lines(&text).pop().expect("an epoch")
}

#[test]
fn xor_is_learnt_from_nine_of_ten_seeds_at_least_and_the_same_from_a_file() {
    let folder = folder_with("xor.csv", XOR);
    let mut learnt = 0;
    for seed in 1..=10 {
        let run = |data: &str, out: &str| {
            last_epoch(&format!("--data {data} {TRAIN_XOR} --seed {seed} --out {out}"), folder.path())
        };
        let (built_in, file) = (run("xor", "a.json"), run("xor.csv", "b.json"));
        assert_eq!(built_in["test_total"], 4);
        assert_eq!(built_in["tested_on"], "training");
        assert_eq!(built_in["train_cost"], file["train_cost"], "seed {seed}");
        let model = |name: &str| std::fs::read(folder.path().join(name)).expect("a model");
        assert_eq!(model("a.json"), model("b.json"), "seed {seed}");
        learnt += usize::from(built_in["test_correct"] == 4);
    }
    assert!(learnt >= 9, "{learnt} of 10");
}

#[test]
fn every_command_takes_the_small_tasks() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (data, sizes) in
        [("xor", "2,8,1"), ("circles", "2,8,1"), ("moons", "2,8,1"), ("spiral", "2,8,1"), ("iris", "4,8,3")]
    {
        let run = |arguments: &str| success(backprop(arguments).current_dir(&folder));
        let text = run(&format!("train --data {data} --epochs 2 --out m.json"));
        assert!(text.starts_with(&format!("Training {} on {data}: ", sizes.replace(',', "-"))), "{text}");
        for command in [
            "evaluate --model m.json",
            "predict --model m.json",
            "dump --model m.json",
            "step --plain",
            "trace --out page.html --samples 2",
            "check",
            "compare --samples 4",
        ] {
            assert!(!run(&format!("{command} --data {data}")).is_empty(), "{command} {data}");
        }
    }
}

#[test]
fn the_irises_are_fishers() {
    let data = backprop::data_set::Source::Iris.load(backprop::data_set::Pixels::Scaled).expect("embedded");
    let samples: Vec<Vec<f64>> = [&data.train, &data.test]
        .into_iter()
        .flat_map(|part| (0..part.len()).map(|index| part.sample(index)))
        .collect();
    assert_eq!((data.train.len(), data.test.len(), samples.len()), (100, 50, 150));
    // Means as published with the data, in the order of the columns.
    for (column, mean) in [5.843333, 3.057333, 3.758, 1.199333].into_iter().enumerate() {
        let sum: f64 = samples.iter().map(|sample| sample[column]).sum();
        assert!((sum / 150.0 - mean).abs() < 1e-6, "column {column}");
    }
    let names: Vec<_> = (0..3).map(|class| data.train.class_name(class)).collect();
    assert_eq!(names, ["setosa", "versicolor", "virginica"]);
    assert_eq!(data.train.chance(), 34);
}

#[test]
fn sizes_that_do_not_fit_are_refused_with_those_that_do() {
    let sentence = refusal(&mut backprop("train --data moons --sizes 3,4,1"));
    assert!(sentence.contains("the input layer needs 2 nodes, but sizes are 3,4,1"), "{sentence}");
    let sentence = refusal(&mut backprop("train --data iris --sizes 4,8,2"));
    assert!(sentence.contains("sizes 4,8,2 need 3 outputs"), "{sentence}");
}
