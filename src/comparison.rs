//! Compares the two engines: whether they agree, how long each takes for a sample, and how large a connection is.
//!
//! `backprop compare` prints the result. It takes seconds; `cargo bench` measures more, and more carefully.

use crate::gradient_check::Precision;
use crate::vectorized::textbook;
use crate::{Architecture, Engine, Label, Sample, WeightInit, clock, graph, vectorized};

/// The engines may differ by this much after the samples they are compared on, in f32 and in f64.
const AGREEMENT: [f64; 2] = [1e-4, 1e-9];
/// The number of times each contender is timed. They take turns, and the median counts.
const PASSES: usize = 5;
/// The shortest time of a pass: fast contenders repeat their samples until it is over.
const SHORTEST_PASS: f64 = 0.002;

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Comparison {
    /// Layer sizes.
    pub sizes: Vec<usize>,
    /// The precision of the vectorized network.
    pub precision: Precision,
    /// Weights and biases, all together.
    pub connections: usize,
    /// Microseconds the object graph takes to train on one sample.
    pub object_us: f64,
    /// Microseconds the textbook matrices take.
    pub textbook_us: f64,
    /// Microseconds the vectorized network takes.
    pub vectorized_us: f64,
    /// The speed of the vectorized network, as a multiple of the object graph's.
    pub ratio: f64,
    /// The largest difference between the two engines in any weight or bias after the same samples.
    pub max_difference: f64,
    /// Bytes a connection takes in the object graph, nodes and lists included.
    pub bytes_per_connection: f64,
}

impl Comparison {
    /// Returns `true` if the engines ended with the same weights, up to rounding.
    pub fn agrees(&self) -> bool {
        let [single, double] = AGREEMENT;
        self.max_difference <= if self.precision == Precision::F32 { single } else { double }
    }
}

/// Samples and labels to compare on.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Labels, one row of n_out numbers per sample.
    pub labels: &'a [f64],
    /// The same number of samples, one row of n_in numbers each.
    pub samples: &'a [f64],
}

/// Trains both engines on the same samples from the same weights, and times them if they agree. The vectorized network
/// computes in the given precision.
///
/// Weights are drawn by [`WeightInit::Small`] with this seed; `rate` is the learning rate. The engines agree if no
/// weight differs by more than 10⁻⁹ (in f32, 10⁻⁴) after one pass over the samples.
///
/// Times are medians of several passes in which the contenders take turns, so that a busy moment of the machine
/// affects all of them. If the engines do not agree, all times are NaN: the speed of a wrong answer does not matter.
///
/// ```
/// use backprop::comparison::{Rows, compare};
/// use backprop::{Architecture, gradient_check::Precision};
///
/// let rows = Rows { labels: &[0.9, 0.1], samples: &[1.0, 0.5, 0.0] };
/// let comparison = compare(Precision::F64, &Architecture::new(&[3, 4, 2]), rows, 0.3, 0);
/// assert!(comparison.agrees());
/// assert_eq!(comparison.connections, 26);
/// ```
///
/// # Panics
/// If there are no samples, if the number of labels differs, or if no network can have this architecture.
#[track_caller]
pub fn compare(
    precision: Precision,
    architecture: &Architecture,
    rows: Rows<'_>,
    rate: f64,
    seed: u64,
) -> Comparison {
    let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
    let count = rows.samples.len() / inputs;
    assert!(count > 0, "a comparison needs at least one sample");
    let before = WeightInit::Small.draw(architecture, seed);
    let mut objects = graph::Network::from_parameters(architecture, &before);
    let vectorized: Result<Box<dyn Engine>, _> = match precision {
        Precision::F64 => vectorized::Network::try_new(architecture).map(|network| Box::new(network) as _),
        Precision::F32 => {
            vectorized::Network::<f32>::zeros(architecture).map(|network| Box::new(network) as _)
        }
    };
    let mut vectorized = vectorized.unwrap_or_else(|error| panic!("{error}"));
    vectorized.set_parameters(&before);
    let mut textbook = textbook::Network::from_parameters(architecture, &before);

    objects.train_each(rows.labels, rows.samples, rate);
    vectorized.train_each(rows.labels, rows.samples, rate);
    let max_difference = objects.parameters().max_difference(&vectorized.parameters());
    let connections = before.iter().count();
    let comparison = Comparison {
        sizes: architecture.sizes.clone(),
        precision,
        connections,
        object_us: f64::NAN,
        textbook_us: f64::NAN,
        vectorized_us: f64::NAN,
        ratio: f64::NAN,
        max_difference,
        bytes_per_connection: objects.memory_bytes() as f64 / connections as f64,
    };
    if !comparison.agrees() {
        return comparison;
    }
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..PASSES {
        times[0].push(time(count, || {
            objects.train_each(rows.labels, rows.samples, rate);
        }));
        times[1].push(time(count, || {
            for (label, sample) in rows.labels.chunks_exact(outputs).zip(rows.samples.chunks_exact(inputs)) {
                textbook.train_one_sample(Label(label), Sample(sample), rate);
            }
        }));
        times[2].push(time(count, || {
            vectorized.train_each(rows.labels, rows.samples, rate);
        }));
    }
    let [object_us, textbook_us, vectorized_us] = times.map(median);
    Comparison { object_us, textbook_us, vectorized_us, ratio: object_us / vectorized_us, ..comparison }
}

/// Returns the microseconds per sample, over enough rounds to make the pass long enough to time.
fn time(count: usize, mut round: impl FnMut()) -> f64 {
    let start = clock::seconds();
    let mut rounds = 0;
    loop {
        round();
        rounds += 1;
        let seconds = clock::seconds() - start;
        // Without a clock they are NaN.
        if seconds.is_nan() || seconds >= SHORTEST_PASS {
            return seconds * 1e6 / (rounds * count) as f64;
        }
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_that_do_not_agree_are_not_timed() {
        // A NaN among the inputs makes all weights NaN, and NaN never counts as agreement.
        let rows = Rows { labels: &[0.5, 0.5], samples: &[f64::NAN, 1.0, 1.0] };
        let comparison = compare(Precision::F64, &Architecture::new(&[3, 4, 2]), rows, 0.3, 0);
        assert!(!comparison.agrees());
        assert!(comparison.object_us.is_nan() && comparison.ratio.is_nan());
    }

    #[test]
    fn the_ratio_is_that_of_the_times() {
        let rows = Rows { labels: &[0.9, 0.1], samples: &[1.0, 0.5, 0.0] };
        let comparison = compare(Precision::F64, &Architecture::new(&[3, 4, 2]), rows, 0.3, 0);
        assert!(comparison.object_us > 0.0 && comparison.vectorized_us > 0.0 && comparison.textbook_us > 0.0);
        assert_eq!(comparison.ratio, comparison.object_us / comparison.vectorized_us);
        assert!(comparison.bytes_per_connection > 32.0);
    }
}
