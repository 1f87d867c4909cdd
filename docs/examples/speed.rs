//! Measures a training sample on real MNIST: one JSON object per line, for docs/benchmarks.md.
//!
//! ```text
//! cargo run --release -- get-mnist data/mnist
//! cargo run --release --example speed -- data/mnist            # everything
//! cargo run --release --example speed -- data/mnist by-100 2   # one work, on two threads
//! cargo run --release --example speed -- data/mnist by-100 1 f32
//! cargo run --release --example speed -- data/mnist growth     # from 10³ to 10⁷ parameters
//! ```
//!
//! Each line is the median of several timed passes over samples prepared beforehand, in microseconds per sample, with
//! the fastest and the slowest pass. Before anything is timed, the object graph, the textbook matrices and the
//! vectorized network have to end with the same weights. Compare only numbers taken in the same minute on the same
//! machine: everything here runs twice, the second time in the opposite order. docs/examples/compare_peers.sh lets it
//! take turns with other libraries.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use backprop::data_set::{DataSet, Pixels, Source, Targets};
use backprop::gradient_check::Precision;
use backprop::vectorized::{rungs, textbook};
use backprop::{
    Architecture, Engine, Label, MiniBatchStep, Sample, SparseSamples, WeightInit, graph, vectorized,
};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const PASSES: usize = 9;
const ONLINE_RATE: f64 = 0.3;
const BATCH_RATE: f64 = 3.0;

/// The work that is timed, on some threads and in one of the types.
type Work<'a> = &'a dyn Fn(usize, Precision);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    let folder = folder.ok_or("name the folder with MNIST's four files; `backprop get-mnist` gets them")?;
    let (wanted, threads) = (arguments.next(), arguments.next());
    let threads: Option<usize> = threads.map(|threads| threads.parse()).transpose()?;
    let precision = match arguments.next().as_deref() {
        None | Some("f64") => Precision::F64,
        Some("f32") => Precision::F32,
        Some(other) => return Err(format!("f64 or f32, not {other}").into()),
    };
    let train = Source::Path(folder).load(Pixels::Scaled)?.train;
    let narrow = Architecture::new(&[784, 30, 10]);
    let middle = Architecture::new(&[784, 300, 10]);
    let wide = Architecture::new(&[784, 1000, 1000, 10]);
    agree_on_the_weights(&middle, &rows(&train, 50));

    let [fifty, hundred, thousand, all] = [50, 100, 1000, 10_000].map(|count| rows(&train, count));
    let dense = without_zeros(&thousand);
    let works: [(&str, Work<'_>); 12] = [
        ("objects", &|_, _| _ = objects(&middle, &hundred)),
        ("textbook", &|_, _| matrices_of_the_textbook(&middle, &thousand)),
        ("memory-order", &|_, _| columns("memory order", &middle, &thousand, false)),
        ("zeros", &|_, _| columns("memory order and zeros", &middle, &thousand, true)),
        ("one-by-one", &|_, precision| online("vectorized", precision, &middle, &thousand, ONLINE_RATE)),
        ("without-zeros", &|_, precision| {
            online("vectorized, inputs without zeros", precision, &middle, &dense, 0.01);
        }),
        ("wide-one-by-one", &|_, precision| online("vectorized", precision, &wide, &fifty, 0.1)),
        ("narrow-by-10", &|threads, precision| mini_batches(precision, &narrow, &all, 10, threads)),
        ("by-100", &|threads, precision| mini_batches(precision, &middle, &all, 100, threads)),
        ("without-zeros-by-100", &|threads, precision| {
            mini_batches(precision, &middle, &dense, 100, threads);
        }),
        ("wide-by-100", &|threads, precision| mini_batches(precision, &wide, &thousand, 100, threads)),
        ("growth", &|_, _| growth(&thousand)),
    ];
    if let Some(wanted) = wanted {
        let work = works.iter().find(|(name, _)| *name == wanted);
        let (_, work) =
            work.ok_or_else(|| format!("works are {}", works.map(|(name, _)| name).join(", ")))?;
        work(threads.unwrap_or(1), precision);
        return Ok(());
    }
    let here = &works[..works.len() - 1]; // growth runs separately
    for (name, work) in here.iter().chain(here.iter().rev()) {
        work(1, Precision::F64);
        if name.contains("by") || name.starts_with("without") {
            work(1, Precision::F32);
        }
        if name.ends_with("by-100") {
            work(2, Precision::F64);
            work(2, Precision::F32);
        }
    }
    Ok(())
}

