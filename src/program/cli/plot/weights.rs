//! `backprop plot weights`: draws the incoming weights of each hidden neuron as a small picture.

use backprop::data_set::Column;

use super::{Out, Picture};
use crate::cli::prelude::*;
use crate::show::plot::raster::Shade;
use crate::show::plot::{Axis, Figure, Plot, Raster};

/// The most neurons that are drawn.
const MOST_NEURONS: usize = 100;

/// Neurons in a row of pictures.
const IN_A_ROW: usize = 10;

/// The most inputs that are drawn with their names, one above the other.
const MOST_NAMES: usize = 60;

/// Empty cells between two pictures.
const GAP: usize = 2;

/// The approximate width of all pictures together, in pixels.
const WIDTH: usize = 900;

/// The height above which names would be far apart.
const HEIGHT: usize = 700;

/// Draw the weights of each neuron of the first layer after the input as a picture
///
/// A neuron's answer is large if the image has ink on blue and none on red. Each picture has its own scale: the
/// strongest weight is in full colour.
#[derive(Debug, Args)]
pub(super) struct Weights {
    #[command(flatten)]
    model: ModelArgs,

    /// Columns of a picture [default: those of the training images; 1 for a table's named inputs; a square if
    /// possible; otherwise one row]
    #[arg(long, value_name = "N")]
    columns: Option<usize>,

    #[command(flatten)]
    pub(super) out: Out,
}

impl Picture for Weights {
    fn inputs(&self, places: Destinations) -> Result<Destinations, Error> {
        Ok(places.input("--model", Some(&self.model.model)))
    }

    fn figure(&self) -> Result<(Figure, String), Error> {
        let model = self.model.read()?;
        let layer = &model.parameters.layers[0];
        let inputs = model.architecture.sizes[0];
        let side = inputs.isqrt();
        let meaning = &model.meaning;
        let has_names = meaning.is_of_table() && meaning.image.is_none() && inputs <= MOST_NAMES;
        let columns = self.columns.unwrap_or_else(|| match meaning.image {
            Some((_, columns)) => columns,
            None if has_names => 1,
            None if side * side == inputs => side,
            None => inputs,
        });
        if columns == 0 || !inputs.is_multiple_of(columns) {
            let problem = format!("{} cannot fill whole rows of {columns}", counted(inputs, "input"));
            return Err(refuse(problem, "give --columns a divisor of the number of inputs"));
        }
        let rows = inputs / columns;
        let neurons = &layer.weights[..layer.weights.len().min(MOST_NEURONS)];
        // One input above the other, so that each row has the name of its input.
        let has_names = has_names && columns == 1;
        let in_a_row = if has_names { neurons.len() } else { neurons.len().min(IN_A_ROW) };
        let count = neurons.len().div_ceil(in_a_row);
        let (wide, high) = (in_a_row * (columns + GAP), count * (rows + GAP));
        let raster = tile(neurons, columns, in_a_row);

        let middles = |count: usize, size: usize| {
            (0..count).map(move |at| (at, (at * size) as f64 + size as f64 / 2.0))
        };
        let names = middles(in_a_row, columns + GAP)
            .map(|(at, middle)| (middle, if has_names { at.to_string() } else { format!("+{at}") }));
        let label = if has_names { "neuron" } else { "neuron: the number on the left and this" };
        let x = Axis::new(label).range(0.0, wide as f64).ticks(names);
        let names: Vec<(f64, String)> = if has_names {
            let titles = meaning.inputs.iter().map(Column::title);
            (0..rows).map(|row| (high - GAP / 2 - row) as f64 - 0.5).zip(titles).collect()
        } else {
            let number = |(at, middle): (usize, f64)| (high as f64 - middle, (at * in_a_row).to_string());
            middles(count, rows + GAP).map(number).collect()
        };
        let y = Axis::new("").range(0.0, high as f64).ticks(names);
        let zoom = (WIDTH / wide).min(if has_names { HEIGHT / high } else { WIDTH }).clamp(1, 40);
        let of = if neurons.len() < layer.weights.len() { "the first " } else { "" };
        let (shown, s) = (counted(neurons.len(), "neuron"), if neurons.len() == 1 { "s" } else { "" });
        let title = format!("What {of}{shown} look{s} for: {rows} × {columns} weights each (blue +, red −)");
        let told = format!("the weights of {of}{shown}, {rows} by {columns} each");
        Ok((Figure::new(title, [Plot::new("", x, y).on(raster)]).frame(zoom * wide, zoom * high), told))
    }
}

/// Lays out the weights of all neurons, one picture next to the other.
fn tile(neurons: &[Vec<f64>], columns: usize, in_a_row: usize) -> Raster {
    let rows = neurons[0].len() / columns;
    let (wide, high) = (in_a_row * (columns + GAP), neurons.len().div_ceil(in_a_row) * (rows + GAP));
    let mut cells = vec![Shade::signed(0.0); wide * high];
    for (number, weights) in neurons.iter().enumerate() {
        let largest = weights.iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
        let (left, top) = (number % in_a_row * (columns + GAP), number / in_a_row * (rows + GAP));
        for (place, weight) in weights.iter().enumerate().filter(|_| largest > 0.0) {
            let (row, column) = (top + GAP / 2 + place / columns, left + GAP / 2 + place % columns);
            cells[row * wide + column] = Shade::signed(weight / largest);
        }
    }
    Raster::new(wide, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_weight_is_a_cell_of_its_neurons_picture() {
        // Two neurons of 1 x 2 weights: two pictures of 3 x 4 cells with their gap.
        let raster = tile(&[vec![0.5, -1.0], vec![0.0, 2.0]], 2, 2);
        let white = Shade::signed(0.0);
        let mut expected = vec![white; 3 * 8];
        (expected[8 + 1], expected[8 + 2], expected[8 + 6]) =
            (Shade::signed(0.5), Shade::signed(-1.0), Shade::signed(1.0));
        assert_eq!(raster, Raster::new(8, expected));
    }
}
