//! `backprop plot` as a user runs it: pictures of what a network thinks.

use std::path::Path;

use testkit::cli::{backprop, refusal, success};

/// Runs a command in a folder.
fn run(folder: &Path, command: &str) -> String {
    success(backprop(command).current_dir(folder))
}

fn svg(folder: &Path, name: &str) -> String {
    let svg = std::fs::read_to_string(folder.join(name)).expect("the picture was written");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
    svg
}

#[test]
fn regions_are_drawn_epoch_by_epoch_and_are_those_that_train_ends_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = "--data xor --sizes 2,3,1 --init normal --rate 2 --seed 4";
    let told = run(folder.path(), &format!("plot regions {options} --epochs 0,50,2000 --out epochs.svg"));
    assert!(told.contains("3 pictures"), "{told}");
    let drawn = svg(folder.path(), "epochs.svg");
    for text in ["epoch 0: ", "epoch 50: ", "epoch 2000: 100 % right"] {
        assert!(drawn.contains(text), "{text}");
    }
    // The last panel alone, and the model that train makes of the same options.
    run(folder.path(), &format!("plot regions {options} --epochs 2000 --out last.svg"));
    run(folder.path(), &format!("train {options} --epochs 2000 --out model.json --quiet"));
    run(folder.path(), "plot regions --model model.json --data xor --out model.svg");
    let shades = |name: &str| -> Vec<String> {
        svg(folder.path(), name).lines().filter(|line| line.starts_with("<path")).map(str::to_owned).collect()
    };
    assert!(shades("last.svg").len() > 3);
    assert_eq!(shades("last.svg"), shades("model.svg"));
}

/// Returns the texts of a drawing.
fn texts(folder: &Path, name: &str) -> Vec<String> {
    let svg = svg(folder, name);
    let texts = svg.split("<text").skip(1).filter_map(|rest| rest.split_once('>')?.1.split_once("</text>"));
    texts.map(|(text, _)| text.to_owned()).collect()
}

#[test]
fn a_table_is_drawn_in_its_own_units_and_under_its_own_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |row: u32| {
        format!(
            "{},{},{}\n",
            1000 + 20 * row,
            f64::from(row % 7) / 128.0,
            ["big", "\"a, b\""][row as usize % 2]
        )
    };
    let table = "size,weight,kind\n".to_owned() + &(0..40).map(rows).collect::<Vec<_>>().concat();
    std::fs::write(folder.path().join("t.csv"), table).expect("written");
    run(folder.path(), "train --data t.csv --standardize --epochs 1 --out m.json --quiet");
    run(folder.path(), "plot regions --model m.json --data t.csv --out model.svg");
    run(folder.path(), "plot regions --data t.csv --standardize --epochs 1 --out trained.svg");
    for drawing in ["model.svg", "trained.svg"] {
        let texts = texts(folder.path(), drawing);
        for text in ["size", "weight", "big", "a, b", "1,400"] {
            assert!(texts.iter().any(|found| found == text), "{drawing}: {text} in {texts:?}");
        }
    }
    run(folder.path(), "plot weights --model m.json --out weights.svg");
    let texts = texts(folder.path(), "weights.svg");
    assert!(["size", "weight"].iter().all(|name| texts.iter().any(|text| text == name)), "{texts:?}");
    // Numbers have no right answers; what they have is R².
    run(
        folder.path(),
        "train --data t.csv --target weight --ignore kind --epochs 3 --quiet --plot numbers.svg",
    );
    assert!(svg(folder.path(), "numbers.svg").contains("R², 1 at best"));
}

