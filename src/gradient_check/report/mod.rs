//! The outcome of a check: counts, the worst parameter, a diagnosis. Its `Display` (in `table`) is for
//! people, its serde form for programs.

use std::cmp::Ordering;

mod article;
mod table;

pub use self::article::{ARTICLE_DIGITS, ARTICLE_STEP, Columns};

use super::coordinate::FIRST_LOOK;
use super::tuning::TUNING;
use super::{
    Checkable, Details, Diagnosis, Entry, Group, ParameterId, Precision, Sign, TaylorOutcome, TaylorTest,
    Verdict,
};

/// How many disagreements a report names one by one.
const NAMED: usize = 5;

/// The outcome of a gradient check.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork};
/// use backprop::{Label, Sample, vectorized};
///
/// let mut network = vectorized::Network::new(&[3, 4, 2], 0);
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// let report = Check::new().run(&mut checked);
/// assert!(report.passed());
/// let groups = report.groups.iter().map(|group| (group.name.as_str(), group.agree));
/// assert_eq!(groups.collect::<Vec<_>>(), [("W[1]", 12), ("b[1]", 4), ("W[2]", 8), ("b[2]", 2)]);
/// let worst = report.worst.unwrap();
/// println!("{}: {:.1e}", worst.name, worst.entry.relative_error);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
pub struct Report {
    /// The verdict on all parameters together: `Disagree`, if one disagrees (in f32, if it is one of ten or more, by five
    /// times what is uncertain), if the Taylor remainder is of first order, or if E or the gradient is not repeatable.
    /// `Agree`, if what agrees is at least half of the gradient of each group that has an effect, by size, and something
    /// that is not 0 agrees. Otherwise what most hindered it: `Inconclusive`, `Domain` or `Kink`.
    pub verdict: Verdict,
    /// One line that says what was checked.
    pub description: String,
    /// Whose gradient the analytic one is: `the training code`, or a fault's backward pass.
    pub gradient_source: String,
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
    /// How many of those that agree do so only within what the numerical value is uncertain by, not the tolerance.
    pub agree_within_uncertainty: usize,
    /// How many have no visible effect on E.
    pub no_effect: usize,
    /// How many disagree.
    pub disagree: usize,
    /// How many have a numerical value too uncertain to say anything.
    pub inconclusive: usize,
    /// How many are at a bend, as of a ReLU.
    pub kink: usize,
    /// How many are at the edge of the domain of E, or outside.
    pub domain: usize,
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
    /// The first parameters at the edge of the domain, at most five.
    pub edges: Vec<Named>,
    /// The probable mistake, if anything is wrong.
    pub diagnosis: Option<Diagnosis>,
    /// The second kind of evidence; `None` where it was not asked for.
    pub taylor: Option<TaylorTest>,
    /// True if E, evaluated twice at the same place, was the same, up to rounding. Otherwise it is not a function of the
    /// parameters.
    pub repeatable: bool,
    /// True if the gradient, computed twice at the same place, was the same, up to rounding.
    pub gradient_repeatable: bool,
    /// The precision that the model computes in.
    pub precision: Precision,
    /// The sign of both values.
    pub sign: Sign,
    /// How often E was evaluated, all together.
    pub evaluations: usize,
    /// How many parameters needed a closer look than four evaluations.
    pub careful: usize,
    /// Every entry, in the order of the parameters.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub entries: Vec<Entry>,
    /// The name of each entry's parameter, as the model gives it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub names: Vec<String>,
}

/// One entry together with the name that the model's reader knows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Named {
    /// `(0-3) -> (1-2)` in the object graph, `W[1] row 2, column 0` in matrices.
    pub name: String,
    /// analytic / numerical; `None` where the numerical value is 0.
    pub ratio: Option<f64>,
    /// The two values and the verdict.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub entry: Entry,
}

/// The counts of one layer's weights, or of its biases.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GroupCounts {
    /// `W[1]`, `b[1]`.
    pub name: String,
    /// Which parameters.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub group: Group,
    /// How many were compared.
    pub checked: usize,
    /// How many agree.
    pub agree: usize,
    /// How many have no visible effect on E.
    pub no_effect: usize,
    /// How many disagree.
    pub disagree: usize,
    /// How many have a numerical value too uncertain to say anything.
    pub inconclusive: usize,
    /// How many are at a bend, as of a ReLU.
    pub kink: usize,
    /// How many are at the edge of the domain of E, or outside.
    pub domain: usize,
    /// The largest relative error among those that agree or disagree.
    pub max_relative_error: f64,
}

/// The findings of a walk over the model.
pub(super) struct Findings {
    pub entries: Vec<Entry>,
    pub taylor: Option<TaylorTest>,
    pub error: f64,
    /// Of E, and of the gradient.
    pub repeatable: [bool; 2],
    pub evaluations: usize,
    pub tolerance: f64,
}

