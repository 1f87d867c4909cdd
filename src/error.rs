//! Errors about files and user input, each with its remedy.
//!
//! Misuse of the programming interface (a sample of the wrong length) panics instead; `# Panics` sections say where.

use std::fmt;
use std::path::PathBuf;

/// An error: what went wrong, where, and what to do about it. As text it is one line.
///
/// ```
/// use backprop::{Architecture, ErrorKind, graph};
///
/// let error = graph::Network::try_new(&Architecture::new(&[784, 0, 10])).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Architecture);
/// assert_eq!(error.to_string(), "sizes 784,0,10 contain a zero; give every layer at least one neuron");
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    path: Option<PathBuf>,
    found: String,
    remedy: String,
    source: Option<std::io::Error>,
}

/// The kinds of error that a caller can handle differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Sizes, activations or a cost that no network can have.
    Architecture,

    /// More nodes, connections or numbers than an id or the memory can hold.
    TooLarge,

    /// A file that could not be read or written: [`std::error::Error::source`] is the system's error.
    File,

    /// A file that does not exist, where data was to be read from. [`Source`](crate::data_set::Source) also has data that
    /// is built in.
    NoData,

    /// Contents that are not what they should be.
    Contents,

    /// A model whose numbers were changed after it was written: [`Model::read_edited`](crate::model_file::Model::read_edited)
    /// takes it as it is.
    Edited,

    /// A checkpoint where a model was expected.
    IsCheckpoint,

    /// A model where a checkpoint was expected.
    IsModel,

    /// A column that was read as classes and does not look like them. It can also be read as numbers.
    NumbersAsClasses,

    /// A table that does not say which column is the answer.
    WhichColumn,

    /// A column of text where numbers belong.
    TextColumn,

    /// Values that are missing.
    MissingValues,

    /// A table without answers, where the network is to be compared with them.
    NoAnswers,

    /// An option about pixels, where samples are not images.
    NoPixels,

    /// A NumPy array where a table was expected.
    OfNumpy,

    /// Another program's file where a table was expected.
    OfPython,

    /// Labels that are classes, where the network answers with numbers.
    ClassesForNumbers,

    /// Labels that are numbers, where the network answers with classes.
    NumbersForClasses,

    /// Options that make no sense, alone or together.
    Usage,

    /// Training has left the range of numbers: a weight or the cost is infinite or not a number.
    Diverged,
}

impl Error {
    /// Creates an error from a sentence that says what was found.
    pub fn new(kind: ErrorKind, found: impl Into<String>) -> Self {
        Self { kind, path: None, found: found.into(), remedy: String::new(), source: None }
    }

    /// Creates an error about contents that are not what they should be.
    pub fn contents(found: impl Into<String>) -> Self {
        Self::new(ErrorKind::Contents, found)
    }

    /// Creates an error about options that make no sense.
    pub fn usage(found: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, found)
    }

    /// Creates an error about a file that could not be read or written.
    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self { path: Some(path.into()), source: Some(source), ..Self::new(ErrorKind::File, "") }
    }

    /// Changes the kind of this error.
    #[cfg(feature = "data")]
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Adds the file in which this was found.
    #[must_use]
    pub fn in_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds one more remedy. The general remedy of a file error is replaced.
    #[must_use]
    pub fn remedy(mut self, remedy: impl AsRef<str>) -> Self {
        let remedy = remedy.as_ref();
        if self.remedy.is_empty() || self.kind == ErrorKind::File {
            remedy.clone_into(&mut self.remedy);
        } else {
            self.remedy = format!("{}; {remedy}", self.remedy);
        }
        self
    }

    /// Replaces the remedy, for a program that has a better one.
    #[must_use]
    pub fn instead(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// Returns the kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default();
        let found = self.source.as_ref().map_or_else(|| self.found.clone(), ToString::to_string);
        let remedy = if self.remedy.is_empty() { String::new() } else { format!("; {}", self.remedy) };
        f.write_str(&spelled_out(&format!("{path}{found}{remedy}")))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// Returns text from a file or a command line in a form that can be quoted in one line on any terminal: line breaks,
/// escape sequences and other characters with an effect, such as reversing the line, are spelled out. Every error
/// message is passed through it.
///
/// ```
/// assert_eq!(backprop::spelled_out("tick\n\u{1b}[31m ✓"), r"tick\n\u{1b}[31m ✓");
/// ```
pub fn spelled_out(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || changes_direction(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Returns a count with its noun: `1 sample`, `3 samples`, `2 classes`.
///
/// ```
/// assert_eq!(backprop::counted(1, "class") + " of " + &backprop::counted(2, "class"), "1 class of 2 classes");
/// ```
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {}", noun_for(count, noun))
}

/// Returns a noun in the form it has after a count, for a count written in another way: `samples` after `60,000`.
pub fn noun_for(count: usize, noun: &str) -> String {
    let ending = if count == 1 {
        ""
    } else if noun.ends_with('s') {
        "es"
    } else {
        "s"
    };
    format!("{noun}{ending}")
}

/// Returns the width of a column of texts: the characters of the longest, or 65,535, the most that `format!` can pad to.
///
/// ```
/// assert_eq!(backprop::column_width(["β", "gamma"]), 5);
/// ```
pub fn column_width(texts: impl IntoIterator<Item = impl AsRef<str>>) -> usize {
    let widths = texts.into_iter().map(|text| text.as_ref().chars().count());
    widths.max().unwrap_or(0).min(usize::from(u16::MAX))
}

/// Returns `true` for Unicode's invisible marks of text direction, and for its own line separators.
fn changes_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
