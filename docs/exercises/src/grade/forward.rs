//! Forwards: a neuron, a layer, the cost.

use backprop::{Activation, Cost, sigmoid};

use crate::lesson::run;
use crate::trial::{Trial, as_long_as, numbers};
use crate::{Formula, Grade};

/// Σ w·x, the part of a weighted input that is not the bias.
fn sum(weights: &[f64], inputs: &[f64]) -> f64 {
    weights.iter().zip(inputs).map(|(weight, input)| weight * input).sum()
}

/// `output(weights, bias, inputs)`: the output of a sigmoid neuron.
pub fn neuron_output(output: fn(&[f64], f64, &[f64]) -> f64) -> Grade {
    let cases: [(&[f64], f64, &[f64]); 5] = [
        (&[0.5], 0.25, &[1.0]),
        (&[2.0, -1.0], -0.5, &[0.75, 0.5]),
        (&[0.3, -0.8, 0.6], 0.1, &[1.0, 0.0, -2.0]),
        (&[-1.5, 0.4, 0.9, -0.2], 1.25, &[0.2, 0.7, -0.1, 3.0]),
        (&[0.0, 0.0], -0.75, &[4.0, -4.0]),
    ];
    let mut trial = Trial::new(
        Formula::Output,
        [
            "where the bias is left out",
            "where the weighted input is not put through the sigmoid",
            "where the bias is subtracted",
            "where the weights are added up without their inputs",
            "where only the first input counts",
            "where the last input is left out",
            "where the bias is added once for each input",
            "where tanh stands in place of the sigmoid",
            "where the bias is added after the sigmoid",
            "where the sigmoid is applied twice",
            "where the sigmoid has the sign of z turned",
        ],
    );
    for (weights, bias, inputs) in cases {
        let what =
            format!("the output for weights {}, bias {bias}, inputs {}", numbers(weights), numbers(inputs));
        let got = run(Formula::Output, &what, || output(weights, bias, inputs))?;
        let (z, last) = (sum(weights, inputs), inputs.len() - 1);
        let slips = [
            sigmoid(z),
            z + bias,
            sigmoid(z - bias),
            sigmoid(weights.iter().sum::<f64>() + bias),
            sigmoid(weights[0] * inputs[0] + bias),
            sigmoid(sum(&weights[..last], inputs) + bias),
            sigmoid(z + bias * inputs.len() as f64),
            Activation::Tanh.value(z + bias),
            sigmoid(z) + bias,
            sigmoid(sigmoid(z + bias)),
            sigmoid(-(z + bias)),
        ];
        trial.case(what, sigmoid(z + bias), got, slips);
    }
    trial.grade()
}

/// `forward(weights, biases, inputs)`: the outputs of a layer of sigmoid neurons; `weights[j]` are those of neuron j.
pub fn layer_forward(forward: fn(&[Vec<f64>], &[f64], &[f64]) -> Vec<f64>) -> Grade {
    let cases: [(Vec<Vec<f64>>, Vec<f64>, Vec<f64>); 3] = [
        (vec![vec![0.5, -1.0], vec![0.25, 0.75]], vec![0.1, -0.2], vec![1.0, 0.5]),
        (vec![vec![0.3, -0.8, 0.6], vec![1.2, 0.4, -0.7]], vec![0.0, 0.9], vec![-1.0, 0.5, 2.0]),
        (vec![vec![0.9], vec![-0.4], vec![0.2]], vec![-0.3, 0.6, 0.15], vec![0.8]),
    ];
    let mut trial = Trial::new(
        Formula::LayerOutput,
        [
            "where the biases are left out",
            "where every neuron has the first one's bias",
            "where the weighted inputs are not put through the sigmoid",
            "where every neuron has the first one's weights",
            "where a neuron's output is already among the inputs of the next",
            "where the weights are read down the columns",
        ],
    );
    for (weights, biases, inputs) in cases {
        let what = format!("{} neurons, inputs {}", biases.len(), numbers(&inputs));
        let got = run(Formula::LayerOutput, &what, || forward(&weights, &biases, &inputs))?;
        as_long_as(Formula::LayerOutput, &what, biases.len(), got.len())?;
        let mut overwritten = inputs.clone();
        for (j, (row, &bias)) in weights.iter().zip(&biases).enumerate() {
            let z = sum(row, &inputs);
            let from_overwritten = sigmoid(sum(row, &overwritten) + bias);
            if let Some(input) = overwritten.get_mut(j) {
                *input = from_overwritten;
            }
            let column: f64 = (0..inputs.len())
                .map(|i| weights.get(i).and_then(|row| row.get(j)).map_or(0.0, |weight| weight * inputs[i]))
                .sum();
            let slips = [
                sigmoid(z),
                sigmoid(z + biases[0]),
                z + bias,
                sigmoid(sum(&weights[0], &inputs) + bias),
                from_overwritten,
                sigmoid(column + bias),
            ];
            trial.case(format!("{what}: output {j}"), sigmoid(z + bias), got[j], slips);
        }
    }
    trial.grade()
}

/// `cost(output, label)`: the quadratic cost of one sample.
pub fn cost(cost: fn(&[f64], &[f64]) -> f64) -> Grade {
    let cases: [(&[f64], &[f64]); 4] = [
        (&[0.8], &[1.0]),
        (&[0.3, 0.9], &[0.1, 0.9]),
        (&[0.2, 0.7, 0.4], &[0.9, 0.1, 0.1]),
        (&[0.5, 0.5, 0.25, 0.0], &[0.0, 1.0, 0.25, 0.5]),
    ];
    let mut trial = Trial::new(
        Formula::Cost,
        [
            "without the factor ½",
            "where the mean is taken in place of the sum",
            "where the squares are averaged over the outputs",
            "where distances are added up, not their squares",
            "where the differences are not squared, so that they cancel",
            "where only the first output counts",
            "where the square root of the sum of squares is taken",
            "where the sum is squared, not each difference",
            "where the differences are halved and not squared",
        ],
    );
    for (output, label) in cases {
        let what = format!("the cost of outputs {} for labels {}", numbers(output), numbers(label));
        let got = run(Formula::Cost, &what, || cost(output, label))?;
        let differences: Vec<f64> = label.iter().zip(output).map(|(t, a)| t - a).collect();
        let squares: f64 = differences.iter().map(|d| d * d).sum();
        let (distances, count) = (differences.iter().map(|d| d.abs()).sum::<f64>(), output.len() as f64);
        let plain: f64 = differences.iter().sum();
        let slips = [
            squares,
            0.5 * squares / count,
            squares / count,
            distances,
            plain,
            0.5 * differences[0] * differences[0],
            squares.sqrt(),
            0.5 * plain * plain,
            0.5 * distances,
        ];
        trial.case(what, Cost::Quadratic.value(output, label), got, slips);
    }
    trial.grade()
}
