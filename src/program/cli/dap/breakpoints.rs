//! Breakpoints: on lines, on nodes, layers, passes, epochs and samples, where a condition holds, and where a number
//! changes.

use backprop::graph::NodeId;
use backprop::spelled_out;
use backprop::step::view::{self, Anchor, FILES, Level, Quantity};
use backprop::step::{Pass, Phase, Stepper};
use serde_json::{Value, json};

use super::expressions::{self, check_condition};
use super::frames;
use super::protocol::Wanted;
use super::session::Session;
use super::variables::Words;
use super::walk::Walk;

/// The names of function breakpoints.
const FUNCTIONS: &str = "name a node (2-0), a layer (layer 1), a number (a4, d8, w84), forward, cost, backward, \
                         gradients, learn, sample, epoch or mini-batch (the last three also with a number), or a function (Node::calc_output)";

/// The most breakpoints of one kind.
const MOST: usize = 1000;

/// A place to stop at.
#[derive(Debug, Clone)]
pub enum Spot {
    /// A line of the source.
    Line(&'static Anchor),
    /// A function that computes one node or connection.
    Function(String),
    /// Every step that changes this node.
    Node(NodeId),
    /// The step that computes this number.
    Quantity(Quantity),
    /// Wherever this number has changed.
    Change(Quantity),
    /// The first step of a pass on this layer.
    Layer(usize),
    /// The first step of a pass.
    Pass(Pass),
    /// The first step of this sample, mini-batch or epoch, or of each.
    Sample(Option<usize>),
    MiniBatch(Option<usize>),
    Epoch(Option<usize>),
}

/// The request that set a breakpoint. It replaces all that it set before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// `setBreakpoints`, for this file.
    Lines(Option<usize>),
    /// `setFunctionBreakpoints`.
    Functions,
    /// `setDataBreakpoints`.
    Data,
    /// `break`, typed in the console.
    Console,
}

/// A place, and the condition under which it stops.
#[derive(Debug)]
pub struct Breakpoint {
    set_by: SetBy,
    /// Its number in messages.
    id: i64,
    /// How it was set, by which it is found in another network.
    wanted: Wanted,
    /// The place, unless the network does not have it.
    spot: Option<Spot>,
    /// The condition that must hold after the step.
    condition: Option<String>,
}

