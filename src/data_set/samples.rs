//! The samples of a data set and their labels.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use flate2::Crc;

use super::{Answers, Meaning, Pixels, Targets};

/// Samples and their labels.
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
///
/// A set may be part of a larger one. Both are views of the same samples, so a clone costs next to nothing.
#[derive(Clone)]
pub struct DataSet {
    pub(super) meaning: Arc<Meaning>,
    /// The number of each class, if classes have been renumbered since they were read.
    pub(super) numbering: Option<Arc<[usize]>>,
    pub(super) all: Arc<Samples>,
    pub(super) origin: Arc<Origin>,
    /// The range of `all` that is in this set.
    pub(super) range: Range<usize>,
}

/// All samples that were read.
pub(super) struct Samples {
    /// The number of inputs in a sample.
    pub(super) input_size: usize,
    pub(super) inputs: Inputs,
    pub(super) labels: Labels,
}

/// The samples, one after the other.
pub(super) enum Inputs {
    /// Images with this many columns, row by row, and the input that each value of a byte becomes.
    Bytes { columns: usize, bytes: Vec<u8>, values: Box<[f64; 256]> },
    /// Numbers.
    Numbers(Vec<f64>),
}

/// The labels of the samples.
pub(super) enum Labels {
    /// Its class, or the byte whose bits it has.
    Classes(Vec<u32>),
    /// This many numbers for each sample.
    Numbers { count: usize, numbers: Vec<f64> },
}

/// The place that samples were read from, for messages.
#[derive(Default)]
pub(super) struct Origin {
    /// A table, or the IDX file with the labels; `None` for the program itself.
    pub(super) file: Option<PathBuf>,
    /// `true` for a table. The rest is only for tables.
    pub(super) is_table: bool,
    /// The line of the first sample, from 1.
    pub(super) first_line: u64,
    /// The first line with each class.
    pub(super) class_lines: Vec<u64>,
    /// The column of the class, from 0.
    pub(super) class_column: usize,
    /// `true` if the table does not have the answer.
    pub(super) lacks_answers: bool,
}

impl DataSet {
    /// Creates a set of images to classify. `bytes` holds the images one after the other, row by row; `classes` holds
    /// one number per image, the place of its class in the output layer.
    ///
    /// # Panics
    /// If the bytes are not one whole image for each class, or images are empty.
    #[track_caller]
    pub fn images(rows: usize, columns: usize, bytes: Vec<u8>, classes: Vec<u8>, pixels: Pixels) -> Self {
        assert!(rows > 0 && columns > 0, "images need at least one pixel");
        assert_eq!(bytes.len(), classes.len() * rows * columns, "each class needs one whole image");
        let classes = classes.into_iter().map(u32::from).collect();
        Self::new(
            Meaning { pixels: Some(pixels), ..Meaning::default() },
            Samples {
                input_size: rows * columns,
                inputs: Inputs::Bytes { columns, bytes, values: pixels.values() },
                labels: Labels::Classes(classes),
            },
        )
    }

    /// Creates a set of one sample of numbers, as they are in a table, whose answer is not known.
    pub fn one_sample(inputs: Vec<f64>, meaning: Meaning) -> Self {
        Self::new(
            Meaning { standardization: meaning.of_raw(), ..meaning },
            Samples {
                input_size: inputs.len(),
                inputs: Inputs::Numbers(inputs),
                labels: Labels::Classes(vec![0]),
            },
        )
    }

    /// Creates a set of all these samples.
    pub(super) fn new(meaning: Meaning, samples: Samples) -> Self {
        Self {
            meaning: Arc::new(meaning),
            numbering: None,
            range: 0..samples.len(),
            all: Arc::new(samples),
            origin: Arc::default(),
        }
    }

    /// Says where the samples were read from.
    pub(super) fn read_from(self, origin: Origin) -> Self {
        Self { origin: Arc::new(origin), ..self }
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Returns `true` if the set is empty.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Returns the rows and columns of samples that are images ((1, 8) for `bits`).
    pub fn image_shape(&self) -> Option<(usize, usize)> {
        match self.all.inputs {
            Inputs::Bytes { columns, .. } => Some((self.input_size() / columns, columns)),
            Inputs::Numbers(_) => self.meaning.image,
        }
    }

    /// Returns the number of inputs in a sample: the size that the input layer must have.
    pub fn input_size(&self) -> usize {
        self.all.input_size
    }

    /// Returns the kind of the answers and the names of the classes.
    pub fn answers(&self) -> &Answers {
        &self.meaning.answers
    }

    /// Returns everything a network should know about these samples.
    pub fn meaning(&self) -> &Meaning {
        &self.meaning
    }

    /// Returns `true` if the answers are known; false for a table without them.
    pub fn is_labelled(&self) -> bool {
        !self.origin.lacks_answers
    }

    /// Returns the name of a class, or else its number.
    pub fn class_name(&self, class: usize) -> Cow<'_, str> {
        self.answers().name(class)
    }

