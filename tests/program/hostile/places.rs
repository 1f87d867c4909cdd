//! No file is lost: data, other people's files, devices, links and earlier runs are not overwritten, and a run whose
//! place cannot be written to is saved elsewhere.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::process::{Command, Stdio};
use std::time::Duration;

use backprop::training::Checkpoint;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::limits::{Ended, RUN, after, backprop, folder, model, names, read, run, wait, write};

#[test]
fn one_file_is_never_used_for_two_purposes() {
    let folder = folder();
    model(&folder);
    std::fs::create_dir(folder.path().join("sub")).expect("new");
    symlink("new", folder.path().join("link")).expect("new");
    std::fs::hard_link(folder.path().join("model.json"), folder.path().join("twin.json")).expect("new");
    run(&mut backprop(&format!("{RUN} --checkpoint run"), &folder)).succeeded();
    let all = || {
        let names = names(&folder);
        let files = names.iter().filter(|name| folder.path().join(name).is_file());
        files.map(|name| (name.clone(), read(&folder, name))).collect::<Vec<_>>()
    };
    let before = all();
    for (arguments, part) in [
        ("train --data bits --out x.svg --plot x.svg", "--out and --plot both name x.svg"),
        ("train --data bits --out new --plot sub/../new", "both name"),
        ("train --data bits --out new --checkpoint link", "both name"),
        ("train --data bits --out model.json --checkpoint twin.json", "both name"),
        ("train --data bits --checkpoint x --out x.previous", "both name"),
        ("train --data bits --checkpoint x.svg --plot x.svg --force", "both name"),
        ("train --resume run --plot run", "both name run"),
        ("train --resume run --plot run.previous", "both name run.previous"),
        ("train --resume run --out run --force", "both name run"),
        (
            "train --data bits --from model.json --out twin.json",
            "would overwrite twin.json, which --from reads; choose another name, or replace it with --force",
        ),
        ("train --data bits --from model.json --plot model.json --force", "would overwrite"),
        ("train --from run --data bits --checkpoint run --force", "would overwrite"),
        (
            "export --to safetensors --model model.json --out model.json",
            "would overwrite model.json, which --model reads",
        ),
        ("export --to safetensors --model model.json --out sub/../twin.json --force", "would overwrite"),
        ("trace --from model.json --data bits --out model.json", "would overwrite"),
        ("trace --out model.json", "not a page that this program wrote"),
        ("lesson sigmoid --plot model.json.svg", ""),
    ] {
        let ended = run(&mut backprop(arguments, &folder));
        if part.is_empty() {
            ended.succeeded();
            std::fs::remove_file(folder.path().join("model.json.svg")).expect("written");
        } else {
            ended.refused(&[part]);
        }
        assert!(all() == before, "{arguments}: {:?}", names(&folder));
    }
    // Where overwriting makes sense, it is allowed.
    run(&mut backprop("train --data bits --from model.json --out model.json --epochs 1 --force", &folder))
        .succeeded();
    assert_ne!(read(&folder, "model.json"), before[1].1);
}

#[test]
fn data_files_and_files_of_others_are_not_overwritten() {
    let data = read_only_data();
    for name in ["t10k-labels-idx1-ubyte", "./t10k-images.idx3-ubyte", "train-images-idx3-ubyte.gz"] {
        for option in ["--out", "--checkpoint"] {
            let before = names(&data);
            let arguments = format!("train --data . --sizes 8,3,8 {option} {name} --force");
            run(&mut backprop(&arguments, &data)).refused(&["would overwrite", "which --data reads"]);
            assert_eq!(names(&data), before);
        }
    }
    let folder = folder();
    write(&folder, "notes", "precious");
    write(&folder, "run.previous", "precious");
    for (arguments, part) in [
        (
            format!("{RUN} --out notes"),
            "it is not a model that this program wrote; choose another name, or replace it with --force",
        ),
        (format!("{RUN} --checkpoint notes"), "not a checkpoint"),
        (format!("{RUN} --checkpoint run"), "run.previous: there is already a file"),
    ] {
        run(&mut backprop(&arguments, &folder)).refused(&[part]);
    }
    assert_eq!(names(&folder), ["notes", "run.previous"]);
    assert_eq!(
        (read(&folder, "notes"), read(&folder, "run.previous")),
        (b"precious".to_vec(), b"precious".to_vec())
    );
    let expected = model(&folder);
    run(&mut backprop(&format!("{RUN} --out notes --force"), &folder)).succeeded();
    assert_eq!(read(&folder, "notes"), expected);
}

