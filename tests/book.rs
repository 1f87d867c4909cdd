//! README.md, data/README.md and the book under docs/ are true: the code stands in the sources, commands print what is shown, links
//! lead somewhere, exercises have answers.
//!
//! What is checked is marked by the Markdown itself:
//!
//! | above a block | means |
//! |---|---|
//! | `<!-- from src/graph/node.rs: fn calc_output -->` | the block is that item of that file (several: separated by commas) |
//! | `<!-- from src/graph/node.rs -->` | the block stands in that file as it is |
//! | nothing, and the block is `rust` | it is a doc-test: its file is listed in src/doctests.rs |
//! | nothing, and the block is `console` | each `$ command` is run, and prints what follows it |
//! | `<!-- release only: reason -->` | the same, by the ignored test, in a release build |
//! | `<!-- not in CI: reason -->` | it is not run |
//! | `<!-- varies: 11,453 0.8 -->` | where these words stand another run may have other numbers |
//! | `<!-- printed by: command -->` | the `text` block is what that command prints |
//! | `<!-- made by: command -->` above a picture | that command makes the picture, to the byte |
//!
//! Commands run in a scratch folder with copies of docs/ and data/, where `backprop` and `cargo run --release --` are
//! the program under test. A line `...` stands for any lines. A command that fails is followed by `$ echo $?`.
//! `UPDATE_DOCS=1 cargo test --test book -- --test-threads=1` writes code, printed text and pictures into the book.
#![cfg(all(unix, feature = "cli"))]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

use support::book::{Block, Document, chapters, documents, root};
use tempfile::TempDir;

/// Fails with all problems at once.
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n\n{}\n", problems.len(), problems.join("\n\n"));
}

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Replaces the bodies of blocks, last one first, and writes the file.
fn rewrite(document: &Document, mut renewed: Vec<(Block, Vec<String>)>) {
    let mut lines = document.lines.clone();
    renewed.sort_by_key(|(block, _)| std::cmp::Reverse(block.start));
    for (block, body) in renewed {
        lines.splice(block.start + 1..block.end, body);
    }
    fs::write(root().join(&document.path), lines.join("\n") + "\n").expect("the book can be written");
}

// Code.

#[test]
fn code_shown_in_the_book_is_the_code() {
    let mut problems = Vec::new();
    for document in documents() {
        let mut renewed = Vec::new();
        for block in document.blocks() {
            let place = document.place(block.start);
            match (block.language.as_str(), block.note("from ")) {
                (_, Some(source)) => match code_from(source) {
                    Err(problem) => problems.push(format!("{place}: {problem}")),
                    Ok(Code::Item(lines)) if lines != block.body => {
                        problems.push(format!("{place}: this is not what stands in {source}"));
                        renewed.push((block, lines));
                    }
                    Ok(Code::File(text)) if !text.contains(&unindented(&block.body)) => {
                        problems.push(format!("{place}: this does not stand in {source}"));
                    }
                    Ok(_) => {}
                },
                ("rust", None) if !is_doc_tested(&document) => problems.push(format!(
                    "{place}: a `rust` block without a source is a doc-test; list this file in src/doctests.rs"
                )),
                ("" | "rust,ignore", None) => {
                    problems.push(format!("{place}: say what this is: rust (with its source), console, text, sh"));
                }
                _ => {}
            }
        }
        if updating() && !renewed.is_empty() {
            rewrite(&document, renewed);
        }
    }
    if !updating() {
        assert_none(&problems);
    }
}

enum Code {
    /// Named items, without their documentation.
    Item(Vec<String>),
    /// A whole file; its lines without indentation, since a part of it may be shown without.
    File(String),
}

/// The code that `file` or `file: item, item` names.
fn code_from(source: &str) -> Result<Code, String> {
    let (path, items) = source.split_once(": ").map_or((source, None), |(path, items)| (path, Some(items)));
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let Some(items) = items else { return Ok(Code::File(unindented(&lines))) };
    let mut code = Vec::new();
    for item in items.split(", ") {
        if !code.is_empty() {
            code.push(String::new());
        }
        code.extend(item_of(&lines, item).ok_or_else(|| format!("{path} has no {item}"))?);
    }
    Ok(Code::Item(code))
}

