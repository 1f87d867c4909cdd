//! Prints the progress of training: a line per epoch on stdout, and a bar on stderr while it runs.

use backprop::noun_for;
use backprop::training::{Checkpoint, Closeness, EpochReport, Evaluation, Progress, TrainingState};

use super::Train;
use super::parts::{Parts, Tested};
use crate::cli::choices::as_typed;
use crate::cli::prelude::*;

/// The lines and the bar of one training run.
pub(super) struct Screen<'a> {
    options: &'a Train,
    parts: &'a Parts,
    /// The data as `predict` takes them.
    data: String,
    epochs: Option<usize>,
    bar: Option<Working>,
    last_accuracy: Option<f64>,
    /// The evaluation of the network before training, if that is all that was asked for.
    start: Option<Evaluation>,
    /// Warnings about the network.
    notes: Vec<String>,
}

impl<'a> Screen<'a> {
    pub(super) fn new(options: &'a Train, run: &Checkpoint, parts: &'a Parts) -> Self {
        Self {
            options,
            parts,
            data: as_typed(&run.config.data.source),
            epochs: run.config.options.epochs,
            bar: None,
            last_accuracy: run.state.history.iter().filter_map(decisive_accuracy).next_back(),
            start: None,
            notes: Vec::new(),
        }
    }

    /// Returns `true` if text is printed, unlike with `--json` and `--quiet`.
    fn prints_text(&self) -> bool {
        !self.options.json && !self.options.quiet
    }

    /// Prints the first lines: the network, its data, whether the run is resumed, and the head of the table.
    pub(super) fn open(
        &self,
        output: &mut Output,
        run: &Checkpoint,
        is_finished: bool,
    ) -> std::io::Result<()> {
        if !self.prints_text() {
            return Ok(());
        }
        let Parts { train, validation, test, tested } = self.parts;
        let (sizes, source) =
            (run.config.architecture.sizes_text().replace(',', "-"), &run.config.data.source);
        let (count, noun) = (thousands(train.len()), noun_for(train.len(), "sample"));
        let held_out =
            validation.as_ref().map(|held_out| format!(", {} held out", thousands(held_out.len())));
        let held_out = held_out.unwrap_or_default();
        let tested = match tested {
            Tested::Test => format!("{} to test", thousands(test.len())),
            Tested::Trained if train.len() == 1 => "which is also the test".to_owned(),
            Tested::Trained => "which are also the test".to_owned(),
            Tested::HeldOut => "which are the test".to_owned(),
        };
        writeln!(output, "Training {sizes} on {source}: {count} {noun}{held_out}, {tested}.")?;
        if let Some(told) = run.config.data.meaning.told() {
            writeln!(output, "{}", spelled_out(&told))?;
        }
        if let Some(path) = &self.options.resume {
            let (path, done) = (name(path), run.state.epochs_done);
            match run.state.samples_done {
                0 => writeln!(output, "Resuming from {path}, after epoch {done}.")?,
                sample => {
                    let (epoch, sample) = (done + 1, thousands(sample));
                    writeln!(output, "Resuming from {path}, in epoch {epoch} after sample {sample}.")?;
                }
            }
        }
        if is_finished {
            let ended = match run.state.stopped {
                Some(_) => "Its stopping rule has ended it; to train further, begin another run with --from.",
                None => "All its epochs are done; --epochs N continues to a later one.",
            };
            return writeln!(output, "{ended}");
        }
        let held_out = if validation.is_some() { "   held out" } else { "" };
        let answers = if train.counts_answers() { "right answers" } else { "RMSE and R²" };
        writeln!(output, "\n  epoch   train cost   {answers:<24}{held_out}    change   samples/s")?;
        output.flush()
    }

    pub(super) fn progress(&mut self, Progress { epoch, done, total }: Progress) {
        if self.options.quiet && !self.options.json {
            return;
        }
        let name = || match self.epochs {
            Some(epochs) => format!("epoch {epoch} of {epochs}"),
            None => format!("epoch {epoch}"),
        };
        self.bar.get_or_insert_with(|| Working::through(name(), total)).at(done);
    }

    pub(super) fn clear(&mut self) {
        self.bar = None;
    }

    /// Prints an epoch, and after the last one the warnings about the network. Epochs that are not evaluated are left
    /// out of the table, since there may be thousands of them.
    pub(super) fn epoch(
        &mut self,
        output: &mut Output,
        report: &EpochReport,
        notes: &[String],
    ) -> std::io::Result<()> {
        if self.options.json {
            return output.json(&json_of(report, self.parts.tested, notes));
        }
        if self.options.quiet {
            return Ok(());
        }
        self.notes = notes.to_vec();
        if report.epoch == 0 {
            self.start.clone_from(&report.test);
        }
        let Some(test) = &report.test else { return Ok(()) };
        let answers = right_answers(test);
        let accuracy = decisive_accuracy(report);
        let change = match (self.last_accuracy, accuracy) {
            (Some(last), Some(now)) => format!("{:+.2}", now - last),
            _ => String::new(),
        };
        self.last_accuracy = accuracy.or(self.last_accuracy);
        let held_out = match (self.parts.validation.is_some(), accuracy) {
            (true, Some(accuracy)) => format!("   {accuracy:>6.2} %"),
            (true, None) => " ".repeat(11),
            (false, _) => String::new(),
        };
        let (epoch, cost) = (report.epoch, cost_text(report.train_cost));
        let speed = thousands(report.samples_per_second().round() as usize);
        write!(output, "{epoch:>7} {cost:>12}   {answers:<25}{held_out} {change:>8}   {speed:>9}")?;
        if report.is_best {
            write!(output, "  ")?;
            output.styled(BEST, "best")?;
        }
        writeln!(output)?;
        output.flush()
    }

