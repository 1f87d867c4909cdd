//! One coordinate: its numerical value, and the verdict on its analytic one.
//!
//! The numerical value is the central difference (E(w − h) − E(w + h)) / 2h. It is −∂E/∂w, the sign of this crate's
//! gradients, up to two errors that pull in opposite directions:
//!
//! * **truncation**, about h²·E‴/6: shrinks with h;
//! * **rounding**, about (noise of one evaluation)/h: grows as h shrinks.
//!
//! With h = 1e-5 both are near 1e-10 where everything is of order 1, four decades below the tolerance. A value that agrees
//! there must also agree with E at two smaller steps ([`Coordinate::compare`]): where E is periodic, a staircase, or
//! bends nearby, a large step sees another slope than the one at w. If the values do not agree,
//! [`Coordinate::look_closely`] takes a whole ladder of steps before it accuses a gradient.

use super::ladder::Point;
use super::noise::Noise;
use super::tuning;
use super::verdict::relative_error;
use super::{Entry, ParameterId, Precision, Sign, Verdict};

/// The most evaluations that [`Coordinate::compare`] takes.
pub(super) const FIRST_LOOK: usize = 4;

/// Everything that a check has settled and measured before it starts on the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Basis {
    /// E with nothing changed.
    pub error: f64,
    pub noise: Noise,
    /// The largest effect of any parameter: its slope times the typical size of its group.
    pub largest_effect: f64,
    /// The sign of the analytic values.
    pub sign: Sign,
    /// The precision that E is computed in.
    pub precision: Precision,
    /// The distance from 1 to the next number in the precision of the gradient.
    pub gradient_epsilon: f64,
    /// The largest relative error that counts as equal.
    pub tolerance: f64,
    /// The step of the first comparison, if it is not that of the precision.
    pub step: Option<f64>,
}

/// One parameter (or direction) and all that is needed to judge it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coordinate {
    pub basis: Basis,
    pub index: usize,
    pub id: ParameterId,
    pub parameter: f64,
    /// The typical size of the parameters of its group; 0 where it is not known.
    pub scale: f64,
    pub analytic: f64,
    /// Rounding noise of the analytic value.
    pub gradient_noise: f64,
}

/// Evaluates E at this distance from the coordinate.
pub(super) type Evaluate<'e> = dyn FnMut(f64) -> Point + 'e;

impl Coordinate {
    /// Compares with the central difference at the step h, and with the slopes at two smaller steps.
    pub fn compare(&self, evaluate: &mut Evaluate) -> Entry {
        if !(self.parameter.is_finite() && self.basis.error.is_finite()) {
            return self.not_finite();
        }
        let Basis { step, precision, .. } = self.basis;
        let step = step.unwrap_or(precision.step() * self.parameter.abs().max(1.0));
        let (plus, minus) = (evaluate(step), evaluate(-step));
        // w + h and w − h are rounded: divide by the actual distance.
        let slope = (plus.error - minus.error) / (plus.distance - minus.distance);
        let uncertainty = self.basis.noise.bound / step + self.gradient_noise;
        let entry = Entry { evaluations: 2, ..self.entry(slope, uncertainty, step) };
        let equal = entry.relative_error <= self.basis.tolerance;
        let certain = uncertainty <= tuning::CERTAIN * self.size(slope);
        let bend = (plus.error - self.basis.error) - (self.basis.error - minus.error);
        // The steps of f32 are so large that truncation might cancel a fault where E is far from straight.
        let straight = self.basis.precision == Precision::F64
            || bend.abs() <= tuning::STRAIGHT * (plus.error - minus.error).abs();
        let zero = self.analytic == 0.0 && plus.error == self.basis.error && minus.error == self.basis.error;
        if !(zero || (equal && certain && straight)) {
            return entry;
        }
        let holds = self.smaller_steps(step).into_iter().all(|smaller| {
            let Point { distance, error } = evaluate(smaller);
            let change = error - self.basis.error;
            let expected = self.slope() * distance;
            let allowed = 4.0 * self.basis.noise.credible + 2.0 * self.basis.tolerance * expected.abs();
            if zero { change == 0.0 } else { (change - expected).abs() <= allowed }
        });
        let verdict = if holds { Verdict::Agree } else { Verdict::Inconclusive };
        Entry { evaluations: FIRST_LOOK, verdict, ..entry }
    }

