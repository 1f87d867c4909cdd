//! The program that is debugged: a walk along the steps, into their sums and back.

use backprop::graph::Network;
use backprop::step::text::number;
use backprop::step::view::Quantity;
use backprop::step::{Action, Edit, Step, Stepper};

/// A training that is stopped between two steps, or within the sum of one.
#[derive(Debug)]
pub struct Walk {
    stepper: Stepper,
    /// The place in the next step: 0 before it, then one for each product that is about to be added, then one after the sum.
    inner: usize,
    /// The number of steps, if there is an end.
    end: Option<usize>,
    /// The position at which each edit was made.
    edits: Vec<usize>,
    /// The position after the first number that was not finite.
    diverged: Option<usize>,
}

impl Walk {
    /// Creates a walk before its first step.
    pub fn new(stepper: Stepper, epochs: Option<usize>) -> Self {
        let end = epochs.map(|epochs| stepper.epoch_len().saturating_mul(epochs));
        Self { stepper, inner: 0, end, edits: Vec::new(), diverged: None }
    }

    /// Returns the training.
    pub fn stepper(&self) -> &Stepper {
        &self.stepper
    }

    /// Returns the number of steps done.
    pub fn position(&self) -> usize {
        self.stepper.position()
    }

    /// Returns `true` if all steps are done.
    pub fn is_at_end(&self) -> bool {
        self.end.is_some_and(|end| self.position() >= end)
    }

    /// Returns `true` before the next step, outside its sum.
    pub fn is_before_the_step(&self) -> bool {
        self.inner == 0
    }

    /// Returns the product that is about to be added, from 0; `None` outside a sum.
    pub fn term(&self) -> Option<usize> {
        self.inner.checked_sub(1).filter(|&term| term < self.terms())
    }

    /// Returns `true` if the next step's sum is complete and not used yet.
    pub fn is_behind_the_sum(&self) -> bool {
        self.inner > self.terms()
    }

    /// Returns the number of products that the next step adds up.
    pub fn terms(&self) -> usize {
        let network: &Network = self.stepper.network();
        match self.stepper.upcoming() {
            Action::Output(id) => network[id].upstream().len(),
            Action::HiddenDelta(id) => network[id].downstream().len(),
            _ => 0,
        }
    }

    /// Does one step or, within a sum, adds one product; with `inside` it also enters a sum. Returns `false` at the end.
    pub fn forward(&mut self, inside: bool) -> bool {
        if self.is_at_end() {
            return false;
        }
        let terms = self.terms();
        if terms > 0 && (inside || self.inner > 0) && self.inner <= terms {
            self.inner += 1;
            return true;
        }
        let action = self.stepper.upcoming();
        self.inner = 0;
        self.stepper.goto(self.position() + 1);
        if self.diverged.is_none() && !action.value(self.stepper.network()).is_finite() {
            self.diverged = Some(self.position());
        }
        true
    }

    /// Undoes one step or, within a sum, takes one product away again. Returns `false` at the start.
    pub fn back(&mut self, inside: bool) -> bool {
        if self.inner > 0 {
            self.inner -= 1;
            return true;
        }
        if !self.stepper.back() {
            return false;
        }
        if inside && self.terms() > 0 {
            self.inner = self.terms() + 1;
        }
        self.forget_divergence();
        true
    }

    /// Leaves a sum: the next step is done as a whole.
    pub fn out_of_sum(&mut self) {
        self.inner = 0;
    }

    /// Goes to a position.
    pub fn goto(&mut self, position: usize) {
        self.inner = 0;
        self.stepper.goto(position);
        self.forget_divergence();
    }

    /// Goes to the start and forgets all edits.
    pub fn restart(&mut self) {
        self.inner = 0;
        self.stepper.reset();
        self.edits.clear();
        self.diverged = None;
    }

    /// Returns the next step. (To read it, the walk takes it and goes back.)
    pub fn upcoming(&mut self) -> Option<Step> {
        self.peek(|_, step| step.clone())
    }

    /// Looks at the network after the next step, which is then taken back.
    pub fn peek<T>(&mut self, look: impl FnOnce(&Stepper, &Step) -> T) -> Option<T> {
        let step = self.stepper.next()?;
        let seen = look(&self.stepper, &step);
        self.stepper.back();
        Some(seen)
    }

    /// Returns the step that was done last.
    pub fn latest(&self) -> Option<Step> {
        self.stepper.latest()
    }

    /// Returns the sum so far, within a sum and after it.
    pub fn sum(&mut self) -> Option<f64> {
        let added = self.inner.checked_sub(1)?;
        let step = self.upcoming()?;
        Some(step.reading.sum_of(added))
    }

    /// Changes a number by hand. Returns a sentence about it.
    pub fn edit(&mut self, edit: Edit) -> String {
        self.stepper.edit(edit);
        self.edits.push(self.position());
        self.diverged = None;
        let name = Quantity::edited(&self.stepper, edit).name(&self.stepper);
        format!("{name} begins this training step at {}. Step back to undo it.", number(edit.value(), 6))
    }

    /// Undoes the edits that were made after this position. Returns sentences about them.
    pub fn undo_edits(&mut self) -> Vec<String> {
        let mut sentences = Vec::new();
        while self.edits.last().is_some_and(|&made| made > self.position()) {
            self.edits.pop();
            if let Some(edit) = self.stepper.undo_edit() {
                let quantity = Quantity::edited(&self.stepper, edit);
                let (name, value) = (quantity.name(&self.stepper), quantity.given(&self.stepper));
                sentences.push(format!("{name} is {} again.", number(value, 6)));
            }
        }
        sentences
    }

    /// Returns `true` if the step done last computed the first number that is not finite.
    pub fn has_just_diverged(&self) -> bool {
        self.inner == 0 && self.diverged == Some(self.position())
    }

    fn forget_divergence(&mut self) {
        if self.diverged.is_some_and(|diverged| diverged > self.position()) {
            self.diverged = None;
        }
    }
}
