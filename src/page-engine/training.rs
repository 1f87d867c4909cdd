//! Training next to the steps, a few samples at a time, so that the page stays responsive.
//!
//! The order of samples and the steps are those of `backprop train`, so the weights are the same.

use backprop::data_set::Answers;
use backprop::training::{Options, sample_order};
use backprop::{Engine, Parameters, graph, vectorized};
use serde::{Deserialize, Serialize};

use crate::situation::Scene;
use crate::texts::Shown;

/// The network that trains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One object per node and per connection.
    #[default]
    Object,
    /// One matrix per layer.
    Vectorized,
}

/// The state of a training.
pub struct Training {
    pub kind: Kind,
    engine: Box<dyn Engine>,
    epoch: usize,
    order: Vec<usize>,
    /// The samples of this epoch already trained on.
    done: usize,
    cost_sum: f64,
    epoch_costs: Vec<f64>,
    /// Set from the end of an epoch until the next one begins.
    evaluation: Option<Evaluation>,
    accuracy: Option<Accuracies>,
}

/// The number of recognised samples among those checked so far: first the training samples, then the test samples.
#[derive(Default)]
struct Evaluation {
    looked_at: usize,
    correct: [usize; 2],
}

/// The progress of a training.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The present epoch, from 1.
    epoch: usize,
    done: usize,
    total: usize,
    /// The mean cost in this epoch so far.
    cost: Option<f64>,
    cost_text: String,
    epoch_costs: Vec<f64>,
    diverged: bool,
    /// The accuracies of the last complete epoch.
    accuracy: Option<Accuracies>,
}

#[derive(Debug, Clone, Serialize)]
struct Accuracies {
    train: Accuracy,
    test: Option<Accuracy>,
}

#[derive(Debug, Clone, Serialize)]
struct Accuracy {
    correct: usize,
    total: usize,
    text: String,
}

impl Training {
    /// Prepares training before the first sample.
    pub fn new(scene: &Scene, kind: Kind) -> Result<Self, String> {
        let architecture = &scene.network.architecture;
        let mut engine: Box<dyn Engine> = match kind {
            Kind::Object => {
                Box::new(graph::Network::try_new(architecture).map_err(|error| error.to_string())?)
            }
            Kind::Vectorized => {
                Box::new(vectorized::Network::try_new(architecture).map_err(|error| error.to_string())?)
            }
        };
        engine.set_parameters(&scene.network.parameters());
        let order = order(scene, 0);
        Ok(Self {
            kind,
            engine,
            epoch: 0,
            order,
            done: 0,
            cost_sum: 0.0,
            epoch_costs: Vec::new(),
            evaluation: None,
            accuracy: None,
        })
    }

    pub fn parameters(&self) -> Parameters {
        self.engine.parameters()
    }

    /// Trains on at least this many more samples (whole mini-batches), but not beyond the end of the epoch. There it
    /// counts the recognised samples, at most this many in one call.
    pub fn go_on(&mut self, scene: &Scene, samples: usize) -> Report {
        let mut left = samples.max(1);
        if self.evaluation.as_ref().is_some_and(|evaluation| evaluation.is_over(scene)) {
            self.begin_epoch(scene);
        }
        while self.done < self.order.len() && left > 0 && self.cost_sum.is_finite() {
            left = left.saturating_sub(self.train_once(scene));
        }
        if self.done == self.order.len() && self.evaluation.is_none() && self.cost_sum.is_finite() {
            self.epoch_costs.push(self.cost_sum / self.order.len() as f64);
            self.evaluation = Some(Evaluation::default());
        }
        if let Some(evaluation) = &mut self.evaluation {
            evaluation.go_on(&mut *self.engine, scene, left);
            if evaluation.is_over(scene) {
                self.accuracy = Some(evaluation.accuracies(scene));
            }
        }
        self.report()
    }

    /// Takes one training step; returns the number of its samples.
    fn train_once(&mut self, scene: &Scene) -> usize {
        let Options { rate, batch, .. } = scene.options;
        let mini_batches = scene.options.mini_batches();
        let at_once = if mini_batches.are_plain() { 1 } else { batch };
        let chosen = &self.order[self.done..(self.done + at_once).min(self.order.len())];
        let rows = |rows: &[Vec<f64>]| -> Vec<f64> {
            chosen.iter().flat_map(|&i| rows[i].iter().copied()).collect()
        };
        let (labels, samples) = (rows(&scene.rows.labels), rows(&scene.rows.samples));
        self.cost_sum += if mini_batches.are_plain() {
            self.engine.train_each(&labels, &samples, rate).cost
        } else {
            let before = self.epoch * self.order.len() + self.done;
            let step = mini_batches.step(rate, self.order.len(), before);
            self.engine.train_mini_batch(&labels, &samples, &step)
        };
        self.done += chosen.len();
        chosen.len()
    }

    fn begin_epoch(&mut self, scene: &Scene) {
        self.epoch += 1;
        self.order = order(scene, self.epoch);
        self.done = 0;
        self.cost_sum = 0.0;
        self.evaluation = None;
    }

    fn report(&self) -> Report {
        let cost = (self.done > 0).then(|| self.cost_sum / self.done as f64);
        Report {
            epoch: self.epoch + 1,
            done: self.done,
            total: self.order.len(),
            cost,
            cost_text: Shown::of(cost).text,
            epoch_costs: self.epoch_costs.clone(),
            diverged: !self.cost_sum.is_finite(),
            accuracy: self.accuracy.clone(),
        }
    }
}

fn order(scene: &Scene, epoch: usize) -> Vec<usize> {
    sample_order(scene.rows.samples.len(), scene.options.shuffle, scene.options.seed, epoch)
}

impl Evaluation {
    /// Checks this many more samples.
    fn go_on(&mut self, engine: &mut dyn Engine, scene: &Scene, samples: usize) {
        for _ in 0..samples.min(total(scene) - self.looked_at) {
            let train = scene.rows.samples.len();
            let (set, rows, row) = match self.looked_at.checked_sub(train) {
                None => (0, &scene.rows, self.looked_at),
                Some(row) => (1, &scene.test, row),
            };
            let outputs = engine.predict(backprop::Sample(&rows.samples[row]));
            self.correct[set] += usize::from(class(&outputs) == class(&rows.labels[row]));
            self.looked_at += 1;
        }
    }

    fn is_over(&self, scene: &Scene) -> bool {
        self.looked_at == total(scene)
    }

    fn accuracies(&self, scene: &Scene) -> Accuracies {
        let [train, test] = [(0, &scene.rows), (1, &scene.test)].map(|(set, rows)| {
            let (correct, total) = (self.correct[set], rows.samples.len());
            Accuracy { correct, total, text: format!("{correct} of {total}") }
        });
        Accuracies { train, test: (test.total > 0).then_some(test) }
    }
}

fn total(scene: &Scene) -> usize {
    scene.rows.samples.len() + scene.test.samples.len()
}

/// Returns the class of an output vector: the index of the largest output or, for a single output, 1 if it is above
/// one half.
pub fn class(outputs: &[f64]) -> usize {
    Answers::default().of(outputs)
}
