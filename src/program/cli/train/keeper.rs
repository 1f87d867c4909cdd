//! Saves a run: checkpoints, the model, the drawing. A file that cannot be written does not end the run, since
//! that would lose more. It is tried again after the next epoch and, at the end, saved in the current folder.

use flate2::Crc;

use backprop::model_file::Model;
use backprop::training::{Checkpoint, Trainer};
use backprop::{Engine, ErrorKind, Parameters, file};

use super::Train;
use super::parts::absolute;
use crate::cli::prelude::*;
use crate::cli::report;

/// Saves a run as often as was asked for.
pub(super) struct Keeper<'a> {
    /// The run, with the weights and the state of the latest save or attempt to save.
    pub(super) run: Checkpoint,
    /// The run as it is now: its state.
    pub(super) trainer: Trainer<'a>,
    /// Its weights.
    pub(super) engine: Box<dyn Engine>,
    /// The path of checkpoints, if any are written.
    path: Option<PathBuf>,
    /// `true` if the latest state of the run is not on disk because it could not be written.
    checkpoint_is_due: bool,
    /// The same for the model.
    model_is_due: bool,
    /// The latest failure that was reported. A full disk is still full after the next epoch.
    last_complaint: String,
}

impl<'a> Keeper<'a> {
    /// Writes the first checkpoint, so that a place that cannot be written to is found before anything is trained.
    pub(super) fn new(
        options: &Train,
        mut run: Checkpoint,
        trainer: Trainer<'a>,
        engine: Box<dyn Engine>,
    ) -> Result<Self, Error> {
        let path = options.checkpoint_path();
        run.config.outputs.checkpoint = path.as_deref().map(absolute);
        run.config.outputs.known =
            run.config.outputs.out.as_deref().and_then(checksum_of_file).into_iter().collect();
        let is_resumed = path.is_some() && options.resume == path;
        let (checkpoint_is_due, model_is_due, last_complaint) = (false, false, String::new());
        let keeper = Self { run, trainer, engine, path, checkpoint_is_due, model_is_due, last_complaint };
        // A resumed run already has its checkpoint.
        if let Some(path) = keeper.path.as_deref().filter(|_| !is_resumed) {
            keeper.write_checkpoint(path)?;
        }
        Ok(keeper)
    }

    /// Returns `true` if anything of the run will be saved.
    pub(super) fn saves(&self) -> bool {
        self.path.is_some() || self.run.config.outputs.out.is_some()
    }

    /// Saves what is due after an epoch, and what could not be written before.
    pub(super) fn after_epoch(&mut self) {
        let epoch = self.trainer.state().epochs_done;
        let is_due = |every: usize| is_due(every, epoch);
        let ends = self.trainer.is_finished();
        self.model_is_due |= self.run.config.outputs.save_every.is_some_and(is_due) || ends;
        // A resumed run replaces only the models that its checkpoint knows.
        self.checkpoint_is_due |= is_due(self.run.config.outputs.checkpoint_every) || self.model_is_due;
        let model = if self.model_is_due { self.model() } else { None };
        let sum = model.as_ref().map(|(_, contents)| checksum(contents.as_bytes()));
        self.run.config.outputs.known.extend(sum);
        if self.checkpoint_is_due
            && let Some(path) = self.path.clone()
        {
            self.update();
            let written = self.write_checkpoint(&path);
            self.checkpoint_is_due = self.complain(written);
        }
        // `finish` writes the last one.
        if let Some((path, contents)) = model.filter(|_| !ends) {
            self.model_is_due = self.complain(io::write(&path, contents.as_bytes()));
            if !self.model_is_due {
                // The earlier ones have been replaced.
                self.run.config.outputs.known = vec![checksum(contents.as_bytes())];
            }
        }
    }

    /// Puts the weights and the state as they are now into what is saved.
    fn update(&mut self) {
        self.run.update(self.engine.as_ref(), self.trainer.state());
    }

    /// Reports a failure that has not been reported yet. Returns `true` if there is a failure.
    fn complain(&mut self, written: Result<(), Error>) -> bool {
        let Err(error) = written else { return false };
        let complaint = error.to_string();
        if complaint != self.last_complaint {
            report(&format!("{complaint}; training continues, and it will be tried again"));
            self.last_complaint = complaint;
        }
        true
    }

    /// Writes everything that was asked for at the end of the run. Returns success if every file was saved in its
    /// place.
    pub(super) fn finish(&mut self, plot: Option<(PathBuf, String)>) -> ExitCode {
        let mut saved = true;
        if self.checkpoint_is_due
            && let Some(path) = self.path.clone()
        {
            self.update();
            saved &= self.checkpoint(&path) == Some(path);
        }
        let model = self.model();
        for (path, contents) in model.into_iter().chain(plot) {
            let written = io::write(&path, contents.as_bytes());
            saved &= saved_or_rescued(&path, contents.as_bytes(), written) == Some(path);
        }
        if saved { ExitCode::SUCCESS } else { ExitCode::from(2) }
    }

    /// Adds the place of the last good weights to an error about diverging ones.
    pub(super) fn diverged(&mut self, error: Error) -> Error {
        let (ErrorKind::Diverged, Some(path)) = (error.kind(), self.path.clone()) else { return error };
        let place = if self.checkpoint_is_due { self.checkpoint(&path) } else { Some(path) };
        let Some(place) = place else { return error };
        let (epoch, place) = (self.run.state.epochs_done, quoted(&place));
        error.remedy(format!("the weights after epoch {epoch} are good: --from {place}"))
    }

