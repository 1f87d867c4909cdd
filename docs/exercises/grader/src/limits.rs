//! A process that may not run for long, take much memory, print much, or start other processes.
//!
//! The shell's `ulimit` sets what the system then keeps: time on the processor, memory, the length of files, the number of
//! processes. Here the clock on the wall and what is printed are watched.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Problem;

/// How much a process may print.
const PRINT: usize = 1 << 20;
/// How large a file may be that it writes, in blocks of 512 or 1,024 bytes.
const FILE_BLOCKS: u32 = 100_000;
/// The exit status if a limit cannot be set.
const NO_LIMIT: i32 = 98;
/// The user "nobody". Root is not held to a number of processes, so whatever root grades is run by this user.
const NOBODY: u32 = 65_534;

// At its soft limit of time a process gets SIGXCPU, at the hard one SIGKILL, which could be anything.
const SHELL: &str = "ulimit -c 0 && ulimit -S -t \"$1\" && ulimit -H -t \"$(($1 + 2))\" || exit 98
ulimit -v \"$2\" && ulimit -f \"$3\" || exit 98
if [ \"$4\" = alone ]; then
    if (ulimit -u 1) 2>/dev/null; then ulimit -u 1; else ulimit -p 1; fi || exit 98
fi
shift 4
exec \"$@\"";

/// What a process may use.
#[derive(Clone, Copy)]
pub struct Limits {
    pub seconds: u32,
    pub megabytes: u32,
    /// No other process and no thread.
    pub alone: bool,
    pub as_nobody: bool,
}

/// How a process ended, and what it printed.
pub struct Outcome {
    pub end: End,
    pub stdout: String,
    pub stderr: String,
}

/// How a process ended.
pub enum End {
    Exited(Option<i32>),
    TooSlow,
    TooMuchPrint,
}

impl Limits {
    /// Runs a program in this folder, with this on its standard input.
    pub fn run(
        self,
        folder: &Path,
        program: &Path,
        arguments: &[&str],
        input: &str,
    ) -> Result<Outcome, Problem> {
        let Self { seconds, megabytes, alone, as_nobody } = self;
        let numbers = [seconds, megabytes * 1024, FILE_BLOCKS].map(|number| number.to_string());
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SHELL, "sh"]).args(&numbers).arg(if alone { "alone" } else { "many" });
        command.arg(program).args(arguments).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if alone {
            command.env_clear().env("PATH", "/usr/bin:/bin");
        }
        if as_nobody {
            command.uid(NOBODY).gid(NOBODY);
        }
        let cannot = |error: std::io::Error| Problem(format!("cannot start {}: {error}", program.display()));
        let mut child = command.spawn().map_err(cannot)?;
        // Whoever does not read it has ended already.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        let (outcome, status) = watch(child, Duration::from_secs(seconds.into()));
        if status.is_some_and(|status| status.code() == Some(NO_LIMIT)) {
            return Err(Problem(
                "this system's shell cannot limit memory, time and processes: grade on Linux, or in a container"
                    .to_owned(),
            ));
        }
        Ok(outcome)
    }

    /// Refuses a system on which the limit on processes has no effect.
    pub fn check(self, folder: &Path) -> Result<(), Problem> {
        let outcome = self.run(folder, Path::new("/bin/sh"), &["-c", "(:); /bin/true; echo forked"], "")?;
        if outcome.stdout.contains("forked") {
            let remedy = "grade as another user, on Linux or in a container";
            return Err(Problem(format!(
                "this system does not keep a solution from starting processes: {remedy}"
            )));
        }
        Ok(())
    }
}

/// Waits for the end, or puts one to it.
fn watch(mut child: Child, limit: Duration) -> (Outcome, Option<ExitStatus>) {
    let flooded = AtomicBool::new(false);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let stdout = scope.spawn(|| collect(stdout, &flooded));
        let stderr = scope.spawn(|| collect(stderr, &flooded));
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        let (end, status) = loop {
            match child.try_wait() {
                // 24 is SIGXCPU: the limit on processor time.
                Ok(Some(status)) if status.signal() == Some(24) => break (End::TooSlow, Some(status)),
                Ok(Some(status)) => break (End::Exited(status.code()), Some(status)),
                Ok(None) if flooded.load(Ordering::Relaxed) => break (End::TooMuchPrint, None),
                Ok(None) if start.elapsed() > limit => break (End::TooSlow, None),
                Ok(None) => thread::sleep(pause),
                Err(_) => break (End::Exited(None), None),
            }
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        // Nothing is left to kill if it ended by itself.
        let _ = child.kill();
        let _ = child.wait();
        let text =
            |bytes: thread::Result<Vec<u8>>| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
        let (stdout, stderr) = (text(stdout.join()), text(stderr.join()));
        let end = if flooded.load(Ordering::Relaxed) { End::TooMuchPrint } else { end };
        (Outcome { end, stdout, stderr }, status)
    })
}

/// Reads everything up to the limit.
fn collect(from: Option<impl Read>, flooded: &AtomicBool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Some(from) = from else { return bytes };
    let _ = from.take(PRINT as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > PRINT {
        flooded.store(true, Ordering::Relaxed);
    }
    bytes
}
