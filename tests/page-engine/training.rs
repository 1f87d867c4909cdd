//! Training at full speed, and everything else on the page as views of the network that trains.

use backprop::data_set::{DataSet, Pixels};
use backprop::gradient_check::Forward;
use backprop::graph::Network;
use backprop::step::text::short;
use backprop::training::{Options, Trainer};
use backprop::{Architecture, Parameters, Sample, WeightInit};
use proptest::prelude::*;
use serde_json::{Value, json};

use page_engine::Session;

use crate::{ask, model, started};

#[test]
fn training_at_full_speed_gives_the_weights_of_train() {
    let bytes: Vec<u8> = (0..40u32).map(|i| (i * 37 % 256) as u8).collect();
    let data = DataSet::images(2, 2, bytes, (0..10u8).map(|i| i % 3).collect(), Pixels::Scaled);
    let options = Options { epochs: Some(3), batch: 3, l2: 0.1, dropout: 0.2, seed: 5, ..Options::default() };
    let architecture = backprop::Architecture::new(&[4, 5, 3]);
    let start = WeightInit::Small.draw(&architecture, 5);
    for (engine, kind) in [(0, "object"), (1, "vectorized")] {
        let mut network: Box<dyn backprop::Engine> = if engine == 0 {
            Box::new(Network::from_parameters(&architecture, &start))
        } else {
            Box::new(backprop::vectorized::Network::from_parameters(&architecture, &start))
        };
        let mut trainer = Trainer::new(options.clone(), &data, None, &data).expect("they fit");
        while !trainer.is_finished() {
            trainer
                .run_epoch(&mut *network, &mut |_| std::ops::ControlFlow::Continue(()))
                .expect("no divergence");
        }
        let rows: Vec<Vec<f64>> = (0..10).map(|i| data.sample(i)).collect();
        let labels: Vec<Vec<f64>> = (0..10).map(|i| data.label(i, options.targets, 3)).collect();
        let mut session = started(&json!({
            "data": {"samples": rows, "labels": labels}, "sizes": [4, 5, 3],
            "batch": 3, "l2": 0.1, "dropout": 0.2, "seed": 5, "init": "small",
        }));
        let mut epochs = 0;
        while epochs < 3 {
            let report = ask(&mut session, &json!({"do": "train", "samples": 4, "engine": kind}));
            epochs =
                report["epoch"].as_u64().expect("a number") - u64::from(report["done"] != report["total"]);
        }
        let model = model(&mut session);
        assert_eq!(model.parameters, network.parameters(), "{kind}");
    }
}

#[test]
fn what_is_recognised_is_counted_in_slices_too() {
    let start = json!({"data": "moons", "sizes": [2, 5, 2], "seed": 3, "init": "normal"});
    let mut whole = started(&start);
    let expected = ask(&mut whole, &json!({"do": "train", "samples": 1000}));
    assert_eq!((&expected["done"], &expected["accuracy"]["train"]["total"]), (&json!(200), &json!(200)));
    // The weights after that epoch, asked sample by sample.
    let weights = model(&mut whole).parameters;
    let mut network = Network::from_parameters(&backprop::Architecture::new(&[2, 5, 2]), &weights);
    let moons = backprop::data_set::points::moons().train;
    let right = (0..200).filter(|&i| {
        let outputs = network.predict(backprop::Sample(&moons.sample(i)));
        usize::from(outputs[1] > outputs[0]) == moons.class(i)
    });
    assert_eq!(expected["accuracy"]["train"]["correct"], right.count());

    let mut slices = started(&start);
    let mut reports = Vec::new();
    while reports.last().is_none_or(|report: &Value| report["accuracy"].is_null()) {
        reports.push(ask(&mut slices, &json!({"do": "train", "samples": 30})));
    }
    // 7 slices train, the last of them on 20, and look at 30 of 200 and 100 to test on; 3 more look at 90 each.
    assert_eq!(reports.len(), 10);
    assert_eq!(reports[9], expected);
    let curve = |session: &mut Session| ask(session, &json!({"do": "curve"}))["means"].take();
    assert_eq!((curve(&mut slices), curve(&mut whole)), (curve(&mut whole), curve(&mut slices)));
    assert_eq!(ask(&mut slices, &json!({"do": "train", "samples": 30}))["epoch"], 2);
}

