//! Standard output: buffered, and without colour where a pipe or `NO_COLOR` asks for it.

use std::io::{BufWriter, Write};

use serde::Serialize;

/// Where results go.
pub(super) struct Output {
    stream: BufWriter<anstream::Stdout>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { stream: BufWriter::new(anstream::stdout()) }
    }

    /// One JSON object as one line.
    pub(super) fn json(&mut self, object: &impl Serialize) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.stream, object)?;
        writeln!(self.stream)?;
        self.stream.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

/// A number with commas between its thousands: `60,000`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 number`, `3 numbers`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_separated() {
        let texts = [0, 999, 1000, 60_000, 1_234_567].map(super::thousands);
        assert_eq!(texts, ["0", "999", "1,000", "60,000", "1,234,567"]);
    }
}
