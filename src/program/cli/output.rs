//! Standard output: buffered, without colour where a pipe or `NO_COLOR` asks for it, and without characters that would
//! do something to a terminal.

use std::borrow::Cow;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use serde::Serialize;

/// Where results go.
pub(super) struct Output {
    stream: BufWriter<anstream::Stdout>,
    /// Whether the work matters more than what is printed of it.
    goes_on: bool,
    /// What ended the printing of work that goes on.
    failure: Option<std::io::Error>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { stream: BufWriter::new(anstream::stdout()), goes_on: false, failure: None }
    }

    /// From now on printing never fails: something is to be saved, and if the output is gone or full the work goes on
    /// in silence. [`Output::finish`] tells.
    pub(super) fn go_on(&mut self) {
        self.goes_on = true;
    }

    /// Prints what is left to print. The status of a program that has done its work but for printing it.
    ///
    /// # Errors
    /// The output is gone or full, and nothing else was to be done.
    pub(super) fn finish(&mut self) -> std::io::Result<Printed> {
        self.flush()?;
        Ok(match &self.failure {
            Some(error) if !nobody_is_there(error) => Printed::Partly,
            _ => Printed::All,
        })
    }

    /// One JSON object as one line, at once.
    pub(super) fn json(&mut self, object: &impl Serialize) -> std::io::Result<()> {
        let line = serde_json::to_string(object)?;
        self.print(harmless_json(&line).as_bytes())?;
        self.print(b"\n")?;
        self.flush()
    }

    /// A word of our own in colour.
    pub(super) fn styled(&mut self, style: anstyle::Style, word: &str) -> std::io::Result<()> {
        self.print(format!("{style}{word}{style:#}").as_bytes())
    }

    /// Bytes as they are.
    fn print(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.failure.is_some() {
            return Ok(());
        }
        let result = self.stream.write_all(bytes);
        self.forgive(result)
    }

    fn forgive(&mut self, result: std::io::Result<()>) -> std::io::Result<()> {
        match result {
            Err(error) if self.goes_on => {
                if !nobody_is_there(&error) {
                    super::report(&format!("standard output: {error}; the work goes on in silence"));
                }
                self.failure = Some(error);
                Ok(())
            }
            result => result,
        }
    }
}

/// How much of what was to be printed has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// All of it, or all that anybody wanted to read.
    All,
    /// Some is lost.
    Partly,
}

/// Whether printing fails because whoever read it has gone: a pipe or a terminal that was closed.
fn nobody_is_there(error: &std::io::Error) -> bool {
    const INPUT_OUTPUT_ERROR: i32 = 5;
    error.kind() == ErrorKind::BrokenPipe || error.raw_os_error() == Some(INPUT_OUTPUT_ERROR)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.print(&harmless(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failure.is_some() {
            return Ok(());
        }
        let result = self.stream.flush();
        self.forgive(result)
    }
}

/// Text with everything spelled out that would do more to a terminal than begin a line.
fn harmless(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.iter().all(|&byte| byte.is_ascii_graphic() || b" \n\t".contains(&byte)) {
        return Cow::Borrowed(bytes);
    }
    let mut text = String::new();
    for piece in String::from_utf8_lossy(bytes).split_inclusive(['\n', '\t']) {
        let line = piece.trim_end_matches(['\n', '\t']);
        text.push_str(&backprop::spelled_out(line));
        text.push_str(&piece[line.len()..]);
    }
    Cow::Owned(text.into_bytes())
}

/// The same for JSON, which has a spelling of its own. (serde_json spells out only what JSON asks for.)
fn harmless_json(line: &str) -> Cow<'_, str> {
    if backprop::spelled_out(line) == line {
        return Cow::Borrowed(line);
    }
    let spell = |character: char| {
        let shown = backprop::spelled_out(character.encode_utf8(&mut [0; 4]));
        let is_spelled_out = shown.starts_with('\\') && character != '\\';
        // All of these have one unit.
        if is_spelled_out { format!("\\u{:04x}", u32::from(character)) } else { shown }
    };
    Cow::Owned(line.chars().map(spell).collect())
}

/// A file's name as it is shown: in one line, whatever is in it.
pub(super) fn name(path: &Path) -> String {
    backprop::spelled_out(&path.to_string_lossy())
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
    use super::*;

    #[test]
    fn thousands_are_separated() {
        let texts = [0, 999, 1000, 60_000, 1_234_567].map(thousands);
        assert_eq!(texts, ["0", "999", "1,000", "60,000", "1,234,567"]);
    }

    #[test]
    fn lines_stay_lines_and_what_would_do_something_is_spelled_out() {
        assert_eq!(*harmless("δ = 1\n\tw".as_bytes()), *"δ = 1\n\tw".as_bytes());
        let shown = harmless("a\u{1b}[2Jb\rc\u{9b}d\ne\u{7f}".as_bytes()).into_owned();
        assert_eq!(String::from_utf8(shown).expect("text"), "a\\u{1b}[2Jb\\rc\\u{9b}d\ne\\u{7f}");
        let name = "\\ \u{1b}\u{9b}\u{7f}\u{202e}δ";
        let json = harmless_json(&serde_json::json!(name).to_string()).into_owned();
        assert_eq!(json, r#""\\ \u001b\u009b\u007f\u202eδ""#);
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), name);
    }
}
