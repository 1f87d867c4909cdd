//! Model files: a trained network as JSON. network2.py's `load` accepts them, and files written by its `save` can be
//! read.
//!
//! ```
//! use backprop::model_file::Model;
//! use backprop::{Engine, graph, vectorized};
//!
//! let trained = vectorized::Network::new(&[3, 4, 2], 0);
//! let (architecture, parameters) = (trained.architecture().clone(), trained.parameters());
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("model.json");
//! Model::new(architecture, parameters).write(&path)?;
//!
//! let model = Model::read(&path)?;
//! let same = graph::Network::from_parameters(&model.architecture, &model.parameters);
//! assert_eq!(same.parameters(), trained.parameters()); // bit for bit
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A file holds:
//!
//! ```json
//! {"format": "backprop-model 1", "sizes": [3, 4, 2], "weights": [[[…]]], "biases": [[[…]]],
//!  "cost": "QuadraticCost", "activations": ["sigmoid", "sigmoid"], "pixels": "scaled", "crc32": "5f0c8a31"}
//! ```
//!
//! Weights are n_out rows of n_in numbers for each layer, biases columns of one number; every f64 is restored bit for
//! bit. network2.py writes and reads `sizes`, `weights`, `biases` and `cost`. The other keys are our own and may be
//! missing: `format` and its version, `activations` (by default sigmoid throughout), those of [`Meaning`] (what inputs
//! and outputs mean), and `crc32`, the checksum of what this program would write without it. So a changed number is
//! noticed, while white space and the order of the keys make no difference.

use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use flate2::CrcWriter;
use serde::{Deserialize, Serialize, Serializer, ser};

use crate::data_set::Meaning;
use crate::{
    Activation, Architecture, Cost, Error, ErrorKind, LayerParameters, Parameters, counted, file, memory,
};

/// The value of the file's `format`, before its version.
const FORMAT: &str = "backprop-model";
const VERSION: &str = "1";

/// A network's architecture and parameters, and the meaning of its inputs and outputs.
///
/// ```
/// use backprop::model_file::Model;
///
/// let text = r#"{"sizes": [1, 1], "weights": [[[0.5]]], "biases": [[[-0.25]]],
///                "cost": "CrossEntropyCost"}"#;
/// let model = Model::from_json(text)?;
/// assert_eq!(model.parameters.layers[0].weights[0][0], 0.5);
/// assert_eq!(Model::from_json(&model.to_json()?)?, model);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Its serialized form is that of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "ModelJson")]
pub struct Model {
    /// Sizes, activations and cost.
    pub architecture: Architecture,
    /// Weights and biases.
    pub parameters: Parameters,
    /// The meaning of its inputs and outputs; empty if the file does not say.
    pub meaning: Meaning,
}

/// The file as it is serialized.
#[derive(Serialize, Deserialize)]
#[serde(expecting = "an object with the keys sizes, weights, biases and cost")]
struct ModelJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    sizes: Vec<usize>,
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<[f64; 1]>>,
    cost: Cost,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activations: Option<Vec<Activation>>,
    #[serde(flatten)]
    meaning: Meaning,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crc32: Option<String>,
}

