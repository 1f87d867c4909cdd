//! Everything that can go wrong with files and user input, each with its remedy.
//!
//! Misuse of the programming interface (a sample of the wrong length) panics instead; see `# Panics` where it can
//! happen.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// What went wrong, where, and what to do about it. As text it is one line.
///
/// ```
/// use backprop::{Architecture, Error, graph};
///
/// let error = graph::Network::try_new(&Architecture::new(&[784, 0, 10])).unwrap_err();
/// let Error::Architecture(problem) = &error else { panic!("{error}") };
/// assert_eq!((problem.field.as_ref(), problem.remedy.as_ref()), ("sizes", "give every layer at least one neuron"));
/// assert_eq!(error.to_string(), "sizes 784,0,10 have a zero; give every layer at least one neuron");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Sizes, activations or cost that no network can have.
    Architecture(Problem),

    /// More nodes or connections than an id or the memory can hold.
    TooLarge(Problem),

    /// A file that could not be read or written.
    File {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
        /// What to do about it; may be empty.
        remedy: Cow<'static, str>,
    },

    /// A file whose contents are not what they should be.
    Contents {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: Problem,
    },

    /// An option or a combination of options that makes no sense.
    Usage(Problem),

    /// Training has left the range of numbers: a weight or the cost is infinite or not a number.
    Diverged(Problem),
}

/// What is wrong with a field of a file, an option or a setting.
///
/// ```
/// use backprop::model_file::Model;
///
/// let text = r#"{"sizes": [2, 1], "weights": [[[0.5]]], "biases": [[[0.0]]], "cost": "QuadraticCost"}"#;
/// let problem = Model::from_json(text).unwrap_err();
/// assert_eq!(problem.field, "weights[0][0]");
/// assert_eq!(problem.found, "weights[0][0] has 1 numbers, but sizes [2, 1] need 2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which field it is; empty, if it is the whole.
    pub field: Cow<'static, str>,
    /// What was found there, as a sentence.
    pub found: String,
    /// What to do about it; may be empty.
    pub remedy: Cow<'static, str>,
}

impl Problem {
    /// A problem without a remedy.
    pub fn new(field: impl Into<Cow<'static, str>>, found: impl Into<String>) -> Self {
        Self { field: field.into(), found: found.into(), remedy: Cow::Borrowed("") }
    }

    /// The same problem with one more thing to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        let remedy = remedy.into();
        self.remedy =
            if self.remedy.is_empty() { remedy } else { format!("{}; {remedy}", self.remedy).into() };
        self
    }
}

impl From<Error> for Problem {
    /// What is wrong with what. A file that could not be read or written is the field, then.
    fn from(error: Error) -> Self {
        match error {
            Error::Architecture(problem)
            | Error::TooLarge(problem)
            | Error::Contents { problem, .. }
            | Error::Usage(problem)
            | Error::Diverged(problem) => problem,
            Error::File { path, source, remedy } => {
                Self::new(path.display().to_string(), source.to_string()).remedy(remedy)
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spelled_out(&with_remedy(&self.found, &self.remedy)))
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::Architecture(problem)
            | Self::TooLarge(problem)
            | Self::Usage(problem)
            | Self::Diverged(problem) => problem.to_string(),
            Self::Contents { path, problem } => format!("{}: {problem}", path.display()),
            Self::File { path, source, remedy } => {
                with_remedy(&format!("{}: {source}", path.display()), remedy)
            }
        };
        f.write_str(&spelled_out(&sentence))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Error {
    /// An [`Error::Contents`] for this file.
    pub fn contents(path: impl Into<PathBuf>, problem: Problem) -> Self {
        Self::Contents { path: path.into(), problem }
    }

    /// An [`Error::File`] for this file, without a remedy.
    pub fn file(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::File { path: path.into(), source, remedy: Cow::Borrowed("") }
    }

    /// The same error with one more thing to do about it; a file's own remedy, which is a general one, goes.
    #[must_use]
    pub fn remedy(self, text: impl Into<Cow<'static, str>>) -> Self {
        match self {
            Self::Architecture(problem) => Self::Architecture(problem.remedy(text)),
            Self::TooLarge(problem) => Self::TooLarge(problem.remedy(text)),
            Self::Contents { path, problem } => Self::Contents { path, problem: problem.remedy(text) },
            Self::Usage(problem) => Self::Usage(problem.remedy(text)),
            Self::Diverged(problem) => Self::Diverged(problem.remedy(text)),
            Self::File { path, source, .. } => Self::File { path, source, remedy: text.into() },
        }
    }
}

fn with_remedy(found: &str, remedy: &str) -> String {
    if remedy.is_empty() { found.to_owned() } else { format!("{found}; {remedy}") }
}

/// Text from a file or a command line, fit to be quoted in one line on any terminal: line breaks, escape sequences and
/// other characters that would do something, such as turning the line round, are spelled out. Errors do this with all
/// they say.
///
/// ```
/// assert_eq!(backprop::spelled_out("tick\n\u{1b}[31m ✓"), r"tick\n\u{1b}[31m ✓");
/// ```
pub fn spelled_out(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || turns_text_round(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Unicode's invisible marks for text from right to left, and its own ends of lines.
fn turns_text_round(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
