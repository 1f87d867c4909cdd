//! Reduces a debugger's answer to the network's values and places, without addresses, types, braces and numbering.
//!
//! gdb, LLDB and an editor format these in three ways. Here they become the same lines, those that the book shows:
//!
//! ```text
//! Breakpoint at node.rs:63
//! calc_output of Node 1-0, line 63: let upstream: &[ConnectionId] = &self.upstream;
//! returned 0.64942613575345598
//! Node 1-0 output=0.000000 delta=0.000000
//!   upstream[0] = (0-0) -> (1-0) weight=0.274137 gradient=0.000000
//! ```

/// The place of the program, which a debugger prints only when it has changed.
#[derive(Default)]
pub struct Reader {
    function: String,
}

impl Reader {
    /// Reads what gdb printed in answer to one command.
    pub fn gdb(&mut self, raw: &str) -> Vec<String> {
        let (mut lines, mut returned) = (Vec::new(), None);
        for line in raw.lines().map(str::trim_end).filter(|line| !matches!(*line, "" | "}")) {
            if let Some(value) = line.strip_prefix("Value returned is $") {
                returned = value.split_once(" = ").map(|(_, value)| format!("returned {value}"));
            } else if let Some((place, true)) =
                line.rsplit_once(" at ").map(|(head, place)| (head, head.ends_with(')') && is_place(place)))
            {
                self.function = function_and_object(place, " (");
            } else if let Some((number, code)) = line.split_once('\t').filter(|(number, _)| is_number(number))
            {
                lines.push(self.stop(number, code));
            } else if let Some((_, place)) =
                line.split_once(": file ").filter(|_| line.starts_with("Breakpoint "))
            {
                let (file, line) = place.trim_end_matches('.').split_once(", line ").expect("a line");
                lines.push(format!("Breakpoint at {}:{line}", file_name(file)));
            } else {
                let value =
                    line.strip_prefix('$').and_then(|rest| rest.split_once(" = ")).map(|(_, value)| value);
                let value = value.unwrap_or_else(|| line.trim_end_matches(','));
                lines.push(without_path(value.trim_end_matches(" = {")).to_owned());
            }
        }
        lines.into_iter().chain(returned).collect()
    }

    /// Reads what LLDB printed in answer to this command.
    pub fn lldb(&mut self, command: &str, raw: &str) -> Vec<String> {
        let (mut lines, mut returned) = (Vec::new(), None);
        for line in raw.lines().map(str::trim_end).filter(|line| !matches!(*line, "" | "}")) {
            let chatter = ["Process ", "* thread ", "    \t", "All breakpoints removed"];
            if chatter.iter().any(|start| line.starts_with(start)) {
            } else if let Some(value) = line.strip_prefix("Return value: ") {
                returned = value.split_once(" = ").map(|(_, value)| format!("returned {value}"));
            } else if let Some((_, frame)) =
                line.split_once('`').filter(|_| line.trim_start().starts_with("frame #"))
            {
                self.function = function_and_object(frame, "(");
            } else if let Some((number, code)) =
                line.strip_prefix("-> ").and_then(|rest| rest.split_once('\t'))
            {
                lines.push(self.stop(number.trim(), code));
            } else if let Some((_, place)) = line
                .split_once(" at ")
                .filter(|_| line.starts_with("Breakpoint ") && line.contains("where = "))
            {
                let place =
                    place.split(',').next().expect("there is one").rsplit_once(':').expect("a column");
                lines.push(format!("Breakpoint at {}", place.0));
            } else if !is_number(line.split('\t').next().unwrap_or(line).trim()) || !line.starts_with("   ") {
                lines.push(lldb_value(command, line));
            }
        }
        lines.into_iter().chain(returned).collect()
    }

    /// Reads the place of the program that an editor is told.
    pub fn editor(&mut self, function: &str, object: Option<&str>, line: usize, code: &str) -> String {
        self.function = function_and_object(&format!("{function}(self={}", object.unwrap_or_default()), "(");
        self.stop(&line.to_string(), code)
    }

    fn stop(&self, number: &str, code: &str) -> String {
        // Not the marker by which `backprop dap` finds the line.
        let code = code.split(" // step: ").next().unwrap_or_default().trim();
        format!("{}, line {number}: {code}", self.function)
    }
}

/// `backprop::cost::Cost::Quadratic`: `Quadratic`.
fn without_path(value: &str) -> &str {
    let is_path =
        value.contains("::") && value.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_'));
    if is_path { value.rsplit("::").next().unwrap_or(value) } else { value }
}

