//! The setup of a network and its samples, in one place. The program's flags, an editor's configuration and the page's
//! settings only fill in a [`Setup`], so the same settings give the same network and the same numbers.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::data_set::{
    Answers, DataSet, Meaning, Pixels, Source, Standardization, Targets, is_default, nine_nodes,
};
use crate::graph::Network;
use crate::model_file::Model;
use crate::step::Stepper;
use crate::{
    Activation, Architecture, Cost, Error, Label, MiniBatches, Parameters, Sample, WeightInit, made_up,
};

/// The number of made-up samples in a walk through training.
pub const MADE_UP_SAMPLES: usize = 6;

/// Everything that determines a network and its samples. Every field has a default.
///
/// ```
/// use backprop::data_set::Source;
/// use backprop::setup::{Data, Setup};
///
/// let setup = Setup { data: Some(Data::Source(Source::Xor)), seed: Some(3), ..Setup::default() };
/// let samples = setup.samples(|source, pixels| Ok(source.load(pixels)?.train))?;
/// let architecture = setup.architecture(&samples)?;
/// assert_eq!(architecture.sizes, [2, 8, 1]);
/// let start = setup.parameters(&architecture);
/// let rows = setup.rows(&samples, &architecture, usize::MAX);
/// assert_eq!((rows.samples.len(), &rows.labels[1]), (4, &vec![0.9]));
///
/// let text = serde_json::to_string(&setup)?;
/// assert_eq!(text, r#"{"data":"xor","seed":3}"#);
/// assert_eq!(serde_json::from_str::<Setup>(&text)?, setup);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Setup {
    /// The samples; by default those of [`Setup::data`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    /// The way a pixel becomes an input; by default as in the model, otherwise scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<Pixels>,
    /// The desired outputs; by default one-hot with the log-likelihood, otherwise soft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Targets>,
    /// Makes every input have mean 0 and standard deviation 1, unless the model has its own standardization.
    #[serde(skip_serializing_if = "is_default")]
    pub standardize: bool,
    /// The model to start from, with its architecture; by default weights are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// Neurons in each layer, input first; by default as many as the samples need ([`Samples::default_sizes`]). A
    /// model always keeps its own sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes: Option<Vec<usize>>,
    /// The number of hidden neurons if sizes are not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<usize>,
    /// The activation of each layer after the input, or one for all of them; by default the model's, otherwise
    /// sigmoid.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    pub activation: Option<Vec<Activation>>,
    /// The cost; by default the model's, otherwise the log-likelihood after a softmax, else quadratic.
    #[serde(skip_serializing_if = "Option::is_none", with = "cost_name")]
    pub cost: Option<Cost>,
    /// The distribution that weights are drawn from, small by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<WeightInit>,
    /// Leaves the biases of small weights at 0 as fc.py does; bp.py draws them like weights.
    #[serde(skip_serializing_if = "is_default")]
    pub biases_at_zero: bool,
    /// The seed of drawn weights and made-up samples, 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The number of samples, from the first, that are trained on and standardized over; by default all.
    #[serde(skip)]
    pub train_limit: Option<usize>,
}

/// The source of samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// `nine-nodes`: the samples of the article's network of nine nodes, which also has its own weights.
    NineNodes,
    /// `made-up`: random samples ([`made_up`]).
    MadeUp,
    /// The samples themselves.
    #[serde(untagged)]
    Rows(Rows),
    /// A data set, by its name or path.
    #[serde(untagged, with = "source")]
    Source(Source),
}

/// Samples and labels, one row each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// The samples.
    pub samples: Vec<Vec<f64>>,
    /// Their labels.
    pub labels: Vec<Vec<f64>>,
    /// Their source, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rows and columns of a sample, if it is an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_shape: Option<(usize, usize)>,
    /// The names of the classes, if labels are classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// The meaning of inputs and outputs, if they are columns of a table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub meaning: Meaning,
}

/// The samples of a setup, before a network has been chosen for them.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// Random samples, which depend on the architecture.
    MadeUp,
    /// A data set and its source.
    Set(DataSet, Source),
    /// Rows given in the setup.
    Rows(Rows),
}

