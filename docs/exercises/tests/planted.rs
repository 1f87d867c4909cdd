//! The nineteen faults of the gallery, each written where a learner would write it: caught, and located.

use backprop::gradient_check::faults::GALLERY;
use backprop::graph::{AnyNode, ConnectionId, Network, NodeId};
use backprop::{Label, Sample, sigmoid};
use backprop_exercises::{Formula, Grade, grade};

/// What a fault is where a learner writes it, and what the lesson must be about.
type Planted = (&'static str, fn() -> Grade, Formula);

const PLANTED: &[Planted] = &[
    ("missing-slope", || grade::output_delta(|a, t| t - a), Formula::OutputDelta),
    (
        "cross-entropy-with-slope",
        || {
            grade::cross_entropy(
                |a, t| -t * a.ln() - (1.0 - t) * (1.0 - a).ln(),
                |a, t| a * (1.0 - a) * (t - a),
            )
        },
        Formula::CrossEntropyDelta,
    ),
    ("sign-flipped", || grade::output_delta(|a, t| a * (1.0 - a) * (a - t)), Formula::OutputDelta),
    ("factor-1.03", || grade::output_delta(|a, t| 1.03 * a * (1.0 - a) * (t - a)), Formula::OutputDelta),
    (
        "slope-of-another-activation",
        || grade::output_delta(|a, t| (1.0 - a * a) * (t - a)),
        Formula::OutputDelta,
    ),
    (
        "missing-hidden-slope",
        || grade::hidden_delta(|_, w, d| w.iter().zip(d).map(|(w, d)| w * d).sum()),
        Formula::HiddenDelta,
    ),
    ("slope-of-the-wrong-layer", || step::<SLOPE_OF_THE_WRONG_LAYER>(), Formula::HiddenDelta),
    ("transposed", || grade::matrix_layer(forward, transposed, update), Formula::LayerDelta),
    (
        "first-connection-only",
        || grade::hidden_delta(|a, w, d| a * (1.0 - a) * w[0] * d[0]),
        Formula::HiddenDelta,
    ),
    ("updated-weights", || step::<UPDATED_WEIGHTS>(), Formula::HiddenDelta),
    ("off-by-one-layer", || step::<OFF_BY_ONE_LAYER>(), Formula::HiddenDelta),
    ("loop-ends-early", || step::<LOOP_ENDS_EARLY>(), Formula::HiddenDelta),
    ("bias-gradient-dropped", || step::<BIAS_GRADIENT_DROPPED>(), Formula::Gradient),
    ("input-of-the-wrong-layer", || step::<INPUT_OF_THE_WRONG_LAYER>(), Formula::Gradient),
    ("label-and-sample-swapped", || step::<SWAPPED>(), Formula::Output),
    (
        "summed-batch",
        || {
            grade::mini_batch_mean(|weights, gradients, rate| {
                for gradient in gradients {
                    weights
                        .iter_mut()
                        .zip(gradient)
                        .for_each(|(weight, gradient)| *weight += rate * gradient);
                }
            })
        },
        Formula::MiniBatchMean,
    ),
    (
        "last-sample-only",
        || {
            grade::mini_batch_mean(|weights, gradients, rate| {
                let last = &gradients[gradients.len() - 1];
                weights.iter_mut().zip(last).for_each(|(weight, gradient)| *weight += rate * gradient);
            })
        },
        Formula::MiniBatchMean,
    ),
    (
        "l2-on-biases",
        || {
            grade::weight_decay(|w, b, gw, gb, rate, l, n| {
                decay(w, gw, rate, l, n);
                decay(b, gb, rate, l, n);
            })
        },
        Formula::WeightDecay,
    ),
    (
        "l2-forgotten",
        || {
            grade::weight_decay(|w, b, gw, gb, rate, _, n| {
                decay(w, gw, rate, 0.0, n);
                decay(b, gb, rate, 0.0, n);
            })
        },
        Formula::WeightDecay,
    ),
];

#[test]
fn every_fault_is_caught_and_located_where_a_learner_would_write_it() {
    let names: Vec<&str> = PLANTED.iter().map(|(name, ..)| *name).collect();
    let gallery: Vec<&str> = GALLERY.iter().map(|fault| fault.name).collect();
    assert_eq!(names, gallery);
    for (name, grade, formula) in PLANTED {
        let lesson = grade().expect_err(name);
        assert_eq!(lesson.formula, *formula, "{name}: {lesson}");
        assert!(!lesson.diagnosis.is_empty(), "{name}: {lesson}");
        println!("{name}{lesson}");
    }
    // What they are planted into is right.
    step::<RIGHT>().unwrap();
    grade::matrix_layer(forward, |w, x, d| backward(w, x, d, |row, i, _| row[i]), update).unwrap();
}

fn decay(weights: &mut [f64], gradients: &[f64], rate: f64, lambda: f64, n: usize) {
    for (weight, gradient) in weights.iter_mut().zip(gradients) {
        *weight = (1.0 - rate * lambda / n as f64) * *weight + rate * gradient;
    }
}

fn forward(w: &[Vec<f64>], b: &[f64], x: &[f64]) -> Vec<f64> {
    let z = |(row, b): (&Vec<f64>, &f64)| b + row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
    w.iter().zip(b).map(|row| sigmoid(z(row))).collect()
}

fn backward(w: &[Vec<f64>], x: &[f64], delta: &[f64], weight: fn(&[f64], usize, usize) -> f64) -> Vec<f64> {
    let sum = |i: usize| (0..delta.len()).map(|j| weight(&w[j], i, j) * delta[j]).sum::<f64>();
    (0..x.len()).map(|i| x[i] * (1.0 - x[i]) * sum(i)).collect()
}

/// Row and column exchanged, where both exist.
fn transposed(w: &[Vec<f64>], x: &[f64], delta: &[f64]) -> Vec<f64> {
    let entry = |i: usize, j: usize| w.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0);
    let sum = |i: usize| (0..delta.len()).map(|j| entry(i, j) * delta[j]).sum::<f64>();
    (0..x.len()).map(|i| x[i] * (1.0 - x[i]) * sum(i)).collect()
}

