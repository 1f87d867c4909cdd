//! The inputs that are not zero.
//!
//! 81 % of the pixels of an MNIST image are 0. A zero input adds nothing to a weighted input, z += w·0, and nothing to
//! a gradient, δ·0: its column of weights need be neither read nor written.
//!
//! **What skipping means when numbers run away.** In IEEE arithmetic 0 × ∞ is NaN, so a dense product shows an infinite
//! weight at once, whatever the input. Here an infinite or NaN weight shows in the outputs as soon as its input is not
//! 0, and stays unseen while it is 0, as it has no part in the answer then. An input that is NaN or infinite is not
//! zero, and is always used.

/// The non-zero entries of one or several input vectors, each with its place.
#[derive(Debug, Clone, Default)]
pub struct NonZeros {
    /// Where in the two lists below each sample ends; the first begins at 0.
    ends: Vec<usize>,
    places: Vec<u32>,
    values: Vec<f64>,
}

/// One sample's non-zero entries, in ascending order of place.
#[derive(Debug, Clone, Copy)]
pub struct NonZeroRow<'a> {
    /// Which inputs they are: columns of the weights.
    pub places: &'a [u32],
    /// Their values.
    pub values: &'a [f64],
}

impl NonZeros {
    /// No samples.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.places.clear();
        self.values.clear();
    }

    /// Appends a sample.
    pub fn push(&mut self, sample: &[f64]) {
        let mut count = self.places.len();
        // Room for all of it, so that each entry can be written without asking, and is kept by counting it or not:
        // a branch that pixels take at random would cost more than the writes.
        self.places.resize(count + sample.len(), 0);
        self.values.resize(count + sample.len(), 0.0);
        for (group, numbers) in sample.chunks(8).enumerate() {
            // Zeros come in runs: most groups of eight pixels are all background.
            if numbers.iter().all(|x| *x == 0.0) {
                continue;
            }
            for (i, &x) in numbers.iter().enumerate() {
                self.places[count] = (8 * group + i) as u32;
                self.values[count] = x;
                count += usize::from(x != 0.0);
            }
        }
        self.places.truncate(count);
        self.values.truncate(count);
        self.ends.push(count);
    }

    /// How many samples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One sample.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    #[track_caller]
    pub fn row(&self, sample: usize) -> NonZeroRow<'_> {
        let first = if sample == 0 { 0 } else { self.ends[sample - 1] };
        let range = first..self.ends[sample];
        NonZeroRow { places: &self.places[range.clone()], values: &self.values[range] }
    }
}

impl NonZeroRow<'_> {
    /// The entries whose places are in `first..end`.
    #[must_use]
    pub fn between(self, first: u32, end: u32) -> Self {
        let from = self.places.partition_point(|&place| place < first);
        let to = from + self.places[from..].partition_point(|&place| place < end);
        NonZeroRow { places: &self.places[from..to], values: &self.values[from..to] }
    }
}
