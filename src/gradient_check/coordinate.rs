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

use super::extrapolation::Estimate;
use super::ladder::{Ladder, Point, Side};
use super::noise::Noise;
use super::tuning;
use super::verdict::relative_error;
use super::{Entry, ParameterId, Precision, Sign, StepSize, Verdict};

/// The evaluations that [`Coordinate::compare`] takes at most.
pub(super) const FIRST_LOOK: usize = 4;

/// Everything that a check has settled and measured before it looks at any parameter.
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
    /// The step of the first comparison.
    pub step: StepSize,
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

/// E at this distance from the coordinate.
pub(super) type Evaluate<'e> = dyn FnMut(f64) -> Point + 'e;

impl Coordinate {
    /// Compares with the central difference at the step h, and with the slopes at two smaller steps.
    pub fn compare(&self, evaluate: &mut Evaluate) -> Entry {
        if !(self.parameter.is_finite() && self.basis.error.is_finite()) {
            return self.not_finite();
        }
        let step = self.basis.step.at(self.parameter);
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
            let curved = (bend / step * distance).abs();
            let expected = self.slope() * distance;
            let allowed = 4.0 * self.basis.noise.credible
                + (curved + uncertainty + 2.0 * self.basis.tolerance * self.analytic.abs()) * distance.abs();
            if zero { change == 0.0 } else { (change - expected).abs() <= allowed }
        });
        let verdict = if holds { Verdict::Agree } else { Verdict::Inconclusive };
        Entry { evaluations: FIRST_LOOK, verdict, ..entry }
    }

    /// A step to the right, well inside the first one, and one to the left, the smallest at which the analytic value
    /// shows. Neither is a simple fraction of the first, so that no period divides all of them.
    fn smaller_steps(&self, step: f64) -> [f64; 2] {
        let inside = 0.0618 * step;
        let visible = tuning::VISIBLE_CHANGE * self.basis.noise.credible / self.analytic.abs();
        let smallest = 4.0 * self.basis.precision.epsilon() * self.parameter.abs();
        let visible = if visible.is_finite() { visible } else { 0.0 };
        let tiny = (1.37 * visible).max(smallest).max(2f64.powi(-66)).min(0.271 * inside);
        [inside, -tiny]
    }

    /// Compares with the best estimate from a ladder of steps, and tells a wrong gradient from noise, from a bend, and
    /// from the edge of the domain.
    ///
    /// The ladder is climbed from the smallest step at which the analytic value can be seen; where the two values agree, no
    /// larger step can change that. Otherwise all steps are taken.
    pub fn look_closely(&self, evaluate: &mut Evaluate) -> Entry {
        if !(self.parameter.is_finite() && self.basis.error.is_finite()) {
            return self.not_finite();
        }
        let mut ladder = Ladder::new(self.basis.error, self.basis.noise);
        let (mut evaluations, mut outside) = (FIRST_LOOK, None);
        let mut add = |ladder: &mut Ladder, step: f64| {
            let [right, left] = [step, -step].map(&mut *evaluate);
            let sides = [left, right];
            evaluations += 2;
            for point in sides.iter().filter(|point| !point.error.is_finite()) {
                let nearer = outside.is_none_or(|known: f64| point.distance.abs() <= known.abs());
                outside = if nearer { Some(point.distance) } else { outside };
            }
            ladder.push(step, sides);
            evaluations
        };
        let steps = Ladder::steps(self.parameter, self.scale, self.basis.precision);
        let seen = self.basis.noise.credible * tuning::VISIBLE_CHANGE / self.analytic.abs();
        let (large, small): (Vec<f64>, Vec<f64>) = steps.into_iter().partition(|&step| step >= 0.25 * seen);
        for (count, &step) in large.iter().rev().enumerate() {
            let evaluations = add(&mut ladder, step);
            if count >= 2
                && let Some(entry) = self.agreement(&ladder)
                && entry.relative_error <= self.basis.tolerance
            {
                return Entry { evaluations, ..entry };
            }
        }
        for step in small {
            add(&mut ladder, step);
        }
        let entry = if let Some(estimate) = ladder.central() {
            let entry = self.judge(&ladder, estimate);
            let settles = entry.verdict == Verdict::Agree || !ladder.is_ever_steeper();
            if settles { entry } else { self.nowhere() }
        } else {
            let entry = self.judge_from_one_side(&ladder);
            let outside = outside.map(|distance| self.parameter + distance);
            Entry { outside: if entry.verdict == Verdict::Domain { outside } else { None }, ..entry }
        };
        Entry { evaluations, ..entry }
    }

    /// The most certain estimate that agrees with the analytic value, if that value is also near the best estimate, and no
    /// smaller step refutes it.
    fn agreement(&self, ladder: &Ladder) -> Option<Entry> {
        let holds = |entry: &Entry| {
            let size = self.size(entry.numerical);
            let slack = entry.uncertainty.min(tuning::CERTAIN * size) + 2.0 * self.basis.tolerance * size;
            ladder.refutation(self.slope(), entry.step, slack).is_none()
        };
        if !self.is_near(&self.measured(ladder.central()?)) {
            return None;
        }
        let entries = ladder.candidates().map(|estimate| self.measured(estimate));
        let entries = entries.filter(|entry| self.agrees(entry) && holds(entry));
        let best = entries.min_by(|one, other| one.uncertainty.total_cmp(&other.uncertainty))?;
        ladder.bend().is_none().then_some(Entry { verdict: Verdict::Agree, ..best })
    }

    /// Returns true if the two values are near and the numerical one is certain, or both are 0.
    fn agrees(&self, entry: &Entry) -> bool {
        let size = self.size(entry.numerical);
        size == 0.0 || (entry.uncertainty <= tuning::CERTAIN * size && self.is_near(entry))
    }

    /// Returns true if the two values differ by no more than the uncertainty, or the tolerance.
    fn is_near(&self, entry: &Entry) -> bool {
        let difference = (self.analytic - entry.numerical).abs();
        let allowed = entry.uncertainty.max(self.basis.tolerance * self.size(entry.numerical));
        difference.is_finite() && difference <= allowed
    }

    /// The verdict where E is finite on both sides.
    fn judge(&self, ladder: &Ladder, estimate: Estimate) -> Entry {
        let entry = self.measured(estimate);
        if !self.analytic.is_finite() {
            return Entry { verdict: Verdict::Disagree, ..entry };
        }
        if let Some(agreement) = self.agreement(ladder) {
            return agreement;
        }
        if let Some(judged) = ladder.bend().and_then(|bend| self.judge_bend(bend, &entry)) {
            let open = judged.verdict == Verdict::Inconclusive;
            return self.refutation(ladder, &entry).filter(|_| open).unwrap_or(judged);
        }
        let no_effect = Entry { verdict: Verdict::Agree, no_effect: true, ..entry };
        if self.is_rounding_only(&entry) {
            return no_effect;
        }
        let near = self.is_near(&entry) || (entry.numerical == 0.0 && self.may_be_swallowed(ladder));
        if !near && self.is_sure(ladder, &entry, estimate) {
            return Entry { verdict: Verdict::Disagree, ..entry };
        }
        // A contradiction at a smaller step tells a reader more than a possible agreement.
        let quiet = if self.has_no_effect(&entry) { no_effect } else { entry };
        self.refutation(ladder, &entry).unwrap_or(quiet)
    }

    /// Returns the entry of a smaller step that contradicts the analytic value.
    fn refutation(&self, ladder: &Ladder, entry: &Entry) -> Option<Entry> {
        let seen = ladder.refutation(self.slope(), entry.step, entry.uncertainty)?;
        Some(self.entry(seen.slope, seen.uncertainty, seen.step))
    }

    /// Returns true if only rounding of larger effects is visible.
    fn has_no_effect(&self, entry: &Entry) -> bool {
        let size = if self.scale > 0.0 { self.scale } else { 1.0 };
        let rounding = tuning::NO_EFFECT * self.basis.gradient_epsilon * self.basis.largest_effect;
        self.analytic.abs() * size <= rounding && entry.numerical.abs() <= entry.uncertainty
    }

    /// Returns true if E, which is more exact than the gradient, shows that both of them are nothing but rounding.
    /// (So exact an E would refute the rounding of the gradient at every step.)
    fn is_rounding_only(&self, entry: &Entry) -> bool {
        let reference = self.basis.gradient_epsilon > self.basis.precision.epsilon();
        let precise = entry.uncertainty <= 2.0 * self.gradient_noise.max(self.analytic.abs());
        reference && precise && self.has_no_effect(entry)
    }

    /// Returns true if the numerical value is certain enough to accuse the analytic one.
    fn is_sure(&self, ladder: &Ladder, entry: &Entry, estimate: Estimate) -> bool {
        let size = self.size(entry.numerical);
        let difference = (self.analytic - entry.numerical).abs();
        // Where smaller steps see at least half of the difference, the numerical value holds for larger steps only.
        let refuted = ladder.is_refuted(estimate, entry.uncertainty.max(0.5 * difference));
        let bent = ladder.possible_bend().is_some_and(|jump| difference <= 0.6 * jump);
        let close = difference <= self.basis.precision.doubt() * size;
        // Beyond its own size the parameter may be in another region of E altogether, where E is flat.
        let own_size = self.parameter.abs().max(self.scale);
        let reach = if own_size > 0.0 { own_size } else { f64::INFINITY };
        let measured = entry.uncertainty <= tuning::MEASURED * entry.numerical.abs();
        !refuted && !bent && !close && (measured || ladder.refutes(self.slope(), estimate.slope, reach))
    }

    /// The verdict where the slopes from the left and from the right differ: every value from one to the other is a
    /// gradient of E there (a subgradient, or the slope that the code chose). `None` where they may be equal, or
    /// where the gradient is neither between them nor clearly outside.
    fn judge_bend(&self, [left, right]: [Estimate; 2], entry: &Entry) -> Option<Entry> {
        let jump = (right.slope - left.slope).abs();
        let error = left.uncertainty.max(right.uncertainty);
        let allowance = tuning::ALLOWANCE * error + self.gradient_noise;
        let slopes = [left.slope, right.slope].map(|slope| self.basis.sign.factor() * slope);
        let entry = Entry { slopes: Some(slopes), ..*entry };
        let [below, above] =
            [slopes[0].min(slopes[1]) - self.analytic, self.analytic - slopes[0].max(slopes[1])];
        let outside = below.max(above);
        let doubt = self.basis.precision.doubt() * self.size(entry.numerical);
        if jump <= 2.0 * allowance {
            // Two slopes that differ by no more than their uncertainty may be equal.
            (outside <= allowance).then_some(entry)
        } else if outside <= error + self.gradient_noise {
            Some(Entry { verdict: Verdict::Kink, ..entry })
        } else if outside <= allowance + doubt || allowance > tuning::MEASURED * jump {
            let [to_left, to_right] = [left, right].map(|side| (side.slope - self.slope()).abs());
            let nearest = if to_left < to_right { left } else { right };
            Some(Entry { slopes: Some(slopes), ..self.entry(nearest.slope, allowance, entry.step) })
        } else {
            Some(Entry { verdict: Verdict::Disagree, ..entry })
        }
    }

    /// The verdict where E is finite on one side of w at most: w is at the edge of the domain, or outside.
    fn judge_from_one_side(&self, ladder: &Ladder) -> Entry {
        let estimate = match ladder.is_cut_off() {
            [true, false] => ladder.one_sided(Side::Right),
            [false, true] => ladder.one_sided(Side::Left),
            _ => None,
        };
        let Some(estimate) = estimate else { return self.nowhere() };
        let entry = self.measured(estimate);
        Entry { verdict: if self.agrees(&entry) { Verdict::Agree } else { Verdict::Domain }, ..entry }
    }

    /// Returns true if E does not change near w, and should change by so little, according to the analytic value,
    /// that rounding may have swallowed it.
    fn may_be_swallowed(&self, ladder: &Ladder) -> bool {
        // An E of exactly 0 was itself swallowed or is flat here; the two look alike.
        ladder.unseen_change().is_some_and(|(change, reach)| {
            self.basis.error == 0.0 || self.analytic.abs() * reach <= tuning::ALLOWANCE * change
        })
    }

    fn measured(&self, estimate: Estimate) -> Entry {
        let uncertainty = tuning::ALLOWANCE * estimate.uncertainty + self.gradient_noise;
        self.entry(estimate.slope, uncertainty, estimate.step)
    }

    /// The verdict where E or the parameter is infinite or not a number. An infinite parameter cannot be moved; with
    /// a gradient of 0 it has no effect.
    fn not_finite(&self) -> Entry {
        if self.basis.error.is_finite() && self.analytic == 0.0 {
            let entry = self.entry(0.0, f64::INFINITY, 0.0);
            return Entry { verdict: Verdict::Agree, no_effect: true, ..entry };
        }
        Entry { outside: Some(self.parameter), ..self.nowhere() }
    }

    /// The verdict where E, or its slope, is not finite: there is nothing to compare with.
    fn nowhere(&self) -> Entry {
        Entry { verdict: Verdict::Domain, ..self.entry(f64::NAN, f64::INFINITY, 0.0) }
    }

    fn size(&self, numerical: f64) -> f64 {
        self.analytic.abs().max(numerical.abs())
    }

    /// ∂E/∂w according to the analytic value.
    fn slope(&self) -> f64 {
        self.basis.sign.factor() * self.analytic
    }

    /// An entry that leaves the question open. `slope` is ∂E/∂w according to differences of E.
    fn entry(&self, slope: f64, uncertainty: f64, step: f64) -> Entry {
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
    use super::*;

    /// A parameter at 0 with the sign +∂E/∂w, and no noise, where E is 1.
    fn coordinate(analytic: f64) -> Coordinate {
        let noise = Noise { bound: 0.0, credible: 0.0, ..Noise::new(1.0, 1.0, f64::EPSILON, 0.0) };
        let basis = Basis {
            error: 1.0,
            noise,
            largest_effect: 0.0,
            sign: Sign::Ascent,
            precision: Precision::F64,
            gradient_epsilon: f64::EPSILON,
            tolerance: 1e-6,
            step: StepSize::Fixed(0.5),
        };
        let id = ParameterId::Numbered { index: 0 };
        Coordinate { basis, index: 0, id, parameter: 0.0, scale: 0.0, analytic, gradient_noise: 0.0 }
    }

    fn with(basis: impl Fn(&mut Basis), mut coordinate: Coordinate) -> Coordinate {
        basis(&mut coordinate.basis);
        coordinate
    }

    fn noisy(bound: f64, coordinate: Coordinate) -> Coordinate {
        with(|basis| (basis.noise.bound, basis.noise.credible) = (bound, bound), coordinate)
    }

    fn closely(coordinate: &Coordinate, error: impl Fn(f64) -> f64) -> Entry {
        coordinate.look_closely(&mut |distance| Point { distance, error: error(distance) })
    }

    /// E at the steps 4 and ½.
    fn ladder(error: impl Fn(f64) -> f64, bound: f64) -> Ladder {
        let noise = Noise {
            bound,
            credible: bound,
            swallowed: 0.0,
            ..Noise::new(error(0.0), 0.0, f64::EPSILON, 0.0)
        };
        let mut ladder = Ladder::new(error(0.0), noise);
        for step in [4.0, 0.5] {
            ladder.push(step, [-step, step].map(|distance| Point { distance, error: error(distance) }));
        }
        ladder
    }

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
        assert_eq!(compare(&coordinate(0.0), &|_| 1.0).verdict, Verdict::Agree);
        assert_eq!(
            compare(&coordinate(0.0), &|d| if d.abs() < 0.1 && d != 0.0 { 1.1 } else { 1.0 }).verdict,
            Verdict::Inconclusive
        );
        // An infinite parameter is not moved.
        for (analytic, verdict) in [(0.0, Verdict::Agree), (1.0, Verdict::Domain)] {
            let infinite = Coordinate { parameter: f64::INFINITY, ..coordinate(analytic) };
            let entry = infinite.compare(&mut |_| panic!("E is not evaluated"));
            assert_eq!((entry.verdict, entry.no_effect), (verdict, verdict == Verdict::Agree));
        }
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

    #[test]
    fn a_closer_look_ends_where_the_values_agree_and_counts() {
        let noisy_one = |analytic: f64| noisy(1e-16, coordinate(analytic));
        let entry = closely(&noisy_one(2.0), |w| 1.0 + 2.0 * w + w * w);
        assert_eq!(entry.verdict, Verdict::Agree);
        assert!(entry.evaluations < 4 + 2 * 20, "{entry:?}");
        // A NaN never agrees: all 20 steps from ¼ down to 2⁻⁴⁰. Nor is it excused by a bend.
        for error in [|w: f64| 1.0 + 2.0 * w, |w: f64| 1.0 + w.abs()] {
            let entry = closely(&noisy_one(f64::NAN), error);
            assert_eq!(
                (entry.verdict, entry.slopes, entry.evaluations),
                (Verdict::Disagree, None, 4 + 2 * 20)
            );
        }
        let outside = with(|basis| basis.error = f64::NAN, coordinate(1.0));
        let entry = closely(&outside, |_| f64::NAN);
        assert_eq!((entry.verdict, entry.outside, entry.evaluations), (Verdict::Domain, Some(0.0), 0));
    }

    #[test]
    fn where_e_is_flat_only_a_gradient_that_rounding_could_swallow_is_spared() {
        assert_eq!(closely(&coordinate(1e3), |_| 1.0).verdict, Verdict::Disagree);
        assert_eq!(closely(&coordinate(1e-15), |_| 1.0).verdict, Verdict::Inconclusive);
        // With effects of 1 elsewhere, 1e-15 is what rounding leaves.
        let elsewhere = with(|basis| basis.largest_effect = 1.0, noisy(1e-16, coordinate(1e-15)));
        assert!(closely(&elsewhere, |_| 1.0).no_effect);
        // Flat to the distance ½, then a jump of ½: a change of up to 4 times the allowed jump may hide.
        let staircase = |d: f64| if d > 2.0 { 1.5 } else { 1.0 };
        let spared = |unchanged_error: f64, analytic: f64| {
            let mut ladder = ladder(|d| staircase(d) - 1.0 + unchanged_error, 0.0);
            ladder.allow_jumps_of(0.25);
            with(|basis| basis.error = unchanged_error, coordinate(analytic)).may_be_swallowed(&ladder)
        };
        assert!(spared(1.1, 1.9) && spared(1.1, -2.0) && !spared(1.1, 2.1));
        assert!(spared(1.0, 3.9) && !spared(1.0, 4.1), "an E of 1 is counted in jumps of ½");
        assert!(spared(0.0, 5.0), "an E of 0 may have been swallowed itself");
        assert!(!coordinate(1.0).may_be_swallowed(&ladder(|d| 1.0 + d, 0.0)));
    }

    #[test]
    fn what_rounding_leaves_in_f32_has_no_effect_where_e_in_f64_is_flat() {
        let look = |analytic: f64, gradient_epsilon: f64| {
            let coordinate = with(
                |basis| (basis.largest_effect, basis.gradient_epsilon) = (1.0, gradient_epsilon),
                noisy(1e-16, coordinate(analytic)),
            );
            closely(&Coordinate { gradient_noise: 2e-8, ..coordinate }, |_| 1.0)
        };
        let single = f64::from(f32::EPSILON);
        assert!(look(1e-8, single).no_effect);
        assert_eq!(look(1e-3, single).verdict, Verdict::Disagree);
        assert!(!look(1e-8, f64::EPSILON).no_effect, "1e-8 is not what rounding leaves in f64");
    }

    #[test]
    fn on_a_bend_every_slope_from_the_left_one_to_the_right_one_is_a_gradient() {
        let judge = |analytic: f64, sign: Sign, noise: f64| {
            let coordinate = with(|basis| basis.sign = sign, coordinate(analytic));
            let coordinate = Coordinate { gradient_noise: noise, ..coordinate };
            let side = |slope: f64| Estimate { slope, uncertainty: 0.0, step: 1.0 };
            let entry = coordinate.entry(0.0, 1.0, 1.0);
            coordinate.judge_bend([side(-1.0), side(1.0)], &entry)
        };
        for (analytic, verdict) in [
            (-1.15, Verdict::Disagree),
            (-1.05, Verdict::Kink),
            (0.0, Verdict::Kink),
            (1.05, Verdict::Kink),
            (1.15, Verdict::Disagree),
        ] {
            let entry = judge(analytic, Sign::Ascent, 0.1).expect("a bend");
            assert_eq!((entry.verdict, entry.slopes), (verdict, Some([-1.0, 1.0])), "{analytic}");
        }
        // Descent: the slopes change sign.
        let entry = judge(0.5, Sign::Descent, 0.1).expect("a bend");
        assert_eq!((entry.verdict, entry.slopes), (Verdict::Kink, Some([1.0, -1.0])));
        // If they are uncertain by more than half of their difference, the slopes may be equal; if by more than a
        // tenth, the gradient is not accused.
        assert!(judge(3.0, Sign::Ascent, 1.0).is_none());
        assert_eq!(judge(0.5, Sign::Ascent, 1.0).map(|entry| entry.verdict), Some(Verdict::Inconclusive));
        let entry = judge(1.5, Sign::Ascent, 0.3).expect("a bend");
        assert!(entry.is_contested() && entry.numerical == 1.0, "{entry:?}");
    }

    #[test]
    fn a_slope_from_one_side_confirms_and_never_accuses() {
        for side in [-1.0, 1.0] {
            let judge = |analytic: f64, tolerance: f64, noise: f64| {
                let line = ladder(|d| if d * side < 0.0 { f64::NAN } else { 1.0 + 2.0 * d }, noise);
                let entry = with(|basis| basis.tolerance = tolerance, coordinate(analytic))
                    .judge_from_one_side(&line);
                assert_eq!(entry.numerical, 2.0);
                entry.verdict
            };
            assert_eq!(judge(2.0, 1e-6, 0.0), Verdict::Agree);
            assert_eq!(judge(2.1, 0.1, 0.0), Verdict::Agree);
            assert_eq!(judge(2.1, 0.01, 0.0), Verdict::Domain);
            assert_eq!(judge(f64::NAN, 0.1, 0.0), Verdict::Domain);
            // Noise 0.01 over the step 4, for two values, four times: 0.02, 1 % of 2.
            assert_eq!(judge(2.0, 1e-6, 0.01), Verdict::Agree);
            assert_eq!(judge(2.0, 1e-6, 0.03), Verdict::Domain);
        }
        let nowhere = ladder(|d| if d == 0.0 { 1.0 } else { f64::NAN }, 0.0);
        assert_eq!(coordinate(2.0).judge_from_one_side(&nowhere).verdict, Verdict::Domain);
    }

    #[test]
    fn the_estimate_s_error_is_allowed_for_four_times() {
        let noisy = with(|basis| basis.sign = Sign::Descent, coordinate(1.0));
        let noisy = Coordinate { gradient_noise: 0.5, ..noisy };
        let entry = noisy.measured(Estimate { slope: 3.0, uncertainty: 0.25, step: 2.0 });
        assert_eq!((entry.numerical, entry.uncertainty, entry.step), (-3.0, 1.5, 2.0));
    }
}
