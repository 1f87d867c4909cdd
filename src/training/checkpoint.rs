//! Training runs on disk: everything needed to continue and end with the same numbers.
//!
//! `DIFFERENCE:` mnist.py saves its weights every ten rounds, so that work is not lost; this saves the whole run.
//!
//! A checkpoint is one line of header and one of JSON:
//!
//! ```text
//! backprop-checkpoint 1 crc32 5f0c8a31 bytes 1834
//! {"engine":"object","architecture":{"sizes":[8,3,8], …
//! ```
//!
//! Numbers come back bit for bit. The checksum covers the second line, so a damaged file is noticed.

use std::fs::File;
use std::io::Read as _;
use std::iter::once;
use std::path::Path;

use flate2::Crc;
use serde::{Deserialize, Serialize};

use super::{RunConfig, TrainingState};
use crate::model_file::Model;
use crate::{Engine, Error, Parameters, file};

const MAGIC: &str = "backprop-checkpoint";
const VERSION: &str = "1";

/// A run that can be resumed: its configuration and how far it has come.
///
/// ```
/// use backprop::data_set::{Pixels, Source};
/// use backprop::gradient_check::Precision;
/// use backprop::training::{Beginning, Checkpoint, DataRecord, Fingerprint, Outputs};
/// use backprop::training::{Options, RunConfig, TrainingState};
/// use backprop::{Engine, vectorized::Network};
///
/// let network = Network::new(&[8, 3, 8], 0);
/// let train = Source::Bits.load(Pixels::Scaled)?.train;
/// let config = RunConfig {
///     engine: "vectorized".to_owned(),
///     precision: Precision::F64,
///     architecture: network.architecture().clone(),
///     data: DataRecord {
///         source: Source::Bits,
///         meaning: train.meaning().clone(),
///         train_limit: None,
///         test_limit: None,
///         held_out: 0,
///         fingerprints: vec![Fingerprint::of(&train)],
///     },
///     options: Options::default(),
///     outputs: Outputs { checkpoint_every: 1, ..Outputs::default() },
///     beginning: Beginning::default(),
/// };
/// let state = TrainingState::new(&config.options);
/// let checkpoint = Checkpoint { config, parameters: network.parameters(), state };
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("run.checkpoint");
/// checkpoint.write(&path)?;
/// assert_eq!(Checkpoint::read(&path)?, checkpoint); // bit for bit
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The run.
    #[serde(flatten)]
    pub config: RunConfig,
    /// The current weights and biases.
    pub parameters: Parameters,
    /// The state of training.
    pub state: TrainingState,
}

impl Checkpoint {
    /// Writes the file. An existing one is replaced only when the new one is complete.
    ///
    /// # Errors
    /// A weight that is not finite, or a file that cannot be written. The file that was there is then unchanged.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let bytes = self.to_bytes().map_err(|problem| problem.in_file(path))?;
        file::write(path, &bytes).map_err(|error| Error::file(path, error))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A file that is missing, damaged or not a checkpoint.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if Model::is_at(path) {
            let error = Error::new(crate::ErrorKind::IsModel, "a model, not a checkpoint");
            return Err(error.remedy("a new run can start from it").in_file(path));
        }
        Self::from_bytes(&read_whole(path)?).map_err(|problem| problem.in_file(path))
    }

    /// Returns `true` if the file at this path starts like a checkpoint, complete or not.
    pub fn is_at(path: &Path) -> bool {
        let mut begin = [0; MAGIC.len()];
        // A pipe is not tried, because reading would consume it.
        path.is_file()
            && File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok()
            && begin == MAGIC.as_bytes()
    }

    /// Returns `true` if the file at this path is a complete and undamaged checkpoint.
    pub fn is_whole_at(path: &Path) -> bool {
        Self::is_at(path) && read_whole(path).is_ok_and(|bytes| check_header(&bytes).is_ok())
    }

    /// Returns the network as it is now, without the run.
    pub fn into_model(self) -> Model {
        self.config.model(self.parameters)
    }

    /// Returns the contents of a checkpoint file.
    ///
    /// # Errors
    /// A number that is not finite, or a path that is not text.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        self.check()?;
        let body = serde_json::to_vec(self).map_err(|error| Error::contents(error.to_string()))?;
        let header = format!("{MAGIC} {VERSION} crc32 {:08x} bytes {}\n", checksum(&body), body.len());
        Ok([header.as_bytes(), &body].concat())
    }

    /// Reads a checkpoint from the contents of a file.
    ///
    /// # Errors
    /// Contents that are not a checkpoint, have another version, are damaged, or contradict themselves.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let body = check_header(bytes)?;
        let checkpoint: Self = serde_json::from_slice(body)
            .map_err(|error| Error::contents(format!("not a checkpoint of this version: {error}")))?;
        checkpoint.check()?;
        Ok(checkpoint)
    }

    /// Updates the checkpoint to the current state of the network and of training.
    pub fn update(&mut self, engine: &dyn Engine, state: &TrainingState) {
        self.parameters = engine.parameters();
        self.state.clone_from(state);
    }

    /// Checks that the parts belong together: a correct checksum does not say who wrote the file.
    fn check(&self) -> Result<(), Error> {
        let RunConfig { architecture, data, .. } = &self.config;
        self.config.check()?;
        data.meaning.check(architecture)?;
        self.state.check(data.samples())?;
        let best_before = self.state.before_end.iter().flat_map(|(_, best)| best);
        for parameters in once(&self.parameters).chain(&self.state.best_parameters).chain(best_before) {
            if !parameters.fit(architecture) {
                let sizes = architecture.sizes_text();
                return Err(Error::contents(format!("its weights do not fit sizes {sizes}")));
            }
            if parameters.first_not_finite().is_some() {
                return Err(Error::contents("it holds a weight that is infinite or not a number"));
            }
        }
        Ok(())
    }
}

