//! The meaning of a network's inputs and outputs. It is kept with the samples, in model files, in checkpoints and in
//! every export, so that a network can be asked about new data in the form it was trained on.

use serde::{Deserialize, Serialize};

use super::{Answers, Missing, Pixels, Standardization, is_default};
use crate::{Architecture, Error, counted};

/// Everything that a network knows about its data.
///
/// ```
/// use backprop::data_set::{Meaning, Standardization};
///
/// // A price of 300 is shown to the network as 1, and its output 1 means 300.
/// let scale = Standardization { mean: vec![200.0], deviation: vec![100.0] };
/// let meaning = Meaning { targets: Some(scale), ..Meaning::default() };
/// assert_eq!(meaning.in_own_units(&[1.0]), [300.0]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meaning {
    /// The way a pixel becomes an input; `None` if samples are not images, or where a file does not say.
    #[serde(skip_serializing_if = "is_default")]
    pub pixels: Option<Pixels>,
    /// The kind of the answers, and the classes in the order of the outputs.
    #[serde(skip_serializing_if = "is_default")]
    pub answers: Answers,
    /// The mean and the spread of the inputs, if they are standardized.
    #[serde(skip_serializing_if = "is_default")]
    pub standardization: Option<Standardization>,
    /// The numbers that the outputs are scaled by, where answers are numbers: an output times the deviation, plus the
    /// mean, is the answer.
    #[serde(skip_serializing_if = "is_default")]
    pub targets: Option<Standardization>,
    /// The columns of a table that the inputs are read from, in order.
    #[serde(skip_serializing_if = "is_default")]
    pub inputs: Vec<Column>,
    /// The columns of a table that the answer is read from: that of the class, or one for each number.
    #[serde(skip_serializing_if = "is_default")]
    pub outputs: Vec<Column>,
    /// The number of columns in that table.
    #[serde(skip_serializing_if = "is_default")]
    pub columns: usize,
    /// Rows and columns of a sample in a table, if it is an image.
    #[serde(skip_serializing_if = "is_default")]
    pub image: Option<(usize, usize)>,
    /// `true` if images were stored column by column, as EMNIST's are, and have been turned.
    #[serde(skip_serializing_if = "is_default")]
    pub transposed: bool,
    /// The treatment of missing values; `None` to refuse them.
    #[serde(skip_serializing_if = "is_default")]
    pub missing: Option<Missing>,
    /// The number that a missing value becomes, for each input.
    #[serde(skip_serializing_if = "is_default")]
    pub fill: Vec<f64>,
}

/// A column of a table, or one of the words in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its place, from 1.
    pub number: usize,
    /// Its name; empty if the table has no header.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: String,
    /// The word for which this input is 1, if it is 0 for all others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub word: Option<String>,
}

impl Column {
    /// Returns its name, or else its number, and the word: `colour=red`.
    ///
    /// ```
    /// use backprop::data_set::Column;
    ///
    /// let column = Column { number: 3, name: String::new(), word: Some("red".to_owned()) };
    /// assert_eq!(column.title(), "3=red");
    /// ```
    pub fn title(&self) -> String {
        let name = if self.name.is_empty() { self.number.to_string() } else { self.name.clone() };
        self.word.as_ref().map_or(name.clone(), |word| format!("{name}={word}"))
    }

    /// Returns its place and name, as in a sentence: `column 3, price`.
    pub(super) fn in_words(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(", {},", self.name) };
        format!("column {}{name}", self.number)
    }
}

