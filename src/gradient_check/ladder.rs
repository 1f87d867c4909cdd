//! E along one coordinate at many steps at once.
//!
//! One central difference has one step, and no step suits every model: √w at 1e-6 leaves its domain with h = 1e-5, an
//! f32 model drowns in noise, |w| bends. So E is evaluated on a *ladder* of steps, each a quarter of the one before.
//! They give the slope from both sides or from one ([`extrapolation`](super::extrapolation)), and they show a bend, noise,
//! a slope that only the large steps see, or that there is no slope.

use super::Precision;
use super::extrapolation::{Cell, Estimate, all, best};
use super::noise::Noise;
use super::tuning;

/// The fractional part of the golden ratio: its first multiples are all far from whole numbers.
const GOLDEN: f64 = 0.618_033_988_749_895;

/// The largest number of steps for a parameter.
const MOST_STEPS: f64 = 48.0;

/// E at one distance from w, on the left and on the right.
#[derive(Debug, Clone, Copy)]
struct Rung {
    step: f64,
    unchanged: f64,
    /// `None` where E is not finite.
    sides: [Option<Point>; 2],
}

/// One evaluation: the actual distance from w, and E there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub distance: f64,
    pub error: f64,
}

/// The evaluations along one coordinate, from the largest step to the smallest.
#[derive(Debug)]
pub(super) struct Ladder {
    unchanged: f64,
    noise: Noise,
    rungs: Vec<Rung>,
    /// Every E so far, in ascending order.
    errors: Vec<f64>,
    /// The smallest difference between any two different values of E; infinite if all are equal.
    smallest_jump: f64,
}

/// A side of w.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

const SIDES: [Side; 2] = [Side::Left, Side::Right];

impl Rung {
    /// The slope on one side.
    fn slope(&self, side: Side) -> Option<f64> {
        let point = self.sides[side as usize]?;
        let sign = if side == Side::Left { -1.0 } else { 1.0 };
        Some(sign * (point.error - self.unchanged) / point.distance)
    }

    /// The right slope minus the left one.
    fn jump(&self) -> Option<f64> {
        Some(self.slope(Side::Right)? - self.slope(Side::Left)?)
    }

    /// The jump without the share of curvature, which falls with the step.
    fn jump_without_curvature(&self, coarser: &Self) -> Option<f64> {
        let ratio = coarser.step / self.step;
        Some((ratio * self.jump()? - coarser.jump()?) / (ratio - 1.0))
    }

    /// E on the right minus E on the left, and the distance from the one to the other.
    fn central(&self) -> Option<(f64, f64)> {
        let (left, right) = (self.sides[0]?, self.sides[1]?);
        Some((right.error - left.error, right.distance + left.distance))
    }
}

impl Ladder {
    pub fn new(unchanged: f64, noise: Noise) -> Self {
        Self { unchanged, noise, rungs: Vec::new(), errors: vec![unchanged], smallest_jump: f64::INFINITY }
    }

    /// Returns the steps for a parameter, from large to small: from a quarter (of `scale`, the size of this or
    /// similar parameters, if that is larger than 1) down to 2⁻⁴⁰, or further where the parameter itself is small. At
    /// most 48.
    pub fn steps(parameter: f64, scale: f64, precision: Precision) -> Vec<f64> {
        let size = parameter.abs();
        let typical = scale.min(tuning::LARGEST_SCALE * size.max(1.0));
        let largest = 2f64.powf(typical.max(size).max(1.0).log2().floor() - 2.0);
        let relative = if size > 0.0 { size / 4096.0 } else { 1.0 };
        let least = (precision.epsilon() * size).max(2f64.powi(-66));
        let octaves = (largest / 2f64.powi(-40).min(relative).max(least)).log2();
        // In f32 there are few digits between truncation and rounding, so the steps are closer.
        let octaves_a_step = if precision == Precision::F32 { 1.0 } else { 2.0 };
        let count = (octaves / octaves_a_step).floor().min(MOST_STEPS - 1.0);
        let ratio =
            if octaves > octaves_a_step * MOST_STEPS { octaves / (MOST_STEPS - 1.0) } else { octaves_a_step };
        // Each is reduced by a different fraction, so that no period divides all of them.
        let step =
            |number: f64| largest * 2f64.powf(-ratio * number) * (1.0 - 0.2 * (GOLDEN * number).fract());
        (0..=count as i32).map(|number| step(number.into())).collect()
    }

