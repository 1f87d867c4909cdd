//! A trained network on disk: JSON that network2.py's `load` accepts, and what network2.py's `save` writes is read.
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
//! What the file holds:
//!
//! ```json
//! {"sizes": [3, 4, 2], "weights": [[[…]]], "biases": [[[…]]], "cost": "QuadraticCost"}
//! ```
//!
//! Weights are n_out rows of n_in numbers for each layer, biases columns of one number; every f64 comes back bit for
//! bit. Our own keys stand beside these and may be missing: `activations` (sigmoid throughout if not said), `pixels`
//! (how the network was shown its images), `answers` (what its outputs mean: the names of classes, bits, or numbers)
//! and `standardization` (what is done to inputs).

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::data_set::{Answers, Pixels, Standardization};
use crate::{Activation, Architecture, Cost, Error, LayerParameters, Parameters, Problem, atomic_file};

/// A network's architecture and parameters, and how it is shown images.
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
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Sizes, activations and cost.
    pub architecture: Architecture,
    /// Weights and biases.
    pub parameters: Parameters,
    /// How pixels were scaled in training; `None` in files that do not say.
    pub pixels: Option<Pixels>,
    /// What the outputs say of a sample; classes without names in files that do not say.
    pub answers: Answers,
    /// What was done to the inputs in training, and must be done to those it is asked about.
    pub standardization: Option<Standardization>,
}

/// The file's own form.
#[derive(Serialize, Deserialize)]
struct ModelJson {
    sizes: Vec<usize>,
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<[f64; 1]>>,
    cost: Cost,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    activations: Option<Vec<Activation>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pixels: Option<Pixels>,
    #[serde(default, skip_serializing_if = "is_default")]
    answers: Answers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standardization: Option<Standardization>,
}

fn is_default(answers: &Answers) -> bool {
    *answers == Answers::default()
}

impl Model {
    /// A network that says nothing of the data it is for.
    pub fn new(architecture: Architecture, parameters: Parameters) -> Self {
        Self { architecture, parameters, pixels: None, answers: Answers::default(), standardization: None }
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::File`], if it cannot be read; [`Error::Contents`], if it is not text or has one of the problems of
    /// [`Model::from_json`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = atomic_file::read(path).map_err(|error| Error::File {
            path: path.to_path_buf(),
            source: error,
            remedy: "a model file is what training writes when it ends".into(),
        })?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::contents(path, Problem::new("", "not a model file: it is not even text")))?;
        Self::from_json(&text).map_err(|problem| Error::contents(path, problem))
    }

    /// Writes a model file; an existing one is replaced only once the new one is complete.
    ///
    /// Parameters that do not fit the architecture ([`Parameters::fit`]) are written as they are; [`Model::read`]
    /// refuses the file.
    ///
    /// # Errors
    /// [`Error::Contents`] for a weight that is not finite; [`Error::File`], if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = self.to_json().map_err(|problem| Error::contents(path, problem))?;
        atomic_file::write(path, |file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")
        })
    }

    /// A model from the text of a file.
    ///
    /// ```
    /// use backprop::model_file::Model;
    ///
    /// let text = r#"{"sizes": [2, 1], "weights": [[[0.5]]], "biases": [[[0.0]]],
    ///                "cost": "QuadraticCost"}"#;
    /// let problem = Model::from_json(text).unwrap_err();
    /// assert_eq!(problem.to_string(), "weights[0][0] has 1 numbers, but sizes [2, 1] need 2");
    /// ```
    ///
    /// # Errors
    /// Not JSON, a key missing, sizes that disagree with the matrices, a weight that is
    /// not a finite number, an unknown cost or activation.
    pub fn from_json(text: &str) -> Result<Self, Problem> {
        let json: ModelJson = serde_json::from_str(text).map_err(|error| explain(&error, text))?;
        let mut architecture = Architecture::new(&json.sizes).with_cost(json.cost);
        if let Some(activations) = json.activations {
            architecture.activations = activations;
        }
        architecture.check().map_err(Problem::from)?;
        check_shapes(&json.sizes, &json.weights, &json.biases)?;
        let layers = json.weights.into_iter().zip(json.biases);
        let layers = layers.map(|(weights, biases)| LayerParameters {
            weights,
            biases: biases.into_iter().map(|[bias]| bias).collect(),
        });
        let parameters = Parameters { layers: layers.collect() };
        check_finite(&parameters)?;
        check_names(&json.answers, &architecture)?;
        check_standardization(json.standardization.as_ref(), &architecture)?;
        Ok(Self {
            architecture,
            parameters,
            pixels: json.pixels,
            answers: json.answers,
            standardization: json.standardization,
        })
    }

    /// The text of a model file.
    ///
    /// # Errors
    /// A weight that is not finite, which JSON cannot hold.
    pub fn to_json(&self) -> Result<String, Problem> {
        check_finite(&self.parameters)?;
        let layers = &self.parameters.layers;
        let json = ModelJson {
            sizes: self.architecture.sizes.clone(),
            weights: layers.iter().map(|layer| layer.weights.clone()).collect(),
            biases: layers.iter().map(|layer| layer.biases.iter().map(|&bias| [bias]).collect()).collect(),
            cost: self.architecture.cost,
            activations: Some(self.architecture.activations.clone()),
            pixels: self.pixels,
            answers: self.answers.clone(),
            standardization: self.standardization.clone(),
        };
        serde_json::to_string(&json).map_err(|error| Problem::new("", error.to_string()))
    }
}

/// What serde_json found, as a sentence for someone who may never have seen the file's inside.
fn explain(error: &serde_json::Error, text: &str) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    if error.is_data() {
        return Problem::new(place, format!("not a model file: {error}"));
    }
    match ["NaN", "Infinity"].into_iter().find(|word| text.contains(word)) {
        Some(word) => Problem::new(place, format!("it contains {word} ({error})"))
            .remedy("the training it comes from has diverged"),
        None => Problem::new(place, format!("not JSON: {error}")),
    }
}

