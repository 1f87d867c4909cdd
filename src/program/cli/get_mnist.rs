//! `backprop get-mnist`: the four files of MNIST or of Fashion-MNIST, fetched by curl and verified.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::output::name as name_of;
use super::prelude::*;
use crate::io::Lock;
use backprop::file;

/// In bytes per second: a server that is slower than this for as long as the timeout counts as silent.
const SLOWEST: &str = "100";

const ANOTHER_MIRROR: &str = "try again, or try another mirror with --url";

/// A data set of four files.
struct Set {
    name: &'static str,
    /// The folder for its files.
    folder: &'static str,
    mirror: &'static str,
    /// The length and the SHA-256 of each of [`FILES`].
    sums: [Sum; 4],
    /// `true` if the sums are of the files as fetched, still gzipped.
    sums_gzip: bool,
    /// The names of its classes, one per line, if they are not digits.
    class_names: &'static str,
}

type Sum = (u64, &'static str);

/// The names of the four files, gzipped.
const FILES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

const MNIST: Set = Set {
    name: "MNIST",
    folder: "data/mnist",
    mirror: "https://ossci-datasets.s3.amazonaws.com/mnist",
    sums: [
        (16 + 60_000 * 28 * 28, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        (8 + 60_000, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        (16 + 10_000 * 28 * 28, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        (8 + 10_000, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
    sums_gzip: false,
    class_names: "",
};

const FASHION: Set = Set {
    name: "Fashion-MNIST",
    folder: "data/fashion-mnist",
    mirror: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    sums: [
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ],
    sums_gzip: true,
    class_names: "T-shirt/top\nTrouser\nPullover\nDress\nCoat\nSandal\nShirt\nSneaker\nBag\nAnkle boot\n",
};

/// The file with the names of classes, one per line.
const CLASS_NAMES: &str = "class-names.txt";

/// Fetch MNIST: 60,000 training and 10,000 test images of handwritten digits; or Fashion-MNIST, of clothes
///
/// Downloads the four files with curl, which comes with Windows, macOS and most Linux systems, and compares their
/// checksums. Files that are already there are not fetched again. A file is written when it is complete and verified;
/// a file with other contents is kept, unless --force is given.
#[derive(Debug, Args)]
pub(super) struct GetMnist {
    /// The folder for the files [default: data/mnist, or data/fashion-mnist]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Fetch Fashion-MNIST instead, with the same number of images, of ten kinds of clothes, and the names of its
    /// classes
    #[arg(long)]
    fashion: bool,

    /// Another mirror: the address of the folder with the files [default: one that the makers of the data set name]
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// Give up after this many seconds without a connection or with almost no data
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    timeout: u32,

    /// Replace files of these names that hold something else
    #[arg(long)]
    force: bool,
}

impl GetMnist {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let set = if self.fashion { &FASHION } else { &MNIST };
        let folder = self.folder.as_deref().unwrap_or(Path::new(set.folder));
        let new: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        fs::create_dir_all(folder).map_err(|error| {
            Error::file(folder, error).remedy("give a folder that you can write to, or the name of a new one")
        })?;
        let fetched = self.fetch(set, folder, output);
        for folder in new {
            // A folder that is not empty stays.
            let _ = fs::remove_dir(folder);
        }
        fetched
    }

    fn fetch(&self, set: &Set, folder: &Path, output: &mut Output) -> Result<ExitCode, Failure> {
        let files: Vec<(PathBuf, Sum)> = FILES.iter().map(|name| folder.join(name)).zip(set.sums).collect();
        let _lock = Lock::take(&files[0].0, "fetching")?;
        for (target, _) in &files {
            // Refuses a device, a pipe or a folder of this name.
            io::place_of(target).map_err(|error| Error::file(target, error))?;
        }
        for (target, sum) in files {
            if set.is_there(&target, sum) {
                writeln!(output, "{}: already here", name_of(&target))?;
                continue;
            }
            self.check_may_replace(&target, set)?;
            self.get(&target, sum, set)?;
            writeln!(output, "{}: verified", name_of(&target))?;
            output.flush()?;
        }
        let mut command = format!("backprop train --data {}", quoted(folder));
        if !set.class_names.is_empty() {
            let names = folder.join(CLASS_NAMES);
            io::write(&names, set.class_names.as_bytes())?;
            command = format!("{command} --class-names {}", quoted(&names));
        }
        writeln!(output, "{} is in {}. Try: {command}", set.name, name_of(folder))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Refuses to replace a file with other contents, unless the user asks for it.
    fn check_may_replace(&self, target: &Path, set: &Set) -> Result<(), Error> {
        if self.force || fs::metadata(target).is_ok_and(|found| found.len() == 0) || !target.exists() {
            return Ok(());
        }
        let found = format!("{}: there is already a file, and it is not {}'s", name_of(target), set.name);
        Err(Error::usage(found).remedy("choose another folder, or replace it with --force"))
    }

    /// Fetches a file, and writes it if it is the right one.
    fn get(&self, target: &Path, sum: Sum, set: &Set) -> Result<(), Error> {
        let mirror = self.url.as_deref().unwrap_or(set.mirror);
        let file = name_of(Path::new(target.file_name().unwrap_or_default()));
        let address = format!("{}/{file}", mirror.trim_end_matches('/'));
        let bytes = self.curl(&address, sum.0)?;
        let problem = if bytes.len() as u64 > sum.0 {
            "it is too long"
        } else if !set.is_right(&bytes[..], sum) {
            "its checksum differs"
        } else {
            return io::write(target, &bytes);
        };
        let found = format!("{address} is not {}'s {file}: {problem}; nothing was kept", set.name);
        Err(Error::usage(found).remedy(ANOTHER_MIRROR))
    }

    /// Fetches a file with curl. Reads at most one byte more than its length: a server may never end.
    fn curl(&self, address: &str, length: u64) -> Result<Vec<u8>, Error> {
        let timeout = self.timeout.to_string();
        let mut command = Command::new("curl");
        // The first option keeps curl from reading the user's .curlrc.
        command.args(["-q", "--fail", "--silent", "--show-error", "--location", "--max-redirs", "5"]);
        command.args(["--connect-timeout", &timeout, "--speed-limit", SLOWEST, "--speed-time", &timeout]);
        command.arg("--").arg(address).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            let remedy = io::system_errors::remedy(&error)
                .unwrap_or("install curl, or fetch the four files yourself as data/README.md says");
            Error::usage(format!("curl cannot be started: {error}")).remedy(remedy)
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

impl Set {
    /// Returns `true` if a file exists and is the right one.
    fn is_there(&self, path: &Path, sum: Sum) -> bool {
        file::open(path).is_ok_and(|(file, length)| length <= sum.0 && self.is_right(file, sum))
    }

    /// Returns `true` if these gzipped contents are the right ones.
    fn is_right(&self, gzipped: impl Read, sum: Sum) -> bool {
        if self.sums_gzip { has_sum(gzipped, sum) } else { has_sum(MultiGzDecoder::new(gzipped), sum) }
    }
}

fn has_sum(contents: impl Read, (length, expected): Sum) -> bool {
    let mut sum = Sha256::new();
    std::io::copy(&mut contents.take(length + 1), &mut sum).is_ok()
        && format!("{:x}", sum.finalize()) == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_recognised_with_or_without_gzip() {
        let sum = (3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(FASHION.is_right(&b"abc"[..], sum) && !FASHION.is_right(&b"abx"[..], sum));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"abc").expect("in memory");
        let gzipped = gzip.finish().expect("in memory");
        assert!(MNIST.is_right(&gzipped[..], sum) && !MNIST.is_right(&b"abc"[..], sum));
        assert!(!FASHION.is_right(&gzipped[..], sum));
    }
}
