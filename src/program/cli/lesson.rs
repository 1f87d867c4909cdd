//! `backprop lesson`: runs a small experiment, prints its result and draws it.

use std::io::IsTerminal as _;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command, FromArgMatches, Subcommand};

use super::prelude::*;
use crate::lesson::text::wrapped;
use crate::lesson::{Entry, LESSONS, Question};

const EXAMPLES: &str = "Examples:
  backprop lesson nand
  backprop lesson descent --rate 0.25
  backprop lesson descent --answers
  backprop lesson xor --plot xor.svg";

/// Small experiments to play with: what neurons do, and how they learn
///
/// Without a name, lists the lessons in reading order. In a terminal a lesson asks what you expect before it shows
/// the result. Each has its own settings: `backprop lesson descent --help` lists those of `descent`.
#[derive(Debug, Args)]
#[command(
    allow_external_subcommands = true,
    disable_help_subcommand = true,
    subcommand_value_name = "LESSON",
    subcommand_help_heading = "Lessons",
    after_help = EXAMPLES
)]
pub(super) struct Lesson {
    #[command(subcommand)]
    chosen: Option<Chosen>,

    /// List the lessons, one line each
    #[arg(long, conflicts_with_all = ["plot", "source", "answers", "quiet_answers"])]
    list: bool,

    /// Draw the lesson's picture into this file
    #[arg(long, value_name = "FILE.svg", global = true)]
    plot: Option<PathBuf>,

    /// Print the answers to the lesson's three things to try
    #[arg(long, global = true, conflicts_with_all = ["plot", "source", "json"])]
    answers: bool,

    /// Show the result without asking what you expect
    #[arg(long, global = true)]
    quiet_answers: bool,

    /// Replace the file of --plot even if this program did not write it
    #[arg(long, global = true)]
    force: bool,

    /// Print the lesson's code instead of running it
    #[arg(long, global = true, conflicts_with_all = ["plot", "json"])]
    source: bool,

    /// Print the lesson's numbers as one JSON object (without a name: one object per lesson)
    #[arg(long, global = true)]
    json: bool,
}

/// A lesson and its settings.
#[derive(Debug, Clone)]
struct Chosen {
    entry: &'static Entry,
    settings: ArgMatches,
}

impl Subcommand for Chosen {
    fn augment_subcommands(command: Command) -> Command {
        LESSONS.iter().fold(command, |command, entry| {
            let lesson = (entry.settings)(Command::new(entry.name));
            command.subcommand(lesson.about(capitalised(entry.summary)))
        })
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    /// Returns `true`: any word is a lesson's name until [`Chosen::from_arg_matches`] finds that it is not.
    fn has_subcommand(_: &str) -> bool {
        true
    }
}

impl FromArgMatches for Chosen {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (name, settings) = matches
            .subcommand()
            .ok_or_else(|| clap::Error::raw(ErrorKind::MissingSubcommand, "which lesson?"))?;
        let Some(entry) = LESSONS.iter().find(|entry| entry.name == name) else {
            let names = LESSONS.map(|entry| entry.name).join(", ");
            let problem = format!("there is no lesson '{name}'; the lessons are {names}");
            return Err(clap::Error::raw(ErrorKind::InvalidSubcommand, problem));
        };
        Ok(Self { entry, settings: settings.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Lesson {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        match &self.chosen {
            None => self.print_list(output)?,
            Some(chosen) if self.source => output.write_all(chosen.entry.source.as_bytes())?,
            Some(chosen) if self.answers => write_tries(chosen.entry, true, output)?,
            Some(chosen) => self.teach(chosen, output)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn print_list(&self, output: &mut Output) -> Result<(), Failure> {
        if self.plot.is_some() || self.source || self.answers || self.quiet_answers {
            let problem = Error::contents("these options are for one lesson");
            return Err(problem.remedy("say which: backprop lesson nand --source").into());
        }
        if self.json {
            LESSONS.iter().try_for_each(|entry| {
                output.json(&json!({"name": entry.name, "summary": entry.summary, "path": entry.path}))
            })?;
            return Ok(());
        }
        for entry in &LESSONS {
            writeln!(output, "{:<15} {}", entry.name, entry.summary)?;
        }
        writeln!(output, "\nRead one: backprop lesson {}", LESSONS[0].name)?;
        Ok(())
    }

    fn teach(&self, Chosen { entry, settings }: &Chosen, output: &mut Output) -> Result<(), Failure> {
        if let Some(path) = &self.plot {
            Destinations::new(Force { force: self.force })
                .output("--plot", Some(path), Kind::Drawing)
                .check()?;
        }
        let lesson = (entry.run)(settings).map_err(|error| Error::usage(error.to_string()))?;
        if let Some(path) = &self.plot {
            let svg = lesson.figure().to_svg();
            io::write(path, svg.as_bytes())?;
        }
        if self.json {
            output.json(&lesson.numbers())?;
            return Ok(());
        }
        writeln!(output, "{}\n", capitalised(entry.summary))?;
        writeln!(output, "{}", entry.set_up(&*lesson))?;
        if !self.quiet_answers {
            ask(&entry.question(&*lesson), output)?;
        }
        writeln!(output, "{}", entry.result(&*lesson))?;
        write_tries(entry, false, output)?;
        match &self.plot {
            Some(path) => writeln!(output, "\nThe picture is in {}.", name(path))?,
            None => writeln!(output, "\nIts picture: backprop lesson {0} --plot {0}.svg", entry.name)?,
        }
        writeln!(output, "Its code:    backprop lesson {} --source", entry.name)?;
        Ok(())
    }
}

/// Asks what the reader expects, then says what is right. Waits for an answer only in a terminal; otherwise the answer
/// follows the question at once.
fn ask(question: &Question, output: &mut Output) -> std::io::Result<()> {
    output.write_all(wrapped(&format!("What do you expect? {}", question.text), 0).as_bytes())?;
    for (place, choice) in question.choices.iter().enumerate() {
        writeln!(output, "  {})  {choice}", Question::letter(place))?;
    }
    let right = Question::letter(question.right);
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return writeln!(output, "\nIt is {right}.\n");
    }
    let last = Question::letter(question.choices.len() - 1);
    write!(output, "\na to {last}, or just enter: ")?;
    output.flush()?;
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed)?;
    match question.choice(&typed) {
        Some(choice) if choice == question.right => writeln!(output, "\nYes, it is {right}.\n"),
        Some(_) => writeln!(output, "\nNo, it is {right}.\n"),
        None => writeln!(output, "\nIt is {right}.\n"),
    }
}

/// Prints the lesson's three things to try, with or without their answers.
fn write_tries(entry: &Entry, with_answers: bool, output: &mut Output) -> std::io::Result<()> {
    let hint = format!(" (answers: backprop lesson {} --answers)", entry.name);
    writeln!(output, "Three things to try{}", if with_answers { "" } else { &hint })?;
    for (place, one) in entry.text.tries().iter().enumerate() {
        writeln!(output, "\n{}. backprop lesson {} {}", place + 1, entry.name, one.flags)?;
        output.write_all(wrapped(one.question, 3).as_bytes())?;
        if with_answers {
            output.write_all(wrapped(one.answer, 3).as_bytes())?;
        }
    }
    Ok(())
}

/// Returns the summary as a heading.
fn capitalised(summary: &str) -> String {
    let (first, rest) = summary.split_at(1);
    first.to_uppercase() + rest
}
