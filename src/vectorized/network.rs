//! The network: a list of layers. Ports `Network` of fc.py, and the mini-batches of network.py.

use super::FullConnectedLayer;
use super::mini_batch::MiniBatch;
use super::number::Number;
use super::threads::Threads;
use crate::{
    Architecture, Engine, Error, ErrorKind, Label, MiniBatchStep, Parameters, Sample, SparseSamples, Trained,
    WeightInit,
};

/// The number of samples predicted together, few enough for their outputs to stay in the cache.
const PREDICT_BLOCK: usize = 128;

/// A fully connected network, one matrix per layer.
///
/// ```
/// use backprop::vectorized::Network;
/// use backprop::{Label, Sample};
///
/// // Three inputs, four hidden neurons, two outputs; small random weights from seed 0.
/// let mut network = Network::new(&[3, 4, 2], 0);
/// let (sample, label) = (Sample(&[1.0, 0.5, 0.0]), Label(&[0.9, 0.1]));
/// let before = network.predict(sample);
/// network.train_one_sample(label, sample, 0.3);
/// let after = network.predict(sample);
/// assert!(network.loss(&after, label) < network.loss(&before, label));
/// ```
///
/// A training step takes time in proportion to the number of weights whose inputs are not 0, and far less time than a
/// step of the [object graph](crate::graph). The network is also an [`Engine`], for rows of samples and mini-batches.
///
/// It computes in f64, or in f32, where all numbers take half the bytes: [`Network::zeros`].
#[derive(Debug, Clone)]
pub struct Network<T: Number = f64> {
    architecture: Architecture,
    layers: Vec<FullConnectedLayer<T>>,
    /// The state of the layers after a mini-batch.
    mini_batch: MiniBatch<T>,
    threads: Threads,
}

impl Network {
    /// Creates a network of sigmoid neurons with small random weights, uniform in ±0.1, all biases at 0 (fc.py), and
    /// the quadratic cost.
    ///
    /// `sizes` are the numbers of neurons in each layer, input first. With the same seed, the weights are those of
    /// [`graph::Network::new`](crate::graph::Network::new); the biases differ, because there they are random, as in
    /// bp.py.
    ///
    /// # Panics
    /// If [`Network::try_new`] returns an error.
    #[track_caller]
    pub fn new(sizes: &[usize], seed: u64) -> Self {
        let architecture = Architecture::new(sizes);
        let mut network = Self::with_zeros(&architecture);
        let mut parameters = WeightInit::Small.draw(&architecture, seed);
        for layer in &mut parameters.layers {
            layer.biases.fill(0.0);
        }
        network.set_parameters(&parameters);
        network
    }

    /// Creates a network with these weights and biases.
    ///
    /// # Panics
    /// If the parameters do not fit the architecture, or if [`Network::try_new`] returns an error.
    #[track_caller]
    pub fn from_parameters(architecture: &Architecture, parameters: &Parameters) -> Self {
        let mut network = Self::with_zeros(architecture);
        network.set_parameters(parameters);
        network
    }

    #[track_caller]
    fn with_zeros(architecture: &Architecture) -> Self {
        match Self::try_new(architecture) {
            Ok(network) => network,
            Err(error) => panic!("{error}"),
        }
    }

    /// Creates a network with all weights and biases at 0, in f64.
    ///
    /// # Errors
    /// An architecture that no network can have ([`Architecture::check`]), or [`ErrorKind::TooLarge`]: more weights than
    /// memory can hold.
    pub fn try_new(architecture: &Architecture) -> Result<Self, Error> {
        Self::zeros(architecture)
    }
}

impl<T: Number> Network<T> {
    /// Creates a network that computes in f64 or f32, with all weights and biases at 0.
    ///
    /// Samples, labels, costs and [`Parameters`] are f64 in any case; an f32 network rounds what it is given, and f64
    /// holds each of its own numbers exactly.
    ///
    /// ```
    /// use backprop::{Architecture, Engine, MiniBatchStep, WeightInit, vectorized::Network};
    ///
    /// let architecture = Architecture::new(&[3, 4, 2]);
    /// let start = WeightInit::Small.draw(&architecture, 0);
    /// let mut double = Network::from_parameters(&architecture, &start);
    /// let mut single = Network::<f32>::zeros(&architecture)?;
    /// single.set_parameters(&start);
    /// let (label, sample, step) = ([0.9, 0.1], [1.0, 0.5, 0.0], MiniBatchStep::plain(0.3));
    /// for network in [&mut double as &mut dyn Engine, &mut single] {
    ///     network.train_mini_batch(&label, &sample, &step);
    /// }
    /// let difference = double.parameters().max_difference(&single.parameters());
    /// assert!(0.0 < difference && difference < 1e-7); // f32 has seven digits
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Errors
    /// See [`Network::try_new`].
    pub fn zeros(architecture: &Architecture) -> Result<Self, Error> {
        architecture.check()?;
        check_memory::<T>(architecture)?;
        let pairs = architecture.sizes.windows(2).zip(&architecture.activations);
        let layers: Vec<_> = pairs
            .map(|(pair, activation)| FullConnectedLayer::zeros(pair[0], pair[1], *activation))
            .collect();
        let mini_batch = MiniBatch::new(&layers);
        Ok(Self { architecture: architecture.clone(), layers, mini_batch, threads: Threads::one() })
    }

