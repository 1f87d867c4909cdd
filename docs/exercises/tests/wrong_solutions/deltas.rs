//! Both deltas.

use super::*;

pub(crate) fn deltas() -> Vec<Wrong> {
    use Formula::{HiddenDelta, OutputDelta};
    vec![
        Wrong("output delta: a - t", OutputDelta, || grade::output_delta(|a, t| a * (1.0 - a) * (a - t))),
        Wrong("output delta: a(a - 1)", OutputDelta, || grade::output_delta(|a, t| a * (a - 1.0) * (t - a))),
        Wrong("output delta: no slope", OutputDelta, || grade::output_delta(|a, t| t - a)),
        Wrong("output delta: the slope at the label", OutputDelta, || {
            grade::output_delta(|a, t| t * (1.0 - t) * (t - a))
        }),
        Wrong("output delta: a(1 - t)", OutputDelta, || grade::output_delta(|a, t| a * (1.0 - t) * (t - a))),
        Wrong("output delta: the 2 of a cost without its half", OutputDelta, || {
            grade::output_delta(|a, t| 2.0 * a * (1.0 - a) * (t - a))
        }),
        Wrong("output delta: a taken for z", OutputDelta, || {
            grade::output_delta(|a, t| sigmoid(a) * (1.0 - sigmoid(a)) * (t - a))
        }),
        Wrong("output delta: the slope of tanh", OutputDelta, || {
            grade::output_delta(|a, t| (1.0 - a * a) * (t - a))
        }),
        Wrong("output delta: the cost for its derivative", OutputDelta, || {
            grade::output_delta(|a, t| a * (1.0 - a) * 0.5 * (t - a).powi(2))
        }),
        Wrong("output delta: the brackets", OutputDelta, || {
            grade::output_delta(|a, t| {
                let one = 1.0;
                a * one - a * (t - a)
            })
        }),
        Wrong("output delta: the size without the direction", OutputDelta, || {
            grade::output_delta(|a, t| a * (1.0 - a) * (t - a).abs())
        }),
        Wrong("output delta: divided by the slope", OutputDelta, || {
            grade::output_delta(|a, t| (t - a) / (a * (1.0 - a)))
        }),
        Wrong("hidden delta: no slope", HiddenDelta, || grade::hidden_delta(|_, w, d| dot(w, d))),
        Wrong("hidden delta: half a slope", HiddenDelta, || grade::hidden_delta(|a, w, d| a * dot(w, d))),
        Wrong("hidden delta: a taken for z", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| sigmoid(a) * (1.0 - sigmoid(a)) * dot(w, d))
        }),
        Wrong("hidden delta: the mean over the connections", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * dot(w, d) / w.len() as f64)
        }),
        Wrong("hidden delta: the last connection only, = for +=", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                let mut sum = 0.0;
                for (w, d) in w.iter().zip(d) {
                    sum = w * d;
                }
                a * (1.0 - a) * sum
            })
        }),
        Wrong("hidden delta: the loop ends one early", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * (0..w.len() - 1).map(|i| w[i] * d[i]).sum::<f64>())
        }),
        Wrong("hidden delta: the sum of the weights times the sum of the deltas", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * w.iter().sum::<f64>() * d.iter().sum::<f64>())
        }),
        Wrong("hidden delta: the weights left out", HiddenDelta, || {
            grade::hidden_delta(|a, _, d| a * (1.0 - a) * d.iter().sum::<f64>())
        }),
        Wrong("hidden delta: weight + delta", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| a * (1.0 - a) * w.iter().zip(d).map(|(w, d)| w + d).sum::<f64>())
        }),
        Wrong("hidden delta: the sign", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| -a * (1.0 - a) * dot(w, d))
        }),
        Wrong("hidden delta: the slope once for each connection that there is", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                let mut sum = 0.0;
                for (w, d) in w.iter().zip(d) {
                    sum += w * d;
                    sum *= a * (1.0 - a);
                }
                sum
            })
        }),
        Wrong("hidden delta: the weights from behind", HiddenDelta, || {
            grade::hidden_delta(|a, w, d| {
                a * (1.0 - a) * w.iter().rev().zip(d).map(|(w, d)| w * d).sum::<f64>()
            })
        }),
    ]
}
