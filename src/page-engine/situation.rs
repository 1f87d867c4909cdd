//! What a page begins with: a network, samples, how they are trained on, and what was changed by hand. The same text is
//! what `backprop trace` puts into the page and what an address carries.

use backprop::data_set::{Targets, made_up, nine_nodes};
use backprop::graph::Network;
use backprop::model_file::Model;
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Activation, Architecture, Cost, Engine as _, Label, MiniBatches, Sample, WeightInit};
use serde::{Deserialize, Serialize};

use crate::digits::Digits;

/// Samples that are stepped through, unless the situation says otherwise.
const SAMPLES: usize = 6;

/// More parameters than this make a page slow.
const MOST_PARAMETERS: usize = 2_000_000;

/// More outputs than this have no points in the plane.
const MOST_OUTPUTS: usize = 1000;

/// What a page begins with. What is not said is as for `backprop step`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Situation {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sizes: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<WeightInit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Targets>,
    /// So many samples are stepped through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Weights to start from: what a model file holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<serde_json::Value>,
    /// Epochs that the page's slider spans; the walk itself has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<PlacedEdit>,
    #[serde(skip_serializing_if = "is_zero")]
    pub position: usize,
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(position: &usize) -> bool {
    *position == 0
}

/// A change by hand, and the position it was made at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedEdit {
    pub name: String,
    pub value: f64,
    pub at: usize,
}

/// Samples by name, or row by row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Data {
    Named(String),
    Rows(Rows),
}

/// Samples and labels, one row each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    pub samples: Vec<Vec<f64>>,
    pub labels: Vec<Vec<f64>>,
    /// Where they come from, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Rows and columns of a sample, where it is an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_shape: Option<(usize, usize)>,
    /// What the classes are called, where labels are classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
}

/// One activation for all layers, or one for each after the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(Activation),
    Many(Vec<Activation>),
}

/// What a situation comes to.
#[derive(Debug, Clone)]
pub struct Scene {
    pub network: Network,
    /// All samples: for training beside the steps.
    pub rows: Rows,
    /// The samples that are stepped through are the first so many.
    pub limit: usize,
    /// Where they come from, as it can be shown.
    pub source: String,
    pub options: Options,
    /// The samples to test on, where there are others than those to train on.
    pub test: Rows,
}

impl Situation {
    /// Reads and draws all that is needed.
    pub fn prepare(&self, digits: Option<&Digits>) -> Result<Scene, String> {
        let options = self.options()?;
        let limit = self.limit.unwrap_or(SAMPLES).max(1);
        let model = match &self.model {
            Some(model) => Some(Model::from_json(&model.to_string()).map_err(|problem| problem.to_string())?),
            None => None,
        };
        let named = |name: &str| Some(Data::Named(name.to_owned()));
        let data = match &self.data {
            None if self.sizes.is_some() || self.init.is_some() || self.seed.is_some() || model.is_some() => {
                named("made-up")
            }
            None => named("nine-nodes"),
            data => data.clone(),
        };
        let outputs = match (&model, &self.sizes) {
            (Some(model), _) => Some(model.architecture.output_size()),
            (None, Some(sizes)) => sizes.last().copied(),
            (None, None) => None,
        };
        let mut test = Rows::default();
        let mut rows = match &data {
            Some(Data::Rows(rows)) => Some(rows.clone()),
            Some(Data::Named(name)) => match name.as_str() {
                "nine-nodes" => Some(nine_nodes_rows()),
                "made-up" => None,
                "digits" => {
                    let digits = digits
                        .ok_or("this page has no digits; `backprop trace --data digits` puts them in")?;
                    test = digits.test(options.targets);
                    Some(digits.train(options.targets))
                }
                name => {
                    if let Some(outputs) = outputs.filter(|&outputs| outputs > MOST_OUTPUTS) {
                        return Err(format!(
                            "{outputs} outputs are too many for {name}; it has a few classes"
                        ));
                    }
                    let (train, others) = crate::digits::points(name, options.targets, outputs)?;
                    test = others;
                    Some(train)
                }
            },
            None => None,
        };
        let is_nine_nodes = data == named("nine-nodes");
        let architecture = self.architecture(model.as_ref(), rows.as_ref())?;
        let seed = options.seed;
        let rows = rows.get_or_insert_with(|| {
            let (labels, samples) = made_up(&architecture, limit.min(SAMPLES), seed);
            Rows { samples, labels, name: Some(format!("made-up samples, seed {seed}")), ..Rows::default() }
        });
        check_rows(rows, &architecture)?;
        let keeps_weights = is_nine_nodes && self.init.is_none() && self.seed.is_none();
        let parameters = match model {
            Some(model) => model.parameters,
            None if keeps_weights && architecture.sizes == nine_nodes::architecture().sizes => {
                nine_nodes::parameters()
            }
            None => self.init.unwrap_or_default().draw(&architecture, seed),
        };
        let mut network = Network::try_new(&architecture).map_err(|error| error.to_string())?;
        network.set_parameters(&parameters);
        let source = rows.name.clone().unwrap_or_else(|| "samples of the page".to_owned());
        let rows = std::mem::take(rows);
        Ok(Scene { network, limit: limit.min(rows.samples.len()), rows, source, options, test })
    }

