//! Safetensors: an error in one line, or a model that can be asked something.
#![no_main]

use backprop::{Engine, Sample, vectorized};
use backprop_cli::exchange::sequential;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let model = match sequential::from_bytes(bytes) {
        Ok(sequential) => sequential.model,
        Err(problem) => return assert!(!problem.to_string().contains('\n'), "{problem}"),
    };
    assert!(model.parameters.fit(&model.architecture));
    assert!(model.parameters.iter().count() * 4 <= bytes.len(), "no number comes from nowhere");
    let mut network = vectorized::Network::try_new(&model.architecture).expect("it fits memory: it was in a file");
    network.set_parameters(&model.parameters);
    let sample = vec![0.5; model.architecture.input_size()];
    assert_eq!(network.predict(Sample(&sample)).len(), model.architecture.output_size());
});
