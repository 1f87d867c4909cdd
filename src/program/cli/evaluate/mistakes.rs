//! The most confident mistakes of a network, as pictures.

use std::cmp::Ordering;
use std::io::IsTerminal as _;

use serde::Serialize;

use backprop::data_set::DataSet;

use crate::cli::predict::sample_lines;
use crate::cli::prelude::*;
use crate::show::picture::side_by_side;

/// The width if the terminal does not say.
const USUAL_WIDTH: usize = 80;

/// One wrong answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Mistake {
    index: usize,
    label: usize,
    answer: usize,
    /// The output of the wrong class.
    output: f64,
    /// The amount by which it is above the output of the right class.
    margin: f64,
}

impl Mistake {
    pub(super) fn new(index: usize, label: usize, answer: usize, outputs: &[f64]) -> Self {
        // A single output says how sure the network is of the second of two classes.
        let of = |class: usize| match outputs {
            [single] if class == 0 => 1.0 - single,
            [single] => *single,
            several => several[class],
        };
        Self { index, label, answer, output: of(answer), margin: of(answer) - of(label) }
    }

    /// Compares two mistakes: the one with the larger margin comes first.
    pub(super) fn by_margin(&self, other: &Self) -> Ordering {
        other.margin.total_cmp(&self.margin).then(self.index.cmp(&other.index))
    }
}

pub(super) fn write(output: &mut Output, worst: &[Mistake], test: &DataSet) -> std::io::Result<()> {
    if worst.is_empty() {
        return Ok(());
    }
    writeln!(
        output,
        "\nIts most confident mistakes, with the outputs for its answer and for the right one:\n"
    )?;
    let name = |class: usize| spelled_out(&test.class_name(class));
    let picture = |mistake: &Mistake| {
        let Mistake { index, label, answer, output, margin } = mistake;
        let mut lines = vec![
            format!("sample {}: {}, not {}", thousands(*index), name(*label), name(*answer)),
            format!("{}: {output:.2}   {}: {:.2}", name(*answer), name(*label), output - margin),
        ];
        lines.extend(sample_lines(test, *index));
        lines
    };
    let pictures: Vec<Vec<String>> = worst.iter().map(picture).collect();
    let asked = std::io::stdout().is_terminal().then(crossterm::terminal::size);
    let width = asked.and_then(Result::ok).map_or(USUAL_WIDTH, |(columns, _)| usize::from(columns));
    // Two columns are the margin.
    for line in side_by_side(&pictures, 3, width.saturating_sub(2)) {
        writeln!(output, "{}", format!("  {line}").trim_end())?;
    }
    Ok(())
}
