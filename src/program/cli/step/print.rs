//! The headings of `step --plain`.

use crate::cli::prelude::*;
use backprop::step::text::number;
use backprop::step::view::heading;
use backprop::step::{Phase, Segment, Stepper};

/// Writes headings where the step printed before belongs to another epoch, sample, phase or layer.
pub(super) struct Headings {
    decimals: usize,
    /// The costs are given, not asked for.
    with_costs: bool,
    /// The training step of the last step printed, and which of its segments.
    printed: Option<(usize, Segment)>,
}

impl Headings {
    pub(super) fn new(decimals: usize, with_costs: bool) -> Self {
        Self { decimals, with_costs, printed: None }
    }

    /// Writes the headings of the next step.
    pub(super) fn write(&mut self, stepper: &Stepper, output: &mut Output) -> std::io::Result<()> {
        let moment = stepper.moment(stepper.position());
        let segment = *moment.order.segment(moment.step);
        let printed = self.printed.replace((moment.training_step, segment));
        let printed = printed.filter(|(training_step, _)| *training_step == moment.training_step);
        if printed.is_some_and(|(_, printed)| printed == segment) {
            return Ok(());
        }
        let (epoch, steps) = (moment.epoch + 1, counted(moment.order.len(), "step"));
        if stepper.mini_batches().are_plain() {
            if printed.is_none() {
                writeln!(output, "\nEpoch {epoch}, sample {}: {steps}", moment.sample)?;
            }
        } else {
            if printed.is_none() {
                writeln!(output, "\nEpoch {epoch}, mini-batch {}: {steps}", moment.mini_batch + 1)?;
            }
            let is_same_sample = printed.is_some_and(|(_, printed)| printed.sample == segment.sample);
            if segment.phase != Phase::UpdateByMean && !is_same_sample {
                writeln!(output, "\nSample {}", moment.sample)?;
            }
        }
        if segment.phase == Phase::OutputDelta {
            let cost = stepper.costs().last().copied().unwrap_or_default();
            let cost = if self.with_costs { number(cost, self.decimals) } else { "_".repeat(20) };
            writeln!(output, "\nThe cost of this sample: {cost}")?;
        }
        writeln!(output, "\n{}", heading(&segment))
    }
}
