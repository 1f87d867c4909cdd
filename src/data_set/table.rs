//! Tables: CSV files with a sample per row.
//!
//! ```text
//! sepal length,sepal width,species        a header, or none
//! 5.1,3.5,setosa                          numbers, and the class: an integer or a name
//! 7.0,3.2,versicolor
//! ```
//!
//! [`grid`](super::grid) reads the cells, [`columns`](super::columns) decides what each column is, and this file
//! turns them into samples and labels.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::columns::Roles;
use super::grid::{Cell, Grid, not_a_number};
use super::samples::{Inputs, Labels, Origin, Samples};
use super::{Answers, Columns, DataSet, Meaning, Missing, Pixels, turned};
use crate::{Error, ErrorKind, file, memory};

/// Images with fewer pixels along a side cannot be told from other tables.
const SMALLEST_SIDE: usize = 8;

/// Reads a file.
pub(super) fn read(file: &Path, columns: &Columns, pixels: Pixels) -> Result<DataSet, Error> {
    let open = || {
        let (text, length) = file::open(file)?;
        // The shortest number is a digit and a comma, and takes eight bytes.
        let most = memory::most() / 4;
        if length <= most { Ok(text) } else { Err(file::too_long(length, most)) }
    };
    let text =
        open().map_err(|error| Error::file(file, error).remedy("it must be a file that you may read"))?;
    parse(file, BufReader::new(text), columns, pixels)
}

/// Reads the text of a file; `file` is for messages.
pub(super) fn parse(
    file: &Path,
    text: impl BufRead,
    columns: &Columns,
    pixels: Pixels,
) -> Result<DataSet, Error> {
    let read = Grid::read(text).and_then(|grid| data_set(file, grid, columns, pixels));
    read.map_err(|problem| problem.in_file(file))
}

/// Returns the error about a field of a table; `field` counts from 0.
pub(super) fn problem(line: u64, field: usize, found: impl std::fmt::Display) -> Error {
    let place = format!("line {line}, column {}", field + 1);
    Error::contents(format!("{place}: {found}"))
}

fn data_set(file: &Path, mut grid: Grid, columns: &Columns, pixels: Pixels) -> Result<DataSet, Error> {
    let roles = Roles::of(&grid, columns)?;
    let known = columns.known.as_deref().filter(|known| known.is_of_table());
    let missing = columns.missing.or(known.and_then(|known| known.missing));
    treat_missing(&mut grid, &roles, missing)?;
    let first_row = roles.first_row;
    let first_line = grid.line(first_row);
    let means = missing == Some(Missing::Mean);
    let fill = match known {
        Some(known) => known.fill.clone(),
        None if means => roles
            .inputs
            .iter()
            .map(|(column, word)| mean(&grid, first_row, *column, word.is_some()))
            .collect(),
        None => Vec::new(),
    };
    let (labels, names, class_lines) = labels(&grid, &roles)?;
    let answers = match &labels {
        Labels::Numbers { .. } if !columns.class_names.is_empty() => {
            return Err(
                Error::usage("names of classes are given, but the answer is numbers").remedy("omit them")
            );
        }
        Labels::Numbers { .. } => Answers::Numbers,
        Labels::Classes(_) => Answers::Classes(renamed(names, &columns.class_names)?),
    };
    let is_labelled = !roles.targets.is_empty();
    let answers = if is_labelled { answers } else { known.map_or(answers, |known| known.answers.clone()) };
    let inputs = inputs(&grid, &roles, &fill, known)?;
    let input_size = roles.inputs.len();
    let image = image_shape(&inputs, input_size, columns, known)?;
    let all_bytes = || inputs.iter().all(|&number| is_byte(number));
    let has_bytes = match known {
        Some(known) if known.pixels.is_some() && !all_bytes() => {
            return Err(problem(first_line, 0, "a pixel that is not a whole number from 0 to 255"));
        }
        Some(known) => known.pixels.is_some(),
        None => image.is_some() && all_bytes(),
    };
    let transposed = columns.transposed || known.is_some_and(|known| known.transposed);
    if transposed && !has_bytes {
        return Err(Error::usage("only images can be transposed, but the rows of this table are not images"));
    }
    let outputs = roles.targets.iter().map(|&column| roles.column(column, None)).collect();
    let meaning = Meaning {
        pixels: has_bytes.then_some(pixels),
        answers,
        inputs: roles.inputs.iter().map(|(column, word)| roles.column(*column, word.clone())).collect(),
        outputs: known.filter(|_| !is_labelled).map_or(outputs, |known| known.outputs.clone()),
        columns: grid.columns,
        image,
        transposed,
        missing,
        fill,
        ..Meaning::default()
    };
    let inputs = match image {
        Some((_, columns)) if has_bytes => Inputs::Bytes {
            columns,
            bytes: {
                let bytes: Vec<u8> = inputs.iter().map(|&number| number as u8).collect();
                if transposed { turned(&bytes, input_size / columns, columns) } else { bytes }
            },
            values: pixels.values(),
        },
        _ => Inputs::Numbers(inputs),
    };
    let origin = Origin {
        file: Some(file.to_path_buf()),
        is_table: true,
        first_line,
        class_lines,
        class_column: roles.targets.first().copied().unwrap_or_default(),
        lacks_answers: !is_labelled,
    };
    Ok(DataSet::new(meaning, Samples { input_size, inputs, labels }).read_from(origin))
}

