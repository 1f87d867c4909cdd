//! The vanishing gradient: in a deep sigmoid network the first layers hardly learn at all.
//!
//! You will see the size of delta, layer by layer, in networks with many hidden layers that have not been trained
//! yet. On the way back each layer multiplies it by its weights and by the slope a(1 − a), which is never above 1/4.
//! tanh, whose slope is 1 in the middle, and ReLU, whose slope is 1 or 0, lose far less.

use backprop::data_set::{DataSet, Part, Pixels, Targets, digits};

use super::prelude::*;

/// The networks.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// Hidden layers
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=20))]
    pub layers: u8,

    /// The way to draw weights
    #[arg(long, value_name = "INIT", default_value = "scaled", value_parser = words::<WeightInit>())]
    pub init: WeightInit,

    /// A factor for all weights, applied after they are drawn
    #[arg(long, value_name = "G", default_value = "1", value_parser = between(0.1, 10.0))]
    pub gain: f64,
}

/// Neurons in each hidden layer.
pub const WIDTH: usize = 30;

/// Networks drawn for each activation: their sizes of delta are averaged.
const NETWORKS: u64 = 4;

/// Digits shown to each.
const DIGITS: usize = 20;

/// Returns the layer sizes: an image, the hidden layers, ten outputs.
pub fn sizes(settings: &Settings) -> Vec<usize> {
    let mut sizes = vec![784];
    sizes.resize(1 + usize::from(settings.layers), WIDTH);
    sizes.push(10);
    sizes
}

/// The deltas of one kind of network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deltas {
    /// The activation of the hidden layers. (The output layer is sigmoid in all networks.)
    pub activation: Activation,
    /// The root mean square of delta in each hidden layer, the first one first.
    pub sizes: Vec<f64>,
    /// The root mean square slope of the neurons in each hidden layer.
    pub slopes: Vec<f64>,
}

impl Deltas {
    /// Returns the size of delta in the last hidden layer divided by that in the first; `None` if none arrives there.
    pub fn lost(&self) -> Option<f64> {
        let [first, .., last] = self.sizes[..] else { return None };
        Some(last / first).filter(|lost| lost.is_finite())
    }

    /// Returns the factor that multiplies delta on the way back through one layer, on (geometric) average.
    pub fn factor(&self) -> Option<f64> {
        Some(libm::pow(self.lost()?, -1.0 / (self.sizes.len() - 1) as f64))
    }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vanishing {
    /// The networks.
    pub settings: Settings,
    /// Sigmoid, tanh, ReLU.
    pub kinds: Vec<Deltas>,
}

/// Measures the three activations.
///
/// # Panics
/// If the digits embedded in this program cannot be read.
pub fn run(settings: &Settings) -> Vanishing {
    let digits =
        digits::load(Part::Train, Pixels::Scaled).expect("the embedded digits are whole").first(DIGITS);
    let kinds = [Activation::Sigmoid, Activation::Tanh, Activation::Relu];
    let kinds = kinds.map(|activation| measure(activation, settings, &digits)).to_vec();
    Vanishing { settings: settings.clone(), kinds }
}

/// Shows the digits to a few networks with random weights, computes all deltas, and trains nothing.
fn measure(activation: Activation, settings: &Settings, digits: &DataSet) -> Deltas {
    let hidden_layers = usize::from(settings.layers);
    let mut activations = vec![activation; hidden_layers + 1];
    activations[hidden_layers] = Activation::Sigmoid;
    let architecture = Architecture::new(&sizes(settings)).with_activations(&activations);
    let (mut deltas, mut slopes) = (vec![0.0; hidden_layers], vec![0.0; hidden_layers]);
    for seed in 0..NETWORKS {
        let mut parameters = settings.init.draw(&architecture, seed);
        for layer in &mut parameters.layers {
            layer.weights.iter_mut().flatten().for_each(|weight| *weight *= settings.gain);
        }
        let mut network = Network::from_parameters(&architecture, &parameters);
        for index in 0..digits.len() {
            network.predict(Sample(&digits.sample(index)));
            network.calc_delta(Label(&digits.label(index, Targets::OneHot, 10)));
            for (layer, (delta_sum, slope_sum)) in deltas.iter_mut().zip(&mut slopes).enumerate() {
                for id in network.layers[layer + 1].neurons() {
                    let node = &network[*id];
                    let slope = activation.derivative_from_output(node.output());
                    *delta_sum += node.delta() * node.delta();
                    *slope_sum += slope * slope;
                }
            }
        }
    }
    let count = NETWORKS as f64 * (digits.len() * WIDTH) as f64;
    let root_mean = |sums: Vec<f64>| sums.into_iter().map(|sum| (sum / count).sqrt()).collect();
    Deltas { activation, sizes: root_mean(deltas), slopes: root_mean(slopes) }
}

impl Lesson for Vanishing {
    fn right(&self) -> usize {
        match self.kinds[0].lost() {
            Some(lost) if lost > 100.0 => 0,
            Some(lost) if lost > 3.0 => 1,
            Some(lost) if lost > 1.0 / 3.0 => 2,
            Some(_) => 3,
            None => 0,
        }
    }

    fn facts(&self) -> Value {
        context! {
            sizes => sizes(&self.settings),
            digits => DIGITS,
            lost => self.kinds.iter().map(Deltas::lost).collect::<Vec<_>>(),
            factors => self.kinds.iter().map(Deltas::factor).collect::<Vec<_>>(),
        }
    }

    fn figure(&self) -> Figure {
        let layers = usize::from(self.settings.layers);
        let x = Axis::new("hidden layer (backpropagation goes from right to left)").counting_to(layers);
        let mut plot = Plot::new("", x, Axis::new("size of delta (root mean square)").log());
        for kind in &self.kinds {
            let points = (1..).map(f64::from).zip(kind.sizes.clone());
            plot = plot.add(kind.activation.name(), Mark::LineAndDots, points);
        }
        Figure::new("Delta vanishes on its way back to the first layers", [plot])
    }
}
