//! The evidence against a slope from E at many steps.
//!
//! A smaller step may refute the slope; E may bend at w, or near it; rounding may have swallowed the change of E; or E
//! may get ever steeper towards w, and have no slope there.

use super::extrapolation::Estimate;
use super::ladder::{Ladder, Rung, SIDES, Side};
use super::tuning;

impl Ladder {
    /// If E is the same number at every step up to some step, returns how much it may have changed unseen, and that
    /// step. Returns `None` if E changes even at the smallest step.
    ///
    /// Rounding swallows a change (1 + 1e-20 is 1, and its logarithm 0) until it is large enough for a jump.
    pub fn unseen_change(&self) -> Option<(f64, f64)> {
        let flat = |rung: &&Rung| rung.sides.iter().flatten().all(|point| point.error == self.unchanged);
        let reach = self.rungs.iter().rev().take_while(flat).last()?.step;
        let jump =
            if self.smallest_jump.is_finite() { self.smallest_jump } else { self.noise.smallest_change };
        let swallowed = if self.is_quantum(jump) { jump } else { jump.min(self.noise.largest_swallowed) };
        Some((self.noise.swallowed.max(swallowed), reach))
    }

    /// Returns `true` if E is a small whole number of these jumps, as 10⁶·ln(1 + e⁻ᶻ) is where e⁻ᶻ is a few rounding errors
    /// of 1.
    fn is_quantum(&self, jump: f64) -> bool {
        let count = (self.unchanged / jump).abs();
        let whole = count.round();
        (1.0..=tuning::FEW_QUANTA).contains(&whole) && (count - whole).abs() <= tuning::WHOLE * whole
    }

    /// Returns the slope at a step smaller than `step` that refutes this one: E changes there by a different amount,
    /// beyond what noise explains, or does not change at two steps in a row although it should. `slack` is how far off
    /// the slopes at smaller steps may otherwise be.
    pub fn refutation(&self, slope: f64, step: f64, slack: f64) -> Option<Estimate> {
        self.contradiction(slope, step, slack, self.credible())
    }

    /// Returns `true` if a smaller step refutes an estimate, unless the jumps can be explained by rounding of numbers
    /// near 1.
    pub fn is_refuted(&self, estimate: Estimate, slack: f64) -> bool {
        let noise = self.at_least(self.credible(), self.noise.swallowed);
        self.contradiction(estimate.slope, estimate.step, slack, noise).is_some()
    }

    fn contradiction(&self, slope: f64, step: f64, slack: f64, noise: f64) -> Option<Estimate> {
        let smaller = self.rungs.iter().filter(|rung| rung.step < step);
        let noise = 2.0 * tuning::REFUTED * noise;
        let mut flat_before = false;
        smaller.rev().find_map(|rung| {
            let (difference, distance) = rung.central()?;
            let flat = difference == 0.0
                && rung.slope(Side::Right) == Some(0.0)
                && slope.abs() * rung.step > tuning::FLAT * self.noise.rounding;
            let flat_twice = flat && flat_before;
            flat_before = flat;
            let refuted = flat_twice || (difference - slope * distance).abs() > noise + slack * distance;
            let (slope, uncertainty) = (difference / distance, 0.0);
            refuted.then_some(Estimate { slope, uncertainty, step: rung.step })
        })
    }

    /// If E bends exactly at w, returns the slopes on the left and on the right, and how far off each may be: they
    /// differ by more than that down to the smallest step at which it shows.
    pub fn bend(&self) -> Option<[Estimate; 2]> {
        let (left, right) = (self.one_sided(Side::Left)?, self.one_sided(Side::Right)?);
        let jump = right.slope - left.slope;
        let [coarse, fine] = self.rungs.windows(2).rfind(|pair| self.shows_bend(&pair[1], jump))? else {
            return None;
        };
        let here = fine.jump_without_curvature(coarse)?;
        (0.75..=1.25).contains(&(here / jump)).then_some([left, right])
    }

