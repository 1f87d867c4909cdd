//! The formulas' source text, which the program carries with it, and the lines that steps stand on. A line is found by
//! what stands there.

use std::path::{Path, PathBuf};

use backprop::graph::AnyNode;
use backprop::step::{Action, Phase, Stepper};
use serde_json::{Value, json};

use super::walk::Walk;

/// A source file of the library.
#[derive(Debug)]
pub struct File {
    /// Its path in the repository.
    pub path: &'static str,
    /// What is in it.
    pub text: &'static str,
    /// Whose functions they are, most of them.
    owner: &'static str,
}

macro_rules! file {
    ($name:literal, $owner:literal) => {
        File {
            path: concat!("src/graph/", $name),
            text: include_str!(concat!("../../../graph/", $name)),
            owner: $owner,
        }
    };
}

/// All files that a step passes through.
pub const FILES: [File; 7] = [
    file!("node.rs", "Node"),
    file!("const_node.rs", "ConstNode"),
    file!("connection.rs", "Connection"),
    file!("layer.rs", "Layer"),
    file!("network.rs", "Network"),
    file!("mini_batch.rs", "Network"),
    file!("links.rs", "Links"),
];

const NODE: usize = 0;
const CONST_NODE: usize = 1;
const CONNECTION: usize = 2;
const LAYER: usize = 3;
const NETWORK: usize = 4;
const MINI_BATCH: usize = 5;
const LINKS: usize = 6;

/// What runs in a step: [`Action`] without its node, told apart where the code is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SetInput,
    DropOut,
    Output,
    OutputDelta,
    HiddenDelta,
    /// That of a constant node.
    ConstDelta,
    UpdateWeight,
    /// The first sample's gradient, to which the others' are added.
    FirstGradient,
    AddGradient,
    UpdateByMean,
}

use Kind::{
    AddGradient, ConstDelta, DropOut, FirstGradient, HiddenDelta, Output, OutputDelta, SetInput,
    UpdateByMean, UpdateWeight,
};

impl Kind {
    /// That of the step after so many.
    pub fn at(stepper: &Stepper, position: usize) -> Self {
        let moment = stepper.moment(position);
        match moment.order.action(moment.step) {
            Action::SetInput(_) => SetInput,
            Action::DropOut(_) => DropOut,
            Action::Output(_) => Output,
            Action::OutputDelta(_) => OutputDelta,
            Action::HiddenDelta(id) if matches!(stepper.network()[id], AnyNode::Const(_)) => ConstDelta,
            Action::HiddenDelta(_) => HiddenDelta,
            Action::UpdateWeight(_) => UpdateWeight,
            Action::AddGradient(_) if moment.order.segment(moment.step).sample == 0 => FirstGradient,
            Action::AddGradient(_) => AddGradient,
            Action::UpdateByMean(_) => UpdateByMean,
        }
    }
}

/// How far out from a node's formula a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Within a sum: one product is added.
    Term,
    /// Behind the sum.
    Result,
    /// The formula of a node or connection.
    Formula,
    /// The loop over a layer's nodes, or over connections.
    Loop,
    /// The loop over layers.
    Pass,
    /// The passes of one sample.
    Sample,
    /// The loop over samples.
    Epoch,
    /// The loop over epochs.
    Training,
}

use Level::{Epoch, Formula, Loop, Pass, Result, Sample, Term, Training};

/// A line that steps stand on.
#[derive(Debug)]
pub struct Anchor {
    file: usize,
    function: &'static str,
    text: &'static str,
    /// How far out it is.
    pub level: Level,
    /// The steps that pass by it; the first one is where it is entered.
    pub kinds: &'static [Kind],
}

const fn anchor(
    file: usize,
    function: &'static str,
    text: &'static str,
    level: Level,
    kinds: &'static [Kind],
) -> Anchor {
    Anchor { file, function, text, level, kinds }
}

const ALL: &[Kind] = &[SetInput, Output, OutputDelta, HiddenDelta, ConstDelta, UpdateWeight];

