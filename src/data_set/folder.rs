//! A folder of four IDX files with MNIST's names, gzipped or not, in either style of name.

use std::path::{Path, PathBuf};

use super::samples::Origin;
use super::{DataSet, Part, Pixels, idx};
use crate::{Error, Problem, atomic_file};

const HOW_TO_GET_MNIST: &str = "data/get-mnist.sh fetches MNIST, data/README.md says from where; \
                                the embedded digits need no folder";

/// Reads the training or the test set, which is two files: images and labels of `train-`, or of `t10k-`.
///
/// # Errors
/// A missing folder or file, a damaged file, or not as many labels as images.
pub fn load(folder: &Path, part: Part, pixels: Pixels) -> Result<DataSet, Error> {
    let part = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let image_path = find(folder, &format!("{part}-images"), "idx3-ubyte")?;
    let label_path = find(folder, &format!("{part}-labels"), "idx1-ubyte")?;
    let images = idx::decode_images(&image_path, &read(&image_path)?)?;
    let classes = idx::decode_labels(&label_path, &read(&label_path)?)?;
    if images.count != classes.len() {
        return Err(Error::contents(
            label_path,
            Problem::new(
                "labels",
                format!(
                    "{} labels, but {} holds {} images",
                    classes.len(),
                    image_path.display(),
                    images.count
                ),
            )
            .remedy("the two files do not belong together"),
        ));
    }
    let origin = Origin::LabelFile(label_path);
    Ok(DataSet::images_from(origin, images.rows, images.columns, images.bytes, classes, pixels))
}

/// `train-images-idx3-ubyte` or `train-images.idx3-ubyte`, as it is or with `.gz`.
fn find(folder: &Path, stem: &str, kind: &str) -> Result<PathBuf, Error> {
    for separator in ['-', '.'] {
        for ending in ["", ".gz"] {
            let path = folder.join(format!("{stem}{separator}{kind}{ending}"));
            if path.is_file() {
                return Ok(path);
            }
        }
    }
    let name = format!("{stem}-{kind}");
    let found = format!("no such file, nor {name}.gz, nor {stem}.{kind}");
    Err(Error::contents(folder.join(&name), Problem::new("", found).remedy(HOW_TO_GET_MNIST)))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    atomic_file::read(path).map_err(|error| Error::file(path, error))
}
