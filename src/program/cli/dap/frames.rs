//! The stack of the training, from the inside out: the node, its layer, the pass, the sample, the epoch.

use backprop::step::view::{Anchor, Level};
use backprop::step::{Pass, Stepper};
use serde_json::{Value, json};

use super::source;
use super::walk::Walk;

/// The frames, the innermost first.
pub fn frames(walk: &mut Walk) -> Vec<Value> {
    if walk.is_at_end() {
        return numbered(vec![("the training has ended".to_owned(), None)], walk.stepper());
    }
    let Some(step) = walk.upcoming() else { return Vec::new() };
    let stepper = walk.stepper();
    let moment = stepper.moment(stepper.position());
    let mut frames = Vec::new();
    let terms = step.reading.terms();
    if let Some(term) = walk.term().and_then(|term| Some((term, terms.get(term)?))) {
        let (number, term) = term;
        let (count, weight, value) = (terms.len(), term.wire.name(), term.value_name());
        frames.push((format!("product {} of {count}: {weight}·{value}", number + 1), Some(Level::Term)));
    }
    let at = if walk.is_behind_the_sum() { Level::Result } else { Level::Formula };
    frames.push((format!("{}: {}", step.place(), step.name()), Some(at)));
    if let Some(id) = step.action.node() {
        frames.push((format!("layer {}", stepper.network()[id].layer_index()), Some(Level::Loop)));
        frames.push((Pass::of(step.phase).name().to_owned(), Some(Level::Pass)));
    } else {
        frames.push((Pass::of(step.phase).name().to_owned(), Some(Level::Loop)));
    }
    frames.push((format!("sample {}", moment.sample), Some(Level::Sample)));
    if let Some(mini_batch) = step.mini_batch {
        frames.push((format!("mini-batch {}", mini_batch + 1), None));
    }
    frames.push((format!("epoch {}", moment.epoch + 1), Some(Level::Epoch)));
    frames.push(("training".to_owned(), Some(Level::Training)));
    numbered(frames, stepper)
}

fn numbered(frames: Vec<(String, Option<Level>)>, stepper: &Stepper) -> Vec<Value> {
    let describe = |(index, (name, level)): (usize, (String, Option<Level>))| {
        let anchor = level.and_then(|level| Anchor::of_next_step(stepper, level));
        match anchor {
            Some(&Anchor { file, line, .. }) => json!({
                "id": index + 1, "name": name, "line": line, "column": 1, "source": source::describe(file),
            }),
            None => {
                json!({ "id": index + 1, "name": name, "line": 0, "column": 0, "presentationHint": "label" })
            }
        }
    };
    frames.into_iter().enumerate().map(describe).collect()
}