    /// Adds the evaluations at one more step, on the left and on the right.
    pub fn push(&mut self, step: f64, sides: [Point; 2]) {
        let finite = |Point { distance, error }: Point| {
            let distance = distance.abs();
            let moved = distance > 0.0 && distance.is_finite();
            (error.is_finite() && moved).then_some(Point { distance, error })
        };
        let rung = Rung { step, unchanged: self.unchanged, sides: sides.map(finite) };
        for point in rung.sides.into_iter().flatten() {
            let place = self.errors.partition_point(|&error| error < point.error);
            let neighbours = place.checked_sub(1).into_iter().chain([place]);
            let jumps = neighbours.filter_map(|place| Some((self.errors.get(place)? - point.error).abs()));
            self.smallest_jump = jumps.filter(|&jump| jump > 0.0).fold(self.smallest_jump, f64::min);
            self.errors.insert(place, point.error);
        }
        let place = self.rungs.partition_point(|other| other.step > step);
        self.rungs.insert(place, rung);
    }

    /// Returns the best estimate from both sides of w.
    pub fn central(&self) -> Option<Estimate> {
        best(&self.central_slopes(self.rungs.len()), 2)
    }

    /// Returns every estimate from both sides of w, without consulting smaller steps.
    pub fn candidates(&self) -> impl Iterator<Item = Estimate> {
        let down_to = |count: usize| all(&self.central_slopes(count), 2).into_iter();
        (2..=self.rungs.len()).flat_map(down_to).map(|(cell, _)| cell.estimate())
    }

    /// The slopes from both sides of w at the largest steps, down to the one with this number.
    fn central_slopes(&self, count: usize) -> Vec<Option<Cell>> {
        let noises = [self.scatter(), self.least_scatter()];
        let slope = |rung: &Rung| {
            let (difference, distance) = rung.central()?;
            Some(difference / distance).filter(|slope| slope.is_finite())
        };
        let rungs = &self.rungs[..count];
        let mut cells = first_level(rungs, slope, noises);
        for (cell, (k, rung)) in cells.iter_mut().zip(rungs.iter().enumerate()) {
            // Where E is smooth, the jump falls in proportion to the step.
            let falls = |coarse: &Rung, fine: &Rung| {
                let slower = |(coarse_jump, fine_jump): (f64, f64)| {
                    fine_jump.abs() <= (fine.step / coarse.step).sqrt() * coarse_jump.abs()
                };
                coarse.jump().zip(fine.jump()).map(slower)
            };
            let from_coarser = k.checked_sub(1).and_then(|coarser| falls(&rungs[coarser], rung));
            let to_finer = rungs.get(k + 1).and_then(|finer| falls(rung, finer));
            let smooth = from_coarser.unwrap_or(true) && to_finer.unwrap_or(true);
            if let (Some(cell), Some(jump)) = (cell, rung.jump())
                && (!smooth || (from_coarser.is_none() && to_finer.is_none()))
            {
                cell.bend = 0.5 * jump.abs();
            }
        }
        cells
    }

    /// Returns the best estimate from one side of w.
    pub fn one_sided(&self, side: Side) -> Option<Estimate> {
        let noises = [self.scatter(), self.least_scatter()].map(|noise| 2.0 * noise);
        best(&first_level(&self.rungs, |rung| rung.slope(side), noises), 1)
    }

    /// Returns how much E may change unseen where it is the same number at every step up to some step, and that step.
    /// `None` where it changes even at the smallest step.
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

    /// Returns true if E is a small whole number of these jumps, as 10⁶·ln(1 + e⁻ᶻ) is where e⁻ᶻ is a few rounding errors
    /// of 1.
    fn is_quantum(&self, jump: f64) -> bool {
        let count = (self.unchanged / jump).abs();
        let whole = count.round();
        (1.0..=tuning::FEW_QUANTA).contains(&whole) && (count - whole).abs() <= tuning::WHOLE * whole
    }

    /// Returns the slope at a step smaller than `step` that refutes this one: E changes there by a different amount,
    /// beyond what noise explains, or does not change at two steps in a row where it should. `slack` is how far the
    /// slopes at smaller steps may be off otherwise.
    pub fn refutation(&self, slope: f64, step: f64, slack: f64) -> Option<Estimate> {
        self.contradiction(slope, step, slack, self.credible())
    }