    /// Returns how much the slopes on the left and on the right of w may differ if no step is small enough to tell:
    /// their difference at the smallest step at which it exceeds the noise, without the share of curvature.
    pub fn possible_bend(&self) -> Option<f64> {
        let shown = |pair: &[Rung]| pair[1].jump().is_some_and(|jump| self.shows_bend(&pair[1], jump));
        let place = self.rungs.windows(2).rposition(shown)?;
        let here = self.rungs[place + 1].jump_without_curvature(&self.rungs[place])?;
        let smaller = self.rungs.get(place + 2);
        (!smaller.is_some_and(|rung| self.shows_bend(rung, here))).then_some(here.abs())
    }

    /// Returns `true` if slopes that differ by this much change E by far more than noise at this step.
    fn shows_bend(&self, rung: &Rung, jump: f64) -> bool {
        jump.abs() * rung.step > tuning::BEND_VISIBLE * self.credible()
    }

    /// Returns `true` if a step of at most `reach` shows that this slope is wrong, and at the smallest such step the other
    /// slope is far less wrong and E is not bent by about as much.
    pub fn refutes(&self, slope: f64, other: f64, reach: f64) -> bool {
        let near = self.rungs.iter().rev().take_while(|rung| rung.step <= reach);
        let misses = near.filter_map(|rung| {
            let (difference, distance) = rung.central()?;
            let miss = |slope: f64| (difference - slope * distance).abs();
            Some((miss(slope), miss(other), rung.jump()? * rung.step))
        });
        let misses: Vec<(f64, f64, f64)> = misses.collect();
        // What neither slope explains is scatter of E.
        let smallest = misses.iter().take(tuning::SMALLEST_STEPS);
        let noise = smallest.map(|(miss, other, _)| miss.min(*other)).fold(self.rounding(), f64::max);
        let first = misses.iter().find(|(miss, ..)| *miss > 4.0 * noise);
        first.is_some_and(|&(miss, other, bend)| other <= 0.5 * miss && bend.abs() <= 0.5 * miss)
    }

    /// Returns `true` if the slope on one side does not settle: if E gets steeper towards w down to the smallest step,
    /// as ∛w does at 0.
    pub fn is_ever_steeper(&self) -> bool {
        let visible = tuning::VISIBLE * self.noise.bound.max(self.rounding());
        let smallest = self.rungs.iter().rev().take(tuning::STEEPENING_STEPS);
        SIDES.into_iter().any(|side| {
            let slope = |rung: &Rung| {
                rung.slope(side).filter(|slope| {
                    slope.abs() * rung.sides[side as usize].map_or(0.0, |p| p.distance) > visible
                })
            };
            let slopes: Option<Vec<f64>> = smallest.clone().map(slope).collect();
            slopes.is_some_and(|slopes| {
                slopes.len() == tuning::STEEPENING_STEPS
                    && slopes.windows(2).all(|pair| pair[0] / pair[1] >= tuning::STEEPER)
            })
        })
    }
}

