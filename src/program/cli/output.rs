//! Standard output: buffered, without colour in a pipe or with `NO_COLOR`, and without characters that have an effect on
//! a terminal. Also formats names and numbers.

use std::borrow::Cow;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use serde::Serialize;

/// Standard output, to which results go.
pub(super) struct Output {
    stream: BufWriter<anstream::Stdout>,
    /// `true` if the work continues when printing fails.
    goes_on: bool,
    /// The error with which printing ended while the work continued.
    failure: Option<std::io::Error>,
}

impl Output {
    pub(super) fn new() -> Self {
        Self { stream: BufWriter::new(anstream::stdout()), goes_on: false, failure: None }
    }

    /// Lets the work continue from now on if printing fails, because a file is to be saved. [`Output::finish`] reports it.
    pub(super) fn go_on(&mut self) {
        self.goes_on = true;
    }

    /// Prints the rest. Returns `false` if lines were lost although someone was reading.
    ///
    /// # Errors
    /// The output is closed or full, and no other work was to be done.
    pub(super) fn finish(&mut self) -> std::io::Result<bool> {
        self.flush()?;
        Ok(self.failure.as_ref().is_none_or(reader_is_gone))
    }

    /// Prints one JSON object as one line, at once.
    pub(super) fn json(&mut self, object: &impl Serialize) -> std::io::Result<()> {
        let line = serde_json::to_string(object)?;
        self.print(|stream| writeln!(stream, "{}", harmless_json(&line)))?;
        self.flush()
    }

    /// Prints one of our own words in colour.
    pub(super) fn styled(&mut self, style: anstyle::Style, word: &str) -> std::io::Result<()> {
        self.print(|stream| write!(stream, "{style}{word}{style:#}"))
    }

    /// Prints, unless that has failed before. If the work continues, the first failure is only reported.
    fn print(
        &mut self,
        print: impl FnOnce(&mut BufWriter<anstream::Stdout>) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        if self.failure.is_some() {
            return Ok(());
        }
        match print(&mut self.stream) {
            Err(error) if self.goes_on => {
                if !reader_is_gone(&error) {
                    super::report(&format!("standard output: {error}; the work continues without printing"));
                }
                self.failure = Some(error);
                Ok(())
            }
            result => result,
        }
    }
}

/// Returns `true` if printing fails because the reader has closed the pipe or the terminal.
fn reader_is_gone(error: &std::io::Error) -> bool {
    const INPUT_OUTPUT_ERROR: i32 = 5;
    error.kind() == ErrorKind::BrokenPipe || error.raw_os_error() == Some(INPUT_OUTPUT_ERROR)
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.print(|stream| stream.write_all(&harmless(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.print(BufWriter::flush)
    }
}

/// Spells out every character that a terminal would act on, except the end of a line.
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

/// Does the same for JSON, which has its own escapes. (serde_json escapes only what JSON requires.)
pub(super) fn harmless_json(line: &str) -> Cow<'_, str> {
    if backprop::spelled_out(line) == line {
        return Cow::Borrowed(line);
    }
    let spell = |character: char| {
        let shown = backprop::spelled_out(character.encode_utf8(&mut [0; 4]));
        let is_spelled_out = shown.starts_with('\\') && character != '\\';
        // Each of these is a single UTF-16 unit.
        if is_spelled_out { format!("\\u{:04x}", u32::from(character)) } else { shown }
    };
    Cow::Owned(line.chars().map(spell).collect())
}

/// Returns a file's name as it is shown: in one line, whatever characters it has.
pub(super) fn name(path: &Path) -> String {
    backprop::spelled_out(&path.to_string_lossy())
}

/// Returns a path as it must be typed in a shell; one that begins like an option begins with the folder.
pub(super) fn quoted(path: &Path) -> String {
    let is_like_an_option = path.as_os_str().as_encoded_bytes().starts_with(b"-");
    let path = if is_like_an_option { &Path::new(".").join(path) } else { path };
    if cfg!(windows) { quoted_for_windows(path) } else { quoted_for_unix(path) }
}

/// Quotes for `cmd` and PowerShell; no name on Windows has double quotes. A name with `$` or a backtick, which mean
/// something to PowerShell even between double quotes, is quoted for PowerShell alone.
fn quoted_for_windows(path: &Path) -> String {
    let text = path.to_string_lossy();
    if !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || r"\/._-+:".contains(c)) {
        text.into_owned()
    } else if text.contains(['$', '`']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// Quotes for sh; a name with control characters for bash.
fn quoted_for_unix(path: &Path) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    match path.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if backprop::spelled_out(text) == text => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let spell = |byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            let bytes = path.as_os_str().as_encoded_bytes();
            format!("$'{}'", bytes.iter().map(spell).collect::<String>())
        }
    }
}

/// Returns a number with commas between its thousands: `60,000`.
pub(crate) fn thousands(number: usize) -> String {
    indicatif::HumanCount(number as u64).to_string()
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
    fn what_is_quoted_is_what_bash_reads() {
        let quotes =
            ["run.ck", "my run", "it's", "a\nb", "\u{1b}'\\"].map(|text| quoted_for_unix(Path::new(text)));
        assert_eq!(quotes, ["run.ck", "'my run'", r"'it'\''s'", r"$'a\x0ab'", r"$'\x1b\'\\'"]);
    }

    #[test]
    fn a_path_that_begins_like_an_option_is_typed_with_its_folder() {
        assert_eq!(quoted(Path::new("-c.ck")), if cfg!(windows) { r".\-c.ck" } else { "./-c.ck" });
    }

    #[test]
    fn what_is_quoted_is_what_cmd_and_powershell_read() {
        let quotes = [r"C:\ü\run.ck", "my run", "it's", "$a's", "50 %"]
            .map(|text| quoted_for_windows(Path::new(text)));
        assert_eq!(quotes, [r"C:\ü\run.ck", "\"my run\"", "\"it's\"", "'$a''s'", "\"50 %\""]);
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
