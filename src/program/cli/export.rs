//! `backprop export`: a network for other programs, or a whole training for PyTorch.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use minijinja::context;

use backprop::data_set::Meaning;
use backprop::gradient_check::Precision;
use backprop::model_file::Model;
use backprop::setup::Samples;
use backprop::training::Trainer;

use super::choices::as_typed;
use super::output::harmless_json;
use super::prelude::*;
use super::train::How;
use super::words::{Word, words_of};
use crate::exchange::onnx;
use crate::exchange::tensors::{self, Tensor};
use crate::exchange::torch::{self, Training};
use crate::template;

/// Write a network for other programs: safetensors, ONNX, or a training for PyTorch
///
/// safetensors: the weights. PyTorch's nn.Sequential of Linear and Sigmoid (Tanh, ReLU, Identity) loads the file
/// directly; the command prints the code that does it; candle and burn read it too. onnx: the network, for onnxruntime
/// and others; it takes the numbers of a table as they are. torch: a folder with weights, data and a program train.py,
/// which does what `train --from` does with the same options, in one process or several. What the network knows about
/// its data (classes, names, how inputs are standardized) is included. Other programs must show images to the network
/// as this one does: see docs/where-to-go-next.md.
#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    model: ModelArgs,

    /// The format to write [default: by the ending of --out, .safetensors or .onnx; for a folder, torch]
    #[arg(long, value_name = "FORMAT", value_parser = words::<Format>())]
    to: Option<Format>,

    /// Write it here: a file, or with --to torch a folder, which is created if it does not exist
    #[arg(long, value_name = "FILE|DIR")]
    out: PathBuf,

    #[command(flatten)]
    force: Force,

    /// 64-bit numbers as here, or 32-bit ones as most engines prefer
    #[arg(long, value_name = "TYPE", default_value = "f64", value_parser = words::<Precision>())]
    dtype: Precision,

    /// Print one JSON object with `out` and what has been written
    #[arg(long)]
    json: bool,

    /// Print nothing
    #[arg(long, short)]
    quiet: bool,

    #[command(flatten, next_help_heading = TO_TORCH)]
    data: DataArgs,

    #[command(flatten, next_help_heading = TO_TORCH)]
    standardize: StandardizeArgs,

    #[command(flatten, next_help_heading = TO_TORCH)]
    how: How,
}

const EXPORTED: &str = include_str!("exported.txt.template");

const TO_TORCH: &str = "With --to torch, how it trains";

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Safetensors,
    Onnx,
    Torch,
}

words_of! { Format:
    Safetensors = "safetensors", "The weights under their names in PyTorch";
    Onnx = "onnx", "The network, for onnxruntime";
    Torch = "torch", "A folder with weights, data and train.py";
}

/// Endings of other programs' formats, which the contents would not match.
const OTHER_ENDINGS: [&str; 7] = ["npz", "npy", "h5", "hdf5", "pt", "pth", "pkl"];

