//! The curve of the error: the mean of every epoch, walked through or trained at full speed.

use backprop::step::Stepper;
use serde::Serialize;

use crate::texts::Shown;
use crate::training::Training;

/// The most points that a curve is drawn with.
const MOST_POINTS: usize = 300;

/// The most samples in an epoch whose costs are shown one by one.
const MOST_SAMPLES: usize = 400;

/// The curve as the page draws it; its horizontal axis counts epochs.
#[derive(Debug, Serialize)]
pub struct Curve {
    /// The end of an epoch, and its mean cost.
    means: Vec<(usize, f64)>,
    /// The mean of the present epoch so far.
    so_far: Option<(f64, f64)>,
    /// The costs of single samples in the present epoch.
    samples: Vec<(f64, f64)>,
    /// Complete epochs before the present walk.
    before: usize,
    /// Epochs that have begun.
    epochs: usize,
    words: String,
}

/// The mean costs of epochs: of all or, after many, of some at even distances, the first and the last among them.
#[derive(Debug, Clone, Default)]
pub struct Means {
    epochs: usize,
    /// The smallest distance of two points, except the last two.
    distance: usize,
    points: Vec<(usize, f64)>,
}

impl Means {
    /// Adds the next epoch's mean. Its point replaces the last one if that is too close to the one before it.
    pub fn push(&mut self, mean: f64) {
        self.epochs += 1;
        if let [.., (before, _), (last, _)] = self.points[..]
            && last - before < self.distance
        {
            self.points.pop();
        }
        self.points.push((self.epochs, mean));
        if self.points.len() > MOST_POINTS {
            self.distance = 2 * self.distance.max(1);
            let (mut next, last) = (0, self.epochs);
            self.points.retain(|&(epoch, _)| {
                let is_kept = epoch >= next || epoch == last;
                if is_kept {
                    next = epoch + self.distance;
                }
                is_kept
            });
        }
    }

    /// Adds the mean of each epoch that a walk has completed.
    pub fn push_walk(&mut self, stepper: &Stepper) {
        stepper.costs().chunks_exact(stepper.sample_count()).for_each(|epoch| self.push(mean(epoch)));
    }
}

fn mean(costs: &[f64]) -> f64 {
    costs.iter().sum::<f64>() / costs.len() as f64
}

/// Returns the curve; `latest` is the cost of the sample shown if there is no walk, or if training has left it behind.
pub fn curve(stepper: &Stepper, training: &Training, latest: Option<f64>) -> Curve {
    let (before, count) = (training.means.epochs, stepper.sample_count());
    let mut means = training.means.clone();
    let mut walked = &[][..];
    if latest.is_none() {
        walked = stepper.costs();
        means.push_walk(stepper);
    }
    let open = walked.chunks_exact(count).remainder();
    let epochs = means.epochs as f64;
    let trained = training.so_far().filter(|_| walked.len() <= 1);
    let so_far = match trained {
        Some((share, cost)) => Some((epochs + share, cost)),
        None if open.is_empty() => None,
        None => Some((epochs + open.len() as f64 / count as f64, mean(open))),
    };
    let place = |sample: usize| epochs + (sample as f64 + 0.5) / count as f64;
    let samples = if count > MOST_SAMPLES || trained.is_some() { &[][..] } else { open };
    Curve {
        samples: samples.iter().enumerate().map(|(sample, &cost)| (place(sample), cost)).collect(),
        before,
        epochs: means.epochs + usize::from(so_far.is_some()),
        words: words(stepper, latest, &means, so_far),
        means: means.points,
        so_far,
    }
}

fn words(stepper: &Stepper, latest: Option<f64>, means: &Means, so_far: Option<(f64, f64)>) -> String {
    let cost_name = stepper.network().architecture.cost.name();
    let shown = |cost: f64| Shown::new(cost).text;
    let costs = stepper.costs();
    let of_epochs = match means.points[..] {
        [] => String::new(),
        [(_, only)] => format!(" Mean of the first epoch {}.", shown(only)),
        [(_, first), .., (epoch, last)] => {
            format!(" Mean of the first epoch {}, of epoch {} {}.", shown(first), epoch, shown(last))
        }
    };
    match (latest.or(costs.last().copied()), so_far) {
        (None, None) if means.epochs == 0 => "No output yet, so no error yet.".to_owned(),
        (Some(cost), _) => {
            let sample = costs.len().saturating_sub(1) % stepper.sample_count() + 1;
            format!("The {cost_name} cost is {} on sample {sample}.{of_epochs}", shown(cost))
        }
        _ => of_epochs.trim_start().to_owned(),
    }
}
