//! The situation a page begins with: a network, samples, how they are trained on, and what was changed by hand.
//! `backprop trace` puts the same text into the page, and an address carries it.

use backprop::data_set::{Source, Split, points};
use backprop::graph::Network;
use backprop::setup::{MADE_UP_SAMPLES, Rows, Samples, Setup};
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Engine as _, Error};
use serde::{Deserialize, Serialize};

use crate::digits::Digits;

/// The most parameters; more would make a page slow.
const MOST_PARAMETERS: usize = 2_000_000;

/// The situation a page begins with. Defaults are those of `backprop step`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Situation {
    /// The network and the samples.
    #[serde(flatten)]
    pub setup: Setup,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    /// The number of samples that are stepped through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The epochs that the page's slider covers; the walk itself has no end.
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

/// A change by hand, and the position where it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedEdit {
    pub name: String,
    pub value: f64,
    pub at: usize,
}

/// The network, samples and options of a situation.
#[derive(Debug, Clone)]
pub struct Scene {
    pub network: Network,
    /// All samples, for the training that runs next to the steps.
    pub rows: Rows,
    /// The number of samples, from the first, that are stepped through.
    pub limit: usize,
    /// A description of where they come from.
    pub source: String,
    pub options: Options,
    /// The samples to test on, if they differ from those to train on.
    pub test: Rows,
}

impl Situation {
    /// Reads and draws everything that is needed.
    pub fn prepare(&self, digits: Option<&Digits>) -> Result<Scene, String> {
        let options = self.options()?;
        let limit = self.limit.unwrap_or(MADE_UP_SAMPLES).max(1);
        let text = |error: Error| error.to_string();
        let mut test = None;
        let samples = self.setup.samples(|source, _| {
            let Split { train, test: others, test_is_train } = split(source, digits)?;
            test = Some((!test_is_train).then_some(others));
            Ok(train)
        });
        let samples = samples.map_err(text)?;
        let architecture = self.setup.architecture(&samples).map_err(text)?;
        if architecture.parameter_count().is_none_or(|count| count > MOST_PARAMETERS) {
            let sizes = architecture.sizes_text();
            return Err(format!("sizes {sizes} are too many for a page; make a layer smaller"));
        }
        let mut network = Network::try_new(&architecture).map_err(text)?;
        network.set_parameters(&self.setup.parameters(&architecture));
        let all = if let Samples::MadeUp = samples { limit } else { usize::MAX };
        let rows = self.setup.rows(&samples, &architecture, all);
        let test = match (test.flatten(), samples) {
            (Some(test), Samples::Set(_, source)) => {
                let test = Samples::Set(self.setup.adapted(test).map_err(text)?, source);
                self.setup.rows(&test, &architecture, usize::MAX)
            }
            _ => Rows::default(),
        };
        let source = rows.name.clone().unwrap_or_else(|| "samples of the page".to_owned());
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
            targets: self.setup.targets.unwrap_or_default(),
            seed: self.setup.seed(),
            ..default
        };
        options.check().map_err(|error| error.to_string())?;
        Ok(options)
    }
}

/// Reads a data set that a page can have.
fn split(source: &Source, digits: Option<&Digits>) -> Result<Split, Error> {
    match source {
        Source::Digits => digits.map(Digits::split).ok_or_else(|| {
            let found = "this page has no digits; `backprop trace --data digits` puts them in";
            Error::usage(found)
        }),
        Source::Xor => Ok(points::xor()),
        Source::Circles => Ok(points::circles()),
        Source::Moons => Ok(points::moons()),
        Source::Spiral => Ok(points::spiral()),
        _ => Err(Error::usage(format!(
            "there are no data '{source}'; there are nine-nodes, xor, circles, moons, spiral, digits"
        ))),
    }
}

impl Scene {
    /// Returns the steps of this training, from the first one.
    pub fn stepper(&self) -> Stepper {
        let mut rows = self.rows.clone();
        rows.samples.truncate(self.limit);
        rows.labels.truncate(self.limit);
        rows.stepper(self.network.clone(), self.options.rate, self.options.mini_batches())
    }

    /// Returns the line under the title.
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
