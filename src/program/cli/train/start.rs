//! A new run: what options, a preset, a model and the data make of it.

use backprop::Error;
use backprop::data_set::Split;
use backprop::model_file::Model;
use backprop::setup::{Data, Samples, Setup};
use backprop::training::{Beginning, Checkpoint, DataRecord, Outputs, Preset, PresetChoices, TrainingState};

use super::parts::{Parts, absolute};
use super::{How, Plan, Train};
use crate::cli::choices::{DataArgs, EngineKind, StandardizeArgs, architecture, read_start};
use crate::cli::words::Word as _;

impl Train {
    /// Everything decided, nothing trained.
    pub(super) fn plan_new_run(&self) -> Result<Plan, Error> {
        let preset = self.how.preset.map(Preset::choices);
        let preset = preset.as_ref();
        let options = self.options();
        options.check()?;
        let outputs = self.outputs(preset)?;
        self.check_places(self.out.as_deref(), &self.data.source()?)?;
        let model =
            read_start(self.from.as_deref(), self.edited, self.activation.as_ref(), self.sizes.as_ref())?;
        let setup = Setup {
            sizes: self.sizes.as_ref().map(|sizes| sizes.0.clone()),
            activation: self.activation.as_ref().map(|activation| activation.0.clone()),
            init: self.init.or(preset.map(|preset| preset.init)),
            // Without a preset the engine says whose biases they are.
            biases_at_zero: match self.how.preset {
                Some(preset) => preset == Preset::Fc,
                None => self.engine.engine == EngineKind::Vectorized,
            },
            ..self.how.setup(&self.data, self.standardize, model)?
        };
        let (parts, mut data) = self.how.parts(&setup)?;
        if self.checkpoint.is_some() || self.out.is_some() {
            data.fingerprints = parts.fingerprints();
        }
        let samples = Samples::Set(parts.train.clone(), data.source.clone());
        let architecture = architecture(&setup, &samples, self.bytes_of_a_connection())?;
        let parameters = setup.parameters(&architecture);
        let beginning = self.beginning(preset);
        let state = TrainingState::new(&options);
        let engine = engine_name(self.engine.engine);
        let checkpoint =
            Checkpoint { engine, architecture, parameters, data, options, state, outputs, beginning };
        Ok(Plan { checkpoint, parts, engine: self.engine.engine })
    }

    /// What is written and when, asked for and by preset.
    fn outputs(&self, preset: Option<&PresetChoices>) -> Result<Outputs, Error> {
        let by_preset = preset.and_then(|preset| preset.save_every);
        let outputs = Outputs {
            out: self.out.clone().map(|path| std::path::absolute(&path).unwrap_or(path)),
            save_every: self.save_every.or(by_preset),
            checkpoint_every: self.checkpoint_every.or(by_preset).unwrap_or(1),
            ..Outputs::default()
        };
        if self.checkpoint_every.is_some() && self.checkpoint.is_none() {
            return Err(Error::usage("--checkpoint-every says when, --checkpoint FILE must say where"));
        }
        if self.save_every.is_some() && self.out.is_none() {
            return Err(Error::usage("--save-every says when, --out FILE.json must say where"));
        }
        Ok(outputs)
    }

    /// How the starting network comes about.
    pub(super) fn beginning(&self, preset: Option<&PresetChoices>) -> Beginning {
        let init = self.init.or(preset.map(|preset| preset.init)).unwrap_or_default();
        Beginning {
            preset: self.how.preset.map(|preset| preset.to_string()),
            init: self.from.is_none().then_some(init),
            from: self.from.as_ref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone())),
        }
    }

    /// In the network, as what it started from, as gradients, as the last good weights; and as the text of a file.
    fn bytes_of_a_connection(&self) -> usize {
        let in_memory = match self.engine.engine {
            EngineKind::Object => 80,
            EngineKind::Vectorized => 48,
        };
        if self.out.is_some() || self.checkpoint.is_some() { in_memory + 40 } else { in_memory }
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
        Ok(Setup {
            data: Some(Data::Source(data.source()?)),
            hidden: preset.as_ref().map(|preset| preset.hidden),
            cost: self.cost.or(preset.map(|preset| preset.cost)),
            seed: Some(self.seed),
            ..data.setup(standardize, model)?
        })
    }

    /// The samples, cut and standardized as asked for, and what a checkpoint remembers of that but for the fingerprints.
    pub(in crate::cli) fn parts(&self, setup: &Setup) -> Result<(Parts, DataRecord), Error> {
        let Data::Source(source) = setup.data().into_owned() else { unreachable!("it is a data set") };
        let pixels = setup.pixels();
        let Split { train, test, test_is_train } = source.load(pixels)?;
        let split = Split { train: setup.adapted(train)?, test: setup.adapted(test)?, test_is_train };
        let train_samples = self.train_limit.unwrap_or(usize::MAX).min(split.train.len());
        let holds_out = self.preset.is_some_and(|preset| preset.choices().holds_out);
        let held_out_by_preset = if holds_out { train_samples / 6 } else { 0 };
        let mut record = DataRecord {
            source: absolute(source),
            pixels,
            answers: split.train.answers().clone(),
            standardization: None,
            train_limit: self.train_limit,
            test_limit: self.test_limit,
            held_out: self.validation.unwrap_or(held_out_by_preset),
            fingerprints: Vec::new(),
        };
        let parts = Parts::cut(split, &record);
        record.standardization = setup.standardization(&parts.train)?;
        Ok((parts.standardized(&record), record))
    }
}

/// As it is spelled on the command line.
fn engine_name(engine: EngineKind) -> String {
    engine.word().to_owned()
}
