//! One hidden layer can draw any curve: towers, each made of two steep sigmoid neurons.
//!
//! You will see a network whose weights were not trained: they are read off the curve. Two hidden neurons make a tower
//! (one steps up, the other down again), towers side by side make a staircase along the curve, and the error halves
//! each time their number doubles.

use clap::ValueEnum;

use super::prelude::*;

/// The curve, and the towers to draw it with.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// The curve to draw
    #[arg(long, value_name = "CURVE", default_value = "wavy")]
    pub curve: Curve,

    /// The steepness of a step: the weight of a hidden neuron, for a tower of width 1
    #[arg(long, value_name = "S", default_value = "40", value_parser = between(1.0, 1e4))]
    pub steepness: f64,

    /// Numbers of towers to try, two or more, each larger than the last
    #[arg(long, value_name = "N,N...", default_value = "5,10,20,40,80,160", value_parser = towers)]
    pub towers: Towers,
}

/// Numbers of towers.
pub type Towers = Vec<u16>;

fn towers(text: &str) -> Result<Towers, String> {
    let what = "two or more numbers from 1 to 1000, each larger than the last";
    let towers: Towers =
        list(text, what, |part| part.parse().ok().filter(|towers| (1..=1000).contains(towers)))?;
    let grows = towers.len() > 1 && towers.is_sorted_by(|fewer, more| fewer < more);
    if grows { Ok(towers) } else { Err(format!("'{text}' is not {what}")) }
}

/// A curve, for x from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
pub enum Curve {
    /// 0.2 + 0.4 x² + 0.3 x sin(15x) + 0.05 cos(50x), the curve of Nielsen's chapter 4
    Wavy,
    /// Up to 0.8 at x = 0.4 and down again, in straight lines
    Tent,
    /// 0.2 up to x = 0.37, then 0.7
    Jump,
}

impl Curve {
    /// Returns its height at x.
    pub fn at(self, x: f64) -> f64 {
        match self {
            Self::Wavy => 0.2 + 0.4 * x * x + 0.3 * x * libm::sin(15.0 * x) + 0.05 * libm::cos(50.0 * x),
            Self::Tent => 0.8 * f64::min(x / 0.4, (1.0 - x) / 0.6),
            Self::Jump if x < 0.37 => 0.2,
            Self::Jump => 0.7,
        }
    }
}

/// Points from 0 to 1 at which the error is measured.
const POINTS: usize = 500;

/// Builds a network with one input, two sigmoid neurons per tower, and one linear output. `curve` is called once per
/// tower, in its middle; the towers are side by side from x = 0 to 1.
pub fn build(curve: impl Fn(f64) -> f64, towers: usize, steepness: f64) -> Network {
    let width = 1.0 / towers as f64;
    let steepness = steepness / width;
    let mut hidden = LayerParameters { weights: Vec::new(), biases: Vec::new() };
    let mut output_weights = Vec::new();
    for tower in 0..towers {
        let left = tower as f64 * width;
        let height = curve(left + 0.5 * width);
        // A neuron with weight w and bias -w·s steps from 0 to 1 at x = s. The outermost steps are moved out of
        // sight, so that the curve does not begin and end half way up a step.
        let up = if tower == 0 { -width } else { left };
        let down = if tower + 1 == towers { 1.0 + width } else { left + width };
        for (place, output_weight) in [(up, height), (down, -height)] {
            hidden.weights.push(vec![steepness]);
            hidden.biases.push(-steepness * place);
            output_weights.push(output_weight);
        }
    }
    let output = LayerParameters { weights: vec![output_weights], biases: vec![0.0] };
    let architecture =
        Architecture::new(&[1, 2 * towers, 1]).with_activations(&[Activation::Sigmoid, Activation::Identity]);
    Network::from_parameters(&architecture, &Parameters { layers: vec![hidden, output] })
}