    /// Returns the number of classes: those with names, or one more than the highest number in this set. Returns 0 if
    /// nothing is classified.
    pub fn class_count(&self) -> usize {
        match (self.answers(), &self.all.labels) {
            (Answers::Classes(names), _) if !names.is_empty() => names.len(),
            (Answers::Classes(_), Labels::Classes(classes)) => {
                classes[self.range.clone()].iter().max().map_or(0, |&class| class as usize + 1)
            }
            _ => 0,
        }
    }

    /// Returns the smallest possible size of the output layer: one neuron for two classes, and otherwise one for each
    /// class (1 in an empty set), bit or number.
    pub fn output_size(&self) -> usize {
        match (self.answers(), &self.all.labels) {
            (Answers::Bits, _) => self.input_size(),
            (_, Labels::Numbers { count, .. }) => *count,
            _ => match self.class_count() {
                0..=2 => 1,
                several => several,
            },
        }
    }

    /// Returns the bytes of one sample that is an image, row by row.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        let place = self.place(index) * self.input_size();
        match &self.all.inputs {
            Inputs::Bytes { bytes, .. } => Some(&bytes[place..place + self.input_size()]),
            Inputs::Numbers(_) => None,
        }
    }

    /// Returns the class of one sample, or the byte itself for `bits`. Returns 0 if the label is numbers.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn class(&self, index: usize) -> usize {
        let class = self.class_as_read(index);
        self.numbering.as_ref().map_or(class, |numbering| numbering[class])
    }

    /// Returns one sample as [`DataSet::input_size`] numbers for the input layer.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn sample(&self, index: usize) -> Vec<f64> {
        let mut sample = vec![0.0; self.input_size()];
        self.write_sample(index, &mut sample);
        sample
    }

    /// Returns one sample in the units of the data, before any standardization.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn as_read(&self, index: usize) -> Vec<f64> {
        let mut sample = vec![0.0; self.input_size()];
        self.write_as_read(index, &mut sample);
        sample
    }

    /// Writes one sample into `sample` as numbers for the input layer.
    ///
    /// # Panics
    /// If there is no such sample, or `sample` has another length.
    #[track_caller]
    pub fn write_sample(&self, index: usize, sample: &mut [f64]) {
        self.write_as_read(index, sample);
        if let Some(standardization) = &self.meaning.standardization {
            standardization.apply(sample);
        }
    }

    /// Writes the desired output of one sample into `label`, which is as long as the output layer. For `bits` this is
    /// the sample itself, and if labels are numbers it is those numbers, scaled as the meaning says, whatever the
    /// targets.
    ///
    /// # Panics
    /// If there is no such sample, or `label` does not have the length that [`DataSet::check_fits`] asks for.
    #[track_caller]
    pub fn write_label(&self, index: usize, targets: Targets, label: &mut [f64]) {
        match (self.answers(), &self.all.labels) {
            (Answers::Bits, _) => self.write_sample(index, label),
            (_, Labels::Classes(_)) => targets.write(self.class(index), label),
            (_, Labels::Numbers { .. }) => {
                label.copy_from_slice(self.numbers(index));
                if let Some(scale) = &self.meaning.targets {
                    scale.apply(label);
                }
            }
        }
    }

    /// Returns one desired output vector of `output_size` numbers; see [`DataSet::write_label`].
    ///
    /// # Panics
    /// As [`DataSet::write_label`].
    #[track_caller]
    pub fn label(&self, index: usize, targets: Targets, output_size: usize) -> Vec<f64> {
        let mut label = vec![0.0; output_size];
        self.write_label(index, targets, &mut label);
        label
    }

    /// Returns the answer in an output vector ([`Answers::of`]).
    pub fn answer(&self, output: &[f64]) -> usize {
        self.answers().of(output)
    }

    /// Returns `true` if an output vector is the right answer to a sample. An output that is not a number is never
    /// right, and neither are numbers as answers, which are only closer or farther.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn is_right(&self, index: usize, output: &[f64]) -> bool {
        self.counts_answers()
            && self.answer(output) == self.class(index)
            && output.iter().all(|a| !a.is_nan())
    }

    /// Returns the number of right answers of a network that always gives the most frequent class.
    pub fn chance(&self) -> usize {
        let mut counts = HashMap::new();
        for index in 0..self.len() {
            *counts.entry(self.class(index)).or_insert(0) += 1;
        }
        counts.into_values().max().unwrap_or(0)
    }

    /// Returns `true` if samples are to be reproduced (`bits`) instead of classified.
    pub fn reproduces(&self) -> bool {
        *self.answers() == Answers::Bits
    }

    /// Returns `true` if an answer can be right or wrong: true for classes and bytes, false for numbers.
    pub fn counts_answers(&self) -> bool {
        *self.answers() != Answers::Numbers
    }

    /// Returns the same samples, with inputs and labels scaled as a network of this meaning takes them.
    #[must_use]
    pub fn with_meaning(self, meaning: Meaning) -> Self {
        Self { meaning: Arc::new(meaning), ..self }
    }

    /// Returns the numbers of a label as they were read, one for each target column.
    ///
    /// # Panics
    /// If there is no such sample, or labels are not numbers.
    #[track_caller]
    pub fn numbers(&self, index: usize) -> &[f64] {
        let place = self.place(index);
        match &self.all.labels {
            Labels::Numbers { count, numbers } => &numbers[place * count..(place + 1) * count],
            Labels::Classes(_) => panic!("the labels are classes"),
        }
    }

    /// Returns the first `count` samples, or all if there are fewer.
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
        self.range.end = self.range.start + count.min(self.len());
        self
    }

    /// Removes the last `count` samples, or all if there are fewer, and returns them; see [`DataSet::first`].
    #[must_use]
    pub fn split_off_last(&mut self, count: usize) -> Self {
        let keep = self.len() - count.min(self.len());
        let middle = self.range.start + keep;
        let last = Self { range: middle..self.range.end, ..self.clone() };
        self.range.end = middle;
        last
    }

    /// Computes a checksum of every label and every input, as it was read.
    pub(crate) fn checksum(&self) -> u32 {
        let mut crc = Crc::new();
        let size = self.input_size();
        for place in self.range.clone() {
            match &self.all.inputs {
                Inputs::Bytes { bytes, .. } => crc.update(&bytes[place * size..(place + 1) * size]),
                Inputs::Numbers(numbers) => add(&mut crc, &numbers[place * size..(place + 1) * size]),
            }
            match &self.all.labels {
                // A byte where it fits, as in checkpoints written before there were more classes.
                Labels::Classes(classes) => match u8::try_from(classes[place]) {
                    Ok(class) => crc.update(&[class]),
                    Err(_) => crc.update(&classes[place].to_le_bytes()),
                },
                Labels::Numbers { count, numbers } => {
                    add(&mut crc, &numbers[place * count..(place + 1) * count]);
                }
            }
        }
        crc.sum()
    }

    /// Returns the number of a class as it was read.
    #[track_caller]
    pub(super) fn class_as_read(&self, index: usize) -> usize {
        let place = self.place(index);
        match &self.all.labels {
            Labels::Classes(classes) => classes[place] as usize,
            Labels::Numbers { .. } => 0,
        }
    }

    #[track_caller]
    fn write_as_read(&self, index: usize, sample: &mut [f64]) {
        let size = self.input_size();
        assert_eq!(sample.len(), size, "room for one sample");
        let place = self.place(index) * size;
        match &self.all.inputs {
            Inputs::Bytes { bytes, values, .. } => {
                for (number, &byte) in sample.iter_mut().zip(&bytes[place..place + size]) {
                    *number = values[usize::from(byte)];
                }
            }
            Inputs::Numbers(numbers) => sample.copy_from_slice(&numbers[place..place + size]),
        }
    }

    /// Returns the place of a sample of this set among all samples.
    #[track_caller]
    fn place(&self, index: usize) -> usize {
        assert!(index < self.len(), "sample {index} of {}", self.len());
        self.range.start + index
    }
}

