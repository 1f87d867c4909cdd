//! `backprop train`: trains a model from starting weights or from a checkpoint.
//!
//! `args` has the options, `places` the files. `start` makes the checkpoint of a new run, and `resume` reads that of
//! an earlier one. This file trains from there, `keeper` saves the results, and `screen` prints them.

mod args;
mod keeper;
mod parts;
mod places;
mod plot;
mod resume;
mod screen;
mod start;

use std::ops::ControlFlow;

use super::choices::{EngineKind, check_epochs};
use super::health;
use crate::cli::prelude::*;
use crate::io::Lock;
use crate::io::signals::{self, Ending};
pub(super) use args::{How, Train, parse_shape, usual_rate};
use backprop::Activation;
use backprop::training::{Trainer, steady_rate};
use keeper::Keeper;
use parts::Parts;
use screen::Screen;
pub(super) use screen::{closeness, cost_text};

impl Train {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let checkpoint = self.checkpoint_path();
        let _lock = checkpoint.as_deref().map_or(Ok(None), |path| Lock::take(path, "training"))?;
        let (mut checkpoint, parts) = match &self.resume {
            Some(path) => self.resumed_run(path)?,
            None => self.new_run()?,
        };
        let config = &checkpoint.config;
        check_epochs(config.options.epochs.unwrap_or(0))?;
        parts.check_fit(&config.architecture)?;
        let engine = EngineKind::of_word(&config.engine)
            .ok_or_else(|| Error::contents(format!("there is no engine '{}'", config.engine)))?;
        let (parameters, threads) = (&checkpoint.parameters, self.engine.threads);
        let engine = engine.build(&config.architecture, parameters, config.precision, threads)?;
        let options = config.options.clone();
        let trainer = Trainer::new(options, &parts.train, parts.validation.as_ref(), &parts.test)?;
        let trainer = trainer.resume(checkpoint.state);
        checkpoint.state = trainer.state().clone();
        let mut screen = Screen::new(self, &checkpoint, &parts);
        let out = self.out.clone().or(config.outputs.out.clone());
        let mut keeper = Keeper::new(self, checkpoint, trainer, engine)?;
        signals::end(Ending::ByItself("Finishing the current sample. Ctrl-C again leaves at once."));
        if keeper.saves() {
            output.go_on();
        }
        let is_start = keeper.trainer.options().epochs == Some(0);
        screen.open(output, &keeper.run, keeper.trainer.is_finished() && !is_start)?;
        if is_start {
            let report = keeper.trainer.evaluate_start(keeper.engine.as_mut());
            screen.epoch(output, &report, &self.notes(&keeper, &parts))?;
        }
        while !keeper.trainer.is_finished() {
            let report = keeper.trainer.run_epoch(keeper.engine.as_mut(), &mut |progress| {
                screen.progress(progress);
                if signals::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            screen.clear();
            if let Some(report) = report.map_err(|error| keeper.diverged(error))? {
                // Saved before it is printed: the reader of the line may be gone.
                keeper.after_epoch();
                screen.epoch(output, &report, &self.notes(&keeper, &parts))?;
            }
            if signals::asked() && !keeper.trainer.is_finished() {
                super::report(&keeper.interrupted());
                if let Some((path, svg)) = self.drawing(&keeper) {
                    io::write(&path, svg.as_bytes())?;
                }
                return Ok(signals::exit_code());
            }
        }
        let exit = keeper.finish(self.drawing(&keeper));
        screen.close(output, keeper.trainer.state(), out.as_deref(), exit == ExitCode::SUCCESS)?;
        Ok(exit)
    }

    /// Returns the warnings about the network after its last epoch, judged by the test samples; none before that.
    fn notes(&self, keeper: &Keeper<'_>, parts: &Parts) -> Vec<String> {
        if self.quiet || !keeper.trainer.is_finished() {
            return Vec::new();
        }
        let config = &keeper.run.config;
        let ends_in_identity = config.architecture.activations.last() == Some(&Activation::Identity);
        let training = health::Training {
            options: keeper.trainer.options(),
            init: config.beginning.init,
            usual_rate: if ends_in_identity && parts.train.counts_answers() {
                steady_rate(&parts.train)
            } else {
                usual_rate(&parts.train)
            },
            samples: parts.train.len(),
        };
        health::notes(&keeper.network(), &parts.test, Some(&training))
    }

    /// Returns the curves of `--plot`.
    fn drawing(&self, keeper: &Keeper<'_>) -> Option<(PathBuf, String)> {
        let path = self.plot.clone()?;
        Some((path, plot::svg(&keeper.run, &keeper.trainer.state().history)))
    }
}
