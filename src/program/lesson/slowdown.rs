//! Learning slowdown: a neuron that is badly wrong learns slowly, unless the cost is the cross-entropy.
//!
//! One neuron should turn the input 1 into the output 0, from two starts: a mild one (weight 0.6, bias 0.9) and a bad
//! one (weight 2, bias 2, unless you choose others), as in chapter 3 of Nielsen's book. You will see that with the
//! quadratic cost the worse start learns *less* from each step, because the slope of the sigmoid is in its delta, and
//! that with the cross-entropy it learns more.

use super::prelude::*;

/// The bad start, and how it is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The weight of the bad start, from 1 to 10
    #[arg(long, value_name = "W", default_value = "2", value_parser = between(1.0, 10.0))]
    pub weight: f64,

    /// The bias of the bad start, from 1 to 10
    #[arg(long, value_name = "B", default_value = "2", value_parser = between(1.0, 10.0))]
    pub bias: f64,

    /// The desired output, from 0 to 0.5
    #[arg(long, value_name = "T", default_value = "0", value_parser = between(0.0, 0.5))]
    pub desired: f64,

    /// The learning rate with the quadratic cost; with the cross-entropy it is chosen so that the mild start takes the
    /// same first step
    #[arg(long, value_name = "R", default_value = "0.15", value_parser = rate)]
    pub rate: f64,

    /// Steps taken
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(6..=100_000))]
    pub steps: u32,
}

/// The mild start: weight and bias.
pub const MILD: (f64, f64) = (0.6, 0.9);

/// The input.
pub const INPUT: f64 = 1.0;

impl Settings {
    /// Returns the mild start and the bad one: weight and bias.
    pub fn starts(&self) -> [(f64, f64); 2] {
        [MILD, (self.weight, self.bias)]
    }
}

/// A training from one start with one cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Weight and bias at the start.
    pub start: (f64, f64),
    /// The cost.
    pub cost: Cost,
    /// The learning rate η.
    pub rate: f64,
    /// The neuron's delta, −∂E/∂z, before the first step.
    pub first_delta: f64,
    /// The output before the first step, and after each.
    pub outputs: Vec<f64>,
    /// The cost before the first step, and after each.
    pub costs: Vec<f64>,
}

/// Trains one of this crate's networks with a single neuron, one input and one output; `start` is weight and bias.
pub fn train(start: (f64, f64), cost: Cost, rate: f64, settings: &Settings) -> Run {
    let architecture = Architecture::new(&[1, 1]).with_cost(cost);
    let neuron = LayerParameters { weights: vec![vec![start.0]], biases: vec![start.1] };
    let mut network = Network::from_parameters(&architecture, &Parameters { layers: vec![neuron] });
    let desired = [settings.desired];
    let (sample, label) = (Sample(&[INPUT]), Label(&desired));

    let mut outputs = network.predict(sample);
    network.calc_delta(label);
    let output_node = network.layers[1].neurons()[0];
    let first_delta = network[output_node].delta();
    for _ in 0..settings.steps {
        network.train_one_sample(label, sample, rate);
        outputs.extend(network.predict(sample));
    }
    let costs = outputs.iter().map(|&output| cost.value(&[output], &desired)).collect();
    Run { start, cost, rate, first_delta, outputs, costs }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slowdown {
    /// The bad start, and how it was trained.
    pub settings: Settings,
    /// The mild start, then the bad one, with the quadratic cost.
    pub quadratic: [Run; 2],
    /// The same with the cross-entropy.
    pub cross_entropy: [Run; 2],
}

/// Trains from both starts with both costs.
pub fn run(settings: &Settings) -> Slowdown {
    let starts = settings.starts();
    let quadratic = starts.map(|start| train(start, Cost::Quadratic, settings.rate, settings));
    // A step changes the weighted input by rate · delta · (x² + 1): equal products are equal first steps.
    let without_steps = train(MILD, Cost::CrossEntropy, 0.0, settings);
    let rate = settings.rate * quadratic[0].first_delta / without_steps.first_delta;
    let cross_entropy = starts.map(|start| train(start, Cost::CrossEntropy, rate, settings));
    Slowdown { settings: settings.clone(), quadratic, cross_entropy }
}

impl Slowdown {
    /// Returns the bad start's first delta divided by the mild one's, for both costs.
    pub fn delta_ratios(&self) -> [f64; 2] {
        [&self.quadratic, &self.cross_entropy].map(|[mild, bad]| bad.first_delta / mild.first_delta)
    }

    /// Returns the output halfway from 1 to the desired one.
    pub fn line(&self) -> f64 {
        f64::midpoint(1.0, self.settings.desired)
    }

    /// Returns the first step after which the output is below [`Slowdown::line`], if there is one.
    pub fn half_way(&self, run: &Run) -> Option<usize> {
        run.outputs.iter().position(|&output| output < self.line())
    }
}

impl Lesson for Slowdown {
    fn right(&self) -> usize {
        let [mild, bad] = [&self.quadratic[0], &self.quadratic[1]].map(|run| run.first_delta.abs());
        if mild > bad { 0 } else { usize::from(mild == bad) + 1 }
    }

    fn facts(&self) -> Value {
        let steps = self.settings.steps;
        let runs = self.quadratic.iter().chain(&self.cross_entropy);
        context! {
            input => INPUT,
            line => self.line(),
            ratios => self.delta_ratios(),
            shown => [0, steps / 6, steps / 3, 2 * steps / 3, steps],
            half_ways => runs.map(|run| self.half_way(run)).collect::<Vec<_>>(),
        }
    }

    fn figure(&self) -> Figure {
        let panel = |title: &str, [mild, bad]: &[Run; 2]| {
            let name = |start: &str, (w, b): (f64, f64)| format!("{start} start: w {w}, b {b}");
            let points = |run: &Run| (0..).map(f64::from).zip(run.costs.clone());
            Plot::new(title, Axis::new("step"), Axis::new("cost"))
                .draw(name("mild", mild.start), Mark::Line, Colour::Blue, points(mild))
                .draw(name("bad", bad.start), Mark::Line, Colour::Vermilion, points(bad))
        };
        let quadratic = panel("Quadratic cost: the worse, the slower", &self.quadratic);
        let cross_entropy = panel("Cross-entropy: the worse, the faster", &self.cross_entropy);
        Figure::new("One neuron unlearns a wrong answer", [quadratic, cross_entropy])
    }
}
