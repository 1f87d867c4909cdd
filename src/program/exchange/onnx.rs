//! A network as ONNX, for onnxruntime and other engines: for each layer a `Gemm`, Y = X·Wᵀ + b, and its activation. The
//! graph also scales the numbers of a table, before and after the network, so it takes them as they are.
//!
//! The numbers of fields are those of onnx.proto; operators are those of opset 13, which every runtime since 2020 supports.

use safetensors::tensor::Dtype;

use backprop::data_set::Standardization;
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::{Architecture, Error};

use super::protobuf::Message;
use super::tensors::{self, Tensor};

const IR_VERSION: u64 = 7;
const OPSET: u64 = 13;
/// Readers of Protocol Buffers accept at most 2 GB.
const MOST_BYTES: usize = 2_000_000_000;

/// Returns the contents of an ONNX file. Its input `input` has N rows of as many numbers as the input layer has nodes;
/// `output` has N rows of outputs. N can be any number.
///
/// # Errors
/// More numbers than the format can hold, or a number that is too large for its type.
pub fn of_model(model: &Model, dtype: Precision) -> Result<Vec<u8>, Error> {
    let architecture = &model.architecture;
    let mut tensors = tensors::of_model(model, dtype)?;
    let kind = kind(tensors[0].dtype);
    if tensors.iter().map(|tensor| tensor.bytes.len()).sum::<usize>() > MOST_BYTES {
        let found = format!("sizes {} are more than an ONNX file holds", architecture.sizes_text());
        return Err(Error::contents(found).remedy("use --to safetensors"));
    }
    let (before, after) = (model.meaning.of_raw(), model.meaning.targets.as_ref());
    for (name, scale) in [("input", before.as_ref()), ("output", after)] {
        let Some(Standardization { mean, deviation }) = scale else { continue };
        for (part, numbers) in [("mean", mean), ("deviation", deviation)] {
            tensors.push(Tensor::of(format!("{name}.{part}"), vec![numbers.len()], numbers, dtype)?);
        }
    }
    let graph = Message::default()
        .messages(1, nodes(architecture, before.is_some(), after.is_some()))
        .text(2, "backprop")
        .messages(5, tensors.iter().map(initializer))
        .message(11, &value("input", architecture.input_size(), kind))
        .message(12, &value("output", architecture.output_size(), kind));
    let about = tensors::about(model);
    let model = Message::default()
        .number(1, IR_VERSION)
        .text(2, "backprop")
        .text(3, env!("CARGO_PKG_VERSION"))
        .message(7, &graph)
        .message(8, &Message::default().text(1, "").number(2, OPSET))
        .messages(14, about.iter().map(|(key, value)| Message::default().text(1, key).text(2, value)));
    Ok(model.into_bytes())
}

/// Returns a node that computes `to` from `from`.
fn node(operator: &str, name: &str, from: &[&str], to: &str) -> Message {
    let inputs = from.iter().fold(Message::default(), |message, input| message.text(1, input));
    inputs.text(2, to).text(3, name).text(4, operator)
}

/// Returns two nodes for each layer: module 2l is a `Gemm` that computes z from the outputs of the layer before, 2l + 1
/// computes a from z. Inputs are standardized before, and outputs scaled after, where the network needs it.
fn nodes(architecture: &Architecture, standardizes: bool, scales: bool) -> Vec<Message> {
    let count = architecture.activations.len();
    let mut nodes = Vec::new();
    let mut before = "input".to_owned();
    if standardizes {
        nodes.push(node("Sub", "centre", &["input", "input.mean"], "centred"));
        nodes.push(node("Div", "standardize", &["centred", "input.deviation"], "standardized"));
        "standardized".clone_into(&mut before);
    }
    for (layer, activation) in architecture.activations.iter().enumerate() {
        let (linear, function) = (2 * layer, 2 * layer + 1);
        let z = format!("z{}", layer + 1);
        let is_last = layer + 1 == count && !scales;
        let a = if is_last { "output".to_owned() } else { format!("a{}", layer + 1) };
        let turned = Message::default().text(1, "transB").number(3, 1).number(20, 2);
        let (weight, bias) = (format!("{linear}.weight"), format!("{linear}.bias"));
        nodes.push(node("Gemm", &linear.to_string(), &[&before, &weight, &bias], &z).message(5, &turned));
        let (operator, _) = tensors::names(*activation);
        nodes.push(node(operator, &function.to_string(), &[&z], &a));
        before = a;
    }
    if scales {
        nodes.push(node("Mul", "spread", &[&before, "output.deviation"], "spread"));
        nodes.push(node("Add", "shift", &["spread", "output.mean"], "output"));
    }
    nodes
}

fn initializer(tensor: &Tensor) -> Message {
    let dimensions = tensor.shape.iter().fold(Message::default(), |message, &n| message.number(1, n as u64));
    dimensions.number(2, kind(tensor.dtype)).text(8, &tensor.name).bytes(9, &tensor.bytes)
}

/// Returns the format's code for a type of number.
fn kind(dtype: Dtype) -> u64 {
    const FLOAT: u64 = 1;
    const DOUBLE: u64 = 11;
    if dtype == Dtype::F64 { DOUBLE } else { FLOAT }
}

/// Describes an input or output: a row for each sample, with this many columns.
fn value(name: &str, columns: usize, kind: u64) -> Message {
    let rows = Message::default().text(2, "N");
    let columns = Message::default().number(1, columns as u64);
    let tensor =
        Message::default().number(1, kind).message(2, &Message::default().messages(1, [rows, columns]));
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}
