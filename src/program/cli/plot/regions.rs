//! `backprop plot regions`: draws the answers of a network with two inputs everywhere in the plane.

use std::ops::ControlFlow;

use backprop::data_set::{Column, DataSet, Part, Source, Targets};
use backprop::setup::{Data, Samples, Setup};
use backprop::training::{Options, Trainer};
use backprop::{Architecture, Engine, vectorized};

use super::{Out, Picture};
use crate::cli::choices::{architecture, check_epochs, read_model, training_samples};
use crate::cli::prelude::*;
use crate::cli::setup::SetupArgs;
use crate::io::memory;
use crate::show::plot::raster::{self, Shade};
use crate::show::plot::{Axis, Colour, Figure, Mark, Plot, Raster};

/// The cells along each side of a picture.
const SIDE: usize = 60;

/// The most pictures side by side. More would be too small to read.
const MOST_PICTURES: usize = 100;

/// Draw the answers of a network with two inputs everywhere in the plane, and the training points
///
/// The network is that of a model (--model; several are drawn side by side), or is trained here as `backprop train`
/// does with the same options, and drawn after each of the --epochs. With two classes, the shade shows how sure the
/// network is; with more, each class has its colour.
#[derive(Debug, Args)]
pub(super) struct Regions {
    /// A model file; repeat it to compare several
    #[arg(long, value_name = "FILE", conflicts_with_all = ["epochs", "sizes", "cost", "init", "rate", "batch", "seed", "standardize"])]
    model: Vec<PathBuf>,

    #[command(flatten)]
    setup: SetupArgs,

    /// The epochs after which to draw; 0 is the start
    #[arg(long, value_name = "N[,N...]", value_delimiter = ',', default_value = "0,10,100")]
    epochs: Vec<usize>,

    /// The learning rate
    #[arg(long, value_name = "R", default_value_t = 0.3)]
    rate: f64,

    /// Samples per step
    #[arg(long, value_name = "M", default_value_t = 1)]
    batch: usize,

    #[command(flatten)]
    pub(super) out: Out,
}

impl Picture for Regions {
    fn inputs(&self, places: Destinations) -> Result<Destinations, Error> {
        let places = self.model.iter().fold(places, |places, path| places.input("--model", Some(path)));
        Ok(places.data(&self.setup.source()?))
    }

    fn figure(&self) -> Result<(Figure, String), Error> {
        self.check_pictures()?;
        let panels = if self.model.is_empty() { self.trained()? } else { self.of_models()? };
        let source = self.setup.source()?;
        let pictures = counted(panels.len(), "picture");
        let told = format!("{pictures} of the plane, with the training points of {source}");
        let title = format!("Decision regions: {source}");
        Ok((Figure::new(title, panels).frame(340, 340), told))
    }
}

impl Regions {
    fn check_pictures(&self) -> Result<(), Error> {
        let (option, count) = match self.model.len() {
            0 => ("--epochs", self.epochs.len()),
            count => ("--model", count),
        };
        if count <= MOST_PICTURES {
            return Ok(());
        }
        let problem = format!("{option} asks for {count} pictures; a drawing has up to {MOST_PICTURES}");
        Err(refuse(problem, "make several drawings"))
    }

    fn of_models(&self) -> Result<Vec<Plot>, Error> {
        let panel = |path: &PathBuf| {
            let model = read_model(path, self.setup.edited, self.setup.activation.as_deref())?;
            let data = self.setup.data.load_part(Part::Train, &model)?;
            check_two_inputs(&model.architecture, &data, &self.setup.source()?)?;
            let mut network = vectorized::Network::try_new(&model.architecture)?;
            network.set_parameters(&model.parameters);
            Ok(panel(&name(path), &mut network, &data))
        };
        self.model.iter().map(panel).collect()
    }

