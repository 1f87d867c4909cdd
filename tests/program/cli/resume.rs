//! A run that is interrupted or runs out of space ends like one that was not. (Killed at random moments:
//! tests/program/hostile/storm.rs.)

use std::process::{Command, Stdio};

use backprop::training::Checkpoint;
use tempfile::TempDir;

use testkit::cli::{IdxTraining, backprop, json_lines, refusal, started, success, write};
use testkit::golden::read_json;

fn command(arguments: &str, folder: &TempDir) -> Command {
    let mut command = Command::new(testkit::program());
    command
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn read(folder: &TempDir, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_run_that_saves_its_work_goes_on_when_its_lines_are_no_longer_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --epochs 30 --out";
    success(backprop(&format!("{run} a.json")).current_dir(&folder));
    let mut child = started(|| command(&format!("{run} b.json"), &folder).spawn());
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    assert_eq!(read(&folder, "a.json"), read(&folder, "b.json"));
}

#[test]
fn a_longer_run_goes_on_where_a_shorter_one_ended() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --sizes 8,4,8";
    let whole = success(backprop(&format!("{run} --epochs 5 --out a.json --json")).current_dir(&folder));
    success(backprop(&format!("{run} --epochs 2 --out b.json --checkpoint run")).current_dir(&folder));
    let rest = success(backprop("train --resume run --epochs 5 --out c.json --json").current_dir(&folder));
    assert_eq!(read(&folder, "a.json"), read(&folder, "c.json"));
    let (whole, rest) = (json_lines(&whole), json_lines(&rest));
    assert_eq!(rest.len(), 3);
    for (one, other) in whole[2..].iter().zip(&rest) {
        for key in ["epoch", "train_cost", "test_correct", "best"] {
            assert_eq!(one[key], other[key], "{key}");
        }
    }
}

#[test]
fn a_diverged_run_goes_on_from_its_last_good_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // One epoch at a good rate; then, as if it had been so from the start, a rate that diverges.
    let run = "train --data bits --sizes 8,4,8 --activation identity --checkpoint run --quiet";
    success(backprop(&format!("{run} --epochs 1 --rate 0.05")).current_dir(&folder));
    let good = read(&folder, "run");
    let mut checkpoint = Checkpoint::from_bytes(&good).expect("a checkpoint");
    checkpoint.config.options.rate = 1e3;
    checkpoint.state.schedule.rate = 1e3;
    checkpoint.write(&folder.path().join("run")).expect("writable");
    let before = read(&folder, "run");
    let line = refusal(backprop("train --resume run --epochs 3 --quiet").current_dir(&folder));
    assert!(
        line.contains("in epoch 2 at sample") && line.contains("try a smaller rate than 1000.0"),
        "{line}"
    );
    assert!(line.ends_with("the weights after epoch 1 are good: --from run\n"), "{line}");
    assert_eq!(read(&folder, "run"), before);
    success(backprop("train --data bits --from run --rate 0.05 --epochs 1 --quiet").current_dir(&folder));
    let evaluated = success(backprop("evaluate --model run --data bits --json").current_dir(&folder));
    assert_eq!(json_lines(&evaluated)[0]["total"], 256);
}

#[test]
fn a_run_whose_latest_checkpoint_is_damaged_goes_on_from_the_one_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --sizes 8,4,8 --epochs 4";
    success(backprop(&format!("{run} --out a.json")).current_dir(&folder));
    success(backprop(&format!("{run} --out b.json --checkpoint run")).current_dir(&folder));
    let mut latest = read(&folder, "run");
    latest[200] ^= 1;
    write(&folder.path().join("run"), &latest);
    let line = refusal(backprop("train --resume run").current_dir(&folder));
    assert!(line.contains("damaged") && line.ends_with("resume from run.previous\n"), "{line}");
    std::fs::remove_file(folder.path().join("b.json")).expect("written");
    success(backprop("train --resume run.previous").current_dir(&folder));
    assert_eq!(read(&folder, "a.json"), read(&folder, "b.json"));
    let latest = Checkpoint::read(&folder.path().join("run")).expect("whole again");
    assert_eq!(latest.state.epochs_done, 4);
    assert!(!folder.path().join("run.previous.previous").exists());
}

