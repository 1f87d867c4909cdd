//! What learners really write: a table of wrong solutions, each with the formula in which its mistake is. The judge must
//! reject every one, and say where to look.
//!
//! It was written without a look at the judge. A solution that is accepted, or a lesson that points to another formula, is a
//! fault of the judge, not of the table.

use std::panic::catch_unwind;

use backprop::graph::{ConnectionId, ConstNode, Layer, Network, Node, NodeId};
use backprop::{Activation::Sigmoid, Architecture, Label, Sample, sigmoid};
use backprop_exercises::grade::{self, Perceptron};
use backprop_exercises::{Formula, Grade};

/// What went wrong in the learner's mind, where that is, and the learner's functions in the hands of the judge.
struct Wrong(&'static str, Formula, fn() -> Grade);

fn all() -> Vec<Wrong> {
    let mut all = neurons();
    all.extend(layers_and_costs());
    all.extend(deltas());
    all.extend(gradients_and_updates());
    all.extend(training_steps());
    all.extend(gradient_checks());
    all.extend(matrix_layers());
    all.extend(mini_batches());
    all.extend(cross_entropies());
    all.extend(weight_decays());
    all.extend(dropouts());
    all.extend(softmaxes());
    all
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// 1 above 0.
fn answer(weights: &[f64], bias: f64, inputs: &[f64]) -> f64 {
    if bias + dot(weights, inputs) > 0.0 { 1.0 } else { 0.0 }
}

fn neurons() -> Vec<Wrong> {
    use Formula::{Output, PerceptronRule, Xor};
    vec![
        Wrong("neuron: no bias", Output, || grade::neuron_output(|w, _, x| sigmoid(dot(w, x)))),
        Wrong("neuron: the bias as a threshold", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(dot(w, x) - b))
        }),
        Wrong("neuron: the bias in the loop, once for each input", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(w.iter().zip(x).map(|(w, x)| w * x + b).sum()))
        }),
        Wrong("neuron: the bias behind the sigmoid", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(dot(w, x)) + b)
        }),
        Wrong("neuron: the sigmoid twice", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(sigmoid(b + dot(w, x))))
        }),
        Wrong("neuron: a sigmoid of each product", Output, || {
            grade::neuron_output(|w, b, x| b + w.iter().zip(x).map(|(w, x)| sigmoid(w * x)).sum::<f64>())
        }),
        Wrong("neuron: the sigmoid by hand, e^z for e^-z", Output, || {
            grade::neuron_output(|w, b, x| 1.0 / (1.0 + (b + dot(w, x)).exp()))
        }),
        Wrong("neuron: no sigmoid", Output, || grade::neuron_output(|w, b, x| b + dot(w, x))),
        Wrong("neuron: the loop starts at 1", Output, || {
            grade::neuron_output(|w, b, x| {
                let mut z = b;
                for i in 1..w.len() {
                    z += w[i] * x[i];
                }
                sigmoid(z)
            })
        }),
        Wrong("neuron: = for +=", Output, || {
            grade::neuron_output(|w, b, x| {
                let mut z = b;
                for (w, x) in w.iter().zip(x) {
                    z = w * x;
                }
                sigmoid(z)
            })
        }),
        Wrong("neuron: the mean of the products", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(b + dot(w, x) / w.len() as f64))
        }),
        Wrong("perceptron: answer - label", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = answer(w, *b, x) - t;
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the bias stays", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
            })
        }),
        Wrong("perceptron: the weighted input for the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - (*b + dot(w, x));
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: a sigmoid for the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - sigmoid(*b + dot(w, x));
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the input left out", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().for_each(|w| *w += rate * error);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: 1 at 0 already", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - if *b + dot(w, x) >= 0.0 { 1.0 } else { 0.0 };
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the answer asked for anew for each weight", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                for i in 0..w.len() {
                    w[i] += rate * (t - answer(w, *b, x)) * x[i];
                }
                *b += rate * (t - answer(w, *b, x));
            })
        }),
        Wrong("perceptron: no bias in the answer", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, 0.0, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += rate * error;
            })
        }),
        Wrong("perceptron: the bias moves in the loop, once for each input", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                for (w, x) in w.iter_mut().zip(x) {
                    *w += rate * error * x;
                    *b += rate * error;
                }
            })
        }),
        Wrong("perceptron: the bias without the rate", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                let error = t - answer(w, *b, x);
                w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * error * x);
                *b += error;
            })
        }),
        Wrong("perceptron: the label for the error", PerceptronRule, || {
            grade::perceptron_rule(|w, b, x, t, rate| {
                if answer(w, *b, x) != t {
                    w.iter_mut().zip(x).for_each(|(w, x)| *w += rate * t * x);
                    *b += rate * t;
                }
            })
        }),
        Wrong("xor: or behind or and nand", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                ([or, nand], or)
            })
        }),
        Wrong("xor: the sign of nand's bias", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: -1.5 };
                let and = Perceptron { weights: [1.0, 1.0], bias: -1.5 };
                ([or, nand], and)
            })
        }),
        Wrong("xor: and at its very edge, where 0 is not above 0", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                let and = Perceptron { weights: [1.0, 1.0], bias: -2.0 };
                ([or, nand], and)
            })
        }),
        Wrong("xor: the answers the other way round", Xor, || {
            grade::xor_by_hand(|| {
                let or = Perceptron { weights: [1.0, 1.0], bias: -0.5 };
                let nand = Perceptron { weights: [-1.0, -1.0], bias: 1.5 };
                ([or, nand], nand)
            })
        }),
    ]
}

fn layers_and_costs() -> Vec<Wrong> {
    use Formula::{Cost, LayerOutput};
    vec![
        Wrong("layer: the first bias for all", LayerOutput, || {
            grade::layer_forward(|w, b, x| w.iter().map(|row| sigmoid(b[0] + dot(row, x))).collect())
        }),
        Wrong("layer: the first row for all", LayerOutput, || {
            grade::layer_forward(|w, b, x| b.iter().map(|b| sigmoid(b + dot(&w[0], x))).collect())
        }),
        Wrong("layer: the sum is never put back to 0", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut z = 0.0;
                let mut outputs = Vec::new();
                for (row, b) in w.iter().zip(b) {
                    z += b + dot(row, x);
                    outputs.push(sigmoid(z));
                }
                outputs
            })
        }),
        Wrong("layer: outputs written over the inputs", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut a = x.to_vec();
                a.resize(x.len().max(b.len()), 0.0);
                for (j, (row, b)) in w.iter().zip(b).enumerate() {
                    a[j] = sigmoid(b + dot(row, &a));
                }
                a.truncate(b.len());
                a
            })
        }),
        Wrong("layer: no biases", LayerOutput, || {
            grade::layer_forward(|w, _, x| w.iter().map(|row| sigmoid(dot(row, x))).collect())
        }),
        Wrong("layer: columns for rows", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut z = b.to_vec();
                for (row, x) in w.iter().zip(x) {
                    for (z, w) in z.iter_mut().zip(row) {
                        *z += w * x;
                    }
                }
                z.into_iter().map(sigmoid).collect()
            })
        }),
        Wrong("layer: the last neuron is missing", LayerOutput, || {
            grade::layer_forward(|w, b, x| (0..w.len() - 1).map(|j| sigmoid(b[j] + dot(&w[j], x))).collect())
        }),
        Wrong("layer: a sigmoid of the sigmoids", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                w.iter().zip(b).map(|(row, b)| sigmoid(sigmoid(b + dot(row, x)))).collect()
            })
        }),
        Wrong("cost: the mean over the outputs", Cost, || {
            grade::cost(|a, t| {
                0.5 * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>() / a.len() as f64
            })
        }),
        Wrong("cost: not halved", Cost, || {
            grade::cost(|a, t| a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum())
        }),
        Wrong("cost: not squared", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).abs()).sum::<f64>())
        }),
        Wrong("cost: the square of the sum", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t - a).sum::<f64>().powi(2))
        }),
        Wrong("cost: the difference of the squares", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t * t - a * a).sum::<f64>())
        }),
        Wrong("cost: the length of the difference, with a root", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>().sqrt())
        }),
        Wrong("cost: exp2 taken for a square", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).exp2()).sum::<f64>())
        }),
        Wrong("cost: a half as whole numbers", Cost, || {
            grade::cost(|a, t| {
                let [one, two] = [1, 2];
                f64::from(one / two) * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>()
            })
        }),
        Wrong("cost: the square of a alone", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t - a.powi(2)).sum::<f64>())
        }),
        Wrong("cost: the last output is missing", Cost, || {
            grade::cost(|a, t| 0.5 * (0..a.len() - 1).map(|i| (t[i] - a[i]).powi(2)).sum::<f64>())
        }),
        Wrong("cost: the cross-entropy", Cost, || {
            grade::cost(|a, t| {
                -a.iter().zip(t).map(|(a, t)| t * a.ln() + (1.0 - t) * (1.0 - a).ln()).sum::<f64>()
            })
        }),
    ]
}

