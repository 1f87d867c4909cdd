//! What a model that somebody else made says of its data: it is refused in one line, or used, whatever table comes with it.

use serde_json::{Value, json};

use crate::limits::{backprop, folder, read, run, write};

const TABLE: &str = "a,b,c,kind\n1,2,3,red\n4,5,6,blue\n7,8,1,red\n2,1,0,blue\n";

/// Tables to ask about: the same, without header, without answer, too short, of words, and one with a name twice.
const ASKED: [&str; 6] =
    [TABLE, "1,2,3,red\n4,5,6,blue\n", "1,2,3\n4,5,6\n", "1,2\n3,4\n", "a,b,c\nx,,y\n", "a,a,b\n1,2,3\n"];

/// Numbers and other values that a column's place, a count or a scale should not have.
fn odd() -> Vec<Value> {
    let numbers = [0, 1, 4, 5, 77, u64::from(u32::MAX), 1 << 63, u64::MAX].map(|number| json!(number));
    let others = [
        json!(-1),
        json!(1e308),
        json!(null),
        json!("\u{1b}[2J"),
        json!([]),
        json!([2, 2]),
        json!([0, 1e308, 5e-324]),
    ];
    numbers.into_iter().chain(others).collect()
}

/// Tells every lie, or every Nth. Returns how many of the models were used.
fn check_lies(every: usize) -> usize {
    let folder = folder();
    write(&folder, "table.csv", TABLE);
    let trained = "train --data table.csv --standardize --sizes 3,2,2 --epochs 1 --quiet --out model.json";
    run(&mut backprop(trained, &folder)).succeeded();
    let mut honest: Value = serde_json::from_slice(&read(&folder, "model.json")).expect("JSON");
    honest.as_object_mut().expect("an object").remove("crc32");
    for (number, asked) in ASKED.iter().enumerate() {
        write(&folder, format!("{number}.csv"), asked);
    }
    let places = [
        "/columns",
        "/inputs/0/number",
        "/inputs/2/number",
        "/inputs",
        "/inputs/1/word",
        "/outputs/0/number",
        "/outputs",
        "/standardization/mean",
        "/standardization/deviation/0",
        "/image",
        "/fill",
        "/missing",
        "/targets",
        "/answers/classes",
    ];
    let (mut told, mut used) = (0, 0);
    for (index, place) in places.iter().enumerate() {
        for (turn, value) in odd().into_iter().enumerate() {
            for nameless in [false, true] {
                told += 1;
                if told % every != 0 {
                    continue;
                }
                let mut lie = honest.clone();
                for list in ["inputs", "outputs"] {
                    for column in lie[list].as_array_mut().expect("a list").iter_mut().filter(|_| nameless) {
                        column.as_object_mut().expect("an object").remove("name");
                    }
                }
                match lie.pointer_mut(place) {
                    Some(there) => *there = value.clone(),
                    None if place.rfind('/') == Some(0) => lie[&place[1..]] = value.clone(),
                    None => continue,
                }
                write(&folder, "lie.json", lie.to_string());
                // One table at a time, another for each lie.
                let asked = (index + turn) % ASKED.len();
                let command =
                    ["evaluate --model lie.json --data", "predict --model lie.json --index 0 --data"]
                        [usize::from(nameless) ^ (turn % 2)];
                let ended = run(&mut backprop(&format!("{command} {asked}.csv"), &folder));
                let is_fine =
                    matches!((ended.status, ended.stderr.lines().count()), (Some(0), 0) | (Some(2), 1));
                assert!(
                    is_fine && !ended.stdout.contains('\u{1b}'),
                    "{place} {value}, {asked}.csv: {ended:?}"
                );
                used += usize::from(ended.status == Some(0));
            }
        }
    }
    used
}

#[test]
fn a_model_that_lies_about_its_table_is_refused_or_used() {
    let used = check_lies(7);
    assert!(used > 2, "{used} were used");
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn a_model_that_lies_about_its_table_is_refused_or_used_whatever_it_says() {
    let used = check_lies(1);
    assert!(used > 10, "{used} were used");
}

#[test]
fn a_table_with_one_name_for_two_columns_is_read_again_by_the_network_trained_on_it() {
    let folder = folder();
    write(&folder, "twice.csv", "a,a,,,kind\n1,2,3,4,red\n4,5,6,5,blue\n7,8,1,1,red\n");
    run(&mut backprop("train --data twice.csv --epochs 1 --quiet --out model.json", &folder)).succeeded();
    for command in [
        "evaluate --model model.json --data twice.csv",
        "predict --model model.json --index 0 --data twice.csv",
    ] {
        run(&mut backprop(command, &folder)).succeeded();
    }
    write(&folder, "moved.csv", "kind,a,a,,\nred,1,2,3,4\n");
    run(&mut backprop("evaluate --model model.json --data moved.csv", &folder))
        .refused(&["a second column is called"]);
}
