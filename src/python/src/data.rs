//! Data sets as arrays.

use pyo3::prelude::*;

#[expect(clippy::unnecessary_wraps, reason = "nothing is registered yet")]
pub fn register(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
