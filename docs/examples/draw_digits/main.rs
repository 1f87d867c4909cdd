//! Draws the digits that the crate embeds and writes them as four gzipped IDX files.
//!
//! ```text
//! cargo run --release --example draw_digits -- data
//! ```
//!
//! Every run, on every computer, draws the same images. The gzip header has no time and no file name, so the files are
//! the same each time too. The module `digits` explains how a digit is drawn.

mod chance;
mod curve;
mod digits;
mod distort;
mod render;
mod skeletons;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use backprop::data_set::idx;
use flate2::{Compression, GzBuilder};

use backprop::data_set::centre::SIDE;
use digits::{DrawnDigits, TEST_COUNT, TEST_SEED, TRAINING_COUNT, TRAINING_SEED, draw_digits};

fn main() -> Result<(), Box<dyn Error>> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err("which folder? for example: draw_digits data".into());
    };
    fs::create_dir_all(&folder)?;
    write_set(&folder, "train", &draw_digits(TRAINING_SEED, TRAINING_COUNT))?;
    write_set(&folder, "test", &draw_digits(TEST_SEED, TEST_COUNT))
}

/// Writes the images and labels of one set, named after its `role`.
fn write_set(folder: &Path, role: &str, digits: &DrawnDigits) -> Result<(), Box<dyn Error>> {
    let count = digits.labels.len();
    let images = idx::encode(&[count, SIDE, SIDE], &digits.pixels);
    write_gzipped(&folder.join(format!("digits-{role}-images-idx3-ubyte.gz")), &images)?;
    let labels = idx::encode(&[count], &digits.labels);
    write_gzipped(&folder.join(format!("digits-{role}-labels-idx1-ubyte.gz")), &labels)
}

fn write_gzipped(path: &Path, contents: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut file = GzBuilder::new().mtime(0).write(File::create(path)?, Compression::best());
    file.write_all(contents)?;
    file.finish()?;
    println!("wrote {}", path.display());
    Ok(())
}