fn check_shapes(sizes: &[usize], weights: &[Vec<Vec<f64>>], biases: &[Vec<[f64; 1]>]) -> Result<(), Problem> {
    let layers = sizes.len() - 1;
    if weights.len() != layers || biases.len() != layers {
        return Err(Problem::new(
            "sizes",
            format!(
                "sizes {sizes:?} need {layers} weight matrices and {layers} bias vectors, but there are {} and {}",
                weights.len(),
                biases.len()
            ),
        ));
    }
    for (layer, pair) in sizes.windows(2).enumerate() {
        let (inputs, outputs) = (pair[0], pair[1]);
        if weights[layer].len() != outputs {
            return Err(Problem::new(
                format!("weights[{layer}]"),
                format!(
                    "weights[{layer}] has {} rows, but sizes {sizes:?} need {outputs}",
                    weights[layer].len()
                ),
            ));
        }
        if let Some(row) = weights[layer].iter().position(|row| row.len() != inputs) {
            return Err(Problem::new(
                format!("weights[{layer}][{row}]"),
                format!(
                    "weights[{layer}][{row}] has {} numbers, but sizes {sizes:?} need {inputs}",
                    weights[layer][row].len()
                ),
            ));
        }
        if biases[layer].len() != outputs {
            return Err(Problem::new(
                format!("biases[{layer}]"),
                format!(
                    "biases[{layer}] has {} entries, but sizes {sizes:?} need {outputs}",
                    biases[layer].len()
                ),
            ));
        }
    }
    Ok(())
}

/// Whether every name has an output, or two share one.
fn check_names(answers: &Answers, architecture: &Architecture) -> Result<(), Problem> {
    let Answers::Classes(names) = answers else { return Ok(()) };
    let outputs = architecture.output_size();
    if names.len() <= outputs.max(2) {
        return Ok(());
    }
    Err(Problem::new(
        "answers",
        format!("answers names {} classes, but there are {outputs} outputs", names.len()),
    ))
}

fn check_standardization(
    standardization: Option<&Standardization>,
    architecture: &Architecture,
) -> Result<(), Problem> {
    let Some(Standardization { mean, deviation }) = standardization else { return Ok(()) };
    let inputs = architecture.input_size();
    let wrong = if (mean.len(), deviation.len()) != (inputs, inputs) {
        format!(
            "standardization has {} means and {} deviations for {inputs} inputs",
            mean.len(),
            deviation.len()
        )
    } else if !deviation.iter().all(|&deviation| deviation > 0.0) {
        "standardization has a deviation that is not above 0".to_owned()
    } else {
        return Ok(());
    };
    Err(Problem::new("standardization", wrong))
}

fn check_finite(parameters: &Parameters) -> Result<(), Problem> {
    for (layer, matrices) in parameters.layers.iter().enumerate() {
        let weights = matrices.weights.iter().flatten();
        if weights.chain(&matrices.biases).any(|number| !number.is_finite()) {
            return Err(Problem::new(
                format!("weights[{layer}]"),
                format!(
                    "weights[{layer}] or biases[{layer}] holds a number that is infinite or not a number"
                ),
            )
            .remedy("the training has diverged, try a smaller rate"));
        }
    }
    Ok(())
}
