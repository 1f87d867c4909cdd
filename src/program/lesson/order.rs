//! Why deltas are computed backwards, and why they add up: the same formulas in a wrong order, caught by differences.
//!
//! You will see one small network whose deltas are computed by the very functions that train it, but in four orders:
//! backwards; forwards, once and as often as there are layers; and backwards with a node listening to only one of the
//! nodes it feeds, or to as many as you choose. Each time the gradient check is the judge: it nudges every weight and
//! measures how the error changes.

use backprop::gradient_check::{Check, Checkable, CheckedEngine as _, ParameterId, Report, Verdict};
use backprop::graph::ConnectionId;

use super::prelude::*;

/// The network, and the part of the sum that reaches a node.
#[derive(Debug, Clone, PartialEq, Serialize, Args)]
pub struct Settings {
    /// Neurons in each layer, input first
    #[arg(long, value_name = "N,N,N...", default_value = "2,3,3,3,2", value_parser = sizes)]
    pub sizes: Sizes,

    /// In the last row of the table, each node listens to this many of the nodes that it feeds
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub listen_to: u8,

    /// The seed of the weights
    #[arg(long, value_name = "S", default_value_t = 3)]
    pub seed: u64,
}

impl Settings {
    /// Makes a network with random weights. Its deltas are all 0, as they have not been computed.
    pub fn network(&self) -> Network {
        let architecture = Architecture::new(&self.sizes);
        Network::from_parameters(&architecture, &WeightInit::Normal.draw(&architecture, self.seed))
    }

    /// Returns the inputs: 0.6 and -0.4 in turn.
    pub fn sample(&self) -> Vec<f64> {
        [0.6, -0.4].into_iter().cycle().take(self.sizes[0]).collect()
    }

    /// Returns the desired outputs: 0.9 and 0.1 in turn.
    pub fn label(&self) -> Vec<f64> {
        [0.9, 0.1].into_iter().cycle().take(self.sizes[self.layers()]).collect()
    }

    /// Returns the index, in the last hidden layer, of the node that is looked at more closely: 1 if there are two.
    fn node(&self) -> usize {
        1.min(self.sizes[self.layers() - 1] - 1)
    }

    /// Returns the number of layers that have weights, which is also the index of the output layer.
    fn layers(&self) -> usize {
        self.sizes.len() - 1
    }
}

/// Computes the deltas of these layers, in this order.
pub fn compute_deltas(network: &mut Network, label: &[f64], order: impl Iterator<Item = usize>) {
    let output_layer = network.layers.len() - 1;
    for layer in order {
        let (layers, nodes) = (&network.layers, &mut network.nodes);
        if layer == output_layer {
            layers[layer].calc_output_layer_delta(nodes, label, network.architecture.cost);
        } else {
            layers[layer].calc_hidden_layer_delta(nodes, &network.connections);
        }
    }
}

/// Computes the deltas backwards, but takes each hidden node's delta from only the last `count` nodes it feeds. With a
/// count of 1, that is the mistake of writing `=` in place of `+=`.
pub fn listen_to(count: usize, network: &mut Network, label: &[f64]) {
    let output_layer = network.layers.len() - 1;
    compute_deltas(network, label, std::iter::once(output_layer));
    for layer in (1..output_layer).rev() {
        for id in network.layers[layer].neurons().to_vec() {
            let mut downstream_delta = 0.0;
            for &connection in network[id].downstream().iter().rev().take(count) {
                let connection = &network[connection];
                downstream_delta += connection.weight * network[connection.downstream()].delta();
            }
            let slope = network[id].activation().derivative_from_output(network[id].output());
            network[id].set_delta(slope * downstream_delta);
        }
    }
}

/// A network with one way of computing its deltas, as the gradient check sees it.
struct InOrder<'a> {
    network: Network,
    sample: Vec<f64>,
    label: Vec<f64>,
    compute: &'a dyn Fn(&mut Network),
}

impl Checkable for InOrder<'_> {
    fn parameter_count(&self) -> usize {
        self.network.architecture.parameter_count().unwrap_or_default()
    }

    fn parameter(&self, index: usize) -> f64 {
        self.network.parameter_at(self.parameter_id(index))
    }

    fn set_parameter(&mut self, index: usize, value: f64) {
        let id = self.parameter_id(index);
        self.network.set_parameter_at(id, value);
    }

    fn error(&mut self) -> f64 {
        self.network.error(Label(&self.label), Sample(&self.sample))
    }

    fn gradient(&mut self) -> Vec<f64> {
        // A copy, so that each time the deltas start at 0.
        let mut network = self.network.clone();
        network.predict(Sample(&self.sample));
        (self.compute)(&mut network);
        network.calc_gradient();
        network.gradient().iter().collect()
    }

    fn parameter_id(&self, index: usize) -> ParameterId {
        ParameterId::in_network(&self.network.architecture, index)
    }
}

/// Runs the gradient check on one way of computing the deltas.
fn check(settings: &Settings, compute: &dyn Fn(&mut Network)) -> Report {
    let network = settings.network();
    let (sample, label) = (settings.sample(), settings.label());
    Check::new().run(&mut InOrder { network, sample, label, compute })
}

/// One way of computing deltas, and the gradient check's findings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attempt {
    /// A description of the way.
    pub way: String,
    /// The largest |gradient − difference| / (|gradient| + |difference|) among the weights into each layer.
    pub worst: Vec<f64>,
    /// The number of weights checked.
    pub checked: usize,
    /// The number that agree.
    pub agree: usize,
    /// The verdict on all of them.
    pub verdict: Verdict,
}

