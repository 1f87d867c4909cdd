//! Which training is looked at: the options that `step` and `dot` share, and what becomes of them.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use backprop::data_set::{Part, Source, Targets, made_up, nine_nodes};
use backprop::graph::Network;
use backprop::model_file::Model;
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Architecture, Cost, Engine, Error, Label, MiniBatches, Parameters, Sample, WeightInit};

use super::choices::{Activations, DataArgs, Edited, Sizes, StandardizeArgs, read_model};
use super::words::words;
use crate::io::{Destinations, Force, memory};

/// Samples made up where there is no data to take them from.
const MADE_UP_SAMPLES: usize = 6;

/// A network, and the samples it is trained on one after the other.
#[derive(Debug, Clone, Args)]
pub(super) struct SequenceArgs {
    /// Start from this model [default: the article's nine nodes; with --data or --sizes, random weights]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    #[command(flatten)]
    edited: Edited,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    standardize: StandardizeArgs,

    /// Desired outputs: soft (0.9 and 0.1) or one-hot (1 and 0) [default: soft]
    #[arg(long, value_name = "TARGETS", value_parser = words::<Targets>())]
    targets: Option<Targets>,

    /// Neurons in each layer, input first [default: 3,4,2; with --data as `train`]
    #[arg(long, value_name = "N,N,...")]
    sizes: Option<Sizes>,

    /// Activation of all layers, or one for each after the input: sigmoid, tanh, relu, identity
    /// [default: as the model says, else sigmoid]
    #[arg(long, value_name = "A[,A...]")]
    activation: Option<Activations>,

    /// The cost [default: as the model says, else quadratic]
    #[arg(long, value_name = "COST", value_parser = words::<Cost>())]
    cost: Option<Cost>,

    /// How random weights start [default: small]
    #[arg(long, value_name = "INIT", conflicts_with = "from", value_parser = words::<WeightInit>())]
    init: Option<WeightInit>,

    /// Decides random weights, made-up samples and dropout [default: 0]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// How the samples are trained on.
#[derive(Debug, Clone, Args)]
pub(super) struct TrainingArgs {
    /// The learning rate
    #[arg(long, visible_aliases = ["lr", "learning-rate"], value_name = "R", default_value_t = 0.3)]
    rate: f64,

    /// Samples a step: gradients are added up, and weights move by their mean
    #[arg(long, value_name = "M", default_value_t = 1)]
    pub(super) batch: usize,

    /// L2 regularisation: lambda; each step multiplies weights by 1 - rate * lambda / n, n being the number of samples
    #[arg(long, value_name = "LAMBDA", default_value_t = 0.0)]
    l2: f64,

    /// Probability that a hidden neuron is silenced during a step
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    dropout: f64,
}

/// A network before its first step, and the samples to come.
pub(super) struct Sequence {
    /// The network.
    pub(super) network: Network,
    /// Rows and columns of a sample, where it is an image.
    pub(super) image_shape: Option<(usize, usize)>,
    /// Where the samples come from, as it can be shown.
    pub(super) source: String,
    /// What the outputs are called, where each stands for a class.
    pub(super) classes: Vec<String>,
    /// The samples, in order.
    pub(super) samples: Vec<Vec<f64>>,
    /// Their labels.
    pub(super) labels: Vec<Vec<f64>>,
    /// Decides dropout.
    seed: u64,
}

impl TrainingArgs {
    /// Whether training can begin.
    pub(super) fn check(&self) -> Result<(), Error> {
        let &Self { rate, batch, l2, dropout } = self;
        Options { rate, batch, l2, dropout, ..Options::default() }.check()
    }