fn deltas() -> Vec<Wrong> {
    use Formula::{HiddenDelta, OutputDelta};
    vec![
        Wrong("output delta: a - t", OutputDelta, || grade::output_delta(|a, t| a * (1.0 - a) * (a - t))),
        Wrong("output delta: a(a - 1)", OutputDelta, || grade::output_delta(|a, t| a * (a - 1.0) * (t - a))),
        Wrong("output delta: no slope", OutputDelta, || grade::output_delta(|a, t| t - a)),
        Wrong("output delta: the slope at the label", OutputDelta, || {
            grade::output_delta(|a, t| t * (1.0 - t) * (t - a))
        }),
        Wrong("output delta: a(1 - t)", OutputDelta, || grade::output_delta(|a, t| a * (1.0 - t) * (t - a))),
        Wrong("output delta: the 2 of a cost without its half", OutputDelta, || {
            grade::output_delta(|a, t| 2.0 * a * (1.0 - a) * (t - a))
        }),
        Wrong("output delta: a taken for z", OutputDelta, || {
            grade::output_delta(|a, t| sigmoid(a) * (1.0 - sigmoid(a)) * (t - a))
        }),
        Wrong("output delta: the slope of tanh", OutputDelta, || {
            grade::output_delta(|a, t| (1.0 - a * a) * (t - a))
        }),
        Wrong("output delta: the cost for its derivative", OutputDelta, || {
            grade::output_delta(|a, t| a * (1.0 - a) * 0.5 * (t - a).powi(2))
        }),
        Wrong("output delta: the brackets", OutputDelta, || {
            grade::output_delta(|a, t| {
                let one = 1.0;
                a * one - a * (t - a)
            })
        }),
        Wrong("output delta: the size without the direction", OutputDelta, || {
            grade::output_delta(|a, t| a * (1.0 - a) * (t - a).abs())
        }),
        Wrong("output delta: divided by the slope", OutputDelta, || {
            grade::output_delta(|a, t| (t - a) / (a * (1.0 - a)))
        }),
        Wrong("hidden delta: no slope", HiddenDelta, || grade::hidden_delta(|_, w, d| dot(w, d))),
        Wrong("hidden delta: half a slope", HiddenDelta, || grade::hidden_delta(|a, w, d| a * dot(w, d))),
        Wrong("hidden delta: a taken for z", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| sigmoid(a) * (1.0 - sigmoid(a)) * dot(w, d))
        }),
        Wrong("hidden delta: the mean over the connections", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * dot(w, d) / w.len() as f64)
        }),
        Wrong("hidden delta: the last connection only, = for +=", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                let mut sum = 0.0;
                for (w, d) in w.iter().zip(d) {
                    sum = w * d;
                }
                a * (1.0 - a) * sum
            })
        }),
        Wrong("hidden delta: the loop ends one early", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * (0..w.len() - 1).map(|i| w[i] * d[i]).sum::<f64>())
        }),
        Wrong("hidden delta: the sum of the weights times the sum of the deltas", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * w.iter().sum::<f64>() * d.iter().sum::<f64>())
        }),
        Wrong("hidden delta: the weights left out", HiddenDelta, || {
            grade::hidden_delta(|a, _, d| a * (1.0 - a) * d.iter().sum::<f64>())
        }),
        Wrong("hidden delta: weight + delta", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * w.iter().zip(d).map(|(w, d)| w + d).sum::<f64>())
        }),
        Wrong("hidden delta: the sign", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| -a * (1.0 - a) * dot(w, d))
        }),
        Wrong("hidden delta: the slope once for each connection that there is", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                let mut sum = 0.0;
                for (w, d) in w.iter().zip(d) {
                    sum += w * d;
                    sum *= a * (1.0 - a);
                }
                sum
            })
        }),
        Wrong("hidden delta: the weights from behind", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                a * (1.0 - a) * w.iter().rev().zip(d).map(|(w, d)| w * d).sum::<f64>()
            })
        }),
    ]
}

fn gradients_and_updates() -> Vec<Wrong> {
    use Formula::{Gradient, Update};
    vec![
        Wrong("gradient: the sign", Gradient, || grade::connection_gradient(|d, a| -d * a)),
        Wrong("gradient: the slope once more", Gradient, || {
            grade::connection_gradient(|d, a| d * a * (1.0 - a))
        }),
        Wrong("gradient: the output left out", Gradient, || grade::connection_gradient(|d, _| d)),
        Wrong("gradient: a sum", Gradient, || grade::connection_gradient(|d, a| d + a)),
        Wrong("gradient: a quotient", Gradient, || grade::connection_gradient(|d, a| d / a)),
        Wrong("gradient: the output taken for a weighted input", Gradient, || {
            grade::connection_gradient(|d, a| d * sigmoid(a))
        }),
        Wrong("gradient: a silent node taken for the bias", Gradient, || {
            grade::connection_gradient(|d, a| if a == 0.0 { d } else { d * a })
        }),
        Wrong("gradient: delta squared", Gradient, || grade::connection_gradient(|d, a| d * d * a)),
        Wrong("update: downhill again", Update, || grade::update(|w, g, rate| w - rate * g)),
        Wrong("update: the weight is lost", Update, || grade::update(|_, g, rate| rate * g)),
        Wrong("update: no rate", Update, || grade::update(|w, g, _| w + g)),
        Wrong("update: the rate squared", Update, || grade::update(|w, g, rate| w + rate * rate * g)),
        Wrong("update: divided by the rate", Update, || grade::update(|w, g, rate| w + g / rate)),
        Wrong("update: in proportion to the weight", Update, || {
            grade::update(|w, g, rate| w * (1.0 + rate * g))
        }),
        Wrong("update: the brackets", Update, || grade::update(|w, g, rate| rate * (w + g))),
        Wrong("update: between the weight and the gradient", Update, || {
            grade::update(|w, g, rate| (1.0 - rate) * w + rate * g)
        }),
        Wrong("update: the sign of the gradient only", Update, || {
            grade::update(|w, g, rate| w + rate * g.signum())
        }),
        Wrong("update: the rate alone", Update, || grade::update(|w, _, rate| w + rate)),
    ]
}

