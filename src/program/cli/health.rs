//! Finds out whether a network has learnt, what its neurons are stuck at, and which options of `train` would help.
//!
//! Advice consists of options to type: tests take it from the sentence, train with it, and expect a better network.

use backprop::data_set::{DataSet, Pixels, Targets};
use backprop::model_file::Model;
use backprop::training::{Options, evaluate, for_each_output};
use backprop::{Activation, Architecture, Cost, Parameters, WeightInit, vectorized};

use super::causes;
use super::words::Word as _;

/// The samples examined; more would not show more.
const LOOKED_AT: usize = 1000;

/// The share of a layer from which on its dead or saturated neurons are reported.
const WORTH_A_SENTENCE: f64 = 0.25;

/// Fewer samples say nothing about a network.
const FEW: usize = 4;

/// A share of the variance up to which numbers are no better than their mean.
const NO_BETTER: f64 = 0.05;

/// A network that answers correctly more than this share of what guessing gets wrong, or explains more than this
/// share of the variance of numbers, may have saturated neurons: its outputs are near 0 and 1.
const HAS_LEARNT: f64 = 0.75;

/// An output is at an end of its range if the slope of its activation is less than this share of the steepest.
const FLAT: f64 = 0.04;

/// A rate this many times as high as the usual one, or as low, is the first suspect.
const FAR: f64 = 3.0;

/// The steps after which small weights have usually begun to learn.
const STEPS: usize = 20_000;

/// The training of a network.
pub(super) struct Training<'a> {
    /// The options.
    pub(super) options: &'a Options,
    /// The way its weights were drawn, if they were.
    pub(super) init: Option<WeightInit>,
    /// The rate by default for such samples.
    pub(super) usual_rate: f64,
    /// The number of samples trained on.
    pub(super) samples: usize,
}

/// Returns sentences that say what is wrong with a network, which is shown `data`; and, in the last one, the options to
/// train it with, as far as the cause can be told.
pub(super) fn notes(model: &Model, data: &DataSet, training: Option<&Training<'_>>) -> Vec<String> {
    let data = data.clone().first(LOOKED_AT);
    if data.len() < FEW || !data.is_labelled() || has_learnt(model, &data) {
        return Vec::new();
    }
    let taken = training.map(|training| causes::of_what_is_taken(training, &model.architecture));
    if let Some(notes) = taken.filter(|notes| !notes.is_empty()) {
        return notes;
    }
    let (mut dead, mut saturated) = (Vec::new(), Vec::new());
    for layer in 1..model.architecture.sizes.len() {
        let neurons = Neurons::of_layer(model, layer, &data);
        let is_output = layer + 1 == model.architecture.sizes.len();
        let all = neurons.units.len();
        let name = if is_output { format!("layer {layer}, the output") } else { format!("layer {layer}") };
        let share = |count: usize| format!("{count} of {all} neurons in {name} ({} %)", 100 * count / all);
        let is_worth_it = |count: usize| count > 0 && count as f64 >= WORTH_A_SENTENCE * all as f64;
        if is_worth_it(neurons.dead()) {
            dead.push(share(neurons.dead()));
        }
        // A right answer needs outputs near 0 and 1, but not all of them, and not for every sample.
        let flat = neurons.saturated();
        if if is_output { flat == all } else { is_worth_it(flat) } {
            saturated.push(share(flat));
        }
    }
    let (is_dead, is_saturated) = (!dead.is_empty(), !saturated.is_empty());
    let mut notes: Vec<String> = same_answer(model, &data).into_iter().collect();
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
        return training
            .map_or(notes, |training| causes::of_steps(training, training.options.epochs.unwrap_or(1)));
    }
    let mut options = of_inputs(model, &data);
    if let Some(training) = training {
        let by_inputs = !options.is_empty();
        options.extend(of_training(model, &data, training, [by_inputs, is_dead, is_saturated]));
    } else if options.is_empty() && is_dead {
        options.extend(relu_recipe(&model.architecture, data.counts_answers()));
    }
    if !options.is_empty() {
        notes.push(format!("What helps: train with {}.", options.join(" ")));
    }
    notes
}

