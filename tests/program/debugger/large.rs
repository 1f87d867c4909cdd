//! A network of 784-300-10, with 238,510 connections: long lists come in pages, without a noticeable wait.

use std::path::Path;
use std::process::Command;

use crate::{CALC_OUTPUT, gdb, lldb, root};

const PROGRAM: &str = env!("CARGO_BIN_EXE_backprop");

fn arguments(sizes: &str) -> Vec<&str> {
    let arguments = "train --quiet --engine object --data digits --train-limit 1 --epochs 1 --sizes";
    arguments.split(' ').chain([sizes]).collect()
}

/// Returns what LLDB prints when the first hidden neuron of a network of these sizes computes its output.
fn in_lldb(sizes: &str, commands: &str) -> String {
    lldb::lldb(Path::new(PROGRAM), &arguments(sizes), &format!("b {CALC_OUTPUT}\nrun\n{commands}"))
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn lldb_shows_a_long_list_in_pages() {
    if lldb::is_missing() {
        return;
    }
    let text = in_lldb(
        "784,10,10",
        "script c = lldb.frame.FindVariable('connections'); n = c.GetNumChildren()\n\
         script print('last', n, c.GetChildAtIndex(n - 1).GetName(), c.GetChildAtIndex(n - 1).GetSummary())\n\
         script page = c.GetChildAtIndex(100); print('page', page.GetName(), page.GetNumChildren())\n\
         script item = page.GetChildAtIndex(7); print('item', item.GetName(), item.GetSummary().split(' w')[0])\n\
         script me = lldb.frame.FindVariable('self'); side = me.GetChildAtIndex(106)\n\
         script print('side', side.GetName(), side.GetChildAtIndex(84).GetName())\n\
         script print('bias', side.GetChildAtIndex(84).GetSummary().split(' w')[0], me.GetNumChildren())\n\
         v connections[99]\n",
    );
    // 7,960 connections: a hundred of them, and 79 pages.
    for line in [
        "last 179 [7900..7959] 60 connections",
        "page [100..199] 100",
        "item [107] (0-10) -> (1-7)",
        "side upstream[700..784] upstream[784]",
        "bias (0-784) -> (1-0) 117",
        "connections[99] = (0-9) -> (1-9)",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
}

const TIME_LLDB: &str = "\
script import time, sys; start = time.time(); r = lldb.SBCommandReturnObject(); \
    lldb.debugger.GetCommandInterpreter().HandleCommand('bp-next-node', r); print('LLDB bp-next-node', time.time() - start)
script start = time.time(); me = lldb.frame.FindVariable('self'); \
    x = [me.GetChildAtIndex(i).GetSummary() for i in range(100)]; print('LLDB children of a node', time.time() - start)
script start = time.time(); c = lldb.frame.FindVariable('connections'); \
    x = [c.GetChildAtIndex(i).GetSummary() for i in range(100)]; print('LLDB connections', time.time() - start)
script start = time.time(); x = sys.modules['debugger_lldb'].graph_json(); print('LLDB bp-json', time.time() - start)
";

const TIME_GDB: &str = "python
import time, itertools
def timed(name, work):
    start = time.time(); work(); print('gdb', name, time.time() - start)
def first_hundred(variable):
    children = gdb.default_visualizer(gdb.selected_frame().read_var(variable)).children()
    return [gdb.default_visualizer(value).to_string() for _, value in itertools.islice(children, 100)]
timed('bp-next-node', lambda: gdb.execute('bp-next-node', to_string=True))
timed('children of a node', lambda: first_hundred('self'))
timed('connections', lambda: first_hundred('connections'))
timed('bp-json', lambda: gdb.execute('bp-json', to_string=True))
end
";

/// Prints the seconds that each takes; docs/debugging.md has a dated result. Nothing here can be too slow to pass.
#[test]
#[ignore = "it measures: cargo test --test debugger large -- --ignored --nocapture"]
fn what_takes_how_long() {
    if lldb::is_missing() || gdb::is_missing() {
        return;
    }
    let text = in_lldb("784,300,10", TIME_LLDB);
    let folder = Path::new(PROGRAM).parent().expect("it is in a folder").display();
    let script = tempfile::NamedTempFile::with_suffix(".gdb").expect("a temporary file");
    std::fs::write(script.path(), format!("break {CALC_OUTPUT}\nrun\n{TIME_GDB}"))
        .expect("it can be written");
    let output = Command::new("gdb")
        .args(["-nx", "-batch", "-iex", &format!("add-auto-load-safe-path {folder}"), "-x"])
        .arg(script.path())
        .args(["--args", PROGRAM])
        .args(arguments("784,300,10"))
        .current_dir(root())
        .output()
        .expect("gdb runs");
    let gdb = String::from_utf8_lossy(&output.stdout).into_owned();
    let timed = |text: &str, debugger: &str| {
        let lines: Vec<String> =
            text.lines().filter(|line| line.starts_with(debugger)).map(str::to_owned).collect();
        assert_eq!(lines.len(), 4, "{text}");
        println!("{}", lines.join("\n"));
    };
    timed(&text, "LLDB ");
    timed(&gdb, "gdb ");
}