/// The switches of [`wire`] and [`step`].
mod fault {
    pub const NONE: u8 = 0;

    pub const NO_BIASES: u8 = 1;
    pub const BIASES_OF_THE_FIRST_LAYER_ONLY: u8 = 2;
    pub const ONE_TO_ONE: u8 = 3;
    pub const TWICE: u8 = 4;
    pub const LAST_NEURON_LEFT_OUT: u8 = 5;
    pub const FROM_ALL_LAYERS_BEFORE: u8 = 6;
    pub const FROM_THE_INPUTS: u8 = 7;
    pub const TO_CONST_NODES: u8 = 8;
    pub const BACKWARDS: u8 = 9;

    pub const NO_BIAS_IN_Z: u8 = 20;
    pub const LINEAR_LAST_LAYER: u8 = 21;
    pub const SQUASHED_INPUTS: u8 = 22;
    pub const FORWARD_FROM_BEHIND: u8 = 23;
    pub const FORWARD_STARTS_LATE: u8 = 24;
    pub const FIRST_INPUT_LEFT_OUT: u8 = 25;
    pub const OUTPUT_LAYER_STALE: u8 = 26;
    pub const WEIGHTED_INPUT_FOR_OUTPUT: u8 = 27;

    pub const OUTPUT_MINUS_LABEL: u8 = 40;
    pub const FIRST_OUTPUT_ONLY: u8 = 41;
    pub const SLOPE_AT_THE_LABEL: u8 = 42;
    pub const LABEL_FROM_BEHIND: u8 = 43;
    pub const OUTPUT_DELTA_ADDED_UP: u8 = 44;

    pub const HIDDEN_FROM_THE_FRONT: u8 = 60;
    pub const UPSTREAM_FOR_DOWNSTREAM: u8 = 61;
    pub const WEIGHT_LEFT_OUT: u8 = 62;
    pub const HIDDEN_DELTA_ADDED_UP: u8 = 63;
    pub const FIRST_HIDDEN_LAYER_LEFT_OUT: u8 = 64;
    pub const NODE_S_OWN_DELTA: u8 = 65;
    pub const PREMATURE_UPDATE: u8 = 66;
    pub const LAST_CONNECTION_LEFT_OUT: u8 = 67;

    pub const WEIGHT_IN_GRADIENT: u8 = 80;
    pub const SLOPE_IN_GRADIENT: u8 = 81;
    pub const OWN_OUTPUT_IN_GRADIENT: u8 = 82;
    pub const DELTA_OF_THE_NODE_BEFORE: u8 = 83;

    pub const MINUS: u8 = 100;
    pub const NO_RATE: u8 = 101;
    pub const RATE_SQUARED: u8 = 102;
    pub const LAST_LAYER_ONLY: u8 = 103;
    pub const WEIGHT_LOST: u8 = 104;
    pub const UPDATE_TWICE: u8 = 105;
    pub const BIASES_LEFT_OUT: u8 = 106;
    pub const UPDATE_BEFORE_DELTAS: u8 = 107;
}

/// A right wiring, but for the fault.
fn wire<const FAULT: u8>(sizes: &[usize]) -> Network {
    let mut network = Network::empty(&Architecture::new(sizes));
    for (layer, &size) in (0..).zip(sizes) {
        let mut nodes: Vec<NodeId> =
            (0..size as u32).map(|i| network.add_node(Node::new(layer, i, Sigmoid))).collect();
        nodes.push(network.add_node(ConstNode::new(layer, size as u32)));
        network.layers.push(Layer { layer_index: layer, nodes });
    }
    for layer in 1..sizes.len() {
        let mut from = network.layers[layer - 1].nodes.clone();
        let mut to = network.layers[layer].neurons().to_vec();
        match FAULT {
            fault::NO_BIASES => from = network.layers[layer - 1].neurons().to_vec(),
            fault::BIASES_OF_THE_FIRST_LAYER_ONLY if layer > 1 => {
                from = network.layers[layer - 1].neurons().to_vec();
            }
            fault::FROM_ALL_LAYERS_BEFORE => {
                from = network.layers[..layer].iter().flat_map(|layer| layer.nodes.clone()).collect();
            }
            fault::FROM_THE_INPUTS => from = network.layers[0].nodes.clone(),
            fault::LAST_NEURON_LEFT_OUT => to.truncate(to.len() - 1),
            fault::TO_CONST_NODES => to = network.layers[layer].nodes.clone(),
            _ => {}
        }
        if FAULT == fault::ONE_TO_ONE {
            let constant = network.layers[layer - 1].const_node();
            for (&from, &to) in network.layers[layer - 1].neurons().to_vec().iter().zip(&to) {
                network.connect(from, to, 0.1);
            }
            for &to in &to {
                network.connect(constant, to, 0.1);
            }
            continue;
        }
        for &from in &from {
            for &to in &to {
                if FAULT == fault::BACKWARDS {
                    network.connect(to, from, 0.1);
                    continue;
                }
                network.connect(from, to, 0.1);
                if FAULT == fault::TWICE {
                    network.connect(from, to, 0.1);
                }
            }
        }
    }
    network
}

