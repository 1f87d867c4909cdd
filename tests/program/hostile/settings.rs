//! Settings that can be typed and cannot train: they are refused, or the report names the one at fault. Without that one, the
//! same network learns.

use crate::limits::{Ended, backprop, folder, run};

/// Settings that learn iris: more than nine in ten.
const GOOD: &str = "train --json --data iris --standardize --sizes 4,8,3 --init scaled --epochs 12";

/// Extreme values, with the option that they are for.
const EXTREME: [(&str, &[&str]); 4] = [
    ("--rate", &["5e-324", "1e-300", "1e-12", "1e-6", "1e3", "1e10", "1e100", "1e300", "1.7e308"]),
    ("--l2", &["1e-308", "20", "100", "333.4", "1e4", "1e100", "1.7e308"]),
    ("--dropout", &["0.9", "0.99", "0.999999", "0.9999999999999999"]),
    ("--batch", &["100", "18446744073709551615"]),
];

/// How a refusal or a report names an option.
fn is_named(option: &str, text: &str) -> bool {
    let word = option.trim_start_matches('-');
    text.contains(option) || text.contains(&format!("{word} ")) || (word == "l2" && text.contains("lambda"))
}

/// Returns the share of right answers after the last epoch, and what was said.
fn result(ended: &Ended) -> (f64, String) {
    let last = ended.stdout.lines().last().and_then(|line| serde_json::from_str(line).ok());
    let last: serde_json::Value = last.unwrap_or_default();
    let share = |key: &str| last[key].as_f64().unwrap_or(0.0);
    let notes = last["notes"].to_string();
    (
        if ended.status == Some(0) { share("test_correct") / share("test_total") } else { 0.0 },
        ended.stderr.clone() + &notes,
    )
}

/// Takes settings away that are named, until the network learns.
fn check(mut settings: Vec<(&'static str, &'static str)>) {
    let folder = folder();
    for _ in 0..=settings.len() {
        let typed: Vec<String> = settings.iter().map(|(option, value)| format!("{option} {value}")).collect();
        let ended = run(&mut backprop(&format!("{GOOD} {}", typed.join(" ")), &folder));
        assert!(
            matches!(ended.status, Some(0 | 2)) && ended.stderr.lines().count() <= 1,
            "{typed:?}: {ended:?}"
        );
        let (right, told) = result(&ended);
        if right > 0.85 {
            return;
        }
        let at_fault = settings.iter().position(|(option, _)| is_named(option, &told));
        let at_fault = at_fault.unwrap_or_else(|| panic!("{typed:?}: {right}, and none is named: {told}"));
        settings.remove(at_fault);
    }
    panic!("without what was named it does not learn either");
}

#[test]
fn an_extreme_setting_trains_or_is_named() {
    check(Vec::new());
    for (option, values) in EXTREME {
        for value in values {
            check(vec![(option, value)]);
        }
    }
}

#[test]
fn the_largest_lambda_that_works_is_named_and_works() {
    let folder = folder();
    run(&mut backprop("train --data xor --l2 100 --rate 1", &folder)).refused(&[
        "lambda 100.0 at rate 1.0 multiplies every weight by -2.400e1",
        "lambda may be up to 4.0",
    ]);
    let ended = run(&mut backprop("train --data xor --l2 4 --rate 1", &folder)).succeeded();
    assert!(ended.stdout.contains("Regularisation takes 100 % of every weight"), "{ended:?}");
    run(&mut backprop("train --data xor --l2 1e308", &folder)).refused(&["lambda may be up to 13.33"]);
}
