//! How many samples a network recognises. Ports `evaluate` and `get_result` of mnist.py, and `evaluate` and
//! `total_cost` of network2.py.

use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::data_set::{DataSet, Targets};

/// Samples whose outputs are computed at one go.
const ROWS_AT_ONCE: usize = 500;

/// What an evaluation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Samples answered rightly.
    pub correct: usize,
    /// Samples in all.
    pub total: usize,
    /// The mean cost of a sample, without any regularisation term.
    pub mean_cost: f64,
}

impl Evaluation {
    /// The share answered rightly, from 0 to 1.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.total as f64
    }

    /// The share answered wrongly: mnist.py's error ratio.
    #[must_use]
    pub fn error_ratio(&self) -> f64 {
        1.0 - self.accuracy()
    }
}

/// Asks the network about every sample.
///
/// # Panics
/// If the samples do not fit the network ([`DataSet::check_fits`]).
#[must_use]
pub fn evaluate(engine: &mut dyn Engine, data: &DataSet, targets: Targets) -> Evaluation {
    let cost = engine.architecture().cost;
    let mut label = vec![0.0; engine.architecture().output_size()];
    let (mut correct, mut total_cost) = (0, 0.0);
    for_each_output(engine, data, |index, output| {
        correct += usize::from(data.is_right(index, output));
        data.write_label(index, targets, &mut label);
        total_cost += cost.value(output, &label);
    });
    Evaluation { correct, total: data.len(), mean_cost: total_cost / data.len() as f64 }
}

/// Calls `visit` with every sample's index and output vector, in order.
///
/// # Panics
/// If the samples do not fit the network ([`DataSet::check_fits`]).
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
