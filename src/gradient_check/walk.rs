//! The walk of a check over a model: every parameter at a few steps, and more closely where those do not suffice.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng, seq::index};
#[cfg(feature = "vectorized")]
use rayon::prelude::*;

use super::coordinate::{Basis, Coordinate, Evaluate};
use super::ladder::Point;
use super::noise::Noise;
use super::parameter_id::by_group;
use super::settings::{EVERY_PARAMETER_UP_TO, SAMPLE_PER_GROUP};
use super::taylor::{self, TaylorOutcome, TaylorTest};
use super::tuning;
use super::{
    Check, Checkable, Details, Downstream, Entry, Group, ParameterId, Precision, Recompute, Selection,
    Verdict, noise,
};

/// The number of lines prepared before threads share them out: 238,510 at once would take 60 megabytes.
const LINES_AT_A_TIME: usize = 16_384;

/// A model under the check, with what was read from it before anything moved.
pub(super) struct Walk<'m> {
    pub model: &'m mut dyn Checkable,
    pub details: Details,
    parameters: &'m [f64],
    gradient: Vec<f64>,
    pub basis: Basis,
    incremental: Option<Downstream>,
    /// The groups in the order of their first parameters, each with the numbers of its parameters.
    groups: Vec<(Group, Vec<usize>)>,
    /// For each parameter, the typical size of its group: the root of the mean square.
    scales: Vec<f64>,
    /// The rounding noise of the gradient; measured when first needed.
    gradient_noise: Option<Vec<f64>>,
    /// The agreement of two evaluations of E, and of two gradients, at the same place.
    pub repeated: [Repeated; 2],
    pub evaluations: usize,
}

/// The agreement of two evaluations at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Repeated {
    /// They differ by no more than sums in different orders do.
    Yes,
    /// They differ by no more than that if terms of size 1 cancel in the sums.
    Nearly,
    /// They differ by more.
    No,
}

impl Repeated {
    /// Judges the difference of two evaluations of this size.
    fn new(difference: f64, size: f64, epsilon: f64) -> Self {
        let random = random_order(epsilon);
        if difference.is_nan() || difference <= random * size {
            Self::Yes
        } else if difference <= random {
            Self::Nearly
        } else {
            Self::No
        }
    }
}

/// A line to move along: one parameter, or many at once.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: ParameterId,
    /// The number of the parameter, or of the direction.
    index: usize,
    /// The parameters of a direction, each with its part of the distance; empty for a single parameter.
    members: Vec<(usize, f64)>,
}

/// Returns the part by which a sum may change if its terms come in another order.
fn random_order(epsilon: f64) -> f64 {
    (tuning::REPEATABLE * epsilon).max(epsilon.sqrt())
}

