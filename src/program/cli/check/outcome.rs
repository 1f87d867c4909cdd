//! The combined result of the engines' reports.
//!
//! `checked` counts *parameters*, each compared with the gradient of every engine asked for: 26 parameters on both
//! engines are 26, not 52. A parameter's verdict is the worst of its engines' verdicts.

use std::time::Instant;

use serde::Serialize;

use backprop::gradient_check::{Named, Report, Verdict};

/// The reports of the engines that were checked.
pub(super) struct Outcome {
    /// Each engine's name and its report, of the same parameters in the same order.
    pub(super) reports: Vec<(&'static str, Report)>,
    /// The time that the checks took.
    pub(super) seconds: f64,
}

/// The number of parameters with each verdict.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) checked: usize,
    pub(super) agree: usize,
    pub(super) no_effect: usize,
    pub(super) disagree: usize,
    pub(super) inconclusive: usize,
    pub(super) kink: usize,
    pub(super) domain: usize,
}

impl Outcome {
    pub(super) fn new() -> Self {
        Self { reports: Vec::new(), seconds: 0.0 }
    }

    /// Runs the check of one engine.
    pub(super) fn add(&mut self, engine: &'static str, check: impl FnOnce() -> Report) {
        let start = Instant::now();
        let report = check();
        self.seconds += start.elapsed().as_secs_f64();
        self.reports.push((engine, report));
    }

    /// Returns `true` if every engine passed.
    pub(super) fn passed(&self) -> bool {
        self.reports.iter().all(|(_, report)| report.passed())
    }

    /// Returns the worst verdict of an engine.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.reports.iter().map(|(_, report)| report.verdict).max()
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let checked = self.reports.first().map_or(0, |(_, report)| report.entries.len());
        for place in 0..checked {
            counts.checked += 1;
            let verdicts = self.reports.iter().map(|(_, report)| report.entries[place].verdict);
            match verdicts.max() {
                Some(Verdict::Disagree) => counts.disagree += 1,
                Some(Verdict::Inconclusive) => counts.inconclusive += 1,
                Some(Verdict::Kink) => counts.kink += 1,
                Some(Verdict::Domain) => counts.domain += 1,
                _ if self.reports.iter().all(|(_, report)| report.entries[place].no_effect) => {
                    counts.no_effect += 1;
                }
                Some(Verdict::Agree) | None => counts.agree += 1,
            }
        }
        counts
    }

    /// Returns the largest relative error; NaN (null in JSON) if one engine's is NaN.
    pub(super) fn max_relative_error(&self) -> f64 {
        let errors = self.reports.iter().map(|(_, report)| report.max_relative_error);
        errors.fold(0.0, |largest, error| if error <= largest { largest } else { error })
    }

    /// Returns the worst parameter of the engine with the largest relative error.
    pub(super) fn worst(&self) -> Option<&Named> {
        let worst = self.reports.iter().filter_map(|(_, report)| report.worst.as_ref());
        worst.max_by(|one, other| {
            let by_verdict = one.entry.verdict.cmp(&other.entry.verdict);
            by_verdict.then(one.entry.relative_error.total_cmp(&other.entry.relative_error))
        })
    }
}