    /// Returns a step to the right, well inside the first one, and one to the left, the smallest at which the analytic
    /// value shows. Neither is a simple fraction of the first, so no period divides all of them.
    fn smaller_steps(&self, step: f64) -> [f64; 2] {
        let inside = 0.0618 * step;
        let visible = tuning::VISIBLE_CHANGE * self.basis.noise.credible / self.analytic.abs();
        let smallest = 4.0 * self.basis.precision.epsilon() * self.parameter.abs();
        let visible = if visible.is_finite() { visible } else { 0.0 };
        let tiny = (1.37 * visible).max(smallest).max(2f64.powi(-66)).min(0.271 * inside);
        [inside, -tiny]
    }

    /// Returns the verdict if E or the parameter is infinite or not a number. An infinite parameter cannot be moved;
    /// with a gradient of 0 it has no effect.
    pub fn not_finite(&self) -> Entry {
        if self.basis.error.is_finite() && self.analytic == 0.0 {
            let entry = self.entry(0.0, f64::INFINITY, 0.0);
            return Entry { verdict: Verdict::Agree, no_effect: true, ..entry };
        }
        Entry { outside: Some(self.parameter), ..self.nowhere() }
    }

    /// Returns the verdict if E, or its slope, is not finite, which leaves nothing to compare with.
    pub fn nowhere(&self) -> Entry {
        Entry { verdict: Verdict::Domain, ..self.entry(f64::NAN, f64::INFINITY, 0.0) }
    }

    pub fn size(&self, numerical: f64) -> f64 {
        self.analytic.abs().max(numerical.abs())
    }

    /// Returns ∂E/∂w according to the analytic value.
    pub fn slope(&self) -> f64 {
        self.basis.sign.factor() * self.analytic
    }

