//! A layer as one matrix. Ports `FullConnectedLayer` of fc.py.
//!
//! [`textbook`](super::textbook) has the formulas in matrix form, in the order of fc.py. This file has the same three
//! methods, `forward`, `backward` and `update`, on columns that are laid out for speed.

use ndarray::Array2;

use super::NonZeros;
use super::exponential::finish;
use super::kernels::backward::{add_dots, multiply_by_slopes, sum_up};
use super::kernels::forward::{activate, forward_walk};
use super::kernels::update::{update_biases, update_by_sample};
use super::kernels::visit::update_and_forward;
use super::number::{Lanes as _, Number};
use super::panel_matrix::PanelMatrix;
use crate::gradient_check::Real;
use crate::{Activation, Cost, LayerParameters};

/// A fully connected layer: its weights, its biases, and what the last forward pass saved for the backward pass.
///
/// ```
/// use backprop::vectorized::FullConnectedLayer;
/// use backprop::{Activation, Cost};
///
/// let mut layer = FullConnectedLayer::new(3, 2, Activation::Sigmoid);
/// assert_eq!(layer.weights().shape(), &[2, 3]); // n_out × n_in
/// layer.forward(&[1.0, 0.0, 0.5]);
/// assert_eq!(layer.output(), [0.5, 0.5]); // all weights are still 0
/// layer.calc_output_layer_delta(&[1.0, 0.0], Cost::Quadratic);
/// assert_eq!(layer.delta(), [0.125, -0.125]); // ½·(1 − ½)·(label − ½)
/// layer.update(0.8);
/// assert_eq!(layer.biases(), [0.1, -0.1]); // 0.8·δ
/// assert_eq!(layer.weights().row(0).to_vec(), [0.1, 0.0, 0.05]); // 0.8·δ·x
/// ```
#[derive(Debug, Clone)]
pub struct FullConnectedLayer<T: Number = f64> {
    activation: Activation,
    /// W, n_out × n_in.
    pub(super) weights: PanelMatrix<T>,
    /// b, n_out × 1.
    pub(super) biases: PanelMatrix<T>,
    /// The last sample's inputs that are not 0.
    inputs: NonZeros<T>,
    /// The next sample's inputs that are not 0, while both are needed.
    next_inputs: NonZeros<T>,
    /// The last sample's outputs, n_out × 1.
    outputs: PanelMatrix<T>,
    /// −∂E/∂z of the last sample, n_out × 1.
    deltas: PanelMatrix<T>,
    /// The sums from which the deltas were computed.
    partial_sums: Vec<T::Lanes>,
}

impl FullConnectedLayer {
    /// Creates a layer of n_in = `input_size` inputs and n_out = `output_size` neurons, with all weights and biases at
    /// 0, in f64.
    ///
    /// `DIFFERENCE:` fc.py draws the weights here; this port takes them from [`WeightInit`](crate::WeightInit) or a
    /// file.
    pub fn new(input_size: usize, output_size: usize, activation: Activation) -> Self {
        Self::zeros(input_size, output_size, activation)
    }
}

impl<T: Number> FullConnectedLayer<T> {
    /// Creates a layer as [`FullConnectedLayer::new`] does, in f64 or f32.
    pub fn zeros(input_size: usize, output_size: usize, activation: Activation) -> Self {
        Self {
            activation,
            weights: PanelMatrix::zeros(output_size, input_size),
            biases: PanelMatrix::zeros(output_size, 1),
            inputs: NonZeros::default(),
            next_inputs: NonZeros::default(),
            outputs: PanelMatrix::zeros(output_size, 1),
            deltas: PanelMatrix::zeros(output_size, 1),
            partial_sums: Vec::new(),
        }
    }

    /// Computes the output for one input vector of n_in numbers: a = σ(W·x + b) (equation 2; fc.py's `forward`).
    ///
    /// [`FullConnectedLayer::output`] returns it. Inputs are rounded to T, and those that are 0 are skipped.
    ///
    /// # Panics
    /// If the length of the input is not n_in.
    #[track_caller]
    pub fn forward<S: Real>(&mut self, input: &[S]) {
        assert_eq!(input.len(), self.input_size(), "the input must be as long as the layer is wide");
        self.inputs.clear();
        self.inputs.push(input);
        let panels = self.outputs.panels_mut().zip(self.weights.panels()).zip(self.biases.panels());
        for ((outputs, weights), biases) in panels {
            forward_walk::<T>(outputs, weights, biases, &self.inputs);
            activate::<T>(outputs, self.activation);
        }
        finish(self.activation, self.outputs.vector_mut());
    }

