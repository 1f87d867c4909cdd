//! Checks that a network and a data set fit together, and says what to do if they do not.

use super::samples::{Labels, Origin};
use super::{Answers, Column, DataSet, Meaning, Pixels, Targets};
use crate::{Architecture, Cost, Error, ErrorKind, counted};

impl DataSet {
    /// Checks that these samples fit a network of this architecture.
    ///
    /// # Errors
    /// An input layer of another size than the samples; a class without a neuron in the output layer; or, for `bits`
    /// and for labels that are numbers, an output layer of another size than the label, or the log-likelihood. The kind is
    /// [`ErrorKind::Contents`], with the file and the place, if the samples come from a file; otherwise it is
    /// [`ErrorKind::Usage`].
    ///
    /// # Panics
    /// If the architecture has no layers ([`Architecture::check`]).
    pub fn check_fits(&self, architecture: &Architecture) -> Result<(), Error> {
        let sizes = architecture.sizes_text();
        let inputs = self.input_size();
        if architecture.input_size() != inputs {
            let samples = match self.image_shape() {
                Some((rows, columns)) => format!("the samples are {rows}x{columns}"),
                None => format!("the samples have {}", counted(inputs, "input")),
            };
            let found = format!(
                "{samples}, so the input layer needs {}, but sizes are {sizes}",
                counted(inputs, "node")
            );
            return Err(self.refusal(inputs.min(architecture.input_size()), found));
        }
        let (outputs, needed) = (architecture.output_size(), self.output_size());
        match (self.answers(), &self.all.labels) {
            (Answers::Bits, _) | (_, Labels::Numbers { .. }) if architecture.cost == Cost::LogLikelihood => {
                let found = "the log-likelihood is for classes, of which one is right, and the outputs here are numbers";
                Err(Error::usage(found).remedy("take the quadratic cost"))
            }
            (Answers::Bits, _) if outputs != needed => Err(Error::usage(format!(
                "each sample is to be reproduced, so the output layer needs {}, but sizes are {sizes}",
                counted(needed, "node")
            ))),
            (_, Labels::Numbers { .. }) if outputs != needed => {
                let found = format!(
                    "{} to learn: the output layer needs {}, but sizes are {sizes}",
                    counted(needed, "column"),
                    counted(needed, "node")
                );
                Err(self.refusal(self.origin.class_column, found))
            }
            (_, Labels::Numbers { .. }) if architecture.cost == Cost::CrossEntropy => {
                let mut label = vec![0.0; needed];
                let outside = (0..self.len()).find_map(|index| {
                    self.write_label(index, Targets::OneHot, &mut label);
                    label.iter().copied().find(|number| !(0.0..=1.0).contains(number))
                });
                outside.map_or(Ok(()), |number| {
                    let found = format!("the cross-entropy needs numbers from 0 to 1, but there is {number}");
                    let error = self.refusal(self.origin.class_column, found);
                    Err(error.remedy("take the quadratic cost"))
                })
            }
            (Answers::Classes(_), Labels::Classes(_)) => {
                // A single output tells two classes apart.
                let most = if outputs == 1 { 2 } else { outputs };
                let outside = (0..self.len()).find(|&index| self.class(index) >= most);
                outside.map_or(Ok(()), |index| Err(self.class_outside(index, outputs, &sizes)))
            }
            _ => Ok(()),
        }
    }

    /// Returns the error about the first sample whose class has no neuron in the output layer.
    fn class_outside(&self, index: usize, outputs: usize, sizes: &str) -> Error {
        let class = self.class(index);
        let needed = self.output_size();
        let at_least = if self.image_shape().is_some() { "at least " } else { "" };
        let remedy = format!("sizes {sizes} need {at_least}{}", counted(needed, "output"));
        let label = format!("label {}", self.range.start + index);
        let outside = |what: &str| format!("{what} is {class}, outside an output layer of {outputs}");
        if self.origin.is_table {
            let (name, number) = (self.class_name(class), class + 1);
            let nodes = counted(outputs, "node");
            let found = format!("'{name}' is class number {number}, but the output layer has {nodes}");
            return self.refusal_of_class(self.class_as_read(index), found).remedy(remedy);
        }
        match &self.origin.file {
            Some(file) => Error::contents(outside(&label)).remedy(remedy).in_file(file),
            None => Error::usage(outside(&label)).remedy(remedy),
        }
    }

