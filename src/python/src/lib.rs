//! The extension module `backprop_graph._native`: the library's types and functions for Python.
//!
//! Each file registers what it has in the module; what is plain Python (names, docstrings, PyTorch, JAX) is in
//! `python/backprop_graph`.
//!
//! | file | what is in it |
//! |---|---|
//! | `command` | the program `backprop` |
//! | `check` | the gradient check |
//! | `bp` | the object graph, bp.py's names |
//! | `fc` | the network of matrices, fc.py's names |
//! | `network2` | the network of matrices, network2.py's names |
//! | `data` | data sets as arrays |

#![allow(clippy::needless_pass_by_value, reason = "Python hands arguments over")]

mod bp;
mod check;
mod command;
mod data;
mod fc;
mod network2;

use pyo3::prelude::*;

#[pymodule(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    command::register(module)?;
    check::register(module)?;
    bp::register(module)?;
    fc::register(module)?;
    network2::register(module)?;
    data::register(module)
}
