//! The configuration of a training run: its data, network and options, its starting weights, and the files it writes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Options;
use crate::data_set::{DataSet, Meaning, Source, Targets, any_path, is_default};
use crate::gradient_check::Precision;
use crate::model_file::Model;
use crate::{Architecture, Error, Parameters, WeightInit};

/// Describes a training run. With the weights and a [`TrainingState`](super::TrainingState) it is a
/// [`Checkpoint`](super::Checkpoint).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunConfig {
    /// The engine, as on the command line: `object` or `vectorized`.
    pub engine: String,
    /// The precision of the computation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub precision: Precision,
    /// Sizes, activations and cost.
    pub architecture: Architecture,
    /// The data it is trained and tested on.
    pub data: DataRecord,
    /// The options of its training.
    pub options: Options,
    /// The files it writes, and when.
    pub outputs: Outputs,
    /// The origin of the starting weights.
    #[serde(default)]
    pub beginning: Beginning,
}

/// A field in which two runs differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its path: `options.rate`.
    pub field: String,
    /// Its value in this run; null if missing.
    pub own: Value,
    /// Its value in the other run; null if missing.
    pub other: Value,
}

/// The origin of the starting weights. This matters only when two runs are compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Beginning {
    /// The preset the run began with, as on the command line.
    pub preset: Option<String>,
    /// The distribution that weights were drawn from; `None` if they came from a model.
    pub init: Option<WeightInit>,
    /// The path of that model.
    #[serde(with = "any_path::option")]
    pub from: Option<PathBuf>,
}

/// The samples that a run is trained and tested on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataRecord {
    /// The source they come from.
    pub source: Source,
    /// Their meaning.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// The number of training samples taken from the front, if not all.
    pub train_limit: Option<usize>,
    /// The number of test samples taken from the front, if not all.
    pub test_limit: Option<usize>,
    /// The number of training samples held out.
    pub held_out: usize,
    /// Fingerprints of the training samples, of those held out, and of the test samples.
    pub fingerprints: Vec<Fingerprint>,
}

/// A fingerprint of a data set, which tells it from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    samples: usize,
    rows: usize,
    columns: usize,
    crc32: u32,
}

/// The files that a run writes in addition to its checkpoints, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outputs {
    /// The model file.
    #[serde(with = "any_path::option")]
    pub out: Option<PathBuf>,
    /// Writes it after every this many epochs, not only at the end.
    pub save_every: Option<usize>,
    /// The number of epochs from one checkpoint to the next, 1 or more.
    pub checkpoint_every: usize,
    /// The path of the run's checkpoint. A checkpoint found elsewhere was copied or moved, and does not decide where
    /// anything is written.
    #[serde(default, with = "any_path::option")]
    pub checkpoint: Option<PathBuf>,
    /// Checksums of the files at `out` that the run may replace: the one it found there and those it has written.
    #[serde(default)]
    pub known: Vec<u32>,
}

impl RunConfig {
    /// Returns the fields in which another run differs from this one.
    ///
    /// ```
    /// # use backprop::data_set::{Meaning, Source};
    /// # use backprop::training::{Beginning, DataRecord, Options, Outputs, RunConfig};
    /// # let data = DataRecord {
    /// #     source: Source::Bits, meaning: Meaning::default(),
    /// #     train_limit: None, test_limit: None, held_out: 0, fingerprints: Vec::new(),
    /// # };
    /// # let run = RunConfig {
    /// #     engine: "object".to_owned(), precision: Default::default(), architecture: backprop::Architecture::new(&[8, 3, 8]), data,
    /// #     options: Options::default(), outputs: Outputs::default(), beginning: Beginning::default(),
    /// # };
    /// let mut other = run.clone();
    /// other.options.rate = 3.0;
    /// let differences = run.differences(&other);
    /// assert_eq!((differences.len(), &*differences[0].field), (1, "options.rate"));
    /// assert_eq!((&differences[0].own, &differences[0].other), (&0.3.into(), &3.0.into()));
    /// ```
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let json = |run: &Self| serde_json::to_value(run).unwrap_or_default();
        let mut found = Vec::new();
        compare("", json(self), json(other), &mut found);
        found
    }

    /// Returns a model with these weights and the meaning of its data.
    pub fn model(&self, parameters: Parameters) -> Model {
        Model { architecture: self.architecture.clone(), parameters, meaning: self.data.meaning.clone() }
    }

    /// Checks that such a run is possible.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.architecture.check()?;
        self.options.check()?;
        Targets::for_cost(Some(self.options.targets), self.architecture.cost)?;
        if self.outputs.checkpoint_every == 0 || self.outputs.save_every == Some(0) {
            return Err(Error::contents("it says to save every 0 epochs"));
        }
        Ok(())
    }
}

/// Compares field by field; lists are compared as a whole.
fn compare(field: &str, own: Value, other: Value, found: &mut Vec<Difference>) {
    match (own, other) {
        (Value::Object(mut own), Value::Object(mut other)) => {
            let mut names: Vec<String> = own.keys().chain(other.keys()).cloned().collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                let take = |of: &mut Map<String, Value>| of.remove(&name).unwrap_or_default();
                compare(&path, take(&mut own), take(&mut other), found);
            }
        }
        (own, other) if own != other => found.push(Difference { field: field.to_owned(), own, other }),
        _ => {}
    }
}

impl DataRecord {
    /// Returns the number of training samples, according to the fingerprints.
    pub(super) fn samples(&self) -> usize {
        self.fingerprints.first().map_or(0, |fingerprint| fingerprint.samples)
    }
}

impl Fingerprint {
    /// Computes the number of samples, their shape (a row if they are not images), and a checksum of every input and
    /// label.
    pub fn of(data: &DataSet) -> Self {
        let (rows, columns) = data.image_shape().unwrap_or((1, data.input_size()));
        Self { samples: data.len(), rows, columns, crc32: data.checksum() }
    }
}
