//! The one small trait through which training sees a network: the object graph or the vectorized one.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{Architecture, Label, Parameters, Sample};

/// A network that can be trained.
///
/// Both [`graph::Network`](crate::graph::Network) and [`vectorized::Network`](crate::vectorized::Network) are one.
/// Several samples come as *rows*: one flat slice, one sample of n_in numbers after the other; their labels likewise,
/// of n_out numbers each.
///
/// ```
/// use backprop::{Engine, graph, vectorized};
///
/// /// One pass over some samples, on any engine; the mean cost it met.
/// fn pass(engine: &mut impl Engine, labels: &[f64], samples: &[f64]) -> f64 {
///     let trained = engine.train_each(labels, samples, 0.5);
///     trained.cost / trained.samples as f64
/// }
///
/// let (labels, samples) = ([0.9, 0.1], [0.0, 1.0, 1.0, 0.0]); // two samples of two numbers
/// let mut objects = graph::Network::new(&[2, 3, 1], 0);
/// let mut matrices = vectorized::Network::new(&[2, 3, 1], 0);
/// matrices.set_parameters(&objects.parameters());
/// for _ in 0..100 {
///     let cost = pass(&mut objects, &labels, &samples);
///     assert!((cost - pass(&mut matrices, &labels, &samples)).abs() < 1e-12);
/// }
/// ```
pub trait Engine {
    /// Its layer sizes, activations and cost.
    fn architecture(&self) -> &Architecture;

    /// A copy of all weights and biases, in the shape of the architecture.
    fn parameters(&self) -> Parameters;

    /// Replaces all weights and biases.
    ///
    /// # Panics
    /// If the shapes are not this network's.
    fn set_parameters(&mut self, parameters: &Parameters);

    /// The output vector, n_out numbers, for one sample of n_in. (`&mut`: nodes and layers remember what they put out.)
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64>;

    /// The output vectors for many samples: rows of n_in in, as many rows of n_out out.
    ///
    /// # Panics
    /// If the slice does not hold whole rows.
    fn predict_rows(&mut self, samples: &[f64]) -> Vec<f64> {
        let inputs = self.architecture().input_size();
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        samples.chunks_exact(inputs).flat_map(|sample| self.predict(Sample(sample))).collect()
    }

    /// One step of gradient descent on one sample, w ← w + rate · gradient. Returns the cost it met before the step.
    ///
    /// # Panics
    /// If the sample or the label is not as long as its layer.
    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64;

    /// One step for each sample, in order, until the sum of the costs is infinite or not a number.
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

    /// One step on the mean gradient of a mini-batch, with what `step` adds to plain gradient descent
    /// (`update_mini_batch` of network.py, Nielsen's equations 20 and 21; with L2, of network2.py).
    /// Returns the sum of the costs met before the step, without any regularisation term; under dropout, those of the
    /// thinned networks.
    ///
    /// ```
    /// use backprop::{Engine, MiniBatchStep, vectorized};
    ///
    /// // A mini-batch of two equal samples is a step on one of them: a mean, not a sum.
    /// let mut batch = vectorized::Network::new(&[2, 1], 0);
    /// let mut single = batch.clone();
    /// batch.train_mini_batch(&[0.9, 0.9], &[0.5, 1.0, 0.5, 1.0], &MiniBatchStep::plain(0.3));
    /// single.train_mini_batch(&[0.9], &[0.5, 1.0], &MiniBatchStep::plain(0.3));
    /// assert!(batch.parameters().max_difference(&single.parameters()) < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the two slices do not hold the same number of whole rows, or none; if the probability of dropout is 1 or
    /// more; or on an engine that cannot do this: see [`Engine::trains_mini_batches`].
    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64;

    /// Whether [`Engine::train_mini_batch`] works on this engine: on the vectorized network, not on the object graph.
    fn trains_mini_batches(&self) -> bool;
}

/// What a run of single-sample steps did.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trained {
    /// Samples trained on; fewer than given only if the sum of the costs was then infinite or not a number.
    pub samples: usize,
    /// The sum of the costs met, each before its own step.
    pub cost: f64,
}

/// How one mini-batch changes the weights: w ← decay·w + rate · (mean gradient).
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
    /// Plain gradient descent: no weight decay, no dropout.
    #[must_use]
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
    /// The mask is a function of this seed, the sample's place in the batch, the layer and the neuron.
    pub seed: u64,
}

impl Dropout {
    /// Which neurons of a hidden layer are silenced for one sample: `neurons` answers, in order, `true` for silence.
    ///
    /// `layer` is its place among the layers after the input, from 0; `sample` the sample's place in the mini-batch,
    /// from 0.
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
