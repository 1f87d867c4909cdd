//! The meaning of a network's inputs and outputs, as JSON: refused in one line, or written and read back the same in a model
//! file.
#![no_main]

use backprop::data_set::Meaning;
use backprop::model_file::Model;
use backprop::{Architecture, Parameters};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(meaning) = serde_json::from_slice::<Meaning>(data) else { return };
    let outputs = usize::from(data.len() % 2 == 0) + 1;
    let architecture = Architecture::new(&[meaning.inputs.len().clamp(1, 8), outputs]);
    if let Err(problem) = meaning.check(&architecture) {
        assert!(!problem.to_string().contains(char::is_control), "{problem}");
        return;
    }
    assert!(meaning.told().is_none_or(|told| !told.is_empty()));
    assert!(meaning.output_names().len() <= outputs.max(2));
    let parameters = Parameters::zeros(&architecture);
    let Ok(text) = (Model { architecture, parameters, meaning }).to_json() else { return };
    let read = Model::from_json(&text).expect("what was written can be read");
    assert_eq!(read.to_json().expect("as before"), text);
});
