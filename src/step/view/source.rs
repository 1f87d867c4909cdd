//! The lines of the source that a step passes. A marker at the end of a line names its steps:
//!
//! ```text
//! weighted_input += input * connection.weight; // step: term output
//! ```
//!
//! First comes the distance of the line from a node's formula ([`Level`]), which is left out on the formula itself; then
//! the phases of the steps that pass. If several lines of a level qualify, a step stops at the one where its phase comes
//! first. The delta of a constant node is `const-delta` and the gradient of a mini-batch's first sample
//! `first-gradient`, as they run other code.

use std::sync::LazyLock;

use crate::step::{Action, Phase, Stepper};

/// A source file of the library.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path in the repository.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! file {
    ($name:literal) => {
        SourceFile { path: concat!("src/graph/", $name), text: include_str!(concat!("../../graph/", $name)) }
    };
}

/// All files that a step passes through.
pub static FILES: [SourceFile; 7] = [
    file!("node.rs"),
    file!("const_node.rs"),
    file!("connection.rs"),
    file!("layer.rs"),
    file!("network.rs"),
    file!("mini_batch.rs"),
    file!("links.rs"),
];

/// The distance of a line from a node's formula, in calls and loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `term`: one product of a sum is added.
    Term,
    /// `result`: the line after the sum.
    Result,
    /// The formula of a node or connection.
    Formula,
    /// `loop`: over a layer's nodes, or over connections.
    Loop,
    /// `pass`: the loop over layers.
    Pass,
    /// `sample`: the passes of one sample, one by one.
    Sample,
    /// `mini-batch`: the passes of one sample in a mini-batch.
    MiniBatch,
    /// `epoch`: the loop over samples.
    Epoch,
    /// `training`: the loop over epochs.
    Training,
}

/// A line that steps pass.
#[derive(Debug)]
pub struct Anchor {
    /// The file's place in [`FILES`].
    pub file: usize,
    /// The line, from 1.
    pub line: usize,
    /// Its function: `Node::calc_output`.
    pub function: String,
    /// The first line of that function, from 1.
    first_line: usize,
    /// Its distance from the formula.
    pub level: Level,
    /// The words for the steps that pass it.
    words: Vec<&'static str>,
}

/// The steps of bp.py's own training step: `all` in a marker.
const PLAIN: [&str; 6] =
    ["set-input", "output", "output-delta", "hidden-delta", "const-delta", "update-weight"];

/// Returns the word for the code that runs in the step at a position: its phase, or a word of its own where the code
/// differs.
fn word_at(stepper: &Stepper, position: usize) -> &'static str {
    let moment = stepper.moment(position);
    match moment.order.action(moment.step) {
        Action::SetInput(_) => "set-input",
        Action::DropOut(_) => "drop-out",
        Action::Output(_) => "output",
        Action::OutputDelta(_) => "output-delta",
        Action::HiddenDelta(id) if stepper.network()[id].as_node().is_none() => "const-delta",
        Action::HiddenDelta(_) => "hidden-delta",
        Action::UpdateWeight(_) => "update-weight",
        Action::AddGradient(_) if moment.order.segment(moment.step).sample == 0 => "first-gradient",
        Action::AddGradient(_) => "add-gradient",
        Action::UpdateByMean(_) => "update-by-mean",
    }
}

impl Level {
    const NAMES: [(&str, Self); 8] = [
        ("term", Self::Term),
        ("result", Self::Result),
        ("loop", Self::Loop),
        ("pass", Self::Pass),
        ("sample", Self::Sample),
        ("mini-batch", Self::MiniBatch),
        ("epoch", Self::Epoch),
        ("training", Self::Training),
    ];
}

