//! The heart of a matrix product: a tile of the result that stays in registers while the sum runs over its inner index.
//!
//! A product of matrices loads every number many times: n³ products have only 3·n² numbers. A tile of `N` columns of
//! `M` [`Lanes`] loads M + N times for M·N multiply-adds of eight numbers. As a processor does two loads and two
//! multiply-adds at a time, M + N must not exceed M·N, and the M·N sums must be as many as are under way at once
//! (two a cycle, four cycles each) and must fit in the registers: 4 × 4 of the 32 that AVX-512 has, 1 × 4 (that is two
//! registers of four numbers each) of the 16 that AVX2 has.

use super::{add_scaled, block, block_mut};
use crate::vectorized::panel_matrix::{LANES, Lanes};

/// Columns of a tile.
pub const COLUMNS: usize = 4;

/// Numbers of `COLUMNS` columns that belong to the same inner index.
pub type Numbers = [f64; COLUMNS];

/// A tile of `N` columns of `M` lanes.
pub type Tile<const M: usize, const N: usize> = [[Lanes; M]; N];

/// tile[n] + Σ lanes·numbers[n], for each of `N` columns, in the order of `terms`.
///
/// Each product is added with one rounding (`mul_add`). (No closure, and no `fold`: what is not inlined is compiled
/// for any processor.)
#[inline(always)]
pub fn add_products<const FMA: bool, const M: usize, const N: usize>(
    tile: &mut Tile<M, N>,
    terms: impl Iterator<Item = ([Lanes; M], [f64; N])>,
) {
    for (lanes, numbers) in terms {
        for n in 0..N {
            add_scaled::<FMA, M>(&mut tile[n], numbers[n], &lanes);
        }
    }
}

/// Takes a tile into registers: `N` columns of `height` lanes, and of each of them `M` lanes from `first`.
#[inline(always)]
pub fn load<const M: usize, const N: usize>(lanes: &[Lanes], height: usize, first: usize) -> Tile<M, N> {
    let mut tile = [[[0.0; LANES]; M]; N];
    for (sums, column) in tile.iter_mut().zip(lanes.chunks_exact(height)) {
        *sums = *block(column, first);
    }
    tile
}

/// Puts it back.
#[inline(always)]
pub fn store<const M: usize, const N: usize>(
    tile: &Tile<M, N>,
    lanes: &mut [Lanes],
    height: usize,
    first: usize,
) {
    for (sums, column) in tile.iter().zip(lanes.chunks_exact_mut(height)) {
        *block_mut(column, first) = *sums;
    }
}
