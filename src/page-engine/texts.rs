//! Formats numbers for the page.

use backprop::step::text::{number, short};
use serde::Serialize;

/// The text for a number that has not been computed yet.
pub const NONE: &str = "–";

/// The decimals of numbers in formulas.
pub const DECIMALS: usize = 6;

/// A number as text, for formulas and for places with little room.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Six decimals or more.
    pub text: String,
    /// Three or four significant digits.
    pub short: String,
}

impl Shown {
    pub fn new(value: f64) -> Self {
        Self { text: number(value, DECIMALS), short: short(value) }
    }

    /// Formats a number that may not be known.
    pub fn of(value: Option<f64>) -> Self {
        value.map_or_else(|| Self { text: NONE.to_owned(), short: NONE.to_owned() }, Self::new)
    }
}
