//! What a check found: counts, the worst parameter, a diagnosis. Its `Display` (in [`table`](super::table)) is for
//! people, its serde form for programs.

use std::cmp::Ordering;

use serde::Serialize;

use super::taylor::{TaylorOutcome, TaylorTest};
use super::{Checkable, Comparison, Diagnosis, Group, Place, Verdict};

/// How many disagreements a report names one by one.
const NAMED: usize = 5;

/// The outcome of a gradient check.
///
/// ```
/// use backprop::gradient_check::{Check, Problem};
/// use backprop::{Label, Sample, vectorized};
///
/// let mut network = vectorized::Network::new(&[3, 4, 2], 0);
/// let mut problem = Problem::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// let report = Check::new().run(&mut problem);
/// assert!(report.passed());
/// let groups = report.groups.iter().map(|group| (group.name.as_str(), group.agree));
/// assert_eq!(groups.collect::<Vec<_>>(), [("W[1]", 12), ("b[1]", 4), ("W[2]", 8), ("b[2]", 2)]);
/// let worst = report.worst.unwrap();
/// println!("{}: {:.1e}", worst.name, worst.comparison.relative_error);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The verdict on all parameters together: `Disagree`, if one disagrees, if the Taylor remainder is of first order,
    /// or if E is not repeatable; otherwise `Inconclusive`, where nothing that is not 0 agreed; otherwise `Agree`.
    pub verdict: Verdict,
    /// What was checked, in one line.
    pub description: String,
    /// The error E with the parameters as they are.
    pub error: f64,
    /// The largest relative error that counts as equal.
    pub tolerance: f64,
    /// How many parameters the model has.
    pub parameters: usize,
    /// How many were compared (or directions, where those were asked for).
    pub checked: usize,
    /// How many agree.
    pub agree: usize,
    /// How many of those that agree are not 0: the ones that prove something.
    pub agree_nonzero: usize,
    /// How many disagree.
    pub disagree: usize,
    /// How many differ only by what rounding can make.
    pub inconclusive: usize,
    /// How many met the bend of a ReLU.
    pub kink: usize,
    /// The largest relative error among those that agree or disagree; NaN (null in JSON) if one is not a number.
    pub max_relative_error: f64,
    /// The counts layer by layer, weights and biases apart, in the order of the parameters.
    pub groups: Vec<GroupCounts>,
    /// The parameter with the largest relative error; the largest difference decides between equals.
    pub worst: Option<Named>,
    /// The worst disagreements, at most five.
    pub disagreements: Vec<Named>,
    /// The first kinks, at most five.
    pub kinks: Vec<Named>,
    /// What is probably wrong, if anything is.
    pub diagnosis: Option<Diagnosis>,
    /// The second kind of evidence; `None` where it was not asked for.
    pub taylor: Option<TaylorTest>,
    /// Whether E, evaluated twice at the same place, was the same. If not, it is no function of the parameters.
    pub repeatable: bool,
    /// Every comparison, in the order of the parameters.
    #[serde(skip)]
    pub comparisons: Vec<Comparison>,
    /// What the model's reader calls the parameter of each comparison.
    #[serde(skip)]
    pub names: Vec<String>,
}

/// One comparison together with the name that the model's reader knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Named {
    /// `(0-3) -> (1-2)` in the object graph, `W[1] row 2, column 0` in matrices.
    pub name: String,
    /// analytic / numerical; `None` where the numerical value is 0.
    pub ratio: Option<f64>,
    /// The two values and the verdict.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// The counts of one layer's weights, or of its biases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCounts {
    /// `W[1]`, `b[1]`.
    pub name: String,
    /// Which parameters.
    #[serde(flatten)]
    pub group: Group,
    /// How many were compared.
    pub checked: usize,
    /// How many agree.
    pub agree: usize,
    /// How many disagree.
    pub disagree: usize,
    /// How many differ only by what rounding can make.
    pub inconclusive: usize,
    /// How many met the bend of a ReLU.
    pub kink: usize,
    /// The largest relative error among those that agree or disagree.
    pub max_relative_error: f64,
}