/// Every such line. Where two of a step are on one level, the first is where it stands.
#[rustfmt::skip]
pub const ANCHORS: [Anchor; 40] = [
    anchor(NODE, "set_output", "self.output = output;", Formula, &[SetInput]),
    anchor(NODE, "set_kept", "self.kept = kept;", Formula, &[DropOut]),
    anchor(NODE, "calc_output", "let weighted_input = self.weighted_input(outputs, connections);", Formula, &[Output]),
    anchor(NODE, "weighted_input", "weighted_input += input * connection.weight;", Term, &[Output]),
    anchor(NODE, "calc_output", "self.activation.value(weighted_input)", Result, &[Output]),
    anchor(NODE, "calc_output_layer_delta", "cost.output_layer_delta(self.activation, self.output, label)", Formula, &[OutputDelta]),
    anchor(NODE, "calc_hidden_layer_delta", "let downstream_delta = self.downstream.downstream_delta(nodes, connections);", Formula, &[HiddenDelta]),
    anchor(LINKS, "downstream_delta", "downstream_delta += delta * connection.weight;", Term, &[HiddenDelta, ConstDelta]),
    anchor(NODE, "calc_hidden_layer_delta", "self.kept * slope * downstream_delta", Result, &[HiddenDelta]),
    anchor(CONST_NODE, "calc_hidden_layer_delta", "let downstream_delta = self.downstream.downstream_delta(nodes, connections);", Formula, &[ConstDelta]),
    anchor(CONST_NODE, "calc_hidden_layer_delta", "slope * downstream_delta", Result, &[ConstDelta]),
    anchor(CONNECTION, "update_weight", "self.weight += rate * self.gradient;", Formula, &[UpdateWeight]),
    anchor(CONNECTION, "add_gradient", "self.gradient += sum;", Formula, &[AddGradient]),
    anchor(CONNECTION, "calc_gradient", "self.gradient = delta * input;", Formula, &[FirstGradient, AddGradient, UpdateWeight]),
    anchor(CONNECTION, "update_by_mean", "self.weight = self.decay(nodes, step) * self.weight + step.rate * self.gradient;", Formula, &[UpdateByMean]),
    anchor(LAYER, "set_output", "nodes[neurons[i].index()].set_output(data[i]);", Loop, &[SetInput]),
    anchor(MINI_BATCH, "set_kept", "nodes[neurons[i].index()].set_kept(kept[i]);", Loop, &[DropOut]),
    anchor(LAYER, "calc_output", "let output = node.calc_output(outputs, connections);", Loop, &[Output]),
    anchor(LAYER, "calc_output_layer_delta", "node.delta = node.calc_output_layer_delta(label[i], cost);", Loop, &[OutputDelta]),
    anchor(LAYER, "calc_hidden_layer_delta", "let delta = nodes[place].calc_hidden_layer_delta(nodes, connections);", Loop, &[HiddenDelta, ConstDelta]),
    anchor(NETWORK, "update_weight", "connections[i].update_weight(nodes, rate);", Loop, &[UpdateWeight]),
    anchor(NETWORK, "calc_gradient", "connections[i].calc_gradient(nodes);", Loop, &[FirstGradient]),
    anchor(MINI_BATCH, "add_gradient", "connections[i].add_gradient(nodes);", Loop, &[AddGradient]),
    anchor(MINI_BATCH, "update_by_mean", "connections[i].update_by_mean(nodes, samples, step);", Loop, &[UpdateByMean]),
    anchor(NETWORK, "predict", "layers[0].set_output(nodes, sample.0);", Pass, &[SetInput]),
    anchor(MINI_BATCH, "drop_out", "layer.set_kept(&mut self.nodes, &kept);", Pass, &[DropOut]),
    anchor(NETWORK, "predict", "layers[layer].calc_output(nodes, connections);", Pass, &[Output]),
    anchor(NETWORK, "calc_delta", "layers[layer].calc_output_layer_delta(nodes, label.0, self.architecture.cost);", Pass, &[OutputDelta]),
    anchor(NETWORK, "calc_delta", "layers[layer].calc_hidden_layer_delta(nodes, connections);", Pass, &[HiddenDelta, ConstDelta]),
    anchor(NETWORK, "train_one_sample", "let output = self.predict(sample);", Sample, &[SetInput, Output]),
    anchor(NETWORK, "train_one_sample", "self.calc_delta(label);", Sample, &[OutputDelta, HiddenDelta, ConstDelta]),
    anchor(NETWORK, "train_one_sample", "self.update_weight(rate);", Sample, &[UpdateWeight]),
    anchor(MINI_BATCH, "train_mini_batch", "let output = self.predict(samples[i]);", Sample, &[SetInput, Output]),
    anchor(MINI_BATCH, "train_mini_batch", "self.drop_out(step.dropout.as_ref(), i);", Sample, &[DropOut]),
    anchor(MINI_BATCH, "train_mini_batch", "self.calc_delta(labels[i]);", Sample, &[OutputDelta, HiddenDelta, ConstDelta]),
    anchor(MINI_BATCH, "train_mini_batch", "self.calc_gradient();", Sample, &[FirstGradient]),
    anchor(MINI_BATCH, "train_mini_batch", "self.add_gradient();", Sample, &[AddGradient]),
    anchor(MINI_BATCH, "train_mini_batch", "self.update_by_mean(samples.len(), step);", Sample, &[UpdateByMean]),
    anchor(NETWORK, "train", "self.train_one_sample(label, sample, rate);", Epoch, ALL),
    anchor(NETWORK, "train", "for _ in 0..iteration {", Training, ALL),
];

