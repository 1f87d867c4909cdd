//! The roles of a table's columns: inputs, answer, ignored. They are chosen by the user, or else by
//! the network that will read it, the header, or the position, in this order. Doubtful cases are refused.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::grid::{Cell, Grid, is_meant_as_number};
use super::table::problem;
use super::{Answers, Column, Meaning};
use crate::{Error, ErrorKind, counted};

/// Options for reading a table. By default a column whose name says so is the class, otherwise the last one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// The number of columns at the end of a row that are numbers to predict.
    pub target_columns: usize,
    /// The columns of the answer, each by its name or by its number from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target: Vec<String>,
    /// The columns that are not read, each by its name or by its number from 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// The kind of the answer; by default it follows from the column itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The treatment of missing values; `None` to refuse them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// Turns each word in a column of text into an input.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_hot: bool,
    /// Rows and columns of a sample that is an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<(usize, usize)>,
    /// Turns images that are stored column by column, as EMNIST's are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub transposed: bool,
    /// The names of classes 0, 1, 2 and so on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_names: Vec<String>,
    /// The meaning of an earlier table; this one is read in the same way.
    #[serde(skip)]
    pub known: Option<Box<Meaning>>,
}

impl Columns {
    /// Returns `true` if no option is set that is only for tables.
    pub fn fit_images(&self) -> bool {
        let of_images =
            Self { transposed: self.transposed, class_names: self.class_names.clone(), ..Self::default() };
        *self == of_images
    }

    /// Returns the kind of the answer, if it is given.
    fn kind(&self) -> Option<Kind> {
        self.kind.or((self.target_columns > 0).then_some(Kind::Numbers))
    }

    /// Reads the table like an earlier one of this meaning.
    #[must_use]
    pub(super) fn known_from(self, meaning: &Meaning) -> Self {
        Self { known: Some(Box::new(meaning.clone())), ..self }
    }
}

/// The kind of the answer in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One column that names a class.
    Classes,
    /// Numbers to predict.
    Numbers,
}

/// The treatment of missing values in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    /// Rows with a missing value are left out.
    Drop,
    /// A missing input becomes the mean of its column; rows without an answer are left out.
    Mean,
}

/// Names, in lower case, of columns that hold the class.
const CLASS_NAMES: [&str; 9] =
    ["label", "labels", "class", "classes", "species", "digit", "category", "target class", "class label"];
/// Names of columns that hold the answer, be it a class or a number.
const ANSWER_NAMES: [&str; 5] = ["target", "targets", "y", "outcome", "output"];
/// Names of columns that number the rows.
const ROW_NUMBER_NAMES: [&str; 5] = ["", "id", "index", "unnamed: 0", "row"];
/// Whole numbers with at most this many different values are classes.
const SURELY_CLASSES: usize = 20;
/// Whole numbers with more values are classes only if they have no gaps and at most this many values.
const MOST_CLASSES: usize = 1000;
/// Words in a table with fewer rows may all differ and still be classes.
const FEW_ROWS: usize = 20;

/// The roles of a table's columns.
pub(super) struct Roles {
    /// The first row with a sample: 1 if there is a header.
    pub(super) first_row: usize,
    /// The columns of the inputs, from 0, and the words of columns with one input per word.
    pub(super) inputs: Vec<(usize, Option<String>)>,
    /// The columns of the answer, from 0; empty if the table has none.
    pub(super) targets: Vec<usize>,
    pub(super) are_numbers: bool,
    names: Vec<String>,
}

impl Roles {
    pub(super) fn column(&self, column: usize, word: Option<String>) -> Column {
        let name = self.names.get(column).cloned().unwrap_or_default();
        Column { number: column + 1, name, word }
    }

