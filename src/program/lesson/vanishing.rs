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
    #[arg(long, value_name = "G", default_value = "1", value_parser = positive)]
    pub gain: f64,
}

/// Three things to try.
pub const TRIES: [Try; 3] = [
    Try {
        flags: "--layers 10",
        question: "Ten hidden layers. How large is delta in the first?",
        answer: "In the sigmoid network it is about a million times smaller than in the last; with five layers it was 532 \
                 times. Each additional layer costs another factor of nearly 5.",
    },
    Try {
        flags: "--init normal",
        question: "Larger weights. Do the deltas now vanish, or grow?",
        answer: "It depends on the activation. ReLU's slopes are 1 or 0, and thirty weights of size 1 make delta grow \
                 with every layer: it explodes, 142 times overall. Sigmoid and tanh are saturated by such sums, which \
                 makes their slopes smaller: tanh's delta still grows, and the sigmoid's still shrinks.",
    },
    Try {
        flags: "--gain 1.4142135623730951",
        question: "Weights times the square root of 2. What becomes of ReLU?",
        answer: "It keeps delta about as large as it was, in all layers: half of its slopes are 0, which halves the \
                 mean square of what is passed back, and weights with twice the mean square make up for it. That is He \
                 initialisation.",
    },
];

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
    /// Returns the size of delta in the last hidden layer divided by that in the first.
    pub fn lost(&self) -> f64 {
        self.sizes[self.sizes.len() - 1] / self.sizes[0]
    }

    /// Returns the factor that multiplies delta on the way back through one layer, on (geometric) average.
    pub fn factor(&self) -> f64 {
        libm::pow(self.lost(), -1.0 / (self.sizes.len() - 1) as f64)
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

/// Returns a number with this many decimals or, if those would all be 0, with a power of ten.
fn small(value: f64, decimals: usize) -> String {
    if value < 1e-5 { format!("{value:.1e}") } else { format!("{value:.decimals$}") }
}

/// Returns `1,234 times smaller` or `3 times larger`, of the first hidden layer against the last.
fn compared(lost: f64) -> String {
    let (factor, word) = if lost >= 1.0 { (lost, "smaller") } else { (1.0 / lost, "larger") };
    if factor < 100.0 {
        format!("{factor:.1} times {word}")
    } else {
        format!("{} times {word}", cell(factor, 0))
    }
}

impl Lesson for Vanishing {
    fn set_up(&self) -> String {
        let Settings { init, gain, .. } = self.settings;
        let gain = if gain == 1.0 { String::new() } else { format!(", times {gain:.4}") };
        paragraph!(
            "Networks {} with random weights ({init}{gain}), shown {DIGITS} digits each, untrained; with sigmoid, \
             tanh and ReLU in the hidden layers. Backpropagation computes delta from the last hidden layer back to \
             the first.",
            Sizes(sizes(&self.settings)),
        )
    }

    fn question(&self) -> Question {
        let right = match self.kinds[0].lost() {
            lost if lost > 100.0 => 0,
            lost if lost > 3.0 => 1,
            lost if lost > 1.0 / 3.0 => 2,
            _ => 3,
        };
        let choices = ["hundreds of times smaller", "a few times smaller", "about as large", "larger"];
        let text =
            "In the sigmoid network, how large is delta in the first hidden layer, compared with the last?";
        Question::new(text, &choices, right)
    }

    fn text(&self) -> String {
        let by_layer = |numbers: fn(&Deltas) -> &[f64], decimals: usize| {
            let names = self.kinds.iter().map(|kind| kind.activation.name());
            let rows = (0..usize::from(self.settings.layers)).map(|layer| {
                let numbers = self.kinds.iter().map(|kind| small(numbers(kind)[layer], decimals));
                std::iter::once((layer + 1).to_string()).chain(numbers).collect()
            });
            table(std::iter::once("hidden layer").chain(names), rows)
        };
        let [sigmoid, tanh, relu] = [&self.kinds[0], &self.kinds[1], &self.kinds[2]];
        told(&[
            paragraph!(
                "The size of delta (root mean square) in each hidden layer; backpropagation goes from the last line \
                 up to the first:"
            ),
            by_layer(|kind| &kind.sizes, 7),
            paragraph!(
                "In the sigmoid network delta is {} in the first hidden layer than in the last: each layer on the way \
                 multiplies it by about {:.3}.{}",
                compared(sigmoid.lost()),
                sigmoid.factor(),
                if sigmoid.lost() > 100.0 {
                    " Every weight's change is delta times an input, so with any learning rate that suits the last \
                     layers, the first ones hardly move."
                } else {
                    ""
                }
            ),
            paragraph!(
                "Where it changes: a layer passes back what it gets, times its weights and times its slopes. The size \
                 of the slopes, root mean square:"
            ),
            by_layer(|kind| &kind.slopes, 4),
            paragraph!(
                "a(1 - a) is 1/4 at best. tanh's slope is up to 1: delta is multiplied by {:.3} a layer ({} \
                 overall). ReLU's is 1 for the neurons that are on and 0 for the others: {:.3} a layer ({}).",
                tanh.factor(),
                compared(tanh.lost()),
                relu.factor(),
                compared(relu.lost()),
            ),
        ])
    }

    fn figure(&self) -> Figure {
        let layers = usize::from(self.settings.layers);
        let x = Axis::new("hidden layer (backpropagation goes from right to left)").counting_to(layers);
        let mut plot = Plot::new("", x, Axis::new("size of delta (root mean square)").log());
        for kind in &self.kinds {
            let points = (1..).map(f64::from).zip(kind.sizes.clone());
            plot = plot.with(Series::new(kind.activation.name(), Mark::LineAndDots, points));
        }
        Figure::new("Delta vanishes on its way back to the first layers", [plot])
    }
}
