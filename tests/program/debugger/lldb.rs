//! LLDB with src/graph/debugger_lldb.py: the same breakpoints, values and commands as in gdb.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::answers::Reader;
use crate::{
    CALC_OUTPUT, HITS, UPDATE_WEIGHT, first_of, formulas_in_order, gdb, line_of, lldb_script, nine_nodes,
    root,
};
use testkit::golden::{Online, golden_text, read_json};

/// The oldest LLDB that is tried: Debian's package lldb-19.
const OLDEST: u32 = 19;

/// Returns the name under which LLDB is installed here.
fn program() -> Option<&'static str> {
    static PROGRAM: OnceLock<Option<&str>> = OnceLock::new();
    *PROGRAM.get_or_init(|| first_of(&["lldb-19", "lldb"]).filter(|program| version(program) >= Some(OLDEST)))
}

fn version(program: &str) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split("version ").nth(1)?.split('.').next()?.parse().ok()
}

/// Returns `true` if LLDB 19 is missing, and says so.
pub fn is_missing() -> bool {
    crate::is_missing(program(), "lldb-19")
}

/// Returns what LLDB prints for these commands, after it has imported our script.
pub fn lldb(program_under_test: &Path, arguments: &[&str], commands: &str) -> String {
    let script = tempfile::NamedTempFile::with_suffix(".lldb").expect("a temporary file");
    std::fs::write(script.path(), commands).expect("a temporary file can be written");
    let output = Command::new(program().expect("LLDB is there"))
        .args(["--no-lldbinit", "--batch", "-O"])
        .arg(format!("command script import \"{}\"", lldb_script().display()))
        .arg("-s")
        .arg(script.path())
        .arg(program_under_test)
        .arg("--")
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .current_dir(root())
        .output()
        .expect("LLDB was there a moment ago");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("error") && !errors.contains("Traceback"), "LLDB says:\n{errors}");
    let text = String::from_utf8(output.stdout).expect("LLDB writes UTF-8");
    // It echoes the commands it was given.
    let kept = text.lines().filter(|line| !line.starts_with("(lldb) "));
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// Returns LLDB's answer to each of these commands.
pub fn answers(commands: &[&str]) -> Vec<String> {
    let marked = commands.iter().map(|command| format!("script print('====')\n{command}\n"));
    let text = lldb(nine_nodes(), &[], &marked.collect::<String>());
    text.split("====\n").skip(1).map(str::to_owned).collect()
}

