//! The files in .vscode: gdb and LLDB understand their commands, and stop at the node-sized functions.

use serde_json::Value;

use crate::{CALC_OUTPUT, HITS, gdb, lldb, mi, nine_nodes, root};
use testkit::book::Document;

pub fn read(file: &str) -> Value {
    let path = root().join(".vscode").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns the configurations of launch.json for one debugger: `lldb`, which is CodeLLDB, or `cppdbg`.
fn configurations(debugger: &str) -> Vec<Value> {
    let launch = read("launch.json");
    let all = launch["configurations"].as_array().expect("a list").iter();
    let found: Vec<Value> = all.filter(|configuration| configuration["type"] == debugger).cloned().collect();
    assert_eq!(found.len(), 4, "the example, a test, the program, XOR");
    found
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Returns the commands in a list, with the workspace's folder put in, and the folder that is built into.
pub fn commands(list: &Value) -> Vec<String> {
    let target = nine_nodes().ancestors().nth(3).expect("target/debug/examples/nine_nodes");
    let filled = |command: &str| {
        let command = command.replace("${workspaceFolder}/target", &target.display().to_string());
        command.replace("${workspaceFolder}", &root().display().to_string())
    };
    list.as_array().expect("a list").iter().map(|command| filled(text(command))).collect()
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn codelldb_s_commands_stop_lldb_at_every_node_sized_function() {
    if lldb::is_missing() {
        return;
    }
    let settings = read("settings.json");
    for configuration in configurations("lldb") {
        let given = [&settings["lldb.launch.preRunCommands"], &configuration["preRunCommands"]]
            .map(commands)
            .concat();
        let ask: Vec<&str> =
            given.iter().map(String::as_str).chain(["breakpoint list", "run", "v self"]).collect();
        let answers = lldb::answers(&ask);
        for (function, _) in HITS {
            let found = format!("name = '{function}', locations = 1");
            assert!(answers[given.len()].contains(&found), "{found}: {}", answers[given.len()]);
        }
        assert!(answers[given.len() + 1].contains(CALC_OUTPUT));
        assert!(answers[given.len() + 2].contains("Node 1-0 output=0.000000 delta=0.000000"));
    }
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn the_cpp_extensions_commands_stop_gdb_at_every_formula() {
    if gdb::is_missing() {
        return;
    }
    for configuration in configurations("cppdbg") {
        let list = configuration["setupCommands"].as_array().expect("a list").iter();
        let list: Value = list.map(|command| command["text"].clone()).collect();
        let answers = mi::mi(&commands(&list), &["-break-list", "-stack-list-variables --simple-values"]);
        for (function, _) in HITS {
            let found = format!("func=\"{function}\"");
            assert!(answers[0].contains(&found), "{found}: {}", answers[0]);
        }
        assert!(answers[1].contains("value=\"Node 1-0 output=0.000000 delta=0.000000"), "{}", answers[1]);
    }
}

#[test]
fn what_is_built_and_run_is_there() {
    let built = ["--example nine_nodes", "--test graph", "--bin backprop", "--example xor"];
    for (configuration, built) in configurations("lldb").iter().zip(built) {
        let arguments = commands(&configuration["cargo"]["args"]).join(" ");
        assert!(arguments.ends_with(built), "{arguments}");
        let name = text(&configuration["cargo"]["filter"]["name"]);
        assert!(built.ends_with(name), "{name}");
    }
    let tasks = read("tasks.json");
    let tasks = tasks["tasks"].as_array().expect("a list");
    for (configuration, built) in configurations("cppdbg").iter().zip(built) {
        let task = tasks
            .iter()
            .find(|task| task["label"] == configuration["preLaunchTask"])
            .expect("the task is there");
        assert!(text(&task["command"]).contains(built), "{task}");
    }
    assert!(
        root().join("tests/library/graph/golden.rs").exists()
            && root().join("docs/examples/nine_nodes.rs").exists()
    );
}

#[test]
fn the_program_understands_what_it_is_launched_with() {
    for debugger in ["lldb", "cppdbg"] {
        let launch = &configurations(debugger)[2]["args"];
        let status = std::process::Command::new(testkit::program()).args(commands(launch)).output();
        assert!(status.expect("the program starts").status.success(), "{launch}");
    }
}

#[test]
fn the_page_shows_the_settings_that_draw_the_network() {
    let page = Document::read("docs/debugging.md".into()).lines.join("\n");
    for debugger in ["lldb", "cppdbg"] {
        let setting = &read("settings.json")["debugVisualizer.debugAdapterConfigurations"][debugger];
        assert!(page.contains(text(&setting["expressionTemplate"])), "{setting}");
    }
    for extension in commands(&read("extensions.json")["recommendations"]) {
        assert!(page.contains(&extension), "{extension}");
    }
}