/// A right training step, but for the fault.
fn step<const FAULT: u8>(network: &mut Network, label: Label<'_>, sample: Sample<'_>, rate: f64) {
    let layers: Vec<Vec<NodeId>> = network.layers.iter().map(|layer| layer.neurons().to_vec()).collect();
    let last = layers.len() - 1;

    for (i, (&id, &x)) in layers[0].iter().zip(sample.0).enumerate() {
        match FAULT {
            fault::SQUASHED_INPUTS => network[id].set_output(sigmoid(x)),
            fault::FIRST_INPUT_LEFT_OUT if i == 0 => {}
            _ => network[id].set_output(x),
        }
    }
    let mut order: Vec<usize> = (1..=last).collect();
    match FAULT {
        fault::FORWARD_FROM_BEHIND => order.reverse(),
        fault::FORWARD_STARTS_LATE => order.retain(|&layer| layer > 1),
        fault::OUTPUT_LAYER_STALE => order.retain(|&layer| layer < last),
        _ => {}
    }
    for layer in order {
        for &id in &layers[layer] {
            let mut upstream = network[id].upstream().to_vec();
            if FAULT == fault::NO_BIAS_IN_Z {
                upstream.pop();
            }
            let mut z = 0.0;
            for c in upstream {
                z += network[c].weight * network[network[c].upstream_node].output();
            }
            let linear = FAULT == fault::LINEAR_LAST_LAYER && layer == last
                || FAULT == fault::WEIGHTED_INPUT_FOR_OUTPUT;
            network[id].set_output(if linear { z } else { sigmoid(z) });
        }
    }

    if FAULT == fault::UPDATE_BEFORE_DELTAS {
        update::<FAULT>(network, &layers[1..], rate);
    }

    let mut labels = label.0.to_vec();
    if FAULT == fault::LABEL_FROM_BEHIND {
        labels.reverse();
    }
    if FAULT == fault::FIRST_OUTPUT_ONLY {
        labels.truncate(1);
    }
    for (&id, t) in layers[last].iter().zip(labels) {
        let a = network[id].output();
        let delta = match FAULT {
            fault::OUTPUT_MINUS_LABEL => a * (1.0 - a) * (a - t),
            fault::SLOPE_AT_THE_LABEL => t * (1.0 - t) * (t - a),
            fault::OUTPUT_DELTA_ADDED_UP => network[id].delta() + a * (1.0 - a) * (t - a),
            _ => a * (1.0 - a) * (t - a),
        };
        network[id].set_delta(delta);
    }
    if FAULT == fault::PREMATURE_UPDATE {
        update::<FAULT>(network, &layers[last..], rate);
    }
    let mut order: Vec<usize> = (1..last).rev().collect();
    match FAULT {
        fault::HIDDEN_FROM_THE_FRONT => order.reverse(),
        fault::FIRST_HIDDEN_LAYER_LEFT_OUT => order.retain(|&layer| layer > 1),
        _ => {}
    }
    for layer in order {
        for &id in &layers[layer] {
            let mut downstream = network[id].downstream().to_vec();
            if FAULT == fault::LAST_CONNECTION_LEFT_OUT {
                downstream.pop();
            }
            let term = |c: ConnectionId| match FAULT {
                fault::WEIGHT_LEFT_OUT => network[network[c].downstream_node].delta(),
                fault::NODE_S_OWN_DELTA => network[c].weight * network[network[c].upstream_node].delta(),
                _ => network[c].weight * network[network[c].downstream_node].delta(),
            };
            let mut sum: f64 = downstream.into_iter().map(term).sum();
            if FAULT == fault::UPSTREAM_FOR_DOWNSTREAM {
                let term = |&c: &ConnectionId| network[c].weight * network[id].delta();
                sum = network[id].upstream().iter().map(term).sum();
            }
            let a = network[id].output();
            let mut delta = a * (1.0 - a) * sum;
            if FAULT == fault::HIDDEN_DELTA_ADDED_UP {
                delta += network[id].delta();
            }
            network[id].set_delta(delta);
        }
        if FAULT == fault::PREMATURE_UPDATE {
            update::<FAULT>(network, &layers[layer..=layer], rate);
        }
    }

    match FAULT {
        fault::PREMATURE_UPDATE | fault::UPDATE_BEFORE_DELTAS => {}
        fault::LAST_LAYER_ONLY => update::<FAULT>(network, &layers[last..], rate),
        fault::UPDATE_TWICE => {
            update::<FAULT>(network, &layers[1..], rate);
            update::<FAULT>(network, &layers[1..], rate);
        }
        _ => update::<FAULT>(network, &layers[1..], rate),
    }
}

/// The weights of the connections into these layers.
fn update<const FAULT: u8>(network: &mut Network, layers: &[Vec<NodeId>], rate: f64) {
    for &id in layers.iter().flatten() {
        let mut upstream = network[id].upstream().to_vec();
        if FAULT == fault::BIASES_LEFT_OUT {
            upstream.pop();
        }
        for c in upstream {
            let from = network[c].upstream_node;
            let (delta, a) = (network[id].delta(), network[from].output());
            let gradient = match FAULT {
                fault::WEIGHT_IN_GRADIENT => delta * a * network[c].weight,
                fault::SLOPE_IN_GRADIENT => delta * network[id].output() * (1.0 - network[id].output()) * a,
                fault::OWN_OUTPUT_IN_GRADIENT => delta * network[id].output(),
                fault::DELTA_OF_THE_NODE_BEFORE => network[from].delta() * a,
                _ => delta * a,
            };
            let weight = network[c].weight;
            network[c].weight = match FAULT {
                fault::MINUS => weight - rate * gradient,
                fault::NO_RATE => weight + gradient,
                fault::RATE_SQUARED => weight + rate * rate * gradient,
                fault::WEIGHT_LOST => rate * gradient,
                _ => weight + rate * gradient,
            };
        }
    }
}

fn wired<const FAULT: u8>() -> Grade {
    grade::training_step(wire::<FAULT>, step::<{ fault::NONE }>)
}

fn stepped<const FAULT: u8>() -> Grade {
    grade::training_step(wire::<{ fault::NONE }>, step::<FAULT>)
}

fn training_steps() -> Vec<Wrong> {
    use Formula::{Gradient, HiddenDelta, Output, OutputDelta, Update, Wiring};
    use fault::*;
    vec![
        Wrong("step: constant nodes lead nowhere", Wiring, wired::<NO_BIASES>),
        Wrong("step: biases for the first layer only", Wiring, wired::<BIASES_OF_THE_FIRST_LAYER_ONLY>),
        Wrong("step: each node to the node beside it only", Wiring, wired::<ONE_TO_ONE>),
        Wrong("step: every connection twice", Wiring, wired::<TWICE>),
        Wrong("step: the last neuron is not connected", Wiring, wired::<LAST_NEURON_LEFT_OUT>),
        Wrong("step: connections from all layers before", Wiring, wired::<FROM_ALL_LAYERS_BEFORE>),
        Wrong("step: connections from the input layer for all", Wiring, wired::<FROM_THE_INPUTS>),
        Wrong("step: no bias in the weighted input", Output, stepped::<NO_BIAS_IN_Z>),
        Wrong("step: no sigmoid in the last layer", Output, stepped::<LINEAR_LAST_LAYER>),
        Wrong("step: no sigmoid at all", Output, stepped::<WEIGHTED_INPUT_FOR_OUTPUT>),
        Wrong("step: a sigmoid of the inputs", Output, stepped::<SQUASHED_INPUTS>),
        Wrong("step: outputs from the last layer to the first", Output, stepped::<FORWARD_FROM_BEHIND>),
        Wrong("step: outputs from the second hidden layer on", Output, stepped::<FORWARD_STARTS_LATE>),
        Wrong("step: the output layer keeps its old outputs", Output, stepped::<OUTPUT_LAYER_STALE>),
        Wrong("step: the first input is not set", Output, stepped::<FIRST_INPUT_LEFT_OUT>),
        Wrong("step: output - label", OutputDelta, stepped::<OUTPUT_MINUS_LABEL>),
        Wrong("step: a delta for the first output only", OutputDelta, stepped::<FIRST_OUTPUT_ONLY>),
        Wrong("step: the slope at the label", OutputDelta, stepped::<SLOPE_AT_THE_LABEL>),
        Wrong("step: the label from behind", OutputDelta, stepped::<LABEL_FROM_BEHIND>),
        Wrong("step: output deltas added to the old ones", OutputDelta, stepped::<OUTPUT_DELTA_ADDED_UP>),
        Wrong(
            "step: hidden layers from the first to the last",
            HiddenDelta,
            stepped::<HIDDEN_FROM_THE_FRONT>,
        ),
        Wrong("step: upstream for downstream", HiddenDelta, stepped::<UPSTREAM_FOR_DOWNSTREAM>),
        Wrong("step: the delta of the node itself in its sum", HiddenDelta, stepped::<NODE_S_OWN_DELTA>),
        Wrong("step: the weights left out of the sum", HiddenDelta, stepped::<WEIGHT_LEFT_OUT>),
        Wrong("step: hidden deltas added to the old ones", HiddenDelta, stepped::<HIDDEN_DELTA_ADDED_UP>),
        Wrong("step: the first hidden layer gets none", HiddenDelta, stepped::<FIRST_HIDDEN_LAYER_LEFT_OUT>),
        Wrong(
            "step: the last connection left out of the sum",
            HiddenDelta,
            stepped::<LAST_CONNECTION_LEFT_OUT>,
        ),
        Wrong("step: weights move before the deltas are done", HiddenDelta, stepped::<PREMATURE_UPDATE>),
        Wrong("step: the weight in its own gradient", Gradient, stepped::<WEIGHT_IN_GRADIENT>),
        Wrong("step: the slope once more in the gradient", Gradient, stepped::<SLOPE_IN_GRADIENT>),
        Wrong("step: the output of the wrong end", Gradient, stepped::<OWN_OUTPUT_IN_GRADIENT>),
        Wrong("step: the delta of the wrong end", Gradient, stepped::<DELTA_OF_THE_NODE_BEFORE>),
        Wrong("step: minus", Update, stepped::<MINUS>),
        Wrong("step: no rate", Update, stepped::<NO_RATE>),
        Wrong("step: the rate squared", Update, stepped::<RATE_SQUARED>),
        Wrong("step: the last layer moves only", Update, stepped::<LAST_LAYER_ONLY>),
        Wrong("step: the old weight is lost", Update, stepped::<WEIGHT_LOST>),
        Wrong("step: every weight moves twice", Update, stepped::<UPDATE_TWICE>),
        Wrong("step: biases do not move", Update, stepped::<BIASES_LEFT_OUT>),
        Wrong("step: weights move by the deltas of the step before", Update, stepped::<UPDATE_BEFORE_DELTAS>),
    ]
}