/// Returns the numbers in `(f64) name = 0.5` and `Return value: (f64) $0 = 0.5`, in order.
fn printed_numbers(text: &str) -> Vec<f64> {
    let values = text.lines().filter(|line| line.contains("(double) "));
    values.filter_map(|line| line.rsplit_once(" = ")?.1.parse().ok()).collect()
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn a_breakpoint_on_a_formula_stops_once_per_node_or_connection() {
    if is_missing() {
        return;
    }
    let mut commands = String::new();
    for (function, _) in HITS {
        writeln!(commands, "breakpoint set --auto-continue true --name {function}").expect("a String");
    }
    let answer = lldb(nine_nodes(), &[], &(commands + "run\nbreakpoint list --brief\n"));
    for (function, count) in HITS {
        let line = answer.lines().find(|line| line.contains(&format!("name = '{function}'")));
        let line = line.unwrap_or_else(|| panic!("no breakpoint on {function}: {answer}"));
        assert!(line.contains(&format!("hit count = {count} ")), "{line}");
    }
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn the_values_returned_and_stored_are_the_reference_s() {
    if is_missing() {
        return;
    }
    let golden: Online = read_json("online_3_4_2.json");
    let expected = &golden.samples.as_ref().expect("recorded sample by sample")[0];
    let outputs =
        lldb(nine_nodes(), &[], &format!("b {CALC_OUTPUT}\nrun\n{}", "finish\ncontinue\n".repeat(6)));
    let first_weight = lldb(
        nine_nodes(),
        &[],
        &format!("b {UPDATE_WEIGHT}\nrun\nnext\nv self->gradient\nnext\nv self->weight\n"),
    );
    let gradient = expected.gradient().layers[0].weights[0][0];
    let weight = expected.model_after.parameters().layers[0].weights[0][0];
    let numbers = [printed_numbers(&outputs), printed_numbers(&first_weight)].concat();
    let reference = [expected.outputs[1..].concat(), vec![gradient, weight]].concat();
    assert_eq!(numbers.len(), reference.len(), "{outputs}\n{first_weight}");
    for (printed, expected) in numbers.iter().zip(&reference) {
        assert!((printed - expected).abs() <= 1e-12, "LLDB prints {printed}, the reference is {expected}");
    }
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn bp_network_prints_the_originals_dump_and_bp_layer_a_part() {
    if is_missing() {
        return;
    }
    let dump = golden_text("dump_3_4_2_after_first_sample.txt");
    let at_the_end =
        format!("b nine_nodes.rs:{}", line_of("docs/examples/nine_nodes.rs", "fn main", "print!"));
    let answers = answers(&[&at_the_end, "run", "bp-network", "bp-layer 1", "bp-node 1 3", "bp-node 2 2"]);
    assert_eq!(answers[2], dump);
    let start = |place: &str| dump.find(&format!("{place}: ")).expect("the dump has this node");
    assert_eq!(answers[3], dump[start("1-0")..start("2-0")]);
    assert_eq!(answers[4], dump[start("1-3")..start("1-4")]);
    assert_eq!(answers[5], dump[start("2-2")..]);
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn nodes_connections_and_ids_show_what_they_are() {
    if is_missing() {
        return;
    }
    let commands = [
        "b backprop::graph::network::Network::update_weight",
        "run",
        "up",
        "up",
        "v network",
        "v network.layers",
        "v network.connections",
        "v network.connections.connections[25].weight",
        "v sample",
        "down",
        "down",
        "next",
        "next",
        "v nodes",
        "v nodes[4].output",
        "v connections[25].downstream_node",
        "v connections",
    ];
    let answers = answers(&commands);
    let node = "Node 1-0 output=0.649426 delta=0.000382";
    let expected = [
        (4, "network = Network 3-4-2: 12 nodes, 26 connections\n".to_owned()),
        (5, "= 3 layers {\n  [0] = Layer 0: 3 neurons and a constant node {\n".to_owned()),
        (5, format!("    nodes[0] = NodeId(4): {node}\n")),
        (6, "= 26 connections {\n  [0] = (0-0) -> (1-0) weight=0.274137 gradient=0.000000\n".to_owned()),
        (7, "connections[25].weight = -0.71319138411322514\n".to_owned()),
        (8, "sample = Sample [0.658875, 0.213732, 0.856233]\n".to_owned()),
        (13, "nodes = 12 nodes {\n  [0] = Node 0-0 output=0.658875 delta=-0.000230\n".to_owned()),
        (13, format!("  [4] = {node}\n")),
        (13, "  [8] = ConstNode 1-4 output=1.000000 delta=0.000000\n".to_owned()),
        (14, "nodes[4].output = 0.6494261357534559".to_owned()),
        (15, "downstream_node = NodeId(10): Node 2-1 output=0.245976 delta=0.010314\n".to_owned()),
        (16, "connections = 26 connections {\n".to_owned()),
    ];
    for (place, text) in expected {
        assert!(answers[place].contains(&text), "{}: no {text:?} in\n{}", commands[place], answers[place]);
    }
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn bp_next_node_visits_every_node_in_the_order_of_training() {
    if is_missing() {
        return;
    }
    let commands = format!(
        "b backprop::graph::network::Network::train_one_sample\nrun\nbreakpoint delete --force\n{}breakpoint list\n",
        "bp-next-node\n".repeat(18)
    );
    let text = lldb(nine_nodes(), &[], &commands);
    let visited = Reader::default().lldb("", &text);
    let visited: Vec<&str> =
        visited.iter().filter_map(|line| line.split_once(", line ")).map(|(f, _)| f).collect();
    assert_eq!(visited[1..], formulas_in_order());
    assert!(text.contains("No breakpoints currently set."), "it cleans up behind itself: {text}");
}

/// Where single steps land, from the first `calc_output` to the last update; then the cost is computed.
const COUNT_STEPS: &str = r"
import lldb

def __lldb_init_module(debugger, _session):
    debugger.SetAsync(False)
    thread = debugger.GetSelectedTarget().GetProcess().GetSelectedThread()
    inside = outside = 0
    while True:
        thread.StepInto()
        frame = thread.GetFrameAtIndex(0)
        if '::Cost::value' in frame.GetFunctionName():
            break
        file = frame.GetLineEntry().GetFileSpec()
        ours = (file.GetDirectory() or '').startswith(ROOT)
        inside, outside = inside + ours, outside + (not ours)
    print('steps', inside, outside)
";

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn plain_steps_never_leave_this_crate() {
    if is_missing() {
        return;
    }
    let counter =
        tempfile::NamedTempFile::with_prefix_in("count_steps", std::env::temp_dir()).expect("a file");
    let path = counter.path().with_extension("py");
    let source = COUNT_STEPS.replace("ROOT", &format!("{:?}", root().join("src").display().to_string()));
    std::fs::write(&path, source).expect("a temporary file can be written");
    let commands = format!(
        "b {CALC_OUTPUT}\nrun\nbreakpoint delete --force\ncommand script import {}\n",
        path.display()
    );
    let answer = lldb(nine_nodes(), &[], &commands);
    std::fs::remove_file(&path).expect("it is there");
    let counts =
        answer.lines().find_map(|line| line.strip_prefix("steps ")).expect("the script prints its counts");
    println!("{counts} steps in this crate and outside");
    let (inside, outside) = counts.split_once(' ').expect("two counts");
    assert!(inside.parse::<usize>().expect("a count") > 1000);
    assert_eq!(outside, "0");
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn bp_step_stops_in_src_graph_and_nowhere_else() {
    if is_missing() {
        return;
    }
    let commands = format!("b {CALC_OUTPUT}\nrun\nbreakpoint delete --force\n{}", "bp-step\n".repeat(60));
    let text = lldb(nine_nodes(), &[], &commands);
    let stops: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("frame #0")).collect();
    assert_eq!(stops.len(), 61, "{text}");
    let graph = ["node.rs", "layer.rs", "network.rs", "const_node.rs", "connection.rs", "links.rs"];
    let outside = stops.iter().find(|stop| !graph.iter().any(|file| stop.contains(&format!(" at {file}:"))));
    assert_eq!(outside, None);
    // No line of the formula is jumped over: four products in the first neuron's sum.
    let sum = line_of("src/graph/node.rs", "fn weighted_input(", "+= input * connection.weight");
    let first_neuron = stops.iter().take_while(|stop| !stop.contains("layer.rs"));
    assert_eq!(first_neuron.filter(|stop| stop.contains(&format!(" at node.rs:{sum}:"))).count(), 4);
}

#[test]
#[ignore = "seconds in gdb and LLDB: run by CI"]
fn what_dropout_keeps_of_a_node_is_shown_in_both() {
    let at = format!("b {CALC_OUTPUT}");
    let line = "Node 1-0 output=0.000000 delta=0.000000 kept=0.500000";
    let dumped = "1-0: output: 0.000000 delta: 0.000000 kept: 0.500000\n";
    if !is_missing() {
        let answers =
            answers(&[&at, "run", "expression self->kept = 0.5", "v *self", "bp-node 1 0", "bp-node 1 1"]);
        assert!(answers[3].contains(&format!("{line} {{\n")), "{}", answers[3]);
        assert!(
            answers[4].starts_with(dumped) && !answers[5].contains("kept"),
            "{}{}",
            answers[4],
            answers[5]
        );
    }
    if !gdb::is_missing() {
        let answers = gdb::answers(&[
            &at,
            "run",
            "set variable self.kept = 0.5",
            "print *self",
            "bp-node 1 0",
            "bp-node 1 1",
        ]);
        assert!(answers[3].contains(&format!("= {line} = {{")), "{}", answers[3]);
        assert!(
            answers[4].starts_with(dumped) && !answers[5].contains("kept"),
            "{}{}",
            answers[4],
            answers[5]
        );
    }
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn a_misused_command_says_how_it_is_used() {
    if is_missing() {
        return;
    }
    // In `script`, because an error would end the session.
    let ask = |command: &str| {
        format!(
            "script r = lldb.SBCommandReturnObject(); \
             lldb.debugger.GetCommandInterpreter().HandleCommand('{command}', r); print(r.GetError())\n"
        )
    };
    let commands = ["bp-node 1", "bp-node a b", "bp-node 1 2", "bp-json"].map(ask).concat();
    let running = ["bp-node 9 9", "bp-node 1", "bp-layer x", "bp-back-node"].map(ask).concat();
    let text = lldb(nine_nodes(), &[], &format!("{commands}b {CALC_OUTPUT}\nrun\n{running}"));
    let usage = "error: usage: bp-node LAYER INDEX";
    let not_running = "error: the program is not running; type run first";
    for (message, count) in [
        (usage, 2),
        (not_running, 3),
        ("error: there is no node 9-9", 1),
        ("error: usage: bp-layer", 1),
        ("error: LLDB cannot go back", 1),
    ] {
        assert_eq!(text.matches(message).count(), count, "{message}:\n{text}");
    }
}
