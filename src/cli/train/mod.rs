//! `backprop train`: from starting weights to a trained model.

mod screen;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use screen::Screen;

use super::choices::{Activations, DataArgs, EngineArgs, EngineKind, Sizes, read_model};
use super::{Failure, Output};
use crate::data_set::{DataSet, Pixels, Split, Targets};
use crate::model_file::Model;
use crate::training::options::PresetChoices;
use crate::training::{Options, Preset, Trainer};
use crate::{Architecture, Cost, Engine, Error, Parameters, WeightInit, atomic_file};

/// Train a network
///
/// Without options: 784-30-10 on the embedded digits, five epochs. An explicit option overrides what a preset or a
/// model file says.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct Train {
    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// The choices of an original program: bp (mnist.py), fc, network or network2
    #[arg(long, value_name = "NAME")]
    preset: Option<Preset>,

    /// Neurons in each layer, input first [default: as many inputs as pixels, 30, 10; bits: 8,3,8]
    #[arg(long, value_name = "N,N,...")]
    sizes: Option<Sizes>,

    /// Passes over the training set [default: 5]
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,

    /// The learning rate [default: 0.3]
    #[arg(long, value_name = "R")]
    rate: Option<f64>,

    /// Samples in a mini-batch: one step each [default: 1]
    #[arg(long, value_name = "M")]
    batch: Option<usize>,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity
    /// [default: sigmoid]
    #[arg(long, value_name = "A[,A...]")]
    activation: Option<Activations>,

    /// The cost [default: quadratic]
    #[arg(long, value_name = "COST")]
    cost: Option<Cost>,

    /// L2 regularisation, as lambda: weights shrink by 1 - rate * lambda / samples a step [default: 0]
    #[arg(long, value_name = "LAMBDA")]
    l2: Option<f64>,

    /// Probability that a hidden neuron is silenced during a step [default: 0]
    #[arg(long, value_name = "P")]
    dropout: Option<f64>,

    /// How weights start [default: small]
    #[arg(long, value_name = "INIT")]
    init: Option<WeightInit>,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft]
    #[arg(long, value_name = "TARGETS")]
    targets: Option<Targets>,

    /// Decides starting weights, order and dropout
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,

    /// Visit the samples in the order of the files
    #[arg(long)]
    no_shuffle: bool,

    /// Visit the samples in another order each epoch, even if the preset does not
    #[arg(long, conflicts_with = "no_shuffle")]
    shuffle: bool,

    /// Only the first N training samples
    #[arg(long, value_name = "N")]
    train_limit: Option<usize>,

    /// Only the first N test samples
    #[arg(long, value_name = "N")]
    test_limit: Option<usize>,

    /// Hold out the last N training samples to decide what is best and when to stop [default: 0]
    #[arg(long, value_name = "N")]
    validation: Option<usize>,

    /// Evaluate after every N epochs [default: 1]
    #[arg(long, value_name = "N")]
    evaluate_every: Option<usize>,

    /// Stop as soon as an evaluation finds more errors than the one before
    #[arg(long)]
    stop_when_error_rises: bool,

    /// Stop when accuracy has not improved for N epochs
    #[arg(long, value_name = "N")]
    early_stop: Option<usize>,

    /// Halve the rate when accuracy has not improved for N epochs; stop below 1/128 of it
    #[arg(long, value_name = "N")]
    halve_rate: Option<usize>,

    /// Keep the network of the best evaluation, not the last one
    #[arg(long)]
    keep_best: bool,

    /// Evaluate on the training samples too
    #[arg(long)]
    monitor_training: bool,

    /// Start from this model instead of random weights
    #[arg(long, value_name = "FILE.json")]
    from: Option<PathBuf>,

    /// Write the trained model here
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,

    /// Write the model to --out after every N epochs as well
    #[arg(long, value_name = "N", requires = "out")]
    save_every: Option<usize>,

    /// Print one JSON object an epoch
    #[arg(long)]
    json: bool,
}

impl Train {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let preset = self.preset.map(Preset::choices);
        let options = self.options(preset.as_ref());
        options.check()?;
        let from = match &self.from {
            Some(path) => Some(read_model(path, self.activation.as_ref())?),
            None => None,
        };
        if let Some(path) = &self.out {
            atomic_file::check_writable(path)?;
        }
        let (split, pixels) = self.data.load(from.as_ref())?;
        let parts = self.parts(split, preset.as_ref());
        let (architecture, parameters) = self.start(from, preset.as_ref(), &parts.train)?;
        for data in [Some(&parts.train), parts.validation.as_ref(), Some(&parts.test)].into_iter().flatten() {
            data.check_fits(&architecture)?;
        }
        let mut engine = self.engine.build(&architecture, &parameters)?;
        if !options.plain_steps() && !engine.trains_mini_batches() {
            return Err(Error::Usage(
                "the object graph takes one plain step a sample; --batch, --l2 and --dropout need --engine vectorized"
                    .to_owned(),
            )
            .into());
        }
        let mut trainer = Trainer::new(options, &parts.train, parts.validation.as_ref(), &parts.test)?;
        let save_every = self.save_every.or(preset.as_ref().and_then(|preset| preset.save_every));
        let save = |engine: &dyn Engine| self.save(engine, pixels);

