//! The message of a failed exercise: which formula, what was expected, what came instead, and what that looks like.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// How wide a lesson is printed.
const WIDTH: usize = 100;

/// What a test of an exercise returns.
pub type Grade = Result<(), Lesson>;

/// Why a solution is not right yet. Printed (even by `{:?}`, which is what a failed test prints) it is a short text.
#[derive(Clone, PartialEq)]
pub struct Lesson {
    /// Where the mistake is.
    pub formula: Formula,
    /// What was expected and what came, and for which node or connection.
    pub found: String,
    /// What that looks like.
    pub diagnosis: String,
}

/// The formulas that the exercises ask for, with their numbers and the chapter that derives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// A neuron's output.
    Output,
    /// The perceptron's rule.
    PerceptronRule,
    /// Weights for XOR.
    Xor,
    /// A layer's outputs.
    LayerOutput,
    /// The quadratic cost.
    Cost,
    /// The delta of an output node.
    OutputDelta,
    /// The delta of a hidden node.
    HiddenDelta,
    /// The gradient of a connection.
    Gradient,
    /// The change of a weight.
    Update,
    /// How the nodes are connected.
    Wiring,
    /// The numerical gradient.
    NumericalGradient,
    /// The delta of the layer before, as matrices.
    LayerDelta,
    /// The change of a layer's matrix and biases.
    LayerUpdate,
    /// The mean over a mini-batch.
    MiniBatchMean,
    /// The cross-entropy.
    CrossEntropy,
    /// The delta that belongs to the cross-entropy.
    CrossEntropyDelta,
    /// L2 regularisation.
    WeightDecay,
    /// What dropout makes of an output.
    Dropout,
    /// What dropout makes of a delta.
    DropoutDelta,
    /// Softmax.
    Softmax,
    /// The log-likelihood.
    LogLikelihood,
    /// The delta that belongs to softmax with the log-likelihood.
    SoftmaxDelta,
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Output => "a neuron's output: equation 1, chapter 1",
            Self::PerceptronRule => "the perceptron's rule: chapter 1",
            Self::Xor => "XOR: chapters 1 and 5",
            Self::LayerOutput => "a layer's outputs: equation 2, chapter 2",
            Self::Cost => "the quadratic cost: chapter 3",
            Self::OutputDelta => "the delta of an output node: equation 3 (BP1), chapter 4",
            Self::HiddenDelta => "the delta of a hidden node: equation 4 (BP2), chapter 4",
            Self::Gradient => "the gradient of a connection: BP3 and BP4, chapter 4",
            Self::Update => "the change of a weight: equation 5, chapter 4",
            Self::Wiring => "the wiring: chapter 5",
            Self::NumericalGradient => "the numerical gradient: equation 6, chapter 6",
            Self::LayerDelta => "the delta of the layer before: equation 8 (BP2), chapter 8",
            Self::LayerUpdate => "the change of a layer's weights and biases: chapter 8",
            Self::MiniBatchMean => "the mean over a mini-batch: (20) and (21), chapter 10",
            Self::CrossEntropy => "the cross-entropy: (57), chapter 11",
            Self::CrossEntropyDelta => "the delta that belongs to the cross-entropy: chapter 11",
            Self::WeightDecay => "L2 regularisation: (93), chapter 11",
            Self::Dropout => "dropout, forwards: chapter 11",
            Self::DropoutDelta => "dropout, backwards: chapter 11",
            Self::Softmax => "softmax: (78), chapter 13",
            Self::LogLikelihood => "the log-likelihood: (80), chapter 13",
            Self::SoftmaxDelta => "the delta that belongs to softmax: chapter 13",
        })
    }
}

impl Lesson {
    /// A lesson about this formula.
    pub fn new(formula: Formula, found: impl Into<String>, diagnosis: impl Into<String>) -> Self {
        Self { formula, found: found.into(), diagnosis: diagnosis.into() }
    }
}

impl fmt::Display for Lesson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n\nNot yet. Look at {}.\n\n", self.formula)?;
        write_wrapped(f, &self.found)?;
        if !self.diagnosis.is_empty() {
            writeln!(f)?;
            write_wrapped(f, &self.diagnosis)?;
        }
        Ok(())
    }
}

/// Each line, if it is too long in several rows with the same indent.
fn write_wrapped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for line in text.lines() {
        if line.chars().count() + 2 <= WIDTH {
            writeln!(f, "{}", format!("  {line}").trim_end())?;
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let mut row = " ".repeat(2 + indent);
        let mut column = row.len();
        for word in line.split_whitespace() {
            let width = word.chars().count();
            if column + width > WIDTH {
                writeln!(f, "{}", row.trim_end())?;
                row = " ".repeat(2 + indent);
                column = row.len();
            }
            row.push_str(word);
            row.push(' ');
            column += width + 1;
        }
        writeln!(f, "{}", row.trim_end())?;
    }
    Ok(())
}

impl fmt::Debug for Lesson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs a solution. If it panics, that is a lesson like any other, without a backtrace. `what` says what was asked of it.
///
/// # Errors
/// A lesson with the text of the panic.
pub fn run<T>(formula: Formula, what: &str, solution: impl FnOnce() -> T) -> Result<T, Lesson> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(solution));
    QUIET.set(false);
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Lesson::new(formula, format!("{what}: your function panics:\n{text}"), "")
    })
}
