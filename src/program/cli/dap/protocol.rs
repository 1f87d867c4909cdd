//! Requests as the protocol spells them, and answers.

use serde::Deserialize;
use serde::de::DeserializeOwned;
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

impl Message {
    /// Parses a message.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| format!("this message makes no sense: {error}"))
    }
}

/// A request's arguments; where there are none, an empty object.
///
/// # Errors
/// A sentence that says which argument is missing or has another type.
pub fn arguments<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let value = if value.is_null() { json!({}) } else { value.clone() };
    serde_json::from_value(value).map_err(|error| format!("these arguments make no sense: {error}"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Initialize {
    #[serde(rename = "linesStartAt1")]
    pub lines_start_at_1: Option<bool>,
    pub supports_invalidated_event: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    pub path: Option<String>,
    pub source_reference: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetBreakpoints {
    pub source: Source,
    #[serde(default)]
    pub breakpoints: Vec<SourceBreakpoint>,
}

#[derive(Debug, Deserialize)]
pub struct SourceBreakpoint {
    pub line: i64,
    pub condition: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct SetFunctionBreakpoints {
    #[serde(default)]
    pub breakpoints: Vec<FunctionBreakpoint>,
}

#[derive(Debug, Deserialize)]
pub struct FunctionBreakpoint {
    pub name: String,
    pub condition: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct SetExceptionBreakpoints {
    #[serde(default)]
    pub filters: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct DataBreakpointInfo {
    pub name: String,
    #[serde(rename = "variablesReference")]
    pub reference: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct SetDataBreakpoints {
    #[serde(default)]
    pub breakpoints: Vec<DataBreakpoint>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataBreakpoint {
    pub data_id: String,
    pub condition: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StackTrace {
    pub start_frame: usize,
    pub levels: usize,
}

#[derive(Debug, Deserialize)]
pub struct Variables {
    #[serde(rename = "variablesReference")]
    pub reference: i64,
    #[serde(default)]
    pub start: usize,
    #[serde(default)]
    pub count: usize,
}

#[derive(Debug, Deserialize)]
pub struct SetVariable {
    #[serde(rename = "variablesReference")]
    pub reference: i64,
    pub name: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
pub struct SetExpression {
    pub expression: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
pub struct Evaluate {
    pub expression: String,
}

#[derive(Debug, Deserialize)]
pub struct SourceText {
    #[serde(default)]
    pub source: Source,
    #[serde(rename = "sourceReference")]
    pub reference: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub struct GotoTargets {
    pub source: Source,
    pub line: i64,
}

#[derive(Debug, Deserialize)]
pub struct Goto {
    #[serde(rename = "targetId")]
    pub target: usize,
}

/// Returns the features that an editor can offer.
pub fn capabilities() -> Value {
    json!({
        "supportsConfigurationDoneRequest": true,
        "supportsFunctionBreakpoints": true,
        "supportsConditionalBreakpoints": true,
        "supportsDataBreakpoints": true,
        "supportsEvaluateForHovers": true,
        "supportsStepBack": true,
        "supportsSetVariable": true,
        "supportsSetExpression": true,
        "supportsGotoTargetsRequest": true,
        "supportsRestartRequest": true,
        "supportsExceptionInfoRequest": true,
        "supportsTerminateRequest": true,
        "supportTerminateDebuggee": false,
        "exceptionBreakpointFilters": [{
            "filter": "divergence",
            "label": "Divergence",
            "description": "Stop where the first number becomes infinite or no number at all",
            "default": true,
        }],
    })
}

/// An event.
pub fn event(name: &str, body: &Value) -> Value {
    json!({ "type": "event", "event": name, "body": body })
}

/// The answer to a request: a body, or a sentence that says why there is none.
pub fn response(request: &Message, result: Result<Value, String>) -> Value {
    let mut response = json!({ "type": "response", "request_seq": request.seq, "command": request.command });
    match result {
        Ok(body) => {
            response["success"] = json!(true);
            if !body.is_null() {
                response["body"] = body;
            }
        }
        Err(sentence) => {
            let sentence = backprop::spelled_out(&sentence);
            response["success"] = json!(false);
            response["message"] = json!(sentence);
            response["body"] = json!({ "error": { "id": 1, "format": "{sentence}", "variables": { "sentence": sentence }, "showUser": true } });
        }
    }
    response
}
