//! Matrices and vectors under their names in PyTorch, and the safetensors files that hold them.

use safetensors::tensor::{Dtype, TensorView};

use serde_json::json;

use backprop::data_set::Answers;
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::{Activation, Architecture, Error};

use crate::cli::words::Word;

/// Numbers under a name, little-endian.
pub struct Tensor {
    /// Its name in PyTorch: `0.weight`.
    pub name: String,
    /// Rows and columns of a matrix, or the length of a vector.
    pub shape: Vec<usize>,
    /// The type of its numbers.
    pub dtype: Dtype,
    /// The numbers, row by row.
    pub bytes: Vec<u8>,
}

impl Tensor {
    /// Makes a tensor of 64-bit numbers.
    pub fn of_f64(name: impl Into<String>, shape: Vec<usize>, numbers: &[f64]) -> Self {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        Self { name: name.into(), shape, dtype: Dtype::F64, bytes }
    }

    /// Makes a tensor of 64-bit numbers or of the nearest 32-bit ones.
    ///
    /// # Errors
    /// A number that is too large for 32 bits.
    pub fn of(name: String, shape: Vec<usize>, numbers: &[f64], dtype: Precision) -> Result<Self, Error> {
        if dtype == Precision::F64 {
            return Ok(Self::of_f64(name, shape, numbers));
        }
        if let Some(number) = numbers.iter().find(|&&number| !(number as f32).is_finite()) {
            let found = format!("{name} holds {number:?}, too large for 32 bits");
            return Err(Error::contents(found).remedy("use --dtype f64"));
        }
        let bytes = numbers.iter().flat_map(|&number| (number as f32).to_le_bytes()).collect();
        Ok(Self { name, shape, dtype: Dtype::F32, bytes })
    }
}

/// Returns weights and biases: for each layer n_out rows of n_in weights, and n_out biases.
///
/// # Errors
/// A number that is too large for its type.
pub fn of_model(model: &Model, dtype: Precision) -> Result<Vec<Tensor>, Error> {
    let mut tensors = Vec::new();
    for (layer, matrices) in model.parameters.layers.iter().enumerate() {
        let (rows, columns) = (matrices.weights.len(), matrices.weights[0].len());
        let named = |part: &str, shape: Vec<usize>, numbers: &[f64]| {
            Tensor::of(format!("{}.{part}", 2 * layer), shape, numbers, dtype)
        };
        tensors.push(named("weight", vec![rows, columns], &matrices.weights.concat())?);
        tensors.push(named("bias", vec![rows], &matrices.biases)?);
    }
    Ok(tensors)
}

/// Returns the contents of a safetensors file. `about` goes into its header, with the format that other readers ask for.
///
/// # Errors
/// A tensor whose shape does not match its number of bytes.
pub fn safetensors(tensors: &[Tensor], about: &[(&str, String)]) -> Result<Vec<u8>, Error> {
    let refuse = |error: safetensors::SafeTensorError| Error::contents(error.to_string());
    let views = tensors.iter().map(|tensor| {
        let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes)?;
        Ok((tensor.name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
    let about = about.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    let about = about.chain([("format".to_owned(), "pt".to_owned())]).collect();
    safetensors::serialize(views, Some(about)).map_err(refuse)
}

/// Returns the entries in the header of a network's weights. `meaning` is all that it knows about its data, as JSON;
/// `classes` and `pixels` are the same for readers who look for one thing.
pub fn about(model: &Model) -> Vec<(&'static str, String)> {
    let Model { architecture, meaning, .. } = model;
    let activations: Vec<&str> = architecture.activations.iter().map(|a| a.name()).collect();
    let mut entries = vec![
        ("sizes", architecture.sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(",")),
        ("activations", activations.join(",")),
        ("cost", architecture.cost.name().to_owned()),
        ("pixels", meaning.pixels.map_or("unknown", Word::word).to_owned()),
        ("meaning", json!(meaning).to_string()),
    ];
    if let Answers::Classes(names) = &meaning.answers
        && !names.is_empty()
    {
        entries.push(("classes", json!(names).to_string()));
    }
    entries
}

/// Returns the network as PyTorch spells it: `nn.Linear(784, 30)`, `nn.Sigmoid()`, …
pub fn modules(architecture: &Architecture) -> Vec<String> {
    let layers = architecture.sizes.windows(2).zip(&architecture.activations);
    let modules = |(pair, activation): (&[usize], &Activation)| {
        [format!("nn.Linear({}, {})", pair[0], pair[1]), format!("nn.{}", names(*activation).1)]
    };
    layers.flat_map(modules).collect()
}

/// Returns an activation as ONNX and as PyTorch name it. (A Softmax of ONNX is over the last axis.)
pub fn names(activation: Activation) -> (&'static str, &'static str) {
    match activation {
        Activation::Sigmoid => ("Sigmoid", "Sigmoid()"),
        Activation::Tanh => ("Tanh", "Tanh()"),
        Activation::Relu => ("Relu", "ReLU()"),
        Activation::Identity => ("Identity", "Identity()"),
        Activation::Softmax => ("Softmax", "Softmax(dim=1)"),
    }
}
