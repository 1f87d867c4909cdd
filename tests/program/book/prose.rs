//! Commands that the prose names between backticks exist, with their options; those of the page for teachers are run.

use crate::assert_none;
use crate::scratch::Scratch;
use testkit::book::{Document, documents};

/// The `backprop …` of a document outside its blocks: the line, and the command.
fn commands(document: &Document) -> Vec<(usize, String)> {
    let spans = document.prose().into_iter().flat_map(|(line, text)| {
        let spans = text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        spans.into_iter().map(move |span| (line, span))
    });
    let commands = spans.filter(|(_, span)| span.starts_with("backprop ") && !span.contains('…'));
    commands.filter(|(_, span)| span.as_bytes()["backprop ".len()].is_ascii_lowercase()).collect()
}

/// Returns true if the command is complete, and ends by itself within seconds.
fn can_be_run(command: &str) -> bool {
    let placeholder = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    let needs_terminal = command.starts_with("backprop step")
        && !command.contains("--plain")
        && !command.contains("--questions");
    !needs_terminal && command != "backprop tour" && !command.split(' ').any(placeholder)
}

#[test]
fn commands_in_prose_exist_with_their_options() {
    let scratch = Scratch::new();
    let (mut problems, mut count) = (Vec::new(), 0);
    for document in documents() {
        for (line, command) in commands(&document) {
            count += 1;
            let command =
                command.strip_suffix(" NAME").filter(|rest| !rest.contains("--")).unwrap_or(&command);
            let output = scratch.run(&format!("{command} --help"));
            // A fault or a lesson that the reader is to write is in no list; the option is there all the same.
            let text = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() && !text.contains("invalid value") {
                problems.push(format!("{}: `{command}`\n{text}", document.place(line)));
            }
        }
    }
    assert!(count > 50, "{count} commands are found");
    assert_none(&problems);
}

#[test]
#[ignore = "minutes in a debug build; run in release"]
fn commands_for_teachers_can_be_run() {
    let scratch = Scratch::new();
    let teaching =
        documents().into_iter().find(|document| document.file_name() == "teaching.md").expect("teaching.md");
    let mut problems = Vec::new();
    let commands = commands(&teaching);
    for (line, command) in commands.iter().filter(|(_, command)| can_be_run(command)) {
        let output = scratch.run(command);
        // 1 is the answer of a check that finds a fault.
        if !matches!(output.status.code(), Some(0 | 1)) {
            let text = String::from_utf8_lossy(&output.stdout);
            problems.push(format!("{}: `{command}`\n{text}", teaching.place(*line)));
        }
    }
    assert!(commands.len() > 12, "{}", commands.len());
    assert_none(&problems);
}
