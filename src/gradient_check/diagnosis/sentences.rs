//! What the diagnosis says of models without layers of this crate's kind.

use super::{Diagnosis, Pattern};

impl Diagnosis {
    /// The sentences for the patterns that hold for any model.
    pub(super) fn general_sentence(&self) -> Option<String> {
        let place = self.place();
        Some(match self.pattern {
            Pattern::ConstantFactor { factor } if self.layers.is_empty() => format!(
                "every analytic value is {factor:.6} times the numerical one: a constant factor, applied everywhere. {}",
                origin_of(factor)
            ),
            Pattern::Zero => format!(
                "the analytic gradient is 0 where the error changes, {place}: it never arrives there. Look for a gradient that \
                 is not added, a detached value, or an operator without a backward pass.",
            ),
            Pattern::GroupFactor { factor } if (factor + 1.0).abs() < 1e-2 => format!(
                "every analytic value {place} is the numerical one with the opposite sign, and the rest agrees: look for a sign \
                 or a difference the wrong way round there.",
            ),
            Pattern::GroupFactor { factor } => format!(
                "every analytic value {place} is {factor:.6} times the numerical one, and the rest agrees. {}",
                origin_of(factor)
            ),
            Pattern::Transposed => format!(
                "the analytic values {place} are right, but transposed: rows and columns are exchanged, in an index or in a \
                 product of matrices.",
            ),
            Pattern::Shifted { by } => format!(
                "the analytic values {place} are right, but each stands one place {}: an index is off by one.",
                if by > 0 { "too far" } else { "too early" }
            ),
            Pattern::ByRow => format!(
                "{place}, each row of the matrix has a ratio of its own: what the row is multiplied by is wrong, the delta of \
                 its output (a slope that is missing, or another function's). The inputs are right.",
            ),
            Pattern::ByColumn => format!(
                "{place}, each column of the matrix has a ratio of its own: the deltas are right, the inputs they are multiplied \
                 by are not.",
            ),
            Pattern::SomeGroups => format!(
                "the disagreements are {place}, in no known pattern: look at the code that computes this gradient, and what it \
                 is given.",
            ),
            _ => return None,
        })
    }

    /// `in a.weight and b.bias`, or everywhere.
    fn place(&self) -> String {
        match &self.groups[..] {
            [] => "everywhere".to_owned(),
            [one] => format!("in {one}"),
            [first @ .., last] => format!("in {} and {last}", first.join(", ")),
        }
    }
}

/// Where a constant factor may come from.
fn origin_of(factor: f64) -> String {
    let (size, is) = (factor.abs(), |number: f64| (factor.abs() / number - 1.0).abs() < 1e-2);
    let whole = |number: f64| number > 2.5 && (number / number.round() - 1.0).abs() < 1e-4;
    if is(2.0) || is(0.5) {
        "Look for the 2 of a square's derivative, or a half too many.".to_owned()
    } else if whole(size) {
        format!(
            "Are there {:.0} samples (or outputs)? Then they are summed where they should be averaged.",
            size.round()
        )
    } else if whole(1.0 / size) {
        format!(
            "It is 1/{:.0}: a mean that is taken twice, or a learning rate already in it.",
            (1.0 / size).round()
        )
    } else {
        "Look at the first step of the backward pass, or for a learning rate already in it.".to_owned()
    }
}
