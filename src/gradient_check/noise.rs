//! The rounding noise of E and of the gradient, measured on the model itself.
//!
//! Over steps of √ε times a parameter's size, a smooth E differs from a polynomial of low degree by far less than a
//! rounding error. So whatever is left in its third and higher differences is noise (Moré and Wild, *Estimating
//! computational noise*, 2011). The gradient's noise is how far it moves when each parameter moves by a few units in
//! its last place.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::Checkable;
use super::tuning;

/// The rounding noise of E: measured values and bounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    /// A bound on the noise of one evaluation, measured or from the model.
    pub bound: f64,
    /// The part of it that rounding explains. (E of a quantised parameter scatters more.)
    pub credible: f64,
    /// One rounding error of E's terms, or the model's lower bound: ε(|E| + √Σ(w·∂E/∂w)²). (Rounding moves a number
    /// that E is made of by ε, as moving the parameters by ε does.)
    pub rounding: f64,
    /// A change that rounding may swallow, if E is made of numbers near 1.
    pub swallowed: f64,
    /// The largest change that rounding may swallow, whatever E is made of.
    pub largest_swallowed: f64,
    /// The smallest change of E that was seen with any parameter; 0 if there was none.
    pub smallest_change: f64,
    /// The distance from 1 to the next number in the precision of E.
    pub epsilon: f64,
}

impl Noise {
    /// Returns the noise before any measurement; `terms` is |E| + √Σ(w·∂E/∂w)², `least` is the model's lower bound.
    pub fn new(error: f64, terms: f64, epsilon: f64, least: f64) -> Self {
        let size = error.abs().max(1.0);
        let rounding = (epsilon * terms).max(least);
        Self {
            bound: rounding,
            credible: rounding,
            rounding,
            swallowed: tuning::SWALLOWED * epsilon * size,
            largest_swallowed: epsilon.sqrt() * size.max(terms),
            smallest_change: 0.0,
            epsilon,
        }
    }

    fn least(self) -> f64 {
        0.25 * self.rounding
    }

    /// Measures the noise over steps of √ε of each parameter. `difference` is that of two evaluations at the same
    /// place. Also returns the number of evaluations.
    pub fn measured(self, model: &mut dyn Checkable, parameters: &[f64], difference: f64) -> (Self, usize) {
        let least = self.least();
        let (coarse, evaluations) = self.over(model, parameters, self.epsilon.sqrt());
        let bound = coarse.max(least).max(2.0 * difference);
        if difference > 0.0 || bound <= tuning::ROUNDING * self.rounding {
            return (Self { bound, credible: bound, ..self }, evaluations);
        }
        // More than rounding of E's terms explains: does it remain over far smaller steps?
        let (fine, more) = self.over(model, parameters, FINE * self.epsilon);
        let credible = fine.clamp(least, tuning::CREDIBLE * self.rounding);
        (Self { bound, credible, ..self }, evaluations + more)
    }

    /// Returns the noise over steps of about this fraction of each parameter, the largest of three measurements or more,
    /// and the number of evaluations.
    fn over(self, model: &mut dyn Checkable, parameters: &[f64], size: f64) -> (f64, usize) {
        let (mut noise, mut evaluations) = (0.0, 0);
        for part in SIZES {
            noise = of_error(model, parameters, self.epsilon, part * size).max(noise);
            evaluations += EVALUATIONS;
            if evaluations > 2 * EVALUATIONS && noise >= self.least() {
                break;
            }
        }
        (noise, evaluations)
    }

    /// Measures the noise of an incremental evaluation, which is often quieter than the model's own: the largest along some
    /// parameters.
    pub fn of_incremental(self, evaluate: impl Fn(usize, f64) -> f64, parameters: &[f64]) -> Self {
        let part = self.epsilon.sqrt();
        let along = |index: usize| {
            let (start, step) = (parameters[index], part * parameters[index].abs().max(1.0));
            let error = |distance: f64| evaluate(index, start + distance * step);
            of_line(error, self.epsilon)
        };
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let drawn = (0..INCREMENTAL_LINES).map(|_| along(rng.random_range(0..parameters.len())));
        let bound = drawn.fold(self.least(), f64::max);
        Self { bound, credible: bound, ..self }
    }
}

