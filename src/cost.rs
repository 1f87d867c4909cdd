//! Cost functions: how wrong an output is, and the delta that starts the backward pass.
//!
//! Ports the squared error of the article (its objective function Eₙ) and `QuadraticCost` / `CrossEntropyCost` of
//! network2.py, and adds the log-likelihood of Nielsen's chapter 3.
//!
//! **Sign.** As in bp.py, a delta is −∂E/∂z: the direction in which the weighted input should move. (Nielsen's δ is
//! +∂C/∂z.)

use std::fmt;

use crate::activation::Activation;

/// The cost, which training minimises: the error E of the article, Nielsen's C.
///
/// ```
/// use backprop::{Activation, Cost};
///
/// // One output of 0.8 that should have been 1.
/// assert!((Cost::Quadratic.value(&[0.8], &[1.0]) - 0.02).abs() < 1e-15);
/// // The cross-entropy's delta has no slope in it: no learning slowdown.
/// let delta = Cost::CrossEntropy.output_layer_delta(Activation::Sigmoid, 0.8, 1.0);
/// assert!((delta - 0.2).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Cost {
    /// E = ½ Σ (label − output)² (the article's Eₙ; Nielsen's equation 6, for one sample).
    #[default]
    #[cfg_attr(feature = "serde", serde(rename = "QuadraticCost"))]
    Quadratic,
    /// E = −Σ (label·ln(output) + (1 − label)·ln(1 − output)), for sigmoid outputs and labels from 0 to 1
    /// (Nielsen's equation 63).
    #[cfg_attr(feature = "serde", serde(rename = "CrossEntropyCost"))]
    CrossEntropy,
    /// E = −Σ label·ln(output), which is −ln of the right class's output, for softmax outputs and labels that sum to 1
    /// (Nielsen's equation 80).
    #[cfg_attr(feature = "serde", serde(rename = "LogLikelihoodCost"))]
    LogLikelihood,
}

impl Cost {
    /// Every cost.
    pub const ALL: [Self; 3] = [Self::Quadratic, Self::CrossEntropy, Self::LogLikelihood];

    /// Returns the cost of one sample, 0 or more. `output` and `label` are as long as the output layer.
    ///
    /// ```
    /// use backprop::Cost;
    ///
    /// // Undecided, 0.5, on two outputs: −ln ½ each, whatever the labels.
    /// let cost = Cost::CrossEntropy.value(&[0.5, 0.5], &[1.0, 0.0]);
    /// assert!((cost - 2.0 * 2f64.ln()).abs() < 1e-15);
    /// ```
    ///
    /// `DIFFERENCE:` where an output is exactly 0 or 1 and the label is not, the cross-entropy is infinite (and the
    /// log-likelihood where it is 0).
    /// network2.py's `nan_to_num` makes it about 1.8e308; this function limits it to 745 per output (the logarithm of
    /// the smallest f64), so that one saturated neuron does not drown all other numbers in a mean.
    ///
    /// # Panics
    /// If the two lengths differ.
    #[track_caller]
    pub fn value(self, output: &[f64], label: &[f64]) -> f64 {
        assert_eq!(output.len(), label.len(), "the label must be as long as the output layer");
        let mut cost = 0.0;
        let mut i = 0;
        while i < output.len() {
            let (a, y) = (output[i], label[i]);
            cost += match self {
                Self::Quadratic => 0.5 * ((y - a) * (y - a)),
                Self::CrossEntropy => -times_ln(y, a) - times_ln(1.0 - y, 1.0 - a),
                Self::LogLikelihood => -times_ln(y, a),
            };
            i += 1;
        }
        cost
    }

    /// Returns the delta of one output neuron, −∂E/∂z (equation 3; Nielsen's BP1 with the sign flipped).
    ///
    /// The quadratic cost keeps the slope of the activation, slope · (label − output). In the cross-entropy the
    /// sigmoid's slope cancels, which leaves label − output; in the log-likelihood so do those of softmax, through which
    /// each output depends on every z. `activation` is then ignored ([`Cost::accepts`] says which combinations are
    /// allowed).
    ///
    /// ```
    /// use backprop::{Activation, Cost};
    ///
    /// // A sigmoid at 0.8 has the slope 0.8 · 0.2; the label 1 is 0.2 away.
    /// let delta = Cost::Quadratic.output_layer_delta(Activation::Sigmoid, 0.8, 1.0);
    /// assert!((delta - 0.8 * 0.2 * 0.2).abs() < 1e-15); // positive: z should grow
    /// ```
    pub fn output_layer_delta(self, activation: Activation, output: f64, label: f64) -> f64 {
        match self {
            Self::Quadratic => activation.derivative_from_output(output) * (label - output),
            Self::CrossEntropy | Self::LogLikelihood => label - output,
        }
    }

    /// Returns `true` if this cost can follow an output layer with this activation.
    ///
    /// The cross-entropy needs outputs between 0 and 1, and its delta is label − output only after a sigmoid. The
    /// log-likelihood goes with softmax, and softmax with nothing else. The quadratic cost works with all others.
    pub fn accepts(self, output_activation: Activation) -> bool {
        match self {
            Self::Quadratic => output_activation != Activation::Softmax,
            Self::CrossEntropy => output_activation == Activation::Sigmoid,
            Self::LogLikelihood => output_activation == Activation::Softmax,
        }
    }

    /// Returns the name used on the command line, `quadratic`, `cross-entropy` or `log-likelihood`. (Model files have
    /// network2.py's names.)
    pub fn name(self) -> &'static str {
        match self {
            Self::Quadratic => "quadratic",
            Self::CrossEntropy => "cross-entropy",
            Self::LogLikelihood => "log-likelihood",
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Computes factor · ln(argument), with 0·ln(0) = 0 and a finite logarithm.
fn times_ln(factor: f64, argument: f64) -> f64 {
    const SMALLEST: f64 = 5e-324;
    if factor == 0.0 {
        0.0
    } else if argument == 0.0 {
        factor * libm::log(SMALLEST)
    } else {
        factor * libm::log(argument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_stays_finite_at_saturated_outputs() {
        assert_eq!(Cost::CrossEntropy.value(&[1.0, 0.0], &[1.0, 0.0]), 0.0);
        let worst = Cost::CrossEntropy.value(&[0.0], &[1.0]);
        assert!(worst > 744.0 && worst < 745.0, "{worst}");
        assert!(Cost::CrossEntropy.value(&[f64::NAN], &[1.0]).is_nan());
    }

    #[test]
    fn output_delta_is_minus_the_slope_of_the_cost_in_the_weighted_input() {
        for cost in Cost::ALL {
            for activation in Activation::ALL.into_iter().filter(|&a| cost.accepts(a)) {
                let (z, y, h) = (0.4, 0.9, 1e-6);
                let outputs = |z: f64| {
                    let mut layer = [z, 0.3];
                    activation.apply(&mut layer);
                    layer
                };
                let cost_at = |z: f64| cost.value(&outputs(z), &[y, 1.0 - y]);
                let numerical = (cost_at(z - h) - cost_at(z + h)) / (2.0 * h);
                let analytic = cost.output_layer_delta(activation, outputs(z)[0], y);
                assert!((numerical - analytic).abs() < 1e-9, "{cost} behind {activation}");
            }
        }
    }

    #[test]
    fn costs_are_called_as_on_the_command_line() {
        assert_eq!(Cost::ALL.map(Cost::name), ["quadratic", "cross-entropy", "log-likelihood"]);
        assert_eq!(format!("{:>10}", Cost::Quadratic), " quadratic");
    }
}
