//! A step's formula in parts, so that the page can light up what each name or number stands for.

use backprop::step::text::number;
use backprop::step::{Phase, Step, Target};
use serde::Serialize;

use crate::texts::{DECIMALS, NONE};

/// A piece of a formula, and the name it stands for, if it stands for one.
pub type Part = (String, Option<String>);

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
    pub fn new(step: &Step) -> Self {
        let (place, sign) = match step.target {
            Target::Node(place) => (format!("node {place}"), "="),
            Target::Connection(wire) => (wire.to_string(), "←"),
        };
        let symbols = split(&step.symbols(), step.phase);
        let numbers = step.has_numbers().then(|| with_numbers(&symbols, &step.numbers(DECIMALS)));
        Self {
            place,
            name: step.name(),
            sign,
            symbols,
            numbers,
            partial: step.partial_results(DECIMALS),
            value: number(step.after, DECIMALS),
            before: if step.is_first_value() { NONE.to_owned() } else { number(step.before, DECIMALS) },
        }
    }
}

impl Formula {
    /// Of an output that stands for a class, which and what its target is.
    pub fn of_class(self, class: Option<String>) -> Self {
        let class = class.map(|class| format!(", {class}")).unwrap_or_default();
        Self { place: self.place + &class, ..self }
    }

    /// The question: numbers that are known, and not what comes of them.
    pub fn without_value(self) -> Self {
        Self { partial: None, value: NONE.to_owned(), ..self }
    }
}

/// Splits a formula in symbols at its names: w41, w12,3, w4b, x1, a4, δ8, k4, g41, t8; η, decay, p.
fn split(symbols: &str, phase: Phase) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut between = String::new();
    let mut rest = symbols;
    let mut after_letter = false;
    while let Some(first) = rest.chars().next() {
        let length = if after_letter { 0 } else { name_length(rest, phase) };
        if length == 0 {
            between.push(first);
            rest = &rest[first.len_utf8()..];
            after_letter = first.is_alphanumeric();
            continue;
        }
        if !between.is_empty() {
            parts.push((std::mem::take(&mut between), None));
        }
        parts.push((rest[..length].to_owned(), Some(rest[..length].to_owned())));
        rest = &rest[length..];
        after_letter = true;
    }
    if !between.is_empty() {
        parts.push((between, None));
    }
    parts
}

/// How many bytes of the text are a name; 0 if it does not begin with one.
fn name_length(text: &str, phase: Phase) -> usize {
    let ends_at = |length: usize| !text[length..].starts_with(|c: char| c.is_alphanumeric());
    for word in ["η", "decay"] {
        if text.starts_with(word) && ends_at(word.len()) {
            return word.len();
        }
    }
    if phase == Phase::DropOut && text.starts_with('p') && ends_at(1) {
        return 1;
    }
    let Some(letter) = text.chars().next().filter(|c| "wgaxtkδ".contains(*c)) else { return 0 };
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut length = letter.len_utf8();
    let count = digits(&text[length..]);
    if count == 0 {
        return 0;
    }
    length += count;
    if letter == 'w' || letter == 'g' {
        let tail = &text[length..];
        if let Some(after_comma) = tail.strip_prefix(',') {
            let count = if after_comma.starts_with('b') { 1 } else { digits(after_comma) };
            length += if count > 0 { 1 + count } else { 0 };
        } else if tail.starts_with('b') {
            length += 1;
        }
    }
    length
}

/// The same formula in numbers: what stands between names is the same, so numbers are what stands between that.
fn with_numbers(symbols: &[Part], numbers: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = numbers;
    for (place, (text, name)) in symbols.iter().enumerate() {
        let length = match (name, symbols.get(place + 1)) {
            (None, _) => text.len(),
            (Some(_), None) => rest.len(),
            // A negative number is in brackets, whatever follows.
            (Some(_), Some(_)) if rest.starts_with("(-") => rest.find(')').map_or(rest.len(), |end| end + 1),
            (Some(_), Some((next, _))) => rest.find(next.as_str()).unwrap_or(rest.len()),
        };
        let (part, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        parts.push((part.to_owned(), name.clone()));
        rest = tail;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(symbols: &str, phase: Phase) -> Vec<String> {
        split(symbols, phase).into_iter().filter_map(|(_, name)| name).collect()
    }

    #[test]
    fn names_are_found_and_words_are_not() {
        assert_eq!(
            names("sigmoid(w41·x1 + w12,3·a9 + w4b)", Phase::Output),
            ["w41", "x1", "w12,3", "a9", "w4b"]
        );
        assert_eq!(names("tanh(w12,b)", Phase::Output), ["w12,b"]);
        assert_eq!(names("a8·(1 - a8)·(t8 - a8)", Phase::OutputDelta), ["a8", "a8", "t8", "a8"]);
        assert_eq!(names("decay·w41 + η·g41/3", Phase::UpdateByMean), ["decay", "w41", "η", "g41"]);
        assert_eq!(names("1/(1 - p)", Phase::DropOut), ["p"]);
        assert!(names("sample[0]", Phase::SetInput).is_empty());
    }

    #[test]
    fn a_number_in_brackets_is_one_part() {
        let symbols = split("a4·(1 - a4)·(w84·δ8)", Phase::HiddenDelta);
        let numbers = with_numbers(&symbols, "0.5·(1 - 0.5)·((-0.25)·(-1.5e-20))");
        let found: Vec<&str> =
            numbers.iter().filter(|part| part.1.is_some()).map(|part| part.0.as_str()).collect();
        assert_eq!(found, ["0.5", "0.5", "(-0.25)", "(-1.5e-20)"]);
        assert_eq!(
            numbers.iter().map(|part| part.0.as_str()).collect::<String>(),
            "0.5·(1 - 0.5)·((-0.25)·(-1.5e-20))"
        );
    }
}
