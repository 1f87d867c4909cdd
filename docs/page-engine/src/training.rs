//! Training beside the steps, a few samples at a time, so that the page answers meanwhile.
//!
//! Samples are visited in the order of `backprop train`, and steps are its steps, so the weights are its weights.

use backprop::data_set::Answers;
use backprop::training::{Options, sample_order};
use backprop::{Engine, Parameters, graph, vectorized};
use serde::{Deserialize, Serialize};

use crate::situation::{Rows, Scene};
use crate::texts::Shown;

/// Which of the two networks trains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One object per node and per connection.
    #[default]
    Object,
    /// One matrix per layer.
    Vectorized,
}

/// A training that has got so far.
pub struct Training {
    pub kind: Kind,
    engine: Box<dyn Engine>,
    epoch: usize,
    order: Vec<usize>,
    /// Samples of this epoch trained on.
    done: usize,
    cost_sum: f64,
    epoch_costs: Vec<f64>,
    accuracy: Option<Accuracies>,
}

/// Where it stands.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The epoch in hand, from 1.
    epoch: usize,
    done: usize,
    total: usize,
    /// The mean cost met in this epoch so far.
    cost: Option<f64>,
    cost_text: String,
    epoch_costs: Vec<f64>,
    diverged: bool,
    /// Of the last epoch that is over.
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
    /// Before the first sample.
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
            accuracy: None,
        })
    }

    pub fn parameters(&self) -> Parameters {
        self.engine.parameters()
    }

    /// Trains on at least so many samples more (whole mini-batches), at most to the end of the epoch.
    pub fn go_on(&mut self, scene: &Scene, samples: usize) -> Report {
        let Options { rate, batch, .. } = scene.options;
        let mini_batches = scene.options.mini_batches();
        let until = (self.done + samples.max(1)).min(self.order.len());
        if self.done == self.order.len() {
            self.begin_epoch(scene);
            return self.go_on(scene, samples);
        }
        while self.done < until && self.cost_sum.is_finite() {
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
        }
        if self.done == self.order.len() && self.cost_sum.is_finite() {
            self.end_epoch(scene);
        }
        self.report()
    }

    fn begin_epoch(&mut self, scene: &Scene) {
        self.epoch += 1;
        self.order = order(scene, self.epoch);
        self.done = 0;
        self.cost_sum = 0.0;
    }

    fn end_epoch(&mut self, scene: &Scene) {
        self.epoch_costs.push(self.cost_sum / self.order.len() as f64);
        let train = accuracy(&mut *self.engine, &scene.rows);
        let test = (!scene.test.samples.is_empty()).then(|| accuracy(&mut *self.engine, &scene.test));
        self.accuracy = Some(Accuracies { train, test });
    }

    fn report(&self) -> Report {
        let cost = (self.done > 0).then(|| self.cost_sum / self.done as f64);
        Report {
            epoch: self.epoch + 1,
            done: self.done,
            total: self.order.len(),
            cost,
            cost_text: cost.map_or_else(|| Shown::none().text, |cost| Shown::new(cost).text),
            epoch_costs: self.epoch_costs.clone(),
            diverged: !self.cost_sum.is_finite(),
            accuracy: self.accuracy.clone(),
        }
    }
}

fn order(scene: &Scene, epoch: usize) -> Vec<usize> {
    sample_order(scene.rows.samples.len(), scene.options.shuffle, scene.options.seed, epoch)
}

/// How many samples are recognised.
fn accuracy(engine: &mut dyn Engine, rows: &Rows) -> Accuracy {
    let right = rows
        .samples
        .iter()
        .zip(&rows.labels)
        .filter(|(sample, label)| class(&engine.predict(backprop::Sample(sample))) == class(label));
    let (correct, total) = (right.count(), rows.samples.len());
    Accuracy { correct, total, text: format!("{correct} of {total}") }
}

/// What an output vector says: the place of the strongest; of a single output, whether it is above one half.
pub fn class(outputs: &[f64]) -> usize {
    Answers::default().of(outputs)
}
