//! The page's numbers in two browsers: every step, an edit, a check with a fault, trainings; and nothing loaded.

use testkit::marionette::Firefox;
use testkit::page::{assert_computes_as_the_program, browse, read_report, with_script};

#[test]
#[ignore = "needs chromium: run by CI"]
fn chromium_computes_every_step_edit_and_report_as_the_program_does() {
    assert_computes_as_the_program(|path, script, task| browse(path, "", script, task));
}

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
    assert_computes_as_the_program(|path, script, task| {
        with_script(path, script, task);
        read_report(&firefox.text_of(path, "", "script#report"))
    });
}
