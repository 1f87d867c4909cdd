//! One coordinate: its numerical value, and the verdict on its analytic one.
//!
//! The numerical value is the central difference (E(w − h) − E(w + h)) / 2h. It is −∂E/∂w, the sign of this crate's
//! gradients, up to two errors that pull in opposite directions:
//!
//! * **truncation**, about h²·E‴/6: shrinks with h;
//! * **rounding**, about (noise of one evaluation)/h: grows as h shrinks.
//!
//! With h = 1e-5 both are near 1e-10 where everything is of order 1, four decades below the tolerance. Where the two
//! values then agree, nothing more is asked. Where they do not, [`Coordinate::look_closely`] takes a whole
//! ladder of steps, before anybody is accused.

use super::extrapolation::Estimate;
use super::ladder::{Ladder, Point, SWALLOWED, Side};
use super::verdict::relative_error;
use super::{Entry, ParameterId, Precision, Probe, Sign, Verdict};

/// A value whose uncertainty is a larger part of it than this certifies nothing.
const CERTAIN: f64 = 1e-2;

/// E is nearly straight if its slopes on the left and on the right differ by no larger part than this.
const STRAIGHT: f64 = 0.03;

/// A value whose uncertainty is a larger part of it than this has hardly been measured.
const MEASURED: f64 = 0.1;

/// The estimated error of an estimate is itself an estimate: this many times it is allowed for.
const ALLOWANCE: f64 = 4.0;

/// Where E does not change near w, it may be that many of its jumps elsewhere away from changing.
const JUMPS: f64 = 4.0;

/// One parameter (or direction) and all that is needed to judge it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coordinate {
    pub index: usize,
    pub id: ParameterId,
    pub parameter: f64,
    /// The typical size of the parameters of its group.
    pub scale: f64,
    pub analytic: f64,
    /// Rounding noise of one evaluation of E.
    pub error_noise: f64,
    /// Rounding noise of the analytic value.
    pub gradient_noise: f64,
    /// E with nothing changed.
    pub unchanged_error: f64,
    /// The smallest change of E that was seen with any parameter; 0 where there was none.
    pub smallest_change: f64,
    /// The sign of the analytic value.
    pub sign: Sign,
    pub precision: Precision,
    /// The largest relative error that counts as equal.
    pub tolerance: f64,
}

/// E with the coordinate changed, and the value that the change was rounded to.
pub(super) type Evaluate<'e> = dyn FnMut(f64) -> (f64, Probe) + 'e;

impl Coordinate {
    /// Compares with the central difference at the step h.
    pub fn compare(&self, step: f64, evaluate: &mut Evaluate) -> Entry {
        // w + h and w − h are rounded: divide by the distance that was really walked.
        let (above, plus) = evaluate(self.parameter + step);
        let (below, minus) = evaluate(self.parameter - step);
        let slope = (plus.error - minus.error) / (above - below);
        let numerical = self.sign.factor() * slope;
        let uncertainty = self.error_noise / step + self.gradient_noise;
        let equal = relative_error(self.analytic, numerical) <= self.tolerance;
        let certain = uncertainty <= CERTAIN * self.size(numerical);
        // The steps of f32 are so large that where E is far from straight truncation might make up for a fault.
        let bend = (plus.error - self.unchanged_error) - (self.unchanged_error - minus.error);
        let straight =
            self.precision == Precision::F64 || bend.abs() <= STRAIGHT * (plus.error - minus.error).abs();
        let verdict = if equal && certain && straight { Verdict::Agree } else { Verdict::Inconclusive };
        Entry { evaluations: 2, ..self.entry(numerical, uncertainty, step, verdict) }
    }

