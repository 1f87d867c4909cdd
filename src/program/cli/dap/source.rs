//! Where an editor finds the lines that steps pass by; [`Anchor`] knows the lines.

use std::path::{Path, PathBuf};

use backprop::step::view::{Anchor, FILES, Level, SourceFile};
use serde_json::{Value, json};

use super::walk::Walk;

/// Returns true if the walk is on this line and has come to it from further out.
pub fn is_reached(anchor: &Anchor, walk: &Walk) -> bool {
    let (stepper, position) = (walk.stepper(), walk.position());
    match anchor.level {
        Level::Term => walk.term().is_some() && anchor.is_passed(stepper, position),
        Level::Result => walk.is_behind_the_sum() && anchor.is_passed(stepper, position),
        _ => walk.is_before_the_step() && anchor.is_entered(stepper, position),
    }
}

/// Describes a file to an editor: its path on disk if the same text is there, else a reference to this program.
pub fn describe(file: usize) -> Value {
    let source = &FILES[file];
    let name = Path::new(source.path).file_name().and_then(|name| name.to_str()).unwrap_or(source.path);
    match on_disk(source) {
        Some(path) => json!({ "name": name, "path": path.to_string_lossy() }),
        None => json!({ "name": name, "path": source.path, "sourceReference": file + 1 }),
    }
}

/// The file in the working directory or above it, if its text is the same there.
fn on_disk(file: &SourceFile) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let path = here.ancestors().map(|folder| folder.join(file.path)).find(|path| path.is_file())?;
    let is_small = path.metadata().is_ok_and(|data| data.len() == file.text.len() as u64);
    (is_small && std::fs::read_to_string(&path).is_ok_and(|text| text == file.text)).then_some(path)
}

/// Returns the file an editor means, by its reference or its path.
pub fn named(path: Option<&str>, reference: Option<i64>) -> Option<usize> {
    if let Some(index) = reference.and_then(|reference| usize::try_from(reference - 1).ok()) {
        return (index < FILES.len()).then_some(index);
    }
    let path = path?.replace('\\', "/");
    let is_it = |file: &SourceFile| {
        path.strip_suffix(file.path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    FILES.iter().position(is_it)
}
