//! `backprop trace`: one file that needs nothing else, with the numbers of the library in it, played back by a real
//! browser.
#![cfg(feature = "cli")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use backprop::step::text::number;
use serde_json::Value;
use support::cli::{IdxTraining, backprop, json_lines, refusal, success, write};
use support::golden::read_json;
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

/// A file's name is the user's own text, and a name can look like the end of a script.
#[test]
#[cfg(unix)]
fn a_name_that_looks_like_markup_stays_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = "<b>&amp;<!--<script>";
    let data = folder.path().join(name);
    let digits = read_json::<IdxTraining>("idx_training.json").folder();
    std::fs::rename(digits.path(), &data).expect("same file system");
    let page = folder.path().join("page.html");
    let mut command = backprop("trace --sizes 6,4,3 --samples 2 --out");
    success(command.arg(&page).arg("--data").arg(&data));
    let text = std::fs::read_to_string(&page).expect("the page was written");
    assert!(!text.contains(name) && !text.contains("<!--"));
    let about = recording(&text)["about"].as_str().expect("text").to_owned();
    assert!(about.contains(name), "{about}");
}

#[test]
fn bad_input_is_refused_and_an_old_page_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let precious = b"<meta name=\"generator\" content=\"backprop trace\"> precious";
    write(&folder.path().join("page.html"), precious);
    for (options, sentence) in [
        ("--sizes 3", "at least two layers"),
        ("--sizes 784,300,10 --data digits", "--plain"),
        ("--sizes 3,17,2", "at most 16 in a layer; `backprop step --plain`"),
        ("--sizes 2,2,2,2,2,2,2", "at most 6; `backprop step --plain`"),
        ("--epochs 1000", "ask for at most 173 (samples times epochs), or let `backprop step --plain`"),
        ("--epochs 99999999999999999", "more than the 8000 a page holds"),
        ("--epochs 0", "count from 1"),
        ("--samples 0", "count from 1"),
        ("--samples 7", "--samples 7 is more than there are: 6"),
        ("--activation identity --rate 1e6", "training diverged"),
        ("--rate 0", "finite positive"),
        ("--from nowhere.json", "nowhere.json"),
    ] {
        let command = &mut backprop(&format!("trace {options} --out page.html"));
        let line = refusal(command.current_dir(&folder));
        assert!(line.contains(sentence), "{options}: {line}");
    }
    assert_eq!(std::fs::read(folder.path().join("page.html")).expect("still there"), precious);
    let line = refusal(backprop("trace --out no-such-folder/page.html").current_dir(&folder));
    assert!(line.contains("choose a place you can write to"), "{line}");
}

#[test]
fn without_a_name_the_page_is_page_html_and_nothing_else_of_that_name_is_lost() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trace = |options: &str| {
        let mut command = backprop(&format!("trace {options}"));
        command.current_dir(&folder);
        command
    };
    assert!(success(&mut trace("--epochs 1")).starts_with("page.html: "));
    // An earlier page may go.
    success(&mut trace("--epochs 2"));
    write(&folder.path().join("page.html"), b"my own page");
    let line = refusal(&mut trace(""));
    assert!(line.contains("page.html: there is a file already"), "{line}");
    assert_eq!(std::fs::read(folder.path().join("page.html")).expect("still there"), b"my own page");
    // Fewer samples than six are no reason to refuse, where nobody has asked for six.
    success(&mut trace("--data xor --sizes 2,2,1 --out xor.html"));
    let text = std::fs::read_to_string(folder.path().join("xor.html")).expect("the page was written");
    assert!(text.contains("4 samples"), "all there are");
    assert!(refusal(&mut trace("--data xor --samples 5 --out xor.html")).contains("more than there are: 4"));
}

/// Two scripts that run in the page: the first collects what goes wrong from the start on, the second walks through
/// the page as a reader would and leaves a report.
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

/// Numbers a formula may have to print, some of them exactly between two roundings.
const NUMBERS: [f64; 14] = [
    0.0,
    -0.0,
    0.3564,
    -0.0078125,
    0.0234375,
    1.0000005,
    0.00001234,
    -1.234e-20,
    1e-12,
    9.99e-13,
    0.09999999,
    123456.7890625,
    1e15,
    -2.5e17,
];

