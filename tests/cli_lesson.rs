//! `backprop lesson` as a user runs it.
#![cfg(feature = "cli")]

mod support;

use backprop::lesson::LESSONS;
use support::cli::{backprop, refusal, success};

#[test]
fn without_a_name_every_lesson_is_listed_in_one_line() {
    let text = success(&mut backprop("lesson"));
    assert_eq!(text, success(&mut backprop("lesson --list")));
    for entry in &LESSONS {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(entry.name));
        assert!(line.is_some_and(|line| line.ends_with(entry.summary)), "{}: {text}", entry.name);
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
    assert!(told.contains("Three things to try in src/lesson/perceptron.rs"), "{told}");
    let svg = std::fs::read_to_string(&picture).expect("the picture was written");
    let entry = backprop::lesson::Entry::find("perceptron").expect("it is a lesson");
    assert_eq!(svg, (entry.run)().figure().to_svg());
}

#[test]
fn the_numbers_come_as_one_json_object() {
    let text = success(&mut backprop("lesson perceptron --json"));
    assert_eq!(text.lines().count(), 1);
    let numbers: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(numbers["gates"].as_array().map(Vec::len), Some(16));
    assert_eq!(success(&mut backprop("lesson --json")).lines().count(), LESSONS.len());
}

#[test]
fn the_source_is_the_file() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in &LESSONS {
        let file = std::fs::read_to_string(path.join(entry.path)).expect("the path is right");
        assert_eq!(success(backprop("lesson --source").arg(entry.name)), file);
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
