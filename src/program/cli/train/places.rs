//! The files of a run: where it writes, and what must not be lost by that.

use std::path::{Path, PathBuf};

use backprop::Error;
use backprop::data_set::Source;
use backprop::training::Checkpoint;

use super::Train;
use super::keeper::checksum_of_file;
use crate::atomic_file;
use crate::cli::output::name;
use crate::cli::places::{Kind, Places, is_same, quoted};

impl Train {
    /// Where checkpoints go, if anywhere: a run resumed from FILE.previous is again the run of FILE.
    pub(super) fn checkpoint_path(&self) -> Option<PathBuf> {
        let resumed = || self.resume.as_ref().map(|path| atomic_file::next(path).unwrap_or(path.clone()));
        self.checkpoint.clone().or_else(resumed)
    }

    /// Looks at all places of the run together. `out` is where the model goes, `source` where data come from.
    pub(super) fn check_places(&self, out: Option<&Path>, source: &Source) -> Result<(), Error> {
        let checkpoint = self.checkpoint_path();
        let previous = checkpoint.as_deref().map(atomic_file::previous);
        // A run may replace its own checkpoint.
        let resumed = self.resume.as_deref().filter(|resumed| {
            ![&checkpoint, &previous].into_iter().flatten().any(|path| is_same(path, resumed))
        });
        Places::new(self.force)
            .input("--from", self.from.as_deref())
            .input("--resume", resumed)
            .data(source)
            .output("--out", out, Kind::Model)
            .output("--checkpoint", checkpoint.as_deref(), Kind::Checkpoint)
            .output("--checkpoint", previous.as_deref(), Kind::Checkpoint)
            .output("--plot", self.plot.as_deref(), Kind::Drawing)
            .check()?;
        if let Some(path) = &self.plot {
            crate::cli::lesson::check_is_svg(path)?;
        }
        let Some(checkpoint) = checkpoint.filter(|_| !self.force.force) else { return Ok(()) };
        // Until the second checkpoint of this run, the earlier run would still be FILE.previous, and then be gone.
        for path in [checkpoint.clone(), atomic_file::previous(&checkpoint)] {
            if !self.resume.as_deref().is_some_and(|resumed| is_same(&path, resumed)) {
                self.check_replaces_no_work(&path)?;
            }
        }
        Ok(())
    }

    /// A run that somebody has waited for is not replaced without being asked.
    fn check_replaces_no_work(&self, path: &Path) -> Result<(), Error> {
        if !Checkpoint::is_at(path) {
            return Ok(());
        }
        let is_previous = atomic_file::next(path);
        let file = is_previous.as_deref().unwrap_or(path);
        let is_of_resumed_run = self
            .resume
            .as_deref()
            .is_some_and(|resumed| is_same(resumed, file) || is_same(resumed, &atomic_file::previous(file)));
        let earlier = match crate::cli::places::read_checkpoint(path) {
            Ok(earlier) => earlier,
            Err(_) if is_of_resumed_run => return Ok(()),
            Err(error) => {
                return Err(
                    error.remedy("it would be overwritten: choose another name, or replace it with --force")
                );
            }
        };
        let (done, samples) = (earlier.state.epochs_done, earlier.state.samples_done);
        // The run of FILE may replace FILE.previous; but whoever resumes FILE.previous has FILE, which is further on.
        if (done, samples) == (0, 0) || (is_of_resumed_run && is_previous.is_some()) {
            return Ok(());
        }
        let epoch = done + usize::from(samples > 0);
        let found = format!(
            "{}: it holds a run that has come to epoch {epoch}, and would be overwritten",
            name(path)
        );
        let remedy = format!("go on with it: --resume {}; or replace it: --force", quoted(path));
        Err(Error::usage(found).remedy(remedy))
    }

    /// Where the model of a resumed run goes: as asked for now, or as its checkpoint says, if that lies where it did and
    /// nothing has come in between.
    pub(super) fn resumed_out(&self, checkpoint: &Checkpoint) -> Result<Option<PathBuf>, Error> {
        if let Some(path) = &self.out {
            return Ok(Some(std::path::absolute(path).unwrap_or_else(|_| path.clone())));
        }
        let Some(out) = &checkpoint.config.outputs.out else { return Ok(None) };
        let ask = |found: String| {
            let remedy = "say with --out where the model is to go";
            Err(Error::usage(found).remedy(remedy))
        };
        let lies_now = self.resume.as_ref().map(|path| atomic_file::next(path).unwrap_or(path.clone()));
        let lay = checkpoint.config.outputs.checkpoint.as_deref();
        if !lay.zip(lies_now.as_deref()).is_some_and(|(lay, lies_now)| is_same(lay, lies_now)) {
            return ask(format!(
                "the checkpoint wants to write {}, but it does not lie where it was written",
                name(out)
            ));
        }
        let is_known = checksum_of_file(out).is_none_or(|sum| checkpoint.config.outputs.known.contains(&sum));
        if !is_known && !self.force.force {
            return ask(format!("{} is not a file that this run has written or found there", name(out)));
        }
        Ok(Some(out.clone()))
    }
}