        let mut screen = Screen::new(self.json, trainer.options(), &parts);
        screen.open(output, &architecture, &parts, &self.data.data)?;
        while !trainer.is_finished() {
            let report = trainer.run_epoch(engine.as_mut(), &mut |progress| {
                screen.progress(progress.epoch, progress.done, progress.total);
                ControlFlow::Continue(())
            });
            screen.clear();
            if let Some(report) = report? {
                screen.epoch(output, &report)?;
                if save_every.is_some_and(|every| report.epoch.is_multiple_of(every)) {
                    save(engine.as_ref())?;
                }
            }
        }
        if let Some(best) = &trainer.state().best_parameters {
            engine.set_parameters(best);
        }
        save(engine.as_ref())?;
        screen.close(output, trainer.state(), self.out.as_deref())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Explicit options over the preset's over the defaults.
    fn options(&self, preset: Option<&PresetChoices>) -> Options {
        let base = preset.map(|preset| preset.options.clone()).unwrap_or_default();
        Options {
            epochs: self.epochs.or(base.epochs),
            rate: self.rate.unwrap_or(base.rate),
            batch: self.batch.unwrap_or(base.batch),
            l2: self.l2.unwrap_or(base.l2),
            dropout: self.dropout.unwrap_or(base.dropout),
            targets: self.targets.unwrap_or(base.targets),
            shuffle: self.shuffle || (base.shuffle && !self.no_shuffle),
            seed: self.seed,
            evaluate_every: self.evaluate_every.unwrap_or(base.evaluate_every),
            monitor_training: self.monitor_training,
            stop_when_error_rises: self.stop_when_error_rises || base.stop_when_error_rises,
            early_stop: self.early_stop.or(base.early_stop),
            halve_rate: self.halve_rate.or(base.halve_rate),
            keep_best: self.keep_best,
        }
    }

    /// Training, held-out and test samples, limited as asked for.
    fn parts(&self, split: Split, preset: Option<&PresetChoices>) -> Parts {
        let limit = |data: DataSet, limit: Option<usize>| match limit {
            Some(count) => data.first(count),
            None => data,
        };
        let mut train = limit(split.train, self.train_limit);
        let test = limit(split.test, self.test_limit);
        let by_preset = if preset.is_some_and(|preset| preset.holds_out) { train.len() / 6 } else { 0 };
        let held_out = self.validation.unwrap_or(by_preset);
        let validation = (held_out > 0).then(|| train.split_off_last(held_out));
        Parts { train, validation, test }
    }

    /// The network before the first step.
    fn start(
        &self,
        from: Option<Model>,
        preset: Option<&PresetChoices>,
        train: &DataSet,
    ) -> Result<(Architecture, Parameters), Error> {
        let cost = self.cost.or(preset.map(|preset| preset.cost));
        if let Some(mut model) = from {
            if let Some(sizes) = &self.sizes
                && sizes.0 != model.architecture.sizes
            {
                return Err(Error::Usage(format!(
                    "--sizes {} is not what the model of --from has, {}; leave one of them away",
                    Architecture::new(&sizes.0).sizes_text(),
                    model.architecture.sizes_text()
                )));
            }
            model.architecture.cost = cost.unwrap_or(model.architecture.cost);
            model.architecture.check()?;
            return Ok((model.architecture, model.parameters));
        }
        let sizes = match &self.sizes {
            Some(sizes) => sizes.0.clone(),
            None => default_sizes(train, preset.map(|preset| preset.hidden)),
        };
        let mut architecture = Architecture::new(&sizes).with_cost(cost.unwrap_or_default());
        if let Some(activation) = &self.activation {
            activation.apply(&mut architecture);
        }
        architecture.check()?;
        // Before drawing weights for it: a network of these sizes must have something to learn from.
        train.check_fits(&architecture)?;
        let init = self.init.or(preset.map(|preset| preset.init)).unwrap_or_default();
        let mut parameters = init.draw(&architecture, self.seed);
        if init == WeightInit::Small && self.engine.engine == EngineKind::Vectorized {
            // As in fc.py; on the object graph a bias is drawn like any weight, as in bp.py.
            parameters.layers.iter_mut().for_each(|layer| layer.biases.fill(0.0));
        }
        Ok((architecture, parameters))
    }

    fn save(&self, engine: &dyn Engine, pixels: Pixels) -> Result<(), Error> {
        let Some(path) = &self.out else { return Ok(()) };
        let model = Model {
            architecture: engine.architecture().clone(),
            parameters: engine.parameters(),
            pixels: Some(pixels),
        };
        model.write(path)
    }
}

/// As many inputs as a sample has numbers; 30 hidden neurons and ten outputs, or 3 and 8 for `bits`.
pub(super) fn default_sizes(train: &DataSet, hidden: Option<usize>) -> Vec<usize> {
    if train.reproduces() {
        vec![train.input_size(), hidden.unwrap_or(3), train.output_size()]
    } else {
        vec![train.input_size(), hidden.unwrap_or(30), train.output_size().max(10)]
    }
}

/// What is trained on, what decides, and what is only tested.
struct Parts {
    train: DataSet,
    validation: Option<DataSet>,
    test: DataSet,
}
