//! The gradient check on the samples of a training step: of one weight, or of all.

use super::Quantity;
use crate::gradient_check::{Check, CheckedNetwork, Example, ParameterId, Selection, Task, Verdict};
use crate::graph::{ConnectionId, Network};
use crate::step::Stepper;

/// Returns the network and the samples at the start of the training step to which the step at a position belongs.
pub fn task(stepper: &Stepper, position: usize) -> (Network, Task) {
    let mut copy = stepper.clone();
    copy.goto(stepper.moment(position).start);
    let examples = copy.mini_batch().into_iter().map(|(label, sample)| Example { sample, label });
    let task = Task {
        examples: examples.collect(),
        l2: copy.mini_batches().l2 / copy.sample_count() as f64,
        dropout: copy.mini_batch_step().dropout.clone(),
    };
    (copy.network().clone(), task)
}

/// Checks the gradient of one weight and returns the result in a sentence. The training step is that of the step at a
/// position, with the weights it begins with.
pub fn check(stepper: &Stepper, connection: ConnectionId, position: usize) -> Option<String> {
    let (mut network, task) = task(stepper, position);
    let wire = stepper.numbering().wire(&network, connection);
    let (layer, row) = (wire.downstream.layer as usize, wire.downstream.index as usize);
    let id = match wire.upstream.number {
        Some(_) => ParameterId::Weight { layer, row, column: wire.upstream.index as usize },
        // The weight from a constant node.
        None => ParameterId::Bias { layer, row },
    };
    let architecture = &network.architecture;
    let mut indices = 0..architecture.parameter_count()?;
    let index = indices.find(|&index| ParameterId::in_network(architecture, index) == id)?;
    let check = Check::new().selection(Selection::One(index)).taylor(false);
    let entry = check.run(&mut CheckedNetwork::on_task(&mut network, task)).entries[0];
    let (analytic, numerical) = (entry.analytic, entry.numerical);
    let name = Quantity::Weight(connection).name(stepper);
    let verdict = match entry.verdict {
        Verdict::Agree => "they agree",
        Verdict::Inconclusive => "they agree as far as rounding shows",
        Verdict::Domain => "the cost is not finite near it",
        Verdict::Kink => "a ReLU switches here, so there is no single slope",
        Verdict::Disagree => "they DIFFER",
    };
    let difference = (analytic - numerical).abs();
    Some(format!(
        "{name}: gradient {analytic:.9}, numerically {numerical:.9}; {verdict} (difference {difference:.0e})."
    ))
}
