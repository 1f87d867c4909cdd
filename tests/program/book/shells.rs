//! Every command in the book is the same in PowerShell and in a Unix shell.

use crate::assert_none;
use testkit::book::documents;

/// The first words of commands. The last six are for maintainers, or need a Unix shell, and their pages say so.
const PROGRAMS: [&str; 18] = [
    "backprop",
    "cargo",
    "cd",
    "code",
    "gdb",
    "lldb",
    "npx",
    "pip",
    "python",
    "rustlings",
    "torchrun",
    // Debian's, to install what some tests use.
    "apt-get",
    // Scripts for bash: all tests, other machines, and the comparison with other programs.
    ".ci/run",
    ".ci/nightly",
    ".ci/aarch64",
    ".ci/windows",
    "docs/examples/compare_peers.sh",
    "docs/exercises/grade",
];

/// The characters that a shell interprets, for each shell; `#` is a comment in both, and a comma of ours is one argument.
const SYNTAX: &str = "|;&$<>`\\*?~(){}[]!@'";

/// Says what is wrong with a command.
fn problem(command: &str) -> Option<String> {
    let code = command.split(" #").next().unwrap_or_default().trim();
    if code.is_empty() {
        return None;
    }
    // In double quotes both shells leave most things alone: not $, ` and \.
    let mut in_quotes = false;
    for c in code.chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            '$' | '`' | '\\' => return Some(format!("`{c}`")),
            _ if !in_quotes && SYNTAX.contains(c) => return Some(format!("`{c}`")),
            _ => {}
        }
    }
    let program = code.split(' ').next().unwrap_or_default();
    (!PROGRAMS.contains(&program)).then(|| format!("the program `{program}`"))
}

#[test]
fn every_command_is_the_same_in_powershell_and_in_a_unix_shell() {
    let mut problems = Vec::new();
    let mut count = 0;
    for document in documents() {
        for block in document.blocks() {
            let commands: Vec<&str> = match block.language.as_str() {
                "console" => block.body.iter().filter_map(|line| line.strip_prefix("$ ")).collect(),
                "sh" => block.body.iter().map(String::as_str).collect(),
                "bash" | "shell" | "powershell" => vec!["(in a block of one shell)"],
                _ => Vec::new(),
            };
            count += commands.len();
            for command in commands {
                if let Some(problem) = problem(command) {
                    problems.push(format!(
                        "{}: `{command}`: {problem} is not the same in every shell; let an option or `...` do it",
                        document.place(block.start)
                    ));
                }
            }
        }
    }
    assert!(count > 100, "the commands were not found: {count}");
    assert_none(&problems);
}

#[test]
fn what_only_one_shell_knows_is_found() {
    for command in [
        "backprop step --plain | grep a4",
        "backprop train; echo done",
        "for m in 1 2; do backprop train; done",
        "cargo test && cargo bench",
        "echo $?",
        "backprop train --json > run.json",
        "UPDATE_DOCS=1 cargo test",
        "backprop step --only 'a4'",
        "backprop plot runs *.json",
        "grep -c x file",
        "backprop train \\",
        "npx @scope/program",
    ] {
        assert!(problem(command).is_some(), "{command}");
    }
    for command in
        ["backprop step --plain --only a4..a9,w84", "cargo test   # all (of it)", "gdb -iex \"a b; c\" file"]
    {
        assert_eq!(problem(command), None, "{command}");
    }
}