    /// Sets the number of threads for mini-batches and [`Engine::predict_rows`], 1 by default. No result depends on it.
    ///
    /// 0 counts as 1. Small mini-batches stay on one thread, because waking another would cost more than it saves.
    ///
    /// ```
    /// use backprop::{Engine, MiniBatchStep, vectorized::Network};
    ///
    /// let (samples, labels) = (vec![0.5; 64 * 1000], vec![0.1; 64 * 10]);
    /// let mut one = Network::new(&[1000, 64, 10], 0);
    /// let mut two = one.clone();
    /// two.set_threads(2)?;
    /// for network in [&mut one, &mut two] {
    ///     network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.3));
    /// }
    /// assert_eq!(one.parameters(), two.parameters()); // to the bit
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if the operating system does not provide that many threads.
    pub fn set_threads(&mut self, threads: usize) -> Result<(), Error> {
        self.threads = Threads::start(threads)?;
        Ok(())
    }

    /// Returns the layers, starting with the first after the input.
    pub fn layers(&self) -> &[FullConnectedLayer<T>] {
        &self.layers
    }

    /// Returns the layers for changing single weights ([`FullConnectedLayer::set_weight`]).
    pub fn layers_mut(&mut self) -> &mut [FullConnectedLayer<T>] {
        &mut self.layers
    }

