//! The pattern in the disagreements: the reasoning behind a [`Diagnosis`](super::Diagnosis).
//!
//! A gradient is δ·x. Write down the ratios analytic / numerical in the shape of W. If each row has one ratio, the
//! deltas are wrong; if each column has one, the inputs are; if they are products of both, the gradient belongs to
//! another sample.

use std::collections::BTreeMap;

use super::Pattern;
use super::groups::{self, Members};
use crate::gradient_check::{Details, Entry, Group, ParameterId, Precision, Verdict};

/// The disagreements and the agreements.
pub(super) struct Evidence<'a> {
    /// Disagreements.
    wrong: Vec<&'a Entry>,
    /// Those large enough for their ratio to mean something.
    clear: Vec<&'a Entry>,
    /// Agreements that are not 0.
    right: Vec<&'a Entry>,
    /// The last layer.
    last_layer: Option<usize>,
    /// The parameters of each group that has disagreements, where groups have names.
    groups: Vec<Members<'a>>,
    /// Two ratios within this of each other are the same ratio.
    same: f64,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(entries: &'a [Entry], details: &Details) -> Self {
        let same = match details.precision {
            Precision::F32 => 1e-2,
            Precision::F64 => 1e-4,
        };
        let wrong: Vec<&Entry> = entries.iter().filter(|c| c.verdict == Verdict::Disagree).collect();
        let size = |c: &Entry| c.analytic.abs().max(c.numerical.abs());
        let largest = wrong.iter().map(|c| size(c)).fold(0.0, f64::max);
        let clear = |c: &Entry| size(c) > 1e-6 * largest && same * size(c) > c.uncertainty;
        Self {
            clear: wrong.iter().copied().filter(|c| clear(c)).collect(),
            right: entries.iter().filter(|c| c.is_proof()).collect(),
            last_layer: entries.iter().filter_map(|c| c.id.group().layer()).max(),
            groups: groups::with_disagreements(entries, details),
            same,
            wrong,
        }
    }

    /// Returns the layers with disagreements.
    pub(super) fn wrong_layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = self.wrong.iter().filter_map(|c| c.id.group().layer()).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    /// Returns the named groups with disagreements.
    pub(super) fn wrong_groups(&self) -> Vec<Group> {
        self.groups.iter().map(|group| group.group).collect()
    }

    /// Returns the first pattern that fits, from the most specific to the most general.
    pub(super) fn pattern(&self, samples: usize) -> Pattern {
        if self.wrong.iter().any(|c| c.is_not_finite()) {
            return Pattern::NotANumber;
        }
        if self.last_layer.is_none() && self.wrong.iter().all(|c| c.analytic == 0.0) {
            return Pattern::Zero;
        }
        if self.last_layer.is_some() {
            let biases = |list: &[&Entry]| list.iter().filter(|c| c.id.group().is_biases()).count();
            let (wrong_biases, right_biases) = (biases(&self.wrong), biases(&self.right));
            if wrong_biases == self.wrong.len() && self.right.len() > right_biases {
                return self.bias_pattern();
            }
            if wrong_biases == 0 && right_biases > 0 {
                return self.weight_pattern();
            }
        }
        if self.right.is_empty()
            && let Some(factor) = self.same(self.clear.iter().map(|c| c.ratio()))
        {
            return self.factor_pattern(factor, samples);
        }
        if self.last_layer.is_none() {
            return self.group_pattern(samples);
        }
        if samples > 1
            && let Some(last) = self.last_layer
            && self.shows_one_sample(Group::Weights { layer: last })
        {
            return Pattern::OneSampleOfSeveral;
        }
        self.layer_pattern()
    }

    /// Returns the pattern of a model that has groups, or nothing, instead of layers.
    fn group_pattern(&self, samples: usize) -> Pattern {
        let all = |is: &dyn Fn(&Members) -> bool| !self.groups.is_empty() && self.groups.iter().all(is);
        if all(&|group| group.is_transposed(self.same)) {
            return Pattern::Transposed;
        }
        for by in [1, -1] {
            if all(&|group| group.is_shifted(by, self.same)) {
                return Pattern::Shifted { by };
            }
        }
        // If anything in a group is right, no factor explains the group.
        if all(&|group| !group.has_agreements())
            && let Some(factor) = self.same(self.clear.iter().map(|c| c.ratio()))
        {
            return Pattern::GroupFactor { factor };
        }
        let matrices: Vec<Group> =
            self.groups.iter().filter(|group| group.columns().is_some()).map(|group| group.group).collect();
        if samples > 1 && matrices.iter().any(|&matrix| self.shows_one_sample(matrix)) {
            return Pattern::OneSampleOfSeveral;
        }
        for (line, pattern) in [(ROW, Pattern::ByRow), (COLUMN, Pattern::ByColumn)] {
            if !matrices.is_empty() && matrices.iter().all(|&m| self.have_one_ratio(&self.ratios(m, line))) {
                return pattern;
            }
        }
        match self.groups.len() {
            0 => Pattern::Unknown,
            2.. if self.first_right_group().is_some() => Pattern::Upstream,
            _ => Pattern::SomeGroups,
        }
    }

    /// Returns the group of the first agreement, if all disagreements come before it, in other groups.
    pub(super) fn first_right_group(&self) -> Option<Group> {
        let (last, first) = (self.wrong.last()?, self.right.first()?);
        let group = first.id.group();
        (last.index < first.index && last.id.group() != group).then_some(group)
    }

    /// Returns `true` if the analytic gradient of a matrix is the product δ·x of one sample, and the numerical one is not.
    fn shows_one_sample(&self, matrix: Group) -> bool {
        self.are_products(matrix, |c| c.analytic) && !self.are_products(matrix, |c| c.numerical)
    }

    fn bias_pattern(&self) -> Pattern {
        if self.wrong.iter().all(|c| c.analytic == 0.0) {
            return Pattern::BiasGradientMissing;
        }
        match self.proportional_to_the_parameter() {
            Some(strength) => Pattern::BiasesDecay { strength: -strength },
            None => Pattern::BiasPath,
        }
    }

    fn weight_pattern(&self) -> Pattern {
        if let Some(strength) = self.proportional_to_the_parameter() {
            return Pattern::WeightDecay { strength };
        }
        let has_one_ratio =
            |&layer: &usize| self.have_one_ratio(&self.ratios(Group::Weights { layer }, COLUMN));
        if self.wrong_layers().iter().all(has_one_ratio) { Pattern::InputPath } else { Pattern::WeightPath }
    }

    fn layer_pattern(&self) -> Pattern {
        let layers = self.wrong_layers();
        let Some(last) = self.last_layer else { return Pattern::Unknown };
        let zero = self.wrong.iter().all(|c| c.analytic == 0.0);
        if layers.iter().copied().eq(1..last) {
            return Pattern::Recursion { zero, by_row: self.ratios_by_row(last - 1) };
        }
        if let [layer] = layers[..]
            && last > 1
        {
            return Pattern::OneLayer { layer, zero };
        }
        if layers.contains(&last)
            && let Some([smallest, largest]) = self.ratios_by_row(last)
        {
            return Pattern::OutputDelta { smallest, largest };
        }
        if layers.contains(&last) && self.are_products(Group::Weights { layer: last }, Entry::ratio) {
            return Pattern::OtherSample;
        }
        Pattern::Unknown
    }

    /// Returns the c of analytic − numerical = c·parameter, if there is one for all disagreements.
    fn proportional_to_the_parameter(&self) -> Option<f64> {
        let largest = self.wrong.iter().map(|c| c.parameter.abs()).fold(0.0, f64::max);
        let clear = self.wrong.iter().filter(|c| {
            let difference = (c.analytic - c.numerical).abs();
            c.parameter.abs() > 1e-2 * largest && self.same * difference > c.uncertainty
        });
        self.same(clear.map(|c| (c.analytic - c.numerical) / c.parameter))
    }

    /// Returns the ratios of a matrix, line by line; `line` is the number of a row or of a column.
    fn ratios(&self, matrix: Group, line: Line) -> Vec<Vec<f64>> {
        let mut lines: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (entry, row, column) in self.members(matrix) {
            lines.entry(line(row, column)).or_default().push(entry.ratio());
        }
        lines.into_values().collect()
    }

    /// Returns the clear disagreements of a matrix, each with its row and its column.
    fn members(&self, matrix: Group) -> impl Iterator<Item = (&Entry, usize, usize)> {
        let columns = self.groups.iter().find(|group| group.group == matrix).and_then(Members::columns);
        let entries = self.clear.iter().filter(move |entry| entry.id.group() == matrix);
        entries.filter_map(move |entry| match (entry.id, columns) {
            (ParameterId::Weight { row, column, .. }, _) => Some((*entry, row, column)),
            (ParameterId::InGroup { index, .. }, Some(columns)) => {
                Some((*entry, index / columns, index % columns))
            }
            _ => None,
        })
    }

    /// Returns the smallest and the largest ratio, if each row of a layer's W has one ratio.
    fn ratios_by_row(&self, layer: usize) -> Option<[f64; 2]> {
        let rows = self.ratios(Group::Weights { layer }, ROW);
        let range = |[smallest, largest]: [f64; 2], ratio: &f64| [smallest.min(*ratio), largest.max(*ratio)];
        let range = rows.iter().flatten().fold([f64::INFINITY, f64::NEG_INFINITY], range);
        self.have_one_ratio(&rows).then_some(range)
    }

    /// Returns `true` if a number in row j and column k of a matrix is r_j·c_k.
    fn are_products(&self, matrix: Group, number: impl Fn(&Entry) -> f64) -> bool {
        let mut rows: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
        for (entry, row, column) in self.members(matrix) {
            rows.entry(row).or_default().insert(column, number(entry));
        }
        let mut rows = rows.into_values();
        let Some(first) = rows.next() else { return false };
        let quotient = |(column, number): (&usize, &f64)| Some(number / first.get(column)?);
        let quotients = rows.map(|row| row.iter().filter_map(quotient).collect());
        self.have_one_ratio(&quotients.collect::<Vec<Vec<f64>>>())
    }

    fn factor_pattern(&self, factor: f64, samples: usize) -> Pattern {
        if close(factor, -1.0, self.same) {
            Pattern::SignFlipped
        } else if samples > 1 && close(factor, samples as f64, self.same) {
            Pattern::SummedNotAveraged { samples }
        } else {
            Pattern::ConstantFactor { factor }
        }
    }

    /// Returns the number that all of these equal, if they are equal and there are at least two.
    fn same(&self, numbers: impl Iterator<Item = f64>) -> Option<f64> {
        let numbers: Vec<f64> = numbers.collect();
        let first = *numbers.first()?;
        let all = numbers.iter().all(|&number| close(number, first, self.same));
        (numbers.len() > 1 && first.is_finite() && all).then_some(first)
    }

    /// Returns `true` if each line has one ratio; at least one line must have two numbers to show it.
    fn have_one_ratio(&self, lines: &[Vec<f64>]) -> bool {
        let mut long = lines.iter().filter(|line| line.len() > 1).peekable();
        long.peek().is_some() && long.all(|line| self.same(line.iter().copied()).is_some())
    }
}

/// Picks the row or the column of an entry.
type Line = fn(usize, usize) -> usize;
const ROW: Line = |row, _| row;
const COLUMN: Line = |_, column| column;

fn close(one: f64, other: f64, same: f64) -> bool {
    (one - other).abs() <= same * one.abs().max(other.abs())
}
