//! Networks that are almost right: E is small, and the rounding of the outputs is what it scatters by.

use backprop::gradient_check::{Report, Verdict, check_gradient};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

/// A network of one hidden layer of eight sigmoids with small weights, and samples whose desired outputs differ from
/// its outputs by up to `distance`.
struct AlmostRight {
    samples: Vec<[f64; 2]>,
    targets: Vec<f64>,
    parameters: Vec<f64>,
}

const HIDDEN: usize = 8;

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

impl AlmostRight {
    fn draw(seed: u64, samples: usize, distance: f64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let parameters: Vec<f64> = (0..=4 * HIDDEN).map(|_| rng.random_range(-0.1..0.1)).collect();
        let mut model = Self { samples: Vec::new(), targets: Vec::new(), parameters };
        for _ in 0..samples {
            let sample = [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)];
            let (_, output) = Self::forward(&model.parameters, sample);
            model.samples.push(sample);
            model.targets.push(output + distance * rng.random_range(-1.0..1.0));
        }
        model
    }

    fn forward(p: &[f64], [x, y]: [f64; 2]) -> ([f64; HIDDEN], f64) {
        let hidden = std::array::from_fn(|j| sigmoid(p[2 * j] * x + p[2 * j + 1] * y + p[2 * HIDDEN + j]));
        let sum: f64 = (0..HIDDEN).map(|j| p[3 * HIDDEN + j] * hidden[j]).sum();
        (hidden, sigmoid(sum + p[4 * HIDDEN]))
    }

    fn error(&self, p: &[f64]) -> f64 {
        let squares =
            self.samples.iter().zip(&self.targets).map(|(x, t)| (Self::forward(p, *x).1 - t).powi(2));
        0.5 * squares.sum::<f64>() / self.samples.len() as f64
    }

    fn gradient(&self, p: &[f64], factor: f64) -> Vec<f64> {
        let mut gradient = vec![0.0; p.len()];
        for (x, t) in self.samples.iter().zip(&self.targets) {
            let (hidden, output) = Self::forward(p, *x);
            let delta = (output - t) * output * (1.0 - output) / self.samples.len() as f64;
            gradient[4 * HIDDEN] += delta;
            for j in 0..HIDDEN {
                gradient[3 * HIDDEN + j] += delta * hidden[j];
                let delta = delta * p[3 * HIDDEN + j] * hidden[j] * (1.0 - hidden[j]);
                gradient[2 * HIDDEN + j] += delta;
                gradient[2 * j] += delta * x[0];
                gradient[2 * j + 1] += delta * x[1];
            }
        }
        gradient[0] *= factor;
        gradient
    }

    fn check(&self, factor: f64) -> Report {
        let gradient = |p: &[f64]| self.gradient(p, factor);
        check_gradient(&mut self.parameters.clone(), |p| self.error(p), gradient)
    }
}

/// Checks right gradients and ones in which a single entry is wrong. Returns how many of the right ones agree.
fn check_all(networks: u64, samples: usize, distance: f64) -> u64 {
    let mut agree = 0;
    for seed in 0..networks {
        let model = AlmostRight::draw(seed, samples, distance);
        for factor in [1.0, 1.005, 1.01, 1.015, 1.05, -1.0] {
            let report = model.check(factor);
            let is_bad = match factor {
                1.0 => report.verdict == Verdict::Disagree,
                // An entry that is left open and might be right does not keep the others from agreeing.
                1.005..1.03 => report.entries[0].verdict == Verdict::Agree,
                _ => report.passed(),
            };
            assert!(!is_bad, "{seed}, {samples} samples, {distance:e}, {factor}\n{report}");
            agree += u64::from(factor == 1.0 && report.passed());
        }
    }
    agree
}

#[test]
fn however_near_the_outputs_are_to_the_desired_ones_the_gradient_is_judged() {
    for (samples, distance) in [(1, 0.03), (4, 1e-3), (20, 1e-5)] {
        let agree = check_all(6, samples, distance);
        assert!(agree >= 5, "{samples} {distance:e}: {agree} of 6");
    }
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn a_hundred_networks_that_are_almost_right_are_judged() {
    for samples in [1, 4, 20] {
        for distance in [1.0, 0.1, 0.03, 0.01, 1e-3, 1e-5, 1e-8] {
            let agree = check_all(100, samples, distance);
            assert!(agree >= 90, "{samples} {distance:e}: {agree} of 100");
        }
    }
}
