//! The slope of E along one coordinate from many steps at once, with an estimate of its own error.
//!
//! One central difference has one step, and no step suits every model: √w at 1e-6 leaves its domain with h = 1e-5, an
//! f32 model drowns in noise, |w| bends. So E is evaluated on a *ladder* of steps, each a quarter of the one before.
//! From any run of them Richardson's extrapolation cancels one power of h after the other (Ridders, *Accurate
//! computation of F′(x) and F′(x) F″(x)*, 1982), and each value it makes is given the error it may have:
//!
//! * **truncation**: how far it moved from the values it was made of;
//! * **rounding**: the noise of E, divided by the step;
//! * **contradiction**: how far the differences at still smaller steps are from it, beyond their own rounding error. (Where
//!   E is flat far from w, the large steps agree with each other, on a slope that is not that at w.)
//! * **a bend**: the left and the right slope differ by J(h). Where E is smooth, J falls with h, to a quarter from rung to
//!   rung. Where it does not fall, E bends within h, and J/2 is how far the mean of the two slopes may be off.
//!
//! The value with the smallest error is the estimate.

/// Each step is the one before, divided by this.
const RATIO: f64 = 4.0;

/// Where E does not change at all, this many rounding errors of numbers near 1 may have swallowed the change.
pub(super) const SWALLOWED: f64 = 64.0;

/// From so many of the smallest steps it is read how E scatters.
const SMALLEST_STEPS: usize = 4;

/// So many changes by whole multiples of one number make a staircase.
const STAIRS: usize = 4;

/// One slope is far more likely than another if the logarithm of the ratio is at least this.
const FAR_MORE_LIKELY: f64 = 4.0;

/// How often the extrapolation is repeated.
const LEVELS: usize = 3;

/// A level is not trusted to be better than the one before by more than this.
const GAIN: f64 = 4.0;

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

/// A slope ∂E/∂w and how far it may be off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub slope: f64,
    pub uncertainty: f64,
    /// The smallest step that is in it.
    pub step: f64,
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
}

/// A slope from one side of w, or from both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