impl Report {
    pub(super) fn new(model: &dyn Checkable, details: &Details, findings: Findings) -> Self {
        let Findings { entries, mut taylor, error, repeatable, evaluations, tolerance } = findings;
        let names = entries.iter().map(|entry| match entry.id {
            ParameterId::Direction { .. } => entry.id.to_string(),
            _ => model.name(entry.index),
        });
        let names: Vec<String> = names.collect();
        let name = |&(place, entry): &(usize, &Entry)| Named::new(&names[place], entry);
        let worst_first = |one: &(usize, &Entry), other: &(usize, &Entry)| by_badness(other.1, one.1);
        let judged = entries.iter().enumerate().filter(|(_, entry)| is_judged(entry));
        let mut disagreements: Vec<_> =
            judged.clone().filter(|(_, entry)| entry.verdict == Verdict::Disagree).collect();
        disagreements.sort_by(worst_first);
        let first = |verdict: Verdict| -> Vec<Named> {
            let these = entries.iter().enumerate().filter(|(_, entry)| entry.verdict == verdict);
            these.take(NAMED).map(|entry| name(&entry)).collect()
        };
        let count = |verdict| with(&entries, verdict).count();
        let single = !entries.iter().any(|entry| matches!(entry.id, ParameterId::Direction { .. }));
        if let Some(test) = &mut taylor
            && test.outcome == TaylorOutcome::FirstOrder
            && (single && entries.len() == model.parameter_count() && count(Verdict::Disagree) == 0)
        {
            // Every parameter was looked at by itself. What is left is a bend near by.
            test.outcome = TaylorOutcome::Unclear;
        }
        let mut report = Self {
            verdict: Verdict::Inconclusive,
            description: match &details.description[..] {
                "" => format!("a model of {} parameters", model.parameter_count()),
                description => description.to_owned(),
            },
            gradient_source: details.gradient_source.clone(),
            error,
            tolerance,
            parameters: model.parameter_count(),
            checked: entries.len(),
            agree: count(Verdict::Agree) - no_effect(&entries),
            agree_nonzero: with(&entries, Verdict::Agree).filter(|c| c.is_nonzero() && !c.no_effect).count(),
            agree_within_uncertainty: with(&entries, Verdict::Agree)
                .filter(|entry| entry.relative_error > tolerance && !entry.no_effect)
                .count(),
            no_effect: no_effect(&entries),
            disagree: count(Verdict::Disagree),
            inconclusive: count(Verdict::Inconclusive),
            kink: count(Verdict::Kink),
            domain: count(Verdict::Domain),
            max_relative_error: largest_relative_error(&entries),
            groups: count_groups(details, &entries),
            worst: judged.min_by(worst_first).as_ref().map(name),
            disagreements: disagreements.iter().take(NAMED).map(name).collect(),
            kinks: first(Verdict::Kink),
            edges: first(Verdict::Domain),
            diagnosis: if repeatable == [true; 2] { Diagnosis::of(&entries, details) } else { None },
            taylor,
            repeatable: repeatable[0],
            gradient_repeatable: repeatable[1],
            precision: details.precision,
            sign: details.sign,
            evaluations,
            careful: entries.iter().filter(|entry| entry.evaluations > FIRST_LOOK).count(),
            names,
            entries,
        };
        report.verdict = report.judge();
        report
    }

    /// Returns true if the gradient is right as far as this check can see: exit status 0.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Agree
    }

    /// Returns true if one parameter alone disagrees, of many, in f32, and by little: the uncertainty is an estimate from
    /// noise, and of dozens of parameters in each of ten thousand models some exceed it.
    pub(super) fn is_lone(&self) -> bool {
        let by_little =
            |entry: &Entry| (entry.analytic - entry.numerical).abs() <= TUNING.little * entry.uncertainty;
        self.precision == Precision::F32
            && self.checked >= TUNING.many
            && self.disagree == 1
            && with(&self.entries, Verdict::Disagree).all(by_little)
    }

    /// The check fails on any disagreement (but one of many in f32), and certifies nothing where zeros, noise and bends
    /// are all that there is.
    fn judge(&self) -> Verdict {
        let first_order = self.taylor.as_ref().is_some_and(|test| test.outcome == TaylorOutcome::FirstOrder);
        let repeatable = self.repeatable && self.gradient_repeatable;
        if (self.disagree > 0 && !self.is_lone()) || !repeatable || first_order {
            return Verdict::Disagree;
        }
        let hindrances = self.groups.iter().filter_map(|group| hindrance(&self.entries, group.group));
        match hindrances.max() {
            _ if self.is_lone() => Verdict::Inconclusive,
            Some(verdict) => verdict,
            None if self.agree_nonzero == 0 => Verdict::Inconclusive,
            None => Verdict::Agree,
        }
    }

    /// Returns true if E changes with no parameter that was looked at, as far as can be seen.
    pub(super) fn is_flat(&self) -> bool {
        let visible = |entry: &Entry| entry.numerical.abs() > entry.uncertainty || entry.numerical.is_nan();
        !self.entries.iter().any(visible)
    }
}