/// The right numerical −∂E/∂w of parameter i.
fn numerical(parameters: &mut [f64], error: &dyn Fn(&[f64]) -> f64, i: usize, h: f64) -> f64 {
    let before = parameters[i];
    parameters[i] = before + h;
    let above = error(parameters);
    parameters[i] = before - h;
    let below = error(parameters);
    parameters[i] = before;
    (below - above) / (2.0 * h)
}

/// A right comparison.
fn close(numerical: f64, gradient: f64) -> bool {
    (numerical - gradient).abs() <= 1e-6 + 1e-4 * numerical.abs()
}

fn gradient_checks() -> Vec<Wrong> {
    use Formula::NumericalGradient;
    vec![
        Wrong("check: one side only, with too large a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 0.1;
                let here = error(p);
                (0..p.len()).all(|i| {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before;
                    close((here - above) / h, g[i])
                })
            })
        }),
        Wrong("check: far too large a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1.0), g[i]))
            })
        }),
        Wrong("check: far too small a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1e-14), g[i]))
            })
        }),
        Wrong("check: the first parameter only", NumericalGradient, || {
            grade::gradient_check(|p, error, g| close(numerical(p, error, 0, 1e-4), g[0]))
        }),
        Wrong("check: the last parameter has the last word", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let mut right = true;
                for (i, &g) in g.iter().enumerate() {
                    right = close(numerical(p, error, i, 1e-4), g);
                }
                right
            })
        }),
        Wrong("check: one that is right will do", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).any(|i| close(numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: the last parameter is not looked at", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len() - 1).all(|i| close(numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: an absolute tolerance, and a wide one", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| (numerical(p, error, i, 1e-4) - g[i]).abs() < 0.01)
            })
        }),
        Wrong("check: five per cent will do", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    (n - g[i]).abs() <= 1e-6 + 0.05 * n.abs()
                })
            })
        }),
        Wrong("check: equal to the last bit", NumericalGradient, || {
            grade::gradient_check(|p, error, g| (0..p.len()).all(|i| numerical(p, error, i, 1e-4) == g[i]))
        }),
        Wrong("check: parameters are not put back", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                for i in 0..p.len() {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before - h;
                    let below = error(p);
                    if !close((below - above) / (2.0 * h), g[i]) {
                        return false;
                    }
                }
                true
            })
        }),
        Wrong("check: put back by adding, which rounds", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                (0..p.len()).all(|i| {
                    p[i] += h;
                    let above = error(p);
                    p[i] -= 2.0 * h;
                    let below = error(p);
                    p[i] += h;
                    close((below - above) / (2.0 * h), g[i])
                })
            })
        }),
        Wrong("check: not put back when it says no", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                for i in 0..p.len() {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before - h;
                    let below = error(p);
                    if !close((below - above) / (2.0 * h), g[i]) {
                        return false;
                    }
                    p[i] = before;
                }
                true
            })
        }),
        Wrong("check: uphill", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(-numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: divided by h, not 2h", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(2.0 * numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: the brackets of / 2.0 * h", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                (0..p.len()).all(|i| close(numerical(p, error, i, h) * h * h, g[i]))
            })
        }),
        Wrong("check: the sizes without the signs", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1e-4).abs(), g[i].abs()))
            })
        }),
        Wrong("check: a difference below zero is small", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    n - g[i] <= 1e-6 + 1e-4 * n.abs()
                })
            })
        }),
        Wrong("check: a gradient of 0 is passed over, lest it be divided by", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    g[i] == 0.0 || ((n - g[i]) / g[i]).abs() < 1e-3 || n.abs() < 1e-7
                })
            })
        }),
        Wrong("check: the direction only", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let n: Vec<f64> = (0..p.len()).map(|i| numerical(p, error, i, 1e-4)).collect();
                dot(&n, g) / (dot(&n, &n) * dot(g, g)).sqrt() > 0.999_999
            })
        }),
        Wrong("check: the mean of all differences", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let n = p.len() as f64;
                let sum: f64 = (0..p.len()).map(|i| (numerical(p, error, i, 1e-4) - g[i]).abs()).sum();
                sum / n < 1e-3
            })
        }),
        Wrong("check: all parameters moved at once", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                let above: Vec<f64> = p.iter().map(|p| p + h).collect();
                let below: Vec<f64> = p.iter().map(|p| p - h).collect();
                close((error(&below) - error(&above)) / (2.0 * h), g.iter().sum())
            })
        }),
    ]
}

fn forward(w: &[Vec<f64>], b: &[f64], x: &[f64]) -> Vec<f64> {
    w.iter().zip(b).map(|(row, b)| sigmoid(b + dot(row, x))).collect()
}

fn backward(w: &[Vec<f64>], x: &[f64], delta: &[f64]) -> Vec<f64> {
    let column = |i: usize| w.iter().zip(delta).map(|(row, d)| row[i] * d).sum::<f64>();
    x.iter().enumerate().map(|(i, x)| x * (1.0 - x) * column(i)).collect()
}

fn move_layer(w: &mut [Vec<f64>], b: &mut [f64], delta: &[f64], x: &[f64], rate: f64) {
    for ((row, b), d) in w.iter_mut().zip(b).zip(delta) {
        row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x);
        *b += rate * d;
    }
}