/// From the first line of an item (`fn calc_output`, `struct Node`) to its closing brace.
fn item_of(lines: &[String], item: &str) -> Option<Vec<String>> {
    let begins = |line: &&String| {
        let code = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
        code.strip_prefix(item)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    let first = lines.iter().position(|line| begins(&line))?;
    let indentation = lines[first].len() - lines[first].trim_start().len();
    let closes = |line: &&String| {
        let code = line.get(indentation..).unwrap_or_default();
        code.starts_with(['}', ')', ']']) && !code.ends_with(['{', '(', '['])
    };
    let count = if lines[first].ends_with([';', '}']) {
        0
    } else {
        1 + lines[first + 1..].iter().position(|line| closes(&line))?
    };
    let shown = lines[first..=first + count].iter();
    Some(shown.map(|line| line.get(indentation..).unwrap_or_default().to_owned()).collect())
}

fn unindented(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line.trim_start() + "\n")
}

fn is_doc_tested(document: &Document) -> bool {
    let list = fs::read_to_string(root().join("src/doctests.rs")).expect("src/doctests.rs is there");
    list.contains(&format!("\"../{}\"", document.path.display()))
}

// Commands.

/// A folder to run the book's commands in.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        copy_folder(&root().join("docs"), &at("docs"));
        for name in ["data", "src", "tests", "README.md", "Cargo.toml"] {
            symlink(root().join(name), at(name)).expect("a link");
        }
        fs::create_dir(at(".bin")).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_backprop"), at(".bin/backprop")).expect("a link");
        // target/debug/deps/book-0123
        let test = std::env::current_exe().expect("a test knows its own path");
        let profile = test.ancestors().nth(2).expect("target/debug").to_owned();
        let cargo = at(".bin/cargo");
        fs::write(&cargo, cargo_stand_in(&profile)).expect("a file");
        fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .expect("a file mode");
        Self { folder }
    }

    /// Runs one line of shell. `status` is the exit status of the line before.
    fn run(&self, command: &str, status: i32) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut bash = Command::new("bash");
        bash.arg("-c").arg(format!("exec 2>&1; (exit {status}); {command}"));
        bash.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8").env_remove("CLICOLOR_FORCE");
        bash.env("PATH", format!("{}:{path}", self.folder.path().join(".bin").display()));
        bash.output().expect("bash is there")
    }
}

/// A `cargo` that only knows `run`, and runs what is already built.
fn cargo_stand_in(profile: &Path) -> String {
    let (cargo, root, profile) = (env!("CARGO"), root().display(), profile.display());
    format!(
        r#"#!/usr/bin/env bash
example=""
[ "$1" = run ] || {{ echo "the book's test only knows cargo run" >&2; exit 9; }}
shift
while [ $# -gt 0 ]; do
    case "$1" in
        --release|--quiet|-q) ;;
        --example) example="$2"; shift ;;
        --) shift; break ;;
        *) echo "the book's test does not know cargo run $1" >&2; exit 9 ;;
    esac
    shift
done
[ -n "$example" ] || exec backprop "$@"
(cd '{root}' && '{cargo}' build --quiet --example "$example" --target-dir '{profile}/..') || exit 9
exec "{profile}/examples/$example" "$@"
"#
    )
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder that can be read") {
        let entry = entry.expect("a folder that can be read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// One command of a `console` block.
struct Shown {
    /// Its line, or several that end in a backslash.
    lines: Vec<String>,
    command: String,
    expected: Vec<String>,
}

/// The commands of a block, and what it says before the first one (nothing, if the block is well formed).
fn commands(block: &Block) -> (Vec<String>, Vec<Shown>) {
    let (mut before, mut shown): (Vec<String>, Vec<Shown>) = (Vec::new(), Vec::new());
    let mut continued = false;
    for line in &block.body {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            shown.push(Shown { lines: vec![line.clone()], command, expected: Vec::new() });
        } else {
            match shown.last_mut() {
                Some(last) if continued => {
                    last.lines.push(line.clone());
                    last.command.push('\n');
                    last.command.push_str(line);
                }
                Some(last) => last.expected.push(line.clone()),
                None => before.push(line.clone()),
            }
        }
        let is_command = line.starts_with("$ ") || continued;
        continued = is_command && line.ends_with('\\');
    }
    (before, shown)
}

