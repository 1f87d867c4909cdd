//! What training shows: a line an epoch on stdout, a bar on stderr while it runs.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::Parts;
use crate::Architecture;
use crate::cli::Output;
use crate::cli::output::thousands;
use crate::data_set::Source;
use crate::training::{EpochReport, Evaluation, Options, TrainingState};

/// The lines and the bar of one training run.
pub(super) struct Screen {
    json: bool,
    bar: Option<ProgressBar>,
    last_accuracy: Option<f64>,
    epochs: Option<usize>,
    reproduces: bool,
}

impl Screen {
    pub(super) fn new(json: bool, options: &Options, parts: &Parts) -> Self {
        let reproduces = parts.train.reproduces();
        Self { json, bar: None, last_accuracy: None, epochs: options.epochs, reproduces }
    }

    pub(super) fn open(
        &self,
        output: &mut Output,
        architecture: &Architecture,
        parts: &Parts,
        source: &Source,
    ) -> std::io::Result<()> {
        if self.json {
            return Ok(());
        }
        let held_out = match &parts.validation {
            Some(validation) => format!(", {} held out", thousands(validation.len())),
            None => String::new(),
        };
        writeln!(
            output,
            "Training {} on {source}: {} samples{held_out}, {} to test.\n",
            architecture.sizes_text().replace(',', "-"),
            thousands(parts.train.len()),
            thousands(parts.test.len())
        )?;
        writeln!(output, "  epoch   train cost   right answers              change   samples/s")?;
        output.flush()
    }

    pub(super) fn progress(&mut self, epoch: usize, done: usize, total: usize) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(total as u64);
            let style = ProgressStyle::with_template(
                "{msg} {wide_bar} {human_pos}/{human_len}  {per_sec}  {eta} left",
            );
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(match self.epochs {
                Some(epochs) => format!("epoch {epoch} of {epochs}"),
                None => format!("epoch {epoch}"),
            });
            bar
        });
        bar.set_position(done as u64);
    }

    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    pub(super) fn epoch(&mut self, output: &mut Output, report: &EpochReport) -> std::io::Result<()> {
        if self.json {
            return output.json(&json_of(report));
        }
        let decisive = report.validation.as_ref().or(report.test.as_ref());
        let (answers, change) = match (decisive, &report.test) {
            (Some(decisive), Some(test)) => {
                let accuracy = 100.0 * decisive.accuracy();
                let change =
                    self.last_accuracy.map_or(String::new(), |last| format!("{:+.2}", accuracy - last));
                self.last_accuracy = Some(accuracy);
                (right_answers(test), change)
            }
            _ => ("not evaluated".to_owned(), String::new()),
        };
        writeln!(
            output,
            "{:>7}   {:>10.6}   {answers:<24} {change:>8}   {:>9}{}",
            report.epoch,
            report.train_cost,
            thousands(report.samples_per_second().round() as usize),
            if report.is_best { "  best" } else { "" }
        )?;
        output.flush()
    }

    pub(super) fn close(
        &self,
        output: &mut Output,
        state: &TrainingState,
        out: Option<&Path>,
    ) -> std::io::Result<()> {
        if self.json {
            return Ok(());
        }
        writeln!(output)?;
        if let Some(reason) = &state.stopped {
            writeln!(output, "Stopped: {reason}.")?;
        }
        if let Some(test) = state.history.last().and_then(|report| report.test.as_ref()) {
            let samples = if self.reproduces { "bytes" } else { "test samples, which it has never seen" };
            let verb = if self.reproduces { "reproduces" } else { "recognises" };
            writeln!(
                output,
                "The network {verb} {} of {} {samples}: {:.2} %.",
                thousands(test.correct),
                thousands(test.total),
                100.0 * test.accuracy()
            )?;
        }
        match out {
            Some(path) => writeln!(output, "Saved as {}.", path.display()),
            None => writeln!(
                output,
                "Keep it with --out model.json, then try: backprop predict --model model.json"
            ),
        }
    }
}

fn right_answers(evaluation: &Evaluation) -> String {
    format!(
        "{:>6} of {:<6} {:>6.2} %",
        thousands(evaluation.correct),
        thousands(evaluation.total),
        100.0 * evaluation.accuracy()
    )
}

fn json_of(report: &EpochReport) -> serde_json::Value {
    let counts = |name: &str, evaluation: &Option<Evaluation>, object: &mut serde_json::Value| {
        if let Some(evaluation) = evaluation {
            object[format!("{name}_correct")] = json!(evaluation.correct);
            object[format!("{name}_total")] = json!(evaluation.total);
            object[format!("{name}_cost")] = json!(evaluation.mean_cost);
        }
    };
    let mut object = json!({
        "epoch": report.epoch,
        "train_cost": report.train_cost,
        "rate": report.rate,
        "seconds": report.seconds,
        "samples_per_second": report.samples_per_second(),
        "best": report.is_best,
    });
    counts("test", &report.test, &mut object);
    counts("validation", &report.validation, &mut object);
    counts("train_set", &report.train, &mut object);
    object
}
