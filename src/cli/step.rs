//! `backprop step`: one training step after the other, node by node.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use backprop::step::text::number;
use backprop::step::{Phase, Stepper};
use backprop::{Error, Problem};

use super::sequence::{Sequence, SequenceArgs, TrainingArgs};
use super::signals::{self, Ending};
use super::{Failure, Output};
use crate::show::stepper;

/// How long a signal waits for the screen to be left. crossterm never comes back from waiting for a key on a terminal
/// that is gone (its window was closed): it reads the end of the file over and over.
const PATIENCE: Duration = Duration::from_secs(1);

/// Samples the terminal stepper holds ready, unless --train-limit says otherwise.
const SAMPLES_AT_HAND: usize = 100;

const EXAMPLES: &str = "Examples:
  backprop step
  backprop step --plain
  backprop step --from model.json --data mnist --targets soft --rate 0.3 --plain";

/// Step through training, node by node
///
/// Draws the network in the terminal and walks through one training step after the other: each input, each output,
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

    /// Print every step as one JSON object per line
    #[arg(long)]
    json: bool,

    /// Only the first N training samples [default: with --plain and --json as many as --batch, else 100]
    #[arg(long, value_name = "N")]
    train_limit: Option<usize>,

    /// Go over the samples N times; the terminal stepper has no end [default: 1]
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,

    /// Decimals of each number with --plain, at least 6 [default: 6]
    #[arg(long, value_name = "N", requires = "plain", conflicts_with = "json", value_parser = clap::value_parser!(u8).range(6..=17))]
    digits: Option<u8>,
}

impl Step {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let as_text = self.plain || self.json;
        if self.train_limit == Some(0) || self.epochs == Some(0) {
            return Err(Error::Usage(Problem::new(
                "--train-limit",
                "--train-limit and --epochs count from 1",
            ))
            .into());
        }
        if !as_text && self.epochs.is_some() {
            return Err(Error::Usage(Problem::new(
                "--epochs",
                "--epochs says how much --plain or --json prints",
            ))
            .into());
        }
        let terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
        if !as_text && !terminal {
            let problem = Problem::new("terminal", "there is no terminal to draw in")
                .remedy("--plain prints every step, --json one object a line");
            return Err(Error::Usage(problem).into());
        }
        self.training.check()?;
        let default_limit = if as_text { self.training.batch } else { SAMPLES_AT_HAND };
        let sequence = self.sequence.prepare(self.train_limit.unwrap_or(default_limit))?;
        if self.json {
            let stepper = sequence.stepper(&self.training);
            let count = self.count(&stepper);
            for step in stepper.take(count) {
                serde_json::to_writer(&mut *output, &step).map_err(std::io::Error::from)?;
                writeln!(output)?;
            }
        } else if self.plain {
            self.print(&sequence, output)?;
        } else {
            let stepper = sequence.stepper(&self.training);
            signals::end(Ending::Soon(PATIENCE, ratatui::restore));
            signals::watch_terminal();
            stepper::run(
                stepper,
                sequence.image_shape,
                &sequence.source,
                &sequence.classes,
                &signals::asked,
            )?;
            if signals::asked() {
                return Ok(signals::exit_code());
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// How many steps are printed.
    fn count(&self, stepper: &Stepper) -> usize {
        stepper.epoch_len().saturating_mul(self.epochs.unwrap_or(1))
    }

    fn print(&self, sequence: &Sequence, output: &mut Output) -> Result<(), Failure> {
        let decimals = self.digits.map_or(6, usize::from);
        let mut stepper = sequence.stepper(&self.training);
        let architecture = sequence.network.architecture.clone();
        writeln!(
            output,
            "A network of {} nodes, {} cost, {},",
            architecture.sizes_text(),
            architecture.cost,
            self.training
        )?;
        writeln!(output, "on {}.", sequence.source)?;
        writeln!(output, "As in bp.py, δ = −∂E/∂z: the direction to move in.")?;
        for _ in 0..self.count(&stepper) {
            write_headings(&stepper, decimals, output)?;
            if let Some(step) = stepper.next() {
                writeln!(output, "{:>5}  {step:.decimals$}", step.position + 1)?;
            }
        }
        Ok(())
    }
}

/// What stands above the next step, where an epoch, a sample, a phase or a layer begins.
fn write_headings(stepper: &Stepper, decimals: usize, output: &mut Output) -> std::io::Result<()> {
    let moment = stepper.moment(stepper.position());
    let segment = moment.order.segment(moment.step);
    if moment.step != segment.start {
        return Ok(());
    }
    let (epoch, sample, layer) = (moment.epoch + 1, moment.sample, segment.layer);
    if stepper.mini_batches().are_plain() && moment.step == 0 {
        writeln!(output, "\nEpoch {epoch}, sample {sample}: {} steps", moment.order.len())?;
    } else if segment.phase == Phase::SetInput {
        if moment.step == 0 {
            let (mini_batch, steps) = (moment.mini_batch + 1, moment.order.len());
            writeln!(output, "\nEpoch {epoch}, mini-batch {mini_batch}: {steps} steps")?;
        }
        writeln!(output, "\nSample {sample}")?;
    }
    match segment.phase {
        Phase::SetInput => writeln!(output, "\nThe inputs"),
        Phase::DropOut => writeln!(output, "\nWhat dropout keeps of layer {layer}"),
        Phase::Output => writeln!(output, "\nOutputs of layer {layer}"),
        Phase::OutputDelta => {
            let cost = stepper.costs().last().copied().unwrap_or_default();
            writeln!(output, "\nThe cost of this sample: {}", number(cost, decimals))?;
            writeln!(output, "\nDeltas of layer {layer}, the output layer")
        }
        Phase::HiddenDelta if layer == 0 => {
            writeln!(output, "\nDeltas of layer 0 (computed as in bp.py; no weight needs them)")
        }
        Phase::HiddenDelta => writeln!(output, "\nDeltas of layer {layer}"),
        Phase::UpdateWeight => writeln!(output, "\nNew weights from layer {layer} to layer {}", layer + 1),
        Phase::AddGradient => {
            writeln!(output, "\nGradients from layer {layer} to layer {}, added up", layer + 1)
        }
        Phase::UpdateByMean => {
            let batch = segment.sample + 1;
            writeln!(
                output,
                "\nNew weights from layer {layer} to layer {}, by the mean of {batch} gradients",
                layer + 1
            )
        }
    }
}
