//! The options that `step` and `dot` share, and the training sequence made from them.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use backprop::data_set::{Source, Targets};
use backprop::graph::Network;
use backprop::setup::{Data, Rows, Setup};
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Architecture, Cost, Engine as _, Error, MiniBatches, WeightInit};

use super::choices::{
    Activations, DataArgs, Edited, Sizes, StandardizeArgs, architecture, read_start, training_samples,
};
use super::words::words;
use crate::io::{Destinations, Force, memory};

/// The data sets that a page can read by name.
const PAGE_READS: [Source; 5] = [Source::Digits, Source::Xor, Source::Circles, Source::Moons, Source::Spiral];

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
    /// The setup chosen.
    setup: Setup,
    /// The network.
    pub(super) network: Network,
    /// The samples, in order.
    pub(super) rows: Rows,
}

impl TrainingArgs {
    /// Checks that training can begin.
    pub(super) fn check(&self) -> Result<(), Error> {
        let &Self { rate, batch, l2, dropout } = self;
        Options { rate, batch, l2, dropout, ..Options::default() }.check()
    }

    /// Returns the same options for a page.
    pub(super) fn situation(&self) -> Map<String, Value> {
        let &Self { rate, batch, l2, dropout } = self;
        let entries =
            [("rate", json!(rate)), ("batch", json!(batch)), ("l2", json!(l2)), ("dropout", json!(dropout))];
        entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Writes `rate 0.3` and what is added to it: `rate 0.3, mini-batches of 2, lambda 1, dropout 0.5`.
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
    /// Returns the steps of this training, from the first one.
    pub(super) fn stepper(&self, training: &TrainingArgs) -> Stepper {
        let &TrainingArgs { rate, batch: size, l2, dropout } = training;
        let mini_batches = MiniBatches { size, l2, dropout, seed: self.setup.seed() };
        self.rows.stepper(self.network.clone(), rate, mini_batches)
    }

    /// Returns where the samples come from.
    pub(super) fn source(&self) -> &str {
        self.rows.name.as_deref().unwrap_or_default()
    }

    /// Returns the setup for a page: with every setting filled in, and with the samples themselves if the page cannot
    /// read them by name.
    pub(super) fn for_page(self) -> Setup {
        let Self { setup, network, rows } = self;
        let Architecture { sizes, activations, cost } = network.architecture;
        let (init, seed) = (setup.init.unwrap_or_default(), setup.seed());
        let setup = Setup {
            targets: Some(setup.targets.unwrap_or_default()),
            activation: Some(activations),
            cost: Some(cost),
            ..setup
        };
        let data = match setup.data().into_owned() {
            // The nine nodes have their own weights; nothing is drawn.
            Data::NineNodes => return Setup { data: Some(Data::NineNodes), ..setup },
            Data::Source(source) if !PAGE_READS.contains(&source) => Data::Rows(rows),
            named => named,
        };
        Setup { data: Some(data), sizes: Some(sizes), init: Some(init), seed: Some(seed), ..setup }
    }
}

impl SequenceArgs {
    /// Returns the files it is read from.
    pub(super) fn places(&self, force: Force) -> Result<Destinations, Error> {
        Ok(Destinations::new(force).input("--from", self.from.as_deref()).data(&self.data.source()?))
    }

    /// Returns how many samples a page has: `usual`, but of a table as many as are worth training on.
    pub(super) fn usual_samples(&self, usual: usize) -> usize {
        const OF_A_TABLE: usize = 1000;
        match &self.data.data {
            Some(Source::Path(path)) if !path.is_dir() => OF_A_TABLE,
            _ => usual,
        }
    }

    /// Fills in what was chosen.
    fn setup(&self) -> Result<Setup, Error> {
        let has_data = self.from.is_some() || self.data.data.is_some();
        if !has_data && (self.targets.is_some() || self.data.pixels.is_some() || self.standardize.standardize)
        {
            let found = "--targets, --pixels and --standardize say what the samples of --data mean";
            return Err(Error::usage(found).remedy("there is no --data here"));
        }
        let (activation, sizes) = (self.activation.as_ref(), self.sizes.as_ref());
        let model = read_start(self.from.as_deref(), self.edited, activation, sizes)?;
        model.as_ref().map_or(Ok(()), |model| self.data.check_named(model))?;
        Ok(Setup {
            targets: self.targets,
            sizes: sizes.map(|sizes| sizes.0.clone()),
            activation: activation.map(|activation| activation.0.clone()),
            cost: self.cost,
            init: self.init,
            seed: self.seed,
            ..self.data.setup(self.standardize, model)?
        })
    }

    /// Reads and draws everything that is needed, with at most `limit` samples.
    pub(super) fn prepare(&self, limit: usize) -> Result<Sequence, Error> {
        let setup = self.setup()?;
        let samples = training_samples(&setup)?;
        let architecture = architecture(&setup, &samples, memory::OBJECT)?;
        let count = samples.count().min(limit);
        if count < usize::MAX {
            memory::check_samples("--train-limit", count, &architecture)?;
        }
        let mut network = Network::try_new(&architecture)?;
        network.set_parameters(&setup.parameters(&architecture));
        Ok(Sequence { rows: setup.rows(&samples, &architecture, limit), network, setup })
    }
}

#[cfg(test)]
mod tests {
    use backprop::data_set::nine_nodes;

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
