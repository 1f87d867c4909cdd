//! `backprop train`, `evaluate`, `predict` and `dump` as a user runs them.

use backprop::model_file::Model;

use testkit::cli::{IdxTraining, backprop, json_lines, started, success};
use testkit::golden::{golden_text, read_json};

#[test]
fn the_object_graph_trains_as_an_independent_implementation_does() {
    training_from_given_weights_matches("object");
}

#[test]
fn the_vectorized_network_trains_as_an_independent_implementation_does() {
    training_from_given_weights_matches("vectorized");
}

fn training_from_given_weights_matches(engine: &str) {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    let arguments = format!(
        "train --engine {engine} --from start.json --no-shuffle --data . --train-limit {} --rate {} --epochs {} --out y.json --json",
        golden.train_limit, golden.rate, golden.epochs
    );
    let lines = json_lines(&success(backprop(&arguments).current_dir(&folder)));
    let trained = Model::read(&folder.path().join("y.json")).expect("a model file");
    let difference = trained.parameters.max_difference(&golden.model_after.parameters());
    assert!(difference <= 1e-10, "weights differ by {difference}");
    assert_eq!(lines.len(), golden.epochs);
    for (line, (epoch, cost)) in lines.iter().zip((1..).zip(&golden.mean_costs)) {
        assert_eq!(line["epoch"], epoch);
        assert!((line["train_cost"].as_f64().expect("a number") - cost).abs() <= 1e-12);
        assert_eq!(line["test_total"], golden.test_labels.len());
        assert!(line["seconds"].as_f64().is_some_and(|s| s >= 0.0));
        assert!(line["samples_per_second"].as_f64().is_some_and(|s| s > 0.0));
    }
}

/// Mini-batches, L2 and dropout included: a preset, and each option, means the same whichever network trains.
#[test]
fn every_preset_and_option_means_the_same_on_both_engines() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sizes = "--sizes 784,9,10 --train-limit 30 --test-limit 20 --epochs 2 --quiet";
    for options in [
        "--preset bp",
        "--preset fc",
        "--preset network",
        "--preset network2",
        "--init normal --batch 7 --l2 5 --dropout 0.5 --cost cross-entropy",
        "--init scaled --dropout 0.2 --activation tanh --rate 0.02",
        "--init scaled --l2 0.1 --activation relu,sigmoid --rate 0.02",
    ] {
        let weights = ["object", "vectorized"].map(|engine| {
            let line = format!("train --engine {engine} {options} {sizes} --out {engine}.json");
            success(backprop(&line).current_dir(&folder));
            Model::read(&folder.path().join(format!("{engine}.json"))).expect("a model").parameters
        });
        let difference = weights[0].max_difference(&weights[1]);
        assert!(difference <= 1e-11, "{options}: weights differ by {difference}");
    }
}

#[test]
fn an_epoch_that_is_not_evaluated_has_null_where_the_others_have_counts() {
    let run = "train --data bits --epochs 3 --evaluate-every 2 --json";
    let lines = json_lines(&success(&mut backprop(run)));
    let totals: Vec<_> = lines.iter().map(|line| line["test_total"].as_u64()).collect();
    assert_eq!(totals, [None, Some(256), Some(256)]);
    for key in ["test_correct", "test_total"] {
        assert!(lines[0].get(key).is_some_and(serde_json::Value::is_null), "{key}: {}", lines[0]);
    }
}

#[test]
fn evaluate_counts_what_the_last_epoch_counted_and_its_confusion_adds_up() {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    let train = "train --engine object --from start.json --data . --epochs 3 --out y.json --json";
    let lines = json_lines(&success(backprop(train).current_dir(&folder)));
    let evaluated = success(backprop("evaluate --model y.json --data . --json").current_dir(&folder));
    let evaluated = &json_lines(&evaluated)[0];
    assert_eq!(evaluated["correct"], lines[2]["test_correct"]);
    assert_eq!(evaluated["total"], golden.test_labels.len());
    let confusion: Vec<Vec<usize>> =
        serde_json::from_value(evaluated["confusion"].clone()).expect("a matrix");
    let diagonal: usize = (0..3).map(|class| confusion[class][class]).sum();
    assert_eq!(evaluated["correct"], diagonal);
    let mut meant = [0; 3];
    for &label in &golden.test_labels {
        meant[usize::from(label)] += 1;
    }
    for (row, meant) in confusion.iter().zip(meant) {
        assert_eq!(row.iter().sum::<usize>(), meant);
    }
}

#[test]
fn the_seed_decides_everything_that_is_random() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let train = |seed: u64, out: &str| {
        let arguments = format!(
            "train --engine object --sizes 784,5,10 --train-limit 60 --test-limit 10 --epochs 2 --seed {seed} --out {out}"
        );
        success(backprop(&arguments).current_dir(&folder));
        std::fs::read(folder.path().join(out)).expect("a model file")
    };
    let first = train(1, "a.json");
    assert_eq!(first, train(1, "b.json"));
    assert_ne!(first, train(2, "c.json"));
}

