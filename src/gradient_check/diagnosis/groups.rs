//! Patterns within the groups that a model names itself: is the gradient right, but in the wrong place?

use crate::gradient_check::parameter_id::by_group;
use crate::gradient_check::{Details, Entry, Group, ParameterId, Verdict};

/// The entries of one group, in order.
pub(super) struct Members<'a> {
    pub group: Group,
    shape: Vec<usize>,
    entries: Vec<&'a Entry>,
}

/// Returns the named groups in which something disagrees.
pub(super) fn with_disagreements<'a>(entries: &'a [Entry], details: &Details) -> Vec<Members<'a>> {
    let named = entries.iter().filter(|entry| matches!(entry.id, ParameterId::InGroup { .. }));
    let groups = by_group(named.map(|entry| (entry.id.group(), entry)));
    let members = groups.into_iter().map(|(group, entries)| {
        let shape = details.named(group).map(|named| named.shape.clone()).unwrap_or_default();
        Members { group, shape, entries }
    });
    members.filter(|group| group.entries.iter().any(|entry| entry.verdict == Verdict::Disagree)).collect()
}

impl Members<'_> {
    /// Returns the length of a row, if the group has two dimensions.
    pub fn columns(&self) -> Option<usize> {
        if let [_, columns] = self.shape[..] { Some(columns) } else { None }
    }

    /// Returns `true` if something other than 0 agrees.
    pub fn has_agreements(&self) -> bool {
        self.entries.iter().any(|entry| entry.is_proof())
    }

    /// Returns `true` if the analytic matrix is the numerical one, transposed.
    pub fn is_transposed(&self, same: f64) -> bool {
        let [rows, columns] = self.shape[..] else { return false };
        rows > 1 && columns > 1 && self.is_right_at(same, |index| Some(index % rows * columns + index / rows))
    }

    /// Returns `true` if every analytic value is the numerical one `by` places before it, with or without wrapping
    /// around.
    pub fn is_shifted(&self, by: isize, same: f64) -> bool {
        let len = self.entries.len();
        let around = |index: usize| Some((index as isize - by).rem_euclid(len as isize) as usize);
        let up_to_the_end = |index: usize| index.checked_add_signed(-by).filter(|&source| source < len);
        len > 2 && (self.is_right_at(same, around) || self.is_right_at(same, up_to_the_end))
    }

    /// Returns `true` if each analytic value is the numerical one of its other place, if it has one. The whole group
    /// must have been compared, and at least three values must show it.
    fn is_right_at(&self, same: f64, place: impl Fn(usize) -> Option<usize>) -> bool {
        if self.entries.len() != self.shape.iter().product::<usize>() {
            return false;
        }
        let largest = self.entries.iter().map(|entry| entry.numerical.abs()).fold(0.0, f64::max);
        let pairs = self.entries.iter().enumerate().filter_map(|(index, entry)| {
            let source = self.entries[place(index)?];
            Some((entry.analytic, source.numerical))
        });
        let mut shown = 0;
        for (analytic, numerical) in pairs {
            if (analytic - numerical).abs() > same * numerical.abs() + 1e-2 * same * largest {
                return false;
            }
            shown += usize::from(numerical.abs() > 1e-2 * largest);
        }
        shown >= 3
    }
}
