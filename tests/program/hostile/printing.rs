//! Output that cannot be printed costs no work, and names that would do something to a terminal are spelled out.

use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use crate::limits::{RUN, after, backprop, folder, model, names, printing_to, read, run, wait, write};

#[test]
fn a_full_stdout_costs_the_lines_and_not_the_model() {
    let folder = folder();
    let expected = model(&folder);
    for options in ["--out full.json", "--out full.json --json", "--out full.json --plot full.svg"] {
        let mut command = backprop(&format!("{RUN} {options}"), &folder);
        let ended = run(printing_to(&mut command, "/dev/full"));
        ended.refused(&["standard output: No space left on device", "the work continues without printing"]);
        assert_eq!(read(&folder, "full.json"), expected);
    }
    let ended = run(printing_to(&mut backprop(&format!("{RUN} --checkpoint run"), &folder), "/dev/full"));
    ended.refused(&["the work continues without printing"]);
    assert_eq!(names(&folder), ["full.json", "full.svg", "model.json", "run", "run.previous"]);
    // Without a reader for the lines, nothing is left to do.
    run(printing_to(&mut backprop(RUN, &folder), "/dev/full")).refused(&["No space left on device"]);
    // A file that is written before anything is printed is kept.
    let arguments = "export --model model.json --out model.safetensors";
    run(printing_to(&mut backprop(arguments, &folder), "/dev/full")).refused(&["No space left on device"]);
    assert!(!read(&folder, "model.safetensors").is_empty());
}

#[test]
fn a_stderr_that_is_full_or_closed_costs_nothing() {
    let folder = folder();
    let expected = model(&folder);
    for redirection in ["2>/dev/full", "2>&-", ">&- 2>&-", "2>/dev/full >/dev/null"] {
        let ended = run(&mut after("true", &format!("{RUN} --out quiet.json {redirection}"), &folder));
        assert_eq!(ended.status, Some(0), "{redirection}: {ended:?}");
        assert_eq!(read(&folder, "quiet.json"), expected);
        std::fs::remove_file(folder.path().join("quiet.json")).expect("written");
    }
}

#[test]
fn a_comparison_is_drawn_although_its_lines_are_not_read() {
    let folder = folder();
    let arguments = "compare --data bits --sizes 8,3,8 --samples 2 --plot times.svg";
    let mut child = backprop(arguments, &folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    wait(child).succeeded();
    assert!(read(&folder, "times.svg").starts_with(b"<svg"));
}

/// Moves the cursor, ends a line, and reverses text, by C0, DEL, C1 and a mark of Unicode.
const NAME: &str = "a\u{1b}[2J\n\r\u{7f}\u{9b}2J\u{202e}z";

#[test]
fn a_name_that_would_do_something_to_a_terminal_is_spelled_out_wherever_it_is_shown() {
    let folder = folder();
    model(&folder);
    let at = |ending: &str| format!("{NAME}{ending}");
    std::fs::copy(folder.path().join("model.json"), folder.path().join(at(".json"))).expect("a copy");
    std::fs::create_dir(folder.path().join(at(".data"))).expect("new");
    for (part, count) in [("train", 4), ("t10k", 2)] {
        let images = backprop::data_set::idx::encode(&[count, 2, 4], &vec![9; 8 * count]);
        let labels = backprop::data_set::idx::encode(&[count], &vec![1; count]);
        write(&folder, format!("{}/{part}-images-idx3-ubyte", at(".data")), images);
        write(&folder, format!("{}/{part}-labels-idx1-ubyte", at(".data")), labels);
    }
    // Arguments are separated by blanks, so @ is replaced by the name.
    for arguments in [
        "train --data @.data --sizes 8,3,8 --epochs 1 --out @.out --plot @.svg --checkpoint @.ck",
        "train --data @.data --sizes 8,3,8 --epochs 1 --out @.out --force",
        "train --resume @.ck --epochs 2 --plot @.svg",
        "train --resume @.ck --rate 7",
        "train --data @.data --sizes 8,3,8 --epochs 1 --checkpoint @.ck",
        "train --data bits --epochs 1 --out @.json --checkpoint @.json",
        "evaluate --model @.json --data @.data",
        "evaluate --model @.nowhere",
        "predict --model @.json --data @.data",
        "predict --model @.json --image @.json",
        "dump --model @.json",
        "step --plain --from @.json --data @.data",
        "step --json --from @.json --data @.data",
        "trace --from @.json --data @.data --samples 1 --epochs 1 --out @.html",
        "trace --from @.json --data bits --samples 1 --epochs 1 --out @.json",
        "compare --data @.data --sizes 8,3,8 --samples 1",
        "compare --data @.data --sizes 8,3,8 --samples 1 --json",
        "check --model @.json --data @.data",
        "lesson sigmoid --plot @.svg",
        "lesson sigmoid --plot @.png",
        "export --model @.json --out @.safetensors",
        "export --model @.json --out @.safetensors --json",
        "dot --from @.json --data @.data",
        "train --engine @",
        "@",
    ] {
        let mut command = backprop("", &folder);
        command.args(arguments.split(' ').map(|argument| argument.replace('@', NAME)));
        let ended = run(&mut command);
        for (stream, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            let bad =
                text.chars().find(|&c| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}');
            assert_eq!(bad, None, "{arguments}: {stream}: {text:?}");
            assert!(!text.contains("a\\u{1b}[2J\n"), "{arguments}: the name breaks a line: {text}");
        }
        assert!(ended.stderr.lines().count() <= 1, "{arguments}: {:?}", ended.stderr);
        for line in ended.stdout.lines().filter(|_| arguments.contains("--json")) {
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }
}

#[test]
fn an_escape_sequence_that_was_typed_is_quoted_whole() {
    let folder = folder();
    for arguments in ["@", "lesson @", "lesson descent --rate @", "train --@", "train --epochs @", "step @ @"]
    {
        let mut command = backprop("", &folder);
        command.args(
            arguments.split(' ').map(|argument| argument.replace('@', "no\u{1b}[31mway\u{1b}]0;x\u{7}")),
        );
        run(&mut command).refused(&[r"no\u{1b}[31mway\u{1b}]0;x\u{7}", "(--help lists the options)"]);
    }
}

#[test]
fn the_python_that_export_prints_is_python_whatever_the_file_is_called() {
    let folder = folder();
    model(&folder);
    for name in [NAME.as_bytes(), b"it's \"quoted\" \\ \xe2\x88\x82", b"\xff\xfe.safetensors"] {
        let mut command = backprop("export --to safetensors --model model.json --out", &folder);
        let ended = run(command.arg(std::ffi::OsStr::from_bytes(name))).succeeded();
        let call = ended.stdout.lines().find_map(|line| line.split_once("load_file(")).expect("the call").1;
        let literal = call.strip_suffix("))").expect("two calls end");
        let script = format!("import os,sys; sys.stdout.buffer.write(os.fsencode({literal}))");
        let python = std::process::Command::new("python3").args(["-c", &script]).output();
        let Ok(python) = python else {
            eprintln!("python3 is not installed: nothing was tested");
            return;
        };
        assert_eq!(python.stdout, name, "{literal}: {}", String::from_utf8_lossy(&python.stderr));
    }
}
