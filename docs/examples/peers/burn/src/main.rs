//! burn on the same work as docs/examples/speed.rs: `burn-peer MNIST_DIR WORK THREADS`; one JSON object per line.
//!
//! Uses Flex, burn's back end for CPUs, in f32, the only type of its layers. `RAYON_NUM_THREADS` limits its threads;
//! THREADS is only printed.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, Optimizer, SgdConfig};
use burn::tensor::{Tensor, TensorData, activation::sigmoid, backend::Backend};
use flate2::read::GzDecoder;

const PASSES: usize = 7;

type Engine = Autodiff<Flex>;

#[derive(Module, Debug)]
struct Network<B: Backend> {
    layers: Vec<Linear<B>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, work, threads] = &arguments[..] else { return Err("MNIST_DIR WORK THREADS".into()) };
    let (sizes, batch, rate, count): (&[usize], _, _, _) = match work.as_str() {
        "one-by-one" => (&[784, 300, 10], 1, 0.3, 500),
        "wide-one-by-one" => (&[784, 1000, 1000, 10], 1, 0.1, 20),
        "narrow-by-10" => (&[784, 30, 10], 10, 3.0, 5000),
        "by-100" => (&[784, 300, 10], 100, 3.0, 5000),
        "wide-by-100" => (&[784, 1000, 1000, 10], 100, 3.0, 500),
        _ => return Err(format!("no such work: {work}").into()),
    };
    let (images, digits) = (read(folder, "train-images-idx3-ubyte")?, read(folder, "train-labels-idx1-ubyte")?);
    let samples: Vec<f32> = images[16..][..count * 784].iter().map(|pixel| f32::from(*pixel) / 255.0).collect();
    let label = |digit: u8| (0..10).map(move |output| if output == digit { 0.9f32 } else { 0.1 });
    let labels: Vec<f32> = digits[8..][..count].iter().flat_map(|digit| label(*digit)).collect();
    let device = Default::default();
    let batches: Vec<(Tensor<Engine, 2>, Tensor<Engine, 2>)> = samples
        .chunks(batch * 784)
        .zip(labels.chunks(batch * 10))
        .map(|(samples, labels)| {
            let samples = TensorData::new(samples.to_vec(), [batch, 784]);
            let labels = TensorData::new(labels.to_vec(), [batch, 10]);
            (Tensor::from_data(samples, &device), Tensor::from_data(labels, &device))
        })
        .collect();
    let layers = sizes.windows(2).map(|pair| LinearConfig::new(pair[0], pair[1]).init(&device)).collect();
    let mut network = Network::<Engine> { layers };
    let mut descent = SgdConfig::new().init();
    let mut times = Vec::new();
    for _ in 0..=PASSES {
        let start = Instant::now();
        for (samples, labels) in &batches {
            let mut output = samples.clone();
            for layer in &network.layers {
                output = sigmoid(layer.forward(output));
            }
            let error = (output - labels.clone()).powi_scalar(2).sum() * (0.5 / batch as f64);
            let gradients = GradientsParams::from_grads(error.backward(), &network);
            network = descent.step(rate, network, gradients);
        }
        times.push(start.elapsed().as_secs_f64() * 1e6 / count as f64);
    }
    times.remove(0); // to warm up
    times.sort_by(f64::total_cmp);
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    println!(
        r#"{{"engine": "burn f32", "sizes": "{}", "batch": {batch}, "threads": {threads}, "us_per_sample": {:.2}, "min": {:.2}, "max": {:.2}}}"#,
        sizes.join(","),
        times[PASSES / 2],
        times[0],
        times[PASSES - 1]
    );
    Ok(())
}

fn read(folder: &str, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(Path::new(folder).join(format!("{name}.gz")))?;
    GzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}
