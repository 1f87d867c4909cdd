//! What is printed: a table of students by exercises, and the lessons.

use std::fmt::Write;

use serde_json::json;

use crate::exercise::{Exercise, Student};
use crate::judge::{Mark, State};

#[derive(Clone, Copy)]
pub enum Format {
    Plain,
    Json,
    Csv,
    Markdown,
}

const LEGEND: &str = "+ right   = right, but the shipped solution   - wrong   e does not compile   ! stopped   . untouched   ? missing";

impl State {
    fn sign(self) -> char {
        match self {
            Self::Right => '+',
            Self::Shipped => '=',
            Self::Wrong => '-',
            Self::DoesNotCompile => 'e',
            Self::Stopped => '!',
            Self::Untouched => '.',
            Self::Missing => '?',
        }
    }

    /// Returns `true` if there is more to say than the sign says.
    fn has_lesson(self) -> bool {
        matches!(self, Self::Wrong | Self::DoesNotCompile | Self::Stopped)
    }
}

/// Returns all of it. `marks` has those of the first student first.
pub fn text(format: Format, students: &[Student], exercises: &[Exercise], marks: &[Mark]) -> String {
    let rows: Vec<(&Student, &[Mark])> = students.iter().zip(marks.chunks(exercises.len())).collect();
    match format {
        Format::Json => json_lines(&rows, exercises),
        Format::Csv => csv(&rows, exercises),
        Format::Plain => plain(&rows, exercises),
        Format::Markdown => markdown(&rows, exercises),
    }
}

type Rows<'a> = [(&'a Student, &'a [Mark])];

fn json_lines(rows: &Rows, exercises: &[Exercise]) -> String {
    let mut text = String::new();
    for (student, marks) in rows {
        for (exercise, mark) in exercises.iter().zip(*marks) {
            let [student, exercise, lesson] =
                [&student.name, &exercise.name, &mark.lesson].map(|text| json!(text));
            let passed = mark.passed();
            let _ = writeln!(
                text,
                "{{\"student\":{student},\"exercise\":{exercise},\"passed\":{passed},\"lesson\":{lesson}}}"
            );
        }
    }
    text
}

fn csv(rows: &Rows, exercises: &[Exercise]) -> String {
    let mut text = "student".to_owned();
    exercises.iter().for_each(|exercise| text.push_str(&format!(",{}", exercise.name)));
    text.push_str(",right\n");
    for (student, marks) in rows {
        text.push_str(&cell(&student.name));
        for mark in *marks {
            text.push(',');
            text.push_str(&cell(if mark.state == State::Right { "right" } else { &mark.short }));
        }
        let _ = writeln!(text, ",{}", right(marks));
    }
    text
}

/// A cell in quotes. A spreadsheet takes one that begins with =, +, - or @ for a formula; the name of a folder may.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\"").replace(['\n', '\r'], " "))
}

fn plain(rows: &Rows, exercises: &[Exercise]) -> String {
    let mut text = String::new();
    let width =
        rows.iter().map(|(student, _)| printable(&student.name).chars().count()).max().unwrap_or(0).max(8);
    let _ = write!(text, "{:width$} ", "");
    for number in 1..=exercises.len() {
        let _ = write!(text, "{number:>3}");
    }
    let _ = writeln!(text, "  right");
    for (student, marks) in rows {
        let _ = write!(text, "{:width$} ", printable(&student.name));
        for mark in *marks {
            let _ = write!(text, "{:>3}", mark.state.sign());
        }
        let _ = writeln!(text, "  {:>5}", right(marks));
    }
    let _ = write!(text, "{:width$} ", "right");
    for place in 0..exercises.len() {
        let _ = write!(text, "{:>3}", rows.iter().filter(|(_, marks)| marks[place].passed()).count());
    }
    let _ = writeln!(text, "\n\n{LEGEND}\n");
    for (number, exercise) in (1..).zip(exercises) {
        let _ = writeln!(text, "{number:>3} {}", exercise.name);
    }
    for (student, marks) in rows.iter().filter(|(_, marks)| marks.iter().any(|mark| mark.state.has_lesson()))
    {
        let _ = writeln!(text, "\n{}", printable(&student.name));
        for (exercise, mark) in exercises.iter().zip(*marks).filter(|(_, mark)| mark.state.has_lesson()) {
            let _ = writeln!(text, "  {}: {}", exercise.name, printable(&mark.short));
        }
    }
    text
}

fn markdown(rows: &Rows, exercises: &[Exercise]) -> String {
    let mut text = "| student |".to_owned();
    (1..=exercises.len()).for_each(|number| text.push_str(&format!(" {number} |")));
    let _ = writeln!(text, " right |\n|---|{}---|", "---|".repeat(exercises.len()));
    for (student, marks) in rows {
        let _ = write!(text, "| {} |", escaped(&student.name));
        for mark in *marks {
            let _ = write!(text, " `{}` |", mark.state.sign());
        }
        let _ = writeln!(text, " {} |", right(marks));
    }
    let _ = writeln!(text, "\n`{}`\n", LEGEND.replace("   ", "`, `"));
    for (number, exercise) in (1..).zip(exercises) {
        let _ = writeln!(text, "{number}. `{}`", exercise.name);
    }
    for (student, marks) in rows.iter().filter(|(_, marks)| marks.iter().any(|mark| mark.state.has_lesson()))
    {
        let _ = writeln!(text, "\n**{}**\n", escaped(&student.name));
        for (exercise, mark) in exercises.iter().zip(*marks).filter(|(_, mark)| mark.state.has_lesson()) {
            let _ = writeln!(text, "- `{}`: {}", exercise.name, escaped(&mark.short));
        }
    }
    text
}

fn right(marks: &[Mark]) -> usize {
    marks.iter().filter(|mark| mark.passed()).count()
}

/// Text of a student's without what would move the cursor.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "?")
}

/// Text of a student's as text, whatever Markdown or HTML would make of it.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        if "\\`*_{}[]<>()#|!&~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
