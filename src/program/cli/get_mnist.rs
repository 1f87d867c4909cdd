//! `backprop get-mnist`: MNIST's four files, fetched by curl and verified.

use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use clap::Args;
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::output::name as name_of;
use super::{Failure, Output};
use crate::io::{self, Lock};
use backprop::Error;
use backprop::file;

const MIRROR: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";

const ANOTHER_MIRROR: &str = "try again, or try another mirror with --url";

/// One of the four files.
struct MnistFile {
    name: &'static str,
    /// Its bytes without gzip; with gzip it has fewer.
    length: u64,
    /// The SHA-256 of the file without gzip.
    checksum: &'static str,
}

const FILES: [MnistFile; 4] = [
    MnistFile {
        name: "train-images-idx3-ubyte",
        length: 16 + 60_000 * 28 * 28,
        checksum: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    MnistFile {
        name: "train-labels-idx1-ubyte",
        length: 8 + 60_000,
        checksum: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
    MnistFile {
        name: "t10k-images-idx3-ubyte",
        length: 16 + 10_000 * 28 * 28,
        checksum: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    MnistFile {
        name: "t10k-labels-idx1-ubyte",
        length: 8 + 10_000,
        checksum: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
];

/// Fetch MNIST: 60,000 training and 10,000 test images of digits that people wrote
///
/// Downloads the four files with curl, which comes with Windows, macOS and most of Linux, and compares their checksums.
/// Files that are already there are not fetched again. A file is written when it is complete and verified; a file with other
/// contents is kept, unless --force is given.
#[derive(Debug, Args)]
pub(super) struct GetMnist {
    /// Where the files go
    #[arg(value_name = "DIR", default_value = "data/mnist")]
    folder: PathBuf,

    /// Another mirror: the address that the files lie under
    #[arg(long, value_name = "URL", default_value = MIRROR)]
    url: String,

    /// Give up after this many seconds without a connection or without data
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,

    /// Replace files of these names that hold something else
    #[arg(long)]
    force: bool,
}

impl GetMnist {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        fs::create_dir_all(&self.folder).map_err(|error| {
            Error::usage(format!("{}: {error}", name_of(&self.folder)))
                .remedy("give a folder that you can write to, or the name of a new one")
        })?;
        let _lock = Lock::take(&self.target(&FILES[0]), "fetching")?;
        for file in &FILES {
            let target = self.target(file);
            // Refuses a device, a pipe or a folder of this name.
            io::place_of(&target).map_err(|error| Error::file(&target, error))?;
        }
        for file in &FILES {
            let target = self.target(file);
            if is_there(&target, file) {
                writeln!(output, "{}: already here", name_of(&target))?;
                continue;
            }
            self.check_may_replace(&target)?;
            self.get(&target, file)?;
            writeln!(output, "{}: verified", name_of(&target))?;
            output.flush()?;
        }
        let folder = name_of(&self.folder);
        writeln!(output, "MNIST is in {folder}. Try: backprop train --data {folder}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn target(&self, file: &MnistFile) -> PathBuf {
        self.folder.join(format!("{}.gz", file.name))
    }

    /// Refuses to replace a file with other contents, unless the user asks for it.
    fn check_may_replace(&self, target: &Path) -> Result<(), Error> {
        if self.force || fs::metadata(target).is_ok_and(|found| found.len() == 0) || !target.exists() {
            return Ok(());
        }
        let found = format!("{}: there is a file already, and it is not MNIST's", name_of(target));
        Err(Error::usage(found).remedy("choose another folder, or replace it with --force"))
    }

    /// Fetches a file, and writes it if it is the right one.
    fn get(&self, target: &Path, file: &MnistFile) -> Result<(), Error> {
        let address = format!("{}/{}.gz", self.url.trim_end_matches('/'), file.name);
        let bytes = self.curl(&address, file.length)?;
        let problem = if bytes.len() as u64 > file.length {
            "it is too long"
        } else if !is_right(&bytes[..], file) {
            "its checksum differs"
        } else {
            return io::write(target, &bytes);
        };
        let found = format!("{address} is not MNIST's {}: {problem}; nothing was kept", file.name);
        Err(Error::usage(found).remedy(ANOTHER_MIRROR))
    }

    /// Lets curl fetch a file. Reads at most one byte more than its length: a server may never end.
    fn curl(&self, address: &str, length: u64) -> Result<Vec<u8>, Error> {
        let timeout = self.timeout.to_string();
        let mut command = Command::new("curl");
        // The first option keeps curl from reading the user's .curlrc.
        command.args(["-q", "--fail", "--silent", "--show-error", "--location"]);
        command.args(["--connect-timeout", &timeout, "--speed-limit", "1", "--speed-time", &timeout]);
        command.arg("--").arg(address).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            Error::usage(format!("curl cannot be started: {error}"))
                .remedy("install curl, or fetch the four files yourself as data/README.md says")
        })?;
        let mut bytes = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            // If this fails, so does curl.
            let _ = stdout.take(length + 1).read_to_end(&mut bytes);
        }
        let is_too_long = bytes.len() as u64 > length;
        if is_too_long {
            let _ = child.kill();
        }
        let said = match child.wait_with_output() {
            Ok(ended) if ended.status.success() || is_too_long => return Ok(bytes),
            Ok(ended) => String::from_utf8_lossy(&ended.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        let said = said.lines().last().unwrap_or("it said nothing").trim();
        Err(Error::usage(format!("could not fetch {address} ({said})")).remedy(ANOTHER_MIRROR))
    }
}

/// Returns `true` if a file exists and is the right one.
fn is_there(path: &Path, expected: &MnistFile) -> bool {
    file::open(path).is_ok_and(|(file, length)| length <= expected.length && is_right(file, expected))
}

/// Returns `true` if these gzipped contents are the right ones.
fn is_right(gzipped: impl Read, expected: &MnistFile) -> bool {
    let mut contents = MultiGzDecoder::new(gzipped).take(expected.length + 1);
    let mut sum = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match contents.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => sum.update(&piece[..length]),
            Err(_) => return false,
        }
    }
    format!("{:x}", sum.finalize()) == expected.checksum
}
