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

use std::io::{BufRead as _, BufReader, ErrorKind, Read};
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

const READABLE: &str = "it must be a file, and one that you may read";
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
    let (dimensions, bytes) = decode(path, contents, 3, "images")?;
    Ok(Images { count: dimensions[0], rows: dimensions[1], columns: dimensions[2], bytes })
}

/// Reads labels, one byte each, from the contents of a file; `path` is for messages.
///
/// # Errors
/// As [`decode_images`].
pub fn decode_labels(path: &Path, contents: &[u8]) -> Result<Vec<u8>, Error> {
    let (_, bytes) = decode(path, contents, 1, "labels")?;
    Ok(bytes)
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

/// Reads images from a file. Reads no more than the header until that has been compared with the size of the file,
/// with memory and with the number of `labels` in another file.
pub(super) fn read_images(path: &Path, labels: (&Path, usize)) -> Result<Images, Error> {
    let (dimensions, bytes) = read(path, 3, "images", |count| {
        let (label_path, labels) = labels;
        if count == labels {
            return Ok(());
        }
        let found =
            format!("{}, but {} holds {}", counted(labels, "label"), path.display(), counted(count, "image"));
        Err(Error::contents(found).remedy("the two files do not belong together").in_file(label_path))
    })?;
    Ok(Images { count: dimensions[0], rows: dimensions[1], columns: dimensions[2], bytes })
}

/// Reads labels, one byte each, from a file.
pub(super) fn read_labels(path: &Path) -> Result<Vec<u8>, Error> {
    let (_, bytes) = read(path, 1, "labels", |_| Ok(()))?;
    Ok(bytes)
}

/// Reads dimensions and values of a file, once `check_count` has accepted the count, its first dimension.
fn read(
    path: &Path,
    rank: u32,
    what: &str,
    check_count: impl Fn(usize) -> Result<(), Error>,
) -> Result<(Vec<usize>, Vec<u8>), Error> {
    let fail = |error| Error::file(path, error).remedy(READABLE);
    let (file, length) = file::open(path).map_err(fail)?;
    let mut stream = BufReader::new(file);
    let is_zipped = stream.fill_buf().map_err(fail)?.starts_with(&GZIP_MAGIC);
    let most = if is_zipped { length.saturating_mul(MOST_DEFLATE_CAN_EXPAND) } else { length };
    let mut stream: Box<dyn Read> =
        if is_zipped { Box::new(MultiGzDecoder::new(stream)) } else { Box::new(stream) };
    let dimensions = decode_header(path, &mut stream, most, rank, what)?;
    check_count(dimensions[0])?;
    let values = dimensions.iter().product::<usize>() as u64;
    if values > memory::most() {
        return Err(Error::file(path, file::too_long(values, memory::most()))
            .remedy("put fewer samples into the file"));
    }
    Ok((dimensions.clone(), decode_body(path, stream, values)?))
}

fn decode(path: &Path, contents: &[u8], rank: u32, what: &str) -> Result<(Vec<usize>, Vec<u8>), Error> {
    if contents.starts_with(&GZIP_MAGIC) {
        let most = (contents.len() as u64).saturating_mul(MOST_DEFLATE_CAN_EXPAND);
        decode_stream(path, MultiGzDecoder::new(contents), most, rank, what)
    } else {
        decode_stream(path, contents, contents.len() as u64, rank, what)
    }
}

/// Reads header and body from a stream that holds at most `most` bytes.
fn decode_stream(
    path: &Path,
    mut stream: impl Read,
    most: u64,
    rank: u32,
    what: &str,
) -> Result<(Vec<usize>, Vec<u8>), Error> {
    let dimensions = decode_header(path, &mut stream, most, rank, what)?;
    let values = dimensions.iter().product::<usize>() as u64;
    Ok((dimensions, decode_body(path, stream, values)?))
}

/// Reads the dimensions and checks that a stream of at most `most` bytes can hold that many values.
fn decode_header(
    path: &Path,
    mut stream: impl Read,
    most: u64,
    rank: u32,
    what: &str,
) -> Result<Vec<usize>, Error> {
    let fail = |problem: Error| problem.in_file(path);
    let mut header_number = |name: &'static str| {
        stream.read_u32::<BigEndian>().map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => fail(
                Error::contents(format!("ends within its header, before {name}")).remedy("fetch it again"),
            ),
            _ => fail(
                Error::contents(format!("cannot be expanded at {name} ({error})")).remedy("fetch it again"),
            ),
        })
    };

    let magic = header_number("the magic number")?;
    let expected = UNSIGNED_BYTES << 8 | rank;
    if magic != expected {
        return Err(fail(
            Error::contents(format!("magic number {magic:#010x} where {what} have {expected:#010x}"))
                .remedy("is it another file?"),
        ));
    }
    let mut dimensions = Vec::with_capacity(rank as usize);
    for name in ["the count", "the rows", "the columns"].iter().take(rank as usize) {
        dimensions.push(header_number(name)? as usize);
    }
    let sizes = dimensions.iter().map(usize::to_string).collect::<Vec<_>>().join("x");
    if dimensions.contains(&0) {
        return Err(fail(Error::contents(format!("dimensions {sizes}: one of them is zero"))));
    }
    let header_length = 4 + 4 * u64::from(rank);
    let body_length = dimensions.iter().try_fold(1u64, |product, &d| product.checked_mul(d as u64));
    if body_length.is_none_or(|length| length > most.saturating_sub(header_length)) {
        return Err(fail(
            Error::contents(format!("the header promises {sizes} values, more than the file can hold"))
                .remedy("fetch it again"),
        ));
    }
    Ok(dimensions)
}

/// Reads this number of values and checks that nothing follows.
fn decode_body(path: &Path, stream: impl Read, body_length: u64) -> Result<Vec<u8>, Error> {
    let fail = |problem: Error| problem.in_file(path);
    let mut body = Vec::new();
    // Asks for one byte more than promised, to see whether something follows. Grows as bytes arrive, not as they are
    // promised.
    stream.take(body_length + 1).read_to_end(&mut body).map_err(|error| {
        fail(Error::contents(format!("cannot be expanded ({error})")).remedy("fetch it again"))
    })?;
    match (body.len() as u64).cmp(&body_length) {
        std::cmp::Ordering::Less => Err(fail(
            Error::contents(format!(
                "ends after {} of the {body_length} values its header promises",
                body.len()
            ))
            .remedy("fetch it again"),
        )),
        std::cmp::Ordering::Greater => Err(fail(
            Error::contents(format!("goes on after the {body_length} values its header promises"))
                .remedy("is it another file?"),
        )),
        std::cmp::Ordering::Equal => Ok(body),
    }
}
