//! The rungs between the textbook and the full version: memory order, then zeros. Uses only ndarray.
//!
//! The mathematics is [`textbook`](super::textbook)'s. Compare `forward`, `backward` and `update` with the ones there:
//!
//! - **Memory order.** W keeps its shape n_out × n_in, but is stored column by column. W·x is then a sum of columns
//!   and Wᵀ·δ one dot product per column: both walk along the grain. The update adds to each column in place, so no
//!   gradient matrix is allocated, filled and dropped; and the delta of the network's input, which is not needed, is
//!   not computed.
//! - **Zeros.** With [`Network::skip_zeros`], the column of an input that is 0 is neither read nor written.
//!
//! `benches/engines.rs` measures the gain from each.

use ndarray::{Array1, Array2, ShapeBuilder};

use super::textbook::{copy, output_layer_delta};
use crate::{Activation, Architecture, Cost, Label, LayerParameters, Parameters, Sample};

/// A layer whose weights are stored column by column.
#[derive(Debug, Clone)]
struct Layer {
    activation: Activation,
    /// W, n_out × n_in, in Fortran order.
    w: Array2<f64>,
    b: Array1<f64>,
    input: Array1<f64>,
    output: Array1<f64>,
}

impl Layer {
    fn new(parameters: &LayerParameters, activation: Activation) -> Self {
        let (rows, columns) = (parameters.weights.len(), parameters.weights[0].len());
        Self {
            activation,
            w: Array2::from_shape_fn((rows, columns).f(), |(row, column)| parameters.weights[row][column]),
            b: Array1::from_vec(parameters.biases.clone()),
            input: Array1::zeros(columns),
            output: Array1::zeros(rows),
        }
    }

    /// Computes equation 2: W·x as the sum of W's columns, each times its input.
    fn forward(&mut self, input: &Array1<f64>, skip_zeros: bool) {
        self.input.assign(input);
        self.output.assign(&self.b);
        for (column, x) in self.w.columns().into_iter().zip(input) {
            if skip_zeros && *x == 0.0 {
                continue;
            }
            self.output.scaled_add(*x, &column);
        }
        self.activation.apply(self.output.as_slice_mut().expect("a vector lies in one piece"));
    }

    /// Computes equation 8: Wᵀ·δ, one column at a time.
    fn backward(&self, delta: &Array1<f64>, input_activation: Activation) -> Array1<f64> {
        let columns = self.w.columns().into_iter().zip(&self.input);
        columns.map(|(column, x)| input_activation.derivative_from_output(*x) * column.dot(delta)).collect()
    }

    /// Computes W ← W + η·δ·xᵀ, one column at a time.
    fn update(&mut self, delta: &Array1<f64>, rate: f64, skip_zeros: bool) {
        for (mut column, x) in self.w.columns_mut().into_iter().zip(&self.input) {
            if skip_zeros && *x == 0.0 {
                continue;
            }
            column.scaled_add(rate * x, delta);
        }
        self.b.scaled_add(rate, delta);
    }
}

/// The textbook network with its weights in column order.
///
/// ```
/// use backprop::vectorized::rungs::Network;
/// use backprop::{Architecture, Label, Sample, WeightInit};
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let start = WeightInit::Small.draw(&architecture, 0);
/// let [with_zeros, without] = [false, true].map(|skip_zeros| {
///     let mut network = Network::from_parameters(&architecture, &start, skip_zeros);
///     network.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
///     network.parameters()
/// });
/// assert_eq!(with_zeros, without);
/// ```
#[derive(Debug, Clone)]
pub struct Network {
    layers: Vec<Layer>,
    cost: Cost,
    /// Leaves out the columns of inputs that are 0.
    pub skip_zeros: bool,
}

impl Network {
    /// Creates a network with these weights and biases. They are not checked against the architecture:
    /// [`Parameters::fit`] does that.
    ///
    /// # Panics
    /// If a layer has no row of weights, or has one that is shorter than the first.
    pub fn from_parameters(architecture: &Architecture, parameters: &Parameters, skip_zeros: bool) -> Self {
        let layers = parameters.layers.iter().zip(&architecture.activations);
        let layers = layers.map(|(layer, activation)| Layer::new(layer, *activation));
        Self { layers: layers.collect(), cost: architecture.cost, skip_zeros }
    }

    /// Takes one step of gradient descent on one sample, of n_in numbers, with a label of n_out.
    ///
    /// # Panics
    /// If the sample is not as long as the input layer, or the label not as long as the output layer.
    #[track_caller]
    pub fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) {
        let (first, last) = (&self.layers[0], &self.layers[self.layers.len() - 1]);
        assert_eq!(sample.0.len(), first.w.ncols(), "the sample must be as long as the input layer");
        assert_eq!(label.0.len(), last.w.nrows(), "the label must be as long as the output layer");
        let Self { layers, cost, skip_zeros } = self;
        let mut output = Array1::from(sample.0.to_vec());
        for layer in layers.iter_mut() {
            layer.forward(&output, *skip_zeros);
            output.clone_from(&layer.output);
        }
        let activation = layers[layers.len() - 1].activation;
        let mut delta = output_layer_delta(*cost, activation, &output, label);
        for index in (1..layers.len()).rev() {
            // The layer before gets its delta from these weights before they are updated.
            let before = layers[index].backward(&delta, layers[index - 1].activation);
            layers[index].update(&delta, rate, *skip_zeros);
            delta = before;
        }
        layers[0].update(&delta, rate, *skip_zeros);
    }

    /// Returns a copy of all weights and biases.
    pub fn parameters(&self) -> Parameters {
        Parameters { layers: self.layers.iter().map(|layer| copy(&layer.w, &layer.b)).collect() }
    }
}
