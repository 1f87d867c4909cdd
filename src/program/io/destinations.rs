//! Checks the files of a command before anything is read or computed: no file serves two purposes, and only files that
//! this program wrote are replaced.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use backprop::data_set::Source;
use backprop::model_file::Model;
use backprop::training::Checkpoint;
use backprop::{Error, file};

use super::write::{check_writable, is_same};
use crate::exchange::torch::ABOUT_DATA;

/// `--force`.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Force {
    /// Replace files even if this program did not write them
    #[arg(long)]
    pub(crate) force: bool,
}

/// The kind of a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Model,
    Checkpoint,
    Drawing,
    Page,
    /// Weights as safetensors.
    Weights,
    Onnx,
    /// Samples for PyTorch.
    TrainingData,
    /// A program for PyTorch.
    Script,
}

impl Kind {
    /// Returns its name, and what the beginning of such a file contains if this program wrote it.
    fn marks(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Model => ("a model", &[]),
            Self::Checkpoint => ("a checkpoint", &[]),
            Self::Drawing => ("a drawing", &["<svg width=\"", " xmlns=\"http://www.w3.org/2000/svg\">\n"]),
            Self::Page => ("a page", &["<meta name=\"generator\" content=\"backprop"]),
            Self::Weights => ("a file of weights", &["\"__metadata__\":{", "\"activations\":", "\"sizes\":"]),
            Self::Onnx => ("a network", &["\u{8}\u{7}\u{12}\u{8}backprop"]),
            Self::TrainingData => ("a file of training data", &["\"__metadata__\":{", ABOUT_DATA]),
            Self::Script => ("a program", &["Written by `backprop export --to torch`"]),
        }
    }

    /// Returns `true` if this program wrote the file, as one of this kind.
    fn is_at(self, path: &Path) -> bool {
        const BEGINNING: u64 = 4096;
        match self {
            Self::Model => Model::is_at(path),
            Self::Checkpoint => Checkpoint::is_at(path),
            _ => {
                let mut bytes = Vec::new();
                let read =
                    file::open(path).and_then(|(file, _)| file.take(BEGINNING).read_to_end(&mut bytes));
                let text = String::from_utf8_lossy(&bytes);
                read.is_ok() && self.marks().1.iter().all(|mark| text.contains(mark))
            }
        }
    }
}

/// The files that a command reads and those that it writes, each with the option that names it.
#[derive(Debug)]
pub(crate) struct Destinations {
    force: bool,
    inputs: Vec<(&'static str, PathBuf)>,
    outputs: Vec<(&'static str, PathBuf, Kind)>,
}

impl Destinations {
    /// Creates an empty list.
    pub(crate) fn new(force: Force) -> Self {
        Self { force: force.force, inputs: Vec::new(), outputs: Vec::new() }
    }

    /// Adds a file that is read.
    pub(crate) fn input(mut self, option: &'static str, path: Option<&Path>) -> Self {
        self.inputs.extend(path.map(|path| (option, path.to_path_buf())));
        self
    }

    /// Adds the files of a data set.
    pub(crate) fn data(mut self, source: &Source) -> Self {
        self.inputs.extend(source.files().into_iter().map(|path| ("--data", path)));
        self
    }

    /// Adds a file that is written.
    pub(crate) fn output(mut self, option: &'static str, path: Option<&Path>, kind: Kind) -> Self {
        self.outputs.extend(path.map(|path| (option, path.to_path_buf(), kind)));
        self
    }

    /// Checks that every output can be written and that nothing is lost by it.
    ///
    /// # Errors
    /// One file for two purposes, an input among the outputs, a file that this program did not write, a place that cannot
    /// be written to.
    pub(crate) fn check(&self) -> Result<(), Error> {
        const ANOTHER_NAME: &str = "choose another name";
        const OR_FORCE: &str = "choose another name, or replace it with --force";
        for (index, (option, path, kind)) in self.outputs.iter().enumerate() {
            let (shown, kind_name) = (path.display(), kind.marks().0);
            let refuse = |found: String, remedy| Err(Error::usage(found).remedy(remedy));
            // A checkpoint and the one before it may for a moment be one file with two names.
            let mut others = self.outputs[..index].iter().filter(|(other, ..)| other != option);
            if let Some((other, ..)) = others.find(|(_, other, _)| is_same(path, other)) {
                return refuse(format!("{other} and {option} both name {shown}"), "name two different files");
            }
            if let Some((input, _)) = self.inputs.iter().find(|(_, input)| is_same(path, input)) {
                // A model may replace the one it was made from, if the user asks for that.
                let is_plausible = *kind == Kind::Model && *input == "--from";
                if !(is_plausible && self.force) {
                    let found = format!("{option} would overwrite {shown}, which {input} reads");
                    return refuse(found, if is_plausible { OR_FORCE } else { ANOTHER_NAME });
                }
            }
            if *kind == Kind::Drawing
                && path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("svg"))
            {
                // A picture called .png would still be an SVG, which no viewer expects there.
                return refuse(format!("{shown}: the picture is an SVG"), "give it a name that ends in .svg");
            }
            if path.iter().next().is_some_and(|first| first == "-") {
                let found = format!("{option} names a file, and is not for the standard output");
                return refuse(found, "give it a name; if it is to be called -, write ./-");
            }
            check_writable(path)?;
            let is_foreign = std::fs::metadata(path).is_ok_and(|found| found.len() > 0) && !kind.is_at(path);
            if is_foreign && !self.force {
                let found = "there is already a file, and it is not";
                return refuse(format!("{shown}: {found} {kind_name} that this program wrote"), OR_FORCE);
            }
        }
        Ok(())
    }
}
