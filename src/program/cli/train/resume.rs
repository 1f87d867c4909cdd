//! A resumed run: everything comes from its checkpoint, and little may be changed.

use std::path::{Path, PathBuf};

use crate::cli::words::Word;

use backprop::data_set::{Source, Split};
use backprop::training::Checkpoint;
use backprop::{Activation, Architecture, Error};

use super::parts::{Parts, absolute};
use super::{Plan, Train};
use crate::cli::choices::{Activations, DataArgs, EngineKind};
use crate::cli::output::name;

/// What does not change the numbers of the run, or only how long it goes on.
const MAY_CHANGE: [&str; 14] = [
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
    "edited",
    "force",
    "json",
    "quiet",
];

impl Train {
    /// Everything decided, as the checkpoint at `path` says. `given` are the options on the command line.
    pub(super) fn plan_resumed_run(&self, path: &Path, given: &[String]) -> Result<Plan, Error> {
        let mut checkpoint = crate::cli::places::read_checkpoint(path)?;
        let engine = EngineKind::of_word(&checkpoint.engine).ok_or_else(|| {
            Error::contents(format!("there is no engine '{}'", checkpoint.engine)).in_file(path)
        })?;
        self.check_is_the_same_run(&checkpoint, given)?;
        self.change_epochs(&mut checkpoint)?;
        self.change_outputs(&mut checkpoint)?;
        if given.iter().any(|option| option == "data") {
            checkpoint.data.source = absolute(self.moved(&checkpoint.data.source)?);
        }
        self.check_places(
            self.out.as_deref().or(checkpoint.outputs.out.as_deref()),
            &checkpoint.data.source,
        )?;
        let data = &checkpoint.data;
        let Split { train, test, test_is_train } = data.source.load(data.pixels)?;
        let (train, test) = (train.numbered_as(&data.answers)?, test.numbered_as(&data.answers)?);
        let parts = Parts::cut(Split { train, test, test_is_train }, data);
        if parts.fingerprints() != checkpoint.data.fingerprints {
            return Err(Error::contents(format!(
                "the samples of {} are not those the run began with",
                checkpoint.data.source
            ))
            .remedy("say with --data where those are, or begin another run with --from")
            .in_file(path));
        }
        let parts = parts.standardized(&checkpoint.data);
        Ok(Plan { checkpoint, parts, engine })
    }

    /// Where the same data is now: the target columns are as they were.
    fn moved(&self, source: &Source) -> Result<Source, Error> {
        DataArgs { targets_columns: target_columns(source), ..self.data.clone() }.source()
    }

    fn change_epochs(&self, checkpoint: &mut Checkpoint) -> Result<(), Error> {
        let Some(epochs) = self.how.epochs else { return Ok(()) };
        let (done, begun) = (checkpoint.state.epochs_done, checkpoint.state.samples_done > 0);
        if epochs < done + usize::from(begun) {
            return Err(Error::usage(format!(
                "--epochs {epochs} counts from the start of the run, which is in epoch {}",
                done + usize::from(begun)
            ))
            .remedy("give at least that many"));
        }
        checkpoint.options.epochs = Some(epochs);
        Ok(())
    }

    fn change_outputs(&self, checkpoint: &mut Checkpoint) -> Result<(), Error> {
        let out = self.resumed_out(checkpoint)?;
        let outputs = &mut checkpoint.outputs;
        outputs.out = out;
        outputs.save_every = self.save_every.or(outputs.save_every);
        outputs.checkpoint_every = self.checkpoint_every.unwrap_or(outputs.checkpoint_every);
        Ok(())
    }

    /// Whether every option given is the one that the run began with. All that differ are named at once.
    fn check_is_the_same_run(&self, checkpoint: &Checkpoint, given: &[String]) -> Result<(), Error> {
        let asked = given.iter().map(String::as_str).filter(|option| !MAY_CHANGE.contains(option));
        let differing = asked.filter_map(|option| {
            let (was, is) = self.was_and_is(option, checkpoint);
            (was != is).then(|| {
                if is == "yes" {
                    format!("--{option} (it was not so)")
                } else {
                    format!("--{option} {is} (it was {was})")
                }
            })
        });
        let differing: Vec<String> = differing.collect();
        if differing.is_empty() {
            return Ok(());
        }
        let found = format!("--resume continues the run as it began, but not so: {}", differing.join(", "));
        let remedy = "omit what differs, or begin another run with --from";
        Err(Error::usage(found).remedy(remedy))
    }

