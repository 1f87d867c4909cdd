//! Data sets: the embedded digits and a few smaller tasks, folders of IDX files such as MNIST, tables of your own.
//!
//! Ports `Loader`, `ImageLoader` and `LabelLoader` of the article's mnist.py and the first task of bp.py.
//!
//! ```
//! use backprop::data_set::{Pixels, Source, Targets};
//!
//! let data = Source::Digits.load(Pixels::Scaled)?; // or Source::Path("path/to/mnist".into())
//! assert_eq!((data.train.len(), data.test.len()), (10_000, 2_000));
//! let sample = data.train.sample(0); // 784 numbers from 0 to 1
//! let label = data.train.label(0, Targets::OneHot, 10); // a 1 in the place of its digit
//! assert_eq!((sample.len(), label[data.train.class(0)]), (784, 1.0));
//! # Ok::<(), backprop::Error>(())
//! ```
//!
//! An image is kept as bytes, and a table of 256 numbers says what a byte means to the network: `value / 255`, the raw
//! value, or 0.1 and 0.9 for the two values of a bit. With a byte per pixel, all of MNIST takes 55 MB. Samples that
//! are not images are kept as numbers. Parts of a set share its samples.

mod answers;
pub(crate) mod any_path;
pub mod bits;
pub mod centre;
mod columns;
pub mod digits;
mod fit;
mod folder;
mod grid;
pub mod idx;
mod meaning;
pub mod nine_nodes;
pub mod points;
mod samples;
mod source;
mod standardization;
mod table;

use serde::{Deserialize, Serialize};

use crate::{Cost, Error};

pub use crate::sample::strongest;
pub use answers::Answers;
pub use columns::{Columns, Kind, Missing};
pub use meaning::{Column, Meaning};
pub use samples::DataSet;
pub use source::{Part, Source, Split};
pub use standardization::Standardization;

/// The ways in which a pixel's byte becomes an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pixels {
    /// value / 255, from 0 to 1.
    ///
    /// `DIFFERENCE:` mnist.py feeds the raw values, which saturates every hidden neuron at the first sample.
    #[default]
    Scaled,
    /// The value itself, from 0 to 255, as mnist.py does.
    Raw,
}

/// Returns `true` if a field has its default value, and can be left out of JSON.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Transposes images of this many rows and columns, which are stored column by column.
fn turned(bytes: &[u8], rows: usize, columns: usize) -> Vec<u8> {
    let turn = |image: &[u8]| -> Vec<u8> {
        (0..rows * columns).map(|pixel| image[pixel % columns * rows + pixel / columns]).collect()
    };
    bytes.chunks(rows * columns).flat_map(turn).collect()
}

impl Pixels {
    fn values(self) -> Box<[f64; 256]> {
        let divisor = match self {
            Self::Scaled => 255.0,
            Self::Raw => 1.0,
        };
        Box::new(std::array::from_fn(|byte| byte as f64 / divisor))
    }
}

/// The ways in which a class becomes the desired output vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Targets {
    /// 0.9 for the class and 0.1 for the others, as in mnist.py.
    #[default]
    Soft,
    /// 1 for the class and 0 for the others, as in network.py.
    OneHot,
}

impl Targets {
    /// Returns the targets for a network with this cost: as chosen, otherwise one-hot with the log-likelihood, whose labels
    /// sum to 1, and soft with the others.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage): soft targets for the log-likelihood.
    pub fn for_cost(chosen: Option<Self>, cost: Cost) -> Result<Self, Error> {
        match (chosen, cost) {
            (Some(Self::Soft), Cost::LogLikelihood) => {
                let found = "the outputs of softmax sum to 1, and soft targets, 0.9 and 0.1, do not";
                Err(Error::usage(found).remedy("take one-hot targets"))
            }
            (None, Cost::LogLikelihood) => Ok(Self::OneHot),
            (chosen, _) => Ok(chosen.unwrap_or_default()),
        }
    }

    /// Returns the desired output of the class's neuron and that of the others: (0.9, 0.1) or (1, 0).
    pub fn on_and_off(self) -> (f64, f64) {
        match self {
            Self::Soft => (0.9, 0.1),
            Self::OneHot => (1.0, 0.0),
        }
    }

    /// Writes the desired outputs for a class. A single output tells two classes apart: off is the first, on the
    /// second.
    fn write(self, class: usize, label: &mut [f64]) {
        let (on, off) = self.on_and_off();
        match label {
            [single] => *single = if class == 0 { off } else { on },
            several => {
                several.fill(off);
                several[class] = on;
            }
        }
    }
}
