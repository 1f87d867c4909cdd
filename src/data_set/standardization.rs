//! Standardization: inputs of mean 0 and standard deviation 1, which makes columns in millimetres and years
//! comparable.

use serde::{Deserialize, Serialize};

use super::DataSet;

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
        let inputs = data.input_size();
        let count = data.len() as f64;
        let mut mean = vec![0.0; inputs];
        data.for_each_as_read(|sample| {
            for (sum, value) in mean.iter_mut().zip(sample) {
                *sum += value / count;
            }
        });
        let mut squares = vec![0.0; inputs];
        data.for_each_as_read(|sample| {
            for ((sum, value), mean) in squares.iter_mut().zip(sample).zip(&mean) {
                *sum += (value - mean) * (value - mean) / count;
            }
        });
        // The deviation of an input that never changes is only rounding, and that of a huge input overflows; neither
        // is a spread.
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
