//! Model files are restored bit for bit, network2.py's are read, and damaged ones are refused.

use backprop::data_set::{Answers, Meaning, Pixels, Standardization};
use backprop::model_file::Model;
use backprop::{Activation, Architecture, Cost, Parameters, WeightInit};
use proptest::prelude::*;

use testkit::golden::golden_text;

fn model(sizes: &[usize]) -> Model {
    let architecture = Architecture::new(sizes);
    let parameters = WeightInit::Normal.draw(&architecture, 3);
    Model::new(architecture, parameters)
}

fn bits(parameters: &Parameters) -> Vec<u64> {
    parameters.iter().map(f64::to_bits).collect()
}

fn refusal(text: &str) -> String {
    let problem = Model::from_json(text).expect_err("should be refused").to_string();
    assert!(!problem.contains('\n'), "{problem}");
    problem
}

#[test]
fn a_model_written_by_another_program_is_read() {
    let golden: serde_json::Value = serde_json::from_str(&golden_text("online_5_7_6_4.json")).expect("JSON");
    let model = Model::from_json(&golden["model_before"].to_string()).expect("network2.py's form");
    assert_eq!(model.architecture, Architecture::new(&[5, 7, 6, 4]));
    assert_eq!(model.parameters.layers[2].biases[3], golden["model_before"]["biases"][2][3][0]);
    assert_eq!(model.parameters.layers[0].weights[6][4], golden["model_before"]["weights"][0][6][4]);
}

#[test]
fn what_is_written_has_the_keys_and_shapes_that_network2_py_loads() {
    let text = model(&[2, 3, 1]).to_json().expect("finite");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["sizes"], serde_json::json!([2, 3, 1]));
    assert_eq!(json["cost"], "QuadraticCost");
    assert_eq!(json["weights"][0].as_array().map(Vec::len), Some(3));
    assert_eq!(json["weights"][0][0].as_array().map(Vec::len), Some(2));
    assert_eq!(json["biases"][0][2].as_array().map(Vec::len), Some(1));
}

#[test]
fn activations_and_cost_come_back() {
    let mut written = model(&[2, 3, 1]);
    written.architecture = Architecture::new(&[2, 3, 1])
        .with_activations(&[Activation::Relu, Activation::Sigmoid])
        .with_cost(Cost::CrossEntropy);
    assert_eq!(Model::from_json(&written.to_json().expect("finite")).expect("whole"), written);
}

#[test]
fn the_meaning_of_inputs_and_outputs_comes_back() {
    let plain = model(&[2, 3]);
    for key in ["answers", "pixels", "standardization"] {
        assert!(!plain.to_json().expect("finite").contains(key), "{key}");
    }
    for answers in
        [Answers::Bits, Answers::Numbers, Answers::Classes(["a", "b", "c"].map(str::to_owned).to_vec())]
    {
        let standardization = Some(Standardization { mean: vec![0.5, -1.0], deviation: vec![2.0, 0.1] });
        let meaning = Meaning { answers, pixels: Some(Pixels::Raw), standardization, ..Meaning::default() };
        let written = Model { meaning, ..plain.clone() };
        assert_eq!(Model::from_json(&written.to_json().expect("finite")).expect("whole"), written);
    }
}

#[test]
fn text_that_is_not_json_is_refused() {
    assert!(refusal("").contains("it is empty"));
    assert!(refusal("{\"sizes\": [2,").contains("incomplete"));
    assert!(refusal("{sizes: 2}").contains("not JSON"));
    assert!(refusal("[1, 2, 3]").contains("not a model file"));
    assert!(refusal("{\"sizes\": [1, 1]}").contains("missing field"));
}