fn update(w: &mut [Vec<f64>], b: &mut [f64], delta: &[f64], x: &[f64], rate: f64) {
    for ((row, bias), delta) in w.iter_mut().zip(b).zip(delta) {
        row.iter_mut().zip(x).for_each(|(weight, x)| *weight += rate * delta * x);
        *bias += rate * delta;
    }
}

const RIGHT: u8 = 0;
const SLOPE_OF_THE_WRONG_LAYER: u8 = 1;
const UPDATED_WEIGHTS: u8 = 2;
const OFF_BY_ONE_LAYER: u8 = 3;
const LOOP_ENDS_EARLY: u8 = 4;
const BIAS_GRADIENT_DROPPED: u8 = 5;
const INPUT_OF_THE_WRONG_LAYER: u8 = 6;
const SWAPPED: u8 = 7;

/// The exercise of the whole step, with one fault in it.
fn step<const FAULT: u8>() -> Grade {
    grade::training_step(|sizes| Network::new(sizes, 0), train_one_sample::<FAULT>)
}

fn train_one_sample<const FAULT: u8>(network: &mut Network, label: Label<'_>, sample: Sample<'_>, rate: f64) {
    let (label, sample) = if FAULT == SWAPPED { (sample.0, label.0) } else { (label.0, sample.0) };
    let layers: Vec<Vec<NodeId>> = network.layers.iter().map(|layer| layer.neurons().to_vec()).collect();
    let last = layers.len() - 1;
    for (&id, &x) in layers[0].iter().zip(sample) {
        network[id].set_output(x);
    }
    for &id in layers[1..].iter().flatten() {
        let term = |&c: &ConnectionId| network[c].weight * network[network[c].upstream()].output();
        let z: f64 = network[id].upstream().iter().map(term).sum();
        network[id].set_output(sigmoid(z));
    }
    for (&id, &t) in layers[last].iter().zip(label) {
        let a = network[id].output();
        network[id].set_delta(a * (1.0 - a) * (t - a));
    }
    if FAULT == UPDATED_WEIGHTS {
        move_weights::<FAULT>(network, &layers[last..], rate);
    }
    let lowest = if FAULT == LOOP_ENDS_EARLY { 2 } else { 1 };
    for layer in (lowest..last).rev() {
        for &id in &layers[layer] {
            let sum: f64 = match FAULT {
                OFF_BY_ONE_LAYER => {
                    let deltas = layers[layer + 1].iter().map(|&id| network[id].delta());
                    network[id]
                        .upstream()
                        .iter()
                        .zip(deltas)
                        .map(|(&c, delta)| network[c].weight * delta)
                        .sum()
                }
                _ => {
                    let term =
                        |&c: &ConnectionId| network[c].weight * network[network[c].downstream()].delta();
                    network[id].downstream().iter().map(term).sum()
                }
            };
            let a = match FAULT {
                SLOPE_OF_THE_WRONG_LAYER => network[layers[layer + 1][0]].output(),
                _ => network[id].output(),
            };
            network[id].set_delta(a * (1.0 - a) * sum);
        }
    }
    let moving = if FAULT == UPDATED_WEIGHTS { &layers[1..last] } else { &layers[1..] };
    move_weights::<FAULT>(network, moving, rate);
}

fn move_weights<const FAULT: u8>(network: &mut Network, layers: &[Vec<NodeId>], rate: f64) {
    for &id in layers.iter().flatten() {
        for connection in network[id].upstream().to_vec() {
            let from = network[connection].upstream();
            let input = match (&network[from], FAULT) {
                (AnyNode::Const(_), BIAS_GRADIENT_DROPPED) => 0.0,
                (AnyNode::Node(_), INPUT_OF_THE_WRONG_LAYER) => network[id].output(),
                (node, _) => node.output(),
            };
            network[connection].weight += rate * network[id].delta() * input;
        }
    }
}
