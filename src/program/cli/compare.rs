//! `backprop compare`: the object graph and the vectorized network do the same work. They must agree before they are
//! timed.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use backprop::comparison::{Comparison, Rows, compare};
use backprop::data_set::{DataSet, Part, Source, Targets};
use backprop::training::Options;
use backprop::{Architecture, Cost, Error, graph};

use super::choices::{Activations, DataArgs, Sizes, StandardizeArgs};
use super::output::thousands;
use super::places::{self, Force, Kind, Places};
use super::progress::Working;
use super::train::default_sizes;
use super::words::words;
use super::{Failure, Output};
use crate::memory;
use crate::show::plot::{Axis, Figure, Plot, Series};

/// Hidden neurons of the networks that --plot compares. The last has a thousand times as many connections as the first.
const HIDDEN_LAYERS: [usize; 7] = [1, 3, 10, 30, 100, 300, 1000];

/// In three networks, and in the parameters they are compared by.
const BYTES_OF_A_CONNECTION: usize = 120;

/// Compare the object graph with the vectorized network
///
/// Trains both from the same weights on the same samples, one step per sample on one thread. Prints whether they agree, how
/// long each takes for a sample (the median of five passes in turns), and how large a connection is. Without options:
/// 784-300-10 on embedded digits. `cargo bench` measures more, and more carefully.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct Compare {
    /// Neurons in each layer, input first [default: digits 784,300,10; else as `train`]
    #[arg(long, value_name = "N,N,...")]
    sizes: Option<Sizes>,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    standardize: StandardizeArgs,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity
    #[arg(long, value_name = "A[,A...]", default_value = "sigmoid")]
    activation: Activations,

    /// The cost
    #[arg(long, value_name = "COST", default_value = "quadratic", value_parser = words::<Cost>())]
    cost: Cost,

    /// The first N training samples
    #[arg(long, value_name = "N", default_value_t = 100)]
    samples: usize,

    /// The learning rate
    #[arg(long, visible_aliases = ["lr", "learning-rate"], value_name = "R", default_value_t = 0.3)]
    rate: f64,

    /// Decides the starting weights
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,

    /// Compare one hidden layer of 1 to 1,000 neurons too, and draw time against connections here
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,

    #[command(flatten)]
    force: Force,

    /// Print one JSON object per network
    #[arg(long)]
    json: bool,
}

impl Compare {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        Options { rate: self.rate, ..Options::default() }.check()?;
        if let Some(path) = &self.plot {
            let places = Places::new(self.force).data(&self.data.source()?);
            places.output("--plot", Some(path), Kind::Drawing).check()?;
            super::lesson::check_is_svg(path)?;
            output.go_on();
        }
        let data = self.standardize.apply(self.data.load_part(Part::Train, None)?, None)?.first(self.samples);
        if data.is_empty() {
            return Err(Error::usage("--samples counts from 1").into());
        }
        let all_sizes = self.all_sizes(&data);
        let architectures = all_sizes.iter().map(|sizes| self.architecture(sizes, &data));
        let architectures = architectures.collect::<Result<Vec<_>, Error>>()?;

        let mut comparisons = Vec::new();
        for architecture in &architectures {
            let numbers = architecture.input_size() + architecture.output_size();
            memory::check_count("--samples", data.len(), 8 * numbers)?;
            let sizes = architecture.sizes_text().replace(',', "-");
            let working = Working::on(format!("Comparing on {sizes}"));
            let (labels, samples) = rows(&data, architecture.output_size());
            let rows = Rows { labels: &labels, samples: &samples };
            let comparison = compare(architecture, rows, self.rate, self.seed);
            drop(working);
            if self.json {
                output.json(&json_of(&comparison))?;
            } else {
                if comparisons.is_empty() {
                    write_head(output, &data, &self.data.source()?)?;
                }
                write_row(output, &comparison)?;
            }
            comparisons.push(comparison);
        }
        let agree = comparisons.iter().all(Comparison::agrees);
        if !self.json {
            let sentence = if agree {
                "The engines end in the same weights; times are microseconds of training a sample, on one thread."
            } else {
                "The engines do not end in the same weights, so they were not timed: try a smaller rate."
            };
            writeln!(output, "\n{sentence}")?;
        }
        if let Some(path) = &self.plot {
            let svg = figure(&comparisons).to_svg();
            places::write(path, svg.as_bytes())?;
        }
        Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Returns the sizes asked for, or a series of them to draw.
    fn all_sizes(&self, data: &DataSet) -> Vec<Vec<usize>> {
        let is_image = data.image_shape().is_some() && !data.reproduces();
        match &self.sizes {
            Some(sizes) => vec![sizes.0.clone()],
            None if is_image && self.plot.is_some() => {
                HIDDEN_LAYERS.map(|hidden| default_sizes(data, Some(hidden))).to_vec()
            }
            None => vec![default_sizes(data, is_image.then_some(300))],
        }
    }