fn matrix_layers() -> Vec<Wrong> {
    use Formula::{LayerDelta, LayerOutput, LayerUpdate};
    vec![
        Wrong("matrix: no biases", LayerOutput, || {
            let wrong = |w: &[Vec<f64>], _: &[f64], x: &[f64]| w.iter().map(|w| sigmoid(dot(w, x))).collect();
            grade::matrix_layer(wrong, backward, move_layer)
        }),
        Wrong("matrix: no sigmoid", LayerOutput, || {
            grade::matrix_layer(
                |w, b, x| w.iter().zip(b).map(|(w, b)| b + dot(w, x)).collect(),
                backward,
                move_layer,
            )
        }),
        Wrong("matrix: biases from behind", LayerOutput, || {
            grade::matrix_layer(
                |w, b, x| w.iter().zip(b.iter().rev()).map(|(w, b)| sigmoid(b + dot(w, x))).collect(),
                backward,
                move_layer,
            )
        }),
        Wrong("matrix: W transposed forwards", LayerOutput, || {
            let wrong = |w: &[Vec<f64>], b: &[f64], x: &[f64]| {
                let mut z = b.to_vec();
                for (row, x) in w.iter().zip(x) {
                    z.iter_mut().zip(row).for_each(|(z, w)| *z += w * x);
                }
                z.into_iter().map(sigmoid).collect()
            };
            grade::matrix_layer(wrong, backward, move_layer)
        }),
        Wrong("matrix: W not transposed backwards", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                before.iter_mut().zip(w).for_each(|(before, row)| *before = dot(row, delta));
                before.iter().zip(x).map(|(sum, x)| x * (1.0 - x) * sum).collect()
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: no slope backwards", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                (0..x.len()).map(|i| w.iter().zip(delta).map(|(row, d)| row[i] * d).sum()).collect()
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the inputs taken for weighted inputs", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                backward(w, &x.iter().map(|&x| sigmoid(x)).collect::<Vec<f64>>(), delta)
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the last row only, = for +=", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                for (row, d) in w.iter().zip(delta) {
                    for ((before, w), x) in before.iter_mut().zip(row).zip(x) {
                        *before = x * (1.0 - x) * w * d;
                    }
                }
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the slope in the outer loop, once for each row", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                for (row, d) in w.iter().zip(delta) {
                    for ((before, w), x) in before.iter_mut().zip(row).zip(x) {
                        *before += w * d;
                        *before *= x * (1.0 - x);
                    }
                }
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the first neuron's delta for all", LayerDelta, || {
            grade::matrix_layer(forward, |w, x, d| backward(w, x, &vec![d[0]; d.len()]), move_layer)
        }),
        Wrong("matrix: the sign backwards", LayerDelta, || {
            grade::matrix_layer(forward, |w, x, d| backward(w, x, d).iter().map(|d| -d).collect(), move_layer)
        }),
        Wrong("matrix: the last input gets no delta", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = backward(w, x, delta);
                before[x.len() - 1] = 0.0;
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: minus", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| move_layer(w, b, d, x, -rate))
        }),
        Wrong("matrix: biases do not move", LayerUpdate, || {
            let wrong = |w: &mut [Vec<f64>], b: &mut [f64], d: &[f64], x: &[f64], rate: f64| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
            };
            grade::matrix_layer(forward, backward, wrong)
        }),
        Wrong("matrix: biases move without the rate", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
                b.iter_mut().zip(d).for_each(|(b, d)| *b += d);
            })
        }),
        Wrong("matrix: biases move in the inner loop, once for each input", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    for (w, x) in row.iter_mut().zip(x) {
                        *w += rate * d * x;
                        *b += rate * d;
                    }
                }
            })
        }),
        Wrong("matrix: an input in the change of a bias", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
                b.iter_mut().zip(d).zip(x).for_each(|((b, d), x)| *b += rate * d * x);
            })
        }),
        Wrong("matrix: the first row moves only", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                w[0].iter_mut().zip(x).for_each(|(w, x)| *w += rate * d[0] * x);
                b.iter_mut().zip(d).for_each(|(b, d)| *b += rate * d);
            })
        }),
        Wrong("matrix: the change transposed", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for (row, x) in w.iter_mut().zip(x) {
                    row.iter_mut().zip(d).for_each(|(w, d)| *w += rate * d * x);
                }
                b.iter_mut().zip(d).for_each(|(b, d)| *b += rate * d);
            })
        }),
        Wrong("matrix: the weight in its own change", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x * *w);
                    *b += rate * d;
                }
            })
        }),
        Wrong("matrix: the slope of the input in the change", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x * (1.0 - x));
                    *b += rate * d;
                }
            })
        }),
    ]
}

fn sum_of(gradients: &[Vec<f64>], i: usize) -> f64 {
    gradients.iter().map(|gradient| gradient[i]).sum()
}

fn mini_batches() -> Vec<Wrong> {
    use Formula::MiniBatchMean;
    vec![
        Wrong("batch: the sum", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i));
            })
        }),
        Wrong("batch: divided by the number of weights", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = w.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: divided by n - 1", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = (g.len() - 1).max(1) as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: divided by n twice", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate / n * (sum_of(g, i) / n));
            })
        }),
        Wrong("batch: divided inside the loop", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                for (i, w) in w.iter_mut().enumerate() {
                    let mut mean = 0.0;
                    for gradient in g {
                        mean = (mean + gradient[i]) / g.len() as f64;
                    }
                    *w += rate * mean;
                }
            })
        }),
        Wrong("batch: the last sample only", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                w.iter_mut().zip(&g[g.len() - 1]).for_each(|(w, g)| *w += rate * g);
            })
        }),
        Wrong("batch: the last sample only, but divided", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().zip(&g[g.len() - 1]).for_each(|(w, g)| *w += rate * g / n);
            })
        }),
        Wrong("batch: the first sample is left out", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(&g[1..], i) / n);
            })
        }),
        Wrong("batch: minus", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w -= rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: no rate", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, _| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += sum_of(g, i) / n);
            })
        }),
        Wrong("batch: one mean for all weights", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let numbers = (g.len() * w.len()) as f64;
                let mean = g.iter().flatten().sum::<f64>() / numbers;
                w.iter_mut().for_each(|w| *w += rate * mean);
            })
        }),
        Wrong("batch: the weight is lost", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w = rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: 1 / n as whole numbers", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let share = (1 / g.len()) as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * share * sum_of(g, i));
            })
        }),
        Wrong("batch: the sum is not put back to 0 for the next weight", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let mut sum = 0.0;
                for (i, w) in w.iter_mut().enumerate() {
                    sum += sum_of(g, i);
                    *w += rate * sum / g.len() as f64;
                }
            })
        }),
    ]
}

fn entropy(a: f64, t: f64) -> f64 {
    -t * a.ln() - (1.0 - t) * (1.0 - a).ln()
}

fn cross_entropies() -> Vec<Wrong> {
    use Formula::{CrossEntropy, CrossEntropyDelta};
    fn difference(a: f64, t: f64) -> f64 {
        t - a
    }
    vec![
        Wrong("entropy: the sign", CrossEntropy, || {
            grade::cross_entropy(|a, t| t * a.ln() + (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: the sign of the second term", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln() + (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: output and label exchanged", CrossEntropy, || {
            grade::cross_entropy(|a, t| entropy(t, a), difference)
        }),
        Wrong("entropy: the second term is missing", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln(), difference)
        }),
        Wrong("entropy: log10", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.log10() - (1.0 - t) * (1.0 - a).log10(), difference)
        }),
        Wrong("entropy: log2", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.log2() - (1.0 - t) * (1.0 - a).log2(), difference)
        }),
        Wrong("entropy: 1 - a in both logarithms", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * (1.0 - a).ln() - (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: the logarithm of 1 + a", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln_1p() - (1.0 - t) * (-a).ln_1p(), difference)
        }),
        Wrong("entropy: labels are 0 or 1, are they not", CrossEntropy, || {
            grade::cross_entropy(|a, t| if t > 0.5 { -a.ln() } else { -(1.0 - a).ln() }, difference)
        }),
        Wrong("entropy: halved, like the quadratic cost", CrossEntropy, || {
            grade::cross_entropy(|a, t| 0.5 * entropy(a, t), difference)
        }),
        Wrong("entropy: a hundredth against the infinite", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * (a + 0.01).ln() - (1.0 - t) * (1.0 - a + 0.01).ln(), difference)
        }),
        Wrong("entropy delta: a - t", CrossEntropyDelta, || grade::cross_entropy(entropy, |a, t| a - t)),
        Wrong("entropy delta: the slope still there", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| a * (1.0 - a) * (t - a))
        }),
        Wrong("entropy delta: the chain ends at a", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| (t - a) / (a * (1.0 - a)))
        }),
        Wrong("entropy delta: the first term only", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t * (1.0 - a))
        }),
        Wrong("entropy delta: the sign of the second term", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t * (1.0 - a) + (1.0 - t) * a)
        }),
        Wrong("entropy delta: the cost", CrossEntropyDelta, || grade::cross_entropy(entropy, entropy)),
        Wrong("entropy delta: full steps only", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t.round() - a)
        }),
    ]
}

