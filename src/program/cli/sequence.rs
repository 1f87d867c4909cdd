//! The options that `step` and `dot` share, and the training sequence made from them.

use std::fmt;

use serde::{Deserialize, Serialize};

use backprop::data_set::Source;
use backprop::graph::Network;
use backprop::setup::{Data, Rows, Samples, Setup};
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Architecture, Engine as _, MiniBatches};

use super::choices::{architecture, training_samples};
use super::prelude::*;
use super::setup::{SetupArgs, check_meaning};
use super::train::usual_rate;
use crate::io::memory;

/// The data sets that a page can read by name.
const PAGE_READS: [Source; 5] = [Source::Digits, Source::Xor, Source::Circles, Source::Moons, Source::Spiral];

/// A network, and the samples it is trained on, one after another.
#[derive(Debug, Clone, Args)]
pub(super) struct SequenceArgs {
    /// Start from this model [default: the article's nine nodes; with --data or --sizes, random weights]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    #[command(flatten)]
    setup: SetupArgs,
}

/// The options of training on the samples: flags, or an editor's launch arguments.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct TrainingArgs {
    /// The learning rate [default: 0.3; where numbers are learnt, 0.1 / (inputs + 2)]
    #[arg(long, visible_aliases = ["lr", "learning-rate"], value_name = "R")]
    #[serde(alias = "lr", alias = "learningRate", alias = "learning_rate")]
    rate: Option<f64>,

    /// Samples per step: gradients are added up, and weights move by their mean
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
    /// The number of samples available.
    pub(super) available: usize,
    /// The default rate for the samples.
    usual_rate: f64,
}

impl Default for TrainingArgs {
    fn default() -> Self {
        Self { rate: None, batch: 1, l2: 0.0, dropout: 0.0 }
    }
}

impl TrainingArgs {
    /// Checks that training can begin.
    pub(super) fn check(&self) -> Result<(), Error> {
        let &Self { batch, l2, dropout, .. } = self;
        let rate = self.rate();
        Options { rate, batch, l2, dropout, ..Options::default() }.check()
    }

    fn rate(&self) -> f64 {
        self.rate.unwrap_or(Options::default().rate)
    }
}

/// Writes `rate 0.3` and what is added to it: `rate 0.3, mini-batches of 2, lambda 1, dropout 0.5`.
impl fmt::Display for TrainingArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self { batch, l2, dropout, .. } = self;
        write!(f, "rate {}", self.rate())?;
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
    /// Reads and draws everything that a setup needs, with as many samples as it asks for, or at most `usual`.
    ///
    /// # Errors
    /// Settings that contradict each other, files that cannot be read, a network that is too large.
    pub(super) fn new(setup: Setup, usual: usize) -> Result<Self, Error> {
        let limit = setup.train_limit.unwrap_or(usual);
        check_meaning(&setup)?;
        if setup.model.is_some() && setup.init.is_some() {
            return Err(refuse("--init draws weights, but --from has them already", "omit one of them"));
        }
        if let (None, Some(model)) = (&setup.data, &setup.model) {
            DataArgs::default().check_named(model)?;
        }
        let samples = training_samples(&setup)?;
        let architecture = architecture(&setup, &samples, memory::OBJECT)?;
        let count = samples.count().min(limit);
        if count < usize::MAX {
            memory::check_samples("--train-limit", count, &architecture)?;
        }
        let mut network = Network::try_new(&architecture)?;
        network.set_parameters(&setup.parameters(&architecture));
        let available = samples.count();
        let usual_rate = match &samples {
            Samples::Set(data, _) => usual_rate(data),
            Samples::MadeUp | Samples::Rows(_) => Options::default().rate,
        };
        Ok(Self { usual_rate, rows: setup.rows(&samples, &architecture, limit), available, network, setup })
    }

    /// Returns the same options, with a rate for these samples if none was asked for.
    pub(super) fn with_rate(&self, training: &TrainingArgs) -> TrainingArgs {
        TrainingArgs { rate: training.rate.or(Some(self.usual_rate)), ..training.clone() }
    }

    /// Returns the steps of this training, from the first one.
    pub(super) fn stepper(&self, training: &TrainingArgs) -> Stepper {
        let &TrainingArgs { batch: size, l2, dropout, .. } = training;
        let rate = training.rate();
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
        let Self { setup, network, mut rows, available, .. } = self;
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
            Data::Source(source) if !PAGE_READS.contains(&source) => {
                let count = rows.samples.len();
                if count < available {
                    // The page trains on these alone.
                    let (count, available) = (thousands(count), thousands(available));
                    rows.name =
                        Some(format!("the first {count} of {available} training samples of {source}"));
                }
                Data::Rows(rows)
            }
            named => named,
        };
        Setup { data: Some(data), sizes: Some(sizes), init: Some(init), seed: Some(seed), ..setup }
    }
}

impl SequenceArgs {
    /// Returns the files it is read from.
    pub(super) fn places(&self, force: Force) -> Result<Destinations, Error> {
        Ok(Destinations::new(force).input("--from", self.from.as_deref()).data(&self.setup.source()?))
    }

    /// Returns the number of samples in a page: `usual`, or for a table, enough to train on.
    pub(super) fn usual_samples(&self, usual: usize) -> usize {
        const OF_A_TABLE: usize = 1000;
        match &self.setup.data.data {
            Some(Source::Path(path)) if !path.is_dir() => OF_A_TABLE,
            _ => usual,
        }
    }

    /// Reads and draws everything that is needed, with as many samples as are asked for, or at most `usual`.
    pub(super) fn prepare(&self, train_limit: Option<usize>, usual: usize) -> Result<Sequence, Error> {
        Sequence::new(Setup { train_limit, ..self.setup.setup(self.from.as_deref())? }, usual)
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