/// Returns four IDX files of eight pixels.
fn read_only_data() -> tempfile::TempDir {
    let folder = folder();
    for (part, count) in [("train", 4), ("t10k", 2)] {
        let images = backprop::data_set::idx::encode(&[count, 2, 4], &vec![9; 8 * count]);
        write(&folder, format!("{part}-images-idx3-ubyte"), images);
        write(
            &folder,
            format!("{part}-labels-idx1-ubyte"),
            backprop::data_set::idx::encode(&[count], &vec![1; count]),
        );
    }
    folder
}

/// Starts a long run and sends it a signal when its first line is there.
fn interrupted(arguments: &str, folder: &tempfile::TempDir, signal: Signal) -> Ended {
    let mut command =
        backprop("train --train-limit 150 --test-limit 20 --sizes 784,10,10 --json --epochs 1000000", folder);
    command.args(arguments.split_whitespace());
    signalled(command, signal)
}

fn signalled(mut command: Command, signal: Signal) -> Ended {
    use std::io::Read as _;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdout.as_mut().expect("piped").read_exact(&mut [0; 100]).expect("the first line");
    kill(Pid::from_raw(child.id() as i32), signal).expect("ours");
    wait(child)
}

#[test]
fn what_a_signal_saves_next_to_the_model_takes_no_name_that_is_taken() {
    let folder = folder();
    write(&folder, "n.json.checkpoint", "precious");
    let ended = interrupted("--out n.json", &folder, Signal::SIGINT);
    assert_eq!(ended.status, Some(130), "{ended:?}");
    ended.says(&["--resume", "n.json.checkpoint-2"]);
    assert_eq!(read(&folder, "n.json.checkpoint"), b"precious");
    let ended = interrupted("--out n.json", &folder, Signal::SIGTERM);
    assert_eq!(ended.status, Some(143));
    assert_eq!(names(&folder), ["n.json.checkpoint", "n.json.checkpoint-2", "n.json.checkpoint-3"]);
}

#[test]
fn a_name_that_is_not_text_is_kept_and_resumed() {
    let folder = folder();
    let out = OsStr::from_bytes(b"\xff\xfe.json");
    let mut command = backprop(
        "train --train-limit 150 --test-limit 20 --sizes 784,10,10 --json --epochs 1000000 --out",
        &folder,
    );
    command.arg(out);
    let ended = signalled(command, Signal::SIGINT);
    assert_eq!(ended.status, Some(130), "{ended:?}");
    ended.says(&["continue with: backprop train --resume $'", r"/\xff\xfe.json.checkpoint'"]);
    let saved = OsStr::from_bytes(b"\xff\xfe.json.checkpoint");
    let epoch = Checkpoint::read(&folder.path().join(saved)).expect("a checkpoint").state.epochs_done + 1;
    let mut command = backprop(&format!("train --quiet --epochs {epoch} --resume"), &folder);
    run(command.arg(saved)).succeeded();
    assert!(!read(&folder, out).is_empty());
}

#[test]
fn a_device_a_pipe_or_stdin_is_not_read_and_not_replaced() {
    let folder = folder();
    model(&folder);
    assert!(
        Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo is there").success()
    );
    for place in ["/dev/zero", "/dev/stdin", "pipe", "/dev/full", "."] {
        for arguments in [
            "train --data bits --checkpoint",
            "train --data bits --out",
            "train --data bits --from",
            "train --resume",
            "evaluate --model",
            "predict --model model.json --image",
            "predict --model",
            "check --model",
            "step --plain --from",
            "trace --from model.json --out",
            "export --to safetensors --model model.json --out",
            "plot weights --out new.svg --model",
            "plot runs --out new.svg",
        ] {
            let ended = run(&mut backprop(&format!("{arguments} {place}"), &folder));
            let what = if place == "pipe" {
                "it is a pipe"
            } else if place == "." {
                "it is a folder"
            } else {
                "it is a device"
            };
            ended.refused(&[what]);
        }
    }
    assert_eq!(names(&folder), ["model.json", "pipe"]);
}

