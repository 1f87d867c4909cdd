//! The gradient check of one weight, at the press of a key.

use super::App;
use crate::gradient_check::verdict::relative_error;
use crate::gradient_check::{STEP, TOLERANCE};
use crate::{Label, Sample};

impl App<'_> {
    /// Compares the gradient of the weight under the cursor with the slope of the cost, at the weights this training
    /// step begins with: (E(w − h) − E(w + h)) / 2h, the sign being bp.py's. The gradient is the one that the update
    /// of this very training step uses.
    pub(super) fn check(&mut self) {
        let Some((id, wire)) = self.connection_under_cursor() else {
            self.say("no weight under the cursor: go to a step that uses one");
            return;
        };
        let length = self.stepper.order().len();
        let start = self.stepper.training_step_of_latest() * length;
        let mut copy = self.stepper.clone();
        copy.goto(start + length);
        let analytic = copy.network().connection(id).gradient;
        copy.goto(start);
        let mut network = copy.network().clone();
        let (label, sample) = (Label(copy.label()), Sample(copy.sample()));
        let weight = network.connection(id).weight;
        let mut error_at = |weight: f64| {
            network.connections.connections[id.index()].weight = weight;
            network.error(label, sample)
        };
        let h = STEP * weight.abs().max(1.0);
        let (below, above) = (error_at(weight - h), error_at(weight + h));
        let numerical = (below - above) / (2.0 * h);
        let difference = (analytic - numerical).abs();
        // What rounding alone can make of the difference of two costs.
        let noise = 16.0 * f64::EPSILON * below.abs().max(above.abs()).max(f64::EPSILON) / h;
        let agree = relative_error(analytic, numerical) <= TOLERANCE || difference <= noise;
        self.say(format!(
            "{}: gradient {analytic:.9}, numerically {numerical:.9}; {} (difference {difference:.0e}).",
            wire.name(),
            if agree { "they agree" } else { "they DIFFER" },
        ));
    }
}