    /// Trains as `train` does, and draws after the epochs asked for.
    fn trained(&self) -> Result<Vec<Plot>, Error> {
        let setup = Setup {
            data: Some(Data::Source(self.setup.source()?)),
            // As `train` with the vectorized network.
            biases_at_zero: true,
            ..self.setup.setup(None)?
        };
        let samples = training_samples(&setup)?;
        let architecture = architecture(&setup, &samples, memory::VECTORIZED)?;
        let Samples::Set(data, source) = samples else { unreachable!("it is a data set") };
        check_two_inputs(&architecture, &data, &source)?;
        let mut network = vectorized::Network::try_new(&architecture)?;
        network.set_parameters(&setup.parameters(&architecture));

        let mut epochs = self.epochs.clone();
        epochs.sort_unstable();
        let last = epochs.last().copied().unwrap_or(0);
        check_epochs(last)?;
        let options = Options {
            epochs: Some(last.max(1)),
            rate: self.rate,
            batch: self.batch,
            seed: setup.seed(),
            targets: Targets::for_cost(setup.targets, architecture.cost)?,
            evaluate_every: usize::MAX,
            ..Options::default()
        };
        let mut trainer = Trainer::new(options, &data, None, &data)?;
        let mut panels = Vec::new();
        for epoch in 0..=last {
            for _ in epochs.iter().filter(|drawn| **drawn == epoch) {
                panels.push(panel(&format!("epoch {epoch}"), &mut network, &data));
            }
            if epoch < last {
                trainer.run_epoch(&mut network, &mut |_| ControlFlow::Continue(()))?;
            }
        }
        Ok(panels)
    }
}

/// Checks that there is a plane to draw in and that there are classes to draw.
fn check_two_inputs(architecture: &Architecture, data: &DataSet, source: &Source) -> Result<(), Error> {
    data.check_fits(architecture)?;
    if architecture.input_size() != 2 {
        let inputs = counted(architecture.input_size(), "input");
        let problem = format!("regions are drawn in a plane, but {source} has {inputs}");
        let remedy = "take xor, circles, moons, spiral or a table with two columns and a class";
        return Err(refuse(problem, remedy));
    }
    if !data.answers().are_classes() {
        let problem = format!("regions show classes, but {source} has numbers");
        return Err(refuse(problem, "take a table whose last column is a class"));
    }
    Ok(())
}

/// Draws one picture of the plane, with the points.
fn panel(name: &str, network: &mut dyn Engine, data: &DataSet) -> Plot {
    let samples = (0..data.len()).map(|index| data.as_read(index));
    let points: Vec<(f64, f64)> = samples.map(|sample| (sample[0], sample[1])).collect();
    let (x, y) = (around(points.iter().map(|point| point.0)), around(points.iter().map(|point| point.1)));
    let meaning = data.meaning();
    let answers_at = |network: &mut dyn Engine, mut places: Vec<f64>| {
        if let Some(standardization) = &meaning.standardization {
            places.chunks_mut(2).for_each(|place| standardization.apply(place));
        }
        network.predict_rows(&places)
    };
    let outputs = answers_at(network, raster::middles(SIDE, x, y).flatten().collect());
    let width = network.architecture().output_size();
    let shades = outputs.chunks(width).map(|output| match output {
        [single] => Shade::signed(2.0 * single - 1.0),
        several => Shade::of(colour(data.answers().of(several)), 0.35),
    });
    let answers = answers_at(network, points.iter().flat_map(|(x, y)| [*x, *y]).collect());
    let right =
        answers.chunks(width).enumerate().filter(|(index, output)| data.is_right(*index, output)).count();
    let percent = 100.0 * right as f64 / data.len() as f64;
    let axis = |number: usize, (first, last)| {
        let name = meaning.inputs.get(number - 1).map_or_else(|| format!("x{number}"), Column::title);
        Axis::new(name).range(first, last)
    };
    let mut plot = Plot::new(format!("{name}: {percent:.0} % right"), axis(1, x), axis(2, y))
        .on(Raster::new(SIDE, shades.collect()));
    for class in 0..data.class_count().max(2) {
        let of_class = points.iter().enumerate().filter(|(index, _)| data.class(*index) == class);
        let (mark, colour) = match (width, class) {
            (1, 0) => (Mark::Rings, Colour::Black),
            (1, _) => (Mark::Dots, Colour::Black),
            _ => (Mark::Dots, colour(class)),
        };
        let of_class = of_class.map(|(_, point)| *point);
        plot = plot.draw(data.class_name(class), mark, colour, of_class);
    }
    plot
}

fn colour(class: usize) -> Colour {
    Colour::WHEEL[class % Colour::WHEEL.len()]
}

/// Returns a range that holds all values, and a little more on each side.
fn around(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = values.fold(ends, |(low, high), value| (low.min(value), high.max(value)));
    let air = if high > low { 0.15 * (high - low) } else { 1.0 };
    (low - air, high + air)
}

/// Returns a file's name without its ending.
pub(super) fn name(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
