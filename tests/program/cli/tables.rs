//! Tables as people have them, each with its own small file: what is taken for what, and what is said about it.

use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, success, write};

/// A folder with these files.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        write(&folder.path().join(name), text.as_bytes());
    }
    folder
}

fn run(folder: &TempDir, arguments: &str) -> String {
    success(backprop(arguments).current_dir(folder))
}

fn refuses(folder: &TempDir, arguments: &str, parts: &[&str]) {
    let sentence = refusal(backprop(arguments).current_dir(folder));
    for part in parts {
        assert!(sentence.contains(part), "{arguments}: {sentence}");
    }
}

/// The last line of `train --json`.
fn last_epoch(folder: &TempDir, arguments: &str) -> Value {
    json_lines(&run(folder, &format!("train {arguments} --json"))).pop().expect("an epoch")
}

/// Numbers that look random, from 0 to below `end`.
fn numbers(end: u64) -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    })
}

/// Houses with prices in whole thousands; noise of 20,000.
fn houses(rows: usize) -> String {
    let mut text = "rooms,area,year,price\n".to_owned();
    let mut draw = numbers(1000);
    for _ in 0..rows {
        let mut next = |low: u64, high: u64| low + draw.next().unwrap_or(0) * (high - low) / 1000;
        let (rooms, area, year, noise) = (next(1, 9), next(30, 250), next(1900, 2024), next(0, 70));
        let price = (20_000 * rooms + 2500 * area + 300 * (year - 1900)) / 1000 + noise;
        writeln!(text, "{rooms},{area},{year},{}", 1000 * price).expect("in memory");
    }
    text
}

/// Images of 8 x 8 pixels, label first: a bright column for each of four classes.
fn pixels(header: bool) -> String {
    let names: Vec<String> = (0..64).map(|pixel| format!("pixel{pixel}")).collect();
    let mut text = if header { format!("label,{}\n", names.join(",")) } else { String::new() };
    let mut draw = numbers(256);
    for row in 0..48 {
        let class = row * 7 % 4;
        let pixels: Vec<String> = (0..64)
            .map(|pixel| {
                if pixel == 63 {
                    0
                } else if pixel % 8 == 2 * class {
                    255
                } else {
                    draw.next().unwrap_or(0) / 3
                }
            })
            .map(|pixel| pixel.to_string())
            .collect();
        writeln!(text, "{class},{}", pixels.join(",")).expect("in memory");
    }
    text
}

#[test]
fn row_1_a_table_of_pixels_with_its_label_first_is_read_so_or_refused() {
    let folder = folder_with(&[("named.csv", &pixels(true)), ("bare.csv", &pixels(false))]);
    let text = run(&folder, "train --data named.csv --test-data named.csv --epochs 1 --sizes 64,10,10");
    let told = "Column 1, label, is the class: 4 classes; 64 inputs, images of 8x8, each value / 255.";
    assert!(text.contains(told), "{text}");
    refuses(&folder, "train --data bare.csv", &["column 65", "is the same in all 48 rows", "--target"]);
    let text = run(&folder, "train --data bare.csv --target 1 --epochs 1");
    assert!(text.starts_with("Training 64-30-10 on "), "{text}");
}

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
fn row_3_whole_numbers_with_many_values_are_no_classes() {
    for rows in [40, 400] {
        let folder = folder_with(&[("houses.csv", &houses(rows))]);
        let parts = ["column 4, price, is taken for the class", "--target NAME", "--numbers"];
        refuses(&folder, "train --data houses.csv", &parts);
        let text = run(&folder, "train --data houses.csv --target price --epochs 1");
        assert!(text.starts_with("Training 3-8-1 on "), "{text}");
        assert!(text.contains("Column 4, price, is the number to predict; 3 inputs"), "{text}");
    }
}

