//! The meaning of a network's outputs: a class, bits, or numbers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::bits;
use crate::sample::{class_of, strongest};

/// The kind of answer in a network's outputs.
///
/// ```
/// use backprop::data_set::Answers;
///
/// let species = Answers::Classes(["setosa", "versicolor", "virginica"].map(str::to_owned).to_vec());
/// assert_eq!(species.name(species.of(&[0.2, 0.9, 0.3])), "versicolor");
/// // One output can tell two classes apart: up to one half it is the first, above it the second.
/// assert_eq!([[0.5], [0.7]].map(|output| species.of(&output)), [0, 1]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// A class: that of the strongest output. The names are given in order; without names, classes are called by their
    /// numbers.
    Classes(Vec<String>),
    /// The bits of a byte, as in the sample itself: a bit is set if its output is above one half.
    Bits,
    /// Numbers: the outputs themselves.
    Numbers,
}

impl Answers {
    /// Returns the answer in an output vector: the class of the strongest output (the first of several); for a single
    /// output, 1 if it is above one half and 0 otherwise; or the byte whose bits are the outputs above one half. For
    /// numbers, returns 0. (If an output is NaN, the answer is meaningless.)
    pub fn of(&self, output: &[f64]) -> usize {
        match (self, output) {
            (Self::Numbers, _) => 0,
            (Self::Bits, _) => usize::from(bits::byte(output)),
            (Self::Classes(_), _) => class_of(output),
        }
    }

    /// Returns the outputs that share the highest value, if there are two or more and the network has not decided; an
    /// empty list if it has. (A single output is undecided only at exactly one half.)
    ///
    /// ```
    /// use backprop::data_set::Answers;
    ///
    /// let digits = Answers::default();
    /// assert_eq!(digits.tied(&[0.1, 0.5, 0.5, 0.3]), [1, 2]);
    /// assert!(digits.tied(&[0.1, 0.5, 0.4]).is_empty());
    /// assert_eq!(digits.tied(&[0.5]), [0, 1]); // here these are classes: one output is for two
    /// ```
    pub fn tied(&self, output: &[f64]) -> Vec<usize> {
        let best = match (self, output) {
            (Self::Classes(_), [single]) if *single == 0.5 => return vec![0, 1],
            (Self::Classes(_), [_, _, ..]) => output[strongest(output)],
            _ => return Vec::new(),
        };
        let tied: Vec<usize> = (0..output.len()).filter(|&class| output[class] == best).collect();
        if tied.len() > 1 { tied } else { Vec::new() }
    }

    /// Returns the name of a class, or else its number.
    pub fn name(&self, class: usize) -> Cow<'_, str> {
        match self {
            Self::Classes(names) if class < names.len() => Cow::Borrowed(&names[class]),
            _ => Cow::Owned(class.to_string()),
        }
    }

    /// Returns `true` if answers are classes.
    pub fn are_classes(&self) -> bool {
        matches!(self, Self::Classes(_))
    }
}

impl Default for Answers {
    /// Returns classes that are called by their numbers, as digits are.
    fn default() -> Self {
        Self::Classes(Vec::new())
    }
}
