//! `backprop compare`: the object graph and the vectorized network do the same work. They must agree before they are
//! timed.

use std::fmt::Display;

use backprop::comparison::{Comparison, Rows, compare};
use backprop::data_set::{DataSet, Source, Targets};
use backprop::gradient_check::Precision;
use backprop::setup::{Data, Samples, Setup};
use backprop::training::Options;
use backprop::{Activation, Cost, graph};

use super::choices::{List, activations, architecture, at_least_one, sizes, training_samples};
use super::prelude::*;
use crate::io::memory;
use crate::show::plot::{Axis, Figure, Mark, Plot};

/// Hidden neurons of the networks that --plot compares. The last has a thousand times as many connections as the first.
const HIDDEN_LAYERS: [usize; 7] = [1, 3, 10, 30, 100, 300, 1000];

/// Compare the object graph with the vectorized network
///
/// Trains both from the same weights on the same samples, one step per sample on one thread. Prints whether they agree, how
/// long each takes for a sample (the median of five passes, taken in turns), and how large a connection is. Without options:
/// 784-300-10 on embedded digits. `cargo bench` measures more, and more carefully.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct Compare {
    /// Neurons in each layer, input first [default: digits 784,300,10; else as `train`]
    #[arg(long, value_name = "N,N,...", value_parser = sizes)]
    sizes: Option<List<usize>>,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    standardize: StandardizeArgs,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity
    #[arg(long, value_name = "A[,A...]", default_value = "sigmoid", value_parser = activations)]
    activation: List<Activation>,

    /// The cost [default: quadratic]
    #[arg(long, value_name = "COST", value_parser = words::<Cost>())]
    cost: Option<Cost>,

    /// The precision of the vectorized network; the object graph computes in f64
    #[arg(long, value_name = "TYPE", default_value = "f64", value_parser = words::<Precision>())]
    precision: Precision,

    /// The first N training samples
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one)]
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
            let places = Destinations::new(self.force).data(&self.data.source()?);
            places.output("--plot", Some(path), Kind::Drawing).check()?;
            output.go_on();
        }
        let source = self.data.source()?;
        let setup = Setup {
            data: Some(Data::Source(source.clone())),
            // The object graph has no softmax, and says so whatever the activation.
            activation: (self.cost != Some(Cost::LogLikelihood)).then(|| self.activation.clone()),
            cost: self.cost,
            ..self.data.setup(self.standardize, None)?
        };
        let Samples::Set(data, _) = training_samples(&setup)? else { unreachable!("it is a data set") };
        let data = data.first(self.samples);
        let samples = Samples::Set(data.clone(), source.clone());
        let architectures = self.setups(&setup, &data).into_iter().map(|setup| {
            // Both engines must hold it; the object graph is the larger.
            let architecture = architecture(&setup, &samples, memory::OBJECT)?;
            graph::Network::try_new(&architecture)?;
            Ok(architecture)
        });
        let architectures = architectures.collect::<Result<Vec<_>, Error>>()?;

        let mut comparisons = Vec::new();
        for architecture in &architectures {
            memory::check_samples("--samples", data.len(), architecture)?;
            let sizes = architecture.sizes_text().replace(',', "-");
            let working = Working::on(format!("Comparing on {sizes}"));
            let (labels, samples) = rows(&data, architecture.output_size());
            let rows = Rows { labels: &labels, samples: &samples };
            let comparison = compare(self.precision, architecture, rows, self.rate, self.seed);
            drop(working);
            if self.json {
                let mut object = json!(comparison);
                object["agree"] = json!(comparison.agrees());
                output.json(&object)?;
            } else {
                if comparisons.is_empty() {
                    write_head(output, &data, &source)?;
                }
                write_row(output, &comparison)?;
            }
            comparisons.push(comparison);
        }
        let agree = comparisons.iter().all(Comparison::agrees);
        if !self.json {
            let sentence = match (agree, self.precision) {
                (false, _) => {
                    "The engines do not end in the same weights, so they were not timed: try a smaller rate."
                }
                (true, Precision::F64) => {
                    "The engines end in the same weights; times are microseconds of training a sample, on one thread."
                }
                (true, Precision::F32) => {
                    "The engines end in the same weights, up to the rounding of f32; times are microseconds of training a \
                     sample, on one thread."
                }
            };
            writeln!(output, "\n{sentence}")?;
        }
        if let Some(path) = &self.plot {
            let svg = figure(&comparisons).to_svg();
            io::write(path, svg.as_bytes())?;
        }
        Ok(if agree { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Returns a setup with the chosen sizes, or a series of setups to draw.
    fn setups(&self, setup: &Setup, data: &DataSet) -> Vec<Setup> {
        let is_image = data.image_shape().is_some() && !data.reproduces();
        if self.sizes.is_some() {
            return vec![Setup { sizes: self.sizes.clone(), ..setup.clone() }];
        }
        let hidden: &[usize] = if is_image && self.plot.is_some() { &HIDDEN_LAYERS } else { &[300] };
        let of = |&hidden: &usize| Setup { hidden: is_image.then_some(hidden), ..setup.clone() };
        hidden.iter().map(of).collect()
    }
}

/// Returns all labels and all samples, row after row.
fn rows(data: &DataSet, outputs: usize) -> (Vec<f64>, Vec<f64>) {
    let labels = (0..data.len()).flat_map(|index| data.label(index, Targets::Soft, outputs)).collect();
    let samples = (0..data.len()).flat_map(|index| data.sample(index)).collect();
    (labels, samples)
}

fn write_head(output: &mut Output, data: &DataSet, source: &Source) -> std::io::Result<()> {
    let samples = counted(data.len(), "sample");
    writeln!(output, "One step per sample, on {samples} of {source}, from the same weights.\n")?;
    let names =
        ["network", "connections", "objects", "textbook", "vectorized", "ratio", "difference", "bytes"];
    write_cells(output, names)
}

fn write_cells(output: &mut Output, cells: [impl Display; 8]) -> std::io::Result<()> {
    let [network, connections, objects, textbook, vectorized, ratio, difference, bytes] = cells;
    write!(output, "{network:<16} {connections:>11}  {objects:>10}  {textbook:>10}  {vectorized:>10}  ")?;
    writeln!(output, "{ratio:>7}  {difference:>12}  {bytes:>6}")?;
    output.flush()
}

fn write_row(output: &mut Output, comparison: &Comparison) -> std::io::Result<()> {
    let sizes: Vec<String> = comparison.sizes.iter().map(usize::to_string).collect();
    let measured = |number: f64, text: String| if number.is_finite() { text } else { "-".to_owned() };
    let time = |us: f64| measured(us, format!("{us:.1} us"));
    let cells = [
        sizes.join("-"),
        thousands(comparison.connections),
        time(comparison.object_us),
        time(comparison.textbook_us),
        time(comparison.vectorized_us),
        measured(comparison.ratio, format!("{:.1}x", comparison.ratio)),
        measured(comparison.max_difference, format!("{:.0e}", comparison.max_difference)),
        format!("{:.1}", comparison.bytes_per_connection),
    ];
    write_cells(output, cells)
}

/// Draws microseconds per sample against connections, both logarithmic.
fn figure(comparisons: &[Comparison]) -> Figure {
    let points =
        |time: fn(&Comparison) -> f64| comparisons.iter().map(move |c| (c.connections as f64, time(c)));
    let plot = Plot::new("", Axis::new("connections").log(), Axis::new("microseconds per sample").log())
        .add("object graph", Mark::Line, points(|c| c.object_us))
        .add("textbook matrices", Mark::Line, points(|c| c.textbook_us))
        .add("vectorized network", Mark::Line, points(|c| c.vectorized_us));
    Figure::new("Training on one sample", [plot])
}
