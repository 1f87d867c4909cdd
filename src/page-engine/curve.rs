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
    means: Vec<(f64, f64)>,
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

/// Returns the mean cost of each epoch that a walk has completed.
pub fn means(stepper: &Stepper) -> Vec<f64> {
    stepper.costs().chunks_exact(stepper.sample_count()).map(mean).collect()
}

fn mean(costs: &[f64]) -> f64 {
    costs.iter().sum::<f64>() / costs.len() as f64
}

/// Returns the curve; `latest` is the cost of the sample shown if there is no walk, or if training has left it behind.
pub fn curve(stepper: &Stepper, training: &Training, latest: Option<f64>) -> Curve {
    let walked = if latest.is_some() { &[] } else { stepper.costs() };
    let (before, count) = (training.means.len(), stepper.sample_count());
    let epochs = walked.chunks_exact(count);
    let open = epochs.remainder();
    let all: Vec<f64> = training.means.iter().copied().chain(epochs.map(mean)).collect();
    let trained = training.so_far().filter(|_| walked.len() <= 1);
    let so_far = match trained {
        Some((share, cost)) => Some((all.len() as f64 + share, cost)),
        None if open.is_empty() => None,
        None => Some((all.len() as f64 + open.len() as f64 / count as f64, mean(open))),
    };
    let place = |sample: usize| all.len() as f64 + (sample as f64 + 0.5) / count as f64;
    let samples = if count > MOST_SAMPLES || trained.is_some() { &[][..] } else { open };
    // If there are many epochs, some are left out, but never the last.
    let every = all.len().div_ceil(MOST_POINTS).max(1);
    let drawn = (0..all.len()).filter(|epoch| (all.len() - 1 - epoch).is_multiple_of(every));
    Curve {
        means: drawn.map(|epoch| ((epoch + 1) as f64, all[epoch])).collect(),
        so_far,
        samples: samples.iter().enumerate().map(|(sample, &cost)| (place(sample), cost)).collect(),
        before,
        epochs: all.len() + usize::from(so_far.is_some()),
        words: words(stepper, latest, &all, so_far),
    }
}

fn words(stepper: &Stepper, latest: Option<f64>, means: &[f64], so_far: Option<(f64, f64)>) -> String {
    let cost_name = stepper.network().architecture.cost.name();
    let shown = |cost: f64| Shown::new(cost).text;
    let costs = stepper.costs();
    let of_epochs = match *means {
        [] => String::new(),
        [only] => format!(" Mean of the first epoch {}.", shown(only)),
        [first, .., last] => {
            format!(" Mean of the first epoch {}, of epoch {} {}.", shown(first), means.len(), shown(last))
        }
    };
    match (latest.or(costs.last().copied()), so_far) {
        (None, None) if means.is_empty() => "No output yet, so no error yet.".to_owned(),
        (Some(cost), _) => {
            let sample = costs.len().saturating_sub(1) % stepper.sample_count() + 1;
            format!("The {cost_name} cost is {} on sample {sample}.{of_epochs}", shown(cost))
        }
        _ => of_epochs.trim_start().to_owned(),
    }
}