impl Setup {
    /// Returns the chosen data. The default is digits for a model, made-up samples if sizes, a seed or the kind of
    /// weights are chosen, and otherwise those of the nine nodes.
    pub fn data(&self) -> Cow<'_, Data> {
        match &self.data {
            Some(data) => Cow::Borrowed(data),
            None if self.model.is_some() => Cow::Owned(Data::Source(Source::Digits)),
            None if self.sizes.is_some() || self.draws() => Cow::Owned(Data::MadeUp),
            None => Cow::Owned(Data::NineNodes),
        }
    }

    fn draws(&self) -> bool {
        self.init.is_some() || self.seed.is_some()
    }

    /// Returns how a pixel becomes an input: as chosen, else as the model was trained, else scaled.
    pub fn pixels(&self) -> Pixels {
        self.pixels.or(self.model.as_ref().and_then(|model| model.meaning.pixels)).unwrap_or_default()
    }

    /// Returns the seed, 0 by default.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }

    /// Returns the samples. `load` reads a data set, whose samples are then adapted to the model and standardized.
    ///
    /// # Errors
    /// The errors of `load`, and data that does not fit the model.
    pub fn samples(
        &self,
        load: impl FnOnce(&Source, Pixels) -> Result<DataSet, Error>,
    ) -> Result<Samples, Error> {
        Ok(match self.data().into_owned() {
            Data::NineNodes => Samples::Rows(Rows {
                samples: nine_nodes::SAMPLES.iter().map(|row| row.to_vec()).collect(),
                labels: nine_nodes::LABELS.iter().map(|row| row.to_vec()).collect(),
                name: Some("the nine nodes' own samples".to_owned()),
                ..Rows::default()
            }),
            Data::MadeUp => Samples::MadeUp,
            Data::Rows(rows) => Samples::Rows(rows),
            Data::Source(source) => {
                let data = self.adapted(load(&self.read_as_trained(source.clone()), self.pixels())?)?;
                let trained_on = data.clone().first(self.train_limit.unwrap_or(usize::MAX));
                let meaning = self.meaning(&trained_on)?;
                Samples::Set(data.with_meaning(meaning), source)
            }
        })
    }

    /// Returns the source; a table is read like the one that the model was trained on.
    #[must_use]
    pub fn read_as_trained(&self, source: Source) -> Source {
        match &self.model {
            Some(model) => source.read_as(&model.meaning),
            None => source,
        }
    }

    /// Returns the data with classes numbered as in the model, and standardized as it was in training.
    ///
    /// # Errors
    /// A class that the model does not know, another number of inputs than the model has means for, a choice of
    /// pixels for a table, which has none, or of targets where no classes are learnt.
    pub fn adapted(&self, data: DataSet) -> Result<DataSet, Error> {
        data.check_pixels(self.pixels)?;
        data.check_targets(self.targets)?;
        match &self.model {
            Some(model) => model.adapt(data),
            None => Ok(data),
        }
    }

    /// Returns the meaning of a network that is trained on these samples: that of the model, or what the samples say.
    /// Inputs are standardized over them if that is chosen, or if answers are numbers; answers that are numbers are
    /// scaled to the range of the output.
    ///
    /// # Errors
    /// Labels that are the inputs themselves, since they would change too.
    pub fn meaning(&self, train: &DataSet) -> Result<Meaning, Error> {
        let mut meaning = train.meaning().clone();
        let predicts_numbers = self.model.is_none() && !train.counts_answers();
        let standardizes = self.standardize || (predicts_numbers && train.image_shape().is_none());
        if meaning.standardization.is_none() && standardizes {
            if train.reproduces() {
                let found = "standardizing would change the desired outputs, which are the inputs";
                return Err(Error::usage(found).remedy("omit it"));
            }
            meaning.standardization = Some(Standardization::of(train));
        }
        if predicts_numbers && self.cost != Some(Cost::CrossEntropy) {
            meaning.targets = Standardization::of_targets(train, self.output_activation(true));
        }
        Ok(meaning)
    }

    /// Returns the activation of the output layer: as chosen, otherwise softmax for the log-likelihood, identity for
    /// numbers and sigmoid for classes.
    fn output_activation(&self, predicts_numbers: bool) -> Activation {
        let chosen = self.activation.as_ref().and_then(|activation| activation.last().copied());
        chosen.unwrap_or(match self.cost {
            Some(Cost::LogLikelihood) => Activation::Softmax,
            Some(Cost::CrossEntropy) => Activation::Sigmoid,
            _ if predicts_numbers => Activation::Identity,
            _ => Activation::Sigmoid,
        })
    }

    /// Returns the architecture of a network for these samples: the model's, or one with the chosen sizes,
    /// activations and cost.
    ///
    /// # Errors
    /// An architecture that makes no sense, is too large to draw weights for, or does not fit the samples; or soft targets
    /// for a softmax.
    pub fn architecture(&self, samples: &Samples) -> Result<Architecture, Error> {
        let mut architecture = match (&self.model, &self.sizes) {
            (Some(model), _) => model.architecture.clone(),
            (None, Some(sizes)) => Architecture::new(sizes),
            (None, None) if *self.data() == Data::NineNodes => nine_nodes::architecture(),
            (None, None) => Architecture::new(&samples.default_sizes(self.hidden)?),
        };
        if let Some(activation) = &self.activation {
            architecture = architecture.with_activations(activation);
        } else if self.model.is_none() {
            let predicts_numbers = matches!(samples, Samples::Set(data, _) if !data.counts_answers());
            if let Some(output) = architecture.activations.last_mut() {
                *output = self.output_activation(predicts_numbers);
            }
        }
        architecture.cost = self.cost.unwrap_or(architecture.cost);
        if self.sizes.is_none()
            && self.model.is_none()
            && architecture.cost == Cost::LogLikelihood
            && let Some(outputs) = architecture.sizes.last_mut()
        {
            // Elsewhere a single output tells two classes apart.
            *outputs = (*outputs).max(2);
        }
        architecture.check()?;
        Targets::for_cost(self.targets, architecture.cost)?;
        samples.check_fit(&architecture)?;
        architecture.check_size()?;
        Ok(architecture)
    }

    /// Returns the starting weights: the model's, the nine nodes' or drawn ones.
    pub fn parameters(&self, architecture: &Architecture) -> Parameters {
        if let Some(model) = &self.model {
            return model.parameters.clone();
        }
        let is_nine_nodes = *self.data() == Data::NineNodes && !self.draws();
        if is_nine_nodes && architecture.sizes == nine_nodes::architecture().sizes {
            return nine_nodes::parameters();
        }
        let init = self.init.unwrap_or_default();
        let mut parameters = init.draw(architecture, self.seed());
        if init == WeightInit::Small && self.biases_at_zero {
            parameters.layers.iter_mut().for_each(|layer| layer.biases.fill(0.0));
        }
        parameters
    }

    /// Returns the first `limit` samples as rows; with [`usize::MAX`] all of them, or [`MADE_UP_SAMPLES`] made-up
    /// ones.
    pub fn rows(&self, samples: &Samples, architecture: &Architecture, limit: usize) -> Rows {
        match samples {
            Samples::MadeUp => {
                let count = if limit == usize::MAX { MADE_UP_SAMPLES } else { limit };
                let (labels, samples) = made_up(architecture, count, self.seed());
                let name = format!("made-up samples, seed {}", self.seed());
                Rows { samples, labels, name: Some(name), ..Rows::default() }
            }
            Samples::Set(data, source) => {
                let (data, outputs) = (data.clone().first(limit), architecture.output_size());
                let targets = Targets::for_cost(self.targets, architecture.cost).unwrap_or_default();
                let classes = if data.answers().are_classes() { 0..outputs.max(2) } else { 0..0 };
                Rows {
                    samples: (0..data.len()).map(|index| data.sample(index)).collect(),
                    labels: (0..data.len()).map(|index| data.label(index, targets, outputs)).collect(),
                    name: Some(format!("the training samples of {source}")),
                    image_shape: data.image_shape().filter(|_| !data.reproduces()),
                    classes: classes.map(|class| data.class_name(class).into_owned()).collect(),
                    meaning: Some(data.meaning())
                        .filter(|meaning| meaning.is_of_table())
                        .cloned()
                        .unwrap_or_default(),
                }
            }
            Samples::Rows(rows) => {
                let mut rows = rows.clone();
                rows.samples.truncate(limit);
                rows.labels.truncate(limit);
                rows
            }
        }
    }
}