impl Anchor {
    /// Returns every line with a marker, in the order of [`FILES`] and of their lines.
    pub fn all() -> &'static [Self] {
        static ANCHORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| {
            FILES.iter().enumerate().flat_map(|(file, source)| anchors(file, source.text)).collect()
        });
        &ANCHORS
    }

    /// Returns the line of one level at which the next step is.
    pub fn of_next_step(stepper: &Stepper, level: Level) -> Option<&'static Self> {
        let (position, word) = (stepper.position(), word_at(stepper, stepper.position()));
        // The passes of a sample are other lines in a mini-batch.
        let is_batch = level == Level::Sample && !stepper.mini_batches().are_plain();
        let level = if is_batch { Level::MiniBatch } else { level };
        let passed = || Self::all().iter().filter(|it| it.level == level && it.is_passed(stepper, position));
        passed().find(|anchor| anchor.words[0] == word).or_else(|| passed().next())
    }

    /// Returns the line to which a breakpoint moves: this line of a file, the next one with a marker in the same
    /// function, or its last.
    pub fn nearest(file: usize, line: usize) -> Option<&'static Self> {
        let of_file = || Self::all().iter().filter(move |anchor| anchor.file == file);
        let is_in_function = |anchor: &&Self| {
            (anchor.first_line..=end_of_function(FILES[file].text, anchor.first_line)).contains(&line)
        };
        let mut of_function = of_file().filter(is_in_function);
        let last = of_function.clone().next_back();
        of_function.find(|anchor| anchor.line >= line).or(last)
    }

    /// Returns `true` if the step at a position reaches this line from farther out.
    pub fn is_entered(&self, stepper: &Stepper, position: usize) -> bool {
        self.is_passed(stepper, position)
            && match self.level {
                Level::Term | Level::Result | Level::Formula | Level::Loop => true,
                Level::Pass => begins_segment(stepper, position),
                Level::Sample | Level::MiniBatch => {
                    word_at(stepper, position) == self.words[0] && begins_pass(stepper, position)
                }
                Level::Epoch => stepper.moment(position).step == 0,
                Level::Training => position.is_multiple_of(stepper.epoch_len()),
            }
    }

    /// Returns `true` if the step at a position passes this line at all.
    pub fn is_passed(&self, stepper: &Stepper, position: usize) -> bool {
        let runs = match self.level {
            Level::MiniBatch => !stepper.mini_batches().are_plain(),
            Level::Sample | Level::Epoch | Level::Training => stepper.mini_batches().are_plain(),
            _ => true,
        };
        runs && self.words.contains(&word_at(stepper, position))
    }
}

/// Finds the markers in a file.
fn anchors(file: usize, text: &'static str) -> Vec<Anchor> {
    let (mut owner, mut function, mut first_line) = ("", "", 0);
    let mut anchors = Vec::new();
    for (line, code) in (1..).zip(text.lines()) {
        let word_after = |start| {
            let name =
                code.trim_start().strip_prefix("pub ").unwrap_or(code.trim_start()).strip_prefix(start)?;
            name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
        };
        if let Some(name) = word_after("impl ") {
            owner = name;
        }
        if let Some(name) = word_after("fn ").or_else(|| word_after("(super) fn ")) {
            (function, first_line) = (name, line);
        }
        let Some((_, marker)) = code.split_once(" // step: ") else { continue };
        let mut words: Vec<&str> = marker.split(' ').collect();
        let level = Level::NAMES.into_iter().find(|(name, _)| *name == words[0]);
        words.drain(..usize::from(level.is_some()));
        if words == ["all"] {
            words = PLAIN.to_vec();
        }
        let level = level.map_or(Level::Formula, |(_, level)| level);
        // After a brace, rustfmt moves a marker to the next line.
        let line = if code.trim_start().starts_with("//") { line - 1 } else { line };
        let function = format!("{owner}::{function}");
        anchors.push(Anchor { file, line, function, first_line, level, words });
    }
    anchors
}

/// Returns the last line of a method, from 1.
fn end_of_function(text: &str, first_line: usize) -> usize {
    let length = text.lines().skip(first_line - 1).position(|line| line == "    }");
    first_line + length.unwrap_or_default()
}

/// Returns `true` if the step at a position is the first of its layer.
pub fn begins_segment(stepper: &Stepper, position: usize) -> bool {
    let moment = stepper.moment(position);
    moment.order.segment(moment.step).start == moment.step
}

/// Returns `true` if the step at a position is the first of its pass over the network: forward, backward, or all
/// connections.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_marker_is_known() {
        let words = ["drop-out", "first-gradient", "add-gradient", "update-by-mean"];
        for anchor in Anchor::all() {
            assert!(!anchor.words.is_empty() && !anchor.function.starts_with(':'), "{anchor:?}");
            assert!(
                anchor.words.iter().all(|word| PLAIN.contains(word) || words.contains(word)),
                "{anchor:?}"
            );
        }
        assert_eq!(Anchor::all().len(), 40);
    }

    #[test]
    fn a_breakpoint_moves_within_its_function_only() {
        let node = 0;
        let line_of =
            |text: &str| 1 + FILES[node].text.lines().position(|line| line.contains(text)).expect(text);
        let (opens, formula) = (line_of("pub fn calc_output("), line_of("// step: output"));
        let line = |near| Anchor::nearest(node, near).map(|anchor| anchor.line);
        assert_eq!(line(opens), Some(formula));
        assert_eq!(line(formula + 2), Some(formula + 1));
        assert_eq!((line(1), line(usize::MAX)), (None, None));
    }
}
