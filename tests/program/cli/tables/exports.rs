//! What a network knows of its table, in every file that it is written to.

use std::fmt::Write as _;

use super::{folder_with, numbers, refuses, run};
use testkit::cli::json_lines;

#[test]
fn row_2_the_meaning_of_a_network_is_read_back_from_every_export() {
    let mut table = "size,weight,kind\n".to_owned();
    for (row, number) in numbers(100).take(60).enumerate() {
        let kind = ["mittel", "klein", "groß"][row % 3];
        let shift = [50, 0, 100][row % 3];
        writeln!(table, "{},{}.5,{kind}", 1000 + 30 * shift + number, shift / 4 + number % 7)
            .expect("in memory");
    }
    let folder = folder_with(&[("the.csv", &table)]);
    let train = "train --data the.csv --standardize --epochs 60 --init scaled --rate 1 --out m.json --quiet";
    run(&folder, train);
    let of = |model: &str| {
        json_lines(&run(&folder, &format!("evaluate --model {model} --data the.csv --json"))).remove(0)
    };
    let ours = of("m.json");
    assert!(ours["correct"].as_u64() >= Some(57), "{ours}");
    run(&folder, "export --model m.json --out m.safetensors --quiet");
    assert_eq!(of("m.safetensors"), ours);
    let says = |model: &str| run(&folder, &format!("predict --model {model} --input 4000,30 --json"));
    assert_eq!(says("m.safetensors"), says("m.json"));
    run(&folder, "train --from m.safetensors --data the.csv --epochs 0 --out back.json --quiet");
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("written");
    assert_eq!(text("back.json"), text("m.json"));
    // The command that it prints is one that works.
    let text = run(&folder, "export --to torch --model m.json --out run --data the.csv");
    let printed =
        text.lines().map(str::trim).find(|line| line.starts_with("backprop evaluate")).expect("a command");
    std::fs::copy(
        folder.path().join("run/weights.safetensors"),
        folder.path().join("run/trained.safetensors"),
    )
    .expect("it stands for what PyTorch writes");
    let printed = run(&folder, printed.trim_start_matches("backprop "));
    assert!(printed.contains("60 samples of the.csv are answered correctly"), "{printed}");
}

#[test]
fn row_10_the_ending_of_the_file_chooses_the_format() {
    let folder = folder_with(&[]);
    run(&folder, "train --data xor --epochs 1 --out m.json --quiet");
    let begins = |name: &str| std::fs::read(folder.path().join(name)).expect("written")[8];
    run(&folder, "export --model m.json --out m.safetensors --quiet");
    run(&folder, "export --model m.json --out m.onnx --quiet");
    assert!(begins("m.safetensors") == b'{' && begins("m.onnx") != b'{');
    run(&folder, "export --model m.json --out folder --data xor --quiet");
    assert!(folder.path().join("folder/train.py").is_file());
    for ending in ["npz", "h5", "pt"] {
        refuses(
            &folder,
            &format!("export --model m.json --out y.{ending}"),
            &["not that of a format that can be written"],
        );
        let asked = format!("export --model m.json --to safetensors --out y.{ending}");
        refuses(&folder, &asked, &["has the wrong ending for --to safetensors"]);
    }
    refuses(
        &folder,
        "export --model m.json --to onnx --out y.safetensors",
        &["has the wrong ending for --to onnx"],
    );
    refuses(
        &folder,
        "export --model m.json --to safetensors --out y.onnx",
        &["has the wrong ending for --to safetensors"],
    );
    assert!(!folder.path().join("y.onnx").exists() && !folder.path().join("y.safetensors").exists());
}

#[test]
fn a_run_that_an_earlier_version_began_on_a_table_says_why_it_cannot_go_on() {
    let folder = folder_with(&[("t.csv", "x,z,class\n1,2,9\n2,1,3\n3,5,9\n4,4,3\n")]);
    run(&folder, "train --data t.csv --epochs 1 --checkpoint run --quiet");
    let path = folder.path().join("run");
    let mut checkpoint = backprop::training::Checkpoint::read(&path).expect("a checkpoint");
    // Earlier versions kept no columns, and numbered classes as they appear.
    checkpoint.config.data.meaning.inputs.clear();
    checkpoint.config.data.meaning.outputs.clear();
    checkpoint.config.data.meaning.columns = 0;
    checkpoint.config.data.fingerprints.clear();
    checkpoint.write(&path).expect("writable");
    let parts = ["an earlier version began this run", "t.csv", "begin another run", "--target"];
    refuses(&folder, "train --resume run --epochs 2", &parts);
}