/// Leaves out rows with missing values, or refuses them all at once.
fn treat_missing(grid: &mut Grid, roles: &Roles, missing: Option<Missing>) -> Result<(), Error> {
    let mut columns: Vec<usize> = roles.inputs.iter().map(|(column, _)| *column).collect();
    columns.dedup();
    let mut counts = BTreeMap::new();
    let (mut first, mut incomplete) = (None, Vec::new());
    for row in roles.first_row..grid.rows() {
        let of_inputs = columns.iter().filter(|_| missing != Some(Missing::Mean));
        for &column in of_inputs.chain(&roles.targets) {
            let Cell::Missing(text) = grid.cell(row, column) else { continue };
            first.get_or_insert_with(|| (row, column, text.to_owned()));
            *counts.entry(column).or_insert(0) += 1;
            if incomplete.last() != Some(&row) {
                incomplete.push(row);
            }
        }
    }
    let Some((row, column, text)) = first else { return Ok(()) };
    if missing.is_none() {
        let all: usize = counts.values().sum();
        let text = if text.is_empty() {
            "a value is missing".to_owned()
        } else {
            format!("'{text}' is not a value")
        };
        let mut places: Vec<String> = counts
            .iter()
            .take(8)
            .map(|(&column, count)| format!("{count} in column {}", roles.column(column, None).title()))
            .collect();
        if counts.len() > places.len() {
            places.push("others elsewhere".to_owned());
        }
        let are = if all == 1 { "1 is missing" } else { &format!("{all} are missing") };
        let found = format!("{text}; in all {are}: {}", places.join(", "));
        return Err(problem(grid.line(row), column, found).of_kind(ErrorKind::MissingValues));
    }
    if incomplete.len() == grid.rows() - roles.first_row {
        return Err(problem(grid.line(row), column, "every row has a missing value")
            .of_kind(ErrorKind::MissingValues));
    }
    grid.without(&incomplete);
    Ok(())
}

/// Returns the mean of the numbers in a column; 0 for a word's input.
fn mean(grid: &Grid, first_row: usize, column: usize, is_word: bool) -> f64 {
    if is_word {
        return 0.0;
    }
    let numbers = grid.column(column, first_row).filter_map(Cell::number);
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// Returns the labels, the names of classes, and the first line of each class. Whole numbers are in order, names in the
/// order in which they appear.
fn labels(grid: &Grid, roles: &Roles) -> Result<(Labels, Vec<String>, Vec<u64>), Error> {
    let rows = roles.first_row..grid.rows();
    if roles.targets.is_empty() {
        return Ok((Labels::Classes(vec![0; rows.len()]), Vec::new(), Vec::new()));
    }
    if roles.are_numbers {
        let mut numbers = Vec::with_capacity(rows.len() * roles.targets.len());
        for row in rows {
            for &column in &roles.targets {
                numbers.push(match grid.cell(row, column) {
                    Cell::Number(number) => number,
                    Cell::Word(word) | Cell::Missing(word) => {
                        return Err(not_a_number(word, grid.line(row), column));
                    }
                });
            }
        }
        return Ok((Labels::Numbers { count: roles.targets.len(), numbers }, Vec::new(), Vec::new()));
    }
    let column = roles.targets[0];
    let mut found: HashMap<String, u32> = HashMap::new();
    let (mut classes, mut lines) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let name = match grid.cell(row, column) {
            Cell::Number(number) => number.to_string(),
            Cell::Word(word) | Cell::Missing(word) => word.to_owned(),
        };
        let class = *found.entry(name).or_insert_with(|| {
            lines.push(grid.line(row));
            lines.len() as u32 - 1
        });
        classes.push(class);
    }
    let mut names: Vec<(String, u32)> = found.into_iter().collect();
    let whole = |name: &str| name.parse::<f64>().ok();
    if names.iter().all(|(name, _)| whole(name).is_some()) {
        names.sort_by(|(one, _), (other, _)| {
            whole(one).unwrap_or(0.0).total_cmp(&whole(other).unwrap_or(0.0))
        });
    } else {
        names.sort_by_key(|(_, class)| *class);
    }
    let mut places = vec![0; names.len()];
    for (place, (_, class)) in names.iter().enumerate() {
        places[*class as usize] = place as u32;
    }
    let lines = names.iter().map(|(_, class)| lines[*class as usize]).collect();
    for class in &mut classes {
        *class = places[*class as usize];
    }
    Ok((Labels::Classes(classes), names.into_iter().map(|(name, _)| name).collect(), lines))
}

