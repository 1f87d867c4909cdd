//! Advice for users whose network does not learn: following it leads to a better one.

use std::fmt::Write as _;

use tempfile::TempDir;

use super::{folder_with, houses, last_epoch, numbers, pixels, run};
use testkit::cli::{backprop, json_lines};

#[test]
fn row_8_one_sample_says_nothing_about_a_neuron() {
    let folder = folder_with(&[]);
    run(
        &folder,
        "train --data iris --standardize --activation relu,sigmoid --init he --epochs 30 --out m.json --quiet",
    );
    let text = run(&folder, "predict --model m.json --input 5.9,3,5.1,1.8");
    assert!(!text.contains("Dead"), "{text}");
    assert!(text.contains("    petal length  5.1\n"), "{text}");
}

#[test]
fn row_15_a_network_of_numbers_that_has_not_learnt_says_so() {
    let folder = folder_with(&[("xor.csv", "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")]);
    let stuck = last_epoch(&folder, "--data xor.csv --numbers");
    let notes = stuck["notes"].as_array().expect("notes");
    assert!(notes[0].as_str().is_some_and(|note| note.contains("R² is")), "{stuck}");
    assert_eq!(notes[1], "What helps: train with --init normal --epochs 5000.");
}

/// How good a network became, and what was said of it.
#[derive(Debug)]
struct Outcome {
    /// Right answers or, for numbers, R².
    score: f64,
    cost: f64,
    /// The options that are said to help.
    advice: Option<String>,
    /// The last note, or the error.
    told: String,
}

impl Outcome {
    fn is_better_than(&self, other: &Self) -> bool {
        self.score > other.score || (self.score == other.score && self.cost < other.cost)
    }
}

fn outcome(folder: &TempDir, options: &str) -> Outcome {
    let output = backprop(&format!("train {options} --json")).current_dir(folder).output().expect("it runs");
    let last = json_lines(&String::from_utf8(output.stdout).expect("text")).pop().unwrap_or_default();
    let number = |name: &str| last[name].as_f64();
    let note = last["notes"].as_array().and_then(|notes| notes.last()?.as_str()).unwrap_or_default();
    // Training that diverges says so in its only line.
    let told = note.to_owned() + String::from_utf8(output.stderr).expect("text").trim_end();
    let flags =
        note.strip_prefix("What helps: train with ").map(|flags| flags.trim_end_matches('.').to_owned());
    let rate = told.split_once("such as ").map(|(_, rate)| format!("--rate {rate}"));
    let standardize = told.contains("--standardize does it").then(|| "--standardize".to_owned());
    Outcome {
        score: number("r2").or(number("test_correct")).unwrap_or(f64::NEG_INFINITY),
        cost: number("test_cost").unwrap_or(f64::INFINITY),
        advice: flags.or(rate).or(standardize),
        told,
    }
}

/// Returns the options with those of the advice in place of the ones of the same names.
fn followed(options: &str, advice: &str) -> String {
    let names: Vec<&str> = advice.split(' ').filter(|word| word.starts_with("--")).collect();
    let mut kept = Vec::new();
    let mut is_replaced = false;
    for word in options.split(' ') {
        is_replaced = if word.starts_with("--") { names.contains(&word) } else { is_replaced };
        if !is_replaced {
            kept.push(word);
        }
    }
    format!("{} {advice}", kept.join(" "))
}

/// Follows the program's advice until it gives none: a few times, never to do what was done, in numbers as people type
/// them. Returns the outcomes, and the advice between them.
fn advised(folder: &TempDir, trouble: &str) -> (Vec<Outcome>, Vec<String>) {
    let mut options = trouble.to_owned();
    let (mut outcomes, mut taken) = (vec![outcome(folder, trouble)], Vec::new());
    while let Some(flags) = outcomes.last().and_then(|outcome| outcome.advice.clone()) {
        let next = followed(&options, &flags);
        assert_ne!(next, options, "{trouble}: {taken:?}, and {flags} again");
        for word in flags.split(' ').filter(|word| word.contains('.')) {
            let digits = word.trim_start_matches(['0', '.']).replace('.', "");
            assert!(digits.trim_end_matches('0').len() <= 2, "{trouble}: {flags}");
        }
        taken.push(flags);
        assert!(taken.len() < 5, "{trouble}: {taken:?}");
        outcomes.push(outcome(folder, &next));
        options = next;
    }
    (outcomes, taken)
}

/// Follows the program's advice, and asserts that this led to a better network. Returns the advice.
fn advice_helps(folder: &TempDir, trouble: &str) -> Vec<String> {
    let (outcomes, taken) = advised(folder, trouble);
    let is_better = taken.is_empty() || outcomes[taken.len()].is_better_than(&outcomes[0]);
    assert!(is_better, "{trouble}: {taken:?} {outcomes:#?}");
    taken
}

fn folder_of_troubles() -> TempDir {
    let squares = (1..=100).map(|i| format!("{i},{}\n", i * i)).collect::<Vec<_>>().concat();
    let xor = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
    let mut sizes = "size,weight,kind\n".to_owned();
    for (row, number) in numbers(100).take(60).enumerate() {
        let (kind, shift) = [("mittel", 50), ("klein", 0), ("groß", 100)][row % 3];
        writeln!(sizes, "{},{}.5,{kind}", 1000 + 30 * shift + number, shift / 4 + number % 7)
            .expect("in memory");
    }
    folder_with(&[
        ("squares.csv", &squares),
        ("xor.csv", xor),
        ("sizes.csv", &sizes),
        ("houses.csv", &houses(60)),
        ("pixels.csv", &pixels(true)),
    ])
}

