//! `backprop trace`: writes a page in which to step, check and compare.

use backprop::setup::Setup;
use serde::Serialize;

use super::choices::at_least_one;
use super::prelude::*;
use super::sequence::{SequenceArgs, TrainingArgs};
use crate::show::page;

const EXAMPLES: &str = "Examples:
  backprop trace
  backprop trace --data digits --from model.json
  backprop trace --out page.html --sizes 2,3,3,1 --activation tanh --rate 0.1";

/// Write a page in which to step through training, node by node, in a browser
///
/// The page holds this program's own engine: step forwards and backwards, change any weight, input, target or the rate,
/// check the gradient with and without a planted fault, let the two networks race. It is one file that needs nothing else
/// and loads nothing. Without options: the article's network of nine nodes. Open it at a step with page.html#step=12.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub(super) struct Trace {
    #[command(flatten)]
    sequence: SequenceArgs,

    /// The file to write
    #[arg(long, value_name = "FILE.html", default_value = "page.html")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    training: TrainingArgs,

    /// Step through the first N samples [default: 6, of a CSV file 1000, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    samples: Option<usize>,

    /// Let the page's slider span N epochs; stepping can go further
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one)]
    epochs: usize,
}

/// The number of samples without --samples.
const SAMPLES: usize = 6;

/// The situation that the page begins with: src/page-engine/situation.rs.
#[derive(Serialize)]
struct Situation {
    #[serde(flatten)]
    setup: Setup,
    #[serde(flatten)]
    training: TrainingArgs,
    limit: usize,
    epochs: usize,
}

impl Trace {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        self.training.check()?;
        let places = self.sequence.places(self.force)?;
        places.output("--out", Some(&self.out), Kind::Page).check()?;
        let sequence = self.sequence.prepare(self.samples, self.sequence.usual_samples(SAMPLES))?;
        let count = sequence.rows.samples.len();
        if let Some(samples) = self.samples.filter(|samples| count < *samples) {
            let source = sequence.source();
            let found = format!("--samples {samples} is more than there are: {count}, {source}");
            return Err(Error::usage(found).into());
        }
        let all = sequence.available;
        let situation = Situation {
            training: sequence.with_rate(&self.training),
            setup: sequence.for_page(),
            limit: count,
            epochs: self.epochs,
        };
        let situation = serde_json::to_value(situation).map_err(|error| Error::usage(error.to_string()))?;
        let page = page::html(&situation, situation["data"] == "digits")?;
        io::write(&self.out, page.as_bytes())?;
        let kilobytes = page.len().div_ceil(1000);
        writeln!(output, "{}: {} kB; open it in a browser", name(&self.out), thousands(kilobytes))?;
        if situation["data"]["samples"].is_array() && count < all && self.samples.is_none() {
            let (count, all) = (thousands(count), thousands(all));
            writeln!(output, "It has the first {count} of {all} samples; --samples N takes more or fewer.")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
