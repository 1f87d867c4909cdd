//! Measures how long loading a data set takes, compared with just reading its bytes.
//!
//! Four files, gzipped and plain. With `BACKPROP_MNIST` set to MNIST's folder they are MNIST's, otherwise the embedded
//! digits. Every contender must end with the same images before it is timed.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};

use backprop::data_set::{Pixels, Source, Split};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

fn load(folder: &Path) -> Split {
    Source::Path(folder.to_owned()).load(Pixels::Scaled).expect("the four files are there")
}

/// Returns the gzipped files: MNIST's, or the embedded digits under MNIST's names.
fn gzipped_files() -> Vec<Vec<u8>> {
    let read = |path: PathBuf| fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if let Some(folder) = std::env::var_os("BACKPROP_MNIST") {
        return NAMES.map(|name| read(Path::new(&folder).join(format!("{name}.gz")))).to_vec();
    }
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    NAMES.map(|name| read(data.join(format!("digits-{}.gz", name.replace("t10k", "test"))))).to_vec()
}

fn loading(criterion: &mut Criterion) {
    let (zipped, plain) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let mut plain_bytes = 0;
    for (name, bytes) in NAMES.iter().zip(gzipped_files()) {
        fs::write(zipped.path().join(format!("{name}.gz")), &bytes).expect("writable");
        let mut expanded = Vec::new();
        GzDecoder::new(bytes.as_slice()).read_to_end(&mut expanded).expect("gzip");
        plain_bytes += expanded.len();
        fs::write(plain.path().join(name), &expanded).expect("writable");
    }
    assert_eq!(load(zipped.path()), load(plain.path()), "gzipped and plain files hold the same images");

    let mut group = criterion.benchmark_group("loading");
    group.sample_size(10).throughput(Throughput::Bytes(plain_bytes as u64));
    group.bench_function("read the plain bytes", |bencher| {
        bencher.iter(|| NAMES.map(|name| fs::read(plain.path().join(name)).expect("just written").len()));
    });
    group.bench_function("load plain files", |bencher| bencher.iter(|| black_box(load(plain.path()))));
    group.bench_function("expand the gzipped bytes", |bencher| {
        bencher.iter(|| {
            NAMES.map(|name| {
                let file = File::open(zipped.path().join(format!("{name}.gz"))).expect("just written");
                let mut bytes = Vec::new();
                GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip")
            })
        });
    });
    group.bench_function("load gzipped files", |bencher| bencher.iter(|| black_box(load(zipped.path()))));
    group.finish();
}

criterion_group!(benches, loading);
criterion_main!(benches);
