//! A new run: what options, a preset, a model and the data make of it.

use backprop::data_set::DataSet;
use backprop::model_file::Model;
use backprop::training::PresetChoices;
use backprop::training::{Beginning, DataRecord, Outputs};
use backprop::training::{Checkpoint, Preset, TrainingState};
use backprop::{Architecture, Cost, Error, Parameters, WeightInit};

use super::parts::{Parts, absolute};
use super::{How, Plan, Train};
use crate::cli::choices::{DataArgs, EngineKind, StandardizeArgs, read_model};
use crate::cli::words::Word as _;
use crate::io::memory;

impl Train {
    /// Everything decided, nothing trained.
    pub(super) fn plan_new_run(&self) -> Result<Plan, Error> {
        let preset = self.how.preset.map(Preset::choices);
        let preset = preset.as_ref();
        let options = self.options();
        options.check()?;
        let outputs = self.outputs(preset)?;
        self.check_places(self.out.as_deref(), &self.data.source()?)?;
        let from = match &self.from {
            Some(path) => Some(read_model(path, self.edited, self.activation.as_ref())?),
            None => None,
        };
        let (parts, mut data) = self.how.parts(&self.data, self.standardize, from.as_ref())?;
        if self.checkpoint.is_some() || self.out.is_some() {
            data.fingerprints = parts.fingerprints();
        }
        let (architecture, parameters) = self.starting_network(from, preset, &parts.train)?;
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

    /// The network before the first step.
    fn starting_network(
        &self,
        from: Option<Model>,
        preset: Option<&PresetChoices>,
        train: &DataSet,
    ) -> Result<(Architecture, Parameters), Error> {
        if let Some(model) = from {
            if let Some(sizes) = &self.sizes {
                sizes.check_against(&model)?;
            }
            return Ok((self.how.architecture(&model)?, model.parameters));
        }
        let cost = self.how.cost(preset);
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
        architecture.check_size()?;
        let bytes_of_a_weight = match self.engine.engine {
            EngineKind::Object => memory::OBJECT,
            EngineKind::Vectorized => memory::VECTORIZED,
        };
        memory::check_network(&architecture, bytes_of_a_weight)?;
        let init = self.init.or(preset.map(|preset| preset.init)).unwrap_or_default();
        let mut parameters = init.draw(&architecture, self.how.seed);
        // fc.py's biases start at 0; bp.py draws them like weights. Without a preset the engine says whose they are.
        let as_in_fc = match self.how.preset {
            Some(preset) => preset == Preset::Fc,
            None => self.engine.engine == EngineKind::Vectorized,
        };
        if init == WeightInit::Small && as_in_fc {
            parameters.layers.iter_mut().for_each(|layer| layer.biases.fill(0.0));
        }
        Ok((architecture, parameters))
    }
}

impl How {
    /// The samples, cut and standardized as asked for, and what a checkpoint remembers of that but for the fingerprints.
    pub(in crate::cli) fn parts(
        &self,
        data: &DataArgs,
        standardize: StandardizeArgs,
        from: Option<&Model>,
    ) -> Result<(Parts, DataRecord), Error> {
        let (split, pixels) = data.load(from)?;
        let train_samples = self.train_limit.unwrap_or(usize::MAX).min(split.train.len());
        let holds_out = self.preset.is_some_and(|preset| preset.choices().holds_out);
        let held_out_by_preset = if holds_out { train_samples / 6 } else { 0 };
        let mut record = DataRecord {
            source: absolute(data.source()?),
            pixels,
            answers: split.train.answers().clone(),
            standardization: None,
            train_limit: self.train_limit,
            test_limit: self.test_limit,
            held_out: self.validation.unwrap_or(held_out_by_preset),
            fingerprints: Vec::new(),
        };
        let parts = Parts::cut(split, &record);
        record.standardization = standardize.choose(&parts.train, from)?;
        Ok((parts.standardized(&record), record))
    }

    /// The cost asked for, else the preset's.
    fn cost(&self, preset: Option<&PresetChoices>) -> Option<Cost> {
        self.cost.or(preset.map(|preset| preset.cost))
    }

    /// The model's, with the cost it is trained on with.
    pub(in crate::cli) fn architecture(&self, model: &Model) -> Result<Architecture, Error> {
        let preset = self.preset.map(Preset::choices);
        let cost = self.cost(preset.as_ref()).unwrap_or(model.architecture.cost);
        let architecture = model.architecture.clone().with_cost(cost);
        architecture.check()?;
        Ok(architecture)
    }
}

/// As it is spelled on the command line.
fn engine_name(engine: EngineKind) -> String {
    engine.word().to_owned()
}

/// As many inputs as a sample has numbers, and as many outputs as its label needs. Hidden neurons: 3 for `bits`; 30 for
/// images, with ten outputs; 8 for anything else.
pub(in crate::cli) fn default_sizes(train: &DataSet, hidden: Option<usize>) -> Vec<usize> {
    let (usual, outputs) = match train.image_shape() {
        _ if train.reproduces() => (3, train.output_size()),
        Some(_) => (30, train.output_size().max(10)),
        None => (8, train.output_size()),
    };
    vec![train.input_size(), hidden.unwrap_or(usual), outputs]
}