/// Returns the network's curve: (x, output) at evenly spaced points.
pub fn draw(network: &mut Network) -> Vec<(f64, f64)> {
    let places = (0..POINTS).map(|point| (point as f64 + 0.5) / POINTS as f64);
    places.map(|x| (x, network.predict(Sample(&[x]))[0])).collect()
}

/// Returns the mean of |network − curve| over these points.
pub fn mean_error(curve: impl Fn(f64) -> f64, drawn: &[(f64, f64)]) -> f64 {
    drawn.iter().map(|&(x, y)| (y - curve(x)).abs()).sum::<f64>() / drawn.len() as f64
}

/// The curve as drawn by some number of towers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawing {
    /// The number of towers.
    pub towers: usize,
    /// Weights and biases of the network.
    pub parameters: usize,
    /// The mean of |network − curve|.
    pub mean_error: f64,
    /// The largest of them.
    pub largest_error: f64,
    /// The network's curve.
    pub points: Vec<(f64, f64)>,
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Universality {
    /// The settings.
    pub settings: Settings,
    /// One drawing for each number of towers.
    pub drawings: Vec<Drawing>,
}

/// Draws the curve with more and more towers.
pub fn run(settings: &Settings) -> Universality {
    let curve = |x| settings.curve.at(x);
    let drawing = |towers: &u16| {
        let towers = usize::from(*towers);
        let mut network = build(curve, towers, settings.steepness);
        let points = draw(&mut network);
        let parameters = network.connections.len();
        let largest_error = points.iter().map(|&(x, y)| (y - curve(x)).abs()).fold(0.0, f64::max);
        Drawing { towers, parameters, mean_error: mean_error(curve, &points), largest_error, points }
    };
    Universality { settings: settings.clone(), drawings: settings.towers.iter().map(drawing).collect() }
}

impl Universality {
    /// Returns the factor by which each doubling of the towers divides the mean error, on average over all drawings.
    fn factor(&self) -> f64 {
        let (first, last) = (&self.drawings[0], &self.drawings[self.drawings.len() - 1]);
        let doublings = libm::log2(last.towers as f64 / first.towers as f64);
        libm::pow(first.mean_error / last.mean_error, 1.0 / doublings)
    }
}

impl Lesson for Universality {
    fn right(&self) -> usize {
        match self.factor() {
            factor if factor < 1.2 => 0,
            factor if factor < 3.0 => 1,
            _ => 2,
        }
    }

    fn facts(&self) -> Value {
        context! { factor => self.factor() }
    }

    fn figure(&self) -> Figure {
        let curve = self.settings.curve;
        let exact = || (0..=400).map(|count| f64::from(count) / 400.0).map(|x| (x, curve.at(x)));
        let panel = |drawing: &Drawing| {
            let title = format!("{} towers, {} hidden neurons", drawing.towers, 2 * drawing.towers);
            let area = drawing.points.iter().copied().chain([(1.0, 0.0), (0.0, 0.0)]);
            Plot::new(title, Axis::new("x").range(0.0, 1.0), Axis::new("output").range(0.0, 0.9))
                .draw("", Mark::Area, Colour::Blue, area)
                .draw("the curve", Mark::Line, Colour::Vermilion, exact())
                .draw("the network", Mark::Line, Colour::Blue, drawing.points.clone())
        };
        let errors = || self.drawings.iter().map(|drawing| (drawing.towers as f64, drawing.mean_error));
        let (towers, error) = errors().next().unwrap_or_default();
        let ideal = errors().map(|(x, _)| (x, error * towers / x));
        let (x, y) = (Axis::new("towers").log(), Axis::new("mean error").log());
        let error = Plot::new("Twice the towers, half the error", x, y)
            .draw("halved each time", Mark::Dashed, Colour::Grey, ideal)
            .draw("measured", Mark::LineAndDots, Colour::Blue, errors());
        let coarse = panel(&self.drawings[1.min(self.drawings.len() - 1)]);
        let fine = panel(&self.drawings[self.drawings.len() / 2]);
        Figure::new("A curve made of towers, a tower made of two neurons", [coarse, fine, error])
    }
}
