//! E along one coordinate at many steps at once.
//!
//! One central difference has one step, and no step suits every model: √w at 1e-6 leaves its domain with h = 1e-5, an
//! f32 model drowns in noise, |w| bends. So E is evaluated on a *ladder* of steps, each a quarter of the one before.
//! What can be made of them: the slope from both sides or from one ([`extrapolation`](super::extrapolation)), and whether
//! the smaller steps speak for one slope or another, for a bend, for noise, or for no slope at all.

use super::extrapolation::{Cell, Estimate, RATIO, best};

/// Where E does not change at all, this many rounding errors of numbers near 1 may have swallowed the change.
pub(super) const SWALLOWED: f64 = 64.0;

/// From so many of the smallest steps it is read how E scatters.
const SMALLEST_STEPS: usize = 4;

/// So many changes by whole multiples of one number make a staircase.
const STAIRS: usize = 4;

/// One slope is far more likely than another if the logarithm of the ratio is at least this.
const FAR_MORE_LIKELY: f64 = 4.0;

/// Where E is steeper at so many steps in a row, down to the smallest, its slope does not settle.
const STEEPENING_STEPS: usize = 8;

/// Steeper by this part at least.
const STEEPER: f64 = 1.02;

/// A change of so many rounding errors is no rounding error.
const VISIBLE: f64 = 16.0;

/// Of two slopes the one that misses by so many times less fits, or fits far better.
const FITS: f64 = 1.5;
const FITS_FAR_BETTER: f64 = 8.0;

/// E at one distance from w, above and below; `None` where it is not finite.
#[derive(Debug, Clone, Copy)]
struct Rung {
    step: f64,
    above: Option<Point>,
    below: Option<Point>,
    /// Whether the model says that a bend lies between.
    switched: bool,
}

/// One evaluation: how far from w, and E there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub distance: f64,
    pub error: f64,
}

/// The evaluations along one coordinate, from the largest step to the smallest.
#[derive(Debug)]
pub(super) struct Ladder {
    unchanged: f64,
    /// A bound on the noise of one evaluation of E, as far as is known beforehand.
    noise: f64,
    /// The largest change that rounding may swallow.
    swallowed: f64,
    /// The smallest change of E that was seen with any parameter; 0 where there was none.
    smallest_change: f64,
    rungs: Vec<Rung>,
    /// Every E so far, in ascending order.
    errors: Vec<f64>,
    /// The smallest difference between any two different values of E; infinite where there is none.
    smallest_jump: f64,
}

