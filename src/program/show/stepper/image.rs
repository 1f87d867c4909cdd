//! The panes for images: the sample, and the incoming weights of a hidden neuron, which show what it looks for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use backprop::step::{Action, Place, Step};

use super::App;
use super::palette::Palette;
use crate::show::picture::half_blocks;

impl App {
    /// Returns the neuron of the first hidden layer at the step or the cursor; otherwise the first one.
    fn hidden_neuron(&self) -> usize {
        let wire = self.connection_under_cursor().map(|(_, wire)| [wire.downstream, wire.upstream]);
        let node = self.latest.as_ref().and_then(|step| step.action.node()).map(|id| self.place(id));
        let is_hidden = |place: &Place| place.layer == 1 && place.number.is_some();
        let places = node.into_iter().chain(wire.into_iter().flatten());
        places.into_iter().find(is_hidden).map_or(0, |place| place.index as usize)
    }
}

/// Draws the sample, with a mark on the input that was just set. Returns how many rows it takes.
pub fn draw_sample(app: &App, area: Rect, buffer: &mut Buffer) -> u16 {
    let Some((rows, columns)) = app.rows.image_shape else { return 0 };
    let sample = app.stepper.sample();
    // Pixels are 0 to 1, or 0 to 255 with --pixels raw.
    let scale = if sample.iter().any(|value| *value > 1.0) { 1.0 } else { 255.0 };
    let bytes: Vec<u8> = sample.iter().map(|value| (value * scale).round().clamp(0.0, 255.0) as u8).collect();
    let lines: Vec<Vec<char>> =
        half_blocks(&bytes, columns).iter().map(|line| line.chars().collect()).collect();
    let mark = match app.latest {
        Some(Step { action: Action::SetInput(id), .. }) => Some(app.place(id).index as usize),
        _ => None,
    };
    let mark = mark.map(|index| (index / columns / 2, index % columns));
    let heading = format!("The sample, {rows}×{columns} (m and w: others)");
    draw_lines(&heading, (lines.len(), columns), area, buffer, |line, column| {
        let style = if mark == Some((line, column)) { app.palette.result() } else { app.palette.read() };
        (lines[line][column], style)
    })
}

/// Draws the weights of the hidden neuron chosen, in the rows and columns of the image. Returns how many rows it takes.
pub fn draw_weights(app: &App, area: Rect, buffer: &mut Buffer) -> u16 {
    let Some((rows, columns)) = app.rows.image_shape else { return 0 };
    let network = app.stepper.network();
    let id = network.layers[1].neurons()[app.hidden_neuron()];
    let inputs = &network[id].upstream()[..rows * columns];
    let weights: Vec<f64> = inputs.iter().map(|id| network[*id].weight).collect();
    let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let share = |row: usize, column: usize| {
        let weight = if row < rows { weights[row * columns + column] } else { 0.0 };
        if largest > 0.0 { weight / largest } else { 0.0 }
    };
    let key = if app.palette.colour { "blue +, red -" } else { "# + positive, = - negative" };
    let heading = format!("Weights of node {}, up to {largest:.2} ({key})", app.place(id));
    draw_lines(&heading, (rows.div_ceil(2), columns), area, buffer, |line, column| {
        let (upper, lower) = (share(2 * line, column), share(2 * line + 1, column));
        if app.palette.colour {
            ('▀', Style::new().fg(shade(upper)).bg(shade(lower)))
        } else {
            (mark(f64::midpoint(upper, lower)), Style::new())
        }
    })
}

/// Draws a heading and below it lines of characters, two rows of pixels each: those in the middle if not all of them fit.
/// Returns how many rows they take.
fn draw_lines(
    heading: &str,
    (lines, columns): (usize, usize),
    area: Rect,
    buffer: &mut Buffer,
    character: impl Fn(usize, usize) -> (char, Style),
) -> u16 {
    buffer.set_stringn(area.x, area.y, heading, area.width.into(), Palette::strong());
    let room = usize::from(area.height - 1);
    let skipped = lines.saturating_sub(room) / 2;
    for line in 0..lines.min(room) {
        for column in 0..columns.min(usize::from(area.width)) {
            let (text, style) = character(line + skipped, column);
            let place = (area.x + column as u16, area.y + 1 + line as u16);
            buffer[place].set_char(text).set_style(style);
        }
    }
    1 + lines.min(room) as u16
}

/// Returns a colour from black to blue for a positive weight, to red for a negative one: six of the terminal's 256.
fn shade(share: f64) -> Color {
    let level = (5.0 * share.abs()).round() as u8;
    Color::Indexed(if share >= 0.0 {
        16 + 6 * (level / 2) + level
    } else {
        16 + 36 * level + 6 * (level / 3)
    })
}

fn mark(share: f64) -> char {
    match share {
        s if s > 0.5 => '#',
        s if s > 0.15 => '+',
        s if s < -0.5 => '=',
        s if s < -0.15 => '-',
        _ => ' ',
    }
}
