//! Where to stop: at lines, at nodes, layers, passes, epochs and samples, where a condition holds, and where a value
//! changes.

use backprop::graph::NodeId;
use backprop::step::view::{self, Anchor, Level, Quantity};
use backprop::step::{Pass, Phase, Step, Stepper};

use super::expressions::{Expression, Value};
use super::source;
use super::walk::Walk;

/// The names of function breakpoints.
pub const FUNCTIONS: &str = "name a node (2-0), a layer (layer 1), a number (a4, d8, w84), forward, backward, learn, \
                             sample, epoch or mini-batch (each also with a number), or a function (Node::calc_output)";

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
    /// Where a pass comes to this layer.
    Layer(usize),
    /// Where a pass begins.
    Pass(Pass),
    /// Where samples, mini-batches and epochs begin; this one, or each.
    Sample(Option<usize>),
    MiniBatch(Option<usize>),
    Epoch(Option<usize>),
}

impl Spot {
    /// The place that a function breakpoint means.
    ///
    /// # Errors
    /// A sentence that says what there is.
    pub fn parse(stepper: &Stepper, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let none = || format!("there is no '{}' here; {FUNCTIONS}", backprop::spelled_out(text));
        let (word, rest) = text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim()));
        let count = |first: usize| -> Result<Option<usize>, String> {
            if rest.is_empty() {
                return Ok(None);
            }
            index(rest).filter(|&number| number >= first).map(Some).ok_or_else(none)
        };
        if let Some(pass) = Pass::named(text) {
            return Ok(Self::Pass(pass));
        }
        match word {
            "sample" => {
                let sample = count(0)?;
                if sample.is_some_and(|sample| sample >= stepper.sample_count()) {
                    return Err(format!("samples are numbered 0 to {}", stepper.sample_count() - 1));
                }
                return Ok(Self::Sample(sample));
            }
            "epoch" => return Ok(Self::Epoch(count(1)?)),
            "mini-batch" => {
                if stepper.mini_batches().are_plain() {
                    return Err("samples are taken one by one; launch with \"batch\": 2".to_owned());
                }
                return Ok(Self::MiniBatch(count(1)?));
            }
            "layer" => {
                let layers = stepper.network().layers.len();
                let layer = index(rest).filter(|&layer| layer < layers);
                return layer
                    .map(Self::Layer)
                    .ok_or_else(|| format!("layers are numbered 0 to {}", layers - 1));
            }
            _ => {}
        }
        let place = if word == "node" { rest } else { text };
        if let Some(id) = view::node_at(stepper, place) {
            return Ok(Self::Node(id));
        }
        match Quantity::parse(stepper, text) {
            Some(
                Quantity::Label(_) | Quantity::Rate | Quantity::Decay | Quantity::Dropout | Quantity::Cost,
            ) => {
                return Err(format!("{text} is given, no step computes it; {FUNCTIONS}"));
            }
            Some(quantity) => return Ok(Self::Quantity(quantity)),
            None => {}
        }
        let mut path = text.rsplit("::");
        let name = path.next().unwrap_or_default();
        let function = path.next().map_or_else(|| name.to_owned(), |owner| format!("{owner}::{name}"));
        let is_known = Anchor::all().iter().any(|anchor| is_function(anchor, &function));
        is_known.then_some(Self::Function(function)).ok_or_else(none)
    }

    /// Returns true if the walk has come to it.
    fn is_reached(&self, walk: &Walk) -> bool {
        if let Self::Line(anchor) = self {
            return source::is_reached(anchor, walk);
        }
        if !walk.is_before_the_step() {
            return false;
        }
        let stepper = walk.stepper();
        let (position, phase) = (stepper.position(), stepper.phase());
        let begins = match self {
            Self::Layer(_) => view::begins_segment(stepper, position),
            // Dropout silences nodes in the middle of the pass.
            Self::Pass(_) => view::begins_pass(stepper, position) && phase != Phase::DropOut,
            Self::Sample(_) => view::begins_pass(stepper, position) && phase == Phase::SetInput,
            Self::MiniBatch(_) => stepper.position_in_training_step() == 0,
            Self::Epoch(_) => position.is_multiple_of(stepper.epoch_len()),
            _ => true,
        };
        begins && self.contains(stepper)
    }

    /// Returns true if the next step belongs to it.
    fn contains(&self, stepper: &Stepper) -> bool {
        let (action, moment) = (stepper.upcoming(), stepper.moment(stepper.position()));
        let is = |which: &Option<usize>, here: usize| which.is_none_or(|which| which == here);
        match self {
            Self::Line(anchor) => anchor.is_passed(stepper, stepper.position()),
            Self::Function(function) => Anchor::all()
                .iter()
                .any(|anchor| is_function(anchor, function) && anchor.is_passed(stepper, stepper.position())),
            Self::Node(id) => action.node() == Some(*id),
            Self::Quantity(quantity) => quantity.is_changed_by(action),
            Self::Layer(layer) => {
                action.node().is_some_and(|id| stepper.network()[id].layer_index() as usize == *layer)
            }
            Self::Pass(pass) => match Pass::of(action.phase()) {
                // The walk backward begins with the output layer.
                Pass::Cost if *pass == Pass::Backward => true,
                here => here == *pass,
            },
            Self::Sample(sample) => is(sample, moment.sample),
            Self::MiniBatch(mini_batch) => is(mini_batch, moment.mini_batch + 1),
            Self::Epoch(epoch) => is(epoch, moment.epoch + 1),
        }
    }

    /// Returns true if it lies within a sum.
    fn is_inside(&self) -> bool {
        matches!(self, Self::Line(Anchor { level: Level::Term | Level::Result, .. }))
    }
}

