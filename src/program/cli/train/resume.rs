//! Resumes a run as its checkpoint describes it; only a few options may be changed.

use std::path::Path;

use serde_json::Value;

use backprop::Error;
use backprop::data_set::{Source, Split};
use backprop::training::{Checkpoint, Difference, RunConfig};

use super::Train;
use super::parts::{Parts, absolute_source};
use crate::cli::choices::DataArgs;

/// The fields that do not change the numbers of the run, or that only change how long it goes on.
const MAY_CHANGE: [&str; 2] = ["options.epochs", "outputs."];

impl Train {
    /// Decides everything about the run, as in the checkpoint at `path`.
    pub(super) fn resumed_run(&self, path: &Path) -> Result<(Checkpoint, Parts), Error> {
        let mut checkpoint = crate::io::read_checkpoint(path)?;
        let mut config = checkpoint.config.clone();
        self.fill(&mut config);
        self.check_is_the_same_run(&checkpoint.config, &config)?;
        self.check_epochs_to_come(&checkpoint)?;
        config.outputs.out = self.resumed_out(&checkpoint)?;
        if self.data.data.is_some() {
            config.data.source = absolute_source(self.moved(&config.data.source)?);
        }
        let data = &config.data;
        self.check_places(self.out.as_deref().or(config.outputs.out.as_deref()), &data.source)?;
        let Split { train, test, test_is_train } = data.source.load(data.pixels)?;
        let (train, test) = (train.numbered_as(&data.answers)?, test.numbered_as(&data.answers)?);
        let parts = Parts::cut(Split { train, test, test_is_train }, data);
        if parts.fingerprints() != data.fingerprints {
            let found = format!("the samples of {} are not those the run began with", data.source);
            let remedy = "say with --data where those are, or begin another run with --from";
            return Err(Error::contents(found).remedy(remedy).in_file(path));
        }
        let parts = parts.standardized(data);
        checkpoint.config = config;
        Ok((checkpoint, parts))
    }

    /// Returns where the same data is now; the target columns are unchanged.
    fn moved(&self, source: &Source) -> Result<Source, Error> {
        DataArgs { targets_columns: target_columns(source), ..self.data.clone() }.source()
    }

    fn check_epochs_to_come(&self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let begun = checkpoint.state.epochs_done + usize::from(checkpoint.state.samples_done > 0);
        match self.how.epochs {
            Some(epochs) if epochs < begun => Err(Error::usage(format!(
                "--epochs {epochs} counts from the start of the run, which is in epoch {begun}"
            ))
            .remedy("give at least that many")),
            _ => Ok(()),
        }
    }

    /// Compares the saved run with the one asked for. The error names all options that differ.
    fn check_is_the_same_run(&self, saved: &RunConfig, asked: &RunConfig) -> Result<(), Error> {
        let differences = saved.differences(asked);
        let mut differing: Vec<String> = differences
            .iter()
            .filter(|difference| !MAY_CHANGE.iter().any(|field| difference.field.starts_with(field)))
            .map(as_option)
            .collect();
        let columns = target_columns(&saved.data.source);
        if let Some(asked) = self.data.targets_columns.filter(|_| self.data.targets_columns != columns) {
            let was = columns.map_or_else(|| "not given".to_owned(), |columns| columns.to_string());
            differing.push(format!("--targets-columns {asked} (it was {was})"));
        }
        if differing.is_empty() {
            return Ok(());
        }
        let found =
            format!("--resume continues a run as it began, but these differ: {}", differing.join(", "));
        let remedy = "omit what differs, or begin another run with --from";
        Err(Error::usage(found).remedy(remedy))
    }
}

/// Returns a field that differs as the option that was given: `--rate 3 (it was 0.3)`.
fn as_option(difference: &Difference) -> String {
    let Difference { field, own, other } = difference;
    let name = field.rsplit('.').next().unwrap_or_default();
    let option = match (name, other) {
        ("activations", _) => "activation".to_owned(),
        ("held_out", _) => "validation".to_owned(),
        ("shuffle", Value::Bool(false)) => "no-shuffle".to_owned(),
        _ if field.starts_with("data.standardization") => "standardize".to_owned(),
        _ => name.replace('_', "-"),
    };
    match other {
        Value::Bool(_) | Value::Object(_) => format!("--{option} (it was not so)"),
        _ => format!("--{option} {} (it was {})", typed(other), typed(own)),
    }
}

/// Returns a value as it is typed.
fn typed(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) if text == "QuadraticCost" => "quadratic".to_owned(),
        Value::String(text) if text == "CrossEntropyCost" => "cross-entropy".to_owned(),
        Value::String(text) => backprop::spelled_out(text),
        Value::Array(list) => list.iter().map(typed).collect::<Vec<_>>().join(","),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}

fn target_columns(source: &Source) -> Option<usize> {
    match source {
        Source::Table { target_columns, .. } if *target_columns > 0 => Some(*target_columns),
        _ => None,
    }
}
