//! A step as one line of text: the formula in symbols, then with its numbers, then the value.
//!
//! ```text
//! node 1-0: a4 = sigmoid(w41·x1 + … ) = sigmoid(0.274137·0.658875 + … ) = sigmoid(0.616518) = 0.649426
//! ```

use std::fmt;

use super::{Phase, Place, Reading, Step, Target, Term};
use crate::{Activation, Cost};

/// A longer sum is shortened. ([`Reading::terms`] still has all of its terms.)
const TERMS_SHOWN_IN_FULL: usize = 8;

/// The number of decimals by default, as in bp.py's dump.
const DECIMALS: usize = 6;

impl Step {
    /// Returns the name of the value it computed, by the article's number: x1, a4, δ8, w41, w4b; in mini-batches also k4
    /// (a factor of dropout) and g41 (a sum of gradients).
    pub fn name(&self) -> String {
        match (self.target, self.phase) {
            (Target::Connection(wire), Phase::AddGradient) => wire.gradient_name(),
            (Target::Connection(wire), _) => wire.name(),
            (Target::Node(place), Phase::DropOut) => place.kept_name(),
            (Target::Node(place), Phase::OutputDelta | Phase::HiddenDelta) => place.delta_name(),
            (Target::Node(place), _) => place.output_name(),
        }
    }

    /// Returns its place: `node 1-0`, or `(0-0) -> (1-0)` for a connection.
    pub fn place(&self) -> String {
        match self.target {
            Target::Node(place) => format!("node {place}"),
            Target::Connection(wire) => wire.to_string(),
        }
    }

    /// Returns the sign between its name and its formula: `=`, or `←` where the new value is made from the old one.
    pub fn sign(&self) -> &'static str {
        if matches!(self.target, Target::Node(_)) { "=" } else { "←" }
    }

    /// Returns the right-hand side in symbols: `sigmoid(w41·x1 + w42·x2 + w43·x3 + w4b)`.
    pub fn symbols(&self) -> String {
        self.formula().iter().map(Token::symbol).collect()
    }

    /// Returns the right-hand side in numbers, with at least this many decimals ([`number`]):
    /// `sigmoid(0.274137·0.658875 + …)`.
    pub fn numbers(&self, decimals: usize) -> String {
        match self.reading {
            Reading::SetInput {} => number(self.after, decimals),
            _ => self.formula().iter().map(|token| token.number(decimals)).collect(),
        }
    }

    /// Returns the last form before the value, if there is one: `sigmoid(0.616518)`; for a hidden delta, slope·sum.
    pub fn partial_results(&self, decimals: usize) -> Option<String> {
        match &self.reading {
            Reading::Output { activation, weighted_input, .. } => {
                Some(format!("{activation}({})", number(*weighted_input, decimals)))
            }
            Reading::HiddenDelta { slope, downstream_delta, kept, .. } => {
                let kept = if *kept == 1.0 { String::new() } else { factor_kept(*kept, decimals) + "·" };
                Some(format!("{kept}{}·{}", number(*slope, decimals), factor(*downstream_delta, decimals)))
            }
            _ => None,
        }
    }

    /// Returns `true` if the formula with its numbers says more than the value: not for a number that is only copied.
    pub fn has_numbers(&self) -> bool {
        match self.phase {
            Phase::SetInput => false,
            Phase::DropOut => self.after != 0.0,
            _ => true,
        }
    }

    /// Returns the right-hand side as tokens, from which it can be written in any way.
    pub fn formula(&self) -> Vec<Token> {
        let mut formula = Formula::default();
        let computed = |name: String, value: f64| Token::Name(name, Value::Computed(value));
        let given = |name: &str, value: f64| Token::Name(name.to_owned(), Value::Given(value));
        match (&self.reading, self.target) {
            (Reading::SetInput {}, Target::Node(place)) => formula.sign(&format!("sample[{}]", place.index)),
            (Reading::Output { activation, terms, .. }, _) => {
                formula.sign(&format!("{activation}("));
                formula.sum(terms);
                formula.sign(")");
            }
            (Reading::OutputDelta { activation, cost, output, label, .. }, Target::Node(place)) => {
                let difference = match cost {
                    Cost::Quadratic => format!("{}·(t - a)", slope_pattern(*activation)),
                    Cost::CrossEntropy | Cost::LogLikelihood => "t - a".to_owned(),
                };
                let a = computed(place.output_name(), *output);
                formula.write(&difference, &[('a', a), ('t', computed(place.label_name(), *label))]);
            }
            (Reading::DropOut { .. }, _) if self.after == 0.0 => formula.sign("silenced"),
            (Reading::DropOut { probability }, _) => {
                formula.write("1/(1 - p)", &[('p', given("p", *probability))]);
            }
            (Reading::HiddenDelta { activation, output, terms, kept, .. }, Target::Node(place)) => {
                let a = computed(place.output_name(), *output);
                formula.kept(place, *kept);
                formula.write(&format!("{}·(", slope_pattern(*activation)), &[('a', a)]);
                formula.sum(terms);
                formula.sign(")");
            }
            (Reading::UpdateWeight { rate, delta, input, .. }, Target::Connection(wire)) => {
                let quantities = [
                    ('w', computed(wire.name(), self.before)),
                    ('η', given("η", *rate)),
                    ('δ', computed(wire.downstream.delta_name(), *delta)),
                    ('x', computed(wire.upstream.output_name(), *input)),
                ];
                formula.write("w + η·δ·x", &quantities);
            }
            (Reading::AddGradient { first, delta, input, kept, .. }, Target::Connection(wire)) => {
                let quantities = [
                    ('g', computed(wire.gradient_name(), self.before)),
                    ('δ', computed(wire.downstream.delta_name(), *delta)),
                    ('x', computed(wire.upstream.output_name(), *input)),
                ];
                formula.write(if *first { "δ·" } else { "g + δ·" }, &quantities);
                formula.kept(wire.upstream, *kept);
                formula.write("x", &quantities);
            }
            (
                Reading::UpdateByMean { rate, weight_decay, gradient_sum, samples, .. },
                Target::Connection(wire),
            ) => {
                let quantities = [
                    ('d', computed("decay".to_owned(), *weight_decay)),
                    ('w', computed(wire.name(), self.before)),
                    ('η', given("η", *rate)),
                    ('g', computed(wire.gradient_name(), *gradient_sum)),
                ];
                let decayed = if *weight_decay == 1.0 { "w" } else { "d·w" };
                let divisor = if *samples == 1 { String::new() } else { format!("/{samples}") };
                formula.write(&format!("{decayed} + η·g{divisor}"), &quantities);
            }
            // A step on a node never reads for a connection, nor the other way round.
            _ => {}
        }
        formula.0
    }
}

