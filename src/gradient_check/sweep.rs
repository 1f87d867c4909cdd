//! The same check over many shapes and seeds, as one table.

use std::fmt;

use super::{Report, Verdict};
use crate::column_width;

/// Reports of one check over a list of cases. Its `Display` is a table with the first failed report below it.
///
/// A bug often needs a certain shape to show: a transposed matrix is silent if it is square, an off-by-one error if
/// there is one of everything.
///
/// ```
/// use backprop::gradient_check::{Sweep, check_gradient};
///
/// // E = Σ wᵢ·wᵢ₊₁, around the end.
/// let sweep = Sweep::over(&[1, 2, 5], 0..3, |&length, seed| {
///     let mut w: Vec<f64> = (0..length).map(|i| ((i as u64 + 3 * seed) as f64).cos()).collect();
///     let next = |w: &[f64], i: usize| w[(i + 1) % w.len()];
///     let before = |w: &[f64], i: usize| w[(i + w.len() - 1) % w.len()];
///     check_gradient(
///         &mut w,
///         |w| (0..w.len()).map(|i| w[i] * next(w, i)).sum(),
///         |w| (0..w.len()).map(|i| next(w, i) + before(w, i)).collect(),
///     )
/// });
/// assert!(sweep.passed(), "{sweep}");
/// assert_eq!(sweep.reports().count(), 9);
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Sweep {
    heading: String,
    cases: Vec<(String, Report)>,
}

impl Sweep {
    /// Creates a sweep without cases; `heading` names the kind of case, such as a shape.
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), cases: Vec::new() }
    }

    /// Runs `check` for every shape with every seed.
    pub fn over<S: fmt::Debug>(
        shapes: &[S],
        seeds: std::ops::Range<u64>,
        mut check: impl FnMut(&S, u64) -> Report,
    ) -> Self {
        let mut sweep = Self::new("shape, seed");
        for shape in shapes {
            for seed in seeds.clone() {
                sweep.push(format!("{shape:?}, {seed}"), check(shape, seed));
            }
        }
        sweep
    }

    /// Adds a case.
    pub fn push(&mut self, case: impl Into<String>, report: Report) {
        self.cases.push((case.into(), report));
    }

    /// Returns `true` if there are cases, and all passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.cases.is_empty() && self.cases.iter().all(|(_, report)| report.passed())
    }

    /// Returns the worst verdict; `None` without cases.
    pub fn verdict(&self) -> Option<Verdict> {
        self.cases.iter().map(|(_, report)| report.verdict).max()
    }

    /// Returns every report, in order.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        self.cases.iter().map(|(_, report)| report)
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heading, cases } = self;
        let width = column_width(cases.iter().map(|(case, _)| case).chain([heading]));
        writeln!(f, "  {heading:<width$}  checked    agree  disagree  largest relative error  verdict")?;
        for (case, report) in cases {
            let Report { checked, agree, disagree, max_relative_error, verdict, .. } = report;
            let largest = format!("{max_relative_error:.2e}");
            writeln!(
                f,
                "  {case:<width$}  {checked:>7}  {agree:>7}  {disagree:>8}  {largest:>22}  {verdict}"
            )?;
        }
        // The first of those with the worst verdict.
        let failed = cases.iter().rev().filter(|(_, report)| !report.passed());
        if let Some((case, report)) = failed.max_by_key(|(_, report)| report.verdict) {
            write!(f, "\n{heading} {case}:\n{report}")?;
        }
        Ok(())
    }
}
