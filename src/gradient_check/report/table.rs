//! Formats the report as a table for learners.

use std::fmt;

use super::{GroupCounts, Named, hindrance};
use crate::column_width;
use crate::gradient_check::coordinate::FIRST_LOOK;
use crate::gradient_check::{Entry, Group, ParameterId, Report, Sign, TaylorOutcome, Verdict};

/// The head, the counts layer by layer, the worst parameter, and the verdict with its reason.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slope, difference) = match self.sign {
            Sign::Descent => ("-dE/dw, the direction to move in", "E(w - h) - E(w + h)"),
            Sign::Ascent => ("dE/dw", "E(w + h) - E(w - h)"),
        };
        let (description, source) = (&self.description, &self.gradient_source);
        writeln!(f, "Gradient check of {description}")?;
        writeln!(f, "Error E = {:.6e}. Both columns of values are {slope}:", self.error)?;
        writeln!(f, "analytic as {source} computes it, numerical = ({difference}) / 2h.\n")?;
        table(f, self)?;
        writeln!(f)?;
        for line in parameters(self).into_iter().chain(taylor(self)).chain(cost(self)) {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "\n{}: {}", self.verdict.to_string().to_uppercase(), reason(self))?;
        if let Some(diagnosis) = &self.diagnosis {
            writeln!(f, "Diagnosis: {diagnosis}")?;
        }
        Ok(())
    }
}

