//! Formulas reach their renderer exactly as they are written.
//!
//! GitHub, like others, parses Markdown in a formula before it renders it: `\\` loses a backslash, `\,` becomes a
//! comma, and `_` may begin emphasis. So the formulas here are written such that even a Markdown parser that knows
//! nothing about formulas leaves them alone: `\cr` ends a row.

use pulldown_cmark::{Event, Options, Parser};
use serde_json::Value;

use crate::assert_none;
use testkit::book::{chapters, documents};
use testkit::root;

/// Commands that GitHub refuses to draw.
const REFUSED: [&str; 3] = [r"\operatorname", r"\def", r"\newcommand"];

#[test]
fn formulas_survive_markdown() {
    let mut problems = Vec::new();
    let mut count = 0;
    for document in documents() {
        let source = document.lines.join("\n");
        let read_without_formulas = plain_text(&source);
        for (line, formula) in formulas(&source) {
            count += 1;
            let place = document.place(line);
            if !read_without_formulas.contains(&formula) {
                problems.push(format!("{place}: Markdown changes this formula: {formula}"));
            }
            for command in REFUSED.iter().filter(|command| formula.contains(*command)) {
                problems.push(format!("{place}: GitHub refuses {command}"));
            }
        }
    }
    assert!(count > 50, "only {count} formulas were found");
    assert_none(&problems);
}

#[test]
fn a_formula_that_markdown_changes_is_found() {
    for (formula, survives) in [
        (r"$a_j (1 - a_j)$", true),
        (r"$w\,x$", false),
        (r"$\left\{ x \right\}$", false),
        ("$$\na &= b \\cr\nc &= d\n$$", true),
        ("$$\na &= b \\\\\nc &= d\n$$", false),
        (r"$(a)_j + w_{kj}$", false),
        ("$a <b> c$", false),
    ] {
        let found: Vec<String> = formulas(formula).into_iter().map(|(_, formula)| formula).collect();
        assert_eq!(found, [formula.trim_matches('$')], "{formula}");
        assert_eq!(plain_text(formula).contains(&found[0]), survives, "{formula}");
    }
}

#[test]
fn the_documentation_has_every_formula_and_every_picture_of_every_chapter() {
    let module = std::fs::read_to_string(root().join("src/book/mod.rs")).expect("the module is there");
    let drawn = std::fs::read(root().join("src/book/formulas.json")).expect("its formulas are there");
    let drawn: Value = serde_json::from_slice(&drawn).expect("JSON");
    let mut problems = Vec::new();
    for chapter in chapters() {
        let path = chapter.path.display();
        let Some(listed) = module.lines().find(|line| line.contains(&format!("\"{path}\""))) else {
            problems.push(format!("src/book/mod.rs does not list {path}"));
            continue;
        };
        for (_, link) in chapter.links().into_iter().filter(|(_, link)| link.starts_with("images/")) {
            if !listed.contains(&format!("[\"{link}\"]")) {
                problems.push(format!("src/book/mod.rs: next to {path}, [\"{link}\"] is missing"));
            }
        }
        for (line, formula) in formulas(&chapter.lines.join("\n")) {
            let key = formula.split_whitespace().collect::<Vec<_>>().join(" ");
            if !drawn[&key].is_string() {
                problems.push(format!(
                    "{}: this formula is not in src/book/formulas.json; cargo book with UPDATE_DOCS set puts it there",
                    chapter.place(line)
                ));
            }
        }
    }
    assert_none(&problems);
}

/// Returns every formula, with the index of its line.
fn formulas(source: &str) -> Vec<(usize, String)> {
    let events = Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_MATH).into_offset_iter();
    let formula = |event| match event {
        Event::InlineMath(formula) | Event::DisplayMath(formula) => Some(formula.to_string()),
        _ => None,
    };
    let line = |offset| source[..offset].matches('\n').count();
    events.filter_map(|(event, range)| Some((line(range.start), formula(event)?))).collect()
}

/// Returns the text that a Markdown parser without formulas finds, code left out.
fn plain_text(source: &str) -> String {
    let mut text = String::new();
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::SoftBreak | Event::End(_) => text.push('\n'),
            _ => {}
        }
    }
    text
}
