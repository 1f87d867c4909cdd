//! Measures one training sample: on objects, on textbook matrices, and on every rung up to the kernels.
//!
//! `cargo bench --bench engines` measures by size of the network, by phase of a step and by number of connections; a
//! filter picks some: `cargo bench --bench engines -- size/784-300-10`. Samples have MNIST's share of zeros, except for
//! `dense`, which has none. Before anything is timed, the contenders must agree on the weights.

use std::hint::black_box;
use std::time::Duration;

use backprop::vectorized::{rungs, textbook};
use backprop::{Architecture, Engine, Label, Parameters, Sample, graph, vectorized};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use testkit::networks::{Rows, parameters, rows};

const RATE: f64 = 0.3;
/// The number of different samples that take turns, to keep the next one out of the cache.
const SAMPLES: usize = 64;

/// One rung of the ladder.
enum Contender {
    Objects(graph::Network),
    Textbook(textbook::Network),
    Columns(rungs::Network),
    Vectorized(vectorized::Network),
    /// The vectorized network with rows of samples, which lets it join one sample's update with the next one's forward.
    VectorizedRows(vectorized::Network),
}

impl Contender {
    fn all(architecture: &Architecture, parameters: &Parameters) -> Vec<Self> {
        let vectorized = vectorized::Network::from_parameters(architecture, parameters);
        vec![
            Self::Objects(graph::Network::from_parameters(architecture, parameters)),
            Self::Textbook(textbook::Network::from_parameters(architecture, parameters)),
            Self::Columns(rungs::Network::from_parameters(architecture, parameters, false)),
            Self::Columns(rungs::Network::from_parameters(architecture, parameters, true)),
            Self::Vectorized(vectorized.clone()),
            Self::VectorizedRows(vectorized),
        ]
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Objects(_) => "1 objects",
            Self::Textbook(_) => "2 textbook matrices",
            Self::Columns(network) if !network.skip_zeros => "3 memory order",
            Self::Columns(_) => "4 zeros",
            Self::Vectorized(_) => "5 registers",
            Self::VectorizedRows(_) => "6 one walk",
        }
    }

    /// Takes one step for each sample.
    fn train(&mut self, labels: &[f64], samples: &[f64], label_size: usize, sample_size: usize) {
        if let Self::VectorizedRows(network) = self {
            network.train_each(labels, samples, RATE);
            return;
        }
        for (label, sample) in labels.chunks_exact(label_size).zip(samples.chunks_exact(sample_size)) {
            let (label, sample) = (Label(label), Sample(sample));
            match self {
                Self::Objects(network) => {
                    network.train_one_sample(label, sample, RATE);
                }
                Self::Textbook(network) => network.train_one_sample(label, sample, RATE),
                Self::Columns(network) => network.train_one_sample(label, sample, RATE),
                Self::Vectorized(network) | Self::VectorizedRows(network) => {
                    network.train_one_sample(label, sample, RATE);
                }
            }
        }
    }

    fn parameters(&self) -> Parameters {
        match self {
            Self::Objects(network) => network.parameters(),
            Self::Textbook(network) => network.parameters(),
            Self::Columns(network) => network.parameters(),
            Self::Vectorized(network) | Self::VectorizedRows(network) => network.parameters(),
        }
    }
}

/// Checks that all contenders reach the same weights on the same samples, then times each.
fn compare(
    group: &mut BenchmarkGroup<'_, WallTime>,
    architecture: &Architecture,
    Rows { labels, samples }: &Rows,
) {
    let (inputs, outputs) = (architecture.input_size(), architecture.output_size());
    let mut contenders = Contender::all(architecture, &parameters(architecture, 1));
    for contender in &mut contenders {
        contender.train(&labels[..3 * outputs], &samples[..3 * inputs], outputs, inputs);
    }
    let expected = contenders[0].parameters();
    for contender in &contenders[1..] {
        let difference = contender.parameters().max_difference(&expected);
        assert!(difference <= 1e-12, "{} differs from objects by {difference:e}", contender.name());
    }
    drop(expected);
    group.throughput(Throughput::Elements((labels.len() / outputs) as u64));
    for contender in &mut contenders {
        group.bench_function(contender.name(), |bencher| {
            bencher.iter(|| contender.train(labels, samples, outputs, inputs));
        });
    }
}

