//! gdb: breakpoints stop once per node or connection, and the values printed there are right.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use crate::answers::Reader;
use crate::{
    CALC_HIDDEN_LAYER_DELTA, CALC_OUTPUT, CALC_OUTPUT_LAYER_DELTA, CONST_CALC_HIDDEN_LAYER_DELTA, HITS,
    UPDATE_WEIGHT, first_of, formulas_in_order, line_of, nine_nodes, root,
};
use testkit::golden::{Online, golden_text, read_json};

/// Returns `true` if gdb is missing, and says so.
pub fn is_missing() -> bool {
    crate::is_missing(first_of(&["gdb"]), "gdb")
}

/// Returns `false` if gdb cannot go back on this processor, and says so.
pub fn goes_back() -> bool {
    let text = gdb(
        "break backprop::graph::network::Network::train_one_sample\nrun\nrecord full\nnext\npython\ntry:\n    \
         gdb.execute('reverse-next', to_string=True)\nexcept gdb.error as error:\n    print(error)\nend\n",
    );
    let is_broken = text.contains("extended state");
    if is_broken {
        eprintln!("going back is not tried: gdb cannot write the registers of this processor");
    }
    !is_broken
}

/// Returns gdb's answer to each of these commands.
pub fn answers(commands: &[&str]) -> Vec<String> {
    let marked = commands.iter().map(|command| format!("echo ====\\n\n{command}\n"));
    let text = gdb(&marked.collect::<String>());
    text.split("====\n").skip(1).map(str::to_owned).collect()
}

fn gdb(commands: &str) -> String {
    gdb_on(nine_nodes(), commands)
}

/// Returns what gdb prints for these commands, without its own notes about threads and scripts.
pub fn gdb_on(program: &Path, commands: &str) -> String {
    let script = tempfile::NamedTempFile::with_suffix(".gdb").expect("a temporary file");
    std::fs::write(script.path(), commands).expect("a temporary file can be written");
    let folder = program.parent().expect("it is in a folder").display().to_string();
    let output = Command::new("gdb")
        .args(["-nx", "-batch", "-iex", &format!("add-auto-load-safe-path {folder}")])
        .args(["-ex", "set debuginfod enabled off", "-ex", "set width 0", "-ex", "set confirm off", "-x"])
        .arg(script.path())
        .arg(program)
        .env("LC_ALL", "C.UTF-8")
        // What gdb can record depends on the processor; see "Backwards in time" in docs/debugging.md.
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX_Fast_Unaligned_Load")
        .current_dir(root())
        .output()
        .expect("gdb was there a moment ago");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("Error"), "gdb says:\n{errors}");
    let text = String::from_utf8(output.stdout).expect("gdb writes UTF-8");
    let chatter = ["[Thread debugging", "Using host libthread_db", "[Inferior 1"];
    let kept = text.lines().filter(|line| !chatter.iter().any(|start| line.starts_with(start)));
    kept.fold(String::new(), |text, line| text + line + "\n")
}

/// Returns the numbers that follow `Value returned is $1 = ` or `$1 = `, in order.
fn printed_numbers(text: &str) -> Vec<f64> {
    let values = text.lines().filter_map(|line| line.strip_prefix("Value returned is ").or(Some(line)));
    let values = values.filter(|line| line.starts_with('$')).filter_map(|line| line.split(" = ").nth(1));
    values.filter_map(|value| value.parse().ok()).collect()
}

fn assert_close(printed: &[f64], expected: &[f64]) {
    assert_eq!(printed.len(), expected.len(), "{printed:?}");
    for (printed, expected) in printed.iter().zip(expected) {
        assert!((printed - expected).abs() <= 1e-12, "gdb prints {printed}, the reference is {expected}");
    }
}

