//! What names stand for: `a4`, `w84`, `δ8`, `t9`, `rate`, by the article's numbers; `d8` where there is no δ on the keyboard.

use backprop::graph::{AnyNode, ConnectionId, NodeId};
use backprop::step::{Action, Edit, Phase, Stepper};

/// One number of the network or of its training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A node's output: x1, a4.
    Output(NodeId),
    /// A node's delta: δ4.
    Delta(NodeId),
    /// What dropout keeps of a node's output: k4.
    Kept(NodeId),
    /// A connection's weight: w84, w8b.
    Weight(ConnectionId),
    /// A connection's gradient: g84.
    Gradient(ConnectionId),
    /// What an output should be: t8.
    Label(usize),
    /// The learning rate.
    Rate,
    /// The cost of the sample in hand.
    Cost,
}

/// What a name stands for, if it stands for anything in this network.
pub fn thing(stepper: &Stepper, name: &str) -> Option<Thing> {
    match name {
        "rate" | "η" => return Some(Thing::Rate),
        "cost" => return Some(Thing::Cost),
        _ => {}
    }
    let network = stepper.network();
    let delta = ["delta", "δ", "d"].iter().find_map(|letter| name.strip_prefix(letter));
    if let Some(rest) = delta {
        let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        return inside.map_or_else(|| neuron(stepper, rest), |place| node(stepper, place)).map(Thing::Delta);
    }
    let letter = name.chars().next()?;
    let rest = &name[letter.len_utf8()..];
    let layer = |id: NodeId| network[id].layer_index() as usize;
    let last = network.layers.len() - 1;
    match letter {
        'x' => neuron(stepper, rest).filter(|&id| layer(id) == 0).map(Thing::Output),
        'a' => neuron(stepper, rest).filter(|&id| layer(id) > 0).map(Thing::Output),
        'k' => neuron(stepper, rest).filter(|&id| (1..last).contains(&layer(id))).map(Thing::Kept),
        't' => neuron(stepper, rest)
            .filter(|&id| layer(id) == last)
            .map(|id| Thing::Label(network[id].node_index() as usize)),
        'w' => connection(stepper, rest).map(Thing::Weight),
        'g' => connection(stepper, rest).map(Thing::Gradient),
        _ => None,
    }
}

/// The node at a place, as bp.py prints it: `1-0`.
pub fn node(stepper: &Stepper, place: &str) -> Option<NodeId> {
    let (layer, index) = place.split_once('-')?;
    stepper.network().layers.get(number(layer)?)?.nodes.get(number(index)?).copied()
}

/// The neuron with the article's number, counted from 1.
fn neuron(stepper: &Stepper, text: &str) -> Option<NodeId> {
    let mut left = number(text)?.checked_sub(1)?;
    for layer in &stepper.network().layers {
        match layer.neurons().get(left) {
            Some(&id) => return Some(id),
            None => left -= layer.neurons().len(),
        }
    }
    None
}

/// The connection to the one neuron from the other: `84`, `8b`, `12,3`, `12,b`.
fn connection(stepper: &Stepper, text: &str) -> Option<ConnectionId> {
    let (to, from) = match text.split_once(',') {
        Some(ends) => ends,
        None if text.len() == 2 => text.split_at_checked(1)?,
        None => return None,
    };
    let network = stepper.network();
    let upstream = network[neuron(stepper, to)?].upstream();
    if from == "b" {
        return upstream.last().copied();
    }
    let from = neuron(stepper, from)?;
    upstream.iter().copied().find(|&id| network[id].upstream() == from)
}

