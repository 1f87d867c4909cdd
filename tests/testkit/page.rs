//! Opens the page that `backprop trace` writes in a real browser. Also provides twenty networks to step through in it,
//! as options of the program and as situations of the page's engine.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use backprop::data_set::points;
use backprop::gradient_check::faults::GALLERY;
use backprop::model_file::Model;
use backprop::training::{Options, Trainer};
use backprop::{Architecture, Engine, Parameters, WeightInit, vectorized};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{backprop, json_lines, success};

/// Returns a page made with these options.
pub fn page(options: &str) -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    success(backprop(&format!("trace {options}")).current_dir(&folder));
    let path = folder.path().join("page.html");
    let text = std::fs::read_to_string(&path).expect("the page was written");
    (folder, path, text)
}

/// Returns the text between two pieces of text.
pub fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before:?}")) + before.len();
    &text[start..start + text[start..].find(after).unwrap_or_else(|| panic!("no {after:?}"))]
}

/// A frame that collects errors from the start, and keeps the report of a `walk`.
const FRAME: &str = include_str!("page/frame.html");

/// Opens a page in headless Chromium, lets a script walk through it, and returns the script's report.
pub fn browse(path: &Path, fragment: &str, script: &str, task: &Value) -> Value {
    with_script(path, script, task);
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
    read_report(between(&dom, r#"<script type="application/json" id="report">"#, "</script>"))
}

/// Adds a script to a page. The script walks through the page and leaves its report in the element `report`.
pub fn with_script(path: &Path, script: &str, task: &Value) {
    let page = std::fs::read_to_string(path).expect("a page");
    let task = task.to_string().replace('<', "\\u003c");
    let inserted = format!(
        r#"<script type="application/json" id="task">{task}</script>{FRAME}<script>{script}</script><style>"#
    );
    std::fs::write(path, page.replacen("<style>", &inserted, 1)).expect("writable");
}

/// Parses a report, and asserts that the page had no errors and made no network requests.
pub fn read_report(text: &str) -> Value {
    let report: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(report["problems"], json!([]), "nothing goes wrong, and nothing is loaded");
    report
}

/// Returns `true` if two JSON values are the same, bit for bit; JavaScript writes 1.0 as 1, and -0 as 0.
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

/// Returns options of `step`, each with the equivalent situation of the page.
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

/// Returns the fragment of an address that leads to a situation.
pub fn fragment(situation: &Value) -> String {
    format!("situation={}", base64(situation.to_string().as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |place: usize| bytes.get(place / 8).is_some_and(|byte| byte >> (7 - place % 8) & 1 == 1);
    let letters = 0..(bytes.len() * 8).div_ceil(6);
    letters
        .map(|letter| {
            let value = (0..6).fold(0, |value, place| value << 1 | usize::from(bit(6 * letter + place)));
            char::from(LETTERS[value])
        })
        .collect()
}

/// Returns the steps from 60 to 140 after the two edits of `numbers.js`, computed by the library's own stepper.
fn edited_steps() -> Vec<Value> {
    use backprop::data_set::nine_nodes;
    use backprop::step::{Edit, Stepper};
    use backprop::{Label, Sample, graph::Network};

    let network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let w84 = network[network.layers[2].neurons()[0]].upstream()[0];
    let labels = nine_nodes::LABELS.each_ref().map(|label| Label(label));
    let samples = nine_nodes::SAMPLES.each_ref().map(|sample| Sample(sample));
    let mut stepper = Stepper::new(network, &labels, &samples, 0.3);
    stepper.goto(60);
    stepper.edit(Edit::Weight(w84, -1.25));
    stepper.edit(Edit::Input(0, 0.5));
    stepper.take(80).map(|step| json!(step)).collect()
}

/// Returns trainings for matrices of several panels, as situations, and the weights after an epoch of each.
fn trainings() -> Vec<(Value, Parameters)> {
    let moons = points::moons().train;
    let architecture = Architecture::new(&[2, 70, 40, 2]);
    let training = |batch: usize, l2: f64| {
        let options = Options { epochs: Some(1), batch, l2, seed: 3, ..Options::default() };
        let mut network =
            vectorized::Network::from_parameters(&architecture, &WeightInit::Normal.draw(&architecture, 3));
        let mut trainer = Trainer::new(options, &moons, None, &moons).expect("they fit");
        trainer.run_epoch(&mut network, &mut |_| ControlFlow::Continue(())).expect("no divergence");
        let situation = json!({
            "data": "moons", "sizes": architecture.sizes, "init": "normal", "seed": 3, "batch": batch, "l2": l2,
        });
        (situation, network.parameters())
    };
    vec![training(1, 0.0), training(16, 0.2)]
}

/// Asserts that the page's models have these weights, to the bit.
fn assert_trained(models: &Value, trainings: &[(Value, Parameters)]) {
    for (place, (situation, expected)) in trainings.iter().enumerate() {
        let model = Model::from_json(models[place].as_str().expect("text")).expect("a model");
        assert!(model.parameters == *expected, "{situation}");
    }
}

/// Asserts that a page in a browser computes what the program does: every step of twenty networks forwards and back,
/// two trainings, the report of every fault, two edits. `browser` opens a page with a script and its task, and returns
/// the script's report.
pub fn assert_computes_as_the_program(browser: impl FnOnce(&Path, &str, &Value) -> Value) {
    let (_folder, path, _) = page("");
    let steps = |options: &str| json_lines(&success(&mut backprop(&format!("step --json {options}"))));
    let settings = settings();
    let expected: Vec<Vec<Value>> = settings.iter().map(|(options, _)| steps(options)).collect();
    let walks = settings.iter().zip(&expected);
    let walks =
        walks.map(|((_, situation), steps)| json!({"fragment": fragment(situation), "count": steps.len()}));
    let faults: Vec<&str> = GALLERY.iter().map(|fault| fault.name).collect();
    let trainings = trainings();
    let task = json!({
        "trainings": trainings.iter().map(|(situation, _)| situation).collect::<Vec<_>>(),
        "walks": walks.collect::<Vec<_>>(), "faults": faults, "edited": fragment(&json!({"data": "nine-nodes"})),
    });
    let report = browser(&path, include_str!("page/numbers.js"), &task);
    for (place, ((options, _), steps)) in settings.iter().zip(&expected).enumerate() {
        assert_same(&report["forward"][place], steps, options);
        assert_same(&report["back"][place], steps, options);
    }
    assert_trained(&report["trained"], &trainings);
    for (place, name) in faults.iter().enumerate() {
        let output = backprop(&format!("check --engine object --fault {name}")).output().expect("it starts");
        assert_eq!(report["faults"][place].as_str(), std::str::from_utf8(&output.stdout).ok(), "{name}");
    }
    assert_same(&report["edited"], &edited_steps(), "edited");
}

fn assert_same(found: &Value, expected: &[Value], what: &str) {
    let found = found.as_array().unwrap_or_else(|| panic!("{what}: no list"));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(same(found, expected), "{what}:\n{found}\n{expected}");
    }
}
