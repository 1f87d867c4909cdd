//! Options that several subcommands share, and the networks and data made from them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use backprop::data_set::{Columns, DataSet, Kind, Missing, Part, Pixels, Source};
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::setup::{Data, Samples, Setup};
use backprop::training::{Checkpoint, EpochReport};
use backprop::{Activation, Architecture, Engine, Error, Parameters, counted, graph, vectorized};

use super::output::quoted;
use super::refuse;
use super::words::{Word as _, words};
use crate::exchange::sequential;
use crate::io::memory;

/// The network that does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// One object per node and per connection.
    Object,
    /// One matrix per layer.
    Vectorized,
}

impl EngineKind {
    /// Creates a network with these weights, rounded to its precision.
    pub(super) fn build(
        self,
        architecture: &Architecture,
        parameters: &Parameters,
        precision: Precision,
        threads: u16,
    ) -> Result<Box<dyn Engine>, Error> {
        let mut engine: Box<dyn Engine> = match (self, precision) {
            (Self::Object, _) if threads > 1 => {
                return Err(refuse(
                    "the object graph works on one thread",
                    "--threads needs --engine vectorized",
                ));
            }
            (Self::Object, Precision::F32) => return Err(graph_needs_f64()),
            (Self::Object, Precision::F64) => Box::new(graph::Network::try_new(architecture)?),
            (Self::Vectorized, Precision::F64) => Box::new(matrices::<f64>(architecture, threads)?),
            (Self::Vectorized, Precision::F32) => Box::new(matrices::<f32>(architecture, threads)?),
        };
        engine.set_parameters(parameters);
        Ok(engine)
    }
}

/// Returns the error about an object graph in another precision.
pub(super) fn graph_needs_f64() -> Error {
    refuse("the object graph computes in f64", "--precision f32 needs --engine vectorized")
}

/// Creates a vectorized network with all weights at 0.
fn matrices<T: vectorized::Number>(
    architecture: &Architecture,
    threads: u16,
) -> Result<vectorized::Network<T>, Error> {
    let mut network = vectorized::Network::zeros(architecture)?;
    network.set_threads(threads.into())?;
    Ok(network)
}

/// The network that does the work, and its threads.
#[derive(Debug, Clone, Args)]
pub(super) struct EngineArgs {
    /// The network: one object per node and connection, or one matrix per layer [default: vectorized]
    #[arg(long, value_name = "ENGINE", value_parser = words::<EngineKind>())]
    pub(super) engine: Option<EngineKind>,

    /// The precision of the vectorized network [default: f64]
    #[arg(long, value_name = "TYPE", value_parser = words::<Precision>())]
    pub(super) precision: Option<Precision>,

    /// Threads for mini-batches and evaluation; results do not depend on their number
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: u16,
}

impl EngineArgs {
    /// Returns the engine asked for, else the vectorized one.
    pub(super) fn kind(&self) -> EngineKind {
        self.engine.unwrap_or(EngineKind::Vectorized)
    }

    /// Creates a network with these weights.
    pub(super) fn build(
        &self,
        architecture: &Architecture,
        parameters: &Parameters,
    ) -> Result<Box<dyn Engine>, Error> {
        self.kind().build(architecture, parameters, self.precision.unwrap_or_default(), self.threads)
    }
}

/// Parses a count that must be at least 1.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..) => Ok(count),
        _ => Err("it must be a whole number, 1 or more".to_owned()),
    }
}

/// A list typed as one value, with commas. (In a field called `Vec`, clap collects the values of a repeated option.)
pub(super) type List<T> = Vec<T>;

fn list<T>(text: &str, parse: impl Fn(&str) -> Option<T>, wanted: &str) -> Result<List<T>, String> {
    let parts = text.split(',').map(str::trim);
    parts.map(|part| parse(part).ok_or_else(|| format!("'{part}' is not {wanted}"))).collect()
}

/// Parses layer sizes: `784,30,10`.
pub(super) fn sizes(text: &str) -> Result<List<usize>, String> {
    list(text, |part| part.parse().ok(), "a number of neurons; write 784,30,10")
}

/// Parses finite numbers: `0.5,-1`.
pub(super) fn numbers(text: &str) -> Result<List<f64>, String> {
    let finite = |part: &str| part.parse().ok().filter(|number: &f64| number.is_finite());
    list(text, finite, "a finite number; write 0.5,-1")
}

