//! Code shown in the book is the code in the sources.

use std::fs;

use crate::{assert_none, rewrite, updating};
use testkit::book::{Document, documents};
use testkit::root;

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
                        problems.push(format!("{place}: this is not what {source} contains"));
                        renewed.push((block, lines));
                    }
                    Ok(Code::File(text)) if !text.contains(&unindented(&block.body)) => {
                        problems.push(format!("{place}: this is not in {source}"));
                    }
                    Ok(_) => {}
                },
                ("rust", None) if !is_doc_tested(&document) => problems.push(format!(
                    "{place}: a `rust` block without a source is a doc-test; list this file in src/book/mod.rs"
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

/// Returns the code that `file` or `file: item, item` names.
fn code_from(source: &str) -> Result<Code, String> {
    let (path, items) = source.split_once(": ").map_or((source, None), |(path, items)| (path, Some(items)));
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let lines: Vec<String> = text.lines().map(|line| without_marker(line).to_owned()).collect();
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

/// Returns a line without the marker by which `backprop dap` finds it.
fn without_marker(line: &str) -> &str {
    line.split_once(" // step: ").map_or(line, |(code, _)| code)
}

/// Returns an item (`fn calc_output`, `struct Node`), from its first line to its closing brace.
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
    let list = fs::read_to_string(root().join("src/book/mod.rs")).expect("src/book/mod.rs is there");
    list.contains(&format!("\"{}\"", document.path.display()))
}
