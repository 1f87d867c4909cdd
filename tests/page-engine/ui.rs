//! The page in use: what is on the screen after every key, click and drag, in a real browser.

use backprop::data_set::nine_nodes;
use backprop::gradient_check::faults::{Fault, Mystery};
use backprop::graph::Network;
use backprop::model_file::Model;
use backprop::step::text::number;
use backprop::step::{Edit, Stepper};
use backprop::{Activation, Architecture, Label, Sample, WeightInit};
use serde_json::{Value, json};

use testkit::cli::{backprop, json_lines, success};
use testkit::page::{between, browse, page, same};

/// Makes a page, walks through it in the browser, and compares it step by step with `backprop step --json`.
fn walk(network: &str, samples: usize) -> Value {
    let (_folder, path, _) = page(&format!("{network} --samples {samples}"));
    let arguments = format!("step --json {network} --train-limit {samples} --epochs 1");
    let steps = json_lines(&success(&mut backprop(&arguments)));
    let expected: Vec<&str> = steps.iter().map(|step| step["text"].as_str().expect("text")).collect();
    let task = json!({ "total": steps.len() });
    let report = browse(&path, "#step=12", include_str!("../testkit/page/walk.js"), &task);

    assert_eq!(report["start"], "#step=12");
    assert_eq!(report["startText"], expected[11]);
    assert_eq!(report["forward"], json!(expected));
    let read: Vec<Value> = serde_json::from_value(report["steps"].clone()).expect("objects");
    assert!(same(&json!(read), &json!(steps)), "the steps that a script sees are those of the program");
    assert_eq!(report["hashAtEnd"], format!("#step={}", expected.len()));
    assert_eq!(report["backIsExact"], true, "going back shows what was shown");
    assert_eq!(report["endsThere"], true, "a jump shows what walking there shows");
    assert_eq!(report["changes"], expected.len() + 1, "every step changes something");
    assert_eq!(report["notComputed"], true, "what is not computed yet is a dash");
    assert_eq!(report["slider"], expected[4]);
    assert_eq!(report["button"], expected[5]);
    assert_eq!(report["deepLink"], expected[6]);
    assert!(report["spoken"].as_str().is_some_and(|words| words.ends_with(expected[expected.len() - 1])));
    for (i, step) in steps.iter().enumerate() {
        let after = number(step["after"].as_f64().expect("a number"), 6);
        if step["name"].as_str().is_some_and(|name| name.starts_with("δ(")) {
            // The vectorized network has no constant node, so no entry either.
            assert_eq!(report["litEntries"][i], Value::Null, "{}", step["text"]);
        } else {
            assert_eq!(report["litEntries"][i], after, "{}", step["text"]);
        }
    }
    report
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_browser_steps_forwards_and_backwards_with_the_library_s_words() {
    let report = walk("", 2);
    assert_eq!(report["themeChanges"], true);
    assert_eq!(report["helpOpens"], true);
    // Node by node, then connection by connection; node 0-3 and 1-4, ids 3 and 8, are constant.
    let nodes = [0, 1, 2, 4, 5, 6, 7, 9, 10, 9, 10, 4, 5, 6, 7, 8, 0, 1, 2, 3];
    let lit: Vec<String> = nodes.iter().map(|id| format!("node {id}")).collect();
    let lit = lit.into_iter().chain((0..26).map(|id| format!("connection {id}")));
    let both_samples: Vec<String> = lit.clone().chain(lit).collect();
    assert_eq!(report["litShapes"], json!(both_samples));
    let words = |key: &str| report[key].as_str().unwrap_or_else(|| panic!("no {key}")).to_owned();
    assert!(words("hover").contains("node 1-0: a4 = sigmoid(w41·x1"), "{}", words("hover"));
    assert!(words("edge").contains("(0-0) -> (1-0): w41 ← w41 + η·δ4·x1 = "), "{}", words("edge"));
    assert!(words("secondPhase").starts_with("Step 4 "), "{}", words("secondPhase"));
    assert!(words("secondSample").starts_with("Step 47 "), "{}", words("secondSample"));
    // Two and a half seconds at three steps a second, however late each timer is.
    let step = words("played");
    let step: usize = between(&step, "Step ", " ").parse().expect("a number");
    assert!((1..=8).contains(&step), "{step}");
    assert_eq!(report["stillThere"], report["played"], "paused");
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn activations_costs_and_a_long_sum_read_as_the_library_writes_them() {
    walk("--sizes 3,9,2,2 --activation tanh,relu,sigmoid --cost cross-entropy --init normal --seed 4", 2);
    walk("--sizes 2,3,1 --activation identity --init normal --seed 5 --rate 0.05", 3);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn mini_batches_with_l2_and_dropout_read_as_the_library_writes_them() {
    // The last mini-batch is smaller; then mini-batches of one.
    walk("--batch 2 --l2 0.5 --dropout 0.5", 3);
    walk("--dropout 0.3 --sizes 2,3,2,1 --init normal --cost cross-entropy", 2);
}

fn nine_nodes_samples() -> (Vec<Label<'static>>, Vec<Sample<'static>>) {
    (
        nine_nodes::LABELS.iter().map(|label| Label(label)).collect(),
        nine_nodes::SAMPLES.iter().map(|sample| Sample(sample)).collect(),
    )
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn numbers_edited_by_typing_keys_and_pulling_give_the_steppers_results() {
    let (_folder, path, _) = page("");
    let report = browse(&path, "", include_str!("../testkit/page/edits.js"), &json!({}));
    let network = Network::from_parameters(&nine_nodes::architecture(), &nine_nodes::parameters());
    let first = network[network.layers[1].neurons()[0]].upstream()[0];
    let w41 = |value| Edit::Weight(first, value);
    let stepper = |edits: &[Edit]| {
        let (labels, samples) = nine_nodes_samples();
        let mut stepper = Stepper::new(network.clone(), &labels, &samples, 0.3);
        stepper.goto(45);
        for &edit in edits {
            stepper.edit(edit);
        }
        serde_json::to_value(stepper.latest().expect("a step")).expect("JSON")
    };
    let assert_step = |key: &str, edits: &[Edit]| {
        assert!(same(&report[key], &stepper(edits)), "{key}: {}", report[key]);
    };
    assert_eq!(report["opened"], json!([true, "w41 ="]));
    assert_step("weight", &[w41(0.5)]);
    assert_eq!(report["undone"], true, "an edit that is undone leaves no trace");
    assert_eq!(report["arrows"], "0.69");
    assert_step("afterArrows", &[w41(0.69)]);
    assert_eq!(report["focusReturns"], true);
    assert_eq!(report["reset"], json!(["Before the first step", true]));
    assert_eq!(report["pulled"].as_array().map(Vec::len), Some(1), "a pull is one edit");
    assert_step("three", &[Edit::Input(0, 0.25), Edit::Label(0, 0.75), Edit::Rate(0.5)]);
    assert_eq!(report["restored"], report["three"], "the address holds network, edits and step");
    assert_eq!(report["sizes"], json!([2, 3]));
    assert!(
        report["refused"].as_str().is_some_and(|words| words.contains("at least two layers")),
        "{report}"
    );
    assert_eq!(report["sizesAfter"], json!([2, 3]), "nothing changes");
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_guess_is_judged_before_the_value_is_shown() {
    let (_folder, path, _) = page("");
    let report = browse(&path, "", include_str!("../testkit/page/guess.js"), &json!({}));
    // δ4 = 0.000382, without its slope 0.001680; step 12 is not shown while it is asked for.
    assert_eq!(report["held"], json!([11, true]), "the key → leads to the question");
    let words = |i: usize| report["verdicts"][i].as_str().unwrap_or_else(|| panic!("{report}")).to_owned();
    assert!(words(0).contains("without the slope"), "{}", words(0));
    assert!(words(1).contains("the sign is not"), "{}", words(1));
    assert!(words(2).contains("none of the classic slips"), "{}", words(2));
    assert!(words(3).contains("Right"), "{}", words(3));
    assert_eq!(report["then"], 12);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_planted_fault_lights_up_and_is_gone_with_the_next_step() {
    let (_folder, path, _) = page("");
    let faults = ["sign-flipped", "transposed", "bias-gradient-dropped"];
    let report = browse(&path, "", include_str!("../testkit/page/faults.js"), &json!(faults));
    assert_eq!(report["own"], json!({"right": 26, "wrong": 0}));
    // Of 3-4-2 all 26; of 3-4-4, its own set-up, W(1) and b(1); of 3-4-2 the six biases.
    for (i, (right, wrong)) in [(0, 26), (20, 16), (20, 6)].into_iter().enumerate() {
        let seen = &report["faults"][i];
        assert_eq!((&seen["right"], &seen["wrong"]), (&json!(right), &json!(wrong)), "{}", faults[i]);
        assert_eq!(seen["shown"], seen["report"], "{}", faults[i]);
        assert!(seen["told"].as_str().is_some_and(|words| words.contains("measured")), "{}", faults[i]);
    }
    // A name's fault is hidden, is the program's, and comes back with the address.
    assert_eq!(
        (&report["hidden"][1], &report["hidden"][2]),
        (&json!("#mystery=ada%20%26%20co"), &json!(true))
    );
    assert!(report["hiddenAgain"] == report["hidden"], "{}", report["hiddenAgain"][1]);
    let mystery = Mystery::new("ada & co");
    assert_eq!(
        report["hidden"][3].as_str(),
        Some(mystery.sheet().to_string().as_str()),
        "the program's numbers"
    );
    for answer in report["answers"].as_array().expect("a list") {
        let name = answer[0].as_str().expect("a name");
        let (_, words) = mystery.judge(Fault::named(name).expect("a fault of the gallery"), None);
        assert_eq!(answer[1], words, "{name}");
        assert_eq!(words.starts_with("Right: "), name == mystery.fault.name, "{name}");
    }
    assert_eq!(report["lines"], 10, "nine lines, or none");
    let another = report["another"].as_str().and_then(|hash| hash.strip_prefix("#mystery="));
    assert!(another.is_some_and(|seed| seed.parse::<u32>().is_ok()), "{}", report["another"]);
    assert_eq!(report["pictureComesBack"], true);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn points_are_added_and_trained_on_and_a_drawn_digit_is_stepped_through() {
    let (_folder, path, _) = page("--data digits");
    let report = browse(&path, "", include_str!("../testkit/page/data.js"), &json!({}));
    assert_eq!(report["points"], json!([4, 5, 6]), "a click, and a key");
    assert_eq!(report["regionsChange"], true, "regions follow the training");
    assert_eq!(report["trained"], true, "what is trained is what is stepped through");
    assert_eq!(report["tiles"], json!([30, 10]), "an image a hidden neuron, a bar an output");
    let read = report["read"].as_str().and_then(|words| words.strip_prefix("The network is untrained: "));
    let digit = read.unwrap_or_else(|| panic!("{report}")).split(' ').next().unwrap_or_default();
    assert_eq!(report["sampleIsDrawing"], true);
    assert_eq!(report["name"], "a814");
    // A drawing is taken for what the network reads, unless somebody says otherwise.
    assert_eq!(report["beforeOutputs"], format!("label {digit}, no answer yet"));
    assert_eq!((&report["skips"], &report["firstInk"]), (&json!("true"), &json!([true, true])), "{report}");
    assert_eq!((&report["back"], &report["firstInput"]), (&json!(0), &json!("x1")), "{report}");
    assert_eq!(report["verdict"], format!("label {digit}, it says {digit}: right"));
    assert_eq!(report["marked"], 1);
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_model_dropped_on_the_page_is_stepped_through() {
    let (_folder, path, _) = page("");
    let model = |sizes: &[usize]| {
        let architecture = Architecture::new(sizes).with_activation(Activation::Tanh);
        let parameters = WeightInit::Normal.draw(&architecture, 5);
        (architecture, parameters)
    };
    let text = |sizes: &[usize]| {
        let (architecture, parameters) = model(sizes);
        Model::new(architecture, parameters).to_json().expect("finite numbers")
    };
    let fitting = text(&[3, 4, 2]);
    let broken = [
        ("holiday.txt", "Dear all,"),
        ("data.json", "[1, 2, 3]"),
        ("cut.json", &fitting[..fitting.len() / 2]),
        ("shape.json", &fitting.replace("[3,4,2]", "[3,5,2]")),
    ];
    assert_ne!(broken[3].1, fitting, "the sizes are written so");
    let task = json!({ "model": fitting, "other": text(&[5, 3]), "broken": broken });
    let report = browse(&path, "", include_str!("../testkit/page/drop.js"), &task);

    assert_eq!((&report["taken"], &report["complaint"]), (&json!([true, true]), &json!("")));
    assert_eq!(report["setting"], json!(["3, 4, 2", "tanh"]));
    let network = Network::from_parameters(&model(&[3, 4, 2]).0, &model(&[3, 4, 2]).1);
    let (labels, samples) = nine_nodes_samples();
    let expected: Vec<Value> =
        Stepper::new(network, &labels, &samples, 0.3).take(46).map(|step| json!(step)).collect();
    assert!(same(&report["steps"], &json!(expected)), "on the samples that were there");
    for ((name, _), refused) in broken.iter().zip(report["refused"].as_array().expect("a list")) {
        assert_eq!(refused[1], true, "{name}: the network, its edits and the step stay");
        assert!(refused[0].as_str().is_some_and(|words| words.len() > 20), "{name}: {refused}");
    }
    assert!(
        report["refused"][0][0].as_str().is_some_and(|words| words.contains("holiday.txt is not a model"))
    );
    assert_eq!(report["other"], json!(["", [5, 3], "made-up"]), "samples that fit are made up");
}

/// A page of digits, in which a digit is drawn before the network is trained.
#[test]
#[ignore = "needs chromium: run by CI"]
fn every_view_is_of_the_network_that_trains_while_it_trains() {
    let (_folder, path, _) = page("--data digits --sizes 784,10,10 --init scaled");
    let report = browse(&path, "", include_str!("../testkit/page/together.js"), &json!({}));
    let text = |key: &str| report[key].as_str().unwrap_or_else(|| panic!("no {key}: {report}"));
    assert!(text("untrained").starts_with("The network is untrained: "), "{report}");
    assert!(
        text("trained").contains("the network reads ") || text("trained").starts_with("The network reads "),
        "{report}"
    );
    assert_eq!(report["outputs"], 10, "every output has a number");
    assert_eq!(report["sameOutputs"], true, "the outputs are those of the weights that are shown");
    assert!(report["images"].as_u64() >= Some(3), "the images form while it trains: {report}");
    // From slice to slice it takes some 70 ms, or at most 5,000 samples where a clock says nothing; each is shown.
    assert!(report["slices"].as_u64() >= Some(3), "{report}");
    assert_eq!(report["shown"], report["slices"], "every slice of training is followed by a picture");
    assert!(
        report["painted"].as_f64() >= report["slices"].as_f64(),
        "with the images of its weights: {report}"
    );
    assert_eq!(report["atRest"], json!([false, true]), "at rest each image is in its tile: {report}");
    assert!(report["mostSamples"].as_u64() <= Some(5000), "{report}");
    assert!(!text("curve").contains("no error yet"), "{report}");
    assert_eq!((&report["fragmentIsShort"], &report["cameBack"]), (&json!(true), &json!(true)), "{report}");
}

#[test]
#[ignore = "needs chromium: run by CI"]
fn a_softmax_is_trained_read_and_seen_but_not_stepped_through() {
    let (_folder, path, _) = page("--data digits --sizes 784,10,10 --init scaled --rate 0.1");
    let report = browse(&path, "", include_str!("../testkit/page/softmax.js"), &json!({}));
    assert_eq!(report["setting"], json!(["sigmoid,softmax", "vectorized", true]), "{report}");
    assert!(report["about"].as_str().is_some_and(|about| about.contains("log-likelihood cost")), "{report}");
    let why = report["why"].as_str().unwrap_or_default();
    assert!(why.contains("Choose sigmoid with the cross-entropy for steps"), "{report}");
    assert_eq!(report["hidden"], json!([]), "nothing that needs steps is there");
    assert!(report["images"].as_u64() >= Some(3), "the images form while it trains: {report}");
    for sum in report["sums"].as_array().expect("a list") {
        assert!(sum.as_f64().is_some_and(|sum| (sum - 1.0).abs() < 0.01), "{report}");
    }
    assert!(
        report["curve"].as_str().is_some_and(|words| words.contains("log-likelihood cost is ")),
        "{report}"
    );
    assert!(report["complaint"].as_str().is_some_and(|words| words.starts_with(why)), "{report}");
    assert_eq!((&report["reset"], &report["cameBack"]), (&json!(true), &json!(true)), "{report}");
    assert_eq!(report["steps"], json!(["sigmoid", true]), "{report}");
}

/// Typed text has one meaning or is refused where it was typed, and then nothing changes.
#[test]
#[ignore = "needs chromium: run by CI"]
fn numbers_are_read_or_refused_where_they_are_typed() {
    let (_folder, path, _) = page("--seed 9007199254740993 --batch 4294967296");
    let report = browse(&path, "", include_str!("../testkit/page/typed.js"), &json!({}));
    assert_eq!(report["start"], json!(["9007199254740993", "4294967296", ""]));
    let program = json_lines(&success(&mut backprop(
        "step --json --seed 9007199254740993 --samples 6 --batch 4294967296",
    )));
    assert!(same(&report["first"], &program[0]), "the seed crosses exactly");
    assert_eq!(report["rate"], json!(["0.5", true]));
    assert_eq!(report["weight"], json!([1.5, "1.5"]));
    for refused in report["refused"].as_array().expect("a list") {
        let words = refused[1].as_str().unwrap_or_default();
        assert!(words.len() > 15 && !words.contains("f64") && !words.contains("expected"), "{refused}");
        assert_eq!(
            (&refused[2], &refused[3]),
            (&json!(true), &json!(true)),
            "the text stays, nothing changes: {refused}"
        );
    }
    assert_eq!(report["dropped"].as_array().map(Vec::len), Some(2), "{report}");
    assert_eq!(report["stay"], json!(2), "complaints stay until they are answered: {report}");
    assert_eq!(report["answered"], json!(0));
}

/// Where the picture stays when an edge is clicked, what can be computed with, and what fits.
#[test]
#[ignore = "needs chromium: run by CI"]
fn an_edge_is_changed_in_place_and_every_number_has_three_digits() {
    let (_folder, path, _) = page("");
    let report = browse(&path, "#check=transposed", include_str!("../testkit/page/places.js"), &json!({}));
    assert_eq!(report["planted"], json!(["check", true, true]), "the address plants the fault: {report}");
    assert_eq!(report["tableFits"], true);
    let refused = report["nonsense"][0].as_str().unwrap_or_default();
    assert!(refused.contains("no fault 'nonsense'; there are missing-slope, "), "{report}");
    assert_eq!(
        (&report["nonsense"][1], &report["nonsense"][2]),
        (&json!(true), &json!(false)),
        "the earlier verdict is gone"
    );
    assert_eq!(report["short"], json!([]), "fewer than three significant digits");
    assert_eq!(report["scrolled"], 0, "the page stays where it is");
    assert!(report["told"].as_str().is_some_and(|words| words.contains("set by hand")), "{report}");
    assert_eq!(report["twoStops"], false, "{report}");
    assert_eq!(report["keys"], json!([4, 8, 1, 0, 12]), "the terminal's keys");
    let stopped = report["stopped"].as_str().unwrap_or_default();
    assert!(stopped.contains("started again"), "{report}");
    assert_eq!(report["goesOn"], true);
}

/// The author of the data may have written anything.
#[test]
#[ignore = "needs chromium: run by CI"]
fn names_that_look_like_markup_are_shown_as_text() {
    let (_folder, path, _) = page("");
    let report = browse(&path, "", include_str!("../testkit/page/hostile.js"), &json!({}));
    assert_eq!(report["elements"], 0);
    assert!(report["about"].as_str().is_some_and(|words| words.contains("<img src=x onerror=")), "{report}");
    assert_eq!(report["classes"], json!(["<b>0</b>", "</script><script>alert(1)</script>"]));
}

/// axe-core, as `npm install --prefix target/npm axe-core` puts it there.
const AXE: &str = "target/npm/node_modules/axe-core/axe.min.js";

#[test]
#[ignore = "needs chromium: run by CI"]
fn axe_finds_no_fault_in_any_state_of_the_page_light_or_dark() {
    let Ok(axe) = std::fs::read_to_string(testkit::root().join(AXE)) else {
        let is_excused = std::env::var_os("BACKPROP_NO_AXE").is_some() || std::env::var_os("CI").is_none();
        assert!(is_excused, "{AXE} is missing");
        eprintln!("axe-core is not there: not tried");
        return;
    };
    let (_folder, path, text) = page("");
    std::fs::write(&path, text.replacen("<style>", &format!("<script>{axe}</script><style>"), 1))
        .expect("writable");
    let report = browse(&path, "", include_str!("../testkit/page/axe.js"), &json!({}));
    assert_eq!(report["faults"], json!([]));
}