    /// Compares with the best estimate from a ladder of steps, and tells a wrong gradient from noise, from a bend, and
    /// from the edge of the domain.
    pub fn look_closely(&self, evaluate: &mut Evaluate) -> Entry {
        let mut evaluations = 2;
        if !self.unchanged_error.is_finite() {
            return Entry { outside: Some(self.parameter), evaluations, ..self.nowhere() };
        }
        let mut ladder = Ladder::new(self.unchanged_error, self.error_noise, self.swallowed())
            .with_smallest_change(self.smallest_change);
        let mut outside = None;
        for step in Ladder::steps(self.parameter, self.scale, self.precision.epsilon()) {
            let (above, plus) = evaluate(self.parameter + step);
            let (below, minus) = evaluate(self.parameter - step);
            evaluations += 2;
            for (value, probe) in [(above, plus), (below, minus)] {
                outside = if probe.error.is_finite() { outside } else { Some(value) };
            }
            let above = Point { distance: above - self.parameter, error: plus.error };
            let below = Point { distance: self.parameter - below, error: minus.error };
            ladder.push(step, above, below, plus.switched || minus.switched);
            if let Some(estimate) = ladder.central()
                && let entry = self.judge(&ladder, estimate)
                && entry.verdict == Verdict::Agree
                && entry.relative_error <= self.tolerance
            {
                return Entry { evaluations, ..entry };
            }
        }
        let entry = if let Some(estimate) = ladder.central() {
            let entry = self.judge(&ladder, estimate);
            let settles = entry.verdict == Verdict::Agree || !ladder.is_ever_steeper();
            if settles { entry } else { self.nowhere() }
        } else {
            let entry = self.judge_from_one_side(&ladder);
            Entry { outside: if entry.verdict == Verdict::Domain { outside } else { None }, ..entry }
        };
        Entry { evaluations, ..entry }
    }

    /// The verdict where E is finite on both sides.
    fn judge(&self, ladder: &Ladder, estimate: Estimate) -> Entry {
        let entry = self.measured(estimate);
        let size = self.size(entry.numerical);
        let difference = (self.analytic - entry.numerical).abs();
        let verdict = if !self.analytic.is_finite() {
            Verdict::Disagree
        } else if difference == 0.0 {
            Verdict::Agree
        } else if entry.numerical == 0.0 && self.may_be_swallowed(ladder) {
            Verdict::Inconclusive
        } else if entry.uncertainty <= CERTAIN * size {
            if difference <= entry.uncertainty.max(self.tolerance * size) {
                Verdict::Agree
            } else {
                self.accuse(ladder, &entry)
            }
        } else if difference <= entry.uncertainty {
            Verdict::Inconclusive
        } else {
            self.accuse(ladder, &entry)
        };
        if self.analytic.is_finite() && verdict != Verdict::Agree {
            return self.judge_bend(ladder, Entry { verdict, ..entry });
        }
        Entry { verdict, ..entry }
    }

    /// `Disagree`, unless the numerical value is itself in doubt.
    fn accuse(&self, ladder: &Ladder, entry: &Entry) -> Verdict {
        let [analytic, numerical] = [entry.analytic, entry.numerical].map(|value| self.sign.factor() * value);
        let close = (analytic - numerical).abs() <= self.precision.doubt() * self.size(numerical);
        let measured = entry.uncertainty <= MEASURED * numerical.abs();
        // Beyond its own size the parameter may be in another region of E altogether, where E is flat.
        let own_size = self.parameter.abs().max(self.scale);
        let reach = if own_size > 0.0 { own_size } else { f64::INFINITY };
        let doubtful = close
            || ladder.smaller_steps_favour(analytic, numerical, entry.step)
            || ladder.smaller_steps_fit(analytic, numerical, entry.step)
            || !(measured || ladder.refutes(analytic, numerical, reach));
        if doubtful { Verdict::Inconclusive } else { Verdict::Disagree }
    }

