//! Every name that the program derives from another, with everything that may be in the way there: nothing is followed,
//! read without end, waited for or changed.

use std::os::unix::fs::FileTypeExt as _;

use crate::limits::{RUN, after, folder, model, read, run, write};

/// Files under derived names, as the shell writes them (`$$` is the program's number), and what makes the program use them.
fn derived() -> Vec<(&'static str, String)> {
    let trains = format!("{RUN} --quiet --checkpoint run --out m.json --force");
    // A signal, or a place that cannot be written to, makes it look for another name.
    let fails = format!("{RUN} --quiet --checkpoint run");
    let fetches = "get-mnist mnist --url http://127.0.0.1:9".to_owned();
    let exports = "export --model model.json --data bits --to torch --out torch --force".to_owned();
    let mut all = vec![
        (".run.backprop-lock", trains.clone()),
        (".backprop-$$-1.tmp", trains.clone()),
        (".backprop-$$-1.link", trains.clone()),
        ("run.previous", trains),
        ("run.rescued", format!("umask 777; {fails}")),
        ("mnist/.train-images-idx3-ubyte.gz.backprop-lock", fetches.clone()),
        ("mnist/train-images-idx3-ubyte.gz", fetches.clone()),
        ("mnist/t10k-labels-idx1-ubyte.gz", fetches),
    ];
    let files = ["model.safetensors", "data.safetensors", "train.py"];
    all.extend(files.map(|file| (["torch/", file].concat().leak() as &str, exports.clone())));
    all
}

/// What may be there: a shell command that makes it at `$p`.
const OBSTACLES: [&str; 12] = [
    "ln -s \"$PWD/victim\" $p",
    "ln -s \"$PWD/nowhere\" $p",
    "ln -s /dev/zero $p",
    "ln -s \"$PWD\" $p",
    "ln -s $p $p",
    "mkfifo $p",
    "mkdir $p",
    "mkdir -p $p/full",
    "cp victim $p",
    "truncate -s 1T $p",
    "ln victim $p",
    "ln digits $p",
];

/// Puts every obstacle under every derived name, or every Nth of these cases.
fn check(every: usize) {
    let cases = derived()
        .into_iter()
        .flat_map(|(name, command)| OBSTACLES.iter().map(move |obstacle| (name, command.clone(), obstacle)));
    for (name, command, obstacle) in cases.step_by(every) {
        let folder = folder();
        model(&folder);
        write(&folder, "victim", "precious");
        write(&folder, "digits", "12345");
        for inner in ["mnist", "torch"] {
            std::fs::create_dir(folder.path().join(inner)).expect("new");
        }
        let (umask, arguments) = command.split_once("; ").unwrap_or(("true", &command));
        let ended =
            run(&mut after(&format!("p={name}; {obstacle}; ls -ld $p >&2; {umask}"), arguments, &folder));
        let case = format!("{name}, {obstacle}: {ended:?}");
        assert!(ended.stderr.lines().count() >= 1 && !ended.stderr.starts_with("ls:"), "{case}");
        assert!(matches!(ended.status, Some(0 | 2)), "{case}");
        assert_eq!(read(&folder, "victim"), b"precious", "{case}");
        assert_eq!(read(&folder, "digits"), b"12345", "{case}");
        assert!(!folder.path().join("nowhere").exists(), "{case}");
        // A lock is not taken, so the work is not done.
        if name.ends_with("-lock") {
            assert_eq!(ended.status, Some(2), "{case}");
            assert!(ended.stderr.lines().last().is_some_and(|line| line.contains(name)), "{case}");
        }
        let Ok(found) = folder.path().join(name).symlink_metadata() else { continue };
        let kind = found.file_type();
        let stays = kind.is_symlink() || kind.is_fifo() || kind.is_dir() || found.len() >= 1 << 40;
        assert!(stays || kind.is_file(), "{case}");
    }
}

#[test]
fn what_lies_under_a_derived_name_is_neither_followed_nor_changed() {
    // Every name meets some obstacles, every obstacle some names.
    check(5);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn what_lies_under_a_derived_name_is_neither_followed_nor_changed_whatever_it_is() {
    check(1);
}
