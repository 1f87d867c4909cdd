//! The situation a page begins with: a network, samples, how they are trained on, and what was changed by hand.
//! `backprop trace` puts the same text into the page, and an address carries it.

use backprop::data_set::{Source, Split, Targets, points};
use backprop::graph::Network;
use backprop::setup::{MADE_UP_SAMPLES, Rows, Samples, Setup};
use backprop::step::Stepper;
use backprop::training::Options;
use backprop::{Activation, Architecture, Cost, Engine as _, Error, Label, Sample};
use serde::{Deserialize, Serialize};

use crate::digits::{Digits, one_of};
use crate::drawing::Drawn;
use crate::training::Kind;

/// The most parameters; more would make a page slow.
const MOST_PARAMETERS: usize = 2_000_000;

/// The most nodes; each is sent at every step.
const MOST_NODES: usize = 5_000;

/// The most numbers in samples that are made up.
const MOST_NUMBERS: usize = 10_000_000;

/// The most layers.
const MOST_LAYERS: usize = 50;

/// The most changes by hand and the most trainings that an address may hold.
const MOST_EVENTS: usize = 200;

/// The epochs that the slider covers, unless a situation says otherwise.
pub const EPOCHS: u64 = 5;

/// The most steps that one request or address may ask for: a second of work.
pub const FARTHEST: u64 = 10_000_000;

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
    pub batch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub l2: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f64>,
    /// The number of samples that are stepped through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The epochs that the page's slider covers; the walk itself has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// Points added by hand: two inputs and a class.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<(f64, f64, usize)>,
    /// The walks and trainings before, up to the last training at full speed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub legs: Vec<Leg>,
    #[serde(flatten)]
    pub walk: Walk,
}

/// A walk of steps: what is walked through, what was changed by hand, and how far it went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Walk {
    /// The drawing that is stepped through in place of the samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<PlacedEdit>,
    #[serde(skip_serializing_if = "is_zero")]
    pub position: u64,
}

/// A walk, and the training at full speed that followed it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Leg {
    #[serde(flatten)]
    pub walk: Walk,
    /// The samples trained on.
    #[serde(skip_serializing_if = "is_zero")]
    pub samples: u64,
    #[serde(skip_serializing_if = "is_usual")]
    pub engine: Kind,
}

impl Leg {
    /// Returns `true` if this training continues another one.
    fn can_join(&self, before: &Self) -> bool {
        let is_same = self.engine == before.engine || self.samples == 0 || before.samples == 0;
        self.walk == Walk::default() && is_same
    }

