//! A drawn digit: 28 by 28 pixels of 16 grey levels, short enough for an address.

use backprop::data_set::centre::centre_like_mnist;
use serde::{Deserialize, Serialize};

use crate::digits::{from_base64, to_base64};

/// Rows and columns of a drawing.
const SIDE: usize = 28;

/// A drawing and the class it is meant to be. As text it is the box around its ink (left, top, width, height), then
/// two grey levels per byte, in base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    pub image: Image,
    pub label: usize,
}

/// The grey levels, row by row, from 0 to 15.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Image(Vec<u8>);

impl Image {
    pub fn blank() -> Self {
        Self(vec![0; SIDE * SIDE])
    }

    /// Converts a drawing to MNIST's format: its ink in a box of 20 by 20, its centre of mass in the middle.
    pub fn of(columns: usize, rows: usize, pixels: &[u8]) -> Result<Self, String> {
        if columns.checked_mul(rows) != Some(pixels.len()) {
            return Err(format!("{} grey levels are not an image of {columns} by {rows}", pixels.len()));
        }
        let ink: Vec<f64> = pixels.iter().map(|&level| f64::from(level) / 255.0).collect();
        let image = centre_like_mnist(columns, rows, &ink);
        Ok(Self(image.iter().map(|&byte| ((u16::from(byte) + 8) / 17) as u8).collect()))
    }

    /// Returns bytes as in an image of MNIST.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().map(|level| level * 17).collect()
    }

    pub fn sample(&self) -> Vec<f64> {
        self.bytes().iter().map(|&byte| f64::from(byte) / 255.0).collect()
    }

    /// Returns the box around the ink: left, top, width, height.
    fn ink(&self) -> [usize; 4] {
        let places = || (0..self.0.len()).filter(|&place| self.0[place] > 0);
        let range = |of: fn(usize) -> usize| {
            let (low, high) = (places().map(of).min(), places().map(of).max());
            low.zip(high).map_or((0, 0), |(low, high)| (low, high - low + 1))
        };
        let ((left, width), (top, height)) = (range(|place| place % SIDE), range(|place| place / SIDE));
        [left, top, width, height]
    }
}

impl From<Image> for String {
    fn from(image: Image) -> Self {
        let [left, top, width, height] = image.ink();
        let rows = (top..top + height).flat_map(|row| row * SIDE + left..row * SIDE + left + width);
        let levels: Vec<u8> = rows.map(|place| image.0[place]).collect();
        let head = [left, top, width, height].map(|number| number as u8);
        let pairs = levels.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0));
        to_base64(&head.into_iter().chain(pairs).collect::<Vec<u8>>())
    }
}

impl TryFrom<String> for Image {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let damaged = || "the drawing in the address is damaged".to_owned();
        let bytes = from_base64(&text).map_err(|_| damaged())?;
        let Some((&[left, top, width, height], pairs)) = bytes.split_first_chunk() else {
            return Err(damaged());
        };
        let [left, top, width, height] = [left, top, width, height].map(usize::from);
        if left + width > SIDE || top + height > SIDE || pairs.len() != (width * height).div_ceil(2) {
            return Err(damaged());
        }
        let mut levels = Self::blank().0;
        for place in 0..width * height {
            let pair = pairs[place / 2];
            let level = if place % 2 == 0 { pair >> 4 } else { pair & 15 };
            levels[(top + place / width) * SIDE + left + place % width] = level;
        }
        Ok(Self(levels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_comes_back_from_its_text_and_damage_is_seen() {
        let mut pixels = vec![0; 140 * 140];
        for row in 20..120 {
            for column in 60..75 {
                pixels[row * 140 + column + row / 8] = 255 - row as u8;
            }
        }
        let image = Image::of(140, 140, &pixels).unwrap();
        assert!(image.0.iter().filter(|level| **level > 0).count() > 40);
        let text = String::from(image.clone());
        assert!(text.len() <= 280, "{}", text.len());
        assert_eq!(Image::try_from(text.clone()), Ok(image));
        let blank = Image::blank();
        assert_eq!(Image::try_from(String::from(blank.clone())), Ok(blank));
        for damaged in ["", "A", "____", &text[..text.len() - 3], &format!("{text}AAAA"), "?"] {
            assert!(Image::try_from(damaged.to_owned()).is_err(), "{damaged}");
        }
        assert!(Image::of(2, 2, &[1]).is_err());
    }
}