    /// Decides what each column is.
    pub(super) fn of(grid: &Grid, columns: &Columns) -> Result<Self, Error> {
        let known = columns.known.as_deref().filter(|known| known.is_of_table());
        let has_header = has_header(grid, columns, known);
        let mut roles = Self {
            first_row: usize::from(has_header),
            inputs: Vec::new(),
            targets: Vec::new(),
            are_numbers: false,
            names: if has_header { grid.head.clone() } else { Vec::new() },
        };
        if grid.rows() == roles.first_row {
            return Err(problem(grid.line(0) + 1, 0, "no rows follow the header")
                .remedy("give a row for each sample"));
        }
        let mut ignored: HashSet<usize> =
            columns.ignore.iter().map(|text| roles.find(grid, text)).collect::<Result<_, _>>()?;
        ignored.extend((0..grid.columns).filter(|&column| roles.numbers_rows(grid, column)));
        let free: Vec<usize> = (0..grid.columns).filter(|column| !ignored.contains(column)).collect();
        if let Some(known) = known {
            roles.as_known(grid, columns, known, &free)?;
            return Ok(roles);
        }
        let chosen = roles.choose_targets(grid, columns, &free)?;
        if let Some(&both) = roles.targets.iter().find(|target| ignored.contains(target)) {
            let told = roles.column(both, None).in_words();
            let found = format!("{told} is both to be predicted and to be left out");
            return Err(Error::usage(found).remedy("choose one of the two"));
        }
        let are_inputs = free.iter().filter(|column| !roles.targets.contains(column));
        roles.inputs = are_inputs.map(|&column| (column, None)).collect();
        if roles.inputs.is_empty() {
            let found = counted(free.len(), "column");
            let wanted = if columns.target_columns > 0 {
                format!("a row needs inputs, and {} to predict", counted(columns.target_columns, "number"))
            } else {
                "a row needs inputs and a class, separated by commas, semicolons or tabs".to_owned()
            };
            return Err(problem(grid.line(0), grid.columns - 1, found).remedy(wanted));
        }
        roles.are_numbers = roles.decide_kind(grid, columns, chosen)?;
        roles.split_text(grid, columns.one_hot)?;
        Ok(roles)
    }

    /// Returns the column of this name or number.
    fn find(&self, grid: &Grid, text: &str) -> Result<usize, Error> {
        let text = text.trim();
        let called = |is_alike: fn(&str, &str) -> bool| -> Vec<usize> {
            (0..self.names.len()).filter(|&column| is_alike(&self.names[column], text)).collect()
        };
        let mut same = called(|name, text| name == text);
        if same.is_empty() {
            same = called(str::eq_ignore_ascii_case);
        }
        let number = text.parse::<usize>().ok().filter(|number| (1..=grid.columns).contains(number));
        match (same.as_slice(), number) {
            ([one], _) => Ok(*one),
            ([_, second, ..], _) => {
                Err(problem(grid.line(0), *second, format!("a second column is called '{text}'"))
                    .remedy("name it by its number, from 1"))
            }
            ([], Some(number)) => Ok(number - 1),
            _ => {
                let found = format!("there is no column '{text}'");
                let has = match self.names.as_slice() {
                    [] => {
                        format!("the table has no header, and {} columns: give a number from 1", grid.columns)
                    }
                    names if names.len() <= 30 => format!("the columns are {}", names.join(", ")),
                    names => format!("the first of {} columns are {}", names.len(), names[..10].join(", ")),
                };
                Err(Error::contents(found).remedy(has))
            }
        }
    }

    fn called(&self, column: usize, names: &[&str]) -> bool {
        self.names.get(column).is_some_and(|name| names.contains(&&*name.to_lowercase()))
    }

    /// Returns `true` if a column only numbers the rows, or is empty.
    fn numbers_rows(&self, grid: &Grid, column: usize) -> bool {
        let mut cells = grid.column(column, self.first_row);
        let is_nameless = self.names.get(column).is_none_or(String::is_empty);
        if is_nameless && cells.by_ref().all(|cell| cell == Cell::Missing("")) {
            return true;
        }
        if !self.called(column, &ROW_NUMBER_NAMES) || grid.rows() - self.first_row < 3 {
            return false;
        }
        let numbers = grid.column(column, self.first_row);
        numbers.zip(grid.column(column, self.first_row + 1)).all(|(one, next)| next.follows(one))
    }

