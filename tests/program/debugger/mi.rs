//! gdb as an editor talks to it, by gdb/MI: VS Code's C/C++ extension, CLion, Emacs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::{CALC_OUTPUT, gdb, nine_nodes, root};

/// Returns gdb's answers to these MI commands, given where the program has stopped for the first time in `calc_output`.
pub fn mi(set_up: &[String], commands: &[&str]) -> Vec<String> {
    let mut gdb = Command::new("gdb")
        .args(["-nx", "-q", "-i=mi", "-iex", "set debuginfod enabled off"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .current_dir(root())
        .spawn()
        .expect("gdb starts");
    let mut requests = gdb.stdin.take().expect("it is piped");
    let mut lines = BufReader::new(gdb.stdout.take().expect("it is piped")).lines();
    let program = format!("-file-exec-and-symbols \"{}\"", nine_nodes().display());
    let stop = format!("-break-insert {CALC_OUTPUT}");
    let before = set_up.iter().map(String::as_str).chain([&*program, &*stop, "-exec-run"]);
    let mut ask = |command: &str, wanted: &[&str]| {
        writeln!(requests, "{command}").expect("gdb listens");
        let mut text = String::new();
        for line in &mut lines {
            let line = line.expect("gdb writes UTF-8");
            assert!(!line.starts_with("^error"), "{command}: {line}");
            text.push_str(&line);
            text.push('\n');
            if wanted.iter().any(|start| line.starts_with(start)) {
                return text;
            }
        }
        panic!("gdb has ended after {command}");
    };
    for command in before {
        ask(command, if command == "-exec-run" { &["*stopped"] } else { &["^done"] });
    }
    let answers = commands.iter().map(|command| ask(command, &["^done"])).collect();
    ask("-gdb-exit", &["^exit"]);
    gdb.wait().expect("it was started");
    answers
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn an_editor_sees_readable_values_below_a_node() {
    if gdb::is_missing() {
        return;
    }
    let folder = nine_nodes().parent().expect("it is in a folder").display();
    let trust = format!("-interpreter-exec console \"add-auto-load-safe-path {folder}\"");
    let answers = mi(
        &[trust, "-enable-pretty-printing".to_owned()],
        &[
            "-stack-list-variables --simple-values",
            "-var-create node * self",
            "-var-list-children --simple-values node 0 1000",
            "-var-create list * connections",
            "-var-list-children --simple-values list 0 1000",
            "-var-create weight * connections[0].weight",
            "-var-assign weight 0.5",
            "-var-update --all-values node",
        ],
    );
    assert!(
        answers[0].contains("value=\"Node 1-0 output=0.000000 delta=0.000000 = {upstream[0] = "),
        "{}",
        answers[0]
    );
    let first = "exp=\"upstream[0]\",numchild=\"0\",value=\"(0-0) -> (1-0) weight=0.274137 gradient=0.000000\",\
                 type=\"backprop::graph::connection::Connection\"";
    assert!(answers[2].contains(first), "{}", answers[2]);
    assert_eq!(answers[2].matches("type=\"backprop::graph::connection::Connection\"").count(), 6);
    let fifth = "exp=\"[4]\",numchild=\"0\",value=\"(0-1) -> (1-0) weight=0.931745 gradient=0.000000\"";
    assert!(answers[4].contains(fifth), "{}", answers[4]);
    // No value is raw bytes any more.
    assert!(!answers[4].contains("u8") && !answers[2].contains("u8"));
    assert!(answers[7].contains("(0-0) -> (1-0) weight=0.500000"), "a changed weight: {}", answers[7]);
}
