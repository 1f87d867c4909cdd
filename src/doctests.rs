//! The Rust programs in README.md and in the book, as doc-tests. (tests/book.rs checks that none is left out.)

/// Chapter 1.
#[doc = include_str!("../docs/01-neuron.md")]
pub mod chapter_01 {}