impl Model {
    /// Creates a model that says nothing about its data.
    pub fn new(architecture: Architecture, parameters: Parameters) -> Self {
        Self { architecture, parameters, meaning: Meaning::default() }
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ErrorKind::File`], if it cannot be read; [`ErrorKind::Contents`], if it has one of the problems of
    /// [`Model::from_json`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        read_json(path)?.try_into().map_err(|problem: Error| problem.in_file(path))
    }

    /// Reads a model file like [`Model::read`], but accepts numbers that were changed after the file was written.
    ///
    /// # Errors
    /// As [`Model::read`], except for the checksum.
    pub fn read_edited(path: &Path) -> Result<Self, Error> {
        let unsigned = ModelJson { crc32: None, ..read_json(path)? };
        unsigned.try_into().map_err(|problem: Error| problem.in_file(path))
    }

    /// Returns `true` if the file at this path starts like a model written by this program, complete or not.
    pub fn is_at(path: &Path) -> bool {
        // Version 0.1 of this program wrote no format, but it did write a key that network2.py does not.
        const OLD_BEGINNING: &[u8] = b"{\"sizes\":[";
        const OLD_KEY: &[u8] = b"\"activations\":[";
        const PART: u64 = 4096;
        let part = |start: fn(u64) -> u64| -> std::io::Result<Vec<u8>> {
            let (mut file, length) = file::open(path)?;
            file.seek(SeekFrom::Start(start(length)))?;
            let mut bytes = Vec::new();
            file.take(PART).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let beginning = part(|_| 0).unwrap_or_default();
        let end = part(|length| length.saturating_sub(PART)).unwrap_or_default();
        beginning.starts_with(format!("{{\"format\":\"{FORMAT} ").as_bytes())
            || (beginning.starts_with(OLD_BEGINNING)
                && end.windows(OLD_KEY.len()).any(|window| window == OLD_KEY))
    }

    /// Writes a model file. An existing one is replaced only when the new one is complete.
    ///
    /// Parameters that do not fit the architecture ([`Parameters::fit`]) are written unchanged, and [`Model::read`]
    /// refuses the file.
    ///
    /// # Errors
    /// [`ErrorKind::Contents`] for a weight that is not finite; [`ErrorKind::File`], if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = self.to_json().map_err(|problem| problem.in_file(path))?;
        file::write(path, format!("{text}\n").as_bytes()).map_err(|error| Error::file(path, error))
    }

    /// Reads a model from the text of a file.
    ///
    /// ```
    /// use backprop::model_file::Model;
    ///
    /// let text = r#"{"sizes": [2, 1], "weights": [[[0.5]]], "biases": [[[0.0]]],
    ///                "cost": "QuadraticCost"}"#;
    /// let problem = Model::from_json(text).unwrap_err();
    /// assert_eq!(problem.to_string(), "weights[0][0] has 1 number, but sizes 2,1 need 2");
    /// ```
    ///
    /// # Errors
    /// Text that is not JSON, a missing key, sizes that disagree with the matrices, a weight that is not a finite
    /// number, an unknown cost or activation, a later version of the format, or a checksum that does not match the
    /// numbers ([`Model::read_edited`] reads such a file).
    pub fn from_json(text: &str) -> Result<Self, Error> {
        if let Some(problem) = not_json(text.as_bytes()) {
            return Err(problem);
        }
        let json: ModelJson =
            serde_json::from_str(text).map_err(|error| explain(&error, || text.to_owned()))?;
        json.try_into()
    }

    /// Returns the text of a model file.
    ///
    /// # Errors
    /// A weight that is not finite, which JSON cannot hold.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string(&self.file_form()?).map_err(|error| Error::contents(error.to_string()))
    }

    fn file_form(&self) -> Result<ModelJson, Error> {
        check_finite(&self.parameters)?;
        let layers = &self.parameters.layers;
        let mut json = ModelJson {
            format: Some(format!("{FORMAT} {VERSION}")),
            sizes: self.architecture.sizes.clone(),
            weights: layers.iter().map(|layer| layer.weights.clone()).collect(),
            biases: layers.iter().map(|layer| layer.biases.iter().map(|&bias| [bias]).collect()).collect(),
            cost: self.architecture.cost,
            activations: Some(self.architecture.activations.clone()),
            meaning: self.meaning.clone(),
            crc32: None,
        };
        json.crc32 = Some(checksum(&json)?);
        Ok(json)
    }
}

impl TryFrom<ModelJson> for Model {
    type Error = Error;

