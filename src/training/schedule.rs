//! Decides after each evaluation whether to stop and whether to halve the rate. Ports the `while True` of mnist.py and
//! the early stopping of network2.py.

use serde::{Deserialize, Serialize};

use super::{Evaluation, Options};

/// network2.py's exercise: a rate that has been halved seven times is at 1/128 of the first, and training ends.
const MOST_HALVINGS: u32 = 7;

/// The state of the stopping rules between evaluations.
///
/// ```
/// use backprop::training::Schedule;
/// use backprop::training::{Evaluation, Options};
///
/// let options = Options { early_stop: Some(2), ..Options::default() };
/// let mut schedule = Schedule::new(options.rate);
/// let mut stops = |epoch, correct| {
///     let evaluation = Evaluation { correct: Some(correct), total: 100, mean_cost: 0.1, numbers: None };
///     schedule.decide(&options, epoch, &evaluation).stop
/// };
/// assert_eq!([stops(1, 80), stops(2, 85), stops(3, 85)], [None, None, None]);
/// assert_eq!(stops(4, 84).unwrap(), "accuracy has not improved since epoch 2");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The current rate.
    pub rate: f64,
    /// The score of the best evaluation so far ([`Evaluation::score`]).
    #[serde(alias = "best_correct")]
    pub best: Option<f64>,
    /// Its epoch, from 1; 0 before any evaluation.
    pub best_epoch: usize,
    /// The score of the latest evaluation.
    #[serde(alias = "latest_correct")]
    latest: Option<f64>,
    /// The epoch from which the current rate has been in use.
    stalled_since: usize,
    halvings: u32,
}

/// The decision after an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// `true` if this was the best evaluation so far (a tie is not better).
    pub is_best: bool,
    /// The reason to stop, if there is one: the end of the sentence "stopped because …".
    pub stop: Option<String>,
}

impl Schedule {
    /// Creates the state before any evaluation.
    pub fn new(rate: f64) -> Self {
        Self { rate, ..Self::default() }
    }

    /// Returns `true` if this state is possible after this number of epochs.
    pub(super) fn fits(&self, epochs_done: usize) -> bool {
        self.rate.is_finite()
            && self.rate > 0.0
            && self.best_epoch <= epochs_done
            && self.stalled_since <= epochs_done
            && self.halvings <= MOST_HALVINGS
    }

    /// Records an evaluation after `epoch` (from 1, never decreasing) and decides how training continues.
    pub fn decide(&mut self, options: &Options, epoch: usize, evaluation: &Evaluation) -> Decision {
        let score = evaluation.score();
        let error_rose = self.latest.is_some_and(|latest| score < latest);
        let is_best = self.best.is_none_or(|best| score > best);
        self.latest = Some(score);
        if is_best {
            self.best = Some(score);
            self.best_epoch = epoch;
            self.stalled_since = epoch;
        }
        let mut stop = None;
        if options.stop_when_error_rises && error_rose {
            stop = Some("the error rose".to_owned());
        }
        if let Some(patience) = options.early_stop
            && epoch - self.best_epoch >= patience
        {
            stop = Some(format!("accuracy has not improved since epoch {}", self.best_epoch));
        }
        if let Some(patience) = options.halve_rate
            && epoch - self.stalled_since >= patience
        {
            self.stalled_since = epoch;
            if self.halvings == MOST_HALVINGS {
                stop = Some("the rate is at 1/128 of the first and accuracy does not improve".to_owned());
            } else {
                self.halvings += 1;
                self.rate *= 0.5;
            }
        }
        Decision { is_best, stop }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluation(correct: usize) -> Evaluation {
        Evaluation { correct: Some(correct), total: 100, mean_cost: 0.0, numbers: None }
    }

    fn stopping_epoch(options: &Options, history: &[usize]) -> Option<usize> {
        let mut schedule = Schedule::new(options.rate);
        let mut epochs = (1..).zip(history);
        let stopped =
            epochs.find(|&(epoch, &c)| schedule.decide(options, epoch, &evaluation(c)).stop.is_some());
        stopped.map(|(epoch, _)| epoch)
    }

    #[test]
    fn training_stops_when_the_error_rises_but_not_when_it_stays() {
        let options = Options { stop_when_error_rises: true, ..Options::default() };
        assert_eq!(stopping_epoch(&options, &[80, 85, 85, 84, 99]), Some(4));
        assert_eq!(stopping_epoch(&options, &[80, 85, 85, 86]), None);
    }

    #[test]
    fn early_stopping_waits_for_n_epochs_without_improvement() {
        let options = Options { early_stop: Some(3), ..Options::default() };
        assert_eq!(stopping_epoch(&options, &[80, 85, 84, 85, 83, 99]), Some(5));
        assert_eq!(stopping_epoch(&options, &[80, 85, 84, 83, 86, 85]), None);
    }

    #[test]
    fn the_rate_halves_when_it_stalls_down_to_a_128th() {
        let options = Options { halve_rate: Some(2), rate: 128.0, ..Options::default() };
        let mut schedule = Schedule::new(options.rate);
        let mut rates = Vec::new();
        for epoch in 1.. {
            let decision = schedule.decide(&options, epoch, &evaluation(50));
            rates.push(schedule.rate);
            if decision.stop.is_some() {
                break;
            }
        }
        // Best at epoch 1, a halving every second epoch from 3 on: 64, 32, … 1 at epoch 15, the end at 17.
        assert_eq!(rates.len(), 17);
        assert_eq!(rates[..5], [128.0, 128.0, 64.0, 64.0, 32.0]);
        assert_eq!(rates[16], 1.0);
    }
}
