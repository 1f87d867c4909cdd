//! The inner loops, over plain slices of lanes.
//!
//! Each outer function is compiled three times, for any x86-64, for AVX2 and for AVX-512, and `multiversion` picks one
//! when it is first called; the helpers are inlined into all three. All compute the same bits: every product is added
//! with one rounding (by `mul_add` if that is one instruction, otherwise by additions that give the same number:
//! [`fused`]), and every sum has a fixed order:
//!
//! - a weighted input is its bias, plus the inputs' terms in ascending order ([`forward`]);
//! - a sum over a column is kept in partial sums, one per lane, which are then added in pairs; in the product of
//!   a mini-batch it takes the rows in ascending order ([`backward`]);
//! - a weight takes the terms of a mini-batch's samples in their order ([`update`]).
//!
//! The number of rows, columns or samples that are processed together (and the number of threads) changes only what
//! stays in registers and caches, never that order. So the walk and the product, between which the layer chooses,
//! also give the same bits.
//!
//! All of them work on one panel of the weights, and [`tile`] is the heart of the products.

#![expect(
    clippy::inline_always,
    reason = "a helper that is not inlined is compiled for any x86-64, even if an AVX version calls it"
)]

pub(super) mod backward;
pub(super) mod forward;
pub(super) mod fused;
pub(super) mod tile;
mod transpose;
pub(super) mod update;
pub(super) mod visit;

use super::number::{Lanes as _, Number};

/// Computes accumulators + factor · lanes, each product added with one rounding.
#[inline(always)]
fn add_scaled<T: Number, const FMA: bool, const HEIGHT: usize>(
    accumulators: &mut [T::Lanes; HEIGHT],
    factor: T,
    lanes: &[T::Lanes; HEIGHT],
) {
    if !FMA {
        return T::add_scaled_without(accumulators, lanes, factor);
    }
    for row in 0..HEIGHT {
        accumulators[row].add_scaled(&lanes[row], factor);
    }
}

/// Returns `BLOCK` lanes of a slice, as an array that can stay in registers.
#[inline(always)]
fn block<L, const BLOCK: usize>(lanes: &[L], first: usize) -> &[L; BLOCK] {
    lanes[first..].first_chunk().expect("a block is inside its column")
}

/// Returns the same, mutably.
#[inline(always)]
fn block_mut<L, const BLOCK: usize>(lanes: &mut [L], first: usize) -> &mut [L; BLOCK] {
    lanes[first..].first_chunk_mut().expect("a block is inside its column")
}
