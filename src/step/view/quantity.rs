//! The numbers of a network in training, by name: `x1`, `a4`, `δ8`, `w84`, `t9`, `rate`.
//!
//! Names are parsed by [`Quantity::readings`] and by nothing else: in the terminal, on the page and in an editor.

use std::num::NonZeroU32;

use crate::graph::{ConnectionId, Layer, NodeId};
use crate::step::{Action, Edit, Moment, Phase, Place, Stepper, Wire};

/// One number of a network or of its training.
///
/// ```
/// use backprop::{graph::Network, step::Stepper, step::view::Quantity};
/// use backprop::{Label, Sample};
///
/// let network = Network::new(&[2, 1], 0);
/// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
/// let output = Quantity::parse(&stepper, "a3").unwrap();
/// assert_eq!(output.value(&stepper), None); // not computed yet
/// stepper.goto(3);
/// assert_eq!(output.value(&stepper), Some(stepper.network().output()[0]));
/// assert_eq!(Quantity::parse(&stepper, "d3").unwrap().name(&stepper), "δ3");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// A node's own output: x1, a4.
    Output(NodeId),
    /// A node's delta: δ4, or δ(0-3) for a constant node.
    Delta(NodeId),
    /// The factor by which dropout multiplies a node's output: k4.
    Kept(NodeId),
    /// A connection's weight: w84, w8b.
    Weight(ConnectionId),
    /// A connection's gradient, in mini-batches the sum of the samples' gradients: g84.
    Gradient(ConnectionId),
    /// The target of an output, by its index: t8.
    Label(usize),
    /// The learning rate: rate, η.
    Rate,
    /// The factor that multiplies a weight before it moves (L2): decay.
    Decay,
    /// The probability of dropout: p.
    Dropout,
    /// The cost of the current sample: cost.
    Cost,
}

/// The age of a number: when it was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Age {
    /// Not yet.
    None,
    /// With an earlier sample.
    Stale,
    /// With the sample of the last step.
    Fresh,
}

/// Marks the delta of a constant node. No name begins with it.
const CONSTANT: char = '(';

/// The ends of a connection in the order of its name: the neuron it leads to, and the one it comes from; none for a bias.
type Ends = (u32, Option<u32>);

impl Quantity {
    /// Returns the quantity with this name, or `None` unless exactly one has it.
    pub fn parse(stepper: &Stepper, text: &str) -> Option<Self> {
        match Self::readings(stepper, text)[..] {
            [quantity] => Some(quantity),
            _ => None,
        }
    }

    /// Returns every quantity that a text can mean: several if a comma is missing, as in w123.
    ///
    /// δ is also written d or delta; the delta of a constant node δ(0-3), d(0-3) or d0-3.
    pub fn readings(stepper: &Stepper, text: &str) -> Vec<Self> {
        let word = match text {
            "rate" | "η" => Some(Self::Rate),
            "decay" => Some(Self::Decay),
            "p" => Some(Self::Dropout),
            "cost" => Some(Self::Cost),
            _ => None,
        };
        let Some((letter, rest)) = word.is_none().then(|| split(text)).flatten() else {
            return word.into_iter().collect();
        };
        let network = stepper.network();
        let last = network.layers.len() - 1;
        let neuron = number(rest).and_then(|number| neuron(stepper, number));
        let layer = neuron.map_or(0, |id| network[id].layer_index() as usize);
        let found = match letter {
            'w' | 'g' => {
                let quantity = if letter == 'w' { Self::Weight } else { Self::Gradient };
                let connections = spelled_ends(rest).filter_map(|ends| connection(stepper, ends));
                return connections.map(quantity).collect();
            }
            'x' => neuron.filter(|_| layer == 0).map(Self::Output),
            'a' => neuron.filter(|_| layer > 0).map(Self::Output),
            'k' => neuron.filter(|_| (1..last).contains(&layer)).map(Self::Kept),
            't' => neuron.filter(|_| layer == last).map(|id| Self::Label(network[id].node_index() as usize)),
            'd' => {
                let place = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
                neuron.or_else(|| node_at(stepper, place)).map(Self::Delta)
            }
            _ => None,
        };
        found.into_iter().collect()
    }

