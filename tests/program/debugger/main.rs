//! The network in real debuggers: gdb, LLDB, an editor's protocols to both (gdb/MI, the Debug Adapter Protocol).
//!
//! | file | what it shows |
//! |---|---|
//! | gdb.rs, lldb.rs | breakpoints stop once per node or connection, and the values printed there are right |
//! | session.rs | the sessions in the book: one list of answers, for gdb, LLDB and lldb-dap |
//! | answers.rs | the part of an answer that is the network's and not the debugger's |
//! | dap.rs, mi.rs | the messages to an editor |
//! | picture.rs | `bp-json` |
//! | vscode.rs | the files in .vscode |
//! | large.rs | how long it takes in 784-300-10 |
//!
//! Where a debugger is missing the tests say so and pass; under CI (`CI=true`) that is a failure, unless .ci/run could
//! not install LLDB 19 (`BACKPROP_NO_LLDB`). After a change to a session in the book, or to a line shown there,
//! `cargo test --config "env.UPDATE_DOCS='1'" --test debugger -- --include-ignored` writes the answers into it.
//!
//! `cargo test` runs a few sessions in gdb. .ci/run runs all of them, the ignored ones in a separate step, because a
//! release build does not contain these tests.
//!
//! (Nothing here needs the feature `cli`, but once is enough, and .ci/run also tests the library alone.)
#![cfg(all(debug_assertions, target_os = "linux"))]

mod answers;
mod dap;
mod gdb;
mod large;
mod lldb;
mod mi;
mod picture;
mod session;
mod vscode;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const CALC_OUTPUT: &str = "backprop::graph::node::Node::calc_output";
const CALC_OUTPUT_LAYER_DELTA: &str = "backprop::graph::node::Node::calc_output_layer_delta";
const CALC_HIDDEN_LAYER_DELTA: &str = "backprop::graph::node::Node::calc_hidden_layer_delta";
const CONST_CALC_HIDDEN_LAYER_DELTA: &str = "backprop::graph::const_node::ConstNode::calc_hidden_layer_delta";
const UPDATE_WEIGHT: &str = "backprop::graph::connection::Connection::update_weight";

/// The number of calls of each node-sized function in a training step of 3-4-2.
const HITS: [(&str, usize); 5] = [
    (CALC_OUTPUT, 6),
    (CALC_OUTPUT_LAYER_DELTA, 2),
    (CALC_HIDDEN_LAYER_DELTA, 7),
    (CONST_CALC_HIDDEN_LAYER_DELTA, 2),
    (UPDATE_WEIGHT, 26),
];

/// Returns the formulas of a training step of 3-4-2 in order, as `function of object`.
fn formulas_in_order() -> Vec<String> {
    let order = [
        ("calc_output", "1-0 1-1 1-2 1-3 2-0 2-1"),
        ("calc_output_layer_delta", "2-0 2-1"),
        ("calc_hidden_layer_delta", "1-0 1-1 1-2 1-3 1-4 0-0 0-1 0-2 0-3"),
    ];
    let kind = |place: &str| if matches!(place, "1-4" | "0-3") { "ConstNode" } else { "Node" };
    let of_node = |function, place| format!("{function} of {} {place}", kind(place));
    let formulas = order.iter().flat_map(|(f, places)| places.split(' ').map(move |place| of_node(f, place)));
    formulas.chain(["update_weight of Network 3-4-2".to_owned()]).collect()
}

/// Returns the nine-node network.
fn nine_nodes() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| example("nine_nodes"))
}

/// Returns an example, built as `cargo build --example NAME` builds it, next to this very test.
fn example(name: &str) -> PathBuf {
    // target/debug/deps/debugger-0123
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.ancestors().nth(2).expect("target/debug");
    let target = profile.parent().expect("target");
    // `cargo test` builds examples; `cargo test --test debugger` does not.
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "backprop", "--example", name, "--target-dir"]).arg(target);
    assert!(build.current_dir(root()).status().expect("cargo runs").success(), "the example must build");
    profile.join("examples").join(name)
}

fn root() -> &'static Path {
    testkit::root()
}

/// Returns the script that teaches LLDB the network.
fn lldb_script() -> PathBuf {
    root().join("src/graph/debugger_lldb.py")
}

/// Returns `true` if a debugger is missing, and says so.
fn is_missing(program: Option<&str>, package: &str) -> bool {
    if program.is_none() {
        let excused = package == "lldb-19" && std::env::var_os("BACKPROP_NO_LLDB").is_some();
        assert!(
            excused || std::env::var("CI").as_deref() != Ok("true"),
            "{package} is not installed, and CI must run this test"
        );
        eprintln!("{package} is not installed: nothing was tested (apt-get install {package})");
    }
    program.is_none()
}

/// Returns the first of these programs that is installed.
fn first_of(programs: &[&'static str]) -> Option<&'static str> {
    let runs =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    programs.iter().copied().find(|program| runs(program))
}

/// Returns the line of a source file, from 1, that holds this text; the first such line after `after`.
fn line_of(file: &str, after: &str, text: &str) -> usize {
    let source = std::fs::read_to_string(root().join(file)).expect("the source is there");
    let lines = source.lines().enumerate().skip_while(|(_, line)| !line.contains(after));
    let mut hits = lines.filter(|(_, line)| line.contains(text));
    hits.next().unwrap_or_else(|| panic!("{file}: no line with {text}")).0 + 1
}