impl Anchor {
    /// Its file.
    pub fn file(&self) -> &'static File {
        &FILES[self.file]
    }

    /// Its line, from 1; none where the file no longer says so, which a test holds it to.
    pub fn line(&self) -> Option<usize> {
        let (start, end) = self.function_lines()?;
        let mut lines = self.file().text.lines().enumerate().take(end).skip(start);
        lines.find(|(_, line)| line.trim() == self.text).map(|(index, _)| index + 1)
    }

    /// The first line of its function, from 0, and the one past its last.
    fn function_lines(&self) -> Option<(usize, usize)> {
        let opens = format!("fn {}(", self.function);
        let lines = self.file().text.lines();
        let start = lines.clone().position(|line| line.contains(&opens) && !is_comment(line))?;
        let length = lines.skip(start).position(|line| line == "    }")?;
        Some((start, start + length + 1))
    }

    /// `Node::calc_output`.
    pub fn function(&self) -> String {
        format!("{}::{}", self.file().owner, self.function)
    }

    /// Whether the code only runs where samples are, or are not, taken together in mini-batches.
    fn is_of_mini_batches(&self, mini_batches: bool) -> bool {
        match self.level {
            Sample => (self.file == MINI_BATCH) == mini_batches,
            Epoch | Training => !mini_batches,
            _ => true,
        }
    }

    /// Whether the walk stands on this line and comes to it anew.
    pub fn is_reached(&self, walk: &Walk) -> bool {
        let stepper = walk.stepper();
        match self.level {
            Term => walk.term().is_some() && self.is_passed(stepper, stepper.position()),
            Result => walk.is_behind_the_sum() && self.is_passed(stepper, stepper.position()),
            _ => walk.is_before_the_step() && self.is_entered(stepper, stepper.position()),
        }
    }

    /// Whether the step after so many comes to this line anew.
    pub fn is_entered(&self, stepper: &Stepper, position: usize) -> bool {
        if !self.is_passed(stepper, position) {
            return false;
        }
        match self.level {
            Term | Result | Formula | Loop => true,
            Pass => begins_segment(stepper, position),
            Sample => Kind::at(stepper, position) == self.kinds[0] && begins_pass(stepper, position),
            Epoch => stepper.moment(position).step == 0,
            Training => position.is_multiple_of(stepper.epoch_len()),
        }
    }

    /// Whether the step after so many passes by this line, at whatever point.
    pub fn is_passed(&self, stepper: &Stepper, position: usize) -> bool {
        self.kinds.contains(&Kind::at(stepper, position))
            && self.is_of_mini_batches(!stepper.mini_batches().are_plain())
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether the step after so many is the first of its layer.
pub fn begins_segment(stepper: &Stepper, position: usize) -> bool {
    let moment = stepper.moment(position);
    moment.order.segment(moment.step).start == moment.step
}

/// Whether the step after so many is the first of its pass over the network: forward, backward, or all connections.
pub fn begins_pass(stepper: &Stepper, position: usize) -> bool {
    let moment = stepper.moment(position);
    let segment = moment.order.segment(moment.step);
    let first = match segment.phase {
        Phase::HiddenDelta | Phase::Output => return false,
        Phase::OutputDelta => segment.layer,
        Phase::DropOut => 1,
        _ => 0,
    };
    segment.start == moment.step && segment.layer == first
}

/// The line of one level that the next step stands on.
pub fn line_of(stepper: &Stepper, level: Level) -> Option<&'static Anchor> {
    ANCHORS.iter().find(|anchor| anchor.level == level && anchor.is_passed(stepper, stepper.position()))
}

