//! A reader of the report of a mystery, who knows what the gallery says about its faults, and tries them one after the other. The
//! formulas here are written from those sentences; nothing comes from the library.

#![expect(
    clippy::needless_range_loop,
    reason = "the indices are the formulas' own: w[i][j] leads to i from j"
)]

/// The faults of the gallery.
pub const NAMES: [&str; 19] = [
    "missing-slope",
    "cross-entropy-with-slope",
    "sign-flipped",
    "factor-1.03",
    "slope-of-another-activation",
    "missing-hidden-slope",
    "slope-of-the-wrong-layer",
    "transposed",
    "first-connection-only",
    "updated-weights",
    "off-by-one-layer",
    "loop-ends-early",
    "bias-gradient-dropped",
    "input-of-the-wrong-layer",
    "label-and-sample-swapped",
    "summed-batch",
    "last-sample-only",
    "l2-on-biases",
    "l2-forgotten",
];

type Row = [f64; 3];
/// Weights of a layer, a row for each neuron, and biases.
type Layer = ([Row; 3], Row);

/// The numbers of a report, as they are printed.
pub struct Sheet {
    pub tanh: bool,
    cross_entropy: bool,
    decay: f64,
    layers: [Layer; 3],
    samples: Vec<Sample>,
    gradient: [Layer; 3],
}

#[derive(Default)]
struct Sample {
    x: Row,
    t: Row,
    outputs: [Row; 4],
    /// δ of layers 1 to 3, at the same indices; 0 is not used.
    deltas: [Row; 4],
}

fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn row(numbers: &[f64]) -> Row {
    [numbers[0], numbers[1], numbers[2]]
}

impl Sheet {
    pub fn read(text: &str) -> Self {
        let head = text.lines().next().expect("a head");
        assert!(head.contains("sizes 3,3,3,3,"), "{head}");
        let mut sheet = Self {
            tanh: head.contains("tanh"),
            cross_entropy: head.contains("cross-entropy"),
            decay: 0.0,
            layers: Default::default(),
            samples: Vec::new(),
            gradient: Default::default(),
        };
        let (_, text) = text.split_once("\nWeights, ").expect("weights");
        let (before, gradients) = text.split_once("\nIts gradients, ").expect("gradients");
        for (place, line) in before.lines().filter(|line| line.starts_with("  W[")).enumerate() {
            let numbers = numbers(line);
            let layer = &mut sheet.layers[place / 3];
            (layer.0[place % 3], layer.1[place % 3]) = (row(&numbers), numbers[3]);
        }
        for (place, line) in gradients.lines().filter(|line| line.starts_with("  W[")).enumerate() {
            let numbers = numbers(line);
            let layer = &mut sheet.gradient[place / 3];
            (layer.0[place % 3], layer.1[place % 3]) = (row(&numbers), numbers[3]);
        }
        for line in before.lines() {
            let (name, layer) = (line.trim_start(), line.chars().nth(4).and_then(|digit| digit.to_digit(10)));
            let layer = layer.unwrap_or(0) as usize;
            if name.starts_with("Sample") {
                sheet.samples.push(Sample::default());
            } else if let Some(decay) = name.strip_prefix("lambda/n = ") {
                sheet.decay = decay.parse().expect("a number");
            } else if let Some(sample) = sheet.samples.last_mut() {
                match name.chars().next() {
                    Some('x') => sample.x = row(&numbers(line)),
                    Some('t') => sample.t = row(&numbers(line)),
                    Some('a') if name.starts_with("a[") => sample.outputs[layer] = row(&numbers(line)),
                    Some('δ') => sample.deltas[layer] = row(&numbers(line)),
                    _ => {}
                }
            }
        }
        sheet
    }

    /// Returns `true` if every number of the report is what this fault makes of those before it.
    pub fn fits(&self, name: &str) -> bool {
        let samples = self.samples.iter().all(|sample| {
            let outputs = self.outputs(name, sample);
            let deltas = self.deltas(name, sample, &sample.outputs, Some(&sample.deltas));
            let shown = sample.outputs.iter().chain(&sample.deltas[1..]);
            outputs.iter().chain(&deltas[1..]).zip(shown).all(|(one, other)| alike(one, other))
        });
        let gradient = self.gradient(name, |sample| (sample.outputs, sample.deltas));
        samples && gradient.iter().zip(&self.gradient).all(|(one, other)| alike(&flat(one), &flat(other)))
    }

    /// Returns `true` if this fault would leave the weights or biases of a layer right.
    pub fn would_leave_right(&self, name: &str, group: &str) -> bool {
        let layer = group.as_bytes()[2] - b'1';
        let part = |name: &str| {
            let layer = self.gradient_of_samples(name)[usize::from(layer)];
            if group.starts_with('b') { layer.1.to_vec() } else { layer.0.concat() }
        };
        alike(&part(name), &part("none"))
    }

