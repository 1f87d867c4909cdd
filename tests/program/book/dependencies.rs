//! README.md names the crates that the library alone needs, and the number of crates including their dependencies.

use std::collections::BTreeSet;
use std::process::Command;

use testkit::root;

/// Returns the crates that the library alone depends on: with `depth` 1, those that it names itself.
fn crates(depth: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--locked",
        "--package",
        "backprop",
        "--no-default-features",
        "--edges",
        "normal,build",
    ]);
    tree.args(["--prefix", "none", "--format", "{p}", "--depth", depth]).current_dir(root());
    let output = tree.output().expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("names");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // `rand v0.10.1 (proc-macro) (*)`
    let name = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    text.lines().skip(1).map(name).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn the_readme_lists_what_the_library_alone_needs() {
    let direct: Vec<String> = crates("1")
        .iter()
        .map(|package| package.split(' ').next().expect("a name and a version").to_owned())
        .collect();
    assert!(crates("99").len() < 12, "the library alone shall stay small: {:?}", crates("99"));
    let sentence =
        format!("needs {} crates ({} with theirs): {}.", direct.len(), crates("99").len(), direct.join(", "));
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md is there");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&readme).contains(&sentence), "README.md should say: {sentence}");
}
