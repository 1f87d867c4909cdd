//! docs/differences.md and the marks in the code list the same departures from the originals.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::assert_none;
use testkit::book::Document;
use testkit::root;

/// Counts how often each source file says that something differs.
fn marks(folder: &Path, counts: &mut BTreeMap<PathBuf, usize>) {
    for entry in root().join(folder).read_dir().expect("src/ can be read") {
        let path = folder.join(entry.expect("src/ can be read").file_name());
        if root().join(&path).is_dir() {
            marks(&path, counts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(root().join(&path)).expect("a source file");
            let count = source.matches("`DIFFERENCE:`").count();
            if count > 0 {
                counts.insert(path, count);
            }
        }
    }
}

#[test]
fn every_marked_difference_has_a_row_and_every_row_a_mark_and_a_test() {
    let mut marked = BTreeMap::new();
    marks(Path::new("src"), &mut marked);
    // The front page explains the mark.
    marked.remove(Path::new("src/lib.rs"));
    let document = Document::read("docs/differences.md".into());
    let links = document.links();
    let mut rows = BTreeMap::new();
    let mut problems = Vec::new();
    for (line, text) in document.prose() {
        if !text.starts_with("| [") {
            continue;
        }
        let linked: Vec<&str> = links
            .iter()
            .filter(|(at, _)| *at == line)
            .filter_map(|(_, link)| link.strip_prefix("../"))
            .collect();
        let [place, tests @ ..] = linked.as_slice() else { continue };
        *rows.entry(PathBuf::from(place)).or_insert(0) += 1;
        let is_test = |file: &&str| {
            std::fs::read_to_string(root().join(file)).is_ok_and(|source| {
                source.contains("#[test]") || source.contains("compile_fail") || source.contains("proptest!")
            })
        };
        if tests.is_empty() || !tests.iter().all(is_test) {
            problems.push(format!("{}: no test is named", document.place(line)));
        }
    }
    if marked != rows {
        problems.push(format!("marks in the code:\n{marked:#?}\nrows in docs/differences.md:\n{rows:#?}"));
    }
    assert_none(&problems);
}
