//! Helpers shared by the tests of several packages: reference numbers, networks from a seed, the program's command
//! lines, editors and browsers that talk to it, the book's Markdown.

#![forbid(unsafe_code)]
#![allow(missing_docs, clippy::missing_panics_doc, reason = "read by tests alone, which fail by panics")]

#[cfg(feature = "program")]
pub mod book;
#[cfg(feature = "program")]
pub mod cli;
#[cfg(all(feature = "program", unix))]
pub mod devtools;
#[cfg(feature = "program")]
pub mod editor;
pub mod golden;
#[cfg(all(feature = "program", unix))]
pub mod marionette;
pub mod mnist;
pub mod networks;
#[cfg(feature = "program")]
pub mod page;
#[cfg(feature = "program")]
pub mod pictures;
#[cfg(feature = "program")]
mod program;
pub mod wiring;

use std::path::Path;

#[cfg(feature = "program")]
pub use program::program;

/// Returns the root folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("tests/testkit is two folders down")
}
