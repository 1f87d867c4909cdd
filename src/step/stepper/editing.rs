//! Changes by hand during the walk: made, undone, and put where they take effect.

use super::Stepper;
use crate::step::Edit;
use crate::step::edits::PlacedEdit;
use crate::step::sequence::Moment;

impl Stepper {
    /// Changes a weight, an input, a label or the rate by hand, and returns to the same place to see the effect.
    ///
    /// The change takes effect at the start of the current training step. It remains part of the sequence, even if you
    /// go back and forward again, until [`Stepper::undo_edit`] or [`Stepper::reset`].
    ///
    /// ```
    /// use backprop::{graph::Network, step::{Edit, Stepper}};
    /// use backprop::{Label, Sample};
    ///
    /// let network = Network::new(&[2, 1], 0);
    /// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
    /// stepper.goto(3); // the output is known
    /// let before = stepper.network().output()[0];
    /// stepper.edit(Edit::Weight(stepper.network().nodes[0].downstream()[0], 5.0));
    /// assert!(stepper.position() == 3 && stepper.network().output()[0] > before); // x1 is 1
    /// ```
    ///
    /// # Panics
    /// If the network has no such connection, input or output.
    #[track_caller]
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Weight(id, _) => assert!(id.index() < self.network.connections.len()),
            Edit::Input(index, _) => assert!(index < self.current.sample.len()),
            Edit::Label(index, _) => assert!(index < self.current.label.len()),
            Edit::Rate(_) => {}
        }
        let Moment { training_step, start, sample, .. } = self.moment(self.position);
        let position = self.position;
        self.goto(start);
        self.lift_edits();
        self.edits.push(training_step, sample, edit);
        self.begin_training_step();
        self.goto(position);
    }

    /// Returns all edits, the newest last, each with the training step (from 0) in which it was made.
    pub fn edits(&self) -> impl Iterator<Item = (usize, Edit)> {
        self.edits.0.iter().map(|placed| (placed.training_step, placed.edit))
    }

    /// Forgets the newest edit and returns to the same place. Returns the edit, or `None` if there is none.
    ///
    /// ```
    /// use backprop::{graph::Network, step::{Edit, Stepper}};
    /// use backprop::{Label, Sample};
    ///
    /// let network = Network::new(&[2, 1], 0);
    /// let mut stepper = Stepper::new(network, &[Label(&[0.9])], &[Sample(&[1.0, 0.5])], 0.3);
    /// stepper.goto(7); // the deltas are known
    /// let before = stepper.network().dump();
    /// stepper.edit(Edit::Label(0, 0.2));
    /// assert_ne!(stepper.network().dump(), before);
    /// assert_eq!(stepper.undo_edit(), Some(Edit::Label(0, 0.2)));
    /// assert_eq!(stepper.network().dump(), before);
    /// ```
    pub fn undo_edit(&mut self) -> Option<Edit> {
        let PlacedEdit { training_step, .. } = *self.edits.0.last()?;
        let position = self.position;
        self.goto(self.sequence.start_of(training_step).min(position));
        self.lift_edits();
        let undone = self.edits.0.pop().map(|placed| placed.edit);
        self.begin_training_step();
        self.goto(position);
        undone
    }

    /// Returns label and sample as a training step sees them, edits included.
    pub(super) fn edited(&self, index: usize, training_step: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut label, mut sample) = (self.labels[index].clone(), self.samples[index].clone());
        self.edits.apply(training_step, index, &mut label, &mut sample);
        (label, sample)
    }

    /// Sets edited weights, if this is the start of their training step.
    pub(super) fn place_edits(&mut self) {
        if self.position_in_training_step() == 0 {
            self.edits.place(self.training_step(), &mut self.network);
        }
    }

    /// Takes edited weights back, if this is the start of their training step.
    pub(super) fn lift_edits(&mut self) {
        if self.position_in_training_step() == 0 {
            self.edits.lift(self.training_step(), &mut self.network);
        }
    }
}
