//! `backprop export`: its files are read back here by hand; tests/program/cli/export_python.rs uses PyTorch and
//! onnxruntime.

use std::path::Path;

use backprop::model_file::Model;
use backprop::{Activation, Architecture, WeightInit};
use proptest::prelude::*;
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, success};

fn folder_with_model(activations: &[Activation]) -> (TempDir, Model) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture = Architecture::new(&[5, 7, 3]).with_activations(activations);
    let parameters = WeightInit::Normal.draw(&architecture, 11);
    let model = Model::new(architecture, parameters);
    model.write(&folder.path().join("m.json")).expect("writable");
    (folder, model)
}

/// Returns the format in a few lines: the length of the header in eight bytes, the header in JSON, then the numbers.
fn read_by_hand(path: &Path) -> (serde_json::Value, Vec<u8>) {
    let bytes = std::fs::read(path).expect("written");
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    (serde_json::from_slice(&bytes[8..8 + length]).expect("JSON"), bytes[8 + length..].to_vec())
}

/// Returns one tensor as f64, row by row.
fn tensor(file: &(serde_json::Value, Vec<u8>), name: &str) -> (Vec<usize>, Vec<f64>) {
    let entry = &file.0[name];
    let at = |i: usize| entry["data_offsets"][i].as_u64().expect("an offset") as usize;
    let bytes = &file.1[at(0)..at(1)];
    let numbers = match entry["dtype"].as_str() {
        Some("F64") => bytes.chunks(8).map(|b| f64::from_le_bytes(b.try_into().expect("eight"))).collect(),
        Some("F32") => {
            bytes.chunks(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().expect("four")))).collect()
        }
        other => panic!("{other:?}"),
    };
    (serde_json::from_value(entry["shape"].clone()).expect("a shape"), numbers)
}

#[test]
fn the_recipe_says_to_fill_in_means_where_the_network_was_trained_with_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = "a,b,class\n1,?,x\n2,3,y\n4,5,x\n6,2,y\n";
    std::fs::write(folder.path().join("t.csv"), table).expect("writable");
    for (missing, fills) in [("drop", false), ("mean", true)] {
        let train = format!("train --data t.csv --missing {missing} --epochs 1 --out m.json --quiet");
        success(backprop(&train).current_dir(&folder));
        let told = success(backprop("export --model m.json --out m.onnx").current_dir(&folder));
        assert_eq!(told.contains("numpy.where(numpy.isnan(samples), fill, samples)"), fills, "{told}");
        assert_eq!(told.contains("import json, numpy, onnxruntime"), fills, "{told}");
    }
}

#[test]
fn a_dash_is_no_name_for_a_file() {
    let (folder, _) = folder_with_model(&[Activation::Sigmoid, Activation::Sigmoid]);
    let before = std::fs::read_dir(&folder).expect("readable").count();
    for command in [
        "export --model m.json --to torch --out -",
        "export --model m.json --to onnx --out -",
        "train --data xor --out -",
        "train --data xor --checkpoint -",
    ] {
        let sentence = refusal(backprop(command).current_dir(&folder));
        assert!(
            sentence.contains("is not for the standard output") && sentence.contains("./-"),
            "{sentence}"
        );
    }
    assert_eq!(std::fs::read_dir(&folder).expect("readable").count(), before);
    success(backprop("export --model m.json --to onnx --out ./-").current_dir(&folder));
}

#[test]
fn every_weight_is_in_the_file_bit_for_bit_under_its_name_in_pytorch() {
    let (folder, model) = folder_with_model(&[Activation::Sigmoid, Activation::Sigmoid]);
    success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let file = read_by_hand(&folder.path().join("m.safetensors"));
    for (layer, matrices) in model.parameters.layers.iter().enumerate() {
        let (shape, weights) = tensor(&file, &format!("{}.weight", 2 * layer));
        assert_eq!(shape, [matrices.weights.len(), matrices.weights[0].len()]);
        assert_eq!(weights, matrices.weights.concat());
        let (shape, biases) = tensor(&file, &format!("{}.bias", 2 * layer));
        assert_eq!(shape, [matrices.biases.len()]);
        assert_eq!(biases, matrices.biases);
    }
    assert_eq!(file.0.as_object().map(serde_json::Map::len), Some(5), "four tensors and __metadata__");
    assert_eq!(file.0["__metadata__"]["format"], "pt");
}

