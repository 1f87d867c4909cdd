//! Weights from elsewhere: every command that reads a model also reads the safetensors file of an `nn.Sequential`.

use std::collections::HashMap;

use backprop::model_file::Model;
use backprop::{Activation, Architecture, WeightInit};
use safetensors::tensor::{Dtype, TensorView};
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, started, success, write};

/// A tensor: its name, its shape, its numbers.
type Tensor = (String, Vec<usize>, Vec<f64>);

/// Writes parameters as PyTorch would save them, without a word about activations.
fn file_of(tensors: &[Tensor], dtype: Dtype) -> Vec<u8> {
    let bytes = |numbers: &[f64]| -> Vec<u8> {
        let spell = |&number: &f64| match dtype {
            Dtype::F64 => number.to_le_bytes().to_vec(),
            Dtype::F32 => (number as f32).to_le_bytes().to_vec(),
            _ => vec![0; dtype.bitsize() / 8],
        };
        numbers.iter().flat_map(spell).collect()
    };
    let kept: Vec<_> = tensors.iter().map(|(name, shape, numbers)| (name, shape, bytes(numbers))).collect();
    let views = kept.iter().map(|(name, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(dtype, (*shape).clone(), bytes).expect("as many numbers as the shape says"),
        )
    });
    safetensors::serialize(views, Some(HashMap::from([("format".to_owned(), "pt".to_owned())])))
        .expect("valid")
}

/// Returns the parameters under the names of an `nn.Sequential` whose `Linear` modules have these numbers.
fn tensors(model: &Model, prefix: &str, modules: &[usize]) -> Vec<Tensor> {
    let layers = model.parameters.layers.iter().zip(modules);
    let named = layers.flat_map(|(layer, module)| {
        let (rows, columns) = (layer.weights.len(), layer.weights[0].len());
        [
            (format!("{prefix}{module}.weight"), vec![rows, columns], layer.weights.concat()),
            (format!("{prefix}{module}.bias"), vec![rows], layer.biases.clone()),
        ]
    });
    named.collect()
}

/// Writes a model 5-7-3, tanh and sigmoid, as m.json.
fn folder_with_model() -> (TempDir, Model) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let architecture =
        Architecture::new(&[5, 7, 3]).with_activations(&[Activation::Tanh, Activation::Sigmoid]);
    let parameters = WeightInit::Normal.draw(&architecture, 11);
    let model = Model::new(architecture, parameters);
    model.write(&folder.path().join("m.json")).expect("writable");
    (folder, model)
}

const INPUT: &str = "--input 0.1,-0.7,0.4,1,0.25";

fn answer(folder: &TempDir, arguments: &str) -> serde_json::Value {
    let text = success(backprop(&format!("predict {INPUT} --json {arguments}")).current_dir(folder));
    json_lines(&text)[0]["outputs"].clone()
}

#[test]
fn what_export_writes_is_read_by_every_command_that_reads_a_model() {
    let (folder, model) = folder_with_model();
    success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let made_up = "0.1,0.2,0.3,0.4,0.5,a\n0.5,0.4,0.3,0.2,0.1,b\n0.1,0.1,0.1,0.1,0.1,c\n".repeat(2);
    write(&folder.path().join("d.csv"), made_up.as_bytes());
    for command in [
        format!("predict {INPUT} --json --model"),
        "dump --model".to_owned(),
        "check --json --model".to_owned(),
        "step --plain --data d.csv --from".to_owned(),
        "dot --data d.csv --from".to_owned(),
    ] {
        let of = |file: &str| {
            let output = started(|| backprop(&format!("{command} {file}")).current_dir(&folder).output());
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{command} {file}");
            let text = String::from_utf8(output.stdout).expect("text");
            // All but the time it took.
            let text = text.split("\"seconds\"").next().unwrap_or_default().replace(file, "FILE");
            (output.status.code(), text)
        };
        assert_eq!(of("m.safetensors"), of("m.json"), "{command}");
    }
    // Without its first step, a training gives back what it began with.
    let train = "train --data d.csv --epochs 0 --quiet --from m.safetensors --out again.json";
    success(backprop(train).current_dir(&folder));
    let again = Model::read(&folder.path().join("again.json")).expect("written");
    assert_eq!((again.architecture, again.parameters), (model.architecture, model.parameters));
    success(backprop("evaluate --data d.csv --model m.safetensors").current_dir(&folder));
}

