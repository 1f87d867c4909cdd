//! README.md, data/README.md and the book under docs/ are true: the code is that of the sources, commands print what
//! is shown, links have targets, exercises have answers.
//!
//! The Markdown itself marks what is checked:
//!
//! | above a block | means |
//! |---|---|
//! | `<!-- from src/graph/node.rs: fn calc_output -->` | the block is that item of that file (several: separated by commas) |
//! | `<!-- from src/graph/node.rs -->` | the block is in that file as it is |
//! | nothing, and the block is `rust` | it is a doc-test: its file is listed in src/book/mod.rs |
//! | nothing, and the block is `console` | each `$ command` is run, and prints what follows it |
//! | `<!-- release only: reason -->` | the same, or a picture, checked by the ignored tests in a release build |
//! | `<!-- not in CI: reason -->` | it is not run |
//! | `<!-- exit status: 1 0 -->` | the exit status of each command, if one of them is not 0 |
//! | `<!-- saved as: xor.csv -->` | the block is that file, for the commands that follow |
//! | `<!-- varies: 11,453 0.8 -->` | these words may be other numbers in another run |
//! | `<!-- printed by: command -->` | the `text` block is what that command prints |
//! | nothing, and the block is `debugger` | it is a session that tests/program/debugger runs in gdb and in LLDB |
//! | nothing, and the block is `sh` | each line is a command that is run |
//! | `<!-- run by: .ci/run -->` | the same, by a line of .ci/run |
//! | `<!-- tested by: src/program/show/stepper/tests/mod.rs -->` | that test compares the block |
//! | `<!-- drawing -->` | a drawing without figures that could be wrong |
//! | `<!-- made by: command -->` above a picture | that command makes the picture, to the byte |
//! | `<!-- live at step 12: backprop trace -->` on its own | the site shows that page here (docs/site) |
//!
//! Commands run in a scratch folder with copies of docs/ and data/, where `backprop` and `cargo run --release --` are
//! the program under test. A line `...` represents any lines. Commands are the same in every shell (shells.rs).
//! `cargo test --config "env.UPDATE_DOCS='1'" --test book -- --test-threads=1` writes code, printed text and pictures
//! into the book; with `--release` and, after the `--`, `--include-ignored`, it also writes those for release builds
//! only.
#![cfg(unix)]

mod code;
mod commands;
mod dependencies;
mod differences;
mod figures;
mod form;
mod formulas;
mod links;
mod pictures;
mod prose;
mod published;
mod scratch;
mod shells;

use std::fs;

use testkit::book::{Block, Document};
use testkit::root;

/// Fails with all problems at once.
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n\n{}\n", problems.len(), problems.join("\n\n"));
}

fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Replaces the bodies of blocks, last one first, and writes the file.
fn rewrite(document: &Document, mut renewed: Vec<(Block, Vec<String>)>) {
    let mut lines = document.lines.clone();
    renewed.sort_by_key(|(block, _)| std::cmp::Reverse(block.start));
    for (block, body) in renewed {
        lines.splice(block.start + 1..block.end, body);
    }
    fs::write(root().join(&document.path), lines.join("\n") + "\n").expect("the book can be written");
}
