//! Measures a training sample in a mini-batch: as a mean of textbook gradients, in the kernels, on threads.
//!
//! `cargo bench --bench mini_batch`. Samples have MNIST's share of zeros. Before anything is timed, the contenders must
//! agree on the weights.

use std::hint::black_box;
use std::time::Duration;

use backprop::vectorized::{Network, textbook};
use backprop::{Architecture, Dropout, Engine, Label, MiniBatchStep, Parameters, Sample};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use testkit::networks::{Rows, parameters, rows};

/// Trains on a mini-batch as network.py does: sums one gradient after the other, then updates once.
fn textbook_mini_batch(network: &mut textbook::Network, labels: &[f64], samples: &[f64], rate: f64) {
    let (inputs, outputs) = (network.layers[0].input.len(), network.layers[network.layers.len() - 1].b.len());
    let count = (samples.len() / inputs) as f64;
    let mut sums: Option<Vec<_>> = None;
    for (label, sample) in labels.chunks_exact(outputs).zip(samples.chunks_exact(inputs)) {
        network.predict(Sample(sample));
        network.calc_gradient(Label(label));
        let gradients = network.layers.iter().map(|layer| (layer.w_grad.clone(), layer.b_grad.clone()));
        match &mut sums {
            None => sums = Some(gradients.collect()),
            Some(sums) => sums.iter_mut().zip(gradients).for_each(|((w, b), (w_grad, b_grad))| {
                *w += &w_grad;
                *b += &b_grad;
            }),
        }
    }
    for (layer, (w, b)) in network.layers.iter_mut().zip(sums.unwrap_or_default()) {
        layer.w.scaled_add(rate / count, &w);
        layer.b.scaled_add(rate / count, &b);
    }
}

/// Measures eight mini-batches of each kind; "thrpt" is samples per second.
fn mini_batch(criterion: &mut Criterion) {
    for (sizes, batch, rate) in [([784, 30, 10], 10, 3.0), ([784, 300, 10], 100, 3.0)] {
        let architecture = Architecture::new(&sizes);
        let before: Parameters = parameters(&architecture, 1);
        let Rows { labels, samples } = rows(&architecture, batch * 8, 1);
        let batches = || labels.chunks_exact(batch * 10).zip(samples.chunks_exact(batch * 784));
        let plain = MiniBatchStep::plain(rate);

        let mut textbook = textbook::Network::from_parameters(&architecture, &before);
        let mut one_thread = Network::from_parameters(&architecture, &before);
        let mut two_threads = Network::from_parameters(&architecture, &before);
        two_threads.set_threads(2).expect("two threads");
        for (labels, samples) in batches().take(2) {
            textbook_mini_batch(&mut textbook, labels, samples, rate);
            one_thread.train_mini_batch(labels, samples, &plain);
            two_threads.train_mini_batch(labels, samples, &plain);
        }
        let difference = textbook.parameters().max_difference(&one_thread.parameters());
        assert!(difference <= 1e-12, "mini-batches differ from the textbook's by {difference:e}");
        assert_eq!(one_thread.parameters(), two_threads.parameters(), "threads change nothing");

        let name = format!("mini_batch/{} by {batch}", architecture.sizes_text().replace(',', "-"));
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements(batch as u64 * 8));
        group.bench_function("textbook", |bencher| {
            bencher.iter(|| batches().for_each(|(l, s)| textbook_mini_batch(&mut textbook, l, s, rate)));
        });
        let with_l2 = MiniBatchStep { weight_decay: 0.9999, ..plain.clone() };
        let with_dropout =
            MiniBatchStep { dropout: Some(Dropout { probability: 0.5, seed: 1 }), ..plain.clone() };
        for (name, network, step) in [
            ("one thread", &mut one_thread.clone(), &plain),
            ("one thread, L2", &mut one_thread.clone(), &with_l2),
            ("one thread, dropout", &mut one_thread.clone(), &with_dropout),
            ("two threads", &mut two_threads.clone(), &plain),
        ] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| batches().map(|(l, s)| network.train_mini_batch(l, s, step)).sum::<f64>());
            });
        }
        group.bench_function("predict, one thread", |bencher| {
            bencher.iter(|| black_box(one_thread.predict_rows(&samples)));
        });
        group.bench_function("predict, two threads", |bencher| {
            bencher.iter(|| black_box(two_threads.predict_rows(&samples)));
        });
    }
}

criterion_group!(benches, mini_batch);
criterion_main!(benches);
