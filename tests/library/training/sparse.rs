//! Mini-batches whose zeros were found once for the whole data set.

use std::ops::ControlFlow;

use backprop::data_set::{DataSet, Pixels};
use backprop::training::{Options, Trainer};
use backprop::vectorized::Network;
use backprop::{Architecture, Engine, Label, MiniBatchStep, Parameters, Sample, SparseSamples};

/// A vectorized network that counts its mini-batches of samples without zeros, and of rows.
struct Counting {
    network: Network,
    sparse: usize,
    rows: usize,
    /// Lets the network itself take samples without zeros.
    passes_on: bool,
}

impl Engine for Counting {
    fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    fn parameters(&self) -> Parameters {
        self.network.parameters()
    }

    fn set_parameters(&mut self, parameters: &Parameters) {
        self.network.set_parameters(parameters);
    }

    fn predict(&mut self, sample: Sample<'_>) -> Vec<f64> {
        self.network.predict(sample)
    }

    fn train_one_sample(&mut self, label: Label<'_>, sample: Sample<'_>, rate: f64) -> f64 {
        self.network.train_one_sample(label, sample, rate)
    }

    fn train_mini_batch(&mut self, labels: &[f64], samples: &[f64], step: &MiniBatchStep) -> f64 {
        self.rows += 1;
        self.network.train_mini_batch(labels, samples, step)
    }

    fn train_sparse(
        &mut self,
        labels: &[f64],
        samples: &SparseSamples,
        chosen: &[usize],
        step: &MiniBatchStep,
    ) -> f64 {
        self.sparse += 1;
        if self.passes_on {
            return self.network.train_sparse(labels, samples, chosen, step);
        }
        let rows: Vec<f64> = chosen.iter().flat_map(|&index| samples.sample(index)).collect();
        self.network.train_mini_batch(labels, &rows, step)
    }
}

/// Trains two epochs of mini-batches of 7, where `pixels` of 10 are not 0; returns the weights, and how many mini-batches
/// were without zeros and of rows.
fn train_on_images(pixels: usize, passes_on: bool) -> (Parameters, usize, usize) {
    let bytes = (0..20 * 30).map(|place| if place * 7 % 10 < pixels { (place % 256) as u8 | 1 } else { 0 });
    let classes = (0..30).map(|index| index % 2).collect();
    let data = DataSet::images(4, 5, bytes.collect(), classes, Pixels::Scaled);
    let options = Options { epochs: Some(2), batch: 7, dropout: 0.2, l2: 0.1, ..Options::default() };
    let mut trainer = Trainer::new(options, &data, None, &data).expect("options");
    let mut engine = Counting { network: Network::new(&[20, 40, 1], 1), sparse: 0, rows: 0, passes_on };
    while !trainer.is_finished() {
        trainer.run_epoch(&mut engine, &mut |_| ControlFlow::Continue(())).expect("finite");
    }
    (engine.parameters(), engine.sparse, engine.rows)
}

#[test]
fn mini_batches_without_zeros_are_those_with_them_to_the_bit() {
    let (sparse, rows) = (train_on_images(4, true), train_on_images(4, false));
    assert_eq!((sparse.1, sparse.2), (10, 0));
    assert!(sparse.0 == rows.0);
}

#[test]
fn samples_of_few_zeros_are_trained_on_as_they_are() {
    let (_, sparse, rows) = train_on_images(5, true);
    assert_eq!((sparse, rows), (0, 10));
}
