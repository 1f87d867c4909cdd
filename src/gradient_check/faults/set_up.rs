//! The conditions that a fault needs in order to occur: layer sizes, an activation, a cost, samples, L2.

use crate::gradient_check::{Example, Task};
use crate::{Activation, Architecture, Cost, Parameters, WeightInit, made_up};

/// The network and the task that a fault shows itself in.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetUp {
    /// Layer sizes on which it is caught; the first are the default.
    #[cfg_attr(feature = "serde", serde(rename = "sizes"))]
    pub shapes: &'static [&'static [usize]],
    /// The condition on other sizes.
    pub shape: Shape,
    /// The activation of all layers.
    pub activation: Activation,
    /// The cost.
    pub cost: Cost,
    /// The number of samples.
    pub samples: usize,
    /// λ/n.
    pub l2: f64,
}

/// The layer sizes that a fault needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Shape {
    /// Any.
    Any,
    /// A hidden layer.
    Hidden,
    /// A hidden layer, and two neurons or more in each layer after it.
    TwoOutputs,
    /// Two hidden layers.
    TwoHidden,
    /// A hidden layer, and all layers after the input equally large.
    EqualAfterInput,
    /// A hidden layer, and all layers equally large.
    AllEqual,
    /// As many inputs as outputs.
    EqualEnds,
}

impl SetUp {
    /// Creates a set-up with one sample, sigmoid neurons and the quadratic cost.
    pub const fn new(shapes: &'static [&'static [usize]], shape: Shape) -> Self {
        Self { shapes, shape, activation: Activation::Sigmoid, cost: Cost::Quadratic, samples: 1, l2: 0.0 }
    }

    /// Draws the weights and samples of the set-up; `sizes` may be any that the shape allows.
    ///
    /// # Panics
    /// If there are no sizes.
    pub fn draw(&self, sizes: &[usize], seed: u64) -> (Architecture, Parameters, Task) {
        let architecture = Architecture::new(sizes).with_activation(self.activation).with_cost(self.cost);
        let parameters = WeightInit::Scaled.draw(&architecture, seed);
        let task = Task { l2: self.l2, ..Task::new(draw_examples(&architecture, self.samples, seed)) };
        (architecture, parameters, task)
    }
}

/// Draws samples and labels ([`made_up`]).
///
/// # Panics
/// If the architecture has no layers.
pub fn draw_examples(architecture: &Architecture, count: usize, seed: u64) -> Vec<Example> {
    let (labels, samples) = made_up(architecture, count, seed);
    samples.into_iter().zip(labels).map(|(sample, label)| Example { sample, label }).collect()
}

impl Shape {
    /// Returns `true` if these sizes are of this shape.
    pub fn allows(self, sizes: &[usize]) -> bool {
        let all_equal = |sizes: &[usize]| sizes.windows(2).all(|pair| pair[0] == pair[1]);
        match self {
            Self::Any => true,
            Self::Hidden => sizes.len() >= 3,
            Self::TwoOutputs => sizes.len() >= 3 && sizes[2..].iter().all(|&size| size >= 2),
            Self::TwoHidden => sizes.len() >= 4,
            Self::EqualAfterInput => sizes.len() >= 3 && all_equal(&sizes[1..]),
            Self::AllEqual => sizes.len() >= 3 && all_equal(sizes),
            Self::EqualEnds => sizes.first() == sizes.last(),
        }
    }

    /// Returns the sizes that it needs, in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Any => "any sizes",
            Self::Hidden => "a hidden layer",
            Self::TwoOutputs => "a hidden layer, and at least two neurons in each layer after it",
            Self::TwoHidden => "two hidden layers",
            Self::EqualAfterInput => "a hidden layer, and all layers after the input equally large",
            Self::AllEqual => "a hidden layer, and all layers equally large",
            Self::EqualEnds => "as many inputs as outputs",
        }
    }
}