#[test]
fn the_bits_are_learnt_where_the_hidden_layer_is_wide_enough() {
    let lines = success(&mut backprop(
        "train --engine object --data bits --sizes 8,10,8 --epochs 60 --rate 1 --json",
    ));
    let last = json_lines(&lines).pop().expect("an epoch");
    assert_eq!(last["test_total"], 256);
    assert!(last["test_correct"].as_u64().is_some_and(|right| right > 250), "{last}");
}

#[test]
fn a_run_in_a_pipe_prints_a_line_an_epoch_and_no_progress_bar() {
    let mut command =
        backprop("train --engine object --sizes 784,5,10 --train-limit 200 --test-limit 50 --epochs 2");
    let output = started(|| command.output());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.starts_with("Training 784-5-10 on digits: 200 samples, 50 to test.\n"), "{text}");
    assert!(text.contains("\n      1  ") && text.contains("\n      2  "), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn dump_prints_the_network_as_the_original_does() {
    let golden: serde_json::Value = read_json("online_3_4_2.json");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let after = golden["samples"][0]["model_after"].to_string();
    testkit::cli::write(&folder.path().join("m.json"), after.as_bytes());
    let text = success(backprop("dump --model m.json").current_dir(&folder));
    // No sample was shown: connections as after the first sample, outputs and deltas 0.
    let connections = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("\t(")).map(str::to_owned).collect()
    };
    assert_eq!(connections(&text), connections(&golden_text("dump_3_4_2_after_first_sample.txt")));
    assert!(text.starts_with("0-0: output: 0.000000 delta: 0.000000\n\tdownstream:\n"), "{text}");
}

#[test]
fn dump_gives_every_node_and_weight_as_json() {
    let golden: serde_json::Value = read_json("online_3_4_2.json");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let model = &golden["model_before"];
    testkit::cli::write(&folder.path().join("m.json"), model.to_string().as_bytes());
    let nodes = json_lines(&success(backprop("dump --model m.json --json").current_dir(&folder)));
    // Three, four and two neurons, and a constant node in each layer.
    assert_eq!(nodes.len(), 4 + 5 + 3);
    let hidden = nodes.iter().find(|node| node["layer"] == 1 && node["node"] == 2).expect("a node");
    for input in 0..3 {
        assert_eq!(hidden["upstream"][input]["weight"], model["weights"][0][2][input]);
        assert_eq!(hidden["upstream"][input]["node"], input);
    }
    assert_eq!(hidden["upstream"][3]["weight"], model["biases"][0][2][0]);
}

#[test]
fn dump_with_data_has_the_outputs_for_the_sample_that_predict_shows() {
    let folder = read_json::<IdxTraining>("idx_training.json").folder();
    let run = |arguments: &str| json_lines(&success(backprop(arguments).current_dir(&folder)));
    for which in ["--data .", "--data . --index 3", "--data . --set train --index 2", "--data . --pixels raw"]
    {
        let predicted = run(&format!("predict --model start.json {which} --json"));
        let dumped = run(&format!("dump --model start.json {which} --json"));
        // The last layer has three neurons and a constant node.
        let shown: Vec<_> =
            dumped[dumped.len() - 4..][..3].iter().map(|node| node["output"].clone()).collect();
        let answered: Vec<f64> = serde_json::from_value(predicted[0]["outputs"].clone()).expect("numbers");
        for (shown, answered) in shown.iter().zip(answered) {
            let shown = shown.as_f64().expect("a number");
            assert!((shown - answered).abs() < 1e-14, "{which}: {shown} {answered}");
        }
    }
}

#[test]
fn predict_gives_the_outputs_of_the_network() {
    predict_matches_a_forward_pass_by_hand("", 255.0);
}

#[test]
fn numbers_of_any_size_are_printed_in_a_few_digits() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    success(backprop("train --data moons --epochs 1 --out m.json --quiet").current_dir(&folder));
    for (input, shown) in [
        ("1e308,1", "    1e308, 1\n"),
        ("-1e-300,0", "    -1e-300, 0\n"),
        ("1.7976931348623157e308,0.5", "    1.797693e308, 0.5\n"),
        ("0.1234567891,123456", "    0.123457, 123456\n"),
    ] {
        let text = success(backprop(&format!("predict --model m.json --input={input}")).current_dir(&folder));
        assert!(text.contains(shown), "{text}");
    }
}

#[test]
fn raw_pixels_are_the_original_s_values_from_0_to_255() {
    predict_matches_a_forward_pass_by_hand("--pixels raw", 1.0);
}

