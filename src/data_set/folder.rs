//! Folders of four IDX files with MNIST's names, gzipped or not, in either style of name.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::samples::Origin;
use super::{DataSet, Part, Pixels, idx};
use crate::Error;

const MAY_READ: &str = "look at its permissions: you must be allowed to read it";

/// Reads the training or the test set from two files: the images and labels of `train-`, or those of `t10k-`.
///
/// # Errors
/// A missing folder or file, a damaged file, or different numbers of labels and images.
pub fn load(folder: &Path, part: Part, pixels: Pixels) -> Result<DataSet, Error> {
    let part = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let image_path = find(folder, &format!("{part}-images"), "idx3-ubyte")?;
    let label_path = find(folder, &format!("{part}-labels"), "idx1-ubyte")?;
    let classes = idx::read_labels(&label_path)?;
    let images = idx::read_images(&image_path, (&label_path, classes.len()))?;
    let origin = Origin::LabelFile(label_path);
    Ok(DataSet::images_from(origin, images.rows, images.columns, images.bytes, classes, pixels))
}

/// Returns every name that one of the four files may have.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let parts = ["train", "t10k"];
    let kinds = [("images", "idx3-ubyte"), ("labels", "idx1-ubyte")];
    let each = parts.iter().flat_map(|part| kinds.map(|(what, kind)| (format!("{part}-{what}"), kind)));
    each.flat_map(|(stem, kind)| names(&stem, kind)).map(|name| folder.join(name)).collect()
}

/// Returns `train-images-idx3-ubyte` and `train-images.idx3-ubyte`, each with and without `.gz`.
fn names(stem: &str, kind: &str) -> [String; 4] {
    [("-", ""), ("-", ".gz"), (".", ""), (".", ".gz")]
        .map(|(separator, ending)| format!("{stem}{separator}{kind}{ending}"))
}

/// Returns the first of these files that exists.
fn find(folder: &Path, stem: &str, kind: &str) -> Result<PathBuf, Error> {
    for name in names(stem, kind) {
        let path = folder.join(name);
        match std::fs::metadata(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file(path, error).remedy(MAY_READ)),
        }
    }
    let name = format!("{stem}-{kind}");
    let found = format!("no such file, nor {name}.gz, nor {stem}.{kind}");
    let error = Error::new(crate::ErrorKind::NoData, found);
    Err(error.remedy("the embedded digits need no folder").in_file(folder.join(&name)))
}
