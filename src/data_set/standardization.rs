//! Standardization: inputs of mean 0 and standard deviation 1, which makes columns in millimetres and years
//! comparable.

use serde::{Deserialize, Serialize};

use super::DataSet;
use crate::Activation;

/// The mean and the standard deviation of each input over the training samples.
///
/// ```
/// use backprop::data_set::{DataSet, Pixels, Standardization};
///
/// let data = DataSet::images(1, 2, vec![0, 7, 100, 7], vec![0, 1], Pixels::Raw);
/// let standardization = Standardization::of(&data);
/// assert_eq!(standardization.mean, [50.0, 7.0]);
/// // What does not vary becomes 0.
/// assert_eq!(data.standardized(standardization).sample(1), [1.0, 0.0]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standardization {
    /// The mean, which is subtracted from each input.
    pub mean: Vec<f64>,
    /// The standard deviation, by which the difference is divided; 1 if an input is always the same.
    pub deviation: Vec<f64>,
}

impl Standardization {
    /// Computes x̄ = Σ x / n and √(Σ (x − x̄)² / n) of these samples, before any standardization of their own.
    pub fn of(data: &DataSet) -> Self {
        Self::of_rows(data.input_size(), data.len(), |visit| data.for_each_as_read(visit))
    }

    /// Computes the scale that brings the numbers to put out within reach of an output with this activation: mean 0 and
    /// deviation 1 for the identity, from 0.1 to 0.9 for a sigmoid, ±0.9 for tanh. Returns `None` if labels are classes,
    /// or if the output reaches them as they are.
    ///
    /// ```
    /// use backprop::data_set::{Pixels, Source, Standardization};
    /// use backprop::Activation;
    ///
    /// let classes = Source::Xor.load(Pixels::Scaled)?.train;
    /// assert!(Standardization::of_targets(&classes, Activation::Sigmoid).is_none());
    /// # Ok::<(), backprop::Error>(())
    /// ```
    pub fn of_targets(data: &DataSet, activation: Activation) -> Option<Self> {
        if data.counts_answers() || data.is_empty() {
            return None;
        }
        let count = data.output_size();
        let own = Self::of_rows(count, data.len(), |visit| {
            (0..data.len()).for_each(|index| visit(data.numbers(index)));
        });
        let (mut low, mut high) = (data.numbers(0).to_vec(), data.numbers(0).to_vec());
        for index in 0..data.len() {
            for (place, &number) in data.numbers(index).iter().enumerate() {
                low[place] = low[place].min(number);
                high[place] = high[place].max(number);
            }
        }
        let (reach, inside) = match activation {
            Activation::Identity => return Some(own),
            Activation::Relu if low.iter().all(|&low| low >= 0.0) => {
                return Some(Self { mean: vec![0.0; count], ..own });
            }
            Activation::Relu => return Some(Self { mean: low, ..own }),
            Activation::Sigmoid => ((0.0, 1.0), (0.1, 0.9)),
            Activation::Tanh => ((-1.0, 1.0), (-0.9, 0.9)),
        };
        if low.iter().all(|&low| low >= reach.0) && high.iter().all(|&high| high <= reach.1) {
            return None;
        }
        let range = low.iter().zip(&high).map(|(low, high)| if high > low { high - low } else { 1.0 });
        let deviation: Vec<f64> = range.map(|range| range / (inside.1 - inside.0)).collect();
        let mean = low.iter().zip(&deviation).map(|(low, deviation)| low - inside.0 * deviation).collect();
        Some(Self { mean, deviation })
    }

    /// Computes mean and deviation of `count` rows, which `for_each` visits twice.
    fn of_rows(columns: usize, count: usize, for_each: impl Fn(&mut dyn FnMut(&[f64]))) -> Self {
        let count = count as f64;
        let mut mean = vec![0.0; columns];
        for_each(&mut |row| {
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += value / count;
            }
        });
        let mut squares = vec![0.0; columns];
        for_each(&mut |row| {
            for ((sum, value), mean) in squares.iter_mut().zip(row).zip(&mean) {
                *sum += (value - mean) * (value - mean) / count;
            }
        });
        // The deviation of a number that never changes is only rounding, and that of a huge one overflows; neither is a
        // spread.
        let is_spread = |deviation: f64, mean: f64| deviation > 1e-12 * mean.abs() && deviation.is_finite();
        let deviation = |(square, &mean): (f64, &f64)| {
            let deviation = square.sqrt();
            if is_spread(deviation, mean) { deviation } else { 1.0 }
        };
        let deviation = squares.into_iter().zip(&mean).map(deviation).collect();
        Self { mean, deviation }
    }

    /// Replaces every x by (x − mean) / deviation.
    ///
    /// # Panics
    /// If the sample has another number of inputs.
    #[track_caller]
    pub fn apply(&self, sample: &mut [f64]) {
        assert_eq!(sample.len(), self.mean.len(), "a sample of as many inputs as were standardized");
        for ((value, mean), deviation) in sample.iter_mut().zip(&self.mean).zip(&self.deviation) {
            *value = (*value - mean) / deviation;
        }
    }
}
