//! The outcome of a check: counts, the worst parameter, a diagnosis. Its `Display` (in `table`) is for
//! people, its serde form for programs.

use std::cmp::Ordering;

mod article;
mod table;

use crate::counted;

use super::coordinate::FIRST_LOOK;
use super::parameter_id::by_group;
use super::tuning;
use super::walk::{Repeated, Walk};
use super::{Diagnosis, Entry, Group, ParameterId, Precision, Sign, TaylorOutcome, TaylorTest, Verdict};

/// The largest number of disagreements that a report names one by one.
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
    /// The verdict on all parameters together. `Disagree` if one disagrees (in f32, if it is one of ten or more, by
    /// five times its uncertainty), if the Taylor remainder is of first order, or if E or the gradient is not
    /// repeatable. `Agree` if at least half of the gradient of each group that has an effect agrees, by size, and
    /// something that is not 0 agrees. Otherwise the main obstacle: `Inconclusive`, `Domain` or `Kink`.
    pub verdict: Verdict,
    /// One line that says what was checked.
    pub description: String,
    /// The code that computed the analytic gradient: `the training code`, or a fault's backward pass.
    pub gradient_source: String,
    /// The error E with the parameters as they are.
    pub error: f64,
    /// The largest relative error that counts as equal.
    pub tolerance: f64,
    /// The number of parameters of the model.
    pub parameters: usize,
    /// The number of parameters that were compared (or of directions, where those were asked for).
    pub checked: usize,
    /// The number that agree.
    pub agree: usize,
    /// The number of parameters that agree and are not 0: only these prove something.
    pub agree_nonzero: usize,
    /// The number of those that agree within the uncertainty of the numerical value, but not within the tolerance.
    pub agree_within_uncertainty: usize,
    /// The number without a visible effect on E.
    pub no_effect: usize,
    /// The number that disagree.
    pub disagree: usize,
    /// The number with a numerical value too uncertain to decide.
    pub inconclusive: usize,
    /// The number at a bend, as of a ReLU.
    pub kink: usize,
    /// The number at the edge of the domain of E, or outside.
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
    /// `true` if E, evaluated twice at the same place, was the same, up to rounding. Otherwise it is not a function of the
    /// parameters.
    pub repeatable: bool,
    /// `true` if the gradient, computed twice at the same place, was the same, up to rounding.
    pub gradient_repeatable: bool,
    /// The precision that the model computes in.
    pub precision: Precision,
    /// The sign of both values.
    pub sign: Sign,
    /// The number of evaluations of E.
    pub evaluations: usize,
    /// The number of parameters that needed more than four evaluations.
    pub careful: usize,
    /// Every entry, in the order of the parameters.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub entries: Vec<Entry>,
    /// The name of each entry's parameter, as the model gives it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub names: Vec<String>,
    /// `true` if E changes with no parameter that was looked at, as far as can be seen.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) is_flat: bool,
}

/// One entry together with the name that a reader of the model knows.
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
    /// The parameters that it counts.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub group: Group,
    /// The number of parameters that were compared.
    pub checked: usize,
    /// The number that agree.
    pub agree: usize,
    /// The number without a visible effect on E.
    pub no_effect: usize,
    /// The number that disagree.
    pub disagree: usize,
    /// The number with a numerical value too uncertain to decide.
    pub inconclusive: usize,
    /// The number at a bend, as of a ReLU.
    pub kink: usize,
    /// The number at the edge of the domain of E, or outside.
    pub domain: usize,
    /// The largest relative error among those that agree or disagree.
    pub max_relative_error: f64,
}