fn predict_matches_a_forward_pass_by_hand(pixels: &str, divisor: f64) {
    let golden: IdxTraining = read_json("idx_training.json");
    let folder = golden.folder();
    let arguments = format!("predict --model start.json --data . --index 2 --json {pixels}");
    let text = success(backprop(&arguments).current_dir(&folder));
    let answer = &json_lines(&text)[0];
    let outputs: Vec<f64> = serde_json::from_value(answer["outputs"].clone()).expect("numbers");
    // The same sum by hand, layer by layer.
    let mut layer: Vec<f64> = golden.test_images[2].iter().map(|&p| f64::from(p) / divisor).collect();
    let start = Model::from_json(&golden.model_before.to_string()).expect("a model");
    for matrices in &start.parameters.layers {
        let neurons = matrices.weights.iter().zip(&matrices.biases);
        let z = neurons.map(|(row, b)| row.iter().zip(&layer).map(|(w, x)| w * x).sum::<f64>() + b);
        layer = z.map(|z| 1.0 / (1.0 + (-z).exp())).collect();
    }
    for (ours, by_hand) in outputs.iter().zip(&layer) {
        assert!((ours - by_hand).abs() < 1e-12);
    }
    assert_eq!(answer["digit"], backprop::data_set::strongest(&layer));
}

#[test]
fn a_reader_who_stops_reading_ends_the_program_quietly() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().expect("a temporary folder");
    success(
        backprop("train --engine object --train-limit 1 --test-limit 1 --epochs 1 --out m.json")
            .current_dir(&folder),
    );
    let mut dump = Command::new(testkit::program());
    dump.args(["dump", "--model", "m.json"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = started(|| dump.spawn());
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn curves_are_drawn_for_every_epoch_and_kind_of_sample() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --sizes 8,4,8 --epochs 5 --validation 40 --monitor-training";
    let lines = success(backprop(&format!("{run} --plot curves.svg --json")).current_dir(&folder));
    let svg = std::fs::read_to_string(folder.path().join("curves.svg")).expect("a picture");
    assert!(svg.starts_with("<svg") && svg.contains("8-4-8 on bits"));
    for word in ["met in training", "test", "held out", "training set", "epoch", "right answers, %"] {
        assert!(svg.contains(word), "{word}");
    }
    // Four curves of costs and three of right answers, a dot for each of five epochs.
    assert_eq!(json_lines(&lines).len(), 5);
    assert!(svg.matches("<circle").count() >= 7 * 5, "{}", svg.matches("<circle").count());
    let line = testkit::cli::refusal(backprop("train --data bits --plot curves.png").current_dir(&folder));
    assert!(line.contains("ends in .svg"), "{line}");
}

#[test]
fn quiet_training_prints_nothing_and_still_writes_its_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --epochs 2 --quiet --out a.json --checkpoint run --plot a.svg";
    let output = started(|| backprop(run).current_dir(&folder).output());
    assert!(output.status.success());
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b""[..], &b""[..]));
    for file in ["a.json", "run", "a.svg"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn colour_is_left_out_where_no_color_asks_for_it() {
    let lines = |variable: &str| {
        success(
            backprop("train --data moons --epochs 20 --rate 1").env("CLICOLOR_FORCE", "1").env(variable, "1"),
        )
    };
    assert!(lines("UNRELATED").contains("\u{1b}["), "forced, there is colour");
    assert!(!lines("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn epoch_lines_are_aligned_and_the_network_kept_is_the_one_reported() {
    let run = "train --data bits --sizes 8,6,8 --epochs 12 --rate 4 --validation 50 --keep-best";
    let text = success(&mut backprop(run));
    let table: Vec<&str> = text.lines().skip(2).take(13).collect();
    let end_of = |line: &str, word: &str| line.find(word).map(|at| line[..at].chars().count() + word.len());
    let samples_end = end_of(table[0], "samples/s").expect("a heading");
    let (mut best, mut best_right) = (0, String::new());
    for (epoch, line) in (1..).zip(&table[1..]) {
        let numbers = line.trim_end().trim_end_matches("best").trim_end();
        assert_eq!(numbers.chars().count(), samples_end, "{line}");
        if line.ends_with("best") {
            best = epoch;
            best_right = line.split_whitespace().nth(2).expect("right answers").to_owned();
        }
    }
    let last = format!("The network of epoch {best}, the best, reproduces {best_right} of 256 bytes");
    assert!(text.contains(&last), "{last}: {text}");
}

#[test]
fn a_network_of_several_activations_learns_by_the_cross_entropy_too() {
    // The summary at the end looks at hidden layers by themselves, which that cost cannot follow.
    let command = "train --data xor --sizes 2,3,1 --activation tanh,sigmoid --cost cross-entropy --epochs 1";
    assert!(success(&mut backprop(command)).contains("cost"));
}
