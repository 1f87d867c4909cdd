//! The safetensors file of an `nn.Sequential` of `nn.Linear`, as PyTorch and `backprop export` write it, read as a
//! model.
//!
//! Eight bytes say how long the header is; the header is JSON and gives each tensor's type, its shape and the place
//! of its numbers in the rest of the file. `Linear` keeps its weights as we do, n_out rows of n_in.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use backprop::data_set::Meaning;
use backprop::model_file::Model;
use backprop::{Activation, Architecture, Cost, Error, LayerParameters, Parameters};

use crate::io::memory;
use backprop::file;

/// Bytes that say how long the header is.
const LENGTH: u64 = 8;
/// Enough for ten thousand tensors, and for what a network knows about tens of thousands of columns.
const LONGEST_HEADER: u64 = 1 << 23;
/// The most characters of a name in the header that are shown.
const LONGEST_NAME: usize = 80;

/// A model, and whether the file said what its activations are.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequential {
    /// The model; with sigmoid throughout and the quadratic cost if the file does not say.
    pub model: Model,
    /// `true` if the file names the activations, as those written by `backprop export` do.
    pub says_activations: bool,
}

/// Returns `true` if the file at this path begins like safetensors: a length below 2⁵⁶ (text has no byte 0), then JSON.
pub fn is_at(path: &Path) -> bool {
    let mut beginning = [0; 9];
    // Only from a file: bytes read from a pipe would be lost.
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut beginning)).is_ok()
        && matches!(beginning, [.., 0, b'{'])
}

/// Reads the file at this path.
///
/// # Errors
/// [`ErrorKind::File`](backprop::ErrorKind::File), if it cannot be read; [`ErrorKind::Contents`](backprop::ErrorKind::Contents), if it holds anything but the layers of an `nn.Sequential`
/// of `nn.Linear`; [`ErrorKind::TooLarge`](backprop::ErrorKind::TooLarge), if memory cannot hold them.
pub fn read(path: &Path) -> Result<Sequential, Error> {
    let (file, length) = file::open(path).map_err(unreadable).map_err(|error| error.in_file(path))?;
    from_reader(file, length).map_err(|error| error.in_file(path))
}

fn unreadable(error: std::io::Error) -> Error {
    Error::file("", error).remedy("you must be allowed to read it: look at its permissions")
}

/// Reads the contents of a file.
///
/// # Errors
/// As [`read`].
#[allow(dead_code, reason = "for the fuzzer")]
pub fn from_bytes(bytes: &[u8]) -> Result<Sequential, Error> {
    from_reader(Cursor::new(bytes), bytes.len() as u64)
}

/// Reads the header first: if it does not fit, nothing else of the file is read.
fn from_reader(mut file: impl Read + Seek, length: u64) -> Result<Sequential, Error> {
    let mut bytes = [0; LENGTH as usize];
    file.read_exact(&mut bytes).map_err(unreadable)?;
    let header_length = u64::from_le_bytes(bytes);
    check_header_length(header_length, length)?;
    let mut header = vec![0; header_length as usize];
    file.read_exact(&mut header).map_err(unreadable)?;
    let header: Metadata = serde_json::from_slice(&header)
        .map_err(|error| Error::contents(format!("its header is not that of safetensors: {error}")))?;
    let (promised, there) = (header.data_len() as u64, length - LENGTH - header_length);
    if promised != there {
        let found =
            format!("incomplete: its header promises {promised} bytes of numbers, but {there} are there");
        return Err(Error::contents(found).remedy("is there another copy?"));
    }
    let tensors = header.tensors();
    let layers = layers(&tensors)?;
    let (architecture, says_activations) = architecture(&layers, header.metadata().as_ref())?;
    architecture.check()?;
    let meaning = meaning(&architecture, header.metadata().as_ref())?;
    architecture.check_size()?;
    memory::check_network(&architecture, memory::VECTORIZED)?;
    let mut numbers = |tensor: &Tensor| {
        let (begin, end) = tensor.info.data_offsets;
        let mut bytes = vec![0; end - begin];
        let place = SeekFrom::Start(LENGTH + header_length + begin as u64);
        file.seek(place).and_then(|_| file.read_exact(&mut bytes)).map_err(unreadable)?;
        tensor.numbers(&bytes)
    };
    let mut parameters = Parameters { layers: Vec::new() };
    for layer in &layers {
        let weights = numbers(&layer.weight)?;
        let weights = weights.chunks(layer.inputs()).map(<[f64]>::to_vec).collect();
        parameters.layers.push(LayerParameters { weights, biases: numbers(&layer.bias)? });
    }
    Ok(Sequential { model: Model { architecture, parameters, meaning }, says_activations })
}