/// Samples and labels, one row each, and the samples without their zeros, as training takes them.
struct Rows {
    samples: Vec<f64>,
    labels: Vec<f64>,
    sparse: Option<SparseSamples>,
}

impl Rows {
    fn pairs(&self) -> impl Iterator<Item = (Label<'_>, Sample<'_>)> {
        self.labels.chunks_exact(10).map(Label).zip(self.samples.chunks_exact(784).map(Sample))
    }

    fn count(&self) -> usize {
        self.labels.len() / 10
    }

    fn first(&self, count: usize) -> Self {
        let (samples, labels) = (self.samples[..784 * count].to_vec(), self.labels[..10 * count].to_vec());
        Self { samples, labels, sparse: self.sparse.clone() }
    }
}

fn rows(data: &DataSet, count: usize) -> Rows {
    Rows {
        samples: (0..count).flat_map(|index| data.sample(index)).collect(),
        labels: (0..count).flat_map(|index| data.label(index, Targets::Soft, 10)).collect(),
        sparse: data.clone().first(count).without_zeros(),
    }
}

/// Returns the same labels over random inputs, none of them 0.
fn without_zeros(rows: &Rows) -> Rows {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    Rows {
        samples: rows.samples.iter().map(|_| rng.random_range(0.01..1.0)).collect(),
        labels: rows.labels.clone(),
        sparse: None,
    }
}

fn agree_on_the_weights(architecture: &Architecture, rows: &Rows) {
    let before = WeightInit::Small.draw(architecture, 1);
    let mut objects = graph::Network::from_parameters(architecture, &before);
    let mut textbook = textbook::Network::from_parameters(architecture, &before);
    let mut vectorized = vectorized::Network::from_parameters(architecture, &before);
    for (label, sample) in rows.pairs() {
        objects.train_one_sample(label, sample, ONLINE_RATE);
        textbook.train_one_sample(label, sample, ONLINE_RATE);
    }
    vectorized.train_each(&rows.labels, &rows.samples, ONLINE_RATE);
    for (name, parameters) in [("object graph", objects.parameters()), ("textbook", textbook.parameters())] {
        let difference = parameters.max_difference(&vectorized.parameters());
        assert!(difference <= 1e-9, "the {name} and the vectorized network differ by {difference:e}");
    }
}

/// Times the object graph, and returns its size in bytes.
fn objects(architecture: &Architecture, rows: &Rows) -> usize {
    let mut network = graph::Network::from_parameters(architecture, &WeightInit::Small.draw(architecture, 1));
    report("object graph", architecture, 1, 1, rows.count(), || {
        for (label, sample) in rows.pairs() {
            network.train_one_sample(label, sample, ONLINE_RATE);
        }
    });
    network.memory_bytes()
}

fn matrices_of_the_textbook(architecture: &Architecture, rows: &Rows) {
    let mut network =
        textbook::Network::from_parameters(architecture, &WeightInit::Small.draw(architecture, 1));
    report("textbook matrices", architecture, 1, 1, rows.count(), || {
        for (label, sample) in rows.pairs() {
            network.train_one_sample(label, sample, ONLINE_RATE);
        }
    });
}

fn columns(name: &str, architecture: &Architecture, rows: &Rows, skip_zeros: bool) {
    let before = WeightInit::Small.draw(architecture, 1);
    let mut network = rungs::Network::from_parameters(architecture, &before, skip_zeros);
    report(name, architecture, 1, 1, rows.count(), || {
        for (label, sample) in rows.pairs() {
            network.train_one_sample(label, sample, ONLINE_RATE);
        }
    });
}

