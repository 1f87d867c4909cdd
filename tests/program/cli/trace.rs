//! `backprop trace` writes one file that needs nothing else. (tests/page-engine tests what it computes and shows.)

use serde_json::{Value, json};

use testkit::cli::{IdxTraining, backprop, refusal, success, write};
use testkit::golden::read_json;
use testkit::page::{between, page};

fn situation(page: &str) -> Value {
    let text = between(page, r#"<script type="application/json" id="situation">"#, "</script>");
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_page_loads_nothing_and_takes_less_than_a_megabyte() {
    let (_folder, _, text) = page("");
    assert!(text.len() < 1_000_000, "{} bytes", text.len());
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
    // Types in comments are not imports.
    let text = text.replace("import(\"./engine.js\").", "");
    for loads in ["fetch(", "XMLHttpRequest", "@import", "url(http", "import("] {
        assert!(!text.contains(loads), "{loads}");
    }
}

#[test]
fn a_page_begins_with_the_network_asked_for() {
    let (_folder, _, text) =
        page("--sizes 2,3,1 --activation tanh --seed 7 --batch 2 --samples 4 --epochs 3");
    let found = situation(&text);
    for (key, value) in [
        ("data", json!("made-up")),
        ("sizes", json!([2, 3, 1])),
        ("activation", json!(["tanh", "tanh"])),
        ("seed", json!(7)),
        ("batch", json!(2)),
        ("limit", json!(4)),
        ("epochs", json!(3)),
    ] {
        assert_eq!(found[key], value, "{key}");
    }
    assert_eq!(situation(&page("").2)["data"], "nine-nodes");
}

#[test]
fn a_trained_model_and_its_samples_go_into_the_page() {
    let training: IdxTraining = read_json("idx_training.json");
    let data = training.folder();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = backprop("trace --samples 2 --data");
    command.arg(data.path()).arg("--from").arg(data.path().join("start.json"));
    success(command.current_dir(&folder));
    let found = situation(&std::fs::read_to_string(folder.path().join("page.html")).expect("written"));
    assert_eq!(found["model"]["weights"], training.model_before["weights"]);
    assert_eq!(found["data"]["samples"].as_array().map(Vec::len), Some(2));
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
    assert!(!text.contains(name) && !text.contains("<!--<script>"));
    let source = situation(&text)["data"]["name"].as_str().expect("text").to_owned();
    assert!(source.contains(name), "{source}");
}

#[test]
fn bad_input_is_refused_and_an_old_page_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let precious = b"<meta name=\"generator\" content=\"backprop trace\"> precious";
    write(&folder.path().join("page.html"), precious);
    for (options, sentence) in [
        ("--sizes 3", "at least two layers"),
        ("--epochs 0", "1 or more"),
        ("--samples 0", "1 or more"),
        ("--samples 7", "--samples 7 is more than there are: 6"),
        ("--rate 0", "finite positive"),
        ("--from nowhere.json", "nowhere.json"),
    ] {
        let command = &mut backprop(&format!("trace --force {options}"));
        let line = refusal(command.current_dir(&folder));
        assert!(line.contains(sentence), "{options}: {line}");
    }
    assert_eq!(std::fs::read(folder.path().join("page.html")).expect("still there"), precious);
    let line = refusal(backprop("trace --out no-such-folder/page.html").current_dir(&folder));
    assert!(line.contains("choose a place you can write to"), "{line}");
}

#[test]
fn without_a_name_the_page_is_page_html_and_replaces_no_other_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trace = |options: &str| {
        let mut command = backprop(&format!("trace {options}"));
        command.current_dir(&folder);
        command
    };
    assert!(success(&mut trace("--epochs 1")).starts_with("page.html: "));
    // An earlier page may be replaced.
    success(&mut trace("--epochs 2"));
    write(&folder.path().join("page.html"), b"my own page");
    let line = refusal(&mut trace(""));
    assert!(line.contains("page.html: there is already a file"), "{line}");
    assert_eq!(std::fs::read(folder.path().join("page.html")).expect("still there"), b"my own page");
    // Fewer than six samples are not refused unless six were asked for.
    success(&mut trace("--data xor --sizes 2,2,1 --out xor.html"));
    let text = std::fs::read_to_string(folder.path().join("xor.html")).expect("the page was written");
    assert_eq!(situation(&text)["limit"], 4, "all there are");
    assert!(refusal(&mut trace("--data xor --samples 5 --out xor.html")).contains("more than there are: 4"));
}
