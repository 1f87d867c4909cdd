//! Networks, samples and labels for tests, all from a seed.

use backprop::{Activation, Architecture, Cost, Parameters, WeightInit};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The activations that a single neuron can have: all but softmax.
pub const OF_NEURONS: [Activation; 4] =
    [Activation::Sigmoid, Activation::Tanh, Activation::Relu, Activation::Identity];

/// Rows of samples with MNIST's share of zeros, and of labels between 0.1 and 0.9; for the log-likelihood each label
/// is divided by its sum.
pub struct Rows {
    pub labels: Vec<f64>,
    pub samples: Vec<f64>,
}

/// Returns `count` samples and labels for this architecture.
pub fn rows(architecture: &Architecture, count: usize, seed: u64) -> Rows {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let samples = (0..count * architecture.input_size())
        .map(|_| if rng.random_bool(0.8) { 0.0 } else { rng.random_range(0.0..1.0) })
        .collect();
    let outputs = architecture.output_size();
    let mut labels: Vec<f64> = (0..count * outputs).map(|_| rng.random_range(0.1..0.9)).collect();
    if architecture.cost == Cost::LogLikelihood {
        for label in labels.chunks_exact_mut(outputs) {
            let sum: f64 = label.iter().sum();
            for number in label {
                *number /= sum;
            }
        }
    }
    Rows { labels, samples }
}

/// Returns weights small enough that every activation still has a slope.
pub fn parameters(architecture: &Architecture, seed: u64) -> Parameters {
    WeightInit::Scaled.draw(architecture, seed)
}

/// Returns several shapes, each with several activations and both costs that the object graph has.
pub fn architectures() -> Vec<Architecture> {
    let mut all = Vec::new();
    for sizes in [&[3, 4, 2][..], &[1, 1], &[7, 8, 9, 1], &[20, 300, 10], &[9, 33, 17, 6, 4]] {
        for activation in OF_NEURONS {
            all.push(Architecture::new(sizes).with_activation(activation));
        }
        all.push(Architecture::new(sizes).with_cost(Cost::CrossEntropy));
        let mut mixed: Vec<_> = OF_NEURONS.into_iter().rev().cycle().take(sizes.len() - 1).collect();
        all.push(Architecture::new(sizes).with_activations(&mixed));
        mixed[sizes.len() - 2] = Activation::Sigmoid;
        all.push(Architecture::new(sizes).with_activations(&mixed).with_cost(Cost::CrossEntropy));
    }
    all
}
