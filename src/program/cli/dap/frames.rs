//! The stack of the training, from the inside out: the node, its layer, the pass, the sample, the epoch; and the files in
//! which an editor finds its lines.

use std::path::{Path, PathBuf};

use backprop::step::Pass;
use backprop::step::view::{Anchor, FILES, Level, SourceFile};
use serde_json::{Value, json};

use super::protocol::Source;
use super::walk::Walk;

/// Returns the frames of a walk, the innermost first. Files are looked for from `folder` on.
pub fn frames(walk: &mut Walk, folder: &Path) -> Vec<Value> {
    let mut frames = Vec::new();
    if walk.is_at_end() {
        frames.push(("the training has ended".to_owned(), None));
    } else if let Some(step) = walk.upcoming() {
        let stepper = walk.stepper();
        let moment = stepper.moment(stepper.position());
        let terms = step.reading.terms();
        if let Some((number, term)) = walk.term().and_then(|number| Some((number, terms.get(number)?))) {
            let (count, weight, value) = (terms.len(), term.wire.name(), term.value_name());
            let name = format!("product {} of {count}: {weight}·{value}", number + 1);
            frames.push((name, Some(Level::Term)));
        }
        let at = if walk.is_behind_the_sum() { Level::Result } else { Level::Formula };
        frames.push((format!("{}: {}", step.place(), step.name()), Some(at)));
        let mut pass = Level::Loop;
        if let Some(id) = step.action.node() {
            frames.push((format!("layer {}", stepper.network()[id].layer_index()), Some(Level::Loop)));
            pass = Level::Pass;
        }
        frames.push((Pass::of(step.phase).name().to_owned(), Some(pass)));
        frames.push((format!("sample {}", moment.sample), Some(Level::Sample)));
        if let Some(mini_batch) = step.mini_batch {
            frames.push((format!("mini-batch {}", mini_batch + 1), None));
        }
        frames.push((format!("epoch {}", moment.epoch + 1), Some(Level::Epoch)));
        frames.push(("training".to_owned(), Some(Level::Training)));
    }
    let frame = |(index, (name, level)): (usize, (String, Option<Level>))| {
        let id = index + 1;
        let mut frame =
            json!({ "id": id, "name": name, "line": 0, "column": 0, "presentationHint": "label" });
        if let Some(anchor) = level.and_then(|level| Anchor::of_next_step(walk.stepper(), level)) {
            frame["line"] = json!(anchor.line);
            frame["column"] = json!(1);
            frame["source"] = describe(anchor.file, folder);
            frame["presentationHint"] = json!("normal");
        }
        frame
    };
    frames.into_iter().enumerate().map(frame).collect()
}

/// Describes a file to an editor: its path on disk if the same text is there, else a reference to this program.
pub fn describe(file: usize, folder: &Path) -> Value {
    let source = &FILES[file];
    let name = Path::new(source.path).file_name().and_then(|name| name.to_str()).unwrap_or(source.path);
    match on_disk(source, folder) {
        Some(path) => json!({ "name": name, "path": path.to_string_lossy() }),
        None => json!({ "name": name, "path": source.path, "sourceReference": file + 1 }),
    }
}

/// Returns the file's path in the folder or above it, if its text is the same there.
fn on_disk(file: &SourceFile, folder: &Path) -> Option<PathBuf> {
    let path = folder.ancestors().map(|folder| folder.join(file.path)).find(|path| path.is_file())?;
    let is_as_long = path.metadata().is_ok_and(|data| data.len() == file.text.len() as u64);
    (is_as_long && std::fs::read_to_string(&path).is_ok_and(|text| text == file.text)).then_some(path)
}

/// Returns the file that an editor means, by its reference or its path.
pub fn named(source: &Source) -> Option<usize> {
    if let Some(reference) = source.source_reference.filter(|&reference| reference > 0) {
        return usize::try_from(reference - 1).ok().filter(|&index| index < FILES.len());
    }
    let path = source.path.as_ref()?.replace('\\', "/");
    FILES.iter().position(|file| {
        path.strip_suffix(file.path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    })
}
