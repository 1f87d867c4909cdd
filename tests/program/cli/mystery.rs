//! `check --mystery`: nothing names the fault, and the report is enough to find it.

use std::fs;

use backprop::gradient_check::faults::Fault;

use testkit::cli::{backprop, json_lines, refusal, success};

use crate::check::failure;
use crate::sheet::{NAMES, Sheet};

/// Returns the names of the gallery, and for each a mystery that hides it.
fn mysteries() -> Vec<(String, String)> {
    let list = json_lines(&success(&mut backprop("check --list-faults --json")));
    let names = list.iter().map(|fault| fault["name"].as_str().expect("a name").to_owned());
    let hides = |name: &str| {
        let seeds = (0..).map(|number| number.to_string());
        seeds.take(1000).find(|seed| Fault::mystery(seed).0.name == name).expect("a seed below 1000")
    };
    names.map(|name| (hides(&name), name)).collect()
}

#[test]
fn a_mystery_hides_name_and_diagnosis_and_knows_its_answer() {
    mysteries().into_iter().step_by(6).for_each(keeps_its_secret);
}

#[test]
#[ignore = "every fault, seconds in a debug build; run in release"]
fn every_mystery_hides_name_and_diagnosis_and_knows_its_answer() {
    mysteries().into_iter().for_each(keeps_its_secret);
}

/// Asserts that the mystery of this seed does not name its fault, and knows it.
fn keeps_its_secret((seed, name): (String, String)) {
    let text = failure(&format!("check --engine object --mystery {seed}"));
    assert!(text.starts_with("Gradient check of a mystery fault on the object graph"), "{text}");
    assert!(text.contains("DISAGREE") && !text.contains("Diagnosis"), "{text}");
    assert!(!text.contains(&name), "{name} is named: {text}");
    assert_eq!(text, failure(&format!("check --engine object --mystery {seed}")), "the same again");
    let [report] = &json_lines(&failure(&format!("check --mystery {seed} --json")))[..] else { panic!() };
    assert!(report["engines"].as_array().expect("a list").iter().all(|one| one["diagnosis"].is_null()));
    assert!(!report.to_string().contains(&name), "{report}");

    let right = success(&mut backprop(&format!("check --mystery {seed} --answer {name}")));
    assert!(right.starts_with(&format!("Right: {name}.")), "{right}");
    let other = if name == "transposed" { "sign-flipped" } else { "transposed" };
    let wrong = failure(&format!("check --mystery {seed} --answer {other}"));
    assert!(wrong.starts_with("No. ") && !wrong.contains(&format!(" {name} ")), "{wrong}");
    let json = failure(&format!("check --mystery {seed} --answer {other} --json"));
    assert_eq!(json_lines(&json)[0]["right"], false);
}

#[test]
fn each_of_the_nineteen_is_found_by_its_report_and_the_formulas_of_the_gallery() {
    let mysteries = mysteries();
    let names: Vec<&str> = mysteries.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, NAMES);
    for (seed, name) in &mysteries {
        let text = failure(&format!("check --mystery {seed}"));
        let sheet = Sheet::read(&text);
        let found: Vec<&str> = NAMES.iter().copied().filter(|name| sheet.fits(name)).collect();
        assert_eq!(found, [name], "{seed}: {text}");
    }
}

#[test]
#[ignore = "two hundred mysteries, a minute in a debug build; run in release"]
fn any_mystery_is_found_by_its_report() {
    for seed in (0..200).map(|number| format!("student {number}")) {
        let output = backprop("check").args(["--mystery", &seed]).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("text");
        let sheet = Sheet::read(&text);
        let found: Vec<&str> = NAMES.iter().copied().filter(|name| sheet.fits(name)).collect();
        assert_eq!(found, [Fault::mystery(&seed).0.name], "{seed}: {text}");
    }
}