/// `(T) self->weight = 0x55 value {`: the value.
fn lldb_value(command: &str, line: &str) -> String {
    let mut value = line;
    if let Some((_, rest)) = line.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        let name = command.strip_prefix("v ").map(|name| format!("{name} = ")).unwrap_or_default();
        value = rest.strip_prefix(&name).unwrap_or(rest);
    }
    if let Some((_, rest)) = value.trim_start().strip_prefix('[').and_then(|item| item.split_once("] = ")) {
        return format!("  {rest}");
    }
    without_address(value.trim_end_matches(" {")).to_owned()
}

/// `0x0000555 Node 1-0`, a reference and what it refers to: the latter.
pub fn without_address(value: &str) -> &str {
    value.strip_prefix("0x").and_then(|rest| rest.split_once(' ')).map_or(value, |(_, rest)| rest)
}

/// `backprop::graph::node::Node::calc_output::h0123 (self=Node 1-0 output=…)`: `calc_output of Node 1-0`.
fn function_and_object(frame: &str, before_arguments: &str) -> String {
    let (path, arguments) = frame.split_once(before_arguments).unwrap_or((frame, ""));
    let mut names = path.rsplit("::");
    let is_hash = |name: &&str| name.len() == 17 && name.starts_with('h');
    let name = names.find(|name| !is_hash(name)).unwrap_or(path);
    let object = arguments.strip_prefix("self=").map(|object| {
        let end =
            [" output=", " weight=", ":", " = {", ", nodes="].iter().filter_map(|end| object.find(end)).min();
        &object[..end.unwrap_or(object.len())]
    });
    match object.filter(|object| !object.is_empty()) {
        Some(object) => format!("{name} of {object}"),
        None => name.to_owned(),
    }
}

/// `src/graph/node.rs:63`
fn is_place(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(_, line)| is_number(line))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[test]
fn three_ways_to_say_it_become_one() {
    let gdb = "\nBreakpoint 1, a::Node::calc_output (self=Node 1-0 output=0.0 delta=0.0 = {...}, n=1) at src/graph/node.rs:63\n63\t   let x = 1;\n";
    let lldb = "Process 1 stopped\n* thread #1, stop reason\n    frame #0: 0x55 p`a::Node::calc_output::h2ce1ba557eccf38c(self=Node 1-0 output=0.0 delta=0.0, n=1) at node.rs:63:41\n   62  \t  x\n-> 63  \t   let x = 1;\n    \t     ^\n";
    let expected = ["calc_output of Node 1-0, line 63: let x = 1;"];
    assert_eq!(Reader::default().gdb(gdb), expected);
    assert_eq!(Reader::default().lldb("run", lldb), expected);
    assert_eq!(
        Reader::default().editor("a::Node::calc_output", Some("Node 1-0 output=0.0"), 63, " let x = 1;"),
        expected[0]
    );

    let gdb = "$3 = Node 1-0 output=0.0 = {\n  upstream[0] = (0-0) -> (1-0) weight=0.2,\n  downstream[0] = (1-0) -> (2-0) weight=0.6\n}\n";
    let lldb = "(a::Node *) self = 0x000055 Node 1-0 output=0.0 {\n  upstream[0] = (0-0) -> (1-0) weight=0.2\n  downstream[0] = (1-0) -> (2-0) weight=0.6\n}\n";
    let expected = [
        "Node 1-0 output=0.0",
        "  upstream[0] = (0-0) -> (1-0) weight=0.2",
        "  downstream[0] = (1-0) -> (2-0) weight=0.6",
    ];
    assert_eq!(Reader::default().gdb(gdb), expected);
    assert_eq!(Reader::default().lldb("v self", lldb), expected);
    assert_ne!(Reader::default().lldb("v self", &lldb.replace("0.6", "0.7")), expected);

    let (gdb, lldb) = ("Value returned is $5 = 0.649\n", "Return value: (double) $0 = 0.649\n");
    assert_eq!(Reader::default().gdb(gdb), ["returned 0.649"]);
    assert_eq!(Reader::default().lldb("finish", lldb), ["returned 0.649"]);
    let (gdb, lldb) = (
        "Breakpoint 1: file src/graph/node.rs, line 63.\n",
        "Breakpoint 1: where = p`a::b::h2ce1ba557eccf38c + 66 at node.rs:63:41, address = 0x75\n",
    );
    assert_eq!(Reader::default().gdb(gdb), ["Breakpoint at node.rs:63"]);
    assert_eq!(Reader::default().lldb("b a::b", lldb), ["Breakpoint at node.rs:63"]);
}
