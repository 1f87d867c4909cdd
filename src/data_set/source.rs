//! Where data comes from: the embedded digits, the bits of a byte, or a folder; and its two parts.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DataSet, Pixels, bits, digits, folder};
use crate::Error;

/// What to train on and what to test on.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Training samples.
    pub train: DataSet,
    /// Test samples, never trained on (for `bits`, the same 256 bytes).
    pub test: DataSet,
}

/// Which of the two parts of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Part {
    /// The training samples.
    Train,
    /// The test samples.
    Test,
}

/// Where data comes from: `digits`, `bits`, or a folder.
///
/// As text, anything but those two words is the path of a folder:
///
/// ```
/// use backprop::data_set::Source;
///
/// let sources = ["digits", "bits", "./digits"].map(|text| text.parse::<Source>().unwrap());
/// assert_eq!(sources, [Source::Digits, Source::Bits, Source::Folder("./digits".into())]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The digits embedded in this crate: 10,000 to train on, 2,000 to test.
    Digits,
    /// The 8-bit identity: every byte from 0 to 255, to be reproduced through a narrow hidden layer.
    Bits,
    /// A folder with the four IDX files of MNIST, or files of the same names and form.
    Folder(PathBuf),
}

impl Source {
    /// Reads both parts. `pixels` says what a pixel's byte means to the input layer; to bits it means nothing.
    ///
    /// # Errors
    /// [`Error::File`] or [`Error::Contents`]: a missing, unreadable or damaged file; its name and the remedy are in
    /// the message.
    pub fn load(&self, pixels: Pixels) -> Result<Split, Error> {
        Ok(Split { train: self.load_part(Part::Train, pixels)?, test: self.load_part(Part::Test, pixels)? })
    }

    /// Reads one part; of a folder, only its two files need be there.
    ///
    /// ```
    /// use backprop::data_set::{Part, Pixels, Source};
    ///
    /// let test = Source::Digits.load_part(Part::Test, Pixels::Scaled)?;
    /// assert_eq!((test.len(), test.input_size()), (2_000, 784));
    /// # Ok::<(), backprop::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::load`].
    pub fn load_part(&self, part: Part, pixels: Pixels) -> Result<DataSet, Error> {
        match self {
            Self::Digits => digits::load(part, pixels),
            Self::Bits => Ok(bits::load()),
            Self::Folder(path) => folder::load(path, part, pixels),
        }
    }
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "digits" => Self::Digits,
            "bits" => Self::Bits,
            folder => Self::Folder(PathBuf::from(folder)),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits => f.write_str("digits"),
            Self::Bits => f.write_str("bits"),
            Self::Folder(path) => write!(f, "{}", path.display()),
        }
    }
}