impl Export {
    /// Exports the network. `matches` is the whole command line.
    pub(super) fn run(&self, matches: &ArgMatches, output: &mut Output) -> Result<ExitCode, Failure> {
        let to = self.format()?;
        if to == Format::Torch {
            return self.to_torch(output);
        }
        let of_training =
            StandardizeArgs::augment_args(How::augment_args(DataArgs::augment_args(Command::new("train"))));
        let given = matches.subcommand().map(|(_, export)| export);
        let is_given = |argument: &&Arg| {
            let source = given.and_then(|given| given.value_source(argument.get_id().as_str()));
            source == Some(ValueSource::CommandLine)
        };
        if let Some(name) = of_training.get_arguments().find(is_given).and_then(Arg::get_long) {
            let found = format!("--{name} says how PyTorch is to train");
            return Err(refuse(found, "use --to torch, or omit it").into());
        }
        let kind = if to == Format::Onnx { Kind::Onnx } else { Kind::Weights };
        Destinations::new(self.force)
            .input("--model", Some(&self.model.model))
            .output("--out", Some(&self.out), kind)
            .check()?;
        let model = self.model.read()?;
        let tensors = tensors::of_model(&model, self.dtype)?;
        let contents = match to {
            Format::Onnx => onnx::of_model(&model, self.dtype),
            _ => tensors::safetensors(&tensors, &tensors::about(&model)),
        };
        io::write(&self.out, &contents?)?;
        if self.json {
            let shape = |tensor: &Tensor| json!({"name": tensor.name, "shape": tensor.shape});
            output.json(&json!({
                "out": self.out.display().to_string(),
                "to": to.word(),
                "dtype": self.dtype.word(),
                "tensors": tensors.iter().map(shape).collect::<Vec<_>>(),
                "activations": model.architecture.activations,
            }))?;
        } else if !self.quiet {
            write!(output, "{}", self.description(to, &tensors, &model))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Returns the format: as asked for, else by the ending of the file.
    fn format(&self) -> Result<Format, Error> {
        let ending = self.out.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let by_ending = match ending.as_deref() {
            Some("safetensors") => Some(Format::Safetensors),
            Some("onnx") => Some(Format::Onnx),
            _ if self.out.is_dir() => Some(Format::Torch),
            None if !self.out.exists() => Some(Format::Torch),
            _ => None,
        };
        let is_of_another = ending.as_deref().is_some_and(|ending| OTHER_ENDINGS.contains(&ending));
        match (self.to, by_ending) {
            (None, Some(format)) => Ok(format),
            (Some(to), Some(format)) if to == format || ending.is_none() => Ok(to),
            (Some(to), None) if !is_of_another => Ok(to),
            (Some(to), _) => {
                let found = format!("{} has the wrong ending for --to {}", name(&self.out), to.word());
                Err(refuse(found, "choose another ending, or omit --to"))
            }
            (None, None) => {
                let found =
                    format!("the ending of {} is not that of a format that can be written", name(&self.out));
                Err(refuse(found, "choose .safetensors, .onnx, or a folder for PyTorch"))
            }
        }
    }

    /// Returns what was written, and the code that loads it.
    fn description(&self, to: Format, tensors: &[Tensor], model: &Model) -> String {
        let line = |tensor: &Tensor| {
            let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
            format!("{:<12} {}", tensor.name, shape.join(" x "))
        };
        let values = context! {
            file => name(&self.out), path => in_python(&self.out), to => to.word(),
            dtype => self.dtype.word(), is_double => self.is_double(),
            tensors => tensors.iter().map(line).collect::<Vec<_>>(),
            columns => model.architecture.input_size(),
            modules => tensors::modules(&model.architecture).join(", "),
            fills => !model.meaning.fill.is_empty(),
            has_meaning => model.meaning != Meaning::default(),
        };
        template::fill(EXPORTED, &values)
    }

    fn is_double(&self) -> bool {
        self.dtype == Precision::F64
    }

    /// Writes a folder in which PyTorch continues the training.
    fn to_torch(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let Self { data, how, .. } = self;
        let mut options = how.options();
        options.check()?;
        let epochs = match options.epochs {
            _ if !self.is_double() => {
                return Err(refuse("train.py computes with 64-bit numbers", "omit --dtype").into());
            }
            Some(epochs @ 1..) if !options.stop_when_error_rises => epochs,
            _ => {
                let found = "train.py trains for a fixed number of epochs, at least 1, and cannot stop early";
                return Err(refuse(found, "say --epochs 5, without a preset that stops early").into());
            }
        };
        let _made = Folder::make(&self.out)?;
        let place = |file: &str| self.out.join(file);
        let (weights, rows, script) = (place(torch::WEIGHTS), place(torch::DATA), place(torch::SCRIPT));
        if let Some(link) = [&weights, &rows, &script].into_iter().find(|path| path.is_symlink()) {
            let found = format!("{}: it is a link, which would decide where the file goes", name(link));
            return Err(Error::usage(found).remedy("remove it, or choose another folder").into());
        }
        Destinations::new(self.force)
            .input("--model", Some(&self.model.model))
            .data(&data.source()?)
            .output("--out", Some(&weights), Kind::Weights)
            .output("--out", Some(&rows), Kind::TrainingData)
            .output("--out", Some(&script), Kind::Script)
            .check()?;
        let mut model = self.model.read()?;
        let setup = how.setup(data, self.standardize, Some(model.clone()))?;
        let (parts, _) = how.parts(&setup)?;
        how.choose_rate(&parts.train, &mut options);
        model.meaning = parts.train.meaning().clone();
        model.architecture = setup.architecture(&Samples::Set(parts.train.clone(), data.source()?))?;
        how.choose_targets(model.architecture.cost, &mut options)?;
        parts.check_fit(&model.architecture)?;
        Trainer::new(options.clone(), &parts.train, None, &parts.test)?;
        let training =
            Training { model: &model, options: &options, epochs, train: &parts.train, test: &parts.test };
        training.check_size()?;
        io::write(&weights, &training.weights()?)?;
        io::write(&rows, &training.data()?)?;
        io::write(&script, training.script().as_bytes())?;
        let steps = parts.train.len().div_ceil(options.batch);
        if self.json {
            let files: Vec<Value> =
                [weights, rows, script].iter().map(|path| json!(path.display().to_string())).collect();
            output.json(&json!({
                "out": self.out.display().to_string(), "to": Format::Torch.word(), "files": files,
                "samples": parts.train.len(), "epochs": epochs, "steps": steps,
            }))?;
        } else if !self.quiet {
            let (samples, epochs) = (counted(parts.train.len(), "sample"), counted(epochs, "epoch"));
            let (steps, folder, shown) = (counted(steps, "step"), name(&self.out), quoted(&script));
            write!(output, "Wrote train.py, its weights and its data into {folder}: ")?;
            writeln!(output, "{samples}, {epochs} of {steps}.\n")?;
            writeln!(output, "  python {shown}\n  torchrun --nproc_per_node 2 {shown}\n")?;
            writeln!(output, "Its result can be read here:\n")?;
            let trained = quoted(&place("trained.safetensors"));
            writeln!(output, "  backprop evaluate --model {trained}{}", as_typed(&data.source()?))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A folder that is removed again if nothing was written into it.
struct Folder<'a>(Option<&'a Path>);

impl<'a> Folder<'a> {
    fn make(path: &'a Path) -> Result<Self, Error> {
        match std::fs::create_dir(path) {
            Ok(()) => Ok(Self(Some(path))),
            Err(_) if path.is_dir() => Ok(Self(None)),
            Err(source) => {
                let remedy = "choose another place: --out names the folder to write into";
                Err(Error::file(path, source).remedy(remedy))
            }
        }
    }
}

impl Drop for Folder<'_> {
    fn drop(&mut self) {
        // A folder that is not empty stays.
        let _ = self.0.map(std::fs::remove_dir);
    }
}

/// Returns a path as a Python expression, whatever characters it has. (Python reads JSON's strings as JSON does.)
fn in_python(path: &Path) -> String {
    let Some(text) = path.to_str() else {
        let bytes = path.as_os_str().as_encoded_bytes();
        return format!("__import__(\"os\").fsdecode(bytes({bytes:?}))");
    };
    harmless_json(&json!(text).to_string()).into_owned()
}
