//! Commands that the prose names between backticks, and those that the program prints, are right: each is run in a folder
//! of its own or, where that takes too long or needs what is not there, its options and their values are read.

use std::collections::BTreeMap;

use backprop_cli::cli::Cli;
use clap::CommandFactory as _;
use clap::error::ErrorKind;

use crate::assert_none;
use crate::scratch::Scratch;
use testkit::book::{Document, documents};

/// Commands that are named as they begin, or with a word to replace, and what a reader types.
const MEANT: [(&str, &str); 7] = [
    ("backprop check --mystery NAME", "backprop check --mystery ada"),
    ("backprop lesson NAME", "backprop lesson nand"),
    ("backprop export", "backprop export --model model.json --out model.safetensors"),
    ("backprop export --to onnx", "backprop export --to onnx --model model.json --out model.onnx"),
    ("backprop trace", "backprop trace --out page.html"),
    ("backprop dump", "backprop dump --model model.json"),
    ("backprop check --mystery 1 --answer NAME", "backprop check --mystery 1 --answer updated-weights"),
];

/// Commands that take too long in a debug build; they are run in release.
const LONG: [&str; 6] = [
    "backprop compare",
    "backprop lesson slowdown",
    "backprop lesson xor --sizes 2,3,1",
    "backprop tour",
    "backprop train",
    "backprop train --precision f32",
];

/// Commands of which only the options and their values are read, and why.
const ONLY_READ: [(&str, &str); 4] = [
    ("backprop dap", "an editor is to talk to it"),
    ("backprop dap --port 4711", "an editor is to talk to it"),
    ("backprop get-mnist", "it fetches files"),
    ("backprop get-mnist --fashion", "it fetches files"),
];

/// Commands with what the reader is to write first, so that they are refused here.
const TO_WRITE: [(&str, &str); 3] = [
    ("backprop check --activation softsign", "'softsign'"),
    ("backprop check --cost quartic", "'quartic'"),
    ("backprop check --fault slope-added", "'slope-added'"),
];

/// Returns the `backprop …` of a document outside its blocks, with their lines. A command may go on in the next line.
fn commands(document: &Document) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let prose = document.prose();
    for paragraph in prose.split(|(_, text)| text.trim().is_empty()) {
        let text = paragraph.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n");
        let mut line = paragraph.first().map_or(0, |(line, _)| *line);
        for (number, span) in text.split('`').enumerate() {
            let command = span.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_command =
                command.strip_prefix("backprop ").is_some_and(|rest| rest.starts_with(char::is_lowercase));
            if number % 2 == 1 && is_command && !command.contains('…') {
                found.push((line, command));
            }
            line += span.matches('\n').count();
        }
    }
    found
}

/// Returns the commands of all documents, with the place of each.
fn all_commands() -> BTreeMap<String, String> {
    let of = |document: Document| {
        commands(&document).into_iter().map(move |(line, command)| (command, document.place(line)))
    };
    documents().into_iter().flat_map(of).collect()
}

/// Says what is wrong with the options of a command or their values. What is missing may follow.
fn refused(command: &str) -> Option<String> {
    let error = Cli::command().try_get_matches_from(command.split(' ')).err()?;
    let is_whole = !matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let text = error.to_string();
    (is_whole && !text.contains("a value is required")).then_some(text)
}

