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

/// Lists the words of a type: each value, its word, and its line in `--help`.
macro_rules! words_of {
    ($type:ty: $($value:ident = $word:literal, $help:literal;)+) => {
        impl Word for $type {
            const WORDS: &'static [(Self, &'static str, &'static str)] = &[$((Self::$value, $word, $help)),+];
        }
    };
}

pub(super) use words_of;

/// Returns clap's parser for these words; `--help` lists them.
pub fn words<T: Word>() -> impl TypedValueParser<Value = T> {
    let listed = T::WORDS.iter().map(|(_, word, help)| PossibleValue::new(*word).help(*help));
    PossibleValuesParser::new(listed).map(|word| T::of_word(&word).expect("it is listed"))
}

words_of! { EngineKind:
    Object = "object", "One object per node and per connection";
    Vectorized = "vectorized", "One matrix per layer";
}

words_of! { Precision:
    F32 = "f32", "Seven digits in four bytes: half the memory";
    F64 = "f64", "Sixteen digits in eight bytes";
}

words_of! { Recompute:
    Whole = "whole", "The network's own forward pass";
    Incremental = "incremental", "Only what a changed parameter affects";
}

words_of! { Activation:
    Sigmoid = "sigmoid", "σ(z) = 1 / (1 + e⁻ᶻ), between 0 and 1";
    Tanh = "tanh", "tanh z = 2σ(2z) − 1, between −1 and 1";
    Relu = "relu", "max(0, z): the rectified linear unit";
    Identity = "identity", "z itself: a linear unit";
    Softmax = "softmax", "eᶻ / Σ eᶻ: the outputs are probabilities and sum to 1; output layer, vectorized";
}

words_of! { Cost:
    Quadratic = "quadratic",
        "E = ½ Σ (label − output)² (the article's Eₙ; Nielsen's equation 6, for one sample)";
    CrossEntropy = "cross-entropy",
        "E = −Σ (label·ln(output) + (1 − label)·ln(1 − output)), for sigmoid outputs and labels from 0 to 1 \
         (Nielsen's equation 63)";
    LogLikelihood = "log-likelihood",
        "E = −ln(output of the right class), for softmax outputs (Nielsen's equation 80)";
}

words_of! { WeightInit:
    Small = "small", "Weights and biases uniform in ±0.1 (bp.py's `Connection`; fc.py has the biases at 0)";
    Normal = "normal",
        "Weights and biases from the normal distribution N(0, 1) (network.py; network2.py's \
         `large_weight_initializer`)";
    Scaled = "scaled",
        "Weights from N(0, 1/n_in), biases from N(0, 1) (network2.py's `default_weight_initializer`)";
    He = "he",
        "Weights from N(0, 2/n_in), biases 0: for ReLU, which lets half of its inputs through (K. He and others, \
         \"Delving Deep into Rectifiers\", 2015)";
}

words_of! { Pixels:
    Scaled = "scaled", "value / 255, from 0 to 1";
    Raw = "raw", "The value itself, from 0 to 255, as mnist.py does";
}

words_of! { Missing:
    Drop = "drop", "Rows with a missing value are left out";
    Mean = "mean", "A missing input becomes the mean of its column; rows without an answer are left out";
}

words_of! { Targets:
    Soft = "soft", "0.9 for the class and 0.1 for the others, as in mnist.py";
    OneHot = "one-hot", "1 for the class and 0 for the others, as in network.py";
}

words_of! { Part:
    Train = "train", "The training samples";
    Test = "test", "The test samples";
}

// The gradients of a mini-batch belong to learn.
words_of! { Pass:
    Forward = "forward", "Inputs, what dropout keeps, and outputs";
    Cost = "cost", "The cost, and the deltas of the output layer";
    Backward = "backward", "All other deltas";
    Learn = "learn", "New weights, and in mini-batches the gradients they are made of";
}

words_of! { Preset:
    Bp = "bp",
        "mnist.py with bp.py: 784-300-10, rate 0.3, evaluated and saved every 10 epochs until the error rises";
    Fc = "fc", "mnist.py with fc.py: 784-100-10, rate 0.01, evaluated every 2 epochs until the error rises";
    Network = "network",
        "network.py: 784-30-10, η 3.0, batches of 10, quadratic cost, N(0, 1) weights, 30 epochs";
    Network2 = "network2",
        "network2.py: 784-30-10, η 0.5, λ 5.0, batches of 10, cross-entropy, scaled weights, 30 epochs";
}
