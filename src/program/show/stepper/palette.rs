//! Colours and marks. Nothing is said by colour alone: with `NO_COLOR` the same screen reads by bold, reverse and
//! dashes.

use backprop::step::text;
use ratatui::style::{Color, Modifier, Style};

/// How things are set off from each other.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// True if colours may be used.
    pub colour: bool,
}

impl Palette {
    /// The style of the number that the step computed.
    pub fn result(self) -> Style {
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        if self.colour { style.fg(Color::Magenta) } else { style }
    }

    /// The style of the numbers that the step read.
    pub fn read(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.colour { style.fg(Color::Magenta) } else { style }
    }

    /// The style of the number under the cursor.
    pub fn cursor(self) -> Style {
        self.read().add_modifier(Modifier::UNDERLINED)
    }

    /// Headings and hints.
    pub fn quiet(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// The bar at the top and keys in the hints.
    pub fn strong() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// A weight's edge: blue where it is positive, red where negative; bright where the step reads it.
    pub fn edge(self, weight: f64, lit: bool) -> Color {
        match (self.colour, weight < 0.0, lit) {
            (false, _, _) => Color::Reset,
            (true, false, true) => Color::LightBlue,
            (true, false, false) => Color::Blue,
            (true, true, true) => Color::LightRed,
            (true, true, false) => Color::Red,
        }
    }
}

/// A number as [`short`] has it, or a dash where it has not been computed yet.
pub fn shown(value: Option<f64>, width: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| short(value, width))
}

/// A number in at most `width` characters (six at least), in eight with three or four significant digits: `0.6494`,
/// `-0.00345`, `3.82e-4`.
pub fn short(value: f64, width: usize) -> String {
    let text = text::short(value);
    if text.len() <= width {
        return text;
    }
    let is_plain = value.abs() >= 0.01;
    let fitting = (0..width).rev().map(|decimals| {
        if is_plain { format!("{value:.decimals$}") } else { format!("{value:.decimals$e}") }
    });
    fitting.into_iter().find(|text| text.len() <= width).unwrap_or(text)
}