    fn join(&mut self, next: &Self) {
        if next.samples > 0 {
            self.engine = next.engine;
        }
        self.samples = self.samples.saturating_add(next.samples);
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_usual(engine: &Kind) -> bool {
    *engine == Kind::default()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(position: &u64) -> bool {
    *position == 0
}

/// A change by hand, and the position where it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedEdit {
    pub name: String,
    pub value: f64,
    pub at: u64,
}

/// The network, samples and options of a situation.
#[derive(Debug, Clone)]
pub struct Scene {
    pub network: Network,
    /// All samples, for training at full speed.
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
        let mut options = self.options()?;
        self.check_length()?;
        let limit = self.limit.map_or(MADE_UP_SAMPLES, saturated).max(1);
        let text = |error: Error| error.to_string();
        let mut test = None;
        let samples = self.setup.samples(|source, _| {
            let Split { train, test: others, test_is_train } = split(source, digits)?;
            test = Some((!test_is_train).then_some(others));
            Ok(train)
        });
        let samples = samples.map_err(text)?;
        let architecture = self.setup.architecture(&samples).map_err(text)?;
        let nodes = architecture.sizes.iter().fold(0, |sum: usize, &size| sum.saturating_add(size));
        if nodes > MOST_NODES || architecture.parameter_count().is_none_or(|count| count > MOST_PARAMETERS) {
            return Err(format!(
                "sizes {} are too large for a page, which shows at most {MOST_NODES} nodes and {MOST_PARAMETERS} \
                 weights; make a layer smaller",
                architecture.sizes_text()
            ));
        }
        if architecture.sizes.len() > MOST_LAYERS {
            return Err(format!(
                "{} layers are too many for a page; the most are {MOST_LAYERS}",
                architecture.sizes.len()
            ));
        }
        if limit.saturating_mul(nodes) > MOST_NUMBERS && matches!(samples, Samples::MadeUp) {
            return Err(format!("{limit} samples are too many to make up for a page; step through fewer"));
        }
        options.targets = Targets::for_cost(self.setup.targets, architecture.cost).map_err(text)?;
        let mut network = graph(&architecture).map_err(text)?;
        network.set_parameters(&self.setup.parameters(&architecture));
        let all = if let Samples::MadeUp = samples { limit } else { usize::MAX };
        let mut rows = self.setup.rows(&samples, &architecture, all);
        for &(x, y, class) in &self.added {
            rows.samples.push(vec![x, y]);
            let (on, off) = options.targets.on_and_off();
            let outputs = architecture.output_size();
            rows.labels.push(match outputs {
                1 => vec![if class == 1 { on } else { off }],
                _ => one_of(outputs, class, options.targets),
            });
        }
        if !self.added.is_empty() && architecture.input_size() != 2 {
            return Err("only points in the plane can be added".to_owned());
        }
        let limit = limit.saturating_add(self.added.len());
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

    /// Checks that it takes no more than a few seconds to reach where it leads.
    fn check_length(&self) -> Result<(), String> {
        let walks = || self.legs.iter().map(|leg| &leg.walk).chain([&self.walk]);
        let edits = walks().map(|walk| walk.edits.len()).fold(self.added.len(), usize::saturating_add);
        if edits > MOST_EVENTS || self.legs.len() > MOST_EVENTS {
            return Err(format!("that is more than {MOST_EVENTS} changes by hand; start over with fewer"));
        }
        // To reach an edit at an earlier position than the last one, the walk starts over.
        let length = |walk: &Walk| sum(walk.edits.iter().map(|edit| edit.at).chain([walk.position]));
        let length = sum(walks().map(length));
        if length > FARTHEST {
            return Err(format!(
                "that is {length} steps away; the page goes no further than {FARTHEST} steps"
            ));
        }
        Ok(())
    }

    /// Returns the same start, before the first step.
    pub fn before_the_first_step(self) -> Self {
        Self { legs: Vec::new(), walk: Walk::default(), ..self }
    }

    /// Returns the same situation without settings that have their default values, for a short address.
    pub fn shortened(mut self) -> Self {
        let default = Options::default();
        self.rate = self.rate.filter(|rate| *rate != default.rate);
        self.batch = self.batch.filter(|batch| *batch != 1);
        self.l2 = self.l2.filter(|l2| *l2 != 0.0);
        self.dropout = self.dropout.filter(|dropout| *dropout != 0.0);
        self.limit = self.limit.filter(|limit| *limit != MADE_UP_SAMPLES as u64);
        self.epochs = self.epochs.filter(|epochs| *epochs != EPOCHS);
        let setup = &mut self.setup;
        if setup.model.is_none() {
            setup.cost = setup.cost.filter(|cost| *cost != Cost::default());
            setup.activation =
                setup.activation.take().filter(|list| list.iter().any(|a| *a != Activation::default()));
        }
        setup.targets = setup.targets.filter(|targets| *targets != Targets::default());
        self.join_legs();
        self
    }

    /// Joins trainings of one engine with no walk between them, which lead to the same weights.
    fn join_legs(&mut self) {
        for leg in std::mem::take(&mut self.legs) {
            match self.legs.last_mut() {
                Some(last) if leg.can_join(last) => last.join(&leg),
                _ => self.legs.push(leg),
            }
        }
    }

    pub fn has_drawing(&self) -> bool {
        self.legs.iter().map(|leg| &leg.walk).chain([&self.walk]).any(|walk| walk.drawn.is_some())
    }

    /// Leaves out the oldest part that makes little difference to where an address leads: a walk through a drawing,
    /// then any walk before a training, then the choice of engine. Returns `false` if there is nothing left to leave out.
    pub fn leave_out_the_oldest(&mut self) -> bool {
        let oldest = |is_left_out: fn(&Walk) -> bool| self.legs.iter().position(|leg| is_left_out(&leg.walk));
        let walk = oldest(|walk| walk.drawn.is_some()).or(oldest(|walk| *walk != Walk::default()));
        if let Some(place) = walk {
            self.legs[place].walk = Walk::default();
            self.join_legs();
        } else if self.legs.len() > 1 {
            let second = self.legs.remove(1);
            self.legs[0].join(&second);
            self.join_legs();
        } else {
            return false;
        }
        true
    }

    fn options(&self) -> Result<Options, String> {
        let default = Options::default();
        let options = Options {
            epochs: Some(1),
            rate: self.rate.unwrap_or(default.rate),
            batch: self.batch.map_or(1, saturated),
            l2: self.l2.unwrap_or(0.0),
            dropout: self.dropout.unwrap_or(0.0),
            seed: self.setup.seed(),
            ..default
        };
        options.check().map_err(|error| error.to_string())?;
        Ok(options)
    }
}

/// Returns an object graph. It has no softmax: with one it holds weights and names, and takes no steps.
fn graph(architecture: &Architecture) -> Result<Network, Error> {
    let mut possible = architecture.clone();
    if let Some(output) = possible.activations.last_mut()
        && *output == Activation::Softmax
    {
        (*output, possible.cost) = (Activation::Sigmoid, Cost::CrossEntropy);
    }
    let network = Network::try_new(&possible)?;
    Ok(Network { architecture: architecture.clone(), ..network })
}

/// Returns a count as this machine can use it; a larger one is cut off.
fn saturated(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn sum(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::saturating_add)
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
            "there is no data '{source}'; choose nine-nodes, xor, circles, moons, spiral, digits"
        ))),
    }
}