    /// Returns an entry that leaves the question open. `slope` is ∂E/∂w according to differences of E.
    pub fn entry(&self, slope: f64, uncertainty: f64, step: f64) -> Entry {
        let numerical = self.basis.sign.factor() * slope;
        Entry {
            index: self.index,
            id: self.id,
            parameter: self.parameter,
            analytic: self.analytic,
            numerical,
            relative_error: relative_error(self.analytic, numerical),
            verdict: Verdict::Inconclusive,
            step,
            uncertainty,
            slopes: None,
            outside: None,
            evaluations: 0,
            no_effect: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{coordinate, noisy, with};
    use super::*;

    #[test]
    fn four_evaluations_settle_what_is_equal_certain_and_holds_at_smaller_steps() {
        let compare = |coordinate: &Coordinate, error: &dyn Fn(f64) -> f64| {
            coordinate.compare(&mut |distance| Point { distance, error: error(distance) })
        };
        // E's noise over the step and the gradient's own: 0.02/0.5 + 0.01 = 0.05, 2 % of 2.5.
        for (slope, verdict, evaluations) in [(2.75, Verdict::Agree, 4), (2.25, Verdict::Inconclusive, 2)] {
            let coordinate = Coordinate { gradient_noise: 0.01, ..noisy(0.02, coordinate(slope)) };
            let entry = compare(&coordinate, &|d| 1.0 + slope * d);
            assert!((entry.uncertainty - 0.05).abs() < 1e-15);
            assert_eq!((entry.verdict, entry.evaluations), (verdict, evaluations));
        }
        // A wave of length ½, and one a thousand times shorter: the step ½ sees neither.
        for length in [0.5, 0.0005] {
            let wave = |d: f64| 1.0 + 2.0 * d + (2.0 * std::f64::consts::PI * d / length).sin();
            assert_eq!(compare(&coordinate(2.0), &wave).verdict, Verdict::Inconclusive);
        }
        // Flat is flat at all of them, to the last bit.
        let flat = noisy(1e-16, coordinate(0.0));
        assert_eq!(compare(&flat, &|_| 1.0).verdict, Verdict::Agree);
        let flat_elsewhere = |d: f64| if d.abs() < 0.1 && d != 0.0 { 1.1 } else { 1.0 };
        assert_eq!(compare(&flat, &flat_elsewhere).verdict, Verdict::Inconclusive);
        for side in [1.0, -1.0] {
            let flat_here = |d: f64| if side * d > 0.1 { 1.1 } else { 1.0 };
            assert_eq!(compare(&flat, &flat_here).verdict, Verdict::Inconclusive);
        }
        // An infinite parameter is not moved.
        for (analytic, verdict) in [(0.0, Verdict::Agree), (1.0, Verdict::Domain)] {
            let infinite = Coordinate { parameter: f64::INFINITY, ..coordinate(analytic) };
            let entry = infinite.compare(&mut |_| panic!("E is not evaluated"));
            assert_eq!((entry.verdict, entry.no_effect), (verdict, verdict == Verdict::Agree));
        }
    }

    #[test]
    fn in_f32_a_first_look_settles_only_what_is_nearly_straight() {
        // Over the step ½ this E, of 10 at the middle, changes by 2 and bends by half of the curvature: by 0.05 or 0.07,
        // where 3 % of 2 are allowed.
        let compare = |precision: Precision, curvature: f64| {
            let coarse =
                |basis: &mut Basis| (basis.error, basis.precision, basis.tolerance) = (10.0, precision, 0.01);
            with(coarse, noisy(1e-14, coordinate(2.0)))
                .compare(&mut |d| Point { distance: d, error: 10.0 + 2.0 * d + curvature * d * d })
                .verdict
        };
        assert_eq!(compare(Precision::F32, 0.10), Verdict::Agree);
        assert_eq!(compare(Precision::F32, 0.14), Verdict::Inconclusive);
        assert_eq!(compare(Precision::F64, 0.14), Verdict::Agree);
    }

    #[test]
    fn of_the_smaller_steps_one_is_well_inside_and_one_as_small_as_noise_and_parameter_allow() {
        let tiny = |noise: f64, analytic: f64, parameter: f64| {
            let coordinate = Coordinate { parameter, ..noisy(noise, coordinate(analytic)) };
            let [inside, tiny] = coordinate.smaller_steps(0.5);
            assert_eq!(inside, 0.0618 * 0.5);
            tiny
        };
        assert_eq!(tiny(0.0, 2.0, 0.0), -2f64.powi(-66));
        assert_eq!(tiny(0.0, 2.0, 1e6), -4e6 * f64::EPSILON);
        assert_eq!(tiny(1e-6, 50.0, 1.0), -1.37 * (64e-6 / 50.0));
        assert_eq!(tiny(1.0, 2.0, 0.0), -0.271 * (0.0618 * 0.5));
    }

    #[test]
    fn a_dead_zone_within_the_first_steps_is_seen_by_the_smallest() {
        let compare = |error: &dyn Fn(f64) -> f64| {
            let coordinate = with(|basis| basis.error = 0.0, coordinate(2.0));
            coordinate.compare(&mut |distance| Point { distance, error: error(distance) }).verdict
        };
        assert_eq!(compare(&|d| 2.0 * d), Verdict::Agree);
        for exponent in 7..=18 {
            let zone = 0.5 * 10f64.powi(-exponent);
            let dead = |d: f64| 2.0 * d.signum() * (d.abs() - zone).max(0.0);
            assert_eq!(compare(&dead), Verdict::Inconclusive, "{zone:e}");
        }
    }
}
