//! The page's requests: each line is a request, or, after a #, the situation that an address carries; each gets an
//! answer in JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use page_engine::{Session, to_base64};
use serde_json::{Value, json};

/// More requests than this, and numbers of more digits, only take longer.
const REQUESTS: usize = 8;
const DIGITS: usize = 2;

fuzz_target!(|text: &str| {
    if text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() > DIGITS) {
        return;
    }
    let mut session = Session::default();
    session.answer(r#"{"do": "start"}"#);
    for line in text.lines().take(REQUESTS) {
        let request = match line.strip_prefix('#') {
            None => line.to_owned(),
            Some(situation) => {
                json!({ "do": "restore", "fragment": format!("#situation={}", to_base64(situation.as_bytes())) })
                    .to_string()
            }
        };
        let answer = session.answer(&request);
        assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{request}: {answer}");
    }
});
