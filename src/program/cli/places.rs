//! The files of a command, looked at together before anything is read or computed: that none is meant for two
//! purposes, and that nothing is replaced but what this program wrote.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use backprop::Error;
use backprop::data_set::Source;
use backprop::model_file::Model;
use backprop::training::Checkpoint;

use super::output::name;
use super::signals;
use crate::atomic_file;
use crate::exchange::torch::ABOUT_DATA;
use backprop::file;

/// The wish to replace what would be kept.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Force {
    /// Replace files even if this program did not write them
    #[arg(long)]
    pub(super) force: bool,
}

/// What is written to a place, and how a file is known to be one that this program wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A model: by its format ([`Model::is_at`]).
    Model,
    /// A checkpoint: by its first line.
    Checkpoint,
    /// A drawing: by the first element, as our drawings have it.
    Drawing,
    /// A page: by its generator.
    Page,
    /// Weights for others: by what stands in the header.
    Weights,
    /// A network for others: by its producer.
    Onnx,
    /// What PyTorch is to train on: by what stands in the header.
    TrainingData,
    /// How it does that: by what it says of itself.
    Script,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Model => "a model",
            Self::Checkpoint => "a checkpoint",
            Self::Drawing => "a drawing",
            Self::Page => "a page",
            Self::Weights => "a file of weights",
            Self::Onnx => "a network",
            Self::TrainingData => "a file of training data",
            Self::Script => "a program",
        }
    }

    /// Whether this program wrote the file, as such a one.
    fn is_at(self, path: &Path) -> bool {
        let begins_with = |parts: &[&str]| {
            const ENOUGH: u64 = 4096;
            let mut bytes = Vec::new();
            let read = file::open(path).and_then(|(file, _)| file.take(ENOUGH).read_to_end(&mut bytes));
            let text = String::from_utf8_lossy(&bytes);
            read.is_ok() && parts.iter().all(|part| text.contains(part))
        };
        match self {
            Self::Model => Model::is_at(path),
            Self::Checkpoint => Checkpoint::is_at(path),
            Self::Drawing => begins_with(&["<svg width=\"", " xmlns=\"http://www.w3.org/2000/svg\">\n"]),
            Self::Page => begins_with(&["<meta name=\"generator\" content=\"backprop"]),
            Self::Weights => begins_with(&["\"__metadata__\":{", "\"activations\":", "\"sizes\":"]),
            Self::Onnx => begins_with(&["\u{8}\u{7}\u{12}\u{8}backprop"]),
            Self::TrainingData => begins_with(&["\"__metadata__\":{", ABOUT_DATA]),
            Self::Script => begins_with(&["Written by `backprop export --to torch`"]),
        }
    }
}

/// The files that a command reads and those that it writes.
#[derive(Debug)]
pub(super) struct Places {
    force: bool,
    inputs: Vec<Place>,
    outputs: Vec<(Place, Kind)>,
}

/// A file, and the option that names it.
#[derive(Debug, Clone)]
struct Place {
    option: &'static str,
    path: PathBuf,
}

impl Places {
    /// No files yet; `force` is the wish to replace what would be kept.
    pub(super) fn new(force: Force) -> Self {
        Self { force: force.force, inputs: Vec::new(), outputs: Vec::new() }
    }

    /// A file that is read.
    pub(super) fn input(mut self, option: &'static str, path: Option<&Path>) -> Self {
        self.inputs.extend(path.map(|path| Place { option, path: path.to_path_buf() }));
        self
    }

    /// The files of a data set.
    pub(super) fn data(mut self, source: &Source) -> Self {
        self.inputs.extend(source.files().into_iter().map(|path| Place { option: "--data", path }));
        self
    }

    /// A file that is written.
    pub(super) fn output(mut self, option: &'static str, path: Option<&Path>, kind: Kind) -> Self {
        self.outputs.extend(path.map(|path| (Place { option, path: path.to_path_buf() }, kind)));
        self
    }

