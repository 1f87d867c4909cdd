//! Pictures for the page: decision regions, points, and images of weights and samples.

use backprop::setup::Rows;
use backprop::step::text::short;
use backprop::{Engine as _, Parameters, vectorized};
use serde_json::{Value, json};

use crate::play::Play;
use crate::session::text;
use crate::situation::Scene;
use crate::training::class;

/// The part of the plane that is painted: all points, with a margin around them.
pub struct Frame {
    left: f64,
    right: f64,
    bottom: f64,
    top: f64,
}

impl Frame {
    pub fn of(rows: &Rows) -> Self {
        let range = |axis: usize| {
            let values = rows.samples.iter().map(|sample| sample[axis]);
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
            let margin = 0.15 * (high - low).max(0.1);
            (low - margin, high + margin)
        };
        let ((left, right), (bottom, top)) = (range(0), range(1));
        Self { left, right, bottom, top }
    }

    /// Returns the point at these shares of the frame, from the left and from the top.
    pub fn place(&self, x: f64, y: f64) -> Vec<f64> {
        vec![self.left + x * (self.right - self.left), self.top - y * (self.top - self.bottom)]
    }
}

/// Returns the rows if they are points in the plane.
fn in_the_plane(rows: &Rows) -> Result<&Rows, String> {
    match rows.samples.first() {
        Some(sample) if sample.len() == 2 => Ok(rows),
        _ => Err("only networks of two inputs have a picture of regions".to_owned()),
    }
}

/// Returns the class of every point of a grid, row by row from the top, and the lead of its output, from 0 to 255.
pub fn regions(play: &Play, columns: usize, rows: usize) -> Result<String, String> {
    let frame = Frame::of(in_the_plane(&play.scene.rows)?);
    if columns == 0 || rows == 0 || columns.saturating_mul(rows) > 100_000 {
        return Err("a grid has between 1 and 100,000 points".to_owned());
    }
    let mut network =
        vectorized::Network::from_parameters(&play.scene.network.architecture, &play.parameters());
    let middle = |place: usize, count: usize| (place as f64 + 0.5) / count as f64;
    let points = (0..rows)
        .flat_map(|row| (0..columns).flat_map(move |column| [(middle(column, columns), middle(row, rows))]));
    let inputs: Vec<f64> = points.flat_map(|(x, y)| frame.place(x, y)).collect();
    let outputs = network.predict_rows(&inputs);
    let rows_out = outputs.chunks_exact(network.architecture().output_size());
    let (classes, strength): (Vec<usize>, Vec<u8>) =
        rows_out.map(|outputs| (class(outputs), (lead(outputs) * 255.0).round() as u8)).unzip();
    text(&json!({
        "columns": columns, "rows": rows, "classes": classes, "strength": strength,
    }))
}

/// Returns the lead of the strongest output over the next, from 0 to 1; for a single output, its distance from one
/// half.
fn lead(outputs: &[f64]) -> f64 {
    let lead = if let [output] = outputs {
        2.0 * (output - 0.5).abs()
    } else {
        let best = class(outputs);
        let others = outputs.iter().enumerate().filter(|(place, _)| *place != best);
        outputs[best] - others.map(|(_, &output)| output).fold(f64::NEG_INFINITY, f64::max)
    };
    lead.clamp(0.0, 1.0)
}

/// Returns every point, as numbers and as shares of the frame.
pub fn points(rows: &Rows) -> Result<String, String> {
    let frame = Frame::of(in_the_plane(rows)?);
    let point = |(sample, label): (&Vec<f64>, &Vec<f64>)| {
        json!({
            "x": sample[0], "y": sample[1], "class": class(label),
            "left": (sample[0] - frame.left) / (frame.right - frame.left),
            "top": (frame.top - sample[1]) / (frame.top - frame.bottom),
        })
    };
    let points: Vec<Value> = rows.samples.iter().zip(&rows.labels).map(point).collect();
    text(&json!({ "points": points }))
}

/// Returns outputs in words too; `seen` is how many samples the network has been trained on.
pub fn read(scene: &Scene, outputs: &[f64], seen: Option<u64>) -> Value {
    let class = class(outputs);
    let name = scene.rows.classes.get(class).cloned().unwrap_or_else(|| class.to_string());
    let words = match seen {
        Some(0) => format!("The network is untrained: {name} is a guess. Train it, and it learns to read."),
        Some(1) => format!("After one sample the network reads {name}."),
        Some(seen) if seen < scene.rows.samples.len() as u64 => {
            format!("After {seen} samples the network reads {name}.")
        }
        _ => format!("The network reads {name}."),
    };
    json!({
        "outputs": outputs,
        "texts": outputs.iter().map(|&output| short(output)).collect::<Vec<_>>(),
        "class": class,
        "words": words,
    })
}

/// The most neurons whose weights are shown as images.
const MOST_IMAGES: usize = 100;

/// The letter of a weight of 0, `S`.
const ZERO: f64 = 83.0;

/// How many letters away the largest weight of an image is, at `(` or `~`.
const REACH: f64 = 43.0;

/// Returns the weights from the input to each neuron of the first hidden layer as an image, one after the other, with a
/// letter for each weight. JSON with letters is read several times faster than with numbers.
pub fn weights(scene: &Scene, parameters: &Parameters) -> Value {
    let layer = &parameters.layers[0].weights;
    let (rows, columns) = scene.rows.image_shape.unwrap_or((1, layer[0].len()));
    let mut letters = String::with_capacity(rows * columns * layer.len().min(MOST_IMAGES));
    for weights in layer.iter().take(MOST_IMAGES) {
        let largest = weights.iter().map(|weight| weight.abs()).fold(0.0, f64::max);
        let scale = if largest > 0.0 { REACH / largest } else { 0.0 };
        letters.extend(weights.iter().map(|weight| char::from((ZERO + 0.5 + weight * scale) as u8)));
    }
    json!({ "rows": rows, "columns": columns, "letters": letters })
}

/// Returns the sample of the latest step as an image.
pub fn sample(play: &Play) -> Result<String, String> {
    let (rows, columns) = play.scene.rows.image_shape.ok_or("these samples are not images")?;
    let (_, sample) = play.stepper.label_and_sample(play.stepper.position().saturating_sub(1));
    let pixels: Vec<u8> = sample.iter().map(|value| (value * 255.0).round() as u8).collect();
    text(&json!({ "rows": rows, "columns": columns, "pixels": pixels }))
}
