//! The program `backprop`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    backprop_cli::main()
}