#[test]
fn rows_4_and_5_numbers_are_learnt_whatever_the_output_and_divergence_stops() {
    let folder = folder_with(&[("houses.csv", &houses(400))]);
    for output in ["sigmoid", "tanh", "relu", "identity"] {
        let options =
            format!("--data houses.csv --targets-columns 1 --activation sigmoid,{output} --epochs 60");
        let last = last_epoch(&folder, &format!("{options} --init scaled"));
        assert!(last["r2"].as_f64() > Some(0.8), "{output}: {last}");
    }
    let diverging = "train --data houses.csv --target price --activation identity --rate 3 --quiet";
    refuses(&folder, diverging, &["training diverged", "try a smaller rate than 3.0, such as 0.3"]);
    let text = run(&folder, "train --data houses.csv --target price --rate 0.0000001 --epochs 1");
    assert!(text.lines().all(|line| line.chars().count() < 160), "{text}");
    let json = last_epoch(&folder, "--data houses.csv --target price --epochs 20");
    assert!(
        json["rmse"].as_f64().is_some_and(|rmse| rmse < 40_000.0) && json["r2"].as_f64() > Some(0.95),
        "{json}"
    );
    run(&folder, "train --data houses.csv --target price --epochs 20 --out m.json --quiet");
    let evaluated = &json_lines(&run(&folder, "evaluate --model m.json --data houses.csv --json"))[0];
    assert_eq!((&evaluated["rmse"], &evaluated["r2"]), (&json["rmse"], &json["r2"]));
    let predicted = &json_lines(&run(&folder, "predict --model m.json --input 5,140,1962 --json"))[0];
    let exact = 1000.0 * f64::from((20 * 5000 + 2500 * 140 + 300 * 62) / 1000 + 35);
    assert!((predicted["outputs"][0].as_f64().expect("a number") - exact).abs() < 60_000.0, "{predicted}");
    assert_eq!(predicted["names"], serde_json::json!(["price"]));
}

#[test]
fn row_6_the_cross_entropy_wants_numbers_from_0_to_1() {
    let folder = folder_with(&[("t.csv", "x,y\n1,0.5\n2,3.5\n"), ("fit.csv", "x,y\n1,0.5\n2,0.25\n")]);
    let parts = ["the cross-entropy needs numbers from 0 to 1, but there is 3.5"];
    refuses(&folder, "train --data t.csv --cost cross-entropy", &parts);
    run(&folder, "train --data fit.csv --cost cross-entropy --epochs 1");
}

#[test]
fn row_8_one_sample_says_nothing_about_a_neuron() {
    let folder = folder_with(&[]);
    run(
        &folder,
        "train --data iris --standardize --activation relu,sigmoid --init he --epochs 30 --out m.json --quiet",
    );
    let text = run(&folder, "predict --model m.json --input 5.9,3,5.1,1.8");
    assert!(!text.contains("Dead"), "{text}");
    assert!(text.contains("    petal length  5.1\n"), "{text}");
}