    /// Returns `true` if this number is among the gradients that this fault would compute.
    pub fn would_have(&self, name: &str, number: f64) -> bool {
        let gradient = self.gradient_of_samples(name);
        gradient.iter().flat_map(flat).any(|entry| (entry - number).abs() <= 2e-3 * number.abs() + 1e-6)
    }

    fn gradient_of_samples(&self, name: &str) -> [Layer; 3] {
        self.gradient(name, |sample| {
            let outputs = self.outputs(name, sample);
            (outputs, self.deltas(name, sample, &outputs, None))
        })
    }

    fn slope(&self, a: f64) -> f64 {
        if self.tanh { 1.0 - a * a } else { a * (1.0 - a) }
    }

    fn outputs(&self, name: &str, sample: &Sample) -> [Row; 4] {
        let mut outputs = [if name == "label-and-sample-swapped" { sample.t } else { sample.x }; 4];
        for (l, (weights, biases)) in (1..).zip(&self.layers) {
            let z = |j: usize| biases[j] + (0..3).map(|i| weights[j][i] * outputs[l - 1][i]).sum::<f64>();
            let activation = |z: f64| if self.tanh { z.tanh() } else { 1.0 / (1.0 + (-z).exp()) };
            outputs[l] = [activation(z(0)), activation(z(1)), activation(z(2))];
        }
        outputs
    }

    /// δ of every layer; those that are `known` are used for the layers before them.
    fn deltas(&self, name: &str, sample: &Sample, a: &[Row; 4], known: Option<&[Row; 4]>) -> [Row; 4] {
        let t = if name == "label-and-sample-swapped" { sample.x } else { sample.t };
        let mut deltas = [[0.0; 3]; 4];
        for j in 0..3 {
            let (error, slope) = (t[j] - a[3][j], self.slope(a[3][j]));
            let right = if self.cross_entropy { error } else { slope * error };
            deltas[3][j] = match name {
                "missing-slope" => error,
                "cross-entropy-with-slope" => slope * error,
                "sign-flipped" => -slope * error,
                "factor-1.03" => 1.03 * slope * error,
                "slope-of-another-activation" if self.tanh => a[3][j] * (1.0 - a[3][j]) * error,
                _ => right,
            };
        }
        for l in [2, 1] {
            let (weights, after) = (&self.layers[l].0, known.map_or(deltas[l + 1], |known| known[l + 1]));
            for j in 0..3 {
                let weight = |i: usize| match name {
                    "transposed" => weights[j][i],
                    "off-by-one-layer" => self.layers[l - 1].0[i][j],
                    "updated-weights" => weights[i][j] + 0.3 * after[i] * a[l][j],
                    _ => weights[i][j],
                };
                let first = if name == "first-connection-only" { 1 } else { 3 };
                let sum: f64 = (0..first).map(|i| weight(i) * after[i]).sum();
                deltas[l][j] = match name {
                    "missing-hidden-slope" => sum,
                    "slope-of-the-wrong-layer" => self.slope(a[l + 1][j]) * sum,
                    "slope-of-another-activation" => a[l][j] * (1.0 - a[l][j]) * sum,
                    "loop-ends-early" if l == 1 => 0.0,
                    _ => self.slope(a[l][j]) * sum,
                };
            }
        }
        deltas
    }

    fn gradient(&self, name: &str, traces: impl Fn(&Sample) -> ([Row; 4], [Row; 4])) -> [Layer; 3] {
        let mut gradient: [Layer; 3] = Default::default();
        let count = self.samples.len() as f64;
        for (number, sample) in self.samples.iter().enumerate() {
            if name == "last-sample-only" && number + 1 < self.samples.len() {
                continue;
            }
            let (a, deltas) = traces(sample);
            let share = if name == "summed-batch" { 1.0 } else { 1.0 / count };
            for l in 1..4 {
                let input = if name == "input-of-the-wrong-layer" { a[l] } else { a[l - 1] };
                for j in 0..3 {
                    (0..3).for_each(|i| gradient[l - 1].0[j][i] += share * deltas[l][j] * input[i]);
                    let bias = if name == "bias-gradient-dropped" { 0.0 } else { deltas[l][j] };
                    gradient[l - 1].1[j] += share * bias;
                }
            }
        }
        for (gradient, (weights, biases)) in gradient.iter_mut().zip(&self.layers) {
            for j in 0..3 {
                if name != "l2-forgotten" {
                    (0..3).for_each(|i| gradient.0[j][i] -= self.decay * weights[j][i]);
                }
                if name == "l2-on-biases" {
                    gradient.1[j] -= self.decay * biases[j];
                }
            }
        }
        gradient
    }
}

fn flat((weights, biases): &Layer) -> Vec<f64> {
    [weights.concat(), biases.to_vec()].concat()
}

/// Equal but for the digits that are not printed.
fn alike(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(one, other)| (one - other).abs() <= 2e-6 + 1e-3 * other.abs())
}
