//! The sessions in the book. The answers shown there are the ones that gdb, LLDB and lldb-dap must give.
//!
//! ```text
//! (gdb) print upstream[1]
//! (lldb) v upstream[1]
//! ConnectionId(4): (0-1) -> (1-0) weight=0.931745 gradient=0.000000
//! ```
//!
//! `(both)` means a command that is the same in both. answers.rs says what is left out of an answer.

use std::fmt::Write as _;
use std::path::Path;

use crate::{answers::Reader, dap, gdb, lldb, root};
use testkit::book::{Document, documents};

/// One command, in the words of one debugger or of both, and the answer of each.
struct Exchange {
    gdb: Option<String>,
    lldb: Option<String>,
    /// The index of the line behind the prompts.
    start: usize,
    answer: Vec<String>,
}

/// Returns the exchanges of a document's `debugger` blocks, in order: one session.
fn exchanges(document: &Document) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for block in document.blocks().iter().filter(|block| block.language == "debugger") {
        let first_of_block = exchanges.len();
        for (i, line) in block.body.iter().enumerate() {
            let command = |prompt: &str| line.strip_prefix(prompt).map(str::to_owned);
            let both = command("(both) ");
            let (gdb, lldb) = (both.clone().or(command("(gdb) ")), both.or(command("(lldb) ")));
            let start = block.start + i + 2;
            let last = exchanges[first_of_block..].last_mut();
            match (gdb, lldb, last) {
                // The same in the other debugger's words.
                (None, Some(lldb), Some(last)) if last.lldb.is_none() && last.answer.is_empty() => {
                    (last.lldb, last.start) = (Some(lldb), start);
                }
                (None, None, last) => {
                    let last = last.unwrap_or_else(|| panic!("{}: no command", document.place(block.start)));
                    last.answer.push(line.clone());
                }
                (gdb, lldb, _) => exchanges.push(Exchange { gdb, lldb, start, answer: Vec::new() }),
            }
        }
    }
    exchanges
}

/// Returns every document with a session.
fn sessions() -> Vec<Document> {
    let has_session = |document: &Document| document.lines.iter().any(|line| line == "```debugger");
    documents().into_iter().filter(has_session).collect()
}

/// Runs every document's session at once, and reports all differences.
fn check(debugger: &str, run: impl Fn(&[Exchange]) -> Vec<Option<Vec<String>>> + Sync) {
    let check_one = |document: &Document| {
        let exchanges = exchanges(document);
        let answers = run(&exchanges);
        assert_eq!(answers.len(), exchanges.len());
        let differ = exchanges
            .iter()
            .zip(&answers)
            .filter(|(exchange, answer)| answer.as_ref().is_some_and(|answer| *answer != exchange.answer));
        let mut report = String::new();
        for (exchange, answer) in differ {
            let (place, answer) = (document.place(exchange.start - 1), answer.as_ref().expect("it differs"));
            write!(report, "{place}: {debugger} says\n{}\n\n", answer.join("\n")).expect("a String");
        }
        report
    };
    let documents = sessions();
    let reports: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = documents.iter().map(|document| scope.spawn(|| check_one(document))).collect();
        runs.into_iter().map(|run| run.join().expect("a session can be run")).collect()
    });
    assert!(
        reports.iter().all(String::is_empty),
        "the book shows something else; if {debugger} is right, cargo test --test debugger -- --include-ignored with UPDATE_DOCS \
         set writes it in\n\n{}",
        reports.concat()
    );
}

/// Gives the commands of one debugger to `ask`, and its answers back to the exchanges they belong to.
fn asked(
    exchanges: &[Exchange],
    command: impl Fn(&Exchange) -> Option<&String>,
    ask: impl Fn(&[&str]) -> Vec<Vec<String>>,
) -> Vec<Option<Vec<String>>> {
    let commands: Vec<&str> = exchanges.iter().filter_map(|e| command(e).map(String::as_str)).collect();
    let mut answers = ask(&commands).into_iter();
    exchanges.iter().map(|e| command(e).map(|_| answers.next().unwrap_or_default())).collect()
}