/// The evaluations along one line: enough for differences of order 5.
const POINTS: usize = 7;

/// The sizes of step of three measurements, and of one more if no noise shows. Where E is a staircase (10⁶·(1 + tanh z) at −1 is
/// one, of steps of 10⁻¹⁰), one size in four is so nearly a whole number of stairs that nothing scatters; the roots of ½, ⅓
/// and ⅕ are so independently of each other.
const SIZES: [f64; 4] = [1.0, std::f64::consts::FRAC_1_SQRT_2, 0.577_350, 0.447_214];

/// The size of the small steps, in units in the last place: large enough for each to be rounded differently.
const FINE: f64 = 64.0;

/// The factor from a measured standard deviation, the largest of several, to a bound that is seldom exceeded. (With 4, f32
/// leaves four of the sweep's thousand faults open that it finds with 3.)
const BOUND: f64 = 3.0;

/// The number of evaluations of E that one measurement takes.
pub(super) const EVALUATIONS: usize = 2 * POINTS;

/// The number of parameters along which the noise of an incremental evaluation is measured.
const INCREMENTAL_LINES: usize = 16;

/// The number of directions, each with its opposite, in which the noise of the gradient is measured.
const DIRECTIONS: usize = 3;

/// The factor from the distance that the gradient moves to a bound on its noise.
const MOVED: f64 = 3.0;

/// Returns the noise of E at these parameters, by steps of this fraction of each. They are left as they were.
fn of_error(model: &mut dyn Checkable, parameters: &[f64], epsilon: f64, part: f64) -> f64 {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let steps: Vec<f64> = parameters
        .iter()
        .map(|parameter| {
            // Steps are in proportion. A 0, which may well be on a bend, is not moved, nor is an infinite parameter.
            let sign = if rng.random() { 1.0 } else { -1.0 };
            let step = sign * part * parameter;
            if step.is_finite() { step } else { 0.0 }
        })
        .collect();
    let error = |distance: f64| {
        set_all(model, parameters.iter().zip(&steps).map(|(old, step)| old + distance * step));
        model.error()
    };
    let noise = of_line(error, epsilon);
    set_all(model, parameters.iter().copied());
    // This restores what the model keeps from its last forward pass.
    model.error();
    noise
}

/// Returns the noise of E at equal steps in both directions from distance 0.
fn of_line(mut error: impl FnMut(f64) -> f64, epsilon: f64) -> f64 {
    // The quieter of two directions counts, because a bend lies on one side.
    let sides = [1.0, -1.0].map(|side| {
        let errors: Vec<f64> = (0..POINTS).map(|point| error(side * point as f64)).collect();
        let noise = if errors.iter().all(|error| error.is_finite()) {
            scatter(errors.clone())
        } else {
            f64::INFINITY
        };
        (noise, epsilon * errors[0].abs())
    });
    let (noise, rounding) = (sides[0].0.min(sides[1].0), sides[0].1);
    if noise.is_finite() { rounding.max(BOUND * noise) } else { 4.0 * rounding }
}

/// Returns the standard deviation of the noise in equally spaced values of a smooth function.
fn scatter(mut values: Vec<f64>) -> f64 {
    let mut estimates = Vec::new();
    let mut factor = 1.0;
    for order in 1..=5_u32 {
        values = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // (k!)² / (2k)!: turns the variance of a k-th difference into that of one value.
        factor *= f64::from(order) / (2.0 * f64::from(2 * order - 1));
        let squares: f64 = values.iter().map(|value| value * value).sum();
        if order >= 3 {
            estimates.push((factor * squares / values.len() as f64).sqrt());
        }
    }
    estimates.sort_by(f64::total_cmp);
    estimates[estimates.len() / 2]
}

