//! Signals that ask the program to end, and what they find: Ctrl-C, `kill`, a terminal that is closed, Ctrl-\.
//!
//! Most commands end at once, but never in the middle of a file. Training and the terminal stepper end by themselves
//! when they are asked to; a second signal does not wait for that.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What a shell reports for a program that a signal has ended is this and the number of the signal.
const STATUS: u8 = 128;

#[cfg(unix)]
const HANG_UP: u8 = 1;
#[cfg(not(unix))]
const INTERRUPT: u8 = 2;

/// How long a file in hand is waited for: longer than any disk takes that works.
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(2);

/// What a command does when it is asked to end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// Nothing: the program ends at once.
    AtOnce,
    /// It looks at [`asked`] and ends by itself, however long that takes; the sentence tells a terminal what is going on.
    ByItself(&'static str),
    /// It looks at [`asked`] and ends within a moment; if not, the function puts things in order and the program ends.
    Soon(Duration, fn()),
}

static ENDING: Mutex<Ending> = Mutex::new(Ending::AtOnce);
/// The first signal that came; 0 for none.
static ASKED: AtomicU8 = AtomicU8::new(0);
/// Held while a file is written.
static FILE_IN_HAND: Mutex<()> = Mutex::new(());

/// What must not stay when the program is ended.
static TO_REMOVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Whether the program has been asked to end.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::SeqCst) != 0
}

/// The exit status of a program that ends because it was asked to.
pub(super) fn exit_code() -> ExitCode {
    ExitCode::from(STATUS + ASKED.load(Ordering::SeqCst))
}

/// How the command in hand wants to end.
pub(super) fn end(ending: Ending) {
    *lock(&ENDING) = ending;
}

/// While this is held, the program is not ended: a file is being written.
pub(super) fn file_in_hand() -> MutexGuard<'static, ()> {
    lock(&FILE_IN_HAND)
}

/// A file that is removed when a signal ends the program.
pub(super) fn remove_before_leaving(path: &Path) {
    lock(&TO_REMOVE).push(path.to_path_buf());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on signals that ask the program to end are answered here. Where they cannot be, they end it as they always
/// do.
#[cfg(unix)]
pub(super) fn watch() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ};

    let mut signals = vec![SIGINT, SIGTERM, SIGQUIT];
    if !hang_up_is_ignored() {
        signals.push(SIGHUP);
    }
    // A file that may not grow any further is an error of the write, not the end of the program.
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) else { return };
    spawn(move || signals.forever().for_each(|signal| answer(signal as u8)));
}

/// From now on Ctrl-C is answered here.
#[cfg(not(unix))]
pub(super) fn watch() {
    let _ = ctrlc::set_handler(|| answer(INTERRUPT));
}

/// From now on a terminal that is gone ends the program, as the signal does that tells of it. That signal may be
/// ignored (nohup, some service managers) or sent to the shell alone.
pub(super) fn watch_terminal() {
    #[cfg(unix)]
    spawn(|| {
        use rustix::event::{PollFd, PollFlags, poll};

        let stdin = std::io::stdin();
        // Asked for nothing, it waits for the end.
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        while poll(&mut watched, None).is_ok_and(|count| count == 0) {}
        answer(HANG_UP);
    });
}

/// A thread of its own; where there can be none, what it does is not done.
#[cfg(unix)]
fn spawn(work: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("signals".into()).spawn(work);
}

/// Whether the program was started so that it outlives its terminal.
#[cfg(unix)]
fn hang_up_is_ignored() -> bool {
    // What cannot be read there is not ignored: only Linux tells.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (HANG_UP - 1)) != 0
}

fn answer(signal: u8) {
    let is_first = ASKED.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    let ending = *lock(&ENDING);
    match ending {
        Ending::ByItself(sentence) if is_first => {
            let mut screen = std::io::stderr();
            if screen.is_terminal() {
                let _ = writeln!(screen, "\n{sentence}");
            }
        }
        Ending::Soon(patience, put_in_order) => {
            std::thread::sleep(patience);
            put_in_order();
            leave(signal);
        }
        Ending::AtOnce | Ending::ByItself(_) => leave(signal),
    }
}

/// Ends the program, once no file is being written.
fn leave(signal: u8) -> ! {
    let start = Instant::now();
    let mut file = FILE_IN_HAND.try_lock();
    while file.is_err() && start.elapsed() < PATIENCE_WITH_FILES {
        std::thread::sleep(Duration::from_millis(5));
        file = FILE_IN_HAND.try_lock();
    }
    for path in lock(&TO_REMOVE).iter() {
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(i32::from(STATUS + signal))
}
