//! A resumed run: everything comes from its checkpoint, and little may be changed.

use std::path::Path;

use clap::ValueEnum;

use backprop::data_set::{Source, Split};
use backprop::training::Checkpoint;
use backprop::{Error, Problem};

use super::parts::{Parts, absolute};
use super::{Plan, Train};
use crate::atomic_file;
use crate::cli::choices::{DataArgs, EngineKind};

/// What does not change the numbers of the run, or only how long it goes on.
const MAY_CHANGE: [&str; 12] = [
    "resume",
    "data",
    "test-data",
    "epochs",
    "threads",
    "out",
    "save-every",
    "checkpoint",
    "checkpoint-every",
    "plot",
    "json",
    "quiet",
];

impl Train {
    /// Everything decided, as the checkpoint at `path` says. `given` are the options on the command line.
    pub(super) fn plan_resumed_run(&self, path: &Path, given: &[String]) -> Result<Plan, Error> {
        if let Some(option) = given.iter().find(|option| !MAY_CHANGE.contains(&option.as_str())) {
            return Err(Error::Usage(
                Problem::new(
                    format!("--{option}"),
                    format!("--{option} cannot be given with --resume, which continues the run as it began"),
                )
                .remedy("omit it, or begin another run with --from"),
            ));
        }
        let mut checkpoint = Checkpoint::read(path)?;
        let engine = EngineKind::from_str(&checkpoint.engine, false).map_err(|_| {
            Error::contents(path, Problem::new("", format!("there is no engine '{}'", checkpoint.engine)))
        })?;
        self.change_epochs(&mut checkpoint)?;
        self.change_outputs(&mut checkpoint)?;
        if given.iter().any(|option| option == "data") {
            checkpoint.data.source = absolute(self.moved(&checkpoint.data.source)?);
        }
        let data = &checkpoint.data;
        let Split { train, test, test_is_train } = data.source.load(data.pixels)?;
        let (train, test) = (train.numbered_as(&data.answers)?, test.numbered_as(&data.answers)?);
        let parts = Parts::cut(Split { train, test, test_is_train }, data);
        if parts.fingerprints() != checkpoint.data.fingerprints {
            return Err(Error::contents(
                path,
                Problem::new(
                    "--data",
                    format!("the samples of {} are not those the run began with", checkpoint.data.source),
                )
                .remedy("say with --data where those are, or begin another run with --from"),
            ));
        }
        let parts = parts.standardized(&checkpoint.data);
        Ok(Plan { checkpoint, parts, engine })
    }

    /// Where the same data is now: the target columns are as they were.
    fn moved(&self, source: &Source) -> Result<Source, Error> {
        let columns = match source {
            Source::Table { target_columns, .. } if *target_columns > 0 => Some(*target_columns),
            _ => None,
        };
        DataArgs { targets_columns: columns, ..self.data.clone() }.source()
    }

    fn change_epochs(&self, checkpoint: &mut Checkpoint) -> Result<(), Error> {
        let Some(epochs) = self.epochs else { return Ok(()) };
        let (done, begun) = (checkpoint.state.epochs_done, checkpoint.state.samples_done > 0);
        if epochs < done + usize::from(begun) {
            return Err(Error::Usage(
                Problem::new(
                    "--epochs",
                    format!(
                        "--epochs {epochs} counts from the start of the run, which is in epoch {}",
                        done + usize::from(begun)
                    ),
                )
                .remedy("give at least that many"),
            ));
        }
        checkpoint.options.epochs = Some(epochs);
        Ok(())
    }

    fn change_outputs(&self, checkpoint: &mut Checkpoint) -> Result<(), Error> {
        let outputs = &mut checkpoint.outputs;
        if let Some(path) = &self.out {
            outputs.out = Some(std::path::absolute(path).unwrap_or_else(|_| path.clone()));
        }
        outputs.save_every = self.save_every.or(outputs.save_every);
        outputs.checkpoint_every = self.checkpoint_every.unwrap_or(outputs.checkpoint_every);
        outputs.out.as_deref().map_or(Ok(()), atomic_file::check_writable)
    }
}
