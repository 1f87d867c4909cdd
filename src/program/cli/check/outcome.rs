//! The combined result of the engines' reports.
//!
//! `checked` counts *parameters*, each compared with the gradient of every engine asked for: 26 parameters on both
//! engines are 26, not 52. A parameter's verdict is the worst of its engines' verdicts.

use std::time::Instant;

use serde_json::{Value, json};

use backprop::gradient_check::{Named, Report, Verdict};

/// The reports of the engines that were checked.
#[derive(Default)]
pub(super) struct Outcome {
    /// Each engine's name and its report, of the same parameters in the same order.
    pub(super) reports: Vec<(&'static str, Report)>,
    /// The time that the checks took.
    seconds: f64,
}

impl Outcome {
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

    /// Returns the numbers of all engines together, then each engine's own.
    pub(super) fn to_json(&self) -> Value {
        let checked = self.reports.first().map_or(0, |(_, report)| report.entries.len());
        let of = |place: usize| self.reports.iter().map(move |(_, report)| &report.entries[place]);
        let worst = |place: usize| of(place).map(|entry| entry.verdict).max();
        let count = |verdict| (0..checked).filter(|&place| worst(place) == Some(verdict)).count();
        let has_no_effect =
            |&place: &usize| worst(place) == Some(Verdict::Agree) && of(place).all(|entry| entry.no_effect);
        let no_effect = (0..checked).filter(has_no_effect).count();
        let engines = self.reports.iter().map(|(engine, report)| {
            let mut object = json!(report);
            object["engine"] = json!(engine);
            object
        });
        json!({
            "checked": checked,
            "agree": count(Verdict::Agree) - no_effect,
            "no_effect": no_effect,
            "disagree": count(Verdict::Disagree),
            "inconclusive": count(Verdict::Inconclusive),
            "kink": count(Verdict::Kink),
            "domain": count(Verdict::Domain),
            "verdict": self.reports.iter().map(|(_, report)| report.verdict).max(),
            "max_relative_error": self.max_relative_error(),
            "worst": self.worst(),
            "seconds": self.seconds,
            "engines": engines.collect::<Vec<_>>(),
        })
    }

    /// Returns the largest relative error; NaN (null in JSON) if one engine's is NaN.
    fn max_relative_error(&self) -> f64 {
        let errors = self.reports.iter().map(|(_, report)| report.max_relative_error);
        errors.fold(0.0, |largest, error| if error <= largest { largest } else { error })
    }

    /// Returns the worst parameter of the engine with the largest relative error.
    fn worst(&self) -> Option<&Named> {
        let worst = self.reports.iter().filter_map(|(_, report)| report.worst.as_ref());
        worst.max_by(|one, other| {
            let by_verdict = one.entry.verdict.cmp(&other.entry.verdict);
            by_verdict.then(one.entry.relative_error.total_cmp(&other.entry.relative_error))
        })
    }
}
