//! What a page plays back: the network before the first step, which step comes when, and the numbers each gave.
//!
//! Formulas are recorded once, in symbols, as the library writes them; the page puts the numbers of the moment in the
//! places of the names. So a step costs one to three numbers.

use serde::Serialize;

use backprop::graph::{AnyNode, ConnectionId, NodeId};
use backprop::step::text::number;
use backprop::step::{Phase, Reading, Step, Stepper};
use backprop::{Activation, Error, Problem};

/// One training, ready to be played back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recording {
    /// The line under the title.
    pub about: String,
    /// Neurons in each layer, input first.
    pub sizes: Vec<usize>,
    /// The cost, as the command line names it.
    pub cost: String,
    /// The learning rate, as formulas write it.
    pub rate_text: String,
    /// The probability of dropout, as formulas write it.
    pub dropout_text: String,
    /// What weights are multiplied by where they move by the mean, as formulas write it; biases are not.
    pub decay_text: String,
    /// Samples in a mini-batch; the last one of an epoch can be smaller.
    pub batch: usize,
    /// What each sample should give.
    pub labels: Vec<Vec<f64>>,
    /// Every node, by id.
    pub nodes: Vec<RecordedNode>,
    /// Every connection, by id.
    pub connections: Vec<RecordedConnection>,
    /// The steps of one sample, as an epoch's first one writes them; in mini-batches without the new weights.
    pub order: Vec<RecordedStep>,
    /// The steps that end a whole mini-batch; none where steps are bp.py's own.
    pub update: Vec<RecordedStep>,
    /// The same for an epoch's last mini-batch, where it is smaller.
    pub last_update: Vec<RecordedStep>,
    /// Every node's output before the first step.
    pub outputs: Vec<f64>,
    /// Every connection's weight before the first step.
    pub weights: Vec<f64>,
    /// The numbers of all steps, one after the other: the new value last, and before it, of an output its weighted sum,
    /// of a delta before the output layer slope and sum, of a weight its gradient.
    pub values: Vec<f64>,
    /// The cost met by each sample.
    pub costs: Vec<f64>,
    /// The mean of these over each epoch.
    pub epoch_costs: Vec<f64>,
}

/// A node: where it is and what formulas call it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedNode {
    /// The layer, from 0.
    pub layer: u32,
    /// The place in the layer, from 0.
    pub index: u32,
    /// Both, as bp.py prints them: `1-0`.
    pub place: String,
    /// Whether its output is always 1.
    pub constant: bool,
    /// The name of its output: `a4`.
    pub output: String,
    /// The name of its delta: `δ4`.
    pub delta: String,
    /// The name of what dropout keeps of its output: `k4`.
    pub kept: String,
    /// The name of its label, in the output layer: `t8`.
    pub label: Option<String>,
    /// The function it applies.
    pub activation: Activation,
}

/// A connection: its two nodes, by id, and what formulas call its weight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedConnection {
    /// The node it comes from.
    pub from: usize,
    /// The node it leads to.
    pub to: usize,
    /// The name of its weight: `w41`.
    pub name: String,
    /// The name of the sum of its gradients: `g41`.
    pub gradient: String,
}

/// One step of every sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedStep {
    /// The phase, as a place in [`Phase::ALL`](backprop::step::Phase::ALL).
    pub phase: usize,
    /// The node or connection it changes, by id.
    pub id: usize,
    /// The right-hand side in symbols.
    pub symbols: String,
}

