//! The `backprop` program; everything it does is in [`backprop::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    backprop::cli::main()
}
