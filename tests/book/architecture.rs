//! The arrows of docs/images/architecture.dot are the code's: which module uses which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::book::root;

/// What every module may use, and what uses every module: they have no arrows.
const WITHOUT_ARROWS: [&str; 10] = [
    "activation",
    "architecture",
    "clock",
    "cost",
    "engine",
    "error",
    "parameters",
    "sample",
    "weight_init",
    "cli",
];

type Arrows = BTreeSet<(String, String)>;

/// `a -> b;` and `a -> {b c};`, but for the invisible ones.
fn drawn() -> Arrows {
    let dot = fs::read_to_string(root().join("docs/images/architecture.dot")).expect("the drawing is there");
    let mut arrows = Arrows::new();
    for line in dot.lines().filter(|line| !line.contains("invis")) {
        let Some((from, to)) = line.split_once("->") else { continue };
        let name = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric() && c != '_').to_owned();
        arrows.extend(to.split_whitespace().map(|to| (name(from), name(to))));
    }
    arrows
}

/// The modules that the library and the program declare.
fn modules() -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for file in ["src/lib.rs", "src/main.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let names = text
            .lines()
            .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
        modules.extend(names.filter(|name| *name != "book").map(str::to_owned));
    }
    modules
}

/// Every `crate::` or `backprop::` path in the code of a module, tests and comments left out.
fn used() -> Arrows {
    let front_page = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is there");
    let modules = modules();
    // `pub use cost::Cost;`, `pub use sample::{Label, Sample};`: where a name of the front page lives.
    let mut homes = BTreeMap::new();
    for line in front_page.lines() {
        if let Some((module, names)) = line.strip_prefix("pub use ").and_then(|line| line.split_once("::")) {
            homes.extend(names.split(|c: char| !c.is_alphanumeric()).map(|name| (name, module)));
        }
    }
    let mut arrows = Arrows::new();
    for module in &modules {
        let mut code = String::new();
        read_code(&Path::new("src").join(module), &mut code);
        for path in code.replace("backprop::", "crate::").split("crate::").skip(1) {
            for name in first_names(path) {
                let home = homes.get(name).copied().unwrap_or(name);
                if modules.contains(home) && home != module {
                    arrows.insert((module.clone(), home.to_owned()));
                }
            }
        }
    }
    arrows.retain(|(from, to)| {
        !WITHOUT_ARROWS.contains(&from.as_str()) && !WITHOUT_ARROWS.contains(&to.as_str())
    });
    arrows
}

/// The code of `src/graph.rs` and of everything in `src/graph/`, without their tests.
fn read_code(path: &Path, code: &mut String) {
    if let Ok(source) = fs::read_to_string(root().join(path.with_extension("rs"))) {
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.for_each(|line| code.push_str(line));
    }
    for entry in root().join(path).read_dir().into_iter().flatten() {
        let name = entry.expect("src/ can be read").file_name();
        if name != "tests.rs" {
            read_code(&path.join(name).with_extension(""), code);
        }
    }
}

/// What follows `crate::`: one name, or in braces several, of which only the first of each path counts.
fn first_names(path: &str) -> Vec<&str> {
    let Some(list) = path.strip_prefix('{') else {
        return path.split(|c: char| !c.is_alphanumeric() && c != '_').take(1).collect();
    };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (place, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(list[start..place].trim().split("::").next().unwrap_or_default());
                start = place + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_arrows_drawn_are_those_in_the_code() {
    let (drawn, used) = (drawn(), used());
    let missing: Vec<_> = used.difference(&drawn).collect();
    let invented: Vec<_> = drawn.difference(&used).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "not drawn: {missing:?}; not in the code: {invented:?}"
    );
    assert!(drawn.len() > 15, "{drawn:?}");
}

#[test]
fn names_in_braces_are_found() {
    assert_eq!(
        first_names("{Error, graph::{Node, id::NodeId}, cost::Cost}; use x"),
        ["Error", "graph", "cost"]
    );
    assert_eq!(first_names("graph::Network;"), ["graph"]);
}
