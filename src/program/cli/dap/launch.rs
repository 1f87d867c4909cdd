//! What a session begins with: the options of `backprop step`, as an editor's configuration spells them.

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use serde_json::{Map, Value};

use super::super::sequence::{SequenceArgs, TrainingArgs};
use super::walk::Walk;
use crate::cli::remedies::with_flags;

/// Samples held ready, unless `trainLimit` says otherwise.
const SAMPLES_AT_HAND: usize = 100;

/// The options, as on a command line.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Flags {
    #[command(flatten)]
    sequence: SequenceArgs,

    #[command(flatten)]
    training: TrainingArgs,

    #[arg(long)]
    train_limit: Option<usize>,

    #[arg(long)]
    epochs: Option<usize>,
}

/// A training that has been prepared.
pub struct Launched {
    pub walk: Walk,
    /// What the outputs are called.
    pub classes: Vec<String>,
    /// Whether to stop before the first step.
    pub stop_on_entry: bool,
    /// What is to be said of it, a sentence a line.
    pub sentences: Vec<String>,
}

/// What editors put into a configuration for themselves.
const OF_EDITORS: [&str; 26] = [
    "name",
    "type",
    "request",
    "program",
    "args",
    "env",
    "console",
    "cwd",
    "stopOnEntry",
    "noDebug",
    "debugServer",
    "preLaunchTask",
    "postDebugTask",
    "internalConsoleOptions",
    "presentation",
    "serverReadyAction",
    "restart",
    "trace",
    "adapter",
    "label",
    "tcp_connection",
    "build",
    "timeout",
    "suppressMultipleSessionWarning",
    "server",
    "token",
];

/// Prepares a training.
///
/// # Errors
/// What is wrong, in one line, as `backprop step` would say it.
pub fn launch(arguments: &Map<String, Value>) -> Result<Launched, String> {
    if let Some(folder) = arguments.get("cwd").and_then(Value::as_str).filter(|folder| !folder.is_empty()) {
        std::env::set_current_dir(folder)
            .map_err(|error| format!("cwd {}: {error}", backprop::spelled_out(folder)))?;
    }
    let mut sentences = Vec::new();
    let words = words(arguments, &mut sentences)?;
    let matches = Flags::command().try_get_matches_from(words);
    let flags = matches.and_then(|matches| Flags::from_arg_matches(&matches));
    let flags = flags.map_err(|error| super::super::in_one_line(&error))?;
    if flags.train_limit == Some(0) || flags.epochs == Some(0) {
        return Err("trainLimit and epochs count from 1".to_owned());
    }
    flags.training.check().map_err(|error| error.to_string())?;
    let limit = flags.train_limit.unwrap_or(SAMPLES_AT_HAND);
    let sequence = flags.sequence.prepare(limit).map_err(|error| with_flags(error).to_string())?;
    let architecture = &sequence.network.architecture;
    sentences.push(format!(
        "A network of {} nodes, {} cost, {}, on {}.",
        architecture.sizes_text(),
        architecture.cost,
        flags.training,
        sequence.source()
    ));
    sentences.push("As in bp.py, δ = −∂E/∂z: the direction to move in.".to_owned());
    Ok(Launched {
        walk: Walk::new(sequence.stepper(&flags.training), flags.epochs),
        stop_on_entry: arguments.get("stopOnEntry").and_then(Value::as_bool).unwrap_or(true),
        classes: sequence.rows.classes,
        sentences,
    })
}

/// A configuration as the words of a command line: `"trainLimit": 10` is `--train-limit=10`.
fn words(arguments: &Map<String, Value>, sentences: &mut Vec<String>) -> Result<Vec<String>, String> {
    let command = Flags::command();
    let mut words = Vec::new();
    for (key, value) in arguments {
        if value.is_null() || key.starts_with("__") || OF_EDITORS.contains(&key.as_str()) {
            continue;
        }
        let name = kebab(key);
        let mut options = command.get_arguments();
        let option = options.find(|option| {
            let aliases = option.get_all_aliases().unwrap_or_default();
            option.get_long() == Some(&name) || aliases.contains(&name.as_str())
        });
        let key = backprop::spelled_out(key);
        let Some(option) = option else {
            sentences.push(format!(
                "There is no \"{key}\" to launch with, so it is left out; see backprop step --help."
            ));
            continue;
        };
        match (value, option.get_action().takes_values()) {
            (Value::Bool(false), false) => {}
            (Value::Bool(true), false) => words.push(format!("--{name}")),
            (Value::Bool(_), true) => return Err(format!("\"{key}\" needs a value")),
            (_, false) => return Err(format!("\"{key}\" is true or false")),
            (value, true) => words.push(format!("--{name}={}", word(value, &key)?)),
        }
    }
    Ok(words)
}

/// A value as it is typed; a list with commas.
fn word(value: &Value, key: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(list) => {
            let words: Result<Vec<String>, String> = list.iter().map(|value| word(value, key)).collect();
            Ok(words?.join(","))
        }
        _ => Err(format!("\"{key}\" needs a text, a number or a list of them")),
    }
}

/// `trainLimit`: `train-limit`.
fn kebab(key: &str) -> String {
    let mut name = String::new();
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            name.push('-');
        }
        name.push(if character == '_' { '-' } else { character.to_ascii_lowercase() });
    }
    name
}
