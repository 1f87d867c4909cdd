//! A network as ONNX, for onnxruntime and other engines: for each layer a `Gemm`, Y = X·Wᵀ + b, and its activation.
//!
//! The numbers of fields are those of onnx.proto; operators are those of opset 13, which every runtime since 2020 supports.

use safetensors::tensor::Dtype;

use backprop::model_file::Model;
use backprop::{Activation, Architecture, Error};

use super::protobuf::Message;
use super::tensors::{self, Tensor};

const IR_VERSION: u64 = 7;
const OPSET: u64 = 13;
/// Readers of Protocol Buffers accept at most 2 GB.
const MOST_BYTES: usize = 2_000_000_000;

/// Returns the contents of an ONNX file. Its input `input` has N rows of as many numbers as the input layer has nodes;
/// `output` has N rows of outputs. N can be any number.
///
/// `tensors` are its weights and biases ([`tensors::of_model`]).
///
/// # Errors
/// More numbers than the format can hold.
pub fn of_model(model: &Model, tensors: &[Tensor]) -> Result<Vec<u8>, Error> {
    let architecture = &model.architecture;
    let kind = kind(tensors[0].dtype);
    if tensors.iter().map(|tensor| tensor.bytes.len()).sum::<usize>() > MOST_BYTES {
        let found = format!("sizes {} are more than an ONNX file holds", architecture.sizes_text());
        return Err(Error::contents(found).remedy("use --to safetensors"));
    }
    let graph = Message::default()
        .messages(1, nodes(architecture))
        .text(2, "backprop")
        .messages(5, tensors.iter().map(initializer))
        .message(11, &value("input", architecture.input_size(), kind))
        .message(12, &value("output", architecture.output_size(), kind));
    let about = tensors::about(architecture).into_iter().chain([("pixels", pixels(model))]);
    let model = Message::default()
        .number(1, IR_VERSION)
        .text(2, "backprop")
        .text(3, env!("CARGO_PKG_VERSION"))
        .message(7, &graph)
        .message(8, &Message::default().text(1, "").number(2, OPSET))
        .messages(14, about.map(|(key, value)| Message::default().text(1, key).text(2, &value)));
    Ok(model.into_bytes())
}

/// Describes the images the network was shown, as far as its file says.
fn pixels(model: &Model) -> String {
    let name = model.pixels.and_then(|pixels| serde_json::to_value(pixels).ok());
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_else(|| "unknown".to_owned())
}

/// Returns two nodes for each layer: module 2l is a `Gemm` that computes z from the outputs of the layer before, 2l + 1
/// computes a from z.
fn nodes(architecture: &Architecture) -> Vec<Message> {
    let count = architecture.activations.len();
    let mut nodes = Vec::new();
    let mut before = "input".to_owned();
    for (layer, activation) in architecture.activations.iter().enumerate() {
        let (linear, function) = (2 * layer, 2 * layer + 1);
        let z = format!("z{}", layer + 1);
        let a = if layer + 1 == count { "output".to_owned() } else { format!("a{}", layer + 1) };
        let turned = Message::default().text(1, "transB").number(3, 1).number(20, 2);
        nodes.push(
            Message::default()
                .text(1, &before)
                .text(1, &format!("{linear}.weight"))
                .text(1, &format!("{linear}.bias"))
                .text(2, &z)
                .text(3, &linear.to_string())
                .text(4, "Gemm")
                .message(5, &turned),
        );
        let operator = match activation {
            Activation::Sigmoid => "Sigmoid",
            Activation::Tanh => "Tanh",
            Activation::Relu => "Relu",
            Activation::Identity => "Identity",
        };
        nodes.push(
            Message::default().text(1, &z).text(2, &a).text(3, &function.to_string()).text(4, operator),
        );
        before = a;
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