fn add(crc: &mut Crc, numbers: &[f64]) {
    for number in numbers {
        crc.update(&number.to_le_bytes());
    }
}

impl Samples {
    fn len(&self) -> usize {
        match &self.labels {
            Labels::Classes(classes) => classes.len(),
            Labels::Numbers { count, numbers } => numbers.len() / count,
        }
    }
}

impl PartialEq for DataSet {
    /// Compares samples and labels, whatever they were read from.
    fn eq(&self, other: &Self) -> bool {
        let shape = |data: &Self| (data.len(), data.input_size(), data.image_shape(), data.output_size());
        if shape(self) != shape(other) || self.answers() != other.answers() {
            return false;
        }
        (0..self.len()).all(|index| {
            let all = |data: &Self| {
                let label = data.label(index, Targets::OneHot, data.output_size());
                (data.sample(index), data.class(index), label)
            };
            all(self) == all(other)
        })
    }
}

impl fmt::Debug for DataSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.image_shape() {
            Some((rows, columns)) => write!(f, "DataSet({} samples of {rows}x{columns})", self.len()),
            None => write!(f, "DataSet({} samples of {} numbers)", self.len(), self.input_size()),
        }
    }
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
        assert!(!data.is_right(0, &output), "260 becomes 4 if only its low byte is kept");
        output[4] = 2.0;
        assert!(data.is_right(0, &output));
    }

    #[test]
    fn two_classes_share_one_output_parted_at_one_half() {
        let data = DataSet::images(1, 1, vec![0, 0], vec![0, 1], Pixels::Scaled);
        assert_eq!(data.output_size(), 1);
        assert_eq!([0, 1].map(|index| data.label(index, Targets::Soft, 1)), [[0.1], [0.9]]);
        assert_eq!([0, 1].map(|index| data.label(index, Targets::OneHot, 1)), [[0.0], [1.0]]);
        assert_eq!([0.2, 0.5, 0.51, 0.9].map(|output| data.answer(&[output])), [0, 0, 1, 1]);
    }
}