/// Parses one activation for all layers, or one for each layer after the input.
pub(super) fn activations(text: &str) -> Result<List<Activation>, String> {
    list(text, Activation::of_word, "one of sigmoid, tanh, relu, identity, softmax")
}

/// The data set, and how its samples are read.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct DataArgs {
    /// Built in: `digits`, `bits` (8-bit identity), `xor`, `circles`, `moons`, `spiral` or `iris`; or a CSV file; or a
    /// folder with MNIST's four IDX files
    #[arg(long, value_name = "NAME|FILE.csv|DIR", value_parser = OsStringValueParser::new().try_map(parse_source))]
    pub(super) data: Option<Source>,

    /// A CSV file to test on [default: what is held out, else the rows trained on]
    #[arg(long, value_name = "FILE.csv", requires = "data")]
    pub(super) test_data: Option<PathBuf>,

    /// The column of the CSV file to learn, by its name or its number from 1: a class, or a number; several are numbers
    /// [default: the one called label, class, target or the like, else the last]
    #[arg(long, value_name = "NAME|N,...", value_delimiter = ',', requires = "data")]
    pub(super) target: Vec<String>,

    /// Columns of the CSV file to leave out, by name or number
    #[arg(long, value_name = "NAME|N,...", value_delimiter = ',', requires = "data")]
    pub(super) ignore: Vec<String>,

    /// The column to learn holds classes
    #[arg(long, requires = "data", conflicts_with = "numbers")]
    pub(super) classes: bool,

    /// The column to learn holds numbers
    #[arg(long, requires = "data")]
    pub(super) numbers: bool,

    /// The last K columns of the CSV file are the numbers to learn
    #[arg(long, value_name = "K", requires = "data", conflicts_with_all = ["target", "classes"], value_parser = at_least_one)]
    pub(super) targets_columns: Option<usize>,

    /// Rows with a missing value are dropped, or a missing input becomes the mean of its column
    #[arg(long, value_name = "WHAT", requires = "data", value_parser = words::<Missing>())]
    pub(super) missing: Option<Missing>,

    /// Turn each word in a column of text into an input
    #[arg(long, requires = "data")]
    pub(super) one_hot: bool,

    /// Images are stored column by column, as EMNIST's are [default: by the names of EMNIST's own files]
    #[arg(long, requires = "data")]
    pub(super) transposed: bool,

    /// A text file with the names of classes 0, 1, 2 and so on, one per line
    #[arg(long, value_name = "FILE.txt", requires = "data")]
    pub(super) class_names: Option<PathBuf>,

    /// The input for a pixel: value / 255 or the value itself [default: as the model says, else scaled]
    #[arg(long, value_name = "PIXELS", value_parser = words::<Pixels>())]
    pub(super) pixels: Option<Pixels>,
}

fn parse_source(text: std::ffi::OsString) -> Result<Source, String> {
    match text.into_string() {
        Ok(text) if text.is_empty() => {
            Err("it is empty; name a file, a folder, or what is built in, such as digits".to_owned())
        }
        Ok(text) => Ok(text.parse().unwrap_or_else(|never| match never {})),
        Err(name) => Ok(Source::Path(name.into())),
    }
}

/// Returns ` --data FILE.csv` as it is typed for `evaluate`; nothing for the embedded digits.
pub(super) fn as_typed(source: &Source) -> String {
    match source {
        Source::Digits => String::new(),
        Source::Table { train, test: Some(test), .. } => {
            format!(" --data {} --test-data {}", quoted(train), quoted(test))
        }
        Source::Path(path) | Source::Table { train: path, .. } => format!(" --data {}", quoted(path)),
        built_in => format!(" --data {built_in}"),
    }
}

impl DataArgs {
    /// Returns the options about the columns of a table.
    pub(super) fn columns(&self) -> Result<Columns, Error> {
        let class_names = self.class_names.as_deref().map(read_names).transpose()?.unwrap_or_default();
        Ok(Columns {
            target_columns: self.targets_columns.unwrap_or(0),
            target: self.target.clone(),
            ignore: self.ignore.clone(),
            kind: kind(self.classes, self.numbers),
            missing: self.missing,
            one_hot: self.one_hot,
            transposed: self.transposed,
            class_names,
            ..Columns::default()
        })
    }

    /// Returns where the data comes from; by default, the embedded digits.
    pub(super) fn source(&self) -> Result<Source, Error> {
        self.source_with(self.columns()?)
    }

