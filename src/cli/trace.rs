//! `backprop trace`: the walkthrough as a page.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use backprop::step::Stepper;
use backprop::{Error, Problem};

use super::output::{counted, name, thousands};
use super::places::{self, Force, Kind};
use super::progress::Working;
use super::sequence::{SequenceArgs, TrainingArgs};
use super::{Failure, Output};
use crate::show::page;

const EXAMPLES: &str = "Examples:
  backprop trace
  backprop trace --out page.html --data bits --samples 4 --epochs 3
  backprop trace --out page.html --sizes 2,3,3,1 --activation tanh --rate 0.1";

/// Write training, node by node, as a page to walk through in a browser
///
/// The page shows the network, the formula of each step with its numbers, the same moment as matrices, and the error,
/// and steps forwards and backwards. It is one file that needs nothing else and loads nothing. Without options: the
/// article's network of nine nodes. Open it at a step with page.html#step=12.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub(super) struct Trace {
    #[command(flatten)]
    sequence: SequenceArgs,

    /// The page
    #[arg(long, value_name = "FILE.html", default_value = "page.html")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    training: TrainingArgs,

    /// Train on the first N samples [default: 6, or all if there are fewer]
    #[arg(long, value_name = "N")]
    samples: Option<usize>,

    /// Go over the samples N times
    #[arg(long, value_name = "N", default_value_t = 5)]
    epochs: usize,
}

/// Samples, where nobody says how many.
const SAMPLES: usize = 6;

impl Trace {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        if self.samples == Some(0) || self.epochs == 0 {
            return Err(Error::Usage(Problem::new("--samples", "--samples and --epochs count from 1")).into());
        }
        self.training.check()?;
        let places = self.sequence.places(self.force)?;
        places.output("--out", Some(&self.out), Kind::Page).check()?;
        let sequence = self.sequence.prepare(self.samples.unwrap_or(SAMPLES))?;
        let stepper = sequence.stepper(&self.training);
        let count = stepper.sample_count();
        if let Some(samples) = self.samples.filter(|samples| count < *samples) {
            return Err(Error::Usage(Problem::new(
                "--samples",
                format!("--samples {samples} is more than there are: {count}, {}", sequence.source),
            ))
            .into());
        }
        let working = Working::on("Recording");
        let page = page::html(stepper.clone(), self.epochs, &self.about(&stepper, &sequence.source))?;
        drop(working);
        places::write(&self.out, page.as_bytes())?;
        writeln!(
            output,
            "{}: {} steps on {} kB; open it in a browser",
            name(&self.out),
            thousands(self.epochs * stepper.epoch_len()),
            page.len().div_ceil(1000)
        )?;
        Ok(ExitCode::SUCCESS)
    }

    /// The line under the title.
    fn about(&self, stepper: &Stepper, source: &str) -> String {
        let architecture = &stepper.network().architecture;
        let sizes: Vec<String> = architecture.sizes.iter().map(usize::to_string).collect();
        let mut activations: Vec<&str> = architecture.activations.iter().map(|a| a.name()).collect();
        activations.dedup();
        format!(
            "Network {}, {}, {} cost, {}. {}, {} of {}.",
            sizes.join("-"),
            activations.join(" then "),
            architecture.cost,
            self.training.to_string().replacen("rate", "rate η =", 1),
            capitalised(source),
            counted(self.epochs, "epoch"),
            counted(stepper.sample_count(), "sample"),
        )
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
