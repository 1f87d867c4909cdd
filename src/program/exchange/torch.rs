//! A training of ours as a folder for PyTorch: weights, data with the orders of all epochs, and `train.py`, a template
//! filled in.
//!
//! Random orders and dropout masks are drawn here and stored, so the script needs no ChaCha8.

use std::collections::BTreeMap;

use safetensors::tensor::Dtype;
use serde_json::json;

use backprop::data_set::{Answers, DataSet, Standardization};
use backprop::model_file::Model;
use backprop::training::{Options, sample_order};
use backprop::{Cost, Error};

use super::tensors::{self, NumberType, Tensor};
use crate::io::memory;

/// The file names in the folder.
pub const WEIGHTS: &str = "weights.safetensors";
/// Samples, labels, orders.
pub const DATA: &str = "data.safetensors";
/// The program.
pub const SCRIPT: &str = "train.py";

/// The entry in the header of the data that tells it was written by this program.
pub const ABOUT_DATA: &str = "backprop export --to torch";

const TEMPLATE: &str = include_str!("train.py.template");

/// A run for PyTorch. `options` must set a number of epochs, without a rule for stopping early.
pub struct Training<'a> {
    /// The network before its first step.
    pub model: &'a Model,
    /// The options of training.
    pub options: &'a Options,
    /// The number of epochs.
    pub epochs: usize,
    /// The training set.
    pub train: &'a DataSet,
    /// The test set.
    pub test: &'a DataSet,
}