    fn architecture(&self, sizes: &[usize], data: &DataSet) -> Result<Architecture, Error> {
        let mut architecture = Architecture::new(sizes).with_cost(self.cost);
        self.activation.apply(&mut architecture);
        architecture.check()?;
        data.check_fits(&architecture)?;
        architecture.check_size()?;
        memory::check_network(&architecture, BYTES_OF_A_CONNECTION)?;
        // Both engines must hold it; the object graph is the larger.
        graph::Network::try_new(&architecture)?;
        Ok(architecture)
    }
}

/// Returns all labels and all samples, row after row.
fn rows(data: &DataSet, outputs: usize) -> (Vec<f64>, Vec<f64>) {
    let labels = (0..data.len()).flat_map(|index| data.label(index, Targets::Soft, outputs)).collect();
    let samples = (0..data.len()).flat_map(|index| data.sample(index)).collect();
    (labels, samples)
}

fn write_head(output: &mut Output, data: &DataSet, source: &Source) -> std::io::Result<()> {
    writeln!(output, "One step a sample, on {} samples of {}, from the same weights.\n", data.len(), source)?;
    writeln!(
        output,
        "{:<16} {:>11}  {:>10}  {:>10}  {:>10}  {:>7}  {:>12}  {:>6}",
        "network", "connections", "objects", "textbook", "vectorized", "ratio", "difference", "bytes"
    )?;
    output.flush()
}

fn write_row(output: &mut Output, comparison: &Comparison) -> std::io::Result<()> {
    let sizes: Vec<String> = comparison.sizes.iter().map(usize::to_string).collect();
    writeln!(
        output,
        "{:<16} {:>11}  {:>7.1} us  {:>7.1} us  {:>7.1} us  {:>6.1}x  {:>12.0e}  {:>6.1}",
        sizes.join("-"),
        thousands(comparison.connections),
        comparison.object_us,
        comparison.textbook_us,
        comparison.vectorized_us,
        comparison.ratio,
        comparison.max_difference,
        comparison.bytes_per_connection
    )?;
    output.flush()
}

fn json_of(comparison: &Comparison) -> serde_json::Value {
    json!({
        "sizes": comparison.sizes,
        "connections": comparison.connections,
        "agree": comparison.agrees(),
        "object_us": comparison.object_us,
        "textbook_us": comparison.textbook_us,
        "vectorized_us": comparison.vectorized_us,
        "ratio": comparison.ratio,
        "max_difference": comparison.max_difference,
        "bytes_per_connection": comparison.bytes_per_connection,
    })
}

/// Draws microseconds a sample against connections, both logarithmic.
fn figure(comparisons: &[Comparison]) -> Figure {
    let points =
        |time: fn(&Comparison) -> f64| comparisons.iter().map(move |c| (c.connections as f64, time(c)));
    let plot = Plot::new("", Axis::new("connections").log(), Axis::new("microseconds a sample").log())
        .with(Series::line("object graph", points(|c| c.object_us).collect::<Vec<_>>()))
        .with(Series::line("textbook matrices", points(|c| c.textbook_us).collect::<Vec<_>>()))
        .with(Series::line("vectorized network", points(|c| c.vectorized_us).collect::<Vec<_>>()));
    Figure::new("Training on one sample", [plot])
}