impl Report {
    pub(super) fn new(walk: &Walk, entries: Vec<Entry>, taylor: Option<TaylorTest>) -> Self {
        let (details, tolerance) = (&walk.details, walk.basis.tolerance);
        let parameters = walk.model.parameter_count();
        let name = |entry: &Entry| match entry.id {
            ParameterId::Direction { .. } => entry.id.to_string(),
            _ => walk.model.name(entry.index),
        };
        let named = |entry: &&Entry| Named {
            name: name(entry),
            ratio: Some(entry.ratio()).filter(|ratio| ratio.is_finite()),
            entry: **entry,
        };
        let first = |verdict: Verdict| -> Vec<Named> {
            with(&entries, verdict).take(NAMED).map(|entry| named(&entry)).collect()
        };
        let mut disagreements: Vec<&Entry> = with(&entries, Verdict::Disagree).collect();
        disagreements.sort_by(|one, other| by_badness(other, one));
        // The first of those that are equally bad.
        let worst =
            entries.iter().rev().filter(|entry| is_judged(entry)).max_by(|one, other| by_badness(one, other));
        let within = |entry: &&Entry| entry.relative_error > tolerance && !entry.no_effect;
        let first_order = taylor.as_ref().is_some_and(|test| test.outcome == TaylorOutcome::FirstOrder);
        let repeatable = walk.repeated == [Repeated::Yes; 2];
        let verdict = match walk.repeated.into_iter().max() {
            Some(Repeated::No) => Verdict::Disagree,
            Some(Repeated::Nearly) => Verdict::Inconclusive,
            _ if first_order => Verdict::Disagree,
            _ => judge(&entries, details.precision),
        };
        let total = GroupCounts::of(String::new(), Group::All, &entries.iter().collect::<Vec<_>>());
        Self {
            verdict,
            description: match &details.description[..] {
                "" => format!("a model of {}", counted(parameters, "parameter")),
                description => description.to_owned(),
            },
            gradient_source: details.gradient_source.clone(),
            error: walk.basis.error,
            tolerance,
            parameters,
            checked: total.checked,
            agree: total.agree,
            agree_nonzero: entries.iter().filter(|entry| entry.is_proof()).count(),
            agree_within_uncertainty: with(&entries, Verdict::Agree).filter(within).count(),
            no_effect: total.no_effect,
            disagree: total.disagree,
            inconclusive: total.inconclusive,
            kink: total.kink,
            domain: total.domain,
            max_relative_error: total.max_relative_error,
            groups: groups_of(&entries)
                .into_iter()
                .map(|(group, members)| GroupCounts::of(details.group_name(group), group, &members))
                .collect(),
            worst: worst.as_ref().map(named),
            disagreements: disagreements.iter().take(NAMED).map(named).collect(),
            kinks: first(Verdict::Kink),
            edges: first(Verdict::Domain),
            diagnosis: (repeatable && verdict == Verdict::Disagree)
                .then(|| Diagnosis::of(&entries, details))
                .flatten(),
            taylor,
            repeatable: walk.repeated[0] == Repeated::Yes,
            gradient_repeatable: walk.repeated[1] == Repeated::Yes,
            precision: details.precision,
            sign: details.sign,
            evaluations: walk.evaluations,
            careful: entries.iter().filter(|entry| entry.evaluations > FIRST_LOOK).count(),
            names: entries.iter().map(name).collect(),
            is_flat: entries.iter().all(|entry| {
                // Where terms of size 1 cancel to an E near 0, it changes by their rounding.
                let rounding = walk.basis.noise.swallowed / entry.step;
                entry.numerical.abs() <= entry.uncertainty.max(rounding)
            }),
            entries,
        }
    }

