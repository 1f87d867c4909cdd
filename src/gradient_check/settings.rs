//! The choices of a check: which parameters, which evaluation, which step, which tolerance.

/// How many parameters are all checked without being asked for.
pub const EVERY_PARAMETER_UP_TO: usize = 5_000;

/// How many parameters of each group a larger model is sampled by.
pub const SAMPLE_PER_GROUP: usize = 200;

/// The largest relative error that counts as equal.
///
/// Tighter would prove no more: gradients of 1e-5 beside an error of 1 stand 1e-7 and more from their numerical value by
/// rounding alone, and would only move from "agree" to "inconclusive".
pub const TOLERANCE: f64 = 1e-6;

/// The step h for parameters of size 1 and less.
pub const STEP: f64 = 1e-5;

/// Which parameters are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// Every one, or of models with more than [`EVERY_PARAMETER_UP_TO`] a sample of [`SAMPLE_PER_GROUP`].
    #[default]
    Automatic,
    /// Every one.
    Every,
    /// So many of each layer's weights and of each layer's biases, drawn at random.
    PerGroup(usize),
    /// No single ones: so many random directions, in which all weights (or biases) of a layer move at once.
    Directions(usize),
}

/// How E is evaluated with one parameter changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EvaluationMode {
    /// By the model's own forward pass; in models of more than [`EVERY_PARAMETER_UP_TO`] parameters incrementally.
    #[default]
    Automatic,
    /// By the model's own forward pass.
    Whole,
    /// Incrementally, where the model can: see [`Checkable::incremental`](super::Checkable::incremental).
    Incremental,
}

/// The step h of the central difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// So much for parameters up to size 1, and in proportion beyond: h·max(1, |w|).
    Relative(f64),
    /// The same for all.
    Fixed(f64),
}

impl Step {
    /// The step for a parameter of this size.
    #[must_use]
    pub fn at(self, parameter: f64) -> f64 {
        match self {
            Self::Relative(step) => step * parameter.abs().max(1.0),
            Self::Fixed(step) => step,
        }
    }
}
