//! Any table, trained on and exported: every export read back gives the same answers under the same names.

use std::fmt::Write as _;

use backprop::data_set::{Answers, DataSet, Meaning, Pixels, Source};
use backprop::model_file::Model;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tempfile::TempDir;

use super::export::{fields, inside};
use super::export_python::{EXPORTS, python_with, run};
use testkit::cli::{backprop, json_lines, success, write};

/// A table and how to train on it.
#[derive(Debug, Clone)]
struct Table {
    text: String,
    options: String,
}

/// Names that a table may have, in no order, with what needs quotes.
const WORDS: [&str; 4] = ["klein, fast", "größer", "\"x\"", "a b"];

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn table() -> impl Strategy<Value = Table> {
    let rows = prop::collection::vec((prop::array::uniform3(-99i32..99), 0..4usize, 0..10u8), 10..24);
    let activations = prop::sample::select(vec!["sigmoid", "tanh", "relu,sigmoid", "tanh,identity"]);
    (rows, 0..5usize, any::<[bool; 4]>(), prop::sample::select(vec!["", "mean", "drop"]), activations)
        .prop_map(|(rows, kind, [has_header, standardizes, has_words, answer_first], missing, activation)| {
            let mut text = String::new();
            let mut lines = Vec::new();
            if has_header {
                let names = ["Länge, cm", "say \"x\"", "year", "colour"].map(quoted);
                lines.push((names[..if has_words { 4 } else { 3 }].join(","), answers_head(kind)));
            }
            for (row, (numbers, word, hole)) in rows.iter().enumerate() {
                let [a, b, c] = *numbers;
                let mut cells = vec![
                    format!("{:?}", f64::from(a) / 128.0),
                    format!("{}", 50 * b),
                    format!("{}", 1900 + c),
                ];
                if *hole == 0 && !missing.is_empty() && row > 3 {
                    "?".clone_into(&mut cells[row % 3]);
                }
                if has_words {
                    cells.push(quoted(["rot", "grün, hell"][(row * 7 + word) % 2]));
                }
                // Each class is in the table, whatever is drawn.
                let class = if row < 4 { 3 - row } else { *word };
                lines.push((cells.join(","), answers(kind, class, a, b)));
            }
            for (inputs, answer) in lines {
                let (one, other) = if answer_first { (answer, inputs) } else { (inputs, answer) };
                writeln!(text, "{one},{other}").expect("in memory");
            }
            let columns = if has_words { 4 } else { 3 };
            let begin = if answer_first { 1 } else { columns + 1 };
            let mut options = match kind {
                2 => format!("--target {begin} --numbers"),
                3 => format!("--target {begin},{}", begin + 1),
                _ => format!("--target {begin} --classes"),
            };
            for (is_said, option) in [(standardizes, " --standardize"), (has_words, " --one-hot")] {
                options += if is_said { option } else { "" };
            }
            if !missing.is_empty() {
                write!(options, " --missing {missing}").expect("in memory");
            }
            write!(options, " --activation {activation}").expect("in memory");
            Table { text, options }
        })
}

/// Returns the names of the answer's columns: for a class by name, by number, or one of two; for one number; for two.
fn answers_head(kind: usize) -> String {
    if kind == 3 { "price,\"rent, warm\"".to_owned() } else { "kind of it".to_owned() }
}

fn answers(kind: usize, class: usize, a: i32, b: i32) -> String {
    match kind {
        0 => quoted(WORDS[class]),
        1 => [9, 3, 12, 0][class].to_string(),
        2 => (1000 * a + 7 * b).to_string(),
        3 => format!("{:?},{}", 1e5 * f64::from(a), b),
        _ => quoted(WORDS[class % 2]),
    }
}

