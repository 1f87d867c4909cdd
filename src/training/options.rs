//! The options of training, and the choices the originals made.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::data_set::Targets;
use crate::{Cost, Error, MiniBatches, WeightInit};

/// The options of training. By default every sample is a step, as in bp.py, at rate 0.3 for five epochs.
///
/// ```
/// use backprop::training::Options;
///
/// let endless = Options { batch: 10, rate: 3.0, epochs: None, ..Options::default() };
/// assert!(endless.check().is_err());
/// assert!(Options { early_stop: Some(10), ..endless }.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Passes over the training set; `None` to continue until a stopping rule ends training.
    pub epochs: Option<usize>,
    /// The learning rate η, above 0.
    pub rate: f64,
    /// Samples per step, 1 or more. The last mini-batch of an epoch is smaller if the samples do not divide evenly.
    pub batch: usize,
    /// λ of L2 regularisation, 0 for none: each step multiplies weights, not biases, by 1 − ηλ/n, where n is the number
    /// of training samples.
    pub l2: f64,
    /// The probability that a hidden neuron is silenced during a step: 0 for none, below 1.
    pub dropout: f64,
    /// The form of the desired outputs.
    pub targets: Targets,
    /// Shuffles the samples for every epoch.
    pub shuffle: bool,
    /// The seed of sample orders and dropout masks; in the program, also of the starting weights.
    pub seed: u64,
    /// The number of epochs from one evaluation to the next.
    pub evaluate_every: usize,
    /// Evaluates the training samples too.
    pub monitor_training: bool,
    /// Stops as soon as an evaluation finds more errors than the one before (mnist.py).
    pub stop_when_error_rises: bool,
    /// Stops when the best evaluation is this many epochs old (network2.py's early stopping).
    pub early_stop: Option<usize>,
    /// Halves the rate when the best evaluation is this many epochs old; stops below 1/128 of the first rate.
    pub halve_rate: Option<usize>,
    /// Keeps the network of the best evaluation instead of the last one.
    pub keep_best: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epochs: Some(5),
            rate: 0.3,
            batch: 1,
            l2: 0.0,
            dropout: 0.0,
            targets: Targets::Soft,
            shuffle: true,
            seed: 0,
            evaluate_every: 1,
            monitor_training: false,
            stop_when_error_rises: false,
            early_stop: None,
            halve_rate: None,
            keep_best: false,
        }
    }
}

impl Options {
    /// Returns how samples are grouped into steps, and what is added to gradient descent.
    pub fn mini_batches(&self) -> MiniBatches {
        MiniBatches { size: self.batch, l2: self.l2, dropout: self.dropout, seed: self.seed }
    }

    /// Checks that training can begin.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage): a number outside its range, or no rule that ends the training.
    pub fn check(&self) -> Result<(), Error> {
        let Self { rate, l2, dropout, epochs, early_stop, halve_rate, .. } = *self;
        let has_rule = self.stop_when_error_rises || early_stop.is_some() || halve_rate.is_some();
        let found = if !(rate.is_finite() && rate > 0.0) {
            format!("the rate must be a finite positive number, not {rate:?}")
        } else if self.batch == 0 || self.evaluate_every == 0 {
            "a mini-batch, and the epochs between evaluations, must be at least 1".to_owned()
        } else if !(l2.is_finite() && l2 >= 0.0) {
            format!("lambda must be a finite number, 0 or more, not {l2:?}")
        } else if !(0.0..1.0).contains(&dropout) {
            format!("dropout must be at least 0 and less than 1, not {dropout:?}")
        } else if epochs.is_none() && !has_rule {
            "without a number of epochs, training needs a stopping rule".to_owned()
        } else if early_stop == Some(0) || halve_rate == Some(0) {
            "the epochs to wait for an improvement must be at least 1".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::usage(found))
    }

    /// Checks that L2 regularisation does not flip the sign of weights with this many training samples: 1 − ηλ/n is
    /// not below 0.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage), with the largest λ and the largest rate.
    pub(super) fn check_decay(&self, samples: usize) -> Result<(), Error> {
        let n = samples as f64;
        if self.l2 <= n / self.rate {
            return Ok(());
        }
        let (l2, rate, factor) = (self.l2, self.rate, shortened(1.0 - self.rate * (self.l2 / n)));
        let found = format!(
            "lambda {l2:?} at rate {rate:?} multiplies every weight by {factor:?} in each step: 1 - rate * lambda / {samples}"
        );
        let (most, fastest) = (shortened(n / rate), shortened(n / l2));
        let remedy = format!("lambda may be up to {most:?} at this rate, or the rate up to {fastest:?}");
        Err(Error::usage(found).remedy(remedy))
    }
}