impl<'m> Walk<'m> {
    #[track_caller]
    pub fn start(check: &Check, model: &'m mut dyn Checkable, parameters: &'m [f64]) -> Self {
        let details = model.details();
        let precision = if details.reference { Precision::F64 } else { details.precision };
        let tolerance = if details.reference { details.precision.rounding() } else { precision.tolerance() };
        let gradient = model.gradient();
        assert_eq!(gradient.len(), parameters.len(), "one gradient for each parameter");
        assert_unchanged(model, parameters, "computing the gradient");
        let error = model.error();
        let difference = (error - model.error()).abs();
        let groups = by_group((0..parameters.len()).map(|index| (model.parameter_id(index).group(), index)));
        let (mut scales, mut effects, mut largest_effect) = (vec![0.0; parameters.len()], Vec::new(), 0.0);
        let finite = |effect: f64| if effect.is_finite() { effect } else { 0.0 };
        for (_, members) in &groups {
            let scale = typical_size(members.iter().map(|&index| parameters[index]));
            for &index in members {
                scales[index] = scale;
                let slope = gradient[index].abs();
                effects.push(finite(slope * parameters[index].abs()));
                largest_effect =
                    f64::max(largest_effect, finite(slope * if scale > 0.0 { scale } else { 1.0 }));
            }
        }
        // Rounding errors are independent, so their squares add up.
        let terms = error.abs() + root_of_squares(&effects).min(f64::MAX);
        let epsilon = precision.epsilon();
        let noise = Noise::new(error, terms, epsilon, details.least_noise);
        let (noise, evaluations) =
            if error.is_finite() { noise.measured(model, parameters, difference) } else { (noise, 0) };
        let basis = Basis {
            error,
            noise,
            largest_effect,
            sign: details.sign,
            precision,
            gradient_epsilon: details.precision.epsilon(),
            tolerance: check.tolerance.unwrap_or(tolerance),
            step: check.step,
        };
        let incrementally = match check.evaluation {
            Recompute::Automatic => parameters.len() > EVERY_PARAMETER_UP_TO,
            Recompute::Whole => false,
            Recompute::Incremental => true,
        };
        let mut walk = Self {
            repeated: [
                Repeated::new(difference, terms, epsilon),
                is_repeated(&gradient, &model.gradient(), &groups, basis.gradient_epsilon),
            ],
            incremental: if incrementally { model.incremental() } else { None },
            model,
            details,
            parameters,
            gradient,
            basis,
            groups,
            scales,
            gradient_noise: None,
            evaluations: evaluations + 2,
        };
        if let Some(incremental) = &walk.incremental {
            let unchanged = incremental.unchanged_error();
            // A second opinion must be about the same model. (A NaN passes: the comparison of every parameter reports it.)
            let differs = (unchanged - error).abs() > random_order(epsilon) * terms;
            assert!(
                !differs,
                "the incremental evaluation gives E = {unchanged:e}, the model itself {error:e}"
            );
            walk.basis.error = unchanged;
            let evaluate = |index, value| incremental.evaluate(index, value);
            walk.basis.noise = walk.basis.noise.of_incremental(evaluate, parameters);
        }
        walk
    }

    /// Returns the lines along the selected parameters, drawn from this seed if they are a sample.
    #[track_caller]
    pub fn lines(&self, selection: Selection, seed: u64) -> Vec<Line> {
        let count = self.parameters.len();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut selected: Vec<usize> = match selection {
            Selection::Directions(count) => return self.directions(count, &mut rng),
            Selection::One(index) => {
                assert!(index < count, "there are {count} parameters, numbered from 0: no number {index}");
                vec![index]
            }
            Selection::Automatic if count > EVERY_PARAMETER_UP_TO => self.sample(SAMPLE_PER_GROUP, &mut rng),
            Selection::PerGroup(per_group) => self.sample(per_group, &mut rng),
            Selection::Automatic | Selection::Every => (0..count).collect(),
        };
        selected.sort_unstable();
        let line = |index: usize| Line { id: self.model.parameter_id(index), index, members: Vec::new() };
        selected.into_iter().map(line).collect()
    }

    fn sample(&self, per_group: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let mut sample = Vec::new();
        for (_, members) in &self.groups {
            let drawn = index::sample(rng, members.len(), per_group.min(members.len()));
            sample.extend(drawn.into_iter().map(|place| members[place]));
        }
        sample
    }

    /// Returns random directions: all parameters of a group move at once, each by +h or −h. The slope is then Σ
    /// ±gradient.
    fn directions(&self, count: usize, rng: &mut ChaCha8Rng) -> Vec<Line> {
        let mut lines = Vec::new();
        for (group, members) in &self.groups {
            for number in 0..count {
                let id = ParameterId::Direction { group: *group, number };
                lines.push(Line { id, index: lines.len(), members: random_signs(members, 1.0, rng) });
            }
        }
        lines
    }

    /// Compares the slope along each line, closely where the first look does not settle it.
    #[track_caller]
    pub fn judge(&mut self, lines: &[Line]) -> Vec<Entry> {
        let mut entries = self.look(lines, Coordinate::compare);
        let open = entries.iter().enumerate().filter(|(_, entry)| entry.verdict != Verdict::Agree);
        let open: Vec<usize> = open.map(|(place, _)| place).collect();
        if !open.is_empty() {
            self.measure_gradient_noise();
            let again: Vec<Line> = open.iter().map(|&place| lines[place].clone()).collect();
            let closer = self.look(&again, Coordinate::look_closely);
            open.into_iter().zip(closer).for_each(|(place, entry)| entries[place] = entry);
        }
        self.evaluations += entries.iter().map(|entry| entry.evaluations).sum::<usize>();
        entries
    }