#[test]
fn f32_holds_the_nearest_number_of_32_bits() {
    let (folder, model) = folder_with_model(&[Activation::Tanh, Activation::Identity]);
    let text = success(
        backprop("export --model m.json --out m.safetensors --dtype f32 --json").current_dir(&folder),
    );
    let told = &json_lines(&text)[0];
    assert_eq!(told["dtype"], "f32");
    assert_eq!(told["tensors"][2], serde_json::json!({"name": "2.weight", "shape": [3, 7]}));
    assert_eq!(told["activations"], serde_json::json!(["tanh", "identity"]));
    let file = read_by_hand(&folder.path().join("m.safetensors"));
    let (_, weights) = tensor(&file, "2.weight");
    for (ours, theirs) in model.parameters.layers[1].weights.concat().iter().zip(weights) {
        assert!((ours - theirs).abs() <= ours.abs() * f64::from(f32::EPSILON) / 2.0);
    }
}

#[test]
fn a_weight_too_large_for_32_bits_is_refused_and_no_file_written() {
    let (folder, mut model) = folder_with_model(&[Activation::Relu, Activation::Sigmoid]);
    model.parameters.layers[1].biases[2] = 1e39;
    model.write(&folder.path().join("m.json")).expect("writable");
    let line =
        refusal(backprop("export --model m.json --out m.safetensors --dtype f32").current_dir(&folder));
    assert!(line.contains("2.bias holds 1e39, too large for 32 bits; use --dtype f64"), "{line}");
    assert!(!folder.path().join("m.safetensors").exists());
    refusal(backprop("export --model m.json --out no-such-folder/m.safetensors").current_dir(&folder));
}

#[test]
fn the_command_prints_the_code_that_loads_the_file() {
    let (folder, _) = folder_with_model(&[Activation::Relu, Activation::Sigmoid]);
    let text = success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let line = "network = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3), nn.Sigmoid()).double()";
    assert!(text.contains(line) && text.contains(r#"load_file("m.safetensors")"#), "{text}");
}

/// Returns the fields of a Protocol Buffers message, in order: number, and what it holds.
pub(super) fn fields(mut message: &[u8]) -> Vec<(u64, &[u8], u64)> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let end = bytes.iter().position(|byte| byte & 0x80 == 0).expect("it ends");
        let (number, rest) = bytes.split_at(end + 1);
        *bytes = rest;
        number.iter().rev().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f))
    }
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let number = varint(&mut message);
        let length = if key & 7 == 2 { number as usize } else { 0 };
        let (inside, rest) = message.split_at(length);
        found.push((key >> 3, inside, number));
        message = rest;
    }
    found
}

/// Returns the contents of every field with this number.
pub(super) fn inside(message: &[u8], field: u64) -> Vec<&[u8]> {
    fields(message).into_iter().filter(|found| found.0 == field).map(|found| found.1).collect()
}

#[test]
fn onnx_holds_every_weight_bit_for_bit_and_a_node_for_each_module() {
    let (folder, model) = folder_with_model(&[Activation::Relu, Activation::Identity]);
    let text = success(backprop("export --to onnx --model m.json --out m.onnx").current_dir(&folder));
    assert!(text.contains("onnxruntime.InferenceSession(\"m.onnx\")"), "{text}");
    let file = std::fs::read(folder.path().join("m.onnx")).expect("written");
    let graph = inside(&file, 7)[0];
    let operators: Vec<_> = inside(graph, 1).iter().map(|node| inside(node, 4)[0]).collect();
    assert_eq!(operators, [b"Gemm".as_slice(), b"Relu", b"Gemm", b"Identity"]);
    for (layer, matrices) in model.parameters.layers.iter().enumerate() {
        for (part, numbers) in [("weight", matrices.weights.concat()), ("bias", matrices.biases.clone())] {
            let name = format!("{}.{part}", 2 * layer);
            let tensors = inside(graph, 5);
            let tensor = tensors.iter().find(|tensor| inside(tensor, 8)[0] == name.as_bytes()).expect(&name);
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            assert_eq!(inside(tensor, 9), [bytes], "{name}");
        }
    }
    // Its own file may be replaced, any other may not.
    success(
        backprop("export --to onnx --model m.json --out m.onnx --dtype f32 --quiet").current_dir(&folder),
    );
    assert!(std::fs::metadata(folder.path().join("m.onnx")).expect("written").len() < file.len() as u64);
    let line = refusal(backprop("export --to onnx --model m.json --out m.json").current_dir(&folder));
    assert!(line.contains("--out would overwrite m.json"), "{line}");
}

