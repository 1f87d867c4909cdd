//! `backprop check`: is the gradient that trains the gradient of the error?

mod mystery;
mod outcome;
mod setting;

use clap::ValueEnum;

use super::choices::graph_needs_f64;
use crate::cli::prelude::*;
use backprop::gradient_check::faults::{Fault, GALLERY};
use backprop::gradient_check::{
    self, CheckedEngine, CheckedNetwork, Precision, Recompute, Report, Selection,
};
use backprop::{Activation, graph, vectorized};
use outcome::Outcome;
use setting::{Setting, SettingArgs};

const EXAMPLES: &str = "Examples:
  backprop check
  backprop check --sizes 5,7,6,4 --activation relu --samples 3
  backprop check --model model.json --data digits --all
  backprop check --list-faults
  backprop check --fault sign-flipped
  backprop check --mystery 1
  backprop check --mystery 1 --answer transposed --explain 4";

/// Check that backpropagation computes the gradient of the error
///
/// Moves each weight and bias a little up and a little down, evaluates the error both times, and compares the slope
/// with the gradient of the code that trains. Exit status 0: they agree. 1: they do not.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub(super) struct Check {
    /// The network whose backward pass is checked; `both` checks every parameter on both [default: both; in f32, and with
    /// softmax, vectorized]
    #[arg(long, value_name = "ENGINE")]
    engine: Option<Engines>,

    /// The precision of the gradient: only the vectorized network has f32, and its error is measured in f64
    #[arg(long, value_name = "TYPE", default_value = "f64", value_parser = words::<Precision>())]
    precision: Precision,

    #[command(flatten)]
    setting: SettingArgs,

    /// Every parameter, however many there are [default: up to 5,000; of larger networks 200 of each layer's weights
    /// and of its biases]
    #[arg(long)]
    all: bool,

    /// Instead of single parameters, N random directions for each layer's weights and for its biases
    #[arg(long, value_name = "N", conflicts_with_all = ["all", "style"], value_parser = clap::value_parser!(u32).range(1..))]
    directions: Option<u32>,

    /// Evaluate the error by the network's own forward pass each time (whole), or recompute only what a changed weight
    /// affects (incremental) [default: whole up to 5,000 parameters, then incremental]
    #[arg(long, value_name = "HOW", conflicts_with = "directions", value_parser = words::<Recompute>())]
    evaluation: Option<Recompute>,

    /// `table`, or `article`: the two columns of the original, with its fixed step of 0.0001
    #[arg(long, value_name = "STYLE", default_value = "table")]
    style: Style,

    /// List the faults that --fault can plant, what they need and what they look like
    #[arg(long, conflicts_with_all = ["fault", "sizes", "model", "data"])]
    list_faults: bool,

    /// Print one JSON object (with --list-faults, one per line)
    #[arg(long, conflicts_with = "style")]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engines {
    /// One object per node and per connection.
    Object,
    /// One matrix per layer.
    Vectorized,
    /// Each in turn.
    Both,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Style {
    /// Counts by layer, the worst parameter, a diagnosis.
    Table,
    /// Expected and actual gradient, one line per parameter.
    Article,
}

