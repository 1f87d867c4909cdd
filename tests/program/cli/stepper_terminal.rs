//! The terminal stepper in a real terminal, which is restored however the stepper ends.
//!
//! util-linux's `script` provides the terminal. Where it is missing the tests say so; under CI (`CI=true`) they fail.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The sequences by which a program takes the whole screen, and gives it back.
const TAKES_THE_SCREEN: &str = "\x1b[?1049h";
const GIVES_IT_BACK: &str = "\x1b[?1049l";

const HIDES_THE_CURSOR: &str = "\x1b[?25l";
const SHOWS_THE_CURSOR: &str = "\x1b[?25h";

/// Returns a shell in a terminal of this size: it prints its settings, its process id, runs the stepper in its place as a
/// child, then prints the exit status and its settings again.
fn terminal(columns: u16, rows: u16) -> Option<Child> {
    terminal_where_hanging_up_is("default", columns, rows, "")
}

/// Returns the same where SIGHUP is `default` or `ignore`d, as under nohup and some service managers;
/// with these options of the stepper.
fn terminal_where_hanging_up_is(disposition: &str, columns: u16, rows: u16, options: &str) -> Option<Child> {
    let program = env!("CARGO_BIN_EXE_backprop");
    let commands = format!(
        "stty cols {columns} rows {rows}; echo \"before: $(stty -g)\"; \
         sh -c 'echo \"pid: $$\"; exec env --{disposition}-signal=HUP {program} step {options}'; echo \"status: $?\"; echo \"after: $(stty -g)\""
    );
    let shell = Command::new("env")
        .arg(format!("--{disposition}-signal=HUP"))
        .args(["script", "--quiet", "--flush", "--command", &commands, "/dev/null"])
        .env("TERM", "xterm-256color")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let is_there = Command::new("script").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "script is not installed, and CI must run this test"
        );
        eprintln!("script is not installed: nothing was tested (apt-get install bsdutils)");
    }
    shell.ok().filter(|_| is_there)
}

/// Returns everything the terminal shows. Once the stepper has the screen, `act` is called with what was shown until
/// then.
fn session(shell: &mut Child, mut act: impl FnMut(&mut Child, &str)) -> String {
    let mut output = shell.stdout.take().expect("a pipe");
    let mut shown = Vec::new();
    let mut bytes = [0; 4096];
    let mut acted = false;
    let began = Instant::now();
    loop {
        let count = output.read(&mut bytes).expect("the terminal can be read");
        if count == 0 {
            return String::from_utf8_lossy(&shown).into_owned();
        }
        shown.extend_from_slice(&bytes[..count]);
        let text = String::from_utf8_lossy(&shown).into_owned();
        if !acted && text.contains(TAKES_THE_SCREEN) {
            acted = true;
            act(shell, &text);
        }
        assert!(began.elapsed() < Duration::from_mins(1), "the stepper does not end: {text}");
    }
}

/// Returns the rest of the line that begins with this.
fn line<'t>(text: &'t str, beginning: &str) -> &'t str {
    let start =
        text.find(beginning).unwrap_or_else(|| panic!("no {beginning:?} in {text:?}")) + beginning.len();
    text[start..].lines().next().unwrap_or_default().trim()
}

fn assert_restored(text: &str, status: i32) {
    assert!(text.rfind(TAKES_THE_SCREEN) < text.rfind(GIVES_IT_BACK), "the screen is given back");
    assert!(text.rfind(HIDES_THE_CURSOR) <= text.rfind(SHOWS_THE_CURSOR), "the cursor is shown again");
    assert_eq!(line(text, "status: "), status.to_string());
    assert_eq!(line(text, "before: "), line(text, "after: "), "the terminal's settings are what they were");
}

#[test]
fn keys_walk_and_leave_and_the_terminal_is_as_before() {
    let Some(mut shell) = terminal(100, 30) else { return };
    let text = session(&mut shell, |shell, _| {
        let keys = shell.stdin.as_mut().expect("a pipe");
        keys.write_all(b"\x1b[Clq").expect("the terminal takes keys");
        keys.flush().expect("the terminal takes keys");
    });
    assert!(text.contains("w41"), "the first neuron's formula was on the screen");
    assert_restored(&text, 0);
}

