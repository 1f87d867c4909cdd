//! Bad input: exit status 2, one line on stderr that says what to do, no output file touched.

use std::path::Path;

use backprop::data_set::idx;
use tempfile::TempDir;

use testkit::cli::{IdxTraining, backprop, refusal, started, success, write};
use testkit::golden::read_json;

fn folder() -> TempDir {
    read_json::<IdxTraining>("idx_training.json").folder()
}

/// Runs `train` in the folder and expects a refusal that contains `sentence` and leaves `out.json` as it was.
fn train_refuses(folder: &TempDir, arguments: &str, sentence: &str) {
    let out = folder.path().join("out.json");
    write(&out, b"precious");
    let line = refusal(backprop(&format!("train {arguments} --out out.json --force")).current_dir(folder));
    assert!(line.contains(sentence), "expected {sentence:?} in: {line}");
    assert_eq!(std::fs::read(&out).expect("still there"), b"precious");
}

#[test]
fn sizes_that_make_no_network_are_refused() {
    let folder = folder();
    train_refuses(&folder, "--data . --sizes 6", "at least two layers");
    train_refuses(&folder, "--data . --sizes 6,0,3", "contain a zero");
    train_refuses(&folder, "--data . --sizes 6,x,3", "not a number of neurons");
    train_refuses(&folder, "--data . --sizes 6,-1,3", "not a number of neurons");
    train_refuses(&folder, "--data . --sizes", "--sizes");
    for sizes in ["6,1000000000,3", "6,100000000000000,3", "6,18446744073709551615,3"] {
        train_refuses(
            &folder,
            &format!("--data . --sizes {sizes}"),
            "which is the limit; make a layer smaller",
        );
        refusal(&mut backprop(&format!("check --sizes {sizes}")));
        refusal(&mut backprop(&format!("step --plain --sizes {sizes}")));
    }
}

#[test]
fn a_word_where_a_number_belongs_is_refused_in_words() {
    for (option, wanted) in [
        ("train --rate", "it must be a number"),
        ("train --threads", "it must be a whole number"),
        ("get-mnist . --timeout", "it must be a whole number"),
    ] {
        for word in [" abc", "=", " 1x"] {
            let line = refusal(&mut backprop(&format!("{option}{word}")));
            assert!(line.contains(wanted), "{option}{word}: {line}");
        }
    }
}

#[test]
fn sizes_that_do_not_match_the_data_are_refused() {
    let folder = folder();
    train_refuses(
        &folder,
        "--data . --sizes 784,5,3",
        "the samples are 2x3, so the input layer needs 6 nodes",
    );
    train_refuses(&folder, "--data bits --sizes 8,3,9", "the output layer needs 8 nodes");
    train_refuses(&folder, "--data . --from start.json --sizes 6,5,3", "is not that of the --from model");
    train_refuses(&folder, "--data digits --from start.json", "the input layer needs 784 nodes");
}

#[test]
fn a_label_outside_the_output_layer_is_named_with_its_file_and_place() {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    let first = |labels: &[u8]| labels.iter().position(|&label| label == 2).expect("there is a 2");
    let sentence = |index: usize, file: &str| {
        format!(
            "{file}: label {index} is 2, outside an output layer of 2; sizes 6,5,2 need at least 3 outputs"
        )
    };
    let in_training = sentence(first(&golden.train_labels), "train-labels.idx1-ubyte");
    train_refuses(&folder, "--data . --sizes 6,5,2", &in_training);

    // Of samples that are held out, the place is still that in the file.
    let mut labels = golden.train_labels.clone();
    labels.fill(0);
    let last = labels.len() - 1;
    labels[last] = 2;
    write(&folder.path().join("train-labels.idx1-ubyte"), &idx::encode(&[labels.len()], &labels));
    let held_out = sentence(last, "train-labels.idx1-ubyte");
    train_refuses(&folder, "--data . --sizes 6,5,2 --validation 3", &held_out);
}

#[test]
fn an_option_that_would_be_ignored_is_refused() {
    for arguments in ["check --list-faults --fault nonsense", "check --list-faults --sizes 3,4,2"] {
        refusal(&mut backprop(arguments));
    }
}

#[test]
fn a_rate_that_is_not_a_finite_positive_number_is_refused() {
    let folder = folder();
    for rate in ["0", "-0.5", "NaN", "inf", "1e999"] {
        train_refuses(
            &folder,
            &format!("--data . --rate {rate}"),
            "the rate must be a finite positive number",
        );
    }
    train_refuses(&folder, "--data . --rate fast", "invalid");
}

#[test]
fn other_numbers_out_of_range_and_options_without_effect_are_refused() {
    let folder = folder();
    train_refuses(&folder, "--data . --batch 0", "must be at least 1");
    train_refuses(&folder, "--data . --l2 -1", "lambda must be");
    train_refuses(&folder, "--data . --dropout 1", "dropout must be");
    train_refuses(&folder, "--data . --train-limit 0", "no samples are left");
    train_refuses(&folder, "--data . --validation 9", "no samples are left");
    train_refuses(&folder, "--data . --epochs -3", "epochs");
    train_refuses(&folder, "--data . --from start.json --init normal", "cannot be used with");
    for option in ["save-every", "checkpoint c --checkpoint-every"] {
        train_refuses(&folder, &format!("--data . --{option} 0"), "1 or more");
    }
}

