//! Expressions that can be asked for and compared: `a4`, `δ8`, `|gradient| < 1e-6`, `sum(w84·δ8, w94·δ9)`.
//!
//! ```text
//! condition = comparison { ("and" | "&&") comparison }
//! comparison = product ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") product
//! product = factor { ("·" | "*") factor }
//! factor = ["-"] ( number | name | "|" product "|" | "sum(" product { "," product } ")" )
//! ```

use std::iter::Peekable;
use std::str::CharIndices;

/// A value or a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    Number(f64),
    Name(String),
    Size(Box<Expression>),
    Minus(Box<Expression>),
    Product(Vec<Expression>),
    Sum(Vec<Expression>),
    Compare(Box<Expression>, Comparison, Box<Expression>),
    All(Vec<Expression>),
}

/// A sign between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Unequal,
}

/// The value of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Number(f64),
    Truth(bool),
}

/// How deep brackets may stand in one another.
const DEEPEST: usize = 32;

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// A sentence that says what was found, with an example.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
        let expression = parser.all()?;
        match parser.tokens.next() {
            None => Ok(expression),
            Some(token) => Err(format!("'{token}' was not expected in '{text}'; {FOR_EXAMPLE}")),
        }
    }

    /// Its value, `lookup` giving that of each name.
    ///
    /// # Errors
    /// Those of `lookup`, or that there is a condition in place of a number.
    pub fn value(&self, lookup: &mut dyn FnMut(&str) -> Result<f64, String>) -> Result<Value, String> {
        Ok(match self {
            Self::Compare(left, comparison, right) => {
                Value::Truth(comparison.holds(left.number(lookup)?, right.number(lookup)?))
            }
            Self::All(parts) => {
                let mut holds = true;
                for part in parts {
                    holds &= part.value(lookup)? == Value::Truth(true);
                }
                Value::Truth(holds)
            }
            other => Value::Number(other.number(lookup)?),
        })
    }

    fn number(&self, lookup: &mut dyn FnMut(&str) -> Result<f64, String>) -> Result<f64, String> {
        let mut fold = |parts: &[Self], start: f64, add: fn(f64, f64) -> f64| -> Result<f64, String> {
            parts.iter().try_fold(start, |so_far, part| Ok(add(so_far, part.number(lookup)?)))
        };
        match self {
            Self::Number(number) => Ok(*number),
            Self::Product(parts) => fold(parts, 1.0, |product, factor| product * factor),
            Self::Sum(parts) => fold(parts, 0.0, |sum, term| sum + term),
            Self::Name(name) => lookup(name),
            Self::Size(inner) => Ok(inner.number(lookup)?.abs()),
            Self::Minus(inner) => Ok(-inner.number(lookup)?),
            Self::Compare(..) | Self::All(_) => Err("a condition is not a number".to_owned()),
        }
    }

    /// Returns true if it is a condition and not a number.
    pub fn is_condition(&self) -> bool {
        matches!(self, Self::Compare(..) | Self::All(_))
    }
}

impl Comparison {
    fn of(token: &str) -> Option<Self> {
        Some(match token {
            "<" => Self::Less,
            "<=" | "≤" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" | "≥" => Self::GreaterOrEqual,
            "=" | "==" => Self::Equal,
            "!=" | "≠" => Self::Unequal,
            _ => return None,
        })
    }

    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        }
    }
}

const FOR_EXAMPLE: &str = "write a4, delta > 0.01, |gradient| < 1e-6 or sum(w84·d8, w94·d9)";

struct Parser {
    tokens: Peekable<std::vec::IntoIter<String>>,
    depth: usize,
}

impl Parser {
    fn all(&mut self) -> Result<Expression, String> {
        let first = self.comparison()?;
        let mut parts = vec![first];
        while self.take(&["and", "&&"]) {
            parts.push(self.comparison()?);
        }
        if parts.len() > 1 && !parts.iter().all(Expression::is_condition) {
            return Err(format!("'and' stands between comparisons; {FOR_EXAMPLE}"));
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::All(parts) })
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let left = self.product()?;
        let Some(comparison) = self.tokens.peek().and_then(|token| Comparison::of(token)) else {
            return Ok(left);
        };
        self.tokens.next();
        let right = self.product()?;
        Ok(Expression::Compare(Box::new(left), comparison, Box::new(right)))
    }

    fn product(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("too many brackets".to_owned());
        }
        let mut parts = vec![self.factor()?];
        while self.take(&["·", "*"]) {
            parts.push(self.factor()?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Product(parts) })
    }

    fn factor(&mut self) -> Result<Expression, String> {
        let is_negative = self.take(&["-", "−"]);
        let token =
            self.tokens.next().ok_or_else(|| format!("something is missing at the end; {FOR_EXAMPLE}"))?;
        let factor = match token.as_str() {
            "|" => {
                let inner = self.product()?;
                self.expect("|")?;
                Expression::Size(Box::new(inner))
            }
            "sum" if self.take(&["("]) => {
                let mut parts = vec![self.product()?];
                while self.take(&[","]) {
                    parts.push(self.product()?);
                }
                self.expect(")")?;
                Expression::Sum(parts)
            }
            text if text.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                Expression::Number(text.parse().map_err(|_| format!("'{text}' is not a number"))?)
            }
            text if text.starts_with(char::is_alphabetic) => Expression::Name(token),
            text => return Err(format!("'{text}' was not expected; {FOR_EXAMPLE}")),
        };
        Ok(if is_negative { Expression::Minus(Box::new(factor)) } else { factor })
    }

    fn take(&mut self, words: &[&str]) -> bool {
        self.tokens.next_if(|token| words.contains(&token.as_str())).is_some()
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.take(&[word]) { Ok(()) } else { Err(format!("a '{word}' is missing; {FOR_EXAMPLE}")) }
    }
}

