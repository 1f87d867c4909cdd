//! `backprop get-mnist`: MNIST's four files, fetched by curl and verified.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
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

/// curl's exit statuses if a server cannot go on where an earlier download ended: an HTTP error, no ranges, a range it does
/// not have.
const CANNOT_GO_ON: [i32; 3] = [22, 33, 36];

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
/// Files that are already there are not fetched again, and a download that was cut off goes on where it ended. A file gets
/// its name when it is complete and verified; a file with other contents is kept, unless --force is given.
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
            check_is_file(&target)?;
            self.check_may_go_on(&part_of(&target), file)?;
        }
        for file in &FILES {
            let target = self.target(file);
            if is_right(&target, file) {
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

    /// Refuses to go on from a file that did not come from a download that was cut off, unless the user asks for it.
    fn check_may_go_on(&self, part: &Path, file: &MnistFile) -> Result<(), Error> {
        check_is_file(part)?;
        if self.force || !part.exists() || is_beginning(part, file.name) {
            return Ok(());
        }
        let (part, name) = (name_of(part), file.name);
        let found = format!("{part}: there is a file already, and MNIST's {name} does not begin so");
        Err(Error::usage(found).remedy("choose another folder, or replace it with --force"))
    }

    /// Fetches a file under another name, and renames it if it is the right one.
    fn get(&self, target: &Path, file: &MnistFile) -> Result<(), Error> {
        let part = &part_of(target);
        let address = &format!("{}/{}.gz", self.url.trim_end_matches('/'), file.name);
        // A complete file that was not renamed is not fetched again: a server has nothing to add to it.
        if !is_right(part, file) {
            let was_begun = part.exists();
            self.download(address, part, file)?;
            if was_begun && !is_right(part, file) {
                // What was there did not belong to this file.
                fs::remove_file(part).map_err(|error| Error::file(part, error))?;
                self.download(address, part, file)?;
            }
        }
        if !is_right(part, file) {
            let _ = fs::remove_file(part);
            let found = format!("{address} is not MNIST's {}: its checksum differs", file.name);
            return Err(Error::usage(format!("{found}; nothing was kept")).remedy(ANOTHER_MIRROR));
        }
        fs::rename(part, target).map_err(|error| Error::file(target, error))
    }

    /// Fetches a file, from where an earlier download ended.
    fn download(&self, address: &str, part: &Path, file: &MnistFile) -> Result<(), Error> {
        let was_begun = part.exists();
        let mut ended = self.curl(address, part, file)?;
        if was_begun && ended.code.is_some_and(|code| CANNOT_GO_ON.contains(&code)) {
            fs::remove_file(part).map_err(|error| Error::file(part, error))?;
            ended = self.curl(address, part, file)?;
        }
        if ended.code == Some(0) {
            return Ok(());
        }
        let said = ended.said.lines().last().unwrap_or("it said nothing").trim();
        Err(Error::usage(format!("could not fetch {address} ({said})"))
            .remedy("what has come is kept: run it again to go on, or name another mirror with --url"))
    }

    /// Lets curl fetch a file, and appends no more than the file can have: a server may never end.
    fn curl(&self, address: &str, part: &Path, file: &MnistFile) -> Result<Ended, Error> {
        let fail = |error| Error::file(part, error);
        let existed = part.exists();
        let mut to = io::open_without_links(part).map_err(fail)?;
        let begun = to.seek(SeekFrom::End(0)).map_err(fail)?;
        let timeout = self.timeout.to_string();
        let mut command = Command::new("curl");
        // The first option keeps curl from reading the user's .curlrc.
        command.args([
            "-q",
            "--fail",
            "--silent",
            "--show-error",
            "--location",
            "--connect-timeout",
            &timeout,
        ]);
        command.args(["--speed-limit", "1", "--speed-time", &timeout, "--continue-at", &begun.to_string()]);
        command.arg("--").arg(address).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let fetched = command.spawn().map_err(|error| {
            Error::usage(format!("curl cannot be started: {error}"))
                .remedy("install curl, or fetch the four files yourself as data/README.md says")
        });
        let fetched = fetched.and_then(|mut child| {
            let room = file.length.saturating_sub(begun) + 1;
            let stdout = child.stdout.take().into_iter();
            let copied: std::io::Result<u64> =
                stdout.map(|from| std::io::copy(&mut from.take(room), &mut to)).sum();
            let is_too_long = matches!(copied, Ok(length) if length == room);
            if is_too_long || copied.is_err() {
                let _ = child.kill();
            }
            let ended = child.wait_with_output().and_then(|ended| copied.map(|_| ended)).map_err(fail)?;
            if is_too_long {
                let _ = fs::remove_file(part);
                let found = format!("{address} is not MNIST's {}: it is too long", file.name);
                return Err(Error::usage(format!("{found}; nothing was kept")).remedy(ANOTHER_MIRROR));
            }
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            Ok(Ended { code: ended.status.code(), said })
        });
        if !existed && fs::metadata(part).is_ok_and(|found| found.len() == 0) {
            let _ = fs::remove_file(part);
        }
        fetched
    }
}

const ANOTHER_MIRROR: &str = "try another mirror with --url";

/// How a run of curl ended.
struct Ended {
    code: Option<i32>,
    said: String,
}

/// Returns the name that a file has until it is complete and verified.
fn part_of(target: &Path) -> PathBuf {
    target.with_extension("gz.part")
}

/// Refuses a device, a pipe or a folder in the place of a file.
fn check_is_file(path: &Path) -> Result<(), Error> {
    io::place_of(path).map(|_| ()).map_err(|error| Error::file(path, error))
}

/// Returns `true` if a file can be the beginning of the gzipped file of this name.
fn is_beginning(part: &Path, name: &str) -> bool {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let dimensions = if name.contains("images") { 3 } else { 1 };
    let Ok((file, _)) = file::open(part) else { return false };
    let mut file = BufReader::new(file);
    let is_zipped =
        file.fill_buf().is_ok_and(|bytes| GZIP.starts_with(&bytes[..bytes.len().min(GZIP.len())]));
    let mut contents = Vec::new();
    // The file may end early.
    let _ = MultiGzDecoder::new(file).take(4).read_to_end(&mut contents);
    is_zipped && [0, 0, 8, dimensions].starts_with(&contents)
}

/// Returns `true` if a gzipped file exists and its contents are right.
fn is_right(path: &Path, expected: &MnistFile) -> bool {
    let Ok((file, length)) = file::open(path) else { return false };
    if length > expected.length {
        return false;
    }
    let mut contents = MultiGzDecoder::new(file).take(expected.length + 1);
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
