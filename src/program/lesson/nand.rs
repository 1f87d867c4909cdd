//! Perceptrons as gates: NAND, and from NAND alone a half adder, a full adder and an adder of bytes.
//!
//! You will see one perceptron with weights -2 and -2 and bias 3, whose truth table is NAND's; two small circuits in
//! which *every* part is that perceptron, compared with plain counting for every possible input; and eight full
//! adders in a row adding two bytes. Whatever a computer computes, a network of perceptrons can.

use super::perceptron::{border, corners, plane, side_of_one};
use super::prelude::*;

/// The perceptron that everything is made of.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Settings {
    /// The perceptron's two weights
    #[arg(long, value_name = "W,W", default_value = "-2,-2", value_parser = pair, allow_hyphen_values = true)]
    pub weights: [f64; 2],

    /// Its bias
    #[arg(long, value_name = "B", default_value = "3", value_parser = number, allow_hyphen_values = true)]
    pub bias: f64,
}

/// A neuron whose output is all or nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Perceptron {
    /// One weight for each input.
    pub weights: [f64; 2],
    /// The threshold with its sign flipped: the larger it is, the more easily the perceptron says 1.
    pub bias: f64,
}

impl Perceptron {
    /// Returns w·x + b.
    pub fn weighted_input(&self, inputs: [bool; 2]) -> f64 {
        let x = inputs.map(|input| f64::from(u8::from(input)));
        self.weights[0] * x[0] + self.weights[1] * x[1] + self.bias
    }

    /// Returns 1 if w·x + b > 0, else 0.
    pub fn output(&self, inputs: [bool; 2]) -> bool {
        self.weighted_input(inputs) > 0.0
    }

    /// Returns the outputs for the four pairs of inputs.
    pub fn outputs(&self) -> [bool; 4] {
        PAIRS.map(|pair| self.output(pair))
    }
}

/// The sixteen gates with two inputs: their outputs for the inputs 00, 01, 10 and 11 are a number in binary digits.
const GATES: &str = "never 1, AND, x1 and not x2, x1, x2 and not x1, x2, XOR, OR, NOR, XNOR, not x2, x1 or not x2, \
                     not x1, x2 or not x1, NAND, always 1";

/// Returns the name of the gate with these outputs for the inputs 00, 01, 10 and 11.
pub fn gate_name(outputs: [bool; 4]) -> &'static str {
    let number = outputs.iter().fold(0, |number, output| 2 * number + usize::from(*output));
    GATES.split(", ").nth(number).unwrap_or_default()
}

/// A circuit in the making: it can only ask the one perceptron, and counts how often it does.
#[derive(Debug)]
pub struct Circuit {
    gate: Perceptron,
    /// Perceptrons used so far.
    pub gates: usize,
}

impl Circuit {
    /// Makes a circuit without parts.
    pub fn new(gate: Perceptron) -> Self {
        Self { gate, gates: 0 }
    }

    fn nand(&mut self, a: bool, b: bool) -> bool {
        self.gates += 1;
        self.gate.output([a, b])
    }

    /// Returns NAND and XOR of two bits.
    fn nand_and_xor(&mut self, a: bool, b: bool) -> (bool, bool) {
        let not_both = self.nand(a, b);
        let only_a = self.nand(a, not_both);
        let only_b = self.nand(b, not_both);
        (not_both, self.nand(only_a, only_b))
    }

    /// Adds two bits: (sum, carry).
    pub fn half_adder(&mut self, a: bool, b: bool) -> (bool, bool) {
        let (not_both, sum) = self.nand_and_xor(a, b);
        (sum, self.nand(not_both, not_both))
    }

    /// Adds three bits, the third being the carry of the place to the right: (sum, carry).
    pub fn full_adder(&mut self, a: bool, b: bool, carry_in: bool) -> (bool, bool) {
        let (not_both, partial_sum) = self.nand_and_xor(a, b);
        let (not_again, sum) = self.nand_and_xor(partial_sum, carry_in);
        (sum, self.nand(not_both, not_again))
    }

    /// Adds two bytes: eight full adders, each of which passes its carry to the left.
    pub fn add(&mut self, a: u8, b: u8) -> u16 {
        let (mut total, mut carry) = (0, false);
        for place in 0..8 {
            let bit = |number: u8| (number >> place) & 1 == 1;
            let sum;
            (sum, carry) = self.full_adder(bit(a), bit(b), carry);
            total |= u16::from(sum) << place;
        }
        total | u16::from(carry) << 8
    }
}

/// One line of a truth table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The inputs.
    pub inputs: Vec<bool>,
    /// The sum that the perceptrons compute.
    pub sum: bool,
    /// The carry that they compute.
    pub carry: bool,
    /// The number of inputs that are 1, by counting.
    pub counted: u8,
}

impl Row {
    /// Returns `true` if carry and sum, read as a binary number, are the count.
    pub fn is_right(&self) -> bool {
        2 * u8::from(self.carry) + u8::from(self.sum) == self.counted
    }
}

/// The result of the experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gates {
    /// The only part used.
    pub gate: Perceptron,
    /// The name of the gate.
    pub name: &'static str,
    /// For each pair of inputs: the pair, w·x + b, the output.
    pub truth_table: Vec<([bool; 2], f64, bool)>,
    /// Every input of the half adder.
    pub half_adder: Vec<Row>,
    /// Every input of the full adder.
    pub full_adder: Vec<Row>,
    /// Perceptrons in a half adder, a full adder and an adder of bytes.
    pub gates: [usize; 3],
    /// The number of pairs of bytes added, and of sums that were right.
    pub sums: (usize, usize),
}

