//! The command line: any words, one per line, are understood or refused; nothing is run.
#![no_main]

use clap::Parser as _;
use backprop_cli::cli::Cli;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let words = std::iter::once("backprop").chain(text.lines());
    if let Err(error) = Cli::try_parse_from(words) {
        let _ = error.to_string();
    }
});
