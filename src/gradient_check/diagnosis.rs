//! From the pattern of disagreements to the line of code that is probably wrong.
//!
//! A gradient is δ·x: the delta of the neuron that a weight leads to, times the output of the neuron that it comes from.
//! A wrong delta spoils a row of W by one factor, a wrong x a column, a wrong recursion every layer but the last. The
//! ratio analytic / numerical shows which.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Comparison, Place, Verdict};

/// Two ratios within this of each other are the same ratio.
const SAME: f64 = 1e-4;

/// What is probably wrong, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The pattern that was recognised.
    #[serde(flatten)]
    pub pattern: Pattern,
    /// The layers with disagreements; empty where the model has no layers.
    pub layers: Vec<usize>,
}

/// The patterns of disagreement that have a known cause.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "pattern", rename_all = "kebab-case")]
pub enum Pattern {
    /// A value is infinite or not a number.
    NotANumber,
    /// Every ratio is −1.
    SignFlipped,
    /// Every ratio is the number of samples.
    SummedNotAveraged {
        /// How many samples.
        samples: usize,
    },
    /// Every ratio is the same.
    ConstantFactor {
        /// The ratio.
        factor: f64,
    },
    /// Only biases disagree, and their analytic gradient is 0.
    BiasGradientMissing,
    /// Only biases disagree, by a constant times the bias itself.
    BiasesDecay {
        /// That constant, λ/n.
        strength: f64,
    },
    /// Only biases disagree.
    BiasPath,
    /// Only weights disagree, by a constant times the weight itself.
    WeightDecay {
        /// What is missing from λ/n (positive) or too much in it (negative).
        strength: f64,
    },
    /// Only weights disagree, column by column with one ratio.
    InputPath,
    /// Only weights disagree.
    WeightPath,
    /// Every layer disagrees, and in the last each row of W has one ratio.
    OutputDelta {
        /// The smallest of those ratios.
        smallest: f64,
        /// The largest of those ratios.
        largest: f64,
    },
    /// Every layer disagrees, and in the last the ratio is a product of one number a row and one a column.
    OtherSample,
    /// There are several samples, and the analytic gradient of the last layer is the product δ·x of a single one.
    OneSampleOfSeveral,
    /// Every layer but the last disagrees.
    Recursion {
        /// Whether the analytic gradients of those layers are all 0.
        zero: bool,
        /// Whether in the last of those layers each row of W has one ratio.
        by_row: bool,
    },
    /// One layer disagrees.
    OneLayer {
        /// Which.
        layer: usize,
        /// Whether its analytic gradient is all 0.
        zero: bool,
    },
    /// Disagreements in no known pattern.
    Unknown,
}

impl Pattern {
    /// The name it has in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotANumber => "not-a-number",
            Self::SignFlipped => "sign-flipped",
            Self::SummedNotAveraged { .. } => "summed-not-averaged",
            Self::ConstantFactor { .. } => "constant-factor",
            Self::BiasGradientMissing => "bias-gradient-missing",
            Self::BiasesDecay { .. } => "biases-decay",
            Self::BiasPath => "bias-path",
            Self::WeightDecay { .. } => "weight-decay",
            Self::InputPath => "input-path",
            Self::WeightPath => "weight-path",
            Self::OutputDelta { .. } => "output-delta",
            Self::OtherSample => "other-sample",
            Self::OneSampleOfSeveral => "one-sample-of-several",
            Self::Recursion { .. } => "recursion",
            Self::OneLayer { .. } => "one-layer",
            Self::Unknown => "unknown",
        }
    }
}

impl Diagnosis {
    /// The diagnosis for these comparisons; `None` if nothing disagrees.
    #[must_use]
    pub fn of(comparisons: &[Comparison], samples: usize) -> Option<Self> {
        let evidence = Evidence::new(comparisons);
        if evidence.wrong.is_empty() {
            return None;
        }
        Some(Self { pattern: evidence.pattern(samples), layers: evidence.wrong_layers() })
    }
}

/// The disagreements, and what agreed beside them.
struct Evidence<'a> {
    /// Disagreements.
    wrong: Vec<&'a Comparison>,
    /// Those large enough for their ratio to mean something.
    clear: Vec<&'a Comparison>,
    /// Agreements that are not 0.
    right: Vec<&'a Comparison>,
    /// The last layer.
    last_layer: Option<usize>,
}

impl<'a> Evidence<'a> {
    fn new(comparisons: &'a [Comparison]) -> Self {
        let wrong: Vec<&Comparison> = comparisons.iter().filter(|c| c.verdict == Verdict::Disagree).collect();
        let size = |c: &Comparison| c.analytic.abs().max(c.numerical.abs());
        let largest = wrong.iter().map(|c| size(c)).fold(0.0, f64::max);
        let clear = |c: &Comparison| size(c) > 1e-6 * largest && size(c) > 1e4 * c.noise;
        Self {
            clear: wrong.iter().copied().filter(|c| clear(c)).collect(),
            right: comparisons.iter().filter(|c| c.verdict == Verdict::Agree && c.is_nonzero()).collect(),
            last_layer: comparisons.iter().filter_map(|c| c.place.group().layer()).max(),
            wrong,
        }
    }