    #[track_caller]
    fn look(&mut self, lines: &[Line], ask: fn(&Coordinate, &mut Evaluate) -> Entry) -> Vec<Entry> {
        let single = lines.iter().all(|line| line.members.is_empty());
        if let Some(incremental) = self.incremental.as_ref().filter(|_| single) {
            let some = |lines: &[Line]| {
                let coordinates: Vec<Coordinate> = lines.iter().map(|line| self.coordinate(line)).collect();
                in_parallel(&coordinates, incremental, ask)
            };
            return lines.chunks(LINES_AT_A_TIME).flat_map(some).collect();
        }
        let one = |line: &Line| {
            let coordinate = self.coordinate(line);
            let entry = ask(&coordinate, &mut |distance| self.probe(line, distance));
            self.restore(line);
            entry
        };
        lines.iter().map(one).collect()
    }

    fn coordinate(&self, line: &Line) -> Coordinate {
        let mut coordinate = Coordinate {
            basis: self.basis,
            index: line.index,
            id: line.id,
            parameter: 0.0,
            scale: 0.0,
            analytic: 0.0,
            gradient_noise: 0.0,
        };
        if line.members.is_empty() {
            coordinate.parameter = self.parameters[line.index];
            coordinate.scale = self.scales[line.index];
            coordinate.analytic = self.gradient[line.index];
            coordinate.gradient_noise = self.gradient_noise(line.index);
        }
        for &(index, part) in &line.members {
            coordinate.analytic += part * self.gradient[index];
            let rounding = self.basis.gradient_epsilon * self.gradient[index].abs();
            coordinate.gradient_noise += part.abs() * (self.gradient_noise(index) + rounding);
        }
        coordinate
    }

    fn gradient_noise(&self, index: usize) -> f64 {
        self.gradient_noise.as_ref().map_or(0.0, |noise| noise[index])
    }

    /// Measures the gradient's noise, which a closer look needs.
    fn measure_gradient_noise(&mut self) {
        if self.gradient_noise.is_none() {
            let epsilon = self.basis.gradient_epsilon;
            let mut noise = noise::of_gradient(self.model, self.parameters, &self.gradient, epsilon);
            if epsilon > self.basis.precision.epsilon() {
                // E is sharp enough to show the rounding of outputs, and what rounding of the largest entry of a group
                // leaves in the others.
                let measured = noise::of_outputs(self.model, self.parameters, &self.gradient, epsilon);
                for rounding in [measured, self.model.gradient_rounding()] {
                    noise.iter_mut().zip(rounding).for_each(|(noise, rounding)| *noise = noise.max(rounding));
                }
                for (_, members) in &self.groups {
                    let least = tuning::GRADIENT_ROUNDING * epsilon * largest(&self.gradient, members);
                    for &index in members {
                        noise[index] = noise[index].max(least);
                    }
                }
            }
            self.gradient_noise = Some(noise);
            // This restores what the model keeps from its last forward pass.
            self.model.error();
        }
    }

    /// Returns E at a distance along a line, by the model's own forward pass, and the actual distance that the
    /// parameter moved.
    fn probe(&mut self, line: &Line, distance: f64) -> Point {
        let mut moved = distance;
        for &(index, part) in &line.members {
            self.model.set_parameter(index, self.parameters[index] + distance * part);
        }
        if line.members.is_empty() {
            let before = self.parameters[line.index];
            self.model.set_parameter(line.index, before + distance);
            moved = self.model.parameter(line.index) - before;
        }
        let error = self.model.error();
        let change = (error - self.basis.error).abs();
        let smallest = &mut self.basis.noise.smallest_change;
        if change > 0.0 && (*smallest == 0.0 || change < *smallest) {
            *smallest = change;
        }
        Point { distance: moved, error }
    }

    #[track_caller]
    fn restore(&mut self, line: &Line) {
        for &(index, _) in &line.members {
            self.model.set_parameter(index, self.parameters[index]);
        }
        if line.members.is_empty() {
            let before = self.parameters[line.index];
            self.model.set_parameter(line.index, before);
            let restored = self.model.parameter(line.index).to_bits() == before.to_bits();
            assert!(restored, "{} was not restored bit for bit", self.model.name(line.index));
        }
    }