#[test]
fn other_names_for_the_same_modules_and_either_type_of_number_are_read() {
    let (folder, mut model) = folder_with_model();
    // Numbers that 32 bits hold.
    model.parameters.iter_mut().for_each(|number| *number = f64::from(*number as f32));
    model.write(&folder.path().join("m.json")).expect("writable");
    let ours = answer(&folder, "--model m.json");
    // With nn.Dropout between them, as part of something else, or after ten modules without weights.
    for (prefix, modules) in [("", [0, 2]), ("", [0, 3]), ("module.", [0, 2]), ("a.b.", [2, 10])] {
        for dtype in [Dtype::F64, Dtype::F32] {
            let bytes = file_of(&tensors(&model, prefix, &modules), dtype);
            // The format does not depend on the file's name.
            write(&folder.path().join("theirs.json"), &bytes);
            let theirs = answer(&folder, "--model theirs.json --activation tanh,sigmoid");
            assert_eq!(theirs, ours, "{prefix} {modules:?} {dtype:?}");
        }
    }
}

#[test]
fn a_file_without_activations_is_announced_with_those_assumed() {
    let (folder, model) = folder_with_model();
    write(&folder.path().join("m.safetensors"), &file_of(&tensors(&model, "", &[0, 2]), Dtype::F64));
    let said = |options: &str| {
        let command = format!("predict {INPUT} --model m.safetensors {options}");
        let output = started(|| backprop(&command).current_dir(&folder).output());
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stderr).expect("text")
    };
    let line = "backprop: m.safetensors: it does not say its activations, so sigmoid is used for all; \
                --activation chooses others, such as relu,softmax for a classifier trained with PyTorch's \
                CrossEntropyLoss\n";
    assert_eq!(said(""), line);
    assert_eq!(said("--activation relu,sigmoid"), "");
}

#[test]
fn a_classifier_trained_on_logits_is_read_with_the_softmax_that_its_loss_had() {
    let (folder, mut model) = folder_with_model();
    model.architecture =
        model.architecture.clone().with_activations(&[Activation::Relu, Activation::Softmax]);
    model.write(&folder.path().join("m.json")).expect("writable");
    let file = file_of(&tensors(&model, "", &[0, 2]), Dtype::F64);
    write(&folder.path().join("theirs.safetensors"), &file);
    let theirs = "theirs.safetensors --activation relu,softmax";
    let probabilities = answer(&folder, &format!("--model {theirs}"));
    assert_eq!(probabilities, answer(&folder, "--model m.json"));
    let sum: f64 =
        probabilities.as_array().expect("three").iter().filter_map(serde_json::Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 1e-15);
    success(backprop(&format!("check --model {theirs}")).current_dir(&folder));
    write(&folder.path().join("d.csv"), b"1,2,3,4,5,a\n2,1,0,1,3,b\n0,0,1,0,1,c\n");
    let train = format!("train --data d.csv --from {theirs} --epochs 0 --quiet --out back.json");
    success(backprop(&train).current_dir(&folder));
    let back = Model::read(&folder.path().join("back.json")).expect("a model");
    assert_eq!((back.architecture, back.parameters), (model.architecture, model.parameters));
}

/// Returns what the program says about a file with these contents.
fn refused(folder: &TempDir, bytes: &[u8]) -> String {
    write(&folder.path().join("wrong"), bytes);
    refusal(backprop(&format!("predict {INPUT} --model wrong --activation sigmoid")).current_dir(folder))
}