/// Returns the lines on which a session goes back, from `record full` until it starts again, if gdb cannot do that here.
fn not_tried(exchanges: &[Exchange]) -> std::ops::Range<usize> {
    let is = |e: &Exchange, command: &str| e.gdb.as_deref() == Some(command);
    let Some(place) = exchanges.iter().position(|e| is(e, "record full")) else { return 0..0 };
    if gdb::goes_back() {
        return 0..0;
    }
    let end = exchanges[place..].iter().find(|e| is(e, "delete") || is(e, "run"));
    exchanges[place].start..end.map_or(usize::MAX, |e| e.start)
}

fn in_gdb(exchanges: &[Exchange]) -> Vec<Option<Vec<String>>> {
    let not_tried = not_tried(exchanges);
    asked(
        exchanges,
        |e| e.gdb.as_ref().filter(|_| !not_tried.contains(&e.start)),
        |commands| {
            let mut reader = Reader::default();
            gdb::answers(commands).iter().map(|raw| reader.gdb(raw)).collect()
        },
    )
}

fn in_lldb(exchanges: &[Exchange]) -> Vec<Option<Vec<String>>> {
    asked(
        exchanges,
        |e| e.lldb.as_ref(),
        |commands| {
            let mut reader = Reader::default();
            let raw = lldb::answers(commands);
            commands.iter().zip(&raw).map(|(command, raw)| reader.lldb(command, raw)).collect()
        },
    )
}

#[test]
#[ignore = "seconds in gdb: run by CI"]
fn the_sessions_in_the_book_are_gdb_s() {
    if gdb::is_missing() {
        return;
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        sessions().iter().for_each(update);
    }
    check("gdb", in_gdb);
}

#[test]
#[ignore = "seconds in LLDB: run by CI"]
fn the_sessions_in_the_book_are_lldb_s() {
    if !lldb::is_missing() {
        check("LLDB", in_lldb);
    }
}

#[test]
#[ignore = "seconds in lldb-dap: run by CI"]
fn the_sessions_in_the_book_are_those_of_an_editor() {
    if !dap::is_missing() {
        check("lldb-dap", |exchanges| asked(exchanges, |e| e.lldb.as_ref(), dap::answers));
    }
}

/// Writes gdb's answers into a document; where gdb has no say, LLDB's.
fn update(document: &Document) {
    let exchanges = exchanges(document);
    let gdb = in_gdb(&exchanges);
    let lldb = if lldb::is_missing() { vec![None; gdb.len()] } else { in_lldb(&exchanges) };
    let mut lines = document.lines.clone();
    for ((exchange, gdb), lldb) in exchanges.iter().zip(gdb).zip(lldb).rev() {
        if let Some(answer) = gdb.or(lldb) {
            lines.splice(exchange.start..exchange.start + exchange.answer.len(), answer);
        }
    }
    let path: &Path = &root().join(&document.path);
    std::fs::write(path, lines.join("\n") + "\n").expect("the document can be written");
}

#[test]
fn every_session_is_read_whole() {
    for document in sessions() {
        let prompts = ["(gdb) ", "(lldb) ", "(both) "];
        let shown = document.lines.iter().filter(|line| prompts.iter().any(|p| line.starts_with(p))).count();
        let exchanges = exchanges(&document);
        let same = exchanges.iter().filter(|e| e.gdb == e.lldb).count();
        let read = exchanges.iter().flat_map(|e| [&e.gdb, &e.lldb]).flatten().count() - same;
        assert_eq!(read, shown, "{}", document.path.display());
        let answered = exchanges.iter().filter(|exchange| !exchange.answer.is_empty()).count();
        assert!(answered * 2 > exchanges.len(), "{}", document.path.display());
    }
}