#[test]
fn a_checkpoint_that_was_received_decides_nothing_about_where_things_are_written() {
    let (mine, theirs) = (folder(), folder());
    let precious = model(&mine);
    let victim = mine.path().join("model.json");
    run(&mut backprop(
        &format!("{RUN} --seed 5 --checkpoint run --out {}", theirs.path().join("m.json").display()),
        &theirs,
    ))
    .succeeded();
    // Its place missing, the place where it was written, and the place where it is now.
    let mut checkpoint = Checkpoint::read(&theirs.path().join("run")).expect("whole");
    let received = mine.path().join("run");
    for lay in [None, checkpoint.config.outputs.checkpoint.clone(), Some(received.clone())] {
        checkpoint.config.outputs.checkpoint = lay;
        checkpoint.config.outputs.out = Some(victim.clone());
        checkpoint.write(&received).expect("writable");
        let ended = run(&mut backprop("train --resume run --epochs 4", &mine));
        ended.refused(&["model.json", "choose a place for the model with --out"]);
        assert_eq!(read(&mine, "model.json"), precious);
    }
    run(&mut backprop("train --resume run --epochs 4 --out new.json --quiet", &mine)).succeeded();
    assert_eq!(read(&mine, "model.json"), precious);

    // A copy does not write into the folder it was copied from; the original still does.
    let copy = folder();
    std::fs::copy(theirs.path().join("run"), copy.path().join("run")).expect("a copy");
    let before = read(&theirs, "m.json");
    run(&mut backprop("train --resume run --epochs 5", &copy)).refused(&["has been moved or copied"]);
    assert_eq!((names(&copy), read(&theirs, "m.json")), (vec!["run".to_owned()], before.clone()));
    run(&mut backprop("train --resume run --epochs 5 --quiet", &theirs)).succeeded();
    assert_ne!(read(&theirs, "m.json"), before);
}

#[test]
fn a_run_that_took_time_is_not_replaced_by_a_new_one() {
    let folder = folder();
    let begin = format!("{RUN} --checkpoint run");
    run(&mut backprop(&begin, &folder)).succeeded();
    let before = (read(&folder, "run"), read(&folder, "run.previous"));
    for quiet in ["", " --quiet", " --json"] {
        let ended = run(&mut backprop(&format!("{begin}{quiet}"), &folder));
        ended.refused(&["has reached epoch 3", "--resume run;", "--force"]);
    }
    let move_to = |from: &str, to: &str| {
        std::fs::rename(folder.path().join(from), folder.path().join(to)).expect("there");
    };
    move_to("run", "kept");
    run(&mut backprop(&begin, &folder)).refused(&[
        "run.previous: ",
        "has reached epoch 2",
        "--resume run.previous;",
        "--force",
    ]);
    move_to("kept", "run");
    assert_eq!((read(&folder, "run"), read(&folder, "run.previous")), before);
    // The arrow key and --resume: equal options are not different ones.
    run(&mut backprop(&format!("{begin} --resume run --quiet"), &folder)).succeeded();
    run(&mut backprop(&format!("{begin} --resume run --rate 0.30 --seed 0 --quiet"), &folder)).succeeded();
    let other = format!("{begin} --resume run --rate 3 --seed 9");
    run(&mut backprop(&other, &folder))
        .refused(&["--rate 3 (it was 0.3), --seed 9 (it was 0); omit the options that differ"]);
    run(&mut backprop(&format!("{begin} --force --quiet"), &folder)).succeeded();
    assert_eq!(Checkpoint::read(&folder.path().join("run")).expect("whole").state.epochs_done, 3);
}

