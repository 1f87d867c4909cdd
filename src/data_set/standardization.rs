//! Standardization: inputs of mean 0 and standard deviation 1, which makes columns in millimetres and years
//! comparable.

use serde::{Deserialize, Serialize};

use super::DataSet;
use crate::Activation;

/// A variation below this share of a number does not count. The last place of a number is between an eighth and a
/// quarter of it.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// The mean and the standard deviation of each input over the training samples.
///
/// ```
/// use backprop::data_set::{DataSet, Meaning, Pixels, Standardization};
///
/// let data = DataSet::images(1, 2, vec![0, 7, 100, 7], vec![0, 1], Pixels::Raw);
/// let standardization = Standardization::of(&data);
/// assert_eq!(standardization.mean, [50.0, 7.0]);
/// // What does not vary becomes 0.
/// let meaning = Meaning { standardization: Some(standardization), ..data.meaning().clone() };
/// assert_eq!(data.with_meaning(meaning).sample(1), [1.0, 0.0]);
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
        Self::of_rows(data.input_size(), data.len(), |index| data.as_read(index)).0
    }

    /// Computes the scale that brings the numbers to predict within the range of an output with this activation: mean
    /// 0 and deviation 1 for the identity, from 0.1 to 0.9 for a sigmoid, ±0.9 for tanh. Returns `None` if labels are
    /// classes, or if the output reaches them as they are.
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
        let (own, ranges) = Self::of_rows(data.output_size(), data.len(), |index| data.numbers(index));
        let (reach, inside) = match activation {
            Activation::Identity => return Some(own),
            Activation::Relu => {
                let is_reached = ranges.iter().all(|&(low, _)| low >= 0.0);
                let mean = ranges.iter().map(|&(low, _)| if is_reached { 0.0 } else { low }).collect();
                return Some(Self { mean, ..own });
            }
            Activation::Sigmoid | Activation::Softmax => ((0.0, 1.0), (0.1, 0.9)),
            Activation::Tanh => ((-1.0, 1.0), (-0.9, 0.9)),
        };
        if ranges.iter().all(|&(low, high)| low >= reach.0 && high <= reach.1) {
            return None;
        }
        let scale = |(low, high): (f64, f64)| {
            // The range, or 1; the largest number where that overflows.
            let range = if high > low { high - low } else { 1.0 };
            let deviation = (range / (inside.1 - inside.0)).min(f64::MAX);
            ((low - inside.0 * deviation).clamp(f64::MIN, f64::MAX), deviation)
        };
        let (mean, deviation) = ranges.into_iter().map(scale).unzip();
        Some(Self { mean, deviation })
    }

    /// Computes mean and deviation of `count` rows, each of which is read three times, and the smallest and the largest
    /// number of each column. Sums are taken of numbers scaled by a power of two, so that they neither overflow nor vanish.
    fn of_rows<R: AsRef<[f64]>>(
        columns: usize,
        count: usize,
        row: impl Fn(usize) -> R,
    ) -> (Self, Vec<(f64, f64)>) {
        let rows = || (0..count).map(&row);
        let count = count as f64;
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); columns];
        for row in rows() {
            for (range, value) in ranges.iter_mut().zip(row.as_ref()) {
                *range = (range.0.min(*value), range.1.max(*value));
            }
        }
        let scales: Vec<f64> = ranges.iter().map(|(low, high)| scale(low.abs().max(high.abs()))).collect();
        let mut mean = vec![0.0; columns];
        for row in rows() {
            for ((sum, value), scale) in mean.iter_mut().zip(row.as_ref()).zip(&scales) {
                *sum += value * scale / count;
            }
        }
        let mut squares = vec![0.0; columns];
        for row in rows() {
            for (((sum, value), mean), scale) in squares.iter_mut().zip(row.as_ref()).zip(&mean).zip(&scales)
            {
                *sum += (value * scale - mean) * (value * scale - mean) / count;
            }
        }
        let deviation = |((square, scale), &(low, high)): ((f64, &f64), &(f64, f64))| {
            // A number that varies only in its last places is constant up to rounding.
            let varies =
                high * scale - low * scale > ROUNDING * (high * scale).abs().max((low * scale).abs());
            if varies { (square.sqrt() / scale).clamp(f64::from_bits(1), f64::MAX) } else { 1.0 }
        };
        let deviation = squares.into_iter().zip(&scales).zip(&ranges).map(deviation).collect();
        let mean = mean.iter().zip(&scales).map(|(mean, scale)| mean / scale).collect();
        (Self { mean, deviation }, ranges)
    }

    /// Replaces every x by (x − mean) / deviation.
    ///
    /// # Panics
    /// If the sample has another number of inputs.
    #[track_caller]
    pub fn apply(&self, sample: &mut [f64]) {
        assert_eq!(
            sample.len(),
            self.mean.len(),
            "the sample must have a number for each standardized input"
        );
        for ((value, mean), deviation) in sample.iter_mut().zip(&self.mean).zip(&self.deviation) {
            let distance = *value - mean;
            // Two numbers may be further apart than the largest one is from 0.
            *value = if distance.is_finite() {
                distance / deviation
            } else {
                *value / deviation - mean / deviation
            };
        }
    }
}

/// Returns 1, or the power of two that brings numbers up to this size near 1 if their squares would overflow or vanish.
fn scale(largest: f64) -> f64 {
    let exponent = largest.log2().floor();
    if !exponent.is_finite() || exponent.abs() < 400.0 {
        1.0
    } else {
        (-exponent.clamp(-1000.0, 1000.0)).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One column.
    fn of(numbers: &[f64]) -> Standardization {
        Standardization::of_rows(1, numbers.len(), |index| [numbers[index]]).0
    }

    #[test]
    fn columns_of_any_size_and_offset_come_to_mean_0_and_deviation_1() {
        // A pattern of mean 0 and deviation 1, at offsets and sizes up to the ends of the range.
        let pattern = [-1.0, 1.0, -1.0, 1.0];
        for size in [5e-324, 1e-310, 1e-200, 1e-20, 1.0, 1e15, 1e154, 1e200, 1e300, 1.7e308] {
            for offset in [0.0, 1.0, -3.0, 1e6, 1e15] {
                let numbers = pattern.map(|x| (x + offset) * size);
                if numbers.iter().any(|number: &f64| !number.is_finite()) {
                    continue;
                }
                let own = of(&numbers);
                for (number, expected) in numbers.into_iter().zip(pattern) {
                    let mut standardized = [number];
                    own.apply(&mut standardized);
                    // The mean itself is rounded, by as much as a number of its size is; the smallest numbers are coarse.
                    let allowed =
                        1e-12 + 4.0 * f64::EPSILON * offset.abs() + if size < 1e-320 { 1.0 } else { 0.0 };
                    assert!(
                        (standardized[0] - expected).abs() <= allowed,
                        "{size} {offset}: {standardized:?}, {own:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_does_not_vary_becomes_0() {
        for number in [0.0, -0.0, 0.1, 0.1 + 0.2, 7.0, 1e15, 1e300, -1.7e308, 5e-324, 1e-310] {
            for numbers in [[number; 3], [number, number, number * (1.0 + f64::EPSILON)]] {
                let own = of(&numbers);
                let mut standardized = numbers;
                for x in &mut standardized {
                    own.apply(std::slice::from_mut(x));
                }
                assert!(
                    standardized.iter().all(|x| x.abs() <= 4.0 * f64::EPSILON * number.abs()),
                    "{standardized:?}"
                );
            }
        }
    }
}