    /// Returns the error about a field, counted from 0, in the first line of the table; or, if there is no table, about
    /// the samples.
    pub(super) fn refusal(&self, field: usize, found: String) -> Error {
        self.refusal_in_line(self.origin.first_line, field, found)
    }

    /// Returns the error about a class, numbered as in the file, where it is first.
    fn refusal_of_class(&self, class: usize, found: String) -> Error {
        let Origin { class_lines, class_column, .. } = &*self.origin;
        self.refusal_in_line(class_lines.get(class).copied().unwrap_or_default(), *class_column, found)
    }

    fn refusal_in_line(&self, line: u64, field: usize, found: String) -> Error {
        match &*self.origin {
            Origin { file: Some(file), is_table: true, .. } => {
                super::table::problem(line, field, found).in_file(file)
            }
            _ => Error::usage(found),
        }
    }

    /// Returns the same samples with their classes numbered as in `answers`, those of a model or of a training set.
    /// Answers without names change nothing.
    ///
    /// # Errors
    /// A class that is not among them, labels that are numbers where classes are wanted, or classes where numbers are
    /// wanted.
    pub fn numbered_as(self, answers: &Answers) -> Result<Self, Error> {
        let names = match (answers, self.answers()) {
            (Answers::Classes(names), Answers::Classes(_)) => names,
            (Answers::Numbers, Answers::Classes(_)) => {
                let found = "the network answers with numbers, but the labels are classes".to_owned();
                let error = self.refusal(self.origin.class_column, found);
                return Err(error.of_kind(ErrorKind::ClassesForNumbers));
            }
            (Answers::Classes(names), Answers::Numbers) if !names.is_empty() => {
                let found = "the network answers with classes, but the labels are numbers";
                return Err(Error::new(ErrorKind::NumbersForClasses, found));
            }
            _ => return Ok(self),
        };
        if names.is_empty() {
            return Ok(self);
        }
        let mut numbering = Vec::new();
        for class in 0..self.class_count() {
            let own = self.class_name(class);
            // Labels of images are numbers, even if the network has names for them.
            let are_images = !self.origin.is_table && self.image_shape().is_some();
            let by_number = || {
                (are_images && class < names.len() && names.iter().all(|name| name.parse::<f64>().is_err()))
                    .then_some(class)
            };
            let Some(number) = names.iter().position(|name| *name == own).or_else(by_number) else {
                let found = format!("class '{own}' is not one that the network was trained on");
                let error = self.refusal_of_class(class, found);
                return Err(error.remedy(format!("it knows {}", names.join(", "))));
            };
            numbering.push(number);
        }
        let meaning = Meaning { answers: answers.clone(), ..(*self.meaning).clone() };
        Ok(Self { numbering: Some(numbering.into()), ..self.with_meaning(meaning) })
    }

    /// Refuses an option about pixels for samples that have none.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`].
    pub fn check_pixels(&self, chosen: Option<Pixels>) -> Result<(), Error> {
        if chosen.is_none() || self.meaning.pixels.is_some() {
            return Ok(());
        }
        let found = "the samples are not images, and are read as they are";
        Err(Error::usage(found).of_kind(ErrorKind::NoPixels))
    }

    /// Checks a choice of targets, if there is one.
    ///
    /// # Errors
    /// Answers that are not classes.
    pub fn check_targets(&self, chosen: Option<Targets>) -> Result<(), Error> {
        if chosen.is_none() || self.answers().are_classes() {
            return Ok(());
        }
        let learnt = if self.reproduces() { "bits" } else { "numbers" };
        let found = format!("soft and one-hot targets are for classes, but here {learnt} are learnt");
        Err(Error::usage(found).remedy("leave the targets out"))
    }

    /// Returns the same samples if their answers are known.
    ///
    /// # Errors
    /// A table without the column of the answer.
    pub fn labelled(self) -> Result<Self, Error> {
        if self.is_labelled() {
            return Ok(self);
        }
        let told: Vec<String> = self.meaning.outputs.iter().map(Column::in_words).collect();
        let found = format!("there is no answer to compare with: {} is missing", told.join(" and "));
        Err(self.refusal(0, found).of_kind(ErrorKind::NoAnswers))
    }
}
