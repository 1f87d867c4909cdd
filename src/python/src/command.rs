//! The program `backprop`, as the function that the wheel's command calls.

use std::ffi::OsString;
use std::process::ExitCode;

use pyo3::prelude::*;

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run_program, module)?)
}

/// Runs the program with these arguments, the first of which is its name. Returns its exit status.
#[pyfunction]
fn run_program(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    let code = py.detach(|| backprop_cli::main_with(&arguments));
    // An `ExitCode` does not reveal its number, but can be compared.
    (0..u8::MAX).find(|&number| ExitCode::from(number) == code).unwrap_or(u8::MAX)
}
