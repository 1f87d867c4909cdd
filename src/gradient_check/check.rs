//! The check and its settings.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::settings::{Recompute, Selection};
use super::walk::{Walk, assert_unchanged};
use super::{Checkable, Report, Verdict};

/// A gradient check and its settings.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, Selection};
/// use backprop::graph::Network;
/// use backprop::{Label, Sample};
///
/// let mut network = Network::new(&[2, 3, 1], 7);
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[1.0]), Sample(&[0.3, 0.8]));
/// let report = Check::new().selection(Selection::PerGroup(2)).run(&mut checked);
/// assert!(report.passed(), "{report}");
/// assert_eq!(report.checked, 2 + 2 + 2 + 1); // W[1], b[1], W[2], and the only bias in b[2]
/// ```
///
/// A check takes two gradients and four evaluations of the error for each parameter. Where those do not show that the
/// gradient is right, it takes up to a hundred evaluations, at steps from large to tiny ([`Report::evaluations`]
/// counts).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Check {
    selection: Selection,
    pub(super) evaluation: Recompute,
    pub(super) step: Option<f64>,
    pub(super) tolerance: Option<f64>,
    seed: u64,
    without_taylor: bool,
}

impl Check {
    /// Creates a check with its usual settings: [`Selection::Automatic`], [`Recompute::Automatic`], step and tolerance of
    /// the model's precision ([`Details::precision`](super::Details::precision)), seed 0, and the Taylor-remainder test.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets which parameters are checked.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Sets how E is evaluated.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, Recompute, CheckedNetwork};
    /// use backprop::{Label, Sample, graph};
    ///
    /// let mut network = graph::Network::new(&[3, 4, 2], 0);
    /// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
    /// for mode in [Recompute::Whole, Recompute::Incremental] {
    ///     assert_eq!(Check::new().evaluation(mode).run(&mut checked).agree, 26);
    /// }
    /// ```
    #[must_use]
    pub fn evaluation(mut self, evaluation: Recompute) -> Self {
        self.evaluation = evaluation;
        self
    }

    /// Sets the step h of the first comparison, the same for every parameter; by default
    /// [`Precision::step`](super::Precision::step)·max(1, |w|).
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }

    /// Sets the largest relative error that counts as equal; by default
    /// [`Precision::tolerance`](super::Precision::tolerance).
    ///
    /// ```
    /// use backprop::gradient_check::{Check, CheckedNetwork};
    /// use backprop::{Label, Sample, graph};
    ///
    /// let mut network = graph::Network::new(&[3, 4, 2], 0);
    /// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
    /// // The step of bp.py, and four digits.
    /// let coarse = Check::new().step(1e-4).tolerance(1e-4);
    /// let report = coarse.run(&mut checked);
    /// assert!(report.passed());
    /// assert!(report.entries.iter().all(|entry| entry.step == 1e-4));
    /// ```
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Sets the seed that samples of parameters and directions are drawn with; by default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets whether the Taylor-remainder test ([`TaylorTest`](super::TaylorTest)) is run as well; by default it is.
    #[must_use]
    pub fn taylor(mut self, taylor: bool) -> Self {
        self.without_taylor = !taylor;
        self
    }

    /// Compares the analytic gradient of a model with the numerical one. The model is left unchanged, even if it
    /// panics.
    ///
    /// # Panics
    /// If the model returns more or fewer gradients than it has parameters; if [`Selection::One`] names none of them;
    /// if a parameter is not restored bit for bit: by [`Checkable::gradient`], which must leave them alone, or by
    /// [`Checkable::set_parameter`]; or if its [`Checkable::incremental`] gives another error than
    /// [`Checkable::error`].
    #[track_caller]
    pub fn run(&self, model: &mut dyn Checkable) -> Report {
        let parameters: Vec<f64> = (0..model.parameter_count()).map(|index| model.parameter(index)).collect();
        let report = catch_unwind(AssertUnwindSafe(|| self.walk(model, &parameters)));
        report.unwrap_or_else(|panic| {
            for (index, &parameter) in parameters.iter().enumerate() {
                model.set_parameter(index, parameter);
            }
            resume_unwind(panic)
        })
    }

    #[track_caller]
    fn walk(&self, model: &mut dyn Checkable, parameters: &[f64]) -> Report {
        let mut walk = Walk::start(self, model, parameters);
        let lines = walk.lines(self.selection, self.seed);
        let entries = walk.judge(&lines);
        let single = !matches!(self.selection, Selection::Directions(_));
        let right = single
            && entries.len() == parameters.len()
            && entries.iter().all(|entry| entry.verdict != Verdict::Disagree);
        let taylor = !self.without_taylor && !parameters.is_empty();
        let taylor = taylor.then(|| walk.taylor_test(self.seed, right));
        assert_unchanged(walk.model, parameters, "the check");
        Report::new(&walk, entries, taylor)
    }
}