/// Makes a page, walks through it in the browser, and compares it step by step with `backprop step --json`.
fn walk(network: &str, samples: usize, epochs: usize) -> Value {
    let (_folder, path, text) = page(&format!("{network} --samples {samples} --epochs {epochs}"));
    let arguments = format!("step --json {network} --train-limit {samples} --epochs {epochs}");
    let steps = json_lines(&success(&mut backprop(&arguments)));
    let expected: Vec<&str> = steps.iter().map(|step| step["text"].as_str().expect("text")).collect();
    let numbers = serde_json::to_string(&NUMBERS).expect("JSON");
    let numbers = format!(r#"<script type="application/json" id="numbers">{numbers}</script>"#);
    let (watch, walk) = WALK.split_at(WALK.find(r#"<script type="module">"#).expect("two scripts"));
    let text = text.replacen("<style>", &format!("{watch}<style>"), 1);
    std::fs::write(&path, text.replace("</body>", &format!("{numbers}{walk}</body>"))).expect("writable");
    let dom = browse(&path, "#step=12");
    let report = between(&dom, r#"<script type="application/json" id="report">"#, "</script>");
    let report: Value = serde_json::from_str(report).expect("JSON");

    assert_eq!(report["problems"], Value::Array(Vec::new()));
    assert_eq!(report["start"], "#step=12");
    assert_eq!(report["startText"], expected[11]);
    assert_eq!(report["forward"], serde_json::json!(expected));
    assert_eq!(report["hashAtEnd"], format!("#step={}", expected.len()));
    assert_eq!(report["backIsExact"], true, "going back shows what was shown");
    assert_eq!(report["endsThere"], true, "a jump shows what walking there shows");
    assert_eq!(report["changes"], expected.len() + 1, "every step changes something");
    assert_eq!(report["slider"], expected[4]);
    assert_eq!(report["button"], expected[5]);
    assert_eq!(report["deepLink"], expected[6]);
    assert!(report["spoken"].as_str().is_some_and(|words| words.ends_with(expected[expected.len() - 1])));

    // Connections are updated in the order of their ids, so these are all weights, as the last steps left them.
    let connections = report["weights"].as_array().expect("a list").len();
    let weights: Vec<&Value> = steps[steps.len() - connections..].iter().map(|step| &step["after"]).collect();
    assert_eq!(report["weights"], serde_json::json!(weights));

    for (i, step) in steps.iter().enumerate() {
        let after = number(step["after"].as_f64().expect("a number"), 6);
        if step["name"].as_str().is_some_and(|name| name.starts_with("δ(")) {
            // The vectorized network has no constant node, so no entry either.
            assert_eq!(report["litEntries"][i], Value::Null, "{}", step["text"]);
        } else {
            assert_eq!(report["litEntries"][i], after, "{}", step["text"]);
        }
    }
    report
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_browser_plays_the_steps_forwards_and_backwards_with_the_library_s_words() {
    let report = walk("", 2, 1);
    // Numbers print as the library prints them, ties to even included.
    assert_eq!(report["numbers"], serde_json::json!(NUMBERS.map(|value| number(value, 6))));
    assert_eq!(report["themeChanges"], true);
    assert_eq!(report["helpOpens"], true);
    // Node by node, then connection by connection; node 0-3 and 1-4, ids 3 and 8, are constant.
    let nodes = [0, 1, 2, 4, 5, 6, 7, 9, 10, 9, 10, 4, 5, 6, 7, 8, 0, 1, 2, 3];
    let lit: Vec<String> = nodes.iter().map(|id| format!("node {id}")).collect();
    let lit = lit.into_iter().chain((0..26).map(|id| format!("connection {id}")));
    let both_samples: Vec<String> = lit.clone().chain(lit).collect();
    assert_eq!(report["litShapes"], serde_json::json!(both_samples));
    let words = |key: &str| report[key].as_str().unwrap_or_else(|| panic!("no {key}")).to_owned();
    assert!(words("hover").contains("node 1-0: a4 = sigmoid(w41·x1"), "{}", words("hover"));
    assert!(words("edge").contains("(0-0) -> (1-0): w41 ← w41 + η·δ4·x1 = "), "{}", words("edge"));
    assert!(words("secondPhase").starts_with("Step 4 of 92 "), "{}", words("secondPhase"));
    assert!(words("secondSample").starts_with("Step 47 of 92 "), "{}", words("secondSample"));
    // Two and a half seconds at three steps a second, however late each timer is.
    let step = words("played");
    let step: usize = between(&step, "Step ", " of").parse().expect("a number");
    assert!((1..=8).contains(&step), "{step}");
    assert_eq!(report["stillThere"], report["played"], "paused");
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn every_activation_and_cost_and_a_long_sum_read_as_the_library_writes_them() {
    walk("--sizes 3,9,2,2 --activation tanh,relu,sigmoid --cost cross-entropy --init normal --seed 4", 1, 2);
    walk("--sizes 2,3,1 --activation identity --init normal --seed 5 --rate 0.05", 3, 1);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn mini_batches_with_l2_and_dropout_read_as_the_library_writes_them() {
    // The last mini-batch is smaller; then mini-batches of one.
    walk("--batch 2 --l2 0.5 --dropout 0.5", 3, 2);
    walk("--dropout 0.3 --sizes 2,3,2,1 --init normal --cost cross-entropy", 2, 1);
}