impl Rung {
    /// Returns the jump without the share of curvature, which falls with the step.
    fn jump_without_curvature(&self, coarser: &Self) -> Option<f64> {
        let ratio = coarser.step / self.step;
        Some((ratio * self.jump()? - coarser.jump()?) / (ratio - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ladder::Point;
    use super::super::tests::{ladder, noise, staircase};
    use super::*;

    #[test]
    fn a_change_may_go_unseen_up_to_the_last_step_where_e_is_the_same() {
        assert_eq!(ladder(staircase, 0.0, 0.0).unseen_change(), Some((0.5, 0.25)));
        // A larger jump than rounding can make was not swallowed.
        let mut small = ladder(|d| staircase(d) + 0.1, 0.0, 0.0);
        small.noise.largest_swallowed = 0.1;
        assert_eq!(small.unseen_change(), Some((0.1, 0.25)));
        // Unless E is a few such jumps: here 2 of ½, but not 2.2.
        let mut few = ladder(staircase, 0.0, 0.0);
        (few.noise.largest_swallowed, few.unchanged) = (0.1, 1.0);
        assert_eq!(few.unseen_change(), Some((0.5, 0.25)));
        assert!(few.is_quantum(0.999 / 16.0) && !few.is_quantum(1.0 / 2.2) && !few.is_quantum(1.0 / 20.0));
        assert_eq!(ladder(|_| 1.0, 0.0, 0.125).unseen_change(), Some((0.125, 4.0)));
        assert_eq!(ladder(|d| d, 0.0, 0.0).unseen_change(), None);
        assert_eq!(ladder(|d| d.max(0.0), 0.0, 0.0).unseen_change(), None); // flat on one side only
    }

    /// Returns a ladder of 12 steps from 1 down.
    fn long_ladder(error: impl Fn(f64) -> f64, bound: f64) -> Ladder {
        let mut ladder = Ladder::new(error(0.0), noise(bound, tuning::SWALLOWED * f64::EPSILON));
        for step in std::iter::successors(Some(1.0), |step| Some(step / 4.0)).take(12) {
            ladder.push(step, [-step, step].map(|distance| Point { distance, error: error(distance) }));
        }
        ladder
    }

    #[test]
    fn a_slope_that_grows_down_to_the_smallest_step_does_not_settle() {
        assert!(long_ladder(f64::cbrt, 0.0).is_ever_steeper());
        assert!(long_ladder(|d| d.abs().sqrt(), 0.0).is_ever_steeper());
        // One side is enough, the left or the right.
        assert!(long_ladder(|d| d.max(0.0).sqrt(), 0.0).is_ever_steeper());
        assert!(long_ladder(|d| d.min(0.0).cbrt(), 0.0).is_ever_steeper());
        // It settles at the smallest steps; it is the same everywhere; it falls; it is noise.
        assert!(!long_ladder(|d| if d.abs() < 1e-6 { 1e4 * d } else { d.cbrt() }, 0.0).is_ever_steeper());
        assert!(!long_ladder(|d| 3.0 * d + 1e-3 * d.abs(), 0.0).is_ever_steeper());
        assert!(!long_ladder(|d| d * d.abs(), 0.0).is_ever_steeper());
        assert!(!long_ladder(f64::cbrt, 4f64.powi(-11).cbrt() / tuning::VISIBLE).is_ever_steeper());
        // Fewer than eight steps show nothing.
        assert!(!ladder(f64::cbrt, 0.0, 0.0).is_ever_steeper());
    }

    #[test]
    fn a_slope_is_refuted_only_by_one_that_is_far_nearer() {
        // The four smallest steps change E by 1 at most, so a miss shows from 4 on: at the step 4, by slopes above ½.
        let stairs = |d: f64| if d == 0.0 { 0.0 } else { d.signum() };
        let refutes =
            |slope: f64, other: f64, reach: f64| ladder(stairs, 0.0, 0.0).refutes(slope, other, reach);
        assert!(refutes(2.0, 0.25, 4.0), "one misses by 14, the other by 0");
        assert!(!refutes(2.0, 1.5, 4.0), "one misses by 14, the other by 10");
        assert!(!refutes(2.0, 0.25, 1.0), "the step 4 is beyond reach");
        assert!(!refutes(0.5, 0.25, 4.0), "a miss of 2 is not visible");
        // Nor is a miss of 14 where rounding errors of E are 4.
        let rounded = ladder(|d| 4.0 + stairs(d), 0.0, tuning::SWALLOWED);
        assert!(!rounded.refutes(2.0, 0.25, 4.0));
        // From the left 1 − bend and from the right 1 + bend: the miss of 2 is 1, and the other may miss by half of that, and
        // E bend by half of it.
        let line = |other: f64, bend: f64| long_ladder(|d| d + bend * d.abs(), 0.0).refutes(2.0, other, 1.0);
        assert!(line(1.4, 0.0) && !line(1.6, 0.0) && line(1.1, 0.4) && !line(1.1, 0.6));
        // The smallest step that shows the miss at all decides.
        let bent = long_ladder(|d| if d.abs() < 0.1 { 2.0 * d } else { 5.0 * d }, 0.0);
        assert!(bent.refutes(2.0, 5.0, 1.0));
    }

    #[test]
    fn a_slope_is_refuted_by_a_smaller_step_that_sees_another_or_none() {
        // 3d with a wave of length 1: at whole steps its slope is 3, at the smallest 3 + 2π.
        let wave = |d: f64| 3.0 * d + (2.0 * std::f64::consts::PI * d).sin();
        let refutation = |slope: f64, step: f64| ladder(wave, 0.0, 0.0).refutation(slope, step, 0.1);
        let seen = refutation(3.0, 1.0).expect("the step ¼ sees the wave");
        assert!((seen.slope - 7.0).abs() < 1e-12 && seen.step == 0.25, "{seen:?}");
        assert!(refutation(3.0, 0.25).is_none(), "only a smaller step can refute");
        assert!(refutation(7.05, 1.0).is_none(), "within the slack");
        let slack = |slack: f64| ladder(wave, 0.0, 0.0).refutation(3.0, 1.0, slack);
        assert!(slack(3.9).is_some() && slack(4.1).is_none(), "7 instead of 3");
        assert!(ladder(|d| 3.0 * d, 0.0, 0.0).refutation(3.0, 1.0, 0.0).is_none(), "equal to the last bit");
        // Noise excuses three bounds for each of two values, over a distance of ½.
        assert!(ladder(wave, 0.32, 0.0).refutation(3.0, 1.0, 0.1).is_some());
        assert!(ladder(wave, 0.33, 0.0).refutation(3.0, 1.0, 0.1).is_none());
        // Flat at two steps in a row, where E should change by more than a few roundings: noise does not explain it.
        let mut flat = ladder(|_| 1.0, 100.0, 0.0);
        flat.noise.rounding = 1e-3;
        assert!(flat.refutation(0.1, 4.0, 0.0).is_some() && flat.refutation(0.1, 1.0, 0.0).is_none());
        flat.noise.rounding = 1.0;
        assert!(flat.refutation(0.1, 4.0, 0.0).is_none());
        flat.noise.rounding = 1.0 / 64.0;
        assert!(flat.refutation(1.0, 4.0, 0.0).is_none(), "at the step ¼ exactly 16 of them");
        // Two sides that rise alike are not flat.
        let mut valley = ladder(|d| 1.0 + d.abs(), 100.0, 0.0);
        valley.noise.rounding = 1e-3;
        assert!(valley.refutation(0.1, 4.0, 0.0).is_none());
    }

    #[test]
    fn a_bend_at_w_is_told_from_one_near_by_and_from_curvature() {
        let bend = |at: f64| long_ladder(move |d| 1.0 + d + d * d + 0.1 * (d - at).max(0.0), 1e-16).bend();
        let [left, right] = bend(0.0).expect("the slopes are 1 and 1.1");
        assert!((left.slope - 1.0).abs() < 1e-6 && (right.slope - 1.1).abs() < 1e-6, "{left:?} {right:?}");
        assert!(bend(1e-3).is_none() && bend(-1e-3).is_none());
        assert!(long_ladder(|d| 1.0 + d + d * d, 1e-16).bend().is_none());
        // Within noise of 1e-6 a bend of 0.1 shows at the step 4⁻⁵ and not below.
        let possible =
            |at: f64, bound: f64| long_ladder(move |d| 1.0 + 0.1 * (d - at).max(0.0), bound).possible_bend();
        assert!((possible(0.0, 1e-6).expect("it bends") - 0.1).abs() < 1e-3);
        assert!(possible(0.01, 1e-16).is_none() && possible(2.0, 1e-6).is_none());
        // With more noise at the step ¼, the second, and not below: there the slopes of a bend at 0.1 differ by 0.06, at the
        // step 1 by 0.09, in proportion to the step by 0.05 at w.
        assert!((possible(0.0, 5e-4).expect("it bends") - 0.1).abs() < 1e-9);
        assert!((possible(0.1, 3e-4).expect("it may bend") - 0.05).abs() < 1e-9);
        assert!(ladder(|d| 2.0 * d, 0.0, 0.0).possible_bend().is_none());
    }
}