/// Runs a document's commands, those for release builds or the others. Returns what is wrong, and writes it right.
fn check_commands(document: &Document, in_release: bool) -> Vec<String> {
    let scratch = Scratch::new();
    let (mut problems, mut renewed) = (Vec::new(), Vec::new());
    for block in document.blocks() {
        if let Some(command) = block.note("printed by:").filter(|_| !in_release) {
            let output = scratch.run(command, 0);
            let text = String::from_utf8_lossy(&output.stdout);
            let printed: Vec<String> = text.lines().map(str::to_owned).collect();
            if !output.status.success() || printed.is_empty() || printed != block.body {
                problems.push(format!("{}: `{command}` prints\n{text}", document.place(block.start)));
                renewed.push((block, printed));
            }
            continue;
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
        let (mut status, mut body, mut differs) = (0, Vec::new(), false);
        for (number, one) in shown.iter().enumerate() {
            let output = scratch.run(&one.command, status);
            status = output.status.code().unwrap_or(-1);
            let text = String::from_utf8_lossy(&output.stdout);
            let printed: Vec<&str> = text.lines().collect();
            if status != 0 && shown.get(number + 1).is_none_or(|next| next.command != "echo $?") {
                problems.push(format!(
                    "{place}: `{}` ends with status {status}, and no `$ echo $?` follows\n{text}",
                    one.command
                ));
            }
            if !lines_match(&one.expected, &printed, &varying) {
                problems.push(format!("{place}: `{}` prints\n{text}", one.command));
                differs = true;
            }
            body.extend(one.lines.iter().cloned());
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

/// Whether the printed lines are the expected ones; `...` stands for any lines.
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

/// Whether a printed line is the expected one; where a varying word stands, any number will do.
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

// Pictures.

#[test]
fn every_picture_is_what_its_command_makes() {
    let mut problems = Vec::new();
    let mut shown = Vec::new();
    for document in documents() {
        let scratch = Scratch::new();
        for (line, target) in document.links().into_iter().filter(|(_, target)| is_drawing(target)) {
            let place = document.place(line);
            let picture = document.path.parent().expect("a file is in a folder").join(&target);
            let notes = document.notes_before(line);
            shown.push(picture.clone());
            let Some(command) = notes.iter().find_map(|note| note.strip_prefix("made by:")) else {
                problems.push(format!(
                    "{place}: which command makes {target}? Write <!-- made by: ... --> above"
                ));
                continue;
            };
            if notes.iter().any(|note| note.starts_with("not in CI:")) {
                continue;
            }
            let output = scratch.run(command.trim(), 0);
            let made = fs::read(scratch.folder.path().join(&picture)).unwrap_or_default();
            if !output.status.success() || made.is_empty() {
                let text = String::from_utf8_lossy(&output.stdout);
                problems.push(format!("{place}: `{command}` does not make {}: {text}", picture.display()));
            } else if updating() {
                fs::write(root().join(&picture), made).expect("the book can be written");
            } else if fs::read(root().join(&picture)).ok() != Some(made) {
                problems.push(format!("{place}: `{command}` makes another {}", picture.display()));
            }
        }
    }
    let folder = root().join("docs/images");
    for entry in folder.read_dir().into_iter().flatten() {
        let picture = Path::new("docs/images").join(entry.expect("docs/images can be read").file_name());
        if is_drawing(&picture) && !shown.contains(&picture) {
            problems.push(format!("{} is shown nowhere", picture.display()));
        }
    }
    assert_none(&problems);
}

fn is_drawing(path: impl AsRef<Path>) -> bool {
    path.as_ref().extension().is_some_and(|extension| extension == "svg")
}

// Links, order, exercises, form.

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut problems = Vec::new();
    for document in &documents {
        for (line, link) in document.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(file, a)| (file, Some(a)));
            let folder = document.path.parent().expect("a file is in a folder");
            let target =
                if file.is_empty() { Some(document.path.clone()) } else { normal(&folder.join(file)) };
            let place = document.place(line);
            let Some(target) = target.filter(|target| root().join(target).exists()) else {
                problems.push(format!("{place}: there is no {link}"));
                continue;
            };
            let Some(anchor) = anchor else { continue };
            let known = documents.iter().find(|document| document.path == target);
            if !known.is_some_and(|known| known.anchors().iter().any(|heading| heading == anchor)) {
                problems.push(format!("{place}: {} has no heading #{anchor}", target.display()));
            }
        }
    }
    assert_none(&problems);
}

/// The path without `..`; nothing if it leaves the repository.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}

#[test]
fn chapters_lead_from_one_to_the_next_and_back() {
    let chapters = chapters();
    let contents = Document::read(PathBuf::from("docs/README.md"));
    let listed: Vec<String> = contents.links().into_iter().map(|(_, link)| link).collect();
    let mut problems = Vec::new();
    for (place, chapter) in chapters.iter().enumerate() {
        let last = chapter.lines.iter().rposition(|line| !line.is_empty()).expect("a chapter has lines");
        let links: Vec<String> =
            chapter.links().into_iter().filter(|(line, _)| *line == last).map(|(_, link)| link).collect();
        let mut expected = Vec::new();
        if place > 0 {
            expected.push(chapters[place - 1].file_name().to_owned());
        }
        expected.push("README.md".to_owned());
        expected.extend(chapters.get(place + 1).map(|next| next.file_name().to_owned()));
        if links != expected {
            problems.push(format!("{}: the last line must link to {expected:?}", chapter.path.display()));
        }
        let number = format!("# {}. ", place + 1);
        if !chapter.lines[0].starts_with(&number)
            || !chapter.file_name().starts_with(&format!("{:02}-", place + 1))
        {
            problems.push(format!("{}: the title must begin with {number:?}", chapter.path.display()));
        }
    }
    let others = documents().into_iter().filter(|document| document.path.parent() == Some(Path::new("docs")));
    for document in others.filter(|document| document.path != contents.path) {
        if !listed.iter().any(|link| link == document.file_name()) {
            problems.push(format!("docs/README.md does not list {}", document.file_name()));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_chapter_has_three_exercises_and_every_exercise_an_answer() {
    let mut problems = Vec::new();
    for chapter in chapters() {
        let mut answered = Vec::new();
        for (line, text) in chapter.prose() {
            if text.starts_with("**Exercise ") {
                let number = answered.len() + 1;
                if !text.starts_with(&format!("**Exercise {number}.** ")) {
                    problems.push(format!("{}: exercise {number} is next", chapter.place(line)));
                }
                answered.push(0);
            } else if text == "<details><summary>Answer</summary>" {
                match answered.last_mut() {
                    Some(answers) => *answers += 1,
                    None => problems.push(format!("{}: an answer to nothing", chapter.place(line))),
                }
            }
        }
        if answered.len() < 3 || answered.iter().any(|answers| *answers != 1) {
            problems.push(format!("{}: exercises and their answers: {answered:?}", chapter.path.display()));
        }
    }
    assert_none(&problems);
}

#[test]
fn the_markdown_is_what_github_renders() {
    let mut problems = Vec::new();
    for document in documents() {
        let is_blank = |line: usize| document.lines.get(line).is_none_or(String::is_empty);
        let (mut in_formula, mut open_details) = (false, 0);
        for (line, text) in document.prose() {
            let mut problem = |what: &str| problems.push(format!("{}: {what}", document.place(line)));
            if text.trim_start().starts_with("```") {
                problem("a fence stands at the beginning of its line");
            }
            if text.contains("$$") {
                let outside = if in_formula { line + 1 } else { line.wrapping_sub(1) };
                if text != "$$" || !is_blank(outside) {
                    problem("$$ stands alone on its line, with an empty line around the formula");
                }
                in_formula = !in_formula;
            } else if in_formula && text.is_empty() {
                problem("a formula has no empty line");
            }
            if text.starts_with("<details>") {
                open_details += 1;
                if !is_blank(line + 1) {
                    problem("an empty line must follow, or the answer is not rendered as Markdown");
                }
            }
            if text == "</details>" {
                open_details -= 1;
                if !is_blank(line - 1) || !is_blank(line + 1) {
                    problem("empty lines must stand around </details>");
                }
            }
        }
        if in_formula || open_details != 0 {
            problems.push(format!("{}: $$ or <details> is not closed", document.path.display()));
        }
    }
    assert_none(&problems);
}
