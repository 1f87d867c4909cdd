//! Grades a class: every exercise of every folder, compiled by itself against the judge of this checkout, and run within
//! limits.
//!
//! - `exercise`: what there is to solve, and what a folder has of it;
//! - `judge`: compiles a solution and runs it;
//! - `limits`: how long, how much memory, how much output, and no other process;
//! - `table`: what is printed.

mod exercise;
mod judge;
mod limits;
mod table;

use std::fmt;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use exercise::{Exercise, Student};
use judge::{Judge, Mark};
use table::Format;

const HELP: &str = "\
Grades exercises of the book, a folder for each student.

Usage: docs/exercises/grade [--json | --csv | --markdown] FOLDER...

A FOLDER is a copy of docs/exercises or of the whole repository, or has just the files NAME.rs. Only these files are read:
the judge is that of the checkout that `grade` is in. Each is compiled alone, and runs for 10 seconds at most, with 512 MB.

  --json      a line an exercise: {\"student\", \"exercise\", \"passed\", \"lesson\"}
  --csv       a line a student, a column an exercise: \"right\", or the lesson
  --markdown  a table, and the lessons as a list
  --help      this text

Exit status: 0, everything is graded; 2, bad usage.
";

/// Why nothing can be graded, and what to do about it.
#[derive(Debug)]
pub struct Problem(pub String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Problem(text)) => {
            eprintln!("error: {text}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Problem> {
    let mut format = None;
    let mut folders = Vec::new();
    let mut options = true;
    for argument in std::env::args_os().skip(1) {
        let chosen = match argument.to_str().filter(|_| options) {
            Some("--help" | "-h") => return print(HELP),
            Some("--json") => Format::Json,
            Some("--csv") => Format::Csv,
            Some("--markdown") => Format::Markdown,
            Some("--") => {
                options = false;
                continue;
            }
            Some(option) if option.starts_with('-') => {
                return Err(Problem(format!("there is no option {option}: --help lists them")));
            }
            _ => {
                folders.push(argument);
                continue;
            }
        };
        if format.replace(chosen).is_some() {
            return Err(Problem("choose one of --json, --csv and --markdown".to_owned()));
        }
    }
    if folders.is_empty() {
        return Err(Problem("no FOLDER is named: --help says how".to_owned()));
    }
    let students = exercise::students(folders.iter().map(Path::new))?;
    let exercises = exercise::shipped()?;
    let marks = grade(&students, &exercises)?;
    print(&table::text(format.unwrap_or(Format::Plain), &students, &exercises, &marks))
}

/// Writes to standard output. It is fine if the reader stops early (`| head`).
fn print(text: &str) -> Result<(), Problem> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(problem) if problem.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Problem(format!("cannot print: {problem}")))
        }
        _ => Ok(()),
    }
}

/// Returns a mark for every exercise of every student, in this order. Each processor takes the next one.
fn grade(students: &[Student], exercises: &[Exercise]) -> Result<Vec<Mark>, Problem> {
    let judge = Judge::build()?;
    let count = students.len() * exercises.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let marks: Mutex<Vec<Option<Result<Mark, Problem>>>> = Mutex::new((0..count).map(|_| None).collect());
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(count);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (judge, next, done, marks) = (&judge, &next, &done, &marks);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return;
                    }
                    let (student, exercise) =
                        (&students[place / exercises.len()], &exercises[place % exercises.len()]);
                    let mark = judge.mark(worker, student, exercise);
                    if mark.is_err() {
                        next.store(count, Ordering::Relaxed);
                    }
                    marks.lock().unwrap_or_else(|poisoned| poisoned.into_inner())[place] = Some(mark);
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if std::io::stderr().is_terminal() {
                        let end = if done == count { "\r\x1b[K" } else { "" };
                        eprint!("\r{done} of {count}{end}");
                    }
                }
            });
        }
    });
    let marks = marks.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    marks.into_iter().flatten().collect()
}