/// A column of counts: its head, true if it is left out where it is 0 everywhere, and the count.
type Column = (&'static str, bool, fn(&GroupCounts) -> usize);
const COLUMNS: [Column; 7] = [
    ("checked", false, |group| group.checked),
    ("  agree", false, |group| group.agree),
    ("no effect", true, |group| group.no_effect),
    ("disagree", false, |group| group.disagree),
    ("inconclusive", false, |group| group.inconclusive),
    ("kink", false, |group| group.kink),
    ("domain", true, |group| group.domain),
];

fn table(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let width = column_width(report.groups.iter().map(|group| &group.name)).max(10);
    let sum = |count: fn(&GroupCounts) -> usize| report.groups.iter().map(count).sum::<usize>();
    let columns = COLUMNS.into_iter().filter(|&(_, optional, count)| !optional || sum(count) > 0);
    let columns: Vec<Column> = columns.collect();
    let heads: Vec<&str> = columns.iter().map(|(head, ..)| *head).collect();
    writeln!(f, "  {:<width$}  {}  largest relative error", "parameters", heads.join("  "))?;
    let mut row = |name: &str, counts: &dyn Fn(fn(&GroupCounts) -> usize) -> usize, largest: f64| {
        write!(f, "  {name:<width$}")?;
        for &(head, _, count) in &columns {
            write!(f, "  {:>1$}", counts(count), head.len())?;
        }
        writeln!(f, "  {largest:.2e}")
    };
    for group in &report.groups {
        let name = if group.group == Group::All { "all" } else { &group.name };
        row(name, &|count| count(group), group.max_relative_error)?;
    }
    if report.groups.len() > 1 {
        row("total", &sum, report.max_relative_error)?;
    }
    Ok(())
}

/// Lists the parameters that a reader should look at.
fn parameters(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(worst) = &report.worst {
        let label = if report.disagree > 0 { "worst:" } else { "largest relative error:" };
        lines.extend([label.to_owned(), both_values(worst)]);
    }
    lines.extend(report.disagreements.iter().skip(1).map(both_values));
    for Named { name, entry, .. } in &report.kinks {
        if let Some([left, right]) = entry.slopes {
            let analytic = entry.analytic;
            lines.push(format!("kink  {name}: left {left:.6e}, right {right:.6e}, analytic {analytic:.6e}"));
        }
    }
    for Named { name, entry, .. } in &report.edges {
        let reason = match entry.outside {
            Some(outside) if outside != entry.parameter => format!("E is not finite at {outside:e}"),
            Some(_) => "E is not finite there".to_owned(),
            None => "E is steeper at every smaller step; it has no slope there".to_owned(),
        };
        lines.push(format!("domain  {name} = {:e}: {reason}", entry.parameter));
    }
    lines
}

/// Formats one parameter on one line: its name, both values, the ratio, the relative error.
fn both_values(named: &Named) -> String {
    let Named { name, ratio, entry } = named;
    let is_bias = matches!(entry.id, ParameterId::Bias { .. }) && name.starts_with('(');
    let bias = if is_bias { " (a bias)" } else { "" };
    let ratio = ratio.map(|ratio| format!(", ratio {ratio:.6}")).unwrap_or_default();
    let (analytic, numerical, error) = (entry.analytic, entry.numerical, entry.relative_error);
    format!(
        "  {name}{bias}: analytic {analytic:+.6e}, numerical {numerical:+.6e}{ratio}, relative error {error:.2e}"
    )
}

fn taylor(report: &Report) -> Option<String> {
    let test = report.taylor.as_ref()?;
    let outcome = match (test.outcome, test.order) {
        (TaylorOutcome::SecondOrder, Some(order)) => {
            format!("falls with order {order:.2} (2 or more is right)")
        }
        (TaylorOutcome::FirstOrder, Some(order)) => {
            format!("falls with order {order:.2} only, where 2 is right")
        }
        (_, Some(order)) => format!("unclear (order {order:.2})"),
        (_, None) => "unclear (too small to tell from rounding)".to_owned(),
    };
    Some(format!("Taylor remainder: {outcome}"))
}

/// Says where the check was less certain, or more expensive, than usual.
fn cost(report: &Report) -> Vec<String> {
    let (within, careful) = (report.agree_within_uncertainty, report.careful);
    let mut lines = Vec::new();
    if within > 0 {
        lines.push(format!(
            "{within} of those that agree do so only within the uncertainty of their numerical value, at most 2 % of it"
        ));
    }
    if careful > 0 {
        let counts = report.entries.iter().map(|entry| entry.evaluations);
        let closer = counts.filter(|&count| count > FIRST_LOOK).sum::<usize>() as f64 / careful as f64;
        lines.push(format!(
            "evaluations of E: {FIRST_LOOK} per parameter, {closer:.1} for the {careful} that needed a closer look"
        ));
    }
    lines
}

/// Gives the reason for the verdict, and says what to do.
fn reason(report: &Report) -> String {
    let hindered = || report.names(|members| hindrance(members).is_some());
    match report.verdict {
        _ if !(report.repeatable && report.gradient_repeatable) => not_repeatable(report),
        Verdict::Agree => agree(report),
        Verdict::Disagree if report.disagree == 0 => {
            "the parameters that were compared agree, but the Taylor remainder is of first order: some other gradient is \
             wrong. Check every parameter."
                .to_owned()
        }
        Verdict::Disagree => {
            let wrong = |entry: &&Entry| entry.verdict == Verdict::Disagree;
            let groups = report.names(|members| members.iter().any(wrong));
            format!("{} of {}, in {groups}.", report.disagree, checked(report))
        }
        _ if report.parameters == 0 => {
            "the model has no parameters, so there is nothing to compare.".to_owned()
        }
        _ if !report.error.is_finite() => format!(
            "E is {} with these parameters, before anything is moved: nothing can be compared. Find out where the first \
             number of the forward pass is not finite, or try other parameters.",
            report.error
        ),
        Verdict::Domain => format!(
            "E or its slope is not finite at or near these parameters, in {}: nothing can be compared. Try other weights.",
            hindered()
        ),
        Verdict::Kink => format!(
            "nothing disagrees, but less than half of the gradient agrees, in {}: E bends there, and has two slopes{}. Try \
             another sample or other weights.",
            hindered(),
            left_open(report)
        ),
        Verdict::Inconclusive if report.disagree > 0 => format!(
            "one of {} checked disagrees, by little more than the uncertainty. In f32, rounding may cause one of these: try another \
             sample, other weights, or f64.",
            report.checked
        ),
        Verdict::Inconclusive if report.agree_nonzero == 0 && report.is_flat => format!(
            "E does not change with any of the {}, as far as rounding shows. If the outputs are normalised, their \
             sum is constant: check_vjp weights each output differently. If E counts (an accuracy), use a cost \
             that has a slope.",
            checked(report)
        ),
        Verdict::Inconclusive => format!(
            "nothing disagrees, but {}{}. Try another sample, other weights or f64.",
            match report.entries.iter().zip(&report.names).find(|(entry, _)| entry.is_contested()) {
                Some((Entry { analytic, numerical, .. }, name)) => format!(
                    "{name} may be wrong: analytic {analytic:+.6e} and numerical {numerical:+.6e} differ by more than \
                     rounding is likely to explain"
                ),
                None if report.agree_nonzero == 0 => "nothing other than 0 agrees either".to_owned(),
                None => format!("too much of the gradient is left open, in {}", hindered()),
            },
            left_open(report)
        ),
    }
}

/// Returns `26 checked, …`, or `459 of 472; 13 have no visible effect on E. …`
fn agree(report: &Report) -> String {
    let head = match left_open(report) {
        open if open.is_empty() => format!("{}, largest", checked(report)),
        open => format!("{} of {}{open}. Largest", report.agree, report.checked),
    };
    let (largest, tolerance) = (report.max_relative_error, report.tolerance);
    let allowed = if largest <= tolerance {
        format!("(at most {tolerance:.0e} is equal)")
    } else {
        "(within the uncertainty of the numerical value)".to_owned()
    };
    format!("{head} relative error {largest:.2e} {allowed}.")
}

fn not_repeatable(report: &Report) -> String {
    let what = if report.repeatable { "the gradient, computed" } else { "E, evaluated" };
    let difference = match report.verdict {
        Verdict::Disagree => "gave two values: random or accumulated",
        _ => "gave two values, which differ by more than rounding explains unless large terms cancel",
    };
    format!(
        "{what} twice with the same parameters, {difference}. Is something drawn at random (dropout), kept from the call \
         before (running statistics), or added to what is already there (a gradient that is not reset)?"
    )
}

/// Returns `26 checked`, `8 directions checked`, `489 checked (of 5609)`.
fn checked(report: &Report) -> String {
    let count = report.checked;
    if report.entries.iter().any(|entry| matches!(entry.id, ParameterId::Direction { .. })) {
        format!("{count} directions checked")
    } else if count < report.parameters {
        format!("{count} checked (of {})", report.parameters)
    } else {
        format!("{count} checked")
    }
}

/// Returns `; 13 have no visible effect on E, 2 are left open`.
fn left_open(report: &Report) -> String {
    let mut parts = Vec::new();
    if report.no_effect > 0 {
        let have = if report.no_effect == 1 { "has" } else { "have" };
        parts.push(format!("{} {have} no visible effect on E", report.no_effect));
    }
    for (count, why) in [
        (report.inconclusive, "left open by rounding"),
        (report.kink, "at a bend"),
        (report.domain, "at the edge of the domain"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {} {why}", if count == 1 { "is" } else { "are" }));
        }
    }
    if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
}
