//! `backprop tour`: the three things this program is for, in under a minute, on embedded data.

use std::ops::ControlFlow;

use minijinja::context;

use backprop::data_set::{Pixels, Source, Split, nine_nodes};
use backprop::gradient_check::{Check, CheckedNetwork, Precision, Report, Verdict};
use backprop::graph;
use backprop::step::{Step, Stepper};
use backprop::training::{Options, Trainer};
use backprop::{Architecture, Label, Sample, WeightInit, vectorized};

use super::choices::EngineKind;
use super::prelude::*;
use crate::template;

const EPOCHS: usize = 3;

/// A guided run of everything, in under a minute
///
/// Checks the gradient, walks through one training step, and lets both networks learn the embedded digits.
#[derive(Debug, Args)]
pub(super) struct Tour {
    /// Train on the first N of the 10,000 training digits only
    #[arg(long, value_name = "N")]
    train_limit: Option<usize>,
}

impl Tour {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let mut digits = Source::Digits.load(Pixels::Scaled)?;
        digits.train = digits.train.first(self.train_limit.unwrap_or(usize::MAX));
        let architecture = Architecture::new(&[digits.train.input_size(), 30, 10]);
        let steps = first_steps();
        let text = context! {
            engines => checked(),
            steps => steps.1,
            count => steps.0,
            digits => thousands(digits.train.len()),
            sizes => architecture.sizes_text().replace(',', "-"),
        };
        let text = template::fill(BEGINNING, &text);
        write!(output, "{text}")?;
        output.flush()?;
        let exit = learn_twice(output, &architecture, &digits)?;
        writeln!(output, "{WHERE_NEXT}")?;
        Ok(exit)
    }
}

/// The first two parts, and the head of the third.
const BEGINNING: &str = include_str!("tour.txt.template");

const WHERE_NEXT: &str = "\
Where next
  backprop step                     walk through it yourself, forwards and backwards
  backprop check --list-faults      classic bugs; plant one with --fault NAME and see it caught
  backprop train --out model.json   train a network and keep it
  backprop lesson                   short lessons: perceptrons, the sigmoid, descent, universality ...
  docs/README.md                    the book: every formula derived, every number checked";

/// Checks the gradient of both engines. Returns a sentence about each.
fn checked() -> [String; 2] {
    let (architecture, parameters) = (nine_nodes::architecture(), nine_nodes::parameters());
    let (label, sample) = (Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
    let mut objects = graph::Network::from_parameters(&architecture, &parameters);
    let mut matrices = vectorized::Network::from_parameters(&architecture, &parameters);
    let reports = [
        ("object graph", Check::new().run(&mut CheckedNetwork::new(&mut objects, label, sample))),
        ("vectorized network", Check::new().run(&mut CheckedNetwork::new(&mut matrices, label, sample))),
    ];
    reports.map(|(name, Report { agree, checked, max_relative_error: worst, verdict, .. })| {
        let verdict = if verdict == Verdict::Agree { "right" } else { "not shown to be right" };
        format!(
            "{name:<19} {agree} of {checked} gradients agree, the worst to {worst:.0e} of its size: {verdict}."
        )
    })
}

/// Returns the number of steps that train on a sample, and the first step of each phase.
fn first_steps() -> (usize, Vec<String>) {
    let network = graph::Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let (label, sample) = (Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
    let stepper = Stepper::new(network, &[label], &[sample], 0.3);
    let count = stepper.order().len();
    let steps: Vec<Step> = stepper.take(count).collect();
    let phases = steps.chunk_by(|one, next| one.phase == next.phase);
    (count, phases.map(|steps| steps[0].to_string()).collect())
}

/// Trains both networks from the same weights, in turn, an epoch each.
fn learn_twice(
    output: &mut Output,
    architecture: &Architecture,
    digits: &Split,
) -> Result<ExitCode, Failure> {
    let parameters = WeightInit::Small.draw(architecture, 0);
    let mut engines = [EngineKind::Object, EngineKind::Vectorized]
        .into_iter()
        .map(|kind| kind.build(architecture, &parameters, Precision::F64, 1))
        .collect::<Result<Vec<_>, Error>>()?;
    let options = Options { epochs: Some(EPOCHS), ..Options::default() };
    let trainer = || Trainer::new(options.clone(), &digits.train, None, &digits.test);
    let mut trainers = [trainer()?, trainer()?];
    let mut ratios = Vec::new();
    let mut difference = 0.0;
    for epoch in 1..=EPOCHS {
        let (mut accuracies, mut seconds) = (Vec::new(), Vec::new());
        for (trainer, engine) in trainers.iter_mut().zip(&mut engines) {
            if let Some(report) = trainer.run_epoch(engine.as_mut(), &mut |_| ControlFlow::Continue(()))? {
                accuracies.push(report.test.map_or(0.0, |test| 100.0 * test.accuracy()));
                seconds.push(report.seconds);
            }
        }
        difference = engines[0].parameters().max_difference(&engines[1].parameters());
        ratios.push(seconds[0] / seconds[1]);
        writeln!(
            output,
            "   {epoch:>5}   {:>10.2} %   {:>8.2} %   {difference:.0e}",
            accuracies[0], accuracies[1]
        )?;
        output.flush()?;
    }
    if difference > 1e-6 {
        writeln!(
            output,
            "\n   The two networks have not learnt the same: that is a bug, please report it.\n"
        )?;
        return Ok(ExitCode::FAILURE);
    }
    ratios.sort_by(f64::total_cmp);
    writeln!(
        output,
        "\n   The same weights, the same answers; the matrices were {:.0} times as fast (median of {EPOCHS} epochs).\n",
        ratios[EPOCHS / 2]
    )?;
    Ok(ExitCode::SUCCESS)
}