#[test]
fn permissions_links_and_names_stay_as_they_are() {
    let folder = folder();
    let expected = model(&folder);
    let at = |name: &str| folder.path().join(name);
    let again = format!("{RUN} --seed 1 --out");
    std::fs::set_permissions(at("model.json"), std::fs::Permissions::from_mode(0o600)).expect("ours");
    symlink("model.json", at("soft.json")).expect("new");
    symlink("later.json", at("dangling.json")).expect("new");
    run(&mut backprop(&format!("{again} soft.json"), &folder)).succeeded();
    run(&mut backprop(&format!("{again} dangling.json"), &folder)).succeeded();
    let metadata = std::fs::metadata(at("model.json")).expect("there");
    assert_eq!(metadata.mode() & 0o777, 0o600);
    assert!(at("soft.json").is_symlink() && at("dangling.json").is_symlink());
    let contents = ["model.json", "later.json"].map(|name| read(&folder, name));
    assert!(contents[0] != expected && contents[0] == contents[1]);
    std::fs::set_permissions(at("later.json"), std::fs::Permissions::from_mode(0o444)).expect("ours");
    for name in ["later.json", "dangling.json"] {
        run(&mut backprop(&format!("{RUN} --out {name}"), &folder)).refused(&["it is read-only"]);
    }
    assert_eq!(read(&folder, "later.json"), contents[1]);
    assert_eq!(names(&folder), ["dangling.json", "later.json", "model.json", "soft.json"]);
    // A new file has the permissions that the shell gives it.
    run(&mut after("umask 027", &format!("{RUN} --out new.json"), &folder)).succeeded();
    assert_eq!(std::fs::metadata(at("new.json")).expect("there").mode() & 0o777, 0o640);
}

#[test]
fn a_poor_environment_does_no_harm_or_is_named() {
    let folder = folder();
    let trains = format!("{RUN} --out m.json --force");
    for limit in 4..12 {
        let ended =
            run(&mut after(&format!("ulimit -n {limit}"), &format!("{trains} --checkpoint run"), &folder));
        assert!(matches!(ended.status, Some(0 | 2)), "{limit}: {ended:?}");
        if ended.status == Some(2) {
            ended.says(&["Too many open files", "ulimit -n"]);
            assert!(!ended.stderr.contains("choose a place"), "{ended:?}");
        } else {
            assert!(!ended.stdout.contains("Keep it with"), "{limit}: {ended:?}");
        }
    }
    for preparation in [
        "unset HOME",
        "unset PATH",
        "export HOME=/nowhere TMPDIR=/nowhere",
        "export TERM=",
        "export LC_ALL=xx_XX.none COLUMNS=0 LINES=-1",
        "exec <&-",
        "mkdir gone && cd gone && rmdir ../gone && set --",
    ] {
        let ended = run(&mut after(preparation, &format!("{RUN} --force"), &folder));
        assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""), "{preparation}: {ended:?}");
    }
    let loops = "ln -s loop loop";
    for (preparation, arguments, part) in [
        (loops, "evaluate --model loop", "remove one of them"),
        ("true", "train --data bits --out loop", "remove one of them"),
        ("true", "evaluate --model m.json/x", "look at the path"),
        ("true", "get-mnist m.json/x", "look at the path"),
        ("ulimit -f 0", &trains, "ulimit -f"),
    ] {
        run(&mut after(preparation, arguments, &folder)).refused(&[part]);
    }
    let long = "a".repeat(300);
    for arguments in ["evaluate --model", "train --data bits --out", "train --data", "get-mnist"] {
        run(&mut backprop(&format!("{arguments} {long}"), &folder)).refused(&["choose a shorter name"]);
    }
}

#[test]
fn a_run_that_is_saved_elsewhere_does_not_advise_to_save_it() {
    let folder = folder();
    // Files that are read-only as soon as they are there: the second checkpoint cannot replace the first.
    let ended = run(&mut after("umask 777", &format!("{RUN} --out m.json --checkpoint run"), &folder));
    assert_eq!(ended.status, Some(2), "{ended:?}");
    ended.says(&["it is read-only", "it is saved as ./run.rescued instead"]);
    assert!(ended.stdout.contains("reproduces") && !ended.stdout.contains("Keep it with"), "{ended:?}");
}

