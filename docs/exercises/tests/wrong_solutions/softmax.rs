//! Softmax with the log-likelihood.

use super::*;

fn softmax(z: &[f64]) -> Vec<f64> {
    let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    shares(z.iter().map(|z| (z - largest).exp()).collect())
}

fn shares(powers: Vec<f64>) -> Vec<f64> {
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

fn likelihood(outputs: &[f64], class: usize) -> f64 {
    -outputs[class].ln()
}

fn target(j: usize, class: usize) -> f64 {
    if j == class { 1.0 } else { 0.0 }
}

fn softmax_delta(outputs: &[f64], class: usize) -> Vec<f64> {
    outputs.iter().enumerate().map(|(j, a)| target(j, class) - a).collect()
}

pub(crate) fn softmaxes() -> Vec<Wrong> {
    use Formula::{LogLikelihood, Softmax, SoftmaxDelta};
    vec![
        Wrong("softmax: e^1000", Softmax, || {
            grade::softmax(|z| shares(z.iter().map(|z| z.exp()).collect()), likelihood, softmax_delta)
        }),
        Wrong("softmax: less the first z, not the largest", Softmax, || {
            grade::softmax(
                |z| shares(z.iter().map(|x| (x - z[0]).exp()).collect()),
                likelihood,
                softmax_delta,
            )
        }),
        Wrong("softmax: less the smallest z", Softmax, || {
            let wrong = |z: &[f64]| {
                let smallest = z.iter().copied().fold(f64::INFINITY, f64::min);
                shares(z.iter().map(|z| (z - smallest).exp()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: the largest z is at least 0, is it not", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(0.0, f64::max);
                shares(z.iter().map(|z| (z - largest).exp()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: the largest z off above and not below", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = z.iter().map(|z| z.exp()).sum();
                z.iter().map(|z| (z - largest).exp() / sum).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: sigmoids", Softmax, || {
            grade::softmax(|z| z.iter().map(|&z| sigmoid(z)).collect(), likelihood, softmax_delta)
        }),
        Wrong("softmax: shares of z", Softmax, || {
            grade::softmax(|z| shares(z.to_vec()), likelihood, softmax_delta)
        }),
        Wrong("softmax: powers of 2", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                shares(z.iter().map(|z| (z - largest).exp2()).collect())
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: divided by the number of outputs", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                z.iter().map(|x| (x - largest).exp() / z.len() as f64).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: divided by the sum of the others", Softmax, || {
            let wrong = |z: &[f64]| {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
                let sum: f64 = powers.iter().sum();
                powers.iter().map(|power| power / (sum - power)).collect()
            };
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("softmax: e^-z", Softmax, || {
            let wrong = |z: &[f64]| softmax(&z.iter().map(|z| -z).collect::<Vec<f64>>());
            grade::softmax(wrong, likelihood, softmax_delta)
        }),
        Wrong("likelihood: the sign", LogLikelihood, || {
            grade::softmax(softmax, |a, class| a[class].ln(), softmax_delta)
        }),
        Wrong("likelihood: the sum over all classes", LogLikelihood, || {
            grade::softmax(softmax, |a, _| -a.iter().map(|a| a.ln()).sum::<f64>(), softmax_delta)
        }),
        Wrong("likelihood: the cross-entropy of every output", LogLikelihood, || {
            let wrong = |a: &[f64], class| {
                a.iter().enumerate().map(|(j, &a)| crate::learning::entropy(a, target(j, class))).sum()
            };
            grade::softmax(softmax, wrong, softmax_delta)
        }),
        Wrong("likelihood: log2", LogLikelihood, || {
            grade::softmax(softmax, |a, class| -a[class].log2(), softmax_delta)
        }),
        Wrong("likelihood: no logarithm", LogLikelihood, || {
            grade::softmax(softmax, |a, class| 1.0 - a[class], softmax_delta)
        }),
        Wrong("likelihood: the largest output, right or not", LogLikelihood, || {
            let wrong = |a: &[f64], _| -a.iter().copied().fold(0.0, f64::max).ln();
            grade::softmax(softmax, wrong, softmax_delta)
        }),
        Wrong("likelihood: a softmax of the softmax", LogLikelihood, || {
            grade::softmax(softmax, |a, class| likelihood(&softmax(a), class), softmax_delta)
        }),
        Wrong("softmax delta: the sign", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| softmax_delta(a, class).iter().map(|d| -d).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: with the sigmoid's slope", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                softmax_delta(a, class).iter().zip(a).map(|(d, a)| a * (1.0 - a) * d).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the right class only", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                a.iter().enumerate().map(|(j, a)| if j == class { 1.0 - a } else { 0.0 }).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the chain ends at a", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| a.iter().enumerate().map(|(j, a)| target(j, class) / a).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: the diagonal of the derivatives only", SoftmaxDelta, || {
            let wrong = |a: &[f64], class| {
                a.iter().enumerate().map(|(j, a)| target(j, class) * (1.0 - a) * a).collect()
            };
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: classes counted from 1", SoftmaxDelta, || {
            let wrong =
                |a: &[f64], class| a.iter().enumerate().map(|(j, a)| target(j + 1, class) - a).collect();
            grade::softmax(softmax, likelihood, wrong)
        }),
        Wrong("softmax delta: 1 - a for all", SoftmaxDelta, || {
            grade::softmax(softmax, likelihood, |a, _| a.iter().map(|a| 1.0 - a).collect())
        }),
    ]
}
