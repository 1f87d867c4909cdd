//! The names of what steps compute, as they are typed: `a4`, `d4`, `w84`, `w12,3`, `a4..a9`.

use std::fmt;

use backprop::step::{Phase, Place, Target, Wire};
use backprop::{Architecture, Error, MiniBatches};

/// Which names there are: those of one network, trained in one way.
pub(super) struct Names {
    /// Neurons in each layer.
    sizes: Vec<u32>,
    /// Whether gradients are added up.
    has_gradients: bool,
    /// Whether hidden neurons drop out.
    has_dropout: bool,
}

/// What one step computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Of a neuron: its letter (x, a, k or d) and its number.
    Node(char, u32),
    /// The delta of the constant node of a layer: the layer, and its index there.
    ConstantDelta(u32, u32),
    /// Of a connection: its letter (w or g), the number of the neuron it leads to and of the one it comes from, [`BIAS`]
    /// for the constant node.
    Wire(char, u32, u32),
}

/// After every neuron, as in `w41..w4b`.
const BIAS: u32 = u32::MAX;

/// A name, or the names between two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    first: Name,
    last: Name,
}

impl Name {
    /// The name of what a step computes: [`backprop::step::Step::name`], before it is done.
    pub(super) fn of(phase: Phase, target: Target) -> Self {
        let number = |place: Place| place.number.map_or(BIAS, u32::from);
        match (phase, target) {
            (_, Target::Connection(Wire { upstream, downstream })) => {
                let letter = if phase == Phase::AddGradient { 'g' } else { 'w' };
                Self::Wire(letter, number(downstream), number(upstream))
            }
            (_, Target::Node(Place { layer, index, number: None })) => Self::ConstantDelta(layer, index),
            (Phase::SetInput, Target::Node(place)) => Self::Node('x', number(place)),
            (Phase::DropOut, Target::Node(place)) => Self::Node('k', number(place)),
            (Phase::OutputDelta | Phase::HiddenDelta, Target::Node(place)) => Self::Node('d', number(place)),
            (_, Target::Node(place)) => Self::Node('a', number(place)),
        }
    }

    /// What a text may stand for: nothing, one name, or, where a comma is missing, several.
    fn readings(text: &str) -> Vec<Self> {
        let text = text.replace('δ', "d");
        let mut letters = text.chars();
        let (Some(letter), rest) = (letters.next(), letters.as_str()) else { return Vec::new() };
        let number = |text: &str| -> Option<u32> {
            (!text.starts_with(['+', '0'])).then(|| text.parse().ok()).flatten()
        };
        let index =
            |text: &str| -> Option<u32> { (!text.starts_with('+')).then(|| text.parse().ok()).flatten() };
        let wire = |to: &str, from: &str| {
            Some(Self::Wire(letter, number(to)?, if from == "b" { BIAS } else { number(from)? }))
        };
        match letter {
            'x' | 'a' | 'k' | 'd' if number(rest).is_some() => {
                number(rest).map(|number| Self::Node(letter, number)).into_iter().collect()
            }
            'd' => {
                let place = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
                let place = place.split_once('-').and_then(|(l, i)| Some((index(l)?, index(i)?)));
                place.map(|(layer, index)| Self::ConstantDelta(layer, index)).into_iter().collect()
            }
            'w' | 'g' => match rest.split_once(',') {
                Some((to, from)) => wire(to, from).into_iter().collect(),
                None if rest.is_ascii() => {
                    (1..rest.len()).filter_map(|at| wire(&rest[..at], &rest[at..])).collect()
                }
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Node(letter, number) => write!(f, "{letter}{number}"),
            Self::ConstantDelta(layer, index) => write!(f, "d{layer}-{index}"),
            Self::Wire(letter, to, BIAS) if to < 10 => write!(f, "{letter}{to}b"),
            Self::Wire(letter, to, BIAS) => write!(f, "{letter}{to},b"),
            Self::Wire(letter, to, from) if to < 10 && from < 10 => write!(f, "{letter}{to}{from}"),
            Self::Wire(letter, to, from) => write!(f, "{letter}{to},{from}"),
        }
    }
}

impl Range {
    /// Whether a name is one of them. Of connections both ends run: `w41..w73` has w41, w42, w43, w51 and so on to w73.
    pub(super) fn contains(&self, name: Name) -> bool {
        match (self.first, name, self.last) {
            (Name::Node(letter, first), Name::Node(of, number), Name::Node(_, last)) => {
                of == letter && (first..=last).contains(&number)
            }
            (
                Name::Wire(letter, first_to, first_from),
                Name::Wire(of, to, from),
                Name::Wire(_, last_to, last_from),
            ) => {
                of == letter && (first_to..=last_to).contains(&to) && (first_from..=last_from).contains(&from)
            }
            (first, name, _) => first == name,
        }
    }
}

impl Names {
    pub(super) fn new(architecture: &Architecture, mini_batches: &MiniBatches) -> Self {
        Self {
            sizes: architecture.sizes.iter().map(|&size| size as u32).collect(),
            has_gradients: !mini_batches.are_plain(),
            has_dropout: mini_batches.dropout > 0.0,
        }
    }

