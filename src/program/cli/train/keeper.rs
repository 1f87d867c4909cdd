//! What a run writes while it goes on: checkpoints, and the model. What cannot be written does not end the run, which
//! would lose more: it is tried again, and at the end another place is found.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use flate2::Crc;

use backprop::model_file::Model;
use backprop::training::{Checkpoint, Trainer};
use backprop::{Engine, Error, ErrorKind, Parameters};

use super::Train;
use crate::cli::output::{name, thousands};
use crate::cli::places::{self, quoted};
use backprop::file;

/// Saves a run as often as was asked for.
pub(super) struct Keeper {
    /// The run; its weights and state are those of the latest save, or of the latest that was tried.
    run: Checkpoint,
    /// Where checkpoints go, if anywhere.
    path: Option<PathBuf>,
    /// Whether the latest state of the run is not on disk because it could not be written.
    checkpoint_is_due: bool,
    /// The same for the model.
    model_is_due: bool,
    /// What was last said of a failure: a full disk is full after every epoch.
    last_complaint: String,
}

impl Keeper {
    /// Writes the first checkpoint, so that a place that cannot take one is known before anything is trained.
    pub(super) fn new(options: &Train, mut run: Checkpoint) -> Result<Self, Error> {
        let path = options.checkpoint_path();
        let outputs = &mut run.config.outputs;
        outputs.checkpoint = path.as_deref().map(absolute);
        outputs.known = outputs.out.as_deref().and_then(checksum_of_file).into_iter().collect();
        let is_resumed = path.is_some() && options.resume == path;
        let mut keeper =
            Self { run, path, checkpoint_is_due: false, model_is_due: false, last_complaint: String::new() };
        // That of a resumed run is there already.
        if let Some(path) = keeper.path.clone().filter(|_| !is_resumed) {
            keeper.write_checkpoint(&path)?;
        }
        Ok(keeper)
    }

    /// What is trained on what.
    pub(super) fn run(&self) -> &Checkpoint {
        &self.run
    }

    /// Whether anything of the run will remain.
    pub(super) fn saves(&self) -> bool {
        self.path.is_some() || self.run.config.outputs.out.is_some()
    }

    /// After an epoch: saves what is due, and what could not be written before.
    pub(super) fn after_epoch(&mut self, trainer: &Trainer<'_>, engine: &dyn Engine) {
        let epoch = trainer.state().epochs_done;
        let is_due = |every: usize| epoch.is_multiple_of(every);
        let ends = trainer.is_finished();
        self.model_is_due |= self.run.config.outputs.save_every.is_some_and(is_due) || ends;
        // A model that the checkpoint knows nothing of would be taken for somebody else's.
        self.checkpoint_is_due |= is_due(self.run.config.outputs.checkpoint_every) || self.model_is_due;
        let model = if self.model_is_due { self.model(trainer, engine) } else { None };
        if let Some((_, contents)) = &model {
            self.run.config.outputs.known.push(checksum(contents));
        }
        if self.checkpoint_is_due
            && let Some(path) = self.path.clone()
        {
            self.run.update(engine, trainer.state());
            let result = self.write_checkpoint(&path);
            self.checkpoint_is_due = result.is_err();
            self.go_on(result);
        }
        // The last one is for `finish`.
        if let Some((path, contents)) = model.filter(|_| !ends) {
            let result = places::write(&path, contents.as_bytes());
            self.model_is_due = result.is_err();
            self.go_on(result);
        }
    }

    fn go_on(&mut self, result: Result<(), Error>) {
        let Err(error) = result else { return };
        let complaint = error.to_string();
        if complaint != self.last_complaint {
            crate::cli::report(&format!("{complaint}; training goes on, and it is tried again"));
            self.last_complaint = complaint;
        }
    }

    /// At the end: everything that was asked for is written, or as much as can be, somewhere. The exit status says
    /// whether it is where it was asked for.
    pub(super) fn finish(
        &mut self,
        trainer: &Trainer<'_>,
        engine: &dyn Engine,
        plot: Option<(&Path, String)>,
    ) -> ExitCode {
        let mut saved = true;
        if self.checkpoint_is_due
            && let Some(path) = self.path.clone()
        {
            self.run.update(engine, trainer.state());
            saved &= self.checkpoint(&path).is_some_and(|place| place == path);
        }
        if let Some((path, contents)) = self.model(trainer, engine) {
            saved &= write_somewhere(&path, contents.as_bytes()).is_some_and(|place| place == path);
        }
        if let Some((path, svg)) = plot {
            saved &= write_somewhere(path, svg.as_bytes()).is_some_and(|place| place == path);
        }
        if saved { ExitCode::SUCCESS } else { ExitCode::from(2) }
    }

