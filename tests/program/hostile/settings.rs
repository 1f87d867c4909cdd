//! Settings that can be typed and cannot train: they are refused, or the report names the one at fault. Without that one, the
//! same network learns. Of two bad settings, each is named that keeps it from learning by itself, and no other.

use std::collections::BTreeMap;

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
        "lambda 100.0 at rate 1.0 multiplies every weight by -24.0 in each step",
        "lambda may be up to 4.0",
    ]);
    let ended = run(&mut backprop("train --data xor --l2 4 --rate 1", &folder)).succeeded();
    assert!(ended.stdout.contains("Regularisation is strong: lambda / samples is 1.0e0"), "{ended:?}");
    run(&mut backprop("train --data xor --l2 1e308", &folder)).refused(&["lambda may be up to 13.33"]);
}

/// Settings, of which each keeps the network from learning by itself. Samples that are too few are never enough.
const BAD: [(&str, &[&str]); 6] = [
    ("--l2", &["1", "20", "100", "1e100"]),
    ("--rate", &["1e-300", "1e-6", "1e-3", "1e3", "1e10"]),
    ("--batch", &["25", "100", "18446744073709551615"]),
    ("--dropout", &["0.95", "0.999999"]),
    ("--epochs", &["1"]),
    ("--train-limit", &["3", "10"]),
];

/// A share of right answers of a network that has learnt.
const LEARNT: f64 = 0.85;

/// Most runs until everything that was advised is done: a refusal comes before what a trained network shows.
const MOST_ADVICE: usize = 4;

type Options = BTreeMap<&'static str, String>;

/// Trains with these settings instead of the good ones. Returns the share of right answers, and what was said.
fn trained(options: &Options) -> (f64, String) {
    let typed: Vec<String> = options.iter().map(|(option, value)| format!("{option} {value}")).collect();
    let good = if options.contains_key("--epochs") { GOOD.trim_end_matches(" --epochs 12") } else { GOOD };
    let ended = run(&mut backprop(&format!("{good} {}", typed.join(" ")), &folder()));
    assert!(matches!(ended.status, Some(0 | 2)) && ended.stderr.lines().count() <= 1, "{typed:?}: {ended:?}");
    result(&ended)
}

/// Returns the options of an advice: `What helps: train with --rate 0.3.`, or the remedy of a refusal.
fn advised(told: &str) -> Vec<(&'static str, String)> {
    let after = |text: &str| {
        let rest = told.split_once(text)?.1;
        let word = rest.split([' ', ';', '\n', '"']).next()?;
        Some(word.trim_end_matches([',', '.']).to_owned())
    };
    let named = |option: &str| BAD.iter().map(|(known, _)| *known).find(|known| *known == option);
    let helps = told.split_once("What helps: train with ").map_or("", |(_, rest)| rest);
    let words: Vec<&str> = helps.split(['"', ' ']).map(|word| word.trim_end_matches('.')).collect();
    let options = words.windows(2).filter_map(|pair| Some((named(pair[0])?, pair[1].to_owned())));
    let refusals = [("--l2", "lambda may be up to "), ("--rate", ", such as "), ("--dropout", ", such as ")];
    let refusal = refusals.into_iter().filter(|(option, _)| match *option {
        "--dropout" => told.contains("try less dropout"),
        "--rate" => told.contains("try a smaller rate"),
        _ => true,
    });
    options.chain(refusal.filter_map(|(option, text)| Some((option, after(text)?)))).collect()
}

/// Follows what is said about two bad settings until nothing is said.
fn check_pair(pair: [(&'static str, &'static str); 2]) {
    let mut options: Options = pair.iter().map(|&(option, value)| (option, value.to_owned())).collect();
    let (at_first, mut told) = trained(&options);
    let (mut right, mut named) = (at_first, Vec::new());
    for _ in 0..MOST_ADVICE {
        let advice = advised(&told);
        if right > LEARNT || advice.is_empty() {
            break;
        }
        for (option, value) in advice {
            named.push(option);
            options.insert(option, value);
        }
        (right, told) = trained(&options);
    }
    let has_few = pair.iter().any(|(option, _)| *option == "--train-limit");
    let is_better = right > LEARNT || (has_few && right > at_first);
    assert!(is_better, "{pair:?}: {at_first}, and {right} with {options:?}: {told}");
    // What was named is at fault by itself.
    for (option, value) in pair {
        if named.contains(&option) {
            let (alone, _) = trained(&Options::from([(option, value.to_owned())]));
            assert!(alone < LEARNT, "{pair:?}: {option} is named, and {alone} with it");
        }
    }
}

fn pairs(values_of_each: usize) -> Vec<[(&'static str, &'static str); 2]> {
    let mut pairs = Vec::new();
    for (index, (first, firsts)) in BAD.iter().enumerate() {
        for (second, seconds) in &BAD[index + 1..] {
            // Another value of each from pair to pair.
            let values = firsts.iter().flat_map(|one| seconds.iter().map(move |other| (*one, *other)));
            let values: Vec<_> = values.collect();
            let first_of_them = 7 * pairs.len() % values.len();
            let chosen = values.iter().cycle().skip(first_of_them).take(values_of_each.min(values.len()));
            pairs.extend(chosen.map(|&(one, other)| [(*first, one), (*second, other)]));
        }
    }
    pairs
}

#[test]
fn of_two_bad_settings_each_is_named() {
    check_pair([("--l2", "100"), ("--batch", "100")]);
    pairs(1).into_iter().step_by(4).for_each(check_pair);
}

#[test]
#[ignore = "all pairs of values: run by CI"]
fn of_two_bad_settings_each_is_named_whatever_their_values() {
    pairs(usize::MAX).into_iter().for_each(check_pair);
}