    /// Returns where the data comes from, if a table's columns are read in this way.
    pub(super) fn source_with(&self, columns: Columns) -> Result<Source, Error> {
        let source = self.data.clone().unwrap_or(Source::Digits);
        if self.test_data.is_none() && columns == Columns::default() {
            return Ok(source);
        }
        match source {
            Source::Path(train) if !train.is_dir() || (self.test_data.is_none() && columns.fit_images()) => {
                Ok(Source::Table { train, test: self.test_data.clone(), columns })
            }
            other => {
                let flags = [
                    (self.test_data.is_some(), "--test-data"),
                    (!columns.target.is_empty(), "--target"),
                    (!columns.ignore.is_empty(), "--ignore"),
                    (columns.kind == Some(Kind::Classes), "--classes"),
                    (columns.kind == Some(Kind::Numbers), "--numbers"),
                    (columns.target_columns > 0, "--targets-columns"),
                    (columns.missing.is_some(), "--missing"),
                    (columns.one_hot, "--one-hot"),
                    (columns.image.is_some(), "--image"),
                ];
                let flag = flags.into_iter().find(|(given, _)| *given).map(|(_, flag)| flag);
                let found = match flag {
                    Some(flag) => format!("{flag} says how a CSV file is read, but {other} is not one"),
                    None => format!("--transposed and --class-names are for files of your own, not {other}"),
                };
                Err(Error::usage(found).remedy("omit it"))
            }
        }
    }

    /// Asks for `--data` where the data that the model was trained on is not built in.
    pub(super) fn check_named(&self, model: &Model) -> Result<(), Error> {
        let inputs = model.architecture.input_size();
        if self.data.is_some() || !(model.meaning.is_of_table() || inputs != EMBEDDED_INPUTS) {
            return Ok(());
        }
        let found = match model.meaning.inputs.first().zip(model.meaning.inputs.last()) {
            Some((first, last)) => {
                let (first, last) = (first.title(), last.title());
                format!("the model was trained on a table, with the inputs {first} to {last}")
            }
            None => {
                format!("the model has {}, which the embedded digits do not fit", counted(inputs, "input"))
            }
        };
        Err(Error::usage(found).remedy("choose the data with --data"))
    }

    /// Refuses options about inputs, which a model trained on a table already determines.
    fn check_inputs_known(&self, model: &Model) -> Result<(), Error> {
        let remedy = match (self.ignore.is_empty(), self.one_hot) {
            _ if !model.meaning.is_of_table() => return Ok(()),
            (true, false) => return Ok(()),
            (true, true) => "omit --one-hot",
            (false, false) => "omit --ignore",
            (false, true) => "omit --ignore and --one-hot",
        };
        Err(Error::usage("the model's inputs are the columns that it was trained on").remedy(remedy))
    }

    /// Fills in how the samples of a data set are read.
    pub(super) fn setup(&self, standardize: StandardizeArgs, model: Option<Model>) -> Result<Setup, Error> {
        model.as_ref().map_or(Ok(()), |model| self.check_inputs_known(model))?;
        Ok(Setup { pixels: self.pixels, standardize: standardize.standardize, model, ..Setup::default() })
    }

    /// Reads one part of the data in the form that the model was trained on.
    pub(super) fn load_part(&self, part: Part, model: &Model) -> Result<DataSet, Error> {
        self.check_named(model)?;
        self.check_inputs_known(model)?;
        if part == Part::Train && self.test_data.is_some() {
            return Err(only_training_samples());
        }
        let source = self.source()?.read_as(&model.meaning);
        let data = source.load_part(part, pixels_for(self.pixels, model))?;
        data.check_pixels(self.pixels)?;
        model.adapt(data)
    }
}

/// Returns the kind of answers that was chosen.
pub(super) fn kind(classes: bool, numbers: bool) -> Option<Kind> {
    classes.then_some(Kind::Classes).or(numbers.then_some(Kind::Numbers))
}

/// Reads the names of classes, one per line.
fn read_names(path: &Path) -> Result<Vec<String>, Error> {
    let bytes = backprop::file::read(path).map_err(|error| Error::file(path, error))?;
    let text = String::from_utf8_lossy(&bytes);
    let names: Vec<String> =
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let different: HashSet<&String> = names.iter().collect();
    if names.is_empty() || different.len() < names.len() {
        return Err(Error::contents("not a list of different names, one per line").in_file(path));
    }
    Ok(names)
}

/// The pixels of an embedded digit.
const EMBEDDED_INPUTS: usize = 784;

