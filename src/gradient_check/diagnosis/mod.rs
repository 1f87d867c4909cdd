//! From the pattern of disagreements to the line of code that is probably wrong.
//!
//! A gradient is δ·x: the delta of the neuron that a weight leads to, times the output of the neuron that it comes
//! from. A wrong delta changes a row of W by one factor, a wrong x changes a column, and a wrong recursion every
//! layer but the last. The ratio analytic / numerical shows which.

use std::fmt;

mod evidence;
mod groups;
mod sentences;

use super::{Details, Entry, Sign, Verdict};
use evidence::Evidence;

/// The probable mistake, and where it is. Its `Display` is one or two sentences.
///
/// ```
/// use backprop::gradient_check::faults::Fault;
/// use backprop::gradient_check::{Check, Pattern};
/// use backprop::graph::Network;
///
/// // A mini-batch of four samples, whose gradients are summed and never divided by four.
/// let fault = Fault::named("summed-batch").unwrap();
/// let (architecture, parameters, task) = fault.set_up.draw(&[3, 4, 2], 0);
/// let mut network = Network::from_parameters(&architecture, &parameters);
/// let report = Check::new().run(&mut fault.plant(&mut network, task));
/// let diagnosis = report.diagnosis.unwrap();
/// assert_eq!(diagnosis.pattern, Pattern::SummedNotAveraged { samples: 4 });
/// assert!(diagnosis.to_string().contains("summed where they should be averaged"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Diagnosis {
    /// The pattern that was recognised.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub pattern: Pattern,
    /// The layers with disagreements; empty where the model has no layers.
    pub layers: Vec<usize>,
    /// The names of the groups with disagreements; empty where the model has layers, or no names.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub groups: Vec<String>,
    /// The name of the next group, if it and all groups after it agree and nothing before it does.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub next_group: Option<String>,
    /// The number of parameters that disagree, and of those that were compared.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub wrong: [usize; 2],
    /// The declared sign of the gradient.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub sign: Sign,
}

/// The patterns of disagreement that have a known cause.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "pattern", rename_all = "kebab-case"))]
pub enum Pattern {
    /// A value is infinite or not a number.
    NotANumber,
    /// Every ratio is −1.
    SignFlipped,
    /// Every ratio is the number of samples.
    SummedNotAveraged {
        /// The number of samples.
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
        /// The part of λ/n that is missing (positive) or in excess (negative).
        strength: f64,
    },
    /// Only weights disagree, and each column has one ratio.
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
    /// Every layer disagrees, and in the last the ratio is a product of one number per row and one per column.
    OtherSample,
    /// There are several samples, and the analytic gradient of the last layer is the product δ·x of a single one.
    OneSampleOfSeveral,
    /// Every layer but the last disagrees.
    Recursion {
        /// `true` if the analytic gradients of those layers are all 0.
        zero: bool,
        /// In the last of those layers, if each row of W has one ratio: the smallest and the largest of them.
        by_row: Option<[f64; 2]>,
    },
    /// One layer disagrees.
    OneLayer {
        /// The layer.
        layer: usize,
        /// `true` if its analytic gradient is all 0.
        zero: bool,
    },
    /// The analytic gradient is 0 wherever it disagrees.
    Zero,
    /// All values of the groups that disagree have the same ratio, and other groups agree.
    GroupFactor {
        /// The ratio.
        factor: f64,
    },
    /// The matrices that disagree are right, but transposed.
    Transposed,
    /// The values of the groups that disagree are right, but each is in its neighbour's place.
    Shifted {
        /// The number of places it is too far: 1 or −1.
        by: isize,
    },
    /// Each row of the matrices that disagree has one ratio.
    ByRow,
    /// Each column of the matrices that disagree has one ratio.
    ByColumn,
    /// Two groups or more disagree, the first ones of the model, and all others agree.
    Upstream,
    /// Some groups disagree, and others agree or there are none.
    SomeGroups,
    /// Disagreements in no known pattern.
    Unknown,
}

impl Pattern {
    /// Returns the name it has in JSON: `NotANumber` is `not-a-number`.
    pub fn name(&self) -> String {
        let variant = format!("{self:?}");
        let letters = variant.chars().take_while(|letter| letter.is_alphanumeric());
        let kebab = letters.flat_map(|letter| {
            let hyphen = letter.is_uppercase().then_some('-');
            hyphen.into_iter().chain(letter.to_lowercase())
        });
        kebab.skip(1).collect()
    }
}

impl Diagnosis {
    /// Returns the diagnosis for these entries of a model; `None` if nothing disagrees.
    pub(super) fn of(entries: &[Entry], details: &Details) -> Option<Self> {
        let wrong = entries.iter().filter(|entry| entry.verdict == Verdict::Disagree).count();
        if wrong == 0 {
            return None;
        }
        let evidence = Evidence::new(entries, details);
        let name = |group| details.group_name(group);
        let pattern = evidence.pattern(details.samples);
        let next_group = evidence.first_right_group().filter(|_| pattern == Pattern::Upstream);
        Some(Self {
            pattern,
            layers: evidence.wrong_layers(),
            groups: evidence.wrong_groups().into_iter().map(name).collect(),
            next_group: next_group.map(name),
            wrong: [wrong, entries.len()],
            sign: details.sign,
        })
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}
