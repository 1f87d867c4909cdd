//! Samples of random numbers, where there is no data to take them from.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::Architecture;

/// So many labels and as many samples for a network of this architecture: inputs from 0 to 1, labels from 0.1 to 0.9,
/// within what a sigmoid can answer.
///
/// ```
/// use backprop::Architecture;
/// use backprop::data_set::made_up;
///
/// let (labels, samples) = made_up(&Architecture::new(&[3, 4, 2]), 6, 0);
/// assert_eq!((labels.len(), samples.len()), (6, 6));
/// assert_eq!((labels[0].len(), samples[0].len()), (2, 3));
/// ```
///
/// # Panics
/// If the architecture has no layers ([`Architecture::check`]).
pub fn made_up(architecture: &Architecture, count: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Stream 0 draws starting weights.
    rng.set_stream(1);
    let mut rows = |length: usize, low: f64, high: f64| -> Vec<Vec<f64>> {
        (0..count).map(|_| (0..length).map(|_| rng.random_range(low..high)).collect()).collect()
    };
    let samples = rows(architecture.input_size(), 0.0, 1.0);
    (rows(architecture.output_size(), 0.1, 0.9), samples)
}
