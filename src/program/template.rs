//! Texts with gaps for numbers and words: of lessons and commands, pictures, a program for PyTorch.

use backprop::step::text::number;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, Output, State, UndefinedBehavior};

use crate::cli::output::thousands;
use crate::show::plot::round;

/// Fills in the gaps of a template as [minijinja](https://docs.rs/minijinja) does. A line that holds only a `{% tag
/// %}` leaves nothing behind.
///
/// # Panics
/// If the template asks for a value that is not there. Templates are part of this program, and tests fill in each.
pub fn fill(template: &str, values: &Value) -> String {
    try_fill(template, values).expect("the template asks for what there is")
}

/// Does the same for a template that may be wrong.
///
/// # Errors
/// The template asks for a value that is not there.
pub fn try_fill(template: &str, values: &Value) -> Result<String, Error> {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    let mut environment = Environment::new();
    environment.set_syntax(syntax.build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(write_value);
    environment.add_filter("fixed", fixed);
    environment.add_filter("power", |value: f64, decimals: usize| format!("{value:.decimals$e}"));
    environment.add_filter("number", number);
    environment.add_filter("cell", cell);
    environment.add_filter("right", |text: &Value, width: usize| format!("{:>width$}", text.to_string()));
    environment.add_filter("hundredths", round);
    environment.add_filter("thousands", thousands);
    environment.add_filter("noun", |count: usize, noun: &str| backprop::noun_for(count, noun));
    environment.render_str(template, values)
}

/// Writes a value as Rust does: 1, not 1.0.
fn write_value(output: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match f64::try_from(value.clone()) {
        Ok(number) if !value.is_integer() => write!(output, "{number}")?,
        _ => write!(output, "{value}")?,
    }
    Ok(())
}

/// Returns a number with this many decimals or, if they would all be 0 though the number is not, with a power of ten.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value + 0.0); // 0 for -0
    let is_lost = decimals > 0 && value != 0.0 && text.parse() == Ok(0.0);
    if is_lost { format!("{value:.1e}") } else { text }
}

/// Returns a number with this many decimals or, from a million up, with a power of ten.
fn cell(value: f64, decimals: usize) -> String {
    if value.abs() < 1e6 { fixed(value, decimals) } else { format!("{value:.1e}") }
}