    /// Computes this layer's delta, −∂E/∂z, as that of the output layer (equation 3 in matrix form), from the output
    /// of the last [`FullConnectedLayer::forward`]. `label` is n_out numbers.
    ///
    /// # Panics
    /// If the label is not as long as the output.
    #[track_caller]
    pub fn calc_output_layer_delta(&mut self, label: &[f64], cost: Cost) {
        assert_eq!(label.len(), self.output_size(), "the label must be as long as the output layer");
        let pairs = self.outputs.vector().iter().zip(label);
        for (delta, (output, label)) in self.deltas.vector_mut().iter_mut().zip(pairs) {
            *delta = T::round_delta(cost.output_layer_delta(self.activation, output.to_f64(), *label));
        }
    }

    /// Computes the delta of the layer before from this layer's: σ'(x) ∘ Wᵀ·δ (equation 8; fc.py's `backward`).
    ///
    /// `DIFFERENCE:` fc.py takes the slope of the *input* with this layer's own activation function. That is right
    /// only while all layers have the same one: the slope belongs to the function that produced the input, that of the
    /// layer before.
    ///
    /// `DIFFERENCE:` fc.py also computes the delta of the network's input, from the first layer. No weight needs it,
    /// and the first layer has no layer before it to pass in.
    ///
    /// ```
    /// use backprop::vectorized::FullConnectedLayer;
    /// use backprop::{Activation, Cost};
    ///
    /// let mut hidden = FullConnectedLayer::new(1, 1, Activation::Identity);
    /// let mut output = FullConnectedLayer::new(1, 1, Activation::Identity);
    /// output.set_weight(0, 0, 3.0);
    /// hidden.forward(&[1.0]);
    /// output.forward(hidden.output());
    /// output.calc_output_layer_delta(&[0.5], Cost::Quadratic);
    /// output.backward(&mut hidden);
    /// assert_eq!(hidden.delta(), [1.5]); // slope 1, weight 3, delta 0.5
    /// ```
    ///
    /// # Panics
    /// If the number of outputs of the layer before differs from the number of inputs of this one.
    #[track_caller]
    pub fn backward(&self, layer_before: &mut Self) {
        assert_eq!(layer_before.output_size(), self.input_size(), "that is not the layer before");
        let Self { activation, outputs, deltas, partial_sums, .. } = layer_before;
        partial_sums.resize(self.input_size(), T::Lanes::ZEROS);
        partial_sums.fill(T::Lanes::ZEROS);
        for (weights, deltas) in self.weights.panels().zip(self.deltas.panels()) {
            add_dots::<T>(partial_sums, weights, deltas);
        }
        sum_up(partial_sums, deltas.vector_mut());
        multiply_by_slopes::<T>(deltas.lanes_mut(), outputs.lanes(), *activation);
    }

    /// Updates W ← W + η·δ·xᵀ and b ← b + η·δ in place (fc.py's `update`). x is the input of the last
    /// [`FullConnectedLayer::forward`], δ the delta computed after it.
    ///
    /// `DIFFERENCE:` fc.py's `backward` makes the matrix `W_grad` = δ·xᵀ, and `update` adds it. Here each product is
    /// added as soon as it is computed; [`FullConnectedLayer::gradient`] returns the matrix if you want to see it.
    pub fn update(&mut self, rate: f64) {
        let rate = T::from_f64(rate);
        for (weights, deltas) in self.weights.panels_mut().zip(self.deltas.panels()) {
            update_by_sample::<T>(weights, deltas, deltas.len(), &self.inputs, rate);
        }
        update_biases::<T>(self.biases.lanes_mut(), self.deltas.lanes(), rate);
    }

    /// Does the same as [`FullConnectedLayer::update`] followed by [`FullConnectedLayer::forward`] with the next
    /// sample's input, bit for bit.
    ///
    /// It visits each panel once: the forward pass finds its columns in the cache, where the update has left them.
    ///
    /// # Panics
    /// If the length of the input is not n_in.
    #[track_caller]
    pub fn update_and_forward<S: Real>(&mut self, rate: f64, input: &[S]) {
        let rate = T::from_f64(rate);
        assert_eq!(input.len(), self.input_size(), "the input must be as long as the layer is wide");
        self.next_inputs.clear();
        self.next_inputs.push(input);
        let panels = self.weights.panels_mut().zip(self.biases.panels_mut());
        let panels = panels.zip(self.deltas.panels()).zip(self.outputs.panels_mut());
        for (((weights, biases), deltas), outputs) in panels {
            update_biases::<T>(biases, deltas, rate);
            let rows = (self.inputs.row(0), self.next_inputs.row(0));
            update_and_forward::<T>(outputs, weights, biases, deltas, rate, rows);
            activate::<T>(outputs, self.activation);
        }
        finish(self.activation, self.outputs.vector_mut());
        std::mem::swap(&mut self.inputs, &mut self.next_inputs);
    }