/// Returns the noise of each entry of the gradient. The parameters are left as they were.
pub(super) fn of_gradient(
    model: &mut dyn Checkable,
    parameters: &[f64],
    gradient: &[f64],
    epsilon: f64,
) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let unit = 4.0 * epsilon;
    let mut noise: Vec<f64> = gradient.iter().map(|entry| unit * entry.abs()).collect();
    for _ in 0..DIRECTIONS {
        let steps: Vec<f64> = parameters.iter().map(|_| if rng.random() { unit } else { -unit }).collect();
        let [there, back] = [1.0, -1.0].map(|side| {
            set_all(model, parameters.iter().zip(&steps).map(|(old, step)| old * (1.0 + side * step)));
            model.gradient()
        });
        for (index, noise) in noise.iter_mut().enumerate() {
            // The quieter of two opposite moves counts: where the parameters are at a bend of E, the gradient jumps on
            // one side of it. A NaN (beyond the edge of the domain) shows nothing.
            let [there, back] = [&there, &back].map(|again| (again[index] - gradient[index]).abs());
            *noise = noise.max(MOVED * there.min(back));
        }
    }
    set_all(model, parameters.iter().copied());
    noise
}

/// The sizes of step of [`of_outputs`], as fractions of each parameter in roots of ε, each with the place of the scatter that
/// counts, the smallest first: with large steps more lines cross a bend. (With the third at 64, a ReLU network of 300 with
/// an entry 10 % wrong was certified.) Of an entry that is 0, the largest scatter at the first size that shows any counts.
const LARGER: [(f64, usize); 5] = [(1.0, 2), (4.0, 2), (16.0, 2), (64.0, 1), (256.0, 0)];

/// Returns the noise that each entry of the gradient has from the rounding of outputs. The parameters are left as they
/// were.
///
/// The output of a saturated neuron is one of a few numbers near 1, and its slope, a(1 − a), is as coarse. A few units in
/// the last place of the parameters change neither; larger steps show how far the slope jumps. Three lines and their
/// opposites are taken with steps of one size, and one of the smaller scatters counts, for some lines may cross a bend.
pub(super) fn of_outputs(
    model: &mut dyn Checkable,
    parameters: &[f64],
    gradient: &[f64],
    epsilon: f64,
) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut noise = vec![0.0_f64; parameters.len()];
    let mut is_curved = vec![false; parameters.len()];
    for (size, place) in LARGER {
        let mut scatters = vec![Vec::new(); parameters.len()];
        for _ in 0..DIRECTIONS {
            let part = size * epsilon.sqrt();
            let steps: Vec<f64> =
                parameters.iter().map(|_| if rng.random() { part } else { -part }).collect();
            for side in [1.0, -1.0] {
                let line: [Vec<f64>; POINTS] = std::array::from_fn(|point| {
                    let distance = side * point as f64;
                    let moved =
                        parameters.iter().zip(&steps).map(|(old, step)| old * (1.0 + distance * step));
                    set_all(model, moved);
                    model.gradient()
                });
                for (index, scatters) in scatters.iter_mut().enumerate() {
                    let values = line.each_ref().map(|gradient| gradient[index]);
                    if gradient[index] == 0.0 || is_nearly_straight(values) {
                        scatters.push(scatter(values.to_vec()));
                    }
                }
            }
        }
        for (index, mut scatters) in scatters.into_iter().enumerate() {
            scatters.sort_by(f64::total_cmp);
            is_curved[index] |= scatters.len() < 3;
            if gradient[index] == 0.0 && noise[index] == 0.0 {
                // It was rounded to 0 if it is something else nearby: the smallest steps that show it count.
                noise[index] = BOUND * scatters[scatters.len() - 1];
            } else if gradient[index] != 0.0 && !is_curved[index] {
                noise[index] = noise[index].max(BOUND * scatters[place]);
            }
        }
    }
    set_all(model, parameters.iter().copied());
    noise
}

/// Returns `true` if the values have one sign and none is less than a quarter of another. Of a smooth function like that,
/// [`scatter`] sees almost nothing.
fn is_nearly_straight(values: [f64; POINTS]) -> bool {
    let sizes = values.map(f64::abs);
    let largest = sizes.into_iter().fold(0.0, f64::max);
    values.into_iter().all(|value| value * values[0] > 0.0)
        && sizes.into_iter().all(|size| size >= 0.25 * largest)
}

