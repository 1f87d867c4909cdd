//! The present step in matrix form, as the page writes it.

use backprop::step::view::{Mark, Matrix, MatrixForm, Part};
use backprop::step::{Step, Stepper};
use serde::Serialize;

use crate::map::{MOST_NEURONS, Map};
use crate::texts::Shown;

/// An equation between matrices, and the matrices in it.
#[derive(Debug, Serialize)]
pub struct Equation {
    /// Its parts in order; letters with a layer, `W(1)`, `δ(2)`, `W(2)ᵀ`, are vectors and matrices.
    heading: Vec<String>,
    words: String,
    parts: Vec<ShownPart>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ShownPart {
    Sign { sign: &'static str },
    Matrix(ShownMatrix),
}

#[derive(Debug, Serialize)]
struct ShownMatrix {
    caption: Vec<String>,
    rows: Vec<String>,
    columns: Vec<String>,
    vector: bool,
    cells: Vec<Vec<Cell>>,
}

#[derive(Debug, Serialize)]
struct Cell {
    #[serde(flatten)]
    shown: Shown,
    mark: &'static str,
}

/// Returns the matrix form of the latest step; `None` if a layer is too large to be read.
pub fn equation(stepper: &Stepper, map: &Map, step: Option<&Step>) -> Option<Equation> {
    if map.layers.iter().any(|layer| layer.len() > MOST_NEURONS + 1) {
        return None;
    }
    let form = MatrixForm::of(stepper, step);
    // Skips titles in words, because the page already has those.
    let is_equation = |piece: &String| piece.contains('=') || piece.contains('←');
    let heading = if form.heading.iter().any(is_equation) { form.heading } else { Vec::new() };
    let part = |part| match part {
        Part::Sign(sign) => ShownPart::Sign { sign },
        Part::Matrix(matrix) => ShownPart::Matrix(shown(stepper, map, &matrix)),
    };
    Some(Equation { heading, words: form.words, parts: form.parts.into_iter().map(part).collect() })
}

fn shown(stepper: &Stepper, map: &Map, matrix: &Matrix) -> ShownMatrix {
    let names = |layer| map.neurons(layer).iter().map(|&id| map.number(id)).collect::<Vec<String>>();
    let cell = |row, column| {
        let (value, mark) = matrix.entry(stepper, row, column);
        let mark = match mark {
            Mark::None => "",
            Mark::Along => "along",
            Mark::Read => "read",
            Mark::Result => "present",
        };
        Cell { shown: Shown::of(value), mark }
    };
    let (rows, one) = (names(matrix.layer), vec![String::new()]);
    let (vector, caption) = (matrix.is_vector() && !matrix.is_row, matrix.caption.clone());
    if matrix.is_row {
        let cells = vec![(0..rows.len()).map(|row| cell(row, 0)).collect()];
        return ShownMatrix { caption, rows: one, columns: rows, vector, cells };
    }
    let columns = if matrix.is_vector() { one } else { names(matrix.layer - 1) };
    let cells = (0..rows.len()).map(|row| (0..columns.len()).map(|column| cell(row, column)).collect());
    ShownMatrix { cells: cells.collect(), caption, rows, columns, vector }
}
