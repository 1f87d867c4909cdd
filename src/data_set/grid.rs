//! The cells of a CSV file: numbers and words, whatever the delimiter, line ends and decimal mark.

use std::collections::HashMap;
use std::io::{BufRead, Cursor, Read as _};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::table::problem;
use crate::{Error, counted};

/// The largest number of characters that a message quotes from a table.
const MOST_QUOTED: usize = 40;
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
/// A row put after the last one. In a cell, it shows that a quote was never closed.
const END: &[u8] = b"\n\x02end\x03\n";
/// The words for a missing value, in lower case.
const MISSING: [&str; 14] =
    ["", "?", ".", "-", "na", "n/a", "n.a.", "#n/a", "#nv", "<na>", "nan", "null", "none", "missing"];

/// A cell of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Number(f64),
    Word(&'a str),
    /// An empty cell, or a word for a missing value.
    Missing(&'a str),
}

impl<'a> Cell<'a> {
    pub(super) fn number(self) -> Option<f64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    pub(super) fn word(self) -> Option<&'a str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }

    /// Returns `true` for a number that is one more than that of another cell.
    pub(super) fn follows(self, other: Self) -> bool {
        self.number().zip(other.number()).is_some_and(|(next, one)| next == one + 1.0)
    }
}

/// All cells. Rows count from 0, and so do columns.
pub(super) struct Grid {
    pub(super) columns: usize,
    /// The text of the first row, which may be a header.
    pub(super) head: Vec<String>,
    /// Numbers, row by row; a word is a NaN with the number of the word in its lower bits.
    cells: Vec<f64>,
    lines: Vec<u32>,
    words: Vec<String>,
    word_numbers: HashMap<String, u32>,
    /// The first number with a decimal comma, and the first with a decimal point: line, column and text.
    marks: [Option<(u64, usize, String)>; 2],
}

impl Grid {
    /// Reads a table. Errors do not name the file.
    pub(super) fn read(mut text: impl BufRead) -> Result<Self, Error> {
        let (mut head, mut delimiter, mut skipped) = (first_line(&mut text)?, None, 0);
        if let Some(problem) = not_text(&head) {
            return Err(problem);
        }
        if head.iter().zip(head.iter().skip(1)).any(|(&one, &next)| one == b'\r' && next != b'\n') {
            // Lines end in CR alone, so this is the whole file.
            head.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        let end = head.iter().position(|&byte| byte == b'\n').map_or(head.len(), |end| end + 1);
        if head[..end].to_ascii_lowercase().starts_with(b"sep=") {
            delimiter = head.get(4).copied().filter(|byte| !b"\r\n\"".contains(byte));
            head.drain(..end);
            skipped = 1;
            if head.is_empty() {
                head = first_line(&mut text)?;
            }
        }
        let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&head));
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(Cursor::new(head).chain(text).chain(Cursor::new(END)));
        let mut record = ByteRecord::new();
        let mut grid: Option<Self> = None;
        while reader.read_byte_record(&mut record).map_err(|error| Error::file("", error.into()))? {
            if record.iter().all(|field| field.trim_ascii().is_empty()) {
                continue;
            }
            if END.trim_ascii().iter().filter(|&&byte| byte != delimiter).eq(record.as_slice()) {
                break;
            }
            // The reader is at the end of the row, which may have line breaks within quotes. (Empty lines may come
            // before the row.)
            let within: u64 = record.as_slice().iter().map(|&byte| u64::from(byte == b'\n')).sum();
            let is_open = record.as_slice().ends_with(END);
            let line = reader.position().line() - u64::from(!is_open) - within + skipped;
            if is_open {
                return Err(problem(line, record.len() - 1, "a quote is opened and never closed")
                    .remedy("close it; within quotes, write a quote twice"));
            }
            grid.get_or_insert_with(|| Self::new(&record)).add(&record, line, delimiter)?;
        }
        let grid =
            grid.ok_or_else(|| problem(1, 0, "the file is empty").remedy("give a row for each sample"))?;
        if let [Some((line, column, comma)), Some((_, _, point))] = &grid.marks {
            let found = format!("'{comma}' has a decimal comma, but '{point}' a decimal point");
            return Err(problem(*line, *column, found).remedy("write every number in one way"));
        }
        Ok(grid)
    }

    fn new(first: &ByteRecord) -> Self {
        let head = first.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned());
        Self {
            columns: first.len(),
            head: head.collect(),
            cells: Vec::new(),
            lines: Vec::new(),
            words: Vec::new(),
            word_numbers: HashMap::new(),
            marks: [None, None],
        }
    }

    fn add(&mut self, row: &ByteRecord, line: u64, delimiter: u8) -> Result<(), Error> {
        let is_empty = |column: usize| row.get(column).is_some_and(|field| field.trim_ascii().is_empty());
        // A delimiter at the end of the header alone, or of the other rows alone.
        if self.lines.len() == 1
            && row.len() + 1 == self.columns
            && self.head.last().is_some_and(String::is_empty)
        {
            self.columns -= 1;
            self.head.pop();
            self.cells.pop();
        }
        if row.len() != self.columns && !(row.len() == self.columns + 1 && is_empty(self.columns)) {
            let found = format!(
                "the row has {}, but the first one has {}",
                counted(row.len(), "column"),
                self.columns
            );
            let end = row.len().min(self.columns);
            return Err(problem(line, end, found).remedy("give every row the same number"));
        }
        for (column, field) in row.iter().take(self.columns).enumerate() {
            let cell = match number(field, delimiter) {
                Some((number, mark)) => {
                    if let Some(mark) = mark
                        && self.marks[mark].is_none()
                    {
                        self.marks[mark] =
                            Some((line, column, String::from_utf8_lossy(field).trim().to_owned()));
                    }
                    number
                }
                None => self.word(field, line, column)?,
            };
            self.cells.push(cell);
        }
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        Ok(())
    }

    /// Returns the NaN for a word.
    fn word(&mut self, field: &[u8], line: u64, column: usize) -> Result<f64, Error> {
        let word = std::str::from_utf8(field)
            .map_err(|_| problem(line, column, "not UTF-8").remedy("save the table as CSV in UTF-8"))?
            .trim();
        let next = self.words.len() as u32;
        let number = self.word_numbers.get(word).copied().unwrap_or(next);
        if number == next {
            self.words.push(word.to_owned());
            self.word_numbers.insert(word.to_owned(), number);
        }
        Ok(f64::from_bits(f64::NAN.to_bits() & !0xffff_ffff | u64::from(number)))
    }

    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Returns the line of a row, from 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        u64::from(self.lines[row])
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let number = self.cells[row * self.columns + column];
        if !number.is_nan() {
            return Cell::Number(number);
        }
        let word = &self.words[number.to_bits() as u32 as usize];
        let is_missing = word.len() <= 7 && MISSING.contains(&&*word.to_ascii_lowercase());
        if is_missing { Cell::Missing(word) } else { Cell::Word(word) }
    }

    /// Returns the cells of a column from a row on.
    pub(super) fn column(&self, column: usize, from: usize) -> impl Iterator<Item = Cell<'_>> {
        (from..self.rows()).map(move |row| self.cell(row, column))
    }

    /// Drops the rows with these numbers, which are sorted.
    pub(super) fn without(&mut self, rows: &[usize]) {
        let is_kept = |row: usize| rows.binary_search(&row).is_err();
        let columns = self.columns;
        let mut place = 0..;
        self.cells.retain(|_| place.next().is_none_or(|place| is_kept(place / columns)));
        let mut row = 0..;
        self.lines.retain(|_| row.next().is_none_or(is_kept));
    }
}

