//! `step --questions`: a sheet to fill in, and `--plain` with its answers.

use testkit::cli::{backprop, refusal, success};

/// Returns the number and the rest of each line that begins with a number.
fn numbered(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().filter_map(|line| line.trim_start().split_once("  "));
    lines.filter_map(|(number, rest)| Some((number.parse().ok()?, rest))).collect()
}

#[test]
fn every_question_has_its_answer_under_the_same_number_and_gives_none_away() {
    for training in
        ["step --seed 17", "step --train-limit 2 --epochs 2", "step --batch 2 --dropout 0.5 --seed 3"]
    {
        let questions = success(&mut backprop(&format!("{training} --questions")));
        let answers = success(&mut backprop(&format!("{training} --plain")));
        let (asked, answered) = (numbered(&questions), numbered(&answers));
        assert_eq!(asked.len(), answered.len(), "{questions}");
        let mut blanks = 0;
        for ((number, question), (same_number, answer)) in asked.iter().zip(&answered) {
            assert_eq!(number, same_number);
            let Some((name, given)) = question.split_once(" ____________________") else {
                assert_eq!(question, answer, "what is given");
                assert!(question.contains("sample[") || question.contains(" k"), "{question}");
                continue;
            };
            blanks += 1;
            assert!(answer.starts_with(name), "{question}: {answer}");
            assert!(given.is_empty() || given.starts_with("   with t"), "{question}");
            let value = answer.rsplit(' ').next().expect("a value");
            assert!(!question.contains(value), "{question}: {answer}");
        }
        assert!(blanks > 30, "{questions}");
        assert!(questions.lines().all(|line| line.chars().count() <= 100), "{questions}");
        let costs = questions.lines().filter(|line| line.starts_with("The cost of this sample"));
        assert!(
            costs.clone().count() > 0 && costs.into_iter().all(|line| line.ends_with("____")),
            "{questions}"
        );
    }
}

#[test]
fn a_sheet_has_all_that_is_needed_to_fill_it_in() {
    let text = success(&mut backprop("step --seed 17 --questions"));
    let network = success(&mut backprop("step --seed 17 --plain"));
    for name in ["w41", "w4b", "w98", "w9b"].into_iter().filter(|name| network.contains(&format!("{name} ←")))
    {
        assert!(text.contains(&format!("{name} = ")), "{name}: {text}");
    }
    assert!(text.contains("rate 0.3") && text.contains("with t8 = ") && text.contains("x1 = "), "{text}");
    let part = success(&mut backprop("step --seed 17 --questions --phase backward"));
    assert!(part.contains("δ4 = ____") && !part.contains("a4 = ____"), "{part}");
}

#[test]
fn a_sheet_too_long_to_fill_in_and_two_kinds_of_output_are_refused() {
    for arguments in
        ["step --questions --sizes 30,30,10", "step --questions --plain", "step --questions --json"]
    {
        refusal(&mut backprop(arguments));
    }
}
