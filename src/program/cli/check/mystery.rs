//! `check --mystery SEED` plants a fault to be found by its report, and `--answer NAME` says whether it was found.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::setting::named;
use crate::cli::{Failure, Output};
use backprop::gradient_check::faults::Fault;

/// The mystery, and the answer to it.
#[derive(Debug, Clone, Args)]
pub(super) struct MysteryArgs {
    /// Plant a fault of the gallery without saying which: find it by the report. The same SEED, a number or a student's
    /// name, plants the same fault
    #[arg(long, value_name = "SEED", conflicts_with_all = [
        "fault", "sizes", "model", "data", "samples", "activation", "cost", "init", "l2", "dropout", "seed",
    ])]
    pub(super) mystery: Option<String>,

    /// Say which fault it is; exit status 0 if that is right, and an explanation
    #[arg(long, value_name = "NAME", requires = "mystery", conflicts_with_all = [
        "engine", "all", "directions", "evaluation", "style", "list_faults",
    ])]
    answer: Option<String>,
}

impl MysteryArgs {
    /// Returns the fault, and the seed of the weights that it is shown on.
    pub(super) fn fault(&self) -> Option<(&'static Fault, u64)> {
        self.mystery.as_deref().map(Fault::mystery)
    }

    /// Judges the answer, if there is one. A wrong answer is told what its fault would have looked like, but not the
    /// right answer.
    pub(super) fn judge(&self, as_json: bool, output: &mut Output) -> Result<Option<ExitCode>, Failure> {
        let (Some(answer), Some((fault, _))) = (&self.answer, self.fault()) else { return Ok(None) };
        let answered = named("--answer", answer)?;
        let right = answered.name == fault.name;
        if as_json {
            output.json(&json!({ "answer": answered.name, "right": right }))?;
        } else {
            write!(output, "{}", verdict(answered, right))?;
        }
        Ok(Some(if right { ExitCode::SUCCESS } else { ExitCode::from(1) }))
    }
}

fn verdict(answered: &Fault, right: bool) -> String {
    let Fault { name, description, looks_like, .. } = answered;
    if right {
        format!(
            "Right: {name}.\n  What it is: {description}.\n  In a report: {looks_like}.\n\n\
             See its diagnosis: backprop check --fault {name}\n"
        )
    } else {
        format!(
            "No. Of {name} a report would show: {looks_like}.\n\
             Look at this one again. The gallery: backprop check --list-faults\n"
        )
    }
}
