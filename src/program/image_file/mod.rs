//! A user's picture: from a PNG file to the pixels that a network trained on MNIST expects.
//!
//! [`decode_png`] reads pixels of any kind, `ink` tells the digit from the paper, and
//! [`centre_like_mnist`] lays it where MNIST has its digits.

mod ink;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io::Cursor;
use std::path::Path;

use backprop::Error;
use backprop::data_set::centre::{SIDE, centre_like_mnist, scaled};

use backprop::file;

/// More pixels than a drawing of a digit has. At eight bytes a number they take a few hundred megabytes.
const MOST_PIXELS: u64 = 1 << 24;
/// Bytes in the longest file that is read: more than `MOST_PIXELS` pixels take with four uncompressed 16-bit channels.
const LONGEST_FILE: u64 = 9 * MOST_PIXELS;
/// The largest factor by which a deflate stream can expand.
const MOST_DEFLATE_CAN_EXPAND: u64 = 1032;

/// Pixels as red, green, blue and opacity, one byte each, row by row: `width` · `height` of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue, opacity of each pixel.
    pub rgba: Vec<[u8; 4]>,
}

/// Reads a PNG file.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File), if it cannot be read; [`ErrorKind::Contents`](backprop::ErrorKind::Contents), if it is too long or has one of the problems of
/// [`decode_png`].
pub fn read_png(path: &Path) -> Result<Picture, Error> {
    let read = || {
        let (_, length) = file::open(path)?;
        if length > LONGEST_FILE { Ok(None) } else { file::read(path).map(Some) }
    };
    let bytes = read().map_err(|error| Error::file(path, error).remedy("--image takes a PNG file"))?;
    let Some(bytes) = bytes else {
        return Err(Error::contents("too long for a picture of one digit")
            .remedy("cut it out or make it smaller")
            .in_file(path));
    };
    // The decoder is another crate's and its input can come from anywhere. If it panics, the file is damaged.
    let decoded = std::panic::catch_unwind(|| decode_png(&bytes)).unwrap_or_else(|_| {
        Err(Error::contents("a PNG file that the decoder cannot take").remedy("save it again"))
    });
    decoded.map_err(|problem| problem.in_file(path))
}

/// Decodes the contents of a PNG file: any colour type, bit depth and interlacing; of an animation, the first frame.
///
/// The size in the header is compared with the length of the file before room is made for the pixels.
///
/// # Errors
/// Not a PNG file, damaged, or too large.
pub fn decode_png(bytes: &[u8]) -> Result<Picture, Error> {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    if !bytes.starts_with(SIGNATURE) {
        return Err(Error::contents("not a PNG file").remedy("save the picture as PNG"));
    }
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width, header.height);
    check_size(width, height, header.bits_per_pixel(), bytes.len())?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    // Three bytes make a colour. png 0.18.1 takes that for granted and panics otherwise.
    if reader.info().palette.as_ref().is_some_and(|palette| palette.len() % 3 != 0) {
        return Err(damaged("its palette ends in the middle of a colour"));
    }
    let length =
        reader.output_buffer_size().ok_or_else(|| Error::contents("too many pixels for this machine"))?;
    let mut samples = vec![0; length];
    let frame = reader.next_frame(&mut samples).map_err(damaged)?;
    samples.truncate(frame.buffer_size());
    let rgba: Vec<[u8; 4]> = match frame.color_type {
        png::ColorType::GrayscaleAlpha => {
            samples.as_chunks().0.iter().map(|&[grey, opacity]| [grey, grey, grey, opacity]).collect()
        }
        png::ColorType::Rgba => samples.as_chunks().0.to_vec(),
        other => {
            return Err(Error::contents(format!("pixels of an unexpected kind ({other:?})"))
                .remedy("save it as plain PNG"));
        }
    };
    let (width, height) = (frame.width as usize, frame.height as usize);
    if rgba.len() != width * height {
        return Err(damaged("pixels are missing"));
    }
    Ok(Picture { width, height, rgba })
}

fn damaged(problem: impl Display) -> Error {
    Error::contents(format!("a damaged PNG file ({problem})")).remedy("save it again")
}

fn check_size(width: u32, height: u32, bits_per_pixel: usize, file_length: usize) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(Error::contents(format!("{width}x{height} pixels are too many for one digit"))
            .remedy("cut it out or make it smaller"));
    }
    let bytes = pixels * bits_per_pixel as u64 / 8;
    if bytes > (file_length as u64).saturating_mul(MOST_DEFLATE_CAN_EXPAND) {
        let found = format!("its header promises {width}x{height} pixels, more than the file can hold");
        return Err(Error::contents(found).remedy("save it again"));
    }
    Ok(())
}

impl Picture {
    /// Prepares the picture as MNIST's were: ink of any colour is fitted into a box of 20x20 and laid on 28x28 with its
    /// centre of mass in the middle, then scaled to `rows` x `columns` if that is another size. Returns `rows` · `columns`
    /// bytes, row by row, 0 for paper and 255 for ink.
    ///
    /// # Errors
    /// A picture without any ink.
    pub fn centred(&self, rows: usize, columns: usize) -> Result<Vec<u8>, Error> {
        let ink = ink::find(self);
        let found = ink.values.iter().any(|&value| value > 0.5);
        if !found {
            return Err(Error::contents("there is no digit: the picture has only one colour"));
        }
        let image = centre_like_mnist(ink.width, ink.height, &ink.values);
        if (rows, columns) == (SIDE, SIDE) {
            return Ok(image.to_vec());
        }
        let values: Vec<f64> = image.iter().map(|&value| f64::from(value)).collect();
        let small = scaled(&values, SIDE, (rows, columns));
        Ok(small.iter().map(|value| value.round() as u8).collect())
    }

    /// Returns the brightness of each pixel, unchanged: 0 for black and 255 for white, as MNIST's own pixels.
    ///
    /// Transparent pixels are black.
    pub fn brightness(&self) -> Vec<u8> {
        let of = |[red, green, blue, opacity]: [u8; 4]| {
            let brightness = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
            (brightness * f64::from(opacity) / 255.0).round() as u8
        };
        self.rgba.iter().copied().map(of).collect()
    }
}
