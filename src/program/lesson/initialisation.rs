//! Starting weights: with N(0, 1) most hidden neurons start saturated; scaled by the number of inputs they do not.
//!
//! You will see what the hidden neurons of two untrained networks answer to handwritten digits: under Normal weights
//! (network.py) nearly all are close to 0 or 1, where the sigmoid has no slope; under Scaled weights (network2.py) they
//! are in the middle. Then both are trained on the same few digits in the same order.

use backprop::data_set::{Pixels, Source, Split, Targets};
use backprop::graph::outputs;
use backprop::training::{Options, Trainer};
use backprop::{Engine, vectorized};

use super::prelude::*;
use crate::cli::words::Word as _;

/// The starts to compare, and the training from them.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The two ways of drawing weights that are compared
    #[arg(long, value_name = "INIT,INIT", default_value = "normal,scaled", value_parser = two_inits)]
    pub init: [WeightInit; 2],

    /// Passes over the training digits
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub epochs: u32,

    /// The way pixels become inputs
    #[arg(long, value_name = "PIXELS", default_value = "scaled", value_parser = words::<Pixels>())]
    pub pixels: Pixels,
}

fn two_inits(text: &str) -> Result<[WeightInit; 2], String> {
    list(text, "two values of train's --init; write small,scaled", WeightInit::of_word)
}

/// Neurons in the hidden layer.
pub const HIDDEN: usize = 30;

/// Digits trained on, and tested on.
const TRAIN: usize = 300;
const TEST: usize = 200;

/// Digits whose hidden outputs are counted.
const SHOWN: usize = 40;

/// Bars of the picture.
const BARS: usize = 20;

/// One start: the answers of its hidden neurons, and its training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Start {
    /// The way its weights were drawn.
    pub init: WeightInit,
    /// The standard deviation of the hidden neurons' weighted inputs.
    pub spread: f64,
    /// The share of hidden outputs below 0.05 or above 0.95.
    pub saturated: f64,
    /// The mean slope a(1 − a).
    pub mean_slope: f64,
    /// The share of hidden outputs in each of 20 equal parts from 0 to 1.
    pub histogram: Vec<f64>,
    /// The share of test digits recognised before training, and after each epoch.
    pub accuracy: Vec<f64>,
    /// The mean cost during each epoch.
    pub train_cost: Vec<f64>,
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Initialisation {
    /// The settings.
    pub settings: Settings,
    /// The two starts.
    pub starts: [Start; 2],
}

/// Looks at both starts, and trains from them.
///
/// # Panics
/// If the digits embedded in this program cannot be read.
pub fn run(settings: &Settings) -> Initialisation {
    let digits = Source::Digits.load(settings.pixels).expect("the embedded digits are whole");
    let split = Split { train: digits.train.first(TRAIN), test: digits.test.first(TEST), ..digits };
    let starts = settings.init.map(|init| try_start(init, &split, settings.epochs as usize));
    Initialisation { settings: settings.clone(), starts }
}

fn try_start(init: WeightInit, split: &Split, epochs: usize) -> Start {
    let architecture = Architecture::new(&[784, HIDDEN, 10]).with_cost(Cost::CrossEntropy);
    let mut network = Network::from_parameters(&architecture, &init.draw(&architecture, 0));
    let weighted_inputs = hidden_sums(&mut network, split);
    let outputs: Vec<f64> = weighted_inputs.iter().map(|&z| Activation::Sigmoid.value(z)).collect();
    let count = outputs.len() as f64;
    let mut histogram = vec![0.0; BARS];
    for output in &outputs {
        histogram[((output * BARS as f64) as usize).min(BARS - 1)] += 1.0 / count;
    }
    let mean = weighted_inputs.iter().sum::<f64>() / count;
    let variance = weighted_inputs.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / count;
    // The same weights as matrices, which train faster.
    let mut engine = vectorized::Network::from_parameters(&architecture, &network.parameters());
    let (accuracy, train_cost) = train(&mut engine, split, epochs);
    Start {
        init,
        spread: variance.sqrt(),
        saturated: outputs.iter().filter(|&&a| !(0.05..=0.95).contains(&a)).count() as f64 / count,
        mean_slope: outputs.iter().map(|a| a * (1.0 - a)).sum::<f64>() / count,
        histogram,
        accuracy,
        train_cost,
    }
}

