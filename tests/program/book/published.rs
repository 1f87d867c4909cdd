//! The facts about a public repository agree everywhere, and what must be filled in once it exists is not forgotten.

use std::fs;

use crate::assert_none;
use testkit::root;

/// Returns a file that may not be in the package, such as those in .github.
fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Returns the value of a `key: value` at the beginning of a line.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

/// Returns the items of a list below `key:`.
fn items(text: &str, key: &str) -> Vec<String> {
    let below = text.lines().skip_while(|line| *line != format!("{key}:")).skip(1);
    below.map_while(|line| line.strip_prefix("  - ").map(str::to_owned)).collect()
}

#[test]
fn the_citation_says_what_the_package_and_the_changes_say() {
    let Some(citation) = read(".github/CITATION.cff") else { return };
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(value(&citation, "version"), Some(version));
    let changes = read("CHANGELOG.md").expect("CHANGELOG.md is there");
    let heading = format!("## [{version}] - ");
    let date = changes.lines().find_map(|line| line.strip_prefix(&heading));
    assert_eq!(value(&citation, "date-released"), date, "CHANGELOG.md has a date for {version}");
    assert_eq!(items(&citation, "license").join(" OR "), env!("CARGO_PKG_LICENSE"));
    let package = read("Cargo.toml").expect("Cargo.toml is there");
    let keywords = format!("keywords = {:?}", items(&citation, "keywords"));
    assert!(package.contains(&keywords), "{keywords}");
    let repository = env!("CARGO_PKG_REPOSITORY");
    assert_eq!(value(&citation, "repository-code").unwrap_or_default(), repository);
}

/// Where something says that there is no public address yet, and how.
const WITHOUT_ADDRESS: [(&str, &str); 6] = [
    ("README.md", "It has no public address yet"),
    ("docs/page.md", "It has no public address yet"),
    ("docs/SECURITY.md", "There is no public repository yet"),
    (".github/workflows/ci.yml", "Not yet run anywhere"),
    (".github/workflows/release.yml", "Not yet run anywhere"),
    (".github/workflows/pages.yml", "Not yet run anywhere"),
];

#[test]
fn what_is_to_be_filled_in_is_marked_until_there_is_a_repository() {
    let is_public = !env!("CARGO_PKG_REPOSITORY").is_empty();
    let mut problems = Vec::new();
    for (file, sentence) in WITHOUT_ADDRESS {
        let Some(text) = read(file) else { continue };
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.join(" ").contains(sentence) == is_public {
            problems.push(format!(
                "{file}: \"{sentence}\" is {} (docs/contributing.md, \"Before it is published\")",
                if is_public { "no longer true" } else { "not there" }
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn workflows_name_the_versions_of_what_they_use() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    for name in ["ci", "release", "pages"] {
        let Some(workflow) = read(&format!(".github/workflows/{name}.yml")) else { return };
        let mut count = 0;
        for line in workflow.lines() {
            if let Some((_, action)) = line.split_once("uses: ") {
                let (_, version) = action.split_once("@v").unwrap_or_else(|| panic!("{name}: {line}"));
                assert_eq!(
                    version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(),
                    3,
                    "{line}"
                );
                count += 1;
            }
            if let Some((_, image)) = line.split_once("container: rust:") {
                assert!(
                    image.starts_with(&format!("{oldest}.")),
                    "{name}: the oldest Rust is {oldest}: {line}"
                );
            }
        }
        assert!(count > 0, "{name} uses no action");
    }
}