fn weight_decays() -> Vec<Wrong> {
    use Formula::WeightDecay;
    fn add(parameters: &mut [f64], gradients: &[f64], decay: f64, rate: f64) {
        parameters.iter_mut().zip(gradients).for_each(|(w, g)| *w = decay * *w + rate * g);
    }
    vec![
        Wrong("decay: biases shrink too", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let decay = 1.0 - rate * lambda / n as f64;
                add(w, gw, decay, rate);
                add(b, gb, decay, rate);
            })
        }),
        Wrong("decay: no n", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, _| {
                add(w, gw, 1.0 - rate * lambda, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the number of weights for n", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, _| {
                let decay = 1.0 - rate * lambda / w.len() as f64;
                add(w, gw, decay, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: no rate in it", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: weights grow", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 + rate * lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: 2 lambda, from a cost without its half", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - 2.0 * rate * lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the half of the cost is still there", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / (2.0 * n as f64), rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: after the step", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let decay = 1.0 - rate * lambda / n as f64;
                w.iter_mut().zip(gw).for_each(|(w, g)| *w = decay * (*w + rate * g));
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: each weight shrinks more than the one before", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let mut decay = 1.0;
                for (w, g) in w.iter_mut().zip(gw) {
                    decay *= 1.0 - rate * lambda / n as f64;
                    *w = decay * *w + rate * g;
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: L1", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                for (w, g) in w.iter_mut().zip(gw) {
                    *w += rate * g - rate * lambda / n as f64 * w.signum();
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the weight without its sign", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                for (w, g) in w.iter_mut().zip(gw) {
                    *w += rate * g - rate * lambda / n as f64 * w.abs();
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: none", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, _, _| {
                add(w, gw, 1.0, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: biases are forgotten", WeightDecay, || {
            grade::weight_decay(|w, _, gw, _, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / n as f64, rate);
            })
        }),
        Wrong("decay: the gradient shrinks, not the weight", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0, rate * (1.0 - rate * lambda / n as f64));
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: minus for biases only", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / n as f64, rate);
                add(b, gb, 1.0, -rate);
            })
        }),
    ]
}

fn dropped(a: f64, kept: bool, p: f64) -> f64 {
    if kept { a / (1.0 - p) } else { 0.0 }
}

fn dropped_delta(a: f64, kept: bool, p: f64, sum: f64) -> f64 {
    dropped(a * (1.0 - a) * sum, kept, p)
}

fn dropouts() -> Vec<Wrong> {
    use Formula::{Dropout, DropoutDelta};
    vec![
        Wrong("dropout: no factor", Dropout, || {
            grade::dropout(|a, kept, _| if kept { a } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: times 1 - p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a * (1.0 - p) } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: divided by p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a / p } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: twice, whatever p is", Dropout, || {
            grade::dropout(|a, kept, _| if kept { 2.0 * a } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout: the kept are silenced", Dropout, || {
            grade::dropout(|a, kept, p| dropped(a, !kept, p), dropped_delta)
        }),
        Wrong("dropout: nobody is silenced", Dropout, || {
            grade::dropout(|a, _, p| a / (1.0 - p), dropped_delta)
        }),
        Wrong("dropout: the silenced say what a sigmoid says of 0", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a / (1.0 - p) } else { 0.5 }, dropped_delta)
        }),
        Wrong("dropout: 1 + p", Dropout, || {
            grade::dropout(|a, kept, p| if kept { a * (1.0 + p) } else { 0.0 }, dropped_delta)
        }),
        Wrong("dropout delta: no factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, _, sum| if kept { a * (1.0 - a) * sum } else { 0.0 })
        }),
        Wrong("dropout delta: the slope of what is sent", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let sent = dropped(a, kept, p);
                sent * (1.0 - sent) * sum
            })
        }),
        Wrong("dropout delta: the slope of what is sent, and the factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let sent = dropped(a, kept, p);
                sent * (1.0 - sent) * sum / (1.0 - p)
            })
        }),
        Wrong("dropout delta: the silenced learn as well", DropoutDelta, || {
            grade::dropout(dropped, |a, _, p, sum| a * (1.0 - a) * sum / (1.0 - p))
        }),
        Wrong("dropout delta: the silenced learn, without a factor", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| {
                let factor = if kept { 1.0 / (1.0 - p) } else { 1.0 };
                factor * a * (1.0 - a) * sum
            })
        }),
        Wrong("dropout delta: the factor twice", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| dropped_delta(a, kept, p, sum) / (1.0 - p))
        }),
        Wrong("dropout delta: the factor undone", DropoutDelta, || {
            grade::dropout(
                dropped,
                |a, kept, p, sum| if kept { (1.0 - p) * a * (1.0 - a) * sum } else { 0.0 },
            )
        }),
        Wrong("dropout delta: no slope", DropoutDelta, || {
            grade::dropout(dropped, |_, kept, p, sum| dropped(sum, kept, p))
        }),
        Wrong("dropout delta: the sign", DropoutDelta, || {
            grade::dropout(dropped, |a, kept, p, sum| -dropped_delta(a, kept, p, sum))
        }),
    ]
}

fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    shares(z.iter().map(|z| (z - largest).exp()).collect())
}