    /// Decides which columns are the answer. Returns `true` if an option, a name or the earlier table says so.
    fn choose_targets(&mut self, grid: &Grid, columns: &Columns, free: &[usize]) -> Result<bool, Error> {
        if !columns.target.is_empty() {
            for text in &columns.target {
                let column = self.find(grid, text)?;
                if !self.targets.contains(&column) {
                    self.targets.push(column);
                }
            }
            return Ok(true);
        }
        if columns.target_columns > 0 {
            self.targets = free[free.len().saturating_sub(columns.target_columns)..].to_vec();
            return Ok(true);
        }
        let called = |names: &[&str]| -> Vec<usize> {
            free.iter().copied().filter(|&column| self.called(column, names)).collect()
        };
        // In a table of points, y is a coordinate; at the end of a row it is the answer.
        let mut answers = called(&ANSWER_NAMES);
        answers.retain(|&column| {
            !self.called(column, &["y"]) || [free.first(), free.last()].contains(&Some(&column))
        });
        let named = match (called(&CLASS_NAMES), answers) {
            (classes, _) if !classes.is_empty() => classes,
            (_, answers) => answers,
        };
        self.targets = match named.as_slice() {
            [] => free.last().copied().into_iter().collect(),
            [one] => vec![*one],
            [first, second, ..] => {
                let (first, second) =
                    (self.column(*first, None).in_words(), self.column(*second, None).in_words());
                let found = format!("{first} and {second} could each be the class");
                return Err(problem(grid.line(0), named[0], found).of_kind(ErrorKind::WhichColumn));
            }
        };
        Ok(!named.is_empty())
    }

