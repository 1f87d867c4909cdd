//! Random samples, for use without a data set.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::{Architecture, Cost};

/// Draws `count` labels and samples for a network of this architecture: inputs from −1 to 1, labels from 0.1 to 0.9,
/// within what a sigmoid can answer, or for a softmax divided by their sum. Sample k of a seed is the same however many are
/// drawn.
///
/// ```
/// use backprop::{Architecture, made_up};
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let (labels, samples) = made_up(&architecture, 6, 0);
/// assert_eq!((labels[0].len(), samples[0].len()), (2, 3));
/// assert_eq!(made_up(&architecture, 1, 0), (labels[..1].to_vec(), samples[..1].to_vec()));
/// ```
///
/// # Panics
/// If the architecture has no layers ([`Architecture::check`]).
pub fn made_up(architecture: &Architecture, count: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Stream 0 draws starting weights.
    rng.set_stream(1);
    let mut draw = |size: usize, from: f64, to: f64| -> Vec<f64> {
        (0..size).map(|_| rng.random_range(from..=to)).collect()
    };
    let pair = |_| {
        let sample = draw(architecture.input_size(), -1.0, 1.0);
        let mut label = draw(architecture.output_size(), 0.1, 0.9);
        if architecture.cost == Cost::LogLikelihood {
            let sum: f64 = label.iter().sum();
            for number in &mut label {
                *number /= sum;
            }
        }
        (label, sample)
    };
    (0..count).map(pair).unzip()
}
