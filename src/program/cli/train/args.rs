//! The options of `backprop train`.

use backprop::data_set::{Columns, DataSet, Source, Targets};
use backprop::training::{Options, Preset, RunConfig};
use backprop::{Activation, Cost, WeightInit};

use super::parts::absolute;
use crate::cli::choices::{List, activations, at_least_one, sizes};
use crate::cli::prelude::*;

/// Train a network
///
/// Without options: 784-30-10 on the embedded digits, five epochs. An explicit option overrides what a preset or a
/// model file says.
///
/// A run with --checkpoint can be interrupted at any moment (Ctrl-C, a power cut) and resumed with --resume; the
/// result is the same to the last bit. --resume takes everything from the checkpoint; only --epochs, --threads, what is
/// written where and what is shown may be changed, and --data if the same data has moved; other options may be given
/// again as they were. Exit status 2 after training: something could not be written where it was asked for, and a line
/// says where it is.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(in crate::cli) struct Train {
    #[command(flatten)]
    pub(super) data: DataArgs,

    #[command(flatten)]
    pub(super) standardize: StandardizeArgs,

    /// A row of the CSV file is an image with this many rows and columns of pixels [default: a square of whole numbers
    /// from 0 to 255 is one]
    #[arg(long, value_name = "ROWSxCOLUMNS", requires = "data", value_parser = parse_shape)]
    pub(super) image: Option<(usize, usize)>,

    #[command(flatten)]
    pub(super) engine: EngineArgs,

    /// Neurons in each layer, input first [default: digits 784,30,10; bits 8,3,8; else 8 hidden
    /// neurons between what the data needs]
    #[arg(long, value_name = "N,N,...", value_parser = sizes)]
    pub(super) sizes: Option<List<usize>>,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity; for the output also
    /// softmax, as in sigmoid,softmax [default: sigmoid; where numbers are learnt, the output is the identity; with
    /// --cost log-likelihood softmax]
    #[arg(long, value_name = "A[,A...]", value_parser = activations)]
    pub(super) activation: Option<List<Activation>>,

    /// The distribution of starting weights [default: small]
    #[arg(long, value_name = "INIT", value_parser = words::<WeightInit>())]
    pub(super) init: Option<WeightInit>,

    #[command(flatten)]
    pub(super) how: How,

    /// Evaluate after every N epochs [default: 1]
    #[arg(long, value_name = "N")]
    pub(super) evaluate_every: Option<usize>,

    /// Stop as soon as an evaluation finds more errors than the one before
    #[arg(long)]
    pub(super) stop_when_error_rises: bool,

    /// Stop when accuracy has not improved for N epochs
    #[arg(long, value_name = "N")]
    pub(super) early_stop: Option<usize>,

    /// Halve the rate when accuracy has not improved for N epochs; stop below 1/128 of it
    #[arg(long, value_name = "N")]
    pub(super) halve_rate: Option<usize>,

    /// Keep the network of the best evaluation, not the last one
    #[arg(long)]
    pub(super) keep_best: bool,

    /// Evaluate on the training samples too
    #[arg(long)]
    pub(super) monitor_training: bool,

    /// Start from this model, or the safetensors of an nn.Sequential, instead of random weights
    #[arg(long, value_name = "FILE", conflicts_with = "init")]
    pub(super) from: Option<PathBuf>,

    #[command(flatten)]
    pub(super) edited: Edited,

    /// Write the trained model here
    #[arg(long, value_name = "FILE.json")]
    pub(super) out: Option<PathBuf>,

    /// Write the model to --out after every N epochs as well; less often in a long run, as with --checkpoint-every
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(super) save_every: Option<usize>,

    /// Save the whole run here, to resume it later; the checkpoint before stays as FILE.previous
    #[arg(long, value_name = "FILE")]
    pub(super) checkpoint: Option<PathBuf>,

    /// Write a checkpoint after every N epochs; in a run of more than 2,000 N epochs less often, about a thousand times
    /// each time its length doubles [default: 1, or as often as the preset saves]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(super) checkpoint_every: Option<usize>,

    /// Continue the run saved here, as if it had never been interrupted
    #[arg(long, value_name = "FILE")]
    pub(super) resume: Option<PathBuf>,

    /// Draw cost and correct answers, epoch by epoch
    #[arg(long, value_name = "FILE.svg")]
    pub(super) plot: Option<PathBuf>,

    #[command(flatten)]
    pub(super) force: Force,

    /// Print one JSON object per epoch
    #[arg(long)]
    pub(super) json: bool,

    /// Print only errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// The length of training, its steps and its samples.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct How {
    /// The choices of an original program: bp (mnist.py), fc, network or network2
    #[arg(long, value_name = "NAME", value_parser = words::<Preset>())]
    pub(super) preset: Option<Preset>,

    /// Passes over the training set [default: 5]
    #[arg(long, value_name = "N")]
    pub(super) epochs: Option<usize>,

    /// The learning rate [default: 0.3; where numbers are learnt, 0.1 / (inputs + 2)]
    #[arg(long, visible_aliases = ["lr", "learning-rate"], value_name = "R")]
    pub(super) rate: Option<f64>,

    /// Samples in a mini-batch: one step each [default: 1]
    #[arg(long, value_name = "M")]
    pub(super) batch: Option<usize>,

    /// The cost [default: quadratic; after softmax log-likelihood]
    #[arg(long, value_name = "COST", value_parser = words::<Cost>())]
    pub(super) cost: Option<Cost>,

    /// L2 regularisation, as lambda: weights shrink by 1 - rate * lambda / samples per step [default: 0]
    #[arg(long, value_name = "LAMBDA")]
    pub(super) l2: Option<f64>,

    /// Probability that a hidden neuron is silenced during a step [default: 0]
    #[arg(long, value_name = "P")]
    pub(super) dropout: Option<f64>,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft; for softmax one-hot]
    #[arg(long, value_name = "TARGETS", value_parser = words::<Targets>())]
    pub(super) targets: Option<Targets>,

    /// Decides starting weights, order and dropout [default: 0]
    #[arg(long, value_name = "S")]
    pub(super) seed: Option<u64>,

    /// Visit the samples in the order of the files
    #[arg(long)]
    pub(super) no_shuffle: bool,

    /// Visit the samples in a different order each epoch, even if the preset does not
    #[arg(long, conflicts_with = "no_shuffle")]
    pub(super) shuffle: bool,

    /// Only the first N training samples
    #[arg(long, value_name = "N")]
    pub(super) train_limit: Option<usize>,

    /// Only the first N test samples
    #[arg(long, value_name = "N")]
    pub(super) test_limit: Option<usize>,

    /// Hold out the last N training samples to decide what is best and when to stop [default: 0]
    #[arg(long, value_name = "N")]
    pub(super) validation: Option<usize>,
}

