//! A number as a bar of block characters.

const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Returns a bar for a share from 0 to 1, at most `width` characters long, to the nearest eighth of a character.
pub fn bar(share: f64, width: usize) -> String {
    // A share that is not a number becomes an empty bar.
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}