    /// Whether all can be written and none is lost by it. What killed processes have left beside them is removed.
    ///
    /// # Errors
    /// One file for two purposes, an input among the outputs, a file that this program did not write where one is to
    /// be written, a place that cannot be written to.
    pub(super) fn check(&self) -> Result<(), Error> {
        // Whether a place can be written to is tried with a file of its own.
        let _in_hand = signals::file_in_hand();
        for (index, (output, kind)) in self.outputs.iter().enumerate() {
            // A checkpoint and the one before it may for a moment be one file with two names.
            let mut earlier = self.outputs[..index].iter().filter(|(other, _)| other.option != output.option);
            if let Some((other, _)) = earlier.find(|(other, _)| output.is_same(other)) {
                let both = format!("{} and {} both name {}", other.option, output.option, name(&output.path));
                return Err(refusal(both, "give each a name of its own"));
            }
            if let Some(input) = self.inputs.iter().find(|input| output.is_same(input)) {
                self.check_replaces_its_input(output, *kind, input)?;
            }
            atomic_file::check_writable(&output.path)?;
            let is_foreign = std::fs::metadata(&output.path).is_ok_and(|found| found.len() > 0)
                && !kind.is_at(&output.path);
            if is_foreign && !self.force {
                let found = format!(
                    "{}: there is a file already, and it is not {} that this program wrote",
                    name(&output.path),
                    kind.name()
                );
                return Err(refusal(found, "choose another name, or replace it with --force"));
            }
            atomic_file::sweep(&output.path);
        }
        Ok(())
    }

    /// A model may take the place of the one it was made from, if that is what the user wants.
    fn check_replaces_its_input(&self, output: &Place, kind: Kind, input: &Place) -> Result<(), Error> {
        let is_plausible = kind == Kind::Model && input.option == "--from";
        if is_plausible && self.force {
            return Ok(());
        }
        let remedy = if is_plausible {
            "choose another name, or replace it with --force"
        } else {
            "choose another name"
        };
        let found =
            format!("{} would overwrite {}, which {} reads", output.option, name(&output.path), input.option);
        Err(refusal(found, remedy))
    }
}

fn refusal(found: String, remedy: &'static str) -> Error {
    Error::usage(found).remedy(remedy)
}

impl Place {
    fn is_same(&self, other: &Self) -> bool {
        is_same(&self.path, &other.path)
    }
}

/// Whether two paths lead to the same file, by whatever folders, links and names; or would, if it were there.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    Identity::of(one) == Identity::of(other)
}

#[derive(Debug, PartialEq, Eq)]
enum Identity {
    /// Of a file that is there: device and number.
    #[cfg(unix)]
    Number(u64, u64),
    /// Of any other: where its folder really is, and its name.
    Path(PathBuf),
}

impl Identity {
    fn of(path: &Path) -> Self {
        #[cfg(unix)]
        if let Ok(found) = std::fs::metadata(path) {
            use std::os::unix::fs::MetadataExt as _;
            return Self::Number(found.dev(), found.ino());
        }
        let place = atomic_file::place_of(path).unwrap_or_else(|_| path.to_path_buf());
        let folder = std::fs::canonicalize(atomic_file::folder_of(&place));
        let found = match (folder, place.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => std::path::absolute(&place).unwrap_or(place),
        };
        // On Windows capital letters make no other file.
        Self::Path(if cfg!(windows) { found.to_string_lossy().to_lowercase().into() } else { found })
    }
}

/// Writes a checkpoint; the one that was there stays as FILE.previous. A damaged one does not: it would take the place
/// of a good FILE.previous.
pub(super) fn write_checkpoint(path: &Path, run: &Checkpoint) -> Result<(), Error> {
    let bytes = run.to_bytes().map_err(|problem| problem.in_file(path))?;
    let _in_hand = signals::file_in_hand();
    if Checkpoint::is_whole_at(path) {
        atomic_file::write_keeping_previous(path, |file| file.write_all(&bytes))
    } else {
        atomic_file::write(path, |file| file.write_all(&bytes))
    }
}

