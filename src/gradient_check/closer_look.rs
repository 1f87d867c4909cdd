//! A closer look at one coordinate, taken if the first comparison is inconclusive.
//!
//! E is evaluated on a whole [ladder](super::ladder) of steps. The verdict then comes from the slopes on both sides,
//! and from all the evidence against them.

use super::coordinate::{Coordinate, Evaluate, FIRST_LOOK};
use super::extrapolation::Estimate;
use super::ladder::{Ladder, Side};
use super::{Entry, Verdict, tuning};

impl Coordinate {
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
        let mut outside = None;
        let mut add = |ladder: &mut Ladder, step: f64| {
            let [right, left] = [step, -step].map(&mut *evaluate);
            let sides = [left, right];
            for point in sides.iter().filter(|point| !point.error.is_finite()) {
                let nearer = outside.is_none_or(|known: f64| point.distance.abs() <= known.abs());
                outside = if nearer { Some(point.distance) } else { outside };
            }
            ladder.push(step, sides);
        };
        let with_count =
            |ladder: &Ladder, entry| Entry { evaluations: FIRST_LOOK + 2 * ladder.rungs.len(), ..entry };
        let steps = Ladder::steps(self.parameter, self.scale, self.basis.precision);
        let seen = self.basis.noise.credible * tuning::VISIBLE_CHANGE / self.analytic.abs();
        let (large, small): (Vec<f64>, Vec<f64>) = steps.into_iter().partition(|&step| step >= 0.25 * seen);
        for (count, &step) in large.iter().rev().enumerate() {
            add(&mut ladder, step);
            if count >= 2
                && let Some(entry) = self.agreement(&ladder)
                && entry.relative_error <= self.basis.tolerance
            {
                return with_count(&ladder, entry);
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
        with_count(&ladder, entry)
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

    /// Returns `true` if the two values are near and the numerical one is certain, or both are 0 and the analytic one was
    /// not rounded to it.
    fn agrees(&self, entry: &Entry) -> bool {
        let size = self.size(entry.numerical);
        (size == 0.0 && self.gradient_noise == 0.0)
            || (entry.uncertainty <= tuning::CERTAIN * size && self.is_near(entry))
    }

    /// Returns `true` if the two values differ by no more than the uncertainty, or the tolerance.
    fn is_near(&self, entry: &Entry) -> bool {
        let difference = (self.analytic - entry.numerical).abs();
        let allowed = entry.uncertainty.max(self.basis.tolerance * self.size(entry.numerical));
        difference.is_finite() && difference <= allowed
    }

    /// Returns the verdict if E is finite on both sides.
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

    /// Returns `true` if only rounding of larger effects is visible.
    fn has_no_effect(&self, entry: &Entry) -> bool {
        let size = if self.scale > 0.0 { self.scale } else { 1.0 };
        let rounding = tuning::NO_EFFECT * self.basis.gradient_epsilon * self.basis.largest_effect;
        self.analytic.abs() * size <= rounding && entry.numerical.abs() <= entry.uncertainty
    }

    /// Returns `true` if E, which is more exact than the gradient, shows that both of them are only rounding. (An
    /// E that exact would refute the rounding of the gradient at every step.)
    fn is_rounding_only(&self, entry: &Entry) -> bool {
        let reference = self.basis.gradient_epsilon > self.basis.precision.epsilon();
        let precise = entry.uncertainty <= 2.0 * self.gradient_noise.max(self.analytic.abs());
        reference && precise && self.has_no_effect(entry)
    }

    /// Returns `true` if the numerical value is certain enough to accuse the analytic one.
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

    /// Returns the verdict if the slopes from the left and from the right differ: every value from one to the other is
    /// a gradient of E there (a subgradient, or the slope that the code chose). Returns `None` if they may be equal, or
    /// if the gradient is neither between them nor clearly outside.
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

    /// Returns the verdict if E is finite on at most one side of w, which is then at the edge of the domain or outside.
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

    /// Returns `true` if E does not change near w and, according to the analytic value, should change so little that
    /// rounding may have swallowed it.
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
}

#[cfg(test)]
mod tests {
    use super::super::coordinate::Basis;
    use super::super::ladder::Point;
    use super::super::noise::Noise;
    use super::super::tests::{coordinate, noisy, with};
    use super::super::{Precision, Sign};
    use super::*;

    fn closely(coordinate: &Coordinate, error: impl Fn(f64) -> f64) -> Entry {
        coordinate.look_closely(&mut |distance| Point { distance, error: error(distance) })
    }

    /// Returns a ladder of E at the steps 4 and ½.
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

    /// Returns a ladder of E with these slopes over these steps, on both sides.
    fn slopes<const N: usize>(slopes: [(f64, f64); N], bound: f64) -> Ladder {
        let noise = Noise { bound, swallowed: 0.0, ..Noise::new(0.0, 0.0, f64::EPSILON, 0.0) };
        let mut ladder = Ladder::new(0.0, noise);
        for (step, slope) in slopes {
            ladder.push(step, [-step, step].map(|distance| Point { distance, error: slope * distance }));
        }
        ladder
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
    fn a_closer_look_begins_where_the_analytic_value_shows() {
        // 64 times the noise, 64e-9, over 50: from a quarter of that on.
        let mut steps = Vec::new();
        noisy(1e-9, coordinate(50.0)).look_closely(&mut |distance| {
            steps.push(distance);
            Point { distance, error: 1.0 + 50.0 * distance }
        });
        assert!((0.32e-9..1.64e-9).contains(&steps[0]), "{steps:?}");
    }

    #[test]
    fn at_the_edge_of_the_domain_the_nearest_place_outside_is_named() {
        let edge = |d: f64| if d < 0.0 { f64::NAN } else { 1.0 + 2.0 * d };
        let entry = closely(&coordinate(3.0), edge);
        let outside = entry.outside.expect("E has no value to the left");
        assert!(entry.verdict == Verdict::Domain && (-1e-12..0.0).contains(&outside), "{outside:e}");
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
    fn an_e_no_more_exact_than_the_gradient_or_too_noisy_shows_no_rounding() {
        let elsewhere = with(|basis| basis.largest_effect = 1e3, coordinate(1e-11));
        assert_eq!(closely(&elsewhere, |_| 1.0).verdict, Verdict::Disagree);
        // The uncertainty of the estimate, 4e-6, is more than the gradient's value and noise: the slope of 1e-3 counts
        // that the smaller step sees.
        let single = |basis: &mut Basis| {
            (basis.largest_effect, basis.gradient_epsilon) = (1.0, f64::from(f32::EPSILON));
        };
        let estimate = Estimate { slope: 0.0, uncertainty: 1e-6, step: 4.0 };
        let steps = slopes([(4.0, 0.0), (0.5, 1e-3)], 0.0);
        let entry = with(single, coordinate(1e-8)).judge(&steps, estimate);
        assert_eq!((entry.verdict, entry.numerical), (Verdict::Inconclusive, 1e-3));
    }

    #[test]
    fn an_agreement_at_a_large_step_is_held_against_smaller_ones() {
        // Only the step 4 is certain: it is off by 4 times the noise over the step, 0.03, and 0.004 are tolerated. Where
        // both values are 0, nothing is.
        let agrees = |analytic: f64, smallest: f64| {
            let steps = slopes([(4.0, analytic), (2.0, analytic), (0.5, smallest)], 0.03);
            with(|basis| basis.tolerance = 0.001, coordinate(analytic)).agreement(&steps).is_some()
        };
        assert!(agrees(2.0, 2.033) && !agrees(2.0, 2.035));
        assert!(agrees(0.0, 0.0) && !agrees(0.0, 0.01));
    }

    #[test]
    fn a_gradient_is_accused_by_a_value_that_smaller_steps_share_or_that_explains_e_far_better() {
        // 4 according to the gradient, 2 according to E at the step 4.
        let sure = |smaller: f64, uncertainty: f64, parameter: f64| {
            let coordinate = Coordinate { parameter, ..coordinate(4.0) };
            let entry = coordinate.entry(2.0, uncertainty, 4.0);
            let estimate = Estimate { slope: 2.0, uncertainty: 0.0, step: 4.0 };
            coordinate.is_sure(&slopes([(4.0, 2.0), (0.5, smaller)], 0.0), &entry, estimate)
        };
        assert!(sure(2.9, 0.15, 1.0));
        assert!(!sure(3.1, 0.15, 1.0), "a smaller step sees more than half of the difference");
        assert!(!sure(2.9, 0.25, 1.0), "hardly measured, and 4 is beyond the size of the parameter");
        assert!(sure(2.9, 0.25, 0.0), "a parameter of 0 has no size");
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
        for (analytic, nearest) in [(1.5, 1.0), (-1.5, -1.0)] {
            let entry = judge(analytic, Sign::Ascent, 0.3).expect("a bend");
            assert!(entry.is_contested() && entry.numerical == nearest, "{entry:?}");
            assert_eq!(entry.slopes, Some([-1.0, 1.0]));
        }
        assert_eq!(judge(1.5, Sign::Ascent, 0.2).map(|entry| entry.verdict), Some(Verdict::Disagree));
        // In f32 a gradient that is outside by less than 2 % of the numerical value, the middle one, is not accused.
        let side = |slope: f64| Estimate { slope, uncertainty: 0.0, step: 1.0 };
        for (analytic, verdict) in [(1015.0, Verdict::Inconclusive), (1025.0, Verdict::Disagree)] {
            let single = with(|basis| basis.precision = Precision::F32, coordinate(analytic));
            let entry = single.judge_bend([side(990.0), side(1000.0)], &single.entry(995.0, 0.0, 1.0));
            assert_eq!(entry.map(|entry| entry.verdict), Some(verdict));
        }
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
