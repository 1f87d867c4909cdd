//! The report as a table that a learner can read.

use std::fmt;

use super::{GroupCounts, Named};
use crate::gradient_check::{Group, ParameterId, Report, Sign, TaylorOutcome, Verdict};

/// The head, the counts layer by layer, the worst parameter, and the verdict with its reason.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Gradient check of {}", self.description)?;
        writeln!(
            f,
            "Error E = {:.6e}. Both columns of values are {}:",
            self.error,
            match self.sign {
                Sign::Descent => "-dE/dw, the direction to move in",
                Sign::Ascent => "dE/dw",
            }
        )?;
        let difference = match self.sign {
            Sign::Descent => "E(w - h) - E(w + h)",
            Sign::Ascent => "E(w + h) - E(w - h)",
        };
        writeln!(f, "analytic as {} computes it, numerical = ({difference}) / 2h.\n", self.gradient_source)?;
        table(f, self)?;
        writeln!(f)?;
        if let Some(worst) = &self.worst {
            named(f, if self.disagree > 0 { "worst" } else { "largest relative error" }, worst)?;
        }
        if self.disagree > 1 {
            for disagreement in self.disagreements.iter().skip(1) {
                named(f, "", disagreement)?;
            }
        }
        for kink in &self.kinks {
            if let Some([left, right]) = kink.entry.slopes {
                let analytic = kink.entry.analytic;
                let name = &kink.name;
                writeln!(f, "  kink  {name}: left {left:.6e}, right {right:.6e}, analytic {analytic:.6e}")?;
            }
        }
        for edge in &self.edges {
            let (name, value) = (&edge.name, edge.entry.parameter);
            match edge.entry.outside {
                Some(outside) if outside != value => {
                    writeln!(f, "  domain  {name} = {value:e}: E is not finite at {outside:e}")?;
                }
                Some(_) => writeln!(f, "  domain  {name} = {value:e}: E is not finite there")?,
                None => writeln!(
                    f,
                    "  domain  {name} = {value:e}: E is steeper at every smaller step; it has no slope there"
                )?,
            }
        }
        taylor(f, self)?;
        cost(f, self)?;
        verdict(f, self)
    }
}

fn table(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let width = report.groups.iter().map(|group| group.name.chars().count()).max().unwrap_or(0).max(10);
    let edges = report.domain > 0;
    let domain = if edges { "  domain" } else { "" };
    writeln!(
        f,
        "  {:<width$}  checked    agree  disagree  inconclusive  kink{domain}  largest relative error",
        "parameters"
    )?;
    let mut row = |name: &str, counts: [usize; 6], largest: f64| {
        let [checked, agree, disagree, inconclusive, kink, domain] = counts;
        let domain = if edges { format!("  {domain:>6}") } else { String::new() };
        writeln!(
            f,
            "  {name:<width$}  {checked:>7}  {agree:>7}  {disagree:>8}  {inconclusive:>12}  {kink:>4}{domain}  {largest:.2e}"
        )
    };
    for group in &report.groups {
        let name = if group.group == Group::All { "all" } else { &group.name };
        let counts =
            [group.checked, group.agree, group.disagree, group.inconclusive, group.kink, group.domain];
        row(name, counts, group.max_relative_error)?;
    }
    if report.groups.len() > 1 {
        let counts =
            [report.checked, report.agree, report.disagree, report.inconclusive, report.kink, report.domain];
        row("total", counts, report.max_relative_error)?;
    }
    Ok(())
}

/// One parameter on one line: its name, both values, the ratio, the relative error.
fn named(f: &mut fmt::Formatter<'_>, label: &str, named: &Named) -> fmt::Result {
    let entry = &named.entry;
    let (analytic, numerical) = (entry.analytic, entry.numerical);
    if !label.is_empty() {
        writeln!(f, "  {label}:")?;
    }
    let bias = if matches!(entry.id, ParameterId::Bias { .. }) && named.name.starts_with('(') {
        " (a bias)"
    } else {
        ""
    };
    write!(f, "    {}{bias}: analytic {analytic:+.6e}, numerical {numerical:+.6e}", named.name)?;
    if let Some(ratio) = named.ratio {
        write!(f, ", ratio {ratio:.6}")?;
    }
    writeln!(f, ", relative error {:.2e}", entry.relative_error)
}

