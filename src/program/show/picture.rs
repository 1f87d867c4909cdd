//! A grey image as text, two pixels per character, in half-block characters: readable without colour.

use backprop::column_width;

/// Returns the image as lines of ` `, `▀`, `▄` and `█`: ink where a pixel is at least half of full ink.
///
/// `bytes` holds the pixels row by row, 0 for background and 255 for full ink.
///
/// # Panics
/// If the bytes are not whole rows of at least one column.
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

/// Puts pictures next to each other, `gap` blanks apart, with as many in a row as `width` characters hold (at least
/// one) and an empty line between rows. Each picture is a list of lines, as [`half_blocks`] returns them, with or
/// without a caption.
pub fn side_by_side(pictures: &[Vec<String>], gap: usize, width: usize) -> Vec<String> {
    let widest = column_width(pictures.iter().flatten());
    let in_a_row = ((width + gap) / (widest + gap).max(1)).max(1);
    let mut all = Vec::new();
    for row in pictures.chunks(in_a_row) {
        if !all.is_empty() {
            all.push(String::new());
        }
        for line in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
            let parts = row.iter().map(|picture| picture.get(line).map_or("", String::as_str));
            let parts: Vec<String> = parts.map(|part| format!("{part:<widest$}")).collect();
            all.push(parts.join(&" ".repeat(gap)).trim_end().to_owned());
        }
    }
    all
}
