//! The files of `backprop export` in use: by PyTorch alone and on two processes, and by onnxruntime.
//!
//! `BACKPROP_PYTHON` names a Python that has torch, onnx and onnxruntime; without one the tests say so and pass. With
//! `CI=true` they fail, unless .ci/run could not install these (`BACKPROP_NO_PYTORCH`).

use std::ffi::OsString;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use backprop::model_file::Model;
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, success, write};

const AS_PRECISE: f64 = 1e-12;

/// Returns a Python that has these modules.
pub(super) fn python_with(modules: &str) -> Option<OsString> {
    let python = std::env::var_os("BACKPROP_PYTHON").unwrap_or("python3".into());
    let has_all = Command::new(&python).args(["-c", &format!("import {modules}")]).output();
    if has_all.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let is_excused = std::env::var_os("BACKPROP_NO_PYTORCH").is_some() || std::env::var_os("CI").is_none();
    assert!(is_excused, "no Python with {modules}");
    eprintln!("skipped: no Python with {modules} here; BACKPROP_PYTHON names one");
    None
}

pub(super) fn run(python: &OsString, code: &str, folder: &TempDir) -> String {
    let output = Command::new(python).args(["-c", code]).current_dir(folder).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Runs run/train.py in this many processes, with what `torchrun` tells each.
fn train(python: &OsString, folder: &TempDir, processes: usize) {
    // Another test may take the port before they do, and then they wait for each other.
    let ended = (0..3).find_map(|_| try_to_train(python, folder, processes));
    for output in ended.expect("three times, they did not end") {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Does so once; returns nothing if the processes have not ended after 100 seconds.
fn try_to_train(python: &OsString, folder: &TempDir, processes: usize) -> Option<Vec<Output>> {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    let start = |rank: usize| {
        let mut command = Command::new(python);
        command.arg("run/train.py").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
        if processes > 1 {
            command.env("RANK", rank.to_string()).env("WORLD_SIZE", processes.to_string());
            command.env("MASTER_ADDR", "127.0.0.1").env("MASTER_PORT", free.port().to_string());
        }
        command.spawn().expect("Python starts")
    };
    let mut children: Vec<Child> = (0..processes).map(start).collect();
    let began = Instant::now();
    let mut in_time = true;
    // One that fails leaves the other waiting.
    while children.iter_mut().any(|child| child.try_wait().expect("ours").is_none()) {
        if began.elapsed() > Duration::from_secs(100) {
            in_time = false;
            for child in &mut children {
                child.kill().expect("ours");
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let ended = children.into_iter().map(|child| child.wait_with_output().expect("ours"));
    in_time.then(|| ended.collect())
}

/// Trains here and there, and compares all weights.
fn same_training(python: &OsString, start: &str, data: &str, options: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("d.csv"), b"0.1,0.2,x\n0.9,0.1,y\n0.3,0.8,x\n0.5,0.5,y\n0.2,0.9,y\n");
    let here = |arguments: String| success(backprop(&arguments).current_dir(&folder));
    let read = |file: &str| Model::read(&folder.path().join(file)).expect("written").parameters;
    here(format!("train --data {data} {start} --epochs 0 --quiet --out start.json"));
    here(format!("train --data {data} --from start.json {options} --quiet --out ours.json"));
    here(format!("export --to torch --model start.json --out run --data {data} {options} --quiet"));
    assert!(read("ours.json").max_difference(&read("start.json")) > 1e-3, "nothing was learnt");
    for processes in [1, 2] {
        train(python, &folder, processes);
        let back = "train --epochs 0 --from run/trained.safetensors --out theirs.json --force";
        here(format!("{back} --data {data} --quiet"));
        let difference = read("theirs.json").max_difference(&read("ours.json"));
        assert!(difference <= AS_PRECISE, "{options}, {processes} processes: {difference:e}");
        std::fs::remove_file(folder.path().join("run/trained.safetensors")).expect("written");
    }
}

#[test]
#[ignore = "needs Python with PyTorch"]
fn pytorch_alone_and_on_two_processes_takes_the_steps_that_we_take() {
    let Some(python) = python_with("torch") else { return };
    for (start, data, options) in [
        // Ten mini-batches of 100.
        ("--sizes 784,30,10", "digits", "--train-limit 1000 --epochs 1 --batch 100"),
        // All there is, and a last mini-batch of two.
        (
            "--sizes 784,20,15,10 --activation tanh,relu,sigmoid --cost cross-entropy",
            "digits",
            "--train-limit 100 --epochs 2 --batch 7 --l2 2 --dropout 0.3 --seed 5 --targets one-hot --rate 0.5",
        ),
        // A mini-batch of one, of which the second process has no share.
        ("--sizes 2,3,2 --standardize", "d.csv", "--epochs 3 --batch 2 --no-shuffle"),
        ("--sizes 8,3,8", "bits", "--validation 50 --epochs 1 --batch 10"),
        ("--sizes 2,4,1 --activation tanh,identity", "xor", "--preset network --epochs 5"),
        (
            "--sizes 784,12,10 --activation relu,softmax --init scaled",
            "digits",
            "--train-limit 100 --epochs 2 --batch 7 --l2 2 --dropout 0.3 --rate 0.1",
        ),
    ] {
        same_training(&python, start, data, options);
    }
}

/// Outputs of every kind of network for one sample, by ours, and by what reads its file.
fn same_outputs(python: &OsString, to: &str, code: &str) {
    for activations in ["sigmoid", "tanh", "relu", "identity", "tanh,relu,sigmoid", "tanh,relu,softmax"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let here = |arguments: String| success(backprop(&arguments).current_dir(&folder));
        let sizes = "--sizes 2,5,4,3 --init normal --seed 3";
        write(&folder.path().join("d.csv"), b"0.1,0.2,x\n0.9,0.1,y\n0.3,0.8,z\n");
        here(format!(
            "train --data d.csv {sizes} --activation {activations} --epochs 0 --quiet --out m.json"
        ));
        let ours = here("predict --model m.json --input 0.7,-1.25 --json".to_owned());
        here(format!("export --to {to} --model m.json --out m.{to} --quiet"));
        let printed = run(python, &code.replace("ACTIVATIONS", activations), &folder);
        let ours: Vec<f64> =
            serde_json::from_value(json_lines(&ours)[0]["outputs"].clone()).expect("numbers");
        let theirs: Vec<f64> = serde_json::from_str(&printed).expect("numbers");
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs).abs() <= AS_PRECISE, "{to}, {activations}: {ours} and {theirs}");
        }
    }
}

/// The same sample twice: how many there are is not in the file.
const ONNX: &str = r#"
import json, numpy, onnx, onnxruntime
onnx.checker.check_model(onnx.load("m.onnx"), full_check=True)
session = onnxruntime.InferenceSession("m.onnx", providers=["CPUExecutionProvider"])
(outputs,) = session.run(None, {"input": numpy.array([[0.7, -1.25], [0.7, -1.25]])})
assert (outputs[0] == outputs[1]).all() and outputs.dtype == numpy.float64
print(json.dumps(outputs[0].tolist()))
"#;

#[test]
#[ignore = "needs Python with onnx and onnxruntime"]
fn onnxruntime_s_outputs_are_ours_to_twelve_digits() {
    let Some(python) = python_with("onnx, onnxruntime") else { return };
    same_outputs(&python, "onnx", ONNX);
}

/// Without the safetensors package it reads the format itself.
const TORCH: &str = r#"
import json, struct, torch
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

kinds = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "identity": nn.Identity}
kinds["softmax"] = lambda: nn.Softmax(dim=-1)
a = [kinds[name]() for name in "ACTIVATIONS".split(",")]
a = a if len(a) == 3 else a * 3
network = nn.Sequential(nn.Linear(2, 5), a[0], nn.Linear(5, 4), a[1], nn.Linear(4, 3), a[2]).double()
network.load_state_dict(read("m.safetensors"))
print(json.dumps(network(torch.tensor([0.7, -1.25], dtype=torch.float64)).tolist()))
"#;

#[test]
#[ignore = "needs Python with PyTorch"]
fn outputs_in_pytorch_are_ours_to_twelve_digits() {
    let Some(python) = python_with("torch") else { return };
    same_outputs(&python, "safetensors", TORCH);
}

/// Runs the exports of one model on the rows of a table, as they are in it.
pub(super) const EXPORTS: &str = r#"
import importlib.util, json, numpy, onnxruntime
raw = json.load(open("rows.json"))
session = onnxruntime.InferenceSession("m.onnx", providers=["CPUExecutionProvider"])
(outputs,) = session.run(None, {"input": numpy.array(raw, dtype=numpy.float64)})
about = session.get_modelmeta().custom_metadata_map
spec = importlib.util.spec_from_file_location("train", "run/train.py")
train = importlib.util.module_from_spec(spec)
spec.loader.exec_module(train)
network = train.make_network()
network.load_state_dict(train.read("weights.safetensors"))
answers = train.answers(network, raw)
classes = json.loads(about.get("classes", "null"))
if classes:
    one = len(outputs[0]) == 1
    names = [classes[int(row[0] > 0.5) if one else int(row.argmax())] for row in outputs]
    assert names == answers, (names, answers)
else:
    names = [None] * len(raw)
    assert numpy.abs(outputs - numpy.array(answers)).max() <= 1e-9 * numpy.abs(outputs).max()
print(json.dumps([outputs.tolist(), names]))
"#;

/// The inputs in a row of a table.
type Inputs<'a> = &'a dyn Fn(u32) -> Vec<f64>;
/// The end of a row of a table.
type Answers<'a> = &'a dyn Fn(u32) -> String;

#[test]
#[ignore = "needs Python with PyTorch and onnxruntime"]
fn exported_networks_answer_raw_rows_as_predict_does() {
    let Some(python) = python_with("torch, onnxruntime") else { return };
    let part = |row: u32, factor: u32| f64::from(row * factor % 37);
    let pixels = |row: u32| {
        (0..64).map(move |pixel| f64::from(if pixel % 8 == 2 * (row % 4) { 255 } else { pixel * row % 80 }))
    };
    let two: Inputs = &|row| vec![1000.0 + part(row, 7), part(row, 11) / 128.0];
    let cases: [(Inputs, Answers, &str, &str); 6] = [
        (
            two,
            &|row| ["mittel", "klein", "groß"][(row % 3) as usize].to_owned(),
            "",
            "--standardize --init normal",
        ),
        (
            two,
            &|row| [9, 3, 8, 4, 0][(row % 5) as usize].to_string(),
            "",
            "--standardize --init normal --cost cross-entropy",
        ),
        (
            two,
            &|row| format!("{:.3},{}", 1e5 * part(row, 7), part(row, 11)),
            "a,b,price,rent\n",
            "--target price,rent --init scaled",
        ),
        (&|row| pixels(row).collect(), &|row| (row % 4).to_string(), "", "--init scaled"),
        (
            two,
            &|row| ["no", "yes"][(row / 2 % 2) as usize].to_owned(),
            "",
            "--standardize --init normal --activation relu,sigmoid",
        ),
        (
            two,
            &|row| ["no", "yes"][(row / 2 % 2) as usize].to_owned(),
            "",
            "--standardize --init normal --activation relu,softmax",
        ),
    ];
    for (inputs, answer, header, options) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let here = |arguments: String| success(backprop(&arguments).current_dir(&folder));
        let rows: Vec<Vec<f64>> = (1..41).map(inputs).collect();
        let line =
            |row: &Vec<f64>| row.iter().map(|number| format!("{number},")).collect::<Vec<_>>().concat();
        let lines = rows.iter().zip(1..).map(|(row, number)| format!("{}{}\n", line(row), answer(number)));
        write(
            &folder.path().join("t.csv"),
            (header.to_owned() + &lines.collect::<Vec<_>>().concat()).as_bytes(),
        );
        write(&folder.path().join("rows.json"), serde_json::json!(rows).to_string().as_bytes());
        here(format!("train --data t.csv {options} --epochs 10 --quiet --out m.json"));
        here("export --model m.json --out m.onnx --quiet".to_owned());
        here("export --model m.json --out run --data t.csv --quiet".to_owned());
        let printed: serde_json::Value = serde_json::from_str(&run(&python, EXPORTS, &folder)).expect("JSON");
        for index in 0..rows.len() {
            let ours =
                here(format!("predict --model m.json --data t.csv --set train --index {index} --json"));
            let ours = &json_lines(&ours)[0];
            assert_eq!(printed[1][index], ours["class"], "{options}, row {index}");
            let numbers = |value: &serde_json::Value| -> Vec<f64> {
                serde_json::from_value(value.clone()).expect("numbers")
            };
            for (theirs, ours) in numbers(&printed[0][index]).iter().zip(numbers(&ours["outputs"])) {
                assert!(
                    (theirs - ours).abs() <= 1e-9 * ours.abs().max(1.0),
                    "{options}: {theirs} and {ours}"
                );
            }
        }
    }
}