/// Runs a command. Returns what it prints if it fails.
fn failed(scratch: &Scratch, command: &str) -> Option<String> {
    // The stepper wants a terminal.
    let is_stepper = command.starts_with("backprop step")
        && !["--plain", "--questions", "--json"].iter().any(|option| command.contains(option));
    let output = scratch.run(&format!("{command}{} < /dev/null", if is_stepper { " --plain" } else { "" }));
    // 1 is the answer of a check that finds a fault.
    let is_check = command.starts_with("backprop check");
    let is_done = output.status.success() || (is_check && output.status.code() == Some(1));
    (!is_done).then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs the commands in prose, the long ones or the others, and reads those that cannot be run.
fn check_prose(are_long: bool) -> Vec<String> {
    let scratch = Scratch::new();
    scratch.run("backprop train --data xor --epochs 1 --out model.json --quiet");
    let mut problems = Vec::new();
    for (command, place) in
        all_commands().into_iter().filter(|(command, _)| LONG.contains(&command.as_str()) == are_long)
    {
        let meant =
            MEANT.iter().find(|(named, _)| *named == command).map_or(command.as_str(), |(_, meant)| meant);
        let problem = if ONLY_READ.iter().any(|(named, _)| *named == command) {
            refused(meant)
        } else if let Some((_, word)) = TO_WRITE.iter().find(|(named, _)| *named == command) {
            refused(meant).filter(|text| !text.contains(word))
        } else {
            refused(meant).or_else(|| failed(&scratch, meant))
        };
        problems.extend(problem.map(|problem| format!("{place}: `{command}`\n{problem}")));
    }
    problems
}

#[test]
fn commands_in_prose_can_be_run() {
    let commands = all_commands();
    assert!(commands.len() > 35, "{} commands are found", commands.len());
    let listed = MEANT.iter().chain(&ONLY_READ).chain(&TO_WRITE).map(|(command, _)| command).chain(&LONG);
    let unused: Vec<&&str> = listed.filter(|command| !commands.contains_key(**command)).collect();
    assert!(unused.is_empty(), "no longer in any document: {unused:?}");
    assert_none(&check_prose(false));
}

#[test]
#[ignore = "minutes in a debug build; run in release"]
fn longer_commands_in_prose_can_be_run() {
    assert_none(&check_prose(true));
}

#[test]
fn a_wrong_command_in_prose_is_found() {
    let lines = [
        "Say `backprop step",
        "--sead 17`, or `a` and `backprop check --activation softmaxx`.",
        "",
        "`backprop …`",
    ];
    let document = Document { path: "docs/x.md".into(), lines: lines.map(str::to_owned).to_vec() };
    let found = commands(&document);
    assert_eq!(
        found,
        [(0, "backprop step --sead 17".to_owned()), (1, "backprop check --activation softmaxx".to_owned())]
    );
    for command in [
        found[0].1.as_str(),
        &found[1].1,
        "backprop train --epochs many",
        "backprop walk",
        "backprop plot nowhere",
    ] {
        assert!(refused(command).is_some(), "{command}");
    }
    for command in
        ["backprop predict --input 1,2", "backprop export", "backprop plot", "backprop train --lr 1"]
    {
        assert_eq!(refused(command), None, "{command}");
    }
    assert!(failed(&Scratch::new(), "backprop train --data nowhere.csv").is_some());
}

/// The `backprop …` in the texts of a source file: the line, and the words.
fn printed_commands(source: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//!"))
    {
        let comment = line.trim_start().starts_with("//") && !line.trim_start().starts_with("///");
        for (place, name) in line.match_indices("backprop ").filter(|_| !comment) {
            let ends = |character: char| "\"`;()\\|>".contains(character);
            // What it does follows after two spaces.
            let command = line[place + name.len()..].split("  ").next().unwrap_or_default();
            let command = command.split(ends).next().unwrap_or_default();
            // Not in the middle of a sentence: a command is quoted, begins a line of examples, or follows a colon.
            let before = line[..place].chars().next_back();
            let is_command = matches!(before, Some('`' | '"'))
                || line[..place].trim().is_empty()
                || line[..place].ends_with(": ");
            let command = command.strip_prefix("help ").unwrap_or(command);
            if is_command && command.starts_with(|first: char| first.is_ascii_lowercase()) {
                found.push((number + 1, command.split_whitespace().map(str::to_owned).collect()));
            }
        }
    }
    found
}

/// What a gap or a word to replace becomes after an option or a command.
const GAPS: [(&str, &str); 12] = [
    ("--answer", "bias-forgotten"),
    ("--data", "xor"),
    ("--epochs", "3"),
    ("--fault", "bias-forgotten"),
    ("--image", "7.png"),
    ("--index", "0"),
    ("--input", "1,2"),
    ("--model", "model.json"),
    ("--mystery", "ada"),
    ("--plot", "plot.svg"),
    ("--seed", "1"),
    ("lesson", "nand"),
];

/// Returns a command of the program's texts with its gaps filled: `{}`, and words such as FILE.
fn filled(words: &[String]) -> String {
    let mut whole = vec!["backprop".to_owned()];
    for word in words {
        let name = word.split('.').next().unwrap_or_default();
        let is_gap = word.contains('{') || (!name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase()));
        let last = whole.last().map_or("", String::as_str);
        let gap = GAPS.iter().find(|(before, _)| *before == last).map_or("file", |(_, gap)| gap);
        whole.push(if is_gap { gap.to_owned() } else { word.clone() });
    }
    whole.join(" ")
}

#[test]
fn commands_that_the_program_prints_can_be_typed() {
    let (mut problems, mut count) = (Vec::new(), 0);
    let mut folders = vec![testkit::root().join("src/program"), testkit::root().join("src/page-engine")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path())
        {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|ending| ending != "rs" && ending != "md") {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            for (line, words) in printed_commands(&source) {
                count += 1;
                let command = filled(&words);
                problems.extend(
                    refused(&command).map(|why| format!("{}:{line}: {command}\n{why}", path.display())),
                );
            }
        }
    }
    assert!(count > 40, "{count} commands are found");
    assert_none(&problems);
}
