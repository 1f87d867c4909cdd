//! Folders of four IDX files with MNIST's names, gzipped or not, in either style of name.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::samples::Origin;
use super::{Answers, Columns, DataSet, Meaning, Part, Pixels, idx, turned};
use crate::Error;

const MAY_READ: &str = "look at its permissions: you must be allowed to read it";

/// Reads the training or the test set from two files: the images and labels of `train-`, or those of `t10k-`.
///
/// # Errors
/// A missing folder or file, a damaged file, or different numbers of labels and images.
pub fn load(folder: &Path, part: Part, pixels: Pixels, how: &Columns) -> Result<DataSet, Error> {
    let part = match part {
        Part::Train => "train",
        Part::Test => "t10k",
    };
    let image_path = find(folder, &format!("{part}-images"), "idx3-ubyte")?;
    let label_path = find(folder, &format!("{part}-labels"), "idx1-ubyte")?;
    let classes = idx::read_labels(&label_path)?;
    let mut images = idx::read_images(&image_path, (&label_path, classes.len()))?;
    let is_emnist = image_path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("emnist"));
    let transposed = how.transposed || is_emnist;
    if transposed {
        images.bytes = turned(&images.bytes, images.rows, images.columns);
    }
    let most = classes.iter().max().map_or(0, |&class| usize::from(class));
    if !how.class_names.is_empty() && most >= how.class_names.len() {
        let found = format!("there are {} class names, but a label is {most}", how.class_names.len());
        return Err(Error::contents(found).in_file(label_path));
    }
    let origin = Origin { file: Some(label_path), ..Origin::default() };
    let data = DataSet::images(images.rows, images.columns, images.bytes, classes, pixels);
    let answers = Answers::Classes(how.class_names.clone());
    let meaning = Meaning { answers, transposed, ..data.meaning().clone() };
    Ok(data.with_meaning(meaning).read_from(origin))
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
    if let Some(path) = find_of_emnist(folder, stem, kind)? {
        return Ok(path);
    }
    let name = format!("{stem}-{kind}");
    let found = format!("no such file, nor {name}.gz, nor {stem}.{kind}");
    let error = Error::new(crate::ErrorKind::NoData, found);
    Err(error.remedy("the embedded digits need no folder").in_file(folder.join(&name)))
}

/// Returns the file with EMNIST's name, such as `emnist-letters-test-images-idx3-ubyte.gz`.
fn find_of_emnist(folder: &Path, stem: &str, kind: &str) -> Result<Option<PathBuf>, Error> {
    let ending = format!("-{}-{kind}", stem.replace("t10k", "test"));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut fitting: Vec<PathBuf> = entries
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("emnist-") && name.trim_end_matches(".gz").ends_with(&ending)
        })
        .collect();
    fitting.sort();
    match fitting.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [first, second, ..] => {
            let found = format!("{} and {} are both here", first.display(), second.display());
            Err(Error::contents(found).remedy("give each data set a folder of its own"))
        }
    }
}
