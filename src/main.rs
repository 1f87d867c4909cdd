//! The `backprop` program: what people type and look at. It uses the library as any other program would.

mod atomic_file;
mod cli;
mod exchange;
mod image_file;
mod lesson;
mod memory;
mod show;

use std::process::ExitCode;

use backprop::{Architecture, Error, Problem};

fn main() -> ExitCode {
    cli::main()
}