/// `node 1-0: a4 = …` or `(0-0) -> (1-0): w41 ← …`: where, the formula in symbols, in numbers, and the value.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        write!(f, "{}: {} {} {}", self.place(), self.name(), self.sign(), self.symbols())?;
        if self.has_numbers() {
            write!(f, " = {}", self.numbers(decimals))?;
        }
        if let Some(partial_results) = self.partial_results(decimals) {
            write!(f, " = {partial_results}")?;
        }
        write!(f, " = {}", number(self.after, decimals))
    }
}

/// A piece of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A quantity: its name, and its value where it is written in numbers.
    Name(String, Value),
    /// Text that is the same in symbols and in numbers: operators, functions, brackets, 1.
    Sign(String),
}

/// The value of a quantity, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// With decimals.
    Computed(f64),
    /// As a factor of dropout: 0 and 2 as whole numbers.
    Kept(f64),
    /// As it was typed.
    Given(f64),
}

impl Token {
    /// Returns the token in a formula of symbols.
    pub fn symbol(&self) -> &str {
        let (Self::Name(text, _) | Self::Sign(text)) = self;
        text
    }

    /// Returns the token in a formula of numbers, with at least this many decimals.
    pub fn number(&self, decimals: usize) -> String {
        match self {
            Self::Name(_, Value::Computed(value)) => factor(*value, decimals),
            Self::Name(_, Value::Kept(value)) => factor_kept(*value, decimals),
            Self::Name(_, Value::Given(value)) => value.to_string(),
            Self::Sign(text) => text.clone(),
        }
    }
}

/// A formula in the making. Adjacent signs are one token.
#[derive(Default)]
struct Formula(Vec<Token>);

impl Formula {
    fn sign(&mut self, sign: &str) {
        match self.0.last_mut() {
            Some(Token::Sign(last)) => last.push_str(sign),
            _ if sign.is_empty() => {}
            _ => self.0.push(Token::Sign(sign.to_owned())),
        }
    }

    /// Appends a quantity; the output of a constant node is the sign 1.
    fn quantity(&mut self, quantity: Token) {
        if quantity.symbol() == "1" { self.sign("1") } else { self.0.push(quantity) }
    }

