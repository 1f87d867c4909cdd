//! IDX files, MNIST's format: a magic number, the dimensions, then one byte per value; everything is big-endian.
//!
//! ```text
//! images: 00 00 08 03 | count u32 | rows u32 | columns u32 | count·rows·columns bytes
//! labels: 00 00 08 01 | count u32 | count bytes
//! ```
//!
//! In the magic number, 08 says that values are unsigned bytes, and the last byte is the number of dimensions. A file
//! that begins with gzip's two bytes is expanded first, whatever its name. No memory is allocated until the header has
//! been compared with the size of the file, so a few damaged bytes cannot ask for gigabytes.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use byteorder::{BigEndian, ReadBytesExt, WriteBytesExt};
use flate2::bufread::MultiGzDecoder;

use crate::{Error, counted, file, memory};

/// The images of an IDX file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// The number of images.
    pub count: usize,
    /// The rows of an image.
    pub rows: usize,
    /// The columns of an image.
    pub columns: usize,
    /// All pixels: image by image, row by row; 0 is background, 255 full ink.
    pub bytes: Vec<u8>,
}

const READABLE: &str = "it must be a file that you may read";
const UNSIGNED_BYTES: u32 = 0x08;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// No deflate stream expands further than this.
const MOST_DEFLATE_CAN_EXPAND: u64 = 1032;

/// Reads images from the contents of a file; `path` is for messages.
///
/// ```
/// use std::path::Path;
/// use backprop::data_set::idx;
///
/// // One image of one row and two columns, byte by byte.
/// let file = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255];
/// let images = idx::decode_images(Path::new("tiny"), &file)?;
/// assert_eq!((images.count, images.rows, images.columns), (1, 1, 2));
/// assert_eq!(images.bytes, [0, 255]);
/// let error = idx::decode_images(Path::new("tiny"), &file[..17]).unwrap_err().to_string();
/// assert!(error.starts_with("tiny: ") && error.contains("more than the file can hold"));
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Contents`](crate::ErrorKind::Contents): a wrong magic number, a header or body that is cut off, bytes after the body, a dimension of
/// zero, dimensions whose product is more than the file can hold, or damaged gzip.
pub fn decode_images(path: &Path, contents: &[u8]) -> Result<Images, Error> {
    decode(path, contents, contents.len() as u64, "images", None)
}

/// Reads labels, one byte each, from the contents of a file; `path` is for messages.
///
/// # Errors
/// As [`decode_images`].
pub fn decode_labels(path: &Path, contents: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(decode(path, contents, contents.len() as u64, "labels", None)?.bytes)
}

/// Returns the contents of an IDX file with these dimensions: `[count, rows, columns]` for images, `[count]` for
/// labels.
///
/// ```
/// use backprop::data_set::idx;
///
/// let file = idx::encode(&[3], &[7, 2, 1]);
/// assert_eq!(file, [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]);
/// assert_eq!(idx::decode_labels("labels".as_ref(), &file)?, [7, 2, 1]);
/// # Ok::<(), backprop::Error>(())
/// ```
///
/// # Panics
/// If the number of values does not match the dimensions, or a dimension does not fit 32 bits.
#[track_caller]
pub fn encode(dimensions: &[usize], values: &[u8]) -> Vec<u8> {
    assert_eq!(
        dimensions.iter().product::<usize>(),
        values.len(),
        "the number of values must match the dimensions"
    );
    let mut contents = Vec::with_capacity(4 + 4 * dimensions.len() + values.len());
    let write_u32 = |contents: &mut Vec<u8>, number: usize| {
        let number = u32::try_from(number).expect("dimensions of an IDX file are 32-bit numbers");
        contents.write_u32::<BigEndian>(number).expect("writing to memory cannot fail");
    };
    write_u32(&mut contents, (UNSIGNED_BYTES as usize) << 8 | dimensions.len());
    for &dimension in dimensions {
        write_u32(&mut contents, dimension);
    }
    contents.extend_from_slice(values);
    contents
}

/// Reads images from a file, of which there must be as many as `labels` in another file.
pub(super) fn read_images(path: &Path, labels: (&Path, usize)) -> Result<Images, Error> {
    let (file, length) = open(path)?;
    decode(path, file, length, "images", Some(labels))
}

/// Reads labels, one byte each, from a file.
pub(super) fn read_labels(path: &Path) -> Result<Vec<u8>, Error> {
    let (file, length) = open(path)?;
    Ok(decode(path, file, length, "labels", None)?.bytes)
}