fn taylor(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let Some(test) = &report.taylor else { return Ok(()) };
    match (test.outcome, test.order) {
        (TaylorOutcome::SecondOrder, Some(order)) => {
            writeln!(f, "  Taylor remainder: falls with order {order:.2} (2 or more is right)")
        }
        (TaylorOutcome::FirstOrder, Some(order)) => {
            writeln!(f, "  Taylor remainder: falls with order {order:.2} only, where 2 is right")
        }
        (_, Some(order)) => writeln!(f, "  Taylor remainder: unclear (order {order:.2})"),
        (_, None) => writeln!(
            f,
            "  Taylor remainder: unclear (too small to be told from rounding, or a ReLU switched)"
        ),
    }
}

/// What the extra care has cost, where there was any.
fn cost(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    if report.agree_within_uncertainty > 0 {
        writeln!(
            f,
            "  {} of those that agree do so within what their numerical value is uncertain by, at most a hundredth of it",
            report.agree_within_uncertainty
        )?;
    }
    if report.careful > 0 {
        let closer: usize =
            report.entries.iter().map(|entry| entry.evaluations).filter(|&count| count > 2).sum();
        writeln!(
            f,
            "  evaluations of E: 2 a parameter, {:.1} for the {} that needed a closer look",
            closer as f64 / report.careful as f64,
            report.careful
        )?;
    }
    Ok(())
}

fn verdict(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let sampled = report.checked < report.parameters && !is_directions(report);
    let of_all = if sampled { format!(" (of {})", report.parameters) } else { String::new() };
    let what = if is_directions(report) { " directions" } else { "" };
    match report.verdict {
        Verdict::Agree => writeln!(
            f,
            "\nAGREE: {}{what} checked{of_all}, largest relative error {:.2e} (at most {:.0e} is equal).",
            report.checked, report.max_relative_error, report.tolerance
        )?,
        Verdict::Disagree if !report.repeatable => writeln!(
            f,
            "\nDISAGREE: E, evaluated twice with the same parameters, gave two values. It is not a function of the \
             parameters; is something drawn at random, such as a dropout mask?"
        )?,
        Verdict::Disagree if report.disagree == 0 => writeln!(
            f,
            "\nDISAGREE: the parameters that were compared agree, but the Taylor remainder is of first order: some \
             other gradient is wrong. Check every parameter."
        )?,
        Verdict::Disagree => {
            writeln!(
                f,
                "\nDISAGREE: {} of {}{what} checked{of_all}, in {}.",
                report.disagree,
                report.checked,
                groups_with_disagreements(report)
            )?;
        }
        Verdict::Inconclusive if report.is_lone() => writeln!(
            f,
            "\nINCONCLUSIVE: one of {} checked disagrees, by little more than is uncertain. In f32 rounding may do that to one: \
             try another sample, other weights, or f64.",
            report.checked
        )?,
        Verdict::Inconclusive if report.agree_nonzero == 0 => writeln!(
            f,
            "\nINCONCLUSIVE: nothing disagrees, but nothing other than 0 agrees either. Noise proves nothing; try \
             another sample or other weights."
        )?,
        Verdict::Inconclusive => writeln!(
            f,
            "\nINCONCLUSIVE: nothing disagrees, but less than half of the gradient agrees, in {}. The rest is lost in \
             rounding; try another sample or other weights.",
            groups_without_proof(report)
        )?,
        Verdict::Kink => writeln!(
            f,
            "\nKINK: nothing disagrees, but less than half of the gradient agrees, in {}: E bends there, and has two \
             slopes. Try another sample or other weights.",
            groups_without_proof(report)
        )?,
        Verdict::Domain => writeln!(
            f,
            "\nDOMAIN: E or its slope is not finite at or beside these parameters, in {}: nothing can be compared. Try \
             other weights.",
            groups_without_proof(report)
        )?,
    }
    if let Some(diagnosis) = report.diagnosis.as_ref().filter(|_| !report.is_lone()) {
        writeln!(f, "Diagnosis: {diagnosis}")?;
    }
    Ok(())
}

fn is_directions(report: &Report) -> bool {
    report.entries.iter().any(|entry| matches!(entry.id, ParameterId::Direction { .. }))
}

/// The groups with disagreements: `W[1], b[1]`.
fn groups_with_disagreements(report: &Report) -> String {
    names(report, |group| group.disagree > 0)
}

/// The groups in which not everything agrees.
fn groups_without_proof(report: &Report) -> String {
    names(report, |group| group.agree < group.checked)
}

fn names(report: &Report, which: impl Fn(&GroupCounts) -> bool) -> String {
    let names: Vec<&str> =
        report.groups.iter().filter(|group| which(group)).map(|group| group.name.as_str()).collect();
    names.join(", ")
}