    /// Decides whether the answer is numbers, and refuses options that contradict each other.
    fn decide_kind(&self, grid: &Grid, columns: &Columns, is_chosen: bool) -> Result<bool, Error> {
        let kind = columns.kind();
        let [target] = self.targets[..] else {
            if kind == Some(Kind::Classes) {
                return Err(Error::usage("a class is in one column").remedy("name one"));
            }
            return Ok(true);
        };
        let told = self.column(target, None).in_words();
        let is_class = self.called(target, &CLASS_NAMES);
        let rows = grid.rows() - self.first_row;
        let (mut words, mut numbers) = (HashSet::new(), HashSet::new());
        let (mut fraction, mut for_people, mut present) = (None, None, 0);
        for (row, cell) in (self.first_row..).zip(grid.column(target, self.first_row)) {
            match cell {
                Cell::Word(word) => {
                    present += 1;
                    if words.insert(word) && is_meant_as_number(word) {
                        for_people.get_or_insert((row, word));
                    }
                }
                Cell::Number(number) => {
                    present += 1;
                    numbers.insert(number.to_bits());
                    if number.fract() != 0.0 {
                        fraction.get_or_insert((row, number));
                    }
                }
                Cell::Missing(_) => {}
            }
        }
        if let Some((row, word)) = for_people.filter(|_| kind != Some(Kind::Classes)) {
            return Err(super::grid::not_a_number(word, grid.line(row), target));
        }
        let distinct = words.len() + numbers.len();
        let refuse =
            |found: String, kind| Err(problem(grid.line(self.first_row), target, found).of_kind(kind));
        let unless_chosen = if is_chosen { ErrorKind::NumbersAsClasses } else { ErrorKind::WhichColumn };
        if kind == Some(Kind::Numbers) {
            return Ok(true);
        }
        if let Some((row, number)) = fraction.filter(|_| words.is_empty() || kind.is_some()) {
            if is_chosen && !is_class && kind.is_none() {
                return Ok(true);
            }
            let found = format!("'{number}' is not a class, which is an integer or a name");
            return Err(problem(grid.line(row), target, found).of_kind(unless_chosen));
        }
        if distinct == 1 && present > 1 {
            let found = format!("{told} is taken for the class, but is the same in all {rows} rows");
            return refuse(found, ErrorKind::WhichColumn);
        }
        if distinct > MOST_CLASSES && (kind.is_some() || !words.is_empty() || is_class) {
            let found = format!("more than {MOST_CLASSES} different classes");
            return refuse(found, ErrorKind::NumbersAsClasses);
        }
        if kind == Some(Kind::Classes) {
            return Ok(false);
        }
        let too_many =
            || format!("{told} is taken for the class, but has {distinct} different values in {rows} rows");
        if !words.is_empty() {
            let is_odd = distinct > rows / 2 && rows >= FEW_ROWS;
            return if is_odd { refuse(too_many(), unless_chosen) } else { Ok(false) };
        }
        let (low, high) = numbers.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &bits| {
            (low.min(f64::from_bits(bits)), high.max(f64::from_bits(bits)))
        });
        let has_gaps = high - low + 1.0 > distinct as f64;
        let counts_up = !has_gaps && (low == 0.0 || low == 1.0) && distinct <= MOST_CLASSES;
        let is_sparse = distinct > rows / 2 && distinct > 2 && !(is_class || counts_up && rows < FEW_ROWS);
        if !is_sparse && (is_class || distinct <= SURELY_CLASSES || counts_up) {
            return Ok(false);
        }
        match is_chosen && !is_class {
            true if is_sparse
                || distinct > 5 * SURELY_CLASSES
                || high - low + 1.0 > 2.0 * distinct as f64 =>
            {
                Ok(true)
            }
            true => {
                let found =
                    format!("{told} has {distinct} different whole numbers, which may be classes or numbers");
                refuse(found, ErrorKind::NumbersAsClasses)
            }
            false => refuse(too_many(), unless_chosen),
        }
    }

    /// Turns each word in columns of text into an input, or refuses such columns.
    fn split_text(&mut self, grid: &Grid, one_hot: bool) -> Result<(), Error> {
        let (mut inputs, mut texts) = (Vec::new(), Vec::new());
        for &(column, _) in &self.inputs {
            let cells = || grid.column(column, self.first_row);
            if cells().filter_map(Cell::word).count() <= cells().filter_map(Cell::number).count() {
                inputs.push((column, None));
                continue;
            }
            let different: BTreeSet<&str> = cells().filter_map(Cell::word).collect();
            texts.push((column, different.len()));
            inputs.extend(different.into_iter().map(|word| (column, Some(word.to_owned()))));
        }
        let Some(&(first, _)) = texts.first() else {
            if one_hot {
                let found = "one input for each word of a text column was asked for, but no input is text";
                return Err(Error::usage(found).remedy("omit it"));
            }
            return Ok(());
        };
        if !one_hot {
            let mut rows = self.first_row..grid.rows();
            let word = rows.find_map(|row| Some((row, grid.cell(row, first).word()?)));
            let Some((row, word)) = word else { return Ok(()) };
            let error = super::grid::not_a_number(word, grid.line(row), first);
            if super::grid::for_people(word).is_some() {
                return Err(error);
            }
            let all: Vec<String> =
                texts.iter().map(|&(column, _)| self.column(column, None).in_words()).collect();
            let are = if all.len() == 1 { "is" } else { "are" };
            let are = format!("{} {are} text", all.join(" and ").replace(",,", ","));
            return Err(error.remedy(are).of_kind(ErrorKind::TextColumn));
        }
        for &(column, _) in &texts {
            let mut words = (self.first_row..).zip(grid.column(column, self.first_row).map(Cell::word));
            let is_infinite = |word: &&str| word.parse::<f64>().is_ok();
            if let Some((row, word)) = words.find_map(|(row, word)| Some((row, word.filter(is_infinite)?))) {
                return Err(super::grid::not_a_number(word, grid.line(row), column));
            }
        }
        if let Some((column, count)) = texts.into_iter().find(|(_, count)| *count > MOST_CLASSES / 10) {
            let found = format!(
                "{} has {count} different words, too many inputs",
                self.column(column, None).in_words()
            );
            return Err(problem(grid.line(self.first_row), column, found).of_kind(ErrorKind::TextColumn));
        }
        self.inputs = inputs;
        Ok(())
    }

    /// Takes the roles that the columns had in an earlier table: by name if both tables have names, else by place.
    fn as_known(
        &mut self,
        grid: &Grid,
        columns: &Columns,
        known: &Meaning,
        free: &[usize],
    ) -> Result<(), Error> {
        if let Some(found) = known.unknown_column() {
            return Err(Error::contents(found));
        }
        let has_names = known.inputs.iter().chain(&known.outputs).any(|column| !column.name.is_empty());
        let by_name = has_names && !self.names.is_empty();
        let inputs: HashSet<usize> = known.inputs.iter().map(|column| column.number).collect();
        // Without names, a table may lack the answer.
        let lacks_answer = !by_name && grid.columns == inputs.len() && grid.columns < known.columns;
        if !by_name && !lacks_answer && grid.columns != known.columns {
            let own = grid.columns.saturating_sub(known.columns - inputs.len());
            let found = format!(
                "the samples have {}, but those trained on have {}",
                counted(own, "input"),
                inputs.len()
            );
            return Err(problem(grid.line(0), grid.columns.min(known.columns) - 1, found)
                .remedy("give every row the columns that the network was trained on"));
        }
        let place = |column: &Column| {
            let before = |number: &&usize| **number < column.number;
            if lacks_answer { inputs.iter().filter(before).count() } else { column.number - 1 }
        };
        // Of several columns with the same name, take the one in its old place.
        let find = |column: &Column| {
            let is_there = self.names.get(column.number - 1) == Some(&column.name);
            if is_there { Ok(column.number - 1) } else { self.find(grid, &column.name) }
        };
        let mut found_inputs = Vec::new();
        for column in &known.inputs {
            let found = if by_name { find(column) } else { Ok(place(column)) };
            let found = found.map_err(|error| error.remedy("the network was trained on it"))?;
            found_inputs.push((found, column.word.clone()));
        }
        let outputs = known
            .outputs
            .iter()
            .map(|column| if by_name { find(column).ok() } else { (!lacks_answer).then(|| place(column)) });
        let outputs = outputs.collect::<Option<_>>();
        self.inputs = found_inputs;
        self.are_numbers =
            columns.kind().map_or(known.answers == Answers::Numbers, |kind| kind == Kind::Numbers);
        if columns.target.is_empty() && columns.target_columns == 0 {
            self.targets = outputs.unwrap_or_default();
            return Ok(());
        }
        self.choose_targets(grid, columns, free).map(|_| ())
    }
}

