//! Model files: an error in one line, or a model that comes back the same and can be asked something.
#![no_main]

use backprop::model_file::Model;
use backprop::{Engine, Sample, graph, vectorized};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let model = match Model::from_json(text) {
        Ok(model) => model,
        Err(problem) => return assert!(!problem.to_string().contains('\n'), "{problem}"),
    };
    let written = model.to_json().expect("what was read is finite");
    assert_eq!(Model::from_json(&written).expect("it was written"), model);
    let sample = vec![0.5; model.architecture.input_size()];
    let mut object = graph::Network::from_parameters(&model.architecture, &model.parameters);
    let mut matrices = vectorized::Network::try_new(&model.architecture).expect("it fits memory: it was in a file");
    Engine::set_parameters(&mut matrices, &model.parameters);
    assert_eq!(
        object.predict(Sample(&sample)).len(),
        Engine::predict(&mut matrices, Sample(&sample)).len()
    );
});
