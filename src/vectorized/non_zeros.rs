//! Lists of the inputs that are not zero.
//!
//! 81 % of the pixels of an MNIST image are 0. A zero input adds nothing to a weighted input, z += w·0, and nothing to
//! a gradient, δ·0, so its column of weights need not be read or written.
//!
//! `DIFFERENCE:` fc.py multiplies by zeros too. This makes a difference only when training diverges: in IEEE
//! arithmetic 0 × ∞ is NaN, so a dense product shows an infinite weight at once, whatever the input. Here an infinite
//! or NaN weight shows in the outputs as soon as its input is not 0; while it is 0, the weight plays no part in the
//! answer and goes unnoticed. An input that is NaN or infinite is not zero, and is always used.

use super::number::Number;
use crate::gradient_check::Real;

/// The number of inputs in a group: their weights in one panel are 16 KiB, a third of the nearest cache.
const GROUP: usize = 64;

/// The non-zero entries of one or several input vectors, each with its place.
#[derive(Debug, Clone, Default)]
pub struct NonZeros<T> {
    /// The end of each sample in the two lists below; the first sample begins at 0.
    ends: Vec<usize>,
    /// The end of each group of [`GROUP`] inputs of each sample, counted from the beginning of the sample.
    group_ends: Vec<u32>,
    /// The lists; after the last end there is room for more.
    places: Vec<u32>,
    values: Vec<T>,
}

/// One sample's non-zero entries, in ascending order of place.
#[derive(Debug, Clone, Copy)]
pub struct NonZeroRow<'a, T> {
    /// The places of the inputs: columns of the weights.
    pub places: &'a [u32],
    /// Their values.
    pub values: &'a [T],
    /// The end of each group.
    group_ends: &'a [u32],
}

impl<T: Number> NonZeroRow<'_, T> {
    /// Returns the entries of the first [`GROUP`] inputs, then those of the next, and so on.
    pub fn groups(self) -> impl Iterator<Item = Self> {
        let mut start = 0;
        self.group_ends.iter().map(move |end| {
            let range = std::mem::replace(&mut start, *end as usize)..*end as usize;
            Self { places: &self.places[range.clone()], values: &self.values[range], group_ends: &[] }
        })
    }
}

impl<T: Number> NonZeros<T> {
    /// Removes all samples; their memory is kept for the next ones.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.group_ends.clear();
    }

    /// Appends a sample, as long as those before it, rounded to T. A −0 is a zero; NaN and infinity are not.
    ///
    /// # Panics
    /// If the sample has 2³² numbers or more, because a place is a u32.
    pub fn push<S: Real>(&mut self, sample: &[S]) {
        assert!(u32::try_from(sample.len()).is_ok(), "a place counts to 2^32");
        let start = self.make_room(sample.len());
        let (places, values) = (&mut self.places[start..], &mut self.values[start..]);
        let mut count = 0;
        for (group, inputs) in sample.chunks(GROUP).enumerate() {
            // Zeros come in runs: in most groups of eight pixels, all are background.
            let (eights, rest) = inputs.as_chunks::<8>();
            for (place, numbers) in eights.iter().enumerate() {
                // Testing all eight together makes one decision instead of eight.
                if numbers.iter().fold(false, |any, x| any | (x.to_f64() != 0.0)) {
                    let first = group * GROUP + 8 * place;
                    let numbers = (first as u32..).zip(numbers);
                    count += append(&mut places[count..], &mut values[count..], numbers);
                }
            }
            let first = group * GROUP + 8 * eights.len();
            let rest = (first as u32..).zip(rest);
            count += append(&mut places[count..], &mut values[count..], rest);
            self.group_ends.push(count as u32);
        }
        self.ends.push(start + count);
    }

    /// Appends a sample of which the inputs that are not 0 are known, rounded to T. It has no groups.
    pub fn push_sparse(&mut self, (places, inputs): (&[u32], &[f64])) {
        let start = self.make_room(places.len());
        let numbers = places.iter().copied().zip(inputs);
        self.ends.push(start + append(&mut self.places[start..], &mut self.values[start..], numbers));
    }

    /// Makes room for a sample of this length; returns where it begins.
    fn make_room(&mut self, length: usize) -> usize {
        let start = self.total();
        if self.places.len() < start + length {
            self.places.resize(2 * start + length, 0);
            self.values.resize(2 * start + length, T::ZERO);
        }
        start
    }

    /// Returns the number of samples.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the number of entries in all samples together.
    pub(super) fn total(&self) -> usize {
        self.start(self.len())
    }

    /// Returns one sample, by its place in the order of [`NonZeros::push`], from 0.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn row(&self, sample: usize) -> NonZeroRow<'_, T> {
        let range = self.start(sample)..self.ends[sample];
        let groups = self.group_ends.len() / self.len();
        NonZeroRow {
            places: &self.places[range.clone()],
            values: &self.values[range],
            group_ends: &self.group_ends[sample * groups..][..groups],
        }
    }

    /// Returns the beginning of a sample, which is the end of the one before.
    fn start(&self, sample: usize) -> usize {
        if sample == 0 { 0 } else { self.ends[sample - 1] }
    }
}

