//! `step --questions`: the same steps without their values, to be filled in by hand.

use crate::cli::prelude::*;
use backprop::step::text::number;
use backprop::step::view::Quantity;
use backprop::step::{Phase, Reading, Step, Stepper, Target};

/// More weights than this are too many for an exercise.
const MOST_WEIGHTS: usize = 200;

/// Refuses a network that is too large to be computed by hand.
pub(super) fn check(stepper: &Stepper) -> Result<(), Error> {
    let count = stepper.network().connections.len();
    if count <= MOST_WEIGHTS {
        return Ok(());
    }
    let remedy = format!("--questions takes up to {MOST_WEIGHTS}: choose smaller --sizes");
    Err(Error::usage(format!("{count} weights are too many to compute by hand")).remedy(remedy))
}

/// Writes the weights before training.
pub(super) fn write_weights(stepper: &Stepper, decimals: usize, output: &mut Output) -> std::io::Result<()> {
    let network = stepper.network();
    writeln!(output, "\nThe weights at the beginning")?;
    for layer in &network.layers[1..] {
        for &id in layer.neurons() {
            let weights = network[id].upstream().iter().map(|&connection| {
                let name = Quantity::Weight(connection).typed_name(stepper);
                format!("{name} = {}", number(network[connection].weight, decimals))
            });
            writeln!(output, "       {}", weights.collect::<Vec<_>>().join("   "))?;
        }
    }
    Ok(())
}

/// Returns the step as a question; what is given (inputs, what dropout draws, labels) as it is.
pub(super) fn question(step: &Step, decimals: usize) -> String {
    if matches!(step.phase, Phase::SetInput | Phase::DropOut) {
        return format!("{step:.decimals$}");
    }
    let blank = format!("{}: {} {} ____________________", step.place(), step.name(), step.sign());
    match (&step.reading, step.target) {
        (Reading::OutputDelta { label, .. }, Target::Node(place)) => {
            format!("{blank}   with {} = {}", place.label_name(), number(*label, decimals))
        }
        _ => blank,
    }
}