/// Returns true if this is the formula of that function: `calc_output`, `Node::calc_output`.
fn is_function(anchor: &Anchor, function: &str) -> bool {
    let name = &anchor.function;
    let is_it = name == function || name.rsplit("::").next() == Some(function);
    is_it && anchor.level == Level::Formula
}

/// Returns a number in digits, without a sign.
pub fn index(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A place and what must hold there.
#[derive(Debug, Clone)]
pub struct Breakpoint {
    /// Its number, which the editor knows it by.
    pub id: i64,
    /// Its name; empty for a line.
    pub name: String,
    /// The place, where there is one in this network.
    pub spot: Option<Spot>,
    /// The condition, which must hold after the step.
    pub condition: Option<Expression>,
}

impl Breakpoint {
    /// Returns true if the walk is to stop.
    ///
    /// # Errors
    /// The condition makes no sense here; a reason to stop, too.
    fn is_hit(&self, walk: &mut Walk) -> Result<bool, String> {
        let Some(spot) = &self.spot else { return Ok(false) };
        let Some(condition) = &self.condition else { return Ok(spot.is_reached(walk)) };
        // With a condition a breakpoint on many steps is one on each of them.
        let comes_by = match spot {
            Spot::Line(anchor) => source::is_reached(anchor, walk),
            spot => walk.is_before_the_step() && spot.contains(walk.stepper()),
        };
        if !comes_by {
            return Ok(false);
        }
        walk.peek(|stepper, step| holds(condition, stepper, step)).unwrap_or(Ok(false))
    }
}

/// A number whose change is a reason to stop.
#[derive(Debug)]
pub struct DataBreakpoint {
    pub id: i64,
    pub name: String,
    /// The number, where there is one of this name in this network.
    pub quantity: Option<Quantity>,
    /// The condition, which must hold after the change.
    pub condition: Option<Expression>,
}

/// All places to stop at.
#[derive(Debug, Default)]
pub struct Breakpoints {
    /// In source files, by the file's number.
    pub lines: Vec<(usize, Breakpoint)>,
    pub functions: Vec<Breakpoint>,
    /// By name too, typed in the console.
    pub typed: Vec<Breakpoint>,
    pub data: Vec<DataBreakpoint>,
}

impl Breakpoints {
    /// Returns true if one of them lies within a sum.
    pub fn look_inside(&self) -> bool {
        self.lines.iter().any(|(_, breakpoint)| breakpoint.spot.as_ref().is_some_and(Spot::is_inside))
    }

    /// Those that the walk has come to, and what is to be said of conditions that make no sense.
    pub fn hits(&self, walk: &mut Walk) -> (Vec<i64>, Vec<String>) {
        let (mut ids, mut sentences) = (Vec::new(), Vec::new());
        if walk.is_at_end() {
            return (ids, sentences);
        }
        let lines = self.lines.iter().map(|(_, breakpoint)| breakpoint);
        for breakpoint in lines.chain(&self.functions).chain(&self.typed) {
            let hit = breakpoint.is_hit(walk);
            if hit != Ok(false) {
                ids.push(breakpoint.id);
                sentences.extend(hit.err());
            }
        }
        (ids, sentences)
    }

    /// The numbers that are watched, as they are.
    pub fn watched(&self, stepper: &Stepper) -> Vec<f64> {
        let raw =
            |breakpoint: &DataBreakpoint| breakpoint.quantity.map_or(0.0, |quantity| quantity.raw(stepper));
        self.data.iter().map(raw).collect()
    }

    /// Finds names in another network. Those that mean nothing there are no longer stopped at.
    pub fn resolve(&mut self, stepper: &Stepper) {
        for breakpoint in self.functions.iter_mut().chain(&mut self.typed) {
            breakpoint.spot = Spot::parse(stepper, &breakpoint.name).ok();
        }
        for breakpoint in &mut self.data {
            breakpoint.quantity = Quantity::parse(stepper, &breakpoint.name);
        }
    }
}

/// Returns true if a condition holds after a step.
///
/// # Errors
/// A name that means nothing at this step.
pub fn holds(condition: &Expression, stepper: &Stepper, step: &Step) -> Result<bool, String> {
    let value = condition.value(&mut |name| word(stepper, step, name))?;
    Ok(value == Value::Truth(true))
}

/// Returns the value of a word after a step: a name of the article's, or a part of the step.
fn word(stepper: &Stepper, step: &Step, name: &str) -> Result<f64, String> {
    if let Some(quantity) = Quantity::parse(stepper, name) {
        return Ok(quantity.raw(stepper));
    }
    let word = name.strip_prefix("self.").unwrap_or(name);
    let found = match word {
        "output" | "delta" | "kept" | "weight" | "gradient" => {
            Quantity::of_word(word, step.action).map(|quantity| quantity.raw(stepper))
        }
        "value" | "after" => Some(step.after),
        "before" => Some(step.before),
        "epoch" => Some((step.epoch + 1) as f64),
        "sample" => Some(step.sample as f64),
        "step" => Some((step.position + 1) as f64),
        _ => step.reading.numbers().into_iter().find(|part| part.0 == name).map(|part| part.1),
    };
    found.ok_or_else(|| {
        let place = if step.action.connection().is_some() { "a connection" } else { "a node" };
        format!(
            "'{}' means nothing where {} is computed, at {place}",
            backprop::spelled_out(name),
            step.name()
        )
    })
}
