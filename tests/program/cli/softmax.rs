//! Softmax with the log-likelihood, from training to export, and refused where there is none.

use std::path::Path;

use backprop::model_file::Model;
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, success, write};

const SHORT: &str =
    "train --sizes 784,12,10 --init scaled --rate 0.1 --train-limit 300 --test-limit 100 --quiet";

fn run(folder: &TempDir, arguments: &str) -> String {
    success(backprop(arguments).current_dir(folder))
}

/// Trains m.json, relu and softmax.
fn trained() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    run(&folder, &format!("{SHORT} --activation relu,softmax --epochs 2 --out m.json"));
    folder
}

fn read(folder: &TempDir, file: &str) -> Model {
    Model::read(&folder.path().join(file)).expect("a model")
}

fn outputs(text: &str) -> Vec<f64> {
    serde_json::from_value(json_lines(text)[0]["outputs"].clone()).expect("numbers")
}

#[test]
fn the_cost_brings_the_activation_and_the_activation_the_cost() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = |options: &str| {
        run(&folder, &format!("{SHORT} {options} --epochs 1 --out m.json --force"));
        std::fs::read(folder.path().join("m.json")).expect("written")
    };
    let both = bytes("--cost log-likelihood --activation sigmoid,softmax --targets one-hot");
    assert_eq!(both, bytes("--cost log-likelihood"));
    assert_eq!(both, bytes("--activation sigmoid,softmax"));
    let text = String::from_utf8(both).expect("JSON");
    assert!(text.contains(r#""cost":"LogLikelihoodCost","activations":["sigmoid","softmax"]"#));
}

#[test]
fn it_learns_and_answers_with_probabilities() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = run(
        &folder,
        "train --activation relu,softmax --init he --rate 0.05 --train-limit 1000 --test-limit 200 --epochs 3 --json \
         --out m.json",
    );
    let epochs = json_lines(&text);
    let cost = |epoch: usize| epochs[epoch]["train_cost"].as_f64().expect("a number");
    assert!(cost(0) < 10f64.ln() && cost(2) < 0.5 * cost(0), "{text}");
    let found = &json_lines(&run(&folder, "evaluate --model m.json --json"))[0];
    assert!(found["correct"].as_u64() > Some(1700), "{found}");
    for precision in ["f64", "f32"] {
        let answer =
            run(&folder, &format!("predict --model m.json --index 3 --json --precision {precision}"));
        let outputs = outputs(&answer);
        assert!(outputs.iter().all(|a| (0.0..=1.0).contains(a)), "{outputs:?}");
        assert!((outputs.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{outputs:?}");
    }
}

#[test]
fn a_table_of_two_classes_gets_two_outputs_and_keeps_their_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = (0..40).map(|row| format!("{},{},{}\n", row % 7, row % 5, ["no", "yes"][row % 7 / 4]));
    write(&folder.path().join("t.csv"), lines.collect::<String>().as_bytes());
    let options = "--cost log-likelihood --standardize --init normal --epochs 60 --quiet --out m.json";
    run(&folder, &format!("train --data t.csv {options}"));
    assert_eq!(read(&folder, "m.json").architecture.sizes, [2, 8, 2]);
    let answer = run(&folder, "predict --model m.json --input 6,2 --json");
    assert_eq!(json_lines(&answer)[0]["class"], "yes");
    let found = &json_lines(&run(&folder, "evaluate --model m.json --data t.csv --json"))[0];
    assert_eq!(found["correct"], 40, "{found}");
    // The built-in points have two classes, too.
    run(&folder, "plot regions --data moons --activation tanh,softmax --epochs 0,3 --out r.svg");
    run(&folder, "train --data xor --cost log-likelihood --epochs 1 --quiet");
}

#[test]
fn a_resumed_run_ends_as_one_that_was_not_interrupted() {
    for precision in ["f64", "f32"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let start = format!(
            "{SHORT} --activation tanh,softmax --precision {precision} --batch 7 --l2 1 --dropout 0.2 --validation 50 \
             --early-stop 5"
        );
        run(&folder, &format!("{start} --epochs 3 --out whole.json"));
        run(&folder, &format!("{start} --epochs 1 --checkpoint run"));
        run(&folder, "train --resume run --epochs 3 --cost log-likelihood --quiet --out resumed.json");
        assert!(read(&folder, "whole.json") == read(&folder, "resumed.json"), "{precision}");
        let text = refusal(backprop("train --resume run --epochs 3 --targets soft").current_dir(&folder));
        assert!(text.contains("--targets soft (it was one-hot)"), "{text}");
    }
}

#[test]
fn its_gradient_is_checked_on_the_vectorized_network() {
    let folder = trained();
    for options in [
        "--cost log-likelihood",
        "--cost log-likelihood --engine vectorized --samples 3 --l2 0.1 --dropout 0.3",
        "--sizes 4,5,6 --activation tanh,softmax --precision f32",
        "--model m.json --data digits",
        "--model m.json --data digits --samples 5 --all --evaluation incremental",
    ] {
        let found = &json_lines(&run(&folder, &format!("check {options} --json")))[0];
        assert_eq!(found["verdict"], "agree", "{options}: {found}");
        assert_eq!(found["engines"].as_array().map(Vec::len), Some(1), "{options}");
        assert_eq!(found["engines"][0]["engine"], "vectorized");
    }
}

#[test]
fn what_is_exported_is_read_back_to_the_bit() {
    let folder = trained();
    let ours = read(&folder, "m.json");
    run(&folder, "export --model m.json --out m.safetensors --quiet");
    run(&folder, "train --from m.safetensors --epochs 0 --quiet --out back.json");
    let back = read(&folder, "back.json");
    assert!(back.parameters == ours.parameters && back.architecture == ours.architecture);
    run(&folder, "export --model m.json --out run --train-limit 20 --epochs 1 --quiet");
    run(&folder, "evaluate --model run/weights.safetensors --json");
    let script = std::fs::read_to_string(folder.path().join("run/train.py")).expect("written");
    assert!(
        script.contains("cross_entropy(outputs, labels, reduction=\"sum\")") && !script.contains("Softmax(")
    );
    run(&folder, "export --model m.json --out m.onnx --quiet");
    let onnx = std::fs::read(folder.path().join("m.onnx")).expect("written");
    assert!(onnx.windows(7).any(|window| window == b"Softmax"));
    let told = run(&folder, "export --model m.json --out n.safetensors");
    assert!(told.contains("nn.Linear(12, 10), nn.Softmax(dim=1)).double()"), "{told}");
}

#[test]
fn it_is_drawn() {
    let folder = trained();
    run(&folder, "plot weights --model m.json --out w.svg");
    run(&folder, "plot landscape --model m.json --data digits --samples 20 --steps 5 --out l.svg");
    run(&folder, &format!("{SHORT} --activation relu,softmax --epochs 2 --plot t.svg"));
    assert!(Path::exists(&folder.path().join("t.svg")));
}

#[test]
fn where_there_is_no_softmax_the_reason_and_the_remedy_are_said() {
    let folder = trained();
    let graph = "the object graph has no softmax: there a node's output follows from its own upstream connections, and \
                 softmax divides it by the sum over its layer; the vectorized network has it; in the graph, sigmoid \
                 outputs with the cross-entropy learn from the same delta";
    write(&folder.path().join("n.csv"), b"1,2.5\n2,3.5\n3,4.25\n4,5\n");
    let refused: &[(&str, &str)] = &[
        ("train --cost log-likelihood --engine object", graph),
        ("step --cost log-likelihood --plain", graph),
        ("step --from m.json --plain", graph),
        ("trace --activation sigmoid,softmax --out page.html", graph),
        ("trace --from m.json --out page.html", graph),
        ("dot --activation sigmoid,softmax", graph),
        ("dump --model m.json", graph),
        ("compare --activation sigmoid,softmax", graph),
        ("check --cost log-likelihood --engine object", graph),
        ("check --cost log-likelihood --engine both", graph),
        ("evaluate --model m.json --engine object", graph),
        ("predict --model m.json --engine object", graph),
        (
            "train --activation softmax",
            "softmax makes probabilities of outputs, and cannot be in a hidden layer; say sigmoid,softmax: softmax last, \
             another activation before it",
        ),
        (
            "train --activation sigmoid,softmax --cost quadratic",
            "a softmax output layer needs the log-likelihood cost, not quadratic; use the log-likelihood, or another \
             activation last",
        ),
        (
            "train --activation sigmoid --cost log-likelihood",
            "the log-likelihood cost needs a softmax output layer, not sigmoid; say sigmoid,softmax, or use the \
             cross-entropy with a sigmoid last",
        ),
        (
            "train --data moons --sizes 2,8,1 --cost log-likelihood",
            "sizes 2,8,1 have one output, and softmax over one is always 1; give each class an output",
        ),
        (
            "train --cost log-likelihood --targets soft",
            "the outputs of softmax sum to 1, and soft targets, 0.9 and 0.1, do not; take one-hot targets",
        ),
        (
            "plot landscape --model m.json --targets soft --out l.svg",
            "the outputs of softmax sum to 1, and soft targets, 0.9 and 0.1, do not; take one-hot targets",
        ),
        (
            "train --data bits --cost log-likelihood",
            "the log-likelihood is for classes, of which one is right, and the outputs here are numbers; take the \
             quadratic cost",
        ),
        (
            "train --data n.csv --target 2 --numbers --cost log-likelihood",
            "the log-likelihood is for classes, of which one is right, and the outputs here are numbers; take the \
             quadratic cost",
        ),
    ];
    for (command, sentence) in refused {
        let said = refusal(backprop(command).current_dir(&folder));
        assert!(said.contains(sentence), "{command}: {said}");
    }
}
