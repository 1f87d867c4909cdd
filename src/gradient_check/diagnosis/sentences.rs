//! The sentences of the diagnosis.

use super::{Diagnosis, Pattern};
use crate::gradient_check::Sign;

impl Diagnosis {
    /// Returns one or two sentences: the pattern, and where to look.
    pub(super) fn sentence(&self) -> String {
        let place = self.place();
        match self.pattern {
            Pattern::Zero => format!(
                "the analytic gradient is 0 where the error changes, {place}: it never arrives there. Look for a gradient that \
                 is not added, a detached value, or an operator without a backward pass."
            ),
            Pattern::GroupFactor { factor } if (factor + 1.0).abs() < 1e-2 => format!(
                "every analytic value {place} is the numerical one with the opposite sign, and the rest agrees: look for a sign \
                 or a difference the wrong way round there."
            ),
            Pattern::GroupFactor { factor } => format!(
                "every analytic value {place} is {factor:.6} times the numerical one, and the rest agrees. {}",
                origin_of(factor)
            ),
            Pattern::Transposed => format!(
                "the analytic values {place} are right, but transposed: rows and columns are exchanged, in an index or in a \
                 product of matrices."
            ),
            Pattern::Shifted { by } => format!(
                "the analytic values {place} are right, but each is one place {}: an index is off by one.",
                if by > 0 { "too far" } else { "too early" }
            ),
            Pattern::ByRow => format!(
                "{place}, each row of the matrix has a ratio of its own: the factor on the row is wrong, the \
                 delta of its output (a missing slope, or that of another function). The inputs are right."
            ),
            Pattern::ByColumn => format!(
                "{place}, each column of the matrix has a ratio of its own: the deltas are right, the inputs they are multiplied \
                 by are not."
            ),
            Pattern::Upstream => self.upstream(&place),
            Pattern::SomeGroups => format!(
                "the disagreements are {place}, in no known pattern: look at the code that computes this gradient, and what it \
                 is given."
            ),
            Pattern::SummedNotAveraged { samples } => format!(
                "every analytic value is {samples} times the numerical one, and there are {samples} samples: the gradients are \
                 summed where they should be averaged."
            ),
            Pattern::ConstantFactor { factor } => format!(
                "every analytic value is {factor:.6} times the numerical one: a constant factor, applied everywhere. {}",
                if self.layers.is_empty() {
                    origin_of(factor)
                } else {
                    "Look at the cost's delta or at the rate.".to_owned()
                }
            ),
            Pattern::BiasesDecay { strength } => format!(
                "only biases disagree, each by {strength:.6} times the bias itself: L2 regularisation is applied to biases, \
                 and belongs on weights alone."
            ),
            Pattern::WeightDecay { strength } => format!(
                "only weights disagree, each by {:.6} times the weight itself: the L2 term is {}.",
                strength.abs(),
                if strength > 0.0 { "missing or too weak" } else { "too strong" }
            ),
            Pattern::OutputDelta { smallest, largest } => format!(
                "every layer disagrees, and in the last each neuron has a ratio of its own, from {smallest:.4} to \
                 {largest:.4}: the output layer's delta is wrong, and everything follows from it. {}",
                if smallest > 1.0 {
                    "All are above 1: look for a slope that is missing."
                } else if smallest > 0.0 && largest < 1.0 {
                    "All are between 0 and 1: look for an extra slope."
                } else {
                    "Look for the slope of another function."
                }
            ),
            Pattern::Recursion { zero, by_row } => format!(
                "the last layer agrees and every layer before it disagrees: the recursion from layer to layer{}",
                match by_row {
                    _ if zero => " never reaches them, for their gradient is 0.".to_owned(),
                    Some([smallest, largest]) if largest - smallest < 1e-4 => {
                        format!(", in the hidden delta: every value is {smallest:.4} times the right one.")
                    }
                    Some([smallest, largest]) => format!(
                        ", in the hidden delta: each neuron has a ratio of its own, from {smallest:.4} to {largest:.4}."
                    ),
                    None => ", delta = slope * sum of weight * delta downstream.".to_owned(),
                }
            ),
            Pattern::OneLayer { layer, zero } => format!(
                "only layer {layer} disagrees: that layer's delta {}",
                if zero { "is never computed, for its gradient is 0." } else { "is wrong." }
            ),
            Pattern::SignFlipped => format!(
                "every analytic value is the numerical one with the opposite sign: the sign is flipped. {}",
                match self.sign {
                    Sign::Ascent =>
                        "If your code keeps -dE/dw, the direction to move in, as bp.py and this crate do, say so \
                                     with Sign::Descent; else look for output - label where label - output belongs, or -= \
                                     for +=.",
                    Sign::Descent =>
                        "Training would climb instead of descend; look for output - label where label - output \
                                      belongs, or -= for +=.",
                }
            ),
            _ => self.fixed_sentence().to_owned(),
        }
    }