    /// Where the slopes from the left and from the right are two, every value from the one to the other is a gradient of
    /// E there (a subgradient, or one code's choice of the two); any other is none.
    fn judge_bend(&self, ladder: &Ladder, entry: Entry) -> Entry {
        let (Some(left), Some(right)) = (ladder.one_sided(Side::Left), ladder.one_sided(Side::Right)) else {
            return entry;
        };
        let jump = (right.slope - left.slope).abs();
        let allowance = ALLOWANCE * left.uncertainty.max(right.uncertainty) + self.gradient_noise;
        // Two slopes that differ by no more than they are uncertain are one.
        if jump <= 2.0 * allowance || entry.uncertainty < 0.1 * jump {
            return entry;
        }
        let slopes = [left.slope, right.slope].map(|slope| self.sign.factor() * slope);
        let lowest = slopes[0].min(slopes[1]) - allowance;
        let highest = slopes[0].max(slopes[1]) + allowance;
        let doubt = self.precision.doubt() * self.size(entry.numerical);
        let verdict = if (lowest..=highest).contains(&self.analytic) {
            Verdict::Kink
        } else if (lowest - doubt..=highest + doubt).contains(&self.analytic) || allowance > MEASURED * jump {
            Verdict::Inconclusive
        } else {
            Verdict::Disagree
        };
        Entry { verdict, slopes: Some(slopes), ..entry }
    }

    /// The verdict where E is finite on one side of w at most: w is at the edge of the domain, or outside.
    fn judge_from_one_side(&self, ladder: &Ladder) -> Entry {
        let side = match ladder.is_cut_off() {
            [true, false] => Side::Right,
            [false, true] => Side::Left,
            _ => return self.nowhere(),
        };
        let Some(estimate) = ladder.one_sided(side) else {
            return self.nowhere();
        };
        let entry = self.measured(estimate);
        let size = self.size(entry.numerical);
        let difference = (self.analytic - entry.numerical).abs();
        let certain = entry.uncertainty <= CERTAIN * size;
        let agrees = self.analytic.is_finite()
            && certain
            && difference <= entry.uncertainty.max(self.tolerance * size);
        Entry { verdict: if agrees { Verdict::Agree } else { Verdict::Domain }, ..entry }
    }

    /// Whether E does not change near w, and by the analytic value it should change by so little that rounding may have
    /// swallowed it.
    fn may_be_swallowed(&self, ladder: &Ladder) -> bool {
        // An E of exactly 0 has been swallowed itself, or is that of a flat region: which of them, nobody can see.
        ladder.unseen_change().is_some_and(|(change, reach)| {
            self.unchanged_error == 0.0 || self.analytic.abs() * reach <= JUMPS * change
        })
    }

    /// The largest change of E that rounding may have swallowed.
    fn swallowed(&self) -> f64 {
        SWALLOWED * self.precision.epsilon() * self.unchanged_error.abs().max(1.0)
    }

    fn measured(&self, estimate: Estimate) -> Entry {
        let numerical = self.sign.factor() * estimate.slope;
        let uncertainty = ALLOWANCE * estimate.uncertainty + self.gradient_noise;
        self.entry(numerical, uncertainty, estimate.step, Verdict::Inconclusive)
    }

    /// Where E, or its slope, is not finite, there is nothing to compare with.
    fn nowhere(&self) -> Entry {
        self.entry(f64::NAN, f64::INFINITY, 0.0, Verdict::Domain)
    }

    fn size(&self, numerical: f64) -> f64 {
        self.analytic.abs().max(numerical.abs())
    }

