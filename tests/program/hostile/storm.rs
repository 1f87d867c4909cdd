//! Signals at random moments: every run ends like one that was left alone, to the last bit, and leaves nothing behind.
//! (The terminal stepper's tests are in tests/program/cli/stepper_terminal.rs.)

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use tempfile::TempDir;

use crate::limits::{Ended, backprop, folder, names, read, run, wait};

/// Runs of a few tenths of a second that between them use all that a checkpoint must hold: every preset, both engines,
/// mini-batches, dropout, L2, samples held out, every rule to stop by.
const RUNS: [&str; 9] = [
    "--engine object --data bits --sizes 8,5,8 --epochs 60 --rate 2 --keep-best",
    "--data bits --sizes 8,9,8 --epochs 90 --rate 3 --batch 10 --dropout 0.2 --l2 0.01 --threads 2",
    "--train-limit 300 --test-limit 50 --sizes 784,6,10 --epochs 12 --seed 7 --validation 60 --halve-rate 2 \
     --monitor-training --checkpoint-every 2",
    "--preset bp --engine object --train-limit 80 --test-limit 20 --sizes 784,6,10 --epochs 25",
    "--preset fc --train-limit 300 --test-limit 50 --sizes 784,6,10 --epochs 25 --save-every 3",
    "--preset network --engine object --train-limit 90 --test-limit 20 --sizes 784,6,10 --epochs 12",
    "--preset network2 --engine object --train-limit 90 --test-limit 20 --sizes 784,6,10 --epochs 20 --dropout 0.3 \
     --early-stop 4 --keep-best",
    "--preset network --train-limit 300 --test-limit 50 --sizes 784,6,10 --epochs 12 --halve-rate 2 --save-every 2",
    "--preset network2 --train-limit 300 --test-limit 50 --sizes 784,6,10 --epochs 12 --threads 2 --early-stop 6",
];

/// What happens to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    One(Signal),
    Twice(Signal),
    StopAndContinue,
}

const BLOWS: [Blow; 7] = [
    Blow::One(Signal::SIGKILL),
    Blow::One(Signal::SIGTERM),
    Blow::One(Signal::SIGINT),
    Blow::Twice(Signal::SIGINT),
    Blow::One(Signal::SIGHUP),
    Blow::One(Signal::SIGQUIT),
    Blow::StopAndContinue,
];

impl Blow {
    fn strike(self, child: &Child, rng: &mut ChaCha8Rng) {
        // One that has ended in the meantime no longer exists.
        let send = |signal| {
            let _ = kill(Pid::from_raw(child.id() as i32), signal);
        };
        let mut pause = || std::thread::sleep(Duration::from_micros(rng.random_range(0..20_000)));
        match self {
            Self::One(signal) => send(signal),
            Self::Twice(signal) => {
                send(signal);
                pause();
                send(signal);
            }
            Self::StopAndContinue => {
                send(Signal::SIGSTOP);
                pause();
                send(Signal::SIGCONT);
                pause();
                send(Signal::SIGTERM);
            }
        }
    }

    /// Returns `true` if it can be answered, so that nothing is left.
    fn can_be_caught(self) -> bool {
        self != Self::One(Signal::SIGKILL)
    }
}

/// Strikes runs at random moments, `count` times, resuming each from its checkpoint. Every run that ends must have written
/// the same model as a run that is left alone.
fn storm(options: &str, count: usize, rng: &mut ChaCha8Rng) {
    let folder = folder();
    let began = Instant::now();
    run(&mut backprop(&format!("train {options} --checkpoint whole --out whole.json"), &folder)).succeeded();
    let duration = began.elapsed();
    let expected = read(&folder, "whole.json");
    for file in ["whole", "whole.previous", "whole.json"] {
        std::fs::remove_file(folder.path().join(file)).expect("written");
    }
    let begin = format!("train {options} --checkpoint run --out struck.json");
    let mut kills = 0;
    for _ in 0..count {
        let blow = BLOWS[rng.random_range(0..BLOWS.len())];
        let arguments = if folder.path().join("run").exists() { "train --resume run" } else { &begin };
        let before = hidden(&folder).len();
        let child = start(arguments, &folder);
        std::thread::sleep(duration.mul_f64(rng.random_range(0.0..0.8)));
        blow.strike(&child, rng);
        let ended = wait(child);
        check_end(&ended, blow);
        // SIGKILL may leave a temporary file, and the lock, until the run is resumed; a signal that is caught leaves nothing.
        if blow.can_be_caught() && ended.status.is_some() {
            assert!(hidden(&folder).len() <= before, "{blow:?}: {ended:?}");
        } else {
            kills += 1;
        }
        if ended.status == Some(0) {
            assert!(read(&folder, "struck.json") == expected, "{options}: {blow:?}");
            for file in ["run", "run.previous", "struck.json"] {
                std::fs::remove_file(folder.path().join(file)).expect("written");
            }
        }
    }
    let arguments = if folder.path().join("run").exists() { "train --resume run" } else { &begin };
    run(&mut backprop(arguments, &folder)).succeeded();
    assert!(read(&folder, "struck.json") == expected, "{options}");
    let shown: Vec<String> = names(&folder).into_iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(shown, ["run", "run.previous", "struck.json"], "{options}");
    let left = hidden(&folder);
    assert!(
        left.iter().all(|name| name.starts_with(".backprop-")) && left.len() <= kills,
        "{options}: {left:?}"
    );
}

/// Returns a run in a process that can be hung up, even where the tests cannot.
fn start(arguments: &str, folder: &TempDir) -> Child {
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_backprop")]);
    command.args(arguments.split_whitespace()).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// Temporary files and locks.
fn hidden(folder: &TempDir) -> Vec<String> {
    names(folder).into_iter().filter(|name| name.starts_with('.')).collect()
}

fn check_end(ended: &Ended, blow: Blow) {
    // No status: it was killed, or struck before it could answer.
    let expected = match blow {
        Blow::One(Signal::SIGINT) | Blow::Twice(_) => 130,
        Blow::One(Signal::SIGHUP) => 129,
        Blow::One(Signal::SIGQUIT) => 131,
        Blow::One(_) | Blow::StopAndContinue => 143,
    };
    assert!(ended.status.is_none_or(|status| status == expected || status == 0), "{blow:?}: {ended:?}");
    let says_how_to_go_on = ended.stderr.contains("; continue with: backprop train --resume run\n");
    let is_silent = ended.stderr.is_empty();
    assert!(is_silent || (says_how_to_go_on && ended.stderr.lines().count() == 1), "{blow:?}: {ended:?}");
}

#[test]
fn a_run_struck_by_signals_comes_out_the_same() {
    storm(&RUNS[1].replace("--epochs 90", "--epochs 15"), 2, &mut ChaCha8Rng::seed_from_u64(1));
}

#[test]
#[ignore = "a minute or two: 306 signals at random moments"]
fn a_run_struck_by_306_signals_comes_out_the_same() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for options in RUNS {
        storm(options, 34, &mut rng);
    }
}