/// A number in digits, without a sign.
pub fn number(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl Thing {
    /// What it is called.
    pub fn name(self, stepper: &Stepper) -> String {
        let (network, numbering) = (stepper.network(), stepper.numbering());
        match self {
            Self::Output(id) => numbering.place(network, id).output_name(),
            Self::Delta(id) => numbering.place(network, id).delta_name(),
            Self::Kept(id) => numbering.place(network, id).kept_name(),
            Self::Weight(id) => numbering.wire(network, id).name(),
            Self::Gradient(id) => numbering.wire(network, id).gradient_name(),
            Self::Label(output) => {
                let id = network.layers[network.layers.len() - 1].neurons()[output];
                numbering.place(network, id).output_name().replacen('a', "t", 1)
            }
            Self::Rate => "rate".to_owned(),
            Self::Cost => "cost".to_owned(),
        }
    }

    /// What is in its place now, computed or not.
    pub fn raw(self, stepper: &Stepper) -> f64 {
        let network = stepper.network();
        match self {
            Self::Output(id) => network[id].output(),
            Self::Delta(id) => network[id].delta(),
            Self::Kept(id) => network[id].kept(),
            Self::Weight(id) => network[id].weight,
            Self::Gradient(id) => network[id].gradient,
            Self::Label(output) => stepper.label()[output],
            Self::Rate => stepper.rate(),
            Self::Cost => stepper.costs().last().copied().unwrap_or_default(),
        }
    }

    /// Its value; none before it has been computed for the first time.
    pub fn value(self, stepper: &Stepper) -> Option<f64> {
        self.is_known(stepper).then(|| self.raw(stepper))
    }

    fn is_known(self, stepper: &Stepper) -> bool {
        let network = stepper.network();
        let of_node = |phase: Phase, id: NodeId| {
            is_done(stepper, phase, network[id].layer_index() as usize, network[id].node_index() as usize)
        };
        match self {
            Self::Output(id) if matches!(network[id], AnyNode::Const(_)) => true,
            Self::Output(id) if network[id].layer_index() == 0 => of_node(Phase::SetInput, id),
            Self::Output(id) => of_node(Phase::Output, id),
            Self::Delta(id) if network[id].layer_index() as usize + 1 == network.layers.len() => {
                of_node(Phase::OutputDelta, id)
            }
            Self::Delta(id) => of_node(Phase::HiddenDelta, id),
            Self::Gradient(id) => {
                let connection = &network[id];
                let (from, to) = (&network[connection.upstream()], &network[connection.downstream()]);
                let neurons = network.layers[to.layer_index() as usize].neurons().len();
                let place = from.node_index() as usize * neurons + to.node_index() as usize;
                let is_plain = stepper.mini_batches().are_plain();
                let phase = if is_plain { Phase::UpdateWeight } else { Phase::AddGradient };
                is_done(stepper, phase, from.layer_index() as usize, place)
            }
            Self::Cost => {
                let begun = stepper.epoch() * stepper.sample_count() + stepper.sample_index();
                stepper.costs().len() > begun
            }
            Self::Kept(_) | Self::Weight(_) | Self::Label(_) | Self::Rate => true,
        }
    }

    /// The change by hand that gives it this value.
    ///
    /// # Errors
    /// A sentence, where it is computed, or cannot have that value.
    pub fn edit(self, stepper: &Stepper, value: f64) -> Result<Edit, String> {
        let name = self.name(stepper);
        if !value.is_finite() {
            return Err(format!("{name} needs a finite number"));
        }
        match self {
            Self::Weight(id) => Ok(Edit::Weight(id, value)),
            Self::Output(id) if name.starts_with('x') => {
                Ok(Edit::Input(stepper.network()[id].node_index() as usize, value))
            }
            Self::Label(output) => Ok(Edit::Label(output, value)),
            Self::Rate if value > 0.0 => Ok(Edit::Rate(value)),
            Self::Rate => Err("the rate must be above 0".to_owned()),
            _ => Err(format!("{name} is computed; set a weight, an input, a target or the rate")),
        }
    }

    /// Whether an action computes it.
    pub fn is_computed_by(self, action: Action) -> bool {
        match self {
            Self::Output(id) => {
                matches!(action, Action::SetInput(other) | Action::Output(other) if other == id)
            }
            Self::Delta(id) => {
                matches!(action, Action::OutputDelta(other) | Action::HiddenDelta(other) if other == id)
            }
            Self::Kept(id) => action == Action::DropOut(id),
            Self::Weight(id) => {
                matches!(action, Action::UpdateWeight(other) | Action::UpdateByMean(other) if other == id)
            }
            Self::Gradient(id) => action.connection() == Some(id),
            Self::Label(_) | Self::Rate | Self::Cost => false,
        }
    }
}

/// What an edit changes.
pub fn edited(stepper: &Stepper, edit: Edit) -> Thing {
    match edit {
        Edit::Weight(id, _) => Thing::Weight(id),
        Edit::Input(index, _) => Thing::Output(stepper.network().layers[0].neurons()[index]),
        Edit::Label(output, _) => Thing::Label(output),
        Edit::Rate(_) => Thing::Rate,
    }
}

/// Whether such a step has been done on this place of a layer.
fn is_done(stepper: &Stepper, phase: Phase, layer: usize, place: usize) -> bool {
    let order = stepper.moment(0).order;
    let segment = order.segments().iter().find(|segment| (segment.phase, segment.layer) == (phase, layer));
    segment.is_some_and(|segment| segment.start + place < stepper.position())
}

/// A number with all its digits.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// The same, or that it has not been computed.
pub fn exact_or_none(value: Option<f64>) -> String {
    value.map_or_else(|| "not computed yet".to_owned(), exact)
}