/// Trains on the table and exports the network in every format.
fn exported(table: &Table) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("t.csv"), table.text.as_bytes());
    let here = |arguments: &str| success(backprop(arguments).current_dir(&folder));
    let train =
        "train --data t.csv --epochs 2 --rate 0.01 --init normal --out m.json --checkpoint run.ck --quiet";
    here(&format!("{train} {}", table.options));
    here("export --model m.json --out m.safetensors --quiet");
    here("export --model m.json --out m.onnx --quiet");
    here("export --model m.json --out run --data t.csv --quiet");
    folder
}

/// Reads the table as the network was trained on it, with its inputs as they are in the table.
fn data(folder: &TempDir, model: &Model) -> DataSet {
    let source = Source::Path(folder.path().join("t.csv")).read_as(&model.meaning);
    source.load(Pixels::Scaled).expect("it was read before").train
}

fn predicted(folder: &TempDir, model: &str, index: usize) -> Value {
    let options = format!("predict --model {model} --data t.csv --set train --index {index} --json");
    json_lines(&success(backprop(&options).current_dir(folder))).remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 12 } else { 100 }))]

    #[test]
    fn every_export_of_any_table_is_read_back_as_the_same_network(table in table()) {
        is_read_back(&table)?;
    }
}

/// Found by the test above: one output is 1e-308 here, and 0 like the others where exp(710) is infinite.
#[test]
fn exports_of_outputs_too_small_for_others_are_read_back() {
    let text = "0,0,1901,a b\n0,0,1900,x\n-0.0078125,3350,1914,größer\n0.734375,900,1976,klein\n0.7109375,-2100,1808,größer\n\
                0.390625,3050,1917,x\n-0.0703125,-550,1904,a b\n-0.1171875,-4850,1831,a b\n0.4921875,100,1840,x\n?,1400,1944,a b\n";
    let options = "--target 4 --classes --missing mean --activation relu,sigmoid";
    let table = Table { text: text.to_owned(), options: options.to_owned() };
    is_read_back(&table).expect("the same network");
}

fn is_read_back(table: &Table) -> Result<(), TestCaseError> {
    let folder = exported(table);
    let model = Model::read(&folder.path().join("m.json")).expect("written");
    let data = data(&folder, &model);
    let onnx = std::fs::read(folder.path().join("m.onnx")).expect("written");
    let names = model.meaning.output_names();
    for index in [0, data.len() - 1] {
        let ours = predicted(&folder, "m.json", index);
        for other in ["run.ck", "m.safetensors", "run/weights.safetensors"] {
            prop_assert_eq!(&predicted(&folder, other, index), &ours, "{} {:?}", other, table);
        }
        let outputs = run_onnx(&onnx, &data.as_read(index));
        let expected: Vec<f64> = serde_json::from_value(ours["outputs"].clone()).expect("numbers");
        prop_assert_eq!(outputs.len(), expected.len());
        for (one, other) in outputs.iter().zip(&expected) {
            prop_assert!((one - other).abs() <= 1e-9 * other.abs().max(1.0), "{one} {other} {table:?}");
        }
        if model.meaning.answers != Answers::Numbers {
            prop_assert!(decide(&outputs, &names, &ours["class"]), "{outputs:?} {ours} {table:?}");
        }
    }
    let about = metadata(&onnx);
    let meaning: Meaning = serde_json::from_value(about["meaning"].clone()).expect("a meaning");
    prop_assert_eq!(&meaning, &model.meaning);
    if model.meaning.answers != Answers::Numbers {
        prop_assert_eq!(&about["classes"], &serde_json::json!(names));
    }
    Ok(())
}

/// Returns `true` if these outputs are highest for this class, or no further from it than one program's outputs may be
/// from another's: saturated units can tie in one and differ by 1e-300 in the other.
fn decide(outputs: &[f64], names: &[String], class: &Value) -> bool {
    let class = names.iter().position(|name| name == class);
    let value = |class: usize| match outputs {
        [single] => {
            if class == 1 {
                *single
            } else {
                1.0 - single
            }
        }
        _ => outputs[class],
    };
    class.is_some_and(|class| (0..names.len()).all(|other| value(other) <= value(class) + 1e-9))
}

