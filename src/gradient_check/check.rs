//! The check and its settings: which parameters, which precision, which step.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rand::rngs::ChaCha8Rng;
use rand::{SeedableRng, seq::index};

use super::report::Findings;
use super::settings::{EVERY_PARAMETER_UP_TO, Precision, Recompute, SAMPLE_PER_GROUP, Selection, StepSize};
use super::walk::{Rules, Walk, assert_unchanged, groups};
use super::{Checkable, Report};

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
/// It takes two gradients and four evaluations of the error for each parameter. Only where those do not show that the
/// gradient is right, more care is taken: at most a hundred evaluations, at steps from large to tiny
/// ([`Report::evaluations`] counts).
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    selection: Selection,
    evaluation: Recompute,
    precision: Option<Precision>,
    step: Option<StepSize>,
    tolerance: Option<f64>,
    seed: u64,
    taylor: bool,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            selection: Selection::Automatic,
            evaluation: Recompute::Automatic,
            precision: None,
            step: None,
            tolerance: None,
            seed: 0,
            taylor: true,
        }
    }
}

impl Check {
    /// The check with its usual settings: [`Selection::Automatic`], [`Recompute::Automatic`], the model's own
    /// [`Precision`] with its step and tolerance, seed 0, and the Taylor-remainder test.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which parameters are checked.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// How E is evaluated.
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

    /// Sets the precision that the model computes in; by default the one it names itself ([`Details::precision`](super::Details::precision)). Step, tolerance and
    /// rounding noise follow from it.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, Checkable, Precision, Verdict};
    ///
    /// /// E = ½ Σ w², computed in f32 and handed out as f64.
    /// struct Single(Vec<f32>);
    ///
    /// impl Checkable for Single {
    ///     fn parameter_count(&self) -> usize {
    ///         self.0.len()
    ///     }
    ///     fn parameter(&self, index: usize) -> f64 {
    ///         self.0[index].into()
    ///     }
    ///     fn set_parameter(&mut self, index: usize, value: f64) {
    ///         self.0[index] = value as f32;
    ///     }
    ///     fn error(&mut self) -> f64 {
    ///         self.0.iter().map(|w| 0.5 * w * w).sum::<f32>().into()
    ///     }
    ///     fn gradient(&mut self) -> Vec<f64> {
    ///         self.0.iter().map(|&w| f64::from(-w)).collect()
    ///     }
    /// }
    ///
    /// let report = Check::new().precision(Precision::F32).run(&mut Single(vec![0.3, -1.7, 0.9]));
    /// assert_eq!(report.verdict, Verdict::Agree, "{report}");
    /// ```
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = Some(precision);
        self
    }

    /// The step h; by default [`Precision::step`]·max(1, |w|).
    #[must_use]
    pub fn step(mut self, step: StepSize) -> Self {
        self.step = Some(step);
        self
    }

    /// The largest relative error that counts as equal; by default [`Precision::tolerance`].
    ///
    /// ```
    /// use backprop::gradient_check::{Check, CheckedNetwork, StepSize};
    /// use backprop::{Label, Sample, graph};
    ///
    /// let mut network = graph::Network::new(&[3, 4, 2], 0);
    /// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
    /// // As coarse as bp.py: its step, four digits.
    /// let coarse = Check::new().step(StepSize::Fixed(1e-4)).tolerance(1e-4);
    /// let report = coarse.run(&mut checked);
    /// assert!(report.passed());
    /// assert!(report.entries.iter().all(|entry| entry.step == 1e-4));
    /// ```
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// The seed that samples of parameters and directions are drawn with; by default 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Runs the Taylor-remainder test ([`TaylorTest`](super::TaylorTest)) as well, or not; by default it is run.
    #[must_use]
    pub fn taylor(mut self, taylor: bool) -> Self {
        self.taylor = taylor;
        self
    }
}

impl Check {
    /// Compares the analytic gradient of a model with the numerical one. The model is afterwards as it was, even if it
    /// panics.
    ///
    /// # Panics
    /// If the model hands out more or fewer gradients than it has parameters; if [`Selection::One`] names none of them; if a
    /// parameter is not restored bit for bit: by [`Checkable::gradient`], which must leave them alone, or by
    /// [`Checkable::set_parameter`]; or if its [`Checkable::incremental`] has another error than [`Checkable::error`].
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
        let mut details = model.details();
        details.precision = self.precision.unwrap_or(details.precision);
        let precision = if details.reference { Precision::F64 } else { details.precision };
        let tolerance = if details.reference { details.precision.rounding() } else { precision.tolerance() };
        let rules = Rules {
            precision,
            step: self.step.unwrap_or(StepSize::Relative(precision.step())),
            tolerance: self.tolerance.unwrap_or(tolerance),
            incrementally: match self.evaluation {
                Recompute::Automatic => parameters.len() > EVERY_PARAMETER_UP_TO,
                Recompute::Whole => false,
                Recompute::Incremental => true,
            },
        };
        let selected = self.selected(model);
        let mut walk = Walk::start(model, parameters, details, rules);
        let lines = match self.selection {
            Selection::Directions(count) => walk.directions(count, self.seed),
            _ => walk.parameters(&selected),
        };
        let entries = walk.judge(&lines);
        let taylor = (self.taylor && !parameters.is_empty()).then(|| walk.taylor_test(self.seed));
        let (error, repeatable, evaluations) = (walk.error(), walk.repeatable, walk.evaluations);
        let details = walk.details;
        assert_unchanged(model, parameters, "the check");
        let findings =
            Findings { entries, taylor, error, repeatable, evaluations, tolerance: rules.tolerance };
        Report::new(model, &details, findings)
    }

    /// The parameters that are checked one by one, in order.
    fn selected(&self, model: &dyn Checkable) -> Vec<usize> {
        let count = model.parameter_count();
        let per_group = match self.selection {
            Selection::PerGroup(per_group) => per_group,
            Selection::One(index) => {
                assert!(index < count, "there are {count} parameters, numbered from 0: no number {index}");
                return vec![index];
            }
            Selection::Automatic if count > EVERY_PARAMETER_UP_TO => SAMPLE_PER_GROUP,
            _ => return (0..count).collect(),
        };
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let mut selected = Vec::new();
        for (_, members) in groups(model) {
            let drawn = index::sample(&mut rng, members.len(), per_group.min(members.len()));
            selected.extend(drawn.into_iter().map(|place| members[place]));
        }
        selected.sort_unstable();
        selected
    }
}