impl How {
    /// Returns the options of training: explicit ones override the preset's, which override the defaults.
    pub(in crate::cli) fn options(&self) -> Options {
        let mut options = self.preset.map(|preset| preset.choices().options).unwrap_or_default();
        self.fill(&mut options);
        options
    }

    /// Chooses the rate for these samples, if none was asked for.
    pub(in crate::cli) fn choose_rate(&self, train: &DataSet, options: &mut Options) {
        if self.rate.is_none() && self.preset.is_none() {
            options.rate = usual_rate(train);
        }
    }

    /// Chooses the desired outputs for this cost, if no others were asked for.
    pub(in crate::cli) fn choose_targets(&self, cost: Cost, options: &mut Options) -> Result<(), Error> {
        let for_cost = Targets::for_cost(self.targets, cost)?;
        if cost == Cost::LogLikelihood {
            options.targets = for_cost;
        }
        Ok(())
    }

    fn fill(&self, options: &mut Options) {
        options.epochs = self.epochs.or(options.epochs);
        put(self.rate, &mut options.rate);
        put(self.batch, &mut options.batch);
        put(self.l2, &mut options.l2);
        put(self.dropout, &mut options.dropout);
        put(self.targets, &mut options.targets);
        put(self.seed, &mut options.seed);
        options.shuffle = self.shuffle || (options.shuffle && !self.no_shuffle);
    }
}

/// Returns the default rate for these samples.
pub(in crate::cli) fn usual_rate(train: &DataSet) -> f64 {
    if train.counts_answers() {
        Options::default().rate
    } else {
        // An identity has no slope that would make steps smaller, and they grow with the number of inputs.
        0.1 / (train.input_size() as f64 + 2.0)
    }
}

/// Parses `28x28`.
pub(in crate::cli) fn parse_shape(text: &str) -> Result<(usize, usize), String> {
    let sides =
        text.split_once('x').and_then(|(rows, columns)| Some((rows.parse().ok()?, columns.parse().ok()?)));
    sides
        .filter(|&(rows, columns)| rows > 0 && columns > 0)
        .ok_or_else(|| format!("'{text}' is not a shape; write 28x28"))
}

/// Puts a value into its place if it was given.
fn put<T>(given: Option<T>, place: &mut T) {
    if let Some(value) = given {
        *place = value;
    }
}

impl Train {
    /// Returns where the data comes from.
    pub(super) fn source(&self) -> Result<Source, Error> {
        self.data.source_with(Columns { image: self.image, ..self.data.columns()? })
    }

    /// Puts every option that was given into the configuration of a run: a new one, already filled in by its preset
    /// and its data, or a resumed one.
    pub(super) fn fill(&self, config: &mut RunConfig) {
        let RunConfig { engine, precision, architecture, data, options, outputs, beginning } = config;
        put(self.engine.engine.map(|engine| engine.word().to_owned()), engine);
        put(self.engine.precision, precision);

        put(self.sizes.clone(), &mut architecture.sizes);
        if let Some(activation) = &self.activation {
            *architecture = architecture.clone().with_activations(activation);
        }
        put(self.how.cost, &mut architecture.cost);

        put(self.data.pixels.map(Some), &mut data.meaning.pixels);
        if self.standardize.standardize {
            data.meaning.standardization.get_or_insert_default();
        }
        data.train_limit = self.how.train_limit.or(data.train_limit);
        data.test_limit = self.how.test_limit.or(data.test_limit);
        put(self.how.validation, &mut data.held_out);

        self.fill_options(options);
        outputs.save_every = self.save_every.or(outputs.save_every);
        put(self.checkpoint_every, &mut outputs.checkpoint_every);

        put(self.how.preset.map(|preset| Some(preset.to_string())), &mut beginning.preset);
        put(self.init.map(Some), &mut beginning.init);
        put(self.from.as_ref().map(|path| Some(absolute(path))), &mut beginning.from);
    }

    /// Puts every option of training that was given into its place.
    pub(super) fn fill_options(&self, options: &mut Options) {
        self.how.fill(options);
        put(self.evaluate_every, &mut options.evaluate_every);
        options.monitor_training |= self.monitor_training;
        options.stop_when_error_rises |= self.stop_when_error_rises;
        options.early_stop = self.early_stop.or(options.early_stop);
        options.halve_rate = self.halve_rate.or(options.halve_rate);
        options.keep_best |= self.keep_best;
    }
}
