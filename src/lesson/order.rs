//! Why deltas are computed backwards, and why they add up: the same formulas in a wrong order, caught by differences.
//!
//! You will see one small network whose deltas are computed by the very functions that train it, but in four orders:
//! backwards; forwards, once and as often as there are layers; and backwards with a node listening to only one of the
//! nodes it feeds. Each time the gradient is compared with numerical differences: nudge a weight, see what the error
//! does.
//!
//! Three things to try in this file:
//! 1. Give the network another hidden layer in [`SIZES`]. How many forward sweeps does it need now?
//! 2. Set the last size to 1. Which fault is gone, and only where? Why is it still there elsewhere?
//! 3. In [`listen_to_one`], add the contributions (`+=`) in a loop over `downstream()`. Then every line agrees.

use serde::Serialize;

use super::table::table;
use super::{Lesson, as_json};
use crate::graph::{AnyNode, Network};
use crate::show::plot::{Axis, Colour, Figure, Mark, Plot, Series};
use crate::{Architecture, Engine, Label, Parameters, Sample, WeightInit};

/// The network: two inputs, three hidden layers, two outputs.
pub const SIZES: [usize; 5] = [2, 3, 3, 3, 2];

const SAMPLE: Sample<'static> = Sample(&[0.6, -0.4]);
const LABEL: Label<'static> = Label(&[0.9, 0.1]);

/// How far a weight is nudged to each side.
const NUDGE: f64 = 1e-4;

/// A network with random weights and all its outputs computed, but no delta yet: they are 0.
#[must_use]
pub fn network() -> Network {
    let architecture = Architecture::new(&SIZES);
    let mut network = Network::from_parameters(&architecture, &WeightInit::Normal.draw(&architecture, 1));
    network.predict(SAMPLE);
    network
}

/// Computes the deltas of these layers, in this order.
pub fn compute_deltas(network: &mut Network, order: impl Iterator<Item = usize>) {
    let output_layer = network.layers.len() - 1;
    for layer in order {
        let (layers, nodes) = (&network.layers, &mut network.nodes);
        if layer == output_layer {
            layers[layer].calc_output_layer_delta(nodes, LABEL.0, network.architecture.cost);
        } else {
            layers[layer].calc_hidden_layer_delta(nodes, &network.connections.connections);
        }
    }
}

/// Backwards, but each hidden node's delta comes from the last node it feeds alone: `=` where `+=` should be.
pub fn listen_to_one(network: &mut Network) {
    let output_layer = network.layers.len() - 1;
    compute_deltas(network, std::iter::once(output_layer));
    for layer in (1..output_layer).rev() {
        for id in network.layers[layer].neurons().to_vec() {
            let mut downstream_delta = 0.0;
            if let Some(&connection) = network.node(id).downstream().last() {
                let connection = network.connection(connection);
                downstream_delta = connection.weight * network.node(connection.downstream_node).delta();
            }
            if let AnyNode::Node(node) = &mut network.nodes[id.index()] {
                node.delta = node.activation.derivative_from_output(node.output) * downstream_delta;
            }
        }
    }
}

/// The gradient −∂E/∂w by differences, (E(w − h) − E(w + h)) / 2h, for every weight.
#[must_use]
pub fn numerical_gradient(network: &Network) -> Parameters {
    let parameters = network.parameters();
    let mut gradient = parameters.clone();
    let mut network = network.clone();
    for (place, number) in gradient.iter_mut().enumerate() {
        let mut error_after = |nudge: f64| {
            let mut nudged = parameters.clone();
            nudged.iter_mut().skip(place).take(1).for_each(|weight| *weight += nudge);
            network.set_parameters(&nudged);
            network.error(LABEL, SAMPLE)
        };
        *number = (error_after(-NUDGE) - error_after(NUDGE)) / (2.0 * NUDGE);
    }
    gradient
}

/// One way of computing deltas, and how its gradient compares with the differences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// What was done.
    pub way: String,
    /// The worst |gradient − difference| / (|gradient| + |difference|) among the weights into each layer.
    pub worst: Vec<f64>,
}

