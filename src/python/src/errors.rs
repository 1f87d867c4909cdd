//! Converts the library's errors to Python's.

use backprop::{Error, ErrorKind};
use pyo3::exceptions::{PyFileNotFoundError, PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;

/// Returns Python's exception for an error, with the same sentence.
pub fn python(error: Error) -> PyErr {
    let sentence = error.to_string();
    match error.kind() {
        ErrorKind::TooLarge => PyMemoryError::new_err(sentence),
        ErrorKind::NoData => PyFileNotFoundError::new_err(sentence),
        ErrorKind::File => {
            let source =
                std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
            match source.map(std::io::Error::kind) {
                Some(std::io::ErrorKind::NotFound) => PyFileNotFoundError::new_err(sentence),
                _ => PyOSError::new_err(sentence),
            }
        }
        _ => PyValueError::new_err(sentence),
    }
}
