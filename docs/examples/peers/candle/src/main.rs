//! candle on the same work as docs/examples/speed.rs: `candle-peer MNIST_DIR WORK THREADS`; one JSON object per line.
//!
//! `RAYON_NUM_THREADS` limits its threads; THREADS is only printed.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Linear, Module, Optimizer, SGD, VarBuilder, VarMap, linear, ops::sigmoid};
use flate2::read::GzDecoder;

const PASSES: usize = 7;

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
    for dtype in [DType::F32, DType::F64] {
        let samples = Tensor::from_slice(&samples, (count, 784), &Device::Cpu)?.to_dtype(dtype)?;
        let labels = Tensor::from_slice(&labels, (count, 10), &Device::Cpu)?.to_dtype(dtype)?;
        let variables = VarMap::new();
        let builder = VarBuilder::from_varmap(&variables, dtype, &Device::Cpu);
        let pairs = sizes.windows(2).enumerate();
        let layers: Vec<Linear> = pairs
            .map(|(index, pair)| linear(pair[0], pair[1], builder.pp(index)))
            .collect::<Result<_, _>>()?;
        let mut descent = SGD::new(variables.all_vars(), rate)?;
        let mut times = Vec::new();
        for _ in 0..=PASSES {
            let start = Instant::now();
            for first in (0..count).step_by(batch) {
                let mut output = samples.narrow(0, first, batch)?;
                for layer in &layers {
                    output = sigmoid(&layer.forward(&output)?)?;
                }
                let error = (output - labels.narrow(0, first, batch)?)?.sqr()?.sum_all()?;
                descent.backward_step(&(error * (0.5 / batch as f64))?)?;
            }
            times.push(start.elapsed().as_secs_f64() * 1e6 / count as f64);
        }
        times.remove(0); // to warm up
        times.sort_by(f64::total_cmp);
        let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
        println!(
            r#"{{"engine": "candle {}", "sizes": "{}", "batch": {batch}, "threads": {threads}, "us_per_sample": {:.2}, "min": {:.2}, "max": {:.2}}}"#,
            if dtype == DType::F32 { "f32" } else { "f64" },
            sizes.join(","),
            times[PASSES / 2],
            times[0],
            times[PASSES - 1]
        );
    }
    Ok(())
}

fn read(folder: &str, name: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(Path::new(folder).join(format!("{name}.gz")))?;
    GzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}
