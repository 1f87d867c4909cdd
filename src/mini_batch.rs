//! Combines samples into one step: mini-batches, L2 regularisation and dropout, as in network.py and network2.py.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The grouping of a run's samples into steps.
///
/// ```
/// use backprop::MiniBatches;
///
/// // network2.py on 50,000 samples: η = 0.5, λ = 5.
/// let mini_batches = MiniBatches { size: 10, l2: 5.0, ..MiniBatches::default() };
/// let step = mini_batches.step(0.5, 50_000, 0);
/// assert_eq!((step.rate, step.weight_decay, step.dropout), (0.5, 0.99995, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MiniBatches {
    /// Samples per step, 1 or more; the last mini-batch of an epoch is smaller if the samples do not divide evenly.
    pub size: usize,
    /// λ of L2 regularisation; 0 for none.
    pub l2: f64,
    /// The probability that a hidden neuron is silenced during a step, below 1; 0 for none.
    pub dropout: f64,
    /// The seed that decides which neurons are silenced.
    pub seed: u64,
}

/// One sample per step, nothing added to gradient descent, as in bp.py and fc.py.
impl Default for MiniBatches {
    fn default() -> Self {
        Self { size: 1, l2: 0.0, dropout: 0.0, seed: 0 }
    }
}

impl MiniBatches {
    /// Returns `true` if steps are plain: one sample each, nothing added to gradient descent.
    pub fn are_plain(&self) -> bool {
        self.size == 1 && self.l2 == 0.0 && self.dropout == 0.0
    }

    /// Returns the step at this learning rate after `samples_before` samples of a run on `training_samples`.
    pub fn step(&self, rate: f64, training_samples: usize, samples_before: usize) -> MiniBatchStep {
        // Masks depend on the run's seed and the place in the run. Multiplying by an odd constant (2^64 / golden
        // ratio) is one-to-one and spreads neighbouring seeds.
        let seed = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(samples_before as u64);
        MiniBatchStep {
            rate,
            weight_decay: 1.0 - rate * self.l2 / training_samples as f64,
            dropout: (self.dropout > 0.0).then_some(Dropout { probability: self.dropout, seed }),
        }
    }
}

/// The change that one mini-batch makes to the weights: w ← decay·w + rate · (mean gradient).
///
/// ```
/// use backprop::MiniBatchStep;
///
/// // network2.py's L2 regularisation: η = 0.5, λ = 5, n = 50,000 training samples.
/// let (rate, lambda, n) = (0.5, 5.0, 50_000.0);
/// let weight_decay = 1.0 - rate * lambda / n;
/// let step = MiniBatchStep { weight_decay, ..MiniBatchStep::plain(rate) };
/// assert_eq!(step.weight_decay, 0.99995);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MiniBatchStep {
    /// The learning rate η.
    pub rate: f64,
    /// The factor 1 − ηλ/n on every weight, not on biases; 1 for none (network2.py's L2 regularisation).
    pub weight_decay: f64,
    /// Dropout of hidden neurons, if any.
    pub dropout: Option<Dropout>,
}

impl MiniBatchStep {
    /// Returns a step of plain gradient descent: no weight decay, no dropout.
    pub const fn plain(rate: f64) -> Self {
        Self { rate, weight_decay: 1.0, dropout: None }
    }
}

/// Inverted dropout: each hidden neuron is silenced with this probability, the others scaled by 1 / (1 − p).
///
/// ```
/// use backprop::Dropout;
///
/// let dropout = Dropout { probability: 0.5, seed: 1 };
/// let mask = dropout.silenced(0, 0, 1000);
/// assert_eq!(mask, dropout.silenced(0, 0, 1000)); // a function of the seed and the place
/// let silent = mask.iter().filter(|&&silenced| silenced).count();
/// assert!((450..=550).contains(&silent)); // 500, give or take three standard deviations of 16
/// assert_eq!(dropout.kept_factor(), 2.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dropout {
    /// The probability of being silenced, 0 ≤ p < 1.
    pub probability: f64,
    /// The seed. A mask depends on it, the sample's place in the batch, the layer and the neuron.
    pub seed: u64,
}

impl Dropout {
    /// Returns which neurons of a hidden layer are silenced for one sample: `neurons` values, in order, `true` if
    /// silenced.
    ///
    /// `layer` is its place among the layers after the input, from 0; `sample` the sample's place in the mini-batch,
    /// from 0.
    pub fn silenced(&self, layer: usize, sample: usize, neurons: usize) -> Vec<bool> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // Every sample and layer has its own stream, so the mask depends on nothing else.
        rng.set_stream(((layer as u64) << 32) | sample as u64);
        (0..neurons).map(|_| rng.random::<f64>() < self.probability).collect()
    }

    /// Returns the factor on each neuron's output: 0 if [`Dropout::silenced`] says so, otherwise
    /// [`Dropout::kept_factor`].
    ///
    /// # Panics
    /// If the probability is 1 or more: no neuron would be left.
    #[track_caller]
    pub fn kept(&self, layer: usize, sample: usize, neurons: usize) -> Vec<f64> {
        assert!(self.probability < 1.0, "dropout must leave some neurons: probability below 1");
        let kept = |silenced| if silenced { 0.0 } else { self.kept_factor() };
        self.silenced(layer, sample, neurons).into_iter().map(kept).collect()
    }

    /// Returns the factor on the remaining neurons, 1 / (1 − p), which keeps the expected sum unchanged.
    pub fn kept_factor(&self) -> f64 {
        1.0 / (1.0 - self.probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_steps_take_one_sample_and_add_nothing() {
        let plain = MiniBatches::default();
        assert!(plain.are_plain());
        for other in [
            MiniBatches { size: 2, ..plain },
            MiniBatches { l2: 0.1, ..plain },
            MiniBatches { dropout: 0.1, ..plain },
        ] {
            assert!(!other.are_plain(), "{other:?}");
        }
        assert_eq!(plain.step(0.5, 100, 7), MiniBatchStep::plain(0.5));
    }

    #[test]
    fn a_mask_is_drawn_for_each_step_sample_and_layer_in_proportion() {
        let batches = MiniBatches { dropout: 0.2, seed: 1, ..MiniBatches::default() };
        let dropout = |before| batches.step(0.5, 100, before).dropout.expect("asked for");
        let mask = dropout(0).silenced(0, 0, 1000);
        let silent = mask.iter().filter(|&&silenced| silenced).count();
        assert!((160..=240).contains(&silent), "{silent}: 200, give or take three standard deviations of 13");
        assert_eq!(mask, dropout(0).silenced(0, 0, 1000));
        for other in [
            dropout(1).silenced(0, 0, 1000),
            dropout(0).silenced(1, 0, 1000),
            dropout(0).silenced(0, 1, 1000),
        ] {
            assert_ne!(mask, other);
        }
        // 1/(1 − 0.2) is 1.25: on average the whole output is kept.
        let kept = dropout(0).kept(0, 0, 1000);
        assert!(mask.iter().zip(kept).all(|(&silenced, kept)| kept == if silenced { 0.0 } else { 1.25 }));
    }
}
