//! Data sets: the embedded digits, the bits of a byte, and folders of IDX files such as MNIST.
//!
//! Ports `Loader`, `ImageLoader` and `LabelLoader` of the article's mnist.py and the first task of bp.py.
//!
//! ```
//! use backprop::data_set::{Pixels, Source, Targets};
//!
//! let data = Source::Digits.load(Pixels::Scaled)?; // or Source::Folder("path/to/mnist".into())
//! assert_eq!((data.train.len(), data.test.len()), (10_000, 2_000));
//! let sample = data.train.sample(0); // 784 numbers from 0 to 1
//! let label = data.train.label(0, Targets::OneHot, 10); // a 1 in the place of its digit
//! assert_eq!((sample.len(), label[usize::from(data.train.class(0))]), (784, 1.0));
//! # Ok::<(), backprop::Error>(())
//! ```
//!
//! Every input is a byte, and a table of 256 numbers says what a byte means to the network: `value / 255`, the raw
//! value, or 0.1 and 0.9 for the two values of a bit. A byte a pixel keeps the whole of MNIST in 55 MB.

pub mod bits;
pub mod digits;
mod folder;
pub mod idx;
mod made_up;
pub mod nine_nodes;
mod source;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use made_up::made_up;
pub use source::{Part, Source, Split};

use crate::{Architecture, Error, Problem};

/// Samples and what they should be recognised as.
///
/// ```
/// use backprop::data_set::{DataSet, Pixels, Targets};
///
/// // Two images of 2 x 2 pixels: the first shows a 1, the second a 0.
/// let bytes = vec![0, 255, 0, 255, 255, 255, 255, 255];
/// let data = DataSet::images(2, 2, bytes, vec![1, 0], Pixels::Scaled);
/// assert_eq!(data.sample(0), [0.0, 1.0, 0.0, 1.0]);
/// assert_eq!(data.label(0, Targets::Soft, 2), [0.1, 0.9]);
/// assert!(data.is_right(0, &[0.4, 0.6]));
/// ```
#[derive(Clone)]
pub struct DataSet {
    rows: usize,
    columns: usize,
    bytes: Vec<u8>,
    classes: Vec<u8>,
    values: Box<[f64; 256]>,
    task: Task,
    origin: Origin,
}

/// Where samples stood before they were read and cut, for messages.
#[derive(Clone, Default)]
struct Origin {
    /// The file with their labels.
    label_file: Option<PathBuf>,
    /// The place of the first of them there.
    first_index: usize,
}

/// What the network is asked to do with a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// Say which class it belongs to: one output for each class.
    Classify,
    /// Reproduce it: the label is the sample.
    Reproduce,
}

/// What a pixel's byte means to the input layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Pixels {
    /// value / 255, from 0 to 1.
    ///
    /// `DIFFERENCE:` mnist.py feeds the raw values, which saturates every hidden neuron at the first sample.
    #[default]
    Scaled,
    /// The value itself, from 0 to 255, as mnist.py does.
    Raw,
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

/// How a class becomes the desired output vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Targets {
    /// 0.9 for the class and 0.1 for the others, as in mnist.py.
    #[default]
    Soft,
    /// 1 for the class and 0 for the others, as in network.py.
    OneHot,
}

impl Targets {
    /// The desired output of the class's neuron, and of the others: (0.9, 0.1) or (1, 0).
    pub fn on_and_off(self) -> (f64, f64) {
        match self {
            Self::Soft => (0.9, 0.1),
            Self::OneHot => (1.0, 0.0),
        }
    }
}

