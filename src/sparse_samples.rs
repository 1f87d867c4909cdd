//! Samples without their zeros.

#[cfg(feature = "data")]
use crate::{data_set::DataSet, memory};

/// The percentage of inputs other than 0 above which zeros are not worth finding: a matrix product, which multiplies by
/// them too, takes half as long for a multiplication as a walk over the other inputs.
#[cfg(any(feature = "data", feature = "vectorized"))]
pub(crate) const MOST_NON_ZEROS: usize = 40;

/// Samples of which only the inputs that are not 0 are kept, each with its place.
///
/// Four out of five pixels of a digit are 0, and the vectorized network skips them. Here they are found once for all
/// epochs instead of in every mini-batch ([`Engine::train_sparse`](crate::Engine::train_sparse)).
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
        assert!(u32::try_from(input_size).is_ok(), "a place must fit into 32 bits");
        Self { input_size, ends: Vec::new(), places: Vec::new(), inputs: Vec::new() }
    }

    /// Returns the number of inputs in a sample.
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

#[cfg(feature = "data")]
impl DataSet {
    /// Returns the samples without their zeros, to train on in mini-batches; `None` if too few inputs are 0 for that to
    /// be faster, or if there is too little memory for a copy of the others.
    ///
    /// ```
    /// use backprop::data_set::{DataSet, Pixels};
    ///
    /// let data = DataSet::images(1, 4, vec![0, 255, 0, 0, 0, 0, 0, 0], vec![0, 1], Pixels::Scaled);
    /// let sparse = data.without_zeros().unwrap();
    /// assert_eq!(sparse.non_zeros(0), (&[1][..], &[1.0][..]));
    /// let dense = DataSet::images(1, 2, vec![7; 4], vec![0, 1], Pixels::Scaled);
    /// assert!(dense.without_zeros().is_none());
    /// ```
    pub fn without_zeros(&self) -> Option<SparseSamples> {
        let most = self.len() * self.input_size() * MOST_NON_ZEROS / 100;
        let most = most.min(memory::most() as usize / SparseSamples::BYTES);
        let mut sample = vec![0.0; self.input_size()];
        let mut non_zeros = 0;
        for index in 0..self.len() {
            self.write_sample(index, &mut sample);
            non_zeros += sample.iter().filter(|input| **input != 0.0).count();
            if non_zeros > most {
                return None;
            }
        }
        let mut samples = SparseSamples {
            ends: Vec::with_capacity(self.len()),
            places: Vec::with_capacity(non_zeros),
            inputs: Vec::with_capacity(non_zeros),
            ..SparseSamples::new(self.input_size())
        };
        for index in 0..self.len() {
            self.write_sample(index, &mut sample);
            samples.push(&sample);
        }
        Some(samples)
    }
}

/// Returns `true` if an input is kept: any but 0. (−0 is kept, because it has a sign to lose.)
fn is_kept(input: f64) -> bool {
    input.to_bits() != 0
}
