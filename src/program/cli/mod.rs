//! The `backprop` program: one file per subcommand.
//!
//! Results go to stdout, one JSON object per line with `--json`; everything else (progress, one line for an error)
//! goes to stderr. Exit status 0: done. 1: the answer is no. 2: bad usage or bad input.

mod advice;
mod causes;
mod check;
mod choices;
mod compare;
mod completions;
pub mod dap;
mod dot;
mod dump;
mod evaluate;
mod export;
mod get_mnist;
mod health;
mod lesson;
pub(crate) mod output;
mod plot;
mod predict;
mod prelude;
mod progress;
mod remedies;
mod sequence;
mod setup;
mod step;
mod tour;
mod trace;
mod train;
pub(crate) mod words;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use clap::builder::Styles;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::io::signals;
use backprop::Error;
use output::Output;

const WHERE_TO_START: &str = "Start with `backprop tour`; `backprop help train` explains `train`.";

/// Backpropagation you can step through.
#[derive(Debug, Parser)]
#[command(name = "backprop", version, max_term_width = 100, after_help = WHERE_TO_START)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Tour(tour::Tour),
    Train(Box<train::Train>),
    Evaluate(evaluate::Evaluate),
    Predict(predict::Predict),
    Step(Box<step::Step>),
    Trace(Box<trace::Trace>),
    Dap(dap::Dap),
    Dump(dump::Dump),
    Check(Box<check::Check>),
    Compare(compare::Compare),
    Dot(Box<dot::Dot>),
    Plot(Box<plot::Plot>),
    Lesson(lesson::Lesson),
    Export(Box<export::Export>),
    GetMnist(get_mnist::GetMnist),
    Completions(completions::Completions),
}

/// The reasons why a subcommand can end without having done its work.
enum Failure {
    /// Bad usage or bad input: exit status 2.
    Input(Error),
    /// Standard output is closed or full.
    Output(std::io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Input(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

/// The stack size of the thread that does the work, which does not depend on the shell's limit (`ulimit -s`) for the
/// first thread.
const STACK: usize = 8 << 20;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    main_with(&std::env::args_os().collect::<Vec<_>>())
}

/// Runs the program with these arguments, the first of which is the program's name. For programs that embed this one:
/// it takes over their signals and standard streams.
pub fn main_with(arguments: &[OsString]) -> ExitCode {
    signals::watch();
    // A panic is a bug. It is reported in one line, or in full with RUST_BACKTRACE.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| ()));
    }
    let run = || run(arguments);
    let ended = std::thread::scope(|scope| {
        match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run) {
            Ok(thread) => thread.join(),
            Err(_) => std::panic::catch_unwind(run),
        }
    });
    ended.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("of an unknown kind");
        report(&format!("a bug in this program ({text}); please report it, with the command you typed"));
        ExitCode::from(2)
    })
}

fn run(arguments: &[OsString]) -> ExitCode {
    let matches = match Cli::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => {
            // Without colour, every escape sequence in it was typed by the user.
            let plain = Cli::command().styles(Styles::plain()).try_get_matches_from(arguments).err();
            return report_usage(&plain.unwrap_or(error));
        }
        Err(error) => return report_usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error),
    };
    let mut output = Output::new();
    let result = match cli.command {
        Command::Tour(command) => command.run(&mut output),
        Command::Train(command) => command.run(&mut output),
        Command::Evaluate(command) => command.run(&mut output),
        Command::Predict(command) => command.run(&mut output),
        Command::Step(command) => command.run(&mut output),
        Command::Trace(command) => command.run(&mut output),
        Command::Dap(command) => command.run(),
        Command::Dump(command) => command.run(&mut output),
        Command::Check(command) => command.run(&mut output),
        Command::Compare(command) => command.run(&mut output),
        Command::Dot(command) => command.run(&mut output),
        Command::Plot(command) => command.run(&mut output),
        Command::Lesson(command) => command.run(&mut output),
        Command::Export(command) => command.run(&matches, &mut output),
        Command::GetMnist(command) => command.run(&mut output),
        Command::Completions(command) => command.run(&mut output),
    };
    match (result, output.finish()) {
        // Of two failures, the earlier one matters more.
        (Err(Failure::Input(error)), _) => fail(&remedies::with_flags(error).to_string()),
        (Err(Failure::Output(error)), _) | (Ok(_), Err(error)) => match error.kind() {
            // The reader of the pipe has closed it.
            ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            _ => fail(&format!("standard output: {error}")),
        },
        // The lost lines were reported when it happened.
        (Ok(ExitCode::SUCCESS), Ok(false)) => ExitCode::from(2),
        (Ok(code), Ok(_)) => code,
    }
}

/// Returns an error about options, with what to do about it.
fn refuse(found: impl Into<String>, remedy: impl AsRef<str>) -> Error {
    Error::usage(found).remedy(remedy)
}

/// Reports an error. Returns the exit status of bad usage, bad input or failed output.
fn fail(sentence: &str) -> ExitCode {
    report(sentence);
    ExitCode::from(2)
}

/// Writes one line to stderr, with any special characters of a file's name spelled out. A failure is ignored, because
/// there is nowhere else to report it. The line is written in one piece, because a second signal could end the program
/// between two.
fn report(sentence: &str) {
    let line = format!("backprop: {}\n", shortened(&backprop::spelled_out(sentence)));
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Returns a sentence without its middle if it is longer than anyone reads: an argument may have 100,000 letters.
fn shortened(sentence: &str) -> Cow<'_, str> {
    const ENDS: usize = 1000;
    let place = |(place, _)| place;
    let begin = sentence.char_indices().nth(ENDS).map(place);
    let end = sentence.char_indices().rev().nth(ENDS).map(place);
    match begin.zip(end) {
        Some((begin, end)) if begin < end => format!("{} … {}", &sentence[..begin], &sentence[end..]).into(),
        _ => sentence.into(),
    }
}

/// Prints help and version as they are, and any error as one line.
fn report_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = write!(anstream::stderr(), "{}", Cli::command().render_help().ansi());
        return ExitCode::from(2);
    }
    fail(&format!("{} (--help lists the options)", in_one_line(error)))
}

/// Returns the error in a command line, without clap's hints below it.
fn in_one_line(error: &clap::Error) -> String {
    // As plain text, it would lose escape sequences and the words that contain them.
    let text = error.render().ansi().to_string();
    let is_message = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with("Usage:") && !line.starts_with("For more information")
    };
    let message: Vec<&str> = text.lines().filter(is_message).map(str::trim).collect();
    let message = message.join(" ").trim_start_matches("error: ").to_owned();
    // How Rust says that a word is not a number.
    let words = [
        ("invalid digit found in string", "it must be a whole number"),
        ("cannot parse integer from empty string", "it must be a whole number"),
        ("invalid float literal", "it must be a number"),
        ("cannot parse float from empty string", "it must be a number"),
    ];
    words.into_iter().fold(message, |message, (said, meant)| message.replace(said, meant))
}
