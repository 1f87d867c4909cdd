//! `backprop get-mnist`: MNIST's four files, fetched by curl and verified.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::output::name as name_of;
use super::{Failure, Output};
use crate::io;
use backprop::Error;
use backprop::file;

const MIRROR: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";

/// How curl ends where a server cannot go on at the place an earlier download has reached: an HTTP error, no ranges,
/// a range it has not got.
const CANNOT_GO_ON: [i32; 3] = [22, 33, 36];

/// The bytes of the longest of the files without gzip: what has more is none of them.
const LONGEST: u64 = 16 + 60_000 * 28 * 28;

/// The four files, and the SHA-256 of each without gzip.
const FILES: [(&str, &str); 4] = [
    ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
];

/// Fetch MNIST: 60,000 training and 10,000 test images of digits that people wrote
///
/// Downloads the four files with curl, which comes with Windows, macOS and most of Linux, and compares their checksums.
/// What is already there is not fetched again, and a download that was cut off goes on where it ended. A file has its
/// name only once it is whole and right; what is there with other contents is kept, unless --force is given.
#[derive(Debug, Args)]
pub(super) struct GetMnist {
    /// Where the files go
    #[arg(value_name = "DIR", default_value = "data/mnist")]
    folder: PathBuf,

    /// Another mirror: the address that the files lie under
    #[arg(long, value_name = "URL", default_value = MIRROR)]
    url: String,

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
        for (name, _) in FILES {
            let target = self.target(name);
            check_is_file(&target)?;
            self.check_may_go_on(&part_of(&target), name)?;
        }
        for (name, checksum) in FILES {
            let target = self.target(name);
            if is_right(&target, checksum) {
                writeln!(output, "{}: already here", name_of(&target))?;
                continue;
            }
            self.check_may_replace(&target)?;
            self.get(&target, name, checksum)?;
            writeln!(output, "{}: verified", name_of(&target))?;
            output.flush()?;
        }
        let folder = name_of(&self.folder);
        writeln!(output, "MNIST is in {folder}. Try: backprop train --data {folder}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn target(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.gz"))
    }

    /// Whether nothing is lost by it, or the user wants it.
    fn check_may_replace(&self, target: &Path) -> Result<(), Error> {
        if self.force || fs::metadata(target).is_ok_and(|found| found.len() == 0) || !target.exists() {
            return Ok(());
        }
        let found = format!("{}: there is a file already, and it is not MNIST's", name_of(target));
        Err(Error::usage(found).remedy("choose another folder, or replace it with --force"))
    }

    /// Whether what is there can have come from a download that was cut off, or the user does not want it.
    fn check_may_go_on(&self, part: &Path, name: &str) -> Result<(), Error> {
        check_is_file(part)?;
        if self.force || !part.exists() || is_beginning(part, name) {
            return Ok(());
        }
        let found =
            format!("{}: there is a file already, and MNIST's {name} does not begin so", name_of(part));
        Err(Error::usage(found).remedy("choose another folder, or replace it with --force"))
    }

    /// Fetches one file beside its place, and moves it there if it is the right one.
    fn get(&self, target: &Path, name: &str, checksum: &str) -> Result<(), Error> {
        let part = part_of(target);
        let address = format!("{}/{name}.gz", self.url.trim_end_matches('/'));
        // A whole file that was never moved is not fetched again: a server has nothing to add to it.
        if !is_right(&part, checksum) {
            let was_begun = part.exists();
            download(&address, &part)?;
            if was_begun && !is_right(&part, checksum) {
                // What was there did not belong to this file.
                fs::remove_file(&part).map_err(|error| Error::file(&part, error))?;
                download(&address, &part)?;
            }
        }
        if !is_right(&part, checksum) {
            let _ = fs::remove_file(&part);
            return Err(Error::usage(format!(
                "{address} is not MNIST's {name}: its checksum is another; nothing was kept"
            ))
            .remedy("try another mirror with --url"));
        }
        fs::rename(&part, target).map_err(|error| Error::file(target, error))
    }
}

/// Where a file is until it is whole and right.
fn part_of(target: &Path) -> PathBuf {
    target.with_extension("gz.part")
}

/// Whether there is a file or nothing: what has no end is not read, and nothing else is replaced.
fn check_is_file(path: &Path) -> Result<(), Error> {
    io::place_of(path).map(|_| ()).map_err(|error| Error::file(path, error))
}

/// Lets curl fetch a file, from where an earlier download ended.
fn download(address: &str, part: &Path) -> Result<(), Error> {
    let was_begun = part.exists();
    let mut ended = curl(address, part)?;
    if was_begun && ended.code.is_some_and(|code| CANNOT_GO_ON.contains(&code)) {
        fs::remove_file(part).map_err(|error| Error::file(part, error))?;
        ended = curl(address, part)?;
    }
    if ended.code == Some(0) {
        return Ok(());
    }
    let said = ended.said.lines().last().unwrap_or("it said nothing").trim();
    Err(Error::usage(format!("could not fetch {address} ({said})"))
        .remedy("what has come is kept: run it again to go on, or name another mirror with --url"))
}

/// How a run of curl ended.
struct Ended {
    code: Option<i32>,
    said: String,
}

fn curl(address: &str, part: &Path) -> Result<Ended, Error> {
    let mut command = Command::new("curl");
    command.args(["--fail", "--silent", "--show-error", "--location", "--continue-at", "-", "--output"]);
    let ended = command.arg(part).arg("--").arg(address).output().map_err(|error| {
        Error::usage(format!("curl cannot be started: {error}"))
            .remedy("install curl, or fetch the four files yourself as data/README.md says")
    })?;
    Ok(Ended { code: ended.status.code(), said: String::from_utf8_lossy(&ended.stderr).into_owned() })
}

/// Whether a file is the beginning of a gzipped one of this name, as far as it goes.
fn is_beginning(part: &Path, name: &str) -> bool {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let dimensions = if name.contains("images") { 3 } else { 1 };
    let Ok((file, _)) = file::open(part) else { return false };
    let mut file = BufReader::new(file);
    let is_zipped =
        file.fill_buf().is_ok_and(|bytes| GZIP.starts_with(&bytes[..bytes.len().min(GZIP.len())]));
    let mut contents = Vec::new();
    // What is cut off is no error here.
    let _ = MultiGzDecoder::new(file).take(4).read_to_end(&mut contents);
    is_zipped && [0, 0, 8, dimensions].starts_with(&contents)
}

/// Whether a gzipped file is there and holds what it should.
fn is_right(path: &Path, checksum: &str) -> bool {
    let Ok((file, _)) = file::open(path) else { return false };
    let mut contents = MultiGzDecoder::new(file).take(LONGEST + 1);
    let mut sum = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match contents.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => sum.update(&piece[..length]),
            Err(_) => return false,
        }
    }
    format!("{:x}", sum.finalize()) == checksum
}