    /// What an option is in the checkpoint, and what it is on the command line.
    fn was_and_is(&self, option: &str, checkpoint: &Checkpoint) -> (String, String) {
        let (was, data, began) = (&checkpoint.options, &checkpoint.data, &checkpoint.beginning);
        let yes = |is: bool| Some(if is { "yes" } else { "no" }.to_owned());
        let architecture = &checkpoint.architecture;
        let activations = |activations: &[Activation]| {
            let names: Vec<&str> = activations.iter().map(|activation| activation.name()).collect();
            Some(names.join(","))
        };
        let of_asked = |asked: &Activations| architecture.clone().with_activations(&asked.0).activations;
        let asked_activations = self.activation.as_ref().map(of_asked);
        let asked = self.beginning(None);
        let path = |path: &Option<PathBuf>| path.as_deref().map(name);
        let both = match option {
            "engine" => (Some(checkpoint.engine.clone()), Some(value_name(self.engine.engine))),
            "preset" => (began.preset.clone(), self.how.preset.map(|preset| preset.to_string())),
            "init" => (began.init.map(value_name), self.init.map(value_name)),
            "from" => (path(&began.from), path(&asked.from)),
            "sizes" => (
                Some(architecture.sizes_text()),
                self.sizes.as_ref().map(|sizes| Architecture::new(&sizes.0).sizes_text()),
            ),
            "activation" => {
                (activations(&architecture.activations), asked_activations.as_deref().and_then(activations))
            }
            "cost" => (Some(architecture.cost.to_string()), self.how.cost.map(|cost| cost.to_string())),
            "pixels" => (Some(value_name(data.pixels)), self.data.pixels.map(value_name)),
            "targets" => (Some(value_name(was.targets)), self.how.targets.map(value_name)),
            "rate" => (text(Some(was.rate)), text(self.how.rate)),
            "batch" => (text(Some(was.batch)), text(self.how.batch)),
            "l2" => (text(Some(was.l2)), text(self.how.l2)),
            "dropout" => (text(Some(was.dropout)), text(self.how.dropout)),
            "seed" => (text(Some(was.seed)), text(Some(self.how.seed))),
            "train-limit" => (text(data.train_limit), text(self.how.train_limit)),
            "test-limit" => (text(data.test_limit), text(self.how.test_limit)),
            "validation" => (text(Some(data.held_out)), text(self.how.validation)),
            "evaluate-every" => (text(Some(was.evaluate_every)), text(self.evaluate_every)),
            "early-stop" => (text(was.early_stop), text(self.early_stop)),
            "halve-rate" => (text(was.halve_rate), text(self.halve_rate)),
            "targets-columns" => (text(target_columns(&data.source)), text(self.data.targets_columns)),
            "standardize" => (yes(data.standardization.is_some()), yes(true)),
            "no-shuffle" => (yes(!was.shuffle), yes(true)),
            "shuffle" => (yes(was.shuffle), yes(true)),
            "stop-when-error-rises" => (yes(was.stop_when_error_rises), yes(true)),
            "keep-best" => (yes(was.keep_best), yes(true)),
            "monitor-training" => (yes(was.monitor_training), yes(true)),
            // An option that nobody has thought of here is not one that may be given.
            _ => (None, yes(true)),
        };
        let told = |value: Option<String>| value.unwrap_or_else(|| "not given".to_owned());
        (told(both.0), told(both.1))
    }
}

fn target_columns(source: &Source) -> Option<usize> {
    match source {
        Source::Table { target_columns, .. } if *target_columns > 0 => Some(*target_columns),
        _ => None,
    }
}

fn text(value: Option<impl std::fmt::Display>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// As it is spelled on the command line.
fn value_name(value: impl Word) -> String {
    value.word().to_owned()
}