#[test]
fn from_step_opens_the_stepper_at_that_step() {
    let Some(mut shell) = terminal_where_hanging_up_is("default", 100, 30, "--from-step 12") else { return };
    let text = session(&mut shell, |shell, _| {
        let keys = shell.stdin.as_mut().expect("a pipe");
        keys.write_all(b"q").expect("the terminal takes keys");
        keys.flush().expect("the terminal takes keys");
    });
    assert!(text.contains("step 12 of 46") && text.contains("0.227672·0.001680"), "{text}");
    assert_restored(&text, 0);
}

#[test]
fn a_signal_to_end_gives_the_terminal_back() {
    for (signal, expected) in [("TERM", 143), ("QUIT", 131), ("HUP", 129), ("INT", 130)] {
        let Some(mut shell) = terminal(80, 24) else { return };
        let text = session(&mut shell, |_, shown| {
            let signal = format!("-{signal}");
            let status = Command::new("kill").args([&signal, line(shown, "pid: ")]).status();
            assert!(status.expect("kill is there").success());
        });
        assert_restored(&text, expected);
    }
}

#[test]
fn a_terminal_too_small_is_refused_before_the_screen_is_taken() {
    let Some(mut shell) = terminal(79, 30) else { return };
    let text = session(&mut shell, |_, _| {});
    assert!(!text.contains(TAKES_THE_SCREEN));
    assert!(text.contains("the terminal has 79 columns and 30 rows"), "{text}");
    assert_eq!(line(&text, "status: "), "2");
}

#[test]
fn a_terminal_that_goes_away_takes_the_stepper_with_it() {
    for disposition in ["default", "ignore"] {
        let Some(mut shell) = terminal_where_hanging_up_is(disposition, 80, 24, "") else { return };
        let text = session(&mut shell, |shell, _| shell.kill().expect("the terminal can be closed"));
        let process = std::path::PathBuf::from("/proc").join(line(&text, "pid: "));
        let began = Instant::now();
        while process.exists() {
            assert!(began.elapsed() < Duration::from_secs(20), "the stepper continues without a terminal");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_the_steps_as_text() {
    let commands = format!("TERM=dumb {} step", env!("CARGO_BIN_EXE_backprop"));
    let run = |arguments: &[&str]| {
        let ended = Command::new("script").args(arguments).stdin(Stdio::null()).output();
        ended.map(|ended| String::from_utf8_lossy(&ended.stdout).into_owned()).ok()
    };
    // Where `script` is missing, the other tests say so.
    let Some(shown) = run(&["--quiet", "--return", "--command", &commands, "/dev/null"]) else { return };
    assert!(!shown.contains('\x1b') && shown.contains("Epoch 1, sample 0"), "{shown}");
}

#[test]
fn a_terminal_of_hardly_any_size_is_refused_and_left_as_it_was() {
    // A serial line says that it has 0 of either.
    for (columns, rows) in [(0, 0), (1, 1), (2, 1), (500, 1)] {
        let Some(mut shell) = terminal(columns, rows) else { return };
        let text = session(&mut shell, |_, _| {});
        assert!(!text.contains(TAKES_THE_SCREEN));
        let (wide, high) =
            (backprop::counted(columns.into(), "column"), backprop::counted(rows.into(), "row"));
        assert!(text.contains(&format!("the terminal has {wide} and {high}")), "{text}");
        assert_eq!(line(&text, "status: "), "2");
    }
}

#[test]
fn a_terminal_that_shrinks_to_nothing_is_stepped_through_and_left_as_it_was() {
    for (columns, rows) in [(1, 1), (0, 0), (2, 1), (1, 50)] {
        let Some(mut shell) = terminal(100, 30) else { return };
        let text = session(&mut shell, |shell, shown| {
            let terminal = format!("/proc/{}/fd/0", line(shown, "pid: "));
            let size = ["cols", &columns.to_string(), "rows", &rows.to_string()];
            let status = Command::new("stty").args(["-F", &terminal]).args(size).status();
            assert!(status.expect("stty is there").success());
            let keys = shell.stdin.as_mut().expect("a pipe");
            keys.write_all(b"\x1b[C\x1b[Cmw?lgzq").expect("the terminal takes keys");
            keys.flush().expect("the terminal takes keys");
        });
        assert_restored(&text, 0);
    }
}
