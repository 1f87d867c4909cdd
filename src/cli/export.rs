//! `backprop export`: the weights as a safetensors file, for PyTorch, candle, burn and others.
//!
//! The names are those of PyTorch's `nn.Sequential(Linear, Sigmoid, Linear, Sigmoid, …)`: layer l of our network is
//! the module 2l, its activation the module 2l + 1. `Linear` keeps its weights as we do, n_out rows of n_in.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use backprop::model_file::Model;
use backprop::{Activation, Error, Problem, spelled_out};

use super::choices::ModelArgs;
use super::output::name;
use super::places::{self, Force, Kind, Places};
use super::{Failure, Output};

/// Write the weights as safetensors, which PyTorch, candle and burn read
///
/// PyTorch's nn.Sequential of Linear and Sigmoid (Tanh, ReLU, Identity) loads the file directly; the command prints the
/// code that does it. Images must be shown to the network there as they are here: see docs/where-to-go-next.md.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    model: ModelArgs,

    /// Write the weights here
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,

    /// 64-bit numbers as here, or 32-bit ones as most engines prefer
    #[arg(long, value_name = "TYPE", default_value = "f64")]
    dtype: NumberType,

    /// Print one JSON object with `out`, `dtype`, `tensors` and `activations`
    #[arg(long)]
    json: bool,

    /// Print nothing
    #[arg(long, short)]
    quiet: bool,
}

/// How a number is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NumberType {
    F64,
    F32,
}

/// A matrix or a vector under the name it has in PyTorch.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Export {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        Places::new(self.force)
            .input("--model", Some(&self.model.model))
            .output("--out", Some(&self.out), Kind::Weights)
            .check()?;
        let model = self.model.read()?;
        let tensors = self.tensors(&model)?;
        let contents = self.contents(&tensors, &model)?;
        places::write(&self.out, &contents)?;
        if self.json {
            let shapes: Vec<_> =
                tensors.iter().map(|tensor| json!({"name": tensor.name, "shape": tensor.shape})).collect();
            output.json(&json!({
                "out": self.out.display().to_string(),
                "dtype": self.dtype.name(),
                "tensors": shapes,
                "activations": model.architecture.activations,
            }))?;
        } else if !self.quiet {
            self.describe(output, &tensors, &model)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn tensors(&self, model: &Model) -> Result<Vec<Tensor>, Error> {
        let mut tensors = Vec::new();
        for (layer, matrices) in model.parameters.layers.iter().enumerate() {
            let rows = matrices.weights.len();
            let columns = matrices.weights[0].len();
            let weights: Vec<f64> = matrices.weights.concat();
            let named = |part: &str, shape: Vec<usize>, numbers: &[f64]| {
                let name = format!("{}.{part}", 2 * layer);
                Ok(Tensor { bytes: self.bytes(&name, numbers)?, name, shape })
            };
            tensors.push(named("weight", vec![rows, columns], &weights)?);
            tensors.push(named("bias", vec![rows], &matrices.biases)?);
        }
        Ok(tensors)
    }

    /// The numbers, lowest byte first.
    fn bytes(&self, name: &str, numbers: &[f64]) -> Result<Vec<u8>, Error> {
        if self.dtype == NumberType::F64 {
            return Ok(numbers.iter().flat_map(|number| number.to_le_bytes()).collect());
        }
        if let Some(number) = numbers.iter().find(|&&number| !(number as f32).is_finite()) {
            return Err(Error::Usage(
                Problem::new("--dtype", format!("{name} holds {number:?}, too large for 32 bits"))
                    .remedy("use --dtype f64"),
            ));
        }
        Ok(numbers.iter().flat_map(|&number| (number as f32).to_le_bytes()).collect())
    }

    fn contents(&self, tensors: &[Tensor], model: &Model) -> Result<Vec<u8>, Error> {
        let refuse = |error: safetensors::SafeTensorError| {
            Error::contents(&self.out, Problem::new("", error.to_string()))
        };
        let dtype = match self.dtype {
            NumberType::F64 => Dtype::F64,
            NumberType::F32 => Dtype::F32,
        };
        let views = tensors.iter().map(|tensor| {
            let view = TensorView::new(dtype, tensor.shape.clone(), &tensor.bytes)?;
            Ok((tensor.name.clone(), view))
        });
        let views = views.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        let activations: Vec<&str> = model.architecture.activations.iter().map(|a| a.name()).collect();
        let about = [
            // What other readers ask for.
            ("format", "pt".to_owned()),
            ("sizes", model.architecture.sizes_text()),
            ("activations", activations.join(",")),
            ("cost", model.architecture.cost.name().to_owned()),
        ];
        let about = about.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        safetensors::serialize(views, Some(about)).map_err(refuse)
    }

    fn describe(&self, output: &mut Output, tensors: &[Tensor], model: &Model) -> std::io::Result<()> {
        writeln!(output, "Wrote {}, numbers of type {}:\n", name(&self.out), self.dtype.name())?;
        for tensor in tensors {
            let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
            writeln!(output, "  {:<12} {}", tensor.name, shape.join(" x "))?;
        }
        writeln!(output, "\nIn Python, with torch and safetensors installed:\n")?;
        writeln!(
            output,
            "  import torch\n  from safetensors.torch import load_file\n  from torch import nn\n"
        )?;
        let double = if self.dtype == NumberType::F64 { ".double()" } else { "" };
        let modules = self::modules(model);
        writeln!(output, "  network = nn.Sequential({}){double}", modules.join(", "))?;
        writeln!(output, "  network.load_state_dict(load_file({}))", in_python(&self.out))
    }
}

impl NumberType {
    fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
        }
    }
}

/// The network as PyTorch spells it.
fn modules(model: &Model) -> Vec<String> {
    let sizes = model.architecture.sizes.windows(2);
    let layers = sizes.zip(&model.architecture.activations).map(|(pair, activation)| {
        let activation = match activation {
            Activation::Sigmoid => "nn.Sigmoid()",
            Activation::Tanh => "nn.Tanh()",
            Activation::Relu => "nn.ReLU()",
            Activation::Identity => "nn.Identity()",
        };
        [format!("nn.Linear({}, {})", pair[0], pair[1]), activation.to_owned()]
    });
    layers.flatten().collect()
}

/// A path as it is written in Python, whatever is in it.
fn in_python(path: &Path) -> String {
    let Some(text) = path.to_str() else {
        let bytes = path.as_os_str().as_encoded_bytes();
        return format!("__import__(\"os\").fsdecode(bytes({bytes:?}))");
    };
    let spell = |character: char| match character {
        '"' | '\\' => format!("\\{character}"),
        _ if spelled_out(character.encode_utf8(&mut [0; 4])).starts_with('\\') => {
            format!("\\U{:08x}", u32::from(character))
        }
        _ => character.to_string(),
    };
    format!("\"{}\"", text.chars().map(spell).collect::<String>())
}
