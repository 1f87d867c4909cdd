//! Differences on Windows: names, files that other programs hold open, locks. (Ctrl-C there: .ci/windows.)

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use testkit::cli::{backprop, refusal, started, success};

const TRAIN: &str = "train --data bits --sizes 8,4,8 --epochs 1 --quiet --out";

/// Returns a folder with blanks and letters beyond ASCII in its name.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("Übung mit Äpfeln ").tempdir().expect("a temporary folder")
}

/// Trains in this folder, with options behind `--out`.
fn train(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = backprop(TRAIN);
    command.args(arguments).current_dir(folder);
    command
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn names_have_blanks_and_umlauts() {
    let folder = folder();
    let options = ["Modell ü.json", "--checkpoint", "Lauf ß.ck", "--plot", "Bild é.svg", "--force"];
    success(&mut train(&folder, &options));
    let model = read(&folder.path().join("Modell ü.json"));
    let by_whole_name = folder.path().join("Modell ü.json");
    success(backprop("evaluate --data bits --quiet --model").arg(&by_whole_name));
    success(backprop("check --data bits --model").arg("Modell ü.json").current_dir(&folder));
    success(backprop("trace --sizes 8,4,8 --out").arg("Seite ö.html").current_dir(&folder));
    // Again, over what is there.
    success(&mut train(&folder, &options));
    assert_eq!(read(&by_whole_name), model);
    let line = refusal(&mut train(&folder, &["zwei.json", "--checkpoint", "Lauf ß.ck"]));
    assert!(line.contains("--resume \"Lauf ß.ck\""), "{line}");
}

#[test]
fn a_file_that_is_being_read_is_replaced_and_its_reader_reads_on() {
    let folder = folder();
    let model = folder.path().join("m.json");
    success(&mut train(&folder, &["m.json"]));
    let before = read(&model);
    let mut reader = File::open(&model).expect("there");
    success(train(&folder, &["m.json", "--seed", "2"]).arg("--force"));
    assert_ne!(read(&model), before);
    let mut text = Vec::new();
    reader.read_to_end(&mut text).expect("the old file");
    assert_eq!(text, before);
    drop(reader);
    let names = std::fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(names, 1, "no other file is left");
}

#[test]
fn a_file_that_another_program_keeps_to_itself_is_refused_before_training() {
    let folder = folder();
    let model = folder.path().join("m.json");
    success(&mut train(&folder, &["m.json"]));
    let before = read(&model);
    let held = OpenOptions::new().read(true).share_mode(1).open(&model).expect("there");
    let line = refusal(&mut train(&folder, &["m.json"]));
    assert!(
        line.ends_with("another program has it open: close it there, or choose another place\n"),
        "{line}"
    );
    drop(held);
    assert_eq!(read(&model), before);
}

#[test]
fn capital_letters_do_not_make_another_file() {
    let folder = folder();
    let line = refusal(&mut train(&folder, &["Neu.json", "--checkpoint", r".\neu.JSON"]));
    assert!(line.contains("both name"), "{line}");
    success(&mut train(&folder, &["neu.json"]));
    let line = refusal(&mut train(&folder, &["NEU.json", "--from", "neu.json"]));
    assert!(line.contains("would overwrite"), "{line}");
}

#[test]
fn devices_are_not_files() {
    let folder = folder();
    for name in ["NUL", "CON"] {
        refusal(&mut train(&folder, &[name]));
        refusal(backprop("evaluate --data bits --model").arg(name).current_dir(&folder));
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let folder = folder();
    success(&mut train(&folder, &["m.json"]));
    let model = folder.path().join("m.json");
    let mut permissions = model.metadata().expect("there").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&model, permissions.clone()).expect("ours");
    let line = refusal(&mut train(&folder, &["m.json"]));
    assert!(line.contains("it is read-only"), "{line}");
    #[expect(clippy::permissions_set_readonly_false, reason = "a Windows file has nothing else")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&model, permissions).expect("ours");
}

#[test]
fn one_process_trains_a_checkpoint_at_a_time() {
    let folder = folder();
    let long = "train --data bits --epochs 1000000 --json --checkpoint lauf";
    let mut training = Command::new(testkit::program());
    training.args(long.split(' ')).current_dir(&folder).stdout(Stdio::piped());
    let mut first = started(|| training.spawn());
    let mut byte = [0];
    first.stdout.as_mut().expect("a pipe").read_exact(&mut byte).expect("the first epoch");
    let line =
        refusal(backprop("train --data bits --epochs 1 --quiet --checkpoint lauf").current_dir(&folder));
    assert!(line.contains("another process") && line.contains("is training it"), "{line}");
    first.kill().expect("it runs");
    first.wait().expect("it has ended");
    let line = refusal(backprop("train --quiet --resume lauf --epochs 0").current_dir(&folder));
    assert!(line.contains("counts from the start of the run"), "only the lock was in the way: {line}");
}

#[test]
fn without_a_console_there_is_no_colour() {
    for arguments in ["step --plain", "check", "lesson xor", "check --help"] {
        let printed = success(&mut backprop(arguments));
        assert!(!printed.contains('\u{1b}'), "{arguments}");
    }
}
