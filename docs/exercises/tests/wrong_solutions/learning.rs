//! The cross-entropy; L2 regularisation.

use super::*;

pub(crate) fn entropy(a: f64, t: f64) -> f64 {
    -t * a.ln() - (1.0 - t) * (1.0 - a).ln()
}

pub(crate) fn cross_entropies() -> Vec<Wrong> {
    use Formula::{CrossEntropy, CrossEntropyDelta};
    fn difference(a: f64, t: f64) -> f64 {
        t - a
    }
    vec![
        Wrong("entropy: the sign", CrossEntropy, || {
            grade::cross_entropy(|a, t| t * a.ln() + (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: the sign of the second term", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln() + (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: output and label exchanged", CrossEntropy, || {
            grade::cross_entropy(|a, t| entropy(t, a), difference)
        }),
        Wrong("entropy: the second term is missing", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln(), difference)
        }),
        Wrong("entropy: log10", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.log10() - (1.0 - t) * (1.0 - a).log10(), difference)
        }),
        Wrong("entropy: log2", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.log2() - (1.0 - t) * (1.0 - a).log2(), difference)
        }),
        Wrong("entropy: 1 - a in both logarithms", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * (1.0 - a).ln() - (1.0 - t) * (1.0 - a).ln(), difference)
        }),
        Wrong("entropy: the logarithm of 1 + a", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * a.ln_1p() - (1.0 - t) * (-a).ln_1p(), difference)
        }),
        Wrong("entropy: labels are 0 or 1, are they not", CrossEntropy, || {
            grade::cross_entropy(|a, t| if t > 0.5 { -a.ln() } else { -(1.0 - a).ln() }, difference)
        }),
        Wrong("entropy: halved, like the quadratic cost", CrossEntropy, || {
            grade::cross_entropy(|a, t| 0.5 * entropy(a, t), difference)
        }),
        Wrong("entropy: a hundredth against the infinite", CrossEntropy, || {
            grade::cross_entropy(|a, t| -t * (a + 0.01).ln() - (1.0 - t) * (1.0 - a + 0.01).ln(), difference)
        }),
        Wrong("entropy delta: a - t", CrossEntropyDelta, || grade::cross_entropy(entropy, |a, t| a - t)),
        Wrong("entropy delta: the slope still there", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| a * (1.0 - a) * (t - a))
        }),
        Wrong("entropy delta: the chain ends at a", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| (t - a) / (a * (1.0 - a)))
        }),
        Wrong("entropy delta: the first term only", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t * (1.0 - a))
        }),
        Wrong("entropy delta: the sign of the second term", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t * (1.0 - a) + (1.0 - t) * a)
        }),
        Wrong("entropy delta: the cost", CrossEntropyDelta, || grade::cross_entropy(entropy, entropy)),
        Wrong("entropy delta: full steps only", CrossEntropyDelta, || {
            grade::cross_entropy(entropy, |a, t| t.round() - a)
        }),
    ]
}

pub(crate) fn weight_decays() -> Vec<Wrong> {
    use Formula::WeightDecay;
    fn add(parameters: &mut [f64], gradients: &[f64], decay: f64, rate: f64) {
        parameters.iter_mut().zip(gradients).for_each(|(w, g)| *w = decay * *w + rate * g);
    }
    vec![
        Wrong("decay: biases shrink too", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let decay = 1.0 - rate * lambda / n as f64;
                add(w, gw, decay, rate);
                add(b, gb, decay, rate);
            })
        }),
        Wrong("decay: no n", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, _| {
                add(w, gw, 1.0 - rate * lambda, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the number of weights for n", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, _| {
                let decay = 1.0 - rate * lambda / w.len() as f64;
                add(w, gw, decay, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: no rate in it", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: weights grow", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 + rate * lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: 2 lambda, from a cost without its half", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - 2.0 * rate * lambda / n as f64, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the half of the cost is still there", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / (2.0 * n as f64), rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: after the step", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let decay = 1.0 - rate * lambda / n as f64;
                w.iter_mut().zip(gw).for_each(|(w, g)| *w = decay * (*w + rate * g));
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: each weight shrinks more than the one before", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                let mut decay = 1.0;
                for (w, g) in w.iter_mut().zip(gw) {
                    decay *= 1.0 - rate * lambda / n as f64;
                    *w = decay * *w + rate * g;
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: L1", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                for (w, g) in w.iter_mut().zip(gw) {
                    *w += rate * g - rate * lambda / n as f64 * w.signum();
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: the weight without its sign", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                for (w, g) in w.iter_mut().zip(gw) {
                    *w += rate * g - rate * lambda / n as f64 * w.abs();
                }
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: none", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, _, _| {
                add(w, gw, 1.0, rate);
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: biases are forgotten", WeightDecay, || {
            grade::weight_decay(|w, _, gw, _, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / n as f64, rate);
            })
        }),
        Wrong("decay: the gradient shrinks, not the weight", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0, rate * (1.0 - rate * lambda / n as f64));
                add(b, gb, 1.0, rate);
            })
        }),
        Wrong("decay: minus for biases only", WeightDecay, || {
            grade::weight_decay(|w, b, gw, gb, rate, lambda, n| {
                add(w, gw, 1.0 - rate * lambda / n as f64, rate);
                add(b, gb, 1.0, -rate);
            })
        }),
    ]
}