    /// Returns the quantity whose name is easily mistaken for this text: a4 for x4, w84 for w48, a4 for A4.
    pub fn near(stepper: &Stepper, text: &str) -> Option<Self> {
        let swapped = |letter, rest| {
            let (to, from) = spelled_ends(rest).next()?;
            Self::parse(stepper, &format!("{letter}{},{to}", from?))
        };
        match split(text) {
            Some(('x', rest)) => Self::parse(stepper, &format!("a{rest}")),
            Some(('a', rest)) => Self::parse(stepper, &format!("x{rest}")),
            Some((letter @ ('w' | 'g'), rest)) => swapped(letter, rest),
            _ => Self::parse(stepper, &text.to_lowercase()),
        }
    }

    /// Returns the quantity that a step with this action computes.
    pub fn of(action: Action) -> Self {
        match action {
            Action::SetInput(id) | Action::Output(id) => Self::Output(id),
            Action::DropOut(id) => Self::Kept(id),
            Action::OutputDelta(id) | Action::HiddenDelta(id) => Self::Delta(id),
            Action::UpdateWeight(id) | Action::UpdateByMean(id) => Self::Weight(id),
            Action::AddGradient(id) => Self::Gradient(id),
        }
    }

    /// Returns the quantity that a word such as `output` or `weight` means for the node or connection of an action.
    pub fn of_word(word: &str, action: Action) -> Option<Self> {
        match word {
            "output" => action.node().map(Self::Output),
            "delta" => action.node().map(Self::Delta),
            "kept" => action.node().map(Self::Kept),
            "weight" => action.connection().map(Self::Weight),
            "gradient" => action.connection().map(Self::Gradient),
            _ => None,
        }
    }

    /// Returns the quantity that a change by hand sets.
    pub fn edited(stepper: &Stepper, edit: Edit) -> Self {
        match edit {
            Edit::Weight(id, _) => Self::Weight(id),
            Edit::Input(index, _) => Self::Output(stepper.network().layers[0].neurons()[index]),
            Edit::Label(output, _) => Self::Label(output),
            Edit::Rate(_) => Self::Rate,
        }
    }

