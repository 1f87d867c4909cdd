//! Finds out whether a network has learnt, and what its neurons are stuck at.

use backprop::data_set::{DataSet, Targets};
use backprop::model_file::Model;
use backprop::training::{Options, evaluate, for_each_output};
use backprop::{Activation, Architecture, Parameters, WeightInit, vectorized};

use super::{advice, causes};

/// The samples examined; more would not show more.
const EXAMINED: usize = 1000;

/// Dead or saturated neurons are reported if they make up at least this share of a layer.
const LARGE_SHARE: f64 = 0.25;

/// With fewer samples, nothing can be said about a network.
const FEW: usize = 4;

/// Numbers that explain less than this share of the variance are no better than their mean.
const NO_BETTER: f64 = 0.05;

/// A network that answers correctly more than this share of what guessing gets wrong, or explains more than this
/// share of the variance of numbers, may have saturated neurons: its outputs are near 0 and 1.
const HAS_LEARNT: f64 = 0.75;

/// An output is at an end of its range if the slope of its activation is less than this share of the steepest.
const FLAT: f64 = 0.04;

/// The training of a network.
pub(super) struct Training<'a> {
    /// The options.
    pub(super) options: &'a Options,
    /// The way its weights were drawn, if they were.
    pub(super) init: Option<WeightInit>,
    /// The default rate for such samples.
    pub(super) usual_rate: f64,
    /// The number of samples trained on.
    pub(super) samples: usize,
}

/// Returns sentences that say what is wrong with a network, judged by `data`. The last one has the options to train it
/// with, if the cause is known.
pub(super) fn notes(model: &Model, data: &DataSet, training: Option<&Training<'_>>) -> Vec<String> {
    let data = data.clone().first(EXAMINED);
    let mut network = vectorized::Network::from_parameters(&model.architecture, &model.parameters);
    if data.len() < FEW || !data.is_labelled() || has_learnt(&mut network, &data) {
        return Vec::new();
    }
    let taken = training.map(|training| causes::of_dropout_and_l2(training, &model.architecture));
    if let Some(notes) = taken.filter(|notes| !notes.is_empty()) {
        return notes;
    }
    let (mut dead, mut saturated) = (Vec::new(), Vec::new());
    for layer in 1..model.architecture.sizes.len() {
        let [all, zero, flat] = stuck(model, layer, &data);
        let is_output = layer + 1 == model.architecture.sizes.len();
        let name = if is_output { format!("layer {layer}, the output") } else { format!("layer {layer}") };
        let share = |count: usize| format!("{count} of {all} neurons in {name} ({} %)", 100 * count / all);
        let is_large = |count: usize| count > 0 && count as f64 >= LARGE_SHARE * all as f64;
        if is_large(zero) {
            dead.push(share(zero));
        }
        // A right answer needs outputs near 0 and 1, but not all of them, and not for every sample.
        if if is_output { flat == all } else { is_large(flat) } {
            saturated.push(share(flat));
        }
    }
    let (is_dead, is_saturated) = (!dead.is_empty(), !saturated.is_empty());
    let mut notes: Vec<String> = same_answer(&mut network, &data).into_iter().collect();
    if is_dead {
        notes.push(format!(
            "Dead: {}. They output 0 for every sample, where ReLU has no slope to learn from.",
            dead.join(", ")
        ));
    }
    if is_saturated {
        notes.push(format!(
            "Saturated: {}. Their activation is flat for every sample, so they hardly learn.",
            saturated.join(", ")
        ));
    }
    if notes.is_empty() {
        return training.map_or(notes, causes::of_steps);
    }
    notes.extend(advice::sentence(model, &data, training, [is_dead, is_saturated]));
    notes
}

/// Returns `true` if a network has learnt enough to need no advice.
fn has_learnt(network: &mut vectorized::Network, data: &DataSet) -> bool {
    let found = evaluate(network, data, Targets::default());
    let share = match (found.correct, found.numbers) {
        (Some(correct), _) => {
            let chance = data.chance();
            (correct as f64 - chance as f64) / (data.len() as f64 - chance as f64)
        }
        (None, numbers) => numbers.and_then(|numbers| numbers.r2).unwrap_or(f64::NAN),
    };
    // If all samples have the same answer, there is nothing to learn.
    share.is_nan() && data.chance() == data.len() || share > HAS_LEARNT
}

/// Returns the sentence for a network that gives every sample the same answer although there are several classes, or is no
/// better than one that does.
fn same_answer(network: &mut vectorized::Network, data: &DataSet) -> Option<String> {
    if !data.counts_answers() {
        return same_numbers(network, data);
    }
    if data.chance() == data.len() {
        return None;
    }
    let (mut answers, mut tied, mut right) = (Vec::new(), true, 0);
    for_each_output(network, data, |index, outputs| {
        answers.push(data.answer(outputs));
        tied &= data.answers().tied(outputs).len() >= outputs.len();
        right += usize::from(data.is_right(index, outputs));
    });
    let first = answers[0];
    if answers.iter().any(|&answer| answer != first) {
        return (right <= data.chance())
            .then(|| "The network is right no more often than if it gave one answer to all.".to_owned());
    }
    Some(if tied {
        "All outputs are equal for every sample: the network cannot tell them apart.".to_owned()
    } else {
        let name = backprop::spelled_out(&data.class_name(first));
        format!("The network says {name} for every sample: it has not learnt to tell them apart.")
    })
}

/// Returns the sentence for a network whose numbers are no better than their mean.
fn same_numbers(network: &mut vectorized::Network, data: &DataSet) -> Option<String> {
    let share = evaluate(network, data, Targets::default()).numbers?.r2?;
    (share < NO_BETTER).then(|| {
        let than = if share < -NO_BETTER { "worse than" } else { "hardly better than" };
        format!("The network's numbers are {than} their mean for every sample: R² is {share:.3}.")
    })
}

/// Counts the neurons of a layer, from 1: all of them, ReLUs that are 0 for every sample, and sigmoids, softmax outputs
/// and tanhs that are at an end of their range for every sample.
fn stuck(model: &Model, layer: usize, data: &DataSet) -> [usize; 3] {
    // The network as far as this layer. Its cost, which is not used, is one that is allowed with these activations.
    let architecture = Architecture::new(&model.architecture.sizes[..=layer])
        .with_activations(&model.architecture.activations[..layer]);
    let activation = architecture.output_activation();
    let parameters = Parameters { layers: model.parameters.layers[..layer].to_vec() };
    let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
    // The largest output of each neuron, and the steepest slope of its activation at any of them.
    let mut neurons = vec![(f64::NEG_INFINITY, 0.0f64); architecture.output_size()];
    for_each_output(&mut network, data, |_, outputs| {
        for ((largest, slope), &output) in neurons.iter_mut().zip(outputs) {
            *largest = largest.max(output);
            *slope = slope.max(activation.derivative_from_output(output));
        }
    });
    let zero = neurons.iter().filter(|(largest, _)| activation == Activation::Relu && *largest <= 0.0);
    let steepest = match activation {
        Activation::Sigmoid | Activation::Softmax => 0.25,
        Activation::Tanh => 1.0,
        Activation::Relu | Activation::Identity => 0.0,
    };
    let flat = neurons.iter().filter(|(_, slope)| *slope < FLAT * steepest);
    [neurons.len(), zero.count(), flat.count()]
}