const PAIRS: [[bool; 2]; 4] = [[false, false], [false, true], [true, false], [true, true]];

/// Builds the circuits and tries every input.
pub fn run(settings: &Settings) -> Gates {
    let gate = Perceptron { weights: settings.weights, bias: settings.bias };
    let circuit = || Circuit::new(gate.clone());
    let truth_table = PAIRS.map(|pair| (pair, gate.weighted_input(pair), gate.output(pair))).to_vec();

    let (mut half, mut full, mut byte) = (circuit(), circuit(), circuit());
    half.half_adder(true, true);
    full.full_adder(true, true, true);
    byte.add(255, 255);

    let row = |inputs: &[bool], (sum, carry): (bool, bool)| Row {
        inputs: inputs.to_vec(),
        sum,
        carry,
        counted: inputs.iter().map(|&input| u8::from(input)).sum(),
    };
    let half_adder = PAIRS.map(|[a, b]| row(&[a, b], circuit().half_adder(a, b))).to_vec();
    let with_carry = |carry| PAIRS.map(|[a, b]| row(&[a, b, carry], circuit().full_adder(a, b, carry)));
    let full_adder = [false, true].map(with_carry).concat();

    let numbers = || (0..=255u8).step_by(5);
    let pairs = numbers().flat_map(|a| numbers().map(move |b| (a, b)));
    let is_right = |(a, b): (u8, u8)| circuit().add(a, b) == u16::from(a) + u16::from(b);
    let (count, right) = pairs.fold((0, 0), |(n, right), pair| (n + 1, right + usize::from(is_right(pair))));
    Gates {
        gate: gate.clone(),
        name: gate_name(gate.outputs()),
        truth_table,
        half_adder,
        full_adder,
        gates: [half.gates, full.gates, byte.gates],
        sums: (count, right),
    }
}

impl Lesson for Gates {
    fn right(&self) -> usize {
        ["NAND", "OR", "AND"].iter().position(|name| *name == self.name).unwrap_or(3)
    }

    fn facts(&self) -> Value {
        let rows = self.half_adder.iter().chain(&self.full_adder).map(|row| (row, row.is_right()));
        let rows: Vec<(&Row, bool)> = rows.collect();
        context! { right_rows => rows.iter().filter(|(_, is_right)| *is_right).count(), rows => Serde(rows) }
    }

    fn figure(&self) -> Figure {
        let title = format!("A perceptron as a gate ({}), and nine of them as a full adder", self.name);
        Figure::new(title, [gate_plot(&self.gate), timing_plot(&self.full_adder)])
    }
}

/// Draws the four inputs as points of a plane, and the line where w·x + b = 0.
fn gate_plot(gate: &Perceptron) -> Plot {
    let ([w1, w2], b) = (gate.weights, gate.bias);
    let [short_w1, short_w2, short_b] = [w1, w2, b].map(|number| (number * 1000.0).round() / 1000.0);
    let line = format!("{short_w1} x1 {short_w2:+} x2 {short_b:+} = 0");
    let plot = plane("Which inputs make the perceptron say 1?", 0.5)
        .draw("the side of 1", Mark::Area, Colour::Blue, side_of_one([w1, w2, b], -0.5, 1.5))
        .draw(line, Mark::Line, Colour::Grey, border([w1, w2, b]));
    corners(plot, "output", gate.outputs(), PAIRS.map(|pair| gate.weighted_input(pair) == 0.0))
}

/// Draws the rows of the full adder as engineers do: one trace for each wire, high for 1.
fn timing_plot(rows: &[Row]) -> Plot {
    type Wire = (&'static str, fn(&Row) -> bool);
    let wires: [Wire; 5] = [
        ("a", |row| row.inputs[0]),
        ("b", |row| row.inputs[1]),
        ("carry in", |row| row.inputs[2]),
        ("sum", |row| row.sum),
        ("carry", |row| row.carry),
    ];
    let level = |wire: usize| (wires.len() - 1 - wire) as f64;
    let count_ticks =
        rows.iter().enumerate().map(|(place, row)| (place as f64 + 0.5, row.counted.to_string()));
    let wire_ticks =
        wires.iter().enumerate().map(|(wire, (name, _))| (level(wire) + 0.3, (*name).to_owned()));
    let x = Axis::new("how many of a, b and carry in are 1").range(0.0, rows.len() as f64).ticks(count_ticks);
    let y = Axis::new("").range(-0.3, wires.len() as f64).ticks(wire_ticks);
    let mut plot = Plot::new("A full adder: every input, one after the other", x, y);
    for (wire, (_, value)) in wires.iter().enumerate() {
        let steps = rows.iter().enumerate().flat_map(|(place, row)| {
            let height = level(wire) + 0.6 * f64::from(u8::from(value(row)));
            [(place as f64, height), (place as f64 + 1.0, height)]
        });
        let colour = if wire < 3 { Colour::Blue } else { Colour::Vermilion };
        plot = plot.draw("", Mark::Line, colour, steps);
    }
    plot
}
