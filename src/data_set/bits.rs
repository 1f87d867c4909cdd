//! The 8-bit identity, bp.py's own first task: reproduce a byte through a narrow hidden layer.
//!
//! A set bit is 0.9 and a clear one 0.1, least significant bit first (`Normalizer` of bp.py).

use super::samples::{Inputs, Labels, Samples};
use super::{Answers, DataSet, Meaning};

/// Returns every byte from 0 to 255, both as sample and as label. Training and test set are the same.
///
/// `DIFFERENCE:` bp.py draws 32 bytes at random; using all 256 costs no more and leaves nothing to chance.
///
/// ```
/// use backprop::data_set::bits;
///
/// let data = bits::load();
/// assert_eq!(data.sample(5), [0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1]); // 5 = 1 + 4
/// assert!(data.is_right(5, &data.sample(5)));
/// ```
pub fn load() -> DataSet {
    let bit = |byte: u8, place: u8| (byte >> place) & 1;
    let mut values = Box::new([0.0; 256]);
    values[0] = 0.1;
    values[1] = 0.9;
    DataSet::new(
        Meaning { answers: Answers::Bits, ..Meaning::default() },
        Samples {
            input_size: 8,
            inputs: Inputs::Bytes {
                columns: 8,
                bytes: (0..=255).flat_map(|byte| (0..8).map(move |place| bit(byte, place))).collect(),
                values,
            },
            labels: Labels::Classes((0..=255).collect()),
        },
    )
}

/// Returns the byte whose set bits are the numbers above one half (`denorm` of bp.py); only the first eight count.
///
/// ```
/// assert_eq!(backprop::data_set::bits::byte(&[0.7, 0.2, 0.51, 0.5]), 5);
/// ```
pub fn byte(output: &[f64]) -> u8 {
    output.iter().zip(0..8).map(|(&value, place)| u8::from(value > 0.5) << place).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_set::Targets;

    #[test]
    fn bits_are_least_significant_first_and_come_back() {
        let data = load();
        assert_eq!(data.len(), 256);
        assert_eq!(data.sample(0b0000_0110), [0.1, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1]);
        for index in 0..256 {
            let label = data.label(index, Targets::Soft, 8);
            assert_eq!(label, data.sample(index));
            assert!(data.is_right(index, &label));
            assert!(!data.is_right(index ^ 1, &label));
        }
    }
}
