//! `check --mystery SEED` plants a fault to be found by its report, and `--answer NAME` says whether it was found.

use super::setting::named;
use crate::cli::prelude::*;
use backprop::gradient_check::faults::{Fault, Mystery};
use backprop::{column_width, file};

/// The mystery, and the answer to it.
#[derive(Debug, Clone, Args)]
pub(super) struct MysteryArgs {
    /// Plant a fault of the gallery without saying which: find it from the report. The same SEED, a number or a student's
    /// name, plants the same fault
    #[arg(long, value_name = "SEED", conflicts_with_all = [
        "fault", "sizes", "model", "data", "samples", "activation", "cost", "init", "l2", "dropout", "seed",
    ])]
    pub(super) mystery: Option<String>,

    /// Say which fault it is; exit status 0 if that is right; if not, 1 and the evidence against it
    #[arg(long, value_name = "NAME", requires = "mystery", conflicts_with_all = [
        "fault", "sizes", "model", "data", "engine", "all", "directions", "evaluation", "style", "list_faults",
    ])]
    answer: Option<String>,

    /// With --answer, also say which line of the backward pass is wrong (if several are, the first): both must be right
    #[arg(long, value_name = "LINE", requires = "answer", conflicts_with_all = ["fault", "sizes", "model", "data"],
        value_parser = clap::value_parser!(u8).range(1..=i64::from(Mystery::LINES)))]
    explain: Option<u8>,

    /// For teachers: list the answers for the names in FILE, one per line
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "mystery", "fault", "sizes", "model", "data", "samples", "activation", "cost", "init", "l2", "dropout", "seed",
        "engine", "all", "directions", "evaluation", "style", "list_faults",
    ])]
    mystery_answers: Option<PathBuf>,
}

impl MysteryArgs {
    /// Returns the fault and the network that shows it.
    pub(super) fn hidden(&self) -> Option<Mystery> {
        self.mystery.as_deref().map(Mystery::new)
    }

    /// Judges the answer, or lists all answers, if that is asked for.
    pub(super) fn judge(&self, as_json: bool, output: &mut Output) -> Result<Option<ExitCode>, Failure> {
        if let Some(path) = &self.mystery_answers {
            let names = file::read(path).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not a list of names"))
            });
            let names = names.map_err(|error| {
                Error::usage(format!("{}: {error}", path.display()))
                    .remedy("--mystery-answers takes a file of names, one per line")
            })?;
            list(&names, as_json, output)?;
            return Ok(Some(ExitCode::SUCCESS));
        }
        let (Some(answer), Some(hidden)) = (&self.answer, self.hidden()) else { return Ok(None) };
        let answered = named("--answer", answer)?;
        let (right, words) = hidden.judge(answered, self.explain);
        if as_json {
            output.json(&json!({ "answer": answered.name, "explain": self.explain, "right": right }))?;
        } else if right {
            writeln!(output, "{words}\n\nSee its diagnosis: backprop check --fault {answer}")?;
        } else {
            writeln!(output, "{words}\nThe gallery: backprop check --list-faults")?;
        }
        Ok(Some(if right { ExitCode::SUCCESS } else { ExitCode::from(1) }))
    }
}

fn list(names: &str, as_json: bool, output: &mut Output) -> std::io::Result<()> {
    let names: Vec<&str> = names.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    let width = column_width(&names);
    for name in names {
        let (fault, _) = Fault::mystery(name);
        let line = fault.line();
        if as_json {
            output.json(&json!({ "name": name, "fault": fault.name, "line": line }))?;
        } else {
            writeln!(output, "{name:width$}  line {line}  {}", fault.name)?;
        }
    }
    Ok(())
}