#[test]
fn row_7_relu_that_dies_in_regression_is_revived() {
    let folder = folder_of_troubles();
    let trouble = "--data squares.csv --target 2 --activation relu,identity --rate 1 --epochs 5";
    assert_eq!(advice_helps(&folder, trouble), ["--rate 0.033"]);
    assert!(outcome(&folder, &followed(trouble, "--rate 0.033")).score > 0.9);
}

/// Troubles, and how the first advice begins.
const TROUBLES: [(&str, &str); 10] = [
    // ReLU dies in classification.
    ("--data iris --standardize --activation relu --rate 0.8 --epochs 5", "--activation relu,sigmoid"),
    // Saturated tanh outputs, by the rate and by the inputs.
    ("--data iris --standardize --activation tanh --rate 30", "--rate 0.3"),
    ("--data sizes.csv --activation tanh", "--standardize"),
    ("--data sizes.csv --rate 100", "--standardize --rate 0.3"),
    ("--data pixels.csv --pixels raw --sizes 64,8,4", "--pixels scaled"),
    // It diverges.
    ("--data houses.csv --target price --rate 10", "--rate 0.02"),
    // A rate of 100 on digits (row 15).
    (
        "--data digits --train-limit 300 --test-limit 100 --sizes 784,10,10 --epochs 2 --rate 100",
        "--rate 0.3",
    ),
    // Weights that are too large for 784 inputs.
    (
        "--data digits --train-limit 300 --test-limit 100 --sizes 784,10,10 --init normal --activation tanh",
        "--init",
    ),
    // XOR as numbers, stuck at 0.125 (row 15), and as classes.
    ("--data xor.csv --numbers", "--init normal --epochs 5000"),
    ("--data xor --rate 0.001", "--rate 0.3 --init normal --epochs 5000"),
];

/// The first of them, which are learnt in a moment.
const SHORT_TROUBLES: usize = 6;

fn advice_begins_and_helps(troubles: &[(&str, &str)]) {
    let folder = folder_of_troubles();
    for (trouble, first) in troubles {
        let taken = advice_helps(&folder, trouble);
        assert!(taken[0].starts_with(first), "{trouble}: {taken:?}");
    }
}

#[test]
fn row_15_advice_that_is_followed_helps() {
    advice_begins_and_helps(&TROUBLES[..SHORT_TROUBLES]);
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn row_15_advice_that_is_followed_helps_where_learning_takes_longer() {
    advice_begins_and_helps(&TROUBLES[SHORT_TROUBLES..]);
}

/// Data, each with every one of `SETTINGS`.
const DATA: [&str; 8] = [
    "xor",
    "circles",
    "moons",
    "iris",
    "sizes.csv",
    "pixels.csv",
    "houses.csv --target price",
    "squares.csv --target 2",
];

const SETTINGS: [&str; 17] = [
    "",
    "--activation tanh",
    "--activation relu",
    "--rate 10",
    "--rate 100",
    "--rate 0.00001",
    "--batch 10",
    "--activation tanh --rate 10",
    "--activation relu,sigmoid --rate 10",
    "--init normal",
    "--epochs 1",
    "--init normal --rate 10",
    "--activation relu --init normal",
    "--standardize --activation relu --rate 10",
    "--activation relu --init he --rate 1",
    "--activation tanh --init normal --rate 0.1",
    "--batch 100 --rate 0.001",
];

/// Follows the advice in each of these situations. Returns the number of those in which there was any.
fn follow_advice(situations: impl Iterator<Item = String>) -> usize {
    let folder = folder_of_troubles();
    situations.filter(|trouble| !advice_helps(&folder, trouble).is_empty()).count()
}

fn situations() -> impl Iterator<Item = String> {
    let of =
        |data| SETTINGS.iter().map(move |options| format!("--data {data} {options}").trim_end().to_owned());
    DATA.iter().flat_map(of)
}

#[test]
fn advice_helps_in_situations_of_each_kind() {
    // Nothing is learnt here at any rate.
    let endless = "--data sizes.csv --activation relu --init normal".to_owned();
    let followed = follow_advice(situations().skip(1).step_by(19).chain([endless]));
    assert!(followed > 5, "{followed}");
}

#[test]
#[ignore = "minutes in a debug build; run in release"]
fn advice_helps_whatever_the_trouble_is() {
    let followed = follow_advice(situations());
    assert!(followed > 90, "{followed}");
}

#[test]
fn advice_ends_where_nothing_can_be_learnt() {
    let same_inputs: String =
        (0..12).map(|row| format!("1,0.5,{}\n", ["a", "b"][row % 2])).collect::<Vec<_>>().concat();
    let folder = folder_with(&[("same.csv", &same_inputs)]);
    for options in ["", "--activation relu", "--activation tanh --rate 10", "--rate 0.0001 --init normal"] {
        let (outcomes, taken) = advised(&folder, &format!("--data same.csv {options}"));
        let last = &outcomes[taken.len()];
        assert!(last.told.contains("they do not show what would help"), "{options}: {taken:?} {last:?}");
    }
}
