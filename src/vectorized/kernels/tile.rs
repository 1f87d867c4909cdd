//! The heart of a matrix product: a tile of the result that stays in registers while the sum runs over its inner index.
//!
//! A product of matrices loads every number many times: n³ products have only 3·n² numbers. A tile of `N` columns of
//! `M` lanes loads M + N times for M·N multiply-adds of 64 bytes, which are eight f64 or sixteen f32. A processor does two
//! loads and two multiply-adds at a time, so M + N must not exceed M·N. There must be enough of the M·N sums to keep
//! the processor busy (two a cycle, four cycles each), and they must fit in the registers: 4 × 4 of the 32 that
//! AVX-512 has, 1 × 4 (that is two registers of 32 bytes each) of the 16 that AVX2 has. Registers and caches count
//! bytes, so f32 has the same tiles and depths; each does twice as much.

use super::{add_scaled, block, block_mut};
use crate::vectorized::number::{Lanes as _, Number};

/// The number of columns of a tile.
pub const COLUMNS: usize = 4;

/// The most lanes in a column of a tile.
const HEIGHT: usize = 4;

/// The numbers of `COLUMNS` columns at the same inner index.
pub type Numbers<T> = [T; COLUMNS];

/// Computes sums + lanes·numbers: `N` columns of `height` lanes each, tile by tile.
///
/// For each inner index, `lanes` has `height` entries, and `numbers` has one for each column.
#[inline(always)]
pub fn add_product<T: Number, const FMA: bool, const WIDE: bool, const N: usize>(
    sums: &mut [T::Lanes],
    lanes: &[T::Lanes],
    numbers: &(impl Iterator<Item = [T; N]> + Clone),
    height: usize,
) {
    let mut first = 0;
    while first < height {
        let (numbers, sums) = (numbers.clone(), &mut *sums);
        first += match height - first {
            HEIGHT.. if WIDE => add_to_tile::<T, FMA, HEIGHT, N>(sums, lanes, numbers, height, first),
            3.. if WIDE => add_to_tile::<T, FMA, 3, N>(sums, lanes, numbers, height, first),
            2.. if WIDE => add_to_tile::<T, FMA, 2, N>(sums, lanes, numbers, height, first),
            _ => add_to_tile::<T, FMA, 1, N>(sums, lanes, numbers, height, first),
        };
    }
}

/// Computes sums + lanes·rows, with one column of `sums` for each row. A row has `length` numbers; the first entry of
/// `lanes` belongs to its number `first`.
#[inline(always)]
pub fn add_rows<T: Number, const FMA: bool, const WIDE: bool>(
    sums: &mut [T::Lanes],
    lanes: &[T::Lanes],
    rows: &[T],
    (first, length): (usize, usize),
    height: usize,
) {
    let count = (lanes.len() / height).min(length - first);
    let mut tiles = sums.chunks_exact_mut(COLUMNS * height);
    let mut groups = rows.chunks_exact(COLUMNS * length);
    for (sums, rows) in tiles.by_ref().zip(groups.by_ref()) {
        let rows: [_; COLUMNS] = std::array::from_fn(|n| &rows[n * length + first..][..count]);
        let numbers = (0..count).map(|inner| rows.map(|row| row[inner]));
        add_product::<T, FMA, WIDE, COLUMNS>(sums, lanes, &numbers, height);
    }
    let rest = tiles.into_remainder().chunks_exact_mut(height);
    for (sums, row) in rest.zip(groups.remainder().chunks_exact(length)) {
        add_product::<T, FMA, WIDE, 1>(sums, lanes, &row[first..].iter().map(|x| [*x]), height);
    }
}

/// Adds to `M` lanes of each column from `first` on, in the order of the inner index; returns `M`.
///
/// Each product is added with one rounding (`mul_add`). (No closure, and no `fold`: code that is not inlined is
/// compiled for any processor.)
#[inline(always)]
fn add_to_tile<T: Number, const FMA: bool, const M: usize, const N: usize>(
    sums: &mut [T::Lanes],
    lanes: &[T::Lanes],
    numbers: impl Iterator<Item = [T; N]>,
    height: usize,
    first: usize,
) -> usize {
    let mut tile = [[T::Lanes::ZEROS; M]; N];
    for (tile, column) in tile.iter_mut().zip(sums.chunks_exact(height)) {
        *tile = *block(column, first);
    }
    for (lanes, numbers) in lanes.chunks_exact(height).zip(numbers) {
        let lanes = *block(lanes, first);
        for n in 0..N {
            add_scaled::<T, FMA, M>(&mut tile[n], numbers[n], &lanes);
        }
    }
    for (tile, column) in tile.iter().zip(sums.chunks_exact_mut(height)) {
        *block_mut(column, first) = *tile;
    }
    M
}
