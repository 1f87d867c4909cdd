//! `backprop export`: the file is read back here by hand, and by PyTorch where it is installed.
#![cfg(feature = "cli")]

mod support;

use std::path::Path;
use std::process::Command;

use backprop::model_file::Model;
use backprop::{Activation, Architecture, WeightInit};
use proptest::prelude::*;
use support::cli::{backprop, json_lines, refusal, success};
use tempfile::TempDir;

fn folder_with_model(activations: &[Activation]) -> (TempDir, Model) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture = Architecture::new(&[5, 7, 3]).with_activations(activations);
    let parameters = WeightInit::Normal.draw(&architecture, 11);
    let model = Model::new(architecture, parameters);
    model.write(&folder.path().join("m.json")).expect("writable");
    (folder, model)
}

/// The format in a few lines: the length of the header in eight bytes, the header in JSON, then the numbers.
fn read_by_hand(path: &Path) -> (serde_json::Value, Vec<u8>) {
    let bytes = std::fs::read(path).expect("written");
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    (serde_json::from_slice(&bytes[8..8 + length]).expect("JSON"), bytes[8 + length..].to_vec())
}

/// One tensor as f64, row by row.
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

/// Loads the file into `nn.Sequential` and prints the outputs for one sample in full. Without the safetensors package
/// it reads the format itself.
const PYTHON: &str = r#"
import json, struct, sys, torch
from torch import nn

def read(path):
    try:
        from safetensors.torch import load_file
        return load_file(path)
    except ImportError:
        data = open(path, "rb").read()
        length = struct.unpack("<Q", data[:8])[0]
        header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
        tensors = {}
        for name, entry in header.items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                numbers = torch.frombuffer(bytearray(body[begin:end]), dtype=torch.float64)
                tensors[name] = numbers.reshape(entry["shape"])
        return tensors

network = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3), nn.Sigmoid()).double()
network.load_state_dict(read("m.safetensors"))
sample = torch.tensor([0.1, -0.7, 0.4, 1.0, 0.25], dtype=torch.float64)
print(json.dumps(network(sample).tolist()))
"#;

#[test]
fn outputs_in_pytorch_are_ours_to_twelve_digits() {
    let (folder, model) = folder_with_model(&[Activation::Tanh, Activation::Sigmoid]);
    success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let python = std::env::var_os("BACKPROP_PYTHON").unwrap_or("python3".into());
    let has_torch = Command::new(&python).args(["-c", "import torch"]).output();
    if !has_torch.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no Python with torch here; BACKPROP_PYTHON names one");
        return;
    }
    let output =
        Command::new(&python).args(["-c", PYTHON]).current_dir(&folder).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Vec<f64> = serde_json::from_slice(&output.stdout).expect("numbers");
    let mut network = backprop::graph::Network::from_parameters(&model.architecture, &model.parameters);
    let ours = network.predict(backprop::Sample(&[0.1, -0.7, 0.4, 1.0, 0.25]));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!((ours - theirs).abs() <= 1e-12, "{ours} and {theirs}");
    }
}

#[test]
fn the_command_prints_the_code_that_loads_the_file() {
    let (folder, _) = folder_with_model(&[Activation::Relu, Activation::Sigmoid]);
    let text = success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let line = "network = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3), nn.Sigmoid()).double()";
    assert!(text.contains(line) && text.contains(r#"load_file("m.safetensors")"#), "{text}");
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