/// The worst verdict in a group of whose gradient, by size, less than half agrees, or too much is left open or contested.
fn hindrance(entries: &[Entry], group: Group) -> Option<Verdict> {
    let (mut agree, mut open, mut all, mut worst) = (0.0, 0.0, 0.0, Verdict::Agree);
    let mut contested = false;
    for entry in entries.iter().filter(|entry| entry.id.group() == group) {
        let (size, numerical) = (entry.analytic.abs(), entry.numerical.abs());
        match entry.verdict {
            Verdict::Agree => agree += size,
            // What is open may be as large as either value, or as what they are uncertain by.
            Verdict::Inconclusive if numerical.is_finite() => {
                open += size.max(numerical).max(entry.uncertainty);
            }
            _ => {}
        }
        all += size;
        contested |= entry.is_contested();
        worst = worst.max(entry.verdict);
    }
    let most = agree > 0.5 * all && open <= TUNING.left_open * all && !contested; // not so if one is NaN
    (worst != Verdict::Agree && !most).then_some(worst)
}

impl Named {
    fn new(name: &str, entry: &Entry) -> Self {
        let ratio = entry.ratio();
        let ratio = ratio.is_finite().then_some(ratio);
        Self { name: name.to_owned(), ratio, entry: *entry }
    }
}

/// Returns true if an entry has a relative error that means something.
fn is_judged(entry: &Entry) -> bool {
    matches!(entry.verdict, Verdict::Agree | Verdict::Disagree) && !entry.no_effect
}

fn no_effect<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> usize {
    entries.into_iter().filter(|entry| entry.no_effect).count()
}

fn with<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    verdict: Verdict,
) -> impl Iterator<Item = &'e Entry> {
    entries.into_iter().filter(move |entry| entry.verdict == verdict)
}

/// Which of two entries is worse: not a number before any number, then by relative error, then by difference.
///
/// Relative errors count to two digits here: with flipped signs they are all 1 but for rounding, and the difference
/// must decide.
fn by_badness(one: &Entry, other: &Entry) -> Ordering {
    let disagrees = |c: &Entry| c.verdict == Verdict::Disagree;
    let relative =
        |c: &Entry| if disagrees(c) { (100.0 * c.relative_error).round() } else { c.relative_error };
    let difference = |c: &Entry| (c.analytic - c.numerical).abs();
    let by_finiteness = one.is_not_finite().cmp(&other.is_not_finite());
    by_finiteness
        .then(disagrees(one).cmp(&disagrees(other)))
        .then(relative(one).total_cmp(&relative(other)))
        .then(difference(one).total_cmp(&difference(other)))
}

/// NaN if one is.
fn largest_relative_error<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> f64 {
    let judged = entries.into_iter().filter(|entry| is_judged(entry));
    judged.map(|c| c.relative_error).fold(0.0, |largest, e| if e <= largest { largest } else { e })
}

fn count_groups(details: &Details, entries: &[Entry]) -> Vec<GroupCounts> {
    let mut groups: Vec<Group> = Vec::new();
    for entry in entries {
        let group = entry.id.group();
        if groups.last() != Some(&group) && !groups.contains(&group) {
            groups.push(group);
        }
    }
    let counts = groups.into_iter().map(|group| {
        let members: Vec<&Entry> = entries.iter().filter(|entry| entry.id.group() == group).collect();
        let members = || members.iter().copied();
        let count = |verdict| with(members(), verdict).count();
        GroupCounts {
            name: details.group_name(group),
            group,
            checked: members().count(),
            agree: count(Verdict::Agree) - no_effect(members()),
            no_effect: no_effect(members()),
            disagree: count(Verdict::Disagree),
            inconclusive: count(Verdict::Inconclusive),
            kink: count(Verdict::Kink),
            domain: count(Verdict::Domain),
            max_relative_error: largest_relative_error(members()),
        }
    });
    counts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_gradient;

    #[test]
    fn one_of_many_that_disagrees_by_little_in_f32_accuses_nobody() {
        let error = |p: &[f32]| 0.5 * p.iter().map(|w| w * w).sum::<f32>();
        let report =
            check_gradient(&mut [0.5, -0.25, 1.5, 0.75, 2.0, -1.0, 0.5, 1.25, -0.5, 1.0], error, |p| {
                p.to_vec()
            });
        assert_eq!(report.verdict, Verdict::Agree);
        let verdict = |wrong: usize, uncertainties: f64, precision: Precision| {
            let mut report = report.clone();
            for entry in &mut report.entries[..wrong] {
                entry.verdict = Verdict::Disagree;
                entry.uncertainty = 1.0;
                entry.analytic = entry.numerical + uncertainties;
            }
            (report.disagree, report.precision) = (wrong, precision);
            report.judge()
        };
        assert_eq!(verdict(1, 4.0, Precision::F32), Verdict::Inconclusive);
        assert_eq!(verdict(1, 6.0, Precision::F32), Verdict::Disagree);
        assert_eq!(verdict(2, 4.0, Precision::F32), Verdict::Disagree);
        assert_eq!(verdict(1, 4.0, Precision::F64), Verdict::Disagree);
    }
}