    fn try_from(mut json: ModelJson) -> Result<Self, Error> {
        check_format(json.format.as_deref())?;
        if let Some(promised) = json.crc32.take() {
            let found = checksum(&json)?;
            if promised != found {
                let found = format!(
                    "its checksum is {found}, not the {promised} it was written with: something in it has changed"
                );
                return Err(Error::new(ErrorKind::Edited, found)
                    .remedy("if that was you, remove its key crc32; if not, it is damaged"));
            }
        }
        let mut architecture = Architecture::new(&json.sizes).with_cost(json.cost);
        if let Some(activations) = json.activations {
            architecture.activations = activations;
        }
        architecture.check()?;
        check_shapes(&json.sizes, &json.weights, &json.biases)?;
        let layers = json.weights.into_iter().zip(json.biases);
        let layers = layers.map(|(weights, biases)| LayerParameters {
            weights,
            biases: biases.into_iter().map(|[bias]| bias).collect(),
        });
        let parameters = Parameters { layers: layers.collect() };
        check_finite(&parameters)?;
        json.meaning.check(&architecture)?;
        Ok(Self { architecture, parameters, meaning: json.meaning })
    }
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.file_form().map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// Reads number by number, so that only the beginning of a file that is not a model is read.
fn read_json(path: &Path) -> Result<ModelJson, Error> {
    let fail = |error| file::unreadable(path, error, "training saves a model file at its end");
    let (file, length) = file::open(path).map_err(fail)?;
    if length > memory::most() {
        return Err(fail(file::too_long(length, memory::most())));
    }
    let mut reader = BufReader::with_capacity(1 << 16, file);
    if let Some(problem) = not_json(reader.fill_buf().map_err(fail)?) {
        return Err(problem.in_file(path));
    }
    serde_json::from_reader(reader).map_err(|error| {
        if error.is_io() {
            fail(error.into())
        } else {
            explain(&error, || around(path, &error)).in_file(path)
        }
    })
}

/// Returns the checksum of what this program writes for these numbers.
fn checksum(json: &ModelJson) -> Result<String, Error> {
    let mut writer = BufWriter::new(CrcWriter::new(std::io::sink()));
    serde_json::to_writer(&mut writer, json).map_err(|error| Error::contents(error.to_string()))?;
    let written = writer.into_inner().map_err(|error| Error::contents(error.to_string()))?;
    Ok(format!("{:08x}", written.crc().sum()))
}

/// Checks the format, which is missing in files of other programs and of version 0.1.
fn check_format(format: Option<&str>) -> Result<(), Error> {
    let Some(format) = format else { return Ok(()) };
    match format.split_once(' ') {
        Some((FORMAT, VERSION)) => Ok(()),
        Some((FORMAT, version)) => Err(Error::contents(format!("a model file of version {version}"))
            .remedy(format!("this program reads version {VERSION}: get a later one"))),
        _ => Err(Error::contents(format!("not a model file: its format is \"{format}\""))),
    }
}

/// Returns the error for a file that does not even begin like JSON.
fn not_json(beginning: &[u8]) -> Option<Error> {
    let found = |found: &str| Error::contents(format!("not a model file: {found}"));
    Some(match beginning {
        [] => found("it is empty"),
        [0xef, 0xbb, 0xbf, ..] => {
            found("it begins with a byte-order mark").remedy("save it as UTF-8 without one")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => found("it is UTF-16 text").remedy("save it as UTF-8"),
        [b'b', ..] if beginning.starts_with(b"backprop-checkpoint ") => found("it is a checkpoint")
            .of_kind(ErrorKind::IsCheckpoint)
            .remedy("its network can be read from it"),
        _ if matches!(beginning.trim_ascii_start(), [b'[' | b'"' | b'-' | b'0'..=b'9', ..]) => {
            found("it is not an object with the keys sizes, weights, biases and cost")
        }
        _ if std::str::from_utf8(beginning).is_err_and(|error| error.error_len().is_some()) => {
            found("it is not even text")
        }
        _ => return None,
    })
}

/// Turns serde_json's error into a sentence for readers who may never have looked inside the file.
fn explain(error: &serde_json::Error, text: impl FnOnce() -> String) -> Error {
    let place = format!("line {}, column {}", error.line(), error.column());
    let sentence = error.to_string();
    if error.is_data() {
        return Error::contents(format!("not a model file: {sentence}"));
    }
    for (what, means) in [
        ("number out of range", "a number is out of range for 64 bits"),
        ("recursion limit", "its lists are nested too deeply"),
        ("surrogate", "a character is spelled with half a pair of surrogates"),
        ("unexpected end of hex escape", "a character is spelled with half a pair of surrogates"),
    ] {
        if sentence.contains(what) {
            return Error::contents(format!("not a model file: {means}, at {place}"));
        }
    }
    let text = text();
    match ["NaN", "Infinity"].into_iter().find(|word| text.contains(word)) {
        Some(word) => Error::contents(format!("it contains {word} ({sentence})"))
            .remedy("the training it comes from has diverged"),
        None if error.is_eof() => {
            Error::contents(format!("incomplete: {sentence}")).remedy("is there another copy?")
        }
        None => Error::contents(format!("not JSON: {sentence}")),
    }
}

/// Returns the text of a file around the place where serde_json gave up.
fn around(path: &Path, error: &serde_json::Error) -> String {
    const WORD: usize = 32;
    let read = || -> std::io::Result<String> {
        let mut reader = BufReader::new(std::fs::File::open(path)?);
        for _ in 1..error.line() {
            reader.skip_until(b'\n')?;
        }
        reader.seek_relative(error.column().saturating_sub(WORD) as i64)?;
        let mut text = Vec::new();
        reader.take(2 * WORD as u64).read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    read().unwrap_or_default()
}

fn check_shapes(sizes: &[usize], weights: &[Vec<Vec<f64>>], biases: &[Vec<[f64; 1]>]) -> Result<(), Error> {
    let layers = sizes.len() - 1;
    let text = Architecture::new(sizes).sizes_text();
    if weights.len() != layers || biases.len() != layers {
        return Err(Error::contents(format!(
            "sizes {text} need {layers} weight matrices and {layers} bias vectors, but there are {} and {}",
            weights.len(),
            biases.len()
        )));
    }
    for (layer, pair) in sizes.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        let (rows, biases) = (&weights[layer], biases[layer].len());
        let (found, needed) = if rows.len() != outputs {
            (format!("weights[{layer}] has {}", counted(rows.len(), "row")), outputs)
        } else if let Some(row) = rows.iter().position(|row| row.len() != inputs) {
            (format!("weights[{layer}][{row}] has {}", counted(rows[row].len(), "number")), inputs)
        } else if biases != outputs {
            (format!("biases[{layer}] has {biases} entries"), outputs)
        } else {
            continue;
        };
        return Err(Error::contents(format!("{found}, but sizes {text} need {needed}")));
    }
    Ok(())
}

fn check_finite(parameters: &Parameters) -> Result<(), Error> {
    parameters.first_not_finite().map_or(Ok(()), |layer| {
        let found =
            format!("weights[{layer}] or biases[{layer}] holds a number that is infinite or not a number");
        Err(Error::contents(found).remedy("the training has diverged, try a smaller rate"))
    })
}