    /// Returns the output vector, n_out numbers, for one sample of n_in (fc.py's `predict`; equation 2, layer by
    /// layer).
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    #[track_caller]
    pub fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        self.forward(sample);
        T::in_double(self.output()).into_owned()
    }

    /// Trains on every sample in turn, `epoch` times over (fc.py's `train`).
    ///
    /// # Panics
    /// If the numbers of labels and samples differ, or one is not as long as its layer.
    #[track_caller]
    pub fn train(&mut self, labels: &[Label<'_>], data_set: &[Sample<'_>], rate: f64, epoch: usize) {
        assert_eq!(labels.len(), data_set.len(), "each sample needs one label");
        for _ in 0..epoch {
            for (&label, &sample) in labels.iter().zip(data_set) {
                self.train_one_sample(label, sample, rate);
            }
        }
    }

    /// Takes one step of gradient descent on one sample (fc.py's `train_one_sample`): predict,
    /// [`Network::calc_gradient`], [`Network::update_weight`]. Returns the cost before the step.
    ///
    /// ```
    /// use backprop::{Engine, Label, Sample, graph, vectorized};
    ///
    /// // The same step as in the object graph, up to rounding.
    /// let mut objects = graph::Network::new(&[3, 4, 2], 0);
    /// let architecture = objects.architecture.clone();
    /// let mut matrices = vectorized::Network::from_parameters(&architecture, &objects.parameters());
    /// objects.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
    /// matrices.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
    /// assert!(objects.parameters().max_difference(&matrices.parameters()) < 1e-15);
    /// ```
    ///
    /// # Panics
    /// If the label or the sample is not as long as its layer.
    #[track_caller]
    pub fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
        self.forward(sample);
        self.calc_gradient(label);
        self.update_weight(rate);
        self.loss(&T::in_double(self.output()), label)
    }

    /// Computes every layer's delta, −∂E/∂z, from the last layer back to the first after the input (fc.py's
    /// `calc_gradient`; equations 3 and 8), for the sample that was last predicted.
    ///
    /// A layer's delta and its inputs determine its gradient; see [`FullConnectedLayer::update`].
    ///
    /// # Panics
    /// If the label is not as long as the output layer.
    #[track_caller]
    pub fn calc_gradient(&mut self, label: Label<'_>) {
        let last = self.layers.len() - 1;
        self.layers[last].calc_output_layer_delta(label.0, self.architecture.cost);
        for index in (1..=last).rev() {
            let (before, this) = self.layers.split_at_mut(index);
            this[0].backward(&mut before[index - 1]);
        }
    }

    /// Moves every layer's weights along their gradient, w ← w + rate·δ·x (fc.py's `update_weight`).
    pub fn update_weight(&mut self, rate: f64) {
        for layer in &mut self.layers {
            layer.update(rate);
        }
    }

    /// Returns the cost of one output vector of n_out numbers (fc.py's `loss`, and the crate's other costs).
    ///
    /// # Panics
    /// If the label is not as long as the output.
    #[track_caller]
    pub fn loss(&self, output: &[f64], label: Label<'_>) -> f64 {
        self.architecture.cost.value(output, label.0)
    }

    /// Returns the output vector of the last single sample, n_out numbers; zeros before the first. (Rows and
    /// mini-batches do not change it.)
    pub fn output(&self) -> &[T] {
        self.layers[self.layers.len() - 1].output()
    }

    /// Returns the gradients −∂E/∂w of the last single sample, in the shape of the parameters: what an update at rate
    /// 1 adds.
    ///
    /// They are computed from what [`Network::calc_gradient`] and the forward pass before it saved, so call this
    /// before the next prediction. Mini-batches save nothing for it.
    ///
    /// ```
    /// use backprop::{Label, Sample, vectorized::Network};
    ///
    /// let mut network = Network::new(&[2, 1], 0);
    /// network.predict(Sample(&[1.0, 0.5]));
    /// network.calc_gradient(Label(&[0.9]));
    /// let gradient = network.gradient();
    /// let delta = gradient.layers[0].biases[0];
    /// assert_eq!(gradient.layers[0].weights[0], [delta, delta * 0.5]); // δ·x
    /// ```
    pub fn gradient(&self) -> Parameters {
        Parameters { layers: self.layers.iter().map(FullConnectedLayer::gradient).collect() }
    }

    /// Formats all layers as fc.py prints them.
    ///
    /// ```
    /// use backprop::vectorized::Network;
    /// use backprop::{Architecture, Parameters};
    ///
    /// let architecture = Architecture::new(&[2, 1]);
    /// let network = Network::from_parameters(&architecture, &Parameters::zeros(&architecture));
    /// assert_eq!(network.dump(), "W: [[0, 0]]\nb: [[0]]\n");
    /// ```
    pub fn dump(&self) -> String {
        self.layers.iter().map(FullConnectedLayer::dump).collect()
    }

    /// Implements [`Engine::predict_rows`].
    #[track_caller]
    fn outputs_of_rows(&self, samples: &[f64]) -> Vec<f64> {
        let Self { architecture, layers, threads, .. } = self;
        let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
        let count = self.count_samples(samples);
        let mut rows = vec![0.0; count * outputs];
        let weights = architecture.parameter_count().unwrap_or(usize::MAX);
        let used = threads.worth(count.saturating_mul(weights));
        let share = count.div_ceil(used).max(1);
        let shares = samples.chunks(share * inputs).zip(rows.chunks_mut(share * outputs));
        threads.share_out(used, shares, |(samples, rows)| {
            let mut mini_batch = MiniBatch::new(layers);
            let blocks = samples.chunks(PREDICT_BLOCK * inputs).zip(rows.chunks_mut(PREDICT_BLOCK * outputs));
            for (samples, rows) in blocks {
                mini_batch.take_rows(samples, inputs);
                rows.copy_from_slice(&T::in_double(mini_batch.predict(layers, &Threads::one())));
            }
        });
        rows
    }

    /// Implements [`Engine::train_each`].
    #[track_caller]
    fn step_by_step(&mut self, labels: &[f64], samples: &[f64], rate: f64) -> Trained {
        let (inputs, outputs) = (self.architecture.input_size(), self.architecture.output_size());
        assert_eq!(self.count_samples(samples) * outputs, labels.len(), "each sample needs one label");
        let mut labels = labels.chunks_exact(outputs).map(Label);
        let mut samples = samples.chunks_exact(inputs).map(Sample);
        let mut trained = Trained::default();
        let (Some(mut label), Some(sample)) = (labels.next(), samples.next()) else { return trained };
        self.forward(sample);
        loop {
            trained.cost += self.loss(&T::in_double(self.output()), label);
            trained.samples += 1;
            self.calc_gradient(label);
            let next = labels.next().zip(samples.next()).filter(|_| trained.cost.is_finite());
            let Some((next_label, next_sample)) = next else { break };
            self.update_and_forward(rate, next_sample);
            label = next_label;
        }
        self.update_weight(rate);
        trained
    }

    /// Takes the step on the samples that the mini-batch has taken.
    #[track_caller]
    fn one_step(&mut self, count: usize, labels: &[f64], step: &MiniBatchStep) -> f64 {
        assert!(count > 0, "a mini-batch needs at least one sample");
        assert_eq!(count * self.architecture.output_size(), labels.len(), "each sample needs one label");
        let dropout = step.dropout.as_ref().filter(|dropout| dropout.probability > 0.0);
        assert!(
            dropout.is_none_or(|d| d.probability < 1.0),
            "dropout must leave some neurons: probability below 1"
        );

        let Self { architecture, layers, mini_batch, threads } = self;
        mini_batch.calc_deltas(layers, architecture.cost, labels, dropout, threads);
        mini_batch.update(layers, step.rate / count as f64, step.weight_decay, threads);
        mini_batch.costs.iter().sum()
    }

    /// Performs the forward pass: each layer's output is the next one's input.
    #[track_caller]
    fn forward(&mut self, sample: Sample<'_>) {
        let inputs = self.architecture.input_size();
        assert_eq!(sample.0.len(), inputs, "the sample must be as long as the input layer");
        self.layers[0].forward(sample.0);
        for index in 1..self.layers.len() {
            let (before, this) = self.layers.split_at_mut(index);
            this[0].forward(before[index - 1].output());
        }
    }

    /// Performs [`Network::update_weight`] for the last sample and [`Network::forward`] for the next one.
    fn update_and_forward(&mut self, rate: f64, sample: Sample<'_>) {
        self.layers[0].update_and_forward(rate, sample.0);
        for index in 1..self.layers.len() {
            let (before, this) = self.layers.split_at_mut(index);
            this[0].update_and_forward(rate, before[index - 1].output());
        }
    }

    #[track_caller]
    fn count_samples(&self, samples: &[f64]) -> usize {
        let inputs = self.architecture.input_size();
        assert!(samples.len().is_multiple_of(inputs), "samples must be whole rows");
        samples.len() / inputs
    }
}