impl DataSet {
    /// Images to be classified: `bytes` holds the images one after the other, row by row; `classes` one number an
    /// image, its place in the output layer.
    ///
    /// # Panics
    /// If the bytes are not as many whole images as there are classes, or images are empty.
    #[track_caller]
    pub fn images(rows: usize, columns: usize, bytes: Vec<u8>, classes: Vec<u8>, pixels: Pixels) -> Self {
        assert!(rows > 0 && columns > 0, "images need at least one pixel");
        assert_eq!(bytes.len(), classes.len() * rows * columns, "as many whole images as classes");
        Self {
            rows,
            columns,
            bytes,
            classes,
            values: pixels.values(),
            task: Task::Classify,
            origin: Origin::default(),
        }
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Rows and columns of an image; (1, 8) for `bits`.
    pub fn image_shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Numbers in a sample: the size the input layer must have.
    pub fn input_size(&self) -> usize {
        self.rows * self.columns
    }

    /// The fewest neurons the output layer can have: one more than the highest class (1 in an empty set), or one for
    /// each bit.
    pub fn output_size(&self) -> usize {
        match self.task {
            Task::Classify => self.classes.iter().max().map_or(1, |&class| usize::from(class) + 1),
            Task::Reproduce => self.input_size(),
        }
    }

    /// The bytes of one image, row by row.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn image(&self, index: usize) -> &[u8] {
        let size = self.input_size();
        &self.bytes[index * size..(index + 1) * size]
    }

    /// The class of one sample: its digit, or for `bits` the byte itself.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn class(&self, index: usize) -> u8 {
        self.classes[index]
    }

    /// One sample as the input layer wants it: [`DataSet::input_size`] numbers.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn sample(&self, index: usize) -> Vec<f64> {
        self.image(index).iter().map(|&byte| self.values[usize::from(byte)]).collect()
    }

    /// Writes one sample into `sample`, as the input layer wants it.
    ///
    /// # Panics
    /// If there is no such sample or `sample` is not as long as one.
    #[track_caller]
    pub fn write_sample(&self, index: usize, sample: &mut [f64]) {
        let image = self.image(index);
        assert_eq!(sample.len(), image.len(), "room for one sample");
        for (number, &byte) in sample.iter_mut().zip(image) {
            *number = self.values[usize::from(byte)];
        }
    }

    /// Writes the desired output of one sample into `label`, which is as long as the output layer. For `bits` it is the
    /// sample itself, whatever the targets.
    ///
    /// # Panics
    /// If there is no such sample, or `label` is too short for its class, or, for `bits`, not as long as a sample
    /// ([`DataSet::check_fits`]).
    #[track_caller]
    pub fn write_label(&self, index: usize, targets: Targets, label: &mut [f64]) {
        match self.task {
            Task::Classify => {
                let (on, off) = targets.on_and_off();
                label.fill(off);
                label[usize::from(self.class(index))] = on;
            }
            Task::Reproduce => self.write_sample(index, label),
        }
    }

    /// One desired output vector of `output_size` numbers; see [`DataSet::write_label`].
    ///
    /// # Panics
    /// As [`DataSet::write_label`].
    #[track_caller]
    pub fn label(&self, index: usize, targets: Targets, output_size: usize) -> Vec<f64> {
        let mut label = vec![0.0; output_size];
        self.write_label(index, targets, &mut label);
        label
    }

    /// What an output vector says: the class of the strongest output (the first, if several are), or for `bits` the
    /// byte whose bits are the outputs above one half. (Of outputs that are not numbers it says nothing sensible;
    /// [`DataSet::is_right`] counts them as wrong.)
    pub fn answer(&self, output: &[f64]) -> usize {
        match self.task {
            Task::Classify => strongest(output),
            Task::Reproduce => usize::from(bits::byte(output)),
        }
    }

    /// Whether an output vector is the right answer to a sample. An output that is not a number never is.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn is_right(&self, index: usize, output: &[f64]) -> bool {
        self.answer(output) == usize::from(self.class(index)) && output.iter().all(|a| !a.is_nan())
    }

    /// Whether samples are to be reproduced (`bits`), not classified.
    pub fn reproduces(&self) -> bool {
        self.task == Task::Reproduce
    }

    /// The first `count` samples, or all if there are fewer.
    ///
    /// ```
    /// use backprop::data_set::bits;
    ///
    /// // 200 to train on, 56 held out.
    /// let mut data = bits::load();
    /// let held_out = data.split_off_last(56);
    /// assert_eq!((data.len(), held_out.class(0)), (200, 200));
    /// assert_eq!(data.first(10).len(), 10);
    /// ```
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        let count = count.min(self.len());
        self.bytes.truncate(count * self.input_size());
        self.classes.truncate(count);
        self
    }

    /// Takes the last `count` samples away and returns them, or all if there are fewer; see [`DataSet::first`].
    #[must_use]
    pub fn split_off_last(&mut self, count: usize) -> Self {
        let keep = self.len() - count.min(self.len());
        Self {
            bytes: self.bytes.split_off(keep * self.input_size()),
            classes: self.classes.split_off(keep),
            values: self.values.clone(),
            origin: Origin { first_index: self.origin.first_index + keep, ..self.origin.clone() },
            ..*self
        }
    }

    /// Whether a network of this architecture can be shown these samples.
    ///
    /// # Errors
    /// [`Error::Usage`]: an input layer of another size than the images, a class without a neuron in the output layer,
    /// or for `bits` an output layer of another size than the input. Of labels from a folder, [`Error::Contents`] names
    /// the file and the place of the first that is outside.
    ///
    /// # Panics
    /// If the architecture has no layers ([`Architecture::check`]).
    pub fn check_fits(&self, architecture: &Architecture) -> Result<(), Error> {
        if architecture.input_size() != self.input_size() {
            return Err(Error::Usage(Problem::new(
                "sizes",
                format!(
                    "the samples are {}x{}, so the input layer needs {} nodes, but sizes are {}",
                    self.rows,
                    self.columns,
                    self.input_size(),
                    architecture.sizes_text()
                ),
            )));
        }
        let output_size = architecture.output_size();
        if self.reproduces() && output_size != self.output_size() {
            return Err(Error::Usage(Problem::new(
                "sizes",
                format!(
                    "each sample is to be reproduced, so the output layer needs {} nodes, but sizes are {}",
                    self.output_size(),
                    architecture.sizes_text()
                ),
            )));
        }
        if output_size < self.output_size() {
            return Err(self.label_outside(architecture));
        }
        Ok(())
    }
}

