//! The network of matrices, with network2.py's names.

use pyo3::prelude::*;

#[expect(clippy::unnecessary_wraps, reason = "nothing is registered yet")]
pub fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
