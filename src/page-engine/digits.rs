//! The embedded digits, which the page passes in.

use std::path::Path;

use backprop::data_set::{DataSet, Pixels, Split, Targets, idx};
use serde::Deserialize;

/// The files of data/ as stored there, gzipped, in base64.
#[derive(Debug, Deserialize)]
pub struct Files {
    train_images: String,
    train_labels: String,
    test_images: String,
    test_labels: String,
}

/// The digits.
#[derive(Debug, Clone)]
pub struct Digits {
    train: DataSet,
    test: DataSet,
}

impl Digits {
    pub fn new(files: &Files) -> Result<Self, String> {
        Ok(Self {
            train: read(&files.train_images, &files.train_labels)?,
            test: read(&files.test_images, &files.test_labels)?,
        })
    }

    /// Returns the samples to train on and to test on.
    pub fn split(&self) -> Split {
        Split { train: self.train.clone(), test: self.test.clone(), test_is_train: false }
    }
}

fn read(images: &str, labels: &str) -> Result<DataSet, String> {
    let file = Path::new("the page's digits");
    let images = idx::decode_images(file, &from_base64(images)?).map_err(|error| error.to_string())?;
    let classes = idx::decode_labels(file, &from_base64(labels)?).map_err(|error| error.to_string())?;
    if classes.len() != images.count {
        return Err("the page's digits are damaged: the numbers of labels and images differ".to_owned());
    }
    Ok(DataSet::images(images.rows, images.columns, images.bytes, classes, Pixels::Scaled))
}

/// Returns the label of a class.
pub fn one_of(classes: usize, class: usize, targets: Targets) -> Vec<f64> {
    let (on, off) = targets.on_and_off();
    (0..classes).map(|place| if place == class { on } else { off }).collect()
}

/// Decodes standard base64, skipping blanks and line breaks.
pub fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0u32, 0);
    for letter in text.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return Err("this is not base64".to_owned()),
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    Ok(bytes)
}

/// Encodes base64 for use in an address.
pub fn to_base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number =
            chunk.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(number >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_comes_back() {
        // RFC 4648, section 10.
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(from_base64(coded).unwrap(), plain.as_bytes());
            assert_eq!(to_base64(plain.as_bytes()), coded.trim_end_matches('='));
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base64(&to_base64(&all)).unwrap(), all);
        assert!(from_base64("a?").is_err());
    }
}
