//! Changing a number by hand: what a name stands for, and what came of the change.

use backprop::step::text::number;
use backprop::step::{Edit, Stepper};

use crate::map::{Map, Meaning};
use crate::texts::DECIMALS;

/// The edit that gives this value to what a name stands for.
pub fn edit(map: &Map, name: &str, value: f64) -> Result<Edit, String> {
    if !value.is_finite() {
        return Err(format!("{name} needs a finite number"));
    }
    match map.meaning(name) {
        Some(Meaning::Weight { connection }) => Ok(Edit::Weight(map.connections[connection], value)),
        Some(Meaning::Output { node }) if map.places[node].layer == 0 => {
            Ok(Edit::Input(map.places[node].index as usize, value))
        }
        Some(Meaning::Label { node }) => Ok(Edit::Label(map.places[node].index as usize, value)),
        Some(Meaning::Rate) if value > 0.0 => Ok(Edit::Rate(value)),
        Some(Meaning::Rate) => Err("the rate must be above 0".to_owned()),
        Some(_) => Err(format!("{name} is computed; change a weight, an input, a target or the rate")),
        None => Err(format!("there is no '{name}' here; names are such as w84, w8b, x1, t8 and rate")),
    }
}

/// The name of what an edit changes, and its value.
pub fn name(map: &Map, edit: Edit) -> (String, f64) {
    match edit {
        Edit::Weight(id, value) => (map.wires[id.index()].name(), value),
        Edit::Input(index, value) => (map.places[map.neurons(0)[index]].output_name(), value),
        Edit::Label(index, value) => {
            (format!("t{}", map.number(map.neurons(map.last_layer())[index])), value)
        }
        Edit::Rate(value) => ("rate".to_owned(), value),
    }
}

/// Makes an edit and says what came of it.
pub fn make(stepper: &mut Stepper, map: &Map, edit: Edit) -> String {
    let (before, cost_before) = (stepper.latest(), stepper.costs().last().copied());
    stepper.edit(edit);
    let after = stepper.latest();
    // Where a training step has just ended, the change can only meet the next one.
    let which = if stepper.position_in_training_step() == 0 && after.is_some() { "the next" } else { "this" };
    let (name, value) = name(map, edit);
    let mut sentences = vec![format!("{name} begins {which} training step at {}.", number(value, DECIMALS))];
    let mut compare = |what: &str, before: f64, after: f64| {
        sentences.push(format!("{what}: {} -> {}.", number(before, DECIMALS), number(after, DECIMALS)));
    };
    if let (Some(before), Some(after)) = (before, after) {
        compare(&after.name(), before.after, after.after);
    }
    let samples_begun = stepper.epoch() * stepper.sample_count() + stepper.sample_index();
    if let (Some(before), Some(&after)) = (cost_before, stepper.costs().last())
        && stepper.costs().len() > samples_begun
    {
        compare("Cost", before, after);
    }
    sentences.join(" ")
}
