//! Changes a weight or an input by hand, checks a weight, and describes the effect.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use backprop::step::view::{self, Quantity};
use backprop::step::{Action, Step};

use super::App;
use super::app::Mode;

impl App {
    /// Returns the input that was just set, or the weight under the cursor.
    pub(super) fn editable(&self) -> Option<Quantity> {
        if let Some(Step { action: Action::SetInput(id), .. }) = self.latest {
            return Some(Quantity::Output(id));
        }
        self.connection_under_cursor().map(|(id, _)| Quantity::Weight(id))
    }

    /// Returns the input that was just set, or the one from which the weight under the cursor comes.
    pub(super) fn editable_input(&self) -> Option<Quantity> {
        let input = match self.editable()? {
            Quantity::Weight(id) => Quantity::Output(self.stepper.network()[id].upstream()),
            input => input,
        };
        input.edit(&self.stepper, 0.0).is_ok().then_some(input)
    }

    pub(super) fn begin_edit(&mut self, target: Option<Quantity>) {
        match target {
            Some(target) => self.mode = Mode::Edit { target, text: String::new() },
            None => {
                self.say("there is nothing to change here: go to a step that sets an input or uses a weight");
            }
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
            KeyCode::Char(c) if text.len() < 24 => text.push(c),
            KeyCode::Enter => match view::typed::number(text) {
                Ok(value) => {
                    let target = *target;
                    self.mode = Mode::Walk;
                    self.change(target, value);
                }
                Err(sentence) => self.say(sentence + "; escape leaves it as it was"),
            },
            _ => {}
        }
    }

    /// Checks the gradient of the weight under the cursor, at the weights this training step begins with.
    pub(super) fn check(&mut self) {
        let Some((id, _)) = self.connection_under_cursor() else {
            self.say("there is no weight under the cursor: go to a step that uses one");
            return;
        };
        let last = self.stepper.position().saturating_sub(1);
        if let Some(sentence) = view::check(&self.stepper, id, last) {
            self.say(sentence);
        }
    }

    /// Changes a quantity and describes the effect.
    fn change(&mut self, target: Quantity, value: f64) {
        let sentences = match target.edit(&self.stepper, value) {
            Ok(edit) => view::change(&mut self.stepper, edit),
            Err(sentence) => sentence,
        };
        self.look();
        self.say(sentences);
    }
}
