//! The library's choices as words of the command line.

use backprop::data_set::{Missing, Part, Pixels, Targets};
use backprop::gradient_check::{Precision, Recompute};
use backprop::step::Pass;
use backprop::training::Preset;
use backprop::{Activation, Cost, WeightInit};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::choices::EngineKind;

/// A type of the library whose values are typed as words.
pub trait Word: Copy + PartialEq + Send + Sync + 'static {
    /// Every value, its word, and its line in `--help`.
    const WORDS: &'static [(Self, &'static str, &'static str)];

    /// Returns the word for this value.
    ///
    /// # Panics
    /// If the value is missing from the list.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(value, ..)| *value == self).expect("every value has a word").1
    }

    /// Returns the value of this word, in lower case or in capitals.
    fn of_word(text: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, word, _)| word.eq_ignore_ascii_case(text)).map(|(value, ..)| *value)
    }
}

/// Returns clap's parser for these words; `--help` lists them.
pub fn words<T: Word>() -> impl TypedValueParser<Value = T> {
    let listed = T::WORDS.iter().map(|(_, word, help)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(listed).map(|word| T::of_word(&word).expect("it is listed"))
}

impl Word for EngineKind {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Object, "object", "One object per node and per connection"),
        (Self::Vectorized, "vectorized", "One matrix per layer"),
    ];
}

impl Word for Precision {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::F32, "f32", "Seven digits in four bytes: half the memory"),
        (Self::F64, "f64", "Sixteen digits in eight bytes"),
    ];
}

impl Word for Recompute {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Whole, "whole", "The network's own forward pass"),
        (Self::Incremental, "incremental", "Only what a changed parameter affects"),
    ];
}

impl Word for Activation {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Sigmoid, "sigmoid", "σ(z) = 1 / (1 + e⁻ᶻ), between 0 and 1"),
        (Self::Tanh, "tanh", "tanh z = 2σ(2z) − 1, between −1 and 1"),
        (Self::Relu, "relu", "max(0, z): the rectified linear unit"),
        (Self::Identity, "identity", "z itself: a linear unit"),
        (
            Self::Softmax,
            "softmax",
            "eᶻ / Σ eᶻ: the outputs are probabilities and sum to 1; output layer, vectorized",
        ),
    ];
}

impl Word for Cost {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Quadratic,
            "quadratic",
            "E = ½ Σ (label − output)² (the article's Eₙ; Nielsen's equation 6, for one sample)",
        ),
        (
            Self::CrossEntropy,
            "cross-entropy",
            "E = −Σ (label·ln(output) + (1 − label)·ln(1 − output)), for sigmoid outputs and labels from 0 to 1 \
             (Nielsen's equation 63)",
        ),
        (
            Self::LogLikelihood,
            "log-likelihood",
            "E = −ln(output of the right class), for softmax outputs (Nielsen's equation 80)",
        ),
    ];
}

impl Word for WeightInit {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Small,
            "small",
            "Weights and biases uniform in ±0.1 (bp.py's `Connection`; fc.py has the biases at 0)",
        ),
        (
            Self::Normal,
            "normal",
            "Weights and biases from the normal distribution N(0, 1) (network.py; network2.py's \
             `large_weight_initializer`)",
        ),
        (
            Self::Scaled,
            "scaled",
            "Weights from N(0, 1/n_in), biases from N(0, 1) (network2.py's `default_weight_initializer`)",
        ),
        (
            Self::He,
            "he",
            "Weights from N(0, 2/n_in), biases 0: for ReLU, which lets half of its inputs through (K. He and others, \
             \"Delving Deep into Rectifiers\", 2015)",
        ),
    ];
}

impl Word for Pixels {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Scaled, "scaled", "value / 255, from 0 to 1"),
        (Self::Raw, "raw", "The value itself, from 0 to 255, as mnist.py does"),
    ];
}

impl Word for Missing {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Drop, "drop", "Rows with a missing value are left out"),
        (
            Self::Mean,
            "mean",
            "A missing input becomes the mean of its column; rows without an answer are left out",
        ),
    ];
}

impl Word for Targets {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Soft, "soft", "0.9 for the class and 0.1 for the others, as in mnist.py"),
        (Self::OneHot, "one-hot", "1 for the class and 0 for the others, as in network.py"),
    ];
}

impl Word for Part {
    const WORDS: &'static [(Self, &'static str, &'static str)] =
        &[(Self::Train, "train", "The training samples"), (Self::Test, "test", "The test samples")];
}

/// The gradients of a mini-batch belong to learn.
impl Word for Pass {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Forward, "forward", "Inputs, what dropout keeps, and outputs"),
        (Self::Cost, "cost", "The cost, and the deltas of the output layer"),
        (Self::Backward, "backward", "All other deltas"),
        (Self::Learn, "learn", "New weights, and in mini-batches the gradients they are made of"),
    ];
}

impl Word for Preset {
    const WORDS: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Bp,
            "bp",
            "mnist.py with bp.py: 784-300-10, rate 0.3, evaluated and saved every 10 epochs until the error rises",
        ),
        (
            Self::Fc,
            "fc",
            "mnist.py with fc.py: 784-100-10, rate 0.01, evaluated every 2 epochs until the error rises",
        ),
        (
            Self::Network,
            "network",
            "network.py: 784-30-10, η 3.0, batches of 10, quadratic cost, N(0, 1) weights, 30 epochs",
        ),
        (
            Self::Network2,
            "network2",
            "network2.py: 784-30-10, η 0.5, λ 5.0, batches of 10, cross-entropy, scaled weights, 30 epochs",
        ),
    ];
}