/// Computes what an ONNX file says, for one row.
fn run_onnx(file: &[u8], row: &[f64]) -> Vec<f64> {
    let graph = inside(file, 7)[0];
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let mut values: std::collections::HashMap<String, Vec<f64>> = inside(graph, 5)
        .into_iter()
        .map(|tensor| {
            let number = |bytes: &[u8]| f64::from_le_bytes(bytes.try_into().expect("eight"));
            (text(inside(tensor, 8)[0]), inside(tensor, 9)[0].chunks(8).map(number).collect())
        })
        .collect();
    values.insert("input".to_owned(), row.to_vec());
    for node in inside(graph, 1) {
        let inputs: Vec<&Vec<f64>> = inside(node, 1).into_iter().map(|name| &values[&text(name)]).collect();
        let pairs =
            |of: fn(f64, f64) -> f64| inputs[0].iter().zip(inputs[1]).map(|(a, b)| of(*a, *b)).collect();
        let each = |of: fn(f64) -> f64| inputs[0].iter().map(|z| of(*z)).collect();
        let output: Vec<f64> = match text(inside(node, 4)[0]).as_str() {
            "Sub" => pairs(|a, b| a - b),
            "Div" => pairs(|a, b| a / b),
            "Mul" => pairs(|a, b| a * b),
            "Add" => pairs(|a, b| a + b),
            "Gemm" => {
                let rows = inputs[1].chunks(inputs[0].len());
                let product = |row: &[f64]| row.iter().zip(inputs[0]).map(|(w, x)| w * x).sum::<f64>();
                rows.zip(inputs[2]).map(|(row, bias)| product(row) + bias).collect()
            }
            "Sigmoid" => each(|z| 1.0 / (1.0 + (-z).exp())),
            "Tanh" => each(f64::tanh),
            "Relu" => each(|z| z.max(0.0)),
            "Identity" => inputs[0].clone(),
            other => panic!("{other}"),
        };
        values.insert(text(inside(node, 2)[0]), output);
    }
    values["output"].clone()
}

/// Returns the metadata_props of an ONNX file, each read as JSON.
fn metadata(file: &[u8]) -> Value {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    let entries = inside(file, 14).into_iter().map(|entry| {
        let [(_, key, _), (_, value, _)] = fields(entry)[..] else { panic!("a key and a value") };
        (text(key), read(text(value)))
    });
    entries.collect::<serde_json::Map<_, _>>().into()
}

#[test]
#[ignore = "needs Python with PyTorch and onnxruntime"]
fn onnxruntime_and_pytorch_answer_raw_rows_of_any_table_as_predict_does() {
    let Some(python) = python_with("torch, onnxruntime") else { return };
    let mut runner = TestRunner::deterministic();
    for _ in 0..12 {
        let table = table().new_tree(&mut runner).expect("a table").current();
        let folder = exported(&table);
        let model = Model::read(&folder.path().join("m.json")).expect("written");
        let (data, names) = (data(&folder, &model), model.meaning.output_names());
        let rows: Vec<Vec<f64>> = (0..data.len()).map(|index| data.as_read(index)).collect();
        write(&folder.path().join("rows.json"), serde_json::json!(rows).to_string().as_bytes());
        let printed: Value = serde_json::from_str(&run(&python, EXPORTS, &folder)).expect("JSON");
        for index in 0..rows.len() {
            let ours = predicted(&folder, "m.json", index);
            let numbers =
                |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).expect("numbers") };
            let (theirs, our_outputs) = (numbers(&printed[0][index]), numbers(&ours["outputs"]));
            let agree =
                decide(&theirs, &names, &ours["class"]) && decide(&our_outputs, &names, &printed[1][index]);
            assert!(printed[1][index] == ours["class"] || agree, "{table:?}, row {index}");
            for (theirs, ours) in theirs.iter().zip(our_outputs) {
                assert!(
                    (theirs - ours).abs() <= 1e-9 * ours.abs().max(1.0),
                    "{table:?}: {theirs} and {ours}"
                );
            }
        }
    }
}