    /// Returns its name in formulas; `rate` for the learning rate.
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
                numbering.place(network, id).label_name()
            }
            Self::Rate => "rate".to_owned(),
            Self::Decay => "decay".to_owned(),
            Self::Dropout => "p".to_owned(),
            Self::Cost => "cost".to_owned(),
        }
    }

    /// Returns its name as it can be typed without a Greek keyboard: d4, d0-3.
    pub fn typed_name(self, stepper: &Stepper) -> String {
        let name = self.name(stepper);
        if name.starts_with('δ') { name.replace('δ', "d").replace(['(', ')'], "") } else { name }
    }

    /// Returns the number stored for it now, computed or not.
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
            Self::Decay => stepper.mini_batch_step().weight_decay,
            Self::Dropout => stepper.mini_batches().dropout,
            Self::Cost => stepper.costs().last().copied().unwrap_or_default(),
        }
    }

    /// Returns its value, or `None` before it has been computed for the first time.
    pub fn value(self, stepper: &Stepper) -> Option<f64> {
        self.is_known(stepper).then(|| self.raw(stepper))
    }

    /// Returns the number that a change by hand replaces: for an input, the sample's, even if it is not set yet.
    pub fn given(self, stepper: &Stepper) -> f64 {
        match self.edit(stepper, 1.0) {
            Ok(Edit::Input(index, _)) => stepper.sample()[index],
            _ => self.raw(stepper),
        }
    }

    /// Returns `true` if it has been computed, or is given.
    pub fn is_known(self, stepper: &Stepper) -> bool {
        self.age(stepper) != Age::None
    }

    /// Returns when it was computed. A quantity that is given and not computed is always fresh.
    pub fn age(self, stepper: &Stepper) -> Age {
        let network = stepper.network();
        let place = |id: NodeId| (network[id].layer_index() as usize, network[id].node_index() as usize);
        let (phase, (layer, index)) = match self {
            Self::Output(id) if network[id].as_node().is_none() => return Age::Fresh,
            Self::Output(id) if place(id).0 == 0 => (Phase::SetInput, place(id)),
            Self::Output(id) => (Phase::Output, place(id)),
            Self::Kept(_) if stepper.mini_batches().dropout == 0.0 => return Age::Fresh,
            Self::Kept(id) => (Phase::DropOut, place(id)),
            Self::Delta(id) if place(id).0 + 1 == network.layers.len() => (Phase::OutputDelta, place(id)),
            Self::Delta(id) => (Phase::HiddenDelta, place(id)),
            Self::Gradient(id) => {
                let is_plain = stepper.mini_batches().are_plain();
                let phase = if is_plain { Phase::UpdateWeight } else { Phase::AddGradient };
                let (from, to) = (place(network[id].upstream()), place(network[id].downstream()));
                (phase, (from.0, from.1 * network.layers[to.0].neurons().len() + to.1))
            }
            Self::Cost => {
                let begun = stepper.epoch() * stepper.sample_count() + stepper.sample_index();
                return if stepper.costs().len() > begun { Age::Fresh } else { Age::None };
            }
            Self::Weight(_) | Self::Label(_) | Self::Rate | Self::Decay | Self::Dropout => return Age::Fresh,
        };
        let Some(position) = stepper.position().checked_sub(1) else { return Age::None };
        let Moment { order, step, epoch, sample, .. } = stepper.moment(position);
        let wanted = (order.segment(step).sample, layer, phase);
        let mut segments = order.segments().iter();
        match segments.find(|it| (it.sample, it.layer, it.phase) == wanted && index < it.count) {
            Some(segment) if segment.start + index <= step => Age::Fresh,
            Some(_) if (epoch, sample) != (0, 0) => Age::Stale,
            _ => Age::None,
        }
    }

    /// Returns the change by hand that gives it this value.
    ///
    /// # Errors
    /// A sentence, if it is computed or cannot have that value.
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
            _ => Err(format!("{name} is computed; change a weight, an input, a target or the rate")),
        }
    }

    /// Returns `true` if a step with this action changes it.
    pub fn is_changed_by(self, action: Action) -> bool {
        match self {
            // A weight is moved by its gradient, which the same step computes.
            Self::Gradient(id) => action.connection() == Some(id),
            _ => self == Self::of(action),
        }
    }

    /// Returns `true` if a training step has a step that computes it.
    pub fn is_computed(self, stepper: &Stepper) -> bool {
        let network = stepper.network();
        match self {
            Self::Output(_) | Self::Weight(_) => true,
            Self::Delta(id) => {
                let is_last = network[id].layer_index() as usize + 1 == network.layers.len();
                !is_last || network[id].as_node().is_some()
            }
            Self::Kept(_) => stepper.mini_batches().dropout > 0.0,
            Self::Gradient(_) => !stepper.mini_batches().are_plain(),
            Self::Label(_) | Self::Rate | Self::Decay | Self::Dropout | Self::Cost => false,
        }
    }

    /// Returns `true` if it lies between two others of the same kind, or is one of them. For connections both ends run:
    /// w41 to w52 are w41, w42, w51 and w52.
    pub fn is_between(self, stepper: &Stepper, first: Self, last: Self) -> bool {
        let [(kind, to, from), low, high] = [self, first, last].map(|quantity| quantity.key(stepper));
        let is_inside = (low.1..=high.1).contains(&to) && (low.2..=high.2).contains(&from);
        // There is nothing between the deltas of two constant nodes.
        (low.0, high.0) == (kind, kind) && is_inside && (kind != CONSTANT || first == last)
    }

    /// Returns the letter of its name and the numbers after it; the bias comes after every neuron.
    fn key(self, stepper: &Stepper) -> (char, u32, u32) {
        let (network, numbering) = (stepper.network(), stepper.numbering());
        let letter = self.name(stepper).chars().next().unwrap_or_default();
        let number = |place: Place| place.number.map(NonZeroU32::get);
        match self {
            Self::Output(id) | Self::Delta(id) | Self::Kept(id) => {
                let place = numbering.place(network, id);
                number(place).map_or((CONSTANT, place.layer, 0), |number| (letter, number, 0))
            }
            Self::Weight(id) | Self::Gradient(id) => {
                let Wire { upstream, downstream } = numbering.wire(network, id);
                (letter, number(downstream).unwrap_or_default(), number(upstream).unwrap_or(u32::MAX))
            }
            _ => (letter, 0, 0),
        }
    }
}

