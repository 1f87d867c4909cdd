//! fc.py in Rust: one matrix per layer, every formula one line of ndarray. Slow, and worth reading first.
//!
//! This is the network of [`vectorized`](super) before anything was done for speed, and the second rung of the ladder
//! described there. It serves as a third opinion in the tests, and is measured in `benches/engines.rs`. On 784-300-10
//! it takes longer than numpy: `w.t().dot(…)` walks a row-by-row matrix against its grain, and `w_grad` is a matrix as
//! large as the weights, allocated and dropped for every sample.

use ndarray::{Array1, Array2, Axis};

use crate::{Activation, Architecture, Cost, Label, LayerParameters, Parameters, Sample};

/// A fully connected layer, as in fc.py.
///
/// ```
/// use backprop::vectorized::textbook::FullConnectedLayer;
/// use backprop::{Activation, LayerParameters};
/// use ndarray::array;
///
/// let parameters = LayerParameters { weights: vec![vec![2.0, -1.0]], biases: vec![0.5] };
/// let mut layer = FullConnectedLayer::new(&parameters, Activation::Identity);
/// layer.forward(&array![3.0, 1.0]);
/// assert_eq!(layer.output, array![5.5]); // W·x + b
/// layer.backward(&array![10.0], Activation::Identity); // this layer's own δ
/// assert_eq!(layer.delta, array![20.0, -10.0]); // Wᵀ·δ
/// assert_eq!(layer.w_grad, array![[30.0, 10.0]]); // δ·xᵀ
/// ```
#[derive(Debug, Clone)]
pub struct FullConnectedLayer {
    /// The function between weighted input and output.
    pub activation: Activation,
    /// W, n_out × n_in.
    pub w: Array2<f64>,
    /// b, n_out.
    pub b: Array1<f64>,
    /// x, n_in, as last passed to `forward`.
    pub input: Array1<f64>,
    /// a, n_out.
    pub output: Array1<f64>,
    /// −∂E/∂z of the layer before, n_in: the error term that `backward` passes on.
    pub delta: Array1<f64>,
    /// −∂E/∂W, n_out × n_in.
    pub w_grad: Array2<f64>,
    /// −∂E/∂b, n_out.
    pub b_grad: Array1<f64>,
}

impl FullConnectedLayer {
    /// Creates a layer with these weights and biases; everything else starts at 0.
    ///
    /// # Panics
    /// If there are no rows of weights, or rows differ in length.
    pub fn new(parameters: &LayerParameters, activation: Activation) -> Self {
        let (rows, columns) = (parameters.weights.len(), parameters.weights[0].len());
        let numbers = parameters.weights.iter().flatten().copied().collect();
        Self {
            activation,
            w: Array2::from_shape_vec((rows, columns), numbers).expect("all rows must have the same length"),
            b: Array1::from_vec(parameters.biases.clone()),
            input: Array1::zeros(columns),
            output: Array1::zeros(rows),
            delta: Array1::zeros(columns),
            w_grad: Array2::zeros((rows, columns)),
            b_grad: Array1::zeros(rows),
        }
    }

    /// Computes equation 2: a = σ(W·x + b), for n_in inputs.
    ///
    /// # Panics
    /// If the input is not as long as W is wide.
    pub fn forward(&mut self, input: &Array1<f64>) {
        self.input.assign(input);
        self.output = self.w.dot(input) + &self.b;
        self.activation.apply(self.output.as_slice_mut().expect("a vector lies in one piece"));
    }

    /// Computes equation 8: the delta of the layer before is σ'(x) ∘ Wᵀ·δ, with the slope of the function that
    /// produced x, and this layer's gradients are δ·xᵀ and δ.
    ///
    /// `delta` is this layer's own δ, n_out numbers; afterwards [`FullConnectedLayer::delta`] is that of the layer
    /// before.
    ///
    /// `DIFFERENCE:` fc.py takes the slope of x with this layer's own function.
    ///
    /// # Panics
    /// If `delta` is not as long as W is high.
    pub fn backward(&mut self, delta: &Array1<f64>, input_activation: Activation) {
        let slope = self.input.mapv(|x| input_activation.derivative_from_output(x));
        self.delta = slope * self.w.t().dot(delta);
        self.w_grad = outer(delta, &self.input);
        self.b_grad.assign(delta);
    }

    /// Takes a step of gradient descent: W ← W + η·∇W, b ← b + η·∇b, where ∇ are the gradients of
    /// [`FullConnectedLayer::backward`], which point downhill.
    pub fn update(&mut self, rate: f64) {
        self.w += &(rate * &self.w_grad);
        self.b += &(rate * &self.b_grad);
    }
}

