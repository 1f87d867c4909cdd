//! Fits any drawing into 28 x 28 grey levels, as MNIST does.
//!
//! A network trained on MNIST expects its digits where MNIST has them. Its makers did this; so do we, for our drawn
//! digits and for users' pictures:
//!
//! 1. cut out the smallest rectangle that holds all the ink;
//! 2. scale it, without changing its proportions, so that its longer side is 20 pixels, averaging
//!    the ink that falls into each new pixel;
//! 3. lay it on 28 x 28 pixels of blank paper so that its *centre of mass*, the average place of its
//!    ink, comes as near as whole pixels allow to the centre of the paper.

use std::ops::Range;

/// Pixels along each side of the finished image.
pub const SIDE: usize = 28;

/// Pixels along each side of the box into which the digit itself is fitted.
pub const BOX_SIDE: usize = 20;

/// Ink fainter than this counts as a smudge when we look for the edges of the digit.
const FAINTEST_INK: f64 = 0.1;

/// Fits a grey image into 28 x 28 grey levels, 0 for paper and 255 for ink, row by row.
///
/// `ink` holds `width * height` numbers, row by row, 0 for paper and 1 for black. Numbers outside this range count as
/// its nearer end, and a NaN as paper. The image may have any size. Its darkest pixel becomes 255, so that thin or
/// pale lines remain visible. A blank image, or one without pixels, gives a blank image.
///
/// # Panics
/// If `ink` does not hold `width * height` numbers.
#[track_caller]
pub fn centre_like_mnist(width: usize, height: usize, ink: &[f64]) -> [u8; SIDE * SIDE] {
    assert_eq!(
        ink.len(),
        width * height,
        "an image {width} wide and {height} high needs one ink value for each pixel"
    );
    match ink_bounds(width, ink) {
        Some((rows, columns)) => lay_centred(&shrink(width, ink, &rows, &columns)),
        None => [0; SIDE * SIDE],
    }
}

/// Returns the rows and the columns of the smallest rectangle that holds all the ink; `None` if there is no ink.
fn ink_bounds(width: usize, ink: &[f64]) -> Option<(Range<usize>, Range<usize>)> {
    let inked = (0..ink.len()).filter(|&index| ink[index] > FAINTEST_INK);
    let (rows, columns) = (inked.clone().map(|index| index / width), inked.map(|index| index % width));
    Some((rows.clone().min()?..rows.max()? + 1, columns.clone().min()?..columns.max()? + 1))
}

/// The digit in its 20 x 20 box, row by row; its darkest pixel is 1.
type InkBox = [f64; BOX_SIDE * BOX_SIDE];

/// Scales the ink in these rows and columns into the middle of the box.
fn shrink(width: usize, ink: &[f64], rows: &Range<usize>, columns: &Range<usize>) -> InkBox {
    let step = rows.len().max(columns.len()) as f64 / BOX_SIDE as f64;
    let [rows, columns] = [rows, columns].map(|range| footprints(range.start, range.len(), step, BOX_SIDE));
    let small = averages(&rows, &columns, |row, column| clean(ink[row * width + column]));
    let darkest = small.iter().copied().fold(0.0, f64::max);
    std::array::from_fn(|place| small[place] / darkest)
}

/// Scales an image to `rows` by `columns` pixels; each is the average of the pixels it covers.
///
/// ```
/// use backprop::data_set::centre::scaled;
///
/// // Two rows of four pixels; each new pixel is the average of four.
/// assert_eq!(scaled(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 4, (1, 2)), [2.5, 4.5]);
/// ```
///
/// # Panics
/// If `image` does not hold whole rows of `width` numbers.
#[track_caller]
pub fn scaled(image: &[f64], width: usize, (rows, columns): (usize, usize)) -> Vec<f64> {
    assert!(image.len().is_multiple_of(width), "an image is made of whole rows");
    let footprints = |length: usize, count: usize| footprints(0, length, length as f64 / count as f64, count);
    averages(&footprints(image.len() / width, rows), &footprints(width, columns), |row, column| {
        image[row * width + column]
    })
}

/// The pixels of an old image that a row or column of a new one averages, with the share of each.
type Footprint = Vec<(usize, f64)>;

/// Returns the pixels of a new image, row by row.
fn averages(rows: &[Footprint], columns: &[Footprint], pixel: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let mut all = Vec::with_capacity(rows.len() * columns.len());
    for row_parts in rows {
        for column_parts in columns {
            let mut sum = 0.0;
            for &(row, row_share) in row_parts {
                for &(column, column_share) in column_parts {
                    sum += row_share * column_share * pixel(row, column);
                }
            }
            all.push(sum);
        }
    }
    all
}

/// Returns the footprints of `count` new columns (or rows). The old image's ink lies in the `length` pixels from `start`
/// on, and `step` of its pixels go into a new one.
fn footprints(start: usize, length: usize, step: f64, count: usize) -> Vec<Footprint> {
    // A new pixel smaller than an old one still averages a whole old pixel's width: this is linear interpolation, and
    // keeps enlarged images from looking like staircases.
    let reach = step.max(1.0);
    let middle = length as f64 / 2.0;
    let footprint = |place: usize| {
        let centre = middle + (place as f64 + 0.5 - count as f64 / 2.0) * step;
        let (from, to) = (centre - reach / 2.0, centre + reach / 2.0);
        let first = from.max(0.0) as usize;
        let last = (to.max(0.0).ceil() as usize).min(length);
        let overlap = |pixel: usize| to.min(pixel as f64 + 1.0) - from.max(pixel as f64);
        (first..last).map(|pixel| (start + pixel, overlap(pixel) / reach)).collect()
    };
    (0..count).map(footprint).collect()
}

/// Lays the box on the paper so that the centre of mass of its ink is at the paper's centre.
fn lay_centred(small: &InkBox) -> [u8; SIDE * SIDE] {
    let (mut mass, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0);
    for (index, &ink) in small.iter().enumerate() {
        mass += ink;
        x_sum += ink * (index % BOX_SIDE) as f64;
        y_sum += ink * (index / BOX_SIDE) as f64;
    }
    let left = box_offset(x_sum / mass);
    let top = box_offset(y_sum / mass);
    let mut paper = [0; SIDE * SIDE];
    for (index, &ink) in small.iter().enumerate() {
        let (row, column) = (top + index / BOX_SIDE, left + index % BOX_SIDE);
        paper[row * SIDE + column] = (ink * 255.0).round() as u8;
    }
    paper
}

/// Returns how many blank pixels to put before the box so that its pixel number `middle` comes to the centre of the
/// paper, or as near to it as the edges of the paper allow.
fn box_offset(middle: f64) -> usize {
    let offset = (SIDE as f64 / 2.0 - middle).round();
    offset.clamp(0.0, (SIDE - BOX_SIDE) as f64) as usize
}

/// Limits ink to the range from 0 to 1; a NaN becomes paper.
fn clean(ink: f64) -> f64 {
    if ink.is_nan() { 0.0 } else { ink.clamp(0.0, 1.0) }
}