/// A slope from one side of w, or from both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Ladder {
    pub fn new(unchanged: f64, noise: f64, swallowed: f64) -> Self {
        Self {
            unchanged,
            noise,
            swallowed,
            smallest_change: 0.0,
            rungs: Vec::new(),
            errors: vec![unchanged],
            smallest_jump: f64::INFINITY,
        }
    }

    /// With the smallest change of E that was seen with any parameter.
    pub fn with_smallest_change(self, smallest_change: f64) -> Self {
        Self { smallest_change, ..self }
    }

    /// The steps for a parameter, from large to small: from a quarter (of `scale`, the size of the parameter or of those
    /// like it, if that is larger than 1) down to 2⁻⁴⁰, or further where the parameter itself is small.
    pub fn steps(parameter: f64, scale: f64, epsilon: f64) -> impl Iterator<Item = f64> {
        let size = parameter.abs();
        let largest = 0.25 * 2f64.powf(scale.max(size).max(1.0).log2().floor());
        let relative = if size > 0.0 { size / 4096.0 } else { 1.0 };
        let smallest = 2f64.powi(-40).min(relative).max(16.0 * epsilon * size).max(2f64.powi(-70));
        std::iter::successors(Some(largest), |step| Some(step / RATIO))
            .take_while(move |&step| step >= smallest)
    }

    /// Adds the evaluations at the next smaller step.
    pub fn push(&mut self, step: f64, above: Point, below: Point, switched: bool) {
        let finite = |point: Point| (point.error.is_finite() && point.distance > 0.0).then_some(point);
        let rung = Rung { step, above: finite(above), below: finite(below), switched };
        for point in [rung.above, rung.below].into_iter().flatten() {
            let place = self.errors.partition_point(|&error| error < point.error);
            let neighbours = place.checked_sub(1).into_iter().chain([place]);
            let jumps = neighbours.filter_map(|place| Some((self.errors.get(place)? - point.error).abs()));
            self.smallest_jump = jumps.filter(|&jump| jump > 0.0).fold(self.smallest_jump, f64::min);
            self.errors.insert(place, point.error);
        }
        self.rungs.push(rung);
    }

    /// The best estimate from both sides of w.
    pub fn central(&self) -> Option<Estimate> {
        let (noise, least_noise) = (self.noise(), self.least_noise());
        let rung = |rung: &Rung| {
            let (above, below) = (rung.above?, rung.below?);
            let slope = (above.error - below.error) / (above.distance + below.distance);
            Some((slope, self.jump(rung)?, rung.step))
        };
        let rungs: Vec<_> = self.rungs.iter().map(rung).collect();
        let first_level: Vec<Option<Cell>> = (0..rungs.len())
            .map(|k| {
                let (slope, jump, step) = rungs[k]?;
                let finer = rungs.get(k + 1).copied().flatten();
                let coarser = k.checked_sub(1).and_then(|k| rungs[k]);
                let from_coarser = coarser.is_none_or(|(_, coarser_jump, _)| falls(coarser_jump, jump));
                let to_finer = finer.is_none_or(|(_, finer_jump, _)| falls(jump, finer_jump));
                let bends = self.rungs[k].switched
                    || !from_coarser
                    || !to_finer
                    || (coarser.is_none() && finer.is_none());
                let neighbour = finer.or(coarser).map_or(0.0, |(slope, ..)| slope);
                Some(Cell {
                    slope,
                    truncation: (slope - neighbour).abs(),
                    rounding: noise / step,
                    least_rounding: least_noise / step,
                    bend: if bends { 0.5 * jump.abs() } else { 0.0 },
                    step,
                })
            })
            .collect();
        best(&first_level, 2)
    }

    /// The best estimate from one side of w.
    pub fn one_sided(&self, side: Side) -> Option<Estimate> {
        let noises = [self.noise(), self.least_noise()];
        let rungs: Vec<Option<(f64, f64)>> = self
            .rungs
            .iter()
            .map(|rung| {
                let (point, sign) = match side {
                    Side::Left => (rung.below?, -1.0),
                    Side::Right => (rung.above?, 1.0),
                };
                Some((sign * (point.error - self.unchanged) / point.distance, rung.step))
            })
            .collect();
        let first_level = (0..rungs.len()).map(|k| {
            let (slope, step) = rungs[k]?;
            let neighbour = rungs.get(k + 1).copied().flatten().or(k.checked_sub(1).and_then(|k| rungs[k]));
            let truncation = neighbour.map_or(slope.abs(), |(neighbour, _)| (slope - neighbour).abs());
            let [rounding, least_rounding] = noises.map(|noise| 2.0 * noise / step);
            Some(Cell { slope, truncation, rounding, least_rounding, bend: 0.0, step })
        });
        best(&first_level.collect::<Vec<_>>(), 1)
    }

    /// What E may change by unseen, where it is the same number at every step up to some step: with that step. `None`
    /// where it changes at the smallest step already.
    ///
    /// Rounding swallows a change (1 + 1e-20 is 1, and its logarithm 0) until it is large enough for a jump.
    pub fn unseen_change(&self) -> Option<(f64, f64)> {
        let flat = |point: Option<Point>| point.is_none_or(|point| point.error == self.unchanged);
        let flat = self.rungs.iter().rev().take_while(|rung| flat(rung.above) && flat(rung.below));
        let reach = flat.last()?.step;
        let jump = self.smallest_jump;
        Some((if jump.is_finite() { jump } else { self.swallowed.max(self.smallest_change) }, reach))
    }

    /// Whether the steps smaller than this one speak for one slope and against another: whether, from the smallest step on
    /// up to one of them, the differences are by far more likely with the first slope than with the second.
    ///
    /// (Where E is flat up to near by and steep beyond, the large steps agree on a slope that is not that at w; the small
    /// ones know better, but through noise.)
    pub fn smaller_steps_favour(&self, slope: f64, other: f64, step: f64) -> bool {
        let smaller = self.rungs.iter().rev().take_while(|rung| rung.step < step);
        let deviation = self.local_noise();
        let mut log_likelihood = 0.0;
        smaller.filter_map(central_difference).any(|(difference, distance)| {
            let miss = |slope: f64| (difference - slope * distance) / deviation;
            // The difference of two evaluations has twice the variance of one.
            log_likelihood += 0.25 * (miss(slope) * miss(slope) - miss(other) * miss(other));
            log_likelihood < -FAR_MORE_LIKELY
        })
    }

    /// Whether this slope is wrong at the smallest step at which that can be seen, if it is no larger than `reach`, and
    /// there another is by far less so, and E is not bent by about as much.
    pub fn refutes(&self, slope: f64, other: f64, reach: f64) -> bool {
        let visible = 4.0 * self.local_noise();
        let near = self.rungs.iter().rev().take_while(|rung| rung.step <= reach);
        let mut misses = near.filter_map(|rung| {
            let (difference, distance) = central_difference(rung)?;
            let miss = |slope: f64| (difference - slope * distance).abs();
            Some((miss(slope), miss(other), self.jump(rung)? * rung.step))
        });
        let first = misses.find(|(miss, ..)| *miss > visible);
        first.is_some_and(|(miss, other, bend)| other <= 0.5 * miss && bend.abs() <= 0.5 * miss)
    }

    /// Whether, at two smaller steps in a row at which E changes by far more than rounding, this slope misses by less than
    /// another, and at the smaller of the two by far less.
    ///
    /// (Where E oscillates within the larger steps, they see no slope, and the noise they measure is the oscillation.)
    pub fn smaller_steps_fit(&self, slope: f64, other: f64, step: f64) -> bool {
        let visible = VISIBLE * self.rounding();
        let fits = |rung: &Rung, factor: f64| {
            central_difference(rung).is_some_and(|(difference, distance)| {
                let miss = |slope: f64| (difference - slope * distance).abs();
                difference.abs() > visible && factor * miss(slope) <= miss(other)
            })
        };
        let mut pairs = self.rungs.windows(2).filter(|pair| pair[0].step < step);
        pairs.any(|pair| fits(&pair[0], FITS) && fits(&pair[1], FITS_FAR_BETTER))
    }

    /// Whether the slope on one side does not settle: whether E is steeper and steeper towards w down to the smallest step,
    /// as ∛w is at 0.
    pub fn is_ever_steeper(&self) -> bool {
        let visible = VISIBLE * self.noise.max(self.rounding());
        let slope = |point: Point| {
            let change = point.error - self.unchanged;
            (change.abs() > visible).then_some(change / point.distance)
        };
        let steepens = |side: fn(&Rung) -> Option<Point>| {
            let slopes: Option<Vec<f64>> =
                self.rungs.iter().rev().take(STEEPENING_STEPS).map(|rung| slope(side(rung)?)).collect();
            slopes.is_some_and(|slopes| {
                slopes.len() == STEEPENING_STEPS && slopes.windows(2).all(|pair| pair[0] / pair[1] >= STEEPER)
            })
        };
        steepens(|rung| rung.above) || steepens(|rung| rung.below)
    }

    /// On which sides there is no finite E at all, or only farther off: left, right.
    pub fn is_cut_off(&self) -> [bool; 2] {
        [
            self.rungs.iter().all(|rung| rung.below.is_none()),
            self.rungs.iter().all(|rung| rung.above.is_none()),
        ]
    }

    fn points(&self) -> impl Iterator<Item = Point> {
        self.rungs.iter().flat_map(|rung| [rung.above, rung.below]).flatten()
    }

    /// The noise of one evaluation: what is known beforehand, or more if E moves in larger jumps than that.
    ///
    /// (As it is often written, ln(1 + e⁻ᶻ) is 0, then one rounding error of 1, then two: a staircase. Its smallest jump is
    /// the noise. Jumps too large to be rounding errors are not: E is flat up to a bend.)
    fn noise(&self) -> f64 {
        let smallest = self.smallest_jump;
        if smallest <= self.swallowed { self.noise.max(smallest) } else { self.least_noise() }
    }

    /// The noise of which there is no doubt: what is known beforehand, or the height of the steps where E is a staircase.
    fn least_noise(&self) -> f64 {
        let smallest = self.smallest_jump;
        if self.is_staircase(smallest) { self.noise.max(smallest) } else { self.noise }
    }

    /// How much E scatters along this coordinate: the largest change at the smallest steps, or one rounding error.
    fn local_noise(&self) -> f64 {
        let smallest_steps = self.rungs.iter().rev().take(SMALLEST_STEPS);
        let points = smallest_steps.flat_map(|rung| [rung.above, rung.below]).flatten();
        points.map(|point| (point.error - self.unchanged).abs()).fold(self.rounding(), f64::max)
    }

    /// One rounding error of E.
    fn rounding(&self) -> f64 {
        let size = self.unchanged.abs();
        self.swallowed / SWALLOWED * size / size.max(1.0)
    }

    /// Whether E changes by whole multiples of its smallest jump, and not only by those that the steps are of each other:
    /// by those it changes where it is straight.
    fn is_staircase(&self, smallest: f64) -> bool {
        let changes = self.points().map(|point| (point.error - self.unchanged).abs() / smallest);
        let small: Vec<f64> = changes.filter(|&jumps| jumps > 0.5 && jumps < 100.0).collect();
        let whole = |jumps: f64| (jumps - jumps.round()).abs() < 0.01;
        let power_of_two = |jumps: f64| (jumps.round() as u64).is_power_of_two();
        small.len() >= STAIRS
            && small.iter().all(|&jumps| whole(jumps))
            && !small.iter().all(|&jumps| power_of_two(jumps))
    }

    /// The right slope minus the left one.
    fn jump(&self, rung: &Rung) -> Option<f64> {
        let (above, below) = (rung.above?, rung.below?);
        let right = (above.error - self.unchanged) / above.distance;
        let left = (self.unchanged - below.error) / below.distance;
        Some(right - left)
    }
}

