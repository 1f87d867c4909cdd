//! A hidden fault: the numbers that its backward pass read and computed, as clues, and the judge of an answer.

use std::fmt;

use super::{BackwardPass, CORRECT, Context, Fault, SetUp};
use crate::gradient_check::{Check, CheckedEngine, CheckedNetwork, Forward, Report, Task};
use crate::step::text::slope;
use crate::{Activation, Architecture, Cost, Parameters};

/// Sizes in which every fault of the gallery can occur, so that they give nothing away.
const SIZES: &[usize] = &[3, 3, 3, 3];

/// A fault to be found by its report, and the network in which it is planted.
///
/// ```
/// use backprop::gradient_check::faults::{Fault, Mystery};
/// use backprop::gradient_check::Check;
/// use backprop::graph::Network;
///
/// let mystery = Mystery::new("ada");
/// let report = mystery.check(&mut Network::try_new(&mystery.architecture)?, &Check::new());
/// assert!(!report.passed() && report.diagnosis.is_none());
/// println!("{report}\n{}", mystery.sheet());
///
/// let (right, words) = mystery.judge(Fault::named("sign-flipped").unwrap(), None);
/// assert!(!right && words.starts_with("No. "));
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mystery {
    /// The hidden fault.
    pub fault: &'static Fault,
    /// The network's sizes, activations and cost.
    pub architecture: Architecture,
    /// Its weights and biases.
    pub parameters: Parameters,
    /// The samples it is checked on.
    pub task: Task,
}

/// The numbers that the hidden backward pass has read and computed.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sheet {
    /// The network's sizes, activations and cost.
    pub architecture: Architecture,
    lambda_over_n: f64,
    weights: Parameters,
    samples: Vec<Traces>,
    gradient: Parameters,
    right_gradient: Parameters,
    /// The backward pass as it should be, line by line.
    pass: [String; Mystery::LINES as usize],
}

/// The numbers for one sample.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Traces {
    sample: Vec<f64>,
    label: Vec<f64>,
    /// a of each layer, from 0, as the backward pass reads it.
    outputs: Vec<Vec<f64>>,
    /// δ of each layer, from 1.
    deltas: Vec<Vec<f64>>,
}

impl Mystery {
    /// The lines of the backward pass ([`Mystery::pass`]).
    pub const LINES: u8 = 9;

    /// Returns the mystery of a name. Its cost, activation, number of samples and weight decay are what the fault
    /// needs; the rest is drawn, and so gives nothing away.
    pub fn new(name: &str) -> Self {
        let (fault, seed) = Fault::mystery(name);
        let own = fault.set_up;
        let in_the_output_delta =
            matches!(fault.pattern, "output-delta" | "sign-flipped" | "constant-factor");
        let (activation, cost) = match seed >> 8 & 3 {
            _ if in_the_output_delta => (own.activation, own.cost),
            0 => (Activation::Sigmoid, Cost::CrossEntropy),
            1 => (Activation::Tanh, Cost::Quadratic),
            _ => (Activation::Sigmoid, Cost::Quadratic),
        };
        let several = own.samples > 1 || seed >> 10 & 1 == 1;
        let decays = own.l2 > 0.0 || seed >> 11 & 1 == 1;
        let (samples, l2) = (if several { 2 } else { 1 }, if decays { 0.1 } else { 0.0 });
        let set_up = SetUp { activation, cost, samples, l2, ..own };
        let (architecture, parameters, task) = set_up.draw(SIZES, seed);
        Self { fault, architecture, parameters, task }
    }

    /// Returns the backward pass as it should be, in lines that `--explain` counts from 1.
    pub fn pass(&self) -> [String; Self::LINES as usize] {
        let activation = self.architecture.output_activation();
        let output_delta = match self.architecture.cost {
            Cost::Quadratic => format!("{}·(t - a[3])", slope(activation, "a[3]")),
            Cost::CrossEntropy | Cost::LogLikelihood => "t - a[3]".to_owned(),
        };
        [
            "for each sample x with its label t: a[0] = x, and the outputs a[1], a[2], a[3]".to_owned(),
            format!("    δ[3] = {output_delta}"),
            "    for l = 2, 1:".to_owned(),
            format!("        δ[l] = {}·(W[l+1]ᵀ·δ[l+1])", slope(activation, "a[l]")),
            "    gradient of W[l] = δ[l]·a[l-1]ᵀ, for l = 1, 2, 3".to_owned(),
            "    gradient of b[l] = δ[l]".to_owned(),
            "    sum += gradient".to_owned(),
            "gradient = sum / number of samples".to_owned(),
            "gradient of W[l] -= lambda/n · W[l]".to_owned(),
        ]
    }

