//! The steps that are shown.

use backprop::step::view::Quantity;
use backprop::step::{Pass, Stepper};

use super::names::{Range, ranges};
use crate::cli::choices::at_least_one;
use crate::cli::prelude::*;

/// The options that choose steps. Only steps that match all of them are shown.
#[derive(Debug, Args)]
pub(super) struct ChoiceArgs {
    /// Print only the numbers with these names, d for δ, with ranges: a4,d4,w84 or a4..a9 or w41..w4b
    ///
    /// The names are those of the steps: x1 an input, a4 an output, d4 a delta (d0-3 of a constant node), w84 the weight
    /// to 8 from 4, w8b a bias, w12,3 where two digits would be ambiguous; in mini-batches also k4, what dropout keeps,
    /// and g84, a sum of gradients. In a range of weights, both ends run: w41..w52 is w41, w42, w51, w52.
    #[arg(long, value_name = "NAMES")]
    only: Option<String>,

    /// Print only this part of training, or several: cost,backward
    #[arg(long, value_name = "PHASE", value_delimiter = ',', value_parser = words::<Pass>())]
    phase: Vec<Pass>,

    /// Begin with this step, counted from 1 as they are printed; this also works without --plain and --json
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(super) from_step: Option<usize>,

    /// Print no step after this one
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    to_step: Option<usize>,
}

impl ChoiceArgs {
    /// Refuses options that mean nothing to the terminal stepper, which walks over every step and has no end.
    ///
    /// # Errors
    /// One of them was given.
    pub(super) fn check_for_terminal(&self) -> Result<(), Error> {
        let option = match self {
            Self { only: Some(_), .. } => "--only",
            Self { to_step: Some(_), .. } => "--to-step",
            Self { phase, .. } if !phase.is_empty() => "--phase",
            _ => return Ok(()),
        };
        let found = format!("{option} says which steps are printed");
        Err(Error::usage(found).remedy("add --plain or --json"))
    }

    /// Returns the positions of the steps to show, among the first `count`.
    ///
    /// # Errors
    /// A name that does not exist here, or options that no step matches.
    pub(super) fn positions(&self, stepper: &Stepper, count: usize) -> Result<Positions, Error> {
        let only = self.only.as_deref().map(|list| ranges(stepper, list)).transpose();
        let (start, end) = (self.from_step.map_or(0, |step| step - 1), self.to_step.unwrap_or(count));
        let positions =
            Positions { next: start, end: end.min(count), only: only?, passes: self.phase.clone() };
        if start >= count {
            let found = format!("there is no step {}: there are {count}", start + 1);
            let remedy = "--train-limit and --epochs make more";
            return Err(Error::usage(found).remedy(remedy));
        }
        if start >= end {
            let found = format!("--from-step {} comes after --to-step {end}", start + 1);
            return Err(Error::usage(found));
        }
        // Every training step computes the same things; the first is never smaller than another.
        let round = positions.end.min(start.saturating_add(stepper.moment(0).order.len()));
        if !(start..round).any(|position| positions.has(stepper, position)) {
            let found = "no step matches all of --only, --phase, --from-step and --to-step";
            let remedy = "phases are forward (x, a, k), cost (d of the outputs), backward (the other d) and learn (w, g)";
            return Err(Error::usage(found).remedy(remedy));
        }
        Ok(positions)
    }
}

/// The positions of the steps to show.
pub(super) struct Positions {
    next: usize,
    end: usize,
    only: Option<Vec<Range>>,
    passes: Vec<Pass>,
}

impl Positions {
    fn has(&self, stepper: &Stepper, position: usize) -> bool {
        let moment = stepper.moment(position);
        let pass = match Pass::of(moment.order.segment(moment.step).phase) {
            Pass::Gradients => Pass::Learn,
            pass => pass,
        };
        if !self.passes.is_empty() && !self.passes.contains(&pass) {
            return false;
        }
        let Some(only) = &self.only else { return true };
        let quantity = Quantity::of(moment.order.action(moment.step));
        only.iter().any(|&(first, last)| quantity.is_between(stepper, first, last))
    }

    /// Goes to the next of these positions, where the step is about to be done. Returns `false` if there is none.
    pub(super) fn go_to_next(&mut self, stepper: &mut Stepper) -> bool {
        while self.next < self.end {
            let position = self.next;
            self.next += 1;
            if self.has(stepper, position) {
                stepper.goto(position);
                return true;
            }
        }
        false
    }
}
