//! XOR: the first task that needs a hidden layer, learnt by backpropagation; and the starts from which it is not learnt.
//!
//! You will see a small network learn the four rows, and what its hidden neurons have become. Then the same from a
//! hundred random starts. Some of them end where two rows with different labels look the same to both hidden neurons.
//! From there no gradient leads away.

use backprop::training::sample_order;

use super::nand::gate_name;
use super::perceptron::{INPUTS, plane};
use super::prelude::*;
use crate::show::plot::Raster;
use crate::show::plot::raster::Shade;

/// The network, its training, and the number of starts.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// Neurons in each layer: two inputs, one output
    #[arg(long, value_name = "2,N...,1", default_value = "2,2,1", value_parser = two_to_one)]
    pub sizes: Sizes,

    /// The learning rate
    #[arg(long, value_name = "R", default_value = "2", value_parser = rate)]
    pub rate: f64,

    /// Passes over the four rows
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub epochs: u32,

    /// The way to draw weights
    #[arg(long, value_name = "INIT", default_value = "normal", value_parser = words::<WeightInit>())]
    pub init: WeightInit,

    /// The start that is looked at more closely
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// The number of starts to try, with the seeds 0, 1, 2 and so on
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
}

fn two_to_one(text: &str) -> Result<Sizes, String> {
    let sizes = sizes(text)?;
    let fits = sizes.0[0] == 2 && sizes.0[sizes.0.len() - 1] == 1;
    if fits {
        Ok(sizes)
    } else {
        Err(format!("'{text}' does not begin with 2 inputs and end with 1 output; write 2,3,1"))
    }
}

/// Three things to try.
pub const TRIES: [Try; 3] = [
    Try {
        flags: "--sizes 2,3,1",
        question: "A third hidden neuron. How many starts get stuck now?",
        answer: "4 of 100 instead of 26, and with a fourth none: two rows become one only if all hidden neurons answer \
                 alike to both, and each additional neuron is another chance to tell them apart. Networks in practice have \
                 many more neurons than a task needs, and seldom get stuck like this.",
    },
    Try {
        flags: "--epochs 4000",
        question: "Twice as long. Do those that are stuck get free?",
        answer: "None: it is the same 26. They are not slow, they have arrived. Where the gradient is 0 it does not \
                 matter how long you follow it. (With --epochs 300 there are 51, some of which are only slow.)",
    },
    Try {
        flags: "--init small",
        question: "All weights within 0.1 at the start. Is that better?",
        answer: "No, 51 get stuck: both hidden neurons begin nearly alike, and many learn nearly the same, to tell 00 \
                 from the other three rows. Two neurons that do the same are one. Starting weights must be different \
                 enough to make neurons different.",
    },
];

/// The desired outputs: 0.9 if exactly one input is 1, else 0.1.
pub const LABELS: [[f64; 1]; 4] = [[0.1], [0.9], [0.9], [0.1]];

/// Two rows are the same to a neuron if its outputs for them differ by less than this.
const ALIKE: f64 = 0.1;

/// The number of costs kept of each run.
const POINTS: u32 = 50;

/// One run and its end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The seed of its starting weights and of the order of the rows.
    pub seed: u64,
    /// The mean cost of the four rows after some of the epochs.
    pub costs: Vec<(u32, f64)>,
    /// The outputs for the four rows after the same epochs.
    pub outputs: Vec<[f64; 4]>,
    /// The outputs of each neuron of the last hidden layer for the four rows, at the end.
    pub hidden: Vec<[f64; 4]>,
    /// The outputs over the plane from -0.25 to 1.25, row by row from the top.
    #[serde(skip)]
    plane: Vec<f64>,
}

/// Cells a side of the picture of the plane.
const SIDE: usize = 40;

impl Run {
    /// Returns the outputs at the end.
    pub fn end(&self) -> [f64; 4] {
        self.outputs[self.outputs.len() - 1]
    }

    /// Returns true if all four outputs are on the right side of one half.
    pub fn learnt(&self) -> bool {
        self.end().iter().zip(LABELS).all(|(output, [label])| (*output > 0.5) == (label > 0.5))
    }

    /// Returns the rows that all neurons of the last hidden layer confuse with a row of another label.
    pub fn merged(&self) -> Vec<usize> {
        let alike =
            |a: usize, b: usize| self.hidden.iter().all(|outputs| (outputs[a] - outputs[b]).abs() < ALIKE);
        let is_merged = |&row: &usize| (0..4).any(|other| LABELS[other] != LABELS[row] && alike(row, other));
        (0..4).filter(is_merged).collect()
    }

