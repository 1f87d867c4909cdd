//! `backprop evaluate`: counts how many samples a network recognises, and shows which it mistakes for which.

mod confusion;
mod mistakes;

use super::health;
use super::train::{closeness, cost_text};
use crate::cli::prelude::*;
use backprop::data_set::{Part, Targets};
use backprop::noun_for;
use backprop::training::{Evaluation, evaluate, for_each_output};
use confusion::Confusion;
use mistakes::Mistake;

/// Count how many test samples a network recognises
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    engine: EngineArgs,

    /// Test on the first N test samples only
    #[arg(long, value_name = "N")]
    test_limit: Option<usize>,

    /// Show the N most confident mistakes of the network [default: 6]
    #[arg(long, value_name = "N")]
    mistakes: Option<usize>,

    /// Print one JSON object with `correct`, `total`, `confusion`, `precision`, `recall` and `mistakes`
    #[arg(long)]
    json: bool,

    /// Print the one line with the count and nothing else
    #[arg(long, short)]
    quiet: bool,
}

impl Evaluate {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let test = self.data.load_part(Part::Test, &model)?.labelled()?;
        let test = test.first(self.test_limit.unwrap_or(usize::MAX));
        if test.is_empty() {
            return Err(refuse("--test-limit 0 leaves no samples to evaluate on", "give at least 1").into());
        }
        test.check_fits(&model.architecture)?;
        let mut engine = self.engine.build(&model.architecture, &model.parameters)?;

        if self.mistakes.is_some() && !test.answers().are_classes() {
            let found = "--mistakes shows classes that are taken for others, but there are no classes here";
            return Err(Error::usage(found).remedy("omit it").into());
        }
        if !test.counts_answers() {
            return self.write_cost(output, &evaluate(engine.as_mut(), &test, Targets::OneHot));
        }
        let mut correct = 0;
        // One output tells two classes apart, even where the samples are all of one.
        let mut confusion = Confusion::new(test.class_count().max(model.architecture.output_size()).max(2));
        let mut mistakes = Vec::new();
        let working = Working::through("Evaluating", test.len());
        for_each_output(engine.as_mut(), &test, |index, outputs| {
            working.at(index);
            let is_right = test.is_right(index, outputs);
            correct += usize::from(is_right);
            if test.answers().are_classes() {
                confusion.counts[test.class(index)][test.answer(outputs)] += 1;
                if !is_right {
                    mistakes.push(Mistake::new(index, test.class(index), test.answer(outputs), outputs));
                }
            }
        });
        drop(working);
        mistakes.sort_by(Mistake::by_margin);
        mistakes.truncate(self.mistakes.unwrap_or(6));
        let notes = health::notes(&model, &test, None);
        if self.json {
            let mut object = json!({
                "correct": correct,
                "total": test.len(),
                "confusion": confusion.counts,
                "classes": confusion.names(test.answers()),
                "precision": confusion.each(Confusion::precision),
                "recall": confusion.each(Confusion::recall),
                "mistakes": mistakes,
            });
            if !notes.is_empty() {
                object["notes"] = json!(notes);
            }
            output.json(&object)?;
            return Ok(ExitCode::SUCCESS);
        }
        // Rows that the network may have been trained on must not pass for a test.
        let source = self.data.source()?;
        let samples = noun_for(test.len(), "sample");
        let what = if source.has_test_samples() {
            format!("test {samples}")
        } else {
            format!("{samples} of {}", spelled_out(&source.to_string()))
        };
        let percent = 100.0 * correct as f64 / test.len() as f64;
        let (correct, total) = (thousands(correct), thousands(test.len()));
        writeln!(output, "{correct} of {total} {what} are answered correctly: {percent:.2} %")?;
        if test.answers().are_classes() && !self.quiet {
            confusion.write(output, test.answers())?;
            mistakes::write(output, &mistakes, &test)?;
        }
        if !self.quiet && !notes.is_empty() {
            writeln!(output, "\n{}", notes.join("\n"))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Prints the mean cost, for answers that are numbers.
    fn write_cost(&self, output: &mut Output, found: &Evaluation) -> Result<ExitCode, Failure> {
        let &Evaluation { total, mean_cost, numbers, .. } = found;
        if self.json {
            let (rmse, r2) = (numbers.map(|numbers| numbers.rmse), numbers.and_then(|numbers| numbers.r2));
            let object =
                json!({"correct": null, "total": total, "mean_cost": mean_cost, "rmse": rmse, "r2": r2});
            output.json(&object)?;
        } else {
            let samples = noun_for(total, "sample");
            let (total, cost) = (thousands(total), cost_text(mean_cost));
            let numbers = numbers.map_or_else(String::new, |numbers| format!("; {}", closeness(&numbers)));
            writeln!(output, "The mean cost of {total} test {samples} is {cost}{numbers}")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