impl Attempt {
    /// Whether each layer's gradient agrees with the differences.
    #[must_use]
    pub fn agrees(&self) -> Vec<bool> {
        self.worst.iter().map(|&worst| worst < 1e-6).collect()
    }
}

/// One hidden node and the nodes it feeds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sharing {
    /// Weight · delta for each node it feeds.
    pub contributions: Vec<f64>,
    /// The slope a(1 − a) of the node itself.
    pub slope: f64,
    /// −∂E/∂z of the node by differences: its bias nudged.
    pub by_differences: f64,
    /// The change of its bias, and E.
    pub error_curve: Vec<(f64, f64)>,
}

impl Sharing {
    /// The delta of equation 4: the slope times the sum of all contributions.
    #[must_use]
    pub fn delta(&self) -> f64 {
        self.slope * self.contributions.iter().sum::<f64>()
    }

    /// The delta if only the last contribution counted.
    #[must_use]
    pub fn delta_of_one(&self) -> f64 {
        self.slope * self.contributions.last().copied().unwrap_or(0.0)
    }
}

/// What the experiment found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Order {
    /// Each way of computing the deltas.
    pub attempts: Vec<Attempt>,
    /// Node 0 of the last hidden layer.
    pub sharing: Sharing,
}

/// Tries every way.
#[must_use]
pub fn run() -> Order {
    let numerical = numerical_gradient(&network());
    let layers = SIZES.len() - 1;
    let attempt = |way: String, compute: &dyn Fn(&mut Network)| {
        let mut network = network();
        compute(&mut network);
        network.calc_gradient();
        Attempt { way, worst: worst_differences(&network.gradient(), &numerical) }
    };
    let mut attempts =
        vec![attempt("backwards".to_owned(), &|network| compute_deltas(network, (1..=layers).rev()))];
    for sweeps in 1..=layers {
        let way = if sweeps == 1 { "forwards".to_owned() } else { format!("forwards {sweeps} times") };
        attempts.push(attempt(way, &|network| {
            (0..sweeps).for_each(|_| compute_deltas(network, 1..=layers));
        }));
    }
    attempts.push(attempt("listening to one".to_owned(), &listen_to_one));
    Order { attempts, sharing: share(&numerical) }
}

/// For each layer, the worst relative difference among the weights that lead into it.
fn worst_differences(gradient: &Parameters, numerical: &Parameters) -> Vec<f64> {
    let worst = |(ours, theirs): (&crate::LayerParameters, &crate::LayerParameters)| {
        let numbers = |layer: &crate::LayerParameters| {
            let weights = layer.weights.iter().flatten().copied();
            weights.chain(layer.biases.iter().copied()).collect::<Vec<f64>>()
        };
        let pairs = numbers(ours).into_iter().zip(numbers(theirs));
        pairs.map(|(a, n)| (a - n).abs() / (a.abs() + n.abs())).fold(0.0, f64::max)
    };
    gradient.layers.iter().zip(&numerical.layers).map(worst).collect()
}

/// Looks at one hidden node: what each node it feeds contributes to its delta, and what its delta should be.
fn share(numerical: &Parameters) -> Sharing {
    let mut network = network();
    network.calc_delta(LABEL);
    let hidden_layer = SIZES.len() - 2;
    let node = network.node(network.layers[hidden_layer].neurons()[0]).clone();
    let contribution = |&id| {
        let connection = network.connection(id);
        connection.weight * network.node(connection.downstream_node).delta()
    };
    let contributions = node.downstream().iter().map(contribution).collect();
    let parameters = network.parameters();
    let changes = (-40..=40).map(|step| 0.05 * f64::from(step));
    let error_curve = changes.map(|change| {
        let mut nudged = parameters.clone();
        nudged.layers[hidden_layer - 1].biases[0] += change;
        network.set_parameters(&nudged);
        (change, network.error(LABEL, SAMPLE))
    });
    Sharing {
        contributions,
        slope: node.output() * (1.0 - node.output()),
        // Nudging the bias nudges the weighted input z by as much.
        by_differences: numerical.layers[hidden_layer - 1].biases[0],
        error_curve: error_curve.collect(),
    }
}

