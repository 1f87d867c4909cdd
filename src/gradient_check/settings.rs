//! The choices of a check: precision, parameters, evaluation.

/// [`Selection::Automatic`] checks every parameter of models up to this size.
pub const EVERY_PARAMETER_UP_TO: usize = 5_000;

/// The number of parameters of each group that [`Selection::Automatic`] checks in a larger model.
pub const SAMPLE_PER_GROUP: usize = 200;

/// The floating-point type that a model stores and computes its numbers in. Step, tolerance and rounding noise follow from it.
///
/// | | ε | step h for parameters up to 1 | tolerance |
/// |---|---|---|---|
/// | `F64` | 2.2e-16 | 1e-5 | 1e-6 |
/// | `F32` | 1.2e-7 | 2⁻⁸ | 1e-3 |
///
/// The truncation error of a central difference falls with h², its rounding error grows with ε/h; both are equal near
/// h = ∛ε. For `F64` the step is a little larger than that, so that small gradients are above the noise, and the
/// tolerance is as tight as rounding then allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Precision {
    /// Single precision: 24 binary digits, about 7 decimal ones.
    F32,
    /// Double precision: 53 binary digits, about 16 decimal ones.
    #[default]
    F64,
}

impl Precision {
    fn choose(self, single: f64, double: f64) -> f64 {
        if self == Self::F32 { single } else { double }
    }

    /// Returns ε, the distance from 1 to the next number.
    pub fn epsilon(self) -> f64 {
        self.choose(f32::EPSILON.into(), f64::EPSILON)
    }

    /// Returns the step h for parameters of size 1 and less; it grows in proportion for larger ones.
    pub fn step(self) -> f64 {
        self.choose(1.0 / 256.0, 1e-5)
    }

    /// Returns the largest relative error that counts as equal.
    pub fn tolerance(self) -> f64 {
        self.choose(1e-3, 1e-6)
    }

    /// Returns the relative error that rounding alone leaves in a gradient, and that counts as equal if E is a
    /// reference in f64.
    pub(super) fn rounding(self) -> f64 {
        self.tolerance() / 16.0
    }

    /// Returns the fraction of a value up to which a difference does not count against a gradient. In f32, 1 % and 2 %
    /// cannot be told apart safely.
    pub(super) fn doubt(self) -> f64 {
        self.choose(2e-2, 0.0)
    }
}

/// The sign of a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Sign {
    /// −∂E/∂w, the direction of descent: add it (bp.py, and this crate throughout).
    #[default]
    Descent,
    /// +∂E/∂w, the gradient as most libraries keep it: subtract it.
    Ascent,
}

impl Sign {
    /// Returns the factor on ∂E/∂w: −1 or 1.
    pub fn factor(self) -> f64 {
        match self {
            Self::Descent => -1.0,
            Self::Ascent => 1.0,
        }
    }
}

/// The parameters that are checked.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, Selection};
/// use backprop::{Label, Sample, graph};
///
/// let mut network = graph::Network::new(&[3, 4, 2], 0);
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// let mut checked = |selection| Check::new().selection(selection).run(&mut checked).checked;
/// assert_eq!(checked(Selection::Automatic), 26); // every parameter, as there are few
/// assert_eq!(checked(Selection::PerGroup(3)), 3 + 3 + 3 + 2); // W[1], b[1], W[2], b[2]
/// assert_eq!(checked(Selection::Directions(5)), 4 * 5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// All of them, or in models with more than [`EVERY_PARAMETER_UP_TO`] a sample of [`SAMPLE_PER_GROUP`].
    #[default]
    Automatic,
    /// All of them.
    Every,
    /// This many of each layer's weights and of each layer's biases, drawn at random
    /// ([`Check::seed`](super::Check::seed)); all of a group that has fewer.
    PerGroup(usize),
    /// The one with this number.
    One(usize),
    /// This many random directions instead of single parameters: all weights (or biases) of a layer move at once.
    Directions(usize),
}

/// The way E is evaluated with one parameter changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recompute {
    /// By the model's own forward pass; in models of more than [`EVERY_PARAMETER_UP_TO`] parameters incrementally,
    /// where the model can.
    #[default]
    Automatic,
    /// By the model's own forward pass.
    Whole,
    /// Incrementally, where the model can: see [`Checkable::incremental`](super::Checkable::incremental).
    Incremental,
}