#[test]
fn a_breakpoint_on_a_formula_stops_once_per_node_or_connection() {
    if is_missing() {
        return;
    }
    let mut commands = String::new();
    for (place, (function, _)) in HITS.iter().enumerate() {
        writeln!(commands, "break {function}\nignore {} 1000", place + 1)
            .expect("a String can be written to");
    }
    let answer = gdb(&(commands + "run\ninfo breakpoints\n"));
    for (function, count) in HITS {
        let mut lines = answer.lines().skip_while(|line| !line.contains(&format!("in {function} at")));
        assert!(lines.next().is_some(), "no breakpoint on {function}: {answer}");
        assert_eq!(lines.next(), Some(&*format!("\tbreakpoint already hit {count} times")), "{function}");
    }
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn the_values_returned_and_stored_are_the_reference_s() {
    if is_missing() {
        return;
    }
    let golden: Online = read_json("online_3_4_2.json");
    let expected = &golden.samples.as_ref().expect("recorded sample by sample")[0];

    // In the order of training: six outputs, two output deltas, four hidden deltas and the constant node's; then the
    // input layer's three, which the reference does not record, and its constant node's.
    let breaks =
        [CALC_OUTPUT, CALC_OUTPUT_LAYER_DELTA, CALC_HIDDEN_LAYER_DELTA, CONST_CALC_HIDDEN_LAYER_DELTA];
    let breaks = breaks.map(|function| format!("break {function}\n")).concat();
    let returned = printed_numbers(&gdb(&format!("{breaks}run\n{}", "finish\ncontinue\n".repeat(17))));
    assert_eq!(returned.len(), 17);
    assert_close(&returned[..6], &expected.outputs[1..].concat());
    assert_close(&returned[6..8], &expected.deltas[1]);
    assert_close(&returned[8..12], &expected.deltas[0]);
    assert_close(&[returned[12], returned[16]], &[0.0, 0.0]);

    let one_update = "next\nprint self.gradient\nnext\nprint self.weight\ncontinue\n";
    let numbers = printed_numbers(&gdb(&format!("break {UPDATE_WEIGHT}\nrun\n{}", one_update.repeat(26))));
    let (gradients, weights) = (expected.gradient(), expected.model_after.parameters());
    let mut reference = Vec::new();
    for (gradient, weight) in gradients.layers.iter().zip(&weights.layers) {
        for k in 0..gradient.weights[0].len() {
            for j in 0..gradient.biases.len() {
                reference.extend([gradient.weights[j][k], weight.weights[j][k]]);
            }
        }
        for j in 0..gradient.biases.len() {
            reference.extend([gradient.biases[j], weight.biases[j]]);
        }
    }
    assert_close(&numbers, &reference);
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn the_intermediates_of_every_formula_have_names_and_the_right_values() {
    if is_missing() {
        return;
    }
    let golden: Online = read_json("online_3_4_2.json");
    let expected = &golden.samples.as_ref().expect("recorded sample by sample")[0];
    let (before, deltas) = (golden.model_before.parameters(), &expected.deltas);

    // At the last line of each formula, everything it was made of is in view.
    let node = "src/graph/node.rs";
    let output = line_of(node, "fn calc_output(", "self.activation.value(weighted_input)");
    let delta = line_of(node, "fn calc_hidden_layer_delta(", "slope * downstream_delta");
    let answer = gdb(&format!(
        "break node.rs:{output}\nbreak node.rs:{delta}\nrun\n{}{}",
        "print weighted_input\ncontinue\n".repeat(6),
        "print downstream_delta\nprint slope\ncontinue\n".repeat(4),
    ));

    // z of all six neurons: the reference's weights times its outputs.
    let mut parts = Vec::new();
    for (layer, inputs) in before.layers.iter().zip(&expected.outputs) {
        for (weights, bias) in layer.weights.iter().zip(&layer.biases) {
            parts.push(weights.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>() + bias);
        }
    }
    // Σ wδ and a(1 − a) of the four hidden neurons.
    for (j, a) in expected.outputs[1].iter().enumerate() {
        let back = before.layers[1].weights.iter().zip(&deltas[1]);
        parts.extend([back.map(|(row, delta)| row[j] * delta).sum::<f64>(), a * (1.0 - a)]);
    }
    assert_close(&printed_numbers(&answer), &parts);
}

#[test]
fn bp_network_prints_the_originals_dump_and_bp_layer_a_part() {
    if is_missing() {
        return;
    }
    let dump = golden_text("dump_3_4_2_after_first_sample.txt");
    let at_the_end =
        format!("break nine_nodes.rs:{}\nrun\n", line_of("docs/examples/nine_nodes.rs", "fn main", "print!"));
    let commands = ["bp-network", "bp-layer 1", "bp-node 1 3", "bp-node 2 2"];
    let commands = commands.map(|command| format!("echo ==\\n\n{command}\n")).concat();
    let answer = gdb(&(at_the_end + &commands));
    let sections: Vec<&str> = answer.split("==\n").skip(1).collect();
    assert_eq!(sections[0], dump);

    let nodes: Vec<String> = dump.split_inclusive('\n').fold(Vec::new(), |mut nodes: Vec<String>, line| {
        if !line.starts_with('\t') {
            nodes.push(String::new());
        }
        nodes.last_mut().expect("a dump begins with a node").push_str(line);
        nodes
    });
    assert_eq!(sections[1..], [nodes[4..9].concat(), nodes[7].clone(), nodes[11].clone()]);
}

#[test]
fn nodes_connections_and_ids_print_what_they_are() {
    if is_missing() {
        return;
    }
    let commands = "set print address off\nset print pretty on\n\
        break backprop::graph::network::Network::update_weight\nrun\nup\nup\n\
        print network\nprint network.layers\nprint network.connections\nprint $bp_node(1, 0)\nprint $bp_node(0, 3)\n\
        print sample\ndown\ndown\nnext\nnext\nprint nodes[4]\nprint nodes[8]\nprint connections[25].downstream_node\n";
    let answer = gdb(commands);
    let node = "Node 1-0 output=0.649426 delta=0.000382";
    for expected in [
        "= Network 3-4-2: 12 nodes, 26 connections\n",
        "= 3 layers = {Layer 0: 3 neurons and a constant node = {\n",
        &format!("    nodes[0] = NodeId(4): {node},\n"),
        "= 26 connections = {(0-0) -> (1-0) weight=0.274137 gradient=0.000000, (0-0) -> (1-1) weight=0.923965 ",
        &format!("= {node} = {{\n  upstream[0] = (0-0) -> (1-0) weight=0.274137 gradient=0.000000,\n"),
        "  downstream[1] = (1-0) -> (2-1) weight=-0.141065 gradient=0.000000\n}\n",
        "= ConstNode 0-3 output=1.000000 delta=0.000000 = {\n  downstream[0] = (0-3) -> (1-0) weight=-0.238582 ",
        "= Sample [0.658875, 0.213732, 0.856233]\n",
        &format!("= {node}\n"),
        "= ConstNode 1-4 output=1.000000 delta=0.000000\n",
        "= NodeId(10): Node 2-1 output=0.245976 delta=0.010314\n",
    ] {
        assert!(answer.contains(expected), "gdb does not print {expected:?}:\n{answer}");
    }
}

/// Returns gdb's answer to `bp-node 0 3` in a copy of the program, in a folder without its sources.
fn in_a_copy(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("copy");
    std::fs::copy(nine_nodes(), &copy).expect("the program can be copied");
    let output = Command::new("gdb")
        .args(["-nx", "-batch", "-iex", "set debuginfod enabled off"])
        .args(arguments)
        .args([
            "-ex",
            &format!("break {CALC_OUTPUT}"),
            "-ex",
            "run",
            "-ex",
            "echo ==\\n",
            "-ex",
            "bp-node 0 3",
        ])
        .arg(&copy)
        .current_dir(folder.path())
        .output()
        .expect("gdb was there a moment ago");
    let text = String::from_utf8(output.stdout).expect("gdb writes UTF-8");
    text.split_once("==\n").expect("gdb is asked").1.to_owned()
}

#[test]
fn the_program_carries_both_scripts_and_they_can_be_sourced_by_hand() {
    if is_missing() {
        return;
    }
    let [own, common] =
        ["debugger.gdb.py", "debugger_common.py"].map(|file| root().join("src/graph").join(file));
    let [own, common] = [own, common].map(|file| file.display().to_string());
    let run = |file: &str| format!("python exec(open('{file}').read(), globals())");
    let dumped = "0-3: output: 1\n\tdownstream:\n\t(0-3) -> (1-0) = -0.238582\n";
    for arguments in [
        vec!["-iex", "add-auto-load-safe-path /"],
        vec!["-ex", &format!("source {own}")],
        // In whichever order Rust puts them into the program.
        vec!["-ex", &run(&own), "-ex", &run(&common)],
        vec!["-ex", &run(&common), "-ex", &run(&own)],
    ] {
        let answer = in_a_copy(&arguments);
        assert!(answer.starts_with(dumped), "{arguments:?}: {answer}");
    }
    assert_eq!(in_a_copy(&[]), "", "gdb runs only what it trusts");
}

#[test]
fn bp_next_node_visits_every_node_in_the_order_of_training() {
    if is_missing() {
        return;
    }
    let commands = format!(
        "break backprop::graph::network::Network::train_one_sample\nrun\ndelete\n{}",
        "bp-next-node\n".repeat(18)
    );
    let mut reader = Reader::default();
    let visited = reader.gdb(&gdb(&commands));
    let visited: Vec<&str> =
        visited.iter().filter_map(|line| line.split_once(", line ")).map(|(f, _)| f).collect();
    assert_eq!(visited[visited.len() - 18..], formulas_in_order());
}

/// Where single steps land, from the first `calc_output` to the last update; then the cost is computed.
const COUNT_STEPS: &str = r"
import collections, gdb
counts = collections.Counter()
gdb.execute('break backprop::graph::node::Node::calc_output', to_string=True)
gdb.execute('run', to_string=True)
gdb.execute('delete')
gdb.execute('set suppress-cli-notifications on')
while True:
    gdb.execute(STEP, to_string=True)
    frame = gdb.newest_frame()
    table = frame.find_sal().symtab
    file = table.filename if table else ''
    if frame.name().endswith('Cost::value'):
        break
    if 'src/graph/' in file:
        counts['graph'] += 1
    elif file.endswith(('src/activation.rs', 'src/cost.rs')):
        counts['formula'] += 1
    else:
        counts['outside'] += 1
print('steps', counts['graph'], counts['formula'], counts['outside'])
";

fn count_steps(step: &str) -> [usize; 3] {
    let answer = gdb(&format!("python\n{}\nend\n", COUNT_STEPS.replace("STEP", &format!("'{step}'"))));
    let line =
        answer.lines().find_map(|line| line.strip_prefix("steps ")).expect("the script prints its counts");
    let counts: Vec<usize> = line.split(' ').map(|count| count.parse().expect("a count")).collect();
    counts.try_into().expect("three counts")
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn plain_steps_land_in_this_crate_most_of_the_time() {
    if is_missing() {
        return;
    }
    let [graph, formula, outside] = count_steps("step");
    let total = graph + formula + outside;
    println!(
        "{total} steps: {graph} in src/graph, {formula} in activation.rs and cost.rs, {outside} outside"
    );
    assert!(graph > 1000, "a training step has more than {graph} lines");
    assert!(
        outside * 100 <= total * 15,
        "{outside} of {total} steps are outside; docs/debugging.md says 14 of 100"
    );
}

#[test]
fn bp_step_stops_in_src_graph_and_nowhere_else() {
    if is_missing() {
        return;
    }
    let commands = format!(
        "python\ndef where():\n    place = gdb.newest_frame().find_sal()\n    \
         print('at', place.symtab.filename, place.line)\nend\n\
         break {CALC_OUTPUT}\nrun\ndelete\n{}",
        "bp-step\npython where()\n".repeat(60)
    );
    let answer = gdb(&commands);
    let stops: Vec<&str> = answer.lines().filter_map(|line| line.strip_prefix("at ")).collect();
    assert_eq!(stops.len(), 60);
    let outside = stops.iter().find(|place| {
        !place.starts_with("src/graph/") || place.contains("/id.rs") || place.contains("/connections.rs")
    });
    assert_eq!(outside, None);
    // No line of the formula is jumped over: four products in the first neuron's sum.
    let sum =
        line_of("src/graph/node.rs", "fn weighted_input(", "weighted_input += input * connection.weight");
    let first_neuron = stops.iter().take_while(|place| !place.contains("layer.rs"));
    assert_eq!(first_neuron.filter(|place| **place == format!("src/graph/node.rs {sum}")).count(), 4);
}
