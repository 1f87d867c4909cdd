//! Commands shown in the book print what is shown.

use std::fs;

use crate::scratch::Scratch;
use crate::{assert_none, rewrite, updating};
use testkit::book::{Block, Document, documents};
use testkit::root;

/// One command of a `console` block.
struct Shown {
    command: String,
    expected: Vec<String>,
}

/// Returns the commands of a block, and what it says before the first one (nothing, if the block is well formed).
fn commands(block: &Block) -> (Vec<String>, Vec<Shown>) {
    let (mut before, mut shown): (Vec<String>, Vec<Shown>) = (Vec::new(), Vec::new());
    for line in &block.body {
        match (line.strip_prefix("$ "), shown.last_mut()) {
            (Some(command), _) => shown.push(Shown { command: command.to_owned(), expected: Vec::new() }),
            (None, Some(last)) => last.expected.push(line.clone()),
            (None, None) => before.push(line.clone()),
        }
    }
    (before, shown)
}

/// Runs a document's commands, those for release builds or the others. Returns what is wrong, and writes it right.
fn check_commands(document: &Document, in_release: bool) -> Vec<String> {
    let scratch = Scratch::new();
    let (mut problems, mut renewed) = (Vec::new(), Vec::new());
    for block in document.blocks() {
        if let Some(command) = block.note("printed by:").filter(|_| !in_release) {
            let output = scratch.run(command);
            let text = String::from_utf8_lossy(&output.stdout);
            let printed: Vec<String> = text.lines().map(str::to_owned).collect();
            if !output.status.success() || printed.is_empty() || printed != block.body {
                problems.push(format!("{}: `{command}` prints\n{text}", document.place(block.start)));
                renewed.push((block, printed));
            }
            continue;
        }
        if let Some(file) = block.note("saved as:") {
            fs::write(scratch.folder.path().join(file), block.body.join("\n") + "\n").expect("a file");
        }
        if block.language != "console" {
            continue;
        }
        if block.note("not in CI:").is_some() || block.note("release only:").is_some() != in_release {
            continue;
        }
        let place = document.place(block.start);
        let (before, shown) = commands(&block);
        if !before.is_empty() || shown.is_empty() {
            problems.push(format!("{place}: a console block begins with `$ command`"));
            continue;
        }
        let varying: Vec<&str> = block.note("varies:").unwrap_or_default().split_whitespace().collect();
        let statuses: Vec<&str> = block.note("exit status:").unwrap_or_default().split_whitespace().collect();
        let (mut body, mut differs) = (Vec::new(), false);
        for (number, one) in shown.iter().enumerate() {
            let output = scratch.run(&one.command);
            let status = output.status.code().unwrap_or(-1).to_string();
            let text = String::from_utf8_lossy(&output.stdout);
            let printed: Vec<&str> = text.lines().collect();
            let expected = statuses.get(number).copied().unwrap_or("0");
            if status != expected {
                problems.push(format!(
                    "{place}: `{}` ends with status {status}, not {expected}: say so in the text, and above the block in \
                     a note `exit status:`\n{text}",
                    one.command
                ));
            }
            if !lines_match(&one.expected, &printed, &varying) {
                problems.push(format!("{place}: `{}` prints\n{text}", one.command));
                differs = true;
            }
            body.push(format!("$ {}", one.command));
            body.extend(printed.into_iter().map(str::to_owned));
        }
        if differs {
            renewed.push((block, body));
        }
    }
    if updating() && !renewed.is_empty() {
        rewrite(document, renewed);
        return Vec::new();
    }
    problems
}

/// Returns `true` if the printed lines are the expected ones; `...` stands for any lines.
fn lines_match(expected: &[String], printed: &[&str], varying: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((dots, rest)) if dots.trim() == "..." => {
            (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..], varying))
        }
        Some((line, rest)) => printed.split_first().is_some_and(|(first, others)| {
            line_matches(line, first, varying) && lines_match(rest, others, varying)
        }),
    }
}

