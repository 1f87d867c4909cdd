//! A grey image as text, two pixels a character, in half-block characters: readable without colour.

/// The image as lines of ` `, `▀`, `▄` and `█`: ink where a pixel is at least half of full ink.
///
/// `bytes` holds the pixels row by row, 0 for background and 255 for full ink.
///
/// ```
/// use backprop::show::picture::half_blocks;
///
/// // Three rows of two pixels.
/// assert_eq!(half_blocks(&[255, 0, 255, 255, 0, 200], 2), ["█▄", " ▀"]);
/// ```
///
/// # Panics
/// If the bytes are not whole rows of at least one column.
#[must_use]
#[track_caller]
pub fn half_blocks(bytes: &[u8], columns: usize) -> Vec<String> {
    assert!(columns > 0 && bytes.len().is_multiple_of(columns), "an image is made of whole rows");
    let ink = |pixel: Option<&u8>| pixel.is_some_and(|&value| value >= 128);
    let two_rows = |rows: &[u8]| {
        let (upper, lower) = rows.split_at(columns);
        let character = |column: usize| match (ink(upper.get(column)), ink(lower.get(column))) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..columns).map(character).collect()
    };
    bytes.chunks(2 * columns).map(two_rows).collect()
}
