//! The extension module `backprop_graph._native`: the library's types and functions for Python.
//!
//! Each file registers its items in the module; plain Python (names, docstrings, PyTorch, JAX) is in
//! `python/backprop_graph`.
//!
//! | file | what is in it |
//! |---|---|
//! | `command` | the program `backprop` |
//! | `check` | the gradient check |
//! | `bp`, `arena` | the object graph, bp.py's names; its nodes and connections |
//! | `steps`, `page` | a training step node by node, and the live page |
//! | `fc` | a layer of a network of matrices, fc.py's names |
//! | `matrices` | the network of matrices, which trains those of fc.py and network2.py |
//! | `data` | data sets as arrays |
//! | `exercises` | the judge of docs/exercises |
//! | `shared` | what several threads use at a time |
//! | `numbers`, `errors` | numbers that come from Python, errors that go there |

#![allow(clippy::needless_pass_by_value, reason = "Python hands arguments over")]

mod arena;
mod bp;
mod check;
mod command;
mod data;
mod errors;
mod exercises;
mod fc;
mod matrices;
mod numbers;
mod page;
mod shared;
mod steps;

use pyo3::prelude::*;

#[pymodule(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    command::register(module)?;
    check::register(module)?;
    bp::register(module)?;
    steps::register(module)?;
    page::register(module)?;
    fc::register(module)?;
    matrices::register(module)?;
    data::register(module)?;
    exercises::register(module)
}