#[test]
fn what_would_make_it_another_run_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = "train --data bits --sizes 8,4,8 --epochs 2 --checkpoint run";
    success(backprop(run).current_dir(&folder));
    let others = "--rate 3 --seed 1 --engine object --batch 2 --sizes 8,5,8 --no-shuffle --preset fc --l2 0";
    let line = refusal(backprop(&format!("train --resume run {others}")).current_dir(&folder));
    for difference in [
        "--rate 3 (it was 0.3)",
        "--seed 1 (it was 0)",
        "--engine object (it was vectorized)",
        "--batch 2 (it was 1)",
        "--sizes 8,5,8 (it was 8,4,8)",
        "--no-shuffle (it was not set)",
        "--preset fc (it was not given)",
    ] {
        assert!(line.contains(difference), "{difference} is not in {line}");
    }
    assert!(!line.contains("--l2"), "what is equal is not named: {line}");
    let line = refusal(backprop("train --resume run --data digits").current_dir(&folder));
    assert!(line.contains("the samples of digits are not those the run began with"), "{line}");
    let line = refusal(backprop("train --resume run --epochs 1").current_dir(&folder));
    assert!(line.contains("give at least that many"), "{line}");
}

#[test]
fn moved_data_is_found_with_data_and_changed_data_is_refused() {
    let golden: IdxTraining = read_json("idx_training.json");
    let (here, there) = (golden.folder(), golden.folder());
    let run = "train --data . --sizes 6,4,3 --checkpoint run --json";
    success(backprop(&format!("{run} --epochs 1")).current_dir(&here));
    std::fs::copy(here.path().join("run"), there.path().join("run")).expect("a copy");
    let whole = success(backprop(&format!("{run} --epochs 3 --out a.json --force")).current_dir(&here));
    std::fs::remove_file(here.path().join("train-images-idx3-ubyte")).expect("was there");
    let go_on = "train --resume run --epochs 3 --out b.json --json";
    let line = refusal(backprop(go_on).current_dir(&there));
    assert!(line.contains("train-images-idx3-ubyte: no such file"), "{line}");
    let rest = success(backprop(&format!("{go_on} --data .")).current_dir(&there));
    assert_eq!(read(&here, "a.json"), read(&there, "b.json"));
    assert_eq!(json_lines(&whole).len(), json_lines(&rest).len() + 1);

    let labels = there.path().join("train-labels.idx1-ubyte");
    let mut bytes = std::fs::read(&labels).expect("was there");
    bytes[9] = (bytes[9] + 1) % 3;
    write(&labels, &bytes);
    let line = refusal(backprop("train --resume run --data . --epochs 4").current_dir(&there));
    assert!(line.contains("are not those the run began with"), "{line}");
}

#[test]
fn a_checkpoint_takes_the_place_of_nothing_but_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("notes"), b"precious");
    let line = refusal(backprop("train --data bits --checkpoint notes").current_dir(&folder));
    assert!(line.contains("not a checkpoint") && line.contains("choose another name"), "{line}");
    assert_eq!(read(&folder, "notes"), b"precious");
    let line = refusal(backprop("train --data bits --checkpoint a --out a").current_dir(&folder));
    assert!(line.contains("both name a"), "{line}");
    let line = refusal(backprop("train --data bits --checkpoint no-such-folder/run").current_dir(&folder));
    assert!(line.contains("choose a place you can write to"), "{line}");
    let line = refusal(backprop("train --data bits --checkpoint-every 3").current_dir(&folder));
    assert!(line.contains("--checkpoint FILE must say where"), "{line}");
}

/// Signals and limits, which are sent and set by Unix programs.
#[cfg(unix)]
mod unix {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::path::Path;
    use std::time::Duration;

    use super::*;