    /// Checks the gradient that the faulty backward pass computes. The report names neither the fault nor a diagnosis.
    pub fn check<N: CheckedEngine>(&self, network: &mut N, check: &Check) -> Report {
        network.set_parameters(&self.parameters);
        let unnamed = CheckedNetwork::on_task(network, self.task.clone());
        let report = check.run(&mut unnamed.with_backward_pass(&self.fault.pass, "a mystery fault"));
        Report { diagnosis: None, ..report }
    }

    /// Judges an answer: a fault, and the line of the backward pass that it changes. Returns `true` if both are right,
    /// with the fault's description or else with the evidence in this report against the answer.
    pub fn judge(&self, answered: &Fault, line: Option<u8>) -> (bool, String) {
        let Fault { name, description, .. } = answered;
        let its = answered.line();
        match line.filter(|line| *line != its) {
            Some(line) => {
                (false, format!("No. {name} is not a mistake in line {line}. What it is: {description}."))
            }
            None if *name != self.fault.name => (false, format!("No. {}", self.against(answered))),
            None => {
                let wanted = &self.pass()[usize::from(its) - 1];
                let words = format!(
                    "Right: {name}.\n  What it is: {description}.\n  Line {its}, as it should be: {}",
                    wanted.trim_start()
                );
                (true, words)
            }
        }
    }

    /// Returns the numbers to reason with.
    pub fn sheet(&self) -> Sheet {
        Sheet {
            architecture: self.architecture.clone(),
            lambda_over_n: self.task.l2,
            weights: self.parameters.clone(),
            samples: self.traces(),
            gradient: self.gradient_of(&self.fault.pass),
            right_gradient: self.gradient_of(&CORRECT),
            pass: self.pass(),
        }
    }

    /// Returns what the faulty pass reads and computes on its way, sample by sample.
    fn traces(&self) -> Vec<Traces> {
        let pass = self.fault.pass;
        let traces = self.task.examples.iter().map(|example| {
            let (sample, label) = (pass.sample_and_label)(example);
            let forward = Forward::pass(&self.architecture, &self.parameters, sample);
            let context = Context {
                architecture: &self.architecture,
                parameters: &self.parameters,
                forward: &forward,
                label,
            };
            let deltas = pass.deltas(&context).split_off(1);
            Traces {
                sample: example.sample.clone(),
                label: example.label.clone(),
                outputs: forward.outputs,
                deltas,
            }
        });
        traces.collect()
    }

    fn gradient_of(&self, pass: &BackwardPass) -> Parameters {
        pass.gradient(&self.architecture, &self.parameters, &self.task)
    }

    /// Returns the evidence in this report against a fault: a group that agrees and would not with the fault, one
    /// that disagrees and would agree with it, or a single number.
    fn against(&self, answered: &Fault) -> String {
        let name = answered.name;
        let (its, activation) = (answered.set_up.activation, self.architecture.output_activation());
        if its == Activation::Tanh && activation != its {
            return format!("{name} is a mistake in {its} neurons, but these are {activation} neurons.");
        }
        let passes = [&CORRECT, &self.fault.pass, &answered.pass];
        let [right, here, other] = passes.map(|pass| groups(&self.gradient_of(pass)));
        let groups: Vec<_> = right.into_iter().zip(here).zip(other).rev().collect();
        if groups.iter().all(|(((_, right), _), (_, other))| same(right, other)) {
            return format!(
                "In this network, with this cost and these samples, {name} would change nothing."
            );
        }
        for (((group, right), (_, here)), (_, other)) in &groups {
            match (same(right, here), same(right, other)) {
                (false, true) => {
                    return format!("With {name}, {group} would agree; in this report it disagrees.");
                }
                (true, false) => {
                    return format!("With {name}, {group} would disagree; in this report it agrees.");
                }
                _ => {}
            }
        }
        for (((group, _), (_, here)), (_, other)) in &groups {
            if let Some(i) = (0..here.len()).find(|&i| !same(&here[i..=i], &other[i..=i])) {
                let (entry, here, other) = (entry(group, i), here[i], other[i]);
                return format!(
                    "With {name}, the analytic gradient in {entry} would be {other:+.3e}; in this report it is {here:+.3e}."
                );
            }
        }
        format!("In this network {name} would look the same, but it is another fault.")
    }
}

