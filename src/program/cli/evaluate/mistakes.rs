//! The most confident mistakes of a network, as pictures.

use std::io::{IsTerminal as _, Write};

use serde::Serialize;

use backprop::data_set::DataSet;
use backprop::spelled_out;

use crate::cli::Output;
use crate::cli::output::thousands;
use crate::cli::predict::sample_lines;
use crate::show::picture::side_by_side;

/// The width if the terminal does not say.
const USUAL_WIDTH: usize = 80;

/// Every wrong answer.
#[derive(Default)]
pub(super) struct Mistakes {
    all: Vec<Mistake>,
}

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

impl Mistakes {
    pub(super) fn note(&mut self, index: usize, label: usize, answer: usize, outputs: &[f64]) {
        // A single output says how sure the network is of the second of two classes.
        let of = |class: usize| match outputs {
            [single] if class == 0 => 1.0 - single,
            [single] => *single,
            several => several[class],
        };
        let output = of(answer);
        let margin = output - of(label);
        self.all.push(Mistake { index, label, answer, output, margin });
    }

    /// Returns the mistakes with the largest margin, the worst first.
    pub(super) fn worst(&mut self, count: usize) -> &[Mistake] {
        self.all.sort_by(|one, other| other.margin.total_cmp(&one.margin).then(one.index.cmp(&other.index)));
        &self.all[..count.min(self.all.len())]
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
    for line in side_by_side(&pictures, 3, terminal_width()) {
        if line.is_empty() {
            writeln!(output)?;
        } else {
            writeln!(output, "  {line}")?;
        }
    }
    Ok(())
}

/// Returns the characters in a line of the terminal, less the margin.
fn terminal_width() -> usize {
    let asked = std::io::stdout().is_terminal().then(crossterm::terminal::size);
    let width = asked.and_then(Result::ok).map_or(USUAL_WIDTH, |(columns, _)| usize::from(columns));
    width.saturating_sub(2)
}
