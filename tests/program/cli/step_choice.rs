//! `--only`, `--phase`, `--from-step` and `--to-step` select what `backprop step` prints.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;

use testkit::cli::{backprop, refusal, success};

/// The steps of these trainings have all phases, names with and without commas, and more than one sample, mini-batch
/// and epoch.
const TRAININGS: [&str; 5] = [
    "step",
    "step --train-limit 3 --epochs 2",
    "step --train-limit 5 --batch 2 --dropout 0.5 --seed 3",
    "step --sizes 2,3,3,1 --l2 0.1 --epochs 2",
    "step --sizes 9,2,3 --train-limit 2 --epochs 3",
];

/// The whole output of a training.
struct Whole {
    training: &'static str,
    json: Vec<String>,
    steps: Vec<serde_json::Value>,
    plain: Vec<Line>,
}

static WHOLE: LazyLock<[Whole; 5]> = LazyLock::new(|| {
    TRAININGS.map(|training| {
        let json = success(&mut backprop(&format!("{training} --json")));
        let json: Vec<String> = json.lines().map(str::to_owned).collect();
        let (plain, _) = lines(&success(&mut backprop(&format!("{training} --plain"))));
        Whole { training, steps: json.iter().map(|line| self::json(line)).collect(), json, plain }
    })
});

/// The phases, as JSON calls them, of each part of training.
const PARTS: [(&str, &[&str]); 4] = [
    ("forward", &["set-input", "drop-out", "output"]),
    ("cost", &["output-delta"]),
    ("backward", &["hidden-delta"]),
    ("learn", &["update-weight", "add-gradient", "update-by-mean"]),
];

/// Options, and the same said independently of the program.
#[derive(Debug, Clone)]
struct Choice {
    /// Its place in [`TRAININGS`].
    training: usize,
    /// Names as JSON has them.
    only: Option<BTreeSet<String>>,
    phases: Option<BTreeSet<&'static str>>,
    from: Option<usize>,
    to: Option<usize>,
    options: String,
}

impl Choice {
    fn has(&self, step: &serde_json::Value) -> bool {
        let text = |field: &str| step[field].as_str().expect("text");
        let number = step["step"].as_u64().expect("a number") as usize;
        self.only.as_ref().is_none_or(|names| names.contains(text("name")))
            && self.phases.as_ref().is_none_or(|phases| phases.contains(text("phase")))
            && self.from.is_none_or(|from| number >= from)
            && self.to.is_none_or(|to| number <= to)
    }
}

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("JSON")
}

/// Returns some steps of a training, by their places in what it prints, to take names and numbers from.
fn choices() -> impl Strategy<Value = Choice> {
    let places = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let only = prop::option::of(prop::collection::vec(any::<prop::sample::Index>(), 1..5));
    let parts = prop::option::weighted(0.4, prop::sample::subsequence(PARTS.to_vec(), 1..3));
    (0..TRAININGS.len(), only, parts, places, any::<(bool, bool)>()).prop_map(
        |(training, only, parts, (one, other), (has_from, has_to))| {
            let steps = &WHOLE[training].steps;
            let mut options = Vec::new();
            let only = only.map(|places| {
                let names = places.iter().map(|place| place.get(steps)["name"].as_str().expect("a name"));
                let names: BTreeSet<String> = names.map(str::to_owned).collect();
                let list: Vec<&str> = names.iter().map(String::as_str).collect();
                options.push(format!("--only {}", list.join(",").replace(['(', ')'], "")));
                names
            });
            let phases = parts.map(|parts| {
                let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
                options.push(format!("--phase {}", names.join(",")));
                parts.iter().flat_map(|(_, phases)| phases.iter().copied()).collect()
            });
            let (one, other) = (one.index(steps.len()) + 1, other.index(steps.len()) + 1);
            let from = has_from.then_some(one.min(other));
            let to = has_to.then_some(one.max(other));
            options.extend(from.map(|step| format!("--from-step {step}")));
            options.extend(to.map(|step| format!("--to-step {step}")));
            Choice { training, only, phases, from, to, options: options.join(" ") }
        },
    )
}

/// A step of plain text, with the headings that apply to it.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    /// The headings of epochs, samples and mini-batches, and those of phases.
    headings: Vec<String>,
    text: String,
}

/// Returns the steps of a text, and the headings; a heading ends those before that are below it.
fn lines(text: &str) -> (Vec<Line>, Vec<String>) {
    let (mut steps, mut headings, mut all): (Vec<Line>, Vec<(usize, String)>, Vec<String>) =
        Default::default();
    for line in text.lines().skip(3).filter(|line| !line.is_empty()) {
        if line.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
            steps.push(Line {
                headings: headings.iter().map(|(_, heading)| heading.clone()).collect(),
                text: line.to_owned(),
            });
            continue;
        }
        let level = match line {
            _ if line.starts_with("Epoch ") => 0,
            _ if line.starts_with("Sample ") => 1,
            _ if line.starts_with("The cost ") => 2,
            _ => 3,
        };
        headings.retain(|(above, _)| *above < level);
        // The cost is above the deltas of the output layer; a whole mini-batch is not part of its last sample.
        if level == 3 && !line.ends_with("the output layer") {
            headings.retain(|(above, _)| *above != 2);
        }
        if line.contains("by the mean of") {
            headings.retain(|(above, _)| *above != 1);
        }
        headings.push((level, line.to_owned()));
        all.push(line.to_owned());
    }
    (steps, all)
}

