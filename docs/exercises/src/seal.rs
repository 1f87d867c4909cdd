//! The end of a program that `grade` has started: it proves that the judge spoke, not the solution.

use crate::Grade;

/// Stands between the parts of a lesson, which contain no control characters but line ends.
pub const SEPARATOR: char = '\u{1f}';

/// A word that only the judge and the one who started it know. A solution may print what it likes, or end the program.
#[derive(Debug)]
pub struct Seal(String);

impl Seal {
    /// Reads the word from standard input, before any line of the solution runs.
    #[must_use]
    pub fn read() -> Self {
        let mut word = String::new();
        // An empty word seals nothing; whoever started this finds out.
        let _ = std::io::stdin().read_line(&mut word);
        Self(word.trim_end().to_owned())
    }

    /// Prints the word, and the lesson if there is one.
    pub fn tell(self, grade: &Grade) {
        let Self(word) = self;
        match grade {
            Ok(()) => println!("\n{word}"),
            Err(lesson) => {
                let (formula, found, diagnosis) = (lesson.formula, &lesson.found, &lesson.diagnosis);
                println!("\n{word}{formula}{SEPARATOR}{found}{SEPARATOR}{diagnosis}");
            }
        }
    }
}