    /// Returns the largest slope a(1 − a) of a hidden neuron at one of these rows.
    pub fn slope(&self, rows: &[usize]) -> f64 {
        let outputs = self.hidden.iter().flat_map(|outputs| rows.iter().map(|row| outputs[*row]));
        outputs.map(|a| a * (1.0 - a)).fold(0.0, f64::max)
    }
}

/// Trains one network, as `backprop train --engine object --data xor --seed SEED` does.
pub fn train(settings: &Settings, seed: u64) -> Run {
    let architecture = Architecture::new(&settings.sizes.0);
    let mut network = Network::from_parameters(&architecture, &settings.init.draw(&architecture, seed));
    let (mut costs, mut outputs) = (Vec::new(), Vec::new());
    for epoch in 0..=settings.epochs {
        if epoch % settings.epochs.div_ceil(POINTS) == 0 || epoch == settings.epochs {
            let answers = INPUTS.map(|input| network.predict(Sample(&input))[0]);
            let squares =
                answers.iter().zip(LABELS).map(|(output, [label])| 0.5 * (label - output) * (label - output));
            costs.push((epoch, squares.sum::<f64>() / 4.0));
            outputs.push(answers);
        }
        if epoch < settings.epochs {
            for row in sample_order(4, true, seed, epoch as usize) {
                network.train_one_sample(Label(&LABELS[row]), Sample(&INPUTS[row]), settings.rate);
            }
        }
    }
    let last_hidden = network.layers.len() - 2;
    let neurons = network.layers[last_hidden].neurons().to_vec();
    let mut hidden = vec![[0.0; 4]; neurons.len()];
    for (row, input) in INPUTS.iter().enumerate() {
        network.predict(Sample(input));
        hidden.iter_mut().zip(&neurons).for_each(|(outputs, id)| outputs[row] = network[*id].output());
    }
    let place = |at: usize| 1.5 * (at as f64 + 0.5) / SIDE as f64 - 0.25;
    let cells = (0..SIDE).rev().flat_map(|row| (0..SIDE).map(move |column| [place(column), place(row)]));
    let plane = cells.map(|input| network.predict(Sample(&input))[0]).collect();
    Run { seed, costs, outputs, hidden, plane }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Xor {
    /// The settings.
    pub settings: Settings,
    /// The run that is shown.
    pub shown: Run,
    /// All starts.
    pub runs: Vec<Run>,
}

/// Trains one network, then one from each start.
pub fn run(settings: &Settings) -> Xor {
    let runs = (0..u64::from(settings.runs)).map(|seed| train(settings, seed)).collect();
    Xor { settings: settings.clone(), shown: train(settings, settings.seed), runs }
}

impl Xor {
    /// Returns the runs that have not learnt all four rows.
    pub fn stuck(&self) -> Vec<&Run> {
        self.runs.iter().filter(|run| !run.learnt()).collect()
    }

    /// Says what became of the runs that got stuck.
    fn stuck_text(&self) -> String {
        let stuck = self.stuck();
        let merged = |count: usize| stuck.iter().filter(|run| run.merged().len() == count).count();
        let others = stuck.len() - merged(2) - merged(3);
        let mut kinds = Vec::new();
        if merged(2) + merged(3) > 0 {
            kinds.push(format!(
                "In {} of them rows with different labels have become one: all hidden neurons answer alike to them, so \
                 the output must too, and the best it can say is the mean of their targets: of two rows ({} times) \
                 0.50, of three ({} times) 0.63.",
                merged(2) + merged(3),
                merged(2),
                merged(3)
            ));
        }
        if others > 0 {
            kinds.push(format!("The other {others} need more time, or are stuck in another way."));
        }
        kinds.join(" ")
    }
}

impl Lesson for Xor {
    fn set_up(&self) -> String {
        let (Settings { sizes, rate, epochs, init, seed, .. }, shown) = (&self.settings, &self.shown);
        let last = shown.costs.len() - 1;
        let rows = [0, 1, 2, 4, 8, 16, 32].into_iter().filter(|place| *place < last).chain([last]);
        let rows = rows.map(|place| {
            let (epoch, cost) = shown.costs[place];
            let mut row = vec![epoch.to_string(), format!("{cost:.6}")];
            row.extend(shown.outputs[place].map(|output| format!("{output:.3}")));
            row
        });
        let gates = shown.hidden.iter().map(|outputs| gate_name(outputs.map(|output| output > 0.5)));
        told(&[
            paragraph!(
                "A network {sizes} of sigmoid neurons should learn the four rows of XOR: target 0.9 where exactly one \
                 input is 1, else 0.1. Rate {rate}, weights drawn as {init} says. With seed {seed}, cost and outputs \
                 after some of {epochs} epochs:"
            ),
            table(["epoch", "mean cost", "00", "01", "10", "11"], rows),
            paragraph!(
                "{} The hidden neurons found out for themselves what to be; as gates they are now: {}.",
                if shown.learnt() { "It has learnt XOR." } else { "This one got stuck." },
                gates.collect::<Vec<_>>().join(", ")
            ),
        ])
    }

    fn question(&self) -> Question {
        let (count, learnt) = (self.runs.len(), self.runs.len() - self.stuck().len());
        let right = match learnt {
            0 => 3,
            _ if learnt == count => 0,
            _ => 1 + usize::from(2 * learnt < count),
        };
        let text = format!("Of {count} such networks with other random weights, how many learn XOR?");
        Question::new(text, &["all", "at least half, not all", "less than half", "none"], right)
    }

    fn text(&self) -> String {
        let (count, stuck) = (self.runs.len(), self.stuck());
        let first = format!("{} of {count} learn all four rows.", count - stuck.len());
        let Some(example) = stuck.iter().find(|run| !run.merged().is_empty()) else {
            return paragraph!("{first} {}", self.stuck_text());
        };
        let rows = example.merged();
        let names: Vec<String> = rows.iter().map(|row| row_name(*row)).collect();
        told(&[
            paragraph!("{first} {} do not. {}", stuck.len(), self.stuck_text()),
            paragraph!(
                "This is the one with seed {}, where {} have become one:",
                example.seed,
                names.join(" and ")
            ),
            rows_text(example),
            paragraph!(
                "Why does it stay there? To tell such rows apart, a hidden neuron would have to answer differently to \
                 each. But at these rows the hidden neurons are saturated, with a slope a(1 - a) of {:.4} at most, so \
                 hardly any error reaches them; and what does, cancels: one row pulls up as strongly as the other \
                 pulls down. The cost has a gradient of nearly 0 there without being small. More hidden neurons help, \
                 and so does another start.",
                example.slope(&rows)
            ),
        ])
    }

    fn figure(&self) -> Figure {
        let mut costs = Plot::new(
            format!("{} starts: the mean cost", self.runs.len()),
            Axis::new("epoch").range(0.0, f64::from(self.settings.epochs)),
            Axis::new("mean cost").log(),
        );
        // Each name is in the legend once.
        let mut names = ["learnt", "stuck"];
        for run in &self.runs {
            let kind = usize::from(!run.learnt());
            let colour = [Colour::Grey, Colour::Vermilion][kind];
            let points = run.costs.iter().map(|(epoch, cost)| (f64::from(*epoch), *cost));
            costs = costs.draw(std::mem::take(&mut names[kind]), Mark::Thin, colour, points);
        }
        let stuck = self.runs.iter().find(|run| !run.learnt());
        let panels = [Some(costs), Some(plane_plot(&self.shown)), stuck.map(plane_plot)];
        Figure::new("XOR (blue: the output is above 1/2, red: below)", panels.into_iter().flatten())
    }
}

/// Returns the inputs of a row: `01`.
fn row_name(row: usize) -> String {
    INPUTS[row].map(|input| input.to_string()).concat()
}

/// Returns a table of the answers of hidden neurons and network to the four rows.
fn rows_text(run: &Run) -> String {
    let hidden = (1..=run.hidden.len()).map(|neuron| format!("hidden {neuron}"));
    let others = ["output", "target"].map(str::to_owned);
    let rows = (0..4).map(|row| {
        let mut cells = vec![row_name(row)];
        cells.extend(run.hidden.iter().map(|outputs| format!("{:.3}", outputs[row])));
        cells.extend([format!("{:.3}", run.end()[row]), LABELS[row][0].to_string()]);
        cells
    });
    table(std::iter::once("row".to_owned()).chain(hidden).chain(others), rows)
}

/// Draws the network's answers in the whole plane, and the four rows.
fn plane_plot(run: &Run) -> Plot {
    let points = |wanted: bool| {
        let rows = INPUTS.iter().zip(LABELS).filter(move |(_, [label])| (*label > 0.5) == wanted);
        rows.map(|([x1, x2], _)| (*x1, *x2))
    };
    let verdict = if run.learnt() { "learnt" } else { "stuck" };
    let shades = run.plane.iter().map(|output| Shade::signed(2.0 * output - 1.0)).collect();
    plane(format!("Seed {}: {verdict}", run.seed), 0.25)
        .on(Raster::new(SIDE, shades))
        .draw("label 1", Mark::Dots, Colour::Black, points(true))
        .draw("label 0", Mark::Rings, Colour::Black, points(false))
}