    /// Saves the run after a signal, if any file was asked for. Returns a sentence that says how to continue.
    pub(super) fn interrupted(&mut self) -> String {
        let state = self.trainer.state();
        let interrupted = if state.samples_done == 0 {
            format!("interrupted after epoch {}", state.epochs_done)
        } else {
            let (done, total) = (thousands(state.samples_done), thousands(self.trainer.samples()));
            format!("interrupted in epoch {} after sample {done} of {total}", state.epochs_done + 1)
        };
        let next_to_model =
            || self.run.config.outputs.out.as_deref().map(|out| io::free_name(out, "checkpoint"));
        let Some(path) = self.path.clone().or_else(next_to_model) else {
            return format!("{interrupted}; nothing is saved, as neither --checkpoint nor --out says where");
        };
        self.run.config.outputs.checkpoint = Some(absolute(&path));
        self.update();
        match self.checkpoint(&path) {
            Some(place) => {
                format!("{interrupted}; continue with: backprop train --resume {}", quoted(&place))
            }
            None => format!("{interrupted}; nothing is saved"),
        }
    }

    /// Returns the network with what it must know about its data. After the end of the run, this is the best network
    /// if that is to be kept.
    pub(super) fn network(&self) -> Model {
        let best = self.trainer.state().best_parameters.as_ref().filter(|_| self.trainer.is_finished());
        let parameters = best.map_or_else(|| self.engine.parameters(), Parameters::clone);
        self.run.config.model(parameters)
    }

    /// Returns the path of the model, if there is one, and its text.
    fn model(&self) -> Option<(PathBuf, String)> {
        let path = self.run.config.outputs.out.clone()?;
        // Its numbers are finite, or training would have stopped.
        Some((path, self.network().to_json().ok()? + "\n"))
    }

    /// Writes the run and keeps the earlier checkpoint as FILE.previous, unless it is damaged and would replace a good
    /// one.
    fn write_checkpoint(&self, path: &Path) -> Result<(), Error> {
        let bytes = self.run.to_bytes().map_err(|error| error.in_file(path))?;
        if Checkpoint::is_whole_at(path) {
            io::write_keeping_previous(path, &bytes)
        } else if self.path.is_none() {
            io::write_new(path, &bytes)
        } else {
            io::write(path, &bytes)
        }
    }

    /// Writes the run to its place or, if that fails, to the current folder. Returns where it was written.
    fn checkpoint(&self, path: &Path) -> Option<PathBuf> {
        let written = self.write_checkpoint(path);
        saved_or_rescued(path, &self.run.to_bytes().ok()?, written)
    }
}

/// Returns `true` if a file that is written after every `every` epochs is due. In a long run it is written less often, after
/// every thousandth of the epochs done: a checkpoint grows with the epochs, and writing each of them would take time that
/// grows with their square.
fn is_due(every: usize, epoch: usize) -> bool {
    const AT_ONCE: usize = 1000;
    let fewer = (epoch / every.saturating_mul(AT_ONCE)).max(1).next_power_of_two();
    epoch.is_multiple_of(every.saturating_mul(fewer))
}

/// Writes a file that could not be saved in its place to the current folder, as `NAME.rescued`. Returns where it was
/// written.
fn saved_or_rescued(path: &Path, contents: &[u8], written: Result<(), Error>) -> Option<PathBuf> {
    let Err(error) = written else { return Some(path.to_path_buf()) };
    let place = io::free_name(&Path::new(".").join(path.file_name()?), "rescued");
    if io::write_new(&place, contents).is_ok() {
        report(&format!("{error}; it is saved as {} instead", name(&place)));
        return Some(place);
    }
    report(&format!("{error}; nor can it be saved in the current folder"));
    None
}

/// Returns the checksum of the file where the model goes, if it exists.
pub(super) fn checksum_of_file(path: &Path) -> Option<u32> {
    file::read(path).ok().map(|bytes| checksum(&bytes))
}

fn checksum(contents: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(contents);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::is_due;

    #[test]
    fn files_are_written_every_n_epochs_and_less_often_in_a_long_run() {
        for every in [1, 3, 10] {
            let due = |epochs: std::ops::RangeInclusive<usize>| {
                epochs.filter(|&epoch| is_due(every, epoch)).count()
            };
            assert_eq!(due(1..=2000 * every - 1), 1999);
            // A checkpoint of each epoch takes as long as the epochs before it: the sum of all grows with the epochs alone.
            for epochs in [10_000, 100_000, 1_000_000] {
                let cost: usize = (1..=epochs).filter(|&epoch| is_due(every, epoch)).sum();
                assert!(cost <= 2000 * epochs * every.min(3), "{every} {epochs}: {cost}");
            }
            // No more than 0.2 % of a run is ever lost.
            let mut last = 0;
            for epoch in (1..200_000).filter(|&epoch| is_due(every, epoch)) {
                assert!(epoch - last <= every.max(2 * epoch / 1000), "{every}: {last} to {epoch}");
                last = epoch;
            }
        }
        assert!(!is_due(usize::MAX, 5) && is_due(usize::MAX, usize::MAX));
    }
}