/// Writes the numbers that are not zero to the front of the lists; returns how many there are.
///
/// Every number is written without a test, and is kept only if it is counted: a branch that pixels take at random would
/// cost more than the writes.
#[inline]
fn append<'a, S: Real + 'a, T: Number>(
    places: &mut [u32],
    values: &mut [T],
    numbers: impl Iterator<Item = (u32, &'a S)>,
) -> usize {
    let mut count = 0;
    for (place, number) in numbers {
        places[count] = place;
        let value = T::from_f64(number.to_f64());
        values[count] = value;
        count += usize::from(value != T::ZERO);
    }
    count
}

/// The same entries, times a factor, sorted by place: for each input, the samples in which it is not zero, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct ByPlace<T> {
    /// The end of each place's list in `entries`; the first list begins at 0.
    ends: Vec<u32>,
    entries: Vec<Entry<T>>,
}

/// One sample's input, times the factor.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry<T> {
    pub(super) sample: u32,
    pub(super) value: T,
}

impl<T: Number> ByPlace<T> {
    /// Sorts the entries by counting: count, add up, place.
    pub(super) fn fill(&mut self, inputs: &NonZeros<T>, input_size: usize, factor: T) {
        self.ends.clear();
        self.ends.resize(input_size, 0);
        let total = inputs.total();
        for &place in &inputs.places[..total] {
            self.ends[place as usize] += 1;
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += std::mem::replace(end, start);
        }
        self.entries.resize(total, Entry::default());
        for sample in 0..inputs.len() {
            let row = inputs.row(sample);
            for (&place, &value) in row.places.iter().zip(row.values) {
                let end = &mut self.ends[place as usize];
                self.entries[*end as usize] = Entry { sample: sample as u32, value: factor * value };
                *end += 1;
            }
        }
    }

    /// Returns the samples that have this input.
    pub(super) fn of_place(&self, place: usize) -> &[Entry<T>] {
        let first = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.entries[first..self.ends[place] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_places_and_values_of_what_is_not_zero() {
        let mut inputs = NonZeros::<f64>::default();
        inputs.push(&[0.0, 0.5, 0.0, 1.0]);
        assert_eq!(inputs.row(0).places, [1, 3]);
        assert_eq!(inputs.row(0).values, [0.5, 1.0]);
    }

    #[test]
    fn groups_are_64_inputs_each_and_together_the_row() {
        for count in [1, 63, 64, 65, 150] {
            let mut inputs = NonZeros::<f64>::default();
            for sample in 0..2 {
                inputs.push(&(0..count).map(|i| f64::from((i + sample) % 3)).collect::<Vec<_>>());
            }
            for row in [inputs.row(0), inputs.row(1)] {
                let groups: Vec<_> = row.groups().map(|group| group.places).collect();
                assert_eq!(groups.concat(), row.places, "{count} inputs");
                for (place, group) in groups.iter().enumerate() {
                    assert!(group.iter().all(|input| *input as usize / 64 == place), "{count} inputs");
                }
            }
        }
    }
}
