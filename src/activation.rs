//! Activation functions, which turn a neuron's weighted input into its output.
//!
//! Ports `sigmoid` of bp.py, `SigmoidActivator` of fc.py and `sigmoid` / `sigmoid_prime` of network.py, and adds
//! tanh, ReLU, the identity and softmax. A derivative is always computed from the neuron's *output*, as bp.py and fc.py do:
//! the output is what a node remembers.
//!
//! Exponentials come from the `libm` crate, so a number printed in the book is the same on every machine.

use std::fmt;

/// The function that turns a neuron's weighted input `z` into its output `a`.
///
/// | | a = value(z) | da/dz, from a | range of a |
/// |---|---|---|---|
/// | [`Sigmoid`](Self::Sigmoid) | 1 / (1 + e⁻ᶻ) | a(1 − a), at most ¼ | between 0 and 1 |
/// | [`Tanh`](Self::Tanh) | tanh z | 1 − a², at most 1 | between −1 and 1 |
/// | [`Relu`](Self::Relu) | max(0, z) | 1 where a > 0, else 0 | from 0 up |
/// | [`Identity`](Self::Identity) | z | 1 | any number |
/// | [`Softmax`](Self::Softmax) | eᶻ / Σ eᶻ | a(1 − a) | between 0 and 1, and the layer sums to 1 |
///
/// Softmax is for the output layer of a classifier, whose outputs are then probabilities. It is not a function of one
/// neuron's z, but of all those of a layer: see [`Activation::apply`].
///
/// ```
/// use backprop::Activation;
///
/// let a = Activation::Sigmoid.value(0.0);
/// assert_eq!(a, 0.5);
/// assert_eq!(Activation::Sigmoid.derivative_from_output(a), 0.25);
/// ```
///
/// `Display`, serde and the command line call them by [`Activation::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Activation {
    /// σ(z) = 1 / (1 + e⁻ᶻ), between 0 and 1.
    #[default]
    Sigmoid,
    /// tanh z = 2σ(2z) − 1, between −1 and 1.
    Tanh,
    /// max(0, z): the rectified linear unit.
    Relu,
    /// z itself: a linear unit.
    Identity,
    /// eᶻ / Σ eᶻ, with the sum over the layer (Nielsen's equation 78).
    Softmax,
}

impl Activation {
    /// Every activation, in the order of the list above.
    pub const ALL: [Self; 5] = [Self::Sigmoid, Self::Tanh, Self::Relu, Self::Identity, Self::Softmax];

    /// Returns the neuron's output `a` for the weighted input `z` (equation 1 of the article: `sigmoid` of bp.py).
    ///
    /// Every z is allowed. A NaN stays a NaN in every function, so that training that has diverged is noticed.
    ///
    /// ```
    /// use backprop::Activation;
    ///
    /// // tanh is a sigmoid, stretched: tanh z = 2σ(2z) − 1.
    /// let z = 0.7;
    /// let stretched = 2.0 * Activation::Sigmoid.value(2.0 * z) - 1.0;
    /// assert!((Activation::Tanh.value(z) - stretched).abs() < 1e-15);
    /// assert_eq!(Activation::Relu.value(-3.0), 0.0);
    /// ```
    ///
    /// # Panics
    /// For softmax, which takes a whole layer ([`Activation::apply`]).
    #[track_caller]
    pub fn value(self, weighted_input: f64) -> f64 {
        match self {
            Self::Sigmoid => sigmoid(weighted_input),
            Self::Tanh => libm::tanh(weighted_input),
            Self::Relu => {
                if weighted_input > 0.0 {
                    weighted_input
                } else {
                    // Not `max`: a NaN must stay a NaN, or divergence would go unseen.
                    weighted_input * 0.0
                }
            }
            Self::Identity => weighted_input,
            Self::Softmax => panic!("softmax takes the weighted inputs of a whole layer: Activation::apply"),
        }
    }

    /// Replaces the weighted inputs of a layer by its outputs.
    ///
    /// ```
    /// use backprop::Activation;
    ///
    /// // e⁰ : e^ln 3 = 1 : 3, and only differences of weighted inputs count.
    /// let mut layer = [1000.0, 1000.0 + 3f64.ln()];
    /// Activation::Softmax.apply(&mut layer);
    /// assert!((layer[0] - 0.25).abs() < 1e-12 && (layer[1] - 0.75).abs() < 1e-12);
    /// ```
    pub fn apply(self, layer: &mut [f64]) {
        match self {
            Self::Softmax => softmax(layer),
            _ => layer.iter_mut().for_each(|z| *z = self.value(*z)),
        }
    }

    /// Returns the slope da/dz, computed from the output `a` = `value(z)`: a(1 − a) for the sigmoid, 1 − a² for tanh.
    ///
    /// (`sigmoid_prime` of network.py takes z; `SigmoidActivator.backward` of fc.py takes the output, as this does.)
    /// At the kink of ReLU (z = 0) the slope is taken as 0. For softmax it is the slope with respect to the
    /// neuron's own z; the others of its layer move the output too.
    ///
    /// ```
    /// use backprop::Activation;
    ///
    /// // The slope is how much a changes for a small change of z.
    /// let (z, h) = (0.4, 1e-6);
    /// let difference = Activation::Tanh.value(z + h) - Activation::Tanh.value(z - h);
    /// let slope = Activation::Tanh.derivative_from_output(Activation::Tanh.value(z));
    /// assert!((difference / (2.0 * h) - slope).abs() < 1e-9);
    /// ```
    pub fn derivative_from_output(self, output: f64) -> f64 {
        match self {
            Self::Sigmoid | Self::Softmax => output * (1.0 - output),
            Self::Tanh => 1.0 - output * output,
            Self::Relu => f64::from(output > 0.0),
            Self::Identity => 1.0,
        }
    }

