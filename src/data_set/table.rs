//! Tables: CSV files with a sample per row, the inputs first and the class last.
//!
//! ```text
//! sepal length,sepal width,species        a header, or none
//! 5.1,3.5,setosa                          numbers, and the class: an integer or a name
//! 7.0,3.2,versicolor
//! ```
//!
//! Columns are separated by commas, semicolons or tabs. The last columns can also be numbers that the network should
//! put out, instead of a class. Rows are read one by one; only their numbers and the names of classes are kept.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::samples::{Inputs, Labels, Origin, Samples};
use super::{Answers, DataSet};
use crate::{Error, file, memory};

/// A column with more classes than this was surely not meant as classes, but as numbers.
const MOST_CLASSES: usize = 1000;
/// The most letters of a table that a message quotes.
const MOST_QUOTED: usize = 40;
const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a file. The last `target_columns` columns are the numbers to put out; with 0, the last column is the class.
pub(super) fn read(file: &Path, target_columns: usize) -> Result<DataSet, Error> {
    let open = || {
        let (text, length) = file::open(file)?;
        // The shortest number is a digit and a comma, and takes eight bytes.
        let most = memory::most() / 4;
        if length <= most { Ok(text) } else { Err(file::too_long(length, most)) }
    };
    let text =
        open().map_err(|error| Error::file(file, error).remedy("it must be a file that you may read"))?;
    parse(file, BufReader::new(text), target_columns)
}

/// Reads the text of a file; `file` is for messages.
pub(super) fn parse(file: &Path, text: impl BufRead, target_columns: usize) -> Result<DataSet, Error> {
    read_rows(text, target_columns, file).map_err(|refusal| match refusal {
        Refusal::Reading(error) => Error::file(file, error),
        Refusal::Table(problem) => problem.in_file(file),
    })
}

/// Returns the error about a field of a table; `field` counts from 0.
pub(super) fn problem(line: u64, field: usize, found: impl std::fmt::Display) -> Error {
    let place = format!("line {line}, column {}", field + 1);
    Error::contents(format!("{place}: {found}"))
}

enum Refusal {
    Reading(std::io::Error),
    Table(Error),
}

impl From<Error> for Refusal {
    fn from(problem: Error) -> Self {
        Self::Table(problem)
    }
}

fn read_rows(mut text: impl BufRead, target_columns: usize, file: &Path) -> Result<DataSet, Refusal> {
    let head = first_line(&mut text).map_err(Refusal::Reading)?;
    if head.contains(&0) {
        return Err(problem(1, 0, "not text, or not in UTF-8")
            .remedy("save the table as CSV in UTF-8")
            .into());
    }
    let delimiter = delimiter(&head);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(Cursor::new(head).chain(text).chain(Cursor::new(b"\n")));
    let mut record = ByteRecord::new();
    let mut table: Option<Table> = None;
    while reader.read_byte_record(&mut record).map_err(|error| Refusal::Reading(error.into()))? {
        if record.len() == 1 && record[0].trim_ascii().is_empty() {
            continue;
        }
        // The reader is at the end of the row, which may have line breaks within quotes. (Empty lines may come before
        // the row.)
        let within: u64 = record.as_slice().iter().map(|&byte| u64::from(byte == b'\n')).sum();
        let line = reader.position().line() - 1 - within;
        if let Some(table) = &mut table {
            table.add(&record, line)?;
            continue;
        }
        let mut begun = Table::new(&record, line, target_columns, delimiter)?;
        if !begun.is_header(&record) {
            begun.add(&record, line)?;
        }
        table = Some(begun);
    }
    let Some(table) = table else {
        return Err(problem(1, 0, "the file is empty").remedy("give a row for each sample").into());
    };
    Ok(table.into_data_set(file)?)
}

/// Returns the text up to the end of the first line that is not empty, without a byte order mark.
fn first_line(text: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while head.trim_ascii().is_empty() && text.read_until(b'\n', &mut head)? > 0 {}
    if head.starts_with(UTF8_MARK) {
        head.drain(..UTF8_MARK.len());
    }
    Ok(head)
}

/// Returns the character between columns: a tab if there is one, else a semicolon if there is one, else a comma.
fn delimiter(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut outside = Vec::new();
    for &byte in line {
        quoted ^= byte == b'"';
        if !quoted {
            outside.push(byte);
        }
    }
    [b'\t', b';'].into_iter().find(|delimiter| outside.contains(delimiter)).unwrap_or(b',')
}

/// The rows read so far.
struct Table {
    delimiter: u8,
    /// The columns in every row; the first `input_size` of them are inputs.
    columns: usize,
    input_size: usize,
    header_line: u64,
    /// The line of the first sample.
    first_line: u64,
    inputs: Vec<f64>,
    labels: Labels,
    class_numbers: HashMap<String, u32>,
    class_lines: Vec<u64>,
}

impl Table {
    /// Creates an empty table with the columns of its first row.
    fn new(row: &ByteRecord, line: u64, target_columns: usize, delimiter: u8) -> Result<Self, Error> {
        let columns = row.len();
        let last = target_columns.max(1);
        if columns <= last {
            let found = format!("{columns} column{}", if columns == 1 { "" } else { "s" });
            let wanted = match target_columns {
                0 => "a row needs inputs and, last, a class, separated by commas, semicolons or tabs"
                    .to_owned(),
                targets => format!("a row needs inputs and then its {targets} numbers to put out"),
            };
            return Err(problem(line, columns - 1, found).remedy(wanted));
        }
        let labels = match target_columns {
            0 => Labels::Classes(Vec::new()),
            count => Labels::Numbers { count, numbers: Vec::new() },
        };
        Ok(Self {
            delimiter,
            columns,
            input_size: columns - last,
            header_line: line,
            first_line: 0,
            inputs: Vec::new(),
            labels,
            class_numbers: HashMap::new(),
            class_lines: Vec::new(),
        })
    }

