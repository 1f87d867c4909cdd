//! A training run as a folder for PyTorch: weights, data with the orders of all epochs, and `train.py`, a template
//! filled in.
//!
//! Random orders and dropout masks are drawn here and stored, so the script needs no ChaCha8.

use std::collections::BTreeMap;

use minijinja::context;
use safetensors::tensor::Dtype;
use serde_json::json;

use backprop::data_set::{Answers, DataSet, Standardization};
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::training::{Options, sample_order};
use backprop::{Cost, Error};

use super::tensors::{self, Tensor};
use crate::io::memory;
use crate::template;

/// The file names in the folder.
pub const WEIGHTS: &str = "weights.safetensors";
/// Samples, labels, orders.
pub const DATA: &str = "data.safetensors";
/// The program.
pub const SCRIPT: &str = "train.py";

/// The entry in the header of the data that says that this program wrote it.
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
        let tensors = tensors::of_model(self.model, Precision::F64)?;
        tensors::safetensors(&tensors, &tensors::about(self.model))
    }

    /// Returns the contents of [`DATA`]: `samples`, `labels`, `test_samples`, `test_labels`, `orders` (a row per
    /// epoch); for images `pixel`, the value of each byte; with dropout `kept`, for each epoch, each sample in its
    /// order and each hidden neuron.
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
        let Options { rate, batch, l2, dropout, .. } = *self.options;
        let architecture = &self.model.architecture;
        let is_quadratic = architecture.cost == Cost::Quadratic;
        let about = tensors::about(self.model).into_iter().chain([("format", "pt".to_owned())]);
        let meaning = &self.model.meaning;
        let names = meaning.output_names();
        let both = |scale: &Standardization| format!("{:?}, {:?}", scale.mean, scale.deviation);
        let values = context! {
            sizes => architecture.sizes_text().replace(',', "-"),
            rate => format!("{rate:?}"),
            batch,
            l2 => (l2 > 0.0).then(|| format!("{l2:?}")),
            dropout => (dropout > 0.0).then(|| format!("{dropout:?}")),
            modules => self.modules(is_quadratic, dropout > 0.0),
            hidden => self.hidden().to_vec(),
            quadratic => is_quadratic,
            softmax => architecture.cost == Cost::LogLikelihood,
            images => self.pixel().is_some(),
            numbers => !self.train.counts_answers(),
            one => architecture.output_size() == 1 || *self.train.answers() == Answers::Bits,
            raw => meaning.of_raw().as_ref().map(both),
            scale => meaning.targets.as_ref().map(both),
            names => (meaning.answers.are_classes() && !names.is_empty()).then(|| json!(names).to_string()),
            about => json!(about.collect::<BTreeMap<&str, String>>()).to_string(),
        };
        template::fill(TEMPLATE, &values)
    }

    /// Returns the network, one module per string. With the cross-entropy the last sigmoid is part of the cost, and with
    /// the log-likelihood the softmax.
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