impl Spot {
    /// Returns the place that a function breakpoint names.
    ///
    /// # Errors
    /// A sentence that says which names there are.
    pub fn parse(stepper: &Stepper, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let unknown = || format!("there is no '{}' here; {FUNCTIONS}", spelled_out(text));
        if let Some(pass) = Pass::named(text) {
            return Ok(Self::Pass(pass));
        }
        let (word, rest) = text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim()));
        let numbered = |first: usize| match index(rest) {
            _ if rest.is_empty() => Ok(None),
            Some(number) if number >= first => Ok(Some(number)),
            _ => Err(unknown()),
        };
        match word {
            "sample" => {
                let (sample, count) = (numbered(0)?, stepper.sample_count());
                if sample.is_some_and(|sample| sample >= count) {
                    return Err(format!("samples are numbered 0 to {}", count - 1));
                }
                return Ok(Self::Sample(sample));
            }
            "epoch" => return Ok(Self::Epoch(numbered(1)?)),
            "mini-batch" if stepper.mini_batches().are_plain() => {
                return Err("samples are taken one by one; launch with \"batch\": 2".to_owned());
            }
            "mini-batch" => return Ok(Self::MiniBatch(numbered(1)?)),
            "layer" => return layer(stepper, rest, 0).map(Self::Layer),
            _ => {}
        }
        if let Some(id) = view::node_at(stepper, if word == "node" { rest } else { text }) {
            return Ok(Self::Node(id));
        }
        match Quantity::parse(stepper, text) {
            Some(
                Quantity::Label(_) | Quantity::Rate | Quantity::Decay | Quantity::Dropout | Quantity::Cost,
            ) => {
                return Err(format!("{text} is given and not computed; {FUNCTIONS}"));
            }
            Some(quantity) => return Ok(Self::Quantity(quantity)),
            None => {}
        }
        let mut path = text.rsplit("::");
        let name = path.next().unwrap_or_default();
        let function = path.next().map_or_else(|| name.to_owned(), |owner| format!("{owner}::{name}"));
        let is_known = Anchor::all().iter().any(|anchor| is_function(anchor, &function));
        is_known.then_some(Self::Function(function)).ok_or_else(unknown)
    }

    /// Returns `true` if the walk is at this place.
    fn is_reached(&self, walk: &Walk) -> bool {
        let (stepper, position) = (walk.stepper(), walk.position());
        if let Self::Line(anchor) = self {
            return match anchor.level {
                Level::Term => walk.term().is_some() && anchor.is_passed(stepper, position),
                Level::Result => walk.is_behind_the_sum() && anchor.is_passed(stepper, position),
                _ => walk.is_before_the_step() && anchor.is_entered(stepper, position),
            };
        }
        let phase = stepper.phase();
        let begins = match self {
            Self::Layer(_) => view::begins_segment(stepper, position),
            // Dropout silences nodes in the middle of the pass.
            Self::Pass(_) => view::begins_pass(stepper, position) && phase != Phase::DropOut,
            Self::Sample(_) => view::begins_pass(stepper, position) && phase == Phase::SetInput,
            Self::MiniBatch(_) => stepper.position_in_training_step() == 0,
            Self::Epoch(_) => position.is_multiple_of(stepper.epoch_len()),
            _ => true,
        };
        begins && self.is_around(walk)
    }

    /// Returns `true` if the walk is before a step that belongs to this place, whether it is the first or not.
    fn is_around(&self, walk: &Walk) -> bool {
        let (stepper, position) = (walk.stepper(), walk.position());
        let (action, moment) = (stepper.upcoming(), stepper.moment(position));
        let is = |which: &Option<usize>, here: usize| which.is_none_or(|which| which == here);
        walk.is_before_the_step()
            && match self {
                Self::Line(_) | Self::Change(_) => false,
                Self::Function(function) => Anchor::all()
                    .iter()
                    .any(|anchor| is_function(anchor, function) && anchor.is_passed(stepper, position)),
                Self::Node(id) => action.node() == Some(*id),
                Self::Quantity(quantity) => quantity.is_changed_by(action),
                Self::Layer(layer) => {
                    action.node().is_some_and(|id| stepper.network()[id].layer_index() as usize == *layer)
                }
                Self::Pass(pass) => match Pass::of(action.phase()) {
                    // The backward pass begins with the output layer.
                    Pass::Cost if *pass == Pass::Backward => true,
                    here => here == *pass,
                },
                Self::Sample(sample) => is(sample, moment.sample),
                Self::MiniBatch(mini_batch) => is(mini_batch, moment.mini_batch + 1),
                Self::Epoch(epoch) => is(epoch, moment.epoch + 1),
            }
    }
}

/// Returns `true` if a line is the formula of a function: `calc_output`, `Node::calc_output`.
fn is_function(anchor: &Anchor, function: &str) -> bool {
    let name = &anchor.function;
    let is_it = name == function || name.rsplit("::").next() == Some(function);
    is_it && anchor.level == Level::Formula
}