impl Rows {
    /// Returns the steps of training this network on these samples.
    ///
    /// # Panics
    /// If there are no samples, or they do not fit the network.
    pub fn stepper(&self, network: Network, rate: f64, mini_batches: MiniBatches) -> Stepper {
        let labels: Vec<Label> = self.labels.iter().map(|label| Label(label)).collect();
        let samples: Vec<Sample> = self.samples.iter().map(|sample| Sample(sample)).collect();
        Stepper::new(network, &labels, &samples, rate).in_mini_batches(mini_batches)
    }
}

impl Samples {
    /// Returns the number of samples; [`usize::MAX`] for made-up samples, which never run out.
    pub fn count(&self) -> usize {
        match self {
            Self::MadeUp => usize::MAX,
            Self::Set(data, _) => data.len(),
            Self::Rows(rows) => rows.samples.len(),
        }
    }

    /// Returns the default sizes: an input for each number of a sample, one hidden layer, and the outputs that a
    /// label needs. Unless chosen, the number of hidden neurons is 3 for bits, 30 for images (which get at least 10
    /// outputs), and 8 for anything else; made-up samples fit any sizes, and get 3,4,2.
    ///
    /// # Errors
    /// An empty list of rows.
    pub fn default_sizes(&self, hidden: Option<usize>) -> Result<Vec<usize>, Error> {
        let (inputs, usual, outputs) = match self {
            Self::MadeUp => (3, 4, 2),
            Self::Set(data, _) => match data.image_shape() {
                _ if data.reproduces() => (data.input_size(), 3, data.output_size()),
                // Labels of images are digits; the classes of a table are all known by name.
                Some(_) if *data.answers() == Answers::Classes(Vec::new()) => {
                    (data.input_size(), 30, data.output_size().max(10))
                }
                shape => (data.input_size(), if shape.is_some() { 30 } else { 8 }, data.output_size()),
            },
            Self::Rows(rows) => {
                let row = rows.samples.first().zip(rows.labels.first());
                let (sample, label) = row.ok_or_else(|| Error::usage("there are no samples"))?;
                (sample.len(), if rows.image_shape.is_some() { 30 } else { 8 }, label.len())
            }
        };
        Ok(vec![inputs, hidden.unwrap_or(usual), outputs])
    }