    fn options(&self) -> Result<Options, String> {
        let default = Options::default();
        let options = Options {
            epochs: Some(1),
            rate: self.rate.unwrap_or(default.rate),
            batch: self.batch.unwrap_or(1),
            l2: self.l2.unwrap_or(0.0),
            dropout: self.dropout.unwrap_or(0.0),
            targets: self.targets.unwrap_or_default(),
            seed: self.seed.unwrap_or(0),
            ..default
        };
        options.check().map_err(|error| error.to_string())?;
        Ok(options)
    }

    fn architecture(&self, model: Option<&Model>, rows: Option<&Rows>) -> Result<Architecture, String> {
        let mut architecture = match (model, &self.sizes, rows) {
            (Some(model), _, _) => model.architecture.clone(),
            (None, Some(sizes), _) => Architecture::new(sizes),
            (None, None, Some(rows)) => Architecture::new(&default_sizes(rows)?),
            (None, None, None) => nine_nodes::architecture(),
        };
        match &self.activation {
            Some(OneOrMany::One(activation)) => architecture.activations.fill(*activation),
            Some(OneOrMany::Many(activations)) if activations.len() == 1 => {
                architecture.activations.fill(activations[0]);
            }
            Some(OneOrMany::Many(activations)) => architecture.activations.clone_from(activations),
            None => {}
        }
        if let Some(name) = &self.cost {
            let cost = Cost::ALL.into_iter().find(|cost| cost.name() == name);
            architecture.cost =
                cost.ok_or_else(|| format!("there is no cost '{name}'; quadratic or cross-entropy"))?;
        }
        architecture.check().map_err(|error| error.to_string())?;
        let parameters: usize = architecture
            .sizes
            .windows(2)
            .map(|pair| pair[0].saturating_add(1).saturating_mul(pair[1]))
            .fold(0, usize::saturating_add);
        if parameters > MOST_PARAMETERS {
            return Err(format!(
                "{parameters} weights and biases are too many for a page; make a layer smaller"
            ));
        }
        Ok(architecture)
    }
}

/// Inputs and outputs as the rows have them; one hidden layer between, of images as `train` has it.
fn default_sizes(rows: &Rows) -> Result<Vec<usize>, String> {
    let (sample, label) = rows.samples.first().zip(rows.labels.first()).ok_or("there are no samples")?;
    let hidden = if rows.image_shape.is_some() { 30 } else { 4 };
    Ok(vec![sample.len(), hidden, label.len()])
}

fn nine_nodes_rows() -> Rows {
    Rows {
        samples: nine_nodes::SAMPLES.iter().map(|row| row.to_vec()).collect(),
        labels: nine_nodes::LABELS.iter().map(|row| row.to_vec()).collect(),
        name: Some("the nine nodes' own samples".to_owned()),
        ..Rows::default()
    }
}

fn check_rows(rows: &Rows, architecture: &Architecture) -> Result<(), String> {
    if rows.samples.is_empty() || rows.samples.len() != rows.labels.len() {
        return Err("there must be a sample, and a label for each".to_owned());
    }
    let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
    if let Some(sample) = rows.samples.iter().find(|sample| sample.len() != inputs) {
        return Err(format!("a sample has {} numbers, but the input layer {inputs} nodes", sample.len()));
    }
    if let Some(label) = rows.labels.iter().find(|label| label.len() != outputs) {
        return Err(format!("a label has {} numbers, but the output layer {outputs} nodes", label.len()));
    }
    Ok(())
}

impl Scene {
    /// The steps of this training, from the first one.
    pub fn stepper(&self) -> Stepper {
        let labels: Vec<Label> = self.rows.labels[..self.limit].iter().map(|label| Label(label)).collect();
        let samples: Vec<Sample> =
            self.rows.samples[..self.limit].iter().map(|sample| Sample(sample)).collect();
        let &Options { rate, batch: size, l2, dropout, seed, .. } = &self.options;
        let mini_batches = MiniBatches { size, l2, dropout, seed };
        Stepper::new(self.network.clone(), &labels, &samples, rate).in_mini_batches(mini_batches)
    }

    /// The line under the title.
    pub fn about(&self) -> String {
        let architecture = &self.network.architecture;
        let sizes: Vec<String> = architecture.sizes.iter().map(usize::to_string).collect();
        let mut activations: Vec<&str> = architecture.activations.iter().map(|a| a.name()).collect();
        activations.dedup();
        let &Options { rate, batch, l2, dropout, .. } = &self.options;
        let mut about = format!(
            "Network {}, {}, {} cost, rate η = {rate}",
            sizes.join("-"),
            activations.join(" then "),
            architecture.cost.name(),
        );
        if batch > 1 {
            about = format!("{about}, mini-batches of {batch}");
        }
        if l2 > 0.0 {
            about = format!("{about}, lambda {l2}");
        }
        if dropout > 0.0 {
            about = format!("{about}, dropout {dropout}");
        }
        let mut letters = self.source.chars();
        let source: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let samples = if self.limit == 1 { "1 sample".to_owned() } else { format!("{} samples", self.limit) };
        format!("{about}. {source}, {samples}.")
    }
}