/// The reason why a network with a softmax has no steps.
const NO_STEPS: &str = "A softmax output depends on its whole layer, but a step computes one node from its own \
    connections, so there are no steps here. Choose sigmoid with the cross-entropy for steps: its output deltas are t - a \
    too.";

impl Scene {
    /// Returns the reason why this network takes no steps, if it takes none.
    pub fn no_steps(&self) -> Option<&'static str> {
        (self.network.architecture.output_activation() == Activation::Softmax).then_some(NO_STEPS)
    }

    /// Returns the steps of this training, from the first one; through a drawing if there is one.
    pub fn stepper(&self, drawn: Option<&Drawn>) -> Stepper {
        let (labels, samples) = match drawn {
            Some(Drawn { image, label }) => {
                let outputs = self.network.architecture.output_size();
                (&[one_of(outputs, *label, self.options.targets)][..], &[image.sample()][..])
            }
            None => (&self.rows.labels[..self.limit], &self.rows.samples[..self.limit]),
        };
        let labels: Vec<Label> = labels.iter().map(|label| Label(label)).collect();
        let samples: Vec<Sample> = samples.iter().map(|sample| Sample(sample)).collect();
        Stepper::new(self.network.clone(), &labels, &samples, self.options.rate)
            .in_mini_batches(self.options.mini_batches())
    }

    /// Returns the line under the title.
    pub fn about(&self, drawn: Option<&Drawn>) -> String {
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
        let samples = match (drawn, self.limit) {
            _ if self.no_steps().is_some() => String::new(),
            (Some(_), _) => "; your drawing is stepped through".to_owned(),
            (None, limit) if limit < self.rows.samples.len() => {
                format!("; the first {limit} are stepped through")
            }
            // The source already says how many.
            (None, _) if self.source.starts_with("the first ") => String::new(),
            (None, limit) => format!(", {limit} in all"),
        };
        format!("{about}. {source}{samples}.")
    }
}
