//! What people type: numbers, counts, sizes, and the names of quantities of a step, each read in one way or refused in one
//! line.
#![no_main]

use backprop::data_set::nine_nodes;
use backprop::graph::Network;
use backprop::step::Stepper;
use backprop::step::view::{Quantity, typed};
use backprop::{Label, Sample};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static STEPPER: Stepper = {
        let network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
        Stepper::new(network, &[Label(&nine_nodes::LABELS[0])], &[Sample(&nine_nodes::SAMPLES[0])], 0.3)
    };
}

fn refused_in_one_line<T>(result: Result<T, String>) -> Option<T> {
    result.map_err(|problem| assert!(!problem.contains(char::is_control), "{problem:?}")).ok()
}

fuzz_target!(|text: &str| {
    if let Some(number) = refused_in_one_line(typed::number(text)) {
        assert!(number.is_finite());
        // The number that was read is read as itself.
        assert_eq!(typed::number(&format!("{number:?}")).map(f64::to_bits), Ok(number.to_bits()), "{text}");
    }
    if let Some(count) = refused_in_one_line(typed::count(text)) {
        assert_eq!(typed::count(&count.to_string()), Ok(count));
    }
    if let Some(sizes) = refused_in_one_line(typed::sizes(text)) {
        let written: Vec<String> = sizes.iter().map(usize::to_string).collect();
        assert_eq!(typed::sizes(&written.join(",")), Ok(sizes));
    }
    STEPPER.with(|stepper| {
        for quantity in Quantity::readings(stepper, text).into_iter().chain(Quantity::near(stepper, text)) {
            // Its own name leads to it.
            assert_eq!(Quantity::parse(stepper, &quantity.typed_name(stepper)), Some(quantity), "{text}");
            let _ = quantity.value(stepper);
        }
    });
});