/// Measures small to large networks. "thrpt" is samples per second.
fn by_size(criterion: &mut Criterion) {
    for sizes in [&[8, 3, 8][..], &[64, 30, 10], &[784, 30, 10], &[784, 300, 10], &[784, 1000, 1000, 10]] {
        let architecture = Architecture::new(sizes);
        let mut group =
            criterion.benchmark_group(format!("size/{}", architecture.sizes_text().replace(',', "-")));
        let samples = if sizes.len() > 3 { 4 } else { SAMPLES };
        group.sample_size(10).measurement_time(Duration::from_secs(2));
        compare(&mut group, &architecture, &rows(&architecture, samples, 1));
    }
}

/// Measures inputs without any zeros.
fn dense(criterion: &mut Criterion) {
    let architecture = Architecture::new(&[784, 300, 10]);
    let mut rows = rows(&architecture, SAMPLES, 1);
    rows.samples.iter_mut().for_each(|x| *x = 0.01 + 0.99 * *x);
    let mut group = criterion.benchmark_group("dense/784-300-10");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    compare(&mut group, &architecture, &rows);
}

/// Measures the three phases of a step on both engines.
fn by_phase(criterion: &mut Criterion) {
    let architecture = Architecture::new(&[784, 300, 10]);
    let Rows { labels, samples } = rows(&architecture, 1, 1);
    let (label, sample) = (Label(&labels), Sample(&samples));
    let parameters = parameters(&architecture, 1);
    let mut objects = graph::Network::from_parameters(&architecture, &parameters);
    let mut vectorized = vectorized::Network::from_parameters(&architecture, &parameters);
    objects.get_gradient(label, sample);
    vectorized.predict(sample);
    vectorized.calc_gradient(label);
    assert!(objects.gradient().max_difference(&vectorized.gradient()) <= 1e-12, "the engines differ");

    let mut group = criterion.benchmark_group("phase/784-300-10");
    group.sample_size(20).measurement_time(Duration::from_secs(1));
    group.bench_function("objects/predict", |b| b.iter(|| black_box(objects.predict(sample))));
    group.bench_function("objects/delta", |b| b.iter(|| objects.calc_delta(label)));
    group.bench_function("objects/update", |b| b.iter(|| objects.update_weight(1e-9)));
    group.bench_function("vectorized/predict", |b| b.iter(|| black_box(vectorized.predict(sample))));
    group.bench_function("vectorized/delta", |b| b.iter(|| vectorized.calc_gradient(label)));
    group.bench_function("vectorized/update", |b| b.iter(|| vectorized.update_weight(1e-9)));
}

/// Measures a thousand to ten million connections. "thrpt" is connections per second.
fn by_connections(criterion: &mut Criterion) {
    for width in [31, 100, 316, 1000, 3162] {
        let architecture = Architecture::new(&[width, width, 1]);
        let connections = architecture.parameter_count().expect("few enough");
        let Rows { labels, samples } = rows(&architecture, 1, 1);
        let (label, sample) = (Label(&labels), Sample(&samples));
        let parameters = parameters(&architecture, 1);
        let mut objects = graph::Network::from_parameters(&architecture, &parameters);
        let mut vectorized = vectorized::Network::from_parameters(&architecture, &parameters);
        objects.train_one_sample(label, sample, RATE);
        vectorized.train_one_sample(label, sample, RATE);
        let difference = objects.parameters().max_difference(&vectorized.parameters());
        assert!(difference <= 1e-12, "the engines differ by {difference:e}");
        let bytes = objects.memory_bytes() as f64 / connections as f64;
        println!("{connections} connections: {bytes:.1} bytes each in the object graph");

        let mut group = criterion.benchmark_group(format!("connections/{connections}"));
        group.sample_size(10).measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::Elements(connections as u64));
        group.bench_function("objects", |b| b.iter(|| objects.train_one_sample(label, sample, RATE)));
        group.bench_function("vectorized", |b| b.iter(|| vectorized.train_one_sample(label, sample, RATE)));
    }
}

criterion_group!(benches, by_size, dense, by_phase, by_connections);
criterion_main!(benches);
