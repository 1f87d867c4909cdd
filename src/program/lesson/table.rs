//! Tables of numbers as text, with columns as wide as they need to be, flush right; and text broken into lines.

/// Returns a table with a line of headings; every line ends with a line break.
///
/// # Panics
/// If a row has more cells than there are headings.
pub fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let headings: Vec<String> = headings.iter().map(ToString::to_string).collect();
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            widths[column] = widths[column].max(cell.chars().count());
        }
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}"));
        let line = cells.collect::<Vec<_>>().join("   ");
        format!("  {}\n", line.trim_end())
    };
    std::iter::once(&headings).chain(&rows).map(line).collect()
}

/// Returns a number with this many decimals or, from a million on, with a power of ten.
pub fn cell(value: f64, decimals: usize) -> String {
    if value.abs() < 1e6 { format!("{value:.decimals$}") } else { format!("{value:.1e}") }
}

/// Breaks sentences into lines of at most 90 characters. Each begins with this many blanks and ends with a line break.
pub fn wrapped(sentences: &str, blanks: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    // A formula stays on one line.
    let sentences = sentences.replace("a(1 - a)", "a(1\u{a0}-\u{a0}a)");
    for word in sentences.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if length == 0 || length + 1 + width > 90 {
            if length > 0 {
                text.push('\n');
            }
            text.push_str(&" ".repeat(blanks));
            length = blanks;
        } else {
            text.push(' ');
            length += 1;
        }
        text.push_str(word);
        length += width;
    }
    text.replace('\u{a0}', " ") + "\n"
}
