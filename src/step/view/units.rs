//! Jumps to where the next node, layer, phase or sample begins.

use crate::step::{Order, Segment, Stepper};

/// Steps that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The steps of one node; for weights, of those that lead from it.
    Node,
    /// The steps of one phase on one layer.
    Layer,
    /// The steps of one phase.
    Phase,
    /// The steps of one sample.
    Sample,
}

impl Stepper {
    /// Returns the first step, and one past the last, of the unit to which a step of a training step belongs.
    fn unit(&self, unit: Unit, order: &Order, step: usize) -> (usize, usize) {
        let segment = order.segment(step);
        let range = |belongs: &dyn Fn(&Segment) -> bool| {
            let of_unit = || order.segments().iter().filter(|other| belongs(other));
            let first = of_unit().next().map_or(step, |first| first.start);
            (first, of_unit().next_back().map_or(step + 1, Segment::end))
        };
        match unit {
            Unit::Sample => range(&|other| other.sample == segment.sample),
            Unit::Layer => (segment.start, segment.end()),
            Unit::Phase => range(&|other| (other.sample, other.phase) == (segment.sample, segment.phase)),
            Unit::Node => {
                // Connections from one node are consecutive.
                let size = match order.action(step).connection() {
                    Some(_) => self.network().layers[segment.layer + 1].neurons().len(),
                    None => 1,
                };
                let first = segment.start + (step - segment.start) / size * size;
                (first, first + size)
            }
        }
    }

    /// Returns the position right after the first step of the next unit.
    pub fn after_unit(&self, unit: Unit) -> usize {
        let Some(latest) = self.position().checked_sub(1) else { return 1 };
        let moment = self.moment(latest);
        moment.start + self.unit(unit, moment.order, moment.step).1 + 1
    }

    /// Returns the position right after the first step of this unit or, if that is here, of the unit before.
    pub fn before_unit(&self, unit: Unit) -> usize {
        let Some(latest) = self.position().checked_sub(1) else { return 0 };
        let first_of = |position: usize| {
            let moment = self.moment(position);
            moment.start + self.unit(unit, moment.order, moment.step).0
        };
        match first_of(latest) {
            first if first < latest => first + 1,
            0 => 0,
            first => first_of(first - 1) + 1,
        }
    }
}