    /// Starts a run, sends it Ctrl-C in its second epoch or later, and returns its exit status and its last words.
    fn interrupt(arguments: &str, folder: &TempDir) -> (Option<i32>, String) {
        let mut child = started(|| command(arguments, folder).spawn());
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        lines.read_line(&mut String::new()).expect("the line of the first epoch");
        std::thread::sleep(Duration::from_millis(50));
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
        assert!(kill.success());
        // Reads on, or the program might wait for room in the pipe.
        lines.read_to_string(&mut String::new()).expect("text");
        let mut stderr = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut stderr).expect("text");
        (child.wait().expect("it has ended").code(), stderr)
    }

    /// Longer than anybody waits.
    const LONG_RUN: &str =
        "train --train-limit 150 --test-limit 20 --sizes 784,10,10 --json --epochs 1000000";

    #[test]
    fn ctrl_c_saves_the_run_and_says_how_to_resume_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (code, stderr) = interrupt(&format!("{LONG_RUN} --out a.json --checkpoint run"), &folder);
        assert_eq!(code, Some(130), "{stderr}");
        assert!(stderr.starts_with("backprop: interrupted "), "{stderr}");
        assert!(stderr.ends_with("; continue with: backprop train --resume run\n"), "{stderr}");
        assert!(!folder.path().join("a.json").exists(), "a model half trained is not the model asked for");
        let saved = Checkpoint::read(&folder.path().join("run")).expect("a checkpoint");
        let epochs = saved.state.epochs_done + 2;
        success(backprop(&format!("train --resume run --epochs {epochs}")).current_dir(&folder));
        let whole = LONG_RUN.replace("1000000", &epochs.to_string());
        success(backprop(&format!("{whole} --out b.json")).current_dir(&folder));
        assert_eq!(read(&folder, "a.json"), read(&folder, "b.json"));
    }

    #[test]
    fn ctrl_c_without_a_checkpoint_saves_next_to_the_model_or_says_so() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (code, stderr) = interrupt(LONG_RUN, &folder);
        assert_eq!(code, Some(130));
        assert!(
            stderr.contains("nothing is saved, as neither --checkpoint nor --out says where"),
            "{stderr}"
        );
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
        let (code, stderr) = interrupt(&format!("{LONG_RUN} --out a.json"), &folder);
        assert_eq!(code, Some(130));
        assert!(
            stderr.contains("backprop train --resume") && stderr.contains("a.json.checkpoint"),
            "{stderr}"
        );
        let saved = Checkpoint::read(&folder.path().join("a.json.checkpoint")).expect("a checkpoint");
        assert!(saved.state.epochs_done >= 1);
    }

    /// Runs the program with a limit on file sizes, in blocks of 512 bytes: a full disk.
    fn short_of_space(arguments: &str, blocks: usize, folder: &Path) -> std::process::Output {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {arguments}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_backprop")]).current_dir(folder);
        shell.output().expect("a shell")
    }

    #[test]
    fn a_full_disk_is_noticed_before_training_and_costs_no_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = "train --data bits --sizes 8,4,8 --epochs 2 --checkpoint run --out a.json";
        success(backprop(run).current_dir(&folder));
        let before = read(&folder, "run");
        let output = short_of_space(&format!("{run} --force"), 1, folder.path());
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(output.stdout.is_empty(), "nothing was trained");
        assert!(
            stderr.contains("what was there before is unchanged; it is as large as a file may get here"),
            "{stderr}"
        );
        assert_eq!(read(&folder, "run"), before);
    }

    #[test]
    fn a_full_disk_ends_neither_the_run_nor_its_last_checkpoint() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // The reports of the epochs outgrow the limit: the first checkpoints fit.
        let run = "train --data bits --sizes 8,2,8 --epochs 60 --checkpoint run";
        let output = short_of_space(run, 16, folder.path());
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(
            stderr.matches("; training continues, and it will be tried again\n").count(),
            1,
            "{stderr}"
        );
        assert!(stderr.contains("; nor can it be saved in the current folder\n"), "{stderr}");
        let kept = Checkpoint::read(&folder.path().join("run")).expect("the last one that fitted");
        assert!(kept.state.epochs_done > 5 && kept.state.epochs_done < 60, "{}", kept.state.epochs_done);
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 2, "run and run.previous");
    }
}

#[test]
fn a_run_that_its_rule_has_ended_says_so_and_what_to_try_names_its_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let train = "train --data iris --epochs 10 --early-stop 1 --validation 10 --rate 0.001 --checkpoint es.ck --quiet";
    success(backprop(train).current_dir(&folder));
    let resumed = success(backprop("train --resume es.ck --epochs 20").current_dir(&folder));
    assert!(resumed.contains("Its stopping rule has ended it"), "{resumed}");
    assert!(!resumed.contains("All its epochs are done"), "{resumed}");
    assert!(resumed.ends_with("backprop predict --model model.json --data iris\n"), "{resumed}");

    success(backprop("train --data iris --epochs 1 --checkpoint=-c.ck --quiet").current_dir(&folder));
    let refused = refusal(backprop("train --data iris --epochs 1 --checkpoint=-c.ck").current_dir(&folder));
    assert!(refused.contains("continue it: --resume ./-c.ck"), "{refused}");
    success(backprop("train --resume ./-c.ck --epochs 2 --quiet").current_dir(&folder));
}