#[test]
fn a_long_curve_is_some_of_its_epochs_with_the_first_and_the_last() {
    let mut session = started(&json!({"data": "xor", "sizes": [2, 3, 2], "init": "normal"}));
    let mut means = Vec::new();
    for epochs in 1..=1500 {
        // Some epochs are walked through, the others trained at full speed.
        if epochs % 50 == 0 {
            let end = ask(&mut session, &json!({"do": "look"}))["epoch_length"].take();
            ask(&mut session, &json!({"do": "goto", "position": end}));
        } else {
            ask(&mut session, &json!({"do": "train", "samples": 9}));
        }
        let curve = ask(&mut session, &json!({"do": "curve"}));
        let points: Vec<(usize, f64)> = serde_json::from_value(curve["means"].clone()).expect("points");
        means.extend(points.last().map(|point| point.1));
        assert!(points.len() <= 300 && (epochs > 300 || points.len() == means.len()), "{points:?}");
        assert!(points.iter().all(|&(epoch, mean)| means[epoch - 1] == mean), "{points:?}");
        assert_eq!((points[0].0, points[points.len() - 1].0), (1, epochs));
        let distances: Vec<usize> = points.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        let even = distances.first().map_or(1, |first| *first);
        assert!(distances.iter().rev().skip(1).all(|distance| *distance == even), "{distances:?}");
        assert!(distances.last().is_none_or(|last| *last <= even), "{distances:?}");
    }
}

#[test]
fn stepping_training_drawing_and_checking_are_views_of_one_network() {
    let rows: Vec<Vec<f64>> =
        (0..8).map(|i| (0..784).map(|j| f64::from((i * j) % 7) / 7.0).collect()).collect();
    let labels: Vec<Vec<f64>> =
        (0..8).map(|i| if i % 2 == 0 { vec![0.9, 0.1] } else { vec![0.1, 0.9] }).collect();
    let data = json!({"samples": rows, "labels": labels, "image_shape": [28, 28]});
    let mut session = started(&json!({"data": data, "sizes": [784, 3, 2], "init": "scaled", "rate": 0.5}));
    let pixels: Vec<u8> =
        (0..784).map(|i| if (300..420).contains(&i) && i % 28 < 20 { 200 } else { 0 }).collect();
    ask(&mut session, &json!({"do": "draw", "columns": 28, "rows": 28, "pixels": pixels}));
    let untrained = ask(&mut session, &json!({"do": "read"}));
    assert!(untrained["words"].as_str().is_some_and(|words| words.contains("untrained")), "{untrained}");

    // Some steps, a change by hand, training with each engine, and steps again.
    ask(&mut session, &json!({"do": "goto", "position": 3000}));
    ask(&mut session, &json!({"do": "edit", "name": "rate", "value": "0,25"}));
    ask(&mut session, &json!({"do": "edit", "name": "t788", "value": "60%"}));
    for (engine, samples) in [("object", 20), ("vectorized", 5), ("vectorized", 30)] {
        let mut left = samples;
        while left > 0 {
            ask(&mut session, &json!({"do": "train", "samples": left.min(3), "engine": engine}));
            left -= left.min(3);
        }
    }
    let read = ask(&mut session, &json!({"do": "read"}));
    assert!(!read["words"].as_str().is_some_and(|words| words.contains("untrained")), "{read}");
    let mut network =
        Network::from_parameters(&backprop::Architecture::new(&[784, 3, 2]), &model(&mut session).parameters);
    let first = network.predict(Sample(&rows[0]));
    let moment = ask(&mut session, &json!({"do": "look"}));
    assert_eq!(moment["rate"], "0.25");
    assert_eq!(
        moment["step"]["after"].as_f64(),
        Some(first[1]),
        "the outputs for the first sample are those of now"
    );
    let images = ask(&mut session, &json!({"do": "images"}));
    assert_eq!(
        images["letters"].as_str().map(str::len),
        Some(3 * 784),
        "three images, a letter for a weight"
    );
    let curve = ask(&mut session, &json!({"do": "curve"}));
    assert!(curve["means"].as_array().is_some_and(|means| means.len() > 2), "{curve}");

    // The drawing is stepped through with the same weights, and the address is short and leads back.
    let outputs = ask(&mut session, &json!({"do": "read"}))["outputs"].take();
    ask(&mut session, &json!({"do": "take-drawing", "label": 1}));
    let there = ask(&mut session, &json!({"do": "goto", "position": 784 + 3 + 2}));
    assert_eq!(there["step"]["after"], outputs[1]);
    let weights = model(&mut session).parameters;
    let fragment = ask(&mut session, &json!({"do": "address"}))["fragment"].take();
    let back = ask(&mut session, &json!({"do": "restore", "fragment": fragment}));
    assert_eq!(back["training"]["on_the_way"], true);
    // It stays the same address on the way.
    assert_eq!(ask(&mut session, &json!({"do": "address"}))["fragment"], fragment);
    let mut calls = 0;
    while ask(&mut session, &json!({"do": "train", "samples": 7}))["on_the_way"] == true {
        calls += 1;
        assert!(calls < 1000, "it arrives");
    }
    assert!(model(&mut session).parameters == weights, "to the bit");
    assert_eq!(ask(&mut session, &json!({"do": "look"}))["step"], there["step"]);
    assert_eq!(ask(&mut session, &json!({"do": "address"}))["fragment"], fragment);

    // Reset leads to the first weights.
    ask(&mut session, &json!({"do": "reset"}));
    let again = ask(&mut session, &json!({"do": "read"}));
    assert_eq!(again["outputs"], untrained["outputs"]);
}

