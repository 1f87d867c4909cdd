//! The text of a lesson: a Markdown file of its name, with gaps for the numbers that the experiment finds.
//!
//! Its sections are `Set-up`, `Question` (with the answers to choose from as a list), `Result`, and three that begin with
//! `Try` and the flags to try: a question, then its answer. Anything that several sections share comes before the
//! first of them. [minijinja](https://docs.rs/minijinja) fills the gaps. After that, lines that begin with `|` are a
//! table, indented lines stay as they are, and all others are paragraphs.

use minijinja::Error;
use minijinja::value::Value;

use crate::template;

/// The most characters in a line.
const COLUMNS: usize = 80;

/// Something to try.
#[derive(Debug, Clone, Copy)]
pub struct Try {
    /// The flags to try it with.
    pub flags: &'static str,
    /// The thing to look for.
    pub question: &'static str,
    /// The observation, and its reason.
    pub answer: &'static str,
}

/// The text of a lesson, with its gaps.
#[derive(Debug, Clone, Copy)]
pub struct Text(pub(super) &'static str);

impl Text {
    /// Returns the shared part, then each section: its heading, and the rest.
    fn parts(self) -> (&'static str, impl Iterator<Item = (&'static str, &'static str)>) {
        let first = self.0.find("# Set-up").unwrap_or(0);
        let (common, sections) = self.0.split_at(first);
        let sections = sections.trim_start_matches("# ").split("\n# ");
        (common, sections.filter_map(|section| section.split_once('\n')))
    }

    /// Returns what there is to try.
    pub fn tries(self) -> Vec<Try> {
        let (_, sections) = self.parts();
        let tries = sections.filter_map(|(heading, text)| {
            let (question, answer) = text.trim().split_once("\n\n")?;
            Some(Try { flags: heading.strip_prefix("Try ")?, question, answer })
        });
        tries.collect()
    }

    /// Fills in the gaps of a section.
    ///
    /// # Errors
    /// It asks for a number that is not there.
    pub fn fill(self, heading: &str, numbers: &Value) -> Result<String, Error> {
        let (common, mut sections) = self.parts();
        let section = sections.find(|(name, _)| *name == heading).map_or("", |(_, text)| text);
        template::try_fill(&format!("{common}{section}"), numbers)
    }
}

/// Lays out a text in lines of at most 80 characters.
pub fn laid_out(text: &str) -> String {
    let blocks = text.split("\n\n").map(|block| block.trim_matches('\n')).filter(|block| !block.is_empty());
    let blocks = blocks.map(|block| match block.get(..1) {
        Some("|") => table(block),
        Some(" ") => format!("{block}\n"),
        _ => wrapped(block, 0),
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// Lays out a table: its columns are flush right and as wide as they need to be.
fn table(rows: &str) -> String {
    let cells = |row| str::trim(row).trim_start_matches('|').strip_suffix('|').unwrap_or_default().split('|');
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| cells(row).map(str::trim).collect()).collect();
    let mut widths = vec![0; rows.iter().map(Vec::len).max().unwrap_or(0)];
    for (column, cell) in rows.iter().flat_map(|row| row.iter().enumerate()) {
        widths[column] = widths[column].max(cell.chars().count());
    }
    let line = |row: &Vec<&str>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Breaks a paragraph into lines of at most 80 characters, each indented by this many blanks. A formula stays on one
/// line.
pub fn wrapped(paragraph: &str, blanks: usize) -> String {
    let glue = |text: String, sign| text.replace(&format!(" {sign} "), &format!("\u{a0}{sign}\u{a0}"));
    let words = paragraph.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let glued = ["=", "+", "-", "*", "/", "|"].into_iter().fold(words, glue);
    let blanks = " ".repeat(blanks);
    let lines = textwrap::Options::new(COLUMNS).initial_indent(&blanks).subsequent_indent(&blanks);
    let lines = lines.word_splitter(textwrap::WordSplitter::NoHyphenation).break_words(false);
    textwrap::fill(&glued, lines).replace('\u{a0}', " ") + "\n"
}
