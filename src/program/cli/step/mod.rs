//! `backprop step`: one training step after another, node by node.

mod choice;
mod names;
mod print;
mod questions;

use std::io::IsTerminal;
use std::time::Duration;

use backprop::step::Stepper;

use super::choices::at_least_one;
use super::sequence::{Sequence, SequenceArgs, TrainingArgs};
use crate::cli::prelude::*;
use crate::io::signals::{self, Ending};
use crate::show::stepper;
use choice::ChoiceArgs;
use print::Headings;

/// The time that a signal gives the stepper to leave the screen. If the terminal is gone because its window was closed,
/// crossterm waits for a key forever: it reads the end of the file over and over.
const PATIENCE: Duration = Duration::from_secs(1);

/// The samples that the terminal stepper reads, unless --train-limit says otherwise.
const SAMPLES_IN_TERMINAL: usize = 100;

const EXAMPLES: &str = "Examples:
  backprop step
  backprop step --plain
  backprop step --plain --only a4,d4,w41..w4b
  backprop step --plain --phase backward --epochs 2
  backprop step --seed 17 --questions
  backprop step --from model.json --data mnist --targets soft --rate 0.3 --plain";

/// Step through training, node by node
///
/// Draws the network in the terminal and walks through one training step after another: each input, each output,
/// each delta, each new weight, with its formula and its numbers, forwards and backwards. Without options: the
/// article's network of nine nodes. --plain and --json print the steps instead.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub(super) struct Step {
    #[command(flatten)]
    sequence: SequenceArgs,

    #[command(flatten)]
    training: TrainingArgs,

    /// Print every step as one line of text
    #[arg(long, conflicts_with = "json")]
    plain: bool,

    /// Print a sheet of questions: the same steps, with blanks for what they compute. The answers are those of --plain,
    /// under the same numbers
    #[arg(long, conflicts_with_all = ["plain", "json"])]
    questions: bool,

    /// Print every step as one JSON object per line
    #[arg(long)]
    json: bool,

    /// Only the first N training samples [default: with --plain and --json as many as --batch, else 100]
    #[arg(long, visible_alias = "samples", value_name = "N", value_parser = at_least_one)]
    train_limit: Option<usize>,

    /// Go over the samples N times; the terminal stepper has no end [default: 1]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    epochs: Option<usize>,

    #[command(flatten)]
    choice: ChoiceArgs,

    /// Decimals of each number with --plain and --questions, at least 6 [default: 6]
    #[arg(long, value_name = "N", conflicts_with = "json", value_parser = clap::value_parser!(u8).range(6..=17))]
    digits: Option<u8>,
}

impl Step {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        // A terminal that cannot be drawn on gets the steps as text.
        let is_dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        let as_text = self.plain || self.questions || self.json || is_dumb;
        if !as_text {
            self.check_terminal()?;
        }
        self.training.check()?;
        let limit = if as_text { self.training.batch } else { SAMPLES_IN_TERMINAL };
        let sequence = self.sequence.prepare(self.train_limit, limit)?;
        let training = sequence.with_rate(&self.training);
        let mut stepper = sequence.stepper(&training);
        if as_text {
            self.print(stepper, &sequence, &training, output)?;
            return Ok(ExitCode::SUCCESS);
        }
        // The terminal stepper shows the step that was done last.
        if let Some(step) = self.choice.from_step {
            let _working = Working::on(format!("on the way to step {step}"));
            stepper.goto(step);
        }
        signals::end(Ending::Soon(PATIENCE, ratatui::restore));
        signals::watch_terminal();
        stepper::run(stepper, sequence.rows)?;
        Ok(if signals::asked() { signals::exit_code() } else { ExitCode::SUCCESS })
    }

    /// Checks that there is a terminal to draw in, and that no option is about printing.
    fn check_terminal(&self) -> Result<(), Error> {
        if self.digits.is_some() {
            return Err(refuse("--digits says how --plain and --questions print numbers", "add one of them"));
        }
        if self.epochs.is_some() {
            return Err(Error::usage("--epochs says how much --plain or --json prints"));
        }
        self.choice.check_for_terminal()?;
        if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
            return Ok(());
        }
        Err(Error::contents("there is no terminal to draw in")
            .remedy("--plain prints every step, --json one object per line"))
    }

    fn print(
        &self,
        mut stepper: Stepper,
        sequence: &Sequence,
        training: &TrainingArgs,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let count = stepper.epoch_len().saturating_mul(self.epochs.unwrap_or(1));
        let mut positions = self.choice.positions(&stepper, count)?;
        if self.json {
            while positions.go_to_next(&mut stepper)
                && let Some(step) = stepper.next()
            {
                serde_json::to_writer(&mut *output, &step).map_err(std::io::Error::from)?;
                writeln!(output)?;
            }
            return Ok(());
        }
        let decimals = self.digits.map_or(6, usize::from);
        if self.questions {
            questions::check(&stepper)?;
        }
        let architecture = &stepper.network().architecture;
        let (sizes, cost) = (architecture.sizes_text(), architecture.cost);
        writeln!(output, "A network of {sizes} nodes, {cost} cost, {training},")?;
        writeln!(output, "on {}.", sequence.source())?;
        writeln!(output, "As in bp.py, δ = −∂E/∂z: the direction to move in.")?;
        if self.questions {
            questions::write_weights(&stepper, decimals, output)?;
        }
        let mut headings = Headings::new(decimals, !self.questions);
        while positions.go_to_next(&mut stepper) {
            headings.write(&stepper, output)?;
            let Some(step) = stepper.next() else { break };
            let number = step.position + 1;
            if self.questions {
                writeln!(output, "{number:>5}  {}", questions::question(&step, decimals))?;
            } else {
                writeln!(output, "{number:>5}  {step:.decimals$}")?;
            }
        }
        Ok(())
    }
}
