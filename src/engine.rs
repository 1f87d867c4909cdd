//! The small trait through which training sees a network, be it the object graph or the vectorized one.

use crate::{Architecture, Label, MiniBatchStep, Parameters, Sample, SparseSamples};

/// A network that can be trained.
///
/// [`graph::Network`](crate::graph::Network) and [`vectorized::Network`](crate::vectorized::Network) both implement
/// it. Several samples are passed as *rows*: one flat slice, one sample of n_in numbers after the other; their labels
/// likewise, of n_out numbers each.
///
/// ```
/// use backprop::{Engine, graph, vectorized};
///
/// /// Makes one pass over some samples on any engine, and returns the mean cost.
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
    /// Returns the layer sizes, activations and cost.
    fn architecture(&self) -> &Architecture;

    /// Returns a copy of all weights and biases, in the shape of the architecture.
    fn parameters(&self) -> Parameters;

    /// Replaces all weights and biases.
    ///
    /// # Panics
    /// If the shapes are not this network's.
    fn set_parameters(&mut self, parameters: &Parameters);

    /// Returns the output vector, n_out numbers, for one sample of n_in. (`&mut`: nodes and layers remember their
    /// outputs.)
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64>;

    /// Returns the output vectors for many samples: one row of n_out numbers for each row of n_in.
    ///
    /// # Panics
    /// If the slice does not hold whole rows.
    fn predict_rows(&mut self, samples: &[f64]) -> Vec<f64> {
        let inputs = self.architecture().input_size();
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        samples.chunks_exact(inputs).flat_map(|sample| self.predict(Sample(sample))).collect()
    }

    /// Takes one step of gradient descent on one sample, w ← w + rate · gradient. Returns the cost before the step.
    ///
    /// # Panics
    /// If the sample or the label is not as long as its layer.
    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64;

    /// Takes one step for each sample, in order, until the sum of the costs is infinite or not a number.
    ///
    /// # Panics
    /// If the two slices do not hold the same number of whole rows.
    fn train_each(&mut self, labels: &[f64], samples: &[f64], rate: f64) -> Trained {
        let (inputs, outputs) = (self.architecture().input_size(), self.architecture().output_size());
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        assert_eq!(samples.len() / inputs * outputs, labels.len(), "each sample needs one label");
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

    /// Takes one step on the mean gradient of a mini-batch, with what `step` adds to plain gradient descent
    /// (`update_mini_batch` of network.py, Nielsen's equations 20 and 21; with L2, of network2.py). Returns the sum of
    /// the costs before the step, without any regularisation term; under dropout, these are the costs of the thinned
    /// networks.
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
    /// If the two slices do not hold the same number of whole rows, or hold none; or if the probability of dropout is
    /// 1 or more.
    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64;

    /// Takes the step of [`Engine::train_mini_batch`] on the `chosen` samples of a set without zeros. The result is
    /// the same, bit for bit.
    ///
    /// ```
    /// use backprop::{Engine, MiniBatchStep, SparseSamples, vectorized};
    ///
    /// let (rows, step) = ([0.0, 1.0, 0.0, 0.0, 0.5, 0.0], MiniBatchStep::plain(0.3)); // two samples
    /// let mut samples = SparseSamples::new(3);
    /// rows.chunks(3).for_each(|row| samples.push(row));
    /// let mut one = vectorized::Network::new(&[3, 2], 0);
    /// let mut other = one.clone();
    /// one.train_mini_batch(&[0.9, 0.1, 0.1, 0.9], &rows, &step);
    /// other.train_sparse(&[0.9, 0.1, 0.1, 0.9], &samples, &[0, 1], &step);
    /// assert_eq!(one.parameters(), other.parameters());
    /// ```
    ///
    /// # Panics
    /// As [`Engine::train_mini_batch`], or if a chosen sample does not exist.
    fn train_sparse(
        &mut self,
        labels: &[f64],
        samples: &SparseSamples,
        chosen: &[usize],
        step: &MiniBatchStep,
    ) -> f64 {
        let rows: Vec<f64> = chosen.iter().flat_map(|&index| samples.sample(index)).collect();
        self.train_mini_batch(labels, &rows, step)
    }
}

/// The result of a run of single-sample steps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trained {
    /// Samples trained on; fewer than given only if the sum of the costs became infinite or not a number.
    pub samples: usize,
    /// The sum of the costs, each taken before its own step.
    pub cost: f64,
}
