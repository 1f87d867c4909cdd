//! A softmax on the page: trained by the vectorized network, read, drawn, checked, but not stepped through.

use backprop::data_set::points;
use backprop::gradient_check::Forward;
use backprop::training::{Options, Trainer};
use backprop::{Activation, Cost, Engine as _, vectorized};
use page_engine::Session;
use serde_json::{Value, json};

use crate::training::{address, digits, follow};
use crate::{ask, model, refused, started};

/// Asserts that outputs are probabilities of the present weights, for this sample.
fn assert_probabilities(outputs: &[f64], weights: &backprop::model_file::Model, sample: &[f64]) {
    assert!((outputs.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{outputs:?}");
    assert_eq!(weights.architecture.output_activation(), Activation::Softmax);
    assert_eq!(outputs, Forward::pass(&weights.architecture, &weights.parameters, sample).output());
}

#[test]
fn a_softmax_trains_reads_and_leads_back_from_its_address() {
    let mut session = digits();
    let chosen = ask(&mut session, &json!({"do": "set", "key": "cost", "value": "log-likelihood"}));
    assert_eq!(chosen["settings"]["activation"], "sigmoid,softmax", "one choice makes the other");
    assert_eq!(chosen["rate"], "0.1", "that of chapter 11");
    assert!(chosen["no_steps"].as_str().is_some_and(|why| why.contains("sigmoid with the cross-entropy")));
    assert_eq!(chosen["explanation"][1], chosen["no_steps"], "the page says so where a step would be");

    let pixels: Vec<u8> = (0..784).map(|i| if (300..420).contains(&i) { 200 } else { 0 }).collect();
    let drawing = ask(&mut session, &json!({"do": "draw", "columns": 28, "rows": 28, "pixels": pixels}));
    let sample: Vec<f64> = drawing["pixels"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|byte| byte.as_f64().expect("a number") / 255.0)
        .collect();
    let images = ask(&mut session, &json!({"do": "images"}));
    for engine in ["object", "vectorized"] {
        let report = ask(&mut session, &json!({"do": "train", "samples": 60, "engine": engine}));
        assert_eq!(report["diverged"], false);
        let watched = ask(&mut session, &json!({"do": "watch"}));
        assert_ne!(watched["images"], images, "the images form");
        let read: Vec<f64> = serde_json::from_value(watched["read"]["outputs"].clone()).expect("numbers");
        assert_probabilities(&read, &model(&mut session), &sample);
        let curve = ask(&mut session, &json!({"do": "curve"}));
        let words = curve["words"].as_str().unwrap_or_default();
        assert!(words.starts_with("The log-likelihood cost is ") && !words.contains('–'), "{curve}");
    }
    // What the outputs show is the present weights' answer to the first sample.
    let moment = ask(&mut session, &json!({"do": "look"}));
    let outputs = moment["outputs"].as_array().expect("a list");
    let shown: Vec<f64> = outputs[outputs.len() - 11..outputs.len() - 1]
        .iter()
        .map(|output| output["text"].as_str().and_then(|text| text.parse().ok()).expect("a number"))
        .collect();
    assert!((shown.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{shown:?}");
    assert!(moment["verdict"].as_str().is_some_and(|verdict| verdict.contains("it says")), "{moment}");

    // What needs steps is refused with the reason, and nothing changes.
    let weights = model(&mut session).parameters;
    for request in [
        r#"{"do": "next"}"#,
        r#"{"do": "goto", "position": 3}"#,
        r#"{"do": "edit", "name": "rate", "value": 0.1}"#,
        r#"{"do": "guess"}"#,
        r#"{"do": "check-one", "name": "w785"}"#,
    ] {
        assert_eq!(json!(refused(&mut session, request)), chosen["no_steps"], "{request}");
    }
    assert_eq!(ask(&mut session, &json!({"do": "look"})), moment);

    let fragment = address(&mut session);
    assert!(fragment.len() < 700);
    assert!(follow(&mut session, &fragment) == weights, "to the bit");
    assert_eq!(ask(&mut session, &json!({"do": "look"})), moment);

    let back = ask(&mut session, &json!({"do": "set", "key": "activation", "value": "sigmoid"}));
    assert_eq!((&back["settings"]["cost"], &back["no_steps"]), (&json!("quadratic"), &Value::Null));
    ask(&mut session, &json!({"do": "next"}));
}

#[test]
fn a_softmax_in_the_plane_trains_as_the_program_does() {
    let mut session =
        started(&json!({"data": "moons", "sizes": [2, 6, 1], "init": "scaled", "seed": 3, "rate": 0.1}));
    let set = ask(&mut session, &json!({"do": "set", "key": "activation", "value": "tanh,softmax"}));
    assert_eq!(
        (&set["settings"]["sizes"], &set["settings"]["cost"]),
        (&json!("2, 6, 2"), &json!("log-likelihood"))
    );
    assert!(
        set["matrices"]["parts"].as_array().is_some_and(|parts| parts.len() == 4),
        "W and b of two layers"
    );
    let start = model(&mut session);
    let moons = points::moons().train;
    let options = Options {
        epochs: Some(1),
        rate: 0.1,
        seed: 3,
        targets: backprop::data_set::Targets::OneHot,
        ..Options::default()
    };
    let mut network = vectorized::Network::from_parameters(&start.architecture, &start.parameters);
    assert_eq!(start.architecture.cost, Cost::LogLikelihood);
    let mut trainer = Trainer::new(options, &moons, None, &moons).expect("they fit");
    trainer.run_epoch(&mut network, &mut |_| std::ops::ControlFlow::Continue(())).expect("no divergence");
    ask(&mut session, &json!({"do": "train", "samples": 200}));
    assert!(model(&mut session).parameters == network.parameters(), "to the bit");
    ask(&mut session, &json!({"do": "regions", "columns": 8, "rows": 8}));

    // Another rate starts over; the check is of the vectorized network, and a fault in it is seen.
    let set = ask(&mut session, &json!({"do": "set", "key": "rate", "value": "0,2"}));
    assert_eq!(set["rate"], "0.2");
    let check = ask(&mut session, &json!({"do": "check"}));
    assert_eq!((&check["passed"], check["entries"].as_array().map(Vec::len)), (&json!(true), Some(32)));
    let planted = refused(&mut session, r#"{"do": "check", "fault": "sign-flipped", "mine": true}"#);
    assert!(planted.contains("quadratic cost only"), "{planted}");
}

#[test]
fn a_rate_too_large_for_a_softmax_is_lowered_in_words_and_a_smaller_one_is_kept() {
    let soft = [("cost", "log-likelihood"), ("activation", "sigmoid,softmax")];
    for (key, value) in soft {
        let mut session = digits();
        let chosen = ask(&mut session, &json!({"do": "set", "key": key, "value": value}));
        let words = format!(
            "Changed the {key}, and the rate to 0.1, because a softmax takes larger steps; training starts over."
        );
        assert_eq!((&chosen["message"], &chosen["rate"]), (&json!(words), &json!("0.1")));
        // A rate that is asked for afterwards is taken, and so is a small one from before.
        let rate = |session: &mut Session, rate: &str| {
            ask(session, &json!({"do": "set", "key": "rate", "value": rate}))["rate"].take()
        };
        assert_eq!(rate(&mut session, "0.5"), "0.5");
        assert_eq!(ask(&mut session, &json!({"do": "set", "key": "l2", "value": "0.1"}))["rate"], "0.5");
        ask(&mut session, &json!({"do": "set", "key": "cost", "value": "cross-entropy"}));
        assert_eq!(rate(&mut session, "0.05"), "0.05");
        let chosen = ask(&mut session, &json!({"do": "set", "key": key, "value": value}));
        assert_eq!(chosen["rate"], "0.05");
        assert_eq!(chosen["message"], format!("Changed the {key}; training starts over."));
    }
}
