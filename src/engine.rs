//! The one small trait through which training sees a network: the object graph or the vectorized one.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Architecture, Label, Parameters, Sample};

/// A network that can be trained.
///
/// Both [`graph::Network`](crate::graph::Network) and [`vectorized::Network`](crate::vectorized::Network) are one.
/// Samples and labels that come in numbers are *rows*: one flat slice, one sample after the other.
pub trait Engine {
    /// Its layer sizes, activations and cost.
    fn architecture(&self) -> &Architecture;

    /// A copy of all weights and biases.
    fn parameters(&self) -> Parameters;

    /// Replaces all weights and biases.
    ///
    /// # Panics
    /// If the shapes are not this network's.
    fn set_parameters(&mut self, parameters: &Parameters);

    /// The output vector for one sample.
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64>;

    /// The output vectors for many samples: rows in, rows out.
    ///
    /// # Panics
    /// If the slice does not hold whole rows.
    fn predict_rows(&mut self, samples: &[f64]) -> Vec<f64> {
        let inputs = self.architecture().input_size();
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        samples.chunks_exact(inputs).flat_map(|sample| self.predict(Sample(sample))).collect()
    }

    /// One step of gradient descent on one sample. Returns the cost it met before the step.
    ///
    /// # Panics
    /// If the sample or the label is not as long as its layer.
    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64;

    /// One step for each sample, in order, until a cost is infinite or not a number.
    ///
    /// # Panics
    /// If the two slices do not hold the same number of whole rows.
    fn train_each(&mut self, labels: &[f64], samples: &[f64], rate: f64) -> Trained {
        let (inputs, outputs) = (self.architecture().input_size(), self.architecture().output_size());
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        assert_eq!(samples.len() / inputs * outputs, labels.len(), "as many labels as samples");
        let mut trained = Trained::default();
        for (label, sample) in labels.chunks_exact(outputs).zip(samples.chunks_exact(inputs)) {
            trained.cost += self.train_one_sample(Label(label), Sample(sample), rate);
            trained.samples += 1;
            if !trained.cost.is_finite() {
                break;
            }
        }
        trained
    }

    /// One step on the mean gradient of a mini-batch, with what `step` adds to plain gradient descent.
    /// Returns the sum of the costs met, without any regularisation term.
    ///
    /// # Panics
    /// If the two slices do not hold the same number of whole rows, or none; or on an engine that cannot do this:
    /// see [`Engine::trains_mini_batches`].
    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64;

    /// Whether [`Engine::train_mini_batch`] works on this engine.
    fn trains_mini_batches(&self) -> bool;
}

/// What a run of single-sample steps did.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trained {
    /// Samples trained on; fewer than given only if the last one's cost was infinite or not a number.
    pub samples: usize,
    /// The sum of the costs met, each before its own step.
    pub cost: f64,
}

/// How one mini-batch changes the weights: w → decay·w + rate · (mean gradient).
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
    /// Plain gradient descent: no weight decay, no dropout.
    #[must_use]
    pub const fn plain(rate: f64) -> Self {
        Self { rate, weight_decay: 1.0, dropout: None }
    }
}

/// Inverted dropout: each hidden neuron is silenced with this probability, the others scaled by 1 / (1 − p).
#[derive(Debug, Clone, PartialEq)]
pub struct Dropout {
    /// The probability of being silenced, 0 ≤ p < 1.
    pub probability: f64,
    /// The mask is a function of this seed, the sample's place in the batch, the layer and the neuron.
    pub seed: u64,
}

impl Dropout {
    /// Which neurons of a hidden layer are silenced for one sample: of `neurons`, in order.
    ///
    /// `layer` is its place among the layers after the input, from 0; `sample` the sample's place in the mini-batch.
    #[must_use]
    pub fn silenced(&self, layer: usize, sample: usize, neurons: usize) -> Vec<bool> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // A stream of its own for every sample and layer: the mask depends on nothing else.
        rng.set_stream(((layer as u64) << 32) | sample as u64);
        (0..neurons).map(|_| rng.random::<f64>() < self.probability).collect()
    }

    /// What the others are multiplied with, so that the expected sum stays what it was: 1 / (1 − p).
    #[must_use]
    pub fn kept_factor(&self) -> f64 {
        1.0 / (1.0 - self.probability)
    }
}