impl Check {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        if self.list_faults {
            self.list(output)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(code) = self.setting.mystery.judge(self.json, output)? {
            return Ok(code);
        }
        let setting = self.setting.prepare()?;
        let mut outcome = Outcome::default();
        let engine = self.engine(&setting)?;
        if engine != Engines::Vectorized {
            let mut network = graph::Network::try_new(&setting.architecture)?;
            outcome.add("object", || self.check(&mut network, &setting));
        }
        if self.precision == Precision::F32 {
            let mut network = vectorized::Network::<f32>::zeros(&setting.architecture)?;
            outcome.add("vectorized", || self.check(&mut network, &setting));
        } else if engine != Engines::Object {
            let mut network = vectorized::Network::try_new(&setting.architecture)?;
            outcome.add("vectorized", || self.check(&mut network, &setting));
        }
        let sheet = self.setting.mystery.hidden().map(|hidden| hidden.sheet());
        if self.json {
            let mut object = outcome.to_json();
            if let Some(sheet) = sheet {
                object["mystery"] = json!(sheet);
            }
            output.json(&object)?;
        } else {
            if setting.are_made_up {
                writeln!(output, "The model is checked on made-up samples; give it its own with --data.\n")?;
            }
            // The backward pass of a mystery belongs to neither engine, so one report is enough.
            let shown = if sheet.is_some() { 1 } else { outcome.reports.len() };
            for (place, (_, report)) in outcome.reports.iter().take(shown).enumerate() {
                let gap = if place > 0 { "\n" } else { "" };
                match self.style {
                    Style::Table => write!(output, "{gap}{report}")?,
                    Style::Article => write!(output, "{gap}{}", report.columns())?,
                }
            }
            if let Some(sheet) = sheet {
                write!(output, "\n{sheet}")?;
            }
        }
        Ok(if outcome.passed() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    /// Returns the engine asked for; by default both, but only one has f32 and softmax.
    fn engine(&self, setting: &Setting) -> Result<Engines, Error> {
        match (self.precision, self.engine) {
            (Precision::F64, None) if setting.architecture.output_activation() == Activation::Softmax => {
                Ok(Engines::Vectorized)
            }
            (Precision::F64, engine) => Ok(engine.unwrap_or(Engines::Both)),
            (Precision::F32, _) if setting.fault.is_some() || self.setting.mystery.hidden().is_some() => {
                Err(Error::usage("a fault's backward pass computes in f64").remedy("omit --precision f32"))
            }
            (Precision::F32, None | Some(Engines::Vectorized)) => Ok(Engines::Vectorized),
            (Precision::F32, Some(_)) => Err(graph_needs_f64()),
        }
    }

    fn check<N: CheckedEngine>(&self, network: &mut N, setting: &Setting) -> Report {
        let _working = Working::on("Checking the gradient");
        let check = self.settings();
        if let Some(mystery) = self.setting.mystery.hidden() {
            return mystery.check(network, &check);
        }
        network.set_parameters(&setting.parameters);
        if let Some(fault) = setting.fault {
            return check.run(&mut fault.plant(network, setting.task.clone()));
        }
        check.run(&mut CheckedNetwork::on_task(network, setting.task.clone()))
    }

    fn settings(&self) -> gradient_check::Check {
        let check = match self.style {
            Style::Table => gradient_check::Check::new(),
            Style::Article => gradient_check::Check::article(),
        };
        let selection = match self.directions {
            Some(count) => Selection::Directions(count as usize),
            None if self.all => Selection::Every,
            None => Selection::Automatic,
        };
        let evaluation = self.evaluation.unwrap_or_default();
        check.selection(selection).evaluation(evaluation).seed(self.setting.seed())
    }

    fn list(&self, output: &mut Output) -> std::io::Result<()> {
        for fault in GALLERY {
            if self.json {
                output.json(fault)?;
            } else {
                write_fault(output, fault)?;
            }
        }
        Ok(())
    }
}

fn write_fault(output: &mut Output, fault: &Fault) -> std::io::Result<()> {
    let set_up = &fault.set_up;
    let sizes: Vec<String> = set_up.shapes[0].iter().map(usize::to_string).collect();
    writeln!(output, "{}", fault.name)?;
    writeln!(output, "    {}", fault.description)?;
    writeln!(output, "    in a report: {}", fault.looks_like)?;
    write!(output, "    set-up: sizes {} ({})", sizes.join(","), set_up.shape.text())?;
    write!(output, ", {}, {} cost", set_up.activation, set_up.cost)?;
    if set_up.samples > 1 {
        write!(output, ", {} samples", set_up.samples)?;
    }
    if set_up.l2 != 0.0 {
        write!(output, ", lambda/n = {}", set_up.l2)?;
    }
    writeln!(output, "\n")
}