/// E above minus E below, and the distance from the one to the other.
fn central_difference(rung: &Rung) -> Option<(f64, f64)> {
    let (above, below) = (rung.above?, rung.below?);
    Some((above.error - below.error, above.distance + below.distance))
}

/// Whether the difference of the two slopes falls from one step to the next as it does where E is smooth.
fn falls(coarse: f64, fine: f64) -> bool {
    fine.abs() <= 0.5 * coarse.abs()
}

#[cfg(test)]
mod tests {
    use super::super::extrapolation::tests::assert_estimate;
    use super::*;

    /// A ladder of E(w + d) at the steps 4, 1 and ¼.
    fn ladder(error: impl Fn(f64) -> f64, noise: f64, swallowed: f64) -> Ladder {
        let mut ladder = Ladder::new(error(0.0), noise, swallowed);
        for step in [4.0, 1.0, 0.25] {
            let point = |distance: f64| Point { distance: distance.abs(), error: error(distance) };
            ladder.push(step, point(step), point(-step), false);
        }
        ladder
    }

    #[test]
    fn steps_go_down_in_quarters_to_what_the_parameter_can_resolve() {
        let epsilon = f64::EPSILON;
        let ends = |parameter: f64, scale: f64| {
            let steps: Vec<f64> = Ladder::steps(parameter, scale, epsilon).collect();
            assert!(steps.windows(2).all(|pair| pair[1] == pair[0] / 4.0));
            [steps[0], steps[steps.len() - 1]].map(f64::log2)
        };
        assert_eq!(ends(3.0, 0.5), [-1.0, -39.0]); // a quarter of 2, and not below 2⁻⁴⁰
        assert_eq!(ends(0.0, 0.0), [-2.0, -40.0]);
        assert_eq!(ends(0.0, 9.0), [1.0, -39.0]); // a quarter of 8, the size of its like
        assert_eq!(ends(2f64.powi(-40), 0.0), [-2.0, -52.0]); // 1/4096 of itself
        assert_eq!(ends(-2f64.powi(40), 0.0), [38.0, -8.0]); // 16 units in its last place
    }