fn shares(powers: Vec<f64>) -> Vec<f64> {
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

fn likelihood(outputs: &[f64], class: usize) -> f64 {
    -outputs[class].ln()
}

fn target(j: usize, class: usize) -> f64 {
    if j == class { 1.0 } else { 0.0 }
}

fn softmax_delta(outputs: &[f64], class: usize) -> Vec<f64> {
    outputs.iter().enumerate().map(|(j, a)| target(j, class) - a).collect()
}

fn softmaxes() -> Vec<Wrong> {
    use Formula::{LogLikelihood, Softmax, SoftmaxDelta};
    vec![
        Wrong("softmax: e^1000", Softmax, || {
            grade::softmax(|z| shares(z.iter().map(|z| z.exp()).collect()), likelihood, softmax_delta)
        }),
        Wrong("softmax: less the first z, not the largest", Softmax, || {
            grade::softmax(
                |z| shares(z.iter().map(|x| (x - z[0]).exp()).collect()),
                likelihood,
                softmax_delta,
            )
        }),
        Wrong("softmax: less the smallest z", Softmax, || {
            let wrong = |z: &[f64]| {
                let smallest = z.iter().copied().fold(f64::INFINITY, f64::min);
                shares(z.iter().map(|z| (z - smallest).exp()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: the largest z is at least 0, is it not", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(0.0, f64::max);
                shares(z.iter().map(|z| (z - largest).exp()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: the largest z off above and not below", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = z.iter().map(|z| z.exp()).sum();
                z.iter().map(|z| (z - largest).exp() / sum).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: sigmoids", Softmax, || {
            grade::softmax(|z| z.iter().map(|&z| sigmoid(z)).collect(), likelihood, softmax_delta)
        }),
        Wrong("softmax: shares of z", Softmax, || {
            grade::softmax(|z| shares(z.to_vec()), likelihood, softmax_delta)
        }),
        Wrong("softmax: powers of 2", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                shares(z.iter().map(|z| (z - largest).exp2()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: divided by the number of outputs", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                z.iter().map(|x| (x - largest).exp() / z.len() as f64).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: divided by the sum of the others", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
                let sum: f64 = powers.iter().sum();
                powers.iter().map(|power| power / (sum - power)).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: e^-z", Softmax, || {
            let wrong = |z: &[f64]| softmax(&z.iter().map(|z| -z).collect::<Vec<f64>>());
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("likelihood: the sign", LogLikelihood, || {
            grade::softmax(softmax, |a, class| a[class].ln(), softmax_delta)
        }),
        Wrong("likelihood: the sum over all classes", LogLikelihood, || {
            grade::softmax(softmax, |a, _| -a.iter().map(|a| a.ln()).sum::<f64>(), softmax_delta)
        }),
        Wrong("likelihood: the cross-entropy of every output", LogLikelihood, || {
            let wrong =
                |a: &[f64], class| a.iter().enumerate().map(|(j, &a)| entropy(a, target(j, class))).sum();
            grade::softmax(softmax, wrong, softmax_delta)
        }),
        Wrong("likelihood: log2", LogLikelihood, || {
            grade::softmax(softmax, |a, class| -a[class].log2(), softmax_delta)
        }),
        Wrong("likelihood: no logarithm", LogLikelihood, || {
            grade::softmax(softmax, |a, class| 1.0 - a[class], softmax_delta)
        }),
        Wrong("likelihood: the largest output, right or not", LogLikelihood, || {
            let wrong = |a: &[f64], _| -a.iter().copied().fold(0.0, f64::max).ln();
            grade::softmax(softmax, wrong, softmax_delta)
        }),
        Wrong("likelihood: a softmax of the softmax", LogLikelihood, || {
            grade::softmax(softmax, |a, class| likelihood(&softmax(a), class), softmax_delta)
        }),
        Wrong("softmax delta: the sign", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| softmax_delta(a, class).iter().map(|d| -d).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: with the sigmoid's slope", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                softmax_delta(a, class).iter().zip(a).map(|(d, a)| a * (1.0 - a) * d).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the right class only", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                a.iter().enumerate().map(|(j, a)| if j == class { 1.0 - a } else { 0.0 }).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the chain ends at a", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| a.iter().enumerate().map(|(j, a)| target(j, class) / a).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the diagonal of the derivatives only", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                a.iter().enumerate().map(|(j, a)| target(j, class) * (1.0 - a) * a).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: classes counted from 1", SoftmaxDelta, || {
            let wrong =
                |a: &[f64], class| a.iter().enumerate().map(|(j, a)| target(j + 1, class) - a).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: 1 - a for all", SoftmaxDelta, || {
            grade::softmax(softmax, likelihood, |a, _| a.iter().map(|a| 1.0 - a).collect())
        }),
    ]
}

/// Solutions that run out of a list, or into a panic of `backprop`. In a table of their own: their lesson is the panic.
fn panics() -> Vec<Wrong> {
    use Formula::{Cost, HiddenDelta, LayerDelta, LayerOutput, Output, Wiring};
    vec![
        Wrong("neuron: one too many", Output, || {
            grade::neuron_output(|w, b, x| sigmoid(b + (0..=w.len()).map(|i| w[i] * x[i]).sum::<f64>()))
        }),
        Wrong("layer: w[i][j] for w[j][i]", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let z = |j: usize| b[j] + (0..x.len()).map(|i| w[i][j] * x[i]).sum::<f64>();
                (0..b.len()).map(|j| sigmoid(z(j))).collect()
            })
        }),
        Wrong("cost: counted from 1", Cost, || {
            grade::cost(|a, t| 0.5 * (1..=a.len()).map(|i| (t[i] - a[i]).powi(2)).sum::<f64>())
        }),
        Wrong("hidden delta: one too many", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * (0..=w.len()).map(|i| w[i] * d[i]).sum::<f64>())
        }),
        Wrong("step: connections to constant nodes", Wiring, wired::<{ fault::TO_CONST_NODES }>),
        Wrong("step: connections the other way", Wiring, wired::<{ fault::BACKWARDS }>),
        Wrong("matrix: w[i][j] for w[j][i]", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let sum = |i: usize| (0..delta.len()).map(|j| w[i][j] * delta[j]).sum::<f64>();
                (0..x.len()).map(|i| x[i] * (1.0 - x[i]) * sum(i)).collect()
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
    ]
}

#[test]
fn no_wrong_solution_is_accepted_and_nearly_every_one_is_located() {
    let all = all();
    let (mut accepted, mut panicked, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for Wrong(name, formula, graded) in &all {
        match catch_unwind(graded) {
            Err(_) => panicked.push(format!("{name}: the judge itself")),
            Ok(Ok(())) => accepted.push(*name),
            Ok(Err(lesson)) if lesson.found.contains("panics") => panicked.push(format!("{name}: {lesson}")),
            Ok(Err(lesson)) if lesson.formula != *formula => {
                elsewhere.push(format!(
                    "{name}: in {formula:?}, and the lesson is about {:?}{lesson}",
                    lesson.formula
                ));
            }
            Ok(Err(_)) => {}
        }
    }
    let located = all.len() - accepted.len() - panicked.len() - elsewhere.len();
    println!("{} wrong solutions, {located} located", all.len());
    for (what, list) in
        [("accepted", accepted.len()), ("panics", panicked.len()), ("elsewhere", elsewhere.len())]
    {
        println!("{what}: {list}");
    }
    accepted.iter().for_each(|name| println!("\naccepted: {name}"));
    panicked.iter().for_each(|text| println!("\na panic: {text}"));
    elsewhere.iter().for_each(|text| println!("\nelsewhere: {text}"));

    assert!(all.len() >= 45);
    assert!(accepted.is_empty(), "accepted: {accepted:#?}");
    assert!(panicked.is_empty(), "panics: {panicked:#?}");
    // 38 of 45, or as good.
    assert!(45 * located >= 38 * all.len(), "{located} of {} are located", all.len());
}

#[test]
fn a_solution_that_panics_gets_a_lesson_about_the_formula_that_did() {
    for Wrong(name, formula, graded) in panics() {
        let lesson = catch_unwind(graded).expect("the judge panics").expect_err(name);
        assert_eq!(lesson.formula, formula, "{name}: {lesson}");
    }
}

#[test]
fn the_step_whose_faults_are_switched_is_right_with_none() {
    let grade = grade::training_step(wire::<{ fault::NONE }>, step::<{ fault::NONE }>);
    assert_eq!(grade, Ok(()));
}

#[test]
fn every_exercise_has_wrong_solutions_under_names_of_their_own() {
    let all = all();
    for (i, Wrong(name, ..)) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|Wrong(other, ..)| other != name), "twice: {name}");
    }
}

#[test]
#[ignore = "it prints every lesson, to be read"]
fn every_lesson_is_printed() {
    for Wrong(name, formula, graded) in all().iter().chain(&panics()) {
        println!(
            "\n===== {name} ({formula:?}){}",
            graded().map_or_else(|lesson| lesson.to_string(), |()| "accepted".into())
        );
    }
}
