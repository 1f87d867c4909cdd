//! Learning the real MNIST. Ignored where it is not available; CI runs these tests in release.

use testkit::cli::{backprop, json_lines, success};
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