#[test]
fn what_speaks_against_a_wrong_answer_is_in_the_report_and_true() {
    for seed in ["ada", "grace", "3"] {
        let text = failure(&format!("check --mystery {seed}"));
        let sheet = Sheet::read(&text);
        let truth = Fault::mystery(seed).0.name;
        for name in NAMES.iter().copied().filter(|name| *name != truth) {
            let told = failure(&format!("check --mystery {seed} --answer {name}"));
            let told = told.lines().next().expect("a line").strip_prefix("No. ").expect(&told);
            if let Some(rest) = told.strip_prefix(&format!("With {name}, the analytic gradient in ")) {
                let (_, rest) = rest.split_once(" would be ").expect(told);
                let (would_be, is) = rest.split_once("; in this report it is ").expect(told);
                let is = is.trim_end_matches('.');
                assert!(would_be != is && text.contains(is), "{seed}: {told}\n{text}");
                let would_be: f64 = would_be.parse().expect(told);
                assert!(sheet.would_have(name, would_be), "{seed}: {told}\n{text}");
            } else if let Some(rest) = told.strip_prefix(&format!("With {name}, ")) {
                let group = &rest[..4];
                let row = text.lines().find(|line| line.trim_start().starts_with(group)).expect(told);
                let disagree: usize = row.split_whitespace().nth(3).expect(row).parse().expect(row);
                assert_eq!(
                    disagree > 0,
                    told.ends_with("in this report it disagrees."),
                    "{seed}: {told}\n{text}"
                );
                let would_agree = rest[4..].starts_with(" would agree");
                assert!(would_agree != (disagree == 0), "{told}");
                assert_eq!(sheet.would_leave_right(name, group), would_agree, "{seed}: {told}\n{text}");
            } else if told.starts_with(&format!("{name} is a mistake in ")) {
                assert!(
                    told.ends_with("in tanh neurons, but these are sigmoid neurons.") && !sheet.tanh,
                    "{told}"
                );
            } else {
                assert_eq!(
                    told,
                    format!(
                        "In this network, with this cost and these samples, {name} would change nothing."
                    )
                );
                assert!(
                    ["W[1]", "b[1]", "W[2]", "b[2]", "W[3]", "b[3]"]
                        .iter()
                        .all(|group| sheet.would_leave_right(name, group))
                );
            }
        }
    }
}

#[test]
fn an_explanation_names_the_line_that_is_wrong() {
    let answer = "check --mystery ada --answer first-connection-only";
    let right = success(&mut backprop(&format!("{answer} --explain 4")));
    assert!(right.contains("Line 4, as it should be: δ[l] ="), "{right}");
    let wrong = failure(&format!("{answer} --explain 3"));
    assert!(wrong.starts_with("No. first-connection-only is not a mistake in line 3."), "{wrong}");
    let wrong = failure("check --mystery ada --answer transposed --explain 4");
    assert!(wrong.starts_with("No. With transposed"), "{wrong}");
    let json = &json_lines(&failure(&format!("{answer} --explain 3 --json")))[0];
    assert_eq!((&json["explain"], &json["right"]), (&3.into(), &false.into()));
    for arguments in
        ["check --mystery ada --explain 4", "check --mystery ada --answer transposed --explain 10"]
    {
        refusal(&mut backprop(arguments));
    }
}

#[test]
fn a_teacher_gets_the_answers_of_a_list_of_names() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("class.txt"), "ada\n\n José \r\n").expect("a file");
    let list = |options: &str| {
        success(backprop(&format!("check --mystery-answers class.txt {options}")).current_dir(folder.path()))
    };
    let (ada, jose) = (Fault::mystery("ada").0.name, Fault::mystery("José").0.name);
    let lines: Vec<String> = list("").lines().map(str::to_owned).collect();
    assert!(
        lines.len() == 2 && lines[0] == format!("ada   line 4  {ada}") && lines[1].ends_with(jose),
        "{lines:?}"
    );
    for line in json_lines(&list("--json")) {
        let (name, line) = (line["name"].as_str().expect("a name"), &line["line"]);
        success(
            backprop("check")
                .args(["--mystery", name, "--answer", Fault::mystery(name).0.name])
                .args(["--explain", &line.to_string()]),
        );
    }
    refusal(backprop("check --mystery-answers missing.txt").current_dir(folder.path()));
}
