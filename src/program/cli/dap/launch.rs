//! Prepares the training that an editor's configuration describes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use backprop::Error;
use backprop::data_set::{Columns, Source};
use backprop::setup::{Data, Setup};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::session::Session;
use super::walk::Walk;
use crate::cli::choices::{DataArgs, Edited, kind, read_start};
use crate::cli::output::name;
use crate::cli::remedies::with_flags;
use crate::cli::sequence::{Sequence, TrainingArgs};

/// The samples that are read, unless `trainLimit` says otherwise.
const SAMPLES: usize = 100;

/// The steps that are taken back at once, in 1 MB. Further back, the walk starts over and returns to the place.
const STEPS_REMEMBERED: usize = 1 << 16;

/// A configuration: a setup, and the options of `backprop step` under their own names.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    #[serde(flatten)]
    setup: Setup,
    #[serde(flatten)]
    training: TrainingArgs,
    from: Option<PathBuf>,
    edited: bool,
    /// The options for reading the table of `data`.
    #[serde(flatten)]
    columns: Columns,
    classes: bool,
    numbers: bool,
    #[serde(alias = "targets_columns")]
    targets_columns: Option<NonZeroUsize>,
    #[serde(alias = "train_limit")]
    train_limit: Option<NonZeroUsize>,
    epochs: Option<NonZeroUsize>,
    #[serde(alias = "stop_on_entry")]
    stop_on_entry: Option<bool>,
    /// The folder that paths start from.
    cwd: PathBuf,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Keys that editors put into a configuration for themselves.
const OF_EDITORS: &str = "name type request program args env console noDebug debugServer preLaunchTask postDebugTask \
    internalConsoleOptions presentation serverReadyAction restart trace adapter label tcp_connection build timeout \
    suppressMultipleSessionWarning server token";

impl Session {
    /// Prepares the training that a configuration describes.
    ///
    /// # Errors
    /// A sentence that says what is wrong; for settings, the one that `backprop step` prints.
    pub(super) fn prepare(&mut self, given: Map<String, Value>) -> Result<(), String> {
        if self.token.is_some() && self.token.as_deref() != given.get("token").and_then(Value::as_str) {
            return Err(
                "the launch arguments need the \"token\" that `backprop dap` was started with".to_owned()
            );
        }
        let configuration = read(&given)?;
        let folder = std::env::current_dir().unwrap_or_default().join(&configuration.cwd);
        if !folder.is_dir() {
            return Err(format!("\"cwd\": there is no folder {}", name(&configuration.cwd)));
        }
        let sequence = sequence(&configuration).map_err(|error| with_flags(error).to_string())?;
        let training = sequence.with_rate(&configuration.training);
        let stepper = sequence.stepper(&training).with_memory(STEPS_REMEMBERED);
        self.walk = Some(Walk::new(stepper, configuration.epochs.map(NonZeroUsize::get)));
        self.folder = folder;
        self.stop_on_entry = configuration.stop_on_entry.unwrap_or(true);
        self.launched_with = given;
        self.has_begun = false;
        self.resolve_breakpoints();
        for key in configuration.others.keys() {
            if !key.starts_with("__") && !OF_EDITORS.split(' ').any(|known| known == key) {
                self.say(&format!("\"{key}\" is ignored: backprop step --help lists the options."));
            }
        }
        let architecture = &sequence.network.architecture;
        let (sizes, cost, source) = (architecture.sizes_text(), architecture.cost, sequence.source());
        self.say(&format!("A network of {sizes} nodes, {cost} cost, {training}, on {source}."));
        self.say("As in bp.py, δ = −∂E/∂z: the direction to move in.");
        self.classes = sequence.rows.classes;
        Ok(())
    }
}

/// Reads a configuration. Lists can be strings with commas, as on the command line.
fn read(given: &Map<String, Value>) -> Result<Configuration, String> {
    let parse = |given| serde_json::from_value::<Configuration>(Value::Object(given));
    let mut given = given.clone();
    given.retain(|_, value| !value.is_null());
    for key in ["sizes", "activation", "target", "ignore"] {
        if let Some(Value::String(text)) = given.get(key) {
            let word = |word: &str| match word.parse::<u64>() {
                Ok(number) if key == "sizes" => json!(number),
                _ => json!(word),
            };
            let list: Value = text.split(',').map(|part| word(part.trim())).collect();
            given.insert(key.to_owned(), list);
        }
    }
    parse(given.clone()).map_err(|error| {
        // The error does not name the argument, so look for the one that is refused alone.
        let alone = |(key, value): (String, Value)| {
            let error = parse(Map::from_iter([(key.clone(), value)])).err()?;
            Some(format!("\"{key}\": {error}"))
        };
        given.into_iter().find_map(alone).unwrap_or_else(|| error.to_string())
    })
}

/// Reads the files, which are looked for in the folder `cwd`, and draws everything random.
fn sequence(configuration: &Configuration) -> Result<Sequence, Error> {
    let Configuration { training, from, cwd, edited, .. } = configuration;
    training.check()?;
    let mut setup = configuration.setup.clone();
    if let Some(path) = from {
        let (activation, sizes) = (setup.activation.as_deref(), setup.sizes.as_deref());
        setup.model = read_start(Some(&cwd.join(path)), Edited { edited: *edited }, activation, sizes)?;
    }
    let columns = Columns {
        target_columns: configuration.targets_columns.map_or(0, NonZeroUsize::get),
        kind: kind(configuration.classes, configuration.numbers).or(configuration.columns.kind),
        ..configuration.columns.clone()
    };
    if columns != Columns::default() || matches!(setup.data, Some(Data::Source(_))) {
        let data = match setup.data.take() {
            Some(Data::Source(Source::Path(path))) => Some(Source::Path(cwd.join(path))),
            Some(Data::Source(source)) => Some(source),
            _ => None,
        };
        let data = DataArgs { data, ..DataArgs::default() };
        setup.data = Some(Data::Source(data.source_with(columns)?));
    }
    setup.train_limit = configuration.train_limit.map(NonZeroUsize::get);
    Sequence::new(setup, SAMPLES)
}
