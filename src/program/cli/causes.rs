//! Settings that keep a network from learning, although nothing overflows: dropout, regularisation, too few steps, a rate.

use backprop::training::Options;
use backprop::{Architecture, counted};

use super::advice;
use super::health::Training;

/// A rate this many times the usual one makes steps too large, whatever the network looks like.
const LARGE_RATE: f64 = 100.0;

/// Usual rates times steps: with fewer, a network is not expected to have learnt.
const FEW_STEPS: f64 = 100.0;

/// The part of a weight that one epoch of regularisation may leave.
const LITTLE_LEFT: f64 = 0.5;

/// Returns two sentences, the cause and what helps, if dropout or regularisation takes more than is learnt.
pub(super) fn of_what_is_taken(training: &Training<'_>, architecture: &Architecture) -> Vec<String> {
    let Options { rate, l2, dropout, .. } = *training.options;
    let hidden = &architecture.sizes[1..architecture.sizes.len() - 1];
    let smallest = hidden.iter().min().filter(|&&size| size as f64 * (1.0 - dropout) < 1.0);
    if let Some(&size) = smallest {
        let (layer, left) = (counted(size, "neuron"), size as f64 * (1.0 - dropout));
        let found =
            format!("Dropout is high: of a layer with {layer}, {left:.1e} on average take part in a step.");
        return vec![found, helps(&format!("--dropout {:.2}", (1.0 - 2.0 / size as f64).clamp(0.0, 0.5)))];
    }
    let (samples, steps) = (training.samples as f64, steps(training) as f64);
    let left = (1.0 - rate * l2 / samples).powf(steps);
    if left < LITTLE_LEFT {
        let found =
            format!("Regularisation takes {:.0} % of every weight in each epoch.", 100.0 * (1.0 - left));
        return vec![found, helps(&format!("--l2 {:.1e}", 0.02 * samples / (rate * steps)))];
    }
    Vec::new()
}

/// Returns the same if steps are too few or too large, for a network in which nothing else is conspicuous.
pub(super) fn of_steps(training: &Training<'_>, epochs: usize) -> Vec<String> {
    let (Options { rate, batch, .. }, usual) = (training.options, training.usual_rate);
    let steps = steps(training);
    if *rate > LARGE_RATE * usual {
        let found = "The rate is large: steps jump over the places they look for.".to_owned();
        return vec![found, helps(&advice::rate(usual))];
    }
    if rate / usual * ((steps * epochs) as f64) >= FEW_STEPS {
        return Vec::new();
    }
    if *batch > 1 && *rate > usual / 10.0 {
        let found = format!("Few steps: with --batch {batch} an epoch has {}.", counted(steps, "step"));
        return vec![found, helps("--batch 1")];
    }
    if *rate < usual {
        let found =
            format!("The rate is small: weights have hardly moved in {}.", counted(steps * epochs, "step"));
        return vec![found, helps(&advice::rate(usual))];
    }
    Vec::new()
}

fn steps(training: &Training<'_>) -> usize {
    training.samples.div_ceil(training.options.batch).max(1)
}

fn helps(option: &str) -> String {
    format!("What helps: train with {option}.")
}