#[test]
fn row_9_the_class_may_be_first_and_names_may_be_numbers() {
    let mut wine = String::new();
    for (row, number) in numbers(1200).take(90).enumerate() {
        let class = row % 3 + 1;
        writeln!(wine, "{class},{}.5,{}", 10 * class + row % 4, 300 + number).expect("in memory");
    }
    let folder = folder_with(&[("wine.csv", &wine), ("odd.csv", "0,1,target\n5,1,x\n3,8,y\n4,4,x\n")]);
    refuses(&folder, "train --data wine.csv", &["column 3 is taken for the class, but has", "--target"]);
    let text = run(&folder, "train --data wine.csv --target 1 --epochs 1");
    assert!(text.contains("Column 1 is the class: 3 classes; 2 inputs."), "{text}");
    let text = run(&folder, "train --data odd.csv --epochs 1");
    assert!(
        text.contains("3 samples") && text.contains("Column 3, target, is the class: 2 classes"),
        "{text}"
    );
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
fn rows_11_and_12_nothing_is_ignored_or_guessed() {
    let folder = folder_with(&[
        ("t.csv", "x,z,class\n1,2,a\n2,1,b\n"),
        ("p.csv", &pixels(true)),
        ("n.csv", "x,z\n1,2.5\n2,1\n"),
    ]);
    refuses(&folder, "train --data t.csv --pixels raw", &["not images", "--pixels"]);
    refuses(&folder, "train --data n.csv --target z --numbers --targets soft", &["--targets says"]);
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
fn row_15_a_network_of_numbers_that_has_not_learnt_says_so() {
    let folder = folder_with(&[("xor.csv", "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")]);
    let stuck = last_epoch(&folder, "--data xor.csv --numbers");
    let notes = stuck["notes"].as_array().expect("notes");
    assert!(notes[0].as_str().is_some_and(|note| note.contains("R² is")), "{stuck}");
    assert_eq!(notes[1], "What helps: train with --init normal --epochs 5000.");
}

/// Returns the last epoch of a run; how good it is, in right answers or R² and then in cost; and what it advises.
fn run_and_advice(folder: &TempDir, options: &str) -> (f64, f64, Option<String>) {
    let output = backprop(&format!("train {options} --json")).current_dir(folder).output().expect("it runs");
    let last = json_lines(&String::from_utf8(output.stdout).expect("text")).pop().unwrap_or_default();
    let number = |name: &str| last[name].as_f64();
    let score = number("r2").or(number("test_correct")).unwrap_or(f64::NEG_INFINITY);
    let cost = number("test_cost").unwrap_or(f64::INFINITY);
    let note = last["notes"].as_array().and_then(|notes| notes.last()?.as_str()).unwrap_or_default();
    let advice =
        note.strip_prefix("What helps: train with ").map(|flags| flags.trim_end_matches('.').to_owned());
    // Training that diverges says so in its only line.
    let error = String::from_utf8(output.stderr).expect("text");
    let rate = error.split_once("such as ").map(|(_, rate)| format!("--rate {}", rate.trim()));
    (score, cost, advice.or(rate))
}

/// Returns the options with those of the advice in place of the ones of the same names.
fn followed(options: &str, advice: &str) -> String {
    let names: Vec<&str> = advice.split(' ').filter(|word| word.starts_with("--")).collect();
    let mut kept = Vec::new();
    let mut is_replaced = false;
    for word in options.split(' ') {
        is_replaced = if word.starts_with("--") { names.contains(&word) } else { is_replaced };
        if !is_replaced {
            kept.push(word);
        }
    }
    format!("{} {advice}", kept.join(" "))
}

/// Follows the program's advice until it gives none, and asserts that this led to a better network. Returns the advice.
fn advice_helps(folder: &TempDir, trouble: &str) -> Vec<String> {
    let mut options = trouble.to_owned();
    let (score, cost, mut advice) = run_and_advice(folder, &options);
    let mut taken = Vec::new();
    let mut latest = (score, cost);
    while let Some(flags) = advice {
        assert!(taken.len() < 5, "{trouble}: {taken:?}");
        options = followed(&options, &flags);
        taken.push(flags);
        let (score, cost, next) = run_and_advice(folder, &options);
        (latest, advice) = ((score, cost), next);
    }
    let is_better = latest.0 > score || (latest.0 == score && latest.1 < cost);
    assert!(!taken.is_empty() && is_better, "{trouble}: {score} {cost}, {taken:?}: {latest:?}");
    taken
}

fn folder_of_troubles() -> TempDir {
    let squares = (1..=100).map(|i| format!("{i},{}\n", i * i)).collect::<Vec<_>>().concat();
    let xor = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n";
    let mut sizes = "size,weight,kind\n".to_owned();
    for (row, number) in numbers(100).take(60).enumerate() {
        let (kind, shift) = [("mittel", 50), ("klein", 0), ("groß", 100)][row % 3];
        writeln!(sizes, "{},{}.5,{kind}", 1000 + 30 * shift + number, shift / 4 + number % 7)
            .expect("in memory");
    }
    folder_with(&[
        ("squares.csv", &squares),
        ("xor.csv", xor),
        ("sizes.csv", &sizes),
        ("houses.csv", &houses(60)),
        ("pixels.csv", &pixels(true)),
    ])
}

#[test]
fn advice_that_is_followed_helps() {
    let folder = folder_of_troubles();
    for (trouble, first) in [
        // ReLU dies in regression (row 7), and in classification.
        ("--data squares.csv --target 2 --activation relu,identity --rate 1 --epochs 5", "--rate 0.03"),
        ("--data iris --standardize --activation relu --rate 0.8 --epochs 5", "--activation relu,sigmoid"),
        // A rate of 100 on digits (row 15).
        (
            "--data digits --train-limit 300 --test-limit 100 --sizes 784,10,10 --epochs 2 --rate 100",
            "--rate 0.3",
        ),
        // Saturated tanh outputs, by the rate and by the inputs.
        ("--data iris --standardize --activation tanh --rate 30", "--rate 0.3"),
        ("--data sizes.csv --activation tanh", "--standardize"),
        ("--data sizes.csv --rate 100", "--standardize --rate 0.3"),
        ("--data pixels.csv --pixels raw --sizes 64,8,4", "--pixels scaled"),
        // XOR as numbers, stuck at 0.125 (row 15), and as classes.
        ("--data xor.csv --numbers", "--init normal --epochs 5000"),
        ("--data xor --rate 0.001", "--rate 0.3 --init normal --epochs 5000"),
        // Weights that are too large for so many inputs.
        (
            "--data digits --train-limit 300 --test-limit 100 --sizes 784,10,10 --init normal --activation tanh",
            "--init",
        ),
        // It diverges.
        ("--data houses.csv --target price --rate 10", "--rate 1.0"),
    ] {
        let taken = advice_helps(&folder, trouble);
        assert!(taken[0].starts_with(first), "{trouble}: {taken:?}");
    }
}

#[test]
fn row_14_a_page_has_enough_of_a_table_to_train_on() {
    let folder = folder_with(&[("houses.csv", &houses(40))]);
    run(&folder, "trace --data houses.csv --target price --out page.html");
    let page = std::fs::read_to_string(folder.path().join("page.html")).expect("written");
    assert!(page.contains("\"limit\":40"), "all rows are on the page");
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn twenty_thousand_houses_are_learnt_as_well_as_by_least_squares() {
    let table = houses(20_000);
    let folder = folder_with(&[("houses.csv", &table)]);
    let ours = last_epoch(&folder, "--data houses.csv --target price")["r2"].as_f64().expect("a share");
    let rows: Vec<Vec<f64>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|field| field.parse().expect("a number")).collect())
        .collect();
    let theirs = least_squares(&rows);
    assert!((ours - theirs).abs() < 0.02, "{ours} {theirs}");
}

/// R² of the best linear function of all columns but the last, from the normal equations of centred columns.
fn least_squares(rows: &[Vec<f64>]) -> f64 {
    let (count, columns) = (rows.len() as f64, rows[0].len());
    let means: Vec<f64> = (0..columns).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / count).collect();
    let product = |i: usize, j: usize| -> f64 {
        rows.iter().map(|row| (row[i] - means[i]) * (row[j] - means[j])).sum()
    };
    let last = columns - 1;
    let mut system: Vec<Vec<f64>> =
        (0..last).map(|i| (0..columns).map(|j| product(i, j)).collect()).collect();
    let right: Vec<f64> = system.iter().map(|row| row[last]).collect();
    for pivot in 0..last {
        for below in 0..last {
            if below != pivot {
                let factor = system[below][pivot] / system[pivot][pivot];
                let above = system[pivot].clone();
                for (number, above) in system[below].iter_mut().zip(above).skip(pivot) {
                    *number -= factor * above;
                }
            }
        }
    }
    let explained: f64 = (0..last).map(|i| right[i] * system[i][last] / system[i][i]).sum();
    explained / product(last, last)
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
fn what_is_no_table_or_lacks_values_is_recognised() {
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
    let typed = sentence.split_once("backprop predict ").and_then(|(_, rest)| rest.split_once(" needs none"));
    let typed =
        typed.expect("a command").0.replace("MODEL.json", "m.json").replace("FILE.csv", "unlabelled.csv");
    run(&folder, &format!("predict {}", typed.replace("--index I", "--index 0")));
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

#[test]
fn row_7_images_in_a_table_are_images_everywhere() {
    let folder = folder_with(&[("p.csv", &pixels(true)), ("wide.csv", &wide_images())]);
    run(&folder, "train --data p.csv --epochs 1 --out p.json --quiet");
    run(&folder, "train --data wide.csv --image 4x8 --epochs 1 --out wide.json --quiet");
    for (name, shape, told) in [("p", "[8,8]", "8 by 8"), ("wide", "[4,8]", "4 by 8")] {
        let told_of_weights = run(&folder, &format!("plot weights --model {name}.json --out {name}.svg"));
        assert!(told_of_weights.contains(told), "{told_of_weights}");
        run(&folder, &format!("trace --from {name}.json --data {name}.csv --out {name}.html"));
        let page = std::fs::read_to_string(folder.path().join(format!("{name}.html"))).expect("written");
        assert!(page.contains(&format!("\"image_shape\":{shape}")), "{name}");
        for command in ["predict", "evaluate"] {
            let text = run(&folder, &format!("{command} --model {name}.json --data {name}.csv"));
            assert!(text.contains(['▀', '▄']) || text.contains("   █"), "{text}");
        }
    }
}

/// Images of 4 x 8 pixels: a bright row for each of four classes.
fn wide_images() -> String {
    let row = |row: usize| {
        let pixels: Vec<&str> = (0..32).map(|pixel| if pixel / 8 == row % 4 { "255" } else { "0" }).collect();
        format!("{},{}\n", row % 4, pixels.join(","))
    };
    let names: Vec<String> = (0..32).map(|pixel| format!("pixel{pixel}")).collect();
    format!("label,{}\n", names.join(",")) + &(0..12).map(row).collect::<Vec<_>>().concat()
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
