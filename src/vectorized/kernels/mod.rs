//! The inner loops, over plain slices of lanes.
//!
//! Each outer function is compiled three times, for any x86-64, for AVX2 and for AVX-512, and `multiversion` picks one
//! when it is first called; the helpers are inlined into all three. They compute the same bits: every product is added
//! with one rounding (`mul_add` where it is one instruction, the same number by additions elsewhere: [`fused`]), and
//! every sum has a fixed order:
//!
//! - a weighted input is its bias, plus the inputs' terms in ascending order ([`forward`]);
//! - a sum over a column is kept in eight partial sums, one a lane, which are then added in pairs; in the product of a
//!   mini-batch it takes the rows in ascending order ([`backward`]);
//! - a weight takes the terms of a mini-batch's samples in their order ([`update`]).
//!
//! How many rows, columns or samples are worked on together (and by how many threads) only changes what stays in
//! registers and caches, never that order. So walk and product, of which the layer chooses one, give the same bits, too.
//!
//! All of them work on one panel of the weights, and [`tile`] is the heart of the products.

#![expect(
    clippy::inline_always,
    reason = "a helper that is not inlined is compiled for any x86-64, and called so from the AVX versions too"
)]

pub(super) mod backward;
pub(super) mod forward;
pub(super) mod fused;
pub(super) mod pack;
pub(super) mod tile;
pub(super) mod update;
pub(super) mod visit;

use super::panel_matrix::{LANES, Lanes};

/// accumulators + factor · lanes, each product added with one rounding.
#[inline(always)]
fn add_scaled<const FMA: bool, const HEIGHT: usize>(
    accumulators: &mut [Lanes; HEIGHT],
    factor: f64,
    lanes: &[Lanes; HEIGHT],
) {
    if !FMA {
        return fused::add_scaled(accumulators, lanes, factor);
    }
    for row in 0..HEIGHT {
        for lane in 0..LANES {
            accumulators[row][lane] = lanes[row][lane].mul_add(factor, accumulators[row][lane]);
        }
    }
}

/// `BLOCK` lanes of a slice, as an array that can live in registers.
#[inline(always)]
fn block<const BLOCK: usize>(lanes: &[Lanes], first: usize) -> &[Lanes; BLOCK] {
    lanes[first..].first_chunk().expect("a block is inside its column")
}

/// The same, to be changed.
#[inline(always)]
fn block_mut<const BLOCK: usize>(lanes: &mut [Lanes], first: usize) -> &mut [Lanes; BLOCK] {
    lanes[first..].first_chunk_mut().expect("a block is inside its column")
}
