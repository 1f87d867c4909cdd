//! The update, in place: each weight takes its samples' terms one after the other, and no gradient matrix is made.

use multiversion::multiversion;

use super::{add_scaled, add_scaled_column, block, block_mut};
use crate::vectorized::column_matrix::Lanes;
use crate::vectorized::non_zeros::{NonZeroRow, NonZeros};

/// How many columns are updated together. Their lists of samples fit the first-level cache.
pub const TILE: usize = 32;

/// Columns up to this many lanes fit registers, so going sample by sample loses nothing.
const NARROW: usize = 4;

/// Some samples of a mini-batch: what came in, and the deltas of what came out.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The inputs of each sample.
    pub inputs: &'a NonZeros,
    /// The deltas of each sample, one column each.
    pub deltas: &'a [Lanes],
}

/// W ← decay·W + factor·Σ δ·xᵀ for the columns in `weights`, which are those from `first_column`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update(
    weights: &mut [Lanes],
    first_column: usize,
    height: usize,
    terms: &[Terms<'_>],
    factor: f64,
    decay: f64,
) {
    if decay != 1.0 {
        for weight in weights.as_flattened_mut() {
            *weight *= decay;
        }
    }
    let samples: usize = terms.iter().map(|some| some.inputs.len()).sum();
    if height <= NARROW || samples == 1 {
        sample_by_sample(weights, first_column, height, terms, factor);
    } else {
        let mut lists = Lists::default();
        for (index, tile) in weights.chunks_mut(TILE * height).enumerate() {
            lists.fill(terms, first_column + index * TILE, tile.len() / height);
            column_by_column(tile, height, terms, factor, &lists);
        }
    }
}

/// b ← b + factor·Σ δ.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn update_biases(biases: &mut [Lanes], terms: &[Terms<'_>], factor: f64) {
    for some in terms {
        for deltas in some.deltas.chunks_exact(biases.len()).take(some.inputs.len()) {
            add_scaled_column(biases, factor, deltas);
        }
    }
}

/// One sample after the other: its deltas are added to the column of each of its inputs.
#[inline(always)]
fn sample_by_sample(
    weights: &mut [Lanes],
    first_column: usize,
    height: usize,
    terms: &[Terms<'_>],
    factor: f64,
) {
    let columns = weights.len() / height;
    let (first, end) = (first_column as u32, (first_column + columns) as u32);
    for some in terms {
        for (sample, deltas) in some.deltas.chunks_exact(height).take(some.inputs.len()).enumerate() {
            let inputs = some.inputs.row(sample).between(first, end);
            match height {
                1 => add_to_columns::<1>(weights, first_column, inputs, block(deltas, 0), factor),
                2 => add_to_columns::<2>(weights, first_column, inputs, block(deltas, 0), factor),
                3 => add_to_columns::<3>(weights, first_column, inputs, block(deltas, 0), factor),
                4 => add_to_columns::<4>(weights, first_column, inputs, block(deltas, 0), factor),
                _ => add_to_long_columns(weights, first_column, inputs, deltas, factor),
            }
        }
    }
}

/// Adds factor·x·δ to the column of each input x; δ stays in registers.
#[inline(always)]
fn add_to_columns<const HEIGHT: usize>(
    weights: &mut [Lanes],
    first_column: usize,
    inputs: NonZeroRow<'_>,
    deltas: &[Lanes; HEIGHT],
    factor: f64,
) {
    let deltas = *deltas;
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = block_mut::<HEIGHT>(weights, (place as usize - first_column) * HEIGHT);
        for (weight, delta) in column.iter_mut().zip(&deltas) {
            add_scaled(weight, factor * input, delta);
        }
    }
}

/// Adds factor·x·δ to the column of each input x.
#[inline(always)]
fn add_to_long_columns(
    weights: &mut [Lanes],
    first_column: usize,
    inputs: NonZeroRow<'_>,
    deltas: &[Lanes],
    factor: f64,
) {
    let height = deltas.len();
    for (&place, &input) in inputs.places.iter().zip(inputs.values) {
        let column = &mut weights[(place as usize - first_column) * height..][..height];
        add_scaled_column(column, factor * input, deltas);
    }
}

/// For each column of a tile, the samples that use it: the non-zero inputs, sorted by column.
#[derive(Default)]
struct Lists {
    /// Where in `entries` each column's list ends; the first begins at 0.
    ends: [usize; TILE],
    entries: Vec<Entry>,
}

/// One sample's input to one column.
#[derive(Clone, Copy, Default)]
struct Entry {
    /// Which of the terms.
    term: u32,
    /// Where its deltas begin, in samples.
    sample: u32,
    input: f64,
}

impl Lists {
    /// A counting sort: count, add up, place. Within a column the samples keep their order.
    #[inline(always)]
    fn fill(&mut self, terms: &[Terms<'_>], first_column: usize, columns: usize) {
        let (first, end) = (first_column as u32, (first_column + columns) as u32);
        let rows = || {
            terms.iter().enumerate().flat_map(move |(term, some)| {
                (0..some.inputs.len())
                    .map(move |sample| (term, sample, some.inputs.row(sample).between(first, end)))
            })
        };
        let mut starts = [0; TILE];
        for (_, _, inputs) in rows() {
            for &place in inputs.places {
                starts[(place - first) as usize % TILE] += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += std::mem::replace(start, total);
        }
        self.ends = starts;
        self.entries.resize(total, Entry::default());
        for (term, sample, inputs) in rows() {
            for (&place, &input) in inputs.places.iter().zip(inputs.values) {
                let end = &mut self.ends[(place - first) as usize % TILE];
                self.entries[*end] = Entry { term: term as u32, sample: sample as u32, input };
                *end += 1;
            }
        }
    }

    #[inline(always)]
    fn of_column(&self, column: usize) -> &[Entry] {
        let first = if column == 0 { 0 } else { self.ends[column - 1] };
        &self.entries[first..self.ends[column]]
    }
}

/// Block of rows after block of rows, so that this block of all samples' deltas stays in the cache; and in it column
/// after column, loaded and stored once for all the samples that use it.
#[inline(always)]
fn column_by_column(tile: &mut [Lanes], height: usize, terms: &[Terms<'_>], factor: f64, lists: &Lists) {
    let mut first = 0;
    while first < height {
        first += match height - first {
            4.. => rows::<4>(tile, height, terms, factor, lists, first),
            2.. => rows::<2>(tile, height, terms, factor, lists, first),
            _ => rows::<1>(tile, height, terms, factor, lists, first),
        };
    }
}

/// One block of rows of all columns of a tile; returns the size of the block.
#[inline(always)]
fn rows<const BLOCK: usize>(
    tile: &mut [Lanes],
    height: usize,
    terms: &[Terms<'_>],
    factor: f64,
    lists: &Lists,
    first: usize,
) -> usize {
    for (index, column) in tile.chunks_exact_mut(height).enumerate() {
        let entries = lists.of_column(index);
        if entries.is_empty() {
            continue;
        }
        let weights = block_mut::<BLOCK>(column, first);
        let mut sums = *weights;
        for entry in entries {
            let deltas = terms[entry.term as usize].deltas;
            let deltas = block::<BLOCK>(deltas, entry.sample as usize * height + first);
            for (sum, delta) in sums.iter_mut().zip(deltas) {
                add_scaled(sum, factor * entry.input, delta);
            }
        }
        *weights = sums;
    }
    BLOCK
}