/// Returns the weighted inputs of all hidden neurons for some digits.
fn hidden_sums(network: &mut Network, split: &Split) -> Vec<f64> {
    let mut sums = Vec::new();
    for index in 0..SHOWN {
        network.predict(Sample(&split.train.sample(index)));
        let neurons = network.layers[1].neurons().iter().filter_map(|id| network[*id].as_node());
        let (outputs, connections) = (outputs(&network.nodes), &network.connections);
        sums.extend(neurons.map(|node| node.weighted_input(&outputs, connections)));
    }
    sums
}

/// Trains by single steps; any engine will do.
fn train(engine: &mut dyn Engine, split: &Split, epochs: usize) -> (Vec<f64>, Vec<f64>) {
    let options =
        Options { epochs: Some(epochs), rate: 0.05, targets: Targets::OneHot, ..Options::default() };
    let mut accuracy = vec![backprop::training::evaluate(engine, &split.test, options.targets).accuracy()];
    let mut train_cost = Vec::new();
    let mut trainer =
        Trainer::new(options, &split.train, None, &split.test).expect("these options make sense");
    while !trainer.is_finished() {
        let report = trainer.run_epoch(engine, &mut |_| std::ops::ControlFlow::Continue(()));
        if let Some(report) = report.expect("at this rate, nothing overflows") {
            accuracy.extend(report.test.map(|evaluation| evaluation.accuracy()));
            train_cost.push(report.train_cost);
        }
    }
    (accuracy, train_cost)
}

/// Returns the text in the program's help for a way to draw weights.
fn meaning(init: WeightInit) -> &'static str {
    let help = WeightInit::WORDS.iter().find(|(value, ..)| *value == init).map_or("", |(.., help)| help);
    // The program that draws them this way follows in brackets.
    help.split(" (").next().unwrap_or_default()
}

impl Lesson for Initialisation {
    fn right(&self) -> usize {
        match self.starts[0].saturated {
            share if share < 0.05 => 0,
            share if share < 0.5 => 1,
            _ => 2,
        }
    }

    fn facts(&self) -> Value {
        let last = self.settings.epochs as usize;
        let shown = (0..=last).filter(|epoch| last <= 10 || epoch % last.div_ceil(10) == 0 || *epoch == last);
        context! {
            hidden => HIDDEN,
            digits => SHOWN,
            train => TRAIN,
            test => TEST,
            meanings => self.settings.init.map(meaning),
            shown => shown.collect::<Vec<_>>(),
        }
    }

    fn figure(&self) -> Figure {
        let x = Axis::new("output of a hidden neuron").range(0.0, 1.0);
        let y = Axis::new("share of the answers, %");
        let mut answers = Plot::new("What hidden neurons answer before training", x, y);
        let x = Axis::new("epoch").range(0.0, f64::from(self.settings.epochs));
        let y = Axis::new("test digits recognised, %").range(0.0, 100.0);
        let mut learning = Plot::new(format!("Learning from {TRAIN} digits"), x, y);
        for (start, colour) in self.starts.iter().zip([Colour::Vermilion, Colour::Blue]) {
            let (name, percent) = (start.init.name(), |share: &f64| 100.0 * share);
            let bars = start.histogram.iter().enumerate().flat_map(|(bar, share)| {
                [bar, bar + 1].map(|side| (side as f64 / BARS as f64, percent(share)))
            });
            let outline: Vec<(f64, f64)> = [(0.0, 0.0)].into_iter().chain(bars).chain([(1.0, 0.0)]).collect();
            answers =
                answers.draw("", Mark::Area, colour, outline.clone()).draw(name, Mark::Line, colour, outline);
            let accuracy = (0..).map(f64::from).zip(start.accuracy.iter().map(percent));
            learning = learning.draw(name, Mark::LineAndDots, colour, accuracy);
        }
        let [one, other] = self.settings.init;
        Figure::new(format!("Starting weights: {one} or {other}"), [answers, learning])
    }
}