/// Splits a name into its letter, `d` for δ and delta, and the rest.
fn split(text: &str) -> Option<(char, &str)> {
    if let Some(rest) = ["delta", "δ"].iter().find_map(|word| text.strip_prefix(word)) {
        return Some(('d', rest));
    }
    let mut letters = text.chars();
    Some((letters.next()?, letters.as_str()))
}

/// Parses a neuron's number: digits that do not begin with 0.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Returns the ends that `84`, `8b`, `12,3` or `12,b` can mean; `123` can mean `12,3` and `1,23`.
fn spelled_ends(text: &str) -> impl Iterator<Item = Ends> {
    let ends =
        |(to, from): (&str, &str)| Some((number(to)?, if from == "b" { None } else { Some(number(from)?) }));
    let cuts = if text.contains(',') || !text.is_ascii() { 0..0 } else { 1..text.len() };
    let cut = cuts.map(|at| text.split_at(at));
    text.split_once(',').into_iter().chain(cut).filter_map(ends)
}

/// Returns the neuron with this number.
fn neuron(stepper: &Stepper, number: u32) -> Option<NodeId> {
    let mut neurons = stepper.network().layers.iter().flat_map(Layer::neurons);
    neurons.nth(number.checked_sub(1)? as usize).copied()
}

/// Returns the connection with these ends.
fn connection(stepper: &Stepper, (to, from): Ends) -> Option<ConnectionId> {
    let network = stepper.network();
    let upstream = network[neuron(stepper, to)?].upstream();
    let Some(from) = from else { return upstream.last().copied() };
    let from = neuron(stepper, from)?;
    upstream.iter().copied().find(|&id| network[id].upstream() == from)
}

/// Returns the node at a place as bp.py prints it, `1-0`: layer and index.
pub fn node_at(stepper: &Stepper, place: &str) -> Option<NodeId> {
    let index = |text: &str| -> Option<usize> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    };
    let (layer, node) = place.split_once('-')?;
    stepper.network().layers.get(index(layer)?)?.nodes.get(index(node)?).copied()
}

/// Makes a change by hand and returns sentences that describe its effect.
pub fn change(stepper: &mut Stepper, edit: Edit) -> String {
    use crate::step::text::number;

    let quantity = Quantity::edited(stepper, edit);
    let (before, cost_before) = (stepper.latest(), stepper.costs().last().copied());
    stepper.edit(edit);
    let after = stepper.latest();
    // If a training step has just ended, the change affects only the next one.
    let which = if stepper.position_in_training_step() == 0 && after.is_some() { "the next" } else { "this" };
    let (name, value) = (quantity.name(stepper), edit.value());
    let mut sentences = vec![format!("{name} begins {which} training step at {}.", number(value, 6))];
    let mut compare = |what: &str, before: f64, after: f64| {
        sentences.push(format!("{what}: {} -> {}.", number(before, 6), number(after, 6)));
    };
    if let (Some(before), Some(after)) = (before, after) {
        compare(&after.name(), before.after, after.after);
    }
    if let (Some(before), Some(after)) = (cost_before, Quantity::Cost.value(stepper)) {
        compare("Cost", before, after);
    }
    sentences.join(" ")
}