    fn entry(&self, numerical: f64, uncertainty: f64, step: f64, verdict: Verdict) -> Entry {
        Entry {
            index: self.index,
            id: self.id,
            parameter: self.parameter,
            analytic: self.analytic,
            numerical,
            relative_error: relative_error(self.analytic, numerical),
            verdict,
            step,
            uncertainty,
            slopes: None,
            outside: None,
            evaluations: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A parameter at 0 with the usual sign, +∂E/∂w, and no noise.
    fn coordinate(analytic: f64) -> Coordinate {
        Coordinate {
            index: 0,
            id: ParameterId::Numbered { index: 0 },
            parameter: 0.0,
            scale: 0.0,
            analytic,
            error_noise: 0.0,
            gradient_noise: 0.0,
            unchanged_error: 1.0,
            smallest_change: 0.0,
            sign: Sign::Ascent,
            precision: Precision::F64,
            tolerance: 1e-6,
        }
    }

    fn closely(coordinate: &Coordinate, error: impl Fn(f64) -> f64) -> Entry {
        coordinate.look_closely(&mut |value| (value, Probe { error: error(value), switched: false }))
    }

    /// E at the steps 4 and ½.
    fn ladder(error: impl Fn(f64) -> f64, noise: f64) -> Ladder {
        let mut ladder = Ladder::new(error(0.0), noise, 0.0);
        for step in [4.0, 0.5] {
            let point = |distance: f64| Point { distance: distance.abs(), error: error(distance) };
            ladder.push(step, point(step), point(-step), false);
        }
        ladder
    }

    #[test]
    fn two_evaluations_settle_what_is_equal_and_certain() {
        // E's noise over the step and the gradient's own: 0.02/0.5 + 0.01 = 0.05, a hundredth of 5.
        for (slope, verdict) in [(5.5, Verdict::Agree), (4.5, Verdict::Inconclusive)] {
            let noisy = Coordinate { error_noise: 0.02, gradient_noise: 0.01, ..coordinate(slope) };
            let entry =
                noisy.compare(0.5, &mut |value| (value, Probe { error: slope * value, switched: false }));
            assert!((entry.uncertainty - 0.05).abs() < 1e-15);
            assert_eq!((entry.verdict, entry.evaluations), (verdict, 2));
        }
    }

    #[test]
    fn a_closer_look_ends_where_the_values_agree_and_counts() {
        let entry = closely(&coordinate(2.0), |w| 1.0 + 2.0 * w + w * w);
        assert_eq!(entry.verdict, Verdict::Agree);
        assert!(entry.evaluations <= 2 + 2 * 3, "{entry:?}");
        // A NaN never agrees: all 20 steps from ¼ down to 2⁻⁴⁰. Nor is it excused by a bend.
        for error in [|w: f64| 1.0 + 2.0 * w, |w: f64| 1.0 + w.abs()] {
            let entry = closely(&coordinate(f64::NAN), error);
            assert_eq!(
                (entry.verdict, entry.slopes, entry.evaluations),
                (Verdict::Disagree, None, 2 + 2 * 20)
            );
        }
        let outside = Coordinate { unchanged_error: f64::NAN, ..coordinate(1.0) };
        let entry = closely(&outside, |_| f64::NAN);
        assert_eq!((entry.verdict, entry.outside, entry.evaluations), (Verdict::Domain, Some(0.0), 2));
    }

    #[test]
    fn a_bend_that_the_model_reports_on_either_side_asks_for_smaller_steps() {
        let step = |switched: fn(f64) -> bool| {
            let error = |w: f64| 1.0 + 2.0 * w + w * w;
            let evaluate = &mut |w: f64| (w, Probe { error: error(w), switched: switched(w) });
            coordinate(f64::NAN).look_closely(evaluate).step
        };
        assert_eq!(step(|_| false), 0.25);
        assert!(step(|w| w > 0.0) < 0.25 && step(|w| w < 0.0) < 0.25);
    }

    #[test]
    fn where_e_is_flat_only_a_gradient_that_rounding_could_swallow_is_spared() {
        assert_eq!(closely(&coordinate(1e3), |_| 1.0).verdict, Verdict::Disagree);
        assert_eq!(closely(&coordinate(1e-15), |_| 1.0).verdict, Verdict::Inconclusive);
        assert_eq!(coordinate(0.0).swallowed(), 64.0 * f64::EPSILON);
        let large = Coordinate { unchanged_error: -2.0, ..coordinate(0.0) };
        assert_eq!(large.swallowed(), 128.0 * f64::EPSILON);
        // Flat to the distance ½, then a jump of ½: a change of 4·½ may hide.
        let staircase = |d: f64| if d > 2.0 { 1.5 } else { 1.0 };
        let spared = |unchanged_error: f64, analytic: f64| {
            let ladder = ladder(|d| staircase(d) - 1.0 + unchanged_error, 0.0);
            Coordinate { unchanged_error, ..coordinate(analytic) }.may_be_swallowed(&ladder)
        };
        assert!(spared(1.0, 3.0) && spared(1.0, -4.0) && !spared(1.0, 5.0));
        assert!(spared(0.0, 5.0), "an E of 0 may have been swallowed itself");
        assert!(!coordinate(1.0).may_be_swallowed(&ladder(|d| 1.0 + d, 0.0)));
    }

    #[test]
    fn on_a_bend_every_slope_from_the_left_one_to_the_right_one_is_a_gradient() {
        let bend = ladder(|d| 1.0 + d.abs(), 0.0);
        let judge = |analytic: f64, uncertainty: f64| {
            let noisy = Coordinate { gradient_noise: 0.1, ..coordinate(analytic) };
            noisy.judge_bend(&bend, noisy.entry(0.0, uncertainty, 1.0, Verdict::Inconclusive))
        };
        for (analytic, verdict) in [
            (-1.15, Verdict::Disagree),
            (-1.05, Verdict::Kink),
            (1.05, Verdict::Kink),
            (1.15, Verdict::Disagree),
        ] {
            let entry = judge(analytic, 0.3);
            assert_eq!((entry.verdict, entry.slopes), (verdict, Some([-1.0, 1.0])), "{analytic}");
        }
        assert_eq!(judge(1.05, 0.2).verdict, Verdict::Kink); // a tenth of what the slopes differ by
        // A bend that is far off moves the numerical value by less than that.
        let far = judge(1.05, 0.15);
        assert_eq!((far.verdict, far.slopes), (Verdict::Inconclusive, None));
        // Descent: the slopes turn their signs.
        let descent = Coordinate { sign: Sign::Descent, ..coordinate(0.5) };
        let entry = descent.judge_bend(&bend, descent.entry(0.0, 0.3, 1.0, Verdict::Inconclusive));
        assert_eq!((entry.verdict, entry.slopes), (Verdict::Kink, Some([1.0, -1.0])));
    }

    #[test]
    fn a_slope_from_one_side_confirms_and_never_accuses() {
        for side in [-1.0, 1.0] {
            let judge = |analytic: f64, tolerance: f64, noise: f64| {
                let line = ladder(|d| if d * side < 0.0 { f64::NAN } else { 1.0 + 2.0 * d }, noise);
                let entry = Coordinate { tolerance, ..coordinate(analytic) }.judge_from_one_side(&line);
                assert_eq!(entry.numerical, 2.0);
                entry.verdict
            };
            assert_eq!(judge(2.0, 1e-6, 0.0), Verdict::Agree);
            assert_eq!(judge(2.1, 0.1, 0.0), Verdict::Agree);
            assert_eq!(judge(2.1, 0.01, 0.0), Verdict::Domain);
            assert_eq!(judge(f64::NAN, 0.1, 0.0), Verdict::Domain);
            // Noise 0.005 over the step 4, for two values, four times: 0.01, half a hundredth of 2.
            assert_eq!(judge(2.0, 1e-6, 0.005), Verdict::Agree);
            assert_eq!(judge(2.0, 1e-6, 0.02), Verdict::Domain);
        }
        let nowhere = ladder(|d| if d == 0.0 { 1.0 } else { f64::NAN }, 0.0);
        assert_eq!(coordinate(2.0).judge_from_one_side(&nowhere).verdict, Verdict::Domain);
    }

    #[test]
    fn the_estimate_s_error_is_allowed_for_four_times() {
        let noisy = Coordinate { gradient_noise: 0.5, sign: Sign::Descent, ..coordinate(1.0) };
        let entry = noisy.measured(Estimate { slope: 3.0, uncertainty: 0.25, step: 2.0 });
        assert_eq!((entry.numerical, entry.uncertainty, entry.step), (-3.0, 1.5, 2.0));
    }
}