/// Returns a number written in digits alone.
fn index(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Returns the layer with this number, `first` or above.
///
/// # Errors
/// A sentence that says which layers there are.
pub fn layer(stepper: &Stepper, text: &str, first: usize) -> Result<usize, String> {
    let layers = stepper.network().layers.len();
    let layer = index(text).filter(|layer| (first..layers).contains(layer));
    layer.ok_or_else(|| format!("layers are numbered {first} to {}", layers - 1))
}

impl Breakpoint {
    /// Returns `true` if the walk should stop here.
    ///
    /// # Errors
    /// The condition makes no sense here. That is also a reason to stop.
    fn is_hit(&self, walk: &mut Walk) -> Result<bool, String> {
        let Some(spot) = &self.spot else { return Ok(false) };
        let Some(condition) = &self.condition else { return Ok(spot.is_reached(walk)) };
        // With a condition, a breakpoint on several steps is one on each of them.
        if !spot.is_around(walk) && !spot.is_reached(walk) {
            return Ok(false);
        }
        walk.peek(|stepper, step| holds(condition, &Words::after(stepper, step))).unwrap_or(Ok(false))
    }
}

fn holds(condition: &str, words: &Words<'_>) -> Result<bool, String> {
    let value = expressions::evaluate(condition, &mut |name| words.value(name))?;
    Ok(value == expressions::Value::Truth(true))
}

/// Returns `true` if a breakpoint lies within a sum.
pub fn look_inside(breakpoints: &[Breakpoint]) -> bool {
    let is_inside = |anchor: &Anchor| matches!(anchor.level, Level::Term | Level::Result);
    let mut spots = breakpoints.iter().filter_map(|breakpoint| breakpoint.spot.as_ref());
    spots.any(|spot| matches!(spot, Spot::Line(anchor) if is_inside(anchor)))
}

/// Returns the numbers of the breakpoints that the walk has reached, and sentences about conditions that make no sense.
pub fn hits(breakpoints: &[Breakpoint], walk: &mut Walk) -> (Vec<i64>, Vec<String>) {
    let (mut ids, mut sentences) = (Vec::new(), Vec::new());
    if !walk.is_at_end() {
        for breakpoint in breakpoints {
            let hit = breakpoint.is_hit(walk);
            if hit != Ok(false) {
                ids.push(breakpoint.id);
                sentences.extend(hit.err());
            }
        }
    }
    (ids, sentences)
}

/// Returns each breakpoint on a change with the number it watches.
pub fn watched(breakpoints: &[Breakpoint]) -> impl Iterator<Item = (&Breakpoint, Quantity)> {
    breakpoints.iter().filter_map(|breakpoint| match breakpoint.spot {
        Some(Spot::Change(quantity)) => Some((breakpoint, quantity)),
        _ => None,
    })
}

/// Returns the numbers of the breakpoints whose number has changed from what it was `before`, and how it has changed.
pub fn changes(
    breakpoints: &[Breakpoint],
    before: &[f64],
    walk: &Walk,
    is_forward: bool,
) -> (Vec<i64>, String) {
    let (mut ids, mut sentences) = (Vec::new(), Vec::new());
    for ((breakpoint, quantity), before) in watched(breakpoints).zip(before) {
        let after = quantity.raw(walk.stepper());
        let is_met = || match (&breakpoint.condition, walk.latest()) {
            (Some(condition), Some(step)) if is_forward => {
                holds(condition, &Words::after(walk.stepper(), &step)) != Ok(false)
            }
            _ => true,
        };
        if after.to_bits() != before.to_bits() && is_met() {
            ids.push(breakpoint.id);
            sentences.push(format!("{}: {before:?} → {after:?}", breakpoint.wanted.data_id));
        }
    }
    (ids, sentences.join(", "))
}

impl Session {
    /// Returns the place of a breakpoint.
    fn find(&self, set_by: SetBy, wanted: &Wanted) -> Result<Spot, String> {
        if let SetBy::Lines(file) = set_by {
            let anchor = file.and_then(|file| Anchor::nearest(file, wanted.line));
            return anchor.map(Spot::Line).ok_or_else(|| {
                let files = FILES.iter().map(|file| file.path).collect::<Vec<_>>().join(", ");
                format!("there is no formula of the training step here; they are in {files}")
            });
        }
        let stepper = self.walk.as_ref().ok_or("nothing has been launched yet")?.stepper();
        match set_by {
            SetBy::Data => quantity(stepper, &wanted.data_id).map(Spot::Change),
            _ => Spot::parse(stepper, &wanted.name),
        }
    }

    /// Replaces the breakpoints that a request set before.
    pub(super) fn set_all(&mut self, set_by: SetBy, wanted: Vec<Wanted>) -> Result<Value, String> {
        if wanted.len() > MOST {
            return Err(format!("{} breakpoints; at most {MOST} can be set", wanted.len()));
        }
        self.breakpoints.retain(|breakpoint| breakpoint.set_by != set_by);
        let mut answers = Vec::new();
        for wanted in wanted {
            let (id, spot, condition) = (self.next_id(), self.find(set_by, &wanted), condition(&wanted));
            let mut answer = json!({ "id": id, "verified": true });
            if let Some(problem) = spot.as_ref().err().or(condition.as_ref().err()) {
                answer["verified"] = json!(false);
                answer["message"] = json!(spelled_out(problem));
            } else if let Ok(Spot::Line(anchor)) = &spot {
                answer["line"] = json!(anchor.line);
                answer["source"] = frames::describe(anchor.file, &self.folder);
            }
            answers.push(answer);
            if let Ok(condition) = condition {
                self.breakpoints.push(Breakpoint { set_by, id, wanted, spot: spot.ok(), condition });
            }
        }
        Ok(json!({ "breakpoints": answers }))
    }

    /// Sets `a4` or `backward if delta > 0.01`, typed in the console. Returns a sentence about it.
    pub(super) fn type_breakpoint(&mut self, text: &str) -> Result<String, String> {
        let (name, if_) = text.split_once(" if ").map_or((text, None), |(name, rest)| (name, Some(rest)));
        let (name, if_) = (name.trim().to_owned(), if_.map(str::to_owned));
        let wanted = Wanted { name, condition: if_, ..Wanted::default() };
        let condition = condition(&wanted)?;
        self.paused()?;
        let spot = Some(self.find(SetBy::Console, &wanted)?);
        if self.breakpoints.len() > 4 * MOST {
            return Err("there are too many breakpoints; delete those that were typed".to_owned());
        }
        let id = self.next_id();
        self.breakpoints.push(Breakpoint { set_by: SetBy::Console, id, wanted, spot, condition });
        Ok(format!("stops at {}; delete removes it", spelled_out(text)))
    }

    /// Removes the breakpoints that were typed: those of this name, or all. Returns a sentence about it.
    pub(super) fn delete_typed(&mut self, text: &str) -> Result<String, String> {
        let (name, _) = text.split_once(" if ").unwrap_or((text, ""));
        let is_meant = |wanted: &Wanted| name.is_empty() || wanted.name == name.trim();
        let before = self.breakpoints.len();
        self.breakpoints
            .retain(|breakpoint| breakpoint.set_by != SetBy::Console || !is_meant(&breakpoint.wanted));
        match before - self.breakpoints.len() {
            0 if !name.is_empty() => {
                let name = spelled_out(name);
                Err(format!("no breakpoint was typed at '{name}'; delete alone removes all that were typed"))
            }
            removed => Ok(format!("removed {}", backprop::counted(removed, "breakpoint"))),
        }
    }

    /// Finds the places of all breakpoints in the network launched.
    pub(super) fn resolve_breakpoints(&mut self) {
        let mut breakpoints = std::mem::take(&mut self.breakpoints);
        for Breakpoint { set_by, wanted, spot, .. } in &mut breakpoints {
            *spot = self.find(*set_by, wanted).ok();
        }
        self.breakpoints = breakpoints;
    }
}

fn condition(wanted: &Wanted) -> Result<Option<String>, String> {
    let text = wanted.condition.clone().filter(|text| !text.trim().is_empty());
    text.as_deref().map_or(Ok(()), check_condition)?;
    Ok(text)
}

/// Returns the quantity with this name.
pub fn quantity(stepper: &Stepper, name: &str) -> Result<Quantity, String> {
    let unknown =
        || format!("there is no '{}' here; names are like w84, w8b, x1, t8 and rate", spelled_out(name));
    Quantity::parse(stepper, name.trim()).ok_or_else(unknown)
}
