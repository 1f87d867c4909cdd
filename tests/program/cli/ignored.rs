//! No option is ignored: in every situation each either changes something or is refused. The options are those of the
//! commands themselves.

use std::collections::BTreeMap;
use std::path::Path;

use clap::CommandFactory as _;
use clap::builder::PossibleValue;

use backprop_cli::cli::Cli;
use testkit::cli::{backprop, started, success, write};

/// Commands to which each of their other options is added.
const SITUATIONS: [&str; 22] = [
    "train --data t.csv --epochs 2",
    "train --data n.csv --target y --epochs 2",
    "train --data p.csv --epochs 2",
    "train --data xor --epochs 2",
    "train --from t.json --data t.csv --epochs 2",
    "evaluate --model t.json --data t.csv",
    "evaluate --model n.json --data n.csv",
    "evaluate --model p.json --data p.csv",
    "predict --model t.json --data t.csv",
    "predict --model t.json --input 1,2",
    "predict --model n.json --data n.csv",
    "dump --model t.json --data t.csv",
    "check --data t.csv",
    "check --data n.csv",
    "step --plain --data n.csv",
    "dot --data n.csv",
    "train --data bits --epochs 2",
    "step --plain --data t.csv",
    "dot --data t.csv",
    "export --model t.json --out e.safetensors",
    "export --model t.json --out e.onnx",
    "export --model t.json --data t.csv --out run",
];

/// Options that should change nothing that is printed or written, the situations in which that is so, and why.
const WITHOUT_EFFECT: [(&str, &str, &str); 29] = [
    ("threads", "", "results do not depend on it"),
    ("engine", "", "both networks give the same numbers"),
    ("force", "", "there is nothing to replace here"),
    ("edited", "", "no model was edited here"),
    ("evaluation", "", "how much of the network is computed again does not change a gradient"),
    ("shuffle", "", "it is the default, and says so against a preset"),
    ("no-shuffle", "", "the order may be the same by chance"),
    ("classes", "", "they are classes anyway"),
    ("numbers", "n.csv", "they are numbers anyway"),
    ("target", "n.csv", "it is that column anyway"),
    ("targets-columns", "n.csv", "it is that column anyway"),
    ("missing", "", "nothing is missing here"),
    ("keep-best", "", "the last epoch may be the best one"),
    ("stop-when-error-rises", "", "it does not rise in so few epochs"),
    ("early-stop", "", "there are too few epochs"),
    ("halve-rate", "", "there are too few epochs"),
    ("monitor-training", "", "it is seen with --json and --plot"),
    ("quiet", "evaluate --model n.json", "it is one line anyway"),
    ("set", "", "the test samples are the training samples here"),
    ("init", "check", "scaled is the default here"),
    ("all", "check", "so few parameters are all checked anyway"),
    ("to", "export", "the ending says the same"),
    ("precision", "train --data xor", "the digits that are printed are the same"),
    ("precision", "train --data bits", "the digits that are printed are the same"),
    ("standardize", "check --data n.csv", "the inputs for numbers are standardized anyway"),
    ("standardize", "step --plain --data n.csv", "the inputs for numbers are standardized anyway"),
    ("standardize", "dot --data n.csv", "the inputs for numbers are standardized anyway"),
    ("precision", "evaluate", "the digits that are printed are the same"),
    ("precision", "predict", "the digits that are printed are the same"),
];

/// Class names are not shown by these.
const WITHOUT_NAMES: [&str; 4] = ["check", "step", "dot", "dump"];

/// Returns a value for an option that differs from its default.
fn value(name: &str, situation: &str) -> Option<&'static str> {
    Some(match name {
        "test-data" | "data" if situation.contains("n.csv") => "n2.csv",
        "test-data" | "data" => "t2.csv",
        "ignore" | "targets-columns" => "1",
        "class-names" => "names.txt",
        "image" => "1x2",
        "sizes" => "2,5,1",
        "activation" => "tanh",
        "rate" => "0.7",
        "precision" => "f32",
        "target" | "batch" | "evaluate-every" | "early-stop" | "halve-rate" | "save-every"
        | "checkpoint-every" => "2",
        "l2" | "dropout" => "0.4",
        "seed" | "digits" => "9",
        "epochs" | "train-limit" | "test-limit" | "validation" | "samples" | "mistakes" | "index"
        | "directions" | "explain" | "mystery" => "3",
        "from" | "model" => "t.json",
        "resume" | "checkpoint" => "run.ck",
        "out" => "out.json",
        "plot" => "plot.svg",
        "input" => "3,4",
        "only" => "w31",
        "mystery-answers" => "answers.txt",
        "from-step" | "to-step" => "4",
        "style" => "article",
        "fault" => "bias-forgotten",
        "answer" => "none",
        _ => return None,
    })
}

