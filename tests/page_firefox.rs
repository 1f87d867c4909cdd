//! The page in Firefox: the same numbers, an edit, a check with a fault, and nothing loaded.
#![cfg(all(feature = "cli", unix))]

mod support;

use backprop::gradient_check::faults::GALLERY;
use serde_json::{Value, json};
use support::cli::{backprop, json_lines, success};
use support::marionette::Firefox;
use support::page::{assert_trained, fragment, page, read_report, same, settings, trainings, with_script};

#[test]
#[ignore = "needs firefox-esr: run by CI"]
fn firefox_computes_every_step_edit_and_report_as_the_program_does() {
    let Some(mut firefox) = Firefox::start() else {
        let is_excused =
            std::env::var_os("BACKPROP_NO_FIREFOX").is_some() || std::env::var_os("CI").is_none();
        assert!(is_excused, "firefox-esr is missing");
        eprintln!("firefox-esr is not there: not tried");
        return;
    };
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
    let (_folder, path, _) = page("");
    with_script(&path, include_str!("support/page/numbers.js"), &task);
    let report = read_report(&firefox.text_of(&path, "", "script#report"));
    for (place, ((options, _), steps)) in settings.iter().zip(&expected).enumerate() {
        assert!(same(&report["forward"][place], &json!(steps)), "{options}");
        assert!(same(&report["back"][place], &json!(steps)), "{options}, backwards");
    }
    assert_trained(&report["trained"], &trainings);
    for (place, name) in faults.iter().enumerate() {
        let output = backprop(&format!("check --engine object --fault {name}")).output().expect("it starts");
        assert_eq!(report["faults"][place].as_str(), std::str::from_utf8(&output.stdout).ok(), "{name}");
    }
    assert!(same(&report["edited"], &json!(support::page::edited_steps())), "edited");
}
