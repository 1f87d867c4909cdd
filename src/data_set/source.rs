//! The source of data (built in, a folder or a table), and its two parts.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Columns, DataSet, Meaning, Pixels, any_path, bits, digits, folder, points, table};
use crate::{Error, spelled_out};

/// A data set in two parts: samples to train on and samples to test on.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Training samples.
    pub train: DataSet,
    /// Test samples, never trained on (for `bits`, the same 256 bytes).
    pub test: DataSet,
    /// `true` if the test samples are the training samples.
    pub test_is_train: bool,
}

impl Split {
    /// Uses the same samples for training and for testing.
    pub(super) fn of_training_samples(train: DataSet) -> Self {
        Self { test: train.clone(), train, test_is_train: true }
    }
}

/// One of the two parts of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The training samples.
    Train,
    /// The test samples.
    Test,
}

/// The source of a data set.
///
/// As text it is one of the words below, or the path of a folder or a table:
///
/// ```
/// use backprop::data_set::Source;
///
/// let sources = ["digits", "xor", "./digits"].map(|text| text.parse::<Source>().unwrap());
/// assert_eq!(sources, [Source::Digits, Source::Xor, Source::Path("./digits".into())]);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// `digits`, embedded in this crate: 10,000 to train on, 2,000 to test on.
    Digits,
    /// `bits`, the 8-bit identity: every byte from 0 to 255, to be reproduced through a narrow hidden layer.
    Bits,
    /// `xor`: the four rows of the exclusive or, with the classes 0 and 1.
    Xor,
    /// `circles`: 300 points on two rings in the plane.
    Circles,
    /// `moons`: 300 points on two interlocking half circles in the plane.
    Moons,
    /// `spiral`: 300 points on two arms of a spiral in the plane.
    Spiral,
    /// `iris`: 150 irises of three species, four numbers each.
    Iris,
    /// A folder with the four IDX files of MNIST, or with files of the same names and format; otherwise a table, a CSV
    /// file.
    #[serde(alias = "Folder")]
    Path(#[serde(with = "any_path")] PathBuf),
    /// A table with a test file, or a table or a folder with options for reading it.
    Table {
        /// The file to train on.
        #[serde(with = "any_path")]
        train: PathBuf,
        /// The file to test on, if there is one.
        #[serde(with = "any_path::option")]
        test: Option<PathBuf>,
        /// The options for reading both.
        #[serde(flatten)]
        columns: Columns,
    },
}

/// The sources that are built in, with their names.
const BUILT_IN: [(&str, Source); 7] = [
    ("digits", Source::Digits),
    ("bits", Source::Bits),
    ("xor", Source::Xor),
    ("circles", Source::Circles),
    ("moons", Source::Moons),
    ("spiral", Source::Spiral),
    ("iris", Source::Iris),
];

impl Source {
    /// Reads both parts. `pixels` says how a pixel's byte becomes an input; it has no effect on data that is not
    /// images.
    ///
    /// # Errors
    /// [`ErrorKind::File`](crate::ErrorKind::File) or [`ErrorKind::Contents`](crate::ErrorKind::Contents): a file that
    /// is missing, unreadable or damaged; the message gives its name and the remedy. Also a table to test on whose
    /// columns or classes differ from those of the table to train on.
    pub fn load(&self, pixels: Pixels) -> Result<Split, Error> {
        match self {
            Self::Xor => Ok(points::xor()),
            Self::Circles => Ok(points::circles()),
            Self::Moons => Ok(points::moons()),
            Self::Spiral => Ok(points::spiral()),
            Self::Iris => points::iris(),
            Self::Path(path) if !path.is_dir() => {
                Ok(Split::of_training_samples(read_table(path, &Columns::default(), pixels)?))
            }
            Self::Table { train, test: None, columns } if !train.is_dir() => {
                Ok(Split::of_training_samples(read_table(train, columns, pixels)?))
            }
            Self::Table { train, test: Some(test), columns } => {
                let train = read_table(train, columns, pixels)?;
                let known = columns.clone().known_from(train.meaning());
                let test = read_table(test, &known, pixels)?.numbered_as(train.answers())?;
                Ok(Split { test: test.labelled()?, train, test_is_train: false })
            }
            _ => Ok(Split {
                train: self.load_part(Part::Train, pixels)?,
                test: self.load_part(Part::Test, pixels)?,
                test_is_train: false,
            }),
        }
    }

    /// Reads one part. A folder needs only the two files of that part; of two tables, only one is read.
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
            Self::Path(path) if path.is_dir() => folder::load(path, part, pixels, &Columns::default()),
            Self::Table { train, columns, .. } if train.is_dir() => {
                folder::load(train, part, pixels, columns)
            }
            Self::Table { test: Some(test), columns, .. } if part == Part::Test => {
                read_table(test, columns, pixels)
            }
            Self::Table { train, columns, .. } => read_table(train, columns, pixels),
            _ => {
                let split = self.load(pixels)?;
                Ok(if part == Part::Train { split.train } else { split.test })
            }
        }
    }
}

/// Reads a table if it exists.
fn read_table(path: &Path, columns: &Columns, pixels: Pixels) -> Result<DataSet, Error> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let words = BUILT_IN.map(|(word, _)| word).join(", ");
            let error = Error::new(crate::ErrorKind::NoData, "no such file or folder");
            Err(error.remedy(format!("built in are {words}")).in_file(path))
        }
        _ => table::read(path, columns, pixels),
    }
}

impl Source {
    /// Returns the same data; a table is read like the one that a network of this meaning was trained on.
    #[must_use]
    pub fn read_as(self, meaning: &Meaning) -> Self {
        match self {
            Self::Path(train) if meaning.is_of_table() && !train.is_dir() => {
                Self::Table { train, test: None, columns: Columns::default().known_from(meaning) }
            }
            Self::Table { train, test, columns } => {
                Self::Table { train, test, columns: columns.known_from(meaning) }
            }
            other => other,
        }
    }

    /// Returns `true` if its test samples differ from its training samples, as far as the path shows.
    ///
    /// ```
    /// use backprop::data_set::Source;
    ///
    /// assert!(Source::Iris.has_test_samples() && !Source::Xor.has_test_samples());
    /// ```
    pub fn has_test_samples(&self) -> bool {
        match self {
            Self::Xor => false,
            Self::Table { train, test, .. } => test.is_some() || train.is_dir(),
            Self::Path(path) => path.is_dir(),
            _ => true,
        }
    }

    /// Returns every file that it may be read from, whether it exists or not; nothing for built-in data.
    ///
    /// ```
    /// use backprop::data_set::Source;
    ///
    /// let table = Source::Path("flowers.csv".into());
    /// assert_eq!(table.files(), [std::path::Path::new("flowers.csv")]);
    /// ```
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Path(path) | Self::Table { train: path, .. } if path.is_dir() => folder::files(path),
            Self::Path(path) => vec![path.clone()],
            Self::Table { train, test, .. } => {
                [Some(train), test.as_ref()].into_iter().flatten().cloned().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let built_in = BUILT_IN.into_iter().find(|(word, _)| *word == text);
        Ok(built_in.map_or_else(|| Self::Path(PathBuf::from(text)), |(_, source)| source))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Path(path) | Self::Table { train: path, .. } = self {
            return f.write_str(&spelled_out(&path.to_string_lossy()));
        }
        let word = BUILT_IN.into_iter().find(|(_, source)| source == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}
