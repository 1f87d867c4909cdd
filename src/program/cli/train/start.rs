//! Begins a new run from options, a preset, a model and the data.

use backprop::Error;
use backprop::data_set::{Meaning, Split};
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::setup::{Data, Samples, Setup};
use backprop::training::{Beginning, Checkpoint, DataRecord, Outputs, Preset, RunConfig, TrainingState};

use super::parts::{Parts, absolute, absolute_source};
use super::{How, Train};
use crate::cli::choices::{DataArgs, EngineKind, StandardizeArgs, architecture, read_start};
use crate::cli::words::Word as _;
use crate::io::memory;

impl Train {
    /// Decides everything about the run, without training yet.
    pub(super) fn new_run(&self) -> Result<(Checkpoint, Parts), Error> {
        let preset = self.how.preset.map(Preset::choices);
        let preset = preset.as_ref();
        let mut options = self.how.options();
        self.fill_options(&mut options);
        options.check()?;
        if self.checkpoint_every.is_some() && self.checkpoint.is_none() {
            return Err(Error::usage("--checkpoint-every says when, --checkpoint FILE must say where"));
        }
        if self.save_every.is_some() && self.out.is_none() {
            return Err(Error::usage("--save-every says when, --out FILE.json must say where"));
        }
        self.check_places(self.out.as_deref(), &self.source()?)?;
        let (activation, sizes) = (self.activation.as_deref(), self.sizes.as_deref());
        let model = read_start(self.from.as_deref(), self.edited, activation, sizes)?;
        let setup = Setup {
            data: Some(Data::Source(self.source()?)),
            sizes: self.sizes.clone(),
            activation: self.activation.clone(),
            init: self.init.or(preset.map(|preset| preset.init)),
            // Without a preset, the engine decides how its biases start.
            biases_at_zero: match self.how.preset {
                Some(preset) => preset == Preset::Fc,
                None => self.engine.kind() == EngineKind::Vectorized,
            },
            ..self.how.setup(&self.data, self.standardize, model)?
        };
        let (parts, mut data) = self.how.parts(&setup)?;
        self.how.choose_rate(&parts.train, &mut options);
        if self.checkpoint.is_some() || self.out.is_some() {
            data.fingerprints = parts.fingerprints();
        }
        let samples = Samples::Set(parts.train.clone(), data.source.clone());
        let bytes_of_a_weight = match self.engine.kind() {
            EngineKind::Object => memory::OBJECT,
            EngineKind::Vectorized => memory::VECTORIZED,
        };
        let architecture = architecture(&setup, &samples, bytes_of_a_weight)?;
        self.how.choose_targets(architecture.cost, &mut options)?;
        let parameters = setup.parameters(&architecture);
        let save_every = preset.and_then(|preset| preset.save_every);
        let out = self.out.as_deref().map(absolute);
        let checkpoint_every = save_every.unwrap_or(1);
        let init = setup.model.is_none().then(|| setup.init.unwrap_or_default());
        let mut config = RunConfig {
            engine: self.engine.kind().word().to_owned(),
            precision: Precision::F64,
            architecture,
            data,
            options,
            outputs: Outputs { out, save_every, checkpoint_every, ..Outputs::default() },
            beginning: Beginning { init, ..Beginning::default() },
        };
        self.fill(&mut config);
        let state = TrainingState::new(&config.options);
        Ok((Checkpoint { config, parameters, state }, parts))
    }
}

impl How {
    /// Fills in the samples, and the preset's network.
    pub(in crate::cli) fn setup(
        &self,
        data: &DataArgs,
        standardize: StandardizeArgs,
        model: Option<Model>,
    ) -> Result<Setup, Error> {
        let preset = self.preset.map(Preset::choices);
        model.as_ref().map_or(Ok(()), |model| data.check_named(model))?;
        Ok(Setup {
            data: Some(Data::Source(data.source()?)),
            hidden: preset.as_ref().map(|preset| preset.hidden),
            cost: self.cost.or(preset.map(|preset| preset.cost)),
            seed: self.seed,
            targets: self.targets,
            ..data.setup(standardize, model)?
        })
    }

    /// Returns the samples, split and standardized as asked for, and the record for a checkpoint without the
    /// fingerprints.
    pub(in crate::cli) fn parts(&self, setup: &Setup) -> Result<(Parts, DataRecord), Error> {
        let Data::Source(source) = setup.data().into_owned() else { unreachable!("it is a data set") };
        let pixels = setup.pixels();
        let Split { train, test, test_is_train } = setup.read_as_trained(source.clone()).load(pixels)?;
        let (train, test) = (train.labelled()?, test.labelled()?);
        let split = Split { train: setup.adapted(train)?, test: setup.adapted(test)?, test_is_train };
        let train_samples = self.train_limit.unwrap_or(usize::MAX).min(split.train.len());
        let holds_out = self.preset.is_some_and(|preset| preset.choices().holds_out);
        let held_out_by_preset = if holds_out { train_samples / 6 } else { 0 };
        let mut record = DataRecord {
            source: absolute_source(source),
            meaning: Meaning::default(),
            train_limit: self.train_limit,
            test_limit: self.test_limit,
            held_out: self.validation.unwrap_or(held_out_by_preset),
            fingerprints: Vec::new(),
        };
        let parts = Parts::cut(split, &record);
        record.meaning = setup.meaning(&parts.train)?;
        if !record.meaning.is_of_table() {
            record.meaning.pixels = Some(pixels);
        }
        Ok((parts.with_meaning(&record.meaning), record))
    }
}