impl Attempt {
    fn new(way: String, layers: usize, report: &Report) -> Self {
        let worst = |layer: usize| {
            let groups = report.groups.iter().filter(move |counts| counts.group.layer() == Some(layer));
            groups.map(|counts| counts.max_relative_error).fold(0.0, f64::max)
        };
        Self {
            way,
            worst: (1..=layers).map(worst).collect(),
            checked: report.checked,
            agree: report.agree,
            verdict: report.verdict,
        }
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
    /// Returns the delta of equation 4: the slope times the sum of all contributions.
    pub fn delta(&self) -> f64 {
        self.slope * self.contributions.iter().sum::<f64>()
    }

    /// Returns the delta if only the last contribution counted.
    pub fn delta_of_one(&self) -> f64 {
        self.slope * self.contributions.last().copied().unwrap_or(0.0)
    }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Order {
    /// The settings.
    pub settings: Settings,
    /// Each way of computing the deltas.
    pub attempts: Vec<Attempt>,
    /// One node of the last hidden layer.
    pub sharing: Sharing,
}

/// Tries each of the orders.
pub fn run(settings: &Settings) -> Order {
    let (layers, label) = (settings.layers(), &settings.label());
    let backwards = check(settings, &|network| compute_deltas(network, label, (1..=layers).rev()));
    let mut attempts = vec![Attempt::new("backwards".to_owned(), layers, &backwards)];
    for sweeps in 1..=layers {
        let way = if sweeps == 1 { "forwards".to_owned() } else { format!("forwards {sweeps} times") };
        let sweep = |network: &mut Network| compute_deltas(network, label, 1..=layers);
        let report = check(settings, &|network| (0..sweeps).for_each(|_| sweep(network)));
        attempts.push(Attempt::new(way, layers, &report));
    }
    let count = usize::from(settings.listen_to);
    let report = check(settings, &|network| listen_to(count, network, label));
    let way = if count == 1 { "listening to one".to_owned() } else { format!("listening to {count}") };
    attempts.push(Attempt::new(way, layers, &report));
    Order { settings: settings.clone(), attempts, sharing: share(settings, &backwards) }
}

/// Examines one hidden node: the contribution of each node it feeds to its delta, and the delta it should have.
fn share(settings: &Settings, report: &Report) -> Sharing {
    let mut network = settings.network();
    let (sample, label) = (settings.sample(), settings.label());
    let (sample, label) = (Sample(&sample), Label(&label));
    network.predict(sample);
    network.calc_delta(label);
    let layer = settings.layers() - 1;
    let node = network[network.layers[layer].neurons()[settings.node()]].clone();
    let contribution = |&id: &ConnectionId| {
        let connection = &network[id];
        connection.weight * network[connection.downstream()].delta()
    };
    let contributions = node.downstream().iter().map(contribution).collect();
    // Nudging the bias nudges the weighted input z by as much.
    let bias = ParameterId::Bias { layer, row: settings.node() };
    let by_differences = report.entries.iter().find(|entry| entry.id == bias);
    let start = network.parameter_at(bias);
    let changes = (-40..=40).map(|step| 0.05 * f64::from(step));
    let error_curve = changes.map(|change| {
        network.set_parameter_at(bias, start + change);
        (change, network.error(label, sample))
    });
    Sharing {
        contributions,
        slope: node.output() * (1.0 - node.output()),
        by_differences: by_differences.map_or(f64::NAN, |entry| entry.numerical),
        error_curve: error_curve.collect(),
    }
}

impl Lesson for Order {
    fn right(&self) -> usize {
        let is_right: Vec<bool> = self.attempts[1].worst.iter().map(|worst| *worst < 1e-6).collect();
        match is_right.iter().filter(|right| **right).count() {
            count if count == is_right.len() => 0,
            1 if is_right[is_right.len() - 1] => 1,
            1 if is_right[0] => 2,
            _ => 3,
        }
    }

    fn facts(&self) -> Value {
        let (delta, delta_of_one) = (self.sharing.delta(), self.sharing.delta_of_one());
        context! { layers => self.settings.layers(), node => self.settings.node(), delta, delta_of_one }
    }

    fn figure(&self) -> Figure {
        let x = Axis::new("weights into layer").counting_to(self.settings.layers());
        let y = Axis::new("worst relative difference").log().range(1e-11, 3.0);
        let mut errors = Plot::new("Gradient against differences", x, y);
        // Backwards, forwards once and twice, and listening to some.
        let (first, last) = (self.attempts.iter().take(3), self.attempts.iter().next_back());
        for attempt in first.chain(last) {
            let points = (1..).map(f64::from).zip(attempt.worst.clone());
            errors = errors.add(&attempt.way, Mark::LineAndDots, points);
        }
        let sharing = &self.sharing;
        let here = sharing.error_curve[sharing.error_curve.len() / 2].1;
        // delta is the way down, so E falls by delta for each unit of z.
        let tangent = |delta: f64| [-2.0, 2.0].map(|change| (change, here - delta * change));
        let (sum, one) = (tangent(sharing.delta()), tangent(sharing.delta_of_one()));
        let (x, y) = (Axis::new("change of the weighted input"), Axis::new("error E"));
        let curve = Plot::new("The error as one node's weighted input moves", x, y)
            .draw("E", Mark::Line, Colour::Black, sharing.error_curve.clone())
            .draw("predicted by the sum", Mark::Dashed, Colour::Blue, sum)
            .draw("by one contribution alone", Mark::Dashed, Colour::Vermilion, one);
        Figure::new("Deltas: backwards, and added up", [errors, curve])
    }
}