/// Returns the names of classes whose numbers the table gives.
fn renamed(numbers: Vec<String>, names: &[String]) -> Result<Vec<String>, Error> {
    if names.is_empty() {
        return Ok(numbers);
    }
    let named = |number: &String| {
        number.parse::<usize>().ok().and_then(|number| names.get(number)).cloned().ok_or_else(|| {
            let found = format!("there are {} class names, for 0 to {}", names.len(), names.len() - 1);
            Error::usage(format!("{found}, but a class is '{number}'"))
        })
    };
    numbers.iter().map(named).collect()
}

/// Returns the inputs, row by row.
fn inputs(grid: &Grid, roles: &Roles, fill: &[f64], known: Option<&Meaning>) -> Result<Vec<f64>, Error> {
    let mut inputs = Vec::with_capacity((grid.rows() - roles.first_row) * roles.inputs.len());
    // A word that the network has not seen would be an input without meaning.
    let mut seen: HashMap<usize, Vec<&str>> = HashMap::new();
    for (column, word) in known.into_iter().flat_map(|_| &roles.inputs) {
        seen.entry(*column).or_default().extend(word.as_deref());
    }
    for row in roles.first_row..grid.rows() {
        for (place, (column, wanted)) in roles.inputs.iter().enumerate() {
            inputs.push(match (grid.cell(row, *column), wanted) {
                (Cell::Number(number), None) => number,
                (Cell::Missing(_), _) if !fill.is_empty() => fill[place],
                (Cell::Word(word) | Cell::Missing(word), None) => {
                    return Err(not_a_number(word, grid.line(row), *column));
                }
                (Cell::Number(number), Some(wanted)) => f64::from(number.to_string() == *wanted),
                (Cell::Word(word) | Cell::Missing(word), Some(wanted)) => f64::from(word == wanted),
            });
        }
        for (column, _) in known.into_iter().flat_map(|_| &roles.inputs) {
            if let (Some(words), Some(found)) = (seen.get(column), grid.cell(row, *column).word())
                && !words.contains(&found)
            {
                let found = format!("'{found}' is not a word that the network was trained on");
                let remedy = format!("it knows {}", words.join(", "));
                return Err(problem(grid.line(row), *column, found).remedy(remedy));
            }
        }
    }
    Ok(inputs)
}

/// Returns rows and columns of samples that are images: as chosen or known, or a square of bytes.
fn image_shape(
    inputs: &[f64],
    count: usize,
    columns: &Columns,
    known: Option<&Meaning>,
) -> Result<Option<(usize, usize)>, Error> {
    if let Some((rows, across)) = columns.image {
        if rows * across == count {
            return Ok(Some((rows, across)));
        }
        let found =
            format!("an image of {rows}x{across} has {} pixels, but a row has {count} inputs", rows * across);
        return Err(Error::usage(found));
    }
    if let Some(known) = known {
        return Ok(known.image);
    }
    let side = count.isqrt();
    // Small whole numbers may be counts.
    let is_image = side >= SMALLEST_SIDE
        && side * side == count
        && inputs.iter().all(|&number| is_byte(number))
        && inputs.iter().any(|&number| number > 16.0);
    Ok(is_image.then_some((side, side)))
}

fn is_byte(number: f64) -> bool {
    (0.0..=255.0).contains(&number) && number.fract() == 0.0
}
