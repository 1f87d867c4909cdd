//! The vectorized network under the check: its fused update keeps no gradient, so the gradient is read from a real step.

use super::{CheckedEngine, Task};
use crate::gradient_check::{ParameterId, Real};
use crate::vectorized::Network;
use crate::{Engine, Parameters};

/// The rate of the step that the gradient is read from.
///
/// w' = w + rate·gradient is rounded to ε/2·|w'|, so (w' − w) / rate is off by ε·|w| / rate and ε·|gradient|: the
/// larger the rate, the less the weight's own size matters. (At 1024, a saturated neuron's gradient of 10⁻¹⁹ is nothing
/// but the rounding of its weight.) It is a power of two, so multiplying and dividing by it is exact.
const RATE: f64 = (1_u64 << 40) as f64;

/// Implements [`CheckedEngine`] without type parameters, for the same reason as [`Engine`]: a check sets parameters
/// millions of times, by code that is compiled and optimised here.
macro_rules! checked_engine {
    ($number:ty, $name:literal, $reference:expr) => {
        impl CheckedEngine for Network<$number> {
            fn engine_name(&self) -> &'static str {
                $name
            }

            fn reference(&self) -> Option<Box<dyn CheckedEngine>> {
                $reference(self)
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
checked_engine!(f64, "the vectorized network", |_| None);
checked_engine!(f32, "the vectorized network in f32", |single: &Self| {
    let double = Network::from_parameters(single.architecture(), &single.parameters());
    Some(Box::new(double) as _)
});
