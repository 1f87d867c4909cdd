//! The classes of samples, if outputs are classes: the sample's own, and the network's answer.

use super::{Action, Phase, Step, Stepper, Target};
use crate::sample::class_of;

impl Stepper {
    /// Returns the class of the sample whose step was done last (before any step, of the first sample): that of its
    /// largest target; for a single target, 1 if it is above one half.
    pub fn class(&self) -> usize {
        class_of(&self.latest_label())
    }

    /// Returns the network's answer to that sample, once its last output has been computed.
    pub fn answer(&self) -> Option<usize> {
        let moment = self.moment(self.position().checked_sub(1)?);
        let segment = moment.order.segment(moment.step);
        let is_answered = match segment.phase {
            Phase::SetInput | Phase::DropOut => false,
            Phase::Output => {
                segment.layer + 1 == self.network().layers.len() && moment.step + 1 == segment.end()
            }
            _ => true,
        };
        is_answered.then(|| class_of(&self.network().output()))
    }

    /// Returns label and answer in words, by the names of the classes: `label 5, it says 3: wrong`. `None` without names.
    pub fn verdict(&self, classes: &[String]) -> Option<String> {
        let label = classes.get(self.class())?;
        Some(match self.answer() {
            None => format!("label {label}, no answer yet"),
            Some(answer) => {
                let is_right = if answer == self.class() { "right" } else { "wrong" };
                format!("label {label}, it says {}: {is_right}", classes.get(answer)?)
            }
        })
    }

    /// Returns the class of an output neuron and its target in words: `class 3 ◀ target 0.9`. The mark is at the sample's
    /// own class.
    ///
    /// `step` is the step done last. `None` for a step of another layer, and if one output means two classes.
    pub fn class_in_words(&self, step: &Step, classes: &[String]) -> Option<String> {
        let Target::Node(place) = step.target else { return None };
        let label = self.latest_label();
        let is_output = place.layer as usize + 1 == self.network().layers.len() && label.len() > 1;
        let output = place.index as usize;
        let class = classes.get(output).filter(|_| is_output)?;
        let mark = if output == class_of(&label) { " ◀" } else { "," };
        Some(format!("class {class}{mark} target {}", label[output]))
    }

    /// Returns `true` if the step done last is about an input that is 0: it sets the input, or moves a weight from it, by 0.
    pub fn is_about_a_zero(&self, step: &Step) -> bool {
        let network = self.network();
        let input = match step.action {
            Action::SetInput(id) => id,
            Action::UpdateWeight(id) | Action::AddGradient(id) => network[id].upstream(),
            _ => return false,
        };
        self.numbering().place(network, input).layer == 0 && network[input].output() == 0.0
    }

    fn latest_label(&self) -> Vec<f64> {
        self.label_and_sample(self.position().saturating_sub(1)).0
    }
}
