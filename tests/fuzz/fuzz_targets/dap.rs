//! The Debug Adapter Protocol: any bytes, as a stream or one message per line, are answered or refused.
#![no_main]

use backprop_cli::cli::dap::framing;
use backprop_cli::cli::dap::session::Session;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

/// The length of a run that nothing stops, between two messages.
const SLICES: usize = 2;

/// The settings that may be launched: no files, and nothing that takes long.
const ALLOWED: [&str; 9] =
    ["rate", "batch", "l2", "dropout", "activation", "cost", "seed", "epochs", "stopOnEntry"];

fn harmless(message: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(message) else { return message.to_vec() };
    let keep = |given: &mut Map<String, Value>| {
        let is_small = |sizes: &Value| {
            let sizes = sizes.as_array().map_or(&[][..], |sizes| sizes);
            sizes.len() <= 4 && sizes.iter().all(|size| size.as_u64().is_none_or(|size| size <= 9))
        };
        given.retain(|key, value| {
            ALLOWED.contains(&key.as_str()) || key == "sizes" && value.is_array() && is_small(value)
        });
    };
    if value["command"] == "launch" {
        value["arguments"].as_object_mut().map(keep);
    } else if value["command"] == "restart" && value["arguments"].is_object() {
        value["arguments"]["arguments"].as_object_mut().map(keep);
    }
    value.to_string().into_bytes()
}

fuzz_target!(|bytes: &[u8]| {
    let mut session = Session::default();
    let mut take = |message: &[u8]| {
        session.handle(&harmless(message));
        for _ in 0..SLICES {
            session.work();
        }
        for message in session.take_messages() {
            framing::write(&mut std::io::sink(), &message).expect("it goes nowhere");
        }
    };
    if bytes.starts_with(b"C") || bytes.starts_with(b"c") {
        let mut stream = bytes;
        while let Ok(Some(message)) = framing::read(&mut stream) {
            take(&message);
        }
    } else {
        bytes.split(|&byte| byte == b'\n').for_each(take);
    }
});