/// Reads a checkpoint. If it is damaged and FILE.previous is whole, the error says so.
pub(super) fn read_checkpoint(path: &Path) -> Result<Checkpoint, Error> {
    Checkpoint::read(path).map_err(|error| {
        let previous = atomic_file::previous(path);
        if Checkpoint::read(&previous).is_err() {
            return error;
        }
        error.remedy(format!("the checkpoint before it is whole: resume from {}", previous.display()))
    })
}

/// Writes a file whole, or leaves what is there. Until it is done, no signal ends the program.
pub(super) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let _in_hand = signals::file_in_hand();
    atomic_file::write(path, |file| file.write_all(contents))
}

/// Writes a file that has no place any more to one that can take it, under a name that is still free: beside its own,
/// in the current folder, or where the system keeps temporary files. Where that was.
pub(super) fn write_elsewhere(path: &Path, contents: &[u8]) -> Option<PathBuf> {
    const MOST_NAMES: usize = 100;
    let folders = [atomic_file::folder_of(path), PathBuf::from("."), std::env::temp_dir()];
    folders.iter().find_map(|folder| {
        let mut free = (1..=MOST_NAMES).map(|number| folder.join(rescued(path, number)));
        let place = free.find(|place| place.symlink_metadata().is_err())?;
        write(&place, contents).is_ok().then_some(place)
    })
}

/// `NAME.rescued`, `NAME.rescued-2`, …
fn rescued(path: &Path, number: usize) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".rescued");
    if number > 1 {
        name.push(format!("-{number}"));
    }
    PathBuf::from(name)
}

/// A path as it must be typed in a shell, whatever is in it.
pub(super) fn quoted(path: &Path) -> String {
    if cfg!(windows) { quoted_for_windows(path) } else { quoted_for_unix(path) }
}

/// For `cmd` and PowerShell; no name has double quotes there. What `$` and the backtick mean to PowerShell they mean
/// between double quotes too, so such a name is for PowerShell alone.
fn quoted_for_windows(path: &Path) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || r"\/._-+:".contains(c);
    let text = path.to_string_lossy();
    if !text.is_empty() && text.chars().all(is_plain) {
        text.into_owned()
    } else if text.contains(['$', '`']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// For sh and its kin; where control characters are in it, for bash.
fn quoted_for_unix(path: &Path) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    match path.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(is_plain) => text.to_owned(),
        Some(text) if backprop::spelled_out(text) == text => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let spell = |byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            let bytes = path.as_os_str().as_encoded_bytes();
            format!("$'{}'", bytes.iter().map(spell).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_what_bash_reads() {
        let quotes =
            ["run.ck", "my run", "it's", "a\nb", "\u{1b}'\\"].map(|text| quoted_for_unix(Path::new(text)));
        assert_eq!(quotes, ["run.ck", "'my run'", r"'it'\''s'", r"$'a\x0ab'", r"$'\x1b\'\\'"]);
    }

    #[test]
    fn what_is_quoted_is_what_cmd_and_powershell_read() {
        let quotes = [r"C:\ü\run.ck", "my run", "it's", "$a's", "50 %"]
            .map(|text| quoted_for_windows(Path::new(text)));
        assert_eq!(quotes, [r"C:\ü\run.ck", "\"my run\"", "\"it's\"", "'$a''s'", "\"50 %\""]);
    }

    #[cfg(unix)]
    #[test]
    fn paths_to_one_file_are_the_same_whether_it_is_there_or_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).expect("new");
        std::os::unix::fs::symlink(at("file"), at("link")).expect("new");
        for exists in [false, true] {
            assert!(is_same(&at("file"), &at("sub/../file")) && is_same(&at("file"), &at("link")));
            assert!(!is_same(&at("file"), &at("other")));
            if !exists {
                std::fs::write(at("file"), "now").expect("writable");
            }
        }
        std::fs::hard_link(at("file"), at("other")).expect("a second name");
        assert!(is_same(&at("file"), &at("other")));
    }
}
