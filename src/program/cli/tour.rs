//! `backprop tour`: the three things this program is for, in under a minute, on embedded data.

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Args;

use backprop::data_set::{Pixels, Source, Split, nine_nodes};
use backprop::gradient_check::{Check, CheckedNetwork, Precision, Verdict};
use backprop::graph;
use backprop::step::{Phase, Stepper};
use backprop::training::{Options, Trainer};
use backprop::{Architecture, Error, Label, Sample, WeightInit, vectorized};

use super::choices::EngineKind;
use super::output::thousands;
use super::{Failure, Output};

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
        writeln!(output, "backprop: a network of objects, and how it learns.\n")?;
        check_the_gradient(output)?;
        walk_through_one_step(output)?;
        let mut digits = Source::Digits.load(Pixels::Scaled)?;
        digits.train = digits.train.first(self.train_limit.unwrap_or(usize::MAX));
        let exit = learn_twice(output, &digits)?;
        writeln!(output, "{WHERE_NEXT}")?;
        Ok(exit)
    }
}

const WHERE_NEXT: &str = "\
Where next
  backprop step                     walk through it yourself, forwards and backwards
  backprop check --list-faults      classic bugs; plant one with --fault NAME and see it caught
  backprop train --out model.json   train a network and keep it
  backprop lesson                   short lessons: perceptrons, the sigmoid, descent, universality ...
  docs/README.md                    the book: every formula derived, every number checked";

fn check_the_gradient(output: &mut Output) -> Result<(), Failure> {
    writeln!(output, "1. Is backpropagation right?\n")?;
    writeln!(
        output,
        "   Move each weight of the article's nine-node network a little up and down, see how the error changes,\n   \
         and compare with what backpropagation says:\n"
    )?;
    let (architecture, parameters) = (nine_nodes::architecture(), nine_nodes::parameters());
    let (label, sample) = (Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
    let mut objects = graph::Network::from_parameters(&architecture, &parameters);
    let mut matrices = vectorized::Network::from_parameters(&architecture, &parameters);
    let reports = [
        ("object graph", Check::new().run(&mut CheckedNetwork::new(&mut objects, label, sample))),
        ("vectorized network", Check::new().run(&mut CheckedNetwork::new(&mut matrices, label, sample))),
    ];
    for (name, report) in &reports {
        let verdict = if report.verdict == Verdict::Agree { "right" } else { "not shown to be right" };
        writeln!(
            output,
            "   {name:<19} {} of {} gradients agree, the worst to {:.0e} of its size: {verdict}.",
            report.agree, report.checked, report.max_relative_error
        )?;
    }
    writeln!(output)?;
    Ok(())
}

fn walk_through_one_step(output: &mut Output) -> Result<(), Failure> {
    writeln!(output, "2. One training step, node by node\n")?;
    let network = graph::Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let (label, sample) = (Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
    let stepper = Stepper::new(network, &[label], &[sample], 0.3);
    let count = stepper.order().len();
    let mut shown: Option<Phase> = None;
    for step in stepper.take(count) {
        if shown != Some(step.phase) {
            writeln!(output, "   {step}")?;
            shown = Some(step.phase);
        }
    }
    writeln!(output, "\n   That was the first of each kind; all {count}: backprop step --plain\n")?;
    Ok(())
}

/// Trains both networks from the same weights, in turn, an epoch each.
fn learn_twice(output: &mut Output, digits: &Split) -> Result<ExitCode, Failure> {
    let architecture = Architecture::new(&[digits.train.input_size(), 30, 10]);
    let parameters = WeightInit::Small.draw(&architecture, 0);
    let (count, sizes) = (thousands(digits.train.len()), architecture.sizes_text().replace(',', "-"));
    writeln!(
        output,
        "3. Objects and matrices learn {count} embedded digits, {sizes}, from the same weights\n"
    )?;
    writeln!(output, "   epoch   object graph   vectorized   largest difference of a weight")?;
    output.flush()?;
    let mut engines = [EngineKind::Object, EngineKind::Vectorized]
        .into_iter()
        .map(|kind| kind.build(&architecture, &parameters, Precision::F64, 1))
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