    fn upstream(&self, place: &str) -> String {
        let names = [self.groups.last(), self.next_group.as_ref()];
        let [last, next] = names.map(|name| name.map_or("", String::as_str));
        format!(
            "nothing {place} agrees, and everything from {next} on does: look at what lies between {last} and {next}, \
             such as the slope of another function, or a matrix that should be transposed."
        )
    }

    /// Returns the sentences that are the same whatever the numbers are.
    fn fixed_sentence(&self) -> &'static str {
        match self.pattern {
            Pattern::NotANumber => {
                "a value is infinite or not a number: look for a division by zero, a logarithm of zero, or weights that have \
                 grown without bound."
            }
            Pattern::OneSampleOfSeveral => {
                "the error is a mean over several samples, the analytic gradient that of a single one: look for = where += \
                 belongs."
            }
            Pattern::BiasGradientMissing => {
                "only biases disagree, and their analytic gradient is 0: the bias gradient, which is the delta itself, is \
                 never computed."
            }
            Pattern::BiasPath => {
                "only biases disagree: the bias path. Their gradient should be the delta itself."
            }
            Pattern::InputPath => {
                "only weights disagree, and each column of W by one ratio: the deltas are right, the inputs they are \
                 multiplied by are another layer's."
            }
            Pattern::WeightPath => {
                "only weights disagree: the deltas are right, the product delta times input is not."
            }
            Pattern::OtherSample => {
                "every layer disagrees, and in the last both deltas and inputs do: the gradient is that of another sample. \
                 Look for a label and a sample exchanged, or for outputs left over from the sample before."
            }
            _ => "no known pattern; the table shows where to look.",
        }
    }

    /// Returns the place: `in a.weight and b.bias`, or everywhere.
    fn place(&self) -> String {
        match &self.groups[..] {
            [] if self.wrong[0] < self.wrong[1] => {
                format!("in {} of {} parameters", self.wrong[0], self.wrong[1])
            }
            [] => "everywhere".to_owned(),
            [one] => format!("in {one}"),
            [first @ .., last] => format!("in {} and {last}", first.join(", ")),
        }
    }
}

/// Returns the likely origin of a constant factor.
fn origin_of(factor: f64) -> String {
    let (size, is) = (factor.abs(), |number: f64| (factor.abs() / number - 1.0).abs() < 1e-2);
    let whole = |number: f64| number > 2.5 && (number / number.round() - 1.0).abs() < 1e-4;
    if is(2.0) || is(0.5) {
        "Look for the 2 of a square's derivative, or an extra half.".to_owned()
    } else if whole(size) {
        let samples = size.round();
        format!(
            "Are there {samples:.0} samples (or outputs)? Then they are summed where they should be averaged."
        )
    } else if whole(1.0 / size) {
        let divisor = (1.0 / size).round();
        format!("It is 1/{divisor:.0}: a mean taken twice, or a learning rate already in it.")
    } else {
        "Look at the first step of the backward pass, or for a learning rate already in it.".to_owned()
    }
}