    pub(super) fn close(
        &self,
        output: &mut Output,
        state: &TrainingState,
        out: Option<&Path>,
        is_saved: bool,
    ) -> std::io::Result<()> {
        if !self.prints_text() {
            return Ok(());
        }
        writeln!(output)?;
        if let Some(reason) = &state.stopped {
            writeln!(output, "Stopped: {reason}.")?;
        }
        let (network, kept) = match state.best_parameters {
            Some(_) => {
                let best = state.schedule.best_epoch;
                (format!("The network of epoch {best}, the best,"), state.history.get(best - 1))
            }
            None => ("The network".to_owned(), state.history.last()),
        };
        if let Some(test) = kept.and_then(|report| report.test.as_ref()).or(self.start.as_ref()) {
            let reproduces = self.parts.train.reproduces();
            let samples = noun_for(test.total, "sample");
            let samples = match self.parts.tested {
                _ if reproduces => noun_for(test.total, "byte"),
                Tested::Test => format!("test {samples}, which it has never seen"),
                Tested::HeldOut => format!("{samples} held out, which it has never seen"),
                Tested::Trained => {
                    format!("{samples}, the {} it was trained on", noun_for(test.total, "one"))
                }
            };
            let verb = if reproduces { "reproduces" } else { "recognises" };
            let total = thousands(test.total);
            if let Some(correct) = test.correct {
                let (correct, percent) = (thousands(correct), 100.0 * test.accuracy());
                writeln!(output, "{network} {verb} {correct} of {total} {samples}: {percent:.2} %.")?;
            } else {
                let close = test.numbers.map(|numbers| format!(", {}", closeness(&numbers)));
                let (cost, close) = (cost_text(test.mean_cost), close.unwrap_or_default());
                writeln!(output, "{network} has a mean cost of {cost}{close} on {total} {samples}.")?;
            }
        }
        for note in &self.notes {
            writeln!(output, "{note}")?;
        }
        match out {
            Some(path) if is_saved => writeln!(output, "Saved as {}.", name(path)),
            // The place where it was saved instead has been reported.
            Some(_) => Ok(()),
            None => {
                let predict = format!("backprop predict --model model.json{}", self.data);
                writeln!(output, "Keep it with --out model.json, then try: {predict}")
            }
        }
    }
}

/// The colour of the best epoch; removed for a pipe or for `NO_COLOR`.
const BEST: anstyle::Style = anstyle::AnsiColor::Green.on_default().bold();

/// Returns the accuracy that the stopping rules use, in percent: that of the held-out samples, or of the test set if
/// nothing is held out.
fn decisive_accuracy(report: &EpochReport) -> Option<f64> {
    let decisive = report.validation.as_ref().or(report.test.as_ref());
    decisive.filter(|evaluation| evaluation.correct.is_some()).map(|evaluation| 100.0 * evaluation.accuracy())
}

fn right_answers(evaluation: &Evaluation) -> String {
    let Some(correct) = evaluation.correct else {
        return evaluation.numbers.as_ref().map_or_else(String::new, |numbers| {
            let share = numbers.r2.map_or_else(|| "-".to_owned(), |share| format!("{share:.4}"));
            format!("{:>12} {share:>9}", cost_text(numbers.rmse))
        });
    };
    let (correct, total) = (thousands(correct), thousands(evaluation.total));
    format!("{correct:>6} of {total:<6} {:>6.2} %", 100.0 * evaluation.accuracy())
}

/// Returns a cost in at most 12 characters.
pub(in crate::cli) fn cost_text(cost: f64) -> String {
    let text = format!("{cost:.6}");
    if text.len() <= 12 { text } else { format!("{cost:.4e}") }
}

/// Returns `RMSE 12.3 and R² 0.912`.
pub(in crate::cli) fn closeness(numbers: &Closeness) -> String {
    let rmse = format!("RMSE {}", cost_text(numbers.rmse));
    numbers.r2.map_or(rmse.clone(), |share| format!("{rmse} and R² {share:.4}"))
}

fn json_of(report: &EpochReport, tested: Tested, notes: &[String]) -> serde_json::Value {
    let counts = |name: &str, evaluation: &Option<Evaluation>, object: &mut serde_json::Value| {
        if let Some(evaluation) = evaluation {
            object[format!("{name}_correct")] = json!(evaluation.correct);
            object[format!("{name}_total")] = json!(evaluation.total);
            object[format!("{name}_cost")] = json!(evaluation.mean_cost);
            if let Some(numbers) = &evaluation.numbers {
                let prefix = if name == "test" { String::new() } else { format!("{name}_") };
                object[format!("{prefix}rmse")] = json!(numbers.rmse);
                object[format!("{prefix}r2")] = json!(numbers.r2);
            }
        }
    };
    let mut object = json!({
        "epoch": report.epoch,
        "train_cost": report.train_cost,
        // Always present, and null after an epoch that is not evaluated.
        "test_correct": null,
        "test_total": null,
        "tested_on": match tested {
            Tested::Test => "test",
            Tested::HeldOut => "held-out",
            Tested::Trained => "training",
        },
        "rate": report.rate,
        "seconds": report.seconds,
        "samples_per_second": report.samples_per_second(),
        "best": report.is_best,
    });
    if !notes.is_empty() {
        object["notes"] = json!(notes);
    }
    counts("test", &report.test, &mut object);
    counts("validation", &report.validation, &mut object);
    counts("train_set", &report.train, &mut object);
    object
}