impl Lesson for Order {
    fn text(&self) -> String {
        let mut headings = vec!["order".to_owned()];
        headings.extend((1..SIZES.len()).map(|layer| format!("into layer {layer}")));
        headings.push("verdict".to_owned());
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let attempts = self.attempts.iter().map(|attempt| {
            let mut row = vec![attempt.way.clone()];
            row.extend(attempt.worst.iter().map(|worst| format!("{worst:.0e}")));
            let right = attempt.agrees().iter().filter(|&&agrees| agrees).count();
            let verdict = if right == attempt.worst.len() {
                "agrees".to_owned()
            } else {
                format!("{right} of {}", attempt.worst.len())
            };
            row.push(verdict);
            row
        });
        let sizes: Vec<String> = SIZES.iter().map(usize::to_string).collect();
        let sharing = &self.sharing;
        let contributions = sharing.contributions.iter().map(|number| format!("{number:.6}"));
        let contributions: Vec<String> = contributions.collect();
        let layers = SIZES.len() - 1;
        format!(
            "A network {} with random weights. The delta of a node is -dE/dz: how the error falls as\n\
             its weighted input rises. A hidden node's delta is a(1 - a) times the sum of weight * delta\n\
             over the nodes it feeds. So it needs *their* deltas first. The same functions, called in\n\
             several orders on deltas that start at 0; each number is the worst relative difference\n\
             between the gradient and a numerical one (1 is as bad as can be):\n\n{}\n\
             Backwards, one sweep makes every layer right. Forwards, each layer reads deltas that have\n\
             not been computed yet; a sweep makes one more layer right, from the output on, and it takes\n\
             {layers} sweeps over {layers} layers. Nothing crashes, and the error may even fall in training:\n\
             only the comparison shows it.\n\n\
             Why the sum? Node 0 of the last hidden layer feeds {} output nodes. Raise its weighted input a\n\
             little: its output rises by the slope {:.6}, and the error changes by way of *each* of them.\n\n  \
             weight * delta of each:               {}\n  \
             slope * their sum:                    {:.6}\n  \
             slope * the last one alone:           {:.6}\n  \
             -dE/dz by nudging and measuring:      {:.6}\n\n\
             The sum is what nature says. Writing = for += in that loop is the fault of the last line of\n\
             the table; the output layer, which sums nothing, stays right.\n",
            sizes.join("-"),
            table(&headings, attempts),
            sharing.contributions.len(),
            sharing.slope,
            contributions.join(" and "),
            sharing.delta(),
            sharing.delta_of_one(),
            sharing.by_differences,
        )
    }

    fn figure(&self) -> Figure {
        let layers = SIZES.len() - 1;
        let ticks = (1..=layers).map(|layer| (layer as f64, layer.to_string()));
        let x = Axis::new("weights into layer").range(0.8, layers as f64 + 0.2).ticks(ticks);
        let y = Axis::new("worst relative difference").log().range(1e-11, 3.0);
        let mut errors = Plot::new("Gradient against differences", x, y);
        let shown = ["backwards", "forwards", "forwards 2 times", "listening to one"];
        for attempt in self.attempts.iter().filter(|attempt| shown.contains(&attempt.way.as_str())) {
            let points = attempt.worst.iter().enumerate().map(|(place, worst)| (place as f64 + 1.0, *worst));
            errors = errors.with(Series::new(&attempt.way, Mark::LineAndDots, points));
        }
        let sharing = &self.sharing;
        let here = sharing.error_curve[sharing.error_curve.len() / 2].1;
        // delta is the way down, so E falls by delta for each unit of z.
        let tangent = |delta: f64| [-2.0, 2.0].map(|change| (change, here - delta * change));
        let curve = Plot::new(
            "The error as one node's weighted input moves",
            Axis::new("change of the weighted input"),
            Axis::new("error E"),
        )
        .with(Series::line("E", sharing.error_curve.clone()).colour(Colour::Black))
        .with(Series::dashed("foretold by the sum", tangent(sharing.delta())).colour(Colour::Blue))
        .with(
            Series::dashed("by one contribution alone", tangent(sharing.delta_of_one()))
                .colour(Colour::Vermilion),
        );
        Figure::new("Deltas: backwards, and added up", [errors, curve])
    }

    fn numbers(&self) -> serde_json::Value {
        as_json(self)
    }
}
