//! The reference numbers in tests/golden, computed by an independent implementation.

use backprop::{LayerParameters, Parameters};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Returns a file of tests/golden as text.
pub fn golden_text(name: &str) -> String {
    let path = crate::root().join("tests/golden").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns a JSON file of tests/golden.
pub fn read_json<T: DeserializeOwned>(name: &str) -> T {
    serde_json::from_str(&golden_text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A network2.py model.
#[derive(Deserialize)]
pub struct Model {
    pub weights: Vec<Vec<Vec<f64>>>,
    pub biases: Vec<Vec<[f64; 1]>>,
}

impl Model {
    pub fn parameters(&self) -> Parameters {
        let biases = self.biases.iter().map(|layer| layer.iter().map(|[b]| *b).collect()).collect::<Vec<_>>();
        parameters(&self.weights, &biases)
    }
}

/// Training sample by sample (online_*, bits_*). Signs are bp.py's: delta = −∂E/∂z, gradient = −∂E/∂w.
#[derive(Deserialize)]
pub struct Online {
    pub sizes: Vec<usize>,
    pub rate: f64,
    pub epochs: usize,
    pub model_before: Model,
    pub model_after: Model,
    pub inputs: Vec<Vec<f64>>,
    pub labels: Vec<Vec<f64>>,
    pub samples: Option<Vec<Snapshot>>,
    pub final_outputs: Vec<Vec<f64>>,
}

/// The state after one sample.
#[derive(Deserialize)]
pub struct Snapshot {
    pub model_after: Model,
    pub error: f64,
    pub outputs: Vec<Vec<f64>>,
    pub deltas: Vec<Vec<f64>>,
    pub weight_gradients: Vec<Vec<Vec<f64>>>,
    pub bias_gradients: Vec<Vec<f64>>,
}

impl Snapshot {
    pub fn gradient(&self) -> Parameters {
        parameters(&self.weight_gradients, &self.bias_gradients)
    }
}

/// An epoch in f32 (single.json), sample by sample and in mini-batches.
#[derive(Deserialize)]
pub struct Single {
    pub sizes: Vec<usize>,
    pub count: usize,
    pub rate: f64,
    pub by: Vec<SingleRun>,
}

/// One run through the samples of a [`Single`].
#[derive(Deserialize)]
pub struct SingleRun {
    pub batch: usize,
    pub model_after: Model,
}

/// One mini-batch (batch_*). Signs are the usual ones: +∂C/∂z and +∂C/∂w.
#[derive(Deserialize)]
pub struct Batch {
    pub sizes: Vec<usize>,
    pub eta: f64,
    pub lambda: f64,
    pub training_set_size: f64,
    pub model_before: Model,
    pub model_after: Model,
    pub inputs: Vec<Vec<f64>>,
    pub labels: Vec<Vec<f64>>,
    pub first_sample: FirstSample,
}

/// The values for a mini-batch's first sample, before any weight has moved.
#[derive(Deserialize)]
pub struct FirstSample {
    pub cost: f64,
    pub outputs: Vec<Vec<f64>>,
    pub deltas: Vec<Vec<f64>>,
    pub weight_gradients: Vec<Vec<Vec<f64>>>,
    pub bias_gradients: Vec<Vec<f64>>,
}

impl FirstSample {
    pub fn gradient(&self) -> Parameters {
        parameters(&self.weight_gradients, &self.bias_gradients)
    }
}

fn parameters(weights: &[Vec<Vec<f64>>], biases: &[Vec<f64>]) -> Parameters {
    let layers = weights.iter().zip(biases);
    let layers = layers.map(|(w, b)| LayerParameters { weights: w.clone(), biases: b.clone() });
    Parameters { layers: layers.collect() }
}
