//! Finds neurons that say the same of every sample, and suggests what would make them learn.

use backprop::data_set::{DataSet, Pixels, Targets};
use backprop::model_file::Model;
use backprop::training::{evaluate, for_each_output};
use backprop::{Activation, Architecture, Cost, Parameters, vectorized};

/// The samples examined; more would not tell more.
const LOOKED_AT: usize = 1000;

/// The share of a layer from which on its dead or saturated neurons are reported.
const WORTH_A_SENTENCE: f64 = 0.25;

/// Fewer samples say nothing about a neuron.
const FEW: usize = 4;

/// A share of the variance up to which numbers are no better than their mean.
const NO_BETTER: f64 = 0.05;

/// A network with more than this share of right answers may have saturated neurons: its outputs are near 0 and 1.
pub(super) const MOST: f64 = 0.9;

/// An output is at an end of its range if the slope of its activation is less than this share of the steepest.
const FLAT: f64 = 0.04;

/// Returns sentences that say what is wrong with a network and what helps. The network is shown `data`; if it `recognises`
/// most of it, it may have saturated neurons.
pub(super) fn notes(model: &Model, data: &DataSet, recognises: bool) -> Vec<String> {
    let data = data.clone().first(LOOKED_AT);
    if data.is_empty() {
        return Vec::new();
    }
    let (mut dead, mut saturated) = (Vec::new(), Vec::new());
    for layer in 1..model.architecture.sizes.len() {
        // A few samples say little about a neuron, and a good network may do without some.
        if recognises || data.len() < FEW {
            break;
        }
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
    let same = same_answer(model, &data).map(|sentence| {
        if dead.is_empty() && saturated.is_empty() {
            // It has not begun to learn, or is still stuck.
            format!("{sentence} Larger starting weights help ({}), and more epochs.", larger(model))
        } else {
            sentence
        }
    });
    let dead = (!dead.is_empty()).then(|| {
        format!(
            "Dead: {}. They put out 0 for every sample, and there ReLU has no slope to learn by. A smaller rate helps, \
             and other starting weights and activations: {}.",
            dead.join(", "),
            relu_recipe(&model.architecture, data.counts_answers())
        )
    });
    let saturated = (!saturated.is_empty()).then(|| {
        format!(
            "Saturated: {}. Their activation is flat for every sample, so they hardly learn. {}",
            saturated.join(", "),
            smaller(model, &data)
        )
    });
    [same, dead, saturated].into_iter().flatten().collect()
}

/// Suggests starting weights that tell samples apart.
fn larger(model: &Model) -> &'static str {
    if model.architecture.input_size() < 30 { "--init normal" } else { "--init scaled" }
}

/// Suggests what keeps weighted inputs small.
fn smaller(model: &Model, data: &DataSet) -> &'static str {
    match model.meaning.pixels {
        Some(Pixels::Raw) if data.image_shape().is_some() && model.meaning.standardization.is_none() => {
            "Smaller inputs help: --pixels scaled."
        }
        _ if model.meaning.standardization.is_none() && data.image_shape().is_none() && !is_small(data) => {
            "Smaller inputs help (--standardize), a smaller rate, or smaller starting weights (--init scaled)."
        }
        _ => "A smaller rate helps, or smaller starting weights (--init scaled).",
    }
}

/// Returns whether no input is far from 0.
fn is_small(data: &DataSet) -> bool {
    (0..data.len()).all(|index| data.sample(index).iter().all(|input| input.abs() <= 2.0))
}

/// Returns `--activation relu,sigmoid --init scaled`, with a `relu` for each hidden layer; for numbers, the identity at the
/// end.
fn relu_recipe(architecture: &Architecture, are_classes: bool) -> String {
    let hidden = vec!["relu,"; architecture.sizes.len() - 2].concat();
    let end = if are_classes { "sigmoid --init scaled" } else { "identity --init he" };
    format!("--activation {hidden}{end}")
}

/// Returns the sentence for a network that says the same of every sample although they are of several classes.
fn same_answer(model: &Model, data: &DataSet) -> Option<String> {
    if data.len() < 2 || !data.is_labelled() {
        return None;
    }
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
        format!("The network says {name} of every sample: it has not learnt to tell them apart.")
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