impl Recording {
    /// Goes over all samples this many times and records the steps.
    ///
    /// # Errors
    /// A number that is infinite or not a number: the training has diverged.
    pub fn new(mut stepper: Stepper, epochs: usize, about: &str) -> Result<Self, Error> {
        stepper.goto(0);
        let network = stepper.network();
        let (sample_count, mini_batches) = (stepper.sample_count(), *stepper.mini_batches());
        let mut recording = Self {
            about: about.to_owned(),
            sizes: network.architecture.sizes.clone(),
            cost: network.architecture.cost.name().to_owned(),
            rate_text: stepper.rate().to_string(),
            dropout_text: mini_batches.dropout.to_string(),
            decay_text: number(stepper.mini_batch_step().weight_decay, 6),
            batch: mini_batches.size,
            labels: Vec::new(),
            nodes: nodes(&stepper),
            connections: connections(&stepper),
            order: Vec::new(),
            update: Vec::new(),
            last_update: Vec::new(),
            outputs: network.nodes.iter().map(AnyNode::output).collect(),
            weights: network.connections.connections.iter().map(|connection| connection.weight).collect(),
            values: Vec::new(),
            costs: Vec::new(),
            epoch_costs: Vec::new(),
        };
        for position in 0..epochs * stepper.epoch_len() {
            let moment = stepper.moment(position);
            let (epoch, sample, mini_batch) = (moment.epoch, moment.sample, moment.mini_batch);
            if epoch == 0 && recording.labels.len() == sample {
                recording.labels.push(stepper.label().to_vec());
            }
            // A stepper has no end.
            let Some(step) = stepper.next() else { break };
            if epoch == 0 {
                let is_whole = (mini_batch + 1) * mini_batches.size <= sample_count;
                match step.phase {
                    Phase::UpdateByMean if !is_whole => recording.last_update.push(recorded_step(&step)),
                    Phase::UpdateByMean if mini_batch == 0 => recording.update.push(recorded_step(&step)),
                    Phase::UpdateByMean => {}
                    _ if sample == 0 => recording.order.push(recorded_step(&step)),
                    _ => {}
                }
            }
            recording.record(&step)?;
        }
        recording.costs = stepper.costs().to_vec();
        if let Some(cost) = recording.costs.iter().find(|cost| !cost.is_finite()) {
            return Err(Error::Diverged(
                Problem::new("cost", format!("training diverged: a cost is {cost}"))
                    .remedy("try a smaller rate"),
            ));
        }
        let mean = |costs: &[f64]| costs.iter().sum::<f64>() / costs.len() as f64;
        recording.epoch_costs = recording.costs.chunks(sample_count).map(mean).collect();
        Ok(recording)
    }

    /// Appends the numbers of one step.
    fn record(&mut self, step: &Step) -> Result<(), Error> {
        let start = self.values.len();
        match &step.reading {
            Reading::SetInput {}
            | Reading::DropOut { .. }
            | Reading::OutputDelta { .. }
            | Reading::AddGradient { .. } => {}
            Reading::Output { weighted_input, .. } => self.values.push(*weighted_input),
            Reading::HiddenDelta { slope, downstream_delta, .. } => {
                self.values.extend([*slope, *downstream_delta]);
            }
            Reading::UpdateWeight { gradient, .. } | Reading::UpdateByMean { gradient, .. } => {
                self.values.push(*gradient);
            }
        }
        self.values.push(step.after);
        if self.values[start..].iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        Err(Error::Diverged(
            Problem::new(
                "cost",
                format!("training diverged: {} is {} at step {}", step.name(), step.after, step.position + 1),
            )
            .remedy("try a smaller rate"),
        ))
    }
}

fn nodes(stepper: &Stepper) -> Vec<RecordedNode> {
    let network = stepper.network();
    let last_layer = network.layers.len() as u32 - 1;
    let mut ids: Vec<NodeId> = network.layers.iter().flat_map(|layer| layer.nodes.iter().copied()).collect();
    ids.sort();
    let node = |id: NodeId| {
        let place = stepper.numbering().place(network, id);
        let label = place.number.filter(|_| place.layer == last_layer).map(|number| format!("t{number}"));
        RecordedNode {
            layer: place.layer,
            index: place.index,
            place: place.to_string(),
            constant: place.number.is_none(),
            output: place.output_name(),
            delta: place.delta_name(),
            kept: place.kept_name(),
            label,
            activation: match &network[id] {
                AnyNode::Node(node) => node.activation,
                AnyNode::Const(_) => Activation::Sigmoid,
            },
        }
    };
    ids.into_iter().map(node).collect()
}

fn connections(stepper: &Stepper) -> Vec<RecordedConnection> {
    let network = stepper.network();
    let mut ids: Vec<ConnectionId> =
        network.nodes.iter().flat_map(|node| node.upstream().iter().copied()).collect();
    ids.sort();
    let connection = |id: ConnectionId| {
        let wire = stepper.numbering().wire(network, id);
        RecordedConnection {
            from: network[id].upstream_node.index(),
            to: network[id].downstream_node.index(),
            name: wire.name(),
            gradient: wire.gradient_name(),
        }
    };
    ids.into_iter().map(connection).collect()
}

fn recorded_step(step: &Step) -> RecordedStep {
    let node = step.action.node().map(NodeId::index);
    let id = node.or(step.action.connection().map(ConnectionId::index)).unwrap_or_default();
    // Phases are declared in the order of `Phase::ALL`.
    RecordedStep { phase: step.phase as usize, id, symbols: step.symbols() }
}