    /// Runs the Taylor-remainder test. `right` says that every parameter was compared, and none disagrees.
    pub fn taylor_test(&mut self, seed: u64, right: bool) -> TaylorTest {
        let everything: Vec<usize> = (0..self.parameters.len()).collect();
        // A direction of length 1, whatever the number of parameters.
        let part = 1.0 / (everything.len() as f64).sqrt();
        let members = random_signs(&everything, part, &mut ChaCha8Rng::seed_from_u64(seed));
        let slope: f64 = members.iter().map(|&(index, part)| part * self.gradient[index]).sum();
        let (slope, noise) = (self.basis.sign.factor() * slope, self.basis.noise.bound);
        let line = Line { id: ParameterId::Direction { group: Group::All, number: 0 }, index: 0, members };
        let mut test = taylor::run(slope, noise, &mut |distance| self.probe(&line, distance).error);
        self.evaluations += taylor::EVALUATIONS;
        self.restore(&line);
        // A bend nearby, or a slope that holds over a tiny distance only, looks the same from afar.
        if test.outcome == TaylorOutcome::FirstOrder
            && (right || self.judge(&[line])[0].verdict != Verdict::Disagree)
        {
            test.outcome = TaylorOutcome::Unclear;
        }
        test
    }
}

/// Judges all coordinates. Each entry depends on its own parameter alone, so sharing them among threads changes
/// nothing.
fn in_parallel(
    coordinates: &[Coordinate],
    incremental: &Downstream,
    ask: fn(&Coordinate, &mut Evaluate) -> Entry,
) -> Vec<Entry> {
    let one = |coordinate: &Coordinate| {
        ask(coordinate, &mut |distance| {
            let value = coordinate.parameter + distance;
            let error = incremental.evaluate(coordinate.index, value);
            Point { distance: value - coordinate.parameter, error }
        })
    };
    #[cfg(feature = "vectorized")]
    let coordinates = coordinates.par_iter();
    #[cfg(not(feature = "vectorized"))]
    let coordinates = coordinates.iter();
    coordinates.map(one).collect()
}

/// Returns these parameters, each with plus or minus this part.
fn random_signs(members: &[usize], part: f64, rng: &mut ChaCha8Rng) -> Vec<(usize, f64)> {
    members.iter().map(|&index| (index, if rng.random() { part } else { -part })).collect()
}

/// Returns √Σx², also where Σx² overflows or vanishes.
fn root_of_squares(numbers: &[f64]) -> f64 {
    let squares: f64 = numbers.iter().map(|number| number * number).sum();
    if squares.is_normal() { squares.sqrt() } else { numbers.iter().copied().fold(0.0, libm::hypot) }
}

/// Returns the root of the mean square of the finite numbers; 0 if it overflows.
fn typical_size(numbers: impl Iterator<Item = f64>) -> f64 {
    let finite = numbers.filter(|number| number.is_finite());
    let (squares, count) =
        finite.fold((0.0, 0.0), |(squares, count), number| (squares + number * number, count + 1.0));
    let size = f64::sqrt(squares / count);
    if size.is_finite() { size } else { 0.0 }
}

/// Returns the size of the largest finite entry.
fn largest(gradient: &[f64], members: &[usize]) -> f64 {
    let sizes = members.iter().map(|&index| gradient[index].abs());
    sizes.filter(|size| size.is_finite()).fold(0.0, f64::max)
}

/// Compares the gradient with itself, computed again, next to the largest entry of each group.
#[track_caller]
fn is_repeated(gradient: &[f64], again: &[f64], groups: &[(Group, Vec<usize>)], epsilon: f64) -> Repeated {
    assert_eq!(again.len(), gradient.len(), "one gradient for each parameter");
    let of_group = |(_, members): &(Group, Vec<usize>)| {
        let differences = members.iter().map(|&index| (gradient[index] - again[index]).abs());
        Repeated::new(differences.fold(0.0, f64::max), largest(gradient, members), epsilon)
    };
    groups.iter().map(of_group).max().unwrap_or(Repeated::Yes)
}

#[track_caller]
pub(super) fn assert_unchanged(model: &dyn Checkable, parameters: &[f64], what: &str) {
    for (index, before) in parameters.iter().enumerate() {
        let same = model.parameter(index).to_bits() == before.to_bits();
        assert!(same, "{what} changed {} from {before} to {}", model.name(index), model.parameter(index));
    }
}
