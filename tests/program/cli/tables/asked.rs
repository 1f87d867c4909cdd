//! Nothing is ignored, nothing guessed, and what is on a page is enough.

use super::{folder_with, houses, pixels, refuses, run};
use testkit::cli::success;

#[test]
fn rows_11_and_12_nothing_is_ignored_or_guessed() {
    let folder = folder_with(&[
        ("t.csv", "x,z,class\n1,2,a\n2,1,b\n"),
        ("p.csv", &pixels(true)),
        ("n.csv", "x,z\n1,2.5\n2,1\n"),
    ]);
    refuses(&folder, "train --data t.csv --pixels raw", &["not images", "--pixels"]);
    refuses(
        &folder,
        "train --data n.csv --target z --numbers --targets soft",
        &["but here numbers are learnt"],
    );
    for command in ["train", "check", "step --plain", "dot", "trace --out page.html"] {
        for (data, learnt) in [("n.csv --target z --numbers", "numbers"), ("bits", "bits")] {
            let parts = ["soft and one-hot targets are for classes", &format!("here {learnt} are learnt")];
            refuses(&folder, &format!("{command} --data {data} --targets one-hot"), &parts);
        }
    }
    run(&folder, "train --data n.csv --target z --numbers --epochs 1 --out n.json --quiet");
    refuses(
        &folder,
        "plot landscape --model n.json --data n.csv --targets soft --out l.svg",
        &["here numbers are learnt"],
    );
    run(&folder, "train --data t.csv --epochs 1 --out m.json --quiet");
    for command in [
        "evaluate --model m.json",
        "predict --model m.json",
        "plot regions --out r.svg --model m.json",
        "step --plain --from m.json",
    ] {
        refuses(&folder, command, &["trained on a table, with the inputs x to z", "--data"]);
    }
    let raw = run(&folder, "train --data p.csv --pixels raw --epochs 1 --out raw.json");
    assert!(raw.contains("images of 8x8.") && !raw.contains("/ 255"), "{raw}");
    run(&folder, "train --data p.csv --epochs 1 --out p.json --quiet");
    for (command, has_picture) in [
        ("predict --model p.json --data p.csv", true),
        ("evaluate --model p.json --data p.csv", true),
        ("predict --model m.json --data t.csv", false),
    ] {
        let text = run(&folder, command);
        assert_eq!(
            text.contains('▀') || text.contains('▄') || text.contains('█') && has_picture,
            has_picture,
            "{text}"
        );
    }
}

#[test]
fn row_14_a_page_has_enough_of_a_table_to_train_on() {
    let folder = folder_with(&[("houses.csv", &houses(40))]);
    run(&folder, "trace --data houses.csv --target price --out page.html");
    let page = std::fs::read_to_string(folder.path().join("page.html")).expect("written");
    assert!(page.contains("\"limit\":40"), "all rows are on the page");
    // Trained on at full speed, or walked through, at a rate that fits numbers: 0.1 / (3 inputs + 2).
    assert!(page.contains("\"rate\":0.02,"), "the rate of train");
    let steps = run(&folder, "step --plain --data houses.csv --target price --to-step 1");
    assert!(steps.contains("rate 0.02,"), "{steps}");
}

#[test]
fn a_page_says_which_part_of_a_long_table_it_has_and_what_its_columns_are() {
    let folder = folder_with(&[("houses.csv", &houses(1100))]);
    let told = run(&folder, "trace --data houses.csv --target price --out page.html");
    assert!(told.contains("the first 1,000 of 1,100 samples; --samples N"), "{told}");
    let page = std::fs::read_to_string(folder.path().join("page.html")).expect("written");
    for part in [
        "the first 1,000 of 1,100 training samples of houses.csv",
        "\"name\":\"rooms\"",
        "\"name\":\"price\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_command_that_training_prints_can_be_typed() {
    let folder = folder_with(&[("a table.csv", "a,b,class\n1,2,x\n3,1,y\n")]);
    for data in ["xor", "iris", "'a table.csv'"] {
        let typed = |command: &str| {
            let script = format!("\"$BACKPROP\" {command}");
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &script]).env("BACKPROP", testkit::program()).current_dir(&folder);
            success(&mut shell)
        };
        if cfg!(windows) {
            return;
        }
        let printed = typed(&format!("train --data {data} --epochs 1"));
        typed(&format!("train --data {data} --epochs 1 --out model.json --force --quiet"));
        let command = printed.split_once("then try: backprop ").expect("a command").1;
        assert!(typed(command.trim()).contains("The network says") || data == "xor", "{command}");
    }
}