fn online(name: &str, precision: Precision, architecture: &Architecture, rows: &Rows, rate: f64) {
    let mut network = vectorized_network(precision, architecture, 1);
    report(&in_type(name, precision), architecture, 1, 1, rows.count(), || {
        network.train_each(&rows.labels, &rows.samples, rate);
    });
}

fn vectorized_network(precision: Precision, architecture: &Architecture, threads: usize) -> Box<dyn Engine> {
    let start = WeightInit::Small.draw(architecture, 1);
    if precision == Precision::F64 {
        let mut network = vectorized::Network::from_parameters(architecture, &start);
        network.set_threads(threads).expect("a few threads");
        return Box::new(network);
    }
    let mut network = vectorized::Network::<f32>::zeros(architecture).expect("it fits in f64, too");
    network.set_threads(threads).expect("a few threads");
    network.set_parameters(&start);
    Box::new(network)
}

fn in_type(name: &str, precision: Precision) -> String {
    if precision == Precision::F32 { format!("{name}, f32") } else { name.to_owned() }
}

fn mini_batches(
    precision: Precision,
    architecture: &Architecture,
    rows: &Rows,
    batch: usize,
    threads: usize,
) {
    let mut network = vectorized_network(precision, architecture, threads);
    let step = MiniBatchStep::plain(BATCH_RATE);
    let order: Vec<usize> = (0..rows.count()).collect();
    report(&in_type("vectorized", precision), architecture, batch, threads, rows.count(), || {
        let batches = rows.labels.chunks(10 * batch).zip(rows.samples.chunks(784 * batch));
        for ((labels, samples), chosen) in batches.zip(order.chunks(batch)) {
            match &rows.sparse {
                Some(sparse) => network.train_sparse(labels, sparse, chosen, &step),
                None => network.train_mini_batch(labels, samples, &step),
            };
        }
    });
}

/// Measures one hidden layer of growing width, from about 10³ to 10⁷ parameters: objects, single samples, batches of
/// 100; and the memory they take.
fn growth(rows: &Rows) {
    for hidden in [1, 4, 13, 40, 126, 398, 1258, 3977, 12577] {
        let architecture = Architecture::new(&[784, hidden, 10]);
        let parameters = architecture.parameter_count().expect("ten million at most");
        let some = rows.first((20_000_000 / parameters).clamp(2, 1000));
        let hundreds = rows.first((20_000_000 / parameters).clamp(1, 10) * 100);
        let bytes = objects(&architecture, &some);
        let (padded, biases) =
            (784 * hidden.next_multiple_of(8) + hidden * 16, hidden.next_multiple_of(8) + 16);
        println!(
            r#"{{"parameters": {parameters}, "bytes_of_objects": {bytes}, "bytes_of_weights": {}}}"#,
            8 * (padded + biases)
        );
        online("vectorized", Precision::F64, &architecture, &some, 0.1);
        mini_batches(Precision::F64, &architecture, &hundreds, 100, 1);
    }
}

/// Runs a pass once to warm up, then times it.
fn report(
    name: &str,
    architecture: &Architecture,
    batch: usize,
    threads: usize,
    samples: usize,
    mut pass: impl FnMut(),
) {
    pass();
    let mut times = [0.0; PASSES];
    for time in &mut times {
        let start = Instant::now();
        pass();
        *time = start.elapsed().as_secs_f64() * 1e6 / samples as f64;
    }
    times.sort_by(f64::total_cmp);
    println!(
        r#"{{"engine": "{name}", "sizes": "{}", "batch": {batch}, "threads": {threads}, "us_per_sample": {:.2}, "min": {:.2}, "max": {:.2}}}"#,
        architecture.sizes_text(),
        times[PASSES / 2],
        times[0],
        times[PASSES - 1]
    );
}