impl DataSet {
    /// Remembers the file the labels came from.
    fn with_labels_from(mut self, label_file: PathBuf) -> Self {
        self.origin.label_file = Some(label_file);
        self
    }

    /// The complaint about the first label without a neuron in the output layer.
    fn label_outside(&self, architecture: &Architecture) -> Error {
        let outputs = architecture.output_size();
        let is_outside = |class: &u8| usize::from(*class) >= outputs;
        let place = self.classes.iter().position(is_outside).unwrap_or_default();
        let label = format!("label {}", self.origin.first_index + place);
        let found = format!("{label} is {}, outside an output layer of {outputs}", self.classes[place]);
        let problem = Problem::new(label, found).remedy(format!(
            "sizes {} need at least {} outputs",
            architecture.sizes_text(),
            self.output_size()
        ));
        match &self.origin.label_file {
            Some(file) => Error::contents(file, problem),
            None => Error::Usage(problem),
        }
    }
}

impl PartialEq for DataSet {
    /// Whether the samples are the same, wherever they were read from.
    fn eq(&self, other: &Self) -> bool {
        (self.rows, self.columns, self.task) == (other.rows, other.columns, other.task)
            && self.classes == other.classes
            && self.bytes == other.bytes
            && self.values == other.values
    }
}

impl fmt::Debug for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataSet({} samples of {}x{})", self.len(), self.rows, self.columns)
    }
}

/// The index of the largest number, the first of equals (`get_result` of mnist.py); 0 of none.
///
/// ```
/// assert_eq!(backprop::data_set::strongest(&[0.1, 0.8, 0.3, 0.8]), 1);
/// ```
pub fn strongest(output: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in output.iter().enumerate() {
        if *value > output[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_beyond_the_256th_is_not_taken_for_a_class() {
        let data = DataSet::images(1, 1, vec![0], vec![4], Pixels::Scaled);
        let mut output = vec![0.0; 300];
        output[260] = 1.0;
        assert_eq!(data.answer(&output), 260);
        assert!(!data.is_right(0, &output), "260 is 4 where only a byte of it is kept");
        output[4] = 2.0;
        assert!(data.is_right(0, &output));
    }
}
