//! Links have targets, and each chapter links to the next.

use std::path::{Component, Path, PathBuf};

use crate::assert_none;
use testkit::book::{Document, chapters, documents};
use testkit::root;

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut problems = Vec::new();
    for document in &documents {
        for (line, link) in document.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) =
                link.split_once('#').map_or((link.as_str(), None), |(file, a)| (file, Some(a)));
            let folder = document.path.parent().expect("a file is in a folder");
            let target =
                if file.is_empty() { Some(document.path.clone()) } else { normal(&folder.join(file)) };
            let place = document.place(line);
            let Some(target) = target.filter(|target| root().join(target).exists()) else {
                problems.push(format!("{place}: there is no {link}"));
                continue;
            };
            let Some(anchor) = anchor else { continue };
            let known = documents.iter().find(|document| document.path == target);
            if !known.is_some_and(|known| known.anchors().iter().any(|heading| heading == anchor)) {
                problems.push(format!("{place}: {} has no heading #{anchor}", target.display()));
            }
        }
    }
    assert_none(&problems);
}

/// Returns the path without `..`; nothing if it leaves the repository.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if !normal.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}

#[test]
fn chapters_lead_from_one_to_the_next_and_back() {
    let chapters = chapters();
    let contents = Document::read(PathBuf::from("docs/README.md"));
    let listed: Vec<String> = contents.links().into_iter().map(|(_, link)| link).collect();
    let mut problems = Vec::new();
    for (place, chapter) in chapters.iter().enumerate() {
        let last = chapter.lines.iter().rposition(|line| !line.is_empty()).expect("a chapter has lines");
        let links: Vec<String> =
            chapter.links().into_iter().filter(|(line, _)| *line == last).map(|(_, link)| link).collect();
        let mut expected = Vec::new();
        if place > 0 {
            expected.push(chapters[place - 1].file_name().to_owned());
        }
        expected.push("README.md".to_owned());
        expected.extend(chapters.get(place + 1).map(|next| next.file_name().to_owned()));
        if links != expected {
            problems.push(format!("{}: the last line must link to {expected:?}", chapter.path.display()));
        }
        let number = format!("# {}. ", place + 1);
        if !chapter.lines[0].starts_with(&number)
            || !chapter.file_name().starts_with(&format!("{:02}-", place + 1))
        {
            problems.push(format!("{}: the title must begin with {number:?}", chapter.path.display()));
        }
    }
    let others = documents().into_iter().filter(|document| document.path.parent() == Some(Path::new("docs")));
    for document in others.filter(|document| document.path != contents.path) {
        if !listed.iter().any(|link| link == document.file_name()) {
            problems.push(format!("docs/README.md does not list {}", document.file_name()));
        }
    }
    assert_none(&problems);
}