    /// Returns true if a smaller step refutes an estimate. It is excused by jumps that rounding of numbers near 1
    /// explains.
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

    /// Returns the slopes on the left and on the right, and how far each may be off, where they differ by more than
    /// that down to the smallest step at which it shows: where E bends exactly at w.
    pub fn bend(&self) -> Option<[Estimate; 2]> {
        let (left, right) = (self.one_sided(Side::Left)?, self.one_sided(Side::Right)?);
        let jump = right.slope - left.slope;
        let [coarse, fine] = self.rungs.windows(2).rfind(|pair| self.shows_bend(&pair[1], jump))? else {
            return None;
        };
        let here = fine.jump_without_curvature(coarse)?;
        (0.75..=1.25).contains(&(here / jump)).then_some([left, right])
    }

    /// Returns how much the slopes on the left and on the right of w may differ where no step is small enough to
    /// tell: their difference at the smallest step at which it exceeds the noise, without the share of curvature.
    pub fn possible_bend(&self) -> Option<f64> {
        let shown = |pair: &[Rung]| pair[1].jump().is_some_and(|jump| self.shows_bend(&pair[1], jump));
        let place = self.rungs.windows(2).rposition(shown)?;
        let here = self.rungs[place + 1].jump_without_curvature(&self.rungs[place])?;
        let smaller = self.rungs.get(place + 2);
        (!smaller.is_some_and(|rung| self.shows_bend(rung, here))).then_some(here.abs())
    }

    /// Returns true if slopes that differ by this much change E by far more than noise at this step.
    fn shows_bend(&self, rung: &Rung, jump: f64) -> bool {
        jump.abs() * rung.step > tuning::BEND_VISIBLE * self.credible()
    }

    /// Returns true if a step of at most `reach` shows that this slope is wrong, and at the smallest such step the other
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

    /// Returns true if the slope on one side does not settle: if E gets steeper towards w down to the smallest step,
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

    /// Returns, for the left and the right side, true if E is not finite at any step there.
    pub fn is_cut_off(&self) -> [bool; 2] {
        SIDES.map(|side| self.rungs.iter().all(|rung| rung.slope(side).is_none()))
    }

    #[cfg(test)]
    pub fn allow_jumps_of(&mut self, size: f64) {
        self.noise.largest_swallowed = size;
    }

    /// The noise of one evaluation: what is known beforehand, or the smallest jump of E, if that is larger.
    ///
    /// (As it is often written, ln(1 + e⁻ᶻ) is 0, then one rounding error of 1, then two: a staircase. Its smallest
    /// jump is the noise. A jump too large for a rounding error is not noise: E is flat up to a bend.)
    fn scatter(&self) -> f64 {
        self.at_least(self.noise.bound, self.noise.swallowed.max(tuning::ROUNDING * self.noise.rounding))
    }

    /// The noise that is certain: what is known beforehand, or the smallest jump, if it is small enough for rounding of E's
    /// terms.
    fn least_scatter(&self) -> f64 {
        self.at_least(self.noise.bound, tuning::ROUNDING * self.noise.rounding)
    }

    /// The noise, as far as rounding explains it.
    fn credible(&self) -> f64 {
        self.at_least(self.noise.credible, tuning::ROUNDING * self.noise.rounding)
    }

    /// This noise, or the smallest jump, if that is no larger than `limit`.
    fn at_least(&self, noise: f64, limit: f64) -> f64 {
        if self.smallest_jump <= limit { noise.max(self.smallest_jump) } else { noise }
    }

    /// One rounding error of E.
    fn rounding(&self) -> f64 {
        self.noise.epsilon * self.unchanged.abs()
    }
}

