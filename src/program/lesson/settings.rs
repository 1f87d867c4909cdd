//! Parses the settings of lessons on the command line.

/// Parses a number in this range. One that is not 0 has a size that can be written with a few digits.
pub fn between(least: f64, most: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| {
        let number = text.trim().parse::<f64>().ok().filter(|number| (least..=most).contains(number));
        let number = number.filter(|number| *number == 0.0 || number.abs() >= 1e-3);
        let tiny = if least > 0.0 { "" } else { "; if not 0, at least 0.001 in size" };
        number.ok_or_else(|| format!("'{text}' is not a number from {least} to {most}{tiny}"))
    }
}

/// Parses a number from -1000 to 1000.
pub fn number(text: &str) -> Result<f64, String> {
    between(-1e3, 1e3)(text)
}

/// Parses a learning rate: from 0.001 to 10.
pub fn rate(text: &str) -> Result<f64, String> {
    between(1e-3, 10.0)(text)
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
    let what = "two numbers from -1000 to 1000 with a comma between them; if not 0, at least 0.001 in size";
    list(text, what, |part| number(part).ok())
}

/// Neurons in each layer, input first.
pub type Sizes = Vec<usize>;

/// Parses sizes of layers with commas between them: three layers or more, small enough to be looked at.
pub fn sizes(text: &str) -> Result<Sizes, String> {
    let what = "3 to 10 layers of 1 to 20 neurons; write 2,3,3,2";
    let sizes: Sizes = list(text, what, |part| part.parse().ok().filter(|size| (1..=20).contains(size)))?;
    if (3..=10).contains(&sizes.len()) { Ok(sizes) } else { Err(format!("'{text}' is not {what}")) }
}
