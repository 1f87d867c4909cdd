//! The article's nine-node network (3-4-2) and one training step: the debugger's target.
//!
//! Build it with `cargo build --example nine_nodes`, open it in a debugger and set a breakpoint on
//! `backprop::graph::node::Node::calc_output`.

use backprop::graph::Network;
use backprop::{Architecture, Label, LayerParameters, Parameters, Sample};

fn main() {
    let mut network = Network::from_parameters(&Architecture::new(&[3, 4, 2]), &starting_weights());
    let sample = Sample(&[0.6588746277192946, 0.2137319711128709, 0.8562327433845403]);
    let label = Label(&[0.3786748706736013, 0.3015855151116982]);

    network.train_one_sample(label, sample, 0.3);
    print!("{}", network.dump());
}

/// W[1] and b[1] lead into the hidden layer, W[2] and b[2] into the output layer.
fn starting_weights() -> Parameters {
    Parameters {
        layers: vec![
            LayerParameters {
                weights: vec![
                    vec![0.2741370430990515, 0.931744966102777, 0.5551453223381289],
                    vec![0.9239646708148501, 0.08517228146397593, -0.87348050763121],
                    vec![0.059037511370423346, 0.16123573748852027, -0.4446811498458785],
                    vec![0.019015053425700756, 0.002159692326351159, -0.781436464626976],
                ],
                biases: vec![
                    -0.23858155177768192,
                    0.7977770316740933,
                    0.15966408027033618,
                    0.3361432803798552,
                ],
            },
            LayerParameters {
                weights: vec![
                    vec![0.618540288990642, -0.11950761179868707, -0.6956877814833315, -0.7991617109214899],
                    vec![-0.14106510625316449, -0.48078473344357575, 0.8970841000926542, -0.9795393466398454],
                ],
                biases: vec![-0.25427976657365425, -0.7131913841132251],
            },
        ],
    }
}
