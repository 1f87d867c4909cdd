//! What is wrong with a table is recognised, and what to do is said.

use super::{folder_with, refuses, run};
use testkit::cli::{backprop, json_lines, refusal};

#[test]
fn row_13_what_is_wrong_with_a_table_is_said_at_once() {
    let folder = folder_with(&[
        ("holes.csv", "a,b,class\n1,?,x\n2,NA,y\n,4,x\n5,6,y\n"),
        ("text.csv", "street,b,class\nA 1,1,x\nB 2,2,y\n"),
        ("german.csv", "sep=;\r\na;b;class;\r\n1,5;2;x;\r\n2,5;3;y;\r\n"),
        ("test.csv", "b,a\n6,5\n4,3\n"),
    ]);
    let parts = ["line 2, column 2", "in all 3 are missing: 1 in column a, 2 in column b", "--missing drop"];
    refuses(&folder, "train --data holes.csv", &parts);
    let text = run(&folder, "train --data holes.csv --missing mean --epochs 1 --out m.json");
    assert!(text.contains("a missing value becomes its column's mean"), "{text}");
    run(&folder, "evaluate --model m.json --data holes.csv");
    let text = run(&folder, "train --data holes.csv --missing drop --epochs 1");
    assert!(text.contains("1 samples") || text.contains("1 sample"), "{text}");
    refuses(&folder, "train --data text.csv", &["column 1, street, is text", "--ignore", "--one-hot"]);
    assert!(run(&folder, "train --data text.csv --one-hot --epochs 1").starts_with("Training 3-8-1 "));
    assert!(run(&folder, "train --data text.csv --ignore street --epochs 1").starts_with("Training 1-8-1 "));
    assert!(run(&folder, "train --data german.csv --epochs 1").starts_with("Training 2-8-1 "));
    // A test file without the answer: it can be predicted, and nothing compared.
    refuses(&folder, "evaluate --model m.json --data test.csv", &["column 3, class, is missing", "predict"]);
    let answer = &json_lines(&run(&folder, "predict --model m.json --data test.csv --index 1 --json"))[0];
    assert!(answer.get("label").is_none() && answer["class"].is_string(), "{answer}");
    let same = &json_lines(&run(&folder, "predict --model m.json --input 3,4 --json"))[0];
    assert_eq!(answer["outputs"], same["outputs"]);
}

#[test]
fn numbers_as_people_write_them_are_named_with_what_to_write() {
    for (cell, parts) in [
        ("1.000,92", ["thousands separators", "write 1000.92"]),
        ("1 000", ["thousands separators", "write 1000"]),
        ("1'000", ["thousands separators", "write 1000"]),
        ("$100", ["has a unit", "write 100"]),
        ("12.5 %", ["has a unit", "write 12.5"]),
        ("1,000 €", ["thousands separators", "write 1000"]),
    ] {
        let inputs = format!("a,b,class\n1,\"{cell}\",x\n2,\"{cell}\",y\n");
        let answers = format!("a,price\n1,\"{cell}\"\n2,\"{cell}\"\n3,7\n");
        let folder = folder_with(&[("inputs.csv", &inputs), ("answers.csv", &answers)]);
        refuses(&folder, "train --data inputs.csv", &parts);
        refuses(&folder, "train --data answers.csv", &parts);
        refuses(&folder, "train --data answers.csv --target price --numbers", &parts);
    }
}

#[test]
fn a_remedy_names_the_options_that_were_given_and_no_others() {
    let folder = folder_with(&[("t.csv", "a,b,class\n1,2,x\n3,4,y\n5,7,x\n")]);
    run(&folder, "train --data t.csv --epochs 1 --out m.json --checkpoint c --quiet");
    for given in ["--ignore b", "--one-hot", "--ignore b --one-hot"] {
        for command in ["train --from m.json --epochs 1", "evaluate --model m.json"] {
            let sentence = refusal(backprop(&format!("{command} --data t.csv {given}")).current_dir(&folder));
            for option in ["--ignore", "--one-hot"] {
                assert_eq!(sentence.contains(option), given.contains(option), "{given}: {sentence}");
            }
        }
    }
    for other in ["iris", "xor", "digits"] {
        let sentence =
            refusal(backprop(&format!("train --resume c --epochs 2 --data {other}")).current_dir(&folder));
        assert!(!sentence.contains("--target"), "{sentence}");
    }
}

#[test]
fn what_is_not_a_table_or_lacks_values_is_recognised() {
    let folder = folder_with(&[
        ("web.csv", "<!DOCTYPE html>\n<html><body>Not found</body></html>\n"),
        ("rows.csv", "[{\"a\": 1}]\n"),
        ("bars.csv", "a|b|class\n1|2|x\n2|3|y\n"),
        ("holes.csv", "a,b,class\n1,#N/A,x\n.,2,y\nn.a.,missing,x\n3,4,y\n"),
        ("both.csv", "a,b\n1,x\n2,y\n"),
        ("unlabelled.csv", "a,b\n1,2\n"),
        ("labelled.csv", "a,b,class\n1,2,x\n3,1,y\n"),
    ]);
    refuses(&folder, "train --data web.csv", &["a web page, not a table"]);
    refuses(&folder, "train --data rows.csv", &["JSON, not a table"]);
    assert!(run(&folder, "train --data bars.csv --epochs 1").starts_with("Training 2-8-1 "));
    refuses(&folder, "train --data holes.csv", &["in all 4 are missing: 2 in column a, 2 in column b"]);
    refuses(
        &folder,
        "train --data both.csv --target b --ignore b",
        &["column 2, b, is both to be predicted and to be left out"],
    );
    refuses(&folder, "train --data labelled.csv --one-hot", &["no input is text"]);
    run(&folder, "train --data labelled.csv --epochs 1 --out m.json --quiet");
    refuses(
        &folder,
        "evaluate --model m.json --data labelled.csv --ignore 1",
        &["columns that it was trained on"],
    );
    refuses(&folder, "check --model m.json", &["trained on a table", "--data"]);
    let sentence = refusal(backprop("evaluate --model m.json --data unlabelled.csv").current_dir(&folder));
    // What it prints can be typed.
    let typed =
        sentence.split_once("backprop predict ").and_then(|(_, rest)| rest.split_once("` needs none"));
    let typed =
        typed.expect("a command").0.replace("MODEL.json", "m.json").replace("FILE.csv", "unlabelled.csv");
    run(&folder, &format!("predict {}", typed.replace("--index I", "--index 0")));
}
