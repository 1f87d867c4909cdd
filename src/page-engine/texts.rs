//! Numbers as they are shown.

use backprop::step::text::number;
use serde::Serialize;

/// A number not computed yet.
pub const NONE: &str = "–";

/// Decimals in formulas.
pub const DECIMALS: usize = 6;

/// As a formula has it, and for places with little room.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Six decimals or more.
    pub text: String,
    /// Three decimals.
    pub short: String,
}

impl Shown {
    pub fn new(value: f64) -> Self {
        Self { text: number(value, DECIMALS), short: short(value) }
    }

    /// Of a number that may not be known.
    pub fn of(value: Option<f64>) -> Self {
        value.map_or_else(|| Self { text: NONE.to_owned(), short: NONE.to_owned() }, Self::new)
    }
}

/// Three decimals, or a power of ten where they would show nothing.
pub fn short(value: f64) -> String {
    // A zero that came out of 0·(−w) is a zero to the reader.
    let value = value + 0.0;
    let size = value.abs();
    if size >= 1e5 || (size > 0.0 && size < 0.001) {
        format!("{value:.1e}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}