/// Numbers of eight bytes.
fn integers(file: &(serde_json::Value, Vec<u8>), name: &str) -> Vec<usize> {
    let at = |i: usize| file.0[name]["data_offsets"][i].as_u64().expect("an offset") as usize;
    file.1[at(0)..at(1)]
        .chunks(8)
        .map(|b| i64::from_le_bytes(b.try_into().expect("eight")) as usize)
        .collect()
}

const TO_TORCH: &str = "export --to torch --model m.json --out run --data d.csv";

fn folder_with_table() -> TempDir {
    let (folder, _) = folder_with_model(&[Activation::Tanh, Activation::Sigmoid]);
    let rows = "0.1,0.2,0.3,0.4,0.5,a\n0.5,0.4,0.3,0.2,0.1,b\n0.1,0.1,0.1,0.1,0.1,c\n".repeat(4);
    std::fs::write(folder.path().join("d.csv"), rows).expect("writable");
    folder
}

#[test]
fn the_folder_for_pytorch_holds_what_training_draws() {
    let folder = folder_with_table();
    let options = "--epochs 3 --batch 5 --seed 4 --dropout 0.5 --l2 0.25 --targets one-hot";
    let text = success(backprop(&format!("{TO_TORCH} {options}")).current_dir(&folder));
    assert!(text.contains("12 samples, 3 epochs of 3 steps"), "{text}");
    let data = read_by_hand(&folder.path().join("run/data.safetensors"));
    let (shape, samples) = tensor(&data, "samples");
    assert_eq!((shape, &samples[5..10]), (vec![12, 5], &[0.5, 0.4, 0.3, 0.2, 0.1][..]));
    assert_eq!(tensor(&data, "labels").1[3..6], [0.0, 1.0, 0.0]);
    let orders = (0..3).flat_map(|epoch| backprop::training::sample_order(12, true, 4, epoch));
    assert_eq!(integers(&data, "orders"), orders.collect::<Vec<_>>());
    // The second sample of the second mini-batch of the second epoch: 12 + 5 samples come before that mini-batch.
    let place = (12 + 5 + 1) * 7;
    let begin = data.0["kept"]["data_offsets"][0].as_u64().expect("an offset") as usize;
    let batches = backprop::MiniBatches { size: 5, l2: 0.25, dropout: 0.5, seed: 4 };
    let dropout = batches.step(0.3, 12, 17).dropout.expect("asked for");
    let kept: Vec<u8> = dropout.silenced(0, 1, 7).iter().map(|&silenced| u8::from(!silenced)).collect();
    assert_eq!(data.1[begin + place..begin + place + 7], kept);
    let script = std::fs::read_to_string(folder.path().join("run/train.py")).expect("written");
    for line in ["BATCH = 5 ", "L2 = 0.25 ", "DROPOUT = 0.5 ", "        Silenced(nn.Tanh()),"] {
        assert!(script.contains(&format!("\n{line}")), "{line}: {script}");
    }
    let weights = read_by_hand(&folder.path().join("run/weights.safetensors"));
    success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    assert_eq!(weights.1, read_by_hand(&folder.path().join("m.safetensors")).1);
}