/// The standardization of inputs.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct StandardizeArgs {
    /// Make every input have mean 0 and standard deviation 1 over the samples trained on [default: as the model says]
    #[arg(long)]
    pub(super) standardize: bool,
}

/// Returns how pixels become inputs: as asked for, else as the model was trained, else scaled.
pub(super) fn pixels_for(asked_for: Option<Pixels>, model: &Model) -> Pixels {
    asked_for.or(model.meaning.pixels).unwrap_or_default()
}

/// A trained model, with activations that may be overridden.
#[derive(Debug, Clone, Args)]
pub(super) struct ModelArgs {
    /// The model: a file of `backprop train --out` or network2.py, a checkpoint, or the safetensors of an nn.Sequential
    #[arg(long, value_name = "FILE")]
    pub(super) model: PathBuf,

    /// Activation of all layers, or one for each after the input [default: as the model says]
    #[arg(long, value_name = "A[,A...]", value_parser = activations)]
    pub(super) activation: Option<List<Activation>>,

    #[command(flatten)]
    pub(super) edited: Edited,
}

impl ModelArgs {
    /// Reads the model.
    pub(super) fn read(&self) -> Result<Model, Error> {
        read_model(&self.model, self.edited, self.activation.as_deref())
    }
}

/// Permission to use a model whose checksum does not match.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Edited {
    /// Accept a model whose numbers have been changed since it was written
    #[arg(long)]
    pub(super) edited: bool,
}

/// Checks that the reports of this many epochs fit into memory.
///
/// # Errors
/// [`ErrorKind::TooLarge`](backprop::ErrorKind::TooLarge), with the largest number of epochs that fits.
pub(super) fn check_epochs(epochs: usize) -> Result<(), Error> {
    // While a growing list is moved, it takes up to three times its size.
    memory::check_count("--epochs", epochs, 3 * size_of::<EpochReport>())
}

/// Reads the model to start from, if there is one; sizes must match the model's.
pub(super) fn read_start(
    path: Option<&Path>,
    edited: Edited,
    activation: Option<&[Activation]>,
    sizes: Option<&[usize]>,
) -> Result<Option<Model>, Error> {
    let Some(path) = path else { return Ok(None) };
    let model = read_model(path, edited, activation)?;
    if let Some(sizes) = sizes.filter(|&sizes| sizes != model.architecture.sizes) {
        let (asked, own) = (Architecture::new(sizes).sizes_text(), model.architecture.sizes_text());
        let found = format!("--sizes {asked} is not that of the --from model, {own}");
        return Err(Error::usage(found).remedy("omit one of them"));
    }
    Ok(Some(model))
}

fn only_training_samples() -> Error {
    Error::usage("--test-data is not read here, only the training samples are").remedy("omit it")
}

/// Reads the training samples of a setup.
pub(super) fn training_samples(setup: &Setup) -> Result<Samples, Error> {
    if let Some(Data::Source(Source::Table { test: Some(_), .. })) = &setup.data {
        return Err(only_training_samples());
    }
    setup.samples(|source, pixels| source.load_part(Part::Train, pixels))
}

/// Returns the architecture of a setup, after checking that a network of it fits into memory at this many bytes per
/// weight.
pub(super) fn architecture(
    setup: &Setup,
    samples: &Samples,
    bytes_each: usize,
) -> Result<Architecture, Error> {
    let architecture = setup.architecture(samples)?;
    memory::check_network(&architecture, bytes_each)?;
    Ok(architecture)
}

/// Reads a model, also from a checkpoint or a safetensors file, and overrides its activations.
pub(super) fn read_model(
    path: &Path,
    edited: Edited,
    activation: Option<&[Activation]>,
) -> Result<Model, Error> {
    let read = if edited.edited { Model::read_edited } else { Model::read };
    let mut model = if Checkpoint::is_at(path) {
        crate::io::read_checkpoint(path)?.into_model()
    } else if sequential::is_at(path) {
        let sequential::Sequential { model, says_activations } = sequential::read(path)?;
        if !says_activations && activation.is_none() {
            let sentence = "it does not say its activations, so sigmoid is used for all; --activation chooses others, such as \
                            relu,softmax for a classifier trained with PyTorch's CrossEntropyLoss";
            super::report(&format!("{}: {sentence}", path.display()));
        }
        model
    } else {
        read(path)?
    };
    if let Some(activation) = activation {
        model.architecture = model.architecture.with_activations(activation);
        model.architecture.check()?;
    }
    Ok(model)
}
