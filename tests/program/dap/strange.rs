//! Messages that no editor should send: they are refused or end the session, and never cause a panic.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use testkit::cli::backprop;
use testkit::editor::Editor;

/// Runs the adapter on these bytes. Returns its exit status and what it said on stderr.
fn run_on(bytes: &[u8]) -> (Option<i32>, String) {
    let mut adapter = Command::new(testkit::program())
        .arg("dap")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // It may exit before it has read everything.
    let _ = adapter.stdin.take().expect("it is piped").write_all(bytes);
    let output = adapter.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn what_is_not_the_protocol_ends_it_with_one_line() {
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"Content-Length: 100\r\n\r\n{}",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Content-Length: 4294967296\r\n\r\n",
        b"\x00\xff\xfe",
        &vec![b'x'; 100_000],
    ] {
        let (status, stderr) = run_on(bytes);
        assert_eq!(status, Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains("this is not the Debug Adapter Protocol"), "{stderr}");
    }
    assert_eq!(run_on(b""), (Some(0), String::new()));
}

#[test]
fn messages_that_make_no_sense_are_refused_and_the_session_goes_on() {
    let mut editor = Editor::open(&json!({}));
    for body in ["", "[]", "null", "{", "{\"seq\":\"x\",\"type\":\"request\"}", "\u{0}", "[[[[[[[[[[[[[["] {
        editor.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        let answer = editor.message();
        assert_eq!((&answer["type"], &answer["success"]), (&json!("response"), &json!(false)), "{body}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    editor.send_bytes(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    assert_eq!(editor.message()["success"], false);
    // These are not requests, so they get no answer.
    for kind in ["response", "event", "nonsense"] {
        let body = json!({ "seq": 1, "type": kind, "command": "next" }).to_string();
        editor.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }
    assert_eq!(editor.place(), "node 0-0: x1");
    editor.refused("makeCoffee", &json!({}));
    editor.refused("attach", &json!({}));
    let sentence = editor.refused("evaluate", &json!({ "expression": "\u{1b}[2J" }));
    assert!(!sentence.contains('\u{1b}'), "{sentence}");
    editor.leave();
}

#[test]
fn requests_with_arguments_of_any_kind_are_answered() {
    let commands = [
        "initialize",
        "launch",
        "configurationDone",
        "restart",
        "threads",
        "pause",
        "next",
        "stepIn",
        "stepOut",
        "stepBack",
        "goto",
        "setVariable",
        "setExpression",
        "setExceptionBreakpoints",
        "setBreakpoints",
        "setFunctionBreakpoints",
        "dataBreakpointInfo",
        "setDataBreakpoints",
        "exceptionInfo",
        "stackTrace",
        "scopes",
        "variables",
        "evaluate",
        "gotoTargets",
        "source",
        "loadedSources",
    ];
    let arguments = [
        Value::Null,
        json!({}),
        json!([]),
        json!("text"),
        json!({ "threadId": -1, "frameId": 1e300, "variablesReference": -7, "start": 3, "count": 2, "name": "", "value": "" }),
        json!({ "variablesReference": i64::MAX, "expression": "sum(", "value": "1e999", "name": "x1" }),
        json!({ "variablesReference": 9_999_999, "start": usize::MAX, "count": usize::MAX, "targetId": u64::MAX }),
        json!({ "source": { "path": "", "sourceReference": i64::MIN }, "line": i64::MAX, "breakpoints": [{ "line": i64::MAX }] }),
        json!({ "source": { "sourceReference": 1 }, "line": i64::MIN, "breakpoints": [{ "line": i64::MIN }, { "name": "2-0" }] }),
        json!({ "startFrame": usize::MAX, "levels": usize::MAX, "sourceReference": 99, "filters": ["", "x"] }),
        json!({ "breakpoints": [{ "dataId": "w84" }, { "dataId": "δ(9-9)", "condition": "|||||" }] }),
    ];
    let mut editor = Editor::start();
    for round in 0..2 {
        for command in commands.iter().filter(|command| round == 1 || **command != "launch") {
            for arguments in &arguments {
                let answer = editor.request(command, arguments);
                assert!(answer["success"].is_boolean(), "{command} {arguments}");
            }
        }
    }
    editor.refused("initialize", &json!({ "linesStartAt1": false }));
    editor.ok("pause", &json!({}));
    editor.leave();
}

#[test]
fn what_cannot_be_launched_is_refused_as_step_refuses_it() {
    let mut editor = Editor::start();
    for (arguments, words) in [
        (json!({ "sizes": [3, 0, 2] }), "layer"),
        (json!({ "sizes": "three" }), "\"sizes\": invalid type"),
        (json!({ "sizes": [100_000, 100_000] }), "make a layer smaller"),
        (json!({ "rate": 0 }), "rate"),
        (json!({ "rate": { "fast": true } }), "\"rate\": invalid type"),
        (json!({ "rate": true }), "\"rate\": invalid type"),
        (json!({ "rate": "abc" }), "\"rate\": invalid type: string \"abc\""),
        (json!({ "edited": 3 }), "\"edited\": invalid type"),
        (json!({ "cost": "log" }), "\"cost\": there is no cost 'log'"),
        (json!({ "targetsColumns": 1, "data": "xor" }), "--targets-columns"),
        (json!({ "data": "nowhere.csv" }), "nowhere.csv"),
        (json!({ "from": "/dev/zero" }), "/dev/zero"),
        (json!({ "trainLimit": 0 }), "\"trainLimit\": invalid value"),
        (json!({ "cwd": "/no/such/folder" }), "/no/such/folder"),
        (json!({ "targets": "soft" }), "--data"),
    ] {
        let sentence = editor.refused("launch", &arguments);
        let is_plain = !sentence.contains(['\n', '\u{1b}']) && !sentence.contains("u{1b}");
        assert!(sentence.contains(words) && is_plain, "{arguments}: {sentence}");
    }
    let sentence = editor.refused("next", &json!({}));
    assert!(sentence.contains("nothing has been launched"), "{sentence}");
    // After all that it can be launched.
    editor.ok("launch", &json!({ "train_limit": 2, "siezs": [1], "__sessionId": "x", "name": "mine" }));
    editor.event("initialized");
    assert!(editor.event("output")["output"].as_str().is_some_and(|text| text.contains("\"siezs\"")));
    editor.leave();
}

/// The same settings as launch arguments and as options are refused with the same sentence.
#[test]
fn an_editor_reads_the_same_refusals_as_a_terminal() {
    let mut editor = Editor::start();
    for (arguments, options) in [
        (json!({ "sizes": [3, 0, 2] }), "--sizes 3,0,2"),
        (json!({ "sizes": [3] }), "--sizes 3"),
        (json!({ "rate": 0 }), "--rate 0"),
        (json!({ "batch": 0 }), "--batch 0"),
        (json!({ "dropout": 1.5 }), "--dropout 1.5"),
        (json!({ "targets": "soft" }), "--targets soft"),
        (json!({ "sizes": [2, 1], "standardize": true }), "--sizes 2,1 --standardize"),
        (json!({ "data": "xor", "sizes": [3, 1] }), "--data xor --sizes 3,1"),
        (json!({ "activation": "tanh", "cost": "cross-entropy" }), "--activation tanh --cost cross-entropy"),
        (json!({ "activation": ["tanh", "tanh", "tanh"] }), "--activation tanh,tanh,tanh"),
        (json!({ "from": "nowhere.json", "init": "he" }), "--from nowhere.json --init he"),
        (json!({ "data": "xor", "targetsColumns": 1 }), "--data xor --targets-columns 1"),
    ] {
        let sentence = editor.request("launch", &arguments)["message"].clone();
        let output = backprop(&format!("step --plain {options}")).output().expect("it starts");
        let stderr = String::from_utf8(output.stderr).expect("text");
        let printed = stderr.trim().strip_prefix("backprop: ").map(|printed| json!(printed));
        assert_eq!(Some(sentence), printed, "{arguments}");
    }
    editor.leave();
}

#[test]
fn an_editor_that_goes_away_ends_it_even_while_training_runs() {
    let mut editor = Editor::open(&json!({}));
    editor.ok("continue", &json!({ "threadId": 1 }));
    assert_eq!(editor.close(), Some(0));
}