#[test]
fn nothing_of_the_template_is_left_in_the_script() {
    let folder = folder_with_table();
    for (data, sizes, options) in [
        ("digits", "784,3,10", ""),
        ("digits", "784,4,3,10", "--cost cross-entropy --l2 1 --dropout 0.1"),
        ("bits", "8,3,8", "--dropout 0.5"),
        ("xor", "2,2,1", "--l2 0.5"),
    ] {
        let train = format!(
            "train --data {data} --sizes {sizes} --epochs 0 --train-limit 20 --test-limit 20 --quiet --force --out s.json"
        );
        success(backprop(&train).current_dir(&folder));
        let export =
            format!("export --to torch --model s.json --out run --data {data} --train-limit 20 {options}");
        success(backprop(&export).current_dir(&folder));
        let script = std::fs::read_to_string(folder.path().join("run/train.py")).expect("written");
        assert!(
            !script.contains(['@', '\t']) && !script.contains("#if") && !script.contains("#e"),
            "{script}"
        );
    }
}

#[test]
fn what_pytorch_would_do_otherwise_is_refused_and_leaves_no_folder() {
    let folder = folder_with_table();
    for (command, expected) in [
        (format!("{TO_TORCH} --dtype f32"), "train.py computes with 64-bit numbers; omit --dtype"),
        (format!("{TO_TORCH} --preset bp"), "cannot stop early; say --epochs 5"),
        (format!("{TO_TORCH} --epochs 0"), "a fixed number of epochs, at least 1"),
        (format!("{TO_TORCH} --train-limit 0"), "no samples are left to train on"),
        (format!("{TO_TORCH} --cost cross-entropy --activation tanh"), "cross-entropy"),
        (format!("{TO_TORCH} --sizes 5,2,3"), "--sizes"),
        ("export --to torch --model no.json --out run".to_owned(), "no.json"),
        ("export --to torch --model m.json --out run".to_owned(), "choose the data with --data"),
        (
            "export --model m.json --out m.safetensors --batch 5".to_owned(),
            "--batch says how PyTorch is to train; use --to torch",
        ),
        ("export --to onnx --model m.json --out m.onnx --data xor".to_owned(), "--data says how PyTorch"),
        ("export --to torch --data d.csv --model m.json --out m.json".to_owned(), "choose another place"),
        ("export --to torch --data d.csv --model m.json --out a/b".to_owned(), "choose another place"),
    ] {
        let line = refusal(backprop(&command).current_dir(&folder));
        assert!(line.contains(expected), "{command}: {line}");
        assert!(!folder.path().join("run").exists(), "{command}");
    }
    // A program of that name that somebody else wrote stays.
    std::fs::create_dir(folder.path().join("run")).expect("new");
    std::fs::write(folder.path().join("run/train.py"), "print(1)\n").expect("writable");
    let line = refusal(backprop(TO_TORCH).current_dir(&folder));
    assert!(line.contains("it is not a program that this program wrote"), "{line}");
    success(backprop(&format!("{TO_TORCH} --force --quiet")).current_dir(&folder));
    success(backprop(&format!("{TO_TORCH} --quiet")).current_dir(&folder));
}

#[test]
fn completions_know_the_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = success(&mut backprop(&format!("completions {shell}")));
        assert!(script.contains("checkpoint-every") && script.contains("backprop"), "{shell}");
    }
    refusal(&mut backprop("completions tcsh"));
}

proptest! {
    /// The format has no checksum: damage gives an error, or tensors of the same names and shapes or other ones that
    /// fit the file; never a crash.
    #[test]
    fn a_damaged_file_never_crashes_the_reader(place in any::<prop::sample::Index>(), value in any::<u8>()) {
        let number = safetensors::tensor::TensorView::new(
            safetensors::Dtype::F64, vec![2, 1], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ).expect("two numbers");
        let mut bytes = safetensors::serialize([("0.weight", number)], None).expect("valid");
        let place = place.index(bytes.len());
        bytes[place] = value;
        if let Ok(file) = safetensors::SafeTensors::deserialize(&bytes) {
            let total: usize = file.tensors().iter().map(|(_, view)| view.data().len()).sum();
            prop_assert_eq!(total, 16);
        }
    }
}
