//! The inner loops, over plain slices of lanes.
//!
//! Each outer function is compiled three times, for any x86-64, for AVX2 and for AVX-512, and `multiversion` picks one
//! when it is first called; the helpers are inlined into all three. They compute the same bits: eight lanes everywhere,
//! products and sums never fused, and a fixed order of summation:
//!
//! - a weighted input is its bias, plus the inputs' terms in ascending order ([`forward`]);
//! - a sum over a column is kept in eight partial sums, one a lane, which are then added in pairs ([`backward`]);
//! - a weight takes the terms of a mini-batch's samples in their order ([`update`]).
//!
//! How many rows, columns or samples are worked on together (and by how many threads) only changes what stays in
//! registers and caches, never that order.

#![expect(
    clippy::inline_always,
    reason = "a helper that is not inlined is compiled for any x86-64, and called so from the AVX versions too"
)]

pub(super) mod backward;
pub(super) mod forward;
pub(super) mod fused;
pub(super) mod update;

use super::column_matrix::Lanes;

/// accumulators + factor · lanes, for a whole column or a block of it.
///
/// One flat loop: of two nested ones a compiler may make a loop over the outer, which gathers its numbers one by one.
#[inline(always)]
fn add_scaled(accumulators: &mut [Lanes], factor: f64, lanes: &[Lanes]) {
    for (accumulator, number) in accumulators.as_flattened_mut().iter_mut().zip(lanes.as_flattened()) {
        *accumulator += factor * number;
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
