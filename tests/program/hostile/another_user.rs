//! Files of another user, in a folder that both may write to: what may be read is read, and the rest is refused before
//! anything is trained. The tests need root, to act as another user; elsewhere they say so and pass.

use std::fs::{File, FileTimes, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::limits::{RUN, backprop, folder, model, names, read, run, write};

/// Returns the program as it runs for another user; `None` where that cannot be.
fn as_nobody(arguments: &str, folder: &TempDir) -> Option<Command> {
    let nobody = |rest: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_backprop")]);
        command.args(rest).current_dir(folder).stdin(Stdio::null());
        command
    };
    if !nobody(&["--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("the program cannot be run as another user here: nothing was tested");
        return None;
    }
    Some(nobody(&arguments.split(' ').collect::<Vec<_>>()))
}

/// Returns the names and contents of what another user has in a folder that all may write to, as in /tmp.
fn files(folder: &TempDir) -> Vec<(String, Vec<u8>)> {
    let plain = names(folder).into_iter().filter(|name| name != "closed");
    plain.map(|name| (name.clone(), read(folder, name))).collect()
}

#[test]
fn files_of_another_user_are_read_and_otherwise_left_alone() {
    let folder = folder();
    model(&folder);
    run(&mut backprop(&format!("{RUN} --checkpoint run --out out.json"), &folder)).succeeded();
    write(&folder, ".left.backprop-lock", "");
    std::fs::create_dir(folder.path().join("closed")).expect("new");
    std::fs::copy(folder.path().join("run"), folder.path().join("closed/run")).expect("ours");
    set_permissions(&folder, Permissions::from_mode(0o1777)).expect("ours");
    let before = files(&folder);
    for (arguments, part) in [
        (format!("{RUN} --out model.json --force"), "model.json: Permission denied"),
        (format!("{RUN} --out new.json --checkpoint run --force"), "run: Permission denied"),
        ("train --resume run --epochs 4".to_owned(), "out.json: Permission denied"),
        ("train --resume run --epochs 4 --out closed/new.json".to_owned(), "Permission denied"),
        ("train --resume closed/run --epochs 4".to_owned(), ".run.backprop-lock: Permission denied"),
        (format!("{RUN} --checkpoint left"), ".left.backprop-lock: Permission denied"),
        (format!("{RUN} --plot closed/p.svg"), "closed/p.svg: Permission denied"),
        ("export --model model.json --out closed/m.onnx".to_owned(), "closed/m.onnx: Permission denied"),
        ("trace --out closed/t.html".to_owned(), "closed/t.html: Permission denied"),
    ] {
        let Some(mut command) = as_nobody(&arguments, &folder) else { return };
        run(&mut command).refused(&[part, "choose a place you can write to"]);
        assert!(files(&folder) == before, "{arguments}: {:?}", names(&folder));
    }
    assert_eq!(names(folder.path().join("closed")), ["run"]);
    for arguments in
        ["evaluate --data bits --model model.json", "train --data bits --epochs 1 --from run --out own"]
    {
        run(&mut as_nobody(arguments, &folder).expect("as before")).succeeded();
    }
    let own = folder.path().join("own");
    assert!(own.exists(), "the next name is theirs");
}

#[test]
fn a_lock_that_another_user_holds_is_kept() {
    let folder = folder();
    set_permissions(&folder, Permissions::from_mode(0o1777)).expect("ours");
    let endless = "train --data bits --sizes 8,3,8 --epochs 1000000 --quiet --checkpoint run";
    let mut command = backprop(endless, &folder);
    let mut first = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    while !folder.path().join("run.previous").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut refused = Vec::new();
    for arguments in ["train --resume run", "train --data bits --checkpoint run --force"] {
        refused.extend(as_nobody(arguments, &folder).map(|mut command| run(&mut command)));
    }
    first.kill().expect("ours");
    first.wait().expect("ours");
    for ended in refused {
        ended.refused(&["Permission denied", "choose a place you can write to"]);
    }
    assert!(names(&folder).contains(&".run.backprop-lock".to_owned()));
}

#[test]
fn times_in_the_future_or_before_1970_change_nothing() {
    let folder = folder();
    let expected = model(&folder);
    run(&mut backprop(&format!("{RUN} --checkpoint run"), &folder)).succeeded();
    let years = |count: u64| Duration::from_secs(count * 365 * 24 * 3600);
    for time in [SystemTime::now() + years(60), SystemTime::UNIX_EPOCH - years(20), SystemTime::UNIX_EPOCH] {
        for name in ["model.json", "run", "run.previous"] {
            let file = File::options().write(true).open(folder.path().join(name)).expect("ours");
            file.set_times(FileTimes::new().set_modified(time).set_accessed(time)).expect("ours");
        }
        run(&mut backprop("evaluate --data bits --model model.json", &folder)).succeeded();
        run(&mut backprop("train --resume run --epochs 4 --quiet --out longer.json --force", &folder))
            .succeeded();
        run(&mut backprop(&format!("{RUN} --quiet --out model.json --force"), &folder)).succeeded();
        assert!(read(&folder, "model.json") == expected);
    }
    // No file's time is asked for, nor the time of day: how long work took comes from a clock that is never set.
    let sources = testkit::root().join("src");
    assert!(!mentions(&sources, "SystemTime") && !mentions(&sources, "modified()"));
}

/// Returns whether a file of Rust below a folder contains a text.
fn mentions(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("there").any(|entry| {
        let path = entry.expect("readable").path();
        let is_rust = path.extension().is_some_and(|ending| ending == "rs");
        if path.is_dir() {
            mentions(&path, text)
        } else {
            is_rust && std::fs::read_to_string(&path).expect("text").contains(text)
        }
    })
}
