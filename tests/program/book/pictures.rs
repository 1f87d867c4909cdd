//! Pictures in the book are what their commands make.

use std::fs;
use std::path::{Path, PathBuf};

use crate::scratch::Scratch;
use crate::{assert_none, updating};
use testkit::book::documents;
use testkit::root;

/// Makes the pictures, those for release builds or the others. Returns what is wrong, and which pictures are shown.
fn check_pictures(in_release: bool) -> (Vec<String>, Vec<PathBuf>) {
    let mut problems = Vec::new();
    let mut shown = Vec::new();
    for document in documents() {
        let scratch = Scratch::new();
        for (line, target) in document.links().into_iter().filter(|(_, target)| is_drawing(target)) {
            let place = document.place(line);
            let picture = document.path.parent().expect("a file is in a folder").join(&target);
            let notes = document.notes_before(line);
            shown.push(picture.clone());
            let Some(command) = notes.iter().find_map(|note| note.strip_prefix("made by:")) else {
                problems.push(format!(
                    "{place}: which command makes {target}? Write <!-- made by: ... --> above"
                ));
                continue;
            };
            let noted = |word: &str| notes.iter().any(|note| note.starts_with(word));
            if noted("not in CI:") || noted("release only:") != in_release {
                continue;
            }
            let output = scratch.run(command.trim());
            let made = fs::read(scratch.folder.path().join(&picture)).unwrap_or_default();
            if !output.status.success() || made.is_empty() {
                let text = String::from_utf8_lossy(&output.stdout);
                problems.push(format!("{place}: `{command}` does not make {}: {text}", picture.display()));
            } else if updating() {
                fs::write(root().join(&picture), made).expect("the book can be written");
            } else if fs::read(root().join(&picture)).ok() != Some(made) {
                problems.push(format!("{place}: `{command}` makes another {}", picture.display()));
            }
        }
    }
    (problems, shown)
}

#[test]
fn every_picture_is_what_its_command_makes() {
    let (mut problems, shown) = check_pictures(false);
    let folder = root().join("docs/images");
    for entry in folder.read_dir().into_iter().flatten() {
        let picture = Path::new("docs/images").join(entry.expect("docs/images can be read").file_name());
        if is_drawing(&picture) && !shown.contains(&picture) {
            problems.push(format!("{} is shown nowhere", picture.display()));
        }
    }
    assert_none(&problems);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn every_picture_that_takes_longer_is_what_its_command_makes() {
    assert_none(&check_pictures(true).0);
}

fn is_drawing(path: impl AsRef<Path>) -> bool {
    path.as_ref().extension().is_some_and(|extension| extension == "svg")
}
