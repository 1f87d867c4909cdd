//! Runs the program.

use std::io;
use std::path::Path;
use std::process::Command;

use backprop::data_set::idx;
use serde::Deserialize;
use tempfile::TempDir;

use crate::golden::Model;

/// Returns the program with these arguments, separated by spaces.
pub fn backprop(arguments: &str) -> Command {
    let mut command = Command::new(crate::program());
    command.args(arguments.split_whitespace());
    command
}

/// Returns the result of `start`, which starts a process. Tries again if Wine reports an internal error: it sometimes
/// loses a process before its first instruction.
pub fn started<T>(mut start: impl FnMut() -> io::Result<T>) -> T {
    const INTERNAL_ERROR: i32 = 1359;
    let mut process = start();
    for _ in 0..3 {
        match &process {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) => process = start(),
            _ => break,
        }
    }
    process.expect("the program starts")
}

/// Runs the program and asserts that it refuses: exit status 2, nothing on stdout, one line on stderr. Returns that
/// line.
pub fn refusal(command: &mut Command) -> String {
    let output = started(|| command.output());
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("backprop: "), "{stderr}");
    stderr
}

/// Runs the program and asserts that it succeeds. Returns what it printed on stdout.
pub fn success(command: &mut Command) -> String {
    let output = started(|| command.output());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    String::from_utf8(output.stdout).expect("text")
}

/// Returns every line of `text` as JSON.
pub fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"))).collect()
}

/// The contents of tests/golden/idx_training.json.
#[derive(Deserialize)]
pub struct IdxTraining {
    pub rows: usize,
    pub columns: usize,
    pub rate: f64,
    pub epochs: usize,
    pub train_limit: usize,
    pub train_images: Vec<Vec<u8>>,
    pub train_labels: Vec<u8>,
    pub test_images: Vec<Vec<u8>>,
    pub test_labels: Vec<u8>,
    pub mean_costs: Vec<f64>,
    pub model_before: serde_json::Value,
    pub model_after: Model,
}

impl IdxTraining {
    /// Returns the data set as a folder of four IDX files, with `start.json`, the starting weights, among them.
    pub fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.write_part(folder.path(), "train", &self.train_images, &self.train_labels);
        self.write_part(folder.path(), "t10k", &self.test_images, &self.test_labels);
        write(&folder.path().join("start.json"), self.model_before.to_string().as_bytes());
        folder
    }

    fn write_part(&self, folder: &Path, part: &str, images: &[Vec<u8>], labels: &[u8]) {
        let pixels = images.concat();
        let image_file = idx::encode(&[images.len(), self.rows, self.columns], &pixels);
        write(&folder.join(format!("{part}-images-idx3-ubyte")), &image_file);
        write(&folder.join(format!("{part}-labels.idx1-ubyte")), &idx::encode(&[labels.len()], labels));
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