impl Fault {
    /// Returns the line of [`Mystery::pass`] in which the fault is, the first if there are several.
    pub fn line(&self) -> u8 {
        match self.pattern {
            "other-sample" => 1,
            "one-layer" => 3,
            "recursion" => 4,
            "input-path" => 5,
            "bias-gradient-missing" => 6,
            "one-sample-of-several" => 7,
            "summed-not-averaged" => 8,
            "biases-decay" | "weight-decay" => 9,
            _ => 2,
        }
    }
}

/// Returns the weights and the biases of every layer, with their names.
fn groups(parameters: &Parameters) -> Vec<(String, Vec<f64>)> {
    let layers = (1..).zip(&parameters.layers);
    let groups = layers.flat_map(|(l, layer)| {
        [(format!("W[{l}]"), layer.weights.concat()), (format!("b[{l}]"), layer.biases.clone())]
    });
    groups.collect()
}

/// Returns `true` if no number differs by more than the tolerance of a check.
fn same(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(one, other)| (one - other).abs() <= 1e-6 * (one.abs() + other.abs()))
}

/// Returns `row 2, column 3 of W[1]`. The layers are equally large.
fn entry(group: &str, place: usize) -> String {
    let size = SIZES[0];
    if group.starts_with('b') {
        return format!("number {} of {group}", place + 1);
    }
    format!("row {}, column {} of {group}", place / size + 1, place % size + 1)
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The backward pass as it should be; the hidden fault is in one of its lines:")?;
        for (number, line) in (1..).zip(&self.pass) {
            writeln!(f, "  {number}  {line}")?;
        }
        writeln!(f, "\nWeights, a row for each neuron, with its bias")?;
        for (l, layer) in (1..).zip(&self.weights.layers) {
            for (row, bias) in layer.weights.iter().zip(&layer.biases) {
                writeln!(f, "  W[{l}]  {}   b {bias:+.6}", row_of(row, |number| format!("{number:+.6}")))?;
            }
        }
        if self.lambda_over_n > 0.0 {
            writeln!(f, "  lambda/n = {}", self.lambda_over_n)?;
        }
        for (number, traces) in (1..).zip(&self.samples) {
            let (numbers, small) =
                (|number: f64| format!("{number:+.6}"), |number: f64| format!("{number:+.4e}"));
            writeln!(f, "\nSample {number}")?;
            writeln!(f, "  x     {}", row_of(&traces.sample, numbers))?;
            writeln!(f, "  t     {}", row_of(&traces.label, numbers))?;
            writeln!(f, "and what the backward pass read and computed")?;
            for (l, outputs) in traces.outputs.iter().enumerate() {
                writeln!(f, "  a[{l}]  {}", row_of(outputs, numbers))?;
            }
            for (l, deltas) in traces.deltas.iter().enumerate().rev() {
                let l = l + 1;
                writeln!(f, "  δ[{l}]  {}", row_of(deltas, small))?;
            }
        }
        writeln!(f, "\nIts gradients, -dE/dw, bias last; and each divided by the right one")?;
        for (l, (layer, right)) in (1..).zip(self.gradient.layers.iter().zip(&self.right_gradient.layers)) {
            for (i, row) in layer.weights.iter().enumerate() {
                let numbers = [row.as_slice(), &[layer.biases[i]]].concat();
                let wanted = [right.weights[i].as_slice(), &[right.biases[i]]].concat();
                let ratios: Vec<f64> =
                    numbers.iter().zip(wanted).map(|(number, wanted)| number / wanted).collect();
                let numbers = row_of(&numbers, |number| format!("{number:+.3e}"));
                writeln!(f, "  W[{l}] {numbers}  {}", row_of(&ratios, |ratio| format!("{ratio:.3}")))?;
            }
        }
        Ok(())
    }
}

fn row_of(numbers: &[f64], text: impl Fn(f64) -> String) -> String {
    let texts = numbers.iter().map(|&number| text(number));
    texts.map(|text| format!("{text:>9}")).collect::<Vec<_>>().join(" ")
}
