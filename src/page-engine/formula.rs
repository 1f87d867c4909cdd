//! Splits a step's formula into parts, so that the page can highlight what each name or number means.

use backprop::step::Step;
use backprop::step::text::{Token, number};
use serde::Serialize;

use crate::texts::{DECIMALS, NONE};

/// A piece of a formula, and its name if it has one.
type Part = (String, Option<String>);

/// One step as the page writes it, line by line.
#[derive(Debug, Serialize)]
pub struct Formula {
    #[serde(rename = "where")]
    place: String,
    name: String,
    sign: &'static str,
    symbols: Vec<Part>,
    numbers: Option<Vec<Part>>,
    partial: Option<String>,
    value: String,
    before: String,
}

impl Formula {
    /// Returns the formula of a step; `class` is the class of an output, in words.
    pub fn new(step: &Step, class: Option<String>) -> Self {
        let class = class.map(|class| format!(", {class}")).unwrap_or_default();
        let tokens = step.formula();
        let parts = |write: &dyn Fn(&Token) -> String| {
            let name = |token: &Token| matches!(token, Token::Name(..)).then(|| token.symbol().to_owned());
            tokens.iter().map(|token| (write(token), name(token))).collect()
        };
        Self {
            place: step.place() + &class,
            name: step.name(),
            sign: step.sign(),
            symbols: parts(&|token| token.symbol().to_owned()),
            numbers: step.has_numbers().then(|| parts(&|token| token.number(DECIMALS))),
            partial: step.partial_results(DECIMALS),
            value: number(step.after, DECIMALS),
            before: if step.is_first_value() { NONE.to_owned() } else { number(step.before, DECIMALS) },
        }
    }
}