impl Ladder {
    pub fn new(unchanged: f64, noise: f64, swallowed: f64) -> Self {
        Self { unchanged, noise, swallowed, smallest_change: 0.0, rungs: Vec::new() }
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
        self.rungs.push(Rung { step, above: finite(above), below: finite(below), switched });
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
        let jump = self.smallest_jump();
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

    /// Whether this slope is wrong at the smallest step at which that can be seen, if it is no larger than `reach`, and E
    /// is not bent there by about as much.
    pub fn refutes(&self, slope: f64, reach: f64) -> bool {
        let visible = 4.0 * self.local_noise();
        let near = self.rungs.iter().rev().take_while(|rung| rung.step <= reach);
        let mut misses = near.filter_map(|rung| {
            let (difference, distance) = central_difference(rung)?;
            Some(((difference - slope * distance).abs(), self.jump(rung)? * rung.step))
        });
        misses.find(|(miss, _)| *miss > visible).is_some_and(|(miss, bend)| bend.abs() <= 0.5 * miss)
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
        let smallest = self.smallest_jump();
        if smallest <= self.swallowed { self.noise.max(smallest) } else { self.least_noise() }
    }

    /// The noise of which there is no doubt: what is known beforehand, or the height of the steps where E is a staircase.
    fn least_noise(&self) -> f64 {
        let smallest = self.smallest_jump();
        if self.is_staircase(smallest) { self.noise.max(smallest) } else { self.noise }
    }

    /// How much E scatters along this coordinate: the largest change at the smallest steps, or one rounding error.
    fn local_noise(&self) -> f64 {
        let size = self.unchanged.abs();
        let rounding = self.swallowed / SWALLOWED * size / size.max(1.0);
        let smallest_steps = self.rungs.iter().rev().take(SMALLEST_STEPS);
        let points = smallest_steps.flat_map(|rung| [rung.above, rung.below]).flatten();
        points.map(|point| (point.error - self.unchanged).abs()).fold(rounding, f64::max)
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

    /// The smallest difference between any two different values of E; infinite where there is none.
    fn smallest_jump(&self) -> f64 {
        let mut errors: Vec<f64> = self.points().map(|point| point.error).chain([self.unchanged]).collect();
        errors.sort_by(f64::total_cmp);
        let jumps = errors.windows(2).map(|pair| pair[1] - pair[0]).filter(|&jump| jump > 0.0);
        jumps.fold(f64::INFINITY, f64::min)
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

/// One value of the extrapolation, with the three errors it may have.
#[derive(Debug, Clone, Copy)]
struct Cell {
    slope: f64,
    truncation: f64,
    rounding: f64,
    /// The same from the noise that was known beforehand.
    least_rounding: f64,
    bend: f64,
    step: f64,
}

/// The value with the smallest error among these and all that can be extrapolated from neighbours. The truncation error
/// of the first level falls with h to the power `order`, and each level cancels the next such power.
fn best(first_level: &[Option<Cell>], order: i32) -> Option<Estimate> {
    let mut best: Option<Estimate> = None;
    let mut level = first_level.to_vec();
    for number in 1..=LEVELS {
        for (place, cell) in level.iter().enumerate() {
            let Some(cell) = cell else { continue };
            // A value of the n-th level is made of n rungs.
            let contradiction = contradiction(cell.slope, &first_level[place + number - 1..]);
            let uncertainty = cell.truncation + cell.rounding + cell.bend + contradiction;
            if best.is_none_or(|best| uncertainty < best.uncertainty) {
                best = Some(Estimate { slope: cell.slope, uncertainty, step: cell.step });
            }
        }
        let power = RATIO.powi(order * number as i32);
        level = level.windows(2).map(|pair| Some(extrapolate(pair[0]?, pair[1]?, power))).collect();
    }
    best
}

/// Cancels the power of h whose term is `power` times larger in the coarse value than in the fine one.
fn extrapolate(coarse: Cell, fine: Cell, power: f64) -> Cell {
    let slope = fine.slope + (fine.slope - coarse.slope) / (power - 1.0);
    Cell {
        slope,
        truncation: (slope - fine.slope)
            .abs()
            .max((slope - coarse.slope).abs() / power.sqrt())
            .max(fine.truncation / GAIN),
        rounding: (power * fine.rounding + coarse.rounding) / (power - 1.0),
        least_rounding: fine.least_rounding,
        bend: coarse.bend.max(fine.bend),
        step: fine.step,
    }
}

/// How far finer rungs are from a slope: farther than the finest rung that it was made of, and than rounding explains.
fn contradiction(slope: f64, finest_and_finer: &[Option<Cell>]) -> f64 {
    let distance = |cell: &Cell| (cell.slope - slope).abs();
    let Some((Some(finest), finer)) = finest_and_finer.split_first() else { return 0.0 };
    let excess = |cell: &Cell| distance(cell) - distance(finest) - 3.0 * cell.least_rounding;
    finer.iter().flatten().map(excess).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
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

    fn assert_estimate(estimate: Option<Estimate>, slope: f64, uncertainty: f64, step: f64) {
        let estimate = estimate.expect("there is one");
        let close = |left: f64, right: f64| (left - right).abs() < 1e-12;
        assert!(close(estimate.slope, slope) && close(estimate.uncertainty, uncertainty), "{estimate:?}");
        assert_eq!(estimate.step, step);
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

    #[test]
    fn extrapolation_cancels_the_leading_term_and_carries_the_errors_along() {
        // Slopes of 1 + 0.08·h² at the steps 2 and ½ (power 16): 1.32 and 1.02.
        let coarse =
            Cell { slope: 1.32, truncation: 9.0, rounding: 0.3, least_rounding: 0.03, bend: 0.5, step: 2.0 };
        let fine =
            Cell { slope: 1.02, truncation: 0.2, rounding: 1.2, least_rounding: 0.12, bend: 0.2, step: 0.5 };
        let cell = extrapolate(coarse, fine, 16.0);
        let close = |left: f64, right: f64| assert!((left - right).abs() < 1e-12, "{left} {right}");
        close(cell.slope, 1.0);
        close(cell.truncation, 0.32 / 4.0);
        close(cell.rounding, (16.0 * 1.2 + 0.3) / 15.0);
        assert_eq!((cell.least_rounding, cell.bend, cell.step), (0.12, 0.5, 0.5));
        close(extrapolate(coarse, Cell { truncation: 2.0, ..fine }, 16.0).truncation, 2.0 / 4.0);
        // Two such rungs: the extrapolated value wins, with a quarter of the finer one's truncation error.
        let free = |cell: Cell| Some(Cell { rounding: 0.0, bend: 0.0, truncation: 2.0, ..cell });
        assert_estimate(best(&[free(coarse), free(fine)], 2), 1.0, 0.5, 0.5);
    }

    #[test]
    fn finer_rungs_contradict_a_slope_by_more_than_rounding_explains() {
        let cell = |slope: f64, least_rounding: f64| {
            Some(Cell { slope, truncation: 0.0, rounding: 0.0, least_rounding, bend: 0.0, step: 1.0 })
        };
        // Distances from 1: 0.5 of the finest within, 2 and 5 beyond.
        let rungs = [cell(1.5, 0.0), cell(3.0, 0.1), None, cell(-4.0, 0.2)];
        assert!((contradiction(1.0, &rungs) - (5.0 - 0.5 - 3.0 * 0.2)).abs() < 1e-12);
        assert!((contradiction(1.0, &rungs[..3]) - (2.0 - 0.5 - 3.0 * 0.1)).abs() < 1e-12);
        assert_eq!(contradiction(1.0, &[cell(1.5, 0.0), cell(1.6, 0.1)]), 0.0);
        // So two large steps that agree are not believed where the smallest sees another slope.
        let flat_far_away = [cell(0.0, 0.0), cell(0.0, 0.0), cell(7.0, 0.0)];
        assert_estimate(best(&flat_far_away, 2), 7.0, 0.0, 1.0);
    }
}
