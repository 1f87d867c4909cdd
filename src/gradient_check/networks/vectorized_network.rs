//! The vectorized network under the check: its fused update keeps no gradient, so the gradient is read from a real step.

use super::{CheckedEngine, Task};
use crate::gradient_check::{ParameterId, Precision, Real};
use crate::vectorized::Network;
use crate::{Architecture, Engine, Error, Label, MiniBatchStep, Parameters, Sample};

/// The rate of the step that the gradient is read from.
///
/// w' = w + rate·gradient is rounded to ε/2·|w'|, so (w' − w) / rate is off by ε·|w| / rate and ε·|gradient|: the
/// larger the rate, the less the weight's own size matters. It is a power of two, so multiplying and dividing by it is
/// exact.
const RATE: f64 = 1024.0;

/// Implements [`CheckedEngine`] without type parameters, for the same reason as [`Engine`]: a check sets parameters
/// millions of times, by code that is compiled and optimised here.
macro_rules! checked_engine {
    ($number:ty) => {
        impl CheckedEngine for Network<$number> {
            fn engine_name(&self) -> &'static str {
                "the vectorized network"
            }

            fn parameter_at(&self, id: ParameterId) -> f64 {
                match id {
                    ParameterId::Weight { layer, row, column } => {
                        self.layers()[layer - 1].weight(row, column).to_f64()
                    }
                    ParameterId::Bias { layer, row } => self.layers()[layer - 1].biases()[row].to_f64(),
                    _ => panic!("{id} is not an entry of a matrix"),
                }
            }

            fn set_parameter_at(&mut self, id: ParameterId, value: f64) {
                let value = <$number>::from_f64(value);
                match id {
                    ParameterId::Weight { layer, row, column } => {
                        self.layers_mut()[layer - 1].set_weight(row, column, value);
                    }
                    ParameterId::Bias { layer, row } => self.layers_mut()[layer - 1].set_bias(row, value),
                    _ => panic!("{id} is not an entry of a matrix"),
                }
            }

            /// Returns (parameters after one real step − parameters before) / rate.
            fn task_gradient(&mut self, task: &Task) -> Parameters {
                let before = self.parameters();
                task.train(self, RATE);
                let mut gradient = self.parameters();
                for (value, old) in gradient.iter_mut().zip(before.iter()) {
                    *value = (*value - old) / RATE;
                }
                self.set_parameters(&before);
                gradient
            }
        }
    };
}
checked_engine!(f64);
checked_engine!(f32);

/// The vectorized network in f32 under the check: its gradient, next to the error of an f64 network with the same
/// parameters.
///
/// An error in f32 has seven digits, and a difference of two is left with three or four.
///
/// ```
/// use backprop::gradient_check::{Check, CheckedNetwork, InSingle};
/// use backprop::{Architecture, Engine, Label, Sample, WeightInit};
///
/// let architecture = Architecture::new(&[3, 4, 2]);
/// let mut network = InSingle::try_new(&architecture)?;
/// network.set_parameters(&WeightInit::Scaled.draw(&architecture, 0));
/// let mut checked = CheckedNetwork::new(&mut network, Label(&[0.9, 0.1]), Sample(&[1.0, 0.5, 0.2]));
/// assert!(Check::new().run(&mut checked).passed());
/// # Ok::<(), backprop::Error>(())
/// ```
#[derive(Debug)]
pub struct InSingle {
    single: Network<f32>,
    /// As an [`Engine`], `InSingle` is this network.
    double: Network,
}

impl InSingle {
    /// Creates a network with all weights and biases at 0.
    ///
    /// # Errors
    /// See [`Network::try_new`].
    pub fn try_new(architecture: &Architecture) -> Result<Self, Error> {
        Ok(Self { single: Network::zeros(architecture)?, double: Network::try_new(architecture)? })
    }
}

impl Engine for InSingle {
    fn architecture(&self) -> &Architecture {
        self.double.architecture()
    }

    fn parameters(&self) -> Parameters {
        self.double.parameters()
    }

    /// Replaces all weights and biases, rounded to f32.
    #[track_caller]
    fn set_parameters(&mut self, parameters: &Parameters) {
        self.single.set_parameters(parameters);
        self.double.set_parameters(&self.single.parameters());
    }

    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        self.double.predict(sample)
    }

    #[track_caller]
    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
        self.double.train_one_sample(label, sample, rate)
    }

    #[track_caller]
    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64 {
        self.double.train_mini_batch(labels, samples, step)
    }
}

impl CheckedEngine for InSingle {
    fn engine_name(&self) -> &'static str {
        "the vectorized network in f32"
    }

    fn precision(&self) -> Precision {
        Precision::F32
    }

    fn parameter_at(&self, id: ParameterId) -> f64 {
        self.double.parameter_at(id)
    }

    fn set_parameter_at(&mut self, id: ParameterId, value: f64) {
        self.single.set_parameter_at(id, value);
        self.double.set_parameter_at(id, value);
    }

    /// Returns the error of the f64 network, whose parameters may have been moved by less than f32 can represent.
    fn task_error(&mut self, task: &Task) -> f64 {
        self.double.task_error(task)
    }

    /// Returns what a step of the f32 network adds.
    fn task_gradient(&mut self, task: &Task) -> Parameters {
        self.single.task_gradient(task)
    }
}
