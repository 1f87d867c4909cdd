//! Learning better: mini-batches, the cross-entropy, L2, dropout.

use backprop::Cost;

use crate::lesson::run;
use crate::trial::{Trial, as_long_as};
use crate::{Formula, Grade};

/// `update(weights, gradients, rate)`: one step along the mean of the samples' gradients (each −∂E/∂w of its sample).
pub fn mini_batch_mean(update: fn(&mut [f64], &[Vec<f64>], f64)) -> Grade {
    let cases: [(Vec<f64>, Vec<Vec<f64>>, f64); 3] = [
        (vec![0.5, -0.25], vec![vec![0.1, 0.2], vec![0.3, -0.4]], 0.5),
        (vec![1.0, 0.0, -1.0], vec![vec![0.2, 0.1, 0.0], vec![0.4, -0.3, 0.6], vec![-0.3, 0.8, 0.9]], 0.3),
        (vec![0.75], vec![vec![0.4], vec![-0.1], vec![0.3]], 0.1),
    ];
    let mut trial = Trial::new(
        Formula::MiniBatchMean,
        [
            "where the gradients are summed, not averaged",
            "where only the last sample counts: = where += belongs",
            "where only the first sample counts",
            "where the step goes the wrong way",
            "where the rate is left out",
            "where the sum is divided by the number of weights",
            "where the step takes the place of the weight",
            "where nothing moves",
        ],
    );
    for (weights, gradients, rate) in cases {
        let what = format!("{} samples, {} weights, rate {rate}", gradients.len(), weights.len());
        let mut moved = weights.clone();
        run(Formula::MiniBatchMean, &what, || update(&mut moved, &gradients, rate))?;
        as_long_as(Formula::MiniBatchMean, &what, weights.len(), moved.len())?;
        for (i, &w) in weights.iter().enumerate() {
            let sum: f64 = gradients.iter().map(|gradient| gradient[i]).sum();
            let mean = sum / gradients.len() as f64;
            let slips = [
                w + rate * sum,
                w + rate * gradients[gradients.len() - 1][i],
                w + rate * gradients[0][i],
                w - rate * mean,
                w + mean,
                w + rate * sum / weights.len() as f64,
                rate * mean,
                w,
            ];
            trial.case(format!("{what}: weight {i} afterwards"), w + rate * mean, moved[i], slips);
        }
    }
    trial.grade()
}

/// `cost(output, label)` of one output neuron, and `delta(output, label)`, −∂E/∂z of that sigmoid neuron.
pub fn cross_entropy(cost: fn(f64, f64) -> f64, delta: fn(f64, f64) -> f64) -> Grade {
    let cases = [(0.8, 1.0), (0.3, 0.1), (0.6, 0.9), (0.05, 0.0), (0.5, 0.5)];
    let mut trial = Trial::new(
        Formula::CrossEntropy,
        [
            "with the sign turned",
            "where the term of 1 − t is left out",
            "where the term of t is left out",
            "where output and label are exchanged",
            "where the logarithm is to the base 2",
            "where the logarithm is to the base 10",
            "where it is the quadratic cost",
        ],
    );
    for (a, t) in cases {
        let what = format!("the cross-entropy of output {a} for label {t}");
        let got = run(Formula::CrossEntropy, &what, || cost(a, t))?;
        let right = Cost::CrossEntropy.value(&[a], &[t]);
        let (first, second): (f64, f64) = (-t * f64::ln(a), -(1.0 - t) * f64::ln(1.0 - a));
        let exchanged = -a * f64::ln(t) - (1.0 - a) * f64::ln(1.0 - t);
        let (base_2, base_10) = (right / std::f64::consts::LN_2, right / std::f64::consts::LN_10);
        let slips = [-right, first, second, exchanged, base_2, base_10, 0.5 * (t - a) * (t - a)];
        trial.case(what, right, got, slips);
    }
    trial.grade()?;
    let mut trial = Trial::new(
        Formula::CrossEntropyDelta,
        [
            "where the quadratic cost's slope a(1 − a) is still in it",
            "with the sign turned: a − t",
            "where it is divided by the slope",
            "where it is the slope of the cost in a, not in z",
        ],
    );
    for (a, t) in cases {
        let what = format!("the delta of an output node with a = {a}, t = {t}");
        let got = run(Formula::CrossEntropyDelta, &what, || delta(a, t))?;
        let slope = a * (1.0 - a);
        trial.case(
            what,
            t - a,
            got,
            [slope * (t - a), a - t, (t - a) / slope, t / a - (1.0 - t) / (1.0 - a)],
        );
    }
    trial.grade()
}

/// Moves weights and biases: `update(weights, biases, weight_gradients, bias_gradients, rate, lambda, n)`.
type Decay = fn(&mut [f64], &mut [f64], &[f64], &[f64], f64, f64, usize);

