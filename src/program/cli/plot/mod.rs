//! `backprop plot`: draws what a network thinks.

mod landscape;
mod regions;
mod runs;
mod weights;

use clap::Subcommand;

use crate::cli::prelude::*;
use crate::show::plot::Figure;

const EXAMPLES: &str = "Examples:
  backprop plot regions --data moons --rate 2 --init normal --epochs 0,10,100 --out regions.svg
  backprop plot weights --model model.json --out weights.svg
  backprop plot landscape --model model.json --data digits --out landscape.svg
  backprop plot runs first.json second.json --out runs.svg";

/// Draw what a network thinks: decision regions, weights, the landscape of its cost, several runs
///
/// (The learning curves of one run: `backprop train --plot FILE.svg`.)
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub(super) struct Plot {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Regions(Box<regions::Regions>),
    Weights(weights::Weights),
    Landscape(Box<landscape::Landscape>),
    Runs(runs::Runs),
}

/// The destination of the picture.
#[derive(Debug, Args)]
struct Out {
    /// The file to write
    #[arg(long, value_name = "FILE.svg")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,
}

/// A picture of one kind.
trait Picture {
    /// Adds the files it is made from.
    fn inputs(&self, places: Destinations) -> Result<Destinations, Error>;

    /// Draws the picture. Returns it with a sentence about it.
    fn figure(&self) -> Result<(Figure, String), Error>;
}

impl Plot {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let (picture, Out { out, force }): (&dyn Picture, &Out) = match &self.what {
            What::Regions(plot) => (plot.as_ref(), &plot.out),
            What::Weights(plot) => (plot, &plot.out),
            What::Landscape(plot) => (plot.as_ref(), &plot.out),
            What::Runs(plot) => (plot, &plot.out),
        };
        picture.inputs(Destinations::new(*force))?.output("--out", Some(out), Kind::Drawing).check()?;
        let working = Working::on("Drawing");
        let (figure, told) = picture.figure()?;
        drop(working);
        io::write(out, figure.to_svg().as_bytes())?;
        writeln!(output, "{}: {told}", name(out))?;
        Ok(ExitCode::SUCCESS)
    }
}
