//! Exercises have answers, and the Markdown has the form that GitHub renders.

use crate::assert_none;
use testkit::book::{chapters, documents};

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
                    None => problems.push(format!("{}: an answer without an exercise", chapter.place(line))),
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
                problem("a fence must be at the beginning of its line");
            }
            if text.contains("$$") {
                let outside = if in_formula { line + 1 } else { line.wrapping_sub(1) };
                if text != "$$" || !is_blank(outside) {
                    problem("$$ must be alone on its line, with an empty line around the formula");
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
                    problem("there must be empty lines around </details>");
                }
            }
        }
        if in_formula || open_details != 0 {
            problems.push(format!("{}: $$ or <details> is not closed", document.path.display()));
        }
    }
    assert_none(&problems);
}