    /// Returns `true` if the gradient is right as far as this check can see: exit status 0.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Agree
    }

    /// Returns the names of some groups.
    fn names(&self, which: impl Fn(&[&Entry]) -> bool) -> String {
        let groups = groups_of(&self.entries).into_iter().zip(&self.groups);
        let some = groups.filter(|((_, members), _)| which(members));
        some.map(|(_, group)| group.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the verdict on all entries. Any disagreement fails the check, except a single small one among many in f32:
/// the uncertainty is an estimate from noise, and among dozens of parameters in each of ten thousand models some
/// exceed it. Zeros, noise and bends alone certify nothing.
fn judge(entries: &[Entry], precision: Precision) -> Verdict {
    let wrong: Vec<&Entry> = with(entries, Verdict::Disagree).collect();
    if let Some(first) = wrong.first() {
        let little = (first.analytic - first.numerical).abs() <= tuning::LITTLE * first.uncertainty;
        let one_of_many = wrong.len() == 1 && entries.len() >= tuning::MANY;
        let excused = precision == Precision::F32 && one_of_many && little;
        return if excused { Verdict::Inconclusive } else { Verdict::Disagree };
    }
    let hindrance = groups_of(entries).iter().filter_map(|(_, members)| hindrance(members)).max();
    let proof = entries.iter().any(Entry::is_proof);
    hindrance.unwrap_or(if proof { Verdict::Agree } else { Verdict::Inconclusive })
}

/// Returns the worst verdict in a group, if less than half of its gradient agrees, by size, or too much is left open, or
/// anything is contested.
fn hindrance(members: &[&Entry]) -> Option<Verdict> {
    let (mut agree, mut open, mut all, mut worst) = (0.0, 0.0, 0.0, Verdict::Agree);
    for entry in members {
        let (size, numerical) = (entry.analytic.abs(), entry.numerical.abs());
        match entry.verdict {
            Verdict::Agree => agree += size,
            // An open entry may be as large as either value, or as their uncertainty.
            Verdict::Inconclusive if numerical.is_finite() => {
                open += size.max(numerical).max(entry.uncertainty);
            }
            _ => {}
        }
        all += size;
        worst = worst.max(entry.verdict);
    }
    let contested = members.iter().any(|entry| entry.is_contested());
    let most = agree > 0.5 * all && open <= tuning::LEFT_OPEN * all && !contested; // not so if one is NaN
    (worst != Verdict::Agree && !most).then_some(worst)
}

fn groups_of(entries: &[Entry]) -> Vec<(Group, Vec<&Entry>)> {
    by_group(entries.iter().map(|entry| (entry.id.group(), entry)))
}

impl GroupCounts {
    fn of(name: String, group: Group, members: &[&Entry]) -> Self {
        let count = |verdict| members.iter().filter(|entry| entry.verdict == verdict).count();
        let no_effect = members.iter().filter(|entry| entry.no_effect).count();
        let errors = members.iter().filter(|entry| is_judged(entry)).map(|entry| entry.relative_error);
        Self {
            name,
            group,
            checked: members.len(),
            agree: count(Verdict::Agree) - no_effect,
            no_effect,
            disagree: count(Verdict::Disagree),
            inconclusive: count(Verdict::Inconclusive),
            kink: count(Verdict::Kink),
            domain: count(Verdict::Domain),
            // NaN if one is.
            max_relative_error: errors.fold(0.0, |largest, e| if e <= largest { largest } else { e }),
        }
    }
}

/// Returns `true` if an entry has a meaningful relative error.
fn is_judged(entry: &Entry) -> bool {
    matches!(entry.verdict, Verdict::Agree | Verdict::Disagree) && !entry.no_effect
}

fn with(entries: &[Entry], verdict: Verdict) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(move |entry| entry.verdict == verdict)
}

/// Compares how bad two entries are: not a number before any number, then by relative error, then by difference.
///
/// Relative errors count to two digits here: with flipped signs they are all 1 up to rounding, and the difference
/// must decide.
fn by_badness(one: &Entry, other: &Entry) -> Ordering {
    let badness = |entry: &Entry| {
        let disagrees = entry.verdict == Verdict::Disagree;
        let error = entry.relative_error;
        let relative = if disagrees { (100.0 * error).round() } else { error };
        (entry.is_not_finite(), disagrees, relative, (entry.analytic - entry.numerical).abs())
    };
    let (one, other) = (badness(one), badness(other));
    let flags = (one.0, one.1).cmp(&(other.0, other.1));
    flags.then(one.2.total_cmp(&other.2)).then(one.3.total_cmp(&other.3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_gradient;

    #[test]
    fn one_of_many_that_disagrees_by_little_in_f32_does_not_fail_the_check() {
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
            judge(&report.entries, precision)
        };
        assert_eq!(verdict(1, 4.0, Precision::F32), Verdict::Inconclusive);
        assert_eq!(verdict(1, 6.0, Precision::F32), Verdict::Disagree);
        assert_eq!(verdict(2, 4.0, Precision::F32), Verdict::Disagree);
        assert_eq!(verdict(1, 4.0, Precision::F64), Verdict::Disagree);
    }

    #[test]
    fn one_open_value_leaves_its_group_open_only_if_it_differs_by_a_good_part_of_it() {
        let error = |p: &[f64]| 0.5 * p.iter().map(|w| w * w).sum::<f64>();
        let mut report = check_gradient(&mut [0.5, -0.25, 1.5, 0.75], error, <[f64]>::to_vec);
        let mut set = |difference: f64| {
            let open = &mut report.entries[1];
            (open.verdict, open.uncertainty) = (Verdict::Inconclusive, 0.01);
            open.analytic = open.numerical + difference;
            report.verdict = judge(&report.entries, Precision::F64);
            (report.verdict, report.to_string())
        };
        assert_eq!(set(0.007).0, Verdict::Agree);
        let (verdict, text) = set(0.009);
        assert_eq!(verdict, Verdict::Inconclusive);
        let sentence =
            "parameter 1 may be wrong: analytic -2.410000e-1 and numerical -2.500000e-1 differ by more";
        assert!(text.contains(sentence), "{text}");
    }
}