/// Decides whether the first row names the columns.
fn has_header(grid: &Grid, columns: &Columns, known: Option<&Meaning>) -> bool {
    let head = &grid.head;
    let named = columns.target.iter().chain(&columns.ignore).filter(|text| text.parse::<usize>().is_err());
    let known_names = known.into_iter().flat_map(|known| &known.inputs).map(|column| &column.name);
    if named.chain(known_names).any(|name| !name.is_empty() && head.contains(name)) {
        return true;
    }
    let first = |column: usize| grid.cell(0, column);
    let is_word = |column: &usize| matches!(first(*column), Cell::Word(_));
    if grid.rows() == 1 {
        return (0..grid.columns).all(|column| is_word(&column));
    }
    let others_are_numbers = |column: &usize| {
        let mut others = grid.column(*column, 1).filter(|cell| !matches!(cell, Cell::Missing(_))).peekable();
        others.peek().is_some() && others.all(|cell| matches!(cell, Cell::Number(_)))
    };
    let recurs = |column: usize| grid.column(column, 1).any(|cell| cell == first(column));
    let names_answer = |column: usize| {
        let name = head[column].to_lowercase();
        (CLASS_NAMES.contains(&&*name) || ANSWER_NAMES.contains(&&*name)) && !recurs(column)
    };
    let has_no_number = || (0..grid.columns).all(|column| !matches!(first(column), Cell::Number(_)));
    let counts_up = || {
        let begin = first(0);
        grid.columns >= 5
            && (begin == Cell::Number(0.0) || begin == Cell::Number(1.0))
            && (1..grid.columns).all(|column| first(column).follows(first(column - 1)))
    };
    (0..grid.columns).any(|column| is_word(&column) && others_are_numbers(&column))
        || (0..grid.columns).any(names_answer)
        || has_no_number() && (0..grid.columns).any(|column| is_word(&column))
        || counts_up()
}
