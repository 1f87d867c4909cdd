//! A layer forwards, and the cost.

use super::*;

pub(crate) fn layers_and_costs() -> Vec<Wrong> {
    use Formula::{Cost, LayerOutput};
    vec![
        Wrong("layer: the first bias for all", LayerOutput, || {
            grade::layer_forward(|w, b, x| w.iter().map(|row| sigmoid(b[0] + dot(row, x))).collect())
        }),
        Wrong("layer: the first row for all", LayerOutput, || {
            grade::layer_forward(|w, b, x| b.iter().map(|b| sigmoid(b + dot(&w[0], x))).collect())
        }),
        Wrong("layer: the sum is never put back to 0", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut z = 0.0;
                let mut outputs = Vec::new();
                for (row, b) in w.iter().zip(b) {
                    z += b + dot(row, x);
                    outputs.push(sigmoid(z));
                }
                outputs
            })
        }),
        Wrong("layer: outputs written over the inputs", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut a = x.to_vec();
                a.resize(x.len().max(b.len()), 0.0);
                for (j, (row, b)) in w.iter().zip(b).enumerate() {
                    a[j] = sigmoid(b + dot(row, &a));
                }
                a.truncate(b.len());
                a
            })
        }),
        Wrong("layer: no biases", LayerOutput, || {
            grade::layer_forward(|w, _, x| w.iter().map(|row| sigmoid(dot(row, x))).collect())
        }),
        Wrong("layer: columns for rows", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                let mut z = b.to_vec();
                for (row, x) in w.iter().zip(x) {
                    for (z, w) in z.iter_mut().zip(row) {
                        *z += w * x;
                    }
                }
                z.into_iter().map(sigmoid).collect()
            })
        }),
        Wrong("layer: the last neuron is missing", LayerOutput, || {
            grade::layer_forward(|w, b, x| (0..w.len() - 1).map(|j| sigmoid(b[j] + dot(&w[j], x))).collect())
        }),
        Wrong("layer: a sigmoid of the sigmoids", LayerOutput, || {
            grade::layer_forward(|w, b, x| {
                w.iter().zip(b).map(|(row, b)| sigmoid(sigmoid(b + dot(row, x)))).collect()
            })
        }),
        Wrong("cost: the mean over the outputs", Cost, || {
            grade::cost(|a, t| {
                0.5 * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>() / a.len() as f64
            })
        }),
        Wrong("cost: not halved", Cost, || {
            grade::cost(|a, t| a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum())
        }),
        Wrong("cost: not squared", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).abs()).sum::<f64>())
        }),
        Wrong("cost: the square of the sum", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t - a).sum::<f64>().powi(2))
        }),
        Wrong("cost: the difference of the squares", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t * t - a * a).sum::<f64>())
        }),
        Wrong("cost: the length of the difference, with a root", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>().sqrt())
        }),
        Wrong("cost: exp2 taken for a square", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| (t - a).exp2()).sum::<f64>())
        }),
        Wrong("cost: a half as whole numbers", Cost, || {
            grade::cost(|a, t| {
                let [one, two] = [1, 2];
                f64::from(one / two) * a.iter().zip(t).map(|(a, t)| (t - a).powi(2)).sum::<f64>()
            })
        }),
        Wrong("cost: the square of a alone", Cost, || {
            grade::cost(|a, t| 0.5 * a.iter().zip(t).map(|(a, t)| t - a.powi(2)).sum::<f64>())
        }),
        Wrong("cost: the last output is missing", Cost, || {
            grade::cost(|a, t| 0.5 * (0..a.len() - 1).map(|i| (t[i] - a[i]).powi(2)).sum::<f64>())
        }),
        Wrong("cost: the cross-entropy", Cost, || {
            grade::cost(|a, t| {
                -a.iter().zip(t).map(|(a, t)| t * a.ln() + (1.0 - t) * (1.0 - a).ln()).sum::<f64>()
            })
        }),
    ]
}
