//! The embedded digits: drawn by this crate, 10,000 to train on and 2,000 to test, 28x28 as in MNIST.
//!
//! data/README.md says how they were drawn, how to draw them again, and how real they are.

use std::path::Path;

use super::{DataSet, Pixels, Split, idx};
use crate::Error;

macro_rules! embedded {
    ($name:literal) => {
        (concat!("data/", $name), include_bytes!(concat!("../../data/", $name)).as_slice())
    };
}

/// Reads the four files embedded in the program.
///
/// # Errors
/// None that a test would not have found: the files are part of the program.
pub fn load(pixels: Pixels) -> Result<Split, Error> {
    let train_images = embedded!("digits-train-images-idx3-ubyte.gz");
    let train_labels = embedded!("digits-train-labels-idx1-ubyte.gz");
    let test_images = embedded!("digits-test-images-idx3-ubyte.gz");
    let test_labels = embedded!("digits-test-labels-idx1-ubyte.gz");
    Ok(Split {
        train: decode(train_images, train_labels, pixels)?,
        test: decode(test_images, test_labels, pixels)?,
    })
}

fn decode(images: (&str, &[u8]), labels: (&str, &[u8]), pixels: Pixels) -> Result<DataSet, Error> {
    let images = idx::decode_images(Path::new(images.0), images.1)?;
    let classes = idx::decode_labels(Path::new(labels.0), labels.1)?;
    Ok(DataSet::images(images.rows, images.columns, images.bytes, classes, pixels))
}