#[test]
fn missing_data_names_the_file_and_says_how_to_get_mnist() {
    let folder = folder();
    train_refuses(
        &folder,
        "--data nowhere",
        "nowhere: no such file or folder; built in are digits, bits, xor, circles, moons, spiral, iris; `backprop get-mnist`",
    );
    std::fs::remove_file(folder.path().join("t10k-labels.idx1-ubyte")).expect("was there");
    train_refuses(&folder, "--data .", "t10k-labels-idx1-ubyte: no such file");
}

#[test]
fn images_and_labels_that_differ_in_number_are_refused() {
    let folder = folder();
    let labels = backprop::data_set::idx::encode(&[3], &[0, 1, 2]);
    write(&folder.path().join("train-labels.idx1-ubyte"), &labels);
    train_refuses(&folder, "--data .", "3 labels, but");
}

#[test]
fn damaged_images_are_refused() {
    let folder = folder();
    let path = folder.path().join("train-images-idx3-ubyte");
    let whole = std::fs::read(&path).expect("was there");
    write(&path, &whole[..whole.len() - 1]);
    train_refuses(&folder, "--data .", "train-images-idx3-ubyte: the header promises");
}

#[test]
fn models_that_cannot_be_read_are_refused() {
    let folder = folder();
    let bad = |name: &str, text: &str, sentence: &str| {
        write(&folder.path().join(name), text.as_bytes());
        train_refuses(&folder, &format!("--data . --from {name}"), sentence);
        for command in ["evaluate", "predict", "dump"] {
            let line = refusal(backprop(&format!("{command} --model {name} --data .")).current_dir(&folder));
            assert!(line.contains(sentence), "{line}");
        }
    };
    bad("a.json", "weights", "not JSON");
    bad(
        "b.json",
        r#"{"sizes": [1, 1], "weights": [[[NaN]]], "biases": [[[0]]], "cost": "QuadraticCost"}"#,
        "NaN",
    );
    bad(
        "c.json",
        r#"{"sizes": [1, 2], "weights": [[[1]]], "biases": [[[0]]], "cost": "QuadraticCost"}"#,
        "1 row, but",
    );
    bad("d.json", r#"{"sizes": [1, 1], "weights": [[[1]]], "biases": [[[0]]], "cost": "Cost"}"#, "Cost");
    train_refuses(&folder, "--data . --from nowhere.json", "nowhere.json: ");
}

#[cfg(unix)]
#[test]
fn a_device_without_end_is_refused() {
    for command in ["predict --model", "train --resume", "train --from", "evaluate --model"] {
        let line = refusal(&mut backprop(&format!("{command} /dev/zero")));
        assert!(line.contains("it is a device, not a file"), "{line}");
    }
}

#[test]
fn places_that_cannot_be_written_to_are_refused_before_training() {
    let folder = folder();
    for out in ["no-such-folder/m.json", "."] {
        let line = refusal(backprop(&format!("train --data . --out {out}")).current_dir(&folder));
        assert!(line.contains("choose a place you can write to"), "{line}");
    }
}

#[test]
fn an_index_beyond_the_samples_is_refused() {
    let folder = folder();
    let line = refusal(backprop("predict --model start.json --data . --index 4").current_dir(&folder));
    assert!(line.contains("numbered 0 to 3"), "{line}");
}

#[test]
fn a_name_with_line_breaks_or_escapes_is_spelled_out() {
    let mut command = backprop("evaluate --model");
    let line = refusal(command.arg("no\nsuch\u{1b}[31mfile.json"));
    assert!(line.contains(r"no\nsuch\u{1b}[31mfile.json"), "{line}");
}

#[test]
fn no_test_samples_at_all_are_refused() {
    let folder = folder();
    let line =
        refusal(backprop("evaluate --model start.json --data . --test-limit 0 --json").current_dir(&folder));
    assert!(line.contains("--test-limit 0 leaves no samples"), "{line}");
}

#[test]
fn unknown_options_and_commands_are_one_line() {
    for arguments in ["trian", "train --sise 3,4", "train --engine quantum", "evaluate", "predict --model"] {
        refusal(&mut backprop(arguments));
    }
}

#[test]
fn training_that_diverges_says_where_and_suggests_a_rate() {
    let folder = folder();
    train_refuses_after_start(folder.path(), "--data . --activation identity --rate 1e6 --epochs 50");
}

fn train_refuses_after_start(folder: &Path, arguments: &str) {
    write(&folder.join("out.json"), b"precious");
    let mut command = backprop(&format!("train {arguments} --out out.json --force --json"));
    let output = started(|| command.current_dir(folder).output());
    let line = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{line}");
    for part in ["training diverged", "layer", "in epoch 1 at sample", "try a smaller rate"] {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(std::fs::read(folder.join("out.json")).expect("still there"), b"precious");
}

#[test]
fn help_and_version_are_not_errors() {
    for arguments in
        ["--help", "--version", "train --help", "evaluate --help", "predict --help", "dump --help"]
    {
        assert!(!success(&mut backprop(arguments)).is_empty());
    }
}
