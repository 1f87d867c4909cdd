//! Counts which class is mistaken for which, and computes precision and recall from that.

use std::borrow::Cow;
use std::io::Write as _;

use backprop::data_set::Answers;
use backprop::{column_width, spelled_out};

use minijinja::context;

use crate::cli::Output;
use crate::template;

/// The most classes that fit on a screen.
const MOST_COLUMNS: usize = 16;
/// The longest names that fit.
const LONGEST_NAME: usize = 11;

/// Counts of answers: a row for each true class, a column for each answer.
pub(super) struct Confusion {
    pub(super) counts: Vec<Vec<usize>>,
}

impl Confusion {
    pub(super) fn new(classes: usize) -> Self {
        Self { counts: vec![vec![0; classes]; classes] }
    }

    /// Returns the share of this class's samples that are recognised; `None` if it has no samples.
    pub(super) fn recall(&self, class: usize) -> Option<f64> {
        share(self.counts[class][class], self.counts[class].iter().sum())
    }

    /// Returns the share of right ones among the answers with this class; `None` if it is never the answer.
    pub(super) fn precision(&self, class: usize) -> Option<f64> {
        share(self.counts[class][class], self.counts.iter().map(|row| row[class]).sum())
    }

    /// Returns a number for each class.
    pub(super) fn each(&self, of: impl Fn(&Self, usize) -> Option<f64>) -> Vec<Option<f64>> {
        (0..self.counts.len()).map(|class| of(self, class)).collect()
    }

    /// Returns the name of each class.
    pub(super) fn names<'a>(&self, answers: &'a Answers) -> Vec<Cow<'a, str>> {
        (0..self.counts.len()).map(|class| answers.name(class)).collect()
    }

    pub(super) fn write(&self, output: &mut Output, answers: &Answers) -> std::io::Result<()> {
        let names: Vec<String> = self.names(answers).iter().map(|name| spelled_out(name)).collect();
        let longest = column_width(&names);
        let is_wide = names.len() > MOST_COLUMNS || longest > LONGEST_NAME;
        let class = |(class, name): (usize, &String)| {
            let counts = &self.counts[class];
            context! {
                name, counts, samples => counts.iter().sum::<usize>(),
                recall => percent(self.recall(class)), precision => percent(self.precision(class)),
            }
        };
        let classes: Vec<_> = names.iter().enumerate().map(class).collect();
        let values = context! { is_wide, width => longest.max(if is_wide { 7 } else { 5 }), classes };
        let text = template::fill(include_str!("confusion.txt.template"), &values);
        output.write_all(text.as_bytes())
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Returns a share in percent with one decimal, or a dash for `None`.
fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1}", 100.0 * share))
}