fn set_all(model: &mut dyn Checkable, parameters: impl Iterator<Item = f64>) {
    for (index, parameter) in parameters.enumerate() {
        model.set_parameter(index, parameter);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::gradient_check::ClosureModel;

    #[test]
    fn the_scatter_of_a_polynomial_with_noise_is_that_of_the_noise() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut sum = 0.0;
        for _ in 0..200 {
            let value = |x: f64, noise: f64| 3.0 + 2.0 * x - 0.5 * x * x + 1e-9 * noise;
            sum += scatter((0..7).map(|x| value(f64::from(x), rng.random_range(-1.0..1.0))).collect());
        }
        // A uniform number from −1 to 1 has the standard deviation 1/√3.
        let mean = sum / 200.0 / 1e-9;
        assert!((mean - 1.0 / 3f64.sqrt()).abs() < 0.1, "{mean}");
    }

    #[test]
    fn the_scatter_of_plus_and_minus_one_is_the_middle_one_of_three_estimates() {
        // k-th differences of 1, −1, 1, … are ±2ᵏ, and (k!)²/(2k)! is 1/20, 1/70, 1/252 for k = 3, 4, 5.
        let scatter = scatter(vec![1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
        assert!((scatter - 16.0 / 70f64.sqrt()).abs() < 1e-15, "{scatter}");
    }

    /// E is a function of the parameters, and so is the gradient; every set of them that was asked about is noted.
    struct Noted {
        parameters: Vec<f64>,
        asked: Vec<Vec<f64>>,
        error: fn(&[f64]) -> f64,
        gradient: fn(&[f64]) -> Vec<f64>,
    }

    impl Checkable for Noted {
        fn parameter_count(&self) -> usize {
            self.parameters.len()
        }
        fn parameter(&self, index: usize) -> f64 {
            self.parameters[index]
        }
        fn set_parameter(&mut self, index: usize, value: f64) {
            self.parameters[index] = value;
        }
        fn error(&mut self) -> f64 {
            self.asked.push(self.parameters.clone());
            (self.error)(&self.parameters)
        }
        fn gradient(&mut self) -> Vec<f64> {
            self.asked.push(self.parameters.clone());
            (self.gradient)(&self.parameters)
        }
    }

    const PARAMETERS: [f64; 8] = [1.0, -2.0, 0.0, 0.5, 3.0, -0.25, 8.0, -1.0];

    fn noted(error: fn(&[f64]) -> f64, gradient: fn(&[f64]) -> Vec<f64>) -> Noted {
        Noted { parameters: PARAMETERS.to_vec(), asked: Vec::new(), error, gradient }
    }

    #[test]
    fn e_is_measured_at_seven_points_from_the_parameters_on_two_lines() {
        let mut model = noted(|p| p.iter().sum(), <[f64]>::to_vec);
        of_error(&mut model, &PARAMETERS, f64::EPSILON, f64::EPSILON.sqrt());
        assert_eq!(model.parameters, PARAMETERS);
        assert_eq!(model.asked.len(), EVALUATIONS + 1);
        for line in model.asked[..EVALUATIONS].chunks(EVALUATIONS / 2) {
            let mut directions = Vec::new();
            for (index, old) in PARAMETERS.iter().enumerate() {
                let step = (line[1][index] - line[0][index]) / f64::EPSILON.sqrt();
                assert!((step.abs() - old.abs()).abs() <= 1e-6 * old.abs(), "{step} {old}");
                for (point, parameters) in line.iter().enumerate() {
                    let distance = (parameters[index] - old) / f64::EPSILON.sqrt();
                    assert!((distance - point as f64 * step).abs() <= 1e-6 * old.abs());
                }
                if *old != 0.0 {
                    directions.push(step * old > 0.0);
                }
            }
            assert!(directions.contains(&true) && directions.contains(&false), "not all in proportion");
        }
    }

    #[test]
    fn a_staircase_is_noise_though_some_steps_are_whole_numbers_of_stairs() {
        const STAIRS: f64 = 68_719_476_736.0; // 2³⁶ of them from 0 to 1, some 800 a step: all sums are exact
        let (mut missed, mut again) = (0, 0);
        for number in 0..1000 {
            let start = 0.5 + 0.000_511 * f64::from(number);
            let (mut parameters, level) = ([start], (start * STAIRS).round());
            let error = |p: &[f64]| ((p[0] * STAIRS).round() - level) / STAIRS;
            let mut model = ClosureModel::new(&mut parameters, error, |_| vec![1.0]);
            let noise = Noise::new(0.0, start, f64::EPSILON, 0.0);
            let (measured, evaluations) = noise.measured(&mut model, &[start], 0.0);
            missed += i32::from(measured.bound < 0.1 / STAIRS);
            again += i32::from(evaluations > 3 * EVALUATIONS);
        }
        assert!(missed <= 20 && again >= 5, "{missed} {again}");
    }

    /// Returns a number from −1 to 1 that looks random.
    fn scattered(x: f64) -> f64 {
        ChaCha8Rng::seed_from_u64(x.to_bits()).random_range(-1.0..1.0)
    }

    #[test]
    fn what_rounding_explains_is_told_from_all_that_e_scatters_by() {
        let measured = |error: fn(f64) -> f64, difference: f64| {
            let mut parameter = [1.0];
            let mut model = ClosureModel::new(&mut parameter, |p| error(p[0]), |_| vec![1.0]);
            let noise = Noise::new(1.0, 2.0, f64::EPSILON, 0.0);
            let (measured, evaluations) = noise.measured(&mut model, &[1.0], difference);
            (measured.bound / noise.rounding, measured.credible / noise.rounding, evaluations)
        };
        // A smooth E has the noise of rounding, though it curves.
        let (bound, credible, evaluations) = measured(f64::exp, 0.0);
        assert!(bound <= 3.0 && credible == bound && evaluations == 3 * EVALUATIONS, "{bound} {credible}");
        // So has a short wave over small steps, but not over larger ones.
        let (bound, credible, evaluations) = measured(|w| w + 1e-9 * (1e8 * w).sin(), 0.0);
        assert!(bound > 1e5 && credible < 3.0 && evaluations == 6 * EVALUATIONS, "{bound} {credible}");
        // At most 64 rounding errors of E's terms are credible.
        let (bound, credible, evaluations) = measured(|w| w + 1e-9 * scattered(w), 0.0);
        assert!(bound > 1e5 && credible == 64.0 && evaluations == 6 * EVALUATIONS, "{bound} {credible}");
        // An E that differs when it is evaluated twice is believed.
        let (bound, credible, evaluations) = measured(|w| w, 1e-9);
        assert_eq!((bound, credible, evaluations), (2e-9 / (2.0 * f64::EPSILON), bound, 3 * EVALUATIONS));
    }

    #[test]
    fn noise_on_one_side_only_is_a_bend() {
        let noise = |sign: f64| move |d: f64| if sign * d > 0.0 { scattered(d) } else { 0.0 };
        assert_eq!([of_line(noise(1.0), 0.0), of_line(noise(-1.0), 0.0)], [0.0; 2]);
    }

    #[test]
    fn an_incremental_evaluation_is_measured_at_equal_steps_along_some_parameters() {
        let all_steps = RefCell::new(Vec::new());
        let stairs = |index: usize, value: f64| {
            let start = PARAMETERS[index];
            let steps = (value - start) / (f64::EPSILON.sqrt() * start.abs().max(1.0));
            all_steps.borrow_mut().push(steps);
            if steps.round() % 2.0 == 0.0 { 1e-9 } else { -1e-9 }
        };
        let noise = Noise::new(0.0, 1.0, f64::EPSILON, 0.0).of_incremental(stairs, &PARAMETERS);
        let expected = BOUND * 16.0 / 70f64.sqrt() * 1e-9;
        assert!((noise.bound - expected).abs() < 1e-15 && noise.credible == noise.bound, "{noise:?}");
        for line in all_steps.borrow().chunks(POINTS) {
            let away = line[1].signum();
            assert!((0..).zip(line).all(|(k, steps)| (steps - away * f64::from(k)).abs() < 1e-6), "{line:?}");
        }
    }

    #[test]
    fn where_e_is_nothing_but_a_point_four_roundings_are_assumed() {
        let error = |p: &[f64]| if p == PARAMETERS { 2.0 } else { f64::NAN };
        let noise =
            of_error(&mut noted(error, <[f64]>::to_vec), &PARAMETERS, f64::EPSILON, f64::EPSILON.sqrt());
        assert_eq!(noise, 4.0 * f64::EPSILON * 2.0);
    }

    #[test]
    fn a_gradient_s_noise_is_four_roundings_or_three_times_what_it_moves_by() {
        let unit = 4.0 * f64::EPSILON;
        let mut constant = noted(|_| 0.0, |_| vec![3.0; 8]);
        let noise = of_gradient(&mut constant, &PARAMETERS, &[3.0; 8], f64::EPSILON);
        assert_eq!(noise, [3.0 * unit; 8]);
        assert_eq!(constant.parameters, PARAMETERS);
        let up =
            |asked: &[f64]| asked.iter().zip(PARAMETERS).filter(|(new, old)| new.abs() > old.abs()).count();
        for asked in &constant.asked {
            assert!((1..=6).contains(&up(asked)), "some grow and some shrink: {asked:?}");
        }
        let mut moving = noted(|_| 0.0, <[f64]>::to_vec);
        let noise = of_gradient(&mut moving, &PARAMETERS, &PARAMETERS, f64::EPSILON);
        for (noise, parameter) in noise.iter().zip(PARAMETERS) {
            let expected = MOVED * unit * parameter.abs();
            assert!((noise - expected).abs() <= 0.3 * expected, "{noise} {expected}");
        }
        // A bend at the parameters is not noise: on one side of it the gradient is what it is there.
        let slopes = |p: &[f64]| p.iter().zip(PARAMETERS).map(|(new, old)| f64::from(*new > old)).collect();
        let mut bent = noted(|_| 0.0, slopes);
        let noise = of_gradient(&mut bent, &PARAMETERS, &[0.0; 8], f64::EPSILON);
        assert_eq!(noise, [0.0; 8]);
    }

    /// Returns the slope of tanh in f32, for each parameter. The outputs below 1 are ε/2 apart, so it is a multiple of ε: at 8, of
    /// three or four.
    fn rounded(z: f64) -> Vec<f64> {
        vec![1.0 - f64::from(z.tanh() as f32).powi(2); 8]
    }

    #[test]
    fn a_gradient_of_rounded_outputs_has_the_noise_of_its_jumps() {
        let epsilon = f64::from(f32::EPSILON);
        let measured = |gradient: fn(&[f64]) -> Vec<f64>| {
            let mut model = noted(|_| 0.0, gradient);
            let noise = of_outputs(&mut model, &PARAMETERS, &gradient(&PARAMETERS), epsilon);
            assert_eq!(model.parameters, PARAMETERS);
            noise[0]
        };
        let noise = measured(|p| rounded(p[6]));
        assert!((0.3 * epsilon..3.0 * epsilon).contains(&noise), "{noise:e}");
        let smooth = measured(|p| vec![1.0 - p[6].tanh().powi(2); 8]);
        assert!(smooth < 1e-3 * epsilon, "{smooth:e}");
        // Where a is 1 the slope is rounded to 0, which an entry that is 0 everywhere is not.
        assert_eq!(rounded(1.2 * PARAMETERS[6])[0], 0.0);
        let noise = measured(|p| rounded(1.2 * p[6]));
        assert!((0.3 * epsilon..30.0 * epsilon).contains(&noise), "{noise:e}");
        assert_eq!(measured(|_| vec![0.0; 8]), 0.0);
        // A bend nearby is not noise.
        assert_eq!(measured(|p| vec![if p[0] > 1.0001 { 2.0 } else { 1.0 }; 8]), 0.0);
    }
}
