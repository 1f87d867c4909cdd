//! `backprop trace`: one file that needs nothing else, with the numbers of the library in it, played back by a real
//! browser.
#![cfg(feature = "cli")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::cli::{backprop, json_lines, refusal, success, write};
use tempfile::TempDir;

/// A page made with these options.
fn page(options: &str) -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("page.html");
    success(backprop(&format!("trace {options} --out page.html")).current_dir(&folder));
    let text = std::fs::read_to_string(&path).expect("the page was written");
    (folder, path, text)
}

/// What stands between two pieces of text.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before:?}")) + before.len();
    &text[start..start + text[start..].find(after).unwrap_or_else(|| panic!("no {after:?}"))]
}

fn recording(page: &str) -> Value {
    let text = between(page, r#"<script type="application/json" id="recording">"#, "</script>");
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_page_loads_nothing_and_is_a_few_hundred_kilobytes_at_most() {
    let (_folder, _, text) = page("");
    assert!(text.len() < 400_000, "{} bytes", text.len());
    assert!(text.contains("default-src 'none'"), "the page forbids itself to load anything");
    for attribute in ["src=\"", "href=\""] {
        for place in text.match_indices(attribute) {
            let target = &text[place.0 + attribute.len()..];
            assert!(
                target.starts_with('#') || target.starts_with("data:"),
                "{}",
                &target[..40.min(target.len())]
            );
        }
    }
    for loads in ["fetch(", "XMLHttpRequest", "@import", "url(http", "import("] {
        assert!(!text.contains(loads), "{loads}");
    }
}

#[test]
fn the_numbers_in_a_page_are_those_of_the_steps() {
    let (_folder, _, text) = page("--samples 1 --epochs 1");
    let recording = recording(&text);
    let steps = json_lines(&success(&mut backprop("step --json")));
    let values: Vec<f64> = serde_json::from_value(recording["values"].clone()).expect("numbers");
    let mut position = 0;
    for step in &steps {
        // The new value comes last, after as many numbers as it is made of.
        position += match step["phase"].as_str().expect("a phase") {
            "set-input" | "output-delta" => 1,
            "output" | "update-weight" => 2,
            "hidden-delta" => 3,
            other => panic!("{other}"),
        };
        assert_eq!(step["after"].as_f64(), Some(values[position - 1]), "{}", step["text"]);
    }
    assert_eq!(position, values.len());
}

#[test]
fn bad_input_is_refused_and_an_old_page_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("page.html"), b"precious");
    for (options, sentence) in [
        ("--sizes 3", "at least two layers"),
        ("--sizes 784,300,10 --data digits", "--plain"),
        ("--rate 0", "finite positive"),
        ("--from nowhere.json", "nowhere.json"),
    ] {
        let command = &mut backprop(&format!("trace {options} --out page.html"));
        let line = refusal(command.current_dir(&folder));
        assert!(line.contains(sentence), "{options}: {line}");
    }
    assert_eq!(std::fs::read(folder.path().join("page.html")).expect("still there"), b"precious");
    let line = refusal(backprop("trace --out no-such-folder/page.html").current_dir(&folder));
    assert!(line.contains("choose a place you can write to"), "{line}");
}

/// Runs in the page: walks through it as a reader would and leaves a report.
const WALK: &str = include_str!("support/walk.html");

/// The page as headless Chromium leaves it after its scripts have run.
fn browse(path: &Path, fragment: &str) -> String {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("file://{}{fragment}", path.display()))
        .output()
        .expect("chromium is installed");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_browser_plays_the_steps_forwards_and_backwards_with_the_library_s_words() {
    let (_folder, path, text) = page("--samples 2 --epochs 1");
    let steps = json_lines(&success(&mut backprop("step --json --train-limit 2")));
    let expected: Vec<&str> = steps.iter().map(|step| step["text"].as_str().expect("text")).collect();
    std::fs::write(&path, text.replace("</body>", &format!("{WALK}</body>"))).expect("writable");
    let dom = browse(&path, "#step=12");
    let report = between(&dom, r#"<script type="application/json" id="report">"#, "</script>");
    let report: Value = serde_json::from_str(report).expect("JSON");

    assert_eq!(report["problems"], Value::Array(Vec::new()));
    assert_eq!(report["start"], "#step=12");
    assert_eq!(report["startText"], expected[11]);
    let forward: Vec<&str> =
        report["forward"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(forward, expected);
    assert_eq!(report["hashAtEnd"], format!("#step={}", expected.len()));
    assert_eq!(report["backIsExact"], true, "going back shows what was shown");
    assert_eq!(report["changes"], expected.len() + 1, "every step changes something");
    assert_eq!(report["slider"], expected[4]);
    assert_eq!(report["button"], expected[5]);
    assert_eq!(report["deepLink"], expected[6]);
    assert_eq!(report["themeChanges"], true);
    assert!(report["hover"].as_str().is_some_and(|words| words.contains("w41")), "{}", report["hover"]);
    let played = report["played"].as_str().expect("text");
    assert!(!played.starts_with("Step 0") && !played.contains("before the first"), "{played}");
}
