//! The page that `backprop trace` writes: its engine run natively, and the page itself in real browsers. A plain
//! `cargo test` leaves this package out: `cargo test --release -p page-engine -- --include-ignored`.
//!
//! | file | what it shows |
//! |---|---|
//! | engine.rs | the page's requests, answered by the engine |
//! | training.rs | training at full speed, and that all views are of the network that trains |
//! | softmax.rs | a softmax, which is trained but not stepped through |
//! | numbers.rs | that it computes as the program does, in Chromium and in Firefox |
//! | setup.rs | that the same settings make the same network and samples everywhere |
//! | ui.rs, devices.rs | what a reader sees and does, on a screen, on paper, on a telephone |
//! | keyboard.rs | that the keyboard alone does everything |
//! | memory.rs | that memory stays the same while the page trains |

#[cfg(unix)]
mod devices;
mod engine;
#[cfg(unix)]
mod keyboard;
#[cfg(unix)]
mod memory;
#[cfg(unix)]
mod numbers;
mod setup;
mod softmax;
mod training;
mod ui;

use backprop::model_file::Model;
use page_engine::Session;
use serde_json::{Value, json};

/// Asks the engine, and expects an answer.
fn ask(session: &mut Session, request: &Value) -> Value {
    let answer = session.answer(&request.to_string());
    let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
    assert!(answer.get("error").is_none(), "{request}: {answer}");
    answer
}

/// Makes a request that must be refused, and returns the sentence.
fn refused(session: &mut Session, request: &str) -> String {
    let answer: Value = serde_json::from_str(&session.answer(request)).expect("an answer is JSON");
    answer["error"].as_str().unwrap_or_else(|| panic!("{request}: {answer}")).to_owned()
}

/// The present network, as a model.
fn model(session: &mut Session) -> Model {
    let text = ask(session, &json!({"do": "model"}))["text"].take();
    Model::from_json(text.as_str().expect("text")).expect("a model")
}

fn started(situation: &Value) -> Session {
    let mut session = Session::default();
    let mut request = situation.clone();
    request["do"] = json!("start");
    ask(&mut session, &request);
    session
}