#[test]
fn weights_and_a_landscape_are_drawn_of_a_model() {
    let folder = tempfile::tempdir().expect("a folder");
    run(
        folder.path(),
        "train --data xor --sizes 2,2,1 --init normal --epochs 1 --rate 1e-9 --out start.json --quiet",
    );
    run(folder.path(), "train --from start.json --data xor --epochs 1000 --rate 2 --out end.json --quiet");
    let told = run(folder.path(), "plot weights --model end.json --out weights.svg");
    assert!(told.contains("the weights of 2 neurons, 1 by 2 each"), "{told}");
    assert!(svg(folder.path(), "weights.svg").contains("<path"));
    let told = run(
        folder.path(),
        "plot landscape --model end.json --from start.json --data xor --steps 11 --out landscape.svg",
    );
    // The mean cost at the model is what evaluate says of it.
    let evaluated =
        success(backprop("evaluate --model end.json --data xor --json").current_dir(folder.path()));
    let evaluated: serde_json::Value = serde_json::from_str(&evaluated).expect("JSON");
    if let Some(cost) = evaluated["cost"].as_f64() {
        assert!(told.contains(&format!("is {cost:.3e} at the model")), "{told} {evaluated}");
    }
    assert!(told.contains("the mean cost of 4 samples is "), "{told}");
    let first = svg(folder.path(), "landscape.svg");
    run(
        folder.path(),
        "plot landscape --model end.json --from start.json --data xor --steps 11 --out landscape.svg",
    );
    assert_eq!(first, svg(folder.path(), "landscape.svg"), "the same every time");
}

#[test]
fn runs_lie_over_each_other_under_the_names_of_their_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for rate in ["0.5", "2"] {
        let text =
            run(folder.path(), &format!("train --data xor --sizes 2,2,1 --rate {rate} --epochs 5 --json"));
        std::fs::write(folder.path().join(format!("rate-{rate}.json")), text).expect("written");
    }
    let told = run(folder.path(), "plot runs rate-0.5.json rate-2.json --out runs.svg");
    assert!(told.contains("2 runs of up to 5 epochs"), "{told}");
    let drawn = svg(folder.path(), "runs.svg");
    assert!(drawn.contains("rate-0.5") && drawn.contains("rate-2"), "{drawn}");
    let text = run(folder.path(), "train --data xor --epochs 0 --json");
    std::fs::write(folder.path().join("start.json"), text).expect("written");
    let told = run(folder.path(), "plot runs start.json --out start.svg");
    assert!(told.contains("1 run of up to 0 epochs"), "{told}");
    // A checkpoint knows the same of its run.
    for rate in ["0.5", "2"] {
        let training = format!("train --data xor --sizes 2,2,1 --rate {rate} --epochs 5 --quiet");
        run(folder.path(), &format!("{training} --checkpoint rate-{rate}.run"));
    }
    run(folder.path(), "plot runs rate-0.5.run rate-2.run --out checkpoints.svg");
    assert_eq!(svg(folder.path(), "checkpoints.svg"), drawn);
}

#[test]
fn what_cannot_be_drawn_is_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("broken.json"), "{\"epoch\":1,\"train_cost\":0.5}\nepoch 2\n")
        .expect("written");
    std::fs::write(folder.path().join("empty.json"), "\n").expect("written");
    run(folder.path(), "train --data xor --sizes 2,2,1 --epochs 0 --quiet --checkpoint begun.run");
    for (command, expected) in [
        ("plot runs begun.run --out a.svg", "the run has not finished an epoch yet"),
        ("plot runs broken.json --out a.svg", "broken.json, line 2"),
        ("plot runs empty.json --out a.svg", "it has no epochs"),
        ("plot runs none.json --out a.svg", "none.json"),
        ("plot runs broken.json --out a.png", ".svg"),
        ("plot runs --out a.svg", "RUN"),
        ("plot regions --data iris --out a.svg", "iris has 4 inputs"),
        ("plot regions --data moons --sizes 3,2,1 --out a.svg", "3"),
        ("plot weights --model none.json --out a.svg", "none.json"),
        ("plot weights --out a.svg", "--model"),
        ("plot landscape --model none.json --data xor --out a.svg", "none.json"),
        ("plot everything --out a.svg", "everything"),
    ] {
        let line = refusal(backprop(command).current_dir(folder.path()));
        assert!(line.contains(expected), "{command}: {line}");
        assert!(!folder.path().join("a.svg").exists(), "{command}");
    }
}
