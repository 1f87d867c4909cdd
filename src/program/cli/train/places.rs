//! The files of a run: where it writes, and which files it must not destroy.

use backprop::data_set::Source;
use backprop::training::Checkpoint;

use super::Train;
use super::keeper::checksum_of_file;
use super::parts::absolute;
use crate::cli::prelude::*;
use crate::io::{is_same, next, previous};

impl Train {
    /// Returns where checkpoints go, if anywhere. A run resumed from FILE.previous continues the run of FILE.
    pub(super) fn checkpoint_path(&self) -> Option<PathBuf> {
        let resumed = || self.resume.as_ref().map(|path| next(path).unwrap_or(path.clone()));
        self.checkpoint.clone().or_else(resumed)
    }

    /// Checks all files of the run together. The model goes to `out`; the data comes from `source`.
    pub(super) fn check_places(&self, out: Option<&Path>, source: &Source) -> Result<(), Error> {
        let checkpoint = self.checkpoint_path();
        let previous = checkpoint.as_deref().map(previous);
        let checkpoints = [&checkpoint, &previous].map(Option::as_deref);
        let is_resumed = |path: &Path| self.resume.as_deref().is_some_and(|resumed| is_same(path, resumed));
        // A run may replace its own checkpoint.
        let others = self.resume.as_deref().filter(|_| !checkpoints.into_iter().flatten().any(is_resumed));
        Destinations::new(self.force)
            .input("--from", self.from.as_deref())
            .input("--resume", others)
            .data(source)
            .output("--out", out, Kind::Model)
            .output("--checkpoint", checkpoints[0], Kind::Checkpoint)
            .output("--checkpoint", checkpoints[1], Kind::Checkpoint)
            .output("--plot", self.plot.as_deref(), Kind::Drawing)
            .check()?;
        if self.force.force {
            return Ok(());
        }
        // The second checkpoint of this run would replace FILE.previous.
        let mut replaced = checkpoints.into_iter().flatten().filter(|path| !is_resumed(path));
        replaced.try_for_each(|path| self.check_replaces_no_work(path))
    }

    /// Refuses to replace a run that has already been trained.
    fn check_replaces_no_work(&self, path: &Path) -> Result<(), Error> {
        if !Checkpoint::is_at(path) {
            return Ok(());
        }
        let is_previous = next(path);
        let file = is_previous.as_deref().unwrap_or(path);
        let resumes = |file: &Path| self.resume.as_deref().is_some_and(|resumed| is_same(resumed, file));
        let is_of_resumed_run = resumes(file) || resumes(&previous(file));
        let earlier = match io::read_checkpoint(path) {
            Ok(earlier) => earlier,
            Err(_) if is_of_resumed_run => return Ok(()),
            Err(error) => {
                let remedy = "it would be overwritten: choose another name, or replace it with --force";
                return Err(error.remedy(remedy));
            }
        };
        let (done, samples) = (earlier.state.epochs_done, earlier.state.samples_done);
        // The run of FILE may replace FILE.previous, but a run resumed from FILE.previous may not replace FILE, which
        // has come further.
        if (done, samples) == (0, 0) || (is_of_resumed_run && is_previous.is_some()) {
            return Ok(());
        }
        let (epoch, shown) = (done + usize::from(samples > 0), name(path));
        let found =
            format!("{shown}: it holds a run that has reached epoch {epoch}, and would be overwritten");
        let remedy = format!("continue it: --resume {}; or replace it: --force", quoted(path));
        Err(Error::usage(found).remedy(remedy))
    }

    /// Returns where the model of a resumed run goes: the path asked for now, or the one in the checkpoint if the
    /// checkpoint is where it was written and the run knows the model there.
    pub(super) fn resumed_out(&self, checkpoint: &Checkpoint) -> Result<Option<PathBuf>, Error> {
        if let Some(path) = &self.out {
            return Ok(Some(absolute(path)));
        }
        let Some(out) = &checkpoint.config.outputs.out else { return Ok(None) };
        let ask = |found: String| Err(Error::usage(found).remedy("choose a place for the model with --out"));
        let is_now = self.resume.as_ref().map(|path| next(path).unwrap_or(path.clone()));
        let was = checkpoint.config.outputs.checkpoint.as_deref();
        if !was.zip(is_now.as_deref()).is_some_and(|(was, is_now)| is_same(was, is_now)) {
            let out = name(out);
            return ask(format!(
                "the model of this run goes to {out}, but the checkpoint has been moved or copied"
            ));
        }
        let is_known = checksum_of_file(out).is_none_or(|sum| checkpoint.config.outputs.known.contains(&sum));
        if !is_known && !self.force.force {
            return ask(format!("{} is not a file that this run has written or found there", name(out)));
        }
        Ok(Some(out.clone()))
    }
}
