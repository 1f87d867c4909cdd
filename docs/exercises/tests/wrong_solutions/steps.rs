//! Networks wired wrongly, and steps that go wrong.

use super::*;

/// The switches of [`wire`] and [`step`].
pub(crate) mod fault {
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

/// Returns a network that is wired correctly except for the fault.
pub(crate) fn wire<const FAULT: u8>(sizes: &[usize]) -> Network {
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

/// Takes a training step that is correct except for the fault.
pub(crate) fn step<const FAULT: u8>(network: &mut Network, label: Label<'_>, sample: Sample<'_>, rate: f64) {
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
                z += network[c].weight * network[network[c].upstream()].output();
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
                fault::WEIGHT_LEFT_OUT => network[network[c].downstream()].delta(),
                fault::NODE_S_OWN_DELTA => network[c].weight * network[network[c].upstream()].delta(),
                _ => network[c].weight * network[network[c].downstream()].delta(),
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

/// Returns the weights of the connections into these layers.
fn update<const FAULT: u8>(network: &mut Network, layers: &[Vec<NodeId>], rate: f64) {
    for &id in layers.iter().flatten() {
        let mut upstream = network[id].upstream().to_vec();
        if FAULT == fault::BIASES_LEFT_OUT {
            upstream.pop();
        }
        for c in upstream {
            let from = network[c].upstream();
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

pub(crate) fn wired<const FAULT: u8>() -> Grade {
    grade::training_step(wire::<FAULT>, step::<{ fault::NONE }>)
}

pub(crate) fn stepped<const FAULT: u8>() -> Grade {
    grade::training_step(wire::<{ fault::NONE }>, step::<FAULT>)
}

pub(crate) fn training_steps() -> Vec<Wrong> {
    use Formula::{Gradient, HiddenDelta, Output, OutputDelta, Update, Wiring};
    use fault::*;
    vec![
        Wrong("step: constant nodes lead nowhere", Wiring, wired::<NO_BIASES>),
        Wrong("step: biases for the first layer only", Wiring, wired::<BIASES_OF_THE_FIRST_LAYER_ONLY>),
        Wrong("step: each node linked only to its neighbour", Wiring, wired::<ONE_TO_ONE>),
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
