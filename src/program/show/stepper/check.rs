//! The gradient check of one weight, at the press of a key.

use backprop::gradient_check::{
    Check, CheckedNetwork, Example, Layout, ParameterId, Selection, Task, Verdict,
};
use backprop::step::{Stepper, Wire};

use super::App;

impl App {
    /// Checks the gradient of the weight under the cursor, at the weights this training step begins with.
    pub(super) fn check(&mut self) {
        let Some((_, wire)) = self.connection_under_cursor() else {
            self.say("no weight under the cursor: go to a step that uses one");
            return;
        };
        let last = self.stepper.position().saturating_sub(1);
        if let Some(sentence) = gradient_checked(&self.stepper, wire, last) {
            self.say(sentence);
        }
    }
}

/// The gradient check of one weight in a sentence: on the training step that the step after so many belongs to, at the
/// weights it begins with.
pub fn gradient_checked(stepper: &Stepper, wire: Wire, position: usize) -> Option<String> {
    let mut copy = stepper.clone();
    copy.goto(stepper.moment(position).start);
    let mut network = copy.network().clone();
    let index = Layout::new(&network.architecture).index(parameter_id(wire))?;
    let examples = copy.mini_batch().into_iter();
    let task = Task {
        examples: examples.map(|(label, sample)| Example { sample, label }).collect(),
        l2: copy.mini_batches().l2 / copy.sample_count() as f64,
        dropout: copy.mini_batch_step().dropout.clone(),
    };
    let mut checked = CheckedNetwork::on_task(&mut network, task);
    let check = Check::new().selection(Selection::One(index)).taylor(false);
    let entry = check.run(&mut checked).entries[0];
    let (analytic, numerical) = (entry.analytic, entry.numerical);
    Some(format!(
        "{}: gradient {analytic:.9}, numerically {numerical:.9}; {} (difference {:.0e}).",
        wire.name(),
        verdict(entry.verdict),
        (analytic - numerical).abs()
    ))
}

/// The same weight in the words of the gradient check. A constant node has no number, and its weight is a bias.
fn parameter_id(wire: Wire) -> ParameterId {
    let (layer, row) = (wire.downstream.layer as usize, wire.downstream.index as usize);
    match wire.upstream.number {
        Some(_) => ParameterId::Weight { layer, row, column: wire.upstream.index as usize },
        None => ParameterId::Bias { layer, row },
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agree => "they agree",
        Verdict::Inconclusive => "they agree as far as rounding shows",
        Verdict::Domain => "the cost is not finite beside it",
        Verdict::Kink => "a ReLU switches here, so there is no one slope",
        Verdict::Disagree => "they DIFFER",
    }
}