    /// What a list asks for: names and ranges, separated by commas.
    ///
    /// # Errors
    /// A name that nothing has here, with one near it or all there are.
    pub(super) fn ranges(&self, list: &str) -> Result<Vec<Range>, Error> {
        let mut items: Vec<String> = Vec::new();
        for piece in list.split(',').map(str::trim) {
            // The comma of w12,3: no name begins with a digit, or with the b of w12,b.
            match items.last_mut() {
                Some(item) if piece.starts_with(|c: char| c.is_ascii_digit() || c == 'b') => {
                    item.push(',');
                    item.push_str(piece);
                }
                _ => items.push(piece.to_owned()),
            }
        }
        items.iter().map(|item| self.range(item)).collect()
    }

    fn range(&self, item: &str) -> Result<Range, Error> {
        let Some((first, last)) = item.split_once("..") else {
            let name = self.name(item)?;
            return Ok(Range { first: name, last: name });
        };
        let (first, last) = (self.name(first)?, self.name(last)?);
        let runs = match (first, last) {
            (Name::Node(letter, from), Name::Node(other, to)) => letter == other && from <= to,
            (Name::Wire(letter, ..), Name::Wire(other, ..)) if letter != other => false,
            (Name::Wire(_, to, from), Name::Wire(_, last_to, last_from)) => {
                to <= last_to && from <= last_from
            }
            _ => false,
        };
        if runs {
            return Ok(Range { first, last });
        }
        let found = format!("{first}..{last} does not run from a name to a later one of the same kind");
        Err(Error::contents(found).remedy("ranges are such as a4..a9, d4..d7 or w41..w43"))
    }

    /// The one thing a text stands for here.
    fn name(&self, text: &str) -> Result<Name, Error> {
        let readings = Name::readings(text);
        let there: Vec<Name> = readings.iter().copied().filter(|&name| self.has(name)).collect();
        match there[..] {
            [name] => Ok(name),
            [one, other, ..] => {
                let found = format!("'{text}' may be {one} or {other}");
                Err(Error::contents(found).remedy("write it with the comma"))
            }
            [] => Err(Error::contents(format!("there is no '{text}' here"))
                .remedy(self.hint(text, readings.first().copied()))),
        }
    }

    /// Whether a step computes it.
    fn has(&self, name: Name) -> bool {
        let last = self.sizes.len() - 1;
        match name {
            Name::Node('x', number) => self.layer(number) == Some(0),
            Name::Node('a', number) => self.layer(number).is_some_and(|layer| layer > 0),
            Name::Node('k', number) => {
                self.has_dropout && self.layer(number).is_some_and(|layer| (1..last).contains(&layer))
            }
            Name::Node(_, number) => self.layer(number).is_some(),
            Name::ConstantDelta(layer, index) => {
                (layer as usize) < last && self.sizes[layer as usize] == index
            }
            Name::Wire('g', ..) if !self.has_gradients => false,
            Name::Wire(_, to, from) => self.layer(to).is_some_and(|layer| {
                layer > 0 && (from == BIAS || self.layer(from).is_some_and(|before| before + 1 == layer))
            }),
        }
    }

    /// The layer of the neuron with this number, counted from 1 through all layers.
    fn layer(&self, number: u32) -> Option<usize> {
        let mut end = 0;
        self.sizes.iter().position(|size| {
            end += size;
            (1..=end).contains(&number)
        })
    }

    /// What to type instead.
    fn hint(&self, text: &str, reading: Option<Name>) -> String {
        let lower = text.to_lowercase();
        let near = match reading {
            Some(Name::Node('k', _)) if !self.has_dropout => {
                return "k4 is what dropout keeps of node 4: add --dropout P".to_owned();
            }
            Some(Name::Wire('g', ..)) if !self.has_gradients => {
                return "g84 is a sum over a mini-batch: add --batch M".to_owned();
            }
            Some(Name::Node('x', number)) => vec![Name::Node('a', number)],
            Some(Name::Node('a', number)) => vec![Name::Node('x', number)],
            Some(Name::Wire(letter, to, from)) => vec![Name::Wire(letter, from, to)],
            _ => Name::readings(&lower),
        };
        match near.into_iter().find(|&name| self.has(name)) {
            Some(name) => format!("did you mean {name}?"),
            None => format!("names here are {}", self.list()),
        }
    }

    /// All names, as ranges.
    fn list(&self) -> String {
        let total: u32 = self.sizes.iter().sum();
        let last = self.sizes.len() - 1;
        let (inputs, outputs) = (self.sizes[0], self.sizes[last]);
        let range = |first: Name, last: Name| {
            if first == last { first.to_string() } else { format!("{first}..{last}") }
        };
        let nodes = |letter, first, last| range(Name::Node(letter, first), Name::Node(letter, last));
        let mut list = vec![nodes('x', 1, inputs), nodes('a', inputs + 1, total)];
        if self.has_dropout && last > 1 {
            list.push(nodes('k', inputs + 1, total - outputs));
        }
        list.push(nodes('d', 1, total));
        list.extend((0..last).map(|layer| Name::ConstantDelta(layer as u32, self.sizes[layer]).to_string()));
        for letter in if self.has_gradients { &['g', 'w'][..] } else { &['w'] } {
            let wire = |to, from| Name::Wire(*letter, to, from);
            list.push(range(wire(inputs + 1, 1), wire(total, total - outputs)));
            list.push(range(wire(inputs + 1, BIAS), wire(total, BIAS)));
        }
        list.join(", ")
    }
}