/// Implements [`Engine`] without type parameters: generic code is compiled and optimised by the crate that calls it;
/// this is compiled here, with everything it calls.
macro_rules! engine {
    ($number:ty) => {
        impl Engine for Network<$number> {
            fn architecture(&self) -> &Architecture {
                &self.architecture
            }

            fn parameters(&self) -> Parameters {
                Parameters { layers: self.layers.iter().map(FullConnectedLayer::parameters).collect() }
            }

            #[track_caller]
            fn set_parameters(&mut self, parameters: &Parameters) {
                assert!(parameters.fit(&self.architecture), "the parameters must fit the network's layers");
                for (layer, parameters) in self.layers.iter_mut().zip(&parameters.layers) {
                    layer.set_parameters(parameters);
                }
            }

            fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
                Self::predict(self, sample)
            }

            #[track_caller]
            fn predict_rows(&mut self, samples: &[f64]) -> Vec<f64> {
                self.outputs_of_rows(samples)
            }

            #[track_caller]
            fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
                Self::train_one_sample(self, label, sample, rate)
            }

            #[track_caller]
            fn train_each(&mut self, labels: &[f64], samples: &[f64], rate: f64) -> Trained {
                self.step_by_step(labels, samples, rate)
            }

            #[track_caller]
            fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64 {
                let count = self.count_samples(samples);
                self.mini_batch.take_rows(samples, self.architecture.input_size());
                self.one_step(count, labels, step)
            }

            #[track_caller]
            fn train_sparse(
                &mut self,
                labels: &[f64],
                samples: &SparseSamples,
                chosen: &[usize],
                step: &MiniBatchStep,
            ) -> f64 {
                let inputs = self.architecture.input_size();
                assert_eq!(samples.input_size(), inputs, "samples must be as long as the input layer");
                self.mini_batch.take_sparse(samples, chosen);
                self.one_step(chosen.len(), labels, step)
            }
        }
    };
}
engine!(f64);
engine!(f32);

/// Checks that the weights fit into memory, before they are allocated.
fn check_memory<T: Number>(architecture: &Architecture) -> Result<(), Error> {
    let too_large = || {
        let found = format!("sizes {} need more memory than there is", architecture.sizes_text());
        Error::new(ErrorKind::TooLarge, found).remedy("make a layer smaller")
    };
    // All reservations are held until the end; otherwise each in turn could get memory that is enough for only one of
    // them.
    let mut reserved = Vec::new();
    for pair in architecture.sizes.windows(2) {
        let padded_rows = pair[1].checked_next_multiple_of(T::LANES);
        let count = padded_rows.and_then(|rows| rows.checked_mul(pair[0])?.checked_add(T::LANES));
        let mut weights = Vec::<T>::new();
        weights.try_reserve_exact(count.ok_or_else(too_large)?).map_err(|_| too_large())?;
        reserved.push(weights);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_threads_work_as_were_asked_for() {
        let mut network = Network::new(&[2, 1], 0);
        let mut most = |threads: usize| {
            network.set_threads(threads).expect("the threads start");
            network.threads.worth(usize::MAX)
        };
        assert_eq!([most(1), most(3), most(0)], [1, 3, 1]);
    }
}