    /// Appends a formula in which single letters stand for quantities.
    fn write(&mut self, pattern: &str, quantities: &[(char, Token)]) {
        for letter in pattern.chars() {
            match quantities.iter().find(|(known, _)| *known == letter) {
                Some((_, quantity)) => self.quantity(quantity.clone()),
                None => self.sign(letter.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// Appends the factor of dropout before a node's output, unless it is 1.
    fn kept(&mut self, place: Place, kept: f64) {
        if kept != 1.0 {
            self.quantity(Token::Name(place.kept_name(), Value::Kept(kept)));
            self.sign("·");
        }
    }

    /// Appends the sum of the products; if it is long, the three largest, how many more there are, and the bias.
    fn sum(&mut self, terms: &[Term]) {
        let products = terms.len() - usize::from(terms.last().is_some_and(Term::is_bias));
        let mut shown: Vec<usize> = (0..products).collect();
        if terms.len() > TERMS_SHOWN_IN_FULL {
            let size = |place: &usize| terms[*place].product().abs();
            shown.sort_by(|one, other| size(other).total_cmp(&size(one)));
            shown.truncate(3);
            shown.sort_unstable();
        }
        for (i, term) in shown.iter().map(|&place| &terms[place]).enumerate() {
            if i > 0 {
                self.sign(" + ");
            }
            self.quantity(Token::Name(term.wire.name(), Value::Computed(term.weight)));
            self.sign("·");
            self.kept(term.wire.upstream, term.kept);
            self.quantity(Token::Name(term.value_name(), Value::Computed(term.value)));
        }
        if shown.len() < products {
            self.sign(&format!(" + … {} more …", products - shown.len()));
        }
        if let Some(bias) = terms.get(products) {
            self.sign(" + ");
            self.quantity(Token::Name(bias.wire.name(), Value::Computed(bias.weight)));
        }
    }
}

/// Returns da/dz in terms of the output, whose name is `a`, as [`Activation::derivative_from_output`] computes it.
///
/// ```
/// use backprop::Activation;
/// use backprop::step::text::slope;
///
/// assert_eq!(slope(Activation::Sigmoid, "a4"), "a4·(1 - a4)");
/// ```
pub fn slope(activation: Activation, a: &str) -> String {
    slope_pattern(activation).replace('a', a)
}

/// Returns the slope in terms of the output `a`.
fn slope_pattern(activation: Activation) -> &'static str {
    match activation {
        Activation::Sigmoid | Activation::Softmax => "a·(1 - a)",
        Activation::Tanh => "(1 - a·a)",
        Activation::Relu => "[a > 0]",
        Activation::Identity => "1",
    }
}

/// Writes a number as a factor: in brackets if it is negative.
fn factor(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    if text.starts_with('-') { format!("({text})") } else { text }
}

/// Writes a factor of dropout: 0 and 2 as whole numbers.
fn factor_kept(kept: f64, decimals: usize) -> String {
    if kept.fract() == 0.0 { kept.to_string() } else { number(kept, decimals) }
}

/// Writes a number with at least this many decimals, and with more where it would otherwise show fewer than three
/// digits.
///
/// ```
/// use backprop::step::text::number;
///
/// assert_eq!(number(0.3564, 6), "0.356400");
/// assert_eq!(number(0.00001234, 6), "0.0000123");
/// assert_eq!(number(-1.234e-20, 6), "-1.234e-20");
/// ```
pub fn number(value: f64, decimals: usize) -> String {
    // The −0 of 0·(−w) is a zero to the reader.
    let value = value + 0.0;
    let size = value.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-12) {
        return format!("{value:.decimals$e}", decimals = decimals.saturating_sub(3));
    }
    let mut needed = 2;
    let mut scale = 1.0;
    while size > 0.0 && needed < decimals + 6 && size * scale < 1.0 {
        needed += 1;
        scale *= 10.0;
    }
    format!("{value:.decimals$}", decimals = decimals.max(needed))
}

/// Formats a number with three or four significant digits, enough to compute with where there is little room; a
/// number that needs fewer digits is shown as it is. It takes at most 8 characters, or 10 if the exponent has three
/// digits.
///
/// ```
/// use backprop::step::text::short;
///
/// assert_eq!(short(0.64942613), "0.6494");
/// assert_eq!(short(-0.003449), "-0.00345");
/// assert_eq!(short(0.00038241), "3.82e-4");
/// assert_eq!(short(0.9), "0.9");
/// ```
pub fn short(value: f64) -> String {
    // The −0 of 0·(−w) is a zero to the reader.
    let value = value + 0.0;
    let size = value.abs();
    let exact = value.to_string();
    if exact.len() <= 5 {
        return exact;
    }
    let decimals = match size {
        ..0.001 => return format!("{value:.2e}"),
        ..0.01 => 5,
        ..1.0 => 4,
        ..10.0 => 3,
        ..100.0 => 2,
        ..1000.0 => 1,
        ..99_999.5 => 0,
        _ => return format!("{value:.2e}"),
    };
    format!("{value:.decimals$}")
}
