//! Samples without their zeros.

/// The percentage of inputs that are not 0 above which zeros are not worth finding: a matrix product, which multiplies by
/// them too, spends half as much on a multiplication as a walk over the others.
#[cfg(any(feature = "data", feature = "vectorized"))]
pub(crate) const MOST_NON_ZEROS: usize = 40;

/// Samples of which only the inputs that are not 0 are kept, each with its place.
///
/// Four of five pixels of a digit are 0, and the vectorized network skips them. Here they are found once for all epochs,
/// and not in every mini-batch ([`Engine::train_sparse`](crate::Engine::train_sparse)).
///
/// ```
/// let mut samples = backprop::SparseSamples::new(4);
/// samples.push(&[0.0, 0.5, 0.0, 1.0]);
/// assert_eq!(samples.non_zeros(0), (&[1, 3][..], &[0.5, 1.0][..]));
/// assert_eq!(samples.sample(0), [0.0, 0.5, 0.0, 1.0]);
/// ```
#[derive(Debug, Clone)]
pub struct SparseSamples {
    input_size: usize,
    /// The end of each sample in the two lists below; the first begins at 0.
    ends: Vec<usize>,
    places: Vec<u32>,
    inputs: Vec<f64>,
}

impl SparseSamples {
    /// The bytes that an input takes here.
    pub const BYTES: usize = size_of::<u32>() + size_of::<f64>();

    /// Creates an empty set, for samples of `input_size` numbers.
    ///
    /// # Panics
    /// If there are 2³² numbers or more, because a place is a u32.
    #[track_caller]
    pub fn new(input_size: usize) -> Self {
        Self::with_capacity(input_size, 0, 0)
    }

    /// Creates an empty set with room for this many samples, and as many inputs of all samples together.
    #[track_caller]
    pub(crate) fn with_capacity(input_size: usize, samples: usize, inputs: usize) -> Self {
        assert!(u32::try_from(input_size).is_ok(), "a place counts to 2^32");
        Self {
            input_size,
            ends: Vec::with_capacity(samples),
            places: Vec::with_capacity(inputs),
            inputs: Vec::with_capacity(inputs),
        }
    }

    /// Returns the numbers in a sample.
    pub fn input_size(&self) -> usize {
        self.input_size
    }

    /// Appends a sample.
    ///
    /// # Panics
    /// If it has another length.
    #[track_caller]
    pub fn push(&mut self, sample: &[f64]) {
        assert_eq!(sample.len(), self.input_size, "all samples have the same length");
        let non_zeros = sample.iter().enumerate().filter(|(_, input)| is_kept(**input));
        for (place, &input) in non_zeros {
            self.places.push(place as u32);
            self.inputs.push(input);
        }
        self.ends.push(self.places.len());
    }

    /// Returns the places of a sample's inputs that are not 0, in ascending order, and these inputs.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn non_zeros(&self, index: usize) -> (&[u32], &[f64]) {
        let end = self.ends[index];
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        (&self.places[start..end], &self.inputs[start..end])
    }

    /// Returns a sample as it was.
    ///
    /// # Panics
    /// If there is no such sample.
    #[track_caller]
    pub fn sample(&self, index: usize) -> Vec<f64> {
        let mut sample = vec![0.0; self.input_size];
        let (places, inputs) = self.non_zeros(index);
        for (&place, &input) in places.iter().zip(inputs) {
            sample[place as usize] = input;
        }
        sample
    }
}

/// Returns whether an input is kept: any but 0, and −0, which has a sign to lose.
fn is_kept(input: f64) -> bool {
    input.to_bits() != 0
}
