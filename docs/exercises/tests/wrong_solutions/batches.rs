//! Mini-batches.

use super::*;

fn sum_of(gradients: &[Vec<f64>], i: usize) -> f64 {
    gradients.iter().map(|gradient| gradient[i]).sum()
}

pub(crate) fn mini_batches() -> Vec<Wrong> {
    use Formula::MiniBatchMean;
    vec![
        Wrong("batch: the sum", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i));
            })
        }),
        Wrong("batch: divided by the number of weights", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = w.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: divided by n - 1", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = (g.len() - 1).max(1) as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: divided by n twice", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate / n * (sum_of(g, i) / n));
            })
        }),
        Wrong("batch: divided inside the loop", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                for (i, w) in w.iter_mut().enumerate() {
                    let mut mean = 0.0;
                    for gradient in g {
                        mean = (mean + gradient[i]) / g.len() as f64;
                    }
                    *w += rate * mean;
                }
            })
        }),
        Wrong("batch: the last sample only", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                w.iter_mut().zip(&g[g.len() - 1]).for_each(|(w, g)| *w += rate * g);
            })
        }),
        Wrong("batch: the last sample only, but divided", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().zip(&g[g.len() - 1]).for_each(|(w, g)| *w += rate * g / n);
            })
        }),
        Wrong("batch: the first sample is left out", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * sum_of(&g[1..], i) / n);
            })
        }),
        Wrong("batch: minus", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w -= rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: no rate", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, _| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += sum_of(g, i) / n);
            })
        }),
        Wrong("batch: one mean for all weights", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let numbers = (g.len() * w.len()) as f64;
                let mean = g.iter().flatten().sum::<f64>() / numbers;
                w.iter_mut().for_each(|w| *w += rate * mean);
            })
        }),
        Wrong("batch: the weight is lost", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let n = g.len() as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w = rate * sum_of(g, i) / n);
            })
        }),
        Wrong("batch: 1 / n as whole numbers", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let share = (1 / g.len()) as f64;
                w.iter_mut().enumerate().for_each(|(i, w)| *w += rate * share * sum_of(g, i));
            })
        }),
        Wrong("batch: the sum is not put back to 0 for the next weight", MiniBatchMean, || {
            grade::mini_batch_mean(|w, g, rate| {
                let mut sum = 0.0;
                for (i, w) in w.iter_mut().enumerate() {
                    sum += sum_of(g, i);
                    *w += rate * sum / g.len() as f64;
                }
            })
        }),
    ]
}