    /// The same for a page.
    pub(super) fn situation(&self) -> Map<String, Value> {
        let &Self { rate, batch, l2, dropout } = self;
        let entries =
            [("rate", json!(rate)), ("batch", json!(batch)), ("l2", json!(l2)), ("dropout", json!(dropout))];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// `rate 0.3`, and what is added to it: `rate 0.3, mini-batches of 2, lambda 1, dropout 0.5`.
impl fmt::Display for TrainingArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self { rate, batch, l2, dropout } = self;
        write!(f, "rate {rate}")?;
        if batch > 1 {
            write!(f, ", mini-batches of {batch}")?;
        }
        if l2 > 0.0 {
            write!(f, ", lambda {l2}")?;
        }
        if dropout > 0.0 {
            write!(f, ", dropout {dropout}")?;
        }
        Ok(())
    }
}

impl Sequence {
    /// The steps of this training, from the first one.
    pub(super) fn stepper(&self, training: &TrainingArgs) -> Stepper {
        let labels: Vec<Label> = self.labels.iter().map(|label| Label(label)).collect();
        let samples: Vec<Sample> = self.samples.iter().map(|sample| Sample(sample)).collect();
        let &TrainingArgs { rate, batch: size, l2, dropout } = training;
        let mini_batches = MiniBatches { size, l2, dropout, seed: self.seed };
        Stepper::new(self.network.clone(), &labels, &samples, rate).in_mini_batches(mini_batches)
    }
}

impl SequenceArgs {
    /// The files it is read from.
    pub(super) fn places(&self, force: Force) -> Result<Destinations, Error> {
        Ok(Destinations::new(force).input("--from", self.from.as_deref()).data(&self.data.source()?))
    }

    /// Reads and draws all that is needed; at most `limit` samples.
    pub(super) fn prepare(&self, limit: usize) -> Result<Sequence, Error> {
        if self.from.is_some() || self.data.data.is_some() {
            return self.on_data(limit);
        }
        if self.targets.is_some() || self.data.pixels.is_some() || self.standardize.standardize {
            return Err(Error::usage(
                "--targets, --pixels and --standardize say what the samples of --data mean",
            )
            .remedy("there is no --data here"));
        }
        if self.sizes.is_some() || self.init.is_some() || self.seed.is_some() {
            return self.made_up(limit);
        }
        let architecture = self.adjust(nine_nodes::architecture())?;
        let rows = |rows: &[&[f64]]| rows.iter().take(limit).map(|row| row.to_vec()).collect();
        Ok(Sequence {
            network: network(&architecture, &nine_nodes::parameters())?,
            image_shape: None,
            source: "the nine nodes' own samples".to_owned(),
            classes: Vec::new(),
            samples: rows(&nine_nodes::SAMPLES.each_ref().map(|row| &row[..])),
            labels: rows(&nine_nodes::LABELS.each_ref().map(|row| &row[..])),
            seed: self.seed(),
        })
    }

    /// The same for a page, which draws and reads what has a name by itself.
    pub(super) fn situation(&self, sequence: &Sequence) -> Result<Map<String, Value>, Error> {
        let architecture = &sequence.network.architecture;
        let is_drawn = self.sizes.is_some() || self.init.is_some() || self.seed.is_some();
        let source = match (&self.data.data, &self.from) {
            (None, Some(_)) => Some(Source::Digits),
            (source, _) => source.clone(),
        };
        // Raw or standardized numbers have no name.
        let is_plain =
            !self.standardize.standardize && sequence.samples.iter().flatten().all(|x| x.abs() <= 2.0);
        let data = match source {
            None if is_drawn => json!("made-up"),
            None => json!("nine-nodes"),
            Some(
                source @ (Source::Digits | Source::Xor | Source::Circles | Source::Moons | Source::Spiral),
            ) if is_plain => {
                json!(source.to_string())
            }
            Some(_) => json!({
                "samples": sequence.samples, "labels": sequence.labels, "name": sequence.source,
                "image_shape": sequence.image_shape, "classes": sequence.classes,
            }),
        };
        let mut situation = Map::new();
        situation.insert("data".to_owned(), data);
        situation.insert("sizes".to_owned(), json!(architecture.sizes));
        situation.insert("activation".to_owned(), json!(architecture.activations));
        situation.insert("cost".to_owned(), json!(architecture.cost.name()));
        situation.insert("targets".to_owned(), json!(self.targets.unwrap_or_default()));
        situation.insert("seed".to_owned(), json!(self.seed()));
        situation.insert("init".to_owned(), json!(self.init.unwrap_or_default()));
        if self.from.is_some() {
            let model = Model::new(architecture.clone(), sequence.network.parameters()).to_json();
            let model = serde_json::from_str(&model?).map_err(|error| Error::usage(error.to_string()))?;
            situation.insert("model".to_owned(), model);
        }
        if situation["data"] == "nine-nodes" {
            // The nine nodes have weights and samples of their own; nothing is drawn.
            for drawn in ["sizes", "seed", "init"] {
                situation.remove(drawn);
            }
        }
        Ok(situation)
    }

