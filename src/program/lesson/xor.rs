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
use crate::show::plot::raster::{self, Shade};

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

    /// The start to look at more closely
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,

    /// The number of starts to try, with the seeds 0, 1, 2 and so on
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
}

fn two_to_one(text: &str) -> Result<Sizes, String> {
    let sizes = sizes(text)?;
    let fits = sizes[0] == 2 && sizes[sizes.len() - 1] == 1;
    let problem = || format!("'{text}' does not begin with 2 inputs and end with 1 output; write 2,3,1");
    fits.then_some(sizes).ok_or_else(problem)
}

/// The desired outputs: 0.9 if exactly one input is 1, else 0.1.
pub const LABELS: [[f64; 1]; 4] = [[0.1], [0.9], [0.9], [0.1]];

/// Two rows are the same to a neuron if its outputs for them differ by less than this.
const ALIKE: f64 = 0.1;

/// The number of costs kept for each run.
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

/// Cells along each side of the picture of the plane.
const SIDE: usize = 40;

impl Run {
    /// Returns the outputs at the end.
    pub fn end(&self) -> [f64; 4] {
        self.outputs[self.outputs.len() - 1]
    }

    /// Returns `true` if all four outputs are on the right side of one half.
    pub fn learnt(&self) -> bool {
        self.end().iter().zip(LABELS).all(|(output, [label])| (*output > 0.5) == (label > 0.5))
    }

    /// Returns the rows that all neurons of the last hidden layer confuse with a row that has another label.
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
    let architecture = Architecture::new(&settings.sizes);
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
    let cells = raster::middles(SIDE, (-0.25, 1.25), (-0.25, 1.25));
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
}

impl Lesson for Xor {
    fn right(&self) -> usize {
        let (count, learnt) = (self.runs.len(), self.runs.len() - self.stuck().len());
        match learnt {
            0 => 3,
            _ if learnt == count => 0,
            _ => 1 + usize::from(2 * learnt < count),
        }
    }

    fn facts(&self) -> Value {
        let (shown, stuck) = (&self.shown, self.stuck());
        let last = shown.costs.len() - 1;
        let places = [0, 1, 2, 4, 8, 16, 32].into_iter().filter(|place| *place < last).chain([last]);
        let gates = shown.hidden.iter().map(|outputs| gate_name(outputs.map(|output| output > 0.5)));
        let merged = |count: usize| stuck.iter().filter(|run| run.merged().len() == count).count();
        let rows = INPUTS.map(|input| input.map(|input| input.to_string()).concat());
        let example = stuck.iter().find(|run| !run.merged().is_empty());
        let of_example = example.map(|run| run.merged()).unwrap_or_default();
        context! {
            places => places.collect::<Vec<_>>(),
            shown_learnt => shown.learnt(),
            gates => gates.collect::<Vec<_>>(),
            pairs => merged(2),
            triples => merged(3),
            slope => example.map(|run| run.slope(&of_example)),
            merged => of_example.iter().map(|row| rows[*row].clone()).collect::<Vec<_>>(),
            targets => Serde(LABELS),
            stuck => stuck.len(),
            example => example.map(Serde),
            rows,
        }
    }

    fn figure(&self) -> Figure {
        let epochs = Axis::new("epoch").range(0.0, f64::from(self.settings.epochs));
        let title = format!("{} starts: the mean cost", self.runs.len());
        let mut costs = Plot::new(title, epochs, Axis::new("mean cost").log());
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