    /// After the weights have left the range of numbers: says where the last good ones are.
    pub(super) fn diverged(&mut self, error: Error) -> Error {
        let (ErrorKind::Diverged, Some(path)) = (error.kind(), self.path.clone()) else { return error };
        let place = if self.checkpoint_is_due { self.checkpoint(&path) } else { Some(path) };
        match place {
            Some(place) => error.remedy(format!(
                "the weights after epoch {} are good: --from {}",
                self.run.state.epochs_done,
                quoted(&place)
            )),
            None => error,
        }
    }

    /// After a signal: saves the run, if there is any place for it, and says how to go on.
    pub(super) fn interrupted(&mut self, trainer: &Trainer<'_>, engine: &dyn Engine) -> String {
        let state = trainer.state();
        let mut sentence = if state.samples_done == 0 {
            format!("interrupted after epoch {}", state.epochs_done)
        } else {
            let (done, total) = (thousands(state.samples_done), thousands(trainer.samples()));
            format!("interrupted in epoch {} after sample {done} of {total}", state.epochs_done + 1)
        };
        let Some(path) =
            self.path.clone().or_else(|| self.run.config.outputs.out.as_deref().map(free_beside))
        else {
            sentence.push_str("; nothing is saved, as neither --checkpoint nor --out says where");
            return sentence;
        };
        self.run.config.outputs.checkpoint = Some(absolute(&path));
        self.run.update(engine, state);
        // Writing to a String cannot fail.
        let _ = match self.checkpoint(&path) {
            Some(place) => {
                write!(sentence, "; go on with: backprop train --resume {}", quoted(&place))
            }
            None => write!(sentence, "; nothing is saved, as no place can take it"),
        };
        sentence
    }

    /// The network, and what it is to know of its data: the best one, if that is to be kept and the run is over.
    pub(super) fn network(&self, trainer: &Trainer<'_>, engine: &dyn Engine) -> Model {
        let best = trainer.state().best_parameters.as_ref().filter(|_| trainer.is_finished());
        let parameters = best.map_or_else(|| engine.parameters(), Parameters::clone);
        self.run.config.model(parameters)
    }

    /// Where the model goes, if anywhere, and its text.
    fn model(&self, trainer: &Trainer<'_>, engine: &dyn Engine) -> Option<(PathBuf, String)> {
        let path = self.run.config.outputs.out.clone()?;
        // Its numbers are finite, or training would have stopped.
        Some((path, self.network(trainer, engine).to_json().ok()? + "\n"))
    }

    fn write_checkpoint(&mut self, path: &Path) -> Result<(), Error> {
        places::write_checkpoint(path, &self.run)
    }

    /// Writes the run to its place or, if that fails, to any that can take it. Where it is, if anywhere.
    fn checkpoint(&mut self, path: &Path) -> Option<PathBuf> {
        match self.write_checkpoint(path) {
            Ok(()) => Some(path.to_path_buf()),
            Err(error) => {
                let contents = self.run.to_bytes().ok()?;
                elsewhere(path, &contents, &error)
            }
        }
    }
}

/// Writes a file to its place or, if that fails, to any that can take it. Where it is, if anywhere.
fn write_somewhere(path: &Path, contents: &[u8]) -> Option<PathBuf> {
    match places::write(path, contents) {
        Ok(()) => Some(path.to_path_buf()),
        Err(error) => elsewhere(path, contents, &error),
    }
}

fn elsewhere(path: &Path, contents: &[u8], error: &Error) -> Option<PathBuf> {
    let place = places::write_elsewhere(path, contents);
    match &place {
        Some(place) => crate::cli::report(&format!("{error}; it is saved as {} instead", name(place))),
        None => crate::cli::report(&format!("{error}; no other place can take it either")),
    }
    place
}

/// Where a run goes that was given a place for its model only: a name beside it that nothing has yet.
fn free_beside(out: &Path) -> PathBuf {
    const MOST_NAMES: usize = 1000;
    let beside = |number: usize| {
        let mut name = out.as_os_str().to_owned();
        name.push(".checkpoint");
        if number > 1 {
            name.push(format!("-{number}"));
        }
        PathBuf::from(name)
    };
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    (1..=MOST_NAMES).map(beside).find(is_free).unwrap_or_else(|| beside(MOST_NAMES))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Of the file that stands where the model goes; `None`, if there is none.
pub(super) fn checksum_of_file(path: &Path) -> Option<u32> {
    file::read(path).ok().map(|bytes| checksum(&bytes))
}

fn checksum(contents: impl AsRef<[u8]>) -> u32 {
    let mut crc = Crc::new();
    crc.update(contents.as_ref());
    crc.sum()
}