#[test]
fn all_but_linear_layers_are_refused_with_the_name_of_the_tensor() {
    let (folder, model) = folder_with_model();
    let tensor = |name: &str, shape: &[usize]| -> Tensor {
        (name.to_owned(), shape.to_vec(), vec![0.5; shape.iter().product()])
    };
    let good = tensors(&model, "", &[0, 2]);
    let with = |more: &[Tensor]| [&good[..], more].concat();
    let without = |name: &str| good.iter().filter(|tensor| tensor.0 != name).cloned().collect::<Vec<_>>();
    let mut diverged = good.clone();
    diverged[2].2[4] = f64::NAN;
    for (tensors, expected) in [
        (
            without("2.bias"),
            "2.weight has no bias to go with it; every neuron has one here: add a bias of zeros",
        ),
        (without("0.weight"), "0.bias has no weights to go with it"),
        (
            with(&[tensor("3.running_mean", &[3])]),
            "3.running_mean is not a weight or a bias of a numbered module",
        ),
        (
            with(&[tensor("output.weight", &[3])]),
            "output.weight is not a weight or a bias of a numbered module",
        ),
        (
            with(&[tensor("1.weight", &[7]), tensor("1.bias", &[7])]),
            "1.weight has the shape 7, but that of an nn.Linear",
        ),
        (
            with(&[tensor("4.weight", &[2, 4]), tensor("4.bias", &[2])]),
            "4.weight takes 4 inputs, but 2.weight has 3 outputs",
        ),
        (
            with(&[tensor("4.weight", &[2, 3]), tensor("4.bias", &[3])]),
            "4.bias has the shape 3, but 4.weight needs 2",
        ),
        (with(&[tensor("4.weight", &[0, 3]), tensor("4.bias", &[0])]), "contain a zero"),
        (
            with(&[tensor("x.4.weight", &[2, 3]), tensor("x.4.bias", &[2])]),
            "x.4.weight belongs to another network",
        ),
        (with(&[tensor("02.bias", &[3])]), "2.bias and 02.bias are of one module"),
        (diverged, "2.weight holds a number that is infinite or not a number"),
        (Vec::new(), "it holds no tensors"),
    ] {
        let line = refused(&folder, &file_of(&tensors, Dtype::F64));
        assert!(line.starts_with("backprop: wrong: ") || line.contains("contain a zero"), "{line}");
        assert!(line.contains(expected), "{line}");
    }
    for dtype in [Dtype::BF16, Dtype::F16, Dtype::I64] {
        let line = refused(&folder, &file_of(&good, dtype));
        assert!(
            line.contains(&format!("0.weight holds numbers of type {dtype:?}, not F64 or F32; save")),
            "{line}"
        );
    }
}

/// Returns a header with any contents, and `bytes` zeros after it.
fn with_header(header: &str, bytes: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + bytes, 0);
    file
}

#[test]
fn sizes_beyond_the_file_are_refused_before_memory_is_taken() {
    let (folder, model) = folder_with_model();
    let one = |shape: &str, end: u64| {
        format!(r#"{{"0.weight":{{"dtype":"F64","shape":{shape},"data_offsets":[0,{end}]}}}}"#)
    };
    for (file, expected) in [
        (
            with_header(&one("[1000000,1000000]", 8_000_000_000_000), 8),
            "its header promises 8000000000000 bytes",
        ),
        (with_header(&one("[4294967296,4294967296]", 8), 8), "its header is not that of safetensors"),
        (with_header(&one("[2,1]", 8), 8), "its header is not that of safetensors"),
        (with_header(&one("[1,1]", 8), 16), "its header promises 8 bytes of numbers, but 16 are there"),
        (with_header("{", 0), "its header is not that of safetensors"),
        (
            [&(1_u64 << 55).to_le_bytes()[..], b"{}"].concat(),
            "its header should have 36028797018963968 bytes",
        ),
        (
            with_header(&format!("{{{}}}", " ".repeat(16 << 20)), 0),
            "its header has 16777218 bytes: more than",
        ),
    ] {
        let line = refused(&folder, &file);
        assert!(line.contains(expected), "{line}");
    }
    let about =
        |key: &str, value: &str| with_header(&format!(r#"{{"__metadata__":{{"{key}":"{value}"}}}}"#), 0);
    assert!(refused(&folder, &about("cost", "x")).contains("it holds no tensors"));
    let whole = file_of(&tensors(&model, "", &[0, 2]), Dtype::F64);
    for length in (0..whole.len()).step_by(7) {
        refused(&folder, &whole[..length]);
    }
}

#[test]
fn activations_and_cost_that_are_not_known_here_are_refused() {
    let (folder, _) = folder_with_model();
    success(backprop("export --model m.json --out m.safetensors").current_dir(&folder));
    let text = std::fs::read(folder.path().join("m.safetensors")).expect("written");
    let changed = |from: &str, to: &str| {
        let place =
            text.windows(from.len()).position(|window| window == from.as_bytes()).expect("it is there");
        [&text[..place], to.as_bytes(), &text[place + from.len()..]].concat()
    };
    let line = refused(&folder, &changed("tanh,sigmoid", "gelu,sigmoid"));
    assert!(
        line.contains("its header gives as activations \"gelu,sigmoid\", which is not known here"),
        "{line}"
    );
    let line = refused(&folder, &changed(r#""cost":"quadratic""#, r#""cost":"hingeloss""#));
    assert!(line.contains("its header gives as cost \"hingeloss\", which is not known here"), "{line}");
}