/// Returns what a run leaves behind: its exit status, its output without times, and every file.
fn outcome(folder: &Path, command: &str) -> (Option<i32>, String, BTreeMap<String, Vec<u8>>) {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(folder).expect("readable") {
        let entry = entry.expect("readable");
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("copied");
    }
    let output = started(|| backprop(command).current_dir(&copy).output());
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // The last columns of an epoch are a speed, and whether it is the best.
    let is_epoch =
        |line: &str| line.split_whitespace().next().is_some_and(|word| word.parse::<usize>().is_ok());
    let lines = text.lines().map(|line| {
        if command.starts_with("train") && is_epoch(line) {
            line.chars().take(50).collect()
        } else {
            line.to_owned()
        }
    });
    let mut files = BTreeMap::new();
    let mut folders = vec![copy.path().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let bytes = std::fs::read(&entry).expect("readable");
                files.insert(entry.strip_prefix(copy.path()).expect("in it").display().to_string(), bytes);
            }
        }
    }
    (output.status.code(), lines.collect::<Vec<String>>().join("\n"), files)
}

/// Classes with two inputs, numbers, and images.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, text: String| write(&folder.path().join(name), text.as_bytes());
    let rows = |of: &dyn Fn(u32) -> String| (0..12).map(of).collect::<Vec<_>>().concat();
    let classes = |row: u32| format!("{},{},{}\n", row % 5, row * 7 % 11, (row / 2) % 2);
    file("t.csv", "x,z,class\n".to_owned() + &rows(&classes));
    file("t2.csv", "x,z,class\n".to_owned() + &rows(&|row| classes(11 - row)));
    file("n2.csv", "x,y\n".to_owned() + &rows(&|row| format!("{}.5,{}.75\n", row, row % 5)));
    file("n.csv", "x,y\n".to_owned() + &rows(&|row| format!("{}.5,{}.25\n", row, row * row % 7)));
    let pixels = |row: u32| {
        let pixels: Vec<String> =
            (0..64).map(|pixel| (pixel * 3 * (row % 3 + 1) % 256).to_string()).collect();
        format!("{},{}\n", row % 3, pixels.join(","))
    };
    file(
        "p.csv",
        format!("label,{}\n", (0..64).map(|n| format!("p{n}")).collect::<Vec<_>>().join(","))
            + &rows(&pixels),
    );
    file("names.txt", "no\nyes\nperhaps\n".to_owned());
    for (name, options) in [("t", "t.csv"), ("n", "n.csv --target y"), ("p", "p.csv")] {
        let train = format!("train --data {options} --epochs 1 --init normal --out {name}.json --quiet");
        success(backprop(&train).current_dir(&folder));
    }
    folder
}

#[test]
fn no_option_is_ignored() {
    let folder = folder();
    let program = Cli::command();
    let (mut ignored, mut tried) = (Vec::new(), 0);
    for situation in SITUATIONS {
        let before = outcome(folder.path(), situation);
        assert_eq!(before.0, Some(0), "{situation}: {}", before.1);
        let command =
            program.find_subcommand(situation.split(' ').next().expect("a word")).expect("there is one");
        for argument in command.get_arguments() {
            let Some(name) = argument.get_long() else { continue };
            let is_given = situation.split(' ').any(|word| word.strip_prefix("--") == Some(name));
            let is_excused =
                |(known, part, _): &(&str, &str, &str)| *known == name && situation.contains(part);
            let shows_names = !WITHOUT_NAMES.iter().any(|command| situation.starts_with(command));
            if is_given || WITHOUT_EFFECT.iter().any(is_excused) || (name == "class-names" && !shows_names) {
                continue;
            }
            let takes_value = argument.get_action().takes_values();
            let defaults = argument.get_default_values();
            let possible = argument.get_possible_values();
            let possible = possible.iter().map(PossibleValue::get_name);
            let option = if takes_value {
                let other = possible
                    .clone()
                    .rfind(|value| defaults.iter().all(|default| default.to_str() != Some(*value)));
                let Some(value) = value(name, situation).or(other) else { panic!("a value for --{name}?") };
                format!("{situation} --{name} {value}")
            } else {
                format!("{situation} --{name}")
            };
            tried += 1;
            let after = outcome(folder.path(), &option);
            assert!(matches!(after.0, Some(0..=2)), "{option}: {}", after.1);
            if after == before {
                ignored.push(option);
            }
        }
    }
    assert!(tried > 300, "{tried}");
    assert!(ignored.is_empty(), "{ignored:#?}");
}
