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

/// The `backprop …` in the texts of a source file: the line, and the words.
fn printed_commands(source: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//!"))
    {
        let comment = line.trim_start().starts_with("//") && !line.trim_start().starts_with("///");
        for (place, name) in line.match_indices("backprop ").filter(|_| !comment) {
            let ends = |character: char| "\"`;()\\".contains(character);
            let command = line[place + name.len()..].split(ends).next().unwrap_or_default();
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

#[test]
fn commands_that_the_program_prints_exist_with_their_options() {
    let scratch = Scratch::new();
    let (mut problems, mut helps) = (Vec::new(), std::collections::HashMap::new());
    let (mut folders, mut count) = (vec![testkit::root().join("src/program")], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path())
        {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap_or_default();
            if path.extension().is_none_or(|ending| ending != "rs") {
                continue;
            }
            for (line, words) in printed_commands(&source) {
                let is_kind = words[0] == "plot"
                    && words.get(1).is_some_and(|word| word.starts_with(char::is_lowercase));
                let command = words[..if is_kind { 2 } else { 1 }].join(" ");
                let help = helps.entry(command.clone()).or_insert_with(|| {
                    let output = scratch.run(&format!("backprop {command} --help"));
                    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
                });
                count += 1;
                let is_option = |word: &&String| word.starts_with("--");
                let name =
                    |word: &String| word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
                let unknown =
                    words.iter().filter(is_option).map(name).find(|option| !help.1.contains(option.as_str()));
                if !help.0 || unknown.is_some() {
                    problems.push(format!(
                        "{}:{line}: backprop {} {unknown:?}",
                        path.display(),
                        words.join(" ")
                    ));
                }
            }
        }
    }
    assert!(count > 40, "{count} commands are found");
    assert_none(&problems);
}
