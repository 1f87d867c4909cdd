//! `backprop predict`: what the network makes of one sample.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::choices::{DataArgs, EngineArgs, ModelArgs};
use super::output::thousands;
use super::{Failure, Output};
use crate::data_set::{DataSet, strongest};
use crate::show::bars::bar;
use crate::show::picture::half_blocks;
use crate::{Error, Sample};

/// Show what a network answers to one sample
#[derive(Debug, Args)]
pub(super) struct Predict {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    engine: EngineArgs,

    #[command(flatten)]
    which: Which,

    /// Print one JSON object with `digit` and `outputs`
    #[arg(long)]
    json: bool,
}

/// One sample of a data set.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// Which sample, from 0
    #[arg(long, value_name = "I")]
    pub(super) index: Option<usize>,

    /// Whether --index counts in the test or the training set
    #[arg(long, value_name = "SET", default_value = "test")]
    pub(super) set: WhichSet,
}

/// The two halves of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WhichSet {
    Train,
    Test,
}

impl Which {
    pub(super) fn check(index: usize, data: &DataSet) -> Result<(), Error> {
        if index < data.len() {
            return Ok(());
        }
        Err(Error::Usage(format!("--index {index}: the samples are numbered 0 to {}", data.len() - 1)))
    }
}

impl Predict {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let (split, _) = self.data.load(Some(&model))?;
        let data = self.which.set.of(&split);
        let index = self.which.index.unwrap_or(0);
        data.check_fits(&model.architecture)?;
        Which::check(index, data)?;

        let mut engine = self.engine.build(&model.architecture, &model.parameters)?;
        let answer = engine.predict(Sample(&data.sample(index)));
        let digit = data.answer(&answer);
        if self.json {
            output.json(&json!({"digit": digit, "outputs": answer, "label": data.class(index)}))?;
            return Ok(ExitCode::SUCCESS);
        }
        let set = match self.which.set {
            WhichSet::Train => "training",
            WhichSet::Test => "test",
        };
        writeln!(output, "Sample {} of the {set} set:\n", thousands(index))?;
        for line in half_blocks(data.image(index), data.image_shape().1) {
            writeln!(output, "    {}", line.trim_end())?;
        }
        writeln!(output)?;
        write_outputs(output, &answer)?;
        let verdict = if data.is_right(index, &answer) { "right" } else { "wrong" };
        writeln!(output, "\nThe network says {digit}; the label says {}: {verdict}.", data.class(index))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The output vector, a line and a bar for each number, the strongest marked.
pub(super) fn write_outputs(output: &mut Output, answer: &[f64]) -> std::io::Result<()> {
    let best = strongest(answer);
    for (index, &value) in answer.iter().enumerate() {
        let mark = if index == best { " ◀" } else { "" };
        writeln!(output, "  output {index:>3}  {value:>9.6}  {}{mark}", bar(value, 40))?;
    }
    Ok(())
}