/// The line a breakpoint goes to: this one, or the next one of the same function, or its last.
pub fn nearest(file: usize, line: usize) -> Option<(&'static Anchor, usize)> {
    let lines = ANCHORS.iter().filter(|anchor| anchor.file == file);
    let mut found: Vec<(&Anchor, usize)> = lines
        .filter(|anchor| {
            anchor.function_lines().is_some_and(|(start, end)| (start + 1..=end).contains(&line))
        })
        .filter_map(|anchor| Some((anchor, anchor.line()?)))
        .collect();
    found.sort_by_key(|&(_, at)| at);
    found.iter().find(|&&(_, at)| at >= line).or(found.last()).copied()
}

/// Where an editor finds a file: on disk, where it is there and the same, else at this program.
pub fn describe(file: &'static File) -> Value {
    let index = FILES.iter().position(|other| other.path == file.path).unwrap_or_default();
    let name = Path::new(file.path).file_name().and_then(|name| name.to_str()).unwrap_or(file.path);
    match on_disk(file) {
        Some(path) => json!({ "name": name, "path": path.to_string_lossy() }),
        None => json!({ "name": name, "path": file.path, "sourceReference": index + 1 }),
    }
}

/// The file in the folder we are in or above it, if it says the same there.
fn on_disk(file: &File) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let path = here.ancestors().map(|folder| folder.join(file.path)).find(|path| path.is_file())?;
    let is_small = path.metadata().is_ok_and(|data| data.len() == file.text.len() as u64);
    (is_small && std::fs::read_to_string(&path).is_ok_and(|text| text == file.text)).then_some(path)
}

/// Which file an editor means.
pub fn named(path: Option<&str>, reference: Option<i64>) -> Option<usize> {
    if let Some(index) = reference.and_then(|reference| usize::try_from(reference - 1).ok()) {
        return (index < FILES.len()).then_some(index);
    }
    let path = path?.replace('\\', "/");
    let is_it =
        |file: &File| path.strip_suffix(file.path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    FILES.iter().position(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_where_its_function_says_it_once() {
        for anchor in &ANCHORS {
            let line =
                anchor.line().unwrap_or_else(|| panic!("{}: no line {}", anchor.function(), anchor.text));
            let (start, end) = anchor.function_lines().expect("it was found");
            let body: Vec<&str> = anchor.file().text.lines().take(end).skip(start).collect();
            let same = body.iter().filter(|text| text.trim() == anchor.text).count();
            assert_eq!(same, 1, "{}:{line}", anchor.file().path);
        }
    }

    #[test]
    fn a_breakpoint_moves_within_its_function_only() {
        let line_of =
            |text: &str| 1 + FILES[NODE].text.lines().position(|line| line.contains(text)).expect(text);
        let opens = line_of("pub fn calc_output(");
        let formula = line_of("let weighted_input = self.weighted_input");
        assert_eq!(nearest(NODE, opens).map(|(_, line)| line), Some(formula));
        assert_eq!(nearest(NODE, formula + 2).map(|(_, line)| line), Some(formula + 1));
        assert_eq!(nearest(NODE, 1).map(|(_, line)| line), None);
        assert_eq!(nearest(NODE, usize::MAX).map(|(_, line)| line), None);
    }
}