/// Returns true if a network needs little advice.
fn has_learnt(model: &Model, data: &DataSet) -> bool {
    let mut network = vectorized::Network::from_parameters(&model.architecture, &model.parameters);
    let found = evaluate(&mut network, data, Targets::default());
    let share = match (found.correct, found.numbers) {
        (Some(correct), _) => {
            let chance = data.chance();
            (correct as f64 - chance as f64) / (data.len() as f64 - chance as f64)
        }
        (None, numbers) => numbers.and_then(|numbers| numbers.r2).unwrap_or(f64::NAN),
    };
    // Where all samples have one answer there is nothing to learn.
    share.is_nan() && data.chance() == data.len() || share > HAS_LEARNT
}

/// Returns the option that makes inputs small, if they are not: large ones drive every neuron to an end of its range.
fn of_inputs(model: &Model, data: &DataSet) -> Vec<String> {
    let is_image = data.image_shape().is_some();
    let option = match model.meaning.pixels {
        _ if model.meaning.standardization.is_some() || data.reproduces() => return Vec::new(),
        Some(Pixels::Raw) if is_image => "--pixels scaled",
        _ if !is_image && !is_small(data) => "--standardize",
        _ => return Vec::new(),
    };
    vec![option.to_owned()]
}

/// Returns the options that undo what kept the network from learning: the rate, then the starting weights, then too few
/// steps.
fn of_training(
    model: &Model,
    data: &DataSet,
    training: &Training<'_>,
    [has_advice, is_dead, is_saturated]: [bool; 3],
) -> Vec<String> {
    let Options { rate, epochs, batch, .. } = *training.options;
    let usual = training.usual_rate;
    if rate > FAR * usual {
        return vec![format!("--rate {}", short(usual))];
    }
    let architecture = &model.architecture;
    let larger = match architecture.activations[0] {
        Activation::Relu => WeightInit::He,
        _ if architecture.input_size() < 30 => WeightInit::Normal,
        _ => WeightInit::Scaled,
    };
    match training.init {
        _ if has_advice => Vec::new(),
        Some(init) if is_dead && init != WeightInit::He => {
            relu_recipe(architecture, data.counts_answers()).into_iter().collect()
        }
        Some(WeightInit::Normal) if is_saturated && architecture.input_size() >= 30 => {
            vec!["--init scaled".to_owned()]
        }
        _ if is_dead || is_saturated => vec![format!("--rate {}", short(rate / 10.0))],
        init => {
            let slow = (rate < usual / FAR).then(|| format!("--rate {}", short(usual)));
            let small = (init == Some(WeightInit::Small)).then(|| format!("--init {}", larger.word()));
            let steps = training.samples.div_ceil(batch).max(1);
            let is_long = epochs.is_some_and(|epochs| epochs.saturating_mul(steps) >= STEPS);
            if slow.is_none() && small.is_none() && is_long {
                return usual_output(architecture, data.counts_answers()).into_iter().collect();
            }
            let more = epochs.map(|epochs| format!("--epochs {}", (2 * epochs).max(STEPS.div_ceil(steps))));
            [slow, small, more].into_iter().flatten().collect()
        }
    }
}

/// Returns `--activation relu,identity` with the hidden layers' own activations and the usual one at the end; `None` if
/// that is what the network has.
fn usual_output(architecture: &Architecture, are_classes: bool) -> Option<String> {
    let usual = if are_classes { Activation::Sigmoid } else { Activation::Identity };
    let (output, hidden) = architecture.activations.split_last()?;
    let names = hidden.iter().chain([&usual]).map(|activation| activation.name());
    (*output != usual).then(|| format!("--activation {}", names.collect::<Vec<_>>().join(",")))
}