/// Reads a file up to the length its first line states; of a file that does not start like a checkpoint, reads only
/// the beginning.
fn read_whole(path: &Path) -> Result<Vec<u8>, Error> {
    const LONGEST_FIRST_LINE: u64 = 100;
    let fail = |error| file::unreadable(path, error, "training saves checkpoints as it goes");
    let (file, length) = file::open(path).map_err(fail)?;
    let mut beginning = Vec::new();
    file.take(LONGEST_FIRST_LINE).read_to_end(&mut beginning).map_err(fail)?;
    let first_line = beginning.iter().position(|&byte| byte == b'\n').map(|end| &beginning[..end]);
    let promised = first_line.and_then(|line| {
        let words = std::str::from_utf8(line).ok()?.strip_prefix(MAGIC)?.rsplit(' ').next()?;
        Some((line.len() as u64 + 1, words.parse::<u64>().ok()?))
    });
    match promised {
        None => Ok(beginning),
        Some((header, promised)) if length - header != promised => {
            Err(wrong_length(length - header, promised).in_file(path))
        }
        Some(_) => file::read(path).map_err(fail),
    }
}

fn wrong_length(found: u64, promised: u64) -> Error {
    let found = format!("damaged: {found} bytes follow the first line, which promises {promised}");
    Error::contents(found)
}

/// Compares the first line with the rest, and returns the rest.
fn check_header(bytes: &[u8]) -> Result<&[u8], Error> {
    let not_one = || Error::contents("not a checkpoint: its first line does not say so");
    let end = bytes.iter().position(|&byte| byte == b'\n');
    let (header, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    let header = std::str::from_utf8(header).map_err(|_| not_one())?;
    let words: Vec<&str> = header.splitn(7, ' ').collect();
    let [MAGIC, version, rest @ ..] = words.as_slice() else { return Err(not_one()) };
    if *version != VERSION {
        return Err(Error::contents(format!("a checkpoint of version {version}"))
            .remedy(format!("this program reads version {VERSION}: get a later one")));
    }
    let incomplete = || Error::contents("damaged: its first line is incomplete");
    let ["crc32", sum, "bytes", length] = rest else { return Err(incomplete()) };
    let sum = u32::from_str_radix(sum, 16).map_err(|_| incomplete())?;
    let length: usize = length.parse().map_err(|_| incomplete())?;
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    if body.len() != length {
        return Err(wrong_length(body.len() as u64, length as u64));
    }
    if checksum(body) != sum {
        return Err(Error::contents("damaged: its checksum is not the one its first line gives"));
    }
    Ok(body)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
