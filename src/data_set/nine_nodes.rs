//! The article's network of nine nodes with starting weights and six samples: what `backprop step` shows by default.
//! The first sample is that of the `nine_nodes` example and of docs/debugging.md.
//!
//! ```
//! use backprop::data_set::nine_nodes;
//! use backprop::{Label, Sample, graph::Network};
//!
//! let network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
//! let error = network.clone().error(Label(&nine_nodes::LABELS[0]), Sample(&nine_nodes::SAMPLES[0]));
//! assert!(error < 0.1);
//! ```

use crate::{Architecture, LayerParameters, Parameters};

/// Returns the architecture: three inputs, four hidden neurons, two outputs.
pub fn architecture() -> Architecture {
    Architecture::new(&[3, 4, 2])
}

/// Returns weights uniform in ±1, larger than bp.py's, so that their effect is easy to see.
pub fn parameters() -> Parameters {
    let layer = |weights: &[&[f64]], biases: &[f64]| LayerParameters {
        weights: weights.iter().map(|row| row.to_vec()).collect(),
        biases: biases.to_vec(),
    };
    Parameters {
        layers: vec![
            layer(
                &[
                    &[0.2741370430990515, 0.931744966102777, 0.5551453223381289],
                    &[0.9239646708148501, 0.08517228146397593, -0.87348050763121],
                    &[0.059037511370423346, 0.16123573748852027, -0.4446811498458785],
                    &[0.019015053425700756, 0.002159692326351159, -0.781436464626976],
                ],
                &[-0.23858155177768192, 0.7977770316740933, 0.15966408027033618, 0.3361432803798552],
            ),
            layer(
                &[
                    &[0.618540288990642, -0.11950761179868707, -0.6956877814833315, -0.7991617109214899],
                    &[-0.14106510625316449, -0.48078473344357575, 0.8970841000926542, -0.9795393466398454],
                ],
                &[-0.25427976657365425, -0.7131913841132251],
            ),
        ],
    }
}

/// The inputs of the samples.
pub const SAMPLES: [[f64; 3]; 6] = [
    [0.6588746277192946, 0.2137319711128709, 0.8562327433845403],
    [0.8428334806316489, 0.0926087034302866, 0.8499815450335163],
    [0.36436735686731103, 0.7540922254195763, 0.13596536339613352],
    [0.3373102268582131, 0.7098953659267765, 0.040873965750189534],
    [0.2166924153668458, 0.2884195198633609, 0.5218196767228619],
    [0.36970118997689194, 0.6758278262808748, 0.7012621793322197],
];

/// The desired outputs.
pub const LABELS: [[f64; 2]; 6] = [
    [0.3786748706736013, 0.3015855151116982],
    [0.22578513261095862, 0.31151454602622997],
    [0.8134067506375467, 0.7044665546876806],
    [0.7227388657672413, 0.24872962017717432],
    [0.5723564691474853, 0.35930663750592784],
    [0.7721355897149152, 0.4720876288579904],
];
