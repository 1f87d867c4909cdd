//! Training at full speed, a few samples at a time, so that the page stays responsive.
//!
//! The order of samples and the steps are those of `backprop train`, so the weights are the same.

use backprop::data_set::Answers;
use backprop::training::{Options, sample_order};
use backprop::{Architecture, Engine, Parameters, graph, vectorized};
use serde::{Deserialize, Serialize};

use crate::curve::Means;
use crate::situation::Scene;
use crate::texts::Shown;

/// The network that trains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One object per node and per connection.
    #[default]
    Object,
    /// One matrix per layer.
    Vectorized,
}

impl Kind {
    fn build(self, architecture: &Architecture) -> Result<Box<dyn Engine>, String> {
        let text = |error: backprop::Error| error.to_string();
        Ok(match self {
            Self::Object => Box::new(graph::Network::try_new(architecture).map_err(text)?),
            Self::Vectorized => Box::new(vectorized::Network::try_new(architecture).map_err(text)?),
        })
    }
}

/// The state of training.
pub struct Training {
    pub kind: Kind,
    /// Made when it is needed.
    engine: Option<Box<dyn Engine>>,
    epoch: usize,
    order: Vec<usize>,
    /// The samples of this epoch already trained on.
    done: usize,
    cost_sum: f64,
    /// The mean cost of every complete epoch, whether trained at full speed or walked through.
    pub means: Means,
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

/// The progress of training.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The present epoch, from 1.
    epoch: usize,
    done: usize,
    total: usize,
    /// The state reached, in words.
    words: String,
    pub diverged: bool,
    /// `true` once something has been trained at full speed.
    pub is_begun: bool,
    /// The accuracies of the last complete epoch.
    accuracy: Option<Accuracies>,
    /// `true` until everything that an address describes has been replayed.
    pub on_the_way: bool,
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
}

impl Training {
    /// Prepares training before the first sample.
    pub fn new(scene: &Scene) -> Self {
        Self {
            kind: Kind::default(),
            engine: None,
            epoch: 0,
            order: order(scene, 0),
            done: 0,
            cost_sum: 0.0,
            means: Means::default(),
            evaluation: None,
            accuracy: None,
        }
    }

    /// Continues from these weights, with this kind of network.
    pub fn take_over(&mut self, kind: Kind, network: &graph::Network) -> Result<(), String> {
        let mut engine = kind.build(&network.architecture)?;
        engine.set_parameters(&network.parameters());
        (self.kind, self.engine) = (kind, Some(engine));
        Ok(())
    }

    pub fn parameters(&self) -> Option<Parameters> {
        self.engine.as_ref().map(|engine| engine.parameters())
    }

    /// Trains on at least this many more samples (whole mini-batches), but not beyond the end of the epoch. There it
    /// counts the recognised samples, at most three times as many per call, because a prediction takes a third of the
    /// time. Returns the number of samples trained on.
    pub fn go_on(&mut self, scene: &Scene, samples: usize) -> usize {
        let mut left = samples.max(1);
        let Some(mut engine) = self.engine.take() else { return 0 };
        if self.evaluation.as_ref().is_some_and(|evaluation| evaluation.is_over(scene)) {
            self.begin_epoch(scene);
        }
        let before = self.done;
        while self.done < self.order.len() && left > 0 && self.cost_sum.is_finite() {
            left = left.saturating_sub(self.train_once(&mut *engine, scene));
        }
        let trained = self.done - before;
        if self.done == self.order.len() && self.evaluation.is_none() && self.cost_sum.is_finite() {
            self.means.push(self.cost_sum / self.order.len() as f64);
            self.evaluation = Some(Evaluation::default());
        }
        if let Some(evaluation) = &mut self.evaluation {
            evaluation.go_on(&mut *engine, scene, left.saturating_mul(3));
            if evaluation.is_over(scene) {
                self.accuracy = Some(evaluation.accuracies(scene));
            }
        }
        self.engine = Some(engine);
        trained
    }

    /// Takes one training step; returns the number of its samples.
    fn train_once(&mut self, engine: &mut dyn Engine, scene: &Scene) -> usize {
        let Options { rate, batch, .. } = scene.options;
        let mini_batches = scene.options.mini_batches();
        let at_once = if mini_batches.are_plain() { 1 } else { batch };
        let chosen = &self.order[self.done..(self.done + at_once).min(self.order.len())];
        let rows = |rows: &[Vec<f64>]| -> Vec<f64> {
            chosen.iter().flat_map(|&i| rows[i].iter().copied()).collect()
        };
        let (labels, samples) = (rows(&scene.rows.labels), rows(&scene.rows.samples));
        self.cost_sum += if mini_batches.are_plain() {
            engine.train_each(&labels, &samples, rate).cost
        } else {
            let before = self.epoch * self.order.len() + self.done;
            let step = mini_batches.step(rate, self.order.len(), before);
            engine.train_mini_batch(&labels, &samples, &step)
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

    /// Returns the share of the present epoch that is done, and its mean cost so far.
    pub fn so_far(&self) -> Option<(f64, f64)> {
        let is_open = self.done > 0 && self.evaluation.is_none();
        is_open.then(|| (self.done as f64 / self.order.len() as f64, self.cost_sum / self.done as f64))
    }

    pub fn report(&self) -> Report {
        let diverged = !self.cost_sum.is_finite();
        let cost = Shown::of((self.done > 0).then(|| self.cost_sum / self.done as f64)).text;
        let accuracy = self.accuracy.as_ref().map(|Accuracies { train, test }| {
            let (found, what) = test.as_ref().map_or((train, ""), |test| (test, " to test on"));
            format!(" After the last epoch {} of {}{what} are recognised.", found.correct, found.total)
        });
        let words = if diverged {
            "It has diverged; try a smaller rate.".to_owned()
        } else if self.engine.is_none() {
            String::new()
        } else {
            let words = format!("Epoch {}, mean cost {cost}.", self.epoch + 1);
            words + &accuracy.unwrap_or_default()
        };
        Report {
            epoch: self.epoch + 1,
            done: self.done,
            total: self.order.len(),
            words,
            diverged,
            is_begun: self.engine.is_some(),
            accuracy: self.accuracy.clone(),
            on_the_way: false,
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
        let [train, test] = [(0, &scene.rows), (1, &scene.test)]
            .map(|(set, rows)| Accuracy { correct: self.correct[set], total: rows.samples.len() });
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
