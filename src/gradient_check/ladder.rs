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
pub(super) struct Rung {
    pub step: f64,
    unchanged: f64,
    /// `None` where E is not finite.
    pub sides: [Option<Point>; 2],
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
    pub unchanged: f64,
    pub noise: Noise,
    pub rungs: Vec<Rung>,
    /// Every value of E so far, in ascending order.
    errors: Vec<f64>,
    /// The smallest difference between any two different values of E; infinite if all are equal.
    pub smallest_jump: f64,
}

/// A side of w.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

pub(super) const SIDES: [Side; 2] = [Side::Left, Side::Right];

impl Rung {
    /// Returns the slope on one side.
    pub fn slope(&self, side: Side) -> Option<f64> {
        let point = self.sides[side as usize]?;
        let sign = if side == Side::Left { -1.0 } else { 1.0 };
        Some(sign * (point.error - self.unchanged) / point.distance)
    }

    /// Returns the right slope minus the left one.
    pub fn jump(&self) -> Option<f64> {
        Some(self.slope(Side::Right)? - self.slope(Side::Left)?)
    }

    /// Returns E on the right minus E on the left, and the distance from the one to the other.
    pub fn central(&self) -> Option<(f64, f64)> {
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

    /// Returns the slopes from both sides of w at the largest steps, down to the one with this number.
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
            let falls = [from_coarser, rungs.get(k + 1).and_then(|finer| falls(rung, finer))];
            let may_bend = falls.contains(&Some(false)) || falls == [None; 2];
            if let (Some(cell), Some(jump), true) = (cell, rung.jump(), may_bend) {
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

    /// Returns, for the left and the right side, true if E is not finite at any step there.
    pub fn is_cut_off(&self) -> [bool; 2] {
        SIDES.map(|side| self.rungs.iter().all(|rung| rung.slope(side).is_none()))
    }

    #[cfg(test)]
    pub fn allow_jumps_of(&mut self, size: f64) {
        self.noise.largest_swallowed = size;
    }

    /// Returns the noise of one evaluation: what is known beforehand, or the smallest jump of E, if that is larger.
    ///
    /// (As it is often written, ln(1 + e⁻ᶻ) is 0, then one rounding error of 1, then two: a staircase. Its smallest
    /// jump is the noise. A jump too large for a rounding error is not noise: E is flat up to a bend.)
    fn scatter(&self) -> f64 {
        self.at_least(self.noise.bound, self.noise.swallowed.max(tuning::ROUNDING * self.noise.rounding))
    }

    /// Returns the noise that is certain: what is known beforehand, or the smallest jump, if it is small enough to come
    /// from rounding E's terms.
    fn least_scatter(&self) -> f64 {
        self.at_least(self.noise.bound, tuning::ROUNDING * self.noise.rounding)
    }

    /// Returns the noise, as far as rounding explains it.
    pub fn credible(&self) -> f64 {
        self.at_least(self.noise.credible, tuning::ROUNDING * self.noise.rounding)
    }

    /// Returns the noise; or the smallest jump, if it is at most `limit`.
    pub fn at_least(&self, noise: f64, limit: f64) -> f64 {
        if self.smallest_jump <= limit { noise.max(self.smallest_jump) } else { noise }
    }

    /// Returns one rounding error of E.
    pub fn rounding(&self) -> f64 {
        self.noise.epsilon * self.unchanged.abs()
    }
}

/// Returns the slopes at these steps, each with its error: how far the slope at the next smaller step (or, at the
/// smallest, at the next larger one) is from it, and the noise of E and the least noise over the step.
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
    use super::super::tests::{assert_estimate, ladder, noise, staircase};
    use super::*;

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
        assert_eq!(ends(4.0, f64::MAX)[0], 30.0); // a quarter of 2³⁰ times itself, at most
        // In f32 48 steps reach down to a unit in the last place, by halves or by a little more.
        for (scale, last) in [(2f64.powi(27), -22.0), (2f64.powi(30), -23.0)] {
            let steps = Ladder::steps(1.0, scale, Precision::F32);
            assert_eq!((steps.len(), steps[47].log2().ceil()), (48, last));
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

    #[test]
    fn the_steps_of_a_staircase_are_its_noise_unless_they_are_too_large_for_rounding() {
        assert_eq!(ladder(staircase, 0.1, 1.0).scatter(), 0.5);
        assert_eq!(ladder(staircase, 0.7, 1.0).scatter(), 0.7);
        assert_eq!(ladder(staircase, 0.1, 0.2).scatter(), 0.1);
        // Jumps of up to three rounding errors of E's terms are certain.
        let mut stairs = ladder(staircase, 0.1, 1.0);
        assert_eq!(stairs.least_scatter(), 0.1);
        stairs.noise.rounding = 0.2;
        assert_eq!(stairs.least_scatter(), 0.5);
    }
}
