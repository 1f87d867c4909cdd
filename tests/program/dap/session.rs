//! The session in the book.

use serde_json::json;

use testkit::book::Document;
use testkit::editor::Editor;
use testkit::root;

/// Returns one line of a session in the book: what is done, and what comes of it.
fn in_session(editor: &mut Editor, command: &str) -> String {
    if ["next", "stepIn", "stepOut", "stepBack", "continue"].contains(&command) {
        let said = editor.go(command)["said"].as_str().expect("a text").to_owned();
        let frame = editor.frames()[0].clone();
        let (path, line) = (frame["source"]["path"].as_str().expect("a path"), frame["line"].as_u64());
        let text = std::fs::read_to_string(path).expect("it is there");
        let line = text.lines().nth(line.expect("a line") as usize - 1).expect("it is there");
        // Not the marker by which the line is found.
        let code = line.split(" // step: ").next().expect("a line").trim();
        return format!("{said}{}, {code}", frame["name"].as_str().expect("a name"));
    }
    editor.evaluate(command)
}

#[test]
fn the_session_in_the_book_is_what_an_editor_sees() {
    let document = Document::read("docs/debug-the-training-step.md".into());
    let mut lines = document.lines.clone();
    let mut editor = Editor::open(&json!({}));
    let blocks = document.blocks().into_iter().filter(|block| block.language == "session");
    let mut bodies = Vec::new();
    for block in blocks {
        let mut body = Vec::new();
        for command in block.body.iter().filter_map(|line| line.strip_prefix("> ")) {
            body.push(format!("> {command}"));
            body.extend(in_session(&mut editor, command).lines().map(str::to_owned));
        }
        bodies.push((block, body));
    }
    assert_eq!(bodies.len(), 5);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        for (block, body) in bodies.into_iter().rev() {
            lines.splice(block.start + 1..block.end, body);
        }
        std::fs::write(root().join(&document.path), lines.join("\n") + "\n").expect("it can be written");
        return;
    }
    for (block, body) in bodies {
        assert_eq!(body, block.body, "{}", document.place(block.start));
    }
}
