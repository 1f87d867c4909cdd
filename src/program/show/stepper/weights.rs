//! The incoming weights of a hidden neuron as a picture: what it looks for in the image.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use backprop::step::Place;

use super::App;
use super::palette::Palette;

impl App {
    /// Returns the neuron of the first hidden layer at the step or the cursor; otherwise the first one.
    pub fn hidden_neuron(&self) -> usize {
        let wire = self.connection_under_cursor().map(|(_, wire)| [wire.downstream, wire.upstream]);
        let node = self.latest.as_ref().and_then(|step| step.action.node()).map(|id| self.place(id));
        let is_hidden = |place: &Place| place.layer == 1 && place.number.is_some();
        let places = node.into_iter().chain(wire.into_iter().flatten());
        places.into_iter().find(is_hidden).map_or(0, |place| place.index as usize)
    }
}

/// Draws the weights of that neuron, in the rows and columns of the image, two rows to a line.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let Some((rows, columns)) = app.image_shape else { return };
    let network = app.stepper.network();
    let id = network.layers[1].neurons()[app.hidden_neuron()];
    let inputs = rows * columns;
    let weights: Vec<f64> = network[id].upstream()[..inputs].iter().map(|id| network[*id].weight).collect();
    let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let key = if app.palette.colour { "blue +, red -" } else { "# + positive, = - negative" };
    let heading = format!("Weights of node {}, up to {largest:.2} ({key})", app.place(id));
    buffer.set_stringn(area.x, area.y, heading, area.width.into(), Palette::strong());
    let (lines, room) = (rows.div_ceil(2), usize::from(area.height - 1));
    let skipped = lines.saturating_sub(room) / 2;
    let share = |row: usize, column: usize| {
        let weight = if row < rows { weights[row * columns + column] } else { 0.0 };
        if largest > 0.0 { weight / largest } else { 0.0 }
    };
    for line in 0..lines.min(room) {
        let row = 2 * (line + skipped);
        for column in 0..columns.min(usize::from(area.width)) {
            let (upper, lower) = (share(row, column), share(row + 1, column));
            let cell = &mut buffer[(area.x + column as u16, area.y + 1 + line as u16)];
            if app.palette.colour {
                cell.set_char('▀').set_style(Style::new().fg(shade(upper)).bg(shade(lower)));
            } else {
                cell.set_char(mark(f64::midpoint(upper, lower)));
            }
        }
    }
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
