//! The names that `--only` asks for: `a4`, `d4,w84`, `a4..a9`.

use backprop::Error;
use backprop::graph::{Layer, Network, NodeId};
use backprop::step::Stepper;
use backprop::step::view::Quantity;

/// A name, or the names between two.
pub(super) type Range = (Quantity, Quantity);

/// Parses a list of names and ranges, separated by commas.
///
/// # Errors
/// A name that no step computes, with one near it or all there are.
pub(super) fn ranges(stepper: &Stepper, list: &str) -> Result<Vec<Range>, Error> {
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
    items.iter().map(|item| range(stepper, item)).collect()
}

fn range(stepper: &Stepper, item: &str) -> Result<Range, Error> {
    let Some((first, last)) = item.split_once("..") else {
        let quantity = quantity(stepper, item)?;
        return Ok((quantity, quantity));
    };
    let (first, last) = (quantity(stepper, first)?, quantity(stepper, last)?);
    if first.is_between(stepper, first, last) && last.is_between(stepper, first, last) {
        return Ok((first, last));
    }
    let [first, last] = [first, last].map(|quantity| quantity.typed_name(stepper));
    let found = format!("{first}..{last} does not run from a name to a later one of the same kind");
    Err(Error::contents(found).remedy("ranges are such as a4..a9, d4..d7 or w41..w43"))
}

/// Returns the one quantity with this name that a step computes.
fn quantity(stepper: &Stepper, text: &str) -> Result<Quantity, Error> {
    let readings = Quantity::readings(stepper, text);
    let computed: Vec<Quantity> = readings.iter().copied().filter(|it| it.is_computed(stepper)).collect();
    match computed[..] {
        [quantity] => Ok(quantity),
        [one, other, ..] => {
            let (one, other) = (one.typed_name(stepper), other.typed_name(stepper));
            Err(Error::contents(format!("'{text}' may be {one} or {other}"))
                .remedy("write it with the comma"))
        }
        [] => {
            Err(Error::contents(format!("there is no '{text}' here")).remedy(hint(stepper, text, &readings)))
        }
    }
}

/// Returns the remedy: a name to type instead.
fn hint(stepper: &Stepper, text: &str, readings: &[Quantity]) -> String {
    match readings.first() {
        Some(Quantity::Kept(_)) => return "k4 is node 4's factor under dropout: add --dropout P".to_owned(),
        Some(Quantity::Gradient(_)) => return "g84 is a sum over a mini-batch: add --batch M".to_owned(),
        _ => {}
    }
    match Quantity::near(stepper, text).filter(|near| near.is_computed(stepper)) {
        Some(near) => format!("did you mean {}?", near.typed_name(stepper)),
        None => format!("names here are {}", list(stepper)),
    }
}

/// Returns all names, as ranges.
fn list(stepper: &Stepper) -> String {
    let network: &Network = stepper.network();
    let (inputs, others) = (network.layers[0].neurons(), &network.layers[1..]);
    let neurons: Vec<_> = others.iter().flat_map(Layer::neurons).copied().collect();
    let outputs = others[others.len() - 1].neurons().len();
    let name = |quantity: Quantity| quantity.typed_name(stepper);
    let range = |first: Quantity, last: Quantity| {
        if first == last { name(first) } else { format!("{}..{}", name(first), name(last)) }
    };
    let all = |nodes: &[NodeId], quantity: fn(NodeId) -> Quantity| {
        range(quantity(nodes[0]), quantity(nodes[nodes.len() - 1]))
    };
    let (first, last) = (neurons[0], neurons[neurons.len() - 1]);
    let mut list = vec![all(inputs, Quantity::Output), all(&neurons, Quantity::Output)];
    let hidden = &neurons[..neurons.len() - outputs];
    if hidden.first().is_some_and(|&id| Quantity::Kept(id).is_computed(stepper)) {
        list.push(all(hidden, Quantity::Kept));
    }
    list.push(range(Quantity::Delta(inputs[0]), Quantity::Delta(last)));
    let constants = network.layers.iter().rev().skip(1).rev().map(|layer| layer.nodes[layer.nodes.len() - 1]);
    list.extend(constants.map(|id| name(Quantity::Delta(id))));
    let (from_first, from_last) = (network[first].upstream(), network[last].upstream());
    for quantity in [Quantity::Gradient, Quantity::Weight] {
        let at = |links: &[_], back: usize| quantity(links[links.len() - back]);
        if quantity(from_first[0]).is_computed(stepper) {
            list.push(range(quantity(from_first[0]), at(from_last, 2)));
            list.push(range(at(from_first, 1), at(from_last, 1)));
        }
    }
    list.join(", ")
}