fn check_header_length(header: u64, file: u64) -> Result<(), Error> {
    if header > file - LENGTH {
        let found = format!("incomplete: its header should have {header} bytes, but the file has {file}");
        return Err(Error::contents(found).remedy("is there another copy?"));
    }
    if header > LONGEST_HEADER {
        let found = format!("its header has {header} bytes: more than the weights of an nn.Sequential need");
        return Err(Error::contents(found).remedy("save the state_dict of the network alone"));
    }
    Ok(())
}

/// An `nn.Linear`.
struct Linear<'a> {
    weight: Tensor<'a>,
    bias: Tensor<'a>,
}

struct Tensor<'a> {
    name: &'a str,
    info: &'a TensorInfo,
}

impl Linear<'_> {
    fn inputs(&self) -> usize {
        self.weight.info.shape[1]
    }

    fn outputs(&self) -> usize {
        self.weight.info.shape[0]
    }
}

impl Tensor<'_> {
    fn numbers(&self, bytes: &[u8]) -> Result<Vec<f64>, Error> {
        let numbers: Vec<f64> = if self.info.dtype == Dtype::F64 {
            bytes.as_chunks().0.iter().map(|&number| f64::from_le_bytes(number)).collect()
        } else {
            bytes.as_chunks().0.iter().map(|&number| f64::from(f32::from_le_bytes(number))).collect()
        };
        if numbers.iter().all(|number| number.is_finite()) {
            return Ok(numbers);
        }
        let found = format!("{} holds a number that is infinite or not a number", self.name);
        Err(Error::contents(found).remedy("the training it comes from has diverged"))
    }
}

/// Returns the layers in order, after checking each of them and that neighbours fit.
fn layers<'a>(tensors: &'a HashMap<String, &'a TensorInfo>) -> Result<Vec<Linear<'a>>, Error> {
    let mut modules: BTreeMap<(&str, u32), BTreeMap<&str, Tensor>> = BTreeMap::new();
    let mut names: Vec<&String> = tensors.keys().collect();
    names.sort_unstable();
    for name in names {
        let (module, part) = split(name).ok_or_else(|| {
            refuse(name, "is not a weight or a bias of a numbered module, such as 0.weight")
                .remedy("only an nn.Sequential of nn.Linear and activations can be read")
        })?;
        if let Some(other) =
            modules.entry(module).or_default().insert(part, Tensor { name, info: tensors[name] })
        {
            return Err(refuse(name, &format!("and {} are of one module", other.name)));
        }
    }
    let mut layers: Vec<Linear> = Vec::new();
    let mut prefix = None;
    for ((before, _), mut parts) in modules {
        let Some(weight) = parts.remove("weight") else {
            let bias = parts.into_values().next().map_or("", |bias| bias.name);
            return Err(refuse(bias, "has no weights to go with it"));
        };
        let Some(bias) = parts.remove("bias") else {
            return Err(refuse(weight.name, "has no bias to go with it")
                .remedy("every neuron has one here: add a bias of zeros"));
        };
        if *prefix.get_or_insert(before) != before {
            let found = "belongs to another network than the tensors before it";
            return Err(refuse(weight.name, found).remedy("save the state_dict of one nn.Sequential"));
        }
        let layer = Linear { weight, bias };
        check_layer(&layer)?;
        if let Some(last) = layers.last().filter(|last| last.outputs() != layer.inputs()) {
            let (inputs, before, outputs) = (layer.inputs(), last.weight.name, last.outputs());
            let found = format!("takes {inputs} inputs, but {before} has {outputs} outputs");
            return Err(refuse(layer.weight.name, &found));
        }
        layers.push(layer);
    }
    if layers.is_empty() {
        return Err(Error::contents("it holds no tensors"));
    }
    Ok(layers)
}

