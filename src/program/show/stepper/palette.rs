//! Colours and marks. Nothing is said by colour alone: with `NO_COLOR` the same screen reads by bold, reverse and
//! dashes.

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

/// A number in at most `width` characters (six at least): `0.6494`, `-0.873`, `3.8e-4`.
pub fn short(value: f64, width: usize) -> String {
    // A zero that came out of 0·(−w) is a zero to the reader.
    let value = value + 0.0;
    if value == 0.0 {
        return "0".to_owned();
    }
    let plain = value.abs() >= 0.01;
    for decimals in (0..width).rev() {
        let text = if plain { format!("{value:.decimals$}") } else { format!("{value:.decimals$e}") };
        if text.len() <= width && (!plain || decimals > 0) {
            return text;
        }
    }
    let text = format!("{value:.0}");
    if text.len() <= width { text } else { format!("{value:.0e}") }
}
