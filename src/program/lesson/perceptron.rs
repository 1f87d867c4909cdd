//! The perceptron rule: a perceptron finds its own weights for AND, and none for XOR.
//!
//! You will see the weights after each pass over AND's truth table until no mistake is left; then XOR, where the
//! weights run in a circle. The circle itself proves that no weights exist: all its corrections add up to nothing.
//! Last, all sixteen gates with two inputs.

use super::prelude::*;

/// The start of learning, and the rows to learn from.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Settings {
    /// The weights and the bias to start from: whole numbers from -9 to 9
    #[arg(long, value_name = "W,W,B", default_value = "0,0,0", value_parser = start, allow_hyphen_values = true)]
    pub start: [f64; 3],

    /// The order in which the rows 0 to 3 of the truth table are visited
    #[arg(long, value_name = "N,N,N,N", default_value = "0,1,2,3", value_parser = order)]
    pub order: [usize; 4],

    /// Add a third input: x1 and x2, 1 where both are
    #[arg(long)]
    pub third_input: bool,
}

/// Parses whole numbers: with these, the weights must return to earlier ones if there is nothing to learn.
fn start(text: &str) -> Result<[f64; 3], String> {
    let whole = |part: &str| part.parse::<i8>().ok().filter(|number| (-9..=9).contains(number));
    list(text, "three whole numbers from -9 to 9; write 1,-2,0", |part| whole(part).map(f64::from))
}

fn order(text: &str) -> Result<[usize; 4], String> {
    let what = "the rows 0, 1, 2 and 3 in some order";
    let rows: [usize; 4] = list(text, what, |part| part.parse().ok())?;
    let has_all = (0..4).all(|row| rows.contains(&row));
    if has_all { Ok(rows) } else { Err(format!("'{text}' is not {what}")) }
}

/// The four inputs x1 and x2.
pub const INPUTS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// Returns the four inputs, each followed by a 1 whose weight is the bias: a bias is a weight like the others.
pub fn rows(third_input: bool) -> [Vec<f64>; 4] {
    INPUTS.map(|[x1, x2]| if third_input { vec![x1, x2, x1 * x2, 1.0] } else { vec![x1, x2, 1.0] })
}

/// The desired outputs for those four inputs.
pub type Gate = [f64; 4];

/// 1 only if both inputs are.
pub const AND: Gate = [0.0, 0.0, 0.0, 1.0];

/// 1 if exactly one input is.
pub const XOR: Gate = [0.0, 1.0, 1.0, 0.0];

/// Returns 1 if w·x > 0 (the last weight is the bias), else 0.
pub fn output(weights: &[f64], x: &[f64]) -> f64 {
    let weighted_input: f64 = weights.iter().zip(x).map(|(weight, input)| weight * input).sum();
    if weighted_input > 0.0 { 1.0 } else { 0.0 }
}

/// The course of a perceptron's learning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learning {
    /// Weights, the bias last, before the first pass over the four inputs, and after each.
    pub weights: Vec<Vec<f64>>,
    /// Weights after each single correction.
    pub steps: Vec<Vec<f64>>,
    /// Mistakes met during each pass.
    pub mistakes: Vec<usize>,
    /// Its end.
    pub end: End,
}

impl Learning {
    /// Returns the weights at the end.
    pub fn last(&self) -> &[f64] {
        &self.weights[self.weights.len() - 1]
    }
}

/// The end of learning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum End {
    /// A pass without a mistake.
    Learnt,
    /// The weights are those of an earlier pass, so from here on it goes round in a circle.
    Circle {
        /// The earlier pass after which the weights were the same.
        since: usize,
        /// The number of corrections for each of the four inputs on the way round.
        corrections: [f64; 4],
        /// All those corrections added up. They are 0, since the weights are back where they were.
        sum: Vec<f64>,
    },
}

