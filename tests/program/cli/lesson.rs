//! `backprop lesson` as a user runs it.

use testkit::cli::{backprop, json_lines, refusal, success};

/// Returns the name and summary of every lesson, and its file.
fn lessons() -> Vec<(String, String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let entries = json_lines(&success(&mut backprop("lesson --json")));
    entries
        .iter()
        .map(|entry| (text(&entry["name"]), text(&entry["summary"]), text(&entry["path"])))
        .collect()
}

#[test]
fn without_a_name_every_lesson_is_listed_in_one_line() {
    let text = success(&mut backprop("lesson"));
    assert_eq!(text, success(&mut backprop("lesson --list")));
    let lessons = lessons();
    assert_eq!(lessons.len(), 11);
    for (name, summary, _) in &lessons {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        assert!(line.is_some_and(|line| line.ends_with(summary)), "{name}: {text}");
        assert!(line.is_some_and(|line| line.chars().count() <= 80), "{line:?}");
    }
}

#[test]
fn a_lesson_is_told_the_same_way_every_time_and_drawn_where_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("circle.svg");
    let told = success(&mut backprop("lesson perceptron"));
    let drawn = success(backprop("lesson perceptron --plot").arg(&picture));
    assert_eq!(told.lines().next(), drawn.lines().next());
    let body = |text: &str| text.lines().filter(|line| !line.contains("picture")).collect::<String>();
    assert_eq!(body(&told), body(&drawn));
    assert!(told.contains("Three things to try (answers: backprop lesson perceptron --answers)"), "{told}");
    let svg = std::fs::read_to_string(&picture).expect("the picture was written");
    assert!(svg.starts_with("<svg") && svg.matches("<polyline").count() > 1, "{svg}");
    success(backprop("lesson perceptron --plot").arg(&picture));
    assert_eq!(svg, std::fs::read_to_string(&picture).expect("it was written again"));
}

#[test]
fn the_numbers_come_as_one_json_object() {
    let text = success(&mut backprop("lesson perceptron --json"));
    assert_eq!(text.lines().count(), 1);
    let numbers: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(numbers["gates"].as_array().map(Vec::len), Some(16));
}

#[test]
fn the_reader_is_asked_before_the_answer_unless_quiet() {
    let asked = success(&mut backprop("lesson descent"));
    let (before, after) = asked.split_once("What do you expect?").expect("it asks");
    assert!(before.contains("A valley C =") && !before.contains("The height C"), "{asked}");
    assert!(after.contains("\nIt is d.\n") && after.contains("The height C after each step:"), "{asked}");
    let quiet = success(&mut backprop("lesson descent --quiet-answers"));
    assert!(!quiet.contains("expect") && !quiet.contains("It is"), "{quiet}");
    assert!(quiet.contains("A valley C =") && quiet.contains("The height C after each step:"), "{quiet}");
}

#[test]
fn settings_are_flags_and_change_the_answer() {
    let told = success(&mut backprop("lesson descent --rate 0.25"));
    assert!(told.contains("after 30 steps at a rate of 0.25?") && told.contains("\nIt is c.\n"), "{told}");
    let told = success(&mut backprop("lesson nand --weights 2,2 --bias -3"));
    assert!(told.contains("As a gate: AND.") && told.contains("\nIt is c.\n"), "{told}");
    assert_eq!(
        success(&mut backprop("lesson nand --weights -2,-2 --bias 3")),
        success(&mut backprop("lesson nand"))
    );
    let help = success(&mut backprop("lesson descent --help"));
    assert!(help.contains("--rate") && help.contains("--curvatures"), "{help}");
    let sentence = refusal(&mut backprop("lesson descent --rate fast"));
    assert!(sentence.contains("'fast' is not a number"), "{sentence}");
    refusal(&mut backprop("lesson descent --weights 1,1"));
}

#[test]
fn each_thing_to_try_has_an_answer() {
    for (name, _, _) in lessons() {
        let told = success(backprop("lesson --answers").arg(&name));
        let commands =
            told.lines().filter(|line| line.contains(&format!(". backprop lesson {name} --"))).count();
        assert_eq!(commands, 3, "{told}");
        let question = told.lines().position(|line| line.contains('?')).expect("a question");
        assert!(told.lines().count() > question + 6, "{told}");
    }
}

#[test]
fn the_lesson_xor_trains_as_train_does() {
    let lesson = success(&mut backprop("lesson xor --seed 4 --runs 1 --json"));
    let lesson: serde_json::Value = serde_json::from_str(&lesson).expect("JSON");
    let options = "--engine object --data xor --sizes 2,2,1 --init normal --rate 2 --epochs 2000 --seed 4";
    let epochs = json_lines(&success(&mut backprop(&format!("train {options} --json"))));
    let last = &epochs[epochs.len() - 1];
    let costs = lesson["shown"]["costs"].as_array().expect("a list");
    assert_eq!(costs[costs.len() - 1], serde_json::json!([2000, last["test_cost"]]));
}

/// In a terminal it waits for the reader. (util-linux's `script` makes the terminal.)
#[test]
#[cfg(target_os = "linux")]
fn in_a_terminal_it_waits_for_what_the_reader_expects() {
    use std::io::Write as _;

    let command = format!("{} lesson descent", env!("CARGO_BIN_EXE_backprop"));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--flush", "--command", &command, "/dev/null"]);
    script.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let Ok(mut terminal) = script.spawn() else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "script is not installed, and CI must run this test"
        );
        eprintln!("script is not installed: nothing was tested (apt-get install bsdutils)");
        return;
    };
    terminal.stdin.as_mut().expect("a pipe").write_all(b"a\n").expect("the terminal takes keys");
    let told = terminal.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&told.stdout).replace('\r', "");
    assert!(told.contains("a to d, or just enter: ") && told.contains("\nNo, it is d.\n"), "{told}");
}

#[test]
fn the_source_is_the_file() {
    let path = testkit::root();
    for (name, _, file) in lessons() {
        let file = std::fs::read_to_string(path.join(file)).expect("the path is right");
        assert_eq!(success(backprop("lesson --source").arg(name)), file);
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    let sentence = refusal(&mut backprop("lesson gravity"));
    assert!(sentence.contains("gravity") && sentence.contains("vanishing"), "{sentence}");
    let sentence = refusal(&mut backprop("lesson nand --plot nand.png"));
    assert!(sentence.contains("nand.png") && sentence.contains(".svg"), "{sentence}");
    let sentence = refusal(&mut backprop("lesson nand --plot /no/such/folder/nand.svg"));
    assert!(sentence.contains("/no/such/folder/nand.svg"), "{sentence}");
    refusal(&mut backprop("lesson --plot all.svg"));
    refusal(&mut backprop("lesson nand --source --json"));
}
