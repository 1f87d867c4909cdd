//! The pieces of a lesson's text: tables of numbers, and paragraphs broken into lines. Every piece ends with a line
//! break.

/// Returns a table with a line of headings, its columns flush right and as wide as they need to be.
///
/// # Panics
/// If a row has more cells than there are headings.
pub fn table<H: ToString>(
    headings: impl IntoIterator<Item = H>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let headings: Vec<String> = headings.into_iter().map(|heading| heading.to_string()).collect();
    let mut widths = vec![0; headings.len()];
    let lines: Vec<Vec<String>> = std::iter::once(headings).chain(rows).collect();
    for line in &lines {
        for (column, cell) in line.iter().enumerate() {
            widths[column] = widths[column].max(cell.chars().count());
        }
    }
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        format!("  {}\n", cells.collect::<Vec<_>>().join("   ").trim_end())
    };
    lines.iter().map(line).collect()
}

/// Returns a number with this many decimals or, from a million on, with a power of ten.
pub fn cell(value: f64, decimals: usize) -> String {
    if value.abs() < 1e6 { format!("{value:.decimals$}") } else { format!("{value:.1e}") }
}

/// Joins tables and paragraphs, with an empty line between two.
pub fn told(pieces: &[String]) -> String {
    pieces.join("\n")
}

/// Formats sentences as `format!` does, and breaks them into lines.
macro_rules! paragraph {
    ($($sentences:tt)*) => {
        $crate::lesson::table::wrapped(&format_args!($($sentences)*).to_string(), 0)
    };
}
pub(super) use paragraph;

/// Breaks sentences into lines of at most 90 characters, each after this many blanks. A formula stays on one line.
pub fn wrapped(sentences: &str, blanks: usize) -> String {
    let glue = |text: String, sign| text.replace(&format!(" {sign} "), &format!("\u{a0}{sign}\u{a0}"));
    let glued = ["=", "+", "-", "*", "/", "|"].into_iter().fold(sentences.to_owned(), glue);
    let blanks = " ".repeat(blanks);
    let lines = textwrap::Options::new(90).initial_indent(&blanks).subsequent_indent(&blanks);
    let lines = lines.word_splitter(textwrap::WordSplitter::NoHyphenation).break_words(false);
    textwrap::fill(&glued, lines).replace('\u{a0}', " ") + "\n"
}
