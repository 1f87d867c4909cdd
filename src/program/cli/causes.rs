//! Settings that keep a network from learning, although nothing overflows: dropout, regularisation, a rate, too few steps.
//!
//! Each is judged as if the others were usual, so that of two bad settings both are named.

use backprop::step::text::number;
use backprop::training::Options;
use backprop::{Architecture, counted};

use super::advice;
use super::health::Training;

/// A rate this many times the usual one makes steps too large, whatever the network looks like.
const LARGE_RATE: f64 = 100.0;

/// A rate this many times smaller than the usual one makes steps too small.
const SMALL_RATE: f64 = 10.0;

/// Steps at the usual rate: with fewer, a network is not expected to have learnt, and batches are too large.
const FEW_STEPS: f64 = 100.0;

/// The same for samples: with fewer, training is too short.
const FEW_SAMPLES: f64 = 1000.0;

/// λ/n of network2.py: 5 for its 50,000 samples.
const USUAL_PULL: f64 = 1e-4;

/// Above this λ/n, regularisation may be at fault: it pulls against the mean gradient, which is itself small.
const STRONG_PULL: f64 = 5.0 * USUAL_PULL;

/// A setting at fault: the sentence about it, and the option that helps.
type Cause = (String, String);

/// Returns sentences (the causes, then what helps) if dropout or regularisation removes more than the network learns.
pub(super) fn of_dropout_and_l2(training: &Training<'_>, architecture: &Architecture) -> Vec<String> {
    // Nothing is expected of a network that was not to be trained.
    if training.options.epochs == Some(0) {
        return Vec::new();
    }
    let mut causes: Vec<Cause> =
        [dropout(training, architecture), regularisation(training)].into_iter().flatten().collect();
    if !causes.is_empty() {
        causes.extend(steps(training));
    }
    sentences(causes)
}

/// Returns the same for steps that are too few, too small or too large. The network shows nothing else unusual.
pub(super) fn of_steps(training: &Training<'_>) -> Vec<String> {
    sentences(steps(training))
}

fn dropout(training: &Training<'_>, architecture: &Architecture) -> Option<Cause> {
    let kept = 1.0 - training.options.dropout;
    let hidden = &architecture.sizes[1..architecture.sizes.len() - 1];
    let &size = hidden.iter().min().filter(|&&size| size as f64 * kept < 1.0)?;
    let (layer, left) = (counted(size, "neuron"), number(size as f64 * kept, 2));
    Some((
        format!("Dropout is high: in a layer of {layer}, {left} take part in a step on average."),
        format!("--dropout {:.2}", (1.0 - 2.0 / size as f64).clamp(0.0, 0.5)),
    ))
}

fn regularisation(training: &Training<'_>) -> Option<Cause> {
    let samples = training.samples as f64;
    let pull = training.options.l2 / samples;
    (pull > STRONG_PULL).then(|| {
        let found =
            format!("Regularisation is strong: lambda / samples is {pull:.1e}, usual is {USUAL_PULL:e}.");
        (found, format!("--l2 {:.1e}", USUAL_PULL * samples))
    })
}

/// Returns what is wrong with the rate and then, as if the rate were usual, with the number of steps.
fn steps(training: &Training<'_>) -> Vec<Cause> {
    let epochs = training.options.epochs.unwrap_or(1);
    let (Options { rate, batch, .. }, usual) = (training.options, training.usual_rate);
    let per_epoch = training.samples.div_ceil(*batch).max(1);
    let total = per_epoch.saturating_mul(epochs);
    let mut causes: Vec<Cause> = Vec::new();
    if epochs == 0 {
        return causes;
    }
    let mut speed = rate / usual;
    let usual_rate = advice::rate(usual);
    if speed > LARGE_RATE {
        causes.push(("The rate is large: steps jump past the places they aim for.".to_owned(), usual_rate));
    } else if speed < 1.0 / SMALL_RATE || (speed < 1.0 && *batch == 1 && speed * (total as f64) < FEW_SAMPLES)
    {
        let found = format!("The rate is small: weights have hardly moved in {}.", counted(total, "step"));
        causes.push((found, usual_rate));
    }
    if !causes.is_empty() {
        speed = 1.0;
    }
    if *batch > 1 && speed * (total as f64) < FEW_STEPS {
        let found = format!("Few steps: with --batch {batch} an epoch has {}.", counted(per_epoch, "step"));
        causes.push((found, "--batch 1".to_owned()));
    }
    let samples = training.samples.saturating_mul(epochs);
    if speed * (samples as f64) < FEW_SAMPLES {
        let (samples, epochs) = (counted(training.samples, "sample"), counted(epochs, "epoch"));
        let enough = advice::STEPS.div_ceil(training.samples.max(1));
        causes.push((format!("Training is short: {epochs} of {samples}."), format!("--epochs {enough}")));
    }
    causes
}

/// Returns what was found, and one sentence with all the options.
fn sentences(causes: Vec<Cause>) -> Vec<String> {
    let (mut told, options): (Vec<String>, Vec<String>) = causes.into_iter().unzip();
    if !options.is_empty() {
        told.push(format!("What helps: train with {}.", options.join(" ")));
    }
    told
}