#[test]
fn a_checkpoint_that_is_being_trained_is_not_trained_by_another() {
    let folder = folder();
    let mut command = backprop(
        "train --train-limit 150 --test-limit 20 --sizes 784,10,10 --json --epochs 1000000 --checkpoint run",
        &folder,
    );
    let mut first = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    while !folder.path().join("run.previous").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let process = format!("another process ({}) is training it", first.id());
    for arguments in
        ["train --resume run", "train --data bits --checkpoint run --force", "train --resume run.previous"]
    {
        run(&mut backprop(arguments, &folder)).refused(&[&process, "wait until that ends"]);
    }
    assert!(names(&folder).contains(&".run.backprop-lock".to_owned()));
    kill(Pid::from_raw(first.id() as i32), Signal::SIGKILL).expect("ours");
    first.wait().expect("ours");
    let epoch = Checkpoint::read(&folder.path().join("run")).expect("whole").state.epochs_done + 1;
    run(&mut backprop(&format!("train --resume run --quiet --epochs {epoch}"), &folder)).succeeded();
    // The first may have been killed while it wrote a file.
    let unfinished = format!(".backprop-{}-1.tmp", first.id());
    let left: Vec<_> = names(&folder).into_iter().filter(|name| *name != unfinished).collect();
    assert_eq!(left, ["run", "run.previous"]);
}

#[test]
fn a_folder_that_goes_away_costs_the_place_and_not_the_run() {
    use std::io::{BufRead as _, BufReader};
    let (there, here) = (folder(), folder());
    // Enough time to remove its folder.
    let epochs = if cfg!(debug_assertions) { 30 } else { 120 };
    for option in ["--out", "--checkpoint"] {
        let gone = there.path().join("gone");
        std::fs::create_dir(&gone).expect("new");
        let arguments =
            format!("train --data bits --epochs {epochs} --json {option} {}/kept", gone.display());
        let mut command = backprop(&arguments, &here);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut String::new()).expect("the first line");
        // The run may write another file meanwhile.
        while std::fs::remove_dir_all(&gone).is_err() {}
        let rest = lines.lines().count();
        let ended = wait(child);
        assert_eq!((ended.status, rest), (Some(2), epochs - 1), "{ended:?}");
        ended.says(&["there is no such folder", "it is saved as ./kept.rescued instead"]);
        assert!(!ended.stderr.contains("what was there before"), "{ended:?}");
        assert_eq!(ended.stderr.matches("training continues").count(), usize::from(option == "--checkpoint"));
        let kept = here.path().join("kept.rescued");
        if option == "--out" {
            backprop::model_file::Model::read(&kept).expect("the model");
        } else {
            assert_eq!(Checkpoint::read(&kept).expect("the run").state.epochs_done, epochs);
        }
        std::fs::remove_file(kept).expect("ours");
    }
}

#[test]
#[ignore = "mounts a file system, which only root may do"]
fn a_disk_that_fills_up_costs_the_place_and_not_the_run() {
    let (disk, here) = (folder(), folder());
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "none"]).arg(disk.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        eprintln!("no file system can be mounted here: nothing was tested");
        return;
    }
    let options = format!("--checkpoint {0}/run --out {0}/m.json", disk.path().display());
    let ended = run(&mut backprop(&format!("train --data bits --sizes 8,3,8 --epochs 300 {options}"), &here));
    let left = names(&disk);
    assert!(Command::new("umount").arg(disk.path()).status().expect("umount is there").success());
    assert_eq!(ended.status, Some(2), "{ended:?}");
    ended.says(&[
        "No space left on device",
        "what was there before is unchanged",
        "it is saved as ./run.rescued instead",
    ]);
    assert_eq!(Checkpoint::read(&here.path().join("run.rescued")).expect("the run").state.epochs_done, 300);
    assert!(left.iter().all(|name| ["m.json", "run", "run.previous"].contains(&name.as_str())), "{left:?}");
}
