//! Expressions that an editor asks for or compares: `a4`, `δ8`, `|gradient| < 1e-6`, `sum(w84·δ8, w94·δ9)`.
//!
//! ```text
//! condition = comparison { ("and" | "&&") comparison }
//! comparison = product [ ("<" | "<=" | ">" | ">=" | "=" | "==" | "!=") product ]
//! product = factor { ("·" | "*") factor }
//! factor = ["-"] ( number | name | "|" product "|" | "sum(" product { "," product } ")" )
//! ```

/// The value of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Number(f64),
    Truth(bool),
}

/// The deepest nesting of brackets.
const DEEPEST: usize = 32;

/// A comparison of two numbers.
type Holds = fn(&f64, &f64) -> bool;

/// Comparison operators; one that begins with another comes before it.
const COMPARISONS: [(&str, Holds); 10] = [
    ("<=", f64::le),
    ("≤", f64::le),
    ("<", f64::lt),
    (">=", f64::ge),
    ("≥", f64::ge),
    (">", f64::gt),
    ("==", f64::eq),
    ("=", f64::eq),
    ("!=", f64::ne),
    ("≠", f64::ne),
];

/// Returns the value of an expression. `lookup` returns the value of a name.
///
/// # Errors
/// A sentence with an example if it is not an expression, or the error of `lookup`.
pub fn evaluate(text: &str, lookup: &mut dyn FnMut(&str) -> Result<f64, String>) -> Result<Value, String> {
    let mut parser = Parser { rest: text, brackets: 0, lookup };
    let value = parser.condition()?;
    if parser.rest.trim_start().is_empty() { Ok(value) } else { Err(parser.unexpected()) }
}

/// Checks that a text is a condition, whatever its names mean.
///
/// # Errors
/// A sentence with an example.
pub fn check_condition(text: &str) -> Result<(), String> {
    match evaluate(text, &mut |_| Ok(1.0))? {
        Value::Truth(_) => Ok(()),
        Value::Number(_) => Err("a condition compares: delta > 0.01, |gradient| < 1e-6".to_owned()),
    }
}

/// Evaluates an expression while it reads it.
struct Parser<'a> {
    rest: &'a str,
    brackets: usize,
    lookup: &'a mut dyn FnMut(&str) -> Result<f64, String>,
}

impl<'a> Parser<'a> {
    fn condition(&mut self) -> Result<Value, String> {
        let mut value = self.comparison()?;
        while self.take("and ") || self.take("&&") {
            value = match (value, self.comparison()?) {
                (Value::Truth(one), Value::Truth(other)) => Value::Truth(one && other),
                _ => return Err(format!("'and' goes between comparisons; {FOR_EXAMPLE}")),
            };
        }
        Ok(value)
    }

    fn comparison(&mut self) -> Result<Value, String> {
        let left = self.product()?;
        match COMPARISONS.iter().find(|(sign, _)| self.take(sign)) {
            Some((_, holds)) => Ok(Value::Truth(holds(&left, &self.product()?))),
            None => Ok(Value::Number(left)),
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut product = self.factor()?;
        while self.take("·") || self.take("*") {
            product *= self.factor()?;
        }
        Ok(product)
    }

    fn factor(&mut self) -> Result<f64, String> {
        let sign = if self.take("-") || self.take("−") { -1.0 } else { 1.0 };
        if self.take("|") {
            return Ok(sign * self.within("|", |parser| Ok(parser.product()?.abs()))?);
        }
        if self.take("sum(") {
            let sum = |parser: &mut Self| -> Result<f64, String> {
                let mut sum = parser.product()?;
                while parser.take(",") {
                    sum += parser.product()?;
                }
                Ok(sum)
            };
            return Ok(sign * self.within(")", sum)?);
        }
        self.rest = self.rest.trim_start();
        if self.rest.starts_with(char::is_alphabetic) {
            let name = self.word(length_of_name(self.rest));
            return Ok(sign * (self.lookup)(name)?);
        }
        let number = match length_of_number(self.rest) {
            0 => return Err(self.unexpected()),
            length => self.word(length),
        };
        Ok(sign * number.parse::<f64>().map_err(|_| format!("'{number}' is not a number"))?)
    }

    /// Reads what is in brackets, and the closing one.
    fn within(
        &mut self,
        close: &str,
        inner: impl FnOnce(&mut Self) -> Result<f64, String>,
    ) -> Result<f64, String> {
        self.brackets += 1;
        if self.brackets > DEEPEST {
            return Err("there are too many brackets".to_owned());
        }
        let value = inner(self)?;
        self.brackets -= 1;
        if self.take(close) { Ok(value) } else { Err(format!("a '{close}' is missing; {FOR_EXAMPLE}")) }
    }

    fn take(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn word(&mut self, length: usize) -> &'a str {
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        word
    }

    fn unexpected(&self) -> String {
        match self.rest.trim_start() {
            "" => format!("something is missing at the end; {FOR_EXAMPLE}"),
            rest => format!("'{rest}' was not expected; {FOR_EXAMPLE}"),
        }
    }
}

const FOR_EXAMPLE: &str = "write a4, delta > 0.01, |gradient| < 1e-6 or sum(w84·d8, w94·d9)";

/// Returns the length of the number at the start, in bytes.
fn length_of_number(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let length = digits(text);
    let Some(exponent) = text[length..].strip_prefix(['e', 'E']).filter(|_| length > 0) else {
        return length;
    };
    let unsigned = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    length + 1 + exponent.len() - unsigned.len() + digits(unsigned)
}

/// Returns the length of the name at the start, in bytes; `w12,3`, `w12,b`, `δ(0-3)` and `self.weight` are one name.
fn length_of_name(text: &str) -> usize {
    let length = text.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let tail = if let Some(from) =
        rest.strip_prefix(',').filter(|_| name.strip_prefix(['w', 'g']).is_some_and(is_digits))
    {
        let from = &from[..from.find(|c: char| !c.is_alphanumeric()).unwrap_or(from.len())];
        if from == "b" || is_digits(from) { 1 + from.len() } else { 0 }
    } else if rest.starts_with('(') && matches!(name, "δ" | "d" | "delta") {
        rest.find(')').map_or(0, |end| end + 1)
    } else {
        0
    };
    length + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        evaluate(text, &mut |name| match name {
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
            ["", "a4 <", "a4 + 1", "sum(", "|a4", "1.2.3", "a4 a4", "a4 and a4", "%", "a4 = 1 = 1", "&", "1e"]
        {
            assert!(value(text).is_err(), "{text}");
        }
        assert!(value(&"|".repeat(100_000)).is_err());
        assert!(value(&"sum(".repeat(1000)).is_err());
        assert!(value("b7").is_err());
        assert!(check_condition("b7 > 1").is_ok() && check_condition("b7").is_err());
    }
}
