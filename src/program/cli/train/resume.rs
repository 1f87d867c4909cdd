//! Resumes a run as its checkpoint describes it; only a few options may be changed.

use std::path::Path;

use serde_json::{Value, json};

use backprop::data_set::{Columns, Source, Split};
use backprop::training::{Checkpoint, DataRecord, Difference, RunConfig};
use backprop::{Cost, Error, spelled_out};

use super::Train;
use super::parts::{Parts, absolute_source};

/// The fields that change no number of the run, or only its length.
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
            // The same data in another place; its columns are read as before. What is built in is other data.
            let is_file = matches!(self.data.data, Some(Source::Path(_) | Source::Table { .. }));
            let columns = if is_file { columns_of(&config.data.source) } else { Columns::default() };
            config.data.source = absolute_source(self.data.source_with(columns)?);
        }
        let data = &config.data;
        self.check_places(self.out.as_deref().or(config.outputs.out.as_deref()), &data.source)?;
        let DataRecord { meaning, source, .. } = data;
        let split = source.clone().read_as(meaning).load(meaning.pixels.unwrap_or_default())?;
        let Split { train, test, test_is_train } = split;
        let (train, test) = (train.numbered_as(&meaning.answers)?, test.numbered_as(&meaning.answers)?);
        let parts = Parts::cut(Split { train, test, test_is_train }, data);
        if parts.fingerprints() != data.fingerprints {
            let source = &data.source;
            let is_old_table = !meaning.is_of_table() && parts.train.meaning().is_of_table();
            let error = if is_old_table {
                Error::contents(format!(
                    "an earlier version began this run, and took other columns of {source} for the answer or numbered its \
                     classes in another order"
                ))
                .remedy("begin another run; --target says which column to learn")
            } else {
                Error::contents(format!("the samples of {source} are not those the run began with"))
                    .remedy("give their place with --data, or begin another run with --from")
            };
            return Err(error.in_file(path));
        }
        let parts = parts.with_meaning(meaning);
        checkpoint.config = config;
        Ok((checkpoint, parts))
    }

    fn check_epochs_to_come(&self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let begun = checkpoint.state.epochs_done + usize::from(checkpoint.state.samples_done > 0);
        let Some(epochs) = self.how.epochs.filter(|&epochs| epochs < begun) else { return Ok(()) };
        let found = format!("--epochs {epochs} counts from the start of the run, which is in epoch {begun}");
        Err(Error::usage(found).remedy("give at least that many"))
    }

    /// Compares the saved run with the one asked for. The error names all options that differ.
    fn check_is_the_same_run(&self, saved: &RunConfig, asked: &RunConfig) -> Result<(), Error> {
        let differences = saved.differences(asked);
        let mut differing: Vec<String> = differences
            .iter()
            .filter(|difference| !MAY_CHANGE.iter().any(|field| difference.field.starts_with(field)))
            .map(as_option)
            .collect();
        let (was, asked) = (columns_of(&saved.data.source), self.data.columns()?);
        let asked = Columns { image: self.image, ..asked };
        if asked != Columns::default() && asked != was {
            differing.push("how the columns of the table are read".to_owned());
        }
        if differing.is_empty() {
            return Ok(());
        }
        let found =
            format!("--resume continues a run as it began, but these differ: {}", differing.join(", "));
        let remedy = "omit the options that differ, or begin another run with --from";
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
        Value::Bool(_) | Value::Object(_) => format!("--{option} (it was not set)"),
        // The usual precision is not written down.
        _ if name == "precision" => {
            let [own, other] = [own, other].map(|value| value.as_str().unwrap_or("f64"));
            format!("--precision {other} (it was {own})")
        }
        _ => format!("--{option} {} (it was {})", typed(other), typed(own)),
    }
}

/// Returns a value as it is typed.
fn typed(value: &Value) -> String {
    match value {
        Value::Null => "not given".to_owned(),
        Value::String(text) => {
            let cost = Cost::ALL.into_iter().find(|cost| json!(cost) == *value);
            cost.map_or_else(|| spelled_out(text), |cost| cost.name().to_owned())
        }
        Value::Array(list) => list.iter().map(typed).collect::<Vec<_>>().join(","),
        Value::Number(number) if number.is_f64() => number.as_f64().unwrap_or_default().to_string(),
        other => other.to_string(),
    }
}

fn columns_of(source: &Source) -> Columns {
    match source {
        Source::Table { columns, .. } => columns.clone(),
        _ => Columns::default(),
    }
}
