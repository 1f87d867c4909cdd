//! Requests and answers as the protocol spells them.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// A message from an editor.
#[derive(Debug, Default, Deserialize)]
pub struct Message {
    #[serde(default)]
    pub seq: i64,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub command: String,
    #[serde(default)]
    pub arguments: Value,
}

/// The arguments of all requests except `launch` and `restart`. A name means the same in every request that has it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Arguments {
    #[serde(rename = "linesStartAt1")]
    pub lines_start_at_1: Option<bool>,
    pub supports_invalidated_event: bool,
    pub source: Source,
    pub source_reference: Option<i64>,
    #[serde(deserialize_with = "line")]
    pub line: usize,
    pub breakpoints: Vec<Wanted>,
    pub filters: Vec<String>,
    pub start_frame: usize,
    pub levels: usize,
    pub variables_reference: Option<i64>,
    pub start: usize,
    pub count: usize,
    pub name: String,
    pub value: String,
    pub expression: String,
    pub target_id: Option<usize>,
}

/// A source file, by its path or by our reference to it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub path: Option<String>,
    pub source_reference: Option<i64>,
}

/// A breakpoint that an editor sets: on a line, on a function or on a number.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wanted {
    #[serde(deserialize_with = "line")]
    pub line: usize,
    pub name: String,
    pub data_id: String,
    pub condition: Option<String>,
}

/// Reads the number of a line; a negative one is 0.
fn line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    Ok(usize::try_from(i64::deserialize(deserializer)?).unwrap_or(0))
}

impl Message {
    /// Parses a message.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| format!("this message makes no sense: {error}"))
    }

    /// Returns the arguments of a request; without any, the defaults.
    ///
    /// # Errors
    /// A sentence that says which argument has another type.
    pub fn arguments(&self) -> Result<Arguments, String> {
        if self.arguments.is_null() || matches!(self.command.as_str(), "launch" | "restart") {
            return Ok(Arguments::default());
        }
        let arguments = serde_json::from_value(self.arguments.clone());
        arguments.map_err(|error| format!("these arguments make no sense: {error}"))
    }
}

/// Returns an event.
pub fn event(name: &str, body: &Value) -> Value {
    json!({ "type": "event", "event": name, "body": body })
}

/// Returns the answer to a request: a body, or a sentence that says why there is none.
pub fn response(request: &Message, result: Result<Value, String>) -> Value {
    let mut response = json!({
        "type": "response", "request_seq": request.seq, "command": request.command, "success": result.is_ok(),
    });
    match result {
        Ok(Value::Null) => {}
        Ok(body) => response["body"] = body,
        Err(sentence) => {
            let sentence = backprop::spelled_out(&sentence);
            let variables = json!({ "sentence": sentence });
            response["message"] = json!(sentence);
            response["body"] = json!({
                "error": { "id": 1, "format": "{sentence}", "variables": variables, "showUser": true },
            });
        }
    }
    response
}
