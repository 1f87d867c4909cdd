//! Prints the progress of training: a line per epoch on stdout, and a bar on stderr while it runs.

use backprop::data_set::DataSet;
use backprop::training::{Checkpoint, Closeness, EpochReport, Evaluation, Progress, TrainingState};
use minijinja::context;

use super::Train;
use super::parts::{Parts, Tested};
use crate::cli::choices::as_typed;
use crate::cli::prelude::*;
use crate::template;

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

    /// Prints the first lines: the network, its data, whether the run is resumed, and the head of the table.
    pub(super) fn open(
        &self,
        output: &mut Output,
        run: &Checkpoint,
        is_finished: bool,
    ) -> std::io::Result<()> {
        let Parts { train, validation, test, tested } = self.parts;
        let values = context! {
            sizes => run.config.architecture.sizes_text().replace(',', "-"),
            source => run.config.data.source.to_string(),
            train => train.len(),
            held_out => validation.as_ref().map(DataSet::len),
            test => test.len(),
            tested => tested.word(),
            told => run.config.data.meaning.told().map(|told| spelled_out(&told)),
            resumed => self.options.resume.as_deref().map(name),
            epoch => run.state.epochs_done,
            sample => run.state.samples_done,
            has_stopped => run.state.stopped.is_some(),
            is_finished,
            counts_answers => train.counts_answers(),
        };
        self.print(output, include_str!("opening.txt.template"), &values)
    }

    /// Prints a text, unless there is `--json` or `--quiet`.
    fn print(&self, output: &mut Output, text: &str, values: &minijinja::Value) -> std::io::Result<()> {
        if self.options.json || self.options.quiet {
            return Ok(());
        }
        let text = template::fill(text, values);
        output.write_all(text.as_bytes())?;
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

    /// Prints the last lines: what ended the run, what the network can do, the warnings, and where it is saved.
    pub(super) fn close(
        &self,
        output: &mut Output,
        state: &TrainingState,
        out: Option<&Path>,
        is_saved: bool,
    ) -> std::io::Result<()> {
        let best = state.best_parameters.as_ref().map(|_| state.schedule.best_epoch);
        let kept = best.map_or(state.history.last(), |best| state.history.get(best - 1));
        let test = kept.and_then(|report| report.test.as_ref()).or(self.start.as_ref());
        let values = context! {
            stopped => state.stopped.as_ref().map(ToString::to_string),
            best,
            reproduces => self.parts.train.reproduces(),
            tested => self.parts.tested.word(),
            total => test.map(|test| test.total),
            correct => test.and_then(|test| test.correct),
            percent => test.map(|test| 100.0 * test.accuracy()),
            cost => test.map(|test| cost_text(test.mean_cost)),
            close => test.and_then(|test| test.numbers.as_ref()).map(closeness),
            notes => &self.notes,
            // If it is saved elsewhere, that has been reported.
            out => out.map(name),
            is_saved,
            data => &self.data,
        };
        self.print(output, include_str!("closing.txt.template"), &values)
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
        "tested_on": tested.word(),
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
