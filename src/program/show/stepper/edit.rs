//! Changing a weight or an input by hand, and saying what came of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use backprop::step::text::number;
use backprop::step::{Action, Edit, Step, Wire};

use super::App;
use super::app::{EditTarget, Mode};

impl App {
    /// The input that was just set, or the weight under the cursor.
    pub(super) fn editable(&self) -> Option<EditTarget> {
        if let Some(Step { action: Action::SetInput(id), .. }) = self.latest {
            return Some(EditTarget::Input(self.place(id)));
        }
        self.connection_under_cursor().map(|(id, wire)| EditTarget::Weight(id, wire))
    }

    /// The input that was just set, or the one the weight under the cursor comes from.
    pub(super) fn editable_input(&self) -> Option<EditTarget> {
        match (self.editable()?, self.connection_under_cursor()) {
            (input @ EditTarget::Input(_), _) => Some(input),
            (_, Some((_, Wire { upstream, .. }))) if upstream.layer == 0 && upstream.number.is_some() => {
                Some(EditTarget::Input(upstream))
            }
            _ => None,
        }
    }

    pub(super) fn begin_edit(&mut self, target: Option<EditTarget>) {
        match target {
            Some(target) => self.mode = Mode::Edit { target, text: String::new() },
            None => self.say("nothing to change here: go to a step that sets an input or uses a weight"),
        }
    }

    /// The value of what can be changed, as it is now.
    pub fn value(&self, target: EditTarget) -> f64 {
        match target {
            EditTarget::Weight(id, _) => self.stepper.network()[id].weight,
            EditTarget::Input(place) => self.stepper.sample()[place.index as usize],
        }
    }

    pub(super) fn write(&mut self, key: KeyEvent) {
        let Mode::Edit { target, text } = &mut self.mode else { return };
        match key.code {
            KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => self.leaving = true,
            KeyCode::Esc => self.mode = Mode::Walk,
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(c) if (c.is_ascii_digit() || "+-.eE".contains(c)) && text.len() < 24 => {
                text.push(c);
            }
            KeyCode::Enter => {
                let (target, number) = (*target, text.parse::<f64>().ok().filter(|value| value.is_finite()));
                if let Some(value) = number {
                    self.mode = Mode::Walk;
                    self.change(target, value);
                } else {
                    let sentence = format!("'{text}' is not a number; escape leaves it as it was");
                    self.say(sentence);
                }
            }
            _ => {}
        }
    }

    /// Changes it and says what came of it.
    fn change(&mut self, target: EditTarget, value: f64) {
        let (before, cost_before) = (self.latest.clone(), self.stepper.costs().last().copied());
        let edit = match target {
            EditTarget::Weight(id, _) => Edit::Weight(id, value),
            EditTarget::Input(place) => Edit::Input(place.index as usize, value),
        };
        self.stepper.edit(edit);
        self.look();
        // Where a training step has just ended, the change can only meet the next one.
        let which = if self.stepper.position_in_training_step() == 0 && self.latest.is_some() {
            "the next"
        } else {
            "this"
        };
        let mut sentences =
            vec![format!("{} begins {which} training step at {}.", target.name(), number(value, 6))];
        let mut compare = |what: &str, before: f64, after: f64| {
            sentences.push(format!("{what}: {} -> {}.", number(before, 6), number(after, 6)));
        };
        if let (Some(before), Some(after)) = (before, &self.latest) {
            compare(&after.name(), before.after, after.after);
        }
        let samples_begun = self.stepper.epoch() * self.stepper.sample_count() + self.stepper.sample_index();
        let outputs_are_known = self.stepper.costs().len() > samples_begun;
        if let (true, Some(before), Some(after)) =
            (outputs_are_known, cost_before, self.stepper.costs().last())
        {
            compare("Cost", before, *after);
        }
        self.say(sentences.join(" "));
    }
}