#[test]
fn sizes_that_disagree_with_the_matrices_are_refused() {
    let with = |sizes: &str, weights: &str, biases: &str| {
        refusal(&format!(
            r#"{{"sizes": {sizes}, "weights": {weights}, "biases": {biases}, "cost": "QuadraticCost"}}"#
        ))
    };
    assert!(with("[2, 1]", "[[[1, 2, 3]]]", "[[[0]]]").contains("weights[0][0] has 3 numbers"));
    assert!(with("[2, 1]", "[[[1, 2], [1, 2]]]", "[[[0]]]").contains("weights[0] has 2 rows"));
    assert!(with("[2, 1]", "[[[1, 2]]]", "[[[0], [0]]]").contains("biases[0] has 2 entries"));
    assert!(with("[2, 1, 1]", "[[[1, 2]]]", "[[[0]]]").contains("need 2 weight matrices"));
    assert!(with("[2, 1]", "[[[1, 2]]]", "[[[0]], [[0]]]").contains("but there are 1 and 2"));
    assert!(with("[2, 1]", "[[[1, 2]], [[1]]]", "[[[0]]]").contains("but there are 2 and 1"));
    assert!(with("[2]", "[]", "[]").contains("at least two layers"));
    assert!(with("[2, 0]", "[[]]", "[[]]").contains("contain a zero"));
    assert!(with("[2, 1]", "[[[1, 2]]]", "[[0]]").contains("not a model file"));
    assert!(with("[4000000000, 4000000000]", "[[]]", "[[]]").contains("has 0 rows"));
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let with = |number: &str| {
        refusal(&format!(
            r#"{{"sizes": [1, 1], "weights": [[[{number}]]], "biases": [[[0]]], "cost": "QuadraticCost"}}"#
        ))
    };
    assert!(with("NaN").contains("contains NaN"));
    assert!(with("-Infinity").contains("contains Infinity"));
    assert!(with("1e999").contains("out of range"));
    assert!(with("null").contains("not a model file"));
    let mut diverged = model(&[1, 1]);
    diverged.parameters.layers[0].weights[0][0] = f64::INFINITY;
    assert!(diverged.to_json().expect_err("infinite").to_string().contains("diverged"));
}