fn refuse(name: &str, found: &str) -> Error {
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    Error::contents(format!("{shown} {found}"))
}

/// Splits a name into prefix, module and role: `0.weight` is the weight of module 0, and so is `network.0.weight`, if the
/// network is part of another module.
fn split(name: &str) -> Option<((&str, u32), &str)> {
    let (module, part) = name.rsplit_once('.')?;
    let (prefix, number) = module.rsplit_once('.').unwrap_or(("", module));
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && matches!(part, "weight" | "bias")).then_some(((prefix, number.parse().ok()?), part))
}

fn check_layer(layer: &Linear) -> Result<(), Error> {
    let (weight, bias) = (&layer.weight, &layer.bias);
    for Tensor { name, info } in [weight, bias] {
        if !matches!(info.dtype, Dtype::F64 | Dtype::F32) {
            let found = format!("holds numbers of type {:?}, not F64 or F32", info.dtype);
            return Err(refuse(name, &found).remedy("save network.double().state_dict()"));
        }
    }
    let shape = |tensor: &Tensor| -> String {
        tensor.info.shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" x ")
    };
    if weight.info.shape.len() != 2 {
        let found = format!("has the shape {}, but that of an nn.Linear has two numbers", shape(weight));
        return Err(refuse(weight.name, &found)
            .remedy("only an nn.Sequential of nn.Linear and activations can be read"));
    }
    if bias.info.shape != [layer.outputs()] {
        let found = format!("has the shape {}, but {} needs {}", shape(bias), weight.name, layer.outputs());
        return Err(refuse(bias.name, &found));
    }
    Ok(())
}

/// Reads what the network knows about its data, if the header says it.
fn meaning(architecture: &Architecture, about: Option<&HashMap<String, String>>) -> Result<Meaning, Error> {
    let Some(text) = about.and_then(|about| about.get("meaning")) else { return Ok(Meaning::default()) };
    let meaning: Meaning = serde_json::from_str(text).map_err(|error| {
        Error::contents(format!("its header gives a meaning that is not known here: {error}"))
    })?;
    meaning.check(architecture)?;
    Ok(meaning)
}

/// Takes the sizes from the shapes, and activations and cost from the header if `backprop export` wrote it.
fn architecture(
    layers: &[Linear],
    about: Option<&HashMap<String, String>>,
) -> Result<(Architecture, bool), Error> {
    let sizes: Vec<usize> =
        layers.iter().map(Linear::inputs).chain(layers.last().map(Linear::outputs)).collect();
    let mut architecture = Architecture::new(&sizes);
    let said = |key: &str| about.and_then(|about| about.get(key));
    let unknown = |key: &'static str, text: &str| {
        let text: String = text.chars().take(LONGEST_NAME).collect();
        Error::contents(format!("its header gives as {key} \"{text}\", which is not known here"))
    };
    let activations = said("activations");
    if let Some(text) = activations {
        let named = |word: &str| Activation::ALL.into_iter().find(|activation| activation.name() == word);
        let known: Option<Vec<_>> = text.split(',').map(named).collect();
        architecture.activations = known.ok_or_else(|| unknown("activations", text))?;
    }
    if let Some(text) = said("cost") {
        let known = Cost::ALL.into_iter().find(|cost| cost.name() == text);
        architecture.cost = known.ok_or_else(|| unknown("cost", text))?;
    }
    Ok((architecture, activations.is_some()))
}