/// Returns the headings that are printed if each step gets those which the step before it did not have.
fn needed(steps: &[Line]) -> Vec<String> {
    let mut needed = Vec::new();
    let mut before: &[String] = &[];
    for step in steps {
        let same = before.iter().zip(&step.headings).take_while(|(one, other)| one == other).count();
        needed.extend(step.headings[same..].iter().cloned());
        before = &step.headings;
    }
    needed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_for_is_printed_and_nothing_else(choice in choices()) {
        assert_printed(&choice)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    #[ignore = "seconds in a debug build; run in release"]
    fn what_is_asked_for_in_a_hundred_ways_is_printed_and_nothing_else(choice in choices()) {
        assert_printed(&choice)?;
    }
}

/// Asserts that the chosen steps of the whole are printed, as JSON and as text with the headings they need.
fn assert_printed(choice: &Choice) -> Result<(), TestCaseError> {
    let Whole { training, json, steps, plain } = &WHOLE[choice.training];
    let options = &choice.options;
    let places: Vec<usize> = (0..steps.len()).filter(|&place| choice.has(&steps[place])).collect();
    let expected: Vec<&str> = places.iter().map(|&place| json[place].as_str()).collect();
    if expected.is_empty() {
        refusal(&mut backprop(&format!("{training} {options} --json")));
        refusal(&mut backprop(&format!("{training} {options} --plain")));
        return Ok(());
    }
    let printed = success(&mut backprop(&format!("{training} {options} --json")));
    prop_assert_eq!(printed.lines().collect::<Vec<_>>(), expected);

    let plain: Vec<Line> = places.iter().map(|&place| plain[place].clone()).collect();
    let (chosen, headings) = lines(&success(&mut backprop(&format!("{training} {options} --plain"))));
    prop_assert_eq!(&chosen, &plain);
    prop_assert_eq!(headings, needed(&plain));
    Ok(())
}

/// Returns the names that a list leaves, in the order of the steps, each once.
fn names(arguments: &str) -> String {
    let printed = success(&mut backprop(&format!("step --json {arguments}")));
    let names = printed.lines().map(|line| json(line)["name"].as_str().expect("a name").to_owned());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn ranges_run_from_name_to_name_and_of_weights_at_both_ends() {
    for (list, expected) in [
        ("a4..a9", "a4 a5 a6 a7 a8 a9"),
        ("d8,δ9,d0-3,δ(1-4)", "δ8 δ9 δ(1-4) δ(0-3)"),
        ("d7..d9,x2..x2", "x2 δ8 δ9 δ7"),
        ("w41..w4b", "w41 w42 w43 w4b"),
        ("w41..w52,w9b", "w41 w51 w42 w52 w9b"),
        ("w4b..w6b", "w4b w5b w6b"),
        ("w8,4,w9,b,a8", "a8 w84 w9b"),
    ] {
        assert_eq!(names(&format!("--only {list}")), expected, "{list}");
    }
    let large = "--sizes 12,3,11 --only";
    assert_eq!(names(&format!("{large} w13,11..w14,12,w13b")), "w13,11 w14,11 w13,12 w14,12 w13,b");
    assert_eq!(names(&format!("{large} w131,w26,b")), "w13,1 w26,b");
    assert_eq!(names("--batch 2 --only g84 --phase learn"), "g84 g84");
}

#[test]
fn a_name_that_is_not_there_gets_the_one_near_it_or_all_there_are() {
    let all = "names here are x1..x3, a4..a9, d1..d9, d0-3, d1-4, w41..w97, w4b..w9b";
    for (arguments, sentence) in [
        ("--only a2", "there is no 'a2' here; did you mean x2?"),
        ("--only x5", "did you mean a5?"),
        ("--only A4", "did you mean a4?"),
        ("--only a4,w48,d4", "there is no 'w48' here; did you mean w84?"),
        ("--only a10", all),
        ("--only w4", all),
        ("--only t8", all),
        ("--only a4,,d4", all),
        ("--only a04", all),
        ("--only w4+1", all),
        ("--only ä", all),
        ("--only k4", "add --dropout"),
        ("--only g84", "add --batch"),
        ("--batch 2 --only k4", "add --dropout"),
        ("--dropout 0.5 --only k8", "k4..k7, d1..d9, d0-3, d1-4, g41..g97, g4b..g9b, w41..w97"),
        ("--only a9..a4", "does not run"),
        ("--only x1..a4", "does not run"),
        ("--only w51..w42", "does not run"),
        ("--only d0-3..d1-4", "does not run"),
        ("--only a4..9", "there is no '9' here"),
        ("--sizes 87,1000 --only w9987", "'w9987' may be w99,87 or w998,7; write it with the comma"),
    ] {
        let line = refusal(&mut backprop(&format!("step --plain {arguments}")));
        assert!(line.contains(sentence), "{arguments}: expected {sentence:?} in: {line}");
    }
}
