//! Finds the options of `train` that would help a network that has not learnt.
//!
//! Advice consists of options to type: tests take them from the sentence, train with them, and expect a better network.
//! Following it leads to other advice the next time and, in the end, to the sentence that nothing more is known. No
//! advice undoes earlier advice, because each makes a setting more usual.

use backprop::data_set::{DataSet, Pixels};
use backprop::model_file::Model;
use backprop::training::Options;
use backprop::{Activation, Architecture, WeightInit};

use super::health::Training;
use super::words::Word as _;

/// A rate this many times as high as the usual one, or as low, is the first suspect.
const FAR: f64 = 3.0;

/// Divides a rate that drives neurons to the ends of their range.
const LOWER: f64 = 10.0;

/// The steps after which small weights have usually begun to learn.
pub(super) const STEPS: usize = 20_000;

/// Inputs up to this do not drive neurons to the ends of their range.
const SMALL_INPUT: f64 = 2.0;

/// Fewer inputs than this may have weights of N(0, 1).
const FEW_INPUTS: usize = 30;

/// Returns the last sentence about a network that has not learnt: the options to train it with or, if everything
/// known to help has been done, what is left to try. `None` if nothing is known about its training and its outputs
/// show nothing.
pub(super) fn sentence(
    model: &Model,
    data: &DataSet,
    training: Option<&Training<'_>>,
    [is_dead, is_saturated]: [bool; 2],
) -> Option<String> {
    let are_classes = data.counts_answers();
    let options = match (of_inputs(model, data), training) {
        (None, Some(training)) => {
            of_training(&model.architecture, are_classes, training, [is_dead, is_saturated])
        }
        (None, None) if is_dead => relu_recipe(&model.architecture, are_classes).to_vec(),
        (by_inputs, training) => {
            let high = training.filter(|training| training.options.rate > FAR * training.usual_rate);
            by_inputs.into_iter().chain(high.map(|training| rate(training.usual_rate))).collect()
        }
    };
    if !options.is_empty() {
        return Some(format!("What helps: train with {}.", options.join(" ")));
    }
    let sentence = if training?.init.is_none() {
        "The settings are the usual ones, so the weights that it began with may be at fault: omit --from."
    } else {
        "The settings are the usual ones, so they do not show what would help. Try another --seed, more neurons with \
         --sizes, or more informative inputs."
    };
    Some(sentence.to_owned())
}

/// Returns the option that makes inputs small, if they are not: large ones drive every neuron to an end of its range.
fn of_inputs(model: &Model, data: &DataSet) -> Option<String> {
    let is_image = data.image_shape().is_some();
    let has_large = |index| data.sample(index).iter().any(|input| input.abs() > SMALL_INPUT);
    let option = match model.meaning.pixels {
        _ if model.meaning.standardization.is_some() || data.reproduces() => return None,
        Some(Pixels::Raw) if is_image => "--pixels scaled",
        _ if !is_image && (0..data.len()).any(has_large) => "--standardize",
        _ => return None,
    };
    Some(option.to_owned())
}

/// Returns the options that undo what kept the network from learning: the rate, then what neurons are stuck at, then small
/// weights and too few steps, then the activation of the output. It was trained with none of them.
fn of_training(
    architecture: &Architecture,
    are_classes: bool,
    training: &Training<'_>,
    [is_dead, is_saturated]: [bool; 2],
) -> Vec<String> {
    let (own, usual) = (training.options.rate, training.usual_rate);
    if own > FAR * usual {
        return vec![rate(usual)];
    }
    let has_many_inputs = architecture.input_size() >= FEW_INPUTS;
    let ends_in_relu = are_classes && architecture.activations.last() == Some(&Activation::Relu);
    match training.init {
        Some(init) if is_dead && (ends_in_relu || init != WeightInit::He) => {
            relu_recipe(architecture, are_classes).to_vec()
        }
        Some(WeightInit::Normal) if is_saturated && has_many_inputs => vec![drawn(WeightInit::Scaled)],
        _ if is_dead || is_saturated => {
            let lower = (own > usual / FAR).then(|| rate(own / LOWER));
            lower.or_else(|| usual_output(architecture, are_classes)).into_iter().collect()
        }
        init => {
            let larger = match architecture.activations[0] {
                Activation::Relu => WeightInit::He,
                _ if has_many_inputs => WeightInit::Scaled,
                _ => WeightInit::Normal,
            };
            let Options { epochs, batch, .. } = *training.options;
            let steps = training.samples.div_ceil(batch).max(1);
            // Not one that was lowered above.
            let slow = (own <= usual / FAR / LOWER).then(|| rate(usual));
            let small = (init == Some(WeightInit::Small)).then(|| drawn(larger));
            let is_short = |epochs: usize| epochs.saturating_mul(steps) < STEPS;
            let more = epochs.filter(|&epochs| slow.is_some() || small.is_some() || is_short(epochs));
            let more = more.map(|epochs| format!("--epochs {}", (2 * epochs).max(STEPS.div_ceil(steps))));
            let options: Vec<String> = [slow, small, more].into_iter().flatten().collect();
            if options.is_empty() {
                return usual_output(architecture, are_classes).into_iter().collect();
            }
            options
        }
    }
}

/// Returns `--activation relu,identity` with the hidden layers' own activations and the usual one at the end; `None` if
/// that is what the network has.
fn usual_output(architecture: &Architecture, are_classes: bool) -> Option<String> {
    let (output, hidden) = architecture.activations.split_last()?;
    let usual = usual_end(*output, are_classes);
    let names = hidden.iter().chain([&usual]).map(|activation| activation.name());
    (*output != usual).then(|| format!("--activation {}", names.collect::<Vec<_>>().join(",")))
}

/// Returns the usual output activation; softmax is kept.
fn usual_end(output: Activation, are_classes: bool) -> Activation {
    match output {
        Activation::Softmax => output,
        _ if are_classes => Activation::Sigmoid,
        _ => Activation::Identity,
    }
}

/// Returns `--activation relu,sigmoid` and `--init he`, with a `relu` for each hidden layer; for numbers, the identity at
/// the end.
fn relu_recipe(architecture: &Architecture, are_classes: bool) -> [String; 2] {
    let hidden = "relu,".repeat(architecture.sizes.len() - 2);
    let end = usual_end(architecture.output_activation(), are_classes);
    [format!("--activation {hidden}{end}"), drawn(WeightInit::He)]
}

fn drawn(init: WeightInit) -> String {
    format!("--init {}", init.word())
}

/// Returns the option for a rate, in at most two digits, as one would type it.
pub(super) fn rate(rate: f64) -> String {
    format!("--rate {}", format!("{rate:.1e}").parse().unwrap_or(rate))
}