    fn check_fit(&self, architecture: &Architecture) -> Result<(), Error> {
        let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
        let rows = match self {
            Self::MadeUp => return Ok(()),
            Self::Set(data, _) => return data.check_fits(architecture),
            Self::Rows(rows) => rows,
        };
        if rows.samples.is_empty() || rows.samples.len() != rows.labels.len() {
            return Err(Error::usage("there must be at least one sample, and a label for each"));
        }
        let fit = |row: &str, rows: &[Vec<f64>], layer: &str, nodes: usize| {
            rows.iter().map(Vec::len).find(|&length| length != nodes).map_or(Ok(()), |length| {
                let found = format!("a {row} has {length} numbers, but the {layer} layer has {nodes} nodes");
                Err(Error::usage(found))
            })
        };
        fit("sample", &rows.samples, "input", inputs)?;
        fit("label", &rows.labels, "output", outputs)
    }
}

impl Model {
    /// Returns the data with classes numbered as in this model, and standardized as it was in training.
    ///
    /// # Errors
    /// A class that the model does not know, or another number of inputs than the model has means for.
    pub fn adapt(&self, data: DataSet) -> Result<DataSet, Error> {
        let data = data.numbered_as(&self.meaning.answers)?;
        let Meaning { standardization, targets, .. } = &self.meaning;
        if standardization.is_none() && targets.is_none() {
            return Ok(data);
        }
        // Sizes are checked first: there must be an input for every mean.
        data.check_fits(&self.architecture)?;
        let own = data.meaning().clone();
        let (standardization, targets) = (standardization.clone(), targets.clone());
        Ok(data.with_meaning(Meaning { standardization, targets, ..own }))
    }
}

/// Serializes a source as its word or path, or as an object if that does not express it.
mod source {
    use super::{Deserialize, Deserializer, Serialize as _, Serializer, Source};

    pub(super) fn serialize<S: Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
        let text = source.to_string();
        let is_said = text.parse().as_ref() == Ok(source);
        if is_said { text.serialize(serializer) } else { source.serialize(serializer) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Source(Source),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse().unwrap_or_else(|never| match never {}),
            Written::Source(source) => source,
        })
    }
}

/// Reads `"tanh"` or `["tanh", "sigmoid"]`.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Activation>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(Activation),
        Many(Vec<Activation>),
    }
    Ok(Option::<OneOrMany>::deserialize(deserializer)?.map(|activation| match activation {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    }))
}

/// Serializes a cost by its name on the command line.
mod cost_name {
    use super::{Cost, Deserialize as _, Deserializer, Serialize as _, Serializer, de};

    #[allow(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(cost: &Option<Cost>, serializer: S) -> Result<S::Ok, S::Error> {
        cost.map(Cost::name).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cost>, D::Error> {
        let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let found = Cost::ALL.into_iter().find(|cost| cost.name() == name);
        let refusal = || {
            de::Error::custom(format!(
                "there is no cost '{name}'; it is one of {}",
                Cost::ALL.map(Cost::name).join(", ")
            ))
        };
        found.map(Some).ok_or_else(refusal)
    }
}