/// Returns a session with the embedded digits, and 784-30-10 on them.
pub fn digits() -> Session {
    let names = ["train_images", "train_labels", "test_images", "test_labels"];
    let mut digits = json!({"do": "digits"});
    for (name, (_, bytes)) in names.iter().zip(backprop::data_set::digits::FILES) {
        digits[*name] = json!(page_engine::to_base64(bytes));
    }
    let mut session = Session::default();
    ask(&mut session, &digits);
    let situation = json!({"data": "digits", "targets": "soft", "sizes": [784, 30, 10], "activation": ["sigmoid", "sigmoid"],
        "cost": "quadratic", "init": "scaled", "seed": 0, "rate": 0.3, "batch": 1, "l2": 0.0, "dropout": 0.0, "limit": 6,
        "epochs": 5});
    ask(&mut session, &json!({"do": "begin", "situation": situation.to_string()}));
    session
}

/// Returns the fragment of the present address.
pub fn address(session: &mut Session) -> String {
    let fragment = ask(session, &json!({"do": "address"}))["fragment"].take();
    fragment.as_str().expect("text").to_owned()
}

/// Goes where an address leads, and returns the weights there.
pub fn follow(session: &mut Session, fragment: &str) -> Parameters {
    let mut way = ask(session, &json!({"do": "restore", "fragment": fragment}))["training"].take();
    while way["on_the_way"] == true {
        way = ask(session, &json!({"do": "train", "samples": 7}));
    }
    model(session).parameters
}

#[test]
fn the_address_of_a_drawn_digit_leads_back_in_at_most_700_characters() {
    let mut session = digits();
    for engine in ["vectorized", "object", "vectorized"] {
        ask(&mut session, &json!({"do": "train", "samples": 10, "engine": engine}));
        ask(&mut session, &json!({"do": "next"}));
    }
    // As much ink as there can be.
    ask(&mut session, &json!({"do": "draw", "columns": 28, "rows": 28, "pixels": vec![200u8; 784]}));
    ask(&mut session, &json!({"do": "take-drawing", "label": 3}));
    ask(&mut session, &json!({"do": "goto", "position": 824}));
    assert!(address(&mut session).len() < 700);
    // Drawings that were read before leave no trace, as they have moved no weight.
    for label in [4, 5] {
        ask(&mut session, &json!({"do": "train", "samples": 10, "engine": "vectorized"}));
        ask(&mut session, &json!({"do": "take-drawing", "label": label}));
        ask(&mut session, &json!({"do": "goto", "position": 824}));
        assert!(address(&mut session).len() < 700, "{label}");
    }
    let weights = model(&mut session).parameters;
    let fragment = address(&mut session);
    assert!(follow(&mut session, &fragment) == weights, "to the bit");
}

/// One thing that a reader does with a drawn digit.
#[derive(Debug, Clone)]
enum Deed {
    /// Lines from place to place, on a sheet of 140 by 140.
    Draw(Vec<(usize, usize)>),
    Take {
        label: usize,
    },
    /// Steps through this share of the sample.
    Walk(f64),
    Train {
        samples: usize,
        engine: &'static str,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        prop::collection::vec((0..140usize, 0..140usize), 1..12).prop_map(Deed::Draw),
        (0..10usize).prop_map(|label| Deed::Take { label }),
        (0.0..1.2f64).prop_map(Deed::Walk),
        (1..9usize, prop::sample::select(vec!["object", "vectorized"]))
            .prop_map(|(samples, engine)| Deed::Train { samples, engine }),
    ]
}

