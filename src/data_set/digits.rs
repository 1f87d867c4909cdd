//! The embedded digits: drawn by this crate, 10,000 to train on and 2,000 to test, 28x28 as in MNIST.
//!
//! data/README.md says how they were drawn, how to draw them again, and how real they are.

use std::path::Path;

use super::{DataSet, Part, Pixels, idx};
use crate::Error;

macro_rules! embedded {
    ($name:literal) => {
        (concat!("data/", $name), include_bytes!(concat!("../../data/", $name)).as_slice())
    };
}

/// The four embedded files, gzipped IDX, each as its path and its bytes: images and labels to train on, then to test on.
///
/// A `static`, because each crate that uses a `const` may get a copy of it, of 2 MB.
pub static FILES: [(&str, &[u8]); 4] = [
    embedded!("digits-train-images-idx3-ubyte.gz"),
    embedded!("digits-train-labels-idx1-ubyte.gz"),
    embedded!("digits-test-images-idx3-ubyte.gz"),
    embedded!("digits-test-labels-idx1-ubyte.gz"),
];

/// Reads the training or the test set, two of the four files embedded in the program.
///
/// ```
/// use backprop::data_set::{Part, Pixels, digits};
///
/// let test = digits::load(Part::Test, Pixels::Raw)?;
/// let count = |digit| (0..test.len()).filter(|&index| test.class(index) == digit).count();
/// assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(count), [200; 10]);
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Errors
/// None in practice: the files are part of the program, and the tests read them.
pub fn load(part: Part, pixels: Pixels) -> Result<DataSet, Error> {
    let [train_images, train_labels, test_images, test_labels] = FILES;
    match part {
        Part::Train => decode(train_images, train_labels, pixels),
        Part::Test => decode(test_images, test_labels, pixels),
    }
}

fn decode(images: (&str, &[u8]), labels: (&str, &[u8]), pixels: Pixels) -> Result<DataSet, Error> {
    let images = idx::decode_images(Path::new(images.0), images.1)?;
    let classes = idx::decode_labels(Path::new(labels.0), labels.1)?;
    Ok(DataSet::images(images.rows, images.columns, images.bytes, classes, pixels))
}
