//! `backprop evaluate`: how many samples a network recognises, and which it mistakes for which.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::choices::{DataArgs, EngineArgs, ModelArgs};
use super::output::thousands;
use super::{Failure, Output};
use crate::data_set::DataSet;
use crate::training::evaluation::for_each_output;

/// Count how many test samples a network recognises
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// Only the first N test samples
    #[arg(long, value_name = "N")]
    test_limit: Option<usize>,

    /// Print one JSON object with `correct`, `total` and `confusion`
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let (split, _) = self.data.load(Some(&model))?;
        let test = match self.test_limit {
            Some(limit) => split.test.first(limit),
            None => split.test,
        };
        test.check_fits(&model.architecture)?;
        let mut engine = self.engine.build(&model.architecture, &model.parameters)?;

        let classes = model.architecture.output_size();
        let mut correct = 0;
        let mut confusion = vec![vec![0usize; classes]; classes];
        for_each_output(engine.as_mut(), &test, |index, answer| {
            correct += usize::from(test.is_right(index, answer));
            if !test.reproduces() {
                confusion[usize::from(test.class(index))][usize::from(test.answer(answer))] += 1;
            }
        });
        if self.json {
            output.json(&json!({"correct": correct, "total": test.len(), "confusion": confusion}))?;
            return Ok(ExitCode::SUCCESS);
        }
        let percent = 100.0 * correct as f64 / test.len() as f64;
        writeln!(
            output,
            "{} of {} test samples are answered rightly: {percent:.2} %",
            thousands(correct),
            thousands(test.len())
        )?;
        if !test.reproduces() {
            write_confusion(output, &confusion, &test)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A row for each class that was meant, a column for each answer; then precision and recall.
fn write_confusion(output: &mut Output, confusion: &[Vec<usize>], test: &DataSet) -> std::io::Result<()> {
    let classes = confusion.len();
    writeln!(output, "\nRows: what it is. Columns: what the network says.\n")?;
    write!(output, "      ")?;
    for answer in 0..classes {
        write!(output, "{answer:>6}")?;
    }
    writeln!(output, "   recall")?;
    for (class, row) in confusion.iter().enumerate() {
        write!(output, "{class:>6}")?;
        for &count in row {
            if count == 0 {
                write!(output, "{:>6}", ".")?;
            } else {
                write!(output, "{count:>6}")?;
            }
        }
        writeln!(output, "{}", percentage(row[class], row.iter().sum()))?;
    }
    write!(output, "\nprecision")?;
    for answer in 0..classes {
        let said: usize = confusion.iter().map(|row| row[answer]).sum();
        if answer == 0 {
            write!(output, "{:>3.0}", share(confusion[answer][answer], said))?;
        } else {
            write!(output, "{:>6.0}", share(confusion[answer][answer], said))?;
        }
    }
    writeln!(output, "   %")?;
    let _ = test;
    Ok(())
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
}

fn percentage(part: usize, whole: usize) -> String {
    format!("{:>8.1} %", share(part, whole))
}
