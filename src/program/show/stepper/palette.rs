//! Colours and marks. Nothing depends on colour alone: with `NO_COLOR` the same screen uses bold, reverse and dashes.

use backprop::step::text;
use ratatui::style::{Color, Modifier, Style};

/// The styles of the screen.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// `true` if colours may be used.
    pub colour: bool,
}

impl Palette {
    /// Returns the style of the number that the step computed.
    pub fn result(self) -> Style {
        let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        if self.colour { style.fg(Color::Magenta) } else { style }
    }

    /// Returns the style of the numbers that the step read.
    pub fn read(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if self.colour { style.fg(Color::Magenta) } else { style }
    }

    /// Returns the style of the number under the cursor.
    pub fn cursor(self) -> Style {
        self.read().add_modifier(Modifier::UNDERLINED)
    }

    /// Returns the style of headings and hints.
    pub fn quiet(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// Returns the style of the bar at the top and of keys in the hints.
    pub fn strong() -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the colour of a weight's edge: blue if it is positive, red if negative; bright if the step reads it.
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

/// Writes a number as [`short`] does, or a dash if it has not been computed yet.
pub fn shown(value: Option<f64>, width: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| short(value, width))
}

/// Writes a number in at most `width` characters (six or more), in eight with three or four significant digits: `0.6494`,
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