/// Numbers, names and signs. A name takes in what belongs to it: `w12,3`, `w12,b`, `δ(0-3)`, `self.weight`.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some(&(start, first)) = characters.peek() {
        if first.is_whitespace() {
            characters.next();
        } else if first.is_ascii_digit() || first == '.' {
            skip(&mut characters, |c| c.is_ascii_digit() || c == '.');
            if characters.next_if(|&(_, c)| matches!(c, 'e' | 'E')).is_some() {
                characters.next_if(|&(_, c)| matches!(c, '-' | '+'));
                skip(&mut characters, |c| c.is_ascii_digit());
            }
            tokens.push(text[start..end(&mut characters, text)].to_owned());
        } else if first.is_alphabetic() {
            characters.next();
            skip(&mut characters, |c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            let mut stop = end(&mut characters, text);
            stop += tail_of_name(&text[start..stop], &text[stop..]);
            skip_to(&mut characters, stop);
            tokens.push(text[start..stop].to_owned());
        } else {
            characters.next();
            if matches!(first, '<' | '>' | '=' | '!') {
                characters.next_if(|&(_, c)| c == '=');
            } else if first == '&' {
                characters.next_if(|&(_, c)| c == '&');
            } else if !"|()·*,-−≤≥≠".contains(first) {
                return Err(format!("'{first}' was not expected; {FOR_EXAMPLE}"));
            }
            tokens.push(text[start..end(&mut characters, text)].to_owned());
        }
    }
    Ok(tokens)
}

/// How many bytes behind a name still belong to it.
fn tail_of_name(name: &str, rest: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let is_connection =
        name.len() > 1 && name.starts_with(['w', 'g']) && digits(&name[1..]) + 1 == name.len();
    if let (true, Some(after)) = (is_connection, rest.strip_prefix(',')) {
        let number = digits(after);
        let is_bias = after.starts_with('b') && !after[1..].starts_with(char::is_alphanumeric);
        return if is_bias {
            2
        } else if number > 0 {
            1 + number
        } else {
            0
        };
    }
    if matches!(name, "δ" | "d" | "delta")
        && let Some(inside) = rest.strip_prefix('(')
    {
        return inside.find(')').map_or(0, |end| end + 2);
    }
    0
}

type Characters<'t> = Peekable<CharIndices<'t>>;

fn skip(characters: &mut Characters<'_>, belongs: impl Fn(char) -> bool) {
    while characters.next_if(|&(_, c)| belongs(c)).is_some() {}
}

fn skip_to(characters: &mut Characters<'_>, end: usize) {
    while characters.next_if(|&(place, _)| place < end).is_some() {}
}

fn end(characters: &mut Characters<'_>, text: &str) -> usize {
    characters.peek().map_or(text.len(), |&(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        Expression::parse(text)?.value(&mut |name| match name {
            "a4" => Ok(0.5),
            "w84" | "w12,b" => Ok(-2.0),
            "δ(0-3)" | "delta" => Ok(3.0),
            _ => Err(format!("no {name}")),
        })
    }

    #[test]
    fn numbers_are_multiplied_summed_and_compared() {
        assert_eq!(value("a4"), Ok(Value::Number(0.5)));
        assert_eq!(value("sum(w84·delta, w12,b*a4, 1e-1)"), Ok(Value::Number(-6.9)));
        assert_eq!(value("-|w84|·2.5"), Ok(Value::Number(-5.0)));
        for (text, expected) in [
            ("delta > 0.01", true),
            ("|w84| < 1e-6", false),
            ("δ(0-3)=3 and a4 != 1", true),
            ("a4 >= 0.5 && a4 < 0.5", false),
            ("w84 <= -2", true),
        ] {
            assert_eq!(value(text), Ok(Value::Truth(expected)), "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_sentence() {
        for text in
            ["", "a4 <", "a4 + 1", "sum(", "|a4", "1.2.3", "a4 a4", "a4 and a4", "%", "a4 = 1 = 1", "&"]
        {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
        assert!(Expression::parse(&"|".repeat(100_000)).is_err());
        assert!(Expression::parse(&"sum(".repeat(1000)).is_err());
        assert!(value("b7").is_err());
    }
}
