//! Learning the real MNIST. Ignored where it is not available; CI runs these tests in release.

use backprop::data_set::{Part, Pixels, Source, idx};
use testkit::cli::{backprop, json_lines, success, write};
use testkit::mnist::mnist_folder;

#[test]
#[ignore = "needs the real MNIST: set BACKPROP_MNIST to its folder"]
fn the_object_graph_learns_mnist_in_one_epoch() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = mnist_folder();
    let train = format!(
        "train --engine object --data {} --sizes 784,30,10 --rate 0.3 --epochs 1 --out m.json --json",
        data.display()
    );
    let epoch = &json_lines(&success(backprop(&train).current_dir(&folder)))[0];
    let evaluate = format!("evaluate --model m.json --data {} --json", data.display());
    let evaluation = &json_lines(&success(backprop(&evaluate).current_dir(&folder)))[0];
    assert_eq!(evaluation["total"], 10_000);
    assert_eq!(evaluation["correct"], epoch["test_correct"]);
    assert!(evaluation["correct"].as_u64().is_some_and(|correct| correct >= 9_000), "{evaluation}");
}

#[test]
#[ignore = "needs the real MNIST: set BACKPROP_MNIST to its folder"]
fn mnist_as_csv_gives_the_weights_of_mnists_own_files_to_the_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (part, name, table) in [(Part::Train, "train", "train"), (Part::Test, "t10k", "test")] {
        let data = Source::Path(mnist_folder()).load_part(part, Pixels::Scaled).expect("MNIST").first(2000);
        let names: Vec<String> = (0..784).map(|pixel| format!("pixel{pixel}")).collect();
        let (mut first, mut last) = (format!("label,{}\n", names.join(",")), String::new());
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        for index in 0..data.len() {
            let (class, image) = (data.class(index), data.image(index).expect("an image"));
            let pixels = image.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
            let class_text = class.to_string();
            first.extend([class_text.as_str(), ",", &pixels, "\n"]);
            last.extend([pixels.as_str(), ",", &class_text, "\n"]);
            images.extend_from_slice(image);
            labels.push(class as u8);
        }
        let file = |name: String, bytes: &[u8]| write(&folder.path().join(name), bytes);
        file(format!("{table}_first.csv"), first.as_bytes());
        file(format!("{table}_last.csv"), last.as_bytes());
        file(format!("{name}-images-idx3-ubyte"), &idx::encode(&[labels.len(), 28, 28], &images));
        file(format!("{name}-labels-idx1-ubyte"), &idx::encode(&[labels.len()], &labels));
    }
    let weights = |data: &str, out: &str| {
        let train = format!("train --data {data} --sizes 784,30,10 --epochs 2 --out {out} --json --force");
        let last = json_lines(&success(backprop(&train).current_dir(&folder))).pop().expect("an epoch");
        let model = backprop::model_file::Model::read(&folder.path().join(out)).expect("written");
        (last["test_correct"].clone(), model.parameters)
    };
    let idx = weights(".", "idx.json");
    // As on the web: label first, under a header; and without one, label last.
    for form in ["first", "last"] {
        let table = format!("train_{form}.csv --test-data test_{form}.csv");
        assert_eq!(weights(&table, "csv.json"), idx, "{form}");
    }
}