impl Report {
    pub(super) fn new(
        model: &dyn Checkable,
        comparisons: Vec<Comparison>,
        tolerance: f64,
        error: f64,
    ) -> Self {
        let names = comparisons.iter().map(|comparison| match comparison.place {
            Place::Direction { .. } => comparison.place.to_string(),
            _ => model.name(comparison.index),
        });
        let names: Vec<String> = names.collect();
        let name = |&(place, comparison): &(usize, &Comparison)| Named::new(&names[place], comparison);
        let mut judged: Vec<(usize, &Comparison)> =
            comparisons.iter().enumerate().filter(|(_, comparison)| is_judged(comparison)).collect();
        judged.sort_by(|(_, one), (_, other)| by_badness(other, one));
        let disagreements = judged.iter().filter(|(_, comparison)| comparison.verdict == Verdict::Disagree);
        let kinks =
            comparisons.iter().enumerate().filter(|(_, comparison)| comparison.verdict == Verdict::Kink);
        let count = |verdict| with(&comparisons, verdict).count();
        let mut report = Self {
            verdict: Verdict::Inconclusive,
            description: model.description(),
            error,
            tolerance,
            parameters: model.parameter_count(),
            checked: comparisons.len(),
            agree: count(Verdict::Agree),
            agree_nonzero: with(&comparisons, Verdict::Agree).filter(|c| c.is_nonzero()).count(),
            disagree: count(Verdict::Disagree),
            inconclusive: count(Verdict::Inconclusive),
            kink: count(Verdict::Kink),
            max_relative_error: largest_relative_error(&comparisons),
            groups: count_groups(&comparisons),
            worst: judged.first().map(name),
            disagreements: disagreements.take(NAMED).map(name).collect(),
            kinks: kinks.take(NAMED).map(|kink| name(&kink)).collect(),
            diagnosis: Diagnosis::of(&comparisons, model.sample_count()),
            taylor: None,
            repeatable: true,
            names,
            comparisons,
        };
        report.judge();
        report
    }

    /// Whether the gradient is right as far as this check can see: exit status 0.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Agree
    }

    pub(super) fn set_taylor(&mut self, taylor: Option<TaylorTest>) {
        self.taylor = taylor;
        self.judge();
    }

    pub(super) fn set_repeatable(&mut self, repeatable: bool) {
        self.repeatable = repeatable;
        self.judge();
    }

    /// The check fails on any disagreement, and certifies nothing where nothing but zeros and noise agreed.
    fn judge(&mut self) {
        let first_order = self.taylor.as_ref().is_some_and(|test| test.outcome == TaylorOutcome::FirstOrder);
        self.verdict = if self.disagree > 0 || !self.repeatable || first_order {
            Verdict::Disagree
        } else if self.agree_nonzero == 0 {
            Verdict::Inconclusive
        } else {
            Verdict::Agree
        };
    }
}

impl Named {
    fn new(name: &str, comparison: &Comparison) -> Self {
        let ratio = comparison.ratio();
        let ratio = ratio.is_finite().then_some(ratio);
        Self { name: name.to_owned(), ratio, comparison: *comparison }
    }
}

/// Whether a comparison has a relative error that means something.
fn is_judged(comparison: &Comparison) -> bool {
    matches!(comparison.verdict, Verdict::Agree | Verdict::Disagree)
}

fn with(comparisons: &[Comparison], verdict: Verdict) -> impl Iterator<Item = &Comparison> {
    comparisons.iter().filter(move |comparison| comparison.verdict == verdict)
}

/// Which of two comparisons is worse: not a number before any number, then by relative error, then by difference.
///
/// Relative errors count to two digits here: with flipped signs they are all 1 but for rounding, and the difference
/// must decide.
fn by_badness(one: &Comparison, other: &Comparison) -> Ordering {
    let disagrees = |c: &Comparison| c.verdict == Verdict::Disagree;
    let relative =
        |c: &Comparison| if disagrees(c) { (100.0 * c.relative_error).round() } else { c.relative_error };
    let difference = |c: &Comparison| (c.analytic - c.numerical).abs();
    let by_finiteness = one.is_not_finite().cmp(&other.is_not_finite());
    by_finiteness
        .then(disagrees(one).cmp(&disagrees(other)))
        .then(relative(one).total_cmp(&relative(other)))
        .then(difference(one).total_cmp(&difference(other)))
}

/// NaN if one is.
fn largest_relative_error(comparisons: &[Comparison]) -> f64 {
    let judged = comparisons.iter().filter(|comparison| is_judged(comparison));
    judged.map(|c| c.relative_error).fold(0.0, |largest, e| if e <= largest { largest } else { e })
}

fn count_groups(comparisons: &[Comparison]) -> Vec<GroupCounts> {
    let mut groups: Vec<Group> = Vec::new();
    for comparison in comparisons {
        let group = comparison.place.group();
        if groups.last() != Some(&group) && !groups.contains(&group) {
            groups.push(group);
        }
    }
    let counts = groups.into_iter().map(|group| {
        let members: Vec<Comparison> =
            comparisons.iter().filter(|c| c.place.group() == group).copied().collect();
        let count = |verdict| with(&members, verdict).count();
        GroupCounts {
            name: group.to_string(),
            group,
            checked: members.len(),
            agree: count(Verdict::Agree),
            disagree: count(Verdict::Disagree),
            inconclusive: count(Verdict::Inconclusive),
            kink: count(Verdict::Kink),
            max_relative_error: largest_relative_error(&members),
        }
    });
    counts.collect()
}
