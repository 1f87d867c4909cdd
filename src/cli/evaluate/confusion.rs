//! Which class is taken for which, and what that makes of each one's precision and recall.

use std::io::Write;

use crate::cli::Output;

/// More classes than these make a matrix too wide for any screen.
const MOST_COLUMNS: usize = 16;

/// A row for each class that was meant, a column for each answer.
pub(super) struct Confusion {
    pub(super) counts: Vec<Vec<usize>>,
}

impl Confusion {
    pub(super) fn new(classes: usize) -> Self {
        Self { counts: vec![vec![0; classes]; classes] }
    }

    pub(super) fn count(&mut self, class: u8, answer: usize) {
        self.counts[usize::from(class)][answer] += 1;
    }

    /// How many of the samples of this class are recognised, from 0 to 1; `None` if there are none.
    pub(super) fn recall(&self, class: usize) -> Option<f64> {
        share(self.counts[class][class], self.counts[class].iter().sum())
    }

    /// How many of the samples answered with this class are of it, from 0 to 1; `None` if it is never the answer.
    pub(super) fn precision(&self, class: usize) -> Option<f64> {
        share(self.counts[class][class], self.counts.iter().map(|row| row[class]).sum())
    }

    /// A number for each class.
    pub(super) fn each(&self, of: impl Fn(&Self, usize) -> Option<f64>) -> Vec<Option<f64>> {
        (0..self.counts.len()).map(|class| of(self, class)).collect()
    }

    pub(super) fn write(&self, output: &mut Output) -> std::io::Result<()> {
        let classes = self.counts.len();
        if classes > MOST_COLUMNS {
            writeln!(output, "\n  class   samples     recall  precision")?;
            for (class, row) in self.counts.iter().enumerate() {
                let samples: usize = row.iter().sum();
                let (recall, precision) = (percent(self.recall(class)), percent(self.precision(class)));
                writeln!(output, "{class:>7} {samples:>9} {recall:>8} % {precision:>8} %")?;
            }
            return Ok(());
        }
        writeln!(output, "\nRows: what it is. Columns: what the network says.\n")?;
        write!(output, "{:>11}", "")?;
        for answer in 0..classes {
            write!(output, "{answer:>6}")?;
        }
        writeln!(output, "    recall")?;
        for (class, row) in self.counts.iter().enumerate() {
            write!(output, "{class:>11}")?;
            for &count in row {
                let text = if count == 0 { ".".to_owned() } else { count.to_string() };
                write!(output, "{text:>6}")?;
            }
            writeln!(output, "{:>8} %", percent(self.recall(class)))?;
        }
        write!(output, "\n{:>11}", "precision %")?;
        for answer in 0..classes {
            write!(output, "{:>6}", percent(self.precision(answer)))?;
        }
        writeln!(output)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// A share in percent with one decimal, a dash where there is none.
fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1}", 100.0 * share))
}
