//! The command line: any words, a line each, are understood or refused; nothing is run.
#![no_main]
#![allow(dead_code)]

#[path = "../../../src/atomic_file/mod.rs"]
mod atomic_file;
#[path = "../../../src/cli/mod.rs"]
mod cli;
#[path = "../../../src/exchange/mod.rs"]
mod exchange;
#[path = "../../../src/image_file/mod.rs"]
mod image_file;
#[path = "../../../src/lesson/mod.rs"]
mod lesson;
#[path = "../../../src/memory.rs"]
mod memory;
#[path = "../../../src/show/mod.rs"]
mod show;

use backprop::{Architecture, Error, Problem};
use clap::Parser as _;
use cli::Cli;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let words = std::iter::once("backprop").chain(text.lines());
    if let Err(error) = Cli::try_parse_from(words) {
        let _ = error.to_string();
    }
});
