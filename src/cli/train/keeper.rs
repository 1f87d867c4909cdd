//! What a run writes while it goes on: checkpoints, and the model.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use backprop::model_file::Model;
use backprop::training::{Checkpoint, Trainer};
use backprop::{Engine, Error, Problem};

use super::Train;
use crate::atomic_file;
use crate::cli::output::thousands;

/// Saves a run as often as was asked for.
pub(super) struct Keeper {
    /// The run; its weights and state are those of the latest save.
    run: Checkpoint,
    /// Where checkpoints go, if anywhere.
    path: Option<PathBuf>,
    quiet: bool,
}

impl Keeper {
    /// Writes the first checkpoint, so that a place that cannot take one is known before anything is trained.
    pub(super) fn new(options: &Train, run: Checkpoint) -> Result<Self, Error> {
        // A run resumed from FILE.previous is again the run of FILE.
        let resumed = options.resume.as_ref().map(|path| atomic_file::next(path).unwrap_or(path.clone()));
        let keeper = Self { run, path: options.checkpoint.clone().or(resumed.clone()), quiet: options.quiet };
        let Some(path) = &keeper.path else { return Ok(keeper) };
        for taken in [path.clone(), atomic_file::previous(path)] {
            if keeper.run.outputs.out.as_deref().is_some_and(|out| is_same_place(out, &taken)) {
                return Err(Error::Usage(
                    Problem::new("--out", format!("--out and --checkpoint both name {}", taken.display()))
                        .remedy("a model and a checkpoint are different files"),
                ));
            }
        }
        if resumed.as_ref() != Some(path) {
            keeper.check_what_is_there(path)?;
        }
        atomic_file::remove_leftovers(path);
        if options.resume.as_ref() == Some(path) {
            // It is this run's own latest one.
            atomic_file::check_writable(path)?;
        } else {
            keeper.run.write(path)?;
        }
        Ok(keeper)
    }

    /// What is trained on what.
    pub(super) fn run(&self) -> &Checkpoint {
        &self.run
    }

    /// Whether anything of the run will remain.
    pub(super) fn saves(&self) -> bool {
        self.path.is_some() || self.run.outputs.out.is_some()
    }

    /// A new run does not silently take the place of an old one, nor of something else altogether.
    fn check_what_is_there(&self, path: &Path) -> Result<(), Error> {
        if std::fs::metadata(path).map_or(true, |found| found.len() == 0) {
            return Ok(());
        }
        let earlier = Checkpoint::read(path).map_err(|error| match error {
            Error::Contents { .. } => {
                error.remedy("it would be overwritten: remove it or choose another name")
            }
            other => other,
        })?;
        if !self.quiet {
            crate::cli::report(&format!(
                "{} holds an earlier run, in epoch {}; it stays as {} until this run's second checkpoint",
                path.display(),
                earlier.state.epochs_done + 1,
                atomic_file::previous(path).display()
            ));
        }
        Ok(())
    }

    /// After an epoch: saves what is due. What cannot be written does not end the run, which would lose more; the last
    /// good file is still there.
    pub(super) fn after_epoch(&mut self, trainer: &Trainer<'_>, engine: &dyn Engine) {
        let epoch = trainer.state().epochs_done;
        let is_due = |every: usize| epoch.is_multiple_of(every);
        let go_on = |result: Result<(), Error>| {
            if let Err(error) = result {
                crate::cli::report(&format!("{error}; training goes on"));
            }
        };
        let checkpoint_is_due = is_due(self.run.outputs.checkpoint_every) || trainer.is_finished();
        if let Some(path) = self.path.clone().filter(|_| checkpoint_is_due) {
            go_on(self.checkpoint(&path, trainer, engine));
        }
        if self.run.outputs.save_every.is_some_and(is_due) {
            go_on(self.save_model(engine));
        }
    }

    /// After the weights have left the range of numbers: says where the last good ones are.
    pub(super) fn diverged(&self, error: Error) -> Error {
        match (error, &self.path) {
            (error @ Error::Diverged(_), Some(path)) => error.remedy(format!(
                "the weights after epoch {} are good: --from {}",
                self.run.state.epochs_done,
                quoted(path)
            )),
            (error, _) => error,
        }
    }

    /// Writes the model to `--out`, if there is one.
    pub(super) fn save_model(&self, engine: &dyn Engine) -> Result<(), Error> {
        let Some(path) = &self.run.outputs.out else { return Ok(()) };
        let data = &self.run.data;
        let model = Model {
            pixels: Some(data.pixels),
            answers: data.answers.clone(),
            standardization: data.standardization.clone(),
            ..Model::new(engine.architecture().clone(), engine.parameters())
        };
        model.write(path)
    }

    /// After Ctrl-C: saves the run, if there is any place for it, and says how to go on.
    pub(super) fn interrupted(
        &mut self,
        trainer: &Trainer<'_>,
        engine: &dyn Engine,
    ) -> Result<String, Error> {
        let state = trainer.state();
        let mut sentence = if state.samples_done == 0 {
            format!("interrupted after epoch {}", state.epochs_done)
        } else {
            let (done, total) = (thousands(state.samples_done), thousands(trainer.samples()));
            format!("interrupted in epoch {} after sample {done} of {total}", state.epochs_done + 1)
        };
        let Some(path) = self.path.clone().or(self.run.outputs.out.as_deref().map(beside)) else {
            sentence.push_str("; nothing is saved, as neither --checkpoint nor --out says where");
            return Ok(sentence);
        };
        self.checkpoint(&path, trainer, engine)?;
        // Writing to a String cannot fail.
        let _ = write!(sentence, "; go on with: backprop train --resume {}", quoted(&path));
        Ok(sentence)
    }

    fn checkpoint(&mut self, path: &Path, trainer: &Trainer<'_>, engine: &dyn Engine) -> Result<(), Error> {
        self.run.update(engine, trainer.state());
        self.run.write(path)
    }
}

/// Where a run goes that was given a place for its model only.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".checkpoint");
    PathBuf::from(name)
}

fn is_same_place(one: &Path, other: &Path) -> bool {
    let resolve = |path: &Path| std::fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    matches!((resolve(one), resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// As it must be typed in a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
