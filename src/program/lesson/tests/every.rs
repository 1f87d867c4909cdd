//! What holds for every lesson: it can be read, asks a question and draws a picture.

use clap::Command;

use super::super::{Entry, LESSONS, Question, text};

#[test]
fn every_lesson_is_readable_and_draws_a_picture() {
    // Two lessons do less than by default, as they take seconds in a debug build.
    assert_readable(|entry| match entry.name {
        "initialisation" => vec!["--epochs 1"],
        "xor" => vec!["--runs 10"],
        _ => vec![""],
    });
}

#[test]
#[ignore = "half a minute in a debug build; run in release"]
fn every_lesson_is_readable_whatever_is_tried() {
    assert_readable(|entry| entry.text.tries().iter().map(|one| one.flags).chain([""]).collect());
}

/// Asserts that every lesson can be read and has a picture, with these flags.
fn assert_readable(flags: impl Fn(&Entry) -> Vec<&'static str>) {
    for entry in &LESSONS {
        for flags in flags(entry) {
            let place = format!("{} {flags}", entry.name);
            let command = (entry.settings)(Command::new("lesson"));
            let words = std::iter::once("lesson").chain(flags.split_whitespace());
            let matches = command.try_get_matches_from(words).expect("what is to be tried can be");
            let lesson = (entry.run)(&matches).expect("what is to be tried can be");
            let told = [entry.set_up(&*lesson), entry.result(&*lesson)];
            for line in told.iter().flat_map(|text| text.lines()) {
                assert!(line.chars().count() <= 80, "{place}: {line}");
                let words = || line.split(|c: char| !c.is_alphanumeric());
                assert!(!words().any(|word| word == "NaN" || word == "inf"), "{place}: {line}");
            }
            assert!(told[1].lines().count() >= 10, "{place}: {told:?}");
            let question = entry.question(&*lesson);
            assert!(question.text.ends_with('?') && question.right < question.choices.len(), "{place}");
            assert!(question.choices.len() > 1, "{place}: {question:?}");
            let figure = lesson.figure();
            assert!(figure.panels.iter().all(|panel| !panel.series.is_empty()), "{place}");
            let svg = figure.to_svg();
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{place}");
            let marks: usize = ["<polyline", "<circle"].map(|mark| svg.matches(mark).count()).iter().sum();
            assert!(marks > figure.panels.len(), "{place}");
            assert!(lesson.numbers().is_object(), "{place}");
        }
        assert_eq!(entry.text.tries().len(), 3, "{}", entry.name);
        for one in entry.text.tries() {
            assert!(
                one.question.contains('?') && one.answer.ends_with(['.', ')']),
                "{}: {one:?}",
                entry.name
            );
        }
    }
}

#[test]
fn a_question_is_answered_by_its_letter() {
    let choices = ["the first", "the second"].map(str::to_owned).to_vec();
    let question = Question { text: "Which?".to_owned(), choices, right: 1 };
    assert_eq!(
        (question.choice("a\n"), question.choice(" B "), question.choice("c")),
        (Some(0), Some(1), None)
    );
    assert_eq!((question.choice(""), question.choice("ab")), (None, None));
    assert_eq!(Question::letter(question.right), 'b');
}

#[test]
fn long_sentences_become_lines_of_at_most_eighty_characters() {
    let text = text::wrapped(&"word ".repeat(40), 3);
    assert!(text.lines().all(|line| line.len() <= 80 && line.starts_with("   word")), "{text}");
    assert_eq!(text.matches("word").count(), 40);
    let formula = text::wrapped(&format!("{} a(1 - a) b", "x".repeat(74)), 0);
    assert_eq!(formula.lines().nth(1), Some("a(1 - a) b"));
}