/// Returns `true` if a printed line is the expected one; any number will do in place of a varying word.
fn line_matches(expected: &str, printed: &str, varying: &[&str]) -> bool {
    let next = varying.iter().filter_map(|word| expected.find(word).map(|place| (place, word))).min();
    let Some((place, word)) = next else { return expected == printed };
    let before = expected[..place].trim_end_matches(' ');
    let Some(rest) = printed.strip_prefix(before) else { return false };
    let number = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b' ' | b'.' | b',')).count();
    (1..=number).any(|length| line_matches(&expected[place + word.len()..], &rest[length..], varying))
}

#[test]
fn commands_shown_in_the_book_print_what_is_shown() {
    let problems: Vec<String> =
        documents().iter().flat_map(|document| check_commands(document, false)).collect();
    assert_none(&problems);
}

#[test]
#[ignore = "minutes in a debug build; run in release"]
fn longer_commands_shown_in_the_book_print_what_is_shown() {
    let problems: Vec<String> =
        documents().iter().flat_map(|document| check_commands(document, true)).collect();
    assert_none(&problems);
}

#[test]
fn a_block_that_is_not_run_says_why() {
    let mut problems = Vec::new();
    for document in documents() {
        for block in document.blocks().iter().filter(|block| block.language == "console") {
            let reasons = ["not in CI:", "release only:"].map(|word| block.note(word));
            if reasons.iter().flatten().any(|reason| reason.len() < 8) {
                problems.push(format!("{}: the reason is missing", document.place(block.start)));
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_block_is_checked_or_says_why_not() {
    let mut problems = Vec::new();
    for document in documents() {
        for block in document.blocks() {
            let place = document.place(block.start);
            if block.note("not in CI:").is_some_and(|reason| reason.len() > 8) {
                continue;
            }
            if let Some(test) = block.note("tested by:") {
                let source = fs::read_to_string(root().join(test)).unwrap_or_default();
                if !source.contains(document.file_name()) {
                    problems.push(format!("{place}: {test} does not read {}", document.file_name()));
                }
                continue;
            }
            match block.language.as_str() {
                "console" | "debugger" => {}
                "sh" => problems.extend(check_shell(&document, &block)),
                rust if rust.split(',').next() == Some("rust") => {}
                _ if ["printed by:", "saved as:", "drawing"]
                    .iter()
                    .any(|note| block.note(note).is_some()) => {}
                _ => problems.push(format!("{place}: what checks this block? Say why nothing can")),
            }
        }
    }
    assert_none(&problems);
}

/// Returns a block of commands without their output.
fn check_shell(document: &Document, block: &Block) -> Vec<String> {
    let place = document.place(block.start);
    let script = block.note("run by:").map(|script| fs::read_to_string(root().join(script)));
    let commands = block.body.iter().map(|line| line.split(" # ").next().unwrap_or_default().trim());
    match script {
        // The package has no .ci/run.
        Some(Err(_)) => Vec::new(),
        Some(Ok(script)) => commands
            .filter(|command| {
                let runs = |line: &str| {
                    line.split_once(command).is_some_and(|(before, after)| {
                        before.trim().is_empty() && (after.is_empty() || after.starts_with(' '))
                    })
                };
                !script.lines().any(runs)
            })
            .map(|command| format!("{place}: no line of the script runs `{command}`"))
            .collect(),
        None => {
            let scratch = Scratch::new();
            let fails = |command: &&str| !scratch.run(command).status.success();
            commands.filter(fails).map(|command| format!("{place}: `{command}` fails")).collect()
        }
    }
}

#[test]
fn the_comparison_of_printed_text_can_fail() {
    let expected = ["a", "...", "rate   11,453  best"].map(str::to_owned);
    let varying = ["11,453"];
    assert!(lines_match(&expected, &["a", "b", "c", "rate  8,952  best"], &varying));
    assert!(lines_match(&expected, &["a", "rate 111,453  best"], &varying));
    assert!(!lines_match(&expected, &["a", "b", "rate  8,952"], &varying));
    assert!(!lines_match(&expected, &["a", "b", "rate  8,952  best", "more"], &varying));
    assert!(!lines_match(&expected, &["a", "rate  x  best"], &varying));
    assert!(!lines_match(&expected, &["a", "rate 8,952  best"], &[]));
}