impl Meaning {
    /// Returns `true` if the samples were read from a table.
    pub fn is_of_table(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// Returns the scaling that turns the numbers in a row of the table into inputs: pixels scaled, and inputs
    /// standardized.
    ///
    /// ```
    /// use backprop::data_set::{Meaning, Standardization};
    ///
    /// assert!(Meaning::default().of_raw().is_none());
    /// let standardization = Some(Standardization { mean: vec![3.0], deviation: vec![2.0] });
    /// let meaning = Meaning { standardization, ..Meaning::default() };
    /// assert_eq!(meaning.of_raw().unwrap().mean, [3.0]);
    /// ```
    pub fn of_raw(&self) -> Option<Standardization> {
        let is_scaled = self.is_of_table() && self.image.is_some() && self.pixels == Some(Pixels::Scaled);
        let own = self.standardization.clone();
        if !is_scaled {
            return own;
        }
        let mut raw = own.unwrap_or_else(|| {
            let inputs = self.inputs.len();
            Standardization { mean: vec![0.0; inputs], deviation: vec![1.0; inputs] }
        });
        raw.mean.iter_mut().chain(&mut raw.deviation).for_each(|number| *number *= 255.0);
        Some(raw)
    }

    /// Returns a network's outputs in the units of the data.
    pub fn in_own_units(&self, outputs: &[f64]) -> Vec<f64> {
        let Some(Standardization { mean, deviation }) = &self.targets else { return outputs.to_vec() };
        outputs
            .iter()
            .zip(mean.iter().zip(deviation))
            .map(|(a, (mean, deviation))| a * deviation + mean)
            .collect()
    }

    /// Returns the names of the outputs, in order: of the classes, or of the columns with the numbers. A single output
    /// for two classes has both their names. Returns nothing if there are no names.
    pub fn output_names(&self) -> Vec<String> {
        match &self.answers {
            Answers::Classes(names) => names.clone(),
            _ => self.outputs.iter().map(Column::title).collect(),
        }
    }

    /// Returns one line that says how the columns of the table are used; `None` if there is no table.
    ///
    /// ```
    /// use backprop::data_set::{Pixels, Source};
    ///
    /// let iris = Source::Iris.load(Pixels::Scaled)?.train;
    /// assert_eq!(iris.meaning().told().unwrap(), "Column 5, species, is the class: 3 classes; 4 inputs.");
    /// # Ok::<(), backprop::Error>(())
    /// ```
    pub fn told(&self) -> Option<String> {
        const TURNED: &str = "images are stored column by column, as EMNIST's are, and are turned";
        let [first, others @ ..] = self.outputs.as_slice() else {
            return self.transposed.then(|| format!("The {TURNED}."));
        };
        let mut text = match (&self.answers, others) {
            (Answers::Classes(names), _) => {
                format!("{} is the class: {}", first.in_words(), counted(names.len(), "class"))
            }
            (_, []) => format!("{} is the number to predict", first.in_words()),
            _ => {
                let titles: Vec<String> = self.outputs.iter().map(Column::title).collect();
                format!("columns {} are the numbers to predict", titles.join(", "))
            }
        };
        text = format!("{text}; {}", counted(self.inputs.len(), "input"));
        if let Some((rows, columns)) = self.image {
            text = format!("{text}, images of {rows}x{columns}");
            if self.pixels == Some(Pixels::Scaled) {
                text += ", each value / 255";
            }
        }
        if self.standardization.is_some() {
            text += ", standardized to mean 0 and deviation 1";
        }
        if self.targets.is_some() {
            text += "; the answer is scaled as well";
        }
        if self.transposed {
            text = format!("{text}; {TURNED}");
        }
        text += match self.missing {
            Some(Missing::Drop) => "; rows with missing values are left out",
            Some(Missing::Mean) => "; a missing value becomes its column's mean",
            None => "",
        };
        text.replace_range(..1, "C");
        Some(text + ".")
    }

    /// Returns a sentence about a column that it names and its table does not have, if there is one.
    pub(super) fn unknown_column(&self) -> Option<String> {
        let mut columns = self.inputs.iter().chain(&self.outputs);
        let column = columns.find(|column| !(1..=self.columns).contains(&column.number))?;
        Some(format!("it names column {} of a table of {}", column.number, counted(self.columns, "column")))
    }

    /// Checks that this fits a network of the given architecture.
    ///
    /// # Errors
    /// [`ErrorKind::Contents`](crate::ErrorKind::Contents): another number of names, means or deviations, or a column that
    /// its table does not have.
    pub fn check(&self, architecture: &Architecture) -> Result<(), Error> {
        self.misfit(architecture.input_size(), architecture.output_size())
            .map_or(Ok(()), |found| Err(Error::contents(found)))
    }

    /// Returns what does not fit this number of inputs and outputs, if anything does not.
    fn misfit(&self, inputs: usize, outputs: usize) -> Option<String> {
        if let Answers::Classes(names) = &self.answers
            && names.len() > outputs.max(2)
        {
            let (names, outputs) = (counted(names.len(), "class"), counted(outputs, "output"));
            return Some(format!("answers names {names} for {outputs}"));
        }
        let scales = [
            ("standardization", &self.standardization, inputs, "input"),
            ("targets", &self.targets, outputs, "output"),
        ];
        for (name, scale, wanted, what) in scales {
            let Some(Standardization { mean, deviation }) = scale else { continue };
            if (mean.len(), deviation.len()) != (wanted, wanted) {
                let (means, deviations) =
                    (counted(mean.len(), "mean"), counted(deviation.len(), "deviation"));
                return Some(format!("{name} has {means} and {deviations} for {}", counted(wanted, what)));
            }
            if !deviation.iter().all(|&deviation| deviation > 0.0) {
                return Some(format!("{name} has a deviation that is not above 0"));
            }
            if !mean.iter().zip(deviation).all(|(mean, deviation)| (mean.abs() + deviation).is_finite()) {
                return Some(format!("{name} goes beyond the largest number there is"));
            }
        }
        let pixels = self.image.map(|(rows, columns)| rows.saturating_mul(columns));
        let counts = [
            ("inputs", Some(self.inputs.len()).filter(|&count| count > 0)),
            ("fill", Some(self.fill.len()).filter(|&count| count > 0)),
            ("image", pixels),
        ];
        let wrong_count = counts.into_iter().find_map(|(name, count)| {
            let count = count.filter(|&count| count != inputs)?;
            Some(format!("{name} is for {}, but there are {inputs}", counted(count, "input")))
        });
        self.unknown_column().or(wrong_count)
    }
}