/// One step with L2 regularisation of strength λ, with n training samples.
pub fn weight_decay(update: Decay) -> Grade {
    let (weights, biases) = ([0.5, -1.5, 2.0], [0.75, -0.25]);
    let (weight_gradients, bias_gradients) = ([0.1, -0.2, 0.05], [0.3, -0.1]);
    let mut trial = Trial::new(
        Formula::WeightDecay,
        [
            "without the decay",
            "where biases decay too",
            "where weights grow in place of decaying",
            "where the number of samples is left out: λ in place of λ/n",
            "where the rate is left out of the decay",
            "where the step along the gradient goes the wrong way",
            "where the gradient is left out",
            "where all weights decay by the same amount, λ/n·η: that is L1 for positive weights",
            "where the decay comes after the step, and shrinks the step too",
            "where nothing moves",
            "with twice the decay: the ½ of the cost is not cancelled",
            "with half the decay: the ½ of the cost is counted once more",
        ],
    );
    for (rate, lambda, n) in [(0.5, 0.4, 10), (0.25, 2.0, 50)] {
        let (mut moved, mut moved_biases) = (weights, biases);
        let what = format!("rate {rate}, λ = {lambda}, n = {n}");
        run(Formula::WeightDecay, &what, || {
            update(&mut moved, &mut moved_biases, &weight_gradients, &bias_gradients, rate, lambda, n);
        })?;
        let decay = rate * lambda / n as f64;
        for (i, (&w, &gradient)) in weights.iter().zip(&weight_gradients).enumerate() {
            let step = rate * gradient;
            let right = (1.0 - decay) * w + step;
            let slips = [
                w + step,
                right,
                (1.0 + decay) * w + step,
                (1.0 - rate * lambda) * w + step,
                (1.0 - lambda / n as f64) * w + step,
                (1.0 - decay) * w - step,
                (1.0 - decay) * w,
                w - decay + step,
                (1.0 - decay) * (w + step),
                w,
                (1.0 - 2.0 * decay) * w + step,
                (1.0 - 0.5 * decay) * w + step,
            ];
            trial.case(format!("{what}: weight {i}, {w} before"), right, moved[i], slips);
        }
        for (j, (&b, &gradient)) in biases.iter().zip(&bias_gradients).enumerate() {
            let step = rate * gradient;
            let right = b + step;
            let slips = [
                right,
                (1.0 - decay) * b + step,
                right,
                right,
                right,
                b - step,
                b,
                right,
                right,
                b,
                right,
                right,
            ];
            trial.case(format!("{what}: bias {j}, {b} before"), right, moved_biases[j], slips);
        }
    }
    trial.grade()
}

/// `output(a, kept, p)` is the output that others read from a hidden node with output a; `delta(a, kept, p, sum)` is
/// its delta, from the sum of weights times deltas downstream. p is the probability of being silenced; `kept` says that
/// it was not.
pub fn dropout(output: fn(f64, bool, f64) -> f64, delta: fn(f64, bool, f64, f64) -> f64) -> Grade {
    let cases = [(0.6, true, 0.5), (0.6, false, 0.5), (0.25, true, 0.2), (0.9, false, 0.1), (0.7, true, 0.0)];
    let factor = |kept: bool, p: f64| if kept { 1.0 / (1.0 - p) } else { 0.0 };
    let mut trial = Trial::new(
        Formula::Dropout,
        [
            "where the output of a node that is kept is not scaled",
            "where it is scaled by 1 − p: the mean shrinks, not stays",
            "where it is divided by p, the probability of being silenced",
            "where kept and silenced are exchanged",
            "where nothing is silenced",
        ],
    );
    for (a, kept, p) in cases {
        let what = format!("output {a}, {}, p = {p}", state(kept));
        let got = run(Formula::Dropout, &what, || output(a, kept, p))?;
        let own = f64::from(kept);
        let slips = [own * a, own * a * (1.0 - p), own * a / p, factor(!kept, p) * a, a];
        trial.case(what, factor(kept, p) * a, got, slips);
    }
    trial.grade()?;
    let mut trial = Trial::new(
        Formula::DropoutDelta,
        [
            "where the delta takes no notice of dropout",
            "where the delta of a node that is kept is not scaled",
            "without the slope a(1 − a)",
            "where the scaled output is taken in the slope",
            "where kept and silenced are exchanged",
            "where it is divided by p, the probability of being silenced",
        ],
    );
    for (a, kept, p) in cases {
        for sum in [0.02, -0.3] {
            let what = format!("a = {a}, {}, p = {p}, sum downstream {sum}: the delta", state(kept));
            let got = run(Formula::DropoutDelta, &what, || delta(a, kept, p, sum))?;
            let (slope, read) = (a * (1.0 - a), factor(kept, p) * a);
            let slips = [
                slope * sum,
                f64::from(kept) * slope * sum,
                factor(kept, p) * sum,
                factor(kept, p) * read * (1.0 - read) * sum,
                factor(!kept, p) * slope * sum,
                if kept { slope * sum / p } else { 0.0 },
            ];
            trial.case(what, factor(kept, p) * slope * sum, got, slips);
        }
    }
    trial.grade()
}

fn state(kept: bool) -> &'static str {
    if kept { "kept" } else { "silenced" }
}