/// Returns a rate in at most two digits.
fn short(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

/// Returns true if no input is far from 0.
fn is_small(data: &DataSet) -> bool {
    (0..data.len()).all(|index| data.sample(index).iter().all(|input| input.abs() <= 2.0))
}

/// Returns `--activation relu,sigmoid` and `--init he`, with a `relu` for each hidden layer; for numbers, the identity at
/// the end.
fn relu_recipe(architecture: &Architecture, are_classes: bool) -> [String; 2] {
    let hidden = "relu,".repeat(architecture.sizes.len() - 2);
    let end = if are_classes { "sigmoid" } else { "identity" };
    [format!("--activation {hidden}{end}"), "--init he".to_owned()]
}

/// Returns the sentence for a network that gives every sample the same answer, although there are several classes.
fn same_answer(model: &Model, data: &DataSet) -> Option<String> {
    if !data.counts_answers() {
        return same_numbers(model, data);
    }
    if data.chance() == data.len() {
        return None;
    }
    let mut network = vectorized::Network::from_parameters(&model.architecture, &model.parameters);
    let (mut answers, mut tied) = (Vec::new(), true);
    for_each_output(&mut network, data, |_, outputs| {
        answers.push(data.answer(outputs));
        tied &= data.answers().tied(outputs).len() >= outputs.len();
    });
    let first = answers[0];
    if answers.iter().any(|&answer| answer != first) {
        return None;
    }
    Some(if tied {
        "All outputs are equal for every sample: the network cannot tell them apart.".to_owned()
    } else {
        let name = backprop::spelled_out(&data.class_name(first));
        format!("The network says {name} for every sample: it has not learnt to tell them apart.")
    })
}

/// Returns the sentence for a network whose numbers are no better than their mean.
fn same_numbers(model: &Model, data: &DataSet) -> Option<String> {
    let mut network = vectorized::Network::from_parameters(&model.architecture, &model.parameters);
    let share = evaluate(&mut network, data, Targets::default()).numbers?.r2?;
    (share < NO_BETTER).then(|| {
        let than = if share < -NO_BETTER { "worse than" } else { "hardly better than" };
        format!("The network's numbers are {than} their mean for every sample: R² is {share:.3}.")
    })
}

/// The outputs of the neurons of one layer, over all samples.
struct Neurons {
    activation: Activation,
    units: Vec<Unit>,
}

/// One neuron's outputs.
#[derive(Clone)]
struct Unit {
    largest: f64,
    /// The steepest slope of its activation at any of them.
    slope: f64,
}

impl Neurons {
    /// Shows the samples to the network as far as this layer, from 1.
    fn of_layer(model: &Model, layer: usize, data: &DataSet) -> Self {
        let architecture = Architecture {
            sizes: model.architecture.sizes[..=layer].to_vec(),
            activations: model.architecture.activations[..layer].to_vec(),
            // The cost is not used, and this one is allowed with every activation.
            cost: Cost::Quadratic,
        };
        let activation = architecture.activations[layer - 1];
        let parameters = Parameters { layers: model.parameters.layers[..layer].to_vec() };
        let mut network = vectorized::Network::from_parameters(&architecture, &parameters);
        let unit = Unit { largest: f64::NEG_INFINITY, slope: 0.0 };
        let mut units = vec![unit; architecture.output_size()];
        for_each_output(&mut network, data, |_, outputs| {
            for (unit, &output) in units.iter_mut().zip(outputs) {
                unit.largest = unit.largest.max(output);
                unit.slope = unit.slope.max(activation.derivative_from_output(output));
            }
        });
        Self { activation, units }
    }

    /// Counts ReLUs that are 0 for every sample.
    fn dead(&self) -> usize {
        match self.activation {
            Activation::Relu => self.units.iter().filter(|unit| unit.largest <= 0.0).count(),
            _ => 0,
        }
    }

    /// Counts sigmoids and tanhs at the ends of their range.
    fn saturated(&self) -> usize {
        let steepest = match self.activation {
            Activation::Sigmoid => 0.25,
            Activation::Tanh => 1.0,
            Activation::Relu | Activation::Identity => return 0,
        };
        self.units.iter().filter(|unit| unit.slope < FLAT * steepest).count()
    }
}
