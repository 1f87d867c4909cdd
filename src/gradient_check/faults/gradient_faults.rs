//! Bugs outside the deltas: in what they are multiplied by, in the mini-batch, in L2 regularisation.
//!
//! Compare each with the step it overrides in `backward_pass`.

use super::backward_pass::{BackwardPass, Context};
use crate::Parameters;
use crate::gradient_check::Example;

/// The sample is given as the label and the label as the sample, as bp.py's own gradient check does.
#[derive(Debug)]
pub struct LabelAndSampleSwapped;

impl BackwardPass for LabelAndSampleSwapped {
    fn sample_and_label<'e>(&self, example: &'e Example) -> (&'e [f64], &'e [f64]) {
        (&example.label, &example.sample)
    }
}

/// No gradient for the biases: they keep their first values for ever.
#[derive(Debug)]
pub struct BiasGradientDropped;

impl BackwardPass for BiasGradientDropped {
    fn bias_gradient(&self, delta: &[f64]) -> Vec<f64> {
        vec![0.0; delta.len()]
    }
}

/// A layer's own output for its input: `activations[-l]` for `activations[-l-1]`.
#[derive(Debug)]
pub struct InputOfTheWrongLayer;

impl BackwardPass for InputOfTheWrongLayer {
    fn weight_gradient(&self, context: &Context, layer: usize, delta: &[f64]) -> Vec<Vec<f64>> {
        let inputs = context.output(layer);
        let mut gradient = Vec::new();
        for neuron_delta in delta {
            let mut row = Vec::new();
            for input in inputs {
                row.push(neuron_delta * input);
            }
            gradient.push(row);
        }
        gradient
    }
}

/// The sum over the mini-batch taken for the mean.
#[derive(Debug)]
pub struct SummedBatch;

impl BackwardPass for SummedBatch {
    fn average(&self, _total: &mut Parameters, _samples: usize) {}
}

/// `=` for `+=`: of a mini-batch only the last sample counts.
#[derive(Debug)]
pub struct LastSampleOnly;

impl BackwardPass for LastSampleOnly {
    fn accumulate(&self, total: &mut Parameters, gradient: &Parameters) {
        total.clone_from(gradient);
    }
}

/// L2 regularisation on biases as well.
#[derive(Debug)]
pub struct L2OnBiases;

impl BackwardPass for L2OnBiases {
    fn weight_decay(&self, total: &mut Parameters, parameters: &Parameters, l2: f64) {
        for (gradient, parameter) in total.iter_mut().zip(parameters.iter()) {
            *gradient -= l2 * parameter;
        }
    }
}

/// L2 regularisation in the cost, and not in the gradient.
#[derive(Debug)]
pub struct L2Forgotten;

impl BackwardPass for L2Forgotten {
    fn weight_decay(&self, _total: &mut Parameters, _parameters: &Parameters, _l2: f64) {}
}
