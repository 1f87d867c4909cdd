//! The check as the article shows it: two columns to compare by eye. Ports `gradient_check` of bp.py.
//!
//! ```text
//! expected_gradient = (error2 - error1) / (2 * epsilon)      epsilon = 0.0001
//! actual_gradient   = conn.get_gradient()
//! ```
//!
//! "Expected" is the numerical value, "actual" the analytic one; four significant digits should be the same.
//!
//! `DIFFERENCE:` bp.py prints six decimals, which leaves one digit of a gradient of 0.00006; here it is six significant
//! digits, with the parameter's name before them and the number of equal digits after them. bp.py asserts nothing;
//! here the outcome counts. (The swapped arguments and the weights left lower are described in
//! [`gradient_check`](crate::gradient_check).)

use std::fmt;

use crate::column_width;
use crate::gradient_check::{Check, Entry, Report, Verdict};

/// bp.py's `epsilon`.
const STEP: f64 = 0.0001;

/// The number of significant digits that should be the same.
const DIGITS: i32 = 4;

impl Check {
    /// Creates a check with the article's settings: ε = 0.0001 for every parameter, and four equal digits are enough.
    ///
    /// [`Report::columns`] prints the result as the article does.
    pub fn article() -> Self {
        // Half a unit of the fourth digit; the measure divides by the sum of both values.
        let tolerance = 0.25 * 0.1f64.powi(DIGITS);
        Self::new().step(STEP).tolerance(tolerance).taylor(false)
    }
}

impl Report {
    /// Returns this report in the article's two columns.
    ///
    /// ```
    /// use backprop::gradient_check::{Check, CheckedNetwork};
    /// use backprop::graph::Network;
    /// use backprop::{Label, Sample};
    ///
    /// let mut network = Network::new(&[3, 4, 2], 0);
    /// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
    /// let report = Check::article().run(&mut checked);
    /// let text = report.columns().to_string();
    /// assert!(text.contains("26 of 26 are the same to 4 significant digits"));
    /// ```
    pub fn columns(&self) -> impl fmt::Display {
        fmt::from_fn(|f| {
            let Self { names, entries, description, agree, checked, diagnosis, .. } = self;
            let width = column_width(names).max("parameter".len());
            writeln!(f, "Gradient check of {description}, as the article does it")?;
            write!(f, "expected = numerical, (error2 - error1) / (2 * {STEP}); ")?;
            writeln!(f, "actual = analytic, by backpropagation.\n")?;
            writeln!(f, "  {:<width$}  expected gradient    actual gradient  same digits", "parameter")?;
            for (name, entry) in names.iter().zip(entries) {
                let Entry { numerical, analytic, .. } = entry;
                let note = match entry.verdict {
                    Verdict::Agree if entry.no_effect => "  (no visible effect)",
                    Verdict::Agree => "",
                    Verdict::Inconclusive => "  (within rounding noise)",
                    Verdict::Kink => "  (a ReLU switched)",
                    Verdict::Domain => "  (outside the domain)",
                    Verdict::Disagree => "  <-- different",
                };
                let digits = digits(entry);
                writeln!(f, "  {name:<width$}  {numerical:>17.5e}  {analytic:>17.5e}  {digits:>11}{note}")?;
            }
            writeln!(f, "\n{agree} of {checked} are the same to {DIGITS} significant digits.")?;
            diagnosis.iter().try_for_each(|diagnosis| writeln!(f, "Diagnosis: {diagnosis}"))
        })
    }
}

/// Returns the number of significant digits to which the two values are the same; "all" where they are equal.
fn digits(entry: &Entry) -> String {
    let (numerical, analytic) = (entry.numerical, entry.analytic);
    let difference = (analytic - numerical).abs() / analytic.abs().max(numerical.abs());
    if analytic == numerical {
        "all".to_owned()
    } else if difference.is_nan() {
        "none".to_owned()
    } else {
        format!("{}", (-libm::log10(2.0 * difference)).floor().clamp(0.0, 16.0))
    }
}
