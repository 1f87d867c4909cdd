//! `--precision f32`: on the vectorized network, from training to prediction, and in the check.

use std::path::Path;

use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::training::Checkpoint;
use testkit::cli::{backprop, json_lines, refusal, success};

const SHORT: &str = "train --sizes 784,9,10 --train-limit 60 --test-limit 10 --batch 7 --dropout 0.2 --quiet";

fn weights(path: &Path) -> Vec<f64> {
    Model::read(path).expect("a model").parameters.iter().collect()
}

#[test]
fn weights_of_f32_are_near_those_of_f64_and_written_exactly() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let train = |more: &str, name: &str| {
        success(backprop(&format!("{SHORT} {more} --out {name}")).current_dir(&folder));
        weights(&folder.path().join(name))
    };
    let (single, double) = (train("--precision f32", "single.json"), train("", "double.json"));
    assert!(single.iter().all(|w| f64::from(*w as f32) == *w));
    let difference = single.iter().zip(&double).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(0.0 < difference && difference < 1e-5, "same start, order and masks: {difference:e}");
    // No step at all: what was read is what is written.
    assert_eq!(train("--precision f32 --from single.json --epochs 0", "again.json"), single);
}

#[test]
fn a_run_keeps_its_type_when_it_is_resumed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = |arguments: &str| success(backprop(arguments).current_dir(&folder));
    run(&format!("{SHORT} --precision f32 --epochs 2 --out whole.json"));
    run(&format!("{SHORT} --precision f32 --epochs 1 --checkpoint run"));
    let checkpoint = Checkpoint::read(&folder.path().join("run")).expect("a checkpoint");
    assert_eq!(checkpoint.config.precision, Precision::F32);
    run("train --resume run --epochs 2 --quiet --out resumed.json");
    let [whole, resumed] = ["whole.json", "resumed.json"].map(|name| weights(&folder.path().join(name)));
    assert_eq!(whole, resumed);
    let text = refusal(backprop("train --resume run --epochs 3 --precision f64").current_dir(&folder));
    assert!(text.contains("--precision f64 (it was f32)"), "{text}");
    run(&format!("{SHORT} --epochs 1 --checkpoint double"));
    let text = refusal(backprop("train --resume double --precision f32").current_dir(&folder));
    assert!(text.contains("--precision f32 (it was f64)"), "{text}");
}

#[test]
fn models_are_evaluated_and_answer_in_f32() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    success(backprop(&format!("{SHORT} --out model.json")).current_dir(&folder));
    let outputs = |precision: &str| {
        let text = success(
            backprop(&format!("predict --model model.json --index 3 --json --precision {precision}"))
                .current_dir(&folder),
        );
        let outputs = json_lines(&text)[0]["outputs"].as_array().expect("outputs").clone();
        outputs.iter().map(|a| a.as_f64().expect("a number")).collect::<Vec<_>>()
    };
    let (single, double) = (outputs("f32"), outputs("f64"));
    assert!(single.iter().all(|a| f64::from(*a as f32) == *a));
    assert!(single.iter().zip(&double).all(|(a, b)| (a - b).abs() < 1e-5));
    let text = success(
        backprop("evaluate --model model.json --test-limit 20 --json --precision f32").current_dir(&folder),
    );
    assert_eq!(json_lines(&text)[0]["total"], 20);
}

#[test]
fn the_engines_agree_up_to_the_rounding_of_f32() {
    let text = success(&mut backprop("compare --sizes 784,3,10 --samples 20 --json --precision f32"));
    let found = &json_lines(&text)[0];
    assert_eq!(found["precision"], "f32");
    assert!(found["max_difference"].as_f64().is_some_and(|d| 1e-9 < d && d < 1e-4), "{found}");
}

#[test]
fn the_gradient_of_f32_is_checked_against_errors_in_f64() {
    for options in [
        "",
        "--sizes 5,7,6,4 --samples 3 --l2 0.1 --dropout 0.3",
        "--sizes 20,40,8 --activation tanh --all",
        "--sizes 4,20,6,3 --activation relu --seed 1",
        "--cost cross-entropy --directions 3",
        "--sizes 784,10,10 --data digits",
    ] {
        let text = success(&mut backprop(&format!("check --precision f32 --json {options}")));
        let found = &json_lines(&text)[0];
        assert_eq!(found["verdict"], "agree", "{options}: {found}");
        assert_eq!(found["engines"][0]["precision"], "f32");
        assert_eq!(found["engines"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn what_computes_in_f64_alone_says_so() {
    for (arguments, reason) in [
        ("train --engine object --precision f32", "the object graph computes in f64"),
        ("check --engine object --precision f32", "the object graph computes in f64"),
        ("check --engine both --precision f32", "the object graph computes in f64"),
        ("check --fault sign-flipped --precision f32", "a fault's backward pass computes in f64"),
    ] {
        let text = refusal(&mut backprop(arguments));
        assert!(text.contains(reason), "{arguments}: {text}");
    }
}