/// Applies the perceptron rule, w ← w + (label − output)·x for each input in turn, until nothing is wrong or earlier
/// weights come back.
///
/// The rate is 1: starting from zeros, another rate only changes the scale. So all weights are whole numbers. They
/// stay bounded even if there is nothing to learn, so they must come back to earlier values sooner or later.
/// (The numbers of `gate` are 0 or 1 each.)
pub fn learn(gate: Gate, settings: &Settings) -> Learning {
    let rows = rows(settings.third_input);
    let [w1, w2, b] = settings.start;
    let mut weights = if settings.third_input { vec![w1, w2, 0.0, b] } else { vec![w1, w2, b] };
    let mut history = vec![weights.clone()];
    let (mut mistakes, mut steps) = (Vec::new(), Vec::new());
    let mut corrections = vec![[0.0; 4]];
    loop {
        let (mut wrong, mut corrected) = (0, [0.0; 4]);
        for row in settings.order {
            let error = gate[row] - output(&weights, &rows[row]);
            for (weight, input) in weights.iter_mut().zip(&rows[row]) {
                *weight += error * input;
            }
            if error != 0.0 {
                wrong += 1;
                corrected[row] += 1.0;
                steps.push(weights.clone());
            }
        }
        let earlier = history.iter().position(|known| *known == weights);
        history.push(weights.clone());
        mistakes.push(wrong);
        corrections.push(corrected);
        let end = match earlier {
            _ if wrong == 0 => End::Learnt,
            Some(since) => circle(gate, &rows, since, &corrections[since + 1..]),
            None => continue,
        };
        return Learning { weights: history, steps, mistakes, end };
    }
}