/// Returns a sheet with lines through these places.
fn sheet(places: &[(usize, usize)]) -> Vec<u8> {
    let mut pixels = vec![0; 140 * 140];
    for pair in places.windows(2) {
        for part in 0..=140 {
            let along = |from: usize, to: usize| (from * (140 - part) + to * part) / 140;
            let (x, y) = (along(pair[0].0, pair[1].0), along(pair[0].1, pair[1].1));
            for dot in 0..81 {
                let (x, y) = ((x + dot % 9).min(139), (y + dot / 9).min(139));
                pixels[y * 140 + x] = 255;
            }
        }
    }
    pixels
}

fn do_all(session: &mut Session, deeds: &[Deed]) {
    ask(
        session,
        &json!({"do": "draw", "columns": 140, "rows": 140, "pixels": sheet(&[(70, 10), (70, 130)])}),
    );
    ask(session, &json!({"do": "take-drawing", "label": 1}));
    for deed in deeds {
        match deed {
            Deed::Draw(places) => {
                let drawing = json!({"do": "draw", "columns": 140, "rows": 140, "pixels": sheet(places)});
                ask(session, &drawing);
            }
            Deed::Take { label } => {
                ask(session, &json!({"do": "take-drawing", "label": label}));
            }
            Deed::Walk(share) => {
                let length = ask(session, &json!({"do": "look"}))["epoch_length"].as_f64().expect("a number");
                ask(session, &json!({"do": "goto", "position": (share * length) as u64}));
            }
            Deed::Train { samples, engine } => {
                ask(session, &json!({"do": "train", "samples": samples, "engine": engine}));
            }
        }
        let fragment = address(session);
        assert!(fragment.len() < 700, "{} after {deed:?}", fragment.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(debug_assertions) { 2 } else { 12 }, ..ProptestConfig::default() })]

    #[test]
    fn addresses_of_drawings_are_short_whatever_was_drawn_and_trained(deeds in prop::collection::vec(deed(), 1..25)) {
        let mut session = digits();
        do_all(&mut session, &deeds);
        // It leads somewhere, and that is where its own address leads.
        let fragment = address(&mut session);
        let weights = follow(&mut session, &fragment);
        let again = address(&mut session);
        prop_assert!(again.len() < 700);
        prop_assert!(follow(&mut session, &again) == weights);
    }
}

#[test]
fn what_is_watched_while_it_trains_is_what_is_there_when_it_stops() {
    let rows: Vec<Vec<f64>> =
        (0..6).map(|i| (0..40).map(|j| f64::from((i * j) % 5) / 5.0).collect()).collect();
    let labels: Vec<Vec<f64>> = (0..6).map(|i| vec![0.1 + 0.1 * f64::from(i), 0.5]).collect();
    let data = json!({"samples": rows, "labels": labels, "image_shape": [5, 8]});
    for engine in ["object", "vectorized"] {
        let mut session = started(&json!({"data": data, "sizes": [40, 3, 2], "init": "normal", "rate": 0.5}));
        ask(&mut session, &json!({"do": "train", "samples": 2, "engine": engine}));
        ask(&mut session, &json!({"do": "look"}));
        let before = ask(&mut session, &json!({"do": "watch"}));
        for _ in 0..9 {
            ask(&mut session, &json!({"do": "train", "samples": 5, "engine": engine}));
        }
        let watched = ask(&mut session, &json!({"do": "watch"}));
        assert_ne!((&watched["outputs"], &watched["images"]), (&before["outputs"], &before["images"]));
        // Watching makes no step and changes nothing: the numbers that follow are the same without it.
        let moment = ask(&mut session, &json!({"do": "look"}));
        let trained = model(&mut session).parameters;
        assert_eq!(watched["images"], ask(&mut session, &json!({"do": "images"})));
        let order = moment["sample"].as_u64().expect("a sample") as usize;
        let outputs = Forward::pass(&Architecture::new(&[40, 3, 2]), &trained, &rows[order]).outputs;
        for (layer, outputs) in outputs.iter().enumerate().skip(1) {
            let texts: Vec<String> = outputs.iter().map(|&output| short(output)).collect();
            assert_eq!(watched["outputs"][layer - 1], json!(texts), "{engine}, layer {layer}");
        }
        assert_eq!(watched["curve"]["means"], ask(&mut session, &json!({"do": "curve"}))["means"]);
        assert!(watched["read"].is_null(), "nothing has been drawn");
    }
}