fn open(path: &Path) -> Result<(BufReader<File>, u64), Error> {
    let (file, length) = file::open(path).map_err(|error| Error::file(path, error).remedy(READABLE))?;
    Ok((BufReader::new(file), length))
}

/// Reads images, or labels as if they were images of one pixel, from `length` bytes. Reads no more than the header until
/// that has been compared with the length, with memory and with the number of labels in another file.
fn decode(
    path: &Path,
    mut stream: impl BufRead,
    length: u64,
    what: &str,
    labels: Option<(&Path, usize)>,
) -> Result<Images, Error> {
    let begin = stream.fill_buf().map_err(|error| Error::file(path, error).remedy(READABLE))?;
    let (most, mut stream): (u64, Box<dyn Read + '_>) = if begin.starts_with(&GZIP_MAGIC) {
        (length.saturating_mul(MOST_DEFLATE_CAN_EXPAND), Box::new(MultiGzDecoder::new(stream)))
    } else {
        (length, Box::new(stream))
    };
    let dimensions = decode_header(&mut stream, most, what).map_err(|problem| problem.in_file(path))?;
    let count = dimensions[0];
    if let Some((label_path, labels)) = labels.filter(|(_, labels)| *labels != count) {
        let found =
            format!("{}, but {} holds {}", counted(labels, "label"), path.display(), counted(count, "image"));
        return Err(Error::contents(found)
            .remedy("the two files do not belong together")
            .in_file(label_path));
    }
    let values = dimensions.iter().product::<usize>() as u64;
    if values > memory::most() {
        return Err(Error::file(path, file::too_long(values, memory::most()))
            .remedy("put fewer samples into the file"));
    }
    let bytes = decode_body(stream, values).map_err(|problem| problem.in_file(path))?;
    let size = |dimension: usize| dimensions.get(dimension).copied().unwrap_or(1);
    Ok(Images { count, rows: size(1), columns: size(2), bytes })
}

/// Reads the dimensions and checks that a stream of at most `most` bytes can hold that many values.
fn decode_header(mut stream: impl Read, most: u64, what: &str) -> Result<Vec<usize>, Error> {
    let mut header_number = |name: &'static str| {
        stream.read_u32::<BigEndian>().map_err(|error| {
            let found = match error.kind() {
                ErrorKind::UnexpectedEof => format!("ends within its header, before {name}"),
                _ => format!("cannot be expanded at {name} ({error})"),
            };
            Error::contents(found).remedy("fetch it again")
        })
    };

    let rank = if what == "images" { 3 } else { 1 };
    let magic = header_number("the magic number")?;
    let expected = UNSIGNED_BYTES << 8 | rank;
    if magic != expected {
        let found = format!("magic number {magic:#010x} where {what} have {expected:#010x}");
        return Err(Error::contents(found).remedy("is it another file?"));
    }
    let mut dimensions = Vec::with_capacity(rank as usize);
    for name in ["the count", "the rows", "the columns"].iter().take(rank as usize) {
        dimensions.push(header_number(name)? as usize);
    }
    let sizes = dimensions.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
    if dimensions.contains(&0) {
        return Err(Error::contents(format!("dimensions {sizes}: one of them is zero")));
    }
    let header_length = 4 + 4 * u64::from(rank);
    let body_length = dimensions.iter().try_fold(1u64, |product, &d| product.checked_mul(d as u64));
    if body_length.is_none_or(|length| length > most.saturating_sub(header_length)) {
        let found = format!("the header promises {sizes} values, more than the file can hold");
        return Err(Error::contents(found).remedy("fetch it again"));
    }
    Ok(dimensions)
}

/// Reads this number of values and checks that nothing follows.
fn decode_body(stream: impl Read, promised: u64) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    // Asks for one byte more than promised, to see whether something follows. Grows as bytes arrive, not as they are
    // promised.
    let read = stream.take(promised + 1).read_to_end(&mut body);
    let (found, remedy) = match (read, body.len() as u64) {
        (Err(error), _) => (format!("cannot be expanded ({error})"), "fetch it again"),
        (_, length) if length < promised => {
            (format!("ends after {length} of the {promised} values its header promises"), "fetch it again")
        }
        (_, length) if length > promised => {
            (format!("has more than the {promised} values its header announces"), "is it another file?")
        }
        _ => return Ok(body),
    };
    Err(Error::contents(found).remedy(remedy))
}
