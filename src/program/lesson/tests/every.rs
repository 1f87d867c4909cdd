//! What holds for every lesson: it can be read, asks a question and draws a picture.

use clap::Command;

use super::super::{Entry, LESSONS, Lesson, Question, text};

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
            let lesson = taught(entry, flags.split_whitespace()).expect("what is to be tried can be");
            assert_one_is_readable(entry, &*lesson, flags);
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

/// Runs a lesson with these flags, if they are allowed.
fn taught<'a>(entry: &Entry, flags: impl Iterator<Item = &'a str>) -> Result<Box<dyn Lesson>, clap::Error> {
    let command = (entry.settings)(Command::new("lesson"));
    (entry.run)(&command.try_get_matches_from(std::iter::once("lesson").chain(flags))?)
}

/// Asserts that a lesson can be read and has a picture.
fn assert_one_is_readable(entry: &Entry, lesson: &dyn Lesson, flags: &str) {
    let place = format!("{} {flags}", entry.name);
    let told = [entry.set_up(lesson), entry.result(lesson)];
    for line in told.iter().flat_map(|text| text.lines()) {
        assert!(line.chars().count() <= 80, "{place}: {line}");
        let words = || line.split(|c: char| !c.is_alphanumeric());
        assert!(!words().any(|word| word == "NaN" || word == "inf" || word.len() > 20), "{place}: {line}");
        let numbers = line.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
        assert!(numbers.clone().all(|number| number != 0.0 || number.is_sign_positive()), "{place}: {line}");
    }
    assert!(told[1].lines().count() >= 10, "{place}: {told:?}");
    let question = entry.question(lesson);
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

#[test]
fn extreme_settings_are_refused_or_make_a_readable_lesson() {
    // The least and the most that is allowed, and beyond.
    let numbers = "0 1 -1 0.5 0.001 1e-308 10 20 -100 1000 -1000 1e308 NaN";
    let pairs = "0,0 1e308,1e308 4,1e160 1000,-1000 0.001,1000 4,0 1e-308,1";
    let mut tried = 0;
    for (command, values) in [
        ("nand --bias=-1000 --weights=", pairs),
        ("nand --weights=0.0012345678901234567,-2 --bias=", "0 1e308 1000"),
        ("linear-unit --add=1000,-1000 --rate=", numbers),
        ("linear-unit --from-middle --add=4,0 --rate=", numbers),
        ("linear-unit --rate=10 --add=", pairs),
        ("linear-unit --rate=0.001 --add=", pairs),
        ("sigmoid --bias=0 --weight=0 --input=", numbers),
        ("sigmoid --bias=1000 --weight=-1000 --input=", numbers),
        ("sigmoid --input=10 --bias=", numbers),
        ("sigmoid --input=-0.1 --weight=1000 --bias=", numbers),
        ("sigmoid --input=0.1 --bias=0 --weight=", numbers),
        ("descent --curvatures=0.001,1000 --rate=", numbers),
        ("descent --curvatures=1000,1000 --rate=", numbers),
        ("descent --rate=10 --curvatures=", pairs),
        ("order --seed=0 --listen-to=20 --sizes=", "1,1,1 2,1,1 1,1,2 2,1,2 2,1,1,2 3,2,1 1,20,1"),
        ("slowdown --steps=6 --bias=10 --weight=", numbers),
        ("slowdown --steps=6 --weight=1 --desired=0.5 --rate=0.001 --bias=", numbers),
        ("slowdown --steps=6 --bias=1 --weight=1 --desired=", numbers),
        ("universality --towers=1,2 --steepness=", numbers),
        ("vanishing --layers=10 --gain=1 --init=", "normal"),
        ("vanishing --layers=20 --init=small --gain=", "10 1e308"),
        ("universality --curve=tent --towers=", "1 1,1 5,7,5 9,8 1,1001 0,1 1,2 -1,2"),
    ] {
        let (name, flags) = command.split_once(' ').expect("flags");
        let entry = LESSONS.iter().find(|entry| entry.name == name).expect("a lesson");
        for value in values.split(' ') {
            let flags = format!("{flags}{value}");
            if let Ok(lesson) = taught(entry, flags.split_whitespace()) {
                assert_one_is_readable(entry, &*lesson, &flags);
                tried += 1;
            }
        }
    }
    assert!(tried > 80, "{tried}");
    let descent = LESSONS.iter().find(|entry| entry.name == "descent").expect("a lesson");
    for (rates, allowed) in [("1", true), ("1,2,3", true), ("1,2,3,4", false)] {
        assert_eq!(taught(descent, ["--rate", rates].into_iter()).is_ok(), allowed, "{rates}");
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
