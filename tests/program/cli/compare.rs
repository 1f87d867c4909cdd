//! `backprop compare`: agreement, times, and its picture.

use testkit::cli::{backprop, json_lines, refusal, started, success};

#[test]
fn the_engines_agree_and_the_numbers_belong_together() {
    let text = success(&mut backprop("compare --sizes 784,3,10 --samples 5 --json"));
    let found = &json_lines(&text)[0];
    assert_eq!(found["connections"], 784 * 3 + 3 + 3 * 10 + 10);
    assert!(found["max_difference"].as_f64().is_some_and(|d| d <= 1e-9), "{found}");
    let number = |name: &str| found[name].as_f64().expect("a number");
    assert!((number("ratio") - number("object_us") / number("vectorized_us")).abs() < 1e-9);
    assert!(number("textbook_us") > 0.0);
    // A connection is 24 bytes and has 4 bytes in each of two lists; nodes come on top.
    assert!((32.0..80.0).contains(&number("bytes_per_connection")), "{found}");
}

#[test]
fn a_connection_of_784_300_10_takes_at_most_40_bytes() {
    let text = success(&mut backprop("compare --samples 1 --json"));
    let found = &json_lines(&text)[0];
    assert_eq!(found["sizes"], serde_json::json!([784, 300, 10]));
    assert!(found["bytes_per_connection"].as_f64().is_some_and(|bytes| bytes <= 40.0), "{found}");
}

#[test]
fn a_network_that_diverges_is_not_timed_and_the_answer_is_no() {
    let mut command =
        backprop("compare --sizes 784,3,10 --samples 5 --activation identity --rate 1e9 --json");
    let output = started(|| command.output());
    assert_eq!(output.status.code(), Some(1));
    let found = &json_lines(&String::from_utf8(output.stdout).expect("text"))[0];
    assert_eq!(found["agree"], false);
    assert!(found["object_us"].is_null());
}

#[test]
fn the_log_likelihood_is_refused_with_the_reason_at_once() {
    for options in ["", " --activation sigmoid,softmax", " --activation tanh", " --data xor"] {
        let refused = refusal(&mut backprop(&format!("compare --cost log-likelihood{options}")));
        assert!(refused.contains("the object graph has no softmax"), "{options}: {refused}");
    }
}

#[test]
fn no_number_is_printed_that_was_not_measured() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in
        [("one.csv", "1,2,a\n"), ("zeros.csv", "0,0,a\n0,0,b\n"), ("far.csv", "1e300,a\n2,b\n")]
    {
        testkit::cli::write(&folder.path().join(name), text.as_bytes());
    }
    for options in [
        "--data one.csv --samples 1",
        "--data zeros.csv",
        "--data zeros.csv --standardize",
        "--data far.csv",
        "--data xor --rate 1e300",
        "--data xor --rate 1e308 --activation identity",
        "--data xor --rate 1e300 --activation identity --plot c.svg --force",
    ] {
        let output = backprop(&format!("compare {options}")).current_dir(&folder).output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(
            text.contains("connections") && !text.contains("NaN") && !text.contains("inf"),
            "{options}: {text}"
        );
    }
    for options in [
        "--data one.csv --epochs 0",
        "--data one.csv --epochs 1",
        "--data zeros.csv --numbers --target 1 --ignore 3",
    ] {
        let output = backprop(&format!("train {options}")).current_dir(&folder).output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(
            text.contains("samples/s") && !text.contains("NaN") && !text.contains("inf"),
            "{options}: {text}"
        );
    }
    let drawn = std::fs::read_to_string(folder.path().join("c.svg")).expect("written");
    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
}

#[test]
fn bad_input_is_refused() {
    for (arguments, sentence) in [
        ("compare --sizes 10,10", "the input layer needs 784 nodes"),
        ("compare --sizes 784", "at least two layers"),
        ("compare --samples 0", "1 or more"),
        ("compare --rate -1", "finite positive"),
        ("compare --sizes 784,4000000000,10", "more than"),
        ("compare --plot no-such-folder/plot.svg", "choose a place you can write to"),
    ] {
        let line = refusal(&mut backprop(arguments));
        assert!(line.contains(sentence), "{arguments}: {line}");
    }
}