/// Returns the text up to the end of the first line that is not empty, without a byte order mark.
fn first_line(text: &mut impl BufRead) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    let mut read = |head: &mut Vec<u8>| text.read_until(b'\n', head).map_err(|error| Error::file("", error));
    while head.trim_ascii().is_empty() && read(&mut head)? > 0 {}
    if head.starts_with(UTF8_MARK) {
        head.drain(..UTF8_MARK.len());
    }
    Ok(head)
}

/// Returns the error for a file that is not a table, recognised by its first bytes.
fn not_text(head: &[u8]) -> Option<Error> {
    if head.starts_with(b"\x93NUMPY") {
        return Some(crate::Error::contents("a NumPy array, not a table").of_kind(crate::ErrorKind::OfNumpy));
    }
    let of_python: [(&[u8], &str); 3] = [
        (b"PK\x03\x04", "a zip archive, as .npz, .pt and .xlsx files are"),
        (b"\x89HDF", "an HDF5 file"),
        (b"\x80", "a Python pickle"),
    ];
    if let Some((_, what)) = of_python.into_iter().find(|(begin, _)| head.starts_with(begin)) {
        return Some(Error::contents(format!("{what}, not a table")).of_kind(crate::ErrorKind::OfPython));
    }
    let begins = |with: &[u8]| head.len() >= with.len() && head[..with.len()].eq_ignore_ascii_case(with);
    let of_text: [(&[&[u8]], &str); 2] =
        [(&[b"<!doctype", b"<html", b"<?xml"], "a web page"), (&[b"{\"", b"[{", b"[["], "JSON")];
    if let Some((_, what)) = of_text.iter().find(|(starts, _)| starts.iter().any(|start| begins(start))) {
        let found = format!("{what}, not a table");
        return Some(problem(1, 0, found).remedy("save the table as CSV, a row for each sample"));
    }
    let found = || problem(1, 0, "not text, or not in UTF-8").remedy("save the table as CSV in UTF-8");
    head.contains(&0).then(found)
}