    fn wrong_layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = self.wrong.iter().filter_map(|c| c.place.group().layer()).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    fn pattern(&self, samples: usize) -> Pattern {
        if self.wrong.iter().any(|c| c.is_not_finite()) {
            return Pattern::NotANumber;
        }
        if self.last_layer.is_some() {
            let biases = |list: &[&Comparison]| list.iter().filter(|c| c.place.group().is_biases()).count();
            let (wrong_biases, right_biases) = (biases(&self.wrong), biases(&self.right));
            if wrong_biases == self.wrong.len() && self.right.len() > right_biases {
                return self.bias_pattern();
            }
            if wrong_biases == 0 && right_biases > 0 {
                return self.weight_pattern();
            }
        }
        if self.right.is_empty()
            && let Some(factor) = same(self.clear.iter().map(|c| c.ratio()))
        {
            return factor_pattern(factor, samples);
        }
        if samples > 1
            && let Some(last) = self.last_layer
            && self.are_products(last, |c| c.analytic)
            && !self.are_products(last, |c| c.numerical)
        {
            return Pattern::OneSampleOfSeveral;
        }
        self.layer_pattern()
    }

    fn bias_pattern(&self) -> Pattern {
        if self.wrong.iter().all(|c| c.analytic == 0.0) {
            return Pattern::BiasGradientMissing;
        }
        match self.proportional_to_the_parameter() {
            Some(strength) => Pattern::BiasesDecay { strength: -strength },
            None => Pattern::BiasPath,
        }
    }

    fn weight_pattern(&self) -> Pattern {
        if let Some(strength) = self.proportional_to_the_parameter() {
            return Pattern::WeightDecay { strength };
        }
        let by_column =
            self.wrong_layers().into_iter().all(|layer| same_within(&self.ratios(layer, Line::Column)));
        if by_column { Pattern::InputPath } else { Pattern::WeightPath }
    }

    fn layer_pattern(&self) -> Pattern {
        let layers = self.wrong_layers();
        let Some(last) = self.last_layer else { return Pattern::Unknown };
        let zero = self.wrong.iter().all(|c| c.analytic == 0.0);
        if layers.iter().copied().eq(1..last) {
            let by_row = same_within(&self.ratios(last - 1, Line::Row));
            return Pattern::Recursion { zero, by_row };
        }
        if let [layer] = layers[..]
            && last > 1
        {
            return Pattern::OneLayer { layer, zero };
        }
        if layers.contains(&last) && same_within(&self.ratios(last, Line::Row)) {
            let ratios = || self.ratios(last, Line::Row).into_values().flatten();
            let smallest = ratios().fold(f64::INFINITY, f64::min);
            let largest = ratios().fold(f64::NEG_INFINITY, f64::max);
            return Pattern::OutputDelta { smallest, largest };
        }
        if layers.contains(&last) && self.are_products(last, Comparison::ratio) {
            return Pattern::OtherSample;
        }
        Pattern::Unknown
    }

    /// The c of analytic − numerical = c·parameter, if there is one for all disagreements.
    fn proportional_to_the_parameter(&self) -> Option<f64> {
        let largest = self.wrong.iter().map(|c| c.parameter.abs()).fold(0.0, f64::max);
        let clear = self.wrong.iter().filter(|c| {
            let difference = (c.analytic - c.numerical).abs();
            c.parameter.abs() > 1e-2 * largest && difference > 1e4 * c.noise
        });
        same(clear.map(|c| (c.analytic - c.numerical) / c.parameter))
    }

    /// The ratios of a layer's weights, row by row or column by column.
    fn ratios(&self, in_layer: usize, line: Line) -> BTreeMap<usize, Vec<f64>> {
        let mut lines: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for comparison in &self.clear {
            if let Place::Weight { layer, row, column } = comparison.place
                && layer == in_layer
            {
                let number = if line == Line::Row { row } else { column };
                lines.entry(number).or_default().push(comparison.ratio());
            }
        }
        lines
    }