/// Returns δ·xᵀ: the column δ times the row xᵀ.
fn outer(delta: &Array1<f64>, input: &Array1<f64>) -> Array2<f64> {
    let (column, row) = (delta.view().insert_axis(Axis(1)), input.view().insert_axis(Axis(0)));
    column.dot(&row)
}

/// The network of fc.py.
///
/// ```
/// use backprop::vectorized::{self, textbook};
/// use backprop::{Architecture, Engine, Label, Sample, WeightInit};
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let start = WeightInit::Small.draw(&architecture, 0);
/// let mut slow = textbook::Network::from_parameters(&architecture, &start);
/// let mut fast = vectorized::Network::from_parameters(&architecture, &start);
/// slow.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
/// fast.train_one_sample(Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.0]), 0.3);
/// assert!(slow.parameters().max_difference(&fast.parameters()) < 1e-15);
/// ```
#[derive(Debug, Clone)]
pub struct Network {
    /// The layers, starting with the first after the input.
    pub layers: Vec<FullConnectedLayer>,
    /// The cost, which training makes smaller.
    pub cost: Cost,
}

impl Network {
    /// Creates a network with these weights and biases.
    ///
    /// They are not checked against the architecture: [`Parameters::fit`] does that.
    ///
    /// # Panics
    /// See [`FullConnectedLayer::new`].
    pub fn from_parameters(architecture: &Architecture, parameters: &Parameters) -> Self {
        let layers = parameters.layers.iter().zip(&architecture.activations);
        let layers = layers.map(|(layer, activation)| FullConnectedLayer::new(layer, *activation));
        Self { layers: layers.collect(), cost: architecture.cost }
    }

    /// Returns the output vector, n_out numbers, for one sample of n_in.
    ///
    /// # Panics
    /// If the sample is not as long as the input layer.
    #[track_caller]
    pub fn predict(&mut self, sample: Sample<'_>) -> Array1<f64> {
        // ndarray would broadcast a single number to any length.
        assert_eq!(sample.0.len(), self.layers[0].w.ncols(), "the sample must be as long as the input layer");
        let mut output = Array1::from(sample.0.to_vec());
        for layer in &mut self.layers {
            layer.forward(&output);
            output = layer.output.clone();
        }
        output
    }

    /// Takes one step of gradient descent on one sample.
    ///
    /// # Panics
    /// If the sample is not as long as the input layer, or the label not as long as the output layer.
    #[track_caller]
    pub fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) {
        self.predict(sample);
        self.calc_gradient(label);
        self.update_weight(rate);
    }

    /// Computes the gradients of every layer, from the last back to the first, for the sample that was last predicted.
    ///
    /// # Panics
    /// If the label is not as long as the output layer.
    #[track_caller]
    pub fn calc_gradient(&mut self, label: Label<'_>) {
        let last = self.layers.len() - 1;
        let Self { layers, cost } = self;
        assert_eq!(label.0.len(), layers[last].w.nrows(), "the label must be as long as the output layer");
        let mut delta = output_layer_delta(*cost, layers[last].activation, &layers[last].output, label);
        for index in (0..=last).rev() {
            // No function produced the network's input: its slope is 1. (Its delta is computed, and not used.)
            let input_activation =
                if index == 0 { Activation::Identity } else { layers[index - 1].activation };
            layers[index].backward(&delta, input_activation);
            delta.clone_from(&layers[index].delta);
        }
    }

    /// Moves every layer's weights along their gradient, by `rate` times it.
    pub fn update_weight(&mut self, rate: f64) {
        for layer in &mut self.layers {
            layer.update(rate);
        }
    }

    /// Returns a copy of all weights and biases.
    pub fn parameters(&self) -> Parameters {
        Parameters { layers: self.layers.iter().map(|layer| copy(&layer.w, &layer.b)).collect() }
    }

    /// Returns the gradients −∂E/∂w as last computed, in the shape of the parameters; zeros before the first time.
    pub fn gradient(&self) -> Parameters {
        Parameters { layers: self.layers.iter().map(|layer| copy(&layer.w_grad, &layer.b_grad)).collect() }
    }
}

/// Returns a copy of a layer's weights and biases, or of their gradients.
pub(super) fn copy(w: &Array2<f64>, b: &Array1<f64>) -> LayerParameters {
    let weights = w.rows().into_iter().map(|row| row.to_vec()).collect();
    LayerParameters { weights, biases: b.to_vec() }
}

/// Returns the delta of the output layer, one neuron after the other.
pub(super) fn output_layer_delta(
    cost: Cost,
    activation: Activation,
    output: &Array1<f64>,
    label: Label<'_>,
) -> Array1<f64> {
    let pairs = output.iter().zip(label.0);
    pairs.map(|(a, y)| cost.output_layer_delta(activation, *a, *y)).collect()
}