/// The slopes at these steps, each with its error: how far the slope at the next smaller step (or, at the smallest, at the next
/// larger one) is from it, and the noise of E and the least noise over the step.
fn first_level(rungs: &[Rung], slope: impl Fn(&Rung) -> Option<f64>, noises: [f64; 2]) -> Vec<Option<Cell>> {
    let slopes: Vec<Option<f64>> = rungs.iter().map(slope).collect();
    let cell = |(k, rung): (usize, &Rung)| {
        let slope = slopes[k]?;
        let finer = slopes.get(k + 1).copied().flatten();
        let neighbour = finer.or(k.checked_sub(1).and_then(|coarser| slopes[coarser]));
        let truncation = (slope - neighbour.unwrap_or(0.0)).abs();
        let [rounding, least_rounding] = noises.map(|noise| noise / rung.step);
        Some(Cell { slope, truncation, rounding, least_rounding, bend: 0.0, step: rung.step })
    };
    rungs.iter().enumerate().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::super::extrapolation::tests::assert_estimate;
    use super::*;

    fn noise(bound: f64, swallowed: f64) -> Noise {
        let noise = Noise { swallowed, largest_swallowed: f64::INFINITY, ..Noise::new(1.0, 0.0, 1.0, 0.0) };
        Noise { bound, credible: bound, epsilon: swallowed / tuning::SWALLOWED, ..noise }
    }

    /// A ladder of E(w + d) at the steps 4, 1 and ¼.
    fn ladder(error: impl Fn(f64) -> f64, bound: f64, swallowed: f64) -> Ladder {
        let mut ladder = Ladder::new(error(0.0), noise(bound, swallowed));
        for step in [4.0, 1.0, 0.25] {
            ladder.push(step, [-step, step].map(|distance| Point { distance, error: error(distance) }));
        }
        ladder
    }

    #[test]
    fn steps_go_down_in_uneven_quarters_to_what_the_parameter_can_resolve() {
        let ends = |parameter: f64, scale: f64| {
            let steps = Ladder::steps(parameter, scale, Precision::F64);
            assert!(steps.windows(2).all(|pair| (3.1..5.1).contains(&(pair[0] / pair[1]))));
            let single = Ladder::steps(parameter, scale, Precision::F32);
            assert!(single.windows(2).all(|pair| (1.5..5.1).contains(&(pair[0] / pair[1]))));
            assert!(steps.len().max(single.len()) <= 48, "{} {}", steps.len(), single.len());
            [steps[0].log2(), steps[steps.len() - 1].log2().ceil()]
        };
        assert_eq!(ends(3.0, 0.5), [-1.0, -39.0]); // a quarter of 2, and not below 2⁻⁴⁰
        assert_eq!(ends(0.0, 0.0), [-2.0, -40.0]);
        assert_eq!(ends(0.0, 9.0), [1.0, -39.0]); // a quarter of 8, the size of similar parameters
        assert_eq!(ends(2f64.powi(-40), 0.0), [-2.0, -52.0]); // 1/4096 of itself
        assert_eq!(ends(-2f64.powi(40), 0.0), [38.0, -12.0]); // a unit in its last place
        // Whatever the size of the parameter and of similar ones, the steps end.
        for parameter in [0.0, 5e-324, 1e-300, 1.0, 1e155, f64::MAX] {
            for scale in [0.0, 1.0, 1e155, f64::MAX] {
                ends(parameter, scale);
            }
        }
        // No two of them have a ratio that is nearly a power of two.
        let steps = Ladder::steps(1.0, 0.0, Precision::F64);
        let near = |pair: &[f64]| ((pair[0] / pair[1]).log2().round() - (pair[0] / pair[1]).log2()).abs();
        assert!(steps.windows(2).all(|pair| near(pair) > 0.02));
    }

    #[test]
    fn a_smooth_slope_is_as_uncertain_as_the_noise_over_the_largest_step() {
        // E = 2d + d²: every central difference is 2, and the slopes of the sides differ by 2h.
        assert_estimate(ladder(|d| 2.0 * d + d * d, 1e-3, 0.0).central(), 2.0, 1e-3 / 4.0, 4.0);
        // Distances that rounding made unequal: (8 + 4) / (4 + 2).
        let mut uneven = Ladder::new(0.0, noise(0.0, 0.0));
        uneven.push(4.0, [Point { distance: -2.0, error: -4.0 }, Point { distance: 4.0, error: 8.0 }]);
        assert_estimate(uneven.central(), 2.0, 2.0, 4.0); // one rung has no neighbour: anything from 0 to twice
    }

    #[test]
    fn a_bend_costs_half_of_what_the_sides_differ_by() {
        assert_estimate(ladder(f64::abs, 1e-3, 0.0).central(), 0.0, 1.0 + 1e-3 / 4.0, 4.0);
        // Two rungs whose jumps do not fall are suspect, both of them; the third falls from the second.
        let mut late = Ladder::new(0.0, noise(0.0, 0.0));
        for (step, above) in [(4.0, 8.0), (1.0, 2.0), (0.25, 0.0)] {
            late.push(step, [0.0, above].map(|error| Point { distance: step, error }));
        }
        assert_estimate(late.central(), 0.0, 1.0, 0.25); // truncation: the slope before was 1
    }

    #[test]
    fn a_one_sided_slope_is_extrapolated_to_no_distance() {
        // 6, 3, 2.25 from the right, -2, 1, 1.75 from the left: each pair extrapolates to 2, the three of them to
        // 2 with an eighth (a quarter of the half that the finer pair is off) and the noise that is carried along.
        let noise = 1e-3;
        let [first, second, third] = [4.0, 1.0, 0.25].map(|step| 2.0 * noise / step);
        let pairs = [(4.0 * second + first) / 3.0, (4.0 * third + second) / 3.0];
        let rounding = (16.0 * pairs[1] + pairs[0]) / 15.0;
        let ladder = ladder(|d| 2.0 * d + d * d, noise, 0.0);
        for side in [Side::Left, Side::Right] {
            assert_estimate(ladder.one_sided(side), 2.0, 0.125 + rounding, 0.25);
        }
        assert_eq!(ladder.is_cut_off(), [false; 2]);
    }

    #[test]
    fn a_side_without_finite_errors_is_cut_off() {
        let left = ladder(|d| if d < 0.0 { f64::NAN } else { 2.0 * d }, 0.0, 0.0);
        assert_eq!(left.is_cut_off(), [true, false]);
        assert!(left.central().is_none() && left.one_sided(Side::Left).is_none());
        let right = ladder(|d| if d > 0.0 { f64::INFINITY } else { 2.0 * d }, 0.0, 0.0);
        assert_eq!(right.is_cut_off(), [false, true]);
        assert_estimate(right.one_sided(Side::Left), 2.0, 0.0, 4.0);
        // A step that rounding swallowed moved nothing, and shows nothing.
        let mut still = Ladder::new(0.0, noise(0.0, 0.0));
        still.push(1.0, [Point { distance: -1.0, error: 0.0 }, Point { distance: 0.0, error: 0.0 }]);
        assert_eq!(still.is_cut_off(), [false, true]);
    }

    fn staircase(d: f64) -> f64 {
        if d > 2.0 {
            3.0
        } else if d > 0.5 {
            1.5
        } else {
            1.0
        }
    }

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

    #[test]
    fn the_steps_of_a_staircase_are_its_noise_unless_they_are_too_large_for_rounding() {
        assert_eq!(ladder(staircase, 0.1, 1.0).scatter(), 0.5);
        assert_eq!(ladder(staircase, 0.7, 1.0).scatter(), 0.7);
        assert_eq!(ladder(staircase, 0.1, 0.2).scatter(), 0.1);
    }

    /// A ladder of 12 steps from 1 down.
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
    }

    #[test]
    fn a_slope_is_refuted_by_a_smaller_step_that_sees_another_or_none() {
        // 3d with a wave of length 1: at whole steps its slope is 3, at the smallest 3 + 2π.
        let wave = |d: f64| 3.0 * d + (2.0 * std::f64::consts::PI * d).sin();
        let refutation = |slope: f64, step: f64| ladder(wave, 0.0, 0.0).refutation(slope, step, 0.1);
        let seen = refutation(3.0, 1.0).expect("the step ¼ sees the wave");
        assert!((seen.slope - 7.0).abs() < 1e-12 && seen.step == 0.25, "{seen:?}");
        assert!(refutation(3.0, 0.25).is_none(), "there is no smaller step");
        assert!(refutation(7.05, 1.0).is_none(), "within the slack");
        // Noise excuses three bounds for each of two values, over a distance of ½.
        assert!(ladder(wave, 0.3, 0.0).refutation(3.0, 1.0, 0.1).is_some());
        assert!(ladder(wave, 0.4, 0.0).refutation(3.0, 1.0, 0.1).is_none());
        // Flat at two steps in a row, where E should change by more than a few roundings: noise is no excuse.
        let mut flat = ladder(|_| 1.0, 100.0, 0.0);
        flat.noise.rounding = 1e-3;
        assert!(flat.refutation(0.1, 4.0, 0.0).is_some() && flat.refutation(0.1, 1.0, 0.0).is_none());
        flat.noise.rounding = 1.0;
        assert!(flat.refutation(0.1, 4.0, 0.0).is_none());
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
    }
}