/// Returns the character between columns: the first of tab, semicolon, comma and bar that is in the first line. A bar comes
/// before commas that are all between digits, as decimal commas are.
fn delimiter_of(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut outside = Vec::new();
    for &byte in text {
        quoted ^= byte == b'"';
        match byte {
            b'\n' if !quoted && !outside.is_empty() => break,
            _ if quoted || byte == b'\n' => {}
            _ => outside.push(byte),
        }
    }
    let is_digit = |at: usize| outside.get(at).is_some_and(u8::is_ascii_digit);
    let mut commas = (0..outside.len()).filter(|&at| outside[at] == b',');
    let are_decimal = commas.all(|at| at > 0 && is_digit(at - 1) && is_digit(at + 1));
    let order = if are_decimal { b"\t;|," } else { b"\t;,|" };
    order.iter().copied().find(|delimiter| outside.contains(delimiter)).unwrap_or(b',')
}

/// Reads a finite number, and returns it with its decimal mark: 0 for a comma, 1 for a point.
fn number(field: &[u8], delimiter: u8) -> Option<(f64, Option<usize>)> {
    let text = std::str::from_utf8(field).ok()?.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some((number, text.contains('.').then_some(1)));
    }
    let commas = text.matches(',').count();
    if commas != 1 || text.contains('.') || (delimiter == b',' && thousands(text).is_some()) {
        return None;
    }
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some((number, Some(0)))
}

/// Returns the number in a text with thousands separators, as it should be written.
fn thousands(text: &str) -> Option<String> {
    const BOTH_MARKS: [char; 4] = [' ', '\'', '\u{a0}', '\u{202f}'];
    let others = BOTH_MARKS.into_iter().flat_map(|separator| [(separator, '.'), (separator, ',')]);
    [(',', '.'), ('.', ',')].into_iter().chain(others).find_map(|(separator, mark)| {
        let (whole, fraction) = text.split_once(mark).unwrap_or((text, ""));
        let mut groups = whole.trim_start_matches(['-', '+']).split(separator);
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        let fits = matches!(first.len(), 1..=3)
            && !rest.is_empty()
            && rest.iter().all(|group| group.len() == 3 && is_digits(group))
            && is_digits(first)
            && is_digits(fraction);
        let whole = whole.replace(separator, "");
        fits.then(|| if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") })
    })
}

/// Returns what is wrong with a number formatted for people, and how it should be written.
pub(super) fn for_people(word: &str) -> Option<(&'static str, String)> {
    const UNITS: [char; 4] = ['$', '€', '£', '%'];
    let bare = word.trim_matches(UNITS).trim();
    match thousands(bare) {
        Some(plain) => Some(("thousands separators", plain)),
        None if bare.len() < word.len() && bare.parse::<f64>().is_ok() => Some(("a unit", bare.to_owned())),
        None => None,
    }
}

/// Returns `true` if a word is a number that cannot be read as one: formatted for people, or not finite.
pub(super) fn is_meant_as_number(word: &str) -> bool {
    word.parse::<f64>().is_ok() || for_people(word).is_some()
}

/// Returns the error about a word where a number belongs.
pub(super) fn not_a_number(word: &str, line: u64, column: usize) -> Error {
    let mut quoted: String = word.chars().take(MOST_QUOTED).collect();
    if quoted.len() < word.len() {
        quoted.push('…');
    }
    let (found, remedy) = match (word.parse::<f64>(), for_people(word)) {
        (Ok(_), _) => (format!("'{quoted}' is not finite"), "the largest numbers have 308 digits".to_owned()),
        (_, Some((what, plain))) => (format!("'{quoted}' has {what}"), format!("write {plain}")),
        _ => (format!("'{quoted}' is not a number"), "inputs are numbers".to_owned()),
    };
    problem(line, column, found).remedy(remedy)
}
