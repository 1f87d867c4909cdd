//! Parses the settings of lessons on the command line.

/// Parses a finite number.
pub fn number(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("'{text}' is not a number"))
}

/// Parses a number above 0 and at most 10,000.
pub fn positive(text: &str) -> Result<f64, String> {
    up_to(1e4, text, "between 0 and 10,000")
}

/// Parses a learning rate: above 0 and at most 10.
pub fn rate(text: &str) -> Result<f64, String> {
    up_to(10.0, text, "a rate between 0 and 10")
}

fn up_to(most: f64, text: &str, what: &str) -> Result<f64, String> {
    let number = number(text)?;
    if number > 0.0 && number <= most { Ok(number) } else { Err(format!("{text} is not {what}")) }
}

/// Parses a list with commas between its parts: an array of some length, or a vector. `what` says what is wanted.
pub fn list<T, L: TryFrom<Vec<T>>>(
    text: &str,
    what: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<L, String> {
    let parts: Option<Vec<T>> = text.split(',').map(|part| parse(part.trim())).collect();
    parts.and_then(|parts| parts.try_into().ok()).ok_or_else(|| format!("'{text}' is not {what}"))
}

/// Parses two numbers with a comma between them.
pub fn pair(text: &str) -> Result<[f64; 2], String> {
    list(text, "two numbers with a comma between them", |part| number(part).ok())
}

/// Parses two numbers above 0.
pub fn positive_pair(text: &str) -> Result<[f64; 2], String> {
    list(text, "two numbers between 0 and 10,000", |part| positive(part).ok())
}

/// Neurons in each layer, input first.
pub type Sizes = Vec<usize>;

/// Parses sizes of layers with commas between them: three layers or more, small enough to be looked at.
pub fn sizes(text: &str) -> Result<Sizes, String> {
    let what = "3 to 10 layers of 1 to 20 neurons; write 2,3,3,2";
    let sizes: Sizes = list(text, what, |part| part.parse().ok().filter(|size| (1..=20).contains(size)))?;
    if (3..=10).contains(&sizes.len()) { Ok(sizes) } else { Err(format!("'{text}' is not {what}")) }
}