    /// The activation and cost asked for.
    fn adjust(&self, mut architecture: Architecture) -> Result<Architecture, Error> {
        if let Some(activation) = &self.activation {
            activation.apply(&mut architecture);
        }
        architecture.cost = self.cost.unwrap_or(architecture.cost);
        architecture.check()?;
        architecture.check_size()?;
        memory::check_network(&architecture, memory::OBJECT)?;
        Ok(architecture)
    }

    /// Training samples of a data set.
    fn on_data(&self, limit: usize) -> Result<Sequence, Error> {
        let model = match &self.from {
            Some(path) => Some(read_model(path, self.edited, self.activation.as_ref())?),
            None => None,
        };
        let data = self.data.load_part(Part::Train, model.as_ref())?;
        let data = self.standardize.apply(data, model.as_ref())?.first(limit);
        if let (Some(sizes), Some(model)) = (&self.sizes, &model) {
            sizes.check_against(model)?;
        }
        let (architecture, parameters) = match (model, &self.sizes) {
            (Some(model), _) => (model.architecture, Some(model.parameters)),
            (None, Some(sizes)) => (Architecture::new(&sizes.0), None),
            (None, None) => (Architecture::new(&super::train::default_sizes(&data, None)), None),
        };
        let architecture = self.adjust(architecture)?;
        data.check_fits(&architecture)?;
        memory::check_samples("--train-limit", data.len(), &architecture)?;
        let parameters = parameters.unwrap_or_else(|| self.draw(&architecture));
        let targets = self.targets.unwrap_or(Options::default().targets);
        Ok(Sequence {
            network: network(&architecture, &parameters)?,
            image_shape: data.image_shape().filter(|_| !data.reproduces()),
            source: format!("the training samples of {}", self.data.source()?),
            classes: if data.answers().are_classes() {
                (0..architecture.output_size().max(2))
                    .map(|class| data.class_name(class).into_owned())
                    .collect()
            } else {
                Vec::new()
            },
            samples: (0..data.len()).map(|index| data.sample(index)).collect(),
            labels: (0..data.len())
                .map(|index| data.label(index, targets, architecture.output_size()))
                .collect(),
            seed: self.seed(),
        })
    }

    /// Random weights, and samples of random numbers between 0 and 1.
    fn made_up(&self, limit: usize) -> Result<Sequence, Error> {
        let architecture = match &self.sizes {
            Some(sizes) => Architecture::new(&sizes.0),
            None => nine_nodes::architecture(),
        };
        let architecture = self.adjust(architecture)?;
        let network = network(&architecture, &self.draw(&architecture))?;
        let (labels, samples) = made_up(&architecture, limit.min(MADE_UP_SAMPLES), self.seed());
        Ok(Sequence {
            samples,
            labels,
            network,
            image_shape: None,
            source: format!("made-up samples, seed {}", self.seed()),
            classes: Vec::new(),
            seed: self.seed(),
        })
    }

    fn draw(&self, architecture: &Architecture) -> Parameters {
        self.init.unwrap_or_default().draw(architecture, self.seed())
    }

    fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }
}

/// The object graph with these weights.
fn network(architecture: &Architecture, parameters: &Parameters) -> Result<Network, Error> {
    let mut network = Network::try_new(architecture)?;
    network.set_parameters(parameters);
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nine_nodes_are_those_of_the_reference_numbers() {
        let golden: serde_json::Value =
            serde_json::from_str(&testkit::golden::golden_text("online_3_4_2.json")).expect("it is JSON");
        assert_eq!(golden["inputs"], serde_json::json!(nine_nodes::SAMPLES));
        assert_eq!(golden["labels"], serde_json::json!(nine_nodes::LABELS));
        for (layer, parameters) in nine_nodes::parameters().layers.iter().enumerate() {
            assert_eq!(golden["model_before"]["weights"][layer], serde_json::json!(parameters.weights));
            for (j, bias) in parameters.biases.iter().enumerate() {
                assert_eq!(golden["model_before"]["biases"][layer][j][0], *bias);
            }
        }
    }
}