/// Adds up the corrections of a circle: for each input, and for the weights.
fn circle(gate: Gate, rows: &[Vec<f64>; 4], since: usize, passes: &[[f64; 4]]) -> End {
    let (mut corrections, mut sum) = ([0.0; 4], vec![0.0; rows[0].len()]);
    for row in 0..4 {
        corrections[row] = passes.iter().map(|pass| pass[row]).sum();
        let sign = if gate[row] == 1.0 { 1.0 } else { -1.0 };
        for (total, input) in sum.iter_mut().zip(&rows[row]) {
            *total += sign * corrections[row] * input;
        }
    }
    End::Circle { since, corrections, sum }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Perceptrons {
    /// Learning AND.
    pub and: Learning,
    /// Trying to learn XOR.
    pub xor: Learning,
    /// All sixteen gates, and whether each was learnt.
    pub gates: Vec<(Gate, bool)>,
}

/// Teaches AND, then XOR, then all sixteen gates.
pub fn run(settings: &Settings) -> Perceptrons {
    let every_gate = (0..16u8).map(|number| [8, 4, 2, 1].map(|bit| f64::from(u8::from(number & bit != 0))));
    let gates = every_gate.map(|gate| (gate, learn(gate, settings).end == End::Learnt)).collect();
    Perceptrons { and: learn(AND, settings), xor: learn(XOR, settings), gates }
}

impl Lesson for Perceptrons {
    fn right(&self) -> usize {
        match self.xor.end {
            End::Circle { .. } => 2,
            End::Learnt => usize::from(self.xor.mistakes.len() > self.and.mistakes.len()),
        }
    }

    fn facts(&self) -> Value {
        let refused = self.gates.iter().filter(|(_, learnt)| !learnt);
        let refused = refused.map(|(gate, _)| gate.map(|label| label.to_string()).concat());
        let xor_rows = INPUTS.iter().zip(XOR).map(|([x1, x2], label)| [*x1, *x2, label]);
        context! {
            and_sum => sum_text(self.and.last()),
            xor_sum => sum_text(self.xor.last()),
            xor_rows => xor_rows.collect::<Vec<_>>(),
            refused => refused.collect::<Vec<_>>(),
        }
    }

    fn figure(&self) -> Figure {
        let xor = match self.xor.end {
            End::Learnt => "XOR: with the third input it is learnt",
            End::Circle { .. } => "XOR: no border does, and the rule goes round",
        };
        let and = border_plot("AND: the last border separates 1 from 0", AND, &self.and);
        let xor = border_plot(xor, XOR, &self.xor);
        Figure::new("The perceptron rule (grey: the border after each correction)", [and, xor])
    }
}

/// Writes a weighted input: `2 x1 +1 x2 -2`.
fn sum_text(weights: &[f64]) -> String {
    let (bias, weights) = (weights[weights.len() - 1], &weights[..weights.len() - 1]);
    let others = weights.iter().enumerate().skip(1).filter(|(_, weight)| **weight != 0.0);
    let others: Vec<String> = others.map(|(place, weight)| format!(" {weight:+} x{}", place + 1)).collect();
    let bias = if bias == 0.0 { String::new() } else { format!(" {bias:+}") };
    format!("{} x1{}{bias}", weights[0], others.concat())
}

/// Draws the four inputs in the plane, and the border w·x + b = 0 after each correction. (With a third input the border is
/// a plane in space, and only the points are drawn.)
fn border_plot(title: &str, gate: Gate, learning: &Learning) -> Plot {
    let mut plot = plane(title, 0.75);
    for weights in learning.steps.iter().filter_map(|weights| in_the_plane(weights)) {
        plot = plot.draw("", Mark::Thin, Colour::Grey, border(weights));
    }
    let last = in_the_plane(learning.last()).filter(|_| learning.end == End::Learnt);
    if let Some(last) = last {
        plot = plot.draw("the side of 1", Mark::Area, Colour::Blue, side_of_one(last, -0.75, 1.75));
        plot = plot.draw("the border at the end", Mark::Line, Colour::Green, border(last));
    }
    let is_on = |[x1, x2]: [f64; 2]| last.is_some_and(|[w1, w2, b]| w1 * x1 + w2 * x2 + b == 0.0);
    corners(plot, "label", gate.map(|label| label == 1.0), INPUTS.map(is_on))
}

/// Makes an empty chart of the four inputs, with this much room around them.
pub(super) fn plane(title: impl Into<String>, room: f64) -> Plot {
    let [x1, x2] = ["x1", "x2"].map(|label| {
        Axis::new(label).range(-room, 1.0 + room).ticks([(0.0, "0".to_owned()), (1.0, "1".to_owned())])
    });
    Plot::new(title, x1, x2)
}

/// Draws the four inputs: dots where the output or label is 1, rings where it is 0.
///
/// The border itself belongs to the side of 0, as w·x + b must be above 0 for a 1; the rings there have another colour.
pub(super) fn corners(plot: Plot, what: &str, is_one: [bool; 4], is_on_border: [bool; 4]) -> Plot {
    let points = |one, on_border| {
        let rows = (0..4).filter(|&row| (is_one[row], is_on_border[row]) == (one, on_border));
        rows.map(|row| (INPUTS[row][0], INPUTS[row][1])).collect::<Vec<_>>()
    };
    let plot = plot.draw(format!("{what} 1"), Mark::Dots, Colour::Blue, points(true, false));
    let plot = plot.draw(format!("{what} 0"), Mark::Rings, Colour::Vermilion, points(false, false));
    match points(false, true) {
        none if none.is_empty() => plot,
        some => plot.draw(format!("{what} 0, on the border itself"), Mark::Rings, Colour::Purple, some),
    }
}

/// Returns w1, w2 and b if no third input is given.
fn in_the_plane(weights: &[f64]) -> Option<[f64; 3]> {
    weights.try_into().ok()
}

/// Returns two far points of the line w1·x1 + w2·x2 + b = 0, or nothing if w1 and w2 are both 0.
pub(super) fn border([w1, w2, b]: [f64; 3]) -> Vec<(f64, f64)> {
    let length = w1 * w1 + w2 * w2;
    if length == 0.0 {
        return Vec::new();
    }
    // The point of the line nearest to the origin, and the direction along it.
    let (x1, x2) = (-b * w1 / length, -b * w2 / length);
    let far = 10.0 / length.sqrt();
    vec![(x1 - far * w2, x2 + far * w1), (x1 + far * w2, x2 - far * w1)]
}

/// Returns the corners of the part of a square where w1·x1 + w2·x2 + b is above 0.
pub(super) fn side_of_one([w1, w2, b]: [f64; 3], first: f64, last: f64) -> Vec<(f64, f64)> {
    let height = |(x1, x2): (f64, f64)| w1 * x1 + w2 * x2 + b;
    let square = [(first, first), (last, first), (last, last), (first, last)];
    let mut corners = Vec::new();
    for place in 0..4 {
        let (here, next) = (square[place], square[(place + 1) % 4]);
        if height(here) > 0.0 {
            corners.push(here);
        }
        if (height(here) > 0.0) != (height(next) > 0.0) {
            let share = height(here) / (height(here) - height(next));
            corners.push((here.0 + share * (next.0 - here.0), here.1 + share * (next.1 - here.1)));
        }
    }
    corners
}