    /// Whether a number in row j and column k of a layer is r_j·c_k.
    fn are_products(&self, in_layer: usize, number: impl Fn(&Comparison) -> f64) -> bool {
        let mut matrix: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
        for comparison in &self.clear {
            if let Place::Weight { layer, row, column } = comparison.place
                && layer == in_layer
            {
                matrix.entry(row).or_default().insert(column, number(comparison));
            }
        }
        let mut rows = matrix.values();
        let Some(first) = rows.next() else { return false };
        let quotients = rows.map(|row| {
            let common = row.iter().filter_map(|(column, number)| Some(number / first.get(column)?));
            common.collect::<Vec<f64>>()
        });
        same_within(&quotients.enumerate().collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Row,
    Column,
}

fn factor_pattern(factor: f64, samples: usize) -> Pattern {
    if close(factor, -1.0) {
        Pattern::SignFlipped
    } else if samples > 1 && close(factor, samples as f64) {
        Pattern::SummedNotAveraged { samples }
    } else {
        Pattern::ConstantFactor { factor }
    }
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME * one.abs().max(other.abs())
}

/// The one number that all these are, if they are and there are at least two.
fn same(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let numbers: Vec<f64> = numbers.collect();
    let first = *numbers.first()?;
    (numbers.len() > 1 && first.is_finite() && numbers.iter().all(|&number| close(number, first)))
        .then_some(first)
}

/// Whether each line has one ratio; at least one line must have two numbers to show it.
fn same_within(lines: &BTreeMap<usize, Vec<f64>>) -> bool {
    let mut long = lines.values().filter(|line| line.len() > 1).peekable();
    long.peek().is_some() && long.all(|line| same(line.iter().copied()).is_some())
}

/// One or two sentences: what the pattern is, and where to look.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pattern {
            Pattern::NotANumber => write!(
                f,
                "a value is infinite or not a number: look for a division by zero, a logarithm of zero, or weights that \
                 have grown without bound."
            ),
            Pattern::SignFlipped => write!(
                f,
                "every analytic value is the numerical one with its sign turned: the sign is flipped. Training would \
                 climb instead of descend; look for output - label where label - output belongs, or -= for +=."
            ),
            Pattern::SummedNotAveraged { samples } => write!(
                f,
                "every analytic value is {samples} times the numerical one, and there are {samples} samples: the \
                 gradients are summed where they should be averaged."
            ),
            Pattern::ConstantFactor { factor } => write!(
                f,
                "every analytic value is {factor:.6} times the numerical one: a constant factor, applied everywhere. \
                 Look at the cost's delta or at the rate."
            ),
            Pattern::BiasGradientMissing => write!(
                f,
                "only biases disagree, and their analytic gradient is 0: the bias gradient, which is the delta itself, \
                 is never computed."
            ),
            Pattern::BiasesDecay { strength } => write!(
                f,
                "only biases disagree, each by {strength:.6} times the bias itself: L2 regularisation is applied to \
                 biases, and belongs on weights alone."
            ),
            Pattern::BiasPath => {
                write!(f, "only biases disagree: the bias path. Their gradient should be the delta itself.")
            }
            Pattern::WeightDecay { strength } => write!(
                f,
                "only weights disagree, each by {:.6} times the weight itself: the L2 term is {}.",
                strength.abs(),
                if strength > 0.0 { "missing or too weak" } else { "too strong" }
            ),
            Pattern::InputPath => write!(
                f,
                "only weights disagree, and in each column of W by one ratio: the deltas are right, the inputs they are \
                 multiplied with are another layer's."
            ),
            Pattern::WeightPath => {
                write!(
                    f,
                    "only weights disagree: the deltas are right, the product delta times input is not."
                )
            }
            Pattern::OutputDelta { smallest, largest } => write!(
                f,
                "every layer disagrees, and in the last each neuron has a ratio of its own, from {smallest:.4} to \
                 {largest:.4}: the output layer's delta is wrong, and everything follows from it. {}",
                if smallest > 1.0 {
                    "All are above 1: look for a slope that is missing."
                } else if smallest > 0.0 && largest < 1.0 {
                    "All are between 0 and 1: look for a slope too many."
                } else {
                    "Look for a slope that is another function's."
                }
            ),
            Pattern::OtherSample => write!(
                f,
                "every layer disagrees, and in the last both deltas and inputs do: the gradient is that of another \
                 sample. Look for a label and a sample exchanged, or for outputs left over from the sample before."
            ),
            Pattern::OneSampleOfSeveral => write!(
                f,
                "the error is a mean over several samples, the analytic gradient that of a single one: look for = where \
                 += belongs."
            ),
            Pattern::Recursion { zero, by_row } => {
                write!(
                    f,
                    "the last layer agrees and every layer before it disagrees: the recursion from layer to layer"
                )?;
                match (zero, by_row) {
                    (true, _) => write!(f, " never reaches them, for their gradient is 0."),
                    (false, true) => write!(f, ", in the hidden delta: each neuron has a ratio of its own."),
                    (false, false) => write!(f, ", delta = slope * sum of weight * delta downstream."),
                }
            }
            Pattern::OneLayer { layer, zero } => {
                write!(f, "only layer {layer} disagrees: that layer's delta")?;
                if zero {
                    write!(f, " is never computed, for its gradient is 0.")
                } else {
                    write!(f, " is wrong.")
                }
            }
            Pattern::Unknown => write!(f, "no known pattern; the table shows where to look."),
        }
    }
}
