//! Counts the samples that a network recognises. Ports `evaluate` and `get_result` of mnist.py, and `evaluate` and
//! `total_cost` of network2.py.

use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::data_set::{DataSet, Targets};

/// The number of samples whose outputs are computed in one call.
const ROWS_AT_ONCE: usize = 500;

/// The result of an evaluation.
///
/// ```
/// use backprop::training::Evaluation;
///
/// let evaluation = Evaluation { correct: Some(9_750), total: 10_000, mean_cost: 0.02, numbers: None };
/// assert_eq!(evaluation.accuracy(), 0.975);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The number of right answers; `None` where answers are numbers, which are closer or farther rather than right or
    /// wrong.
    pub correct: Option<usize>,
    /// The number of samples.
    pub total: usize,
    /// The mean cost of a sample, without any regularisation term; NaN if there were no samples.
    pub mean_cost: f64,
    /// The closeness of the numbers, if answers are numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<Closeness>,
}

/// The distance of a network's numbers from the right ones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Closeness {
    /// The root of the mean squared difference, in the unit of the numbers.
    pub rmse: f64,
    /// The share of the variance that is explained: 1 for a perfect network, 0 for one that always answers with the
    /// mean. For several numbers, the mean of their shares; `None` if all labels are the same.
    pub r2: Option<f64>,
}

/// The sums from which [`Closeness`] is computed.
#[derive(Debug, Clone, Default)]
pub struct Closer {
    /// For each number: the number of labels, their mean, the sum of their squared distances from it, and that of the
    /// squared differences.
    sums: Vec<[f64; 4]>,
}

impl Closer {
    /// Adds the outputs for one sample, in the unit of the labels.
    pub fn add(&mut self, outputs: &[f64], labels: &[f64]) {
        self.sums.resize(labels.len(), [0.0; 4]);
        for ([count, mean, around, squares], (output, label)) in
            self.sums.iter_mut().zip(outputs.iter().zip(labels))
        {
            *count += 1.0;
            let from_mean = label - *mean;
            *mean += from_mean / *count;
            *around += from_mean * (label - *mean);
            *squares += (label - output) * (label - output);
        }
    }

    /// Returns the result; `None` if nothing was added or the sums overflow.
    pub fn result(&self) -> Option<Closeness> {
        let [count, ..] = *self.sums.first()?;
        let several = self.sums.len() as f64;
        let squares: f64 = self.sums.iter().map(|sums| sums[3]).sum();
        let rmse = (squares / (count * several)).sqrt();
        let varies = self.sums.iter().all(|[_, _, around, _]| *around > 0.0);
        let shares = self.sums.iter().map(|[_, _, around, squares]| 1.0 - squares / around);
        let r2 = varies.then(|| shares.sum::<f64>() / several).filter(|share| share.is_finite());
        rmse.is_finite().then_some(Closeness { rmse, r2 })
    }
}

impl Evaluation {
    /// Returns the share of right answers, from 0 to 1; NaN if there were no samples, or if answers are numbers. (1 minus
    /// this is mnist.py's error ratio.)
    pub fn accuracy(&self) -> f64 {
        self.correct.map_or(f64::NAN, |correct| correct as f64 / self.total as f64)
    }

    /// Returns the score that decides which of two evaluations of the same samples is better; higher is better. It is
    /// the number of right answers or, where answers are numbers, −mean_cost.
    pub fn score(&self) -> f64 {
        self.correct.map_or(-self.mean_cost, |correct| correct as f64)
    }
}

/// Runs the network on every sample. `targets` are the labels that the mean cost is measured against; right and wrong
/// do not depend on them.
///
/// ```
/// use backprop::data_set::{Targets, bits};
/// use backprop::training::evaluate;
/// use backprop::vectorized::Network;
///
/// // An untrained network outputs ½ everywhere, and ½ does not count as a set bit:
/// let mut untrained = Network::try_new(&backprop::Architecture::new(&[8, 3, 8]))?;
/// let evaluation = evaluate(&mut untrained, &bits::load(), Targets::Soft);
/// assert_eq!((evaluation.correct, evaluation.total), (Some(1), 256)); // byte 0 is right
/// assert!((evaluation.mean_cost - 0.5 * 8.0 * 0.4 * 0.4).abs() < 1e-12);
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Panics
/// If a sample is not as long as the input layer, or a class has no neuron in the output layer
/// ([`DataSet::check_fits`]).
pub fn evaluate(engine: &mut dyn Engine, data: &DataSet, targets: Targets) -> Evaluation {
    let cost = engine.architecture().cost;
    let mut label = vec![0.0; engine.architecture().output_size()];
    let (mut correct, mut total_cost, mut closer) = (0, 0.0, Closer::default());
    for_each_output(engine, data, |index, output| {
        correct += usize::from(data.is_right(index, output));
        data.write_label(index, targets, &mut label);
        total_cost += cost.value(output, &label);
        if !data.counts_answers() {
            closer.add(&data.meaning().in_own_units(output), data.numbers(index));
        }
    });
    let correct = data.counts_answers().then_some(correct);
    let mean_cost = total_cost / data.len() as f64;
    Evaluation { correct, total: data.len(), mean_cost, numbers: closer.result() }
}

/// Calls `visit` with every sample's index and output vector of n_out numbers, in order.
///
/// # Panics
/// If a sample is not as long as the input layer ([`DataSet::check_fits`]).
pub fn for_each_output(engine: &mut dyn Engine, data: &DataSet, mut visit: impl FnMut(usize, &[f64])) {
    let (inputs, outputs) = (engine.architecture().input_size(), engine.architecture().output_size());
    let mut rows = vec![0.0; ROWS_AT_ONCE.min(data.len()) * inputs];
    for start in (0..data.len()).step_by(ROWS_AT_ONCE) {
        let count = ROWS_AT_ONCE.min(data.len() - start);
        let rows = &mut rows[..count * inputs];
        for (row, sample) in rows.chunks_exact_mut(inputs).enumerate() {
            data.write_sample(start + row, sample);
        }
        let answers = engine.predict_rows(rows);
        for (row, output) in answers.chunks_exact(outputs).enumerate() {
            visit(start + row, output);
        }
    }
}