    /// Returns −∂E/∂W, n_out rows of n_in, and −∂E/∂b of the last sample (fc.py's `W_grad` and `b_grad`).
    ///
    /// They come from the input of the last forward pass and the delta of the last backward pass, so call this before
    /// the next sample.
    ///
    /// They are computed by the code that trains, as what [`FullConnectedLayer::update`] at rate 1 adds to a layer of
    /// zeros.
    pub fn gradient(&self) -> LayerParameters {
        let mut zeros = Self::zeros(self.input_size(), self.output_size(), self.activation);
        (zeros.inputs, zeros.deltas) = (self.inputs.clone(), self.deltas.clone());
        zeros.update(1.0);
        zeros.parameters()
    }

    /// Formats weights and biases as fc.py prints them; see [`Network::dump`](super::Network::dump).
    pub fn dump(&self) -> String {
        format!("W: {}\nb: {}\n", self.weights(), columns_of(&self.biases))
    }

    /// Returns the number of inputs, n_in.
    pub fn input_size(&self) -> usize {
        self.weights.columns()
    }

    /// Returns the number of outputs, n_out.
    pub fn output_size(&self) -> usize {
        self.weights.rows()
    }

    /// Returns the function between weighted input and output.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Returns a copy of W, n_out × n_in: row j, column k is the weight from input k to output j.
    pub fn weights(&self) -> Array2<T> {
        columns_of(&self.weights)
    }

    /// Returns the weight from input `column` to output `row`.
    ///
    /// # Panics
    /// If there is no such weight.
    #[track_caller]
    pub fn weight(&self, row: usize, column: usize) -> T {
        self.weights.get(row, column)
    }

    /// Returns b, one number for each of the n_out outputs.
    pub fn biases(&self) -> &[T] {
        self.biases.vector()
    }

    /// Returns the output vector a of the last sample, n_out numbers; zeros before the first.
    pub fn output(&self) -> &[T] {
        self.outputs.vector()
    }

    /// Returns the error terms −∂E/∂z of this layer's own neurons, n_out numbers, for the last sample; zeros before
    /// the first.
    ///
    /// `DIFFERENCE:` the `delta` of a layer in fc.py is that of the layer *before*.
    pub fn delta(&self) -> &[T] {
        self.deltas.vector()
    }

    /// Returns a copy of weights and biases.
    pub fn parameters(&self) -> LayerParameters {
        let weights = self.weights();
        let weights =
            weights.rows().into_iter().map(|row| row.map(|weight| weight.to_f64()).to_vec()).collect();
        LayerParameters { weights, biases: T::in_double(self.biases()).into_owned() }
    }

    /// Replaces weights and biases, rounded to T.
    ///
    /// # Panics
    /// If their shapes differ from this layer's.
    #[track_caller]
    pub fn set_parameters(&mut self, parameters: &LayerParameters) {
        assert_eq!(parameters.weights.len(), self.output_size(), "a row of weights for each output");
        // The padding too: when training diverges, it becomes NaN (0 · ∞).
        self.weights.clear();
        self.biases.clear();
        for (row, weights) in parameters.weights.iter().enumerate() {
            assert_eq!(weights.len(), self.input_size(), "a weight for each input");
            for (column, weight) in weights.iter().enumerate() {
                self.weights.set(row, column, T::from_f64(*weight));
            }
        }
        assert_eq!(parameters.biases.len(), self.output_size(), "a bias for each output");
        let biases = self.biases.vector_mut().iter_mut().zip(&parameters.biases);
        biases.for_each(|(bias, number)| *bias = T::from_f64(*number));
    }

    /// Changes the weight from input `column` to output `row`.
    ///
    /// # Panics
    /// If there is no such weight.
    #[track_caller]
    pub fn set_weight(&mut self, row: usize, column: usize, weight: T) {
        self.weights.set(row, column, weight);
    }

    /// Changes the bias of output `row`.
    ///
    /// # Panics
    /// If there is no such output.
    #[track_caller]
    pub fn set_bias(&mut self, row: usize, bias: T) {
        self.biases.vector_mut()[row] = bias;
    }
}

/// Converts to the matrix type of ndarray.
fn columns_of<T: Number>(matrix: &PanelMatrix<T>) -> Array2<T> {
    Array2::from_shape_fn((matrix.rows(), matrix.columns()), |(row, column)| matrix.get(row, column))
}