    #[test]
    fn a_smooth_slope_is_as_uncertain_as_the_noise_over_the_largest_step() {
        // E = 2d + d²: every central difference is 2, and the slopes of the sides differ by 2h.
        assert_estimate(ladder(|d| 2.0 * d + d * d, 1e-3, 0.0).central(), 2.0, 1e-3 / 4.0, 4.0);
        // Distances that rounding made unequal: (8 + 4) / (4 + 2).
        let mut uneven = Ladder::new(0.0, 0.0, 0.0);
        uneven.push(4.0, Point { distance: 4.0, error: 8.0 }, Point { distance: 2.0, error: -4.0 }, false);
        assert_estimate(uneven.central(), 2.0, 2.0, 4.0); // one rung has no neighbour: anything from 0 to twice
    }

    #[test]
    fn a_bend_costs_half_of_what_the_sides_differ_by() {
        assert_estimate(ladder(f64::abs, 1e-3, 0.0).central(), 0.0, 1.0 + 1e-3 / 4.0, 4.0);
        // A model that says that a bend lies within the largest step: half of 8 is added there.
        let mut switched = ladder(|d| 2.0 * d + d * d, 1e-3, 0.0);
        switched.rungs[0].switched = true;
        assert_estimate(switched.central(), 2.0, 1e-3, 1.0);
        // Two rungs whose jumps do not fall are suspect, both of them; the third falls from the second.
        let mut late = Ladder::new(0.0, 0.0, 0.0);
        for (step, above) in [(4.0, 8.0), (1.0, 2.0), (0.25, 0.0)] {
            let [above, below] = [above, 0.0].map(|error| Point { distance: step, error });
            late.push(step, above, below, false);
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
        // A step that rounding swallowed moved nothing, and says nothing.
        let mut still = Ladder::new(0.0, 0.0, 0.0);
        still.push(1.0, Point { distance: 0.0, error: 0.0 }, Point { distance: 1.0, error: 0.0 }, false);
        assert_eq!(still.is_cut_off(), [false, true]);
    }

    #[test]
    fn a_change_may_go_unseen_up_to_the_last_step_where_e_is_the_same() {
        let staircase = |d: f64| {
            if d > 2.0 {
                3.0
            } else if d > 0.5 {
                1.5
            } else {
                1.0
            }
        };
        assert_eq!(ladder(staircase, 0.0, 0.0).unseen_change(), Some((0.5, 0.25)));
        assert_eq!(ladder(|_| 1.0, 0.0, 0.125).unseen_change(), Some((0.125, 4.0)));
        assert_eq!(ladder(|d| d, 0.0, 0.0).unseen_change(), None);
        assert_eq!(ladder(|d| d.max(0.0), 0.0, 0.0).unseen_change(), None); // flat on one side only
    }

    #[test]
    fn the_steps_of_a_staircase_are_its_noise_unless_they_are_too_large_for_rounding() {
        let staircase = |d: f64| {
            if d > 2.0 {
                3.0
            } else if d > 0.5 {
                1.5
            } else {
                1.0
            }
        };
        assert_eq!(ladder(staircase, 0.1, 1.0).noise(), 0.5);
        assert_eq!(ladder(staircase, 0.7, 1.0).noise(), 0.7);
        assert_eq!(ladder(staircase, 0.1, 0.2).noise(), 0.1);
    }

    /// A ladder of 12 steps from 1 down.
    fn long_ladder(error: impl Fn(f64) -> f64, noise: f64) -> Ladder {
        let mut ladder = Ladder::new(error(0.0), noise, SWALLOWED * f64::EPSILON);
        for step in std::iter::successors(Some(1.0), |step| Some(step / RATIO)).take(12) {
            let point = |distance: f64| Point { distance: distance.abs(), error: error(distance) };
            ladder.push(step, point(step), point(-step), false);
        }
        ladder
    }

    #[test]
    fn a_slope_that_grows_down_to_the_smallest_step_does_not_settle() {
        assert!(long_ladder(f64::cbrt, 0.0).is_ever_steeper());
        assert!(long_ladder(|d| d.abs().sqrt(), 0.0).is_ever_steeper());
        // On one side is enough, whichever.
        assert!(long_ladder(|d| d.max(0.0).sqrt(), 0.0).is_ever_steeper());
        assert!(long_ladder(|d| d.min(0.0).cbrt(), 0.0).is_ever_steeper());
        // It settles at the smallest steps; it is the same everywhere; it falls; it is noise.
        assert!(!long_ladder(|d| if d.abs() < 1e-6 { 1e4 * d } else { d.cbrt() }, 0.0).is_ever_steeper());
        assert!(!long_ladder(|d| 3.0 * d + 1e-3 * d.abs(), 0.0).is_ever_steeper());
        assert!(!long_ladder(|d| d * d.abs(), 0.0).is_ever_steeper());
        assert!(!long_ladder(f64::cbrt, 4f64.powi(-11).cbrt() / VISIBLE).is_ever_steeper());
        // Nothing is said of fewer steps than eight.
        assert!(!ladder(f64::cbrt, 0.0, 0.0).is_ever_steeper());
    }

    #[test]
    fn where_e_oscillates_the_smaller_steps_fit_its_slope_and_no_other() {
        let wave = |d: f64| 1.0 + (1e4 * d).sin();
        let fits =
            |slope: f64, other: f64, step: f64| long_ladder(wave, 0.0).smaller_steps_fit(slope, other, step);
        assert!(fits(1e4, 0.0, 1.0) && fits(1e4, 0.8e4, 1.0));
        let smallest = 4f64.powi(-11);
        for slope in [0.0, 0.9e4, 1e4] {
            assert!(!fits(slope, 1e4, 16.0 * smallest));
        }
        // There must be two of them, and E must change by more than rounding.
        assert!(fits(1e4, 0.0, 16.0 * smallest) && !fits(1e4, 0.0, 4.0 * smallest));
        for (roundings, visible) in [(6.0, false), (24.0, true)] {
            let slope = roundings * f64::EPSILON / (2.0 * smallest);
            let straight = long_ladder(|d| 1.0 + slope * d, 0.0);
            assert_eq!(straight.smaller_steps_fit(slope, 0.0, 16.0 * smallest), visible);
        }
    }

    #[test]
    fn a_slope_is_refuted_only_by_one_that_is_far_nearer() {
        // The four smallest steps change E by 1 at most, so a miss shows from 4 on: at the step 4, by slopes above ½.
        let stairs = |d: f64| if d == 0.0 { 0.0 } else { d.signum() };
        let refutes =
            |slope: f64, other: f64, reach: f64| ladder(stairs, 0.0, 0.0).refutes(slope, other, reach);
        assert!(refutes(2.0, 0.25, 4.0), "8 − ½ is more than 4, and ½·4 − 2 is none");
        assert!(!refutes(2.0, 1.5, 4.0), "the other misses by 10, this one by 14");
        assert!(!refutes(2.0, 0.25, 1.0), "the step 4 is beyond reach");
        assert!(!refutes(0.5, 0.25, 4.0), "a miss of 2 is not visible");
    }
}