    /// Returns whether a row names the columns: it has no numbers where numbers belong.
    fn is_header(&self, row: &ByteRecord) -> bool {
        let numbers = if matches!(self.labels, Labels::Classes(_)) { self.input_size } else { self.columns };
        row.iter().take(numbers).all(|field| parse_number(field).is_none())
    }

    fn add(&mut self, row: &ByteRecord, line: u64) -> Result<(), Error> {
        if row.len() != self.columns {
            let found = format!("the row has {} columns, but the first one has {}", row.len(), self.columns);
            let end = row.len().min(self.columns);
            return Err(problem(line, end, found).remedy("give every row as many"));
        }
        if self.first_line == 0 {
            self.first_line = line;
        }
        for field in 0..self.input_size {
            self.inputs.push(number(&row[field], line, field, self.delimiter)?);
        }
        let last = self.columns - 1;
        if let Labels::Numbers { numbers, .. } = &mut self.labels {
            for field in self.input_size..self.columns {
                numbers.push(number(&row[field], line, field, self.delimiter)?);
            }
            return Ok(());
        }
        let class = self.class(&row[last], line, last)?;
        if let Labels::Classes(classes) = &mut self.labels {
            classes.push(class);
        }
        Ok(())
    }

    /// Returns the number of a class, adding it if it is new.
    fn class(&mut self, field: &[u8], line: u64, column: usize) -> Result<u32, Error> {
        let Ok(name) = std::str::from_utf8(field) else {
            return Err(problem(line, column, "not UTF-8").remedy("save the table as CSV in UTF-8"));
        };
        let name = name.trim();
        if let Some(&class) = self.class_numbers.get(name) {
            return Ok(class);
        }
        if name.is_empty() {
            return Err(problem(line, column, "no class").remedy("give an integer or a name"));
        }
        match name.parse::<f64>() {
            Ok(number) if number.is_nan() => {
                return Err(problem(line, column, format!("'{name}' is not a class"))
                    .remedy("give an integer or a name"));
            }
            Ok(number) if number.is_finite() && number.fract() != 0.0 => {
                return Err(problem(
                    line,
                    column,
                    format!("'{name}' is not a class, which is an integer or a name"),
                )
                .of_kind(crate::ErrorKind::NumbersAsClasses));
            }
            _ => (),
        }
        let class = self.class_lines.len();
        if class == MOST_CLASSES {
            return Err(problem(line, column, format!("more than {MOST_CLASSES} different classes"))
                .of_kind(crate::ErrorKind::NumbersAsClasses));
        }
        self.class_numbers.insert(name.to_owned(), class as u32);
        self.class_lines.push(line);
        Ok(class as u32)
    }

    fn into_data_set(mut self, file: &Path) -> Result<DataSet, Error> {
        if self.inputs.is_empty() {
            return Err(problem(self.header_line + 1, 0, "no rows follow the header")
                .remedy("give a row for each sample"));
        }
        self.inputs.shrink_to_fit();
        let answers = match self.labels {
            Labels::Classes(_) => {
                let mut names: Vec<(u32, String)> =
                    self.class_numbers.into_iter().map(|(name, class)| (class, name)).collect();
                names.sort_unstable();
                Answers::Classes(names.into_iter().map(|(_, name)| name).collect())
            }
            Labels::Numbers { .. } => Answers::Numbers,
        };
        let origin = Origin::Table {
            file: file.to_path_buf(),
            first_line: self.first_line,
            class_lines: self.class_lines,
        };
        let samples = Samples {
            input_size: self.input_size,
            inputs: Inputs::Numbers(self.inputs),
            labels: self.labels,
            origin,
        };
        Ok(DataSet::new(answers, samples))
    }
}

fn parse_number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

/// Reads the finite number in a field, or says what is wrong with it.
fn number(field: &[u8], line: u64, column: usize, delimiter: u8) -> Result<f64, Error> {
    match parse_number(field) {
        Some(number) if number.is_finite() => return Ok(number),
        _ => (),
    }
    let text = String::from_utf8_lossy(field);
    let text = text.trim();
    if text.is_empty() {
        return Err(problem(line, column, "a number is missing").remedy("fill it in, or leave the row out"));
    }
    let mut quoted: String = text.chars().take(MOST_QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.push('…');
    }
    let has_decimal_comma =
        delimiter != b',' && parse_number(text.replacen(',', ".", 1).as_bytes()).is_some();
    let (found, remedy) = match parse_number(field) {
        Some(number) if number.is_nan() => {
            (format!("'{quoted}' is not a number"), "fill it in, or leave the row out")
        }
        Some(_) => (format!("'{quoted}' is not finite"), "the largest numbers have 308 digits"),
        None if has_decimal_comma => (format!("'{quoted}' has a comma"), "write a decimal point"),
        None => (
            format!("'{quoted}' is not a number"),
            "inputs are numbers; only the class, in the last column, may be a name",
        ),
    };
    Err(problem(line, column, found).remedy(remedy))
}
