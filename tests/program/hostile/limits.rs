//! Runs the program under limits, and makes the folders it runs in.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use tempfile::TempDir;

/// The longest wait; on an idle machine nothing here takes a hundredth of it.
const LONGEST: Duration = Duration::from_mins(3);

/// More memory than any case here should need, in kilobytes.
const MOST_MEMORY: i64 = 200_000;

/// Seconds of processor time that a refusal takes at most, in a debug build too; how long that is by the clock depends on
/// what else the machine does.
const LONGEST_REFUSAL: f64 = 1.0;

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// Seconds of processor time; 0 if the system does not say.
    pub seconds: f64,
}

impl Ended {
    /// Asserts exit status 0 and nothing on stderr.
    pub fn succeeded(self) -> Self {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    /// Asserts exit status 2 and one line on stderr, which contains all of these, without long work before it.
    pub fn refused(&self, parts: &[&str]) {
        assert!(self.seconds < LONGEST_REFUSAL, "{self:?}");
        assert_eq!((self.status, self.stderr.lines().count()), (Some(2), 1), "{self:?}");
        self.says(parts);
    }

    /// Asserts that all of these are on stderr.
    pub fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {:?}", self.stderr);
        }
    }
}

/// Returns the program with these arguments, separated by blanks, in a folder.
pub fn backprop(arguments: &str, folder: &TempDir) -> Command {
    let mut command = Command::new(testkit::program());
    command.args(arguments.split_whitespace()).current_dir(folder).stdin(Stdio::null());
    command
}

/// Returns the program, started by a shell that does something first, such as `ulimit`.
pub fn after(preparation: &str, arguments: &str, folder: &TempDir) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{preparation}; exec \"$0\" {arguments}");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_backprop")]).current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs a command to its end, under the limits of time and memory.
pub fn run(command: &mut Command) -> Ended {
    if !is_redirected(command) {
        command.stdout(Stdio::piped());
    }
    let child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let ended = wait(child);
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).expect("it is counted").max_rss();
    assert!(peak < MOST_MEMORY, "{peak} kB were used by {command:?} or one that ran before it: {ended:?}");
    ended
}

/// Marks that the test has said where stdout goes, which std does not tell.
fn is_redirected(command: &Command) -> bool {
    command.get_envs().any(|(name, _)| name == "STDOUT_IS_SET")
}

/// Lets stdout go to a device or file.
pub fn printing_to<'c>(command: &'c mut Command, path: &str) -> &'c mut Command {
    let file = std::fs::File::options().write(true).open(path).expect("it is there");
    command.env("STDOUT_IS_SET", "1").stdout(file)
}

/// Waits until a process answers signals itself.
pub fn wait_until_it_listens(process: u32) {
    const SIGTERM: u32 = 15;
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask >> (SIGTERM - 1) & 1 == 1)
    };
    let began = Instant::now();
    while cfg!(target_os = "linux") && !listens() {
        assert!(began.elapsed() < LONGEST, "it never listens");
        std::thread::sleep(Duration::from_millis(2));
    }
    // Elsewhere the system does not say; and it should have begun its work.
    std::thread::sleep(Duration::from_millis(50));
}

/// Waits for the end, and kills what does not end.
pub fn wait(mut child: Child) -> Ended {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let text = |stream: Option<Box<dyn std::io::Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut stream) = stream {
                stream.read_to_end(&mut bytes).expect("readable");
            }
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = text(stdout.map(|stream| Box::new(stream) as _));
    let stderr = text(stderr.map(|stream| Box::new(stream) as _));
    let (began, mut seconds) = (Instant::now(), 0.0);
    let status = loop {
        seconds = processor_seconds(child.id()).unwrap_or(seconds);
        if let Some(status) = child.try_wait().expect("ours") {
            break status;
        }
        if began.elapsed() > LONGEST {
            child.kill().expect("ours");
            panic!("it does not end: {:?}", stderr.join());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |thread: std::thread::JoinHandle<String>| thread.join().expect("it has been read");
    Ended { status: status.code(), stdout: text(stdout), stderr: text(stderr), seconds }
}

/// Returns the processor time that a process has taken so far, as Linux counts it, in hundredths of a second.
fn processor_seconds(process: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
    let mut fields = text.rsplit(')').next()?.split_whitespace().skip(11);
    let mut hundredths = || fields.next()?.parse::<f64>().ok();
    Some((hundredths()? + hundredths()?) / 100.0)
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub fn write(folder: &TempDir, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
    std::fs::write(folder.path().join(name), contents).expect("writable");
}

pub fn read(folder: &TempDir, name: impl AsRef<Path>) -> Vec<u8> {
    let path = folder.path().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the names in a folder, in order, hidden ones too.
pub fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A run of a tenth of a second that ends in this model.
pub const RUN: &str = "train --data bits --sizes 8,3,8 --epochs 3";

/// Returns the model of [`RUN`].
pub fn model(folder: &TempDir) -> Vec<u8> {
    run(&mut backprop(&format!("{RUN} --out model.json"), folder)).succeeded();
    read(folder, "model.json")
}
