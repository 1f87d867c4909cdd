//! All weights and biases of a network as plain numbers, which the two engines exchange and a model file holds.

use crate::Architecture;

/// Weights and biases, layer by layer after the input. Also the shape of a gradient.
///
/// `layers[0]` holds W\[1\] and b\[1\], which lead from the input into layer 1.
///
/// ```
/// use backprop::{Architecture, Parameters};
///
/// let zeros = Parameters::zeros(&Architecture::new(&[3, 4, 2]));
/// assert_eq!(zeros.layers[0].weights[3].len(), 3); // row 3: the weights into hidden neuron 3
/// assert_eq!(zeros.layers[1].biases.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Parameters {
    /// One entry for each layer after the input layer.
    pub layers: Vec<LayerParameters>,
}

/// The parameters that lead into one layer.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LayerParameters {
    /// `weights[j][k]` leads from neuron k of the layer before to neuron j of this one (W, n_out rows of n_in).
    pub weights: Vec<Vec<f64>>,
    /// `biases[j]` belongs to neuron j of this layer (b, n_out).
    pub biases: Vec<f64>,
}

impl LayerParameters {
    fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.weights.iter().flatten().chain(&self.biases).copied()
    }
}

impl Parameters {
    /// Returns zeros in the shape of the architecture.
    pub fn zeros(architecture: &Architecture) -> Self {
        let layer = |pair: &[usize]| LayerParameters {
            weights: vec![vec![0.0; pair[0]]; pair[1]],
            biases: vec![0.0; pair[1]],
        };
        Self { layers: architecture.sizes.windows(2).map(layer).collect() }
    }

    /// Returns `true` if every matrix and vector has the shape of the architecture. Networks panic on parameters that do
    /// not fit, so call this first for parameters from elsewhere.
    pub fn fit(&self, architecture: &Architecture) -> bool {
        self.layers.len() + 1 == architecture.sizes.len()
            && self.layers.iter().zip(architecture.sizes.windows(2)).all(|(layer, pair)| {
                layer.biases.len() == pair[1]
                    && layer.weights.len() == pair[1]
                    && layer.weights.iter().all(|row| row.len() == pair[0])
            })
    }

    /// Returns every number, layer by layer: the rows of W one after the other, then b. The gradient check numbers
    /// parameters in this order.
    ///
    /// ```
    /// use backprop::{LayerParameters, Parameters};
    ///
    /// let weights = vec![vec![1.0, 2.0], vec![3.0, 4.0]];
    /// let layer = LayerParameters { weights, biases: vec![5.0, 6.0] };
    /// let parameters = Parameters { layers: vec![layer] };
    /// assert_eq!(parameters.iter().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.layers.iter().flat_map(LayerParameters::iter)
    }

    /// Returns every number as a mutable reference, in the order of [`Parameters::iter`].
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut f64> + '_ {
        self.layers.iter_mut().flat_map(|layer| {
            let weights = layer.weights.iter_mut().flatten();
            weights.chain(&mut layer.biases)
        })
    }

    /// Returns the first layer, counted from 0, with a number that is infinite or not a number.
    #[cfg(feature = "data")]
    pub(crate) fn first_not_finite(&self) -> Option<usize> {
        self.layers.iter().position(|layer| !layer.iter().all(f64::is_finite))
    }

    /// Returns the largest absolute difference between two sets of parameters of the same shape; NaN if any
    /// difference is NaN.
    ///
    /// ```
    /// use backprop::{Architecture, Parameters, WeightInit};
    ///
    /// let architecture = Architecture::new(&[3, 4, 2]);
    /// let small = WeightInit::Small.draw(&architecture, 0);
    /// let difference = small.max_difference(&Parameters::zeros(&architecture));
    /// assert!(0.0 < difference && difference <= 0.1); // the largest weight
    /// ```
    ///
    /// # Panics
    /// If one holds more numbers than the other. (Shapes are not compared beyond that: numbers are compared in the
    /// order of [`Parameters::iter`].)
    #[track_caller]
    pub fn max_difference(&self, other: &Self) -> f64 {
        assert_eq!(self.iter().count(), other.iter().count(), "shapes differ");
        let differences = self.iter().zip(other.iter()).map(|(a, b)| (a - b).abs());
        // `f64::max` would drop a NaN.
        differences.fold(0.0, |largest, d| if d <= largest { largest } else { d })
    }
}