#[test]
fn an_unknown_cost_or_activation_is_refused() {
    let start = r#"{"sizes": [1, 1], "weights": [[[1]]], "biases": [[[0]]], "cost":"#;
    assert!(refusal(&format!(r#"{start} "HingeCost"}}"#)).contains("HingeCost"));
    let swish = format!(r#"{start} "QuadraticCost", "activations": ["swish"]}}"#);
    assert!(refusal(&swish).contains("swish"));
    let too_many = format!(r#"{start} "QuadraticCost", "activations": ["relu", "relu"]}}"#);
    assert!(refusal(&too_many).contains("need 1 activations"));
    let no_sigmoid = format!(r#"{start} "CrossEntropyCost", "activations": ["relu"]}}"#);
    assert!(refusal(&no_sigmoid).contains("needs a sigmoid output layer"));
}

/// Found by fuzzing: what the file says is quoted, and may hold line breaks and what moves a terminal's cursor.
#[test]
fn text_from_the_file_is_quoted_in_one_line() {
    assert!(refusal(&with(r#","pixels":" \nte\t1""#)).contains(r"` \nte\t1`"));
    assert!(refusal(r#"{"cost": "\u001b[2J"}"#).contains(r"\u{1b}[2J"));
}

/// A file in network2.py's own form, with something more between the braces.
fn with(more: &str) -> String {
    format!(r#"{{"sizes":[2,1],"weights":[[[1,2]]],"biases":[[[0]]],"cost":"QuadraticCost"{more}}}"#)
}

#[test]
fn names_and_standardization_fit_the_network_or_are_refused() {
    let names = |count: usize| with(&format!(r#","answers":{{"classes":{:?}}}"#, vec!["n"; count]));
    for count in [0, 1, 2] {
        assert!(Model::from_json(&names(count)).is_ok(), "one output can tell two classes apart");
    }
    assert!(refusal(&names(3)).contains("answers names 3 classes for 1 output"));
    let three = r#"{"sizes":[1,3],"weights":[[[1],[1],[1]]],"biases":[[[0],[0],[0]]],"cost":"QuadraticCost","answers":{"classes":["a","b","c"]}}"#;
    assert!(Model::from_json(three).is_ok());
    assert!(refusal(&three.replace(r#""c"]"#, r#""c","d"]"#)).contains("names 4 classes for 3 outputs"));

    let standardized = |mean: &str, deviation: &str| {
        with(&format!(r#","standardization":{{"mean":{mean},"deviation":{deviation}}}"#))
    };
    assert!(Model::from_json(&standardized("[0,-1]", "[1,1e-300]")).is_ok());
    for (mean, deviation, found) in [
        ("[0]", "[1,1]", "1 mean and 2 deviations for 2 inputs"),
        ("[0,0]", "[1]", "2 means and 1 deviation for 2 inputs"),
        ("[0,0,0]", "[1,1,1]", "3 means and 3 deviations for 2 inputs"),
    ] {
        assert!(refusal(&standardized(mean, deviation)).contains(found));
    }
    for deviation in ["[1,0]", "[-1,1]"] {
        assert!(refusal(&standardized("[0,0]", deviation)).contains("a deviation that is not above 0"));
    }
}

#[test]
fn a_format_of_another_program_or_version_is_refused() {
    assert!(Model::from_json(&with(r#","format":"backprop-model 1""#)).is_ok());
    let later = refusal(&with(r#","format":"backprop-model 7""#));
    assert!(
        later.contains("a model file of version 7; this program reads version 1: get a later one"),
        "{later}"
    );
    for format in ["backprop-model", "other 1", ""] {
        let sentence = refusal(&with(&format!(r#","format":"{format}""#)));
        assert!(sentence.contains(&format!("not a model file: its format is \"{format}\"")), "{sentence}");
    }
}

#[test]
fn a_number_that_has_changed_since_is_noticed_and_may_be_wanted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.json");
    model(&[2, 2]).write(&path).expect("writable");
    let text = std::fs::read_to_string(&path).expect("just written");
    assert!(text.ends_with("}\n"));
    let mut json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json["weights"][0][0][0] = serde_json::json!(0.125);
    std::fs::write(&path, json.to_string()).expect("writable");
    let sentence = Model::read(&path).expect_err("changed").to_string();
    assert!(
        sentence.contains("something in it has changed") && sentence.contains("remove its key crc32"),
        "{sentence}"
    );
    let edited = Model::read_edited(&path).expect("wanted");
    assert_eq!(edited.parameters.layers[0].weights[0][0], 0.125);
}

#[test]
fn a_model_file_is_recognised_also_one_of_version_0_1() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.json");
    assert!(!Model::is_at(&path), "nothing is there");
    assert!(!Model::is_at(folder.path()), "a folder");
    let ours = model(&[2, 2]).to_json().expect("finite");
    let of_0_1 = with(r#","activations":["sigmoid"]"#);
    let large_of_0_1 = of_0_1.replace("[[0]]", &format!("[[0{}]]", " ".repeat(10_000)));
    let activations_first = large_of_0_1.replace(r#","activations":["sigmoid"]"#, "").replacen(
        r#""weights""#,
        r#""activations":["sigmoid"],"weights""#,
        1,
    );
    for (text, is_ours) in [
        (ours.as_str(), true),
        (&ours[..40], true), // whole or not
        (of_0_1.as_str(), true),
        (large_of_0_1.as_str(), true),
        (activations_first.as_str(), false),
        (&with(""), false), // network2.py's
        (r#"{"activations":["sigmoid"]}"#, false),
        ("{\"format\":\"backprop-model", false),
        ("{", false),
        ("", false),
    ] {
        std::fs::write(&path, text).expect("writable");
        assert_eq!(Model::is_at(&path), is_ours, "{text:.80}");
    }
}

#[test]
fn what_is_not_a_model_is_called_by_its_name() {
    for (text, part) in [
        ("\u{feff}{}", "it begins with a byte-order mark; save it as UTF-8 without one"),
        (
            "backprop-checkpoint 1 crc32 00000000 bytes 2\n{}",
            "it is a checkpoint; its network can be read from it",
        ),
        ("backprop", "not JSON"),
        (" \n[1]", "not an object with the keys"),
        ("\"text\"", "not an object with the keys"),
        ("-1", "not an object with the keys"),
        ("7", "not an object with the keys"),
        (r#"{"sizes":[1e999]}"#, "a number is out of range for 64 bits, at line 1"),
        (r#"{"cost":"\ud800"}"#, "half a pair of surrogates, at line 1"),
        (r#"{"cost":"\ud800\u0041"}"#, "half a pair of surrogates, at line 1"),
    ] {
        let sentence = refusal(text);
        assert!(sentence.contains(part), "{text}: {sentence}");
    }
    let deep = format!(r#"{{"extra":{}"#, "[".repeat(100_000));
    assert!(refusal(&deep).contains("nested too deeply"));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.json");
    for (bytes, part) in [
        (&b"\xff\xfe{\0"[..], "it is UTF-16 text; save it as UTF-8"),
        (&b"\xfe\xff\0{"[..], "it is UTF-16 text"),
        (&b"caf\xe9 {}"[..], "it is not even text"),
    ] {
        std::fs::write(&path, bytes).expect("writable");
        let sentence = Model::read(&path).expect_err("no model").to_string();
        assert!(sentence.contains(part), "{sentence}");
    }
}

/// Only the text around the place is read again, to see whether it is a number that diverged.
#[test]
fn an_infinite_number_in_a_file_is_found_on_any_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.json");
    let refusal = |text: &str| {
        std::fs::write(&path, text).expect("writable");
        Model::read(&path).expect_err("no model").to_string()
    };
    for before in ["", "\n", "\n\n\n", &" ".repeat(5000), &"\n".repeat(3000)] {
        for number in ["NaN", "Infinity", "-Infinity"] {
            let text = with("").replace("[1,2]", &format!("{before}[1,{number}]"));
            let word = number.trim_start_matches('-');
            let sentence = refusal(&text);
            assert!(sentence.contains(&format!("it contains {word} (")), "{sentence}");
            assert!(sentence.ends_with("the training it comes from has diverged"), "{sentence}");
        }
        // A word of that name elsewhere in the file is not a number.
        let text =
            with("").replacen('{', &format!(r#"{{"name":"NaN",{before}"x":{}, oh"#, " ".repeat(100)), 1);
        assert!(refusal(&text).contains("not JSON: "), "{}", refusal(&text));
    }
}

#[test]
fn a_write_that_fails_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("m.json");
    model(&[2, 2]).write(&path).expect("writable");
    let before = std::fs::read(&path).expect("just written");
    let mut diverged = model(&[2, 2]);
    diverged.parameters.layers[0].biases[0] = f64::NAN;
    assert!(diverged.write(&path).is_err());
    assert_eq!(std::fs::read(&path).expect("still there"), before);
    let missing = folder.path().join("no-such-folder").join("m.json");
    assert!(model(&[2, 2]).write(&missing).is_err());
    let names = std::fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(names, 1, "no temporary file is left behind");
}

proptest! {
    #[test]
    fn every_finite_number_comes_back_bit_for_bit(numbers in prop::collection::vec(any::<f64>(), 6)) {
        prop_assume!(numbers.iter().all(|number| number.is_finite()));
        let mut written = model(&[2, 2]);
        for (parameter, number) in written.parameters.iter_mut().zip(&numbers) {
            *parameter = *number;
        }
        let read = Model::from_json(&written.to_json().expect("finite")).expect("our own file");
        prop_assert_eq!(bits(&read.parameters), bits(&written.parameters));
    }

    /// The file is text without a checksum, as network2.py wants it: a digit that changes is another number. But whatever
    /// is read is whole, finite and of the shapes it says, and most damage is refused.
    #[test]
    fn a_damaged_file_is_refused_or_a_whole_model(
        place in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<bool>()
    ) {
        let mut bytes = model(&[3, 4, 2]).to_json().expect("finite").into_bytes();
        let place = place.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] = value;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("m.json");
        std::fs::write(&path, &bytes).expect("writable");
        match Model::read(&path) {
            Ok(read) => {
                prop_assert!(!cut);
                prop_assert!(read.parameters.fit(&read.architecture));
                prop_assert!(read.parameters.iter().all(f64::is_finite));
                prop_assert_eq!(Model::from_json(&read.to_json().expect("finite")).expect("whole"), read);
            }
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }
}
