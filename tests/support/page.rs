//! The page that `backprop trace` writes, opened in a real browser; and twenty networks to step through in it, as options
//! of the program and as the page's engine is told of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cli::{backprop, success};

/// A page made with these options.
pub fn page(options: &str) -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    success(backprop(&format!("trace {options}")).current_dir(&folder));
    let path = folder.path().join("page.html");
    let text = std::fs::read_to_string(&path).expect("the page was written");
    (folder, path, text)
}

/// What stands between two pieces of text.
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before:?}")) + before.len();
    &text[start..start + text[start..].find(after).unwrap_or_else(|| panic!("no {after:?}"))]
}

/// Watches what goes wrong from the start on, and leaves the report of a `walk`.
const FRAME: &str = include_str!("page/frame.html");

/// Opens a page in headless Chromium, lets a script walk through it, and returns the script's report.
pub fn browse(path: &Path, fragment: &str, script: &str, task: &Value) -> Value {
    let page = std::fs::read_to_string(path).expect("a page");
    let task = task.to_string().replace('<', "\\u003c");
    let inserted = format!(
        r#"<script type="application/json" id="task">{task}</script>{FRAME}<script>{script}</script><style>"#
    );
    std::fs::write(path, page.replacen("<style>", &inserted, 1)).expect("writable");
    let profile = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--window-size=1280,720", "--virtual-time-budget=120000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}{fragment}", path.display()))
        .output()
        .expect("chromium is installed");
    let dom = String::from_utf8(output.stdout).expect("text");
    let report = between(&dom, r#"<script type="application/json" id="report">"#, "</script>");
    let report: Value = serde_json::from_str(report).expect("JSON");
    assert_eq!(report["problems"], json!([]), "nothing goes wrong, and nothing is loaded");
    report
}

/// Whether two JSON values are the same, bit for bit; JavaScript writes 1.0 as 1, and -0 as 0.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// Options of `step`, and the same as a situation of the page.
pub fn settings() -> Vec<(String, Value)> {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    (0..20).map(|seed| setting(&mut rng, seed)).collect()
}

fn setting(rng: &mut ChaCha8Rng, seed: usize) -> (String, Value) {
    let layers = rng.random_range(2..=4);
    let sizes: Vec<usize> = (0..layers).map(|_| rng.random_range(1..=9)).collect();
    let mut activations: Vec<&str> =
        sizes[1..].iter().map(|_| ["sigmoid", "tanh", "relu", "identity"][rng.random_range(0..4)]).collect();
    let cost = ["quadratic", "cross-entropy"][rng.random_range(0..2)];
    if cost == "cross-entropy" {
        activations[layers - 2] = "sigmoid";
    }
    let init = ["small", "normal", "scaled"][rng.random_range(0..3)];
    let batch = [1, 1, 2, 4][rng.random_range(0..4)];
    let (l2, dropout) = ([0.0, 0.0, 0.3][rng.random_range(0..3)], [0.0, 0.0, 0.4][rng.random_range(0..3)]);
    let rate = [0.05, 0.3][rng.random_range(0..2)];
    let listed: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let options = format!(
        "--sizes {} --activation {} --cost {cost} --init {init} --seed {seed} --batch {batch} --l2 {l2} \
         --dropout {dropout} --rate {rate} --train-limit 3",
        listed.join(","),
        activations.join(",")
    );
    let situation = json!({
        "sizes": sizes, "activation": activations, "cost": cost, "init": init, "seed": seed, "batch": batch,
        "l2": l2, "dropout": dropout, "rate": rate, "limit": 3,
    });
    (options, situation)
}
