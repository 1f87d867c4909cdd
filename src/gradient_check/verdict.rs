//! The verdict on one parameter, or on all of them, and the two values it comes from.

use std::fmt;

use super::{ParameterId, tuning};

/// The judgement of the check on one parameter, or on all of them.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, Verdict};
/// use backprop::graph::Network;
/// use backprop::{Activation, Architecture, Label, Parameters, Sample};
///
/// // A ReLU exactly at its bend: E = ½(1 − relu(w))² at w = 0.
/// let architecture = Architecture::new(&[1, 1]).with_activation(Activation::Relu);
/// let mut network = Network::from_parameters(&architecture, &Parameters::zeros(&architecture));
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[1.0]), Sample(&[1.0]));
/// let weight = Check::new().run(&mut checked).entries[0];
/// assert_eq!(weight.verdict, Verdict::Kink);
/// let [left, right] = weight.slopes.unwrap(); // −∂E/∂w: 0 to the left, 1 − w to the right
/// assert!(left == 0.0 && (right - 1.0).abs() < 1e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Verdict {
    /// Analytic and numerical value are equal: within the tolerance, or within the uncertainty of the numerical value,
    /// if that is at most 2 % of it. Or both are so small that there is nothing to see ([`Entry::no_effect`]).
    Agree,
    /// The slopes from the left and from the right differ, as where a ReLU bends, and the analytic value is one of
    /// them or lies between.
    Kink,
    /// The parameter is at the edge of where E is defined, or outside: on one side, or on both, E is not finite. Or E
    /// has no finite slope there, as ∛w at 0.
    Domain,
    /// The numerical value is too uncertain (by rounding, mostly) to say anything about the analytic one.
    Inconclusive,
    /// The two values differ by more than every uncertainty; or the analytic one is not a number where E is smooth.
    Disagree,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

/// The two values of one parameter side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Entry {
    /// The parameter's number.
    pub index: usize,
    /// Its place in the model.
    pub id: ParameterId,
    /// The parameter itself.
    pub parameter: f64,
    /// The gradient as the training code computes it: −∂E/∂w, or +∂E/∂w where the model says so ([`Sign`](super::Sign)).
    pub analytic: f64,
    /// The gradient from differences of E.
    pub numerical: f64,
    /// |analytic − numerical| / (|analytic| + |numerical|); 0 where both are 0.
    pub relative_error: f64,
    /// The verdict on it.
    pub verdict: Verdict,
    /// The (smallest) step h that the numerical value was taken with.
    pub step: f64,
    /// The largest difference of the two values that rounding, truncation and bends explain.
    pub uncertainty: f64,
    /// The slopes on the left and on the right of w, with the sign of the gradient, at a kink.
    pub slopes: Option<[f64; 2]>,
    /// The value of the parameter nearest to its own at which E is not finite, at the edge of the domain; `None` where E
    /// is finite and its slope is not.
    pub outside: Option<f64>,
    /// The number of evaluations of E for this parameter.
    pub evaluations: usize,
    /// `true` if the parameter has no visible effect on E: its analytic value is below what rounding leaves of the largest ones,
    /// and E shows no slope. (A bias in front of a batch norm; a parameter that is infinite, with a gradient of 0.)
    pub no_effect: bool,
}

impl Entry {
    /// Returns analytic / numerical; infinite or NaN where the numerical value is 0.
    pub fn ratio(&self) -> f64 {
        self.analytic / self.numerical
    }

    /// Returns `true` if the values differ by a considerable fraction of their size and by more than is likely, or by
    /// more than the uncertainty, but not clearly enough to disagree.
    pub fn is_contested(&self) -> bool {
        let notable = tuning::CONTESTED * self.analytic.abs().max(self.numerical.abs());
        let likely = (self.uncertainty / tuning::ALLOWANCE).max(notable).min(self.uncertainty);
        self.verdict == Verdict::Inconclusive && (self.analytic - self.numerical).abs() > likely
    }

    /// Returns `true` if it agrees and is not 0, so that it proves something.
    pub fn is_proof(&self) -> bool {
        let zero = self.analytic == 0.0 && self.numerical == 0.0;
        self.verdict == Verdict::Agree && !zero && !self.no_effect
    }

    /// Returns `true` if one of the two values is infinite or not a number.
    pub fn is_not_finite(&self) -> bool {
        !self.analytic.is_finite() || !self.numerical.is_finite()
    }
}

/// Returns |a − n| / (|a| + |n|), from 0 (equal) to 1 (opposite signs, or one of them 0); both 0 counts as equal.
///
/// ```
/// use backprop::gradient_check::relative_error;
///
/// assert_eq!(relative_error(3.0, 1.0), 0.5);
/// assert_eq!(relative_error(1e-9, -1e-9), 1.0);
/// assert_eq!(relative_error(0.0, 0.0), 0.0);
/// ```
pub fn relative_error(analytic: f64, numerical: f64) -> f64 {
    let sum = analytic.abs() + numerical.abs();
    if sum == 0.0 { 0.0 } else { (analytic - numerical).abs() / sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(analytic: f64, numerical: f64) -> Entry {
        Entry {
            index: 0,
            id: ParameterId::Numbered { index: 0 },
            parameter: 0.0,
            analytic,
            numerical,
            relative_error: relative_error(analytic, numerical),
            verdict: Verdict::Agree,
            step: 1e-5,
            uncertainty: 0.0,
            slopes: None,
            outside: None,
            evaluations: 2,
            no_effect: false,
        }
    }

    #[test]
    fn an_entry_knows_its_ratio_and_if_its_values_are_finite() {
        assert_eq!(entry(3.0, 2.0).ratio(), 1.5);
        assert_eq!((entry(3.0, 1.0).relative_error, entry(0.0, -0.0).relative_error), (0.5, 0.0));
        assert!(entry(0.0, 2.0).is_proof() && entry(2.0, 0.0).is_proof() && !entry(0.0, -0.0).is_proof());
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        assert!(entry(nan, 1.0).is_not_finite() && entry(1.0, infinite).is_not_finite());
        assert!(!entry(1.0, 1.0).is_not_finite());
        assert_eq!(format!("{:>9}", Verdict::Kink), "     kink");
    }

    #[test]
    fn values_are_contested_from_more_than_their_likely_difference_on() {
        let contested = |analytic: f64| {
            let entry = Entry { verdict: Verdict::Inconclusive, uncertainty: 1.0, ..entry(analytic, 2.0) };
            entry.is_contested()
        };
        assert!(!contested(2.25) && contested(2.2501) && contested(1.7499));
    }
}
