//! Changes by hand, and where in the sequence they take effect.

use super::Before;
use crate::graph::{ConnectionId, Network};

/// A change by hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edit {
    /// A weight gets this value.
    Weight(ConnectionId, f64),
    /// The sample's number for this input node gets this value, now and in later epochs.
    Input(usize, f64),
    /// The label's number for this output node gets this value, now and in later epochs.
    Label(usize, f64),
    /// The learning rate gets this value, from now on.
    Rate(f64),
}

impl Edit {
    /// Returns the new value.
    pub fn value(self) -> f64 {
        let (Self::Weight(_, value) | Self::Input(_, value) | Self::Label(_, value) | Self::Rate(value)) =
            self;
        value
    }
}

/// An edit and the training step (from 0) in which it was made. It takes effect at the start of that training step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlacedEdit {
    pub(super) training_step: usize,
    /// The sample at that time.
    pub(super) sample: usize,
    pub(super) edit: Edit,
    /// The weight it replaced, while it is in effect.
    replaced: Option<Before>,
}

/// The edits of a walk, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Edits(pub(super) Vec<PlacedEdit>);

impl Edits {
    pub(super) fn push(&mut self, training_step: usize, sample: usize, edit: Edit) {
        self.0.push(PlacedEdit { training_step, sample, edit, replaced: None });
    }

    /// Forgets which edits are in effect, after the network has been replaced.
    pub(super) fn forget_replaced(&mut self) {
        for placed in &mut self.0 {
            placed.replaced = None;
        }
    }

    /// Applies the edits in effect in a training step to a label and a sample; `index` is the sample's place in its list.
    pub(super) fn apply(&self, training_step: usize, index: usize, label: &mut [f64], sample: &mut [f64]) {
        for placed in self.until(training_step) {
            match placed.edit {
                Edit::Input(input, value) if placed.sample == index => sample[input] = value,
                Edit::Label(output, value) if placed.sample == index => label[output] = value,
                _ => {}
            }
        }
    }

    /// Returns the rate of a training step: that of the newest edit before it, if there is one.
    pub(super) fn rate(&self, training_step: usize) -> Option<f64> {
        let edited = self.until(training_step).filter_map(|placed| match placed.edit {
            Edit::Rate(rate) => Some((placed.training_step, rate)),
            _ => None,
        });
        // Of several in the same training step, the newest counts: the last of these.
        edited.max_by_key(|&(training_step, _)| training_step).map(|(_, rate)| rate)
    }

    fn until(&self, training_step: usize) -> impl Iterator<Item = &PlacedEdit> {
        self.0.iter().filter(move |placed| placed.training_step <= training_step)
    }

    /// Sets the edited weights of a training step, at its start.
    pub(super) fn place(&mut self, training_step: usize, network: &mut Network) {
        for placed in &mut self.0 {
            if let Edit::Weight(id, value) = placed.edit
                && placed.training_step == training_step
                && placed.replaced.is_none()
            {
                let connection = &mut network.connections[id.index()];
                placed.replaced = Some(Before { value: connection.weight, gradient: connection.gradient });
                connection.weight = value;
            }
        }
    }

    /// Returns the weight that edits of a training step replaced, if one is in effect.
    pub(super) fn replaced(&self, training_step: usize, connection: ConnectionId) -> Option<f64> {
        let is_it = |placed: &&PlacedEdit| {
            placed.training_step == training_step
                && matches!(placed.edit, Edit::Weight(id, _) if id == connection)
        };
        self.0.iter().find(is_it)?.replaced.map(|before| before.value)
    }

    /// Takes back the edited weights of a training step, at its start.
    pub(super) fn lift(&mut self, training_step: usize, network: &mut Network) {
        for placed in self.0.iter_mut().rev() {
            if let Edit::Weight(id, _) = placed.edit
                && placed.training_step == training_step
                && let Some(replaced) = placed.replaced.take()
            {
                network.connections[id.index()].weight = replaced.value;
            }
        }
    }
}