impl Training<'_> {
    /// Checks that memory can hold the files.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`](backprop::ErrorKind::TooLarge).
    pub fn check_size(&self) -> Result<(), Error> {
        const COPIES: usize = 3;
        let samples = self.train.len() + self.test.len();
        memory::check_samples("--train-limit", samples, &self.model.architecture)?;
        let masks = if self.options.dropout > 0.0 { self.hidden().iter().sum() } else { 0 };
        memory::check_count("--epochs", self.epochs, COPIES * self.train.len() * (8 + masks))
    }

    /// Returns the contents of [`WEIGHTS`].
    ///
    /// # Errors
    /// Those of the format, which a valid model does not cause.
    pub fn weights(&self) -> Result<Vec<u8>, Error> {
        let tensors = tensors::of_model(self.model, NumberType::F64)?;
        tensors::safetensors(&tensors, &tensors::about(self.model))
    }

    /// Returns the contents of [`DATA`]: `samples`, `labels`, `test_samples`, `test_labels`, `orders` (a row an epoch); for
    /// images `pixel`, the value of each byte; with dropout `kept`, for each epoch, each sample in its order and each
    /// hidden neuron.
    ///
    /// # Errors
    /// Those of the format, which valid data do not cause.
    pub fn data(&self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        let pixel = self.pixel();
        for (prefix, data) in [("", self.train), ("test_", self.test)] {
            let shape = vec![data.len(), data.input_size()];
            let name = format!("{prefix}samples");
            all.push(if pixel.is_some() {
                let bytes = (0..data.len()).flat_map(|index| data.image(index).unwrap_or_default());
                Tensor { name, shape, dtype: Dtype::U8, bytes: bytes.copied().collect() }
            } else {
                Tensor::of_f64(name, shape, &rows(data, |index| data.sample(index)))
            });
            let outputs = self.model.architecture.output_size();
            let labels = rows(data, |index| data.label(index, self.options.targets, outputs));
            all.push(Tensor::of_f64(format!("{prefix}labels"), vec![data.len(), outputs], &labels));
        }
        all.extend(pixel.map(|values| Tensor::of_f64("pixel", vec![256], &values)));
        all.push(self.orders());
        if self.options.dropout > 0.0 {
            all.push(self.kept());
        }
        tensors::safetensors(&all, &[("data", ABOUT_DATA.to_owned())])
    }

    /// Returns the text of [`SCRIPT`].
    pub fn script(&self) -> String {
        let architecture = &self.model.architecture;
        let has_dropout = self.options.dropout > 0.0;
        let is_quadratic = architecture.cost == Cost::Quadratic;
        let is_images = self.pixel().is_some();
        let is_one = architecture.output_size() == 1 || *self.train.answers() == Answers::Bits;
        let sizes: Vec<String> = architecture.sizes.iter().map(usize::to_string).collect();
        let hidden: Vec<String> = self.hidden().iter().map(usize::to_string).collect();
        let about = tensors::about(self.model).into_iter().chain([("format", "pt".to_owned())]);
        let about: BTreeMap<&str, String> = about.collect();
        let meaning = &self.model.meaning;
        let raw = meaning.of_raw();
        let both = |scale: Option<&Standardization>| {
            scale.map_or_else(String::new, |scale| format!("{:?}, {:?}", scale.mean, scale.deviation))
        };
        let inputs = |rows: &str| if is_images { format!("pixel[{rows}.long()]") } else { rows.to_owned() };
        let flags = [
            ("l2", self.options.l2 > 0.0),
            ("dropout", has_dropout),
            ("quadratic", is_quadratic),
            ("images", is_images),
            ("numbers", !self.train.counts_answers()),
            ("one", is_one),
            ("raw", raw.is_some()),
            ("scaled", meaning.targets.is_some()),
            ("named", meaning.answers.are_classes() && !meaning.output_names().is_empty()),
        ];
        let values = [
            ("SIZES", sizes.join("-")),
            ("RATE", format!("{:?}", self.options.rate)),
            ("BATCH", self.options.batch.to_string()),
            ("L2", format!("{:?}", self.options.l2)),
            ("DROPOUT", format!("{:?}", self.options.dropout)),
            ("MODULES", self.modules(is_quadratic, has_dropout).join(",\n        ")),
            ("HIDDEN", hidden.join(", ")),
            ("INPUTS", inputs("samples[share]")),
            ("TEST_INPUTS", inputs("test_samples")),
            ("MIDDLE", if is_quadratic { "0.5" } else { "0" }.to_owned()),
            ("RAW", both(raw.as_ref())),
            ("SCALE", both(meaning.targets.as_ref())),
            ("NAMES", json!(meaning.output_names()).to_string()),
            ("ABOUT", json!(about).to_string()),
        ];
        filled_in(TEMPLATE, &flags, &values)
    }

    /// Returns the network, one module a string. With the cross-entropy the last sigmoid is part of the cost.
    fn modules(&self, is_quadratic: bool, has_dropout: bool) -> Vec<String> {
        let mut modules = tensors::modules(&self.model.architecture);
        let last = modules.len() - 1;
        if has_dropout {
            for module in modules[..last].iter_mut().skip(1).step_by(2) {
                *module = format!("Silenced({module})");
            }
        }
        if !is_quadratic {
            modules.truncate(last);
        }
        modules
    }

    /// Returns the numbers of neurons in the hidden layers.
    fn hidden(&self) -> &[usize] {
        let sizes = &self.model.architecture.sizes;
        &sizes[1..sizes.len() - 1]
    }

    /// Returns the value of each byte if samples are bytes with the same meaning in every place, unlike standardized ones.
    fn pixel(&self) -> Option<Vec<f64>> {
        let mut values = vec![f64::NAN; 256];
        for data in [self.train, self.test] {
            for index in 0..data.len() {
                for (&byte, value) in data.image(index)?.iter().zip(data.sample(index)) {
                    let known = &mut values[usize::from(byte)];
                    if known.is_nan() {
                        *known = value;
                    } else if *known != value {
                        return None;
                    }
                }
            }
        }
        // The other bytes do not occur.
        values.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
        Some(values)
    }

    fn orders(&self) -> Tensor {
        let Options { shuffle, seed, .. } = *self.options;
        let order = |epoch| sample_order(self.train.len(), shuffle, seed, epoch);
        let bytes = (0..self.epochs).flat_map(order).flat_map(|index| (index as i64).to_le_bytes()).collect();
        let shape = vec![self.epochs, self.train.len()];
        Tensor { name: "orders".to_owned(), shape, dtype: Dtype::I64, bytes }
    }

    /// Returns 1 for a hidden neuron that a step keeps, 0 for one that it silences.
    fn kept(&self) -> Tensor {
        let samples = self.train.len();
        let Options { rate, batch, .. } = *self.options;
        let mut bytes = Vec::new();
        for place in 0..self.epochs * samples {
            let (epoch, in_epoch) = (place / samples, place % samples);
            let in_batch = in_epoch % batch;
            let before = epoch * samples + in_epoch - in_batch;
            let step = self.options.mini_batches().step(rate, samples, before);
            let Some(dropout) = step.dropout else { continue };
            for (layer, &neurons) in self.hidden().iter().enumerate() {
                let silenced = dropout.silenced(layer, in_batch, neurons);
                bytes.extend(silenced.into_iter().map(|silenced| u8::from(!silenced)));
            }
        }
        let shape = vec![self.epochs, samples, self.hidden().iter().sum()];
        Tensor { name: "kept".to_owned(), shape, dtype: Dtype::U8, bytes }
    }
}

fn rows(data: &DataSet, row: impl Fn(usize) -> Vec<f64>) -> Vec<f64> {
    (0..data.len()).flat_map(row).collect()
}

/// Fills in the template: replaces `@NAME@`, and keeps the lines of `#if name`, `#else`, `#end` that apply.
fn filled_in(template: &str, flags: &[(&str, bool)], values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut shown = Vec::new();
    for line in template.lines() {
        if let Some(name) = line.strip_prefix("#if ") {
            shown.push(flags.iter().any(|&(flag, holds)| flag == name && holds));
        } else if line == "#else" {
            shown.iter_mut().last().into_iter().for_each(|holds| *holds = !*holds);
        } else if line == "#end" {
            shown.pop();
        } else if shown.iter().all(|&holds| holds) {
            let mut line = line.to_owned();
            for (name, value) in values {
                line = line.replace(&format!("@{name}@"), value);
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}
