//! Compares your numbers with the right ones, and with those that the classic slips would give.

use crate::{Formula, Grade, Lesson};

/// How close two numbers must be to count as the same.
const TOLERANCE: f64 = 1e-9;

/// What a stub is told.
pub const NOTHING_YET: &str = "Every value is 0: nothing is computed yet, or something makes all of it 0.";

/// What overflows and divisions by zero are told.
pub const NOT_FINITE: &str =
    "A value is infinite or not a number: a division by zero, or a logarithm of zero.";

/// A comparison, case by case, with `N` slips to recognise. A slip is computed, never stored.
pub struct Trial<const N: usize> {
    formula: Formula,
    slips: [&'static str; N],
    cases: Vec<Case<N>>,
}

struct Case<const N: usize> {
    name: String,
    expected: f64,
    got: f64,
    slips: [f64; N],
}

impl<const N: usize> Trial<N> {
    /// No cases yet. Each slip completes the sentence "It is what comes out …".
    #[must_use]
    pub fn new(formula: Formula, slips: [&'static str; N]) -> Self {
        Self { formula, slips, cases: Vec::new() }
    }

    /// One number: what it is, what it should be, what it is, and what each slip would make of it.
    pub fn case(&mut self, name: impl Into<String>, expected: f64, got: f64, slips: [f64; N]) {
        self.cases.push(Case { name: name.into(), expected, got, slips });
    }

    /// Compares all cases.
    ///
    /// # Errors
    /// A lesson with the first case that does not, and what all of them look like.
    pub fn grade(self) -> Grade {
        let wrong: Vec<&Case<N>> = self.cases.iter().filter(|case| !close(case.got, case.expected)).collect();
        let Some(first) = wrong.first() else { return Ok(()) };
        let found = format!(
            "{}\n    expected {:+.9}\n    got      {:+.9}\n{} of {} numbers differ.",
            first.name,
            first.expected,
            first.got,
            wrong.len(),
            self.cases.len()
        );
        Err(Lesson::new(self.formula, found, self.diagnosis(&wrong)))
    }

    /// What the numbers look like, from the most particular to the most general.
    fn diagnosis(&self, wrong: &[&Case<N>]) -> String {
        if self.cases.iter().all(|case| case.got == 0.0) {
            return NOTHING_YET.to_owned();
        }
        for (place, slip) in self.slips.iter().enumerate() {
            if self.cases.iter().all(|case| close(case.got, case.slips[place])) {
                return format!("It is what comes out {slip}.");
            }
        }
        if wrong.iter().all(|case| !case.got.is_finite()) {
            return NOT_FINITE.to_owned();
        }
        let ratios: Vec<f64> = self
            .cases
            .iter()
            .filter(|case| case.expected.abs() > TOLERANCE)
            .map(|case| case.got / case.expected)
            .collect();
        let zeros_are_right =
            self.cases.iter().all(|case| case.expected.abs() > TOLERANCE || close(case.got, 0.0));
        if let Some(ratio) = same(&ratios).filter(|_| zeros_are_right) {
            return if close(ratio, -1.0) {
                "Every value has the opposite sign.".to_owned()
            } else {
                format!("Every value is {ratio:.6} times the right one: a factor, the same everywhere.")
            };
        }
        let differences: Vec<f64> = self.cases.iter().map(|case| case.got - case.expected).collect();
        if let Some(difference) = same(&differences) {
            return format!(
                "Every value is {difference:+.6} off: a term too many or too few, the same everywhere."
            );
        }
        if wrong.len() < self.cases.len() {
            let right: Vec<&str> = self
                .cases
                .iter()
                .filter(|case| close(case.got, case.expected))
                .map(|case| case.name.as_str())
                .collect();
            return format!("Right, though: {}.\nWhat is different there?", listed(&right));
        }
        String::new()
    }
}

/// Returns `true` if two numbers are the same but for rounding. Two infinities of one sign are, and so are two that are not
/// numbers: a slip that divides by zero is recognised as any other.
#[must_use]
pub fn close(one: f64, other: f64) -> bool {
    one == other
        || (one.is_nan() && other.is_nan())
        || (one - other).abs() <= TOLERANCE * (1.0 + one.abs().max(other.abs()))
}

/// The number that all these are, if there are two at least.
fn same(numbers: &[f64]) -> Option<f64> {
    let (&first, rest) = numbers.split_first()?;
    (!rest.is_empty() && rest.iter().all(|&number| close(number, first))).then_some(first)
}

/// The first three, and how many more.
fn listed(names: &[&str]) -> String {
    let shown = names[..names.len().min(3)].join("; ");
    if names.len() > 3 { format!("{shown}; and {} more", names.len() - 3) } else { shown }
}

/// Numbers as a reader writes them: `0.5, -1, 0.25`.
#[must_use]
pub fn numbers(numbers: &[f64]) -> String {
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// Checks that a list has the right length before its numbers are compared.
///
/// # Errors
/// A lesson with both lengths.
pub fn as_long_as(formula: Formula, what: &str, expected: usize, got: usize) -> Grade {
    if expected == got {
        return Ok(());
    }
    let found = format!("{what}\n    expected {expected} numbers\n    got      {got}");
    Err(Lesson::new(formula, found, ""))
}
