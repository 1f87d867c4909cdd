//! A layer as a matrix: forward, backward, update.

use backprop::{Architecture, Parameters};

use super::layer_forward;
use crate::lesson::run;
use crate::trial::{Trial, as_long_as};
use crate::whole::{SHAPES, check, formula_of, lesson};
use crate::{Formula, Grade};

/// A layer's outputs from its weights (a row a neuron), biases and inputs.
type Forward = fn(&[Vec<f64>], &[f64], &[f64]) -> Vec<f64>;
/// The delta of the layer before, from this layer's weights, its inputs and its delta.
type Backward = fn(&[Vec<f64>], &[f64], &[f64]) -> Vec<f64>;
/// Moves weights and biases, by delta, inputs and rate.
type Update = fn(&mut [Vec<f64>], &mut [f64], &[f64], &[f64], f64);

/// `forward(w, b, inputs)`, `backward(w, inputs, delta)`, `update(w, b, delta, inputs, rate)`.
pub fn matrix_layer(forward: Forward, backward: Backward, update: Update) -> Grade {
    layer_forward(forward)?;
    grade_backward(backward)?;
    grade_update(update)?;
    for sizes in SHAPES {
        let report = check(&Architecture::new(sizes), 0, &|_, parameters, task| {
            let example = &task.examples[0];
            let (mut layers, mut outputs) = (parameters.layers.clone(), vec![example.sample.clone()]);
            for (place, layer) in layers.iter().enumerate() {
                outputs.push(forward(&layer.weights, &layer.biases, &outputs[place]));
            }
            let output = &outputs[layers.len()];
            let mut delta: Vec<f64> =
                output.iter().zip(&example.label).map(|(a, t)| a * (1.0 - a) * (t - a)).collect();
            for (place, layer) in layers.iter_mut().enumerate().rev() {
                let before = backward(&layer.weights, &outputs[place], &delta);
                update(&mut layer.weights, &mut layer.biases, &delta, &outputs[place], 1.0);
                delta = before;
            }
            let moved = Parameters { layers };
            moved.iter().zip(parameters.iter()).map(|(after, before)| after - before).collect()
        });
        let pattern = report.diagnosis.as_ref().map(|diagnosis| &diagnosis.pattern);
        let formula = match pattern.map(|pattern| formula_of(pattern, 1.0)) {
            Some(Formula::HiddenDelta) => Formula::LayerDelta,
            _ => Formula::LayerUpdate,
        };
        if let Some(lesson) = lesson(&report, formula) {
            return Err(lesson);
        }
    }
    Ok(())
}

fn grade_backward(backward: Backward) -> Grade {
    let cases: [(Vec<Vec<f64>>, Vec<f64>, Vec<f64>); 3] = [
        (vec![vec![0.5, -1.0], vec![0.25, 0.75]], vec![0.6, 0.2], vec![0.1, -0.05]),
        (vec![vec![0.3, -0.8, 0.6], vec![1.2, 0.4, -0.7]], vec![0.9, 0.5, 0.3], vec![-0.02, 0.04]),
        (vec![vec![0.9], vec![-0.4], vec![0.2]], vec![0.35], vec![0.01, 0.03, -0.08]),
    ];
    let mut trial = Trial::new(
        Formula::LayerDelta,
        [
            "without the slope of the inputs, x(1 − x)",
            "where W is not transposed",
            "where only the first row of W counts",
            "where the deltas are added up without their weights",
            "where the sign is turned",
            "where the inputs take the place of their slope",
            "where the delta itself is handed back",
        ],
    );
    for (weights, inputs, delta) in cases {
        let what = format!("{} neurons, {} inputs", delta.len(), inputs.len());
        let got = run(Formula::LayerDelta, &what, || backward(&weights, &inputs, &delta))?;
        as_long_as(Formula::LayerDelta, &format!("{what}: the delta handed back"), inputs.len(), got.len())?;
        for (i, &x) in inputs.iter().enumerate() {
            let slope = x * (1.0 - x);
            let sum: f64 = weights.iter().zip(&delta).map(|(row, delta)| row[i] * delta).sum();
            let untransposed: f64 = weights
                .get(i)
                .map_or(0.0, |row| row.iter().zip(&delta).map(|(weight, delta)| weight * delta).sum());
            let slips = [
                sum,
                slope * untransposed,
                slope * weights[0][i] * delta[0],
                slope * delta.iter().sum::<f64>(),
                -slope * sum,
                x * sum,
                delta.get(i).copied().unwrap_or(0.0),
            ];
            trial.case(format!("{what}: delta {i} of the layer before"), slope * sum, got[i], slips);
        }
    }
    trial.grade()
}

fn grade_update(update: Update) -> Grade {
    let mut trial = Trial::new(
        Formula::LayerUpdate,
        [
            "where the step goes the wrong way",
            "where the rate is left out",
            "where the biases do not move",
            "where the inputs are left out",
            "where the step takes the place of the weight",
            "where rows and columns are exchanged",
            "where nothing moves",
        ],
    );
    let (weights, biases) = ([[0.5, -1.0, 0.25], [0.75, 0.1, -0.6]], [0.1, -0.2]);
    let (delta, inputs, rate) = ([0.1, -0.05], [0.6, 0.2, 0.9], 0.3);
    let (mut moved, mut moved_biases) = (weights.map(|row| row.to_vec()).to_vec(), biases);
    let what = "2 neurons, 3 inputs, rate 0.3";
    run(Formula::LayerUpdate, what, || update(&mut moved, &mut moved_biases, &delta, &inputs, rate))?;
    for j in 0..2 {
        as_long_as(Formula::LayerUpdate, &format!("{what}: row {j} of W"), 3, moved[j].len())?;
        for i in 0..3 {
            let (w, step) = (weights[j][i], rate * delta[j] * inputs[i]);
            // As if W had been walked through column by column in row-major order.
            let (row, column) = ((3 * j + i) % 2, (3 * j + i) / 2);
            let slips = [
                w - step,
                w + delta[j] * inputs[i],
                w + step,
                w + rate * delta[j],
                step,
                w + rate * delta[row] * inputs[column],
                w,
            ];
            trial.case(format!("{what}: w of row {j}, column {i}"), w + step, moved[j][i], slips);
        }
        let (b, step) = (biases[j], rate * delta[j]);
        let slips = [b - step, b + delta[j], b, b + step, step, b + step, b];
        trial.case(format!("{what}: bias {j}"), b + step, moved_biases[j], slips);
    }
    trial.grade()
}