    /// Returns the name used on the command line and in model files: `sigmoid`, `tanh`, `relu`, `identity` or
    /// `softmax`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
            Self::Identity => "identity",
            Self::Softmax => "softmax",
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Returns the sigmoid, σ(z) = 1 / (1 + e⁻ᶻ), accurate over the whole range of z.
///
/// For negative z it is computed as eᶻ / (1 + eᶻ): the exponential then never overflows, and outputs down to the
/// smallest subnormal numbers keep their digits. It is 1 from about z = 37 and 0 from about z = −746, where f64 can
/// hold nothing closer.
///
/// `DIFFERENCE:` bp.py's `1.0 / (1 + exp(-z))` overflows for z below about −709.
///
/// ```
/// use backprop::sigmoid;
///
/// assert!((sigmoid(2.0) + sigmoid(-2.0) - 1.0).abs() < 1e-15); // σ(−z) = 1 − σ(z)
/// assert!(sigmoid(-740.0) > 0.0);
/// ```
pub fn sigmoid(weighted_input: f64) -> f64 {
    if weighted_input >= 0.0 {
        1.0 / (1.0 + libm::exp(-weighted_input))
    } else {
        let exponential = libm::exp(weighted_input);
        exponential / (1.0 + exponential)
    }
}

/// Computes eᶻ / Σ eᶻ. The largest z is subtracted first: no exponential overflows, and at least one of them is 1.
fn softmax(layer: &mut [f64]) {
    let largest = layer.iter().fold(f64::NEG_INFINITY, |largest, &z| if z > largest { z } else { largest });
    let mut sum = 0.0;
    for z in &mut *layer {
        *z = if *z == largest { 1.0 } else { libm::exp(*z - largest) };
        sum += *z;
    }
    for exponential in layer {
        *exponential /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_is_right_over_the_whole_range() {
        // Expected values from 60-digit decimal arithmetic.
        let known = [
            (0.0, 0.5),
            (1.0, 0.7310585786300049),
            (-1.0, 0.2689414213699951),
            (30.0, 0.9999999999999064),
            (-36.75, 1.0956650033262366e-16),
            (-710.0, 4.47628622567513e-309),
            (-745.0, 5e-324),
            (37.0, 1.0),
            (1e308, 1.0),
            (-1e308, 0.0),
            (f64::INFINITY, 1.0),
            (f64::NEG_INFINITY, 0.0),
        ];
        for (z, expected) in known {
            let a = sigmoid(z);
            let error = (a - expected).abs();
            assert!(
                error <= 2.0 * f64::EPSILON * expected + 5e-324,
                "sigmoid({z}) = {a:e}, expected {expected:e}"
            );
        }
        assert!(sigmoid(f64::NAN).is_nan());
    }

    #[test]
    fn sigmoid_is_one_or_zero_only_where_f64_rounds_there() {
        // 1 − σ(z) = e⁻ᶻ to first order: half a unit in the last place below 1 is 2⁻⁵⁴.
        let first_one = 54.0 * std::f64::consts::LN_2;
        assert!(sigmoid(first_one - 0.75) < 1.0);
        assert_eq!(sigmoid(first_one + 0.75), 1.0);
        assert!(sigmoid(-745.0) > 0.0);
        assert_eq!(sigmoid(-746.0), 0.0);
    }

    #[test]
    fn derivatives_from_the_output_match_finite_differences() {
        for activation in Activation::ALL {
            for z in [-3.0, -0.7, 0.2, 1.9] {
                // Softmax has another neuron in its layer.
                let value = |z: f64| {
                    let mut layer = [z, 0.3];
                    activation.apply(&mut layer);
                    layer[0]
                };
                let h = 1e-6;
                let numerical = (value(z + h) - value(z - h)) / (2.0 * h);
                let analytic = activation.derivative_from_output(value(z));
                assert!((numerical - analytic).abs() < 1e-9, "{activation} at {z}: {numerical} {analytic}");
            }
        }
    }

    #[test]
    fn relu_lets_a_nan_through() {
        assert!(Activation::Relu.value(f64::NAN).is_nan());
        assert_eq!(Activation::Relu.value(-2.0), 0.0);
    }

    #[test]
    fn softmax_is_right_over_the_whole_range() {
        let of = |mut layer: Vec<f64>| {
            Activation::Softmax.apply(&mut layer);
            layer
        };
        assert_eq!(of(vec![0.0; 4]), [0.25; 4]);
        assert_eq!(of(vec![1e300, -1e300, 1e300]), [0.5, 0.0, 0.5]);
        assert_eq!(of(vec![f64::INFINITY, 0.0]), [1.0, 0.0]);
        assert_eq!(of(vec![f64::NEG_INFINITY; 2]), [0.5; 2]);
        for nan in [vec![f64::NAN, 0.0], vec![0.0, f64::NAN], vec![f64::NAN; 2]] {
            assert!(of(nan).iter().all(|a| a.is_nan()));
        }
    }
}