/// Returns a number with its digits cut off after the fourth, or after the third if it is negative.
fn shortened(number: f64) -> f64 {
    let text = format!("{number:.17e}");
    let cut =
        text.split_once('e').and_then(|(digits, power)| format!("{}e{power}", &digits[..5]).parse().ok());
    cut.unwrap_or(number)
}

/// An original program whose choices can be adopted.
///
/// ```
/// use backprop::training::Preset;
///
/// let options = Preset::Network2.choices().options;
/// assert_eq!((options.rate, options.l2, options.batch), (0.5, 5.0, 10)); // Nielsen's
/// assert!(options.check().is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// mnist.py with bp.py: 784-300-10, rate 0.3, evaluated and saved every 10 epochs until the error rises.
    Bp,
    /// mnist.py with fc.py: 784-100-10, rate 0.01, evaluated every 2 epochs until the error rises.
    Fc,
    /// network.py: 784-30-10, η 3.0, batches of 10, quadratic cost, N(0, 1) weights, 30 epochs.
    Network,
    /// network2.py: 784-30-10, η 0.5, λ 5.0, batches of 10, cross-entropy, scaled weights, 30 epochs.
    Network2,
}

/// The choices of a [`Preset`].
#[derive(Debug, Clone, PartialEq)]
pub struct PresetChoices {
    /// Neurons in the hidden layer. There is an input for every pixel, and there are ten outputs.
    pub hidden: usize,
    /// The cost.
    pub cost: Cost,
    /// The distribution of the starting weights.
    pub init: WeightInit,
    /// The number of epochs from one save of the network to the next.
    pub save_every: Option<usize>,
    /// Holds out a sixth of the training set, as network.py's loader splits 60,000 into 50,000 and 10,000.
    pub holds_out: bool,
    /// Everything about the steps.
    pub options: Options,
}

impl Preset {
    /// Returns the choices of this original.
    pub fn choices(self) -> PresetChoices {
        let of_the_article = |hidden, rate, evaluate_every| PresetChoices {
            hidden,
            cost: Cost::Quadratic,
            init: WeightInit::Small,
            save_every: None,
            holds_out: false,
            options: Options {
                epochs: None,
                rate,
                shuffle: false,
                evaluate_every,
                stop_when_error_rises: true,
                ..Options::default()
            },
        };
        let of_nielsen = |cost, init, rate, l2| PresetChoices {
            hidden: 30,
            cost,
            init,
            save_every: None,
            holds_out: true,
            options: Options {
                epochs: Some(30),
                rate,
                batch: 10,
                l2,
                targets: Targets::OneHot,
                ..Options::default()
            },
        };
        match self {
            Self::Bp => PresetChoices { save_every: Some(10), ..of_the_article(300, 0.3, 10) },
            Self::Fc => of_the_article(100, 0.01, 2),
            Self::Network => of_nielsen(Cost::Quadratic, WeightInit::Normal, 3.0, 0.0),
            Self::Network2 => of_nielsen(Cost::CrossEntropy, WeightInit::Scaled, 0.5, 5.0),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{self:?}").to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Options;

    /// Generates numbers of any digits, and numbers with few.
    fn any_setting() -> impl Strategy<Value = f64> {
        prop_oneof![1e-6..1e6, (1..2000u32).prop_map(|number| f64::from(number) / 100.0)]
    }

    proptest! {
        #[test]
        fn the_numbers_that_the_error_about_decay_names_are_short_and_are_accepted(
            samples in 1..100_000usize, rate in any_setting(), l2 in any_setting(),
        ) {
            let options = Options { rate, l2, ..Options::default() };
            let Err(error) = options.check_decay(samples) else { return Ok(()) };
            let text = error.to_string();
            let named = |before: &str| -> f64 {
                let (_, rest) = text.split_once(before).expect("the message names it");
                let number = rest.split(' ').next().expect("a number");
                let digits = number.split('e').next().expect("digits").replace('.', "");
                assert!(digits.trim_matches('0').len() <= 4, "{text}");
                number.parse().expect("a number")
            };
            let lower = Options { l2: named("lambda may be up to "), ..options.clone() };
            let slower = Options { rate: named("the rate up to "), ..options };
            prop_assert!(lower.check_decay(samples).is_ok() && slower.check_decay(samples).is_ok(), "{}", text);
            prop_assert!(lower.l2 > 0.999 * samples as f64 / rate && slower.rate > 0.999 * samples as f64 / l2);
        }
    }
}
