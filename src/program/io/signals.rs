//! Signals that ask the program to end: Ctrl-C, `kill`, a terminal that is closed, Ctrl-\.
//!
//! Most commands end at once. Training and the terminal stepper look at [`asked`] and end by themselves; a second signal
//! ends them at once. Temporary files and locks are removed in any case.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::write::exit;

/// A shell reports this plus the signal's number for a program that a signal has ended.
const STATUS: u8 = 128;

#[cfg(unix)]
const HANG_UP: u8 = 1;
#[cfg(not(unix))]
const INTERRUPT: u8 = 2;

/// The answer to the first signal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// The program ends at once.
    AtOnce,
    /// The command looks at [`asked`] and ends by itself, however long that takes; a terminal shows the sentence.
    ByItself(&'static str),
    /// The command looks at [`asked`]; if it has not ended after this time, the function is called and the program ends.
    Soon(Duration, fn()),
}

static ENDING: Mutex<Ending> = Mutex::new(Ending::AtOnce);
/// The first signal that came, or 0.
static ASKED: AtomicU8 = AtomicU8::new(0);

/// Returns `true` if a signal has asked the program to end.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// Returns the exit status of a program that ends because it was asked to.
pub(crate) fn exit_code() -> ExitCode {
    ExitCode::from(STATUS + ASKED.load(Ordering::SeqCst))
}

/// Sets the answer to the first signal.
pub(crate) fn end(ending: Ending) {
    *ENDING.lock().unwrap_or_else(PoisonError::into_inner) = ending;
}

/// Answers signals from now on. If that is impossible, they end the program as usual.
#[cfg(unix)]
pub(crate) fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

    let mut signals = vec![SIGINT, SIGTERM, SIGQUIT];
    if !hang_up_is_ignored() {
        signals.push(SIGHUP);
    }
    // A file that has reached its limit is an error of the write, not the end of the program.
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) else { return };
    spawn(move || signals.forever().for_each(|signal| answer(signal as u8)));
}

/// Answers Ctrl-C from now on.
#[cfg(not(unix))]
pub(crate) fn watch() {
    let _ = ctrlc::set_handler(|| answer(INTERRUPT));
}

/// Ends the program when its terminal is closed, even if SIGHUP is ignored (nohup, some service managers) or sent to the
/// shell alone.
pub(crate) fn watch_terminal() {
    #[cfg(unix)]
    spawn(|| {
        use rustix::event::{PollFd, PollFlags, poll};

        let stdin = std::io::stdin();
        // Without events to wait for, `poll` returns when the terminal is gone.
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        while poll(&mut watched, None).is_ok_and(|count| count == 0) {}
        answer(HANG_UP);
    });
}

/// Starts a thread, if the system allows it.
#[cfg(unix)]
fn spawn(work: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("signals".into()).spawn(work);
}

/// Returns `true` if the program was started with nohup. Only Linux says so.
#[cfg(unix)]
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (HANG_UP - 1)) != 0
}

fn answer(signal: u8) {
    let is_first = ASKED.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    let ending = *ENDING.lock().unwrap_or_else(PoisonError::into_inner);
    match ending {
        Ending::ByItself(sentence) if is_first => {
            let mut screen = std::io::stderr();
            if screen.is_terminal() {
                let _ = writeln!(screen, "\n{sentence}");
            }
            return;
        }
        Ending::Soon(patience, restore) => {
            std::thread::sleep(patience);
            restore();
        }
        Ending::AtOnce | Ending::ByItself(_) => {}
    }
    exit(i32::from(STATUS + signal))
}
